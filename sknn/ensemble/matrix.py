"""Matrix: what an encoder returns, as the networks take it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from ..engine.arrays import Input


def matrix(encoded: Any) -> Input:
    """Return an `encoded` table, (n, n_columns), as an array or a sparse matrix.

    It has at least one column: an encoder may find nothing in the table that varies.
    """
    if not sparse.issparse(encoded):
        encoded = np.asarray(encoded)
    n, n_columns = encoded.shape
    return encoded if n_columns else np.zeros((n, 1), encoded.dtype)
