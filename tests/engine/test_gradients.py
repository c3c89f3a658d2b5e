"""Back propagation agrees with central differences, for every part and any shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sknn.engine.activations import ACTIVATIONS, PReLU
from sknn.engine.cost import L2, Cost
from sknn.engine.data import Data
from sknn.engine.losses import LOSSES
from sknn.engine.network import Network, Workspace

HIDDEN = sorted(name for name, part in ACTIVATIONS.items() if part.hidden)
STEP = 1e-6


def fitting_outputs(loss):
    """Return the names of the output activations that the loss can have."""
    if "classification" in loss.tasks and loss.output == "softmax":
        return [name for name, part in ACTIVATIONS.items() if part.link == "logit"]
    if loss.positive:
        return [name for name, part in ACTIVATIONS.items() if part.positive]
    return list(ACTIVATIONS)


def targets(rng, loss, output, m, n_outputs):
    """Return targets that the loss is defined for."""
    is_log_loss = loss.output == "softmax"
    if is_log_loss and output.joint:
        return np.eye(n_outputs)[rng.integers(n_outputs, size=m)]
    if is_log_loss:
        return rng.integers(2, size=(m, n_outputs)).astype(float)
    if loss.positive:
        return rng.exponential(size=(m, n_outputs)) + 0.1
    return rng.normal(size=(m, n_outputs)) * 2


def problem(rng, widths, hidden, output, loss, alpha=0.0, weighted=False, m=7):
    """Return a cost and a batch; weights and biases are random."""
    parts = [*hidden, ACTIVATIONS[output]]
    network = Network(widths, parts, [0.0] * len(hidden), np.float64)
    network.params.flat[...] = rng.normal(size=len(network.params.flat)) * 0.7
    X = rng.normal(size=(m, widths[0]))
    Y = targets(rng, loss, parts[-1], m, widths[-1])
    w = rng.exponential(size=(m, 1)) if weighted else None
    return Cost(network, loss, L2(alpha)), Data(X, Y, w)


def assert_gradient_is_that_of_the_cost(cost, batch, rng):
    """Compare the gradient along random directions with central differences."""
    network = cost.network
    params, start = network.params.flat, network.params.flat.copy()
    space = Workspace(network, len(batch.Y))

    def value(at):
        params[...] = at
        costs = cost.gradient(batch, space)
        return costs.sum() + cost.penalty.value(network.params.weights)

    value(start)
    grad = network.grad.flat.copy()
    for _ in range(3):
        direction = rng.normal(size=len(start))
        direction /= np.linalg.norm(direction)
        ahead, behind = value(start + STEP * direction), value(start - STEP * direction)
        difference = (ahead - behind) / (2 * STEP)
        scale = max(abs(difference), np.linalg.norm(grad) * 0.1)
        assert abs(grad @ direction - difference) <= 1e-6 * scale


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("alpha", [0.0, 0.3])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_with_every_activation(loss, hidden, n_outputs, alpha, weighted):
    rng = np.random.default_rng(3)
    part = LOSSES[loss]
    output = part.output if loss != "log_loss" else "sigmoid"
    if loss == "log_loss" and n_outputs > 1:
        output = "softmax"
    layers = [ACTIVATIONS[hidden], ACTIVATIONS[hidden]]
    cost, batch = problem(rng, (4, 5, 3, n_outputs), layers, output, part, alpha, weighted)
    assert_gradient_is_that_of_the_cost(cost, batch, rng)


@pytest.mark.parametrize(
    ("loss", "output"),
    [(loss, output) for loss in LOSSES for output in fitting_outputs(LOSSES[loss])],
)
def test_every_loss_with_every_output_activation_that_fits(loss, output):
    rng = np.random.default_rng(5)
    cost, batch = problem(rng, (3, 4, 3), [ACTIVATIONS["tanh"]], output, LOSSES[loss])
    assert_gradient_is_that_of_the_cost(cost, batch, rng)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    widths=st.lists(st.integers(1, 6), min_size=2, max_size=6),
    m=st.integers(1, 9),
    activation=st.sampled_from(["tanh", "silu", "softplus", "gelu"]),
    seed=st.integers(0, 1000),
)
def test_any_depth_width_and_batch(widths, m, activation, seed):
    rng = np.random.default_rng(seed)
    hidden = [ACTIVATIONS[activation]] * (len(widths) - 2)
    loss = LOSSES["squared_error"]
    cost, batch = problem(rng, widths, hidden, "identity", loss, 0.1, True, m)
    assert_gradient_is_that_of_the_cost(cost, batch, rng)


def test_sparse_input_has_the_gradient_of_dense_input():
    rng = np.random.default_rng(0)
    cost, batch = problem(
        rng, (6, 4, 2), [ACTIVATIONS["relu"]], "identity", LOSSES["squared_error"]
    )
    X = batch.X * (rng.random(batch.X.shape) < 0.3)
    space = Workspace(cost.network, len(X))
    cost.gradient(batch._replace(X=X), space)
    dense = cost.network.grad.flat.copy()
    cost.gradient(batch._replace(X=sparse.csr_array(X)), space)
    np.testing.assert_allclose(cost.network.grad.flat, dense, rtol=1e-12, atol=1e-14)


def test_dropout_has_the_gradient_of_the_network_that_is_left():
    rng = np.random.default_rng(1)
    network = Network(
        (4, 30, 1), [ACTIVATIONS["tanh"], ACTIVATIONS["identity"]], [0.4], float
    )
    network.params.flat[...] = rng.normal(size=len(network.params.flat))
    cost = Cost(network, LOSSES["squared_error"], L2(0.0))
    batch = Data(rng.normal(size=(5, 4)), rng.normal(size=(5, 1)), None)
    space = Workspace(network, 5)
    start = network.params.flat.copy()
    direction = rng.normal(size=len(start))

    def value(at):
        network.params.flat[...] = at
        return cost.gradient(batch, space, np.random.default_rng(7)).sum()

    value(start)
    slope = network.grad.flat @ direction
    ahead, behind = value(start + STEP * direction), value(start - STEP * direction)
    np.testing.assert_allclose(slope, (ahead - behind) / (2 * STEP), rtol=1e-6)
    assert 0 < (space.D[0] == 0).mean() < 1


def test_learned_slopes_are_part_of_the_flat_vector():
    network = Network((2, 3, 1), [PReLU(0.3), ACTIVATIONS["identity"]], [0.0], float)
    assert len(network.params.flat) == 2 * 3 + 3 * 1 + 3 + 1 + 3
    np.testing.assert_array_equal(network.params.learned[0], [0.3] * 3)
    assert np.shares_memory(network.params.learned[0], network.params.flat)
