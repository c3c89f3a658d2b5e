"""Conformal quantiles: how far off predictions are, from rows that were not trained on.

With n scores of such rows and a new one, all exchangeable, the new score is at most the
k-th smallest with a probability of at least k / (n + 1): k = ceil((n + 1) · coverage).
Source: V. Vovk et al., "Algorithmic learning in a random world" (2005), the split conformal
method. Here every row is scored by the member that left it out and new rows are predicted
by all members, as in cross-conformal prediction, V. Vovk (2015).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..engine.arrays import Array

ROUNDING = 1e-9  # of sums of weights


class Scores(NamedTuple):
    """What rows that were left out score: high for a prediction that is far off.

    Parameters
    ----------
    values : array of shape (n, n_outputs)
    w : array of shape (n,)
        Weights of the rows.
    """

    values: Array
    w: Array

    def quantile(self, coverage: float) -> Array:
        """Return the conformal quantile per output, shape (n_outputs,).

        A row of weight w counts as w rows of the mean weight.

        Raises
        ------
        ValueError
            If `coverage` is not in (0, 1), or there are too few rows for it.
        """
        if not 0 < coverage < 1:
            raise ValueError(
                f"coverage={coverage!r} must be between 0 and 1, for example 0.9."
            )
        shares = self._shares()
        if shares.sum() < coverage - ROUNDING:
            needed = int(np.ceil(coverage / (1 - coverage) - ROUNDING))
            raise ValueError(
                f"coverage={coverage:g} needs at least {needed} rows that members "
                f"have left out of training, but there are {len(shares)}: lower coverage, "
                "raise n_members up to 10, or fit on more rows."
            )
        return self._at(shares, coverage)

    def level(self, q: float) -> Array:
        """Return the q-quantile per output, shape (n_outputs,), from the safe side.

        For q above 1/2 at least a share q of new scores is not above it, for q below 1/2
        at most q is below it. 0 if there are too few rows for that.
        """
        if q < 0.5:
            return -Scores(-self.values, self.w).level(1 - q)
        shares = self._shares()
        if shares.sum() < q - ROUNDING:
            return np.zeros(self.values.shape[1])
        return self._at(shares, q)

    def _shares(self) -> Array:
        """Return the share of every row, (n,), where a new row of mean weight has one."""
        total = self.w.sum()
        return self.w / (total + total / len(self.w)) if len(self.w) else self.w

    def _at(self, shares: Array, level: float) -> Array:
        """Return the lowest values, (n_outputs,), up to which the shares sum to `level`."""
        order = np.argsort(self.values, axis=0)
        sums = np.cumsum(shares[order], axis=0)
        first = (sums >= level - ROUNDING).argmax(axis=0)
        ordered = np.take_along_axis(self.values, order, axis=0)
        return ordered[first, np.arange(ordered.shape[1])]
