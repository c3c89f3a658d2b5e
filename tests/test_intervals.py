"""Predicted intervals cover what they promise; losses with a scale follow the unit of y."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes
from sklearn.metrics import d2_pinball_score, mean_pinball_loss, r2_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import FFNNRegressor, Quantile, Tweedie

INTERVAL = Quantile((0.05, 0.5, 0.95))


def coverage(y, predictions):
    """Return the share of y between the first and the last column."""
    return np.mean((y >= predictions[:, 0]) & (y <= predictions[:, -1]))


def heteroscedastic(n, seed):
    """Return X, y and the standard deviation of y, which grows with X."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, size=(n, 1))
    spread = 0.1 + 0.4 * (X[:, 0] + 1)
    return X, np.sin(3 * X[:, 0]) + spread * rng.normal(size=n), spread


def test_intervals_cover_nine_tenths_of_real_data():
    X, y = load_diabetes(return_X_y=True)
    # Small data: few neurons and much dropout, or the intervals fit the noise.
    model = make_pipeline(
        StandardScaler(),
        FFNNRegressor(
            hidden_layer_sizes=(50,),
            loss=INTERVAL,
            dropout=0.3,
            alpha=0.01,
            learning_rate=1e-3,
            learning_rate_schedule="cosine",
            max_iter=100,
            random_state=0,
        ),
    )
    covered = []
    for seed in range(4):
        folds = KFold(5, shuffle=True, random_state=seed)
        covered.append(coverage(y, cross_val_predict(model, X, y, cv=folds)))
    assert 0.87 <= np.mean(covered) <= 0.93


def test_intervals_are_wide_where_the_noise_is_and_cover_everywhere():
    X, y, _ = heteroscedastic(3000, seed=0)
    X_test, y_test, spread = heteroscedastic(4000, seed=1)
    model = FFNNRegressor(
        hidden_layer_sizes=(50, 50),
        loss=INTERVAL,
        learning_rate=3e-3,
        learning_rate_schedule="cosine",
        max_iter=60,
        random_state=0,
    ).fit(X, y)
    predictions = model.predict(X_test)
    assert 0.87 <= coverage(y_test, predictions) <= 0.93
    for part in (X_test[:, 0] < -0.5, X_test[:, 0] > 0.5):
        assert 0.84 <= coverage(y_test[part], predictions[part]) <= 0.96
    # The interval of a normal distribution is 2 · 1.645 standard deviations wide.
    width = predictions[:, 2] - predictions[:, 0]
    np.testing.assert_allclose(np.mean(width / spread), 3.29, rtol=0.1)
    assert np.corrcoef(width, spread)[0, 1] > 0.95


def test_quantiles_beat_constant_ones_and_the_mean_of_their_scores_is_the_score():
    X, y, _ = heteroscedastic(600, seed=0)
    model = FFNNRegressor(
        loss=INTERVAL,
        learning_rate=0.01,
        learning_rate_schedule="cosine",
        max_iter=30,
        random_state=0,
    ).fit(X, y)
    w = np.linspace(1, 2, 600)
    scores = [
        d2_pinball_score(y, column, alpha=q, sample_weight=w)
        for q, column in zip(INTERVAL.levels, model.predict(X).T, strict=True)
    ]
    assert model.score(X, y, w) == pytest.approx(np.mean(scores), rel=1e-12)
    assert min(scores) > 0


@pytest.mark.parametrize("loss", ["quantile", Quantile(0.9), Quantile((0.9,)), "gamma"])
def test_a_single_column_is_scored_by_r2(loss):
    X, y, _ = heteroscedastic(100, seed=0)
    y = np.exp(y)
    model = FFNNRegressor(loss=loss, learning_rate_schedule="cosine", max_iter=5)
    model.set_params(random_state=0).fit(X, y)
    assert model.predict(X).shape == (100,)
    assert model.score(X, y) == pytest.approx(r2_score(y, model.predict(X)))


def test_the_validation_loss_of_quantiles_is_that_of_the_predictions():
    X, y, _ = heteroscedastic(120, seed=0)
    y = 1000 * y + 5
    # So little training that the network's outputs cross: predictions do not.
    model = FFNNRegressor(
        loss=INTERVAL, learning_rate_schedule="cosine", max_iter=5, random_state=0
    ).fit(X, y, X_val=X, y_val=y)
    total = sum(
        mean_pinball_loss(y, column, alpha=q)
        for q, column in zip(INTERVAL.levels, model.predict(X).T, strict=True)
    )
    assert model.validation_loss_curve_[-1] == pytest.approx(total, rel=1e-9)


def predictions_of(loss, X, y):
    model = FFNNRegressor(
        hidden_layer_sizes=(10,),
        loss=loss,
        learning_rate=0.01,
        learning_rate_schedule="cosine",
        batch_size=20,
        max_iter=8,
        random_state=0,
    )
    return model.fit(X, y).predict(X)


@settings(derandomize=True, max_examples=15, deadline=None)
@given(log_a=st.floats(-12, 12), shift=st.floats(-100, 100))
def test_intervals_follow_the_unit_and_the_offset_of_y(log_a, shift):
    X, y, _ = heteroscedastic(80, seed=0)
    a = np.exp(log_a)
    moved = predictions_of(INTERVAL, X, a * (y + shift))
    expected = a * (predictions_of(INTERVAL, X, y) + shift)
    np.testing.assert_allclose(moved, expected, rtol=1e-6, atol=1e-6 * a)


@settings(derandomize=True, max_examples=15, deadline=None)
@given(
    log_a=st.floats(-12, 12),
    loss=st.sampled_from(["gamma", "tweedie", Tweedie(1.9), Tweedie(1.1), "poisson"]),
)
def test_deviances_follow_the_unit_of_y(log_a, loss):
    X, y, _ = heteroscedastic(80, seed=0)
    y, a = np.exp(y), np.exp(log_a)
    found = predictions_of(loss, X, a * y)
    np.testing.assert_allclose(found, a * predictions_of(loss, X, y), rtol=1e-6)


@pytest.mark.parametrize("loss", ["gamma", "tweedie", "poisson"])
def test_predictions_of_a_deviance_have_the_mean_of_y(loss):
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(400, 2))
    y = np.exp(3 + 2 * X[:, 0]) * rng.gamma(4, 0.25, size=400)
    model = FFNNRegressor(
        hidden_layer_sizes=(),
        loss=loss,
        solver="lbfgs",
        alpha=0.0,
        tol=1e-7,
        random_state=0,
    ).fit(X, y)
    # The bias alone is free, so its derivative is 0: for Poisson the mean is exact.
    assert model.predict(X).mean() == pytest.approx(y.mean(), rel=0.05)
    np.testing.assert_allclose(model.coefs_[0][:, 0], [2, 0], atol=0.15)
