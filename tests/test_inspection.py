"""Looking inside a fitted network: values of its layers, and its derivatives."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    FFNNClassifier,
    FFNNRegressor,
    Huber,
    LogLoss,
    Quantile,
    TableEncoder,
    Tweedie,
)
from sknn.encoding.unchanged import Unchanged
from sknn.engine.activations import ACTIVATIONS

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.normal([5, -3, 0], [1, 2, 0.1], size=(60, 3))
Y = 100 * np.sin(X[:, 0]) + 30 * X[:, 1] + RNG.normal(size=60)
POSITIVE = np.exp(0.3 * X[:, 1]) + 0.1
WEIGHTS = RNG.uniform(0, 2, 60)
HIDDEN = sorted(name for name, part in ACTIVATIONS.items() if part.hidden)
SMALL = {"hidden_layer_sizes": (4, 3), "max_iter": 5, "random_state": 0}
SMOOTH = {**SMALL, "activation": "tanh", "clip_target": False}
PLAIN = {**SMALL, "encoder": None, "activation": "sigmoid", "scale_target": False}


def regressor(y=Y, rows=X, **params):
    return FFNNRegressor(**{**SMOOTH, **params}).fit(rows, y)


def classifier(y, rows=X, **params):
    params = {**SMALL, "activation": "tanh", "learning_rate": 0.01, **params}
    return FFNNClassifier(**params).fit(rows, y)


def central_difference(cost, array, h):
    """Return the derivative of cost() by every value of `array`, changed in place."""
    grad = np.empty(array.shape)
    for index in np.ndindex(array.shape):
        before = array[index]
        array[index] = before + h
        above = cost()
        array[index] = before - h
        grad[index] = (above - cost()) / (2 * h)
        array[index] = before
    return grad


def assert_gradient(model, rows, y, cost, sample_weight=None):
    """Compare `gradient` with central differences of cost(model)."""
    found = model.gradient(rows, y, sample_weight)
    probe = copy.deepcopy(model)
    for arrays, grads in zip((probe.coefs_, probe.intercepts_), found, strict=True):
        assert [array.shape for array in arrays] == [grad.shape for grad in grads]
        for array, grad in zip(arrays, grads, strict=True):
            h = 1e-6 * max(1.0, np.abs(array).max())
            expected = central_difference(lambda: cost(probe), array, h)
            scale = np.abs(expected).max() + 1e-6 * abs(cost(probe))
            np.testing.assert_allclose(grad, expected, rtol=0, atol=1e-6 * scale + 1e-9)


# ---- forward ----------------------------------------------------------------------------


def test_forward_is_the_sum_of_products_plus_bias_through_sigma():
    model = FFNNRegressor(**PLAIN).fit(X, Y)
    Z, A = model.forward(X)
    for i in (0, 7):
        a = list(X[i])
        for layer, (W, b) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
            z = [
                sum(a[k] * W[k, j] for k in range(len(a))) + b[j] for j in range(W.shape[1])
            ]
            a = [expit(value) for value in z] if layer < 2 else z
            np.testing.assert_allclose(Z[layer][i], z, rtol=1e-12)
            np.testing.assert_allclose(A[layer][i], a, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", HIDDEN)
def test_forward_gives_the_layers_of_every_activation(name, dtype):
    model = regressor(rows=X.astype(dtype), activation=name)
    Z, A = model.forward(X.astype(dtype))
    tolerance = {"rtol": 1e-4, "atol": 1e-4} if dtype == np.float32 else {"rtol": 1e-9}
    before = X.astype(dtype)
    for layer, (W, b) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        assert Z[layer].dtype == A[layer].dtype == dtype
        np.testing.assert_allclose(Z[layer], before @ W + b, **tolerance)
        before = A[layer]
    np.testing.assert_allclose(A[0], model.hidden_representation(X, 0), **tolerance)
    np.testing.assert_allclose(A[1], model.hidden_representation(X, 1), **tolerance)
    np.testing.assert_allclose(A[2][:, 0], model.predict(X), **tolerance)


def test_the_last_layer_of_a_classifier_gives_probabilities():
    flowers, kinds = load_iris(return_X_y=True, as_frame=True)
    model = classifier(kinds, flowers)
    Z, A = model.forward(flowers)
    np.testing.assert_allclose(A[-1], model.predict_proba(flowers), rtol=1e-12)
    np.testing.assert_allclose(Z[-1], model.decision_function(flowers), rtol=1e-12)
    binary = classifier(kinds > 0, flowers)
    probability = binary.forward(flowers)[1][-1]
    assert probability.shape == (150, 1)
    np.testing.assert_allclose(
        probability[:, 0], binary.predict_proba(flowers)[:, 1], rtol=1e-9
    )


def test_forward_takes_frames_with_text_and_sparse_matrices():
    frame = pd.DataFrame({"x": X[:, 0], "kind": RNG.choice(["a", "b", "c"], 60)})
    model = regressor(rows=frame)
    Z, _ = model.forward(frame[["kind", "x"]])
    encoded = model.encoder_.transform(frame)
    expected = encoded @ model.coefs_[0] + model.intercepts_[0]
    np.testing.assert_allclose(Z[0], expected, rtol=1e-12, atol=1e-12)
    rows = csr_matrix(np.where(RNG.random(X.shape) < 0.5, X, 0))
    model = regressor(rows=rows)
    np.testing.assert_allclose(model.forward(rows)[1][-1][:, 0], model.predict(rows))


# ---- gradient ---------------------------------------------------------------------------


def squared(A, y):
    return (A - y) ** 2


def huber(A, y):
    e, limit = np.abs(A - y), 0.5 * Y.std()
    return np.where(e <= limit, e**2, 2 * limit * e - limit**2)


def pinball(A, y):
    e, q = y - A, np.array([0.1, 0.8])
    return np.maximum(q * e, (q - 1) * e)


def poisson(A, y):
    return y * np.log(y / A) - y + A


def gamma(A, y):
    return np.log(A / y) + y / A - 1


def tweedie(A, y):
    p = 1.4
    own = y ** (2 - p) / ((1 - p) * (2 - p))
    return own - y * A ** (1 - p) / (1 - p) + A ** (2 - p) / (2 - p)


REGRESSIONS = {
    "squared_error": ("squared_error", Y, squared),
    "two targets": ("squared_error", np.column_stack([Y, 1e3 * POSITIVE]), squared),
    "huber": (Huber(0.5), Y, huber),
    "absolute_error": ("absolute_error", Y, lambda A, y: np.abs(A - y)),
    "quantiles": (Quantile((0.1, 0.8)), Y, pinball),
    "poisson": ("poisson", 7 * POSITIVE, poisson),
    "gamma": ("gamma", 7 * POSITIVE, gamma),
    "tweedie": (Tweedie(1.4), 7 * POSITIVE, tweedie),
}


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("name", REGRESSIONS)
def test_the_gradient_is_that_of_the_mean_loss_in_units_of_y(name, weights):
    loss, y, formula = REGRESSIONS[name]
    model = regressor(y, loss=loss, alpha=0.3)
    targets = y.reshape(len(y), -1)

    def cost(probe):
        costs = formula(probe.forward(X)[1][-1], targets).sum(axis=1)
        return np.average(costs, weights=weights)

    assert_gradient(model, X, y, cost, weights)


@pytest.mark.parametrize("name", ["poisson", "gamma", "squared_error"])
def test_the_gradient_of_positive_outputs_without_an_exponential(name):
    loss, y, formula = REGRESSIONS[name]
    y = np.abs(y)
    model = regressor(y, loss=loss, output_activation="softplus")

    def cost(probe):
        return formula(probe.predict(X), y).mean()

    assert_gradient(model, X, y, cost)


@pytest.mark.parametrize("name", HIDDEN)
def test_the_gradient_passes_through_every_activation(name):
    model = regressor(activation=name, input_scale=True)
    assert_gradient(model, X, Y, lambda probe: squared(probe.predict(X), Y).mean())


def smoothed_log_loss(P, y, smoothing):
    """Return minus the log-likelihood of labels that are smoothed by hand."""
    onehot = (y[:, None] == np.unique(y)) * (1 - smoothing) + smoothing / P.shape[1]
    return -(onehot * np.log(P)).sum(axis=1)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_gradient_of_the_log_loss_is_that_of_smoothed_labels(n_classes, smoothing):
    y = np.array(["p", "q", "r"])[np.digitize(X[:, 1], [-5, -3][: n_classes - 1])]
    model = classifier(y, loss=LogLoss(smoothing))

    def cost(probe):
        return smoothed_log_loss(probe.predict_proba(X), y, smoothing).mean()

    assert_gradient(model, X, y, cost)


def test_the_gradient_of_labels_that_do_not_exclude_each_other():
    rows, labels = make_multilabel_classification(60, 3, n_classes=2, random_state=0)
    model = classifier(labels, rows, loss=LogLoss())

    def cost(probe):
        P = probe.predict_proba(rows)
        return -(labels * np.log(P) + (1 - labels) * np.log(1 - P)).sum(axis=1).mean()

    assert_gradient(model, rows, labels, cost)


def test_classes_weigh_as_they_did_in_training():
    y = (X[:, 1] > -1).astype(int)
    model = classifier(y, class_weight="balanced", loss=LogLoss())
    some = np.r_[0:20]  # other shares of the classes than all rows have
    factors = len(y) / (2 * np.bincount(y))
    assert len({*np.bincount(y)}) == 2

    def cost(probe):
        costs = smoothed_log_loss(probe.predict_proba(X[some]), y[some], 0.0)
        return np.average(costs, weights=factors[y[some]] * WEIGHTS[some])

    assert_gradient(model, X[some], y[some], cost, WEIGHTS[some])


def test_class_weights_that_training_did_not_count_are_those_of_the_rows():
    y = (X[:, 1] > -1).astype(int)
    later = classifier(y).set_params(class_weight="balanced")
    factors = len(y) / (2 * np.bincount(y))
    expected = later.set_params(class_weight=dict(enumerate(factors))).gradient(X, y)
    found = later.set_params(class_weight="balanced").gradient(X, y)
    np.testing.assert_allclose(found[0][0], expected[0][0], rtol=1e-10)


class Quartic:
    def value(self, y, a):
        return (a - y) ** 4

    def gradient(self, y, a):
        return 4 * (a - y) ** 3


def test_the_gradient_of_an_own_loss_is_taken_of_the_scaled_target():
    model = regressor(loss=Quartic())

    def cost(probe):
        return np.mean(((probe.predict(X) - Y) / Y.std()) ** 4)

    assert_gradient(model, X, Y, cost)


@pytest.mark.parametrize("encoder", ["auto", TableEncoder(n_bins=4)])
def test_the_gradient_of_a_network_behind_an_encoder(encoder):
    frame = pd.DataFrame(X, columns=list("abc")).assign(
        kind=RNG.choice(["a", "b"], 60), gap=np.where(X[:, 0] > 5, np.nan, X[:, 1])
    )
    model = regressor(rows=frame, encoder=encoder)
    assert_gradient(model, frame, Y, lambda probe: squared(probe.predict(frame), Y).mean())


def test_a_step_of_plain_sgd_is_the_gradient_and_the_penalty():
    model = FFNNRegressor(
        **PLAIN, solver="sgd", learning_rate=1e-3, batch_size=60, alpha=0.5, warm_start=True
    )
    model.fit(X, Y, WEIGHTS)
    W = [W.copy() for W in model.coefs_]
    b = [b.copy() for b in model.intercepts_]
    coefs_grad, intercepts_grad = model.gradient(X, Y, WEIGHTS)
    model.set_params(max_iter=1).fit(X, Y, WEIGHTS)
    for layer in range(3):
        step = 1e-3 * (coefs_grad[layer] + 0.5 * W[layer])
        np.testing.assert_allclose(model.coefs_[layer], W[layer] - step, rtol=1e-9)
        step = 1e-3 * intercepts_grad[layer]
        np.testing.assert_allclose(model.intercepts_[layer], b[layer] - step, rtol=1e-9)


def test_a_step_of_plain_sgd_with_weighted_classes_is_the_gradient():
    y = np.digitize(X[:, 1], [-5, -3])
    plain = {name: value for name, value in PLAIN.items() if name != "scale_target"}
    model = FFNNClassifier(
        **plain,
        solver="sgd",
        learning_rate=0.1,
        batch_size=60,
        alpha=0.0,
        class_weight="balanced",
        warm_start=True,
    ).fit(X, y)
    before = [W.copy() for W in model.coefs_]
    coefs_grad, _ = model.gradient(X, y)
    model.set_params(max_iter=1).fit(X, y)
    for W, old, grad in zip(model.coefs_, before, coefs_grad, strict=True):
        np.testing.assert_allclose(W, old - 0.1 * grad, rtol=1e-9, atol=1e-12)


def test_many_rows_are_averaged_over_blocks():
    rows = RNG.normal(size=(1100, 3))
    y, w = rows[:, 0] ** 2, RNG.uniform(0, 3, 1100)
    model = regressor(y, rows)
    whole = model.gradient(rows, y, w)[0][0]
    parts = [model.gradient(rows[i : i + 1], y[i : i + 1])[0][0] for i in range(1100)]
    np.testing.assert_allclose(whole, np.average(parts, axis=0, weights=w), rtol=1e-8)


def test_a_weight_of_2_is_two_rows_and_a_weight_of_0_none():
    model = regressor(7 * POSITIVE, loss="gamma")
    w = np.r_[np.full(20, 2.0), np.ones(39), 0.0]
    y = np.r_[7 * POSITIVE[:59], 0.0]  # which the loss is not defined for
    copies = np.r_[0:20, 0:59]
    expected = model.gradient(X[copies], y[copies])
    for found, other in zip(model.gradient(X, y, w), expected, strict=True):
        for grad, same in zip(found, other, strict=True):
            np.testing.assert_allclose(grad, same, rtol=1e-10, atol=1e-12)


def test_float32_stays_float32():
    rows = X.astype(np.float32)
    model = regressor(rows=rows)
    expected = copy.deepcopy(model)
    expected.coefs_ = [W.astype(float) for W in model.coefs_]
    expected.intercepts_ = [b.astype(float) for b in model.intercepts_]
    for found, exact in zip(
        model.gradient(rows, Y)[0], expected.gradient(rows, Y)[0], strict=True
    ):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, exact, rtol=1e-3, atol=1e-4 * np.abs(exact).max())
    assert model.input_gradient(rows).dtype == np.float32


def test_nothing_is_changed():
    y, w = Y.copy(), WEIGHTS.copy()
    rows = X.copy()
    model = regressor()
    before = pickle.dumps(model)
    grads = model.gradient(rows, y, w)
    model.forward(rows)[1][0][...] = 0
    model.input_gradient(rows)[...] = 0
    for grad in grads[0]:
        grad[...] = 0  # the caller's own
    assert pickle.dumps(model) == before
    np.testing.assert_array_equal(rows, X)
    np.testing.assert_array_equal(y, Y)
    np.testing.assert_array_equal(w, WEIGHTS)


def test_errors_name_what_is_wrong():
    new = FFNNRegressor()
    for call in (
        lambda: new.forward(X),
        lambda: new.gradient(X, Y),
        lambda: new.input_gradient(X),
    ):
        with pytest.raises(NotFittedError):
            call()
    model = regressor()
    with pytest.raises(ValueError, match=r"X has 60 .* y .*59|y has 59"):
        model.gradient(X, Y[:59])
    with pytest.raises(ValueError, match="y has 2 columns"):
        model.gradient(X, np.column_stack([Y, Y]))
    with pytest.raises(ValueError, match="sample_weight must not have negative"):
        model.gradient(X, Y, -WEIGHTS)
    with pytest.raises(ValueError, match="sample_weight is zero for every row"):
        model.gradient(X, Y, 0 * WEIGHTS)
    with pytest.raises(ValueError, match="features"):
        model.gradient(X[:, :2], Y)
    with pytest.raises(ValueError, match="'z'"):
        classifier(np.where(Y > 0, "a", "b")).gradient(X, np.where(Y > 0, "a", "z"))
    with pytest.raises(ValueError, match="at least 0"):
        regressor(POSITIVE, loss="poisson").gradient(X, -POSITIVE)
    for output in (1, -1, 0.5, "first", None):
        with pytest.raises(ValueError, match=r"output=.* from 0 to 0"):
            model.input_gradient(X, output)


def test_what_overflows_is_told():
    model = regressor(rows=X.astype(np.float32), activation="relu", encoder=None)
    far = np.full((1, 3), 3e38, np.float32)
    with pytest.warns(UserWarning, match="not finite"):
        model.gradient(far, [0.0])


# ---- input_gradient ---------------------------------------------------------------------


def assert_input_gradient(model, rows, output=0, atol=1e-6):
    """Compare with central differences of forward's last layer, column by column."""
    found = model.input_gradient(rows, output)
    assert found.shape == rows.shape
    numbers = np.asarray(rows, dtype=float)
    for j in range(rows.shape[1]):
        h = 1e-6 * max(1.0, np.abs(numbers[:, j]).max())
        ends = []
        for shift in (h, -h):
            moved = numbers.copy()
            moved[:, j] += shift
            if hasattr(rows, "columns"):
                moved = pd.DataFrame(moved, columns=rows.columns)
            ends.append(model.forward(moved)[1][-1][:, output])
        expected = (ends[0] - ends[1]) / (2 * h)
        scale = max(1.0, np.abs(expected).max())
        np.testing.assert_allclose(found[:, j], expected, rtol=1e-5, atol=atol * scale)


NEW = np.random.default_rng(1).normal([5, -3, 0], [1, 2, 0.1], size=(40, 3))
ENCODERS = {
    "none": None,
    "folded": "auto",
    "bins": TableEncoder(n_bins=4),
    "bins and clip": TableEncoder(n_bins=5, smooth_clip=1.5),
    "clip": TableEncoder(smooth_clip=1.5),
    "unchanged": Unchanged(),
}


@pytest.mark.parametrize("kind", [np.asarray, pd.DataFrame], ids=["array", "frame"])
@pytest.mark.parametrize("name", ENCODERS)
def test_the_input_gradient_passes_through_the_encoder(name, kind):
    if name == "unchanged" and kind is pd.DataFrame:
        kind = np.asarray
    columns = {"columns": list("abc")} if kind is pd.DataFrame else {}
    model = regressor(rows=kind(X, **columns), encoder=ENCODERS[name])
    assert_input_gradient(model, kind(NEW, **columns))


@pytest.mark.parametrize("name", HIDDEN)
def test_the_input_gradient_passes_through_every_activation(name):
    assert_input_gradient(regressor(activation=name, input_scale=True), NEW)


@pytest.mark.parametrize("output", [0, 1, 2])
def test_the_input_gradient_of_one_probability_of_several(output):
    flowers, kinds = load_iris(return_X_y=True)
    model = classifier(kinds, flowers, hidden_layer_sizes=(), activation="relu")
    assert_input_gradient(model, flowers + 0.01, output)
    P, W = model.predict_proba(flowers), model.coefs_[0]  # σ' of softmax, by hand
    expected = P[:, [output]] * (W[:, output] - P @ W.T)
    np.testing.assert_allclose(model.input_gradient(flowers, output), expected, rtol=1e-9)


def test_the_input_gradient_of_a_linear_network_is_its_slope_in_units_of_x_and_y():
    rows = X * [1.0, 1e4, 1e-3]
    y = 3 * rows[:, 0] - 2e-4 * rows[:, 1] + 500 * rows[:, 2]
    linear = {"hidden_layer_sizes": (), "activation": "relu", "solver": "lbfgs"}
    model = regressor(y, rows, **linear, alpha=0.0, tol=1e-8, max_iter=500)
    expected = np.tile([3, -2e-4, 500], (60, 1))
    np.testing.assert_allclose(model.input_gradient(rows), expected, rtol=1e-4)


def test_categories_and_missing_values_have_no_derivative():
    frame = pd.DataFrame(X, columns=list("abc")).assign(
        kind=pd.Categorical(RNG.choice(["a", "b", "c"], 60)), same=1.0, yes=X[:, 0] > 5
    )
    frame.loc[::7, "b"] = np.nan
    model = regressor(rows=frame, encoder=TableEncoder(n_bins=4))
    later = frame[["yes", "kind", "c", "b", "a", "same"]]  # another order
    found = pd.DataFrame(model.input_gradient(later), columns=model.feature_names_in_)
    assert found["kind"].isna().all()
    assert (found["b"].isna() == frame["b"].isna()).all()
    assert (found["same"] == 0).all()
    h = 1e-6
    for name in ("a", "b", "c"):
        ends = [model.predict(frame.assign(**{name: frame[name] + s})) for s in (h, -h)]
        expected = (ends[0] - ends[1]) / (2 * h)
        is_between = np.isclose(found[name], expected, rtol=1e-4, atol=1e-3)
        edges = np.unique(
            np.nanquantile(frame[name], np.linspace(0, 1, 5), method="inverted_cdf")
        )
        at_edge = frame[name].isin(edges)
        assert (is_between | at_edge | frame[name].isna()).all()
        assert is_between.sum() > 40


def test_a_missing_value_that_later_rows_have_has_no_derivative():
    model = regressor()
    rows = X.copy()
    rows[0, 1] = np.nan
    found = model.input_gradient(rows)
    assert np.isnan(found[0, 1])
    assert np.isnan(found).sum() == 1


def test_between_two_bins_it_is_the_derivative_on_the_right():
    rows = np.arange(101.0).reshape(-1, 1)
    model = regressor(np.abs(rows[:, 0] - 50), rows, encoder=TableEncoder(n_bins=2))
    edge, h = np.array([[50.0]]), 1e-6
    expected = (model.predict(edge + h) - model.predict(edge)) / h
    np.testing.assert_allclose(model.input_gradient(edge)[0], expected, rtol=1e-4)


@pytest.mark.parametrize("encoder", ["auto", None, TableEncoder(smooth_clip=2.0)])
def test_the_input_gradient_of_sparse_rows_is_dense(encoder):
    dense = np.where(np.random.default_rng(2).random(X.shape) < 0.5, X, 0)
    model = regressor(rows=csr_matrix(dense), encoder=encoder)
    found = model.input_gradient(csr_matrix(dense))
    for j in range(3):
        ends = []
        for shift in (1e-6, -1e-6):
            moved = dense.copy()
            moved[:, j] += shift
            ends.append(model.predict(csr_matrix(moved)))
        expected = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(found[:, j], expected, rtol=1e-4, atol=1e-3)


class Doubled(TableEncoder):
    def transform(self, X):
        return 2 * super().transform(X)


def test_a_subclass_of_the_encoder_may_encode_in_another_way():
    model = regressor(encoder=Doubled(n_bins=4))
    with pytest.raises(TypeError, match="Doubled"):
        model.input_gradient(X)


def test_columns_that_say_nothing_have_derivatives_of_0():
    frame = pd.DataFrame({"a": [1.0, 1.0], "b": ["x", "x"], "c": [np.nan, 2.0]})
    model = FFNNRegressor(max_iter=2).fit(frame[:1].assign(c=2.0), [1.0])
    found = model.input_gradient(frame)
    np.testing.assert_array_equal(found, [[0, np.nan, np.nan], [0, np.nan, 0]])


def test_one_class_has_a_gradient_of_finite_numbers():
    model = classifier(np.ones(60))
    assert np.isfinite(model.gradient(X, np.ones(60))[0][0]).all()
    assert model.forward(X)[1][-1].shape == (60, 1)


def test_a_stream_is_looked_into_between_two_calls():
    model = FFNNRegressor(**SMOOTH)
    for start in range(0, 60, 20):
        rows = slice(start, start + 20)
        model.partial_fit(X[rows], Y[rows])

        def cost(probe):
            return squared(probe.predict(X), Y).mean()

        assert_gradient(model, X, Y, cost)
        assert_input_gradient(model, NEW)


def test_an_encoder_without_a_known_derivative_is_named():
    model = regressor(encoder=StandardScaler())
    with pytest.raises(TypeError, match=r"StandardScaler\(\).*Pipeline"):
        model.input_gradient(X)
    pipeline = make_pipeline(StandardScaler(), FFNNRegressor(**{**SMOOTH, "encoder": None}))
    pipeline.fit(X, Y)
    scaled = pipeline[0].transform(NEW)
    assert_input_gradient(pipeline[-1], scaled)
