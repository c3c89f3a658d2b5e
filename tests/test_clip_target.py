"""clip_target: predictions stay in the range of the targets to train on."""

import pickle

import numpy as np
import pytest

from sknn import FFNNRegressor, Quantile

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
Y = np.column_stack([1000 + 50 * X[:, 0], 0.01 * X[:, 1]])
FAR = 100 * X
QUICK = {"hidden_layer_sizes": 8, "random_state": 0, "learning_rate": 0.01}
QUICK |= {"max_iter": 20, "learning_rate_schedule": "cosine"}


@pytest.mark.parametrize("y", [Y[:, 0], Y], ids=["one", "two"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale_target", [True, False])
def test_predictions_are_those_of_the_network_within_the_range(y, dtype, scale_target):
    params = QUICK | {"scale_target": scale_target}
    if not scale_target:
        y = (y - y.mean(axis=0)) / y.std(axis=0)
    plain = FFNNRegressor(**params, clip_target=False).fit(X.astype(dtype), y)
    model = FFNNRegressor(**params, clip_target=True).fit(X.astype(dtype), y)
    free, found = plain.predict(FAR.astype(dtype)), model.predict(FAR.astype(dtype))
    low, high = y.min(axis=0).astype(dtype), y.max(axis=0).astype(dtype)
    assert (free < low).any()
    assert (free > high).any()
    np.testing.assert_array_equal(found, np.minimum(np.maximum(free, low), high))
    assert found.dtype == dtype
    assert model.loss_ == plain.loss_


def test_quantiles_have_the_range_of_their_target():
    y = Y[:, 0]
    model = FFNNRegressor(**QUICK, clip_target=True, loss=Quantile((0.1, 0.5, 0.9)))
    found = model.fit(X, y).predict(FAR)
    assert found.shape == (80, 3)
    assert (found.min(), found.max()) == (y.min(), y.max())


def test_rows_of_no_weight_and_rows_that_are_held_out_do_not_count():
    y = Y[:, 0].copy()
    y[:5] = [2000, -3000, 1000, 1000, 1000]
    w = np.ones(80)
    w[:2] = 0
    found = FFNNRegressor(**QUICK, clip_target=True).fit(X, y, w).predict(1000 * X)
    assert (found.min(), found.max()) == (y[2:].min(), y[2:].max())


def test_rows_that_are_held_out_do_not_count():
    y = Y[:, 0]
    params = QUICK | {"early_stopping": True, "validation_fraction": 70}
    params["random_state"] = 2
    model = FFNNRegressor(**params, clip_target=True).fit(X, y)
    kept = {float(model._targets.low[0]), float(model._targets.high[0])}
    assert kept <= {*y}
    assert kept != {y.min(), y.max()}
    found = model.predict(1000 * X)
    assert {found.min(), found.max()} == kept


def test_a_stream_has_the_range_of_all_its_rows():
    model = FFNNRegressor(**QUICK, clip_target=True)
    order = np.argsort(Y[:, 0])
    for rows in (order[:20], order[60:], order[20:60]):
        model.partial_fit(X[rows], Y[rows, 0])
        model = pickle.loads(pickle.dumps(model))
    found = model.predict(1e4 * X)
    assert (found.min(), found.max()) == (Y[:, 0].min(), Y[:, 0].max())


def test_a_new_fit_has_a_new_range():
    model = FFNNRegressor(**QUICK, clip_target=True).fit(X, 7 * Y[:, 0])
    found = model.fit(X, Y[:, 0]).predict(FAR)
    assert found.max() <= Y[:, 0].max()


def test_before_any_row_of_weight_nothing_is_clipped():
    model = FFNNRegressor(**QUICK, clip_target=True, encoder=None)
    model.partial_fit(X, Y[:, 0], np.zeros(80))
    assert len(np.unique(model.predict(FAR))) > 70


def test_the_parameter_is_read_by_predict():
    model = FFNNRegressor(**QUICK).fit(X, Y)
    free = model.predict(FAR)
    clipped = model.set_params(clip_target=True).predict(FAR)
    np.testing.assert_array_equal(clipped, np.clip(free, Y.min(axis=0), Y.max(axis=0)))


def test_scorers_see_what_predict_returns():
    far = X * [100, 1, 1]
    model = FFNNRegressor(**QUICK, clip_target=True, scoring="r2", early_stopping=True)
    model.fit(X, Y[:, 0], X_val=far, y_val=Y[:, 0])
    assert model.best_score_ == pytest.approx(model.score(far, Y[:, 0]), rel=1e-12)
    model.set_params(clip_target=False)
    assert model.score(far, Y[:, 0]) < model.best_score_ - 1
