"""Moments: weighted mean and standard deviation of columns, of chunk after chunk."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..engine.arrays import Array

BLOCK = 1 << 18  # values that are taken at once
CLOSE = 1e-9  # deviations over the mean, below which the mean may be rounded


class Moments(NamedTuple):
    """Mean, standard deviation and weight of the columns so far.

    Parameters
    ----------
    mean, std : arrays of shape (n_columns,)
    weight : array of shape (n_columns,), or float
        The sum of the weights that they stand for.
    """

    mean: Array
    std: Array
    weight: Array | float

    @classmethod
    def start(cls, n_columns: int) -> Moments:
        """Return the moments before any row was seen, all of them 0."""
        return cls(np.zeros(n_columns), np.zeros(n_columns), 0.0)

    @classmethod
    def of(cls, Y: Array, w: Array | None) -> Moments:
        """Return the moments of the columns of `Y`, in units of the largest deviation.

        So squares neither overflow nor vanish.

        Parameters
        ----------
        Y : array of shape (n, n_columns), n > 0
        w : array of shape (n,) or None
            Weights, above 0.
        """
        mean = np.average(Y, axis=0, weights=w)
        deviation = Y - mean
        unit = _unit(deviation)
        variance = np.average(np.square(deviation / unit), axis=0, weights=w)
        std = unit * np.sqrt(variance)
        close = np.flatnonzero(np.abs(deviation).max(axis=0) <= CLOSE * np.abs(mean))
        same = close[(Y[:, close] == Y[0, close]).all(axis=0)]
        mean[same], std[same] = Y[0, same], 0.0  # to the last bit
        return cls(mean, std, float(len(Y) if w is None else w.sum()))

    @property
    def constant(self) -> Array:
        """Which columns have had one value so far, to rounding; shape (n_columns,)."""
        return self.std <= np.finfo(np.float64).eps * np.abs(self.mean)

    def blurred(self, dtype: Any) -> Array:
        """Return which columns `dtype` would round too much, shape (n_columns,)."""
        steps = 1000 * float(np.finfo(dtype).eps) * np.abs(self.mean)
        return (self.std < steps) & ~self.constant

    def after(self, Y: Array, w: Array | None) -> Moments:
        """Return the moments after further rows, taken block by block in float64.

        Parameters
        ----------
        Y : array of shape (n, n_columns)
        w : array of shape (n,) or None
            Weights, above 0.
        """
        moments = self
        if not Y.shape[1]:
            return moments
        size = max(1, BLOCK // Y.shape[1])
        for start in range(0, len(Y), size):
            rows = slice(start, start + size)
            part = Y[rows].astype(np.float64, copy=False)
            moments = moments.merged(Moments.of(part, None if w is None else w[rows]))
        return moments

    def merged(self, other: Moments) -> Moments:
        """Return the moments of these rows and the `other` ones.

        Source: T. Chan et al., "Updating formulae and a pairwise algorithm for computing
        sample variances" (1979).
        """
        total = np.add(self.weight, other.weight)
        share = other.weight / np.where(total > 0, total, 1.0)
        shift = other.mean - self.mean
        factors = np.sqrt([1 - share, share, share * (1 - share)])
        parts = np.stack([self.std, other.std, shift])
        std = _norm(parts * factors.reshape(3, -1))
        return Moments(self.mean + share * shift, std, total[()])


def _norm(parts: Array) -> Array:
    """Return the Euclidean norm of the columns of `parts`, (3, n_columns), safely."""
    unit = _unit(parts)
    norm: Array = unit * np.sqrt(np.square(parts / unit).sum(axis=0))
    return norm


def _unit(columns: Array) -> Array:
    """Return the largest size per column of `columns`, (n, n_columns); 1 where all are 0.

    Squares of what is divided by it neither overflow nor all vanish.
    """
    unit: Array = np.abs(columns).max(axis=0)
    unit[unit == 0] = 1.0
    return unit
