"""Values: what the members of a regression predict, averaged and corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..encoding.targets import TargetScaling
from ..engine.activation import Activation
from ..engine.activations import ACTIVATIONS
from ..engine.arrays import Array
from ..engine.loss import Loss, Output
from ..engine.losses import Quantile
from .conformal import Scores


@dataclass(frozen=True, eq=False)
class Values:
    """How predictions of shape (n, n_outputs) are averaged and corrected.

    Parameters
    ----------
    measure : Loss
        What the members were trained by.
    scaling : TargetScaling
        The units of y that the loss is taken in.
    shift : array of shape (n_outputs,) or float, default=0.0
        Added to predictions of quantiles, so that on rows left out of training they are
        exceeded as often as they should be. Source: Y. Romano et al., "Conformalized
        quantile regression" (2019).
    """

    measure: Loss
    scaling: TargetScaling
    shift: Array | float = 0.0

    @staticmethod
    def codes(Y: Array) -> Array:
        """Return the targets `Y`, (n, n_targets), as they are."""
        return Y

    def of(self, network: Any, X: Any) -> Array:
        """Return the predictions, (n, n_outputs), of one fitted network for `X`, (n, d)."""
        A = network.predict(X)
        return A[:, np.newaxis] if A.ndim == 1 else A

    @staticmethod
    def mean(parts: Sequence[Array]) -> Array:
        """Return the mean of predictions, each (n, n_outputs)."""
        return np.mean(parts, axis=0)

    def loss(self, A: Array, Y: Array, w: Array) -> float:
        """Return the loss of the predictions `A`, weighted by `w`, in units of training.

        The shapes are (n, n_outputs), (n, n_targets) and (n,).
        """
        Y, A = self.scaling.encode(Y), self.scaling.encode(A)
        costs = np.empty_like(A)
        self.measure.cost(Y, _output(self.measure, A), costs)
        return float(np.average(costs.sum(axis=1), weights=w))

    def calibrated(self, A: Array, Y: Array, w: Array, n_members: int) -> Values:
        """Return the same, with the shift of quantiles that is right for these rows.

        The shapes are those of `loss`. The shift is the same for any number of members.
        """
        if not isinstance(self.measure, Quantile):
            return self
        scores = Scores(Y - A, w)
        levels = np.broadcast_to(self.measure.levels, A.shape[1])
        shift = [scores.level(q)[column] for column, q in enumerate(levels)]
        return replace(self, shift=np.array(shift))

    def finish(self, A: Array) -> Array:
        """Return the averaged predictions `A`, (n, n_outputs), corrected and in order."""
        return self.measure.to_predictions(A + self.shift)

    @staticmethod
    def published(A: Array) -> Array:
        """Return `A`, (n, n_outputs), with a single output as (n,)."""
        return A[:, 0] if A.shape[1] == 1 else A

    @staticmethod
    def scores(A: Array, Y: Array) -> Array:
        """Return the absolute residuals, (n, n_outputs), of predictions as published."""
        return np.abs(Y - (A[:, np.newaxis] if A.ndim == 1 else A))

    @property
    def attributes(self) -> dict[str, Any]:
        """The fitted attributes: none but what all estimators have."""
        return {}


def _output(loss: Loss, A: Array) -> Output:
    """Return `A`, (n, n_outputs), as an output that the loss can be taken of.

    Some losses need log a, which an output of e^z has in Z.
    """
    name = "exp" if loss.positive else "identity"
    activation: Activation = ACTIVATIONS[name]
    with np.errstate(divide="ignore", invalid="ignore"):
        return Output(np.log(A) if loss.positive else A, A, activation)
