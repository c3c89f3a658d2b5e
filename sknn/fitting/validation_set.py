"""The validation set: given by the user or split off, and what the network scores there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from math import isfinite
from typing import Any, NoReturn

from sklearn.metrics import check_scoring

from ..encoding.targets import TargetScaling
from ..engine.cost import mean_costs
from ..engine.data import Data
from ..engine.loss import Loss
from ..engine.network import Layer


@dataclass(frozen=True)
class ValidationSet:
    """Examples that the network does not learn from.

    Parameters
    ----------
    X, y : as the user gave them
        For scorers, which call the estimator's public methods.
    data : Data
        The same, checked: targets as float64 in the user's units.
    """

    X: Any
    y: Any
    data: Data

    def loss(self, layers: Sequence[Layer], loss: Loss, scaling: TargetScaling) -> float:
        """Return the mean loss of the published network `layers`, in the units of y.

        A loss whose settings belong to the scaled target is computed there.
        """
        if loss.homogeneous:
            return float(mean_costs(layers, loss, self.data).sum())
        costs = mean_costs(layers, loss, self.data, scaling.units)
        return float((costs * scaling.scale**loss.degree).sum())

    def score(self, fitted: Any, scoring: Any) -> float:
        """Return what a scorer says of the fitted estimator; higher is better.

        Raises
        ------
        ValueError
            If that is not a finite number.
        """
        scorer = check_scoring(fitted, scoring)
        weights = {}
        if self.data.w is not None:
            if "sample_weight" not in signature(scorer).parameters:
                raise ValueError(
                    f"scoring={scoring!r} must accept sample_weight, since the validation "
                    "set has weights: add the argument, or use a scorer's name."
                )
            weights = {"sample_weight": self.data.w[:, 0]}
        score = float(scorer(fitted, self.X, self.y, **weights))
        if not isfinite(score):
            raise_for_score(score, scoring)
        return score


def raise_for_score(score: float, scoring: Any) -> NoReturn:
    """Raise the ValueError for a `score` that is not a finite number."""
    raise ValueError(f"scoring={scoring!r} returned {score} for the validation set.")
