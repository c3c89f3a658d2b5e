"""Targets of a regression: from the user's y to what a network learns, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class TargetScaling:
    """A linear scaling of the targets that the last layer can take back.

    With an identity output, the network learns Y = (y - mean) / std per output; with an
    output of e^z, Y = y / mean. Since ``a = Z`` or ``a = e^Z``, the inverse can be folded
    into the last W and b, so that the published network predicts y itself.

    Parameters
    ----------
    link : {"identity", "log", ""}
        What kind of output there is; "" for no scaling.
    mean, variance : arrays of shape (n_outputs,)
        Weighted moments of the targets seen so far.
    weight : float
        Sum of the weights seen so far.
    """

    link: str
    mean: Array
    variance: Array
    weight: float = 0.0

    @classmethod
    def start(cls, link: str, n_outputs: int) -> TargetScaling:
        """Return the scaling before any target was seen, which changes nothing."""
        return cls(link, np.zeros(n_outputs), np.zeros(n_outputs))

    def update(self, Y: Array, w: Array | None) -> TargetScaling:
        """Return the scaling after the targets `Y` with the weights `w` (n, 1), too.

        Moments are merged as by T. Chan et al., "Updating formulae and a pairwise
        algorithm for computing sample variances" (1979).

        Raises
        ------
        ValueError
            If the variance overflows.
        """
        weight = float(len(Y) if w is None else w.sum())
        if not self.link or not weight:
            return self
        mean = np.average(Y, axis=0, weights=None if w is None else w[:, 0])
        with np.errstate(over="ignore"):
            squares = np.square(Y - mean)
            variance = np.average(squares, axis=0, weights=None if w is None else w[:, 0])
        total = self.weight + weight
        share = weight / total
        shift = mean - self.mean
        variance = (1 - share) * self.variance + share * variance
        variance += share * (1 - share) * shift**2
        if not np.isfinite(variance).all():
            raise ValueError("y is too large to be scaled: its variance overflows.")
        return replace(
            self, mean=self.mean + share * shift, variance=variance, weight=total
        )

    @property
    def shift(self) -> Array:
        """What is subtracted from y, shape (n_outputs,)."""
        return self.mean if self.link == "identity" else np.zeros_like(self.mean)

    @property
    def scale(self) -> Array:
        """What y is then divided by, shape (n_outputs,); 1 for a constant output."""
        if self.link == "identity":
            std = np.sqrt(self.variance)
            constant = std <= 10 * np.finfo(np.float64).eps * np.abs(self.mean)
            return np.where(constant, 1.0, std)
        if self.link == "log":
            return np.where(self.mean > 0, self.mean, 1.0)
        return np.ones_like(self.mean)

    def encode(self, Y: Array) -> Array:
        """Return the targets `Y`, (n, n_outputs), in the network's units."""
        return (Y - self.shift) / self.scale if self.link else Y

    def fold(self, W: Array, b: Array) -> tuple[Array, Array]:
        """Return the last layer's W and b so that it predicts in the units of y."""
        if self.link == "log":
            return W.copy(), (b + np.log(self.scale)).astype(b.dtype)
        scale = self.scale
        return (W * scale).astype(W.dtype), (b * scale + self.shift).astype(b.dtype)

    def unfold(self, W: Array, b: Array) -> tuple[Array, Array]:
        """Return the inverse of `fold`."""
        if self.link == "log":
            return W.copy(), (b - np.log(self.scale)).astype(b.dtype)
        scale = self.scale
        return (W / scale).astype(W.dtype), ((b - self.shift) / scale).astype(b.dtype)
