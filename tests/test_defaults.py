"""What "auto" stands for: how long training is, and how the learning rate changes."""

import warnings
from math import cos, inf, pi

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sknn import (
    SGD,
    Adam,
    AdamW,
    FFNNClassifier,
    FFNNRegressor,
    Optimizer,
    RMSprop,
    TabularRegressor,
)

KINDS = [FFNNRegressor, FFNNClassifier]


def table(n):
    """Return X and y, which suits both kinds of estimator."""
    X = np.random.default_rng(0).normal(size=(n, 2))
    return X, np.arange(n) % 2


def small(kind, **params):
    return kind(2, n_iter_no_change=inf, random_state=0, **params)


class SignSGD(Optimizer):
    """A rule of the user, who prefers a schedule of his own."""

    default_schedule = "adaptive"

    def update(self, params, grad, memory, t, rate):
        params -= rate * np.sign(grad)


# ---- the learning rate ------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("solver", ["adam", "adamw", "rmsprop", Adam(beta_2=0.95)])
def test_the_learning_rate_falls_along_half_a_cosine(kind, solver):
    X, y = table(60)  # one batch
    model = small(kind, solver=solver, max_iter=50).fit(X, y)
    expected = [0.004 * (1 + cos(pi * epoch / 50)) / 2 for epoch in range(50)]
    np.testing.assert_allclose(model.learning_rate_curve_, expected, rtol=1e-12)


@pytest.mark.parametrize("solver", ["sgd", SGD(momentum=0.9, nesterov=True)])
def test_gradient_descent_has_a_constant_learning_rate(solver):
    model = small(FFNNRegressor, solver=solver, max_iter=5)
    with pytest.warns(ConvergenceWarning, match='learning_rate_schedule="cosine"'):
        model.fit(*table(60))
    assert model.learning_rate_curve_ == [0.004] * 5


@pytest.mark.parametrize("kind", KINDS)
def test_the_learning_rate_stays_where_training_may_go_on(kind):
    X, y = table(60)
    known = {} if kind is FFNNRegressor else {"classes": [0, 1]}
    stream = small(kind)
    for _ in range(3):
        stream.partial_fit(X, y, **known)
    assert stream.learning_rate_curve_ == [0.004] * 3
    warm = small(kind, warm_start=True, max_iter=3)
    with pytest.warns(ConvergenceWarning):
        warm.fit(X, y)
    assert warm.learning_rate_curve_ == [0.004] * 3


def test_a_fit_then_a_stream_has_both():
    X, y = table(60)
    model = small(FFNNRegressor, max_iter=50).fit(X, y).partial_fit(X, y)
    assert model.learning_rate_curve_[49] < 0.004
    assert model.learning_rate_curve_[50] == 0.004


def test_a_schedule_that_is_named_is_used_everywhere():
    X, y = table(60)
    named = {"learning_rate_schedule": "cosine", "max_iter": 4}
    for params in ({"warm_start": True}, {"solver": "sgd"}):
        model = small(FFNNRegressor, **named, **params).fit(X, y)
        assert model.learning_rate_curve_[-1] < 0.2 * 0.004
    model = small(FFNNRegressor, **named)
    for _ in range(4):
        model.partial_fit(X, y)
    assert model.learning_rate_curve_[-1] < 0.2 * 0.004


def test_an_optimizer_of_the_user_names_the_schedule_that_suits_it():
    X = np.zeros((60, 1))  # nothing to learn, so every epoch is a plateau
    X[0] = 1
    model = FFNNRegressor(2, solver=SignSGD(), max_iter=6, n_iter_no_change=2, tol=1e9)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, X[:, 0])
    assert model.learning_rate_curve_[-1] == pytest.approx(0.004 * 0.2**2)
    assert {part.default_schedule for part in (Adam, AdamW, RMSprop)} == {"cosine"}


def test_an_optimizer_of_the_user_with_an_unknown_schedule_is_named():
    class Unsuited(SignSGD):
        default_schedule = "cosinus"

    with pytest.raises(
        ValueError, match="Unsuited.default_schedule is 'cosinus'.*'cosine'"
    ):
        FFNNRegressor(2, solver=Unsuited()).fit(*table(60))


def test_lbfgs_is_not_told_that_it_ignores_the_default():
    X, y = table(60)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        FFNNRegressor(2, solver="lbfgs", max_iter=5, random_state=0).fit(X, y)


@pytest.mark.parametrize("params", [{"max_iter": 49}, {"max_iter": 49, "warm_start": True}])
def test_less_than_50_steps_are_reported(params):
    X, y = table(60)
    with pytest.warns(ConvergenceWarning, match="max_iter=49 .*aise max_iter"):
        small(FFNNRegressor, **params).fit(X, y)


def test_who_chooses_the_schedule_has_chosen_its_length():
    small(FFNNRegressor, learning_rate_schedule="cosine", max_iter=3).fit(*table(60))
    small(FFNNRegressor, max_iter=4, batch_size=4).fit(*table(60))  # 60 steps


# ---- the length of training -------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("n", "epochs"),
    [(20, 1000), (64, 1000), (65, 200), (100, 143), (256, 63), (1000, 60), (5000, 60)],
)
def test_few_rows_have_more_epochs_until_there_are_1000_steps(kind, n, epochs):
    assert small(kind).fit(*table(n)).n_iter_ == epochs


@pytest.mark.parametrize(("size", "epochs"), [(1000, 1000), (100, 100), (1, 60)])
def test_the_number_of_epochs_depends_on_the_batch_size(size, epochs):
    assert small(FFNNRegressor, batch_size=size).fit(*table(1000)).n_iter_ == epochs


def test_rows_held_out_make_no_steps():
    model = small(FFNNRegressor, early_stopping=True, validation_fraction=0.36)
    assert model.fit(*table(100)).n_iter_ == 1000  # of 64 rows, which are one batch


def test_lbfgs_has_200_iterations():
    X, _ = table(60)
    model = FFNNRegressor(20, solver="lbfgs", tol=0.0, random_state=0)
    with pytest.warns(ConvergenceWarning, match="max_iter=200"):
        model.fit(X, np.sin(5 * X[:, 0]) * X[:, 1])
    assert model.n_iter_ == 200


def test_the_schedule_ends_with_the_last_epoch_that_there_is():
    model = small(FFNNRegressor).fit(*table(65))
    expected = 0.004 * (1 + cos(pi * 199.8 / 200)) / 2  # the last of 5 steps per epoch
    assert model.learning_rate_curve_[-1] == pytest.approx(expected)


def test_in_a_stream_schedules_that_end_have_60_epochs():
    X, y = table(20)
    model = small(FFNNRegressor, learning_rate_schedule="cosine")
    for _ in range(60):
        model.partial_fit(X, y)
    with pytest.warns(UserWarning, match="has had 60 epochs already.*max_iter=60"):
        model.partial_fit(X, y)


@pytest.mark.parametrize(("n", "epochs"), [(60, 1000), (200, 500)])
def test_members_of_an_ensemble_have_1000_steps_of_their_own_batches(n, epochs):
    """54 rows each are one batch, and 180 are two."""
    X, y = table(n)
    network = small(FFNNRegressor, learning_rate_schedule="coslog4")
    ensemble = TabularRegressor(network, n_members=2, random_state=0).fit(X, y)
    kept = {model.n_iter_ for at_ends in ensemble.members_ for model in at_ends}
    assert kept <= {round(epochs * end / 15) for end in (1, 3, 7, 15)}


@pytest.mark.parametrize(
    "params",
    [
        {"learning_rate_schedule": "constant"},
        {"learning_rate_schedule": "adaptive", "tol": 0.0},
        {"warm_start": True},
        {"solver": "sgd"},
    ],
)
def test_a_schedule_without_an_end_has_200_epochs(params):
    with pytest.warns(ConvergenceWarning, match="max_iter=200 was reached"):
        model = small(FFNNRegressor, **params).fit(*table(1000))
    assert model.n_iter_ == 200


def test_the_summary_has_the_number_of_epochs():
    facts = small(FFNNRegressor).fit(*table(1000)).summary().facts
    assert facts["ended because"] == "max_iter=60 epochs were reached"


def test_the_parameter_stays_as_it_was_given():
    model = small(FFNNRegressor).fit(*table(65))
    assert model.max_iter == model.learning_rate_schedule == "auto"


@pytest.mark.parametrize("n", [20, 60])
def test_the_defaults_learn_a_sine_from_few_rows(n):
    X = np.linspace(-2, 2, n).reshape(-1, 1)
    y = np.sin(2 * X[:, 0])
    between = (X[1:] + X[:-1]) / 2
    model = FFNNRegressor(random_state=0).fit(X, y)
    assert model.score(between, np.sin(2 * between[:, 0])) > 0.98
