"""dropout_schedule: the factor on dropout; where its random numbers come from."""

import numpy as np
import pytest

from sknn import Cosine, FFNNClassifier, FFNNRegressor, Schedule
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.arrays import POOL, random_numbers
from sknn.engine.network import Network, Workspace

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 3))
y = X[:, 0] - X[:, 1] ** 2
labels = y > 0
QUICK = {"hidden_layer_sizes": (8, 6), "max_iter": 6, "random_state": 0, "batch_size": 30}
QUICK |= {"learning_rate_schedule": "cosine", "learning_rate": 0.01}


def weights(kind=FFNNRegressor, **params):
    model = kind(**QUICK | params).fit(X, y if kind is FFNNRegressor else labels)
    return np.concatenate([W.ravel() for W in model.coefs_])


@pytest.mark.parametrize("kind", [FFNNRegressor, FFNNClassifier])
def test_the_factor_multiplies_the_dropout_of_every_layer(kind):
    half = weights(kind, dropout=[0.4, 0.2], dropout_schedule=lambda t: 0.5)
    np.testing.assert_array_equal(half, weights(kind, dropout=[0.2, 0.1]))
    none = weights(kind, dropout=0.4, dropout_schedule=lambda t: 0.0)
    np.testing.assert_array_equal(none, weights(kind))
    assert np.abs(half - none).max() > 1e-4


class Noting(Schedule):
    """1, and notes the moments."""

    def __init__(self):
        self.seen = []

    def factor(self, moment):
        self.seen.append(moment)
        return 1.0


def test_it_sees_the_progress_and_the_steps_of_training():
    noting = Noting()
    found = weights(dropout=0.3, dropout_schedule=noting)
    np.testing.assert_allclose([m.progress for m in noting.seen], np.arange(18) / 18)
    assert [m.step for m in noting.seen] == list(range(18))
    np.testing.assert_array_equal(found, weights(dropout=0.3))


def test_names_parts_and_functions_are_the_same_schedule():
    part = weights(dropout=0.3, dropout_schedule=Cosine())
    for same in ("cosine", lambda t: 0.5 * (1 + np.cos(np.pi * t))):
        np.testing.assert_array_equal(weights(dropout=0.3, dropout_schedule=same), part)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (lambda t: 1.5, ValueError, r"dropout_schedule=.*\[0, 1\], got 1.5"),
        (lambda t: -0.5, ValueError, "dropout_schedule=.* finite factor >= 0, got -0.5"),
        (Cosine, TypeError, "dropout_schedule=Cosine is a class"),
        ("linear", ValueError, "dropout_schedule"),
    ],
)
def test_what_is_no_factor_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        weights(dropout=0.3, dropout_schedule=value)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "no effect: dropout is 0"),
        ({"hidden_layer_sizes": ()}, "no effect: there is no hidden layer"),
    ],
)
def test_a_schedule_of_no_dropout_warns(params, message):
    with pytest.warns(UserWarning, match=f"dropout_schedule='flat_cos' has {message}"):
        weights(dropout_schedule="flat_cos", **params)


def test_lbfgs_says_that_it_drops_nothing():
    model = FFNNRegressor(solver="lbfgs", tol=0.1, dropout=0.1, dropout_schedule="cosine")
    with (
        pytest.warns(UserWarning, match="does not use dropout_schedule='cosine'"),
        pytest.warns(UserWarning, match="does not use dropout=0.1"),
    ):
        model.fit(X, y)


def test_a_factor_on_the_network_is_on_what_it_drops():
    parts = [ACTIVATIONS["sigmoid"], ACTIVATIONS["identity"]]
    network, space = Network((1, 100, 1), parts, [0.6], np.float64), None
    space = Workspace(network, 500)
    for factor in (1.0, 0.5, 0.0):
        network.dropout_factor = factor
        network.forward(np.zeros((500, 1)), space, np.random.default_rng(0))
        dropped = space.H[0] == 0
        assert abs(dropped.mean() - 0.6 * factor) < 0.01
        kept = space.H[0][~dropped]
        np.testing.assert_allclose(kept, 0.5 / (1 - 0.6 * factor), rtol=1e-12)


# ---- the random numbers -----------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_are_uniform_and_their_place_is_random(dtype):
    rng = np.random.default_rng(0)
    first, second = (random_numbers((300, 200), dtype, rng) for _ in range(2))
    again = random_numbers((300, 200), dtype, np.random.default_rng(0))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, second)
    for numbers in (first, second):
        assert numbers.dtype == dtype
        assert numbers.shape == (300, 200)
        assert (numbers.min(), numbers.max()) >= (0, 0)
        assert numbers.max() < 1
        np.testing.assert_allclose(
            np.quantile(numbers, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.006
        )
        assert abs(np.corrcoef(numbers[:-1].ravel(), numbers[1:].ravel())[0, 1]) < 0.02


@pytest.mark.parametrize("size", [POOL, POOL + 1])
def test_as_many_numbers_as_the_pool_has_or_more_are_all_different_draws(size):
    numbers = random_numbers((1, size), np.float64, np.random.default_rng(0))
    assert len(np.unique(numbers)) == size
