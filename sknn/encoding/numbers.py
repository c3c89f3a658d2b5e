"""Columns of numbers: medians for missing ones, mean 0, standard deviation 1, bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches
from sklearn.utils.sparsefuncs import inplace_column_scale, min_max_axis

from ..engine.arrays import Array, Input
from .bins import BinPlan, Bins, quantiles

MIDDLE = np.array([0.5])
CELLS = 2**17  # at a time, so that intermediate results stay in the cache


@dataclass(frozen=True, eq=False)
class Numbers:
    """What becomes of the numeric columns: z = (x - mean) / std, bins and indicators.

    Constant columns have no z and no bins. Everything is measured in units of 1 / unit,
    powers of two that keep squares within the range of float64. The mean is kept as its
    distance from the median: far from 0, a float64 cannot hold it in enough digits.

    Parameters
    ----------
    scaled : array of int of shape (n_scaled,)
        The columns that are not constant.
    unit : array of shape (n_scaled,)
    median : array of shape (n_scaled,)
        Stands for missing values; 0 if the training rows were sparse.
    mean : array of shape (n_scaled,)
        That of x - median.
    std : array of shape (n_scaled,)
    bins : Bins
        Of the scaled columns.
    indicators : array of int of shape (n_indicators,)
        The columns with missing values in training.
    missing : array of shape (n_indicators,)
        Their share of the training rows, by weight.
    smooth_clip : float or None
    centred : bool, default=True
        False if the training rows were sparse; the mean is 0 then.
    """

    scaled: Array
    unit: Array
    median: Array
    mean: Array
    std: Array
    bins: Bins
    indicators: Array
    missing: Array
    smooth_clip: float | None
    centred: bool = True

    @classmethod
    def fit(
        cls, X: Input, w: Array | None, plan: BinPlan, smooth_clip: float | None
    ) -> Numbers:
        """Return the scaling of X.

        Parameters
        ----------
        X : array or CSR matrix of shape (n, n_columns), float64
            Missing values are NaN. Sparse columns are not centred.
        w : array of shape (n,) or None
            Weights above 0.
        plan : BinPlan
            How to divide the columns into bins.
        smooth_clip : float or None
        """
        if sparse.issparse(X):
            return cls._of_sparse(X, w, smooth_clip)
        low, high = np.fmin.reduce(X, axis=0), np.fmax.reduce(X, axis=0)
        is_missing = np.isnan(X)
        indicators = np.flatnonzero(is_missing.any(axis=0) & (low == low))
        missing = _mean(is_missing[:, indicators], w)
        scaled = np.flatnonzero(low < high)
        unit = _units(low[scaled], high[scaled])
        X, present = X[:, scaled] * unit, None
        if len(indicators):
            present = ~is_missing[:, scaled]
        median = _medians(X, present, w)
        bins = Bins.fit(X, present, w, plan)
        if present is not None:
            np.copyto(X, median, where=~present)
        X -= median
        mean = _mean(X, w)
        X -= mean
        X *= X
        std = np.sqrt(_mean(X, w))
        arrays = scaled, unit, median, mean, std
        return cls(*arrays, bins, indicators, missing, smooth_clip)

    @classmethod
    def _of_sparse(cls, X: Any, w: Array | None, smooth_clip: float | None) -> Numbers:
        """Return the scaling of a CSR matrix X, (n, n_columns), with w, (n,) or None."""
        low, high = min_max_axis(X, axis=0)
        scaled = np.flatnonzero(low < high)
        unit = _units(low[scaled], high[scaled])
        X = X[:, scaled]
        inplace_column_scale(X, unit)
        zeros = np.zeros(len(scaled))
        std = zeros + 1
        if len(scaled):
            scaler: Any = StandardScaler(with_mean=False).fit(X, sample_weight=w)
            std = scaler.scale_
        none = np.zeros(0, dtype=int)
        bins = Bins.fit(np.zeros((0, 0)), None, None, BinPlan())
        arrays = scaled, unit, zeros, zeros, std
        return cls(*arrays, bins, none, np.zeros(0), smooth_clip, centred=False)

    @property
    def n_columns(self) -> int:
        """The number of output columns: scaled ones, bins, indicators."""
        return len(self.scaled) + len(self.bins.column) + len(self.indicators)

    def names(self, names: list[str]) -> list[str]:
        """Return the names of the output columns, given those of the numeric columns."""
        scaled = [names[j] for j in self.scaled]
        counts = [np.count_nonzero(self.bins.column == j) for j in range(len(scaled))]
        bins = [
            f"{name}_bin{i + 1}"
            for name, count in zip(scaled, counts, strict=True)
            for i in range(count)
        ]
        return scaled + bins + [f"{names[j]}_missing" for j in self.indicators]

    def transform(self, X: Array, out: Array) -> None:
        """Write the output columns of X, (n, n_columns), into `out`, (n, n_outputs)."""
        n_scaled = len(self.scaled)
        n_numbers = n_scaled + len(self.bins.column)
        for rows in gen_batches(len(X), max(1, CELLS // max(1, n_numbers))):
            out[rows, n_numbers:] = np.isnan(X[rows][:, self.indicators])
            with np.errstate(over="ignore"):  # see _clipped
                U = np.take(X[rows], self.scaled, axis=1)
                U *= self.unit
                np.copyto(U, self.median, where=np.isnan(U))
                if n_numbers > n_scaled:
                    out[rows, n_scaled:n_numbers] = self.bins.transform(U)
                U -= self.median
                U -= self.mean
                U /= self.std
            out[rows, :n_scaled] = self._clipped(U, out.dtype)

    def pull_back(self, X: Array, G: Array) -> Array:
        """Return derivatives by the output columns as those by the columns of X.

        Parameters
        ----------
        X : array of shape (n, n_columns)
            Missing values, for which there is no derivative, are NaN.
        G : array of shape (n, n_outputs)

        Returns
        -------
        array of shape (n, n_columns)
            NaN where X is.
        """
        n_scaled = len(self.scaled)
        n_numbers = n_scaled + len(self.bins.column)
        with np.errstate(over="ignore"):  # as in transform
            U = np.take(X, self.scaled, axis=1) * self.unit
            z = (U - self.median - self.mean) / self.std
            slope = G[:, :n_scaled] * self._slopes(z)
            by_bins = G[:, n_scaled:n_numbers] * self.bins.slopes(U)
            for number, column in enumerate(self.bins.column):
                slope[:, column] += by_bins[:, number]
        pulled_back = np.zeros(X.shape)
        pulled_back[:, self.scaled] = slope * self.unit
        pulled_back[np.isnan(X)] = np.nan
        return pulled_back

    def _slopes(self, z: Array) -> Array:
        """Return the derivative of the scaled columns by U, (n, n_scaled), at `z`."""
        if self.smooth_clip is None:
            return np.broadcast_to(1 / self.std, z.shape)
        # The derivative of z / sqrt(1 + (z / c)^2) is (1 + (z / c)^2)^(-3/2).
        shrunk = np.clip(z / self.smooth_clip, -1e150, 1e150)
        return (1 + shrunk * shrunk) ** -1.5 / self.std

    def transform_sparse(self, X: Any, dtype: Any) -> Input:
        """Return the scaled columns of a CSR matrix, (n, n_columns), as one of `dtype`."""
        X = X[:, self.scaled]
        inplace_column_scale(X, self.unit)
        with np.errstate(over="ignore"):
            X.data /= self.std[X.indices]
        X.data = self._clipped(X.data, dtype)
        return X.astype(dtype)

    def _clipped(self, z: Array, dtype: Any) -> Array:
        """Return finite z, of any shape, changed in place: z / sqrt(1 + (z / c)^2)."""
        c, largest = self.smooth_clip, float(np.finfo(dtype).max)
        if c is None:
            return np.clip(z, -largest, largest, out=z)
        z /= c
        np.clip(z, -1e150, 1e150, out=z)  # at 1e8 it has reached c in all digits
        z /= np.sqrt(1 + z * z)
        z *= c
        return z


def _units(low: Array, high: Array) -> Array:
    """Return the power of two that brings each column near 1, (n_columns,)."""
    _, exponent = np.frexp(np.maximum(np.abs(low), np.abs(high)))
    return np.ldexp(1.0, np.minimum(-exponent, 1000))  # 2^1024 is too large


def _medians(X: Array, present: Array | None, w: Array | None) -> Array:
    """Return the median of each column of X, (n, n_columns), where it is present."""
    if present is None and w is None:
        return quantiles(X, None, MIDDLE)[0]
    median = np.empty(X.shape[1])
    for j in range(X.shape[1]):
        rows = slice(None) if present is None else present[:, j]
        weights = None if w is None else w[rows]
        median[j] = quantiles(X[rows, j], weights, MIDDLE)[0]
    return median


def _mean(X: Array, w: Array | None) -> Array:
    """Return the mean of each column of X, (n, n_columns), weighted by w, (n,) or None."""
    return X.mean(axis=0) if w is None else (w / w.sum()) @ X
