"""Targets: how y becomes the numbers that a network learns, and back.

A protocol with two implementations: `Numbers` for regression, here, and `Labels` for
classification.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Protocol, Self

import numpy as np

from ..engine.arrays import Array
from ..engine.data import Data, Target


@dataclass(frozen=True, eq=False)
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
        """Return the scaling after further targets.

        Moments are merged as by T. Chan et al., "Updating formulae and a pairwise
        algorithm for computing sample variances" (1979).

        Parameters
        ----------
        Y : array of shape (n, n_outputs)
        w : array of shape (n, 1) or None
            Weights.

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

    @cached_property
    def shift(self) -> Array:
        """What is subtracted from y, shape (n_outputs,)."""
        return self.mean if self.link == "identity" else np.zeros_like(self.mean)

    @cached_property
    def scale(self) -> Array:
        """What y is then divided by, shape (n_outputs,); 1 for a constant output."""
        if self.link == "identity":
            std = np.sqrt(self.variance)
            constant = std <= 10 * np.finfo(np.float64).eps * np.abs(self.mean)
            return np.where(constant, 1.0, std)
        if self.link == "log":
            return np.where(self.mean > 0, self.mean, 1.0)
        return np.ones_like(self.mean)

    @property
    def units(self) -> tuple[Array, Array]:
        """Shift and scale, both (n_outputs,): what is learned is (y - shift) / scale."""
        return self.shift, self.scale

    def encode(self, Y: Array) -> Array:
        """Return the targets `Y`, (n, n_outputs), in the network's units."""
        return (Y - self.shift) / self.scale if self.link else Y

    def fold(self, W: Array, b: Array) -> tuple[Array, Array]:
        """Return the last layer's W and b so that it predicts in the units of y.

        W is of shape (nodes before, n_outputs), b of shape (n_outputs,).
        """
        if self.link == "log":
            return W.copy(), (b + np.log(self.scale)).astype(b.dtype)
        scale = self.scale
        return (W * scale).astype(W.dtype), (b * scale + self.shift).astype(b.dtype)

    def unfold(self, W: Array, b: Array) -> tuple[Array, Array]:
        """Return the inverse of `fold`, of the same shapes."""
        if self.link == "log":
            return W.copy(), (b - np.log(self.scale)).astype(b.dtype)
        scale = self.scale
        return (W / scale).astype(W.dtype), ((b - self.shift) / scale).astype(b.dtype)


class Targets(Protocol):
    """What one fit knows of its y. Immutable: every method returns a new object.

    Attributes
    ----------
    task : {"classification", "regression"}
    multilabel : bool
        Whether the columns are labels of which any number may be right.
    scaling : TargetScaling
        What the network learns instead of Y itself.
    attributes : dict
        The fitted attributes that say what the targets are.
    """

    task: ClassVar[str]

    @property
    def multilabel(self) -> bool:
        """Whether any number of columns may be right."""

    @property
    def scaling(self) -> TargetScaling:
        """The scale of the targets."""

    @property
    def attributes(self) -> dict[str, Any]:
        """What is published."""

    @classmethod
    def fit_transform(
        cls, y: Array, past: Self | None, classes: Any, incremental: bool
    ) -> tuple[Self, Target]:
        """Return the targets of a fit, and its y as numbers.

        Parameters
        ----------
        y : array of shape (n,) or (n, n_columns)
        past : Targets or None
            Those of the fitted network, where training continues from it.
        classes : array-like of shape (n_classes,) or None
            All labels that can occur, as given to `partial_fit`.
        incremental : bool
            Whether this is `partial_fit`.

        Returns
        -------
        targets : Targets
        Y : array or OneHot of shape (n, n_columns)
        """

    def transform(self, y: Array) -> Target:
        """Return another y, (n,) or (n, n_columns), as numbers, (n, n_columns)."""

    def strata(self, Y: Target) -> Array | None:
        """Return the group of every row of `Y`, (n,); a split divides all groups alike."""

    def weighted(
        self, Y: Target, w: Array | None, class_weight: Any, *, count: bool
    ) -> tuple[Self, Array | None]:
        """Return the weights (n, 1) times those of the classes.

        `count` adds the rows to the class counts that "balanced" goes by; the targets that
        are returned hold them.
        """

    def scaled(self, link: str, data: Data) -> tuple[Self, Target]:
        """Return the targets with the scale of those to train on, and Y in that scale.

        Y is of shape (n, n_columns), of all rows.

        Parameters
        ----------
        link : str
            See `TargetScaling`.
        data : Data of n rows
        """


@dataclass(frozen=True, eq=False)
class Numbers:
    """The targets of a regression, one column per target.

    Parameters
    ----------
    n_columns : int
    scaling : TargetScaling
    """

    n_columns: int
    scaling: TargetScaling
    task: ClassVar[str] = "regression"
    multilabel: ClassVar[bool] = False
    attributes: ClassVar[dict[str, Any]] = {}

    @classmethod
    def fit_transform(
        cls, y: Array, past: Self | None, classes: Any, incremental: bool
    ) -> tuple[Self, Array]:
        """Return the targets of a fit, and y as float64 of shape (n, n_columns).

        A stream keeps the scale of the past.
        """
        Y = _columns(y)
        if past is not None and incremental and past.n_columns == Y.shape[1]:
            return past, Y
        return cls(Y.shape[1], TargetScaling.start("", Y.shape[1])), Y

    def transform(self, y: Array) -> Array:
        """Return y, (n,) or (n, n_columns), as float64 of shape (n, n_columns)."""
        Y = _columns(y)
        if Y.shape[1] != self.n_columns:
            raise ValueError(f"y_val has {Y.shape[1]} columns, but y has {self.n_columns}.")
        return Y

    def strata(self, Y: Array) -> None:
        """Return None: rows of a regression, (n, n_columns), have no groups."""

    def weighted(
        self, Y: Array, w: Array | None, class_weight: Any, *, count: bool
    ) -> tuple[Self, Array | None]:
        """Return the weights `w`, (n, 1), as they are: there are no classes."""
        return self, w

    def scaled(self, link: str, data: Data) -> tuple[Self, Array]:
        """Return the targets with their scale, and Y, (n, n_columns), in that scale."""
        scaling = self.scaling
        if scaling.link != link:
            scaling = TargetScaling.start(link, self.n_columns)
        _, Y, w, indices = data
        if indices is None:
            scaling = scaling.update(Y, w)
        else:
            scaling = scaling.update(Y[indices], None if w is None else w[indices])
        return replace(self, scaling=scaling), scaling.encode(Y)


def _columns(y: Array) -> Array:
    """Return y, (n,) or (n, n_columns), as float64 of shape (n, n_columns)."""
    return np.asarray(y, dtype=np.float64).reshape(len(y), -1)
