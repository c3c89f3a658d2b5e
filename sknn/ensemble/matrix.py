"""Matrix: what an encoder returns, as the networks take it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from ..encoding.checked import dense_from
from ..engine.arrays import Input

DENSE_FROM = 0.125  # density
MOST = 2**28  # values: 1 GiB of float32


def matrix(encoded: Any) -> Input:
    """Return an `encoded` table, (n, n_columns), as an array or a sparse matrix.

    It has at least one column: an encoder may find nothing in the table that varies.
    """
    if not sparse.issparse(encoded):
        encoded = np.asarray(encoded)
    n, n_columns = encoded.shape
    return encoded if n_columns else np.zeros((n, 1), encoded.dtype)


def dense_if_faster(X: Input) -> Input:
    """Return the sparse or dense `X`, (n, n_columns), as members are trained on it faster.

    From `DENSE_FROM` on, a dense float32 array takes at most four times the memory of CSR.
    """
    if X.shape[0] * X.shape[1] > MOST:
        return X
    faster: Input = dense_from(X, DENSE_FROM)
    return faster
