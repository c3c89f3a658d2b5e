"""The validation set: given by the user or held out, and the score of the network on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from math import isfinite
from typing import Any, NoReturn

import numpy as np
from scipy import sparse
from sklearn.metrics import check_scoring
from sklearn.utils import _safe_indexing

from ..encoding.targets import TargetScaling
from ..engine.arrays import Input
from ..engine.cost import mean_costs
from ..engine.data import Data
from ..engine.loss import Loss
from ..engine.network import Layer
from ..warning import warn_user

NO_WEIGHTS = (
    "scoring={scoring!r} must accept sample_weight, since the validation set has weights: "
    "add the argument, or use a scorer that takes weights."
)
# The mean of a column of X_val this many standard deviations off, or its own this many
# times as large, is another scale.
FAR, WIDE = 3.0, 10.0


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

    def counted(self) -> ValidationSet:
        """Return the set without rows of weight 0, which may hold anything."""
        w = self.data.w
        if w is None or w.all():
            return self
        rows = np.flatnonzero(w)
        X, y = _safe_indexing(self.X, rows), _safe_indexing(self.y, rows)
        return ValidationSet(X, y, self.data.part(rows))

    def losses(
        self, layers: Sequence[Layer], loss: Loss, scaling: TargetScaling
    ) -> tuple[float, float]:
        """Return the mean loss of the published network `layers` in two units.

        In those of y, and in those of training, where y is scaled. A loss whose settings
        belong to the scaled target is computed there.
        """
        if loss.homogeneous and scaling.link != "identity":
            costs = mean_costs(layers, loss, self.data)
            return float(costs.sum()), float((costs / scaling.scale**loss.degree).sum())
        # Of the scaled target: the square of a tiny or huge unit is no number to divide by.
        costs = mean_costs(layers, loss, self.data, scaling.units)
        return scaling.loss(costs, loss.degree), float(costs.sum())

    def score(self, fitted: Any, scoring: Any) -> float:
        """Return the score of the fitted estimator; higher is better.

        Raises
        ------
        ValueError
            If that is not a finite number.
        """
        scorer = check_scoring(fitted, scoring)
        weights = {}
        if self.data.w is not None:
            parameters = signature(scorer).parameters
            takes_any = any(p.kind == p.VAR_KEYWORD for p in parameters.values())
            if not takes_any and "sample_weight" not in parameters:
                raise ValueError(NO_WEIGHTS.format(scoring=scoring))
            weights = {"sample_weight": self.data.w[:, 0]}
        try:
            score = float(scorer(fitted, self.X, self.y, **weights))
        except TypeError as error:
            if "sample_weight" in str(error):
                raise ValueError(NO_WEIGHTS.format(scoring=scoring)) from error
            raise ValueError(
                f"scoring={scoring!r} must return a number for the validation set: {error}"
            ) from error
        except ValueError as error:
            raise ValueError(
                f"scoring={scoring!r} failed on the validation set, the rows that are held "
                f"out: {error}"
            ) from error
        if not isfinite(score) and self.data.n == 1:
            raise ValueError(
                f"scoring={scoring!r} returned {score} for a validation set of a single "
                "row: hold out more rows, or use another scoring."
            )
        if not isfinite(score):
            raise_for_score(score, scoring)
        return score


def raise_for_score(score: float, scoring: Any) -> NoReturn:
    """Raise the ValueError for a `score` that is not a finite number."""
    raise ValueError(
        f"scoring={scoring!r} returned {score} for the validation set. Either training "
        "diverged: lower learning_rate. Or X_val has values far outside those of X."
    )


def warn_of_scale(X: Input, X_val: Input) -> None:
    """Warn if the columns of `X_val` have another scale than those of `X`.

    As they have where X went through a step of a Pipeline and X_val did not. The shapes are
    (n, n_features) and (m, n_features). Columns of sparse matrices are not looked at.
    """
    if sparse.issparse(X) or sparse.issparse(X_val) or not len(X):
        return
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = X.mean(axis=0), X.std(axis=0)
        shift = np.abs(X_val.mean(axis=0) - mean)
        spread = X_val.std(axis=0)
    varies = std > 0
    other = (shift > FAR * std) | (spread > WIDE * std)
    if varies.any() and other[varies].mean() >= 0.5:
        warn_user(
            "Most columns of X_val have another scale than those of X. In a Pipeline, "
            "X_val must go through the same steps as X: use Pipeline's transform_input, "
            "and do not pass it as step__X_val."
        )
