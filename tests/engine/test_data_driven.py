"""The initializer that looks at rows: spread of the sums, biases among the rows."""

import numpy as np
import pytest
from scipy import sparse

from sknn import FFNNClassifier, FFNNRegressor
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.data import Data
from sknn.engine.initializers import INITIALIZERS
from sknn.engine.network import Network

WIDTHS = (6, 40, 30, 2)
X = np.random.default_rng(0).normal(size=(200, 6)) * [1, 5, 100, 1e-3, 1, 2] + 3


def drawn(X, dtype=np.float64, activation="mish", seed=0, w=None, indices=None):
    """Return a network that the initializer has filled by the rows X."""
    parts = [ACTIVATIONS[activation]] * 2 + [ACTIVATIONS["identity"]]
    network = Network(WIDTHS, parts, [0.0, 0.0], dtype)
    data = Data(X.astype(dtype), np.zeros((X.shape[0], 2)), w, indices)
    network.draw([INITIALIZERS["data"]] * 3, data, np.random.default_rng(seed))
    return network


def sums(network, X, activation):
    """Return Z without the bias for every layer, by hand."""
    H, found = X, []
    for W, b in zip(network.params.W, network.params.b, strict=True):
        found.append(H @ W)
        A = np.empty_like(found[-1])
        ACTIVATIONS[activation].forward(H @ W + b, A)
        H = A
    return found


@pytest.mark.parametrize("activation", ["mish", "relu", "prelu", "tanh"])
def test_the_sums_of_every_neuron_have_spread_1_over_the_rows(activation):
    network = drawn(X, activation=activation)
    slopes = ACTIVATIONS["leaky_relu"].set_params(slope=0.25)  # what prelu starts from
    by_hand = {**ACTIVATIONS, "prelu": slopes}
    H = X
    for W, b in zip(network.params.W, network.params.b, strict=True):
        Z = H @ W
        np.testing.assert_allclose(Z.std(axis=0), 1, rtol=1e-10)
        H = np.empty_like(Z)
        by_hand[activation].forward(Z + b, H)


def test_a_bias_is_minus_a_mean_of_a_few_sums():
    one = np.vstack([X[:1]] * 3 + [X[1:2]])
    network = drawn(one)
    for Z, b in zip(sums(network, one, "mish"), network.params.b, strict=True):
        low, high = Z.min(axis=0), Z.max(axis=0)
        share = (-b - low) / (high - low)  # of the last row or of the first three
        assert ((share >= -1e-9) & (share <= 1 + 1e-9)).all()
    means = -np.concatenate([drawn(X, seed=seed).params.b[0] for seed in range(50)])
    Z = np.concatenate(
        [sums(drawn(X, seed=s), X, "mish")[0].mean(axis=0) for s in range(50)]
    )
    # Σ λ² for 5 exponential shares of the sum is 1/3 on average: so is the variance.
    np.testing.assert_allclose((means - Z).var(), 1 / 3, rtol=0.1)


def test_every_neuron_has_shares_of_its_own():
    H, W, b = np.array([[0.0], [1.0]]), np.empty((1, 400)), np.zeros(400)
    INITIALIZERS["data"].fill(np.random.default_rng(0), W, b, H)
    # Sums of some of the same five shares would have 32 values at most.
    assert len(np.unique(-b / W)) > 300


def test_columns_of_x_that_are_alike_in_all_rows_do_no_harm():
    network = drawn(np.full((20, 6), 0.1))
    assert np.isfinite(network.params.flat).all()
    assert np.abs(network.params.W[0]).max() < 10
    np.testing.assert_allclose(
        sums(network, np.full((1, 6), 0.1), "mish")[0][0], -network.params.b[0]
    )
    assert np.isfinite(drawn(np.full((1, 6), 0.1)).params.flat).all()
    assert np.isfinite(drawn(np.zeros((9, 6))).params.flat).all()


def test_single_precision_starts_from_double():
    single, double = drawn(X, np.float32), drawn(X.astype(np.float32).astype(float))
    np.testing.assert_allclose(single.params.flat, double.params.flat, 1e-3, 1e-5)
    np.testing.assert_allclose(single.params.W[0], double.params.W[0], rtol=1e-6)


def test_sparse_rows_start_as_dense_ones():
    rows = X * (np.random.default_rng(1).random(X.shape) < 0.3)
    dense, thin = drawn(rows), drawn(sparse.csr_array(rows))
    np.testing.assert_allclose(thin.params.flat, dense.params.flat, rtol=1e-8)


def test_only_rows_to_train_on_count():
    few = drawn(X[:50]).params.flat
    odd = np.vstack([X[:50], 1e6 * X[50:60]])
    held_out = drawn(odd, indices=np.arange(50)).params.flat
    np.testing.assert_array_equal(held_out, few)
    w = np.ones((60, 1))
    w[50:] = 0
    np.testing.assert_array_equal(drawn(odd, w=w).params.flat, few)
    nothing = drawn(X, w=np.zeros((200, 1))).params.flat
    np.testing.assert_array_equal(nothing, drawn(X).params.flat)


def test_a_thousand_rows_of_many_are_drawn_without_repetition():
    numbers = np.arange(3000.0)[:, np.newaxis]
    data = Data(numbers, numbers, None)
    rows = data.sample(1000, np.random.default_rng(0))
    assert rows.shape == (1000, 1)
    assert len(np.unique(rows)) == 1000
    np.testing.assert_allclose(rows.mean(), 1500, atol=100)


@pytest.mark.parametrize("encoder", ["auto", None])
def test_a_fit_starts_by_the_columns_that_it_trains_on(encoder):
    params = {"learning_rate": 1e-12, "max_iter": 1, "learning_rate_schedule": "cosine"}
    model = FFNNRegressor(20, encoder=encoder, initializer="data", alpha=0.0, **params)
    model.fit(X, X[:, 0])
    np.testing.assert_allclose((X @ model.coefs_[0]).std(axis=0), 1, rtol=1e-6)


@pytest.mark.parametrize("kind", [FFNNClassifier, FFNNRegressor])
def test_a_fit_that_starts_by_its_rows_learns(kind):
    y = X[:, 1] * X[:, 2] > 900 if kind is FFNNClassifier else X[:, 1] * X[:, 2]
    params = {"hidden_layer_sizes": (30,), "learning_rate": 0.01, "random_state": 0}
    params |= {"learning_rate_schedule": "cosine", "max_iter": 100}
    model = kind(initializer="data", **params).fit(X, y)
    assert model.score(X, y) > 0.9
    again = kind(initializer="data", **params).fit(X, y)
    np.testing.assert_array_equal(model.coefs_[0], again.coefs_[0])
