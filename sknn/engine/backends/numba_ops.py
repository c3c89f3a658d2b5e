"""The operations compiled by Numba: `sknn[fast]`.

Each does in one pass over memory what its twin in `numpy_ops` does in several NumPy calls,
with the same results to rounding. Some run a whole rule in one pass, that of a part whose
NumPy code is their reference: `adam`, `cross_entropy`, and those of `numba_smooth`. Numba
compiles a kernel at its first call and keeps it on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import log, sqrt
from typing import Any

import numpy as np

from .numba_compiler import compiled
from .numba_smooth import erfcx_polynomial, gelu, mish, multiply_slopes, silu

KERNELS: dict[str, Callable[..., None]] = {}


def kernel(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Register the compiled `function` under its name."""
    KERNELS[function.__name__] = compiled(function, **options)
    return KERNELS[function.__name__]


@kernel
def add_bias(Z: Any, b: Any) -> None:
    m, n = Z.shape
    for i in range(m):
        for j in range(n):
            Z[i, j] += b[j]


@kernel
def biased_relu(Z: Any, b: Any) -> None:
    m, n = Z.shape
    zero = Z.dtype.type(0)
    for i in range(m):
        for j in range(n):
            z = Z[i, j] + b[j]
            # NaN is not <= 0, and stays NaN as it does with maximum.
            Z[i, j] = zero if z <= zero else z


@kernel
def biased_relu_backward(A: Any, delta: Any, sums: Any) -> None:
    m, n = A.shape
    zero = A.dtype.type(0)
    sums[:] = 0
    for i in range(m):
        for j in range(n):
            # Read first, for a choice between two values instead of a branch.
            d = delta[i, j]
            d = d if A[i, j] > zero else zero
            delta[i, j] = d
            sums[j] += d


@kernel
def column_sums(delta: Any, out: Any) -> None:
    m, n = delta.shape
    out[:] = 0
    for i in range(m):
        for j in range(n):
            out[j] += delta[i, j]


@kernel
def subtract_maxima(Z: Any, A: Any) -> None:
    m, n = Z.shape
    for i in range(m):
        greatest = Z[i, 0]
        for j in range(1, n):
            greatest = max(greatest, Z[i, j])
        for j in range(n):
            A[i, j] = Z[i, j] - greatest


@kernel
def divide_by_sums(A: Any) -> None:
    m, n = A.shape
    for i in range(m):
        total = A.dtype.type(0)
        for j in range(n):
            total += A[i, j]
        for j in range(n):
            A[i, j] /= total


K = 3.75
COEFFICIENTS = {
    dtype: erfcx_polynomial(20, K).astype(dtype) for dtype in (np.float32, np.float64)
}
BLOCK = 256  # values at a time, so that every loop is over memory in the first cache


@compiled
def _tails(Z: Any, out: Any, coefficients: Any) -> None:
    # Φ(-|z|) = e^(-z²/2) erfcx(x) / 2 with x = |z| / √2; out holds e^(-z²/2).
    real = Z.dtype.type
    z, a = Z.ravel(), out.ravel()
    x, t, p = np.empty(BLOCK, Z.dtype), np.empty(BLOCK, Z.dtype), np.empty(BLOCK, Z.dtype)
    for start in range(0, z.size, BLOCK):
        n = min(BLOCK, z.size - start)
        for j in range(n):
            d = abs(z[start + j]) * real(0.7071067811865476)
            x[j] = real(1e4) if d > real(1e4) else d  # NaN stays NaN
            t[j] = (x[j] - real(3.75)) / (x[j] + real(3.75))
            p[j] = coefficients[0]
        for k in range(1, coefficients.size):
            c = coefficients[k]
            for j in range(n):
                p[j] = p[j] * t[j] + c
        for j in range(n):
            tail = real(0.5) * a[start + j] * p[j] / (real(1) + real(2) * x[j])
            a[start + j] = real(1) - tail if z[start + j] > real(0) else tail


def normal_cdf(Z: Any, out: Any) -> None:
    np.clip(Z, -1e4, 1e4, out=out)  # whose square is finite in float32, too
    out *= out
    out *= -0.5
    np.exp(out, out=out)  # NumPy's is vectorized, that of a kernel is not
    _tails(Z, out, COEFFICIENTS[Z.dtype.type])


KERNELS["normal_cdf"] = normal_cdf


@kernel
def drop(A: Any, U: Any, rate: float, D: Any, H: Any) -> None:
    m, n = A.shape
    real = A.dtype.type
    least, zero, kept = real(rate), real(0), real(1 / (1 - rate))
    for i in range(m):
        for j in range(n):
            d = kept if U[i, j] >= least else zero
            D[i, j] = d
            H[i, j] = d * A[i, j]


@kernel
def scale_rows(W: Any, u: Any, factor: float, out: Any) -> None:
    m, n = W.shape
    for i in range(m):
        s = W.dtype.type(factor) * u[i]
        for j in range(n):
            out[i, j] = s * W[i, j]


# A sum along a row is vectorised only if its order may change.
@partial(kernel, fastmath={"reassoc"})
def scale_rows_backward(W: Any, u: Any, factor: float, G: Any, sums: Any) -> None:
    m, n = W.shape
    real = W.dtype.type
    for i in range(m):
        s, total = real(factor) * u[i], real(0)
        for j in range(n):
            g = G[i, j]
            total += g * W[i, j]
            G[i, j] = s * g
        sums[i] = real(factor) * total


@compiled
def _csr_product(data: Any, indices: Any, indptr: Any, W: Any, out: Any) -> None:
    out[:] = 0
    for i in range(out.shape[0]):
        row = out[i]
        for p in range(indptr[i], indptr[i + 1]):
            x, weights = data[p], W[indices[p]]
            for j in range(row.size):
                row[j] += x * weights[j]


def sparse_product(X: Any, W: Any, out: Any) -> None:
    _csr_product(X.data, X.indices, X.indptr, W, out)


@compiled
def _csr_weight_gradient(
    data: Any, indices: Any, indptr: Any, delta: Any, out: Any
) -> None:
    out[:] = 0
    for i in range(delta.shape[0]):
        row = delta[i]
        for p in range(indptr[i], indptr[i + 1]):
            x, sums = data[p], out[indices[p]]
            for j in range(row.size):
                sums[j] += x * row[j]


def sparse_weight_gradient(A: Any, delta: Any, out: Any) -> None:
    _csr_weight_gradient(A.data, A.indices, A.indptr, delta, out)


KERNELS |= {
    "sparse_product": sparse_product,
    "sparse_weight_gradient": sparse_weight_gradient,
}


@kernel
def adam(params: Any, grad: Any, memory: Any, factors: Any, ends: Any) -> None:
    real = params.dtype.type
    beta_1, beta_2, epsilon = real(factors[0]), real(factors[1]), real(factors[2])
    rate, least = real(factors[3]), real(factors[7])
    n_weights, first_scale = ends
    # Slices, since a loop that does not begin at 0 is not vectorised.
    for part, alpha, keep in (
        (slice(0, n_weights), real(factors[4]), real(factors[5])),
        (slice(n_weights, first_scale), real(0), real(1)),
        (slice(first_scale, params.size), real(0), real(factors[6])),
    ):
        P, G, M, V = params[part], grad[part], memory[0][part], memory[1][part]
        for i in range(P.size):
            g = G[i] + alpha * P[i] + least
            M[i] = beta_1 * M[i] + g
            V[i] = beta_2 * V[i] + g * g
            P[i] = keep * P[i] - rate * M[i] / (sqrt(V[i]) + epsilon)


@kernel
def cross_entropy(Y: Any, Z: Any, A: Any, scale: Any, costs: Any, delta: Any) -> None:
    m, n = Z.shape
    costs[:] = 0
    for i in range(m):
        z, a = Z[i, 0], A[i, 0]
        for j in range(1, n):
            z, a = max(z, Z[i, j]), max(a, A[i, j])
        log_total = z - log(a)
        scale_ = scale[i if len(scale) > 1 else 0, 0]
        for j in range(n):
            costs[j] += scale_ * Y[i, j] * (log_total - Z[i, j])
            delta[i, j] = scale_ * (A[i, j] - Y[i, j])


KERNELS |= {
    "silu": silu,
    "mish": mish,
    "gelu": gelu,
    "multiply_slopes": multiply_slopes,
}
