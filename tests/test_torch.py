"""PyTorch: networks as torch.nn.Sequential, and their derivatives by automatic ones."""

import copy
import doctest
import io

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sknn
from sknn import (
    ELU,
    Activation,
    FFNNClassifier,
    FFNNRegressor,
    LeakyReLU,
    LogLoss,
    Quantile,
    TableEncoder,
    TabularRegressor,
)
from sknn.engine.activations import ACTIVATIONS, ReLU

torch = pytest.importorskip("torch")
from sknn.torch import LAYERS, to_torch  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
HIDDEN = sorted(name for name, part in ACTIVATIONS.items() if part.hidden)
SMALL = {"hidden_layer_sizes": (8, 5), "max_iter": 5, "random_state": 0}
RNG = np.random.default_rng(0)
X = RNG.normal([5, -3, 0], [1, 2, 0.1], size=(80, 3))
Y = 100 * np.sin(X[:, 0]) + 30 * X[:, 1]


def outputs(model, rows):
    """Return what the model's torch network puts out."""
    with torch.no_grad():
        return to_torch(model)(torch.tensor(rows)).numpy()


def assert_close(found, expected):
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * scale)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", [*HIDDEN, LeakyReLU(0.2), ELU(0.5)], ids=str)
def test_every_activation_is_converted(activation, dtype):
    rows = X.astype(dtype)
    model = FFNNRegressor(activation=activation, clip_target=False, **SMALL).fit(rows, Y)
    found = outputs(model, rows)
    assert found.dtype == dtype
    assert_close(found[:, 0], model.predict(rows))


def test_every_activation_of_the_catalogue_has_its_module():
    assert {type(part) for part in ACTIVATIONS.values()} == {*LAYERS}


@pytest.mark.parametrize("name", ["identity", "exp", "softplus", "sigmoid"])
def test_every_output_of_a_regression_is_converted(name):
    y = 1 / (1 + np.exp(-X[:, 1]))
    model = FFNNRegressor(output_activation=name, clip_target=False, **SMALL).fit(X, y)
    assert_close(outputs(model, X)[:, 0], model.predict(X))


def test_several_quantiles_come_as_the_network_puts_them_out():
    model = FFNNRegressor(loss=Quantile((0.1, 0.9)), clip_target=False, **SMALL).fit(X, Y)
    assert_close(np.sort(outputs(model, X)), model.predict(X))


def test_outputs_of_classifiers_are_probabilities():
    flowers, kinds = load_iris(return_X_y=True)
    model = FFNNClassifier(**SMALL).fit(flowers, kinds)
    assert_close(outputs(model, flowers), model.predict_proba(flowers))
    with torch.no_grad():
        logits = to_torch(model)[:-1](torch.tensor(flowers)).numpy()
    assert_close(logits, model.decision_function(flowers))
    binary = FFNNClassifier(**SMALL).fit(flowers, kinds == 1)
    assert_close(outputs(binary, flowers)[:, 0], binary.predict_proba(flowers)[:, 1])
    rows, labels = make_multilabel_classification(80, 3, n_classes=2, random_state=0)
    multilabel = FFNNClassifier(**SMALL).fit(rows, labels)
    assert_close(outputs(multilabel, rows), multilabel.predict_proba(rows))


def test_behind_an_encoder_the_tensor_holds_the_encoded_columns():
    frame = pd.DataFrame(X, columns=list("abc")).assign(kind=RNG.choice(["p", "q"], 80))
    model = FFNNRegressor(encoder=TableEncoder(n_bins=4), clip_target=False, **SMALL)
    model.fit(frame, Y)
    assert_close(
        outputs(model, model.encoder_.transform(frame))[:, 0], model.predict(frame)
    )


@pytest.mark.parametrize("name", HIDDEN)
def test_input_gradients_are_those_of_automatic_differentiation(name):
    model = FFNNRegressor(activation=name, **SMALL).fit(X, Y)
    rows = torch.tensor(X, requires_grad=True)
    to_torch(model)(rows).sum().backward()
    np.testing.assert_allclose(model.input_gradient(X), rows.grad.numpy(), rtol=1e-8)


@pytest.mark.parametrize("name", HIDDEN)
def test_gradients_of_the_cost_are_those_of_automatic_differentiation(name):
    flowers, kinds = load_iris(return_X_y=True)
    model = FFNNClassifier(activation=name, loss=LogLoss(0.1), **SMALL).fit(flowers, kinds)
    network = to_torch(model)
    cost = torch.nn.functional.cross_entropy(
        network[:-1](torch.tensor(flowers)), torch.tensor(kinds), label_smoothing=0.1
    )
    cost.backward()
    linear = [module for module in network if isinstance(module, torch.nn.Linear)]
    coefs_grad, intercepts_grad = model.gradient(flowers, kinds)
    for layer, W, b in zip(linear, coefs_grad, intercepts_grad, strict=True):
        options = {"rtol": 1e-8, "atol": 1e-12}
        np.testing.assert_allclose(W, layer.weight.grad.numpy().T, **options)
        np.testing.assert_allclose(b, layer.bias.grad.numpy(), **options)


def test_the_network_is_a_copy_and_can_be_saved():
    model = FFNNRegressor(activation="prelu", **SMALL).fit(X, Y)
    before = copy.deepcopy([*model.coefs_, *model.intercepts_, *model.activation_coefs_])
    state = torch.get_rng_state()
    network = to_torch(model)
    assert torch.equal(state, torch.get_rng_state())
    file = io.BytesIO()
    torch.save(network, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False)
    rows = torch.tensor(X)
    assert torch.equal(loaded(rows), network(rows))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(0)
    after = [*model.coefs_, *model.intercepts_, *model.activation_coefs_]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


class Own(ReLU):
    "σ(z) = max(z, 0)², which the base class does not compute."

    def forward(self, Z, A):
        np.maximum(Z, 0, out=A)
        A *= A

    def backward(self, Z, A, delta):
        delta *= 2 * np.maximum(Z, 0)


def test_what_cannot_be_converted_is_named():
    own = FFNNRegressor(activation=Own(), **SMALL).fit(X, Y)
    with pytest.raises(TypeError, match="activation Own.*LAYERS"):
        to_torch(own)
    assert issubclass(Own, Activation)
    with pytest.raises(NotFittedError):
        to_torch(FFNNRegressor())
    pipeline = make_pipeline(StandardScaler(), FFNNRegressor(encoder=None, **SMALL))
    pipeline.fit(X, Y)
    with pytest.raises(TypeError, match=r"not Pipeline: .*model\[-1\]"):
        to_torch(pipeline)
    expected = pipeline.predict(X)
    assert_close(outputs(pipeline[-1], pipeline[:-1].transform(X))[:, 0], expected)
    with pytest.raises(TypeError, match="not TabularRegressor: .*members_"):
        to_torch(TabularRegressor())
    with pytest.raises(TypeError, match="not GridSearchCV: .*best_estimator_"):
        to_torch(GridSearchCV(FFNNRegressor(), {}))
    with pytest.raises(TypeError, match="not StandardScaler: pass a fitted FFNNRegressor"):
        to_torch(StandardScaler())
    with pytest.raises(TypeError, match="not FFNNRegressor"):
        to_torch(FFNNRegressor)


def test_members_of_a_tabular_estimator_are_networks():
    model = TabularRegressor(
        FFNNRegressor(hidden_layer_sizes=8, max_iter=8), n_members=2, random_state=0
    ).fit(X, Y)
    encoded = model.encoder_.transform(X)
    for networks in model.members_:
        for network in networks:
            rows = np.asarray(encoded, network.coefs_[0].dtype)
            assert_close(outputs(network, rows), network.forward(rows)[1][-1])


def test_the_example_of_the_docstring_runs():
    assert doctest.testmod(sknn.torch).failed == 0
