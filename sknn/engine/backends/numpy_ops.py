"""The operations in NumPy: the reference for every other backend.

Matrices are dense C-ordered arrays, except for the input `X`, which may be a CSR matrix.
Every operation writes into arrays that it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[Any]
Input = Any  # an Array or a scipy.sparse CSR matrix or array, (n_samples, n_features)

OPERATIONS: dict[str, Callable[..., None]] = {}


def operation(function: Callable[..., None]) -> Callable[..., None]:
    """Register `function` under its name."""
    OPERATIONS[function.__name__] = function
    return function


@operation
def add_bias(Z: Array, b: Array) -> None:
    """Add `b`, (n,), to every row of `Z`, (m, n), in place."""
    np.add(Z, b, out=Z)


@operation
def biased_relu(Z: Array, b: Array) -> None:
    """Replace every z_j of `Z`, (m, n), by max(z_j + b_j, 0) in place; `b` is (n,)."""
    np.add(Z, b, out=Z)
    # A row of zeros, not the number 0, since for arrays NumPy's loop is vectorized.
    np.maximum(Z, constant_row(0, len(b), Z.dtype), out=Z)


@operation
def biased_relu_backward(A: Array, delta: Array, sums: Array) -> None:
    """Multiply `delta` by [a > 0] in place and write its sums over the rows into `sums`.

    `A` and `delta` are of shape (m, n), `sums` of shape (n,); `A` is overwritten.
    """
    np.greater(A, 0, out=A)
    np.multiply(delta, A, out=delta)
    column_sums(delta, out=sums)


@operation
def column_sums(delta: Array, out: Array) -> None:
    """Write the sums over the rows of `delta`, (m, n), a bias gradient, into `out`, (n,).

    As a product with ones it takes a third of the time of ``delta.sum(axis=0)``.
    """
    np.dot(constant_row(1, len(delta), delta.dtype), delta, out=out)


@operation
def subtract_maxima(Z: Array, A: Array) -> None:
    """Write z_j - max_k z_k into `A`, which may be `Z`; both (m, n)."""
    np.subtract(Z, row_maxima(Z), out=A)


@operation
def divide_by_sums(A: Array) -> None:
    """Divide every row of `A`, (m, n), by its sum in place."""
    # Rows are short: as a product with ones it is faster than a sum over their values.
    np.divide(A, np.dot(A, constant_row(1, A.shape[1], A.dtype))[:, None], out=A)


@operation
def normal_cdf(Z: Array, out: Array) -> None:
    """Write Φ(z), the normal distribution function, into `out`, not `Z`; both (m, n)."""
    ndtr(Z, out=out)


@operation
def drop(A: Array, U: Array, rate: float, D: Array, H: Array) -> None:
    """Write the mask D, 0 where u < rate, else 1 / (1 - rate), and H = A * D; all (m, n).

    `U` holds uniform numbers from [0, 1); it may be `D`.
    """
    np.greater_equal(U, rate, out=D)
    np.multiply(D, 1 / (1 - rate), out=D)
    np.multiply(A, D, out=H)


@operation
def scale_rows(W: Array, u: Array, factor: float, out: Array) -> None:
    """Write s_i w_ij into `out` for s = factor · u.

    `W` and `out` are of shape (n_in, n_out), `u` of shape (n_in,).
    """
    np.multiply(W, factor * u[:, np.newaxis], out=out)


@operation
def scale_rows_backward(W: Array, u: Array, factor: float, G: Array, sums: Array) -> None:
    """Write factor Σ_j g_ij w_ij into `sums`; multiply g_ij by s_i = factor u_i in place.

    `W` and `G` are of shape (n_in, n_out), `u` and `sums` of shape (n_in,).
    """
    np.einsum("ij,ij->i", G, W, out=sums)
    np.multiply(sums, factor, out=sums)
    np.multiply(G, factor * u[:, np.newaxis], out=G)


@operation
def sparse_product(X: Input, W: Array, out: Array) -> None:
    """Write ``X @ W`` into `out`, (m, n_out), for a CSR matrix `X`, (m, n_in)."""
    out[...] = X @ W


@operation
def sparse_weight_gradient(A: Input, delta: Array, out: Array) -> None:
    """Write ``A.T @ delta`` into `out`, (n_in, n_out), for a CSR matrix `A`, (m, n_in)."""
    out[...] = A.T @ delta


def row_maxima(A: Array) -> Array:
    """Return the greatest value of every row of `A`, (m, n), as a column, (m, 1).

    Rows are short: it is faster to compare whole columns, copied to lie side by side.
    """
    return np.maximum.reduce(A.T.copy(), axis=0)[:, None]


@lru_cache(maxsize=64)
def constant_row(value: float, length: int, dtype: Any) -> Array:
    """Return a read-only vector of shape (length,) that holds one value."""
    row = np.full(length, value, dtype)
    row.flags.writeable = False
    return row
