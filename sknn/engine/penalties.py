"""Penalties on the weights, added to the cost so that the network stays simple."""

from __future__ import annotations

from dataclasses import dataclass

from .arrays import Array, penalised, xp


@dataclass(frozen=True)
class L2:
    """alpha / 2 · ‖W‖², over all weights and never over biases.

    Parameters
    ----------
    alpha : float
        Strength, >= 0; the same for every batch size and scale of the sample weights.
    """

    alpha: float

    def value(self, weights: Array) -> float:
        """Return alpha / 2 · ‖W‖² for the flat vector of all `weights`."""
        return 0.5 * self.alpha * float(xp.dot(weights, weights))

    def add_gradient(self, weights: Array, grad: Array) -> None:
        """Add alpha · W to `grad`, of the same length, in place."""
        for _ in penalised(weights, grad, self.alpha, len(weights)):
            pass  # a stretch is done when it is yielded
