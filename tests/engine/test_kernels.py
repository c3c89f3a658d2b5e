"""What Numba compiles does what its NumPy reference does; memory begins where it should."""

import copy

import numpy as np
import pytest
from scipy import sparse

from sknn.engine.arrays import (
    KERNELS,
    REFERENCE,
    biased_relu,
    cross_entropy,
    empty,
    softmax,
    zeros,
)

RNG = np.random.default_rng(0)


def inputs(name, dtype, rows=3):
    """Return arguments for an operation, arrays first; `rows` have a scale of their own."""

    def normal(*shape):
        return RNG.normal(size=shape).astype(dtype)

    if name == "adam":
        memory = (normal(37), normal(37) ** 2)
        return [normal(37), normal(37), memory, (0.9, 0.999, 1e-8, 0.01, 0.1, 0.8), 30]
    X = sparse.csr_array(normal(7, 9) * (RNG.random((7, 9)) < 0.3))
    return {
        "sparse_product": [X, normal(9, 5), normal(7, 5)],
        "sparse_weight_gradient": [X, normal(7, 5), normal(9, 5)],
        "add_bias": [normal(7, 5), normal(5)],
        "column_sums": [normal(7, 5), normal(5)],
        "divide_by_sums": [normal(7, 5) ** 2],
        "biased_relu": [normal(7, 5), normal(5)],
        "biased_relu_backward": [np.maximum(normal(7, 5), 0), normal(7, 5), normal(5)],
        "subtract_maxima": [100 * normal(7, 5), normal(7, 5)],
        "cross_entropy": [
            np.eye(5, dtype=dtype)[[0, 3, 4]],
            100 * normal(3, 5),
            normal(3, 5) ** 2,
            normal(rows, 1) ** 2,
            normal(5),
            normal(3, 5),
        ],
    }[name]


def test_every_kernel_has_a_reference():
    assert set(KERNELS) in (set(), set(REFERENCE))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", sorted(KERNELS))
@pytest.mark.parametrize("rows", [1, 3])
def test_a_kernel_gives_what_its_reference_gives(name, dtype, rows):
    given = inputs(name, dtype, rows)
    expected = copy.deepcopy(given)
    REFERENCE[name](*expected)
    KERNELS[name](*given)
    # Overwritten work, the gradient of Adam and A of ReLU, is not a result.
    results = {
        "add_bias": (0,),
        "sparse_product": (2,),
        "sparse_weight_gradient": (2,),
        "column_sums": (1,),
        "divide_by_sums": (0,),
        "biased_relu": (0,),
        "biased_relu_backward": (1, 2),
        "subtract_maxima": (1,),
        "cross_entropy": (4, 5),
        "adam": (0, 2),
    }[name]
    rtol = 1e-5 if dtype == np.float32 else 1e-12
    for position in results:
        np.testing.assert_allclose(given[position], expected[position], rtol, atol=rtol**2)


def test_nan_stays_nan():
    Z = np.array([[1.0, np.nan], [-1.0, 2.0]])
    A = Z.copy()
    biased_relu(A, np.zeros(2))
    np.testing.assert_array_equal(A, [[1.0, np.nan], [0.0, 2.0]])
    softmax(Z, A)
    assert np.isnan(A[0]).any()
    assert np.isfinite(A[1]).all()


@pytest.mark.parametrize("shape", [7, (3, 5)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("make", [empty, zeros])
def test_memory_begins_at_a_cache_line(make, dtype, shape):
    arrays = [make(shape, dtype) for _ in range(20)]
    assert {array.ctypes.data % 64 for array in arrays} == {0}
    assert arrays[0].shape == np.empty(shape).shape
    assert arrays[0].dtype == dtype
    assert arrays[0].flags.c_contiguous
    assert arrays[0].flags.writeable


def test_the_likelihood_of_a_class_that_rounds_to_0_is_finite():
    Z = np.array([[0.0, 1000.0, -1000.0]], dtype=np.float32)
    A, delta, costs = np.empty_like(Z), np.empty_like(Z), np.empty(3, np.float32)
    softmax(Z, A)
    scale = np.full((1, 1), 0.5, np.float32)
    cross_entropy(np.eye(3, dtype=np.float32)[[2]], Z, A, scale, costs, delta)
    np.testing.assert_array_equal(costs, [0, 0, 1000])
    np.testing.assert_array_equal(delta, [[0, 0.5, -0.5]])
