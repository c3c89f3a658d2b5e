"""Numbers: columns of numbers on one scale, with their gaps filled and marked.

Missing values become the median, and a column of 0 and 1 says where they were. Every
column is standardised, and may be cut into bins: its piecewise linear encoding, which
lets a network bend at the quantiles of the column. Source of that: Y. Gorishniy et al.,
"On embeddings for numerical features in tabular deep learning" (2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..engine.arrays import Array
from .moments import Moments


@dataclass(frozen=True, eq=False)
class Numbers:
    """What the columns of numbers were like in the rows of the fit.

    scikit-learn's imputer, scaler and binning do not take weights, all three, so that a
    row of weight 2 would not count as two.

    Parameters
    ----------
    median : array of shape (n_columns,)
    gaps : array of bool of shape (n_columns,)
        Which columns missed some of their values: these get an indicator.
    mean, std : arrays of shape (n_columns,)
        After the gaps were filled; std is 0 for a column of one value.
    edges : list of arrays of shape (n_edges,)
        Edges of the bins of each column; empty without bins.
    smooth_clip : float or None
        What scaled values approach from below, however far off.
    """

    median: Array
    gaps: Array
    mean: Array
    std: Array
    edges: list[Array]
    smooth_clip: float | None

    @classmethod
    def of(
        cls, X: Array, w: Array | None, n_bins: int | None, smooth_clip: float | None
    ) -> Numbers:
        """Return what the columns of `X`, (n, n_columns), are like; NaN is missing.

        The weights `w`, (n,), are above 0.
        """
        missing = np.isnan(X)
        gaps = np.asarray(missing.any(axis=0) & ~missing.all(axis=0))
        levels = np.array([0.5]) if n_bins is None else np.linspace(0, 1, n_bins + 1)
        asked = np.append(levels, 0.5)
        found = [
            quantiles(X[:, k], w, asked, missing[:, k] if missing[:, k].any() else None)
            for k in range(X.shape[1])
        ]
        median = np.array([values[-1] for values in found])
        median[np.isnan(median)] = 0  # of a column without any value
        filled = np.where(missing, median, X) if missing.any() else X
        moments = Moments.start(X.shape[1]).after(filled, w)
        rounding = 10 * np.finfo(np.float64).eps * np.abs(moments.mean)
        std = np.where(moments.std <= rounding, 0.0, moments.std)
        edges = [_edges(values[:-1], n_bins) for values in found]
        return cls(median, gaps, moments.mean, std, edges, smooth_clip)

    @property
    def varies(self) -> Array:
        """Which columns have more than one value, (n_columns,)."""
        return self.std > 0

    @property
    def n_columns(self) -> int:
        """How many output columns there are."""
        n_bins = sum(max(len(edges) - 1, 0) for edges in self.edges)
        return int(self.varies.sum()) + n_bins + int(self.gaps.sum())

    def write(self, X: Array, out: Array) -> None:
        """Write the output columns of `X`, (n, n_columns), into `out`.

        The scaled columns, then the bins, then the indicators.
        """
        missing = np.isnan(X)
        if missing.any():
            X = np.where(missing, self.median, X)
        varies = self.varies
        end = int(varies.sum())
        scaled = X if varies.all() else X[:, varies]
        scaled = scaled - self.mean[varies]
        scaled /= self.std[varies]
        if self.smooth_clip is not None:
            # z / √(1 + (z / c)²), without the square of a large z.
            scaled /= np.hypot(1, scaled / self.smooth_clip)
        out[:, :end] = scaled
        for k, edges in enumerate(self.edges):
            start, end = end, end + max(len(edges) - 1, 0)
            if end > start:
                out[:, start:end] = piecewise_linear(X[:, k], edges)
        out[:, end:] = missing[:, self.gaps]

    def names(self, names: list[str]) -> list[str]:
        """Return the names of the output columns, for columns of these `names`."""
        scaled = [name for name, varies in zip(names, self.varies, strict=True) if varies]
        bins = [
            f"{name}_bin{number}"
            for name, edges in zip(names, self.edges, strict=True)
            for number in range(1, len(edges))
        ]
        gaps = [f"{n}_missing" for n, gap in zip(names, self.gaps, strict=True) if gap]
        return [*scaled, *bins, *gaps]


def quantiles(
    x: Array, w: Array | None, levels: Array, missing: Array | None = None
) -> Array:
    """Return the smallest values with at least the share `levels` of the weight below.

    Of the inverted distribution function, so that weight 2 is the same as two rows; shape
    (n_levels,), NaN if every value is missing.

    Parameters
    ----------
    x : array of shape (n,)
    w : array of shape (n,) or None
    levels : array of shape (n_levels,)
        Shares in [0, 1].
    missing : array of bool of shape (n,) or None
    """
    if missing is not None:
        x, w = x[~missing], None if w is None else w[~missing]
    if not len(x):
        return np.full(len(levels), np.nan)
    if w is None:
        places = np.ceil(levels * len(x) * (1 - 1e-12)).astype(int) - 1
        places = np.clip(places, 0, len(x) - 1)
        return np.partition(x, np.unique(places))[places]
    order = np.argsort(x, kind="stable")
    below = np.cumsum(w[order])
    places = np.searchsorted(below, levels * below[-1] * (1 - 1e-12))
    found: Array = x[order][np.minimum(places, len(x) - 1)]
    return found


def _edges(values: Array, n_bins: int | None) -> Array:
    """Return the edges of the bins at the quantiles `values`, (n_levels,); none if few.

    Fewer than three make one bin, which is the scaled column once more.
    """
    edges = np.unique(values[~np.isnan(values)])
    return edges if n_bins is not None and len(edges) > 2 else edges[:0]


def piecewise_linear(x: Array, edges: Array) -> Array:
    """Return the piecewise linear encoding of `x`, (n,), as (n, n_edges - 1) in [-1, 1].

    For the bin j between e_j and e_{j+1}: 2 · clip((x - e_j) / (e_{j+1} - e_j), 0, 1) - 1.
    """
    # Halves, since the difference of two edges may overflow where they do not.
    low, width = edges[:-1] / 2, np.diff(edges / 2)
    encoded = (x[:, np.newaxis] / 2 - low) / width
    np.clip(encoded, 0, 1, out=encoded)
    encoded *= 2
    encoded -= 1
    return encoded
