"""Equal to scikit-learn, with the same weights and where the definitions meet."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.datasets import make_multilabel_classification
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import LabelBinarizer

from sknn import FFNNClassifier, FFNNRegressor
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.cost import L2, Cost
from sknn.engine.data import Data
from sknn.engine.losses import LOSSES
from sknn.engine.network import Network, Workspace

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ALPHA = 0.37
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 6))
CLASSES = RNG.integers(3, size=40)
COUNTS = RNG.poisson(2.0, size=40).astype(float)
LABELS = make_multilabel_classification(40, n_classes=4, random_state=0)[1]
CASES = {
    # name: (scikit-learn's estimator, y, loss here, its factor on the loss)
    "binary": (MLPClassifier, CLASSES > 0, "log_loss", 1),
    "multiclass": (MLPClassifier, CLASSES, "log_loss", 1),
    "multilabel": (MLPClassifier, LABELS, "log_loss", 1),
    "regression": (MLPRegressor, X[:, 0] ** 2, "squared_error", 1 / 2),
    "three outputs": (MLPRegressor, X[:, :3] ** 2, "squared_error", 1 / 2),
    "counts": (MLPRegressor, COUNTS, "poisson", 1),
}


def fitted_mlp(kind, y, activation, **params):
    """Return scikit-learn's network after two epochs, so that no weight is special."""
    mlp = kind(
        hidden_layer_sizes=(7, 5),
        activation=activation,
        alpha=ALPHA,
        max_iter=2,
        random_state=0,
        **params,
    )
    return mlp.fit(X, y)


def same_network(mlp):
    """Return the engine's network with the weights of scikit-learn's."""
    widths = (X.shape[1], *(len(b) for b in mlp.intercepts_))
    hidden = [ACTIVATIONS[mlp.activation]] * (len(widths) - 2)
    output = ACTIVATIONS[mlp.out_activation_]
    network = Network(widths, [*hidden, output], [0.0] * len(hidden), np.float64)
    for views, arrays in (
        (network.params.W, mlp.coefs_),
        (network.params.b, mlp.intercepts_),
    ):
        for view, array in zip(views, arrays, strict=True):
            view[...] = array
    return network


def encoded(kind, y):
    """Return y as rows of numbers."""
    if kind is MLPClassifier:
        return LabelBinarizer().fit_transform(y).astype(float)
    return y.reshape(len(y), -1)


def loss_and_gradient_of(mlp, Y):
    """Return scikit-learn's loss and its gradients by layer, without a step."""
    activations = [X] + [None] * (mlp.n_layers_ - 1)
    deltas = [None] * (mlp.n_layers_ - 1)
    coefs = [np.empty_like(W) for W in mlp.coefs_]
    intercepts = [np.empty_like(b) for b in mlp.intercepts_]
    arguments = [X, Y, None, activations, deltas, coefs, intercepts]
    try:
        return mlp._backprop(*arguments)
    except TypeError:  # before 1.7 there were no sample weights
        return mlp._backprop(*arguments[:2], *arguments[3:])


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("case", CASES)
def test_forward_pass_loss_and_gradient_agree(case, activation):
    kind, y, loss, factor = CASES[case]
    if case == "counts":
        pytest.importorskip("sklearn", "1.7")
    params = {"loss": "poisson"} if case == "counts" else {}
    mlp = fitted_mlp(kind, y, activation, **params)
    Y = encoded(kind, y)
    network = same_network(mlp)
    # There the squared error is a mean over outputs, but its gradient that of the sum.
    share = Y.shape[1] if loss == "squared_error" else 1
    space = Workspace(network, len(X))
    output = network.forward(X, space)
    np.testing.assert_allclose(
        output.A, mlp._forward_pass_fast(X).reshape(Y.shape), rtol=1e-10
    )
    # There the penalty is divided by the number of rows; and our squared error has no ½.
    cost = Cost(network, LOSSES[loss], L2(ALPHA / len(X) / factor))
    costs = cost.gradient(Data(X, Y, None), space)
    value, coefs, intercepts = loss_and_gradient_of(mlp, Y)
    penalty = ALPHA / 2 / len(X) * sum((W**2).sum() for W in mlp.coefs_)
    np.testing.assert_allclose(costs.sum() * factor / share, value - penalty, rtol=1e-10)
    for ours, theirs in (
        (network.grad.W, coefs),
        (network.grad.b, intercepts),
    ):
        for grad, expected in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(grad * factor, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("case", ["binary", "multiclass", "multilabel"])
def test_published_weights_of_a_classifier_work_in_scikit_learn(case):
    _, y, _, _ = CASES[case]
    ours = FFNNClassifier(hidden_layer_sizes=(7, 5), max_iter=5, random_state=0).fit(X, y)
    mlp = fitted_mlp(MLPClassifier, y, "relu")
    mlp.coefs_, mlp.intercepts_ = ours.coefs_, ours.intercepts_
    assert mlp.out_activation_ == ours.out_activation_
    assert mlp.n_layers_ == ours.n_layers_
    np.testing.assert_allclose(mlp.predict_proba(X), ours.predict_proba(X), rtol=1e-10)
    np.testing.assert_array_equal(mlp.predict(X), ours.predict(X))


@pytest.mark.parametrize("case", ["regression", "three outputs"])
def test_published_weights_of_a_regressor_work_in_scikit_learn(case):
    _, y, _, _ = CASES[case]
    y = 1000 + 50 * y
    params = {"clip_target": False, "max_iter": 5, "random_state": 0}
    ours = FFNNRegressor(hidden_layer_sizes=(7, 5), **params).fit(X, y)
    mlp = fitted_mlp(MLPRegressor, y, "relu")
    mlp.coefs_, mlp.intercepts_ = ours.coefs_, ours.intercepts_
    np.testing.assert_allclose(mlp.predict(X), ours.predict(X), rtol=1e-10)


def test_linear_network_is_ridge_regression():
    y = X @ np.arange(6.0) + 0.3 * RNG.normal(size=40) + 5
    alpha = 0.1
    ours = FFNNRegressor(
        encoder=None,
        hidden_layer_sizes=(),
        solver="lbfgs",
        alpha=alpha,
        tol=1e-12,
        max_iter=2000,
    ).fit(X, y)
    # Ridge sums squares where we take the mean, and our target has variance 1.
    ridge = Ridge(alpha=alpha / 2 * len(X), tol=1e-12).fit(X, y)
    # Costs, rounded at 2e-16, place their minimum to the root of that: 1.5e-8 of the scale.
    scale = np.abs(ridge.coef_).max()
    np.testing.assert_allclose(
        ours.coefs_[0][:, 0] / scale, ridge.coef_ / scale, rtol=0, atol=3e-8
    )
    np.testing.assert_allclose(ours.intercepts_[0][0], ridge.intercept_, rtol=1e-6)


@pytest.mark.parametrize("case", ["binary", "multiclass"])
def test_network_without_hidden_layers_is_logistic_regression(case):
    _, y, _, _ = CASES[case]
    alpha = 0.05
    ours = FFNNClassifier(
        encoder=None,
        hidden_layer_sizes=(),
        solver="lbfgs",
        alpha=alpha,
        tol=1e-10,
        max_iter=2000,
    ).fit(X, y)
    theirs = LogisticRegression(C=1 / (alpha * len(X)), tol=1e-10, max_iter=2000).fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-5)


def test_poisson_network_without_hidden_layers_is_poisson_regression():
    ours = FFNNRegressor(
        encoder=None,
        hidden_layer_sizes=(),
        loss="poisson",
        solver="lbfgs",
        alpha=0.1,
        tol=1e-10,
    ).fit(X, COUNTS / COUNTS.mean())
    theirs = PoissonRegressor(alpha=0.1, tol=1e-10, max_iter=1000)
    theirs.fit(X, COUNTS / COUNTS.mean())
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)


def test_sigmoid_outputs_for_three_classes_are_normalised_one_against_the_rest():
    ours = FFNNClassifier(output_activation="sigmoid", max_iter=5, random_state=0)
    P = expit(ours.fit(X, CLASSES).decision_function(X))
    P /= P.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(ours.predict_proba(X), P, rtol=1e-12)
    np.testing.assert_allclose(ours.predict_log_proba(X), np.log(P), rtol=1e-10)
