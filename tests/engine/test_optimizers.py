"""Steps on the flat vector: the penalty that is left to them, and their blocks."""

import numpy as np
import pytest

from sknn.engine.arrays import CACHED
from sknn.engine.cost import L2
from sknn.engine.optimizer import Optimizer
from sknn.engine.optimizers import SGD, SOLVERS, AdamW

STEPPING = {name: part for name, part in SOLVERS.items() if isinstance(part, Optimizer)}
STEPPING |= {"momentum": SGD(0.9), "nesterov": SGD(0.9, nesterov=True)}


def three_steps(solver, params, n_weights, alpha, alpha_in_gradient):
    params = params.copy()
    slots = solver.start(params, n_weights)
    rng = np.random.default_rng(1)
    for _ in range(3):
        grad = rng.normal(size=params.shape).astype(params.dtype)
        L2(alpha_in_gradient).add_gradient(params[:n_weights], grad[:n_weights])
        solver.step(params, grad, slots, 0.01, alpha)
    return params


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_weights", [0, CACHED - 100, CACHED, CACHED + 50, CACHED + 100])
@pytest.mark.parametrize("name", sorted(STEPPING))
def test_a_penalty_left_to_the_step_is_that_of_the_gradient(name, n_weights, dtype):
    params = np.random.default_rng(0).normal(size=CACHED + 100).astype(dtype)
    left = three_steps(STEPPING[name], params, n_weights, 0.1, 0.0)
    added = three_steps(STEPPING[name], params, n_weights, 0.0, 0.1)
    # Compared as changes, since Adam divides gradients by their size.
    tolerance = 2e-3 if dtype == np.float32 else 1e-9
    np.testing.assert_allclose(left - params, added - params, tolerance, tolerance * 1e-3)


@pytest.mark.parametrize("name", sorted(STEPPING))
def test_every_parameter_takes_the_step_it_would_take_alone(name):
    params = np.random.default_rng(0).normal(size=CACHED + 3)
    together = three_steps(STEPPING[name], params, len(params), 0.1, 0.0)
    rng = np.random.default_rng(1)
    grads = [rng.normal(size=params.shape) for _ in range(3)]
    for k in (0, CACHED - 1, CACHED, CACHED + 2):
        alone = params[k : k + 1].copy()
        slots = STEPPING[name].start(alone, 1)
        for grad in grads:
            STEPPING[name].step(alone, grad[k : k + 1].copy(), slots, 0.01, 0.1)
        np.testing.assert_allclose(alone[0], together[k], rtol=1e-12)


@pytest.mark.parametrize("n_scales", [0, 1, 8, 12])  # the last begin before a block
@pytest.mark.parametrize("n_weights", [0, 5, CACHED - 2, CACHED - 4])
def test_adamw_takes_its_shares_of_weights_and_scales_alone(n_weights, n_scales):
    params = np.random.default_rng(0).normal(size=CACHED + 8)
    expected = params.copy()
    expected[:n_weights] *= 1 - 0.1 * 0.3
    expected[len(params) - n_scales :] *= 1 - 0.1 * 0.2
    solver = AdamW(weight_decay=0.3, scale_decay=0.2)
    state = solver.start(params, n_weights, n_scales)
    solver.step(params, np.zeros_like(params), state, 0.1)
    np.testing.assert_allclose(params, expected, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rest", [0.0, 1e-21, 1e-160])
@pytest.mark.parametrize("name", STEPPING)
def test_running_means_stay_normal_numbers(name, rest, dtype):
    solver = STEPPING[name]
    params = np.ones(9, dtype)
    state = solver.start(params, 5)
    solver.step(params, np.ones_like(params), state, 0.1, 0.01)
    for _ in range(10_000):
        solver.step(params, np.full_like(params, rest), state, 0.001, 0.0)
    for vector in [params, *state.vectors]:
        assert (np.abs(vector[vector != 0]) >= np.finfo(dtype).tiny).all()
