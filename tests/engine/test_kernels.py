"""What Numba compiles does what its NumPy reference does; memory begins where it should."""

import copy
import sys
from inspect import signature

import numpy as np
import pytest
from scipy import sparse
from scipy.special import ndtr

from sknn.engine import arrays
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.arrays import WHOLE_RULES, empty, ops, softmax, zeros
from sknn.engine.backends import numpy_ops
from sknn.engine.loss import Output
from sknn.engine.losses import LogLoss
from sknn.engine.optimizers import Adam, AdamW

try:
    from sknn.engine.backends import numba_steps

    KERNELS = numba_steps.KERNELS
except ImportError:
    KERNELS = {}

OPERATIONS = numpy_ops.OPERATIONS
RNG = np.random.default_rng(0)
DTYPES = [np.float32, np.float64]
# Positions of the arguments that an operation writes its results to.
RESULTS = {
    "add_bias": (0,),
    "biased_relu": (0,),
    "biased_relu_backward": (1, 2),  # A is overwritten work, not a result
    "column_sums": (1,),
    "subtract_maxima": (1,),
    "divide_by_sums": (0,),
    "normal_cdf": (1,),
    "drop": (3, 4),
    "scale_rows": (3,),
    "scale_rows_backward": (3, 4),
    "sparse_product": (2,),
    "sparse_weight_gradient": (2,),
}


@pytest.fixture
def in_numpy(monkeypatch):
    """Return a function that runs the operations in NumPy from now on."""

    def switch():
        for name, operation in OPERATIONS.items():
            monkeypatch.setattr(ops, name, operation)
        for name in WHOLE_RULES:
            monkeypatch.setattr(ops, name, None)

    return switch


def inputs(name, dtype):
    """Return arguments for an operation, arrays first."""

    def normal(*shape):
        return RNG.normal(size=shape).astype(dtype)

    X = sparse.csr_array(normal(7, 9) * (RNG.random((7, 9)) < 0.3))
    return {
        "add_bias": [normal(7, 5), normal(5)],
        "biased_relu": [normal(7, 5), normal(5)],
        "biased_relu_backward": [np.maximum(normal(7, 5), 0), normal(7, 5), normal(5)],
        "column_sums": [normal(7, 5), normal(5)],
        "subtract_maxima": [100 * normal(7, 5), normal(7, 5)],
        "divide_by_sums": [normal(7, 5) ** 2],
        "normal_cdf": [3 * normal(70, 5), normal(70, 5)],
        "drop": [normal(7, 5), RNG.random((7, 5), dtype), 0.3, normal(7, 5), normal(7, 5)],
        "scale_rows": [normal(7, 5), normal(7), 6.0, normal(7, 5)],
        "scale_rows_backward": [normal(7, 5), normal(7), 6.0, normal(7, 5), normal(7)],
        "sparse_product": [X, normal(9, 5), normal(7, 5)],
        "sparse_weight_gradient": [X, normal(7, 5), normal(9, 5)],
    }[name]


def test_every_operation_has_its_twin():
    assert RESULTS.keys() == OPERATIONS.keys()
    # The references of the others are classes: Adam, LogLoss, SiLU, Mish and GELU.
    assert KERNELS.keys() in (set(), OPERATIONS.keys() | {*WHOLE_RULES})


def test_twins_stand_in_the_same_order_with_the_same_arguments():
    if not KERNELS:
        return
    assert [*KERNELS][: len(OPERATIONS)] == [*OPERATIONS]
    for name, operation in OPERATIONS.items():
        twin = getattr(KERNELS[name], "py_func", KERNELS[name])
        assert [*signature(twin).parameters] == [*signature(operation).parameters]


def test_the_first_fit_takes_the_kernels():
    arrays.load_kernels()
    assert all(getattr(ops, name) is kernel for name, kernel in KERNELS.items())


def test_numba_that_is_not_there_is_looked_for_once(monkeypatch, in_numpy):
    asked = []

    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "sknn.engine.backends.numba_steps":
                asked.append(name)
                raise ImportError(name)

    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
    monkeypatch.delitem(sys.modules, "sknn.engine.backends.numba_steps", raising=False)
    arrays._kernels.cache_clear()
    try:
        arrays.load_kernels()
        arrays.load_kernels()
    finally:
        arrays._kernels.cache_clear()
    assert len(asked) == 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", sorted(KERNELS.keys() & OPERATIONS.keys()))
def test_a_kernel_gives_what_its_reference_gives(name, dtype):
    given = inputs(name, dtype)
    expected = copy.deepcopy(given)
    OPERATIONS[name](*expected)
    KERNELS[name](*given)
    rtol = 1e-5 if dtype == np.float32 else 1e-12
    for position in RESULTS[name]:
        np.testing.assert_allclose(given[position], expected[position], rtol, atol=rtol**2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_normal_distribution_is_right_far_into_both_tails(dtype):
    arrays.load_kernels()
    Z = np.concatenate(
        [np.linspace(-12, 12, 2001), [-np.inf, -1e30, 0, 1e30, np.inf, np.nan]]
    )
    Z = Z.astype(dtype)[:, np.newaxis]
    out = np.empty_like(Z)
    ops.normal_cdf(Z, out)
    tolerance = 200 * np.finfo(dtype).eps  # of which e^(-z²/2) alone has 72 in the tail
    np.testing.assert_allclose(out, ndtr(Z.astype(float)), tolerance, np.finfo(dtype).tiny)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("solver", [Adam(0.8, 0.9, 1e-3), AdamW(weight_decay=0.3)])
def test_a_step_by_the_kernel_is_the_step_of_the_class(solver, dtype, in_numpy):
    arrays.load_kernels()
    start = RNG.normal(size=37).astype(dtype)
    grads = RNG.normal(size=(4, 37)).astype(dtype)

    def steps():
        params, state = start.copy(), solver.start(start, 30)
        for grad in grads:
            solver.step(params, grad.copy(), state, 0.01, 0.1)
        return [params, *state.vectors]

    fast = steps()
    in_numpy()
    rtol = 1e-4 if dtype == np.float32 else 1e-11
    for found, expected in zip(fast, steps(), strict=True):
        np.testing.assert_allclose(found, expected, rtol, atol=rtol * 1e-2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_log_loss_by_the_kernel_is_that_of_the_class(smoothing, rows, dtype, in_numpy):
    arrays.load_kernels()
    Y = np.eye(5, dtype=dtype)[[0, 3, 4]]
    Z = 100 * RNG.normal(size=(3, 5)).astype(dtype)
    scale = RNG.random(size=(rows, 1)).astype(dtype)

    def evaluate():
        A, delta = np.empty_like(Z), np.empty_like(Z)
        softmax(Z, A)
        output = Output(Z.copy(), A, ACTIVATIONS["softmax"])
        return LogLoss(smoothing).evaluate(Y, output._replace(scale=scale), delta), delta

    fast = evaluate()
    in_numpy()
    rtol = 1e-5 if dtype == np.float32 else 1e-12
    for found, expected in zip(fast, evaluate(), strict=True):
        np.testing.assert_allclose(found, expected, rtol, atol=rtol**2)


def test_nan_stays_nan():
    Z = np.array([[1.0, np.nan], [-1.0, 2.0]])
    A = Z.copy()
    ops.biased_relu(A, np.zeros(2))
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
    A, delta = np.empty_like(Z), np.empty_like(Z)
    softmax(Z, A)
    scale = np.full((1, 1), 0.5, np.float32)
    output = Output(Z, A, ACTIVATIONS["softmax"])
    costs = LogLoss().evaluate(
        np.eye(3, dtype=np.float32)[[2]], output._replace(scale=scale), delta
    )
    np.testing.assert_array_equal(costs, [0, 0, 1000])
    np.testing.assert_array_equal(delta, [[0, 0.5, -0.5]])
