"""Smooth rectifiers in one pass: values, derivatives, and where the pass may not run."""

import numpy as np
import pytest
from scipy.special import expit, ndtr

from sknn.engine.activations import ACTIVATIONS, GELU, Identity, Mish, SiLU
from sknn.engine.arrays import ops
from sknn.engine.cost import L2, Cost
from sknn.engine.data import Data
from sknn.engine.losses import SquaredError
from sknn.engine.network import Network, Workspace
from sknn.engine.neurons import neurons

pytestmark = pytest.mark.usefixtures("backend")
SMOOTH = [SiLU(), Mish(), GELU()]


def exact(part, z):
    """Return σ(z) and σ'(z) in float64, by SciPy's functions."""
    if part == SiLU():
        s = expit(z)
        return z * s, s * (1 + z * expit(-z))
    if part == Mish():
        w, s = np.tanh(np.logaddexp(z, 0)), expit(z)
        return z * w, w + z * s * (1 - w**2)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return z * ndtr(z), ndtr(z) + z * density


def run(part, Z, b, delta):
    """Return A, and what becomes of `delta` and of the gradient of b."""
    layer, Z, A, delta = neurons(part), Z.copy(), np.empty_like(Z), delta.copy()
    grad = np.empty_like(b)
    layer.forward(Z, b, A)
    found = A.copy()
    layer.backward(Z, A, delta, grad)
    return found, delta, grad


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("part", SMOOTH, ids=repr)
def test_values_and_derivatives_are_right_from_tail_to_tail(part, dtype):
    near = np.linspace(-10, 10, 4001).astype(dtype)[:, np.newaxis]
    far = np.linspace(-80, 80, 4001).astype(dtype)[:, np.newaxis]
    nothing, ones = np.zeros(1, dtype), np.ones_like(near)
    eps = float(np.finfo(dtype).eps)
    for Z, tolerance in ((near, 200 * eps), (far, 1000 * eps)):
        A, slopes, _ = run(part, Z, nothing, ones)
        expected, expected_slopes = exact(part, Z.astype(np.float64))
        np.testing.assert_allclose(A, expected, tolerance, 1e-30)
        np.testing.assert_allclose(slopes, expected_slopes, tolerance, 4 * eps)
    if dtype == np.float32:  # around 0, where networks live, as exact as float32 can be
        A, _, _ = run(part, near[1400:2600], nothing, ones[1400:2600])
        expected, _ = exact(part, near[1400:2600].astype(np.float64))
        np.testing.assert_allclose(A, expected, 1e-6, 1e-12)


@pytest.mark.parametrize("part", SMOOTH, ids=repr)
def test_far_off_values_overflow_nowhere_and_nan_stays_nan(part):
    Z = np.array([[1e30, 1e4, 300, -1e4, -1e30, np.nan]], np.float32)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        A, slopes, _ = run(part, Z, np.zeros(6, np.float32), np.ones_like(Z))
    np.testing.assert_allclose(A[0, :5], [1e30, 1e4, 300, 0, 0], 1e-6, 1e-30)
    np.testing.assert_allclose(slopes[0, :5], [1, 1, 1, 0, 0], 1e-6, 1e-30)
    assert np.isnan(A[0, 5])
    assert np.isnan(slopes[0, 5])


@pytest.mark.parametrize("part", SMOOTH, ids=repr)
@pytest.mark.parametrize("shape", [(7, 5), (1, 1), (64, 130)])
def test_the_bias_comes_first_and_its_gradient_is_the_sum(part, shape):
    rng = np.random.default_rng(0)
    Z, delta = rng.normal(size=(2, *shape)).astype(np.float32)
    b = rng.normal(size=shape[1]).astype(np.float32)
    A, found, grad = run(part, Z, b, delta)
    expected, slopes = exact(part, (Z + b).astype(np.float64))
    np.testing.assert_allclose(A, expected, 1e-5, 1e-6)
    np.testing.assert_allclose(found, delta * slopes, 1e-4, 1e-6)
    np.testing.assert_allclose(grad, (delta * slopes).sum(axis=0), 1e-4, 1e-5)


def test_float64_runs_the_activation_itself():
    rng = np.random.default_rng(0)
    Z, delta = rng.normal(size=(2, 9, 4))
    for part in SMOOTH:
        A, slope = np.empty_like(Z), delta.copy()
        part.forward(Z.copy(), A)
        found, found_slope, _ = run(part, Z, np.zeros(4), delta)
        part.backward(Z.copy(), A.copy(), slope)
        np.testing.assert_array_equal(found, A)
        np.testing.assert_array_equal(found_slope, slope)


class Doubled(SiLU):
    """2 σ(z)."""

    def forward(self, Z, A):
        super().forward(Z, A)
        A *= 2

    def backward(self, Z, A, delta):
        super().backward(Z, A, delta)
        delta *= 2


def test_a_subclass_runs_its_own_formula():
    Z, b = np.ones((3, 2), np.float32), np.zeros(2, np.float32)
    A, slopes, _ = run(Doubled(), Z, b, np.ones_like(Z))
    expected, slope = exact(SiLU(), 1.0)
    np.testing.assert_allclose(A, 2 * expected, rtol=1e-6)
    np.testing.assert_allclose(slopes, 2 * slope, rtol=1e-6)


@pytest.mark.parametrize("output", [Identity(), *SMOOTH], ids=repr)
@pytest.mark.parametrize("hidden", [*SMOOTH, ACTIVATIONS["relu"]], ids=repr)
def test_the_gradient_in_float32_is_that_in_float64(hidden, output):
    grads = []
    for dtype in (np.float32, np.float64):
        rng = np.random.default_rng(0)
        network = Network((3, 8, 6, 2), [hidden, hidden, output], [0.3, 0.0], dtype)
        network.params.flat[...] = rng.normal(size=len(network.params.flat))
        X, Y = rng.normal(size=(20, 3)).astype(dtype), rng.normal(size=(20, 2))
        cost, space = Cost(network, SquaredError(), L2(0.1)), Workspace(network, 20)
        costs = cost.gradient(Data(X, Y.astype(dtype), None), space)
        grads.append([*costs, *network.grad.flat])
    scale = np.abs(grads[1]).max()
    np.testing.assert_allclose(grads[0], grads[1], rtol=1e-3, atol=1e-5 * scale)


def test_there_is_a_kernel_for_each_or_for_none():
    kernels = [getattr(ops, name) for name in ("silu", "mish", "gelu", "multiply_slopes")]
    assert all(kernels) or not any(kernels)
