"""Scales of the inputs: their gradient, and the layers that predictions go through."""

import numpy as np
import pytest
from scipy import sparse

from sknn.engine.activations import ACTIVATIONS
from sknn.engine.cost import L2, Cost, mean_costs
from sknn.engine.data import Data
from sknn.engine.losses import LOSSES
from sknn.engine.network import Network, Workspace
from sknn.engine.parameters import SCALE

STEP = 1e-6


def problem(hidden=(5, 4), dtype=np.float64):
    """Return a cost with random parameters, and a batch some of whose values are 0."""
    rng = np.random.default_rng(0)
    parts = [ACTIVATIONS["tanh"]] * len(hidden) + [ACTIVATIONS["identity"]]
    network = Network((6, *hidden, 2), parts, [0.0] * len(hidden), dtype, input_scale=True)
    network.params.flat[...] = rng.normal(size=len(network.params.flat))
    X = rng.normal(size=(9, 6)) * (rng.random((9, 6)) < 0.6)
    batch = Data(X.astype(dtype), rng.normal(size=(9, 2)).astype(dtype), None)
    return Cost(network, LOSSES["squared_error"], L2(0.3)), batch


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("hidden", [(5, 4), ()])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_the_gradient_is_that_of_the_cost(form, hidden):
    cost, batch = problem(hidden)
    batch = batch._replace(X=form(batch.X))
    network, space = cost.network, Workspace(cost.network, 9)
    params, start = network.params.flat, network.params.flat.copy()

    def value(at):
        params[...] = at
        weights = network.params.weights
        return cost.gradient(batch, space).sum() + 0.15 * weights @ weights

    value(start)
    grad = network.grad.flat.copy()
    for i in range(len(start)):
        e = STEP * (np.arange(len(start)) == i)
        slope = (value(start + e) - value(start - e)) / (2 * STEP)
        np.testing.assert_allclose(grad[i], slope, rtol=1e-6, atol=1e-7)


def test_the_first_layer_is_scaled_by_what_is_trained():
    cost, batch = problem()
    network, params = cost.network, cost.network.params
    s = SCALE * params.scales
    (V, W, U), (a, b, c) = params.W, params.b
    Z = np.tanh(np.tanh((batch.X * s) @ V + a) @ W + b) @ U + c
    np.testing.assert_allclose(
        network.forward(batch.X, Workspace(network, 9)).A, Z, rtol=1e-12
    )
    params.scales *= 2  # what is looked at next follows
    expected = np.tanh(np.tanh((batch.X * 2 * s) @ V + a) @ W + b) @ U + c
    found = mean_costs(network.layers, cost.loss, batch)
    np.testing.assert_allclose(found, np.square(expected - batch.Y).mean(axis=0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scales_start_at_exactly_1(dtype):
    network = Network((3, 2), [ACTIVATIONS["identity"]], [], dtype, input_scale=True)
    network.params.W[0][...] = [[0.1, 0.2], [0.3, -0.7], [1e-30, 1e30]]
    np.testing.assert_array_equal(network.layers[0].W, network.params.W[0])
    assert network.layers[0].W.dtype == dtype
    plain = Network((3, 2), [ACTIVATIONS["identity"]], [], dtype)
    assert len(network.params.flat) == len(plain.params.flat) + 3
    assert network.params.n_weights == plain.params.n_weights
