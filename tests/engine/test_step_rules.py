"""Optimizers: every step is that of the textbook."""

import numpy as np
import pytest

from sknn import (
    SGD,
    Adam,
    AdamW,
    RMSprop,
)
from sknn.engine.optimizers import LBFGS, SOLVERS

DTYPES = [np.float32, np.float64]
RATES = [0.1, 0.1, 0.02, 0.3, 0.05]


def sgd(mu=0.0, ahead=False):
    """The place theta and its velocity v; Nesterov's gradient is taken at theta + mu v."""
    v = theta = 0.0

    def moved(g, rate, t):
        nonlocal v, theta
        v = mu * v - rate * g
        theta = theta + v
        return theta + mu * v if ahead else theta

    return moved


def rmsprop(rho, epsilon):
    v = total = 0.0

    def moved(g, rate, t):
        nonlocal v, total
        v = rho * v + (1 - rho) * g**2
        total = total - rate * g / (np.sqrt(v) + epsilon)
        return total

    return moved


def adam(beta_1, beta_2, epsilon):
    m = v = total = 0.0

    def moved(g, rate, t):
        nonlocal m, v, total
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
        total = total - rate * m_hat / (np.sqrt(v_hat) + epsilon)
        return total

    return moved


RULES = {  # the optimizer, what it has moved the parameters by, decay of weights and scales
    "sgd": (SOLVERS["sgd"], sgd, 0, 0),
    "momentum": (SGD(momentum=0.9), lambda: sgd(0.9), 0, 0),
    "other momentum": (SGD(momentum=0.5), lambda: sgd(0.5), 0, 0),
    "nesterov": (SGD(momentum=0.9, nesterov=True), lambda: sgd(0.9, ahead=True), 0, 0),
    "rmsprop": (SOLVERS["rmsprop"], lambda: rmsprop(0.9, 1e-8), 0, 0),
    "other rmsprop": (RMSprop(rho=0.6, epsilon=0.1), lambda: rmsprop(0.6, 0.1), 0, 0),
    "adam": (SOLVERS["adam"], lambda: adam(0.9, 0.999, 1e-8), 0, 0),
    "adam, epsilon": (Adam(epsilon=1e-2), lambda: adam(0.9, 0.999, 1e-2), 0, 0),
    "other adam": (Adam(0.5, 0.8, 0.3), lambda: adam(0.5, 0.8, 0.3), 0, 0),
    "adamw": (SOLVERS["adamw"], lambda: adam(0.9, 0.999, 1e-8), 0.01, 0),
    "other adamw": (AdamW(0.8, 0.95, 0.01, 0.5), lambda: adam(0.8, 0.95, 0.01), 0.5, 0),
    "adamw, scales": (AdamW(scale_decay=0.4), lambda: adam(0.9, 0.999, 1e-8), 0.01, 0.4),
}


def gradients(dtype):
    """Gradients of 7 parameters; those of the last are about as small as an epsilon."""
    scales = [1, 10, 0.1, 1, 1, 0.01, 1e-8]
    grads = np.random.default_rng(1).normal(size=(len(RATES), 7)) * scales
    return grads.astype(dtype)


def run(solver, start, n_weights, alpha):
    params, state = start.copy(), solver.start(start, n_weights, n_scales=2)
    for grad, rate in zip(gradients(start.dtype), RATES, strict=True):
        solver.step(params, grad, state, rate, alpha)
        yield params.copy()


def close(found, expected, dtype):
    assert found.dtype == dtype
    tolerance = 4e-6 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(found, expected, tolerance, tolerance * 0.1)


@pytest.fixture(params=DTYPES, ids=["float32", "float64"])
def start(request):
    return np.random.default_rng(0).normal(size=7).astype(request.param)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("alpha", [0.0, 0.3])
@pytest.mark.parametrize("name", RULES)
def test_every_step_is_that_of_the_textbook(name, alpha, start):
    """The penalty and the decay are those of the weights, never of the biases.

    Of 7 parameters the first 4 are weights, the last 2 are scales of inputs.
    """
    solver, rule, weight_decay, scale_decay = RULES[name]
    moved, is_weight = rule(), np.arange(7) < 4
    decay = weight_decay * is_weight + scale_decay * (np.arange(7) >= 5)
    params, before = start.astype(float), 0.0
    steps = zip(run(solver, start, 4, alpha), gradients(start.dtype), RATES, strict=True)
    for t, (found, grad, rate) in enumerate(steps, 1):
        after = moved(grad + alpha * is_weight * params, rate, t)
        params = params - rate * decay * params + (after - before)
        before = after
        close(found, params, start.dtype)


ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}


@pytest.mark.parametrize(
    ("name", "kind", "defaults"),
    [
        ("sgd", SGD, {"momentum": 0.0, "nesterov": False}),
        ("rmsprop", RMSprop, {"rho": 0.9, "epsilon": 1e-8}),
        ("adam", Adam, ADAM),
        ("adamw", AdamW, ADAM | {"weight_decay": 0.01, "scale_decay": 0.0}),
        ("lbfgs", LBFGS, {"memory": 10, "max_fun": 15000}),
    ],
)
def test_the_named_solvers_have_the_defaults_of_the_papers(name, kind, defaults):
    assert type(SOLVERS[name]) is kind
    assert vars(SOLVERS[name]) == defaults
    assert SOLVERS[name] == kind() == kind(**defaults)


class HalfAdam(Adam):
    def update(self, params, grad, memory, t, rate):
        super().update(params, grad, memory, t, rate / 2)


class HalfAdamW(AdamW):
    def update(self, params, grad, memory, t, rate):
        super().update(params, grad, memory, t, rate / 2)


class Keeping(AdamW):
    def kept(self, rate):
        return 1.0, 1.0


class SlowAdam(Adam):
    def factors(self, t, rate):
        return super().factors(t, rate / 2)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize(
    ("solver", "like", "factor"),
    [
        (HalfAdam(), Adam(), 0.5),
        (SlowAdam(), Adam(), 0.5),
        (HalfAdamW(weight_decay=0.0), Adam(), 0.5),
        (Keeping(weight_decay=0.5), Adam(), 1.0),
    ],
)
def test_what_a_subclass_of_adam_overrides_is_what_runs(solver, like, factor, start):
    found = next(run(solver, start, 4, 0.3))
    expected, state = start.copy(), like.start(start, 4)
    like.step(expected, gradients(start.dtype)[0], state, RATES[0] * factor, 0.3)
    close(found, expected, start.dtype)
