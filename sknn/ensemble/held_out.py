"""HeldOut: the rows that members left out, each predicted by its own member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.arrays import Array
from ..engine.data import Data
from .choice import best_ends
from .conformal import Scores
from .member import Member
from .voting import Voting


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The rows that the members left out, one member's after the other's.

    Parameters
    ----------
    rows : array of int of shape (m,)
        With more members than folds, some rows are in it several times.
    ends : list of arrays of shape (m, ...)
        Per cycle end, what the row's own member predicts.
    codes : array of shape (m,) or (m, n_columns)
        What is right.
    w : array of shape (m,)
        Weights in training.
    """

    rows: Array
    ends: list[Array]
    codes: Array
    w: Array

    @classmethod
    def of(
        cls, votes: Any, members: Sequence[Member], networks: list[list[Any]], data: Data
    ) -> HeldOut:
        """Return what the `networks` of every member's cycle ends predict.

        Parameters
        ----------
        votes : Probabilities or Values
        members : sequence of Member
        networks : list of lists of fitted networks
        data : Data of n rows
        """
        rows = np.concatenate([member.out for member in members])
        ends = []
        for at_end in zip(*networks, strict=True):
            votings = [Voting(votes, [network]) for network in at_end]
            none = votings[0].mean(data.X[:1])[:0]  # of the right shape
            parts = [
                voting.mean(data.X[member.out])
                for voting, member in zip(votings, members, strict=True)
                if len(member.out)
            ]
            ends.append(np.concatenate([none, *parts]))
        w = np.ones(len(rows)) if data.w is None else data.w[rows, 0]
        return cls(rows, ends, votes.codes(data.Y[rows]), w)

    def choose(self, votes: Any) -> tuple[int, ...]:
        """Return the ends whose mean is the best prediction: the last if there are no rows.

        `votes` are Probabilities or Values.
        """
        if not len(self.rows):
            return (len(self.ends) - 1,)
        return best_ends(self.ends, votes.mean, lambda P: votes.loss(P, self.codes, self.w))

    def mean(self, votes: Any, ends: Sequence[int]) -> Array:
        """Return the mean prediction of the `ends`, of shape (m, ...), not corrected."""
        return votes.mean([self.ends[end] for end in ends])

    def calibrated(self, votes: Any, ends: Sequence[int], n_members: int) -> Any:
        """Return the votes corrected by these rows, if there are any, for `n_members`.

        The rows have the same correction as new ones, whose members are averaged:
        conformal scores hold only for predictions that were made alike.
        """
        if not len(self.rows):
            return votes
        return votes.calibrated(self.mean(votes, ends), self.codes, self.w, n_members)

    def published(self, votes: Any, ends: Sequence[int], n: int) -> Array:
        """Return the corrected predictions for all `n` rows; NaN where there is none.

        A row that several members left out has the mean of theirs. The shape is that of
        `predict_proba` or `predict`.
        """
        P = votes.published(votes.finish(self.mean(votes, ends)))
        total = np.zeros((n, *P.shape[1:]))
        np.add.at(total, self.rows, P)
        times = np.bincount(self.rows, minlength=n).reshape(-1, *[1] * (P.ndim - 1))
        return np.divide(total, times, out=np.full_like(total, np.nan), where=times > 0)

    def scores(self, votes: Any, prediction: Array, data: Data, w: Array | None) -> Scores:
        """Return the conformal scores of all rows left out, each once.

        Parameters
        ----------
        votes : Probabilities or Values
        prediction : array of shape (n, ...)
            As `published` returns it.
        data : Data of n rows
        w : array of shape (n, 1) or None
            Sample weights, without those of classes.
        """
        rows = np.unique(self.rows)
        values = votes.scores(prediction[rows], votes.codes(data.Y[rows]))
        return Scores(values, np.ones(len(rows)) if w is None else w[rows, 0])
