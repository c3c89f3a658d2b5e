"""Labels of a classification: from the user's y to rows of 0 and 1, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from ..engine.data import Coded, Rows
from .targets import Array


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
    def of(cls, y: Array) -> Labels:
        """Return the labels that occur in `y`.

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
        return cls(np.unique(np.asarray(y)), multilabel=False)

    def announced(self, classes: ArrayLike | None, incremental: bool) -> Labels:
        """Return the labels for a first fit to these; in a stream they are announced.

        Raises
        ------
        ValueError
            If they are not.
        """
        if self.multilabel or not incremental:
            return self
        if classes is None:
            raise ValueError(
                "classes must be passed on the first call to partial_fit: all labels that "
                "will ever come."
            )
        return Labels(np.unique(np.asarray(classes)), multilabel=False)

    def check_same(self, classes: ArrayLike | None) -> None:
        """Raise a ValueError if `classes`, where given, are others than these."""
        if classes is None or np.array_equal(np.unique(np.asarray(classes)), self.classes):
            return
        raise ValueError(
            f"The classes {np.unique(np.asarray(classes)).tolist()} are not those of the "
            f"fitted network, {self.classes.tolist()}: it cannot go on with others. Set "
            "warm_start=False and call fit to start anew."
        )

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the network: one where there are two classes."""
        return 1 if self.binary else len(self.classes)

    @property
    def binary(self) -> bool:
        """Whether a single output tells all: the probability of the last class."""
        return not self.multilabel and len(self.classes) <= 2

    def encode(self, y: Array, seen: Labels) -> Rows:
        """Return `y`, which has the labels `seen`, as rows of 0 and 1, (n, n_outputs).

        Raises
        ------
        ValueError
            If `y` has a label that is not one of the classes, or another kind of rows.
        """
        if self.multilabel != seen.multilabel or (
            self.multilabel and len(seen.classes) != len(self.classes)
        ):
            raise ValueError(
                f"y does not have the form of the first fit: expected {self._form()}, "
                f"got {seen._form()}."
            )
        if self.multilabel:
            dense = y.toarray() if sparse.issparse(y) else y  # type: ignore[attr-defined]
            if not np.isin(dense, (0, 1)).all():
                raise ValueError(
                    f"y has other values than 0 and 1: expected {self._form()}."
                )
            return np.asarray(dense, dtype=np.uint8)
        unseen = np.setdiff1d(seen.classes, self.classes)
        if len(unseen):
            raise ValueError(
                f"y has labels {unseen.tolist()} that are not among the classes "
                f"{self.classes.tolist()}. All classes must be known from the first "
                "call: name them with partial_fit(X, y, classes=...)."
            )
        codes = np.searchsorted(self.classes, y)
        smallest = np.min_scalar_type(len(self.classes) - 1)
        return Coded(codes.astype(smallest), self._table())

    def _table(self) -> Array:
        """Return the row of 0 and 1 of every class."""
        if len(self.classes) == 1:
            return np.ones((1, 1))
        return np.array([[0.0], [1.0]]) if self.binary else np.eye(len(self.classes))

    @staticmethod
    def _codes(Y: Rows) -> Array:
        """Return the encoded rows `Y` as columns of numbers, one column per choice.

        One with the number of the class, or for multilabel targets one per label.
        """
        return Y.codes[:, np.newaxis] if isinstance(Y, Coded) else Y

    def count(self, Y: Rows, w: Array | None, past: Array | None) -> Array:
        """Return the weight of every code in each column, with those of `past` added."""
        codes = self._codes(Y)
        weights = None if w is None else w[:, 0]
        n_codes = 2 if self.multilabel else len(self.classes)
        counts = np.stack([np.bincount(column, weights, n_codes) for column in codes.T])
        return counts if past is None else counts + past

    def weights(self, Y: Rows, class_weight: Any, counts: Array) -> Array:
        """Return the weight of every row, (n, 1), by its class or by all its labels.

        "balanced" makes every class weigh the same: total / (number of classes · count).
        For several labels the weights are multiplied, as scikit-learn does.
        """
        codes = self._codes(Y)
        columns = range(codes.shape[1])
        if isinstance(class_weight, str):
            total = counts.sum(axis=1) / (counts > 0).sum(axis=1)
            factors = [total[k] / np.where(counts[k], counts[k], 1) for k in columns]
        else:
            factors = [self._factors(class_weight, k) for k in columns]
        weights = [factors[k][codes[:, k]] for k in columns]
        return np.prod(weights, axis=0)[:, np.newaxis]

    def _factors(self, class_weight: Any, column: int) -> Array:
        """Return the weight of every code of a column from a dict or a list of dicts."""
        values = [0, 1] if self.multilabel else self.classes.tolist()
        if self.multilabel != isinstance(class_weight, list) or (
            self.multilabel and len(class_weight) != len(self.classes)
        ):
            form = f"a list of {len(self.classes)} dicts" if self.multilabel else "a dict"
            raise ValueError(f"class_weight={class_weight!r} must be {form} for this y.")
        given = class_weight[column] if self.multilabel else class_weight
        # As in scikit-learn, a class may be absent, say from a fold, but one that stands
        # in for a class of y is taken for a slip.
        unknown = [label for label in given if label not in values]
        is_slip = unknown and not all(value in given for value in values)
        if is_slip or not all(value >= 0 for value in given.values()):
            raise ValueError(
                f"class_weight={class_weight!r} must give weights >= 0 to classes among "
                f"{values}."
            )
        return np.array([given.get(value, 1.0) for value in values], dtype=float)

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
