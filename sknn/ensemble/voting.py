"""Voting: the mean of what several networks predict, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..encoding.view import view
from ..engine.arrays import Array, Input
from ..engine.data import blocks

VALUES = 2**22  # of an encoded table at a time
WIDTH = 256  # a row counts as at least so many values, which hidden layers have


def in_double(network: Any) -> Any:
    """Return a copy of a fitted `network` that computes in float64.

    Then a row's prediction does not depend on the rows around it, in float32 it would in
    the last digits: matrix products sum in another order for another number of rows.
    """
    names = ("coefs_", "intercepts_", "activation_coefs_")
    return view(
        network,
        {name: [A.astype(np.float64) for A in getattr(network, name)] for name in names},
    )


class Voting:
    """Fitted networks that are averaged.

    Parameters
    ----------
    votes : Probabilities or Values
        How predictions are averaged and corrected.
    networks : sequence of estimators
        All of the same weight.
    """

    def __init__(self, votes: Any, networks: Sequence[Any]) -> None:
        self.votes = votes
        self.networks = [in_double(network) for network in networks]

    @property
    def rows_at_a_time(self) -> int:
        """How many rows of a table to hand over at a time."""
        return max(1, VALUES // max(WIDTH, self.networks[0].n_features_in_))

    def mean(self, X: Input) -> Array:
        """Return the mean prediction, (n, ...), for encoded `X`, (n, n_columns)."""
        parts = []
        for block in blocks(X.shape[0], self.rows_at_a_time):
            rows = X[block]
            parts.append(self.votes.mean([self.votes.of(n, rows) for n in self.networks]))
        return np.concatenate(parts)
