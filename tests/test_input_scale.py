"""input_scale: a factor per column, trained along, folded into the first layer."""

import numpy as np
import pytest
from scipy import sparse
from stopping_parts import Scripted

from sknn import SGD, AdamW, FFNNClassifier, FFNNRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4))
y = X[:, 0] - X[:, 1] ** 2 + 0.1 * RNG.normal(size=120)
labels = np.where(y > 0, "yes", "no")
SMALL = {"hidden_layer_sizes": 8, "input_scale": True, "random_state": 0}
SMALL |= {"learning_rate": 0.01, "batch_size": 30, "n_iter_no_change": np.inf}


def assert_same_bits(one, other):
    for a, b in zip(
        one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_, strict=True
    ):
        np.testing.assert_array_equal(a, b)


def constant(progress):
    return 1.0


PLAIN = {"hidden_layer_sizes": (), "input_scale": True, "scale_target": False}
PLAIN |= {"learning_rate": 1e-3, "learning_rate_schedule": constant}
PLAIN |= {"encoder": None, "batch_size": 120, "alpha": 0.0, "max_iter": 1}


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_plain_steps_are_those_of_a_loop_in_numpy(alpha):
    W, u, b = RNG.normal(size=(4, 1)), np.full((4, 1), 1 / 6), np.zeros(1)
    model = FFNNRegressor(**PLAIN | {"solver": "sgd", "alpha": alpha, "max_iter": 5})
    model.fit(X, y, coefs_init=[W], intercepts_init=[b])
    for _ in range(5):
        e = X @ (6 * u * W) + b - y[:, np.newaxis]
        G = 2 * X.T @ e / 120
        b = b - 1e-3 * 2 * e.mean(axis=0)
        W, u = W - 1e-3 * (6 * u * G + alpha * W), u - 1e-3 * 6 * G * W
    np.testing.assert_allclose(model.coefs_[0], 6 * u * W, rtol=1e-9)
    np.testing.assert_allclose(model.intercepts_[0], b, rtol=1e-9)


def test_with_adam_a_scale_moves_six_times_as_fast_as_a_weight():
    W = RNG.normal(size=(4, 1)) + 5
    model = FFNNRegressor(**PLAIN)
    model.fit(X, y, coefs_init=[W], intercepts_init=[np.zeros(1)])
    sign = np.sign(
        X.T @ (X @ W - y[:, np.newaxis])
    )  # that of both: all weights are above 0
    expected = (1 - 6e-3 * sign) * (W - 1e-3 * sign)
    np.testing.assert_allclose(model.coefs_[0], expected, rtol=1e-7)


@pytest.mark.parametrize(
    ("decay", "kept"),
    [
        ({"weight_decay": 0.5}, 1 - 1e-3 * 0.5),
        ({"weight_decay": 0.0, "scale_decay": 0.3}, 1 - 1e-3 * 0.3),
        ({"weight_decay": 0.5, "scale_decay": 0.3}, (1 - 1e-3 * 0.5) * (1 - 1e-3 * 0.3)),
    ],
)
def test_weights_and_scales_have_a_decay_each(decay, kept):
    W = np.array([[2.0], [0.0], [-1.0], [3.0]])
    model = FFNNRegressor(**PLAIN | {"solver": AdamW(**decay)})
    nothing = np.zeros_like(X)  # no gradient reaches the weights
    model.fit(nothing, np.zeros(120), coefs_init=[W], intercepts_init=[np.zeros(1)])
    np.testing.assert_allclose(model.coefs_[0], W * kept, rtol=1e-12, atol=1e-99)


def test_a_decay_of_scales_without_scales_is_named():
    solver = AdamW(scale_decay=0.3)
    model = FFNNRegressor(**PLAIN | {"solver": solver, "input_scale": False})
    with pytest.warns(UserWarning, match="scale_decay has no effect without input_scale"):
        model.fit(X, y)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"solver": SGD(momentum=0.9), "learning_rate": 1e-4, "dropout": 0.2},
        {"solver": "adamw", "clip_norm": 1.0, "activation": "prelu"},
        {"hidden_layer_sizes": ()},
        {"solver": "rmsprop", "hidden_layer_sizes": (5, 4), "initializer": "data"},
    ],
)
@pytest.mark.parametrize("kind", [FFNNRegressor, FFNNClassifier])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_warm_start_goes_on_as_if_training_had_not_stopped(kind, params, dtype):
    data = X.astype(dtype), labels if kind is FFNNClassifier else 1e3 + 7 * y
    params = {**SMALL, "warm_start": True, "tol": 0, **params}
    params["learning_rate_schedule"] = constant
    whole = kind(**{**params, "max_iter": 11}).fit(*data)
    parts = kind(**{**params, "max_iter": 4}).fit(*data)
    parts.set_params(max_iter=7).fit(*data)
    assert_same_bits(parts, whole)
    assert whole.coefs_[0].dtype == dtype


@pytest.mark.parametrize("hidden", [8, ()])
def test_a_stream_whose_scale_changes_keeps_its_predictions_and_its_scales(hidden):
    model = FFNNRegressor(**SMALL | {"hidden_layer_sizes": hidden})
    for _ in range(5):
        model.partial_fit(X, y)
    before, scales = model.predict(X), model._checkpoint.params[-4:]
    assert np.abs(scales - 1 / 6).min() > 1e-4
    model.set_params(learning_rate=1e-12).partial_fit(X, 50 + 10 * y)
    np.testing.assert_allclose(model.predict(X), before, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(model._checkpoint.params[-4:], scales, rtol=1e-9)


@pytest.mark.parametrize("hidden", [8, ()])
def test_a_stream_whose_columns_change_their_scale_keeps_its_predictions(hidden):
    model = FFNNRegressor(**SMALL | {"hidden_layer_sizes": hidden})
    for _ in range(5):
        model.partial_fit(X, y)
    before, scales = model.predict(X), model._checkpoint.params[-4:]
    model.set_params(learning_rate=1e-12).partial_fit(5 * X + [0, 3, 100, -1], y)
    np.testing.assert_allclose(model.predict(X), before, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(model._checkpoint.params[-4:], scales, rtol=1e-9)


@pytest.mark.parametrize("hidden", [8, ()])
def test_weights_set_by_the_user_are_what_training_goes_on_from(hidden):
    model = FFNNRegressor(**SMALL | {"hidden_layer_sizes": hidden}).partial_fit(X, y)
    model.coefs_ = [W + 1 for W in model.coefs_]
    expected = model.predict(X)
    model.set_params(learning_rate=1e-12).partial_fit(X, y)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-8)
    np.testing.assert_allclose(model._checkpoint.params[-4:], 1 / 6, rtol=1e-9)


def test_a_stream_that_is_ahead_of_what_it_publishes_keeps_its_scales():
    model = FFNNRegressor(**SMALL, early_stopping=True, scoring=Scripted(1, 1, 0))
    plain = FFNNRegressor(**SMALL)
    for _ in range(2):
        model.partial_fit(X, y, X_val=X, y_val=y)
        plain.partial_fit(X, y)
    assert model._checkpoint.published is not None
    model.set_params(early_stopping=False, scoring="loss").partial_fit(X, y)
    for W, expected in zip(model.coefs_, plain.partial_fit(X, y).coefs_, strict=True):
        np.testing.assert_allclose(W, expected, rtol=1e-9)


@pytest.mark.parametrize("before", [False, True])
def test_scales_can_be_added_or_left_out_between_two_fits(before):
    model = FFNNRegressor(**SMALL | {"input_scale": before}).partial_fit(X, y)
    expected = model.predict(X)
    model.set_params(input_scale=not before, learning_rate=1e-12).partial_fit(X, y)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-8, atol=1e-9)


def test_sparse_input_trains_as_dense_input_does():
    rows = X * (np.random.default_rng(1).random(X.shape) < 0.4)
    params = SMALL | {"max_iter": 5, "learning_rate_schedule": "cosine", "encoder": None}
    dense = FFNNClassifier(**params).fit(rows, labels)
    thin = FFNNClassifier(**params).fit(sparse.csr_array(rows), labels)
    np.testing.assert_allclose(thin.coefs_[0], dense.coefs_[0], rtol=1e-7)


def test_lbfgs_trains_the_scales():
    params = {"solver": "lbfgs", "alpha": 0.1, "max_iter": 500, "random_state": 0}
    plain = FFNNRegressor((), **params).fit(X, y)
    scaled = FFNNRegressor((), input_scale=True, **params).fit(X, y)
    # With a scale per column, the same function takes smaller weights.
    assert scaled.loss_ < plain.loss_
    error = np.square(scaled.predict(X) - y).mean()
    np.testing.assert_allclose(scaled.loss_, error, rtol=1e-6)
