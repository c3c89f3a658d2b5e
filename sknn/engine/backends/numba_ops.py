"""The operations compiled by Numba: `sknn[fast]`.

Each does in one pass over memory what its twin in `numpy_ops` does in several NumPy calls,
with the same results to rounding. `adam` and `cross_entropy` run a whole rule in one pass:
those of `optimizers.Adam` and `losses.LogLoss`, whose NumPy code is their reference. Numba
compiles a kernel at its first call and keeps it on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt
from typing import Any

import numba

from ...warning import warn_user

KERNELS: dict[str, Callable[..., None]] = {}


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` compiled, kept on disk where that is possible."""
    options = {"nogil": True, "error_model": "numpy"}
    try:
        dispatcher = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no directory that could keep it can be written to
        return numba.njit(**options)(function)
    dispatcher._cache = GuardedCache(dispatcher._cache)
    return dispatcher


class GuardedCache:
    """Numba's cache of a kernel, without which a fit goes on where it is damaged or full.

    Numba has no public way to say so: `load_overload` and `save_overload` are the two calls
    with which its dispatcher reads and writes the files.

    Parameters
    ----------
    cache : object
        Numba's own.
    """

    warned = False

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def load_overload(self, *arguments: Any) -> Any:
        """Return the kernel that is kept for these types, None if it cannot be read."""
        return self._guarded(self._cache.load_overload, *arguments)

    def save_overload(self, *arguments: Any) -> None:
        """Keep the kernel for these types, if it can be written."""
        self._guarded(self._cache.save_overload, *arguments)

    def _guarded(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what `function` returns; warn once if it fails."""
        try:
            return function(*arguments)
        except Exception as error:  # whatever a broken file or a full disk may raise
            if not GuardedCache.warned:
                GuardedCache.warned = True
                warn_user(
                    f"Numba's cache {self._cache.cache_path!r} cannot be used ({error!r}): "
                    "kernels are compiled anew in every process. Delete that folder, or "
                    "set NUMBA_CACHE_DIR to another one."
                )
            return None


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register the compiled `function` under its name."""
    KERNELS[function.__name__] = compiled(function)
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
def adam(params: Any, grad: Any, memory: Any, factors: Any, n_weights: int) -> None:
    real = params.dtype.type
    beta_1, beta_2, epsilon = real(factors[0]), real(factors[1]), real(factors[2])
    rate = real(factors[3])
    # Slices, since a loop that does not begin at 0 is not vectorised.
    for part, alpha, keep in (
        (slice(0, n_weights), real(factors[4]), real(factors[5])),
        (slice(n_weights, params.size), real(0), real(1)),
    ):
        P, G, M, V = params[part], grad[part], memory[0][part], memory[1][part]
        for i in range(P.size):
            g = G[i] + alpha * P[i]
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
