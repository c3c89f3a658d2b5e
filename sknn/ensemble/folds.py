"""Folds: which rows each member leaves out.

The rows are dealt out to at most ten folds, every class alike. Member i is trained on all
rows but those of fold i modulo the number of folds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..engine.arrays import Array

MOST = 10  # folds: a member leaves a tenth of the rows out
LEAST_ROWS = 2  # rows of a fold; data too few for two such folds are not divided


@dataclass(frozen=True, eq=False)
class Folds:
    """The fold of every row.

    Parameters
    ----------
    number : array of int of shape (n,)
        From 0; -1 for a row that no member leaves out.
    """

    number: Array

    @classmethod
    def deal(cls, counts: Array, strata: Array | None, rng: np.random.Generator) -> Folds:
        """Deal the rows out at random.

        scikit-learn's splitters warn of small classes or refuse them; here the only row of
        a class is left out by no member, so that all members know all classes.

        Parameters
        ----------
        counts : array of bool of shape (n,)
            False for rows of no weight, which are in no fold.
        strata : array of int of shape (n,) or None
            Every stratum, such as a class, is spread evenly over the folds.
        rng : Generator
        """
        number = np.full(len(counts), -1)
        rows = rng.permutation(np.flatnonzero(counts))
        if strata is not None:
            _, groups, sizes = np.unique(
                strata[rows], return_inverse=True, return_counts=True
            )
            shared = sizes[groups] > 1
            rows, groups = rows[shared], groups[shared]
            rows = rows[np.argsort(groups, kind="stable")]
        n_folds = min(MOST, len(rows) // LEAST_ROWS)
        if n_folds > 1:
            number[rows] = np.arange(len(rows)) % n_folds
        return cls(number)

    def split(self, member: int) -> tuple[Array, Array]:
        """Return the numbers of the rows that `member` learns from, and of those left out.

        Both are arrays of int, of shape (n_train,) and (n_out,), ascending.
        """
        n_folds = int(self.number.max()) + 1
        out = self.number == (member % n_folds if n_folds else 0)
        return np.flatnonzero(~out), np.flatnonzero(out)
