"""Scorers that fail, time that is up, Ctrl-C: the estimator is as it was, or the best."""

import signal
import time

import numpy as np
import pytest
from stopping_parts import Recorder, Scripted, assert_same_weights, noisy_data, overfitting

from sknn import Schedule


@pytest.fixture
def noisy():
    return noisy_data()


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("score", [RuntimeError("broken scorer"), np.nan, np.inf, "many"])
@pytest.mark.parametrize("fitted", [True, False])
def test_a_scorer_that_fails_leaves_the_estimator_as_it_was(noisy, solver, score, fitted):
    X, y, _, _ = noisy
    model = overfitting(solver=solver, warm_start=True)
    if fitted:
        model.set_params(scoring="r2").fit(X, y)
    model.set_params(scoring=Scripted(0, 1, score))
    before = dict(vars(model))
    with pytest.raises((RuntimeError, ValueError), match="broken scorer|returned|many"):
        model.fit(X, y)
    assert vars(model).keys() == before.keys()
    assert all(vars(model)[name] is before[name] for name in before)


def test_a_scorer_that_fails_in_a_stream_leaves_the_estimator_as_it_was(noisy):
    X, y, X_val, y_val = noisy
    model = overfitting(scoring=Scripted(0, RuntimeError("broken scorer")))
    model.partial_fit(X, y, X_val=X_val, y_val=y_val)
    before = dict(vars(model))
    with pytest.raises(RuntimeError, match="broken scorer"):
        model.partial_fit(X, y, X_val=X_val, y_val=y_val)
    assert all(vars(model)[name] is before[name] for name in before)


class Slow(Recorder):
    """A scorer that takes its time."""

    def __call__(self, estimator, X, y):
        time.sleep(0.01)
        return super().__call__(estimator, X, y)


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_training_ends_with_the_best_when_time_is_up(noisy, solver):
    X, y, _, _ = noisy
    scorer = Slow("r2")
    model = overfitting(
        solver=solver, max_time=0.05, max_iter=10_000, tol=0, scoring=scorer
    )
    model.fit(X, y)
    # The time is looked at before the score, and every score takes a fifth of it.
    assert 1 <= model.n_iter_ <= 6
    assert scorer.again(model) == model.best_score_ == max(model.validation_scores_)


class Sleepy(Schedule):
    """A schedule that takes its time."""

    def factor(self, moment):
        time.sleep(0.01)
        return 1.0


def test_time_is_up_without_early_stopping_as_well(noisy):
    X, y, _, _ = noisy
    params = {"early_stopping": False, "max_time": 0.03, "max_iter": 10_000}
    model = overfitting(learning_rate_schedule=Sleepy(), **params).fit(X, y)
    assert 1 <= model.n_iter_ <= 3
    assert len(model.loss_curve_) == model.n_iter_


def test_time_may_be_up_in_the_middle_of_an_epoch(noisy):
    X, y, _, _ = noisy
    params = {"early_stopping": False, "max_time": 0.03, "batch_size": 1}
    model = overfitting(learning_rate_schedule=Sleepy(), **params).fit(X, y)
    assert model.n_iter_ == 1


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_ctrl_c_in_a_scorer_ends_with_the_best_so_far(noisy, solver):
    X, y, X_val, y_val = noisy
    scoring = Scripted(1, 3, 2, KeyboardInterrupt())
    model = overfitting(solver=solver, scoring=scoring)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y, X_val=X_val, y_val=y_val)
    assert (model.best_iter_, model.best_score_) == (2, 3)
    reference = overfitting(solver=solver, scoring=Scripted(1, 3, 2), n_iter_no_change=1)
    assert_same_weights(model, reference.fit(X, y, X_val=X_val, y_val=y_val))


class Interrupting(Schedule):
    """A schedule that presses Ctrl-C at its fourth step."""

    def factor(self, moment):
        if moment.step == 3:
            raise KeyboardInterrupt
        return 1.0


def test_ctrl_c_in_a_step_ends_with_the_best_so_far(noisy):
    X, y, X_val, y_val = noisy
    params = {"scoring": Scripted(1, 3, 2), "learning_rate_schedule": Interrupting()}
    model = overfitting(**params)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y, X_val=X_val, y_val=y_val)
    assert (model.n_iter_, model.best_iter_, model.best_score_) == (3, 2, 3)


class SignalSender(Scripted):
    """A scorer during whose third call the user presses Ctrl-C."""

    calls = 0

    def __call__(self, estimator, X, y):
        self.calls += 1
        if self.calls == 3:
            signal.raise_signal(signal.SIGINT)
        return super().__call__(estimator, X, y)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_real_ctrl_c_ends_with_the_best_so_far(noisy, solver):
    X, y, X_val, y_val = noisy
    model = overfitting(solver=solver, scoring=SignalSender(1, 3, 2))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y, X_val=X_val, y_val=y_val)
    assert (model.best_iter_, model.best_score_) == (2, 3)
    assert model.n_iter_ <= 4


def test_ctrl_c_at_the_first_score_of_a_stream_is_passed_on(noisy):
    X, y, X_val, y_val = noisy
    model = overfitting(scoring=Scripted(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        model.partial_fit(X, y, X_val=X_val, y_val=y_val)
