"""Bins between quantiles: the piecewise linear encoding of numbers.

Source: Gorishniy, Rubachev, Babenko (2022), On embeddings for numerical features in tabular
deep learning, section 3.2. The encoding here is mapped from [0, 1] to [-s, s], s being a
scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np

from ..engine.arrays import Array

ROUNDING = 1e-10  # share of the total weight below which a sum of weights is the same sum


def quantiles(x: Array, w: Array | None, q: Array) -> Array:
    """Return the quantiles `q` of x: the smallest values up to which a share q of w lies.

    A weight of k is the same as k copies; equal weights are the same as none. Without
    weights it is NumPy's `method="inverted_cdf"`.

    Parameters
    ----------
    x : array of shape (n,), or (n, n_columns) without weights
        Not empty, without NaN.
    w : array of shape (n,) or None
        Weights above 0.
    q : array of shape (n_quantiles,)
        Between 0 and 1.

    Returns
    -------
    array of shape (n_quantiles,), or (n_quantiles, n_columns)
    """
    n = len(x)
    if w is None:
        positions = np.ceil((q - ROUNDING) * n).astype(int) - 1
        positions = np.clip(positions, 0, n - 1)
        return np.partition(x, np.unique(positions), axis=0)[positions]
    order = np.argsort(x)
    cdf = np.cumsum(w[order])
    positions = np.searchsorted(cdf / cdf[-1], q - ROUNDING)
    return x[order][positions]


class BinPlan(NamedTuple):
    """How columns of numbers are to be divided into bins.

    Parameters
    ----------
    n_bins : int or None, default=None
        None for no bins at all.
    scale : float or "auto", default="auto"
        "auto" is 1 / √k for a column of k bins: so the length of the vector of all of them
        is at most 1, about the standard deviation of the scaled column beside them.
    """

    n_bins: int | None = None
    scale: float | str = "auto"

    def scale_of(self, k: int) -> float:
        """Return s for a column of `k` bins."""
        return 1 / sqrt(k) if isinstance(self.scale, str) else self.scale


@dataclass(frozen=True, eq=False)
class Bins:
    """The bins of all columns, in one list: bin j of a column from e_j to e_{j+1}.

    Its output is t = s (2 clip((x - e_j) / (e_{j+1} - e_j), 0, 1) - 1).

    Parameters
    ----------
    column : array of int of shape (n_bins,)
        The column that each bin belongs to.
    left, width, scale : arrays of shape (n_bins,)
        Where each bin begins, e_j, how wide it is, and s.
    """

    column: Array
    left: Array
    width: Array
    scale: Array

    @classmethod
    def fit(cls, X: Array, present: Array | None, w: Array | None, plan: BinPlan) -> Bins:
        """Return bins between the 0, 1/n_bins, ..., 1 quantiles of every column.

        A column has none if fewer than 3 of these edges differ.

        Parameters
        ----------
        X : array of shape (n, n_columns)
        present : bool array of shape (n, n_columns) or None
            Which values count; None for all.
        w : array of shape (n,) or None
            Weights above 0.
        plan : BinPlan
        """
        n_bins = plan.n_bins
        column: list[Array] = [np.zeros(0, dtype=int)]
        left, width, scale = [np.zeros(0)], [np.zeros(0)], [np.zeros(0)]
        for j in range(X.shape[1] if n_bins else 0):
            rows = slice(None) if present is None else present[:, j]
            q = np.linspace(0, 1, n_bins + 1) if n_bins else np.zeros(0)
            edges = np.unique(quantiles(X[rows, j], None if w is None else w[rows], q))
            if len(edges) >= 3:
                column.append(np.full(len(edges) - 1, j))
                left.append(edges[:-1])
                width.append(np.diff(edges))
                scale.append(np.full(len(edges) - 1, plan.scale_of(len(edges) - 1)))
        return cls(*(np.concatenate(parts) for parts in (column, left, width, scale)))

    def transform(self, X: Array) -> Array:
        """Return where X, (n, n_columns), lies in each bin, (n, n_bins)."""
        T = X[:, self.column]
        with np.errstate(over="ignore"):  # far to the right of a bin is 1
            T -= self.left
            T /= self.width
        np.clip(T, 0, 1, out=T)
        T *= 2 * self.scale
        T -= self.scale
        return T

    def slopes(self, X: Array) -> Array:
        """Return the derivatives of `transform` by X, (n, n_columns): (n, n_bins).

        They are 2 s / width within the bin and 0 outside. At the edge of two bins it is the
        right one's.
        """
        distance = X[:, self.column] - self.left
        within = (distance >= 0) & (distance < self.width)
        return within * (2 * self.scale / self.width)
