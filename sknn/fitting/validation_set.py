"""Held-out examples: given by the user or split off, and what the network scores there."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from math import isfinite
from typing import Any

import numpy as np
from sklearn.metrics import check_scoring

from ..encoding.targets import TargetScaling
from ..engine.arrays import quiet
from ..engine.cost import Data
from ..engine.data import gather
from ..engine.losses import Loss, Output
from ..engine.network import Layer, linear, propagate


@dataclass
class HeldOut:
    """Examples that the network does not learn from.

    Parameters
    ----------
    X, y : as the user gave them
        For scorers, which call the estimator's public methods.
    data : Data
        The same, validated: targets as float64 in the user's units.
    """

    X: Any
    y: Any
    data: Data

    def loss(self, layers: list[Layer], loss: Loss, scaling: TargetScaling) -> float:
        """Return the mean loss of the published network `layers`, in the units of y.

        A loss whose settings belong to the scaled target is computed there.
        """
        activation = layers[-1].activation
        with quiet():
            Z = propagate(self.data.X, linear(layers))
            A = np.empty_like(Z)
            activation.forward(Z.copy(), A)
            A = loss.arrange(A)
            Y = gather(self.data.Y.astype(A.dtype), slice(None))
            units = np.ones(1)
            if not loss.homogeneous:
                Y, A = scaling.encode(Y), scaling.encode(A)
                units = scaling.scale**loss.degree
            costs = np.empty_like(A)
            loss.cost(Y, Output(Z, A, activation), costs)
        w = None if self.data.w is None else self.data.w[:, 0]
        return float((np.average(costs, axis=0, weights=w) * units).sum())

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
                    f"scoring={scoring!r} must accept sample_weight, since the held-out "
                    "examples have weights: add the argument, or use a scorer's name."
                )
            weights = {"sample_weight": self.data.w[:, 0]}
        score = float(scorer(fitted, self.X, self.y, **weights))
        if not isfinite(score):
            raise ValueError(f"scoring={scoring!r} returned {score} for held-out examples.")
        return score
