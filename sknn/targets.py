"""Targets: from the user's y to the numbers a network is trained on, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.multiclass import check_classification_targets, type_of_target

Array = NDArray[Any]


@dataclass(frozen=True)
class Labels:
    """The classes of a classification, and how labels become rows of 0 and 1.

    Parameters
    ----------
    classes : array of shape (n_classes,)
        The labels in ascending order; for multilabel targets the column numbers.
    multilabel : bool
        Whether every row may have any number of labels.
    """

    classes: Array
    multilabel: bool

    @classmethod
    def of(cls, y: Array, classes: ArrayLike | None = None) -> Labels:
        """Return the labels that occur in `y`, or the given `classes`.

        Raises
        ------
        ValueError
            If `y` is continuous, or has several columns of more than two classes.
        """
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            raise ValueError(
                "y has several columns with more than two classes "
                "(multiclass-multioutput), which is not supported: wrap the classifier "
                "in sklearn.multioutput.MultiOutputClassifier."
            )
        if kind == "multilabel-indicator":
            return cls(np.arange(y.shape[1]), multilabel=True)
        return cls(np.unique(np.asarray(y if classes is None else classes)), False)

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the network: one where there are two classes."""
        return 1 if self.binary else len(self.classes)

    @property
    def binary(self) -> bool:
        """Whether a single output tells all: the probability of the last class."""
        return not self.multilabel and len(self.classes) <= 2

    def encode(self, y: Array) -> Array:
        """Return `y` as float64 rows of 0 and 1, shape (n, n_outputs).

        Raises
        ------
        ValueError
            If `y` has a label that is not one of the classes, or another kind of rows.
        """
        seen = Labels.of(y)
        if self.multilabel != seen.multilabel or (
            self.multilabel and len(seen.classes) != len(self.classes)
        ):
            raise ValueError(
                f"y does not have the form of the first fit: expected {self._form()}, "
                f"got {seen._form()}."
            )
        if self.multilabel:
            dense = y.toarray() if sparse.issparse(y) else y  # type: ignore[attr-defined]
            return np.asarray(dense, dtype=np.float64)
        unseen = np.setdiff1d(seen.classes, self.classes)
        if len(unseen):
            raise ValueError(
                f"y has labels {unseen.tolist()} that are not among the classes "
                f"{self.classes.tolist()}. All classes must be known from the first "
                "call: name them with partial_fit(X, y, classes=...)."
            )
        if len(self.classes) == 1:
            return np.ones((len(y), 1))
        encoder = LabelBinarizer().fit(self.classes)
        return np.asarray(encoder.transform(y), dtype=np.float64)

    def _form(self) -> str:
        """Return the kind of targets in words."""
        if self.multilabel:
            return f"rows of {len(self.classes)} labels that are 0 or 1"
        return "one label per row"

    def decide(self, scores: Array) -> Array:
        """Return the labels for `scores` (n, n_outputs), which are above 0 for a yes."""
        if self.multilabel:
            return (scores > 0).astype(int)
        if len(self.classes) == 1:
            return np.repeat(self.classes, len(scores))
        if self.binary:
            return self.classes[(scores[:, 0] > 0).astype(int)]
        return self.classes[scores.argmax(axis=1)]


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
        """Return the float64 targets `Y`, (n, n_outputs), in the network's units."""
        return (Y - self.shift) / self.scale

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
