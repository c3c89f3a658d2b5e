"""Training continues from where it stopped, or from what the user has put in its place."""

import numpy as np
import pytest
from stopping_parts import Scripted, assert_same_weights

from sknn import SGD, FFNNRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
y = 3 * X[:, 0] + 5
QUICK = {"hidden_layer_sizes": 6, "random_state": 0, "batch_size": 20}
FROZEN = 1e-12  # a learning rate that changes nothing


def stream(n, **params):
    model = FFNNRegressor(**QUICK | params)
    for _ in range(n):
        model.partial_fit(X, y)
    return model


def test_another_solver_starts_with_an_empty_memory():
    model = stream(3, solver=SGD(0.9))
    model.set_params(solver=SGD(0.5), learning_rate=FROZEN).partial_fit(X, y)
    before = [W.copy() for W in model.coefs_]
    model.set_params(solver=SGD(0.5)).partial_fit(X, y)
    # With the velocity of the first solver, the weights would have gone on moving.
    for W, W_before in zip(model.coefs_, before, strict=True):
        np.testing.assert_allclose(W, W_before, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["coefs_", "intercepts_"])
def test_weights_that_the_user_sets_are_what_a_stream_continues_from(name):
    model = stream(3)
    setattr(model, name, [array + 1 for array in getattr(model, name)])
    expected = model.predict(X)
    model.set_params(learning_rate=FROZEN).partial_fit(X, y)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-8)


@pytest.mark.parametrize("name", ["coefs_", "intercepts_"])
def test_they_are_so_where_training_is_ahead_of_the_published_network(name):
    model = FFNNRegressor(**QUICK, early_stopping=True, scoring=Scripted(1, 1, 0))
    for _ in range(2):
        model.partial_fit(X, y, X_val=X, y_val=y)
    assert model._checkpoint.published is not None
    setattr(model, name, [array + 1 for array in getattr(model, name)])
    expected = model.predict(X)
    model.set_params(early_stopping=False, scoring="loss", learning_rate=FROZEN)
    model.partial_fit(X, y)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-8)


def test_a_network_as_good_as_the_published_one_does_not_replace_it():
    model = FFNNRegressor(**QUICK, early_stopping=True, scoring=lambda est, X, y: 1.0)
    model.partial_fit(X, y, X_val=X, y_val=y)
    first = model.predict(X)
    model.partial_fit(X, y, X_val=X, y_val=y)
    np.testing.assert_array_equal(model.predict(X), first)
    assert (model.best_iter_, model.n_iter_) == (1, 2)


def test_a_stream_is_judged_on_the_rows_of_the_call_alone():
    model = FFNNRegressor(**QUICK, early_stopping=True, learning_rate=0.02)
    for _ in range(60):
        model.partial_fit(X, y, X_val=X, y_val=y)
    good = model.best_score_
    for _ in range(60):  # the concept turns round: nothing scores as well as before
        model.partial_fit(X, -y, X_val=X, y_val=-y)
    assert model.score(X, -y) > 0.9
    assert model.best_iter_ > 60
    assert model.best_score_ < good


@pytest.mark.parametrize("types", [("f8", "f4"), ("f4", "f8")])
def test_chunks_of_another_float_type_keep_the_memory_of_the_optimizer(types):
    solver = SGD(momentum=0.9)
    mixed = FFNNRegressor(**QUICK, solver=solver, learning_rate=0.01)
    plain = FFNNRegressor(**QUICK, solver=solver, learning_rate=0.01)
    for number in range(20):
        mixed.partial_fit(X.astype(types[number % 2]), y)
        plain.partial_fit(X, y)
    assert {W.dtype for W in mixed.coefs_} == {np.dtype(types[0])}
    np.testing.assert_allclose(mixed.predict(X), plain.predict(X), atol=1e-3)


@pytest.mark.filterwarnings("ignore:The network has had")
@pytest.mark.parametrize("between", ["partial_fit", "fit"])
def test_the_same_rows_are_held_out_after_calls_that_hold_none_out(between):
    held = []

    def note(estimator, X_out, y_out):
        held.append(sorted(y_out))
        return -len(held)

    model = FFNNRegressor(**QUICK, max_iter=2, warm_start=True, scoring=note)
    model.set_params(learning_rate_schedule="cosine", random_state=None)
    model.set_params(early_stopping=True).fit(X, y)
    getattr(model.set_params(early_stopping=False, scoring="loss"), between)(X, y)
    model.set_params(early_stopping=True, scoring=note).fit(X, y)
    assert held[0] == held[-1]


def test_a_fit_that_ends_and_one_that_continues_are_one():
    twice = stream(2)
    once = stream(1).partial_fit(X, y)
    assert_same_weights(twice, once)
