"""What Numba compiles does the same as its NumPy reference; runs where it is installed."""

import copy

import numpy as np
import pytest

from sknn.engine.arrays import KERNELS, REFERENCE

RNG = np.random.default_rng(0)


def inputs(name, dtype):
    """Return arguments for an operation, arrays first."""

    def normal(*shape):
        return RNG.normal(size=shape).astype(dtype)

    if name == "adam":
        memory = (normal(37), normal(37) ** 2)
        return [normal(37), normal(37), memory, (0.9, 0.999), 1e-8, 0.01]
    return {
        "add_bias": [normal(7, 5), normal(5)],
        "add_scaled": [normal(37), 0.3, normal(37)],
        "relu": [normal(7, 5), normal(7, 5)],
        "relu_backward": [np.maximum(normal(7, 5), 0), normal(7, 5)],
        "softmax": [100 * normal(7, 5), normal(7, 5)],
        "cross_entropy": [
            np.eye(5, dtype=dtype)[[0, 3, 4]],
            100 * normal(3, 5),
            normal(3, 5),
        ],
    }[name]


def test_every_kernel_has_a_reference():
    assert set(KERNELS) in (set(), set(REFERENCE))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", sorted(KERNELS))
def test_a_kernel_gives_what_its_reference_gives(name, dtype):
    given = inputs(name, dtype)
    expected = copy.deepcopy(given)
    REFERENCE[name](*expected)
    KERNELS[name](*given)
    # Overwritten work, the gradient of Adam and A of ReLU, is not a result.
    results = {
        "add_bias": (0,),
        "add_scaled": (2,),
        "relu": (1,),
        "relu_backward": (1,),
        "softmax": (1,),
        "cross_entropy": (2,),
        "adam": (0, 2),
    }[name]
    rtol = 1e-5 if dtype == np.float32 else 1e-12
    for position in results:
        np.testing.assert_allclose(given[position], expected[position], rtol, atol=rtol**2)


@pytest.mark.parametrize("name", sorted({"relu", "softmax"} & set(KERNELS)))
def test_nan_stays_nan(name):
    Z = np.array([[1.0, np.nan], [-1.0, 2.0]])
    A = np.empty_like(Z)
    KERNELS[name](Z, A)
    assert np.isnan(A[0]).any()
    assert np.isfinite(A[1]).all()
