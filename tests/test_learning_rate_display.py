"""The rate finder: which rates train, and a rate to begin with."""

import pickle

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    SGD,
    AfterEpoch,
    FFNNClassifier,
    FFNNRegressor,
    LearningRateDisplay,
    TabularClassifier,
)

mpl.use("Agg")
import matplotlib.pyplot as plt

X, Y = load_iris(return_X_y=True)
MODEL = FFNNClassifier(10, random_state=0)
find = LearningRateDisplay.from_estimator


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_the_rate_rises_by_the_same_factor_from_step_to_step():
    display = find(MODEL, X, Y, min_rate=1e-4, max_rate=1e-2, n_steps=21)
    assert len(display.rates) == len(display.losses) == 21
    np.testing.assert_allclose(display.rates[[0, -1]], [1e-4, 1e-2])
    factors = display.rates[1:] / display.rates[:-1]
    np.testing.assert_allclose(factors, factors[0])


def test_the_loss_of_a_step_is_that_of_the_network_after_it():
    # One batch of all rows and plain steps: the next loss is that of W minus a step.
    model = FFNNRegressor((), solver="sgd", alpha=0.0, encoder=None, batch_size=150)
    model.set_params(scale_target=False, random_state=0)
    y = X @ [1.0, 2.0, 0.0, -1.0]
    display = find(model, X, y, min_rate=1e-4, max_rate=1e-2, n_steps=10)
    model.set_params(learning_rate=1e-10, warm_start=True)
    with pytest.warns(Warning, match="max_iter"):
        model.set_params(max_iter=1).fit(X, y)
    W, b = model.coefs_[0], model.intercepts_[0]
    for rate, loss in zip(display.rates, display.losses, strict=True):
        error = X @ W + b - y[:, None]
        W, b = W - rate * 2 * X.T @ error / 150, b - rate * 2 * error.mean(axis=0)
        assert np.mean((X @ W + b - y[:, None]) ** 2) == pytest.approx(loss)


def test_it_ends_when_the_loss_explodes():
    display = find(clone(MODEL).set_params(solver="sgd"), X, Y, max_rate=1e6)
    assert len(display.losses) < 100
    assert np.isfinite(display.losses).all()
    assert display.losses[-1] > 2 * display.losses[0]
    assert display.rates[-1] < 1e5


def test_a_range_that_explodes_at_once_is_refused():
    model = FFNNRegressor((), solver="sgd", random_state=0)
    with pytest.raises(ValueError, match="lower min_rate"):
        find(model, X, X[:, 0], min_rate=1e3, max_rate=1e4)


def test_the_suggestion_is_a_tenth_of_the_rate_of_the_least_loss():
    rates = np.geomspace(1e-4, 1, 41)
    display = LearningRateDisplay(rates, (np.log10(rates) + 1) ** 2, smoothing=0.0).plot()
    assert display.suggested_rate_ == pytest.approx(0.01)
    assert display.suggestion_.get_xdata()[0] == pytest.approx(0.01)
    assert "0.01" in display.suggestion_.get_label()


def test_the_moving_average_has_no_bias_towards_0():
    display = LearningRateDisplay([0.1, 0.2, 0.3], [5.0, 5.0, 8.0], smoothing=0.5).plot()
    expected = [5, 5, (0.125 * 5 + 0.25 * 5 + 0.5 * 8) / 0.875]
    np.testing.assert_allclose(display.smoothed_losses_, expected)
    np.testing.assert_allclose(display.line_.get_ydata(), expected)
    np.testing.assert_allclose(display.points_.get_ydata(), [5, 5, 8])


@pytest.mark.parametrize("solver", ["adam", "rmsprop", SGD(momentum=0.9)])
def test_the_suggested_rate_trains(solver):
    model = FFNNClassifier(solver=solver, random_state=0)
    rate = find(model, X, Y).suggested_rate_
    model.set_params(learning_rate=rate, learning_rate_schedule="cosine", max_iter=40)
    assert model.fit(X, Y).score(X, Y) > 0.95


def test_the_estimator_stays_as_it_is():
    model = FFNNClassifier(5, random_state=np.random.RandomState(0), max_iter=3)
    model.set_params(learning_rate_schedule="cosine").fit(X, Y)
    before = pickle.dumps(model)
    find(model, X, Y)
    assert pickle.dumps(model) == before


def test_two_calls_give_the_same():
    np.testing.assert_array_equal(find(MODEL, X, Y).losses, find(MODEL, X, Y).losses)


def test_a_pipeline_transforms_before_its_network_trains():
    far = 1000 + 50 * X
    scaled = StandardScaler().fit_transform(far)
    model = FFNNClassifier(10, encoder=None, random_state=0)
    few = {"n_steps": 10, "max_rate": 0.1}
    display = find(make_pipeline(StandardScaler(), model), far, Y, **few)
    np.testing.assert_array_equal(display.losses, find(model, scaled, Y, **few).losses)
    assert find(make_pipeline(model), scaled, Y, **few).losses == display.losses
    search = GridSearchCV(model, {"alpha": [1e-4]}, cv=2, refit=True)
    search.estimator.set_params(max_iter=2, learning_rate_schedule="cosine")
    assert find(search.fit(scaled, Y), scaled, Y, **few).losses == display.losses


def test_tables_sparse_rows_and_weights_are_taken():
    frame = pd.DataFrame(X, columns=list("abcd")).assign(
        kind=np.where(X[:, 0] > 6, "long", "short")
    )
    few = {"n_steps": 10, "max_rate": 0.1}
    labels = pd.Series(Y, index=range(50, 200))
    assert len(find(MODEL, frame, labels, **few).losses) == 10
    assert len(find(MODEL, sparse.csr_array(X), Y, **few).losses) == 10
    weights = np.where(Y == 2, 0.0, 1.0)
    weighted = find(MODEL, X, Y, sample_weight=weights)
    assert weighted.losses != find(MODEL, X, Y).losses
    assert weighted.smoothed_losses_.min() < 0.5


def test_settings_that_would_hold_out_rows_or_end_training_do_not_matter():
    other = FFNNClassifier(10, random_state=0, early_stopping=True, max_time=1e-9)
    other.set_params(learning_rate_schedule="onecycle", learning_rate=5.0, verbose=1)
    assert find(other, X, Y).losses == find(MODEL, X, Y).losses


def test_callbacks_are_not_called():
    model = FFNNClassifier(10, random_state=0)
    if hasattr(model, "set_callbacks"):
        model.set_callbacks(AfterEpoch(pytest.fail))
    assert find(model, X, Y).losses


def test_lbfgs_has_no_learning_rate():
    with pytest.raises(ValueError, match=r"lbfgs.*use solver='adam'"):
        find(FFNNClassifier(solver="lbfgs"), X, Y)


@pytest.mark.parametrize("model", [TabularClassifier(), StandardScaler()])
def test_other_estimators_are_refused(model):
    with pytest.raises(TypeError, match="FFNNClassifier"):
        find(model, X, Y)


@pytest.mark.parametrize(
    "params", [{"min_rate": 0}, {"min_rate": 1.0, "max_rate": 0.1}, {"n_steps": 9}]
)
def test_an_empty_range_is_refused(params):
    with pytest.raises(ValueError, match="must be"):
        find(MODEL, X, Y, **params)
    assert not plt.get_fignums()


def test_errors_in_the_data_are_not_taken_for_an_explosion():
    with pytest.raises(ValueError, match="inconsistent numbers"):
        find(MODEL, X, Y[:-1])


def test_it_plots_where_it_is_told():
    figure, (left, right) = plt.subplots(1, 2)
    display = find(MODEL, X, Y, ax=right)
    assert display.ax_ is right
    assert display.figure_ is figure
    assert right.get_xscale() == "log"
    assert not left.lines
    assert len(plt.get_fignums()) == 1


def test_the_explosion_does_not_hide_the_rest():
    display = find(MODEL, X, Y, max_rate=1e3)
    low, high = display.ax_.get_ylim()
    assert low < display.smoothed_losses_.min()
    assert high < 2 * display.losses[0]
