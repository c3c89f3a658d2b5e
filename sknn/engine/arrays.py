"""Memory, types, and the backend that runs the operations.

The only file of the engine, `backends` aside, that knows which array library it is: every
other file takes `xp`, the types and the functions below from here. `ops` holds the
operations as the backend in use runs them. It starts with NumPy's; `load_kernels` replaces
them by the kernels that Numba compiles, where Numba is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as xp
from numpy.random import Generator
from scipy.special import log_softmax, xlogy

from .backends.numpy_ops import (
    OPERATIONS,
    Array,
    Input,
    constant_row,
    row_maxima,
)

__all__ = [
    "LINE",
    "WHOLE_RULES",
    "Array",
    "Generator",
    "Input",
    "blocks_in_cache",
    "constant_row",
    "contiguous",
    "empty",
    "error_before",
    "ignore_overflow",
    "is_finite",
    "least",
    "load_kernels",
    "log_1p_exp",
    "log_softmax",
    "ops",
    "pool",
    "product",
    "random_numbers",
    "random_place",
    "row_maxima",
    "sigmoid",
    "softmax",
    "softplus",
    "weight_gradient",
    "xlogy",
    "xp",
    "zeros",
]

CACHED = 65536  # values at a time: few calls, and four float32 vectors fit 1 MiB of L2
UNPACKED = 1_000_000  # multiplications up to which OpenBLAS takes matrices as they lie
POOL = 2**20  # random numbers that are drawn once
LINE = 64  # bytes of a cache line, and of the widest registers

# Operations that run a whole rule in one pass: without a compiled kernel they are None, and
# the rule's own class runs it.
WHOLE_RULES = ("adam", "cross_entropy", "silu", "mish", "gelu", "multiply_slopes", "steps")
# The operations of the backend in use.
ops: Any = SimpleNamespace(**OPERATIONS, **dict.fromkeys(WHOLE_RULES))


def load_kernels() -> None:
    """Run the operations by compiled kernels from now on, where Numba is installed.

    For the first fit, not for the import of the package: importing Numba takes as long as
    importing scikit-learn.
    """
    vars(ops).update(_kernels())


@lru_cache  # an import that fails is tried again every time, for milliseconds
def _kernels() -> dict[str, Any]:
    """Return the compiled kernels by the names of the operations; none without Numba."""
    try:
        from .backends.numba_steps import KERNELS
    except ImportError:  # sknn[fast] is not installed
        return {}
    return KERNELS


# ---- memory ---------------------------------------------------------------------------


def empty(shape: int | tuple[int, ...], dtype: Any) -> Array:
    """Return a new array of `shape` whose memory begins at a cache line.

    NumPy's own begin anywhere: then every load of a wide register may touch two lines,
    which makes a step of Adam take up to three times as long.
    """
    dtype = xp.dtype(dtype)
    size = dtype.itemsize * int(xp.prod(shape))
    memory = xp.empty(size + LINE, xp.uint8)
    start = -memory.ctypes.data % LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def zeros(shape: int | tuple[int, ...], dtype: Any) -> Array:
    """Return a new array of zeros of `shape` whose memory begins at a cache line."""
    array = empty(shape, dtype)
    array.fill(0)
    return array


def contiguous(array: Array) -> Array:
    """Return `array`, of any shape, row after row in memory; itself where it is so.

    And a plain, writable one: Numba compiles a kernel anew for any other.
    """
    return xp.require(array, requirements=("C", "A", "W", "E"))


def blocks_in_cache(n: int) -> Iterator[slice]:
    """Yield the slices that cut a vector of length `n` into blocks that fit the cache.

    All blocks begin at a cache line if the vector does.
    """
    for start in range(0, n, CACHED):
        yield slice(start, min(start + CACHED, n))


def random_numbers(shape: tuple[int, int], dtype: Any, rng: Generator) -> Array:
    """Return numbers from [0, 1) of `shape`, from a random place of a pool; read only.

    To draw them anew for every step takes up to a third of its time. The pool is the same
    in every process, so that the same `rng` gives the same numbers.
    """
    size = shape[0] * shape[1]
    if size > POOL:
        return rng.random(shape, dtype)
    start = random_place(size, rng)
    return pool(dtype)[start : start + size].reshape(shape)


def random_place(size: int, rng: Generator) -> int:
    """Return where in the pool `size` numbers begin, `size` being at most `POOL`."""
    return int(rng.random() * (POOL - size + 1))


@lru_cache
def pool(dtype: Any) -> Array:
    """Return `POOL` numbers from [0, 1), of shape (POOL,)."""
    return xp.random.default_rng(0).random(POOL, dtype)


@lru_cache
def least(dtype: Any) -> float:
    """Return a number so small that a step against it as the gradient moves no weight.

    3e-16 in float32, 1e-146 in float64. Its square, and a share of 1e-7 of that, are
    still normal numbers.
    """
    return float(xp.sqrt(xp.finfo(dtype).tiny / xp.finfo(dtype).eps))


def is_finite(array: Array) -> bool:
    """Return whether no value of `array`, of any shape, is NaN or infinite."""
    return bool(xp.isfinite(array).all())


def ignore_overflow() -> Any:
    """Return a context in which overflow and invalid values raise no warning.

    Training looks for non-finite costs itself and says more than a warning could.
    """
    return xp.errstate(over="ignore", invalid="ignore", divide="ignore")


# ---- matrix products ------------------------------------------------------------------


def product(X: Input, W: Array, out: Array) -> None:
    """Write ``X @ W`` into `out`; `X` may be sparse.

    Parameters
    ----------
    X : array or CSR matrix of shape (m, n_in)
    W : array of shape (n_in, n_out)
    out : array of shape (m, n_out)
    """
    if isinstance(X, xp.ndarray):
        X.dot(W, out=out)
    else:
        ops.sparse_product(X, W, out)


def weight_gradient(A: Input, delta: Array, out: Array) -> None:
    """Write ``A.T @ delta``, the gradient of a layer's weights, into `out`.

    Parameters
    ----------
    A : array or CSR matrix of shape (m, n_in)
        What went into the layer.
    delta : array of shape (m, n_out)
        Gradient of the cost with respect to the layer's Z.
    out : array of shape (n_in, n_out)
    """
    if isinstance(A, xp.ndarray):
        A.T.dot(delta, out=out)
    else:
        ops.sparse_weight_gradient(A, delta, out)


def error_before(delta: Array, W: Array, out: Array) -> None:
    """Write ``delta @ W.T``, the error of the layer before, into `out`.

    Parameters
    ----------
    delta : array of shape (m, n_out)
    W : array of shape (n_in, n_out)
    out : array of shape (m, n_in)
    """
    # OpenBLAS multiplies small matrices without packing them first, and then takes up to
    # 1.6 times as long where the second one is transposed: a copy costs less.
    small = len(delta) * W.size <= UNPACKED
    delta.dot(W.T.copy() if small else W.T, out=out)


# ---- functions of every value ---------------------------------------------------------


def sigmoid(Z: Array, A: Array) -> None:
    """Write 1 / (1 + e^-z) into `A`, which may be `Z`; both (m, n).

    By NumPy's e^z, which is vectorized: SciPy's expit takes three to four times as long.
    """
    xp.negative(Z, out=A)
    with xp.errstate(over="ignore"):  # an infinite e^-z is right: its reciprocal is 0
        xp.exp(A, out=A)
    xp.add(A, 1, out=A)
    xp.reciprocal(A, out=A)


def log_1p_exp(Z: Array, A: Array) -> None:
    """Write log(1 + e^z) into `A`, which may be `Z`; both (m, n).

    z is capped at the largest exponent that does not overflow, 88 in float32 and 709 in
    float64.
    """
    xp.minimum(Z, constant_row(_exponent(A.dtype), A.shape[1], A.dtype), out=A)
    xp.exp(A, out=A)
    xp.log1p(A, out=A)


def softplus(Z: Array, A: Array) -> None:
    """Write log(1 + e^z) into `A`, another array than `Z`; both (m, n).

    About ten times as fast as ``logaddexp(Z, 0)``, which is not vectorized.
    """
    log_1p_exp(Z, A)
    xp.maximum(A, Z, out=A)


def softmax(Z: Array, A: Array) -> None:
    """Write e^z_j / Σ_k e^z_k into `A`, which may be `Z`; both (m, n)."""
    ops.subtract_maxima(Z, A)
    xp.exp(A, out=A)
    ops.divide_by_sums(A)


@lru_cache
def _exponent(dtype: Any) -> int:
    """Return the greatest whole number whose power of e is finite."""
    return int(xp.log(xp.finfo(dtype).max))
