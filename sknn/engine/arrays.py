"""The array library: the only file of the engine that knows which one it is.

Every other file of the engine takes `xp`, the types and the few operations below from
here. What is marked `compiled` has a twin of the same name in `fast`, which takes its
place where Numba is installed; the functions here are the reference. Matrices are dense
C-ordered arrays, except for the input `X`, which may be a CSR matrix: what is computed
from sparse input is in this file too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as xp
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import log_softmax, ndtr, xlogy

try:
    from .backends.numba_ops import KERNELS
except ImportError:  # sknn[fast] is not installed
    KERNELS = {}

__all__ = [
    "KERNELS",
    "REFERENCE",
    "Array",
    "Generator",
    "Input",
    "adam",
    "add_bias",
    "biased_relu",
    "biased_relu_backward",
    "column_sums",
    "cross_entropy",
    "empty",
    "error_before",
    "is_finite",
    "log_1p_exp",
    "log_softmax",
    "ndtr",
    "penalised",
    "product",
    "quiet",
    "sigmoid",
    "softmax",
    "softplus",
    "stretches",
    "weight_gradient",
    "xlogy",
    "xp",
    "zeros",
]

Array = NDArray[Any]
CACHED = 65536  # values at a time: few calls, and four float32 vectors fit 1 MiB of L2
UNPACKED = 1_000_000  # multiplications up to which OpenBLAS takes matrices as they lie
LINE = 64  # bytes of a cache line, and of the widest registers

Operation = Callable[..., None]
Input = Any  # an Array or a scipy.sparse CSR matrix or array, (n_samples, n_features)


REFERENCE: dict[str, Operation] = {}


def compiled(function: Operation) -> Operation:
    """Return the kernel named as `function`, or without Numba the function itself."""
    REFERENCE[function.__name__] = function
    return KERNELS.get(function.__name__, function)


def empty(shape: int | tuple[int, ...], dtype: Any) -> Array:
    """Return a new array whose memory begins at a cache line.

    NumPy's own begin anywhere: then every load of a wide register may touch two lines,
    which makes a step of Adam take up to three times as long.
    """
    dtype = xp.dtype(dtype)
    size = dtype.itemsize * int(xp.prod(shape))
    memory = xp.empty(size + LINE, xp.uint8)
    start = -memory.ctypes.data % LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def zeros(shape: int | tuple[int, ...], dtype: Any) -> Array:
    """Return a new array of zeros whose memory begins at a cache line."""
    array = empty(shape, dtype)
    array.fill(0)
    return array


@compiled
def add_bias(Z: Array, b: Array) -> None:
    """Add `b`, (n,), to every row of `Z`, (m, n), in place."""
    xp.add(Z, b, out=Z)


@compiled
def biased_relu(Z: Array, b: Array) -> None:
    """Replace every z_j of `Z`, (m, n), by max(z_j + b_j, 0) in place."""
    xp.add(Z, b, out=Z)
    # A row of zeros, not the number 0, since for arrays NumPy's loop is vectorized.
    xp.maximum(Z, _row(0, len(b), Z.dtype), out=Z)


@compiled
def biased_relu_backward(A: Array, delta: Array, sums: Array) -> None:
    """Multiply `delta` by [a > 0] in place and write its sums over the rows into `sums`.

    `A` and `delta` are of shape (m, n), `sums` of shape (n,); `A` is overwritten.
    """
    xp.greater(A, 0, out=A)
    xp.multiply(delta, A, out=delta)
    column_sums(delta, out=sums)


@compiled
def subtract_maxima(Z: Array, A: Array) -> None:
    """Write z_j - max_k z_k into `A`, which may be `Z`; both (m, n)."""
    xp.subtract(Z, row_maxima(Z), out=A)


@compiled
def divide_by_sums(A: Array) -> None:
    """Divide every row of `A`, (m, n), by its sum in place."""
    # Rows are short: as a product with ones it is faster than a sum over their values.
    xp.divide(A, xp.dot(A, _row(1, A.shape[1], A.dtype))[:, None], out=A)


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

    Numbers above the greatest exponent of e, 88 or in float64 709, count as that.
    """
    xp.minimum(Z, _row(_exponent(A.dtype), A.shape[1], A.dtype), out=A)
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
    subtract_maxima(Z, A)
    xp.exp(A, out=A)
    divide_by_sums(A)


@compiled
def cross_entropy(
    Y: Array, Z: Array, A: Array, scale: Array, costs: Array, delta: Array
) -> None:
    """Write Σ_i s_i y_ij (-log a_ij) into `costs` and s_i (a_ij - y_ij) into `delta`.

    A small a_ij may have been rounded to 0, the greatest of a row never: the logarithms
    follow from it and from the Z, -log a_j = max_k z_k - z_j - log max_k a_k.

    Parameters
    ----------
    Y, Z, A : arrays of shape (m, n)
        Targets, and A = softmax(Z).
    scale : array of shape (m, 1) or (1, 1)
        s, one for every row or one for all.
    costs : array of shape (n,)
    delta : array of shape (m, n)
    """
    xp.subtract(row_maxima(Z) - xp.log(row_maxima(A)), Z, out=delta)
    xp.multiply(delta, Y, out=delta)
    xp.multiply(delta, scale, out=delta)
    column_sums(delta, out=costs)
    xp.subtract(A, Y, out=delta)
    xp.multiply(delta, scale, out=delta)


@compiled
def adam(
    params: Array,
    grad: Array,
    memory: tuple[Array, Array],
    factors: tuple[float, ...],
    n_weights: int,
) -> None:
    """Step in place: M = β1 M + g, V = β2 V + g², P = keep P - rate M / (√V + epsilon).

    Parameters
    ----------
    params, grad : arrays of shape (n,)
        P and its gradient, which is overwritten; g is the gradient plus alpha · P.
    memory : tuple of two arrays of shape (n,)
        M and V.
    factors : tuple of six floats
        β1, β2, epsilon, rate, alpha and keep; the last two count as 0 and 1 but for
        weights.
    n_weights : int
        The first `n_weights` parameters are weights.
    """
    beta_1, beta_2, epsilon, rate, alpha, keep = factors
    for block in penalised(params, grad, alpha, n_weights):
        P, g, M, V = params[block], grad[block], memory[0][block], memory[1][block]
        M *= beta_1
        M += g
        g *= g
        V *= beta_2
        V += g
        xp.sqrt(V, out=g)
        g += epsilon
        xp.divide(M, g, out=g)
        g *= rate
        if keep != 1:
            params[block.start : min(block.stop, n_weights)] *= keep
        P -= g


@compiled
def sparse_product(X: Input, W: Array, out: Array) -> None:
    """Write ``X @ W`` into `out` for a CSR matrix `X`."""
    out[...] = X @ W


@compiled
def sparse_weight_gradient(A: Input, delta: Array, out: Array) -> None:
    """Write ``A.T @ delta`` into `out` for a CSR matrix `A`."""
    out[...] = A.T @ delta


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
        sparse_product(X, W, out)


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
        sparse_weight_gradient(A, delta, out)


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


@lru_cache
def _exponent(dtype: Any) -> int:
    """Return the greatest whole number whose power of e is finite."""
    return int(xp.log(xp.finfo(dtype).max))


@lru_cache(maxsize=64)
def _row(value: float, length: int, dtype: Any) -> Array:
    """Return a vector of one value that nobody may write to."""
    row = xp.full(length, value, dtype)
    row.flags.writeable = False
    return row


@compiled
def column_sums(delta: Array, out: Array) -> None:
    """Write the sums over the rows of `delta`, (m, n), a bias gradient, into `out`, (n,).

    As a product with ones it takes a third of the time of ``delta.sum(axis=0)``.
    """
    xp.dot(_row(1, len(delta), delta.dtype), delta, out=out)


def row_maxima(A: Array) -> Array:
    """Return the greatest value of every row of `A`, (m, n), as a column, (m, 1).

    Rows are short: it is faster to compare whole columns, copied to lie side by side.
    """
    return xp.maximum.reduce(A.T.copy(), axis=0)[:, None]


def penalised(params: Array, grad: Array, alpha: float, n_weights: int) -> Iterator[slice]:
    """Add alpha · W to `grad` in place, stretch by stretch; yield each after that.

    Who goes on with a stretch at once finds it in the cache. SciPy's axpy would spare a
    temporary, but SciPy brings a BLAS of its own, whose threads and those of NumPy's get
    in each other's way.

    Parameters
    ----------
    params, grad : arrays of shape (n,)
    alpha : float
        Strength of the penalty.
    n_weights : int
        W is the first `n_weights` parameters.
    """
    for block in stretches(len(params)):
        weights = slice(block.start, min(block.stop, n_weights))
        if alpha:
            grad[weights] += alpha * params[weights]
        yield block


def stretches(n: int) -> Iterator[slice]:
    """Yield the slices that cut a vector of length `n` into parts that fit the cache.

    All begin at a cache line if the vector does.
    """
    for start in range(0, n, CACHED):
        yield slice(start, min(start + CACHED, n))


def is_finite(array: Array) -> bool:
    """Tell whether no value of `array` is NaN or infinite."""
    return bool(xp.isfinite(array).all())


def quiet() -> Any:
    """Return a context in which overflow and invalid values raise no warning.

    Training looks for non-finite costs itself and says more than a warning could.
    """
    return xp.errstate(over="ignore", invalid="ignore", divide="ignore")
