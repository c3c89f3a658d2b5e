"""Labels of a classification: from the user's y to rows of 0 and 1, and back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from ..engine.arrays import Array
from ..engine.data import Data, OneHot, Target
from ..warning import warn_user
from .targets import TargetScaling

MANY = 20  # classes; beyond it numbers may be a quantity
NO_SCALING = TargetScaling.start("", 1)


@dataclass(frozen=True, eq=False)
class Labels:
    """The classes of a classification, and how labels become rows of 0 and 1.

    Parameters
    ----------
    classes : array of shape (n_classes,)
        The labels in ascending order; for multilabel targets the column numbers.
    multilabel : bool
        Whether every row may have any number of labels.
    counts : array of shape (n_columns, n_codes) or None, default=None
        The weight of every class so far, where `class_weight` needs it.
    """

    classes: Array
    multilabel: bool
    counts: Array | None = None
    scaling: TargetScaling = field(default=NO_SCALING, repr=False)
    task: ClassVar[str] = "classification"

    @classmethod
    def of(cls, y: Array, name: str = "y") -> Self:
        """Return the labels that occur in `y`, (n,) or (n, n_labels), called `name`.

        Raises
        ------
        ValueError
            If `y` is continuous, has missing labels, or several columns of more than two
            classes.
        """
        _check_missing(y, name)
        try:
            check_classification_targets(y)
        except ValueError as error:
            raise ValueError(
                f"{error} For a quantity use FFNNRegressor or TabularRegressor."
            ) from error
        kind = type_of_target(y, input_name=name)
        if kind == "multiclass-multioutput":
            raise ValueError(
                "y has several columns with more than two classes "
                "(multiclass-multioutput), which is not supported: wrap the classifier "
                "in sklearn.multioutput.MultiOutputClassifier."
            )
        if kind == "multilabel-indicator":
            return cls(np.arange(y.shape[1]), multilabel=True)
        return cls(np.unique(np.asarray(y)), multilabel=False)

    @classmethod
    def fit_transform(
        cls, y: Array, past: Self | None, classes: Any, incremental: bool
    ) -> tuple[Self, Target]:
        """Return the labels of a fit, and y as rows of 0 and 1, (n, n_columns)."""
        seen = cls.of(y)
        if past is None:
            seen._warn_of_form(y)
            labels = seen._of_first_fit(classes, incremental)
        else:
            past._check_same(classes if incremental else seen.classes)
            labels = past if incremental else replace(past, counts=None)
        return labels, labels._encode(y, seen)

    def transform(self, y: Array, name: str = "y") -> Target:
        """Return `y`, (n,) or (n, n_labels), as rows of 0 and 1; errors call it `name`."""
        return self._encode(y, Labels.of(y, name), name)

    def _of_first_fit(self, classes: ArrayLike | None, incremental: bool) -> Self:
        """Return the classes for a first fit.

        They are those in y, or, in `partial_fit`, those passed as `classes`.

        Raises
        ------
        ValueError
            If `classes` is missing.
        """
        if self.multilabel or not incremental:
            return self
        if classes is None:
            raise ValueError(
                "classes must be passed on the first call to partial_fit: all labels that "
                "can occur in any call."
            )
        return replace(self, classes=_given_classes(classes))

    def _warn_of_form(self, y: Array) -> None:
        """Warn if `y`, (n,) or (n, n_labels), looks like something else than labels."""
        n, n_classes = y.shape[0], len(self.classes)
        if self.multilabel and n_classes > 2 and n > 1:
            if (np.ravel(y.sum(axis=1)) == 1).all():
                warn_user(
                    "y is taken as several labels per row, but every row has exactly one "
                    "label. For classes that exclude each other, pass y.argmax(axis=1)."
                )
        elif self.classes.dtype.kind in "iuf" and MANY < n_classes > n / 4:
            warn_user(
                f"y has {n_classes} different numbers in {n} rows, each taken as a class: "
                "for a quantity use FFNNRegressor or TabularRegressor."
            )

    def _check_same(self, classes: ArrayLike | None) -> None:
        """Raise a ValueError if `classes`, where given, are others than these."""
        if classes is None or self.multilabel:  # columns of labels have no names
            return
        given = _given_classes(classes)
        if np.array_equal(given, self.classes):
            return
        raise ValueError(
            f"The classes {given.tolist()} are not those of the "
            f"fitted network, {self.classes.tolist()}: it cannot continue with others. Set "
            "warm_start=False and call fit to start again."
        )

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """What is published."""
        return {"classes_": self.classes}

    @property
    def one_class(self) -> bool:
        """Whether every row has one and the same label."""
        return not self.multilabel and len(self.classes) == 1

    @property
    def binary(self) -> bool:
        """Whether a single output is enough: the probability of the last class."""
        return not self.multilabel and len(self.classes) <= 2

    def _encode(self, y: Array, seen: Labels, name: str = "y") -> Target:
        """Return `y`, which has the labels `seen`, as rows of 0 and 1, (n, n_columns).

        Raises
        ------
        ValueError
            If `y` has a label that is not one of the classes, or another kind of rows.
        """
        if self.multilabel != seen.multilabel or (
            self.multilabel and len(seen.classes) != len(self.classes)
        ):
            raise ValueError(
                f"{name} does not have the form of the first fit: expected {self._form()}, "
                f"got {seen._form()}."
            )
        if self.multilabel:
            return self._encode_columns(y, name)
        unseen = np.setdiff1d(seen.classes, self.classes)
        if len(unseen):
            remedy = (
                ""
                if name != "y"
                else (
                    " All classes must be known from the first call: name them with "
                    "partial_fit(X, y, classes=...)."
                )
            )
            raise ValueError(
                f"{name} has labels {unseen.tolist()} that are not among the classes "
                f"{self.classes.tolist()}.{remedy}"
            )
        codes = np.searchsorted(self.classes, y)
        smallest = np.min_scalar_type(len(self.classes) - 1)
        n_columns = 1 if self.binary else len(self.classes)
        return OneHot(codes.astype(smallest), n_columns, offset=int(self.one_class))

    def _encode_columns(self, y: Any, name: str) -> Array:
        """Return multilabel `y`, dense or sparse, as bytes, (n, n_columns)."""
        is_sparse = sparse.issparse(y)
        different = np.unique(y.data if is_sparse else y)
        if not np.isin(different, (0, 1)).all():
            raise ValueError(
                f"{name} has other values than 0 and 1: expected {self._form()}."
            )
        values: Array = y.astype(np.uint8)
        return values.toarray() if is_sparse else values  # type: ignore[attr-defined]

    @staticmethod
    def _codes(Y: Target) -> Array:
        """Return the encoded rows `Y` as columns of numbers, one column per choice.

        One with the number of the class, or for multilabel targets one per label.
        """
        return Y.codes[:, np.newaxis] if isinstance(Y, OneHot) else Y

    def strata(self, Y: Target) -> Array:
        """Return the group of every row of `Y`, (n, n_columns), as an array of int, (n,).

        A class, or a set of labels. Sets that occur once share a group: a rare set has its
        labels in common with others.
        """
        if isinstance(Y, OneHot):
            return Y.codes
        _, groups, counts = np.unique(Y, axis=0, return_inverse=True, return_counts=True)
        groups = groups.ravel()
        return np.where(counts[groups] < 2, -1, groups)

    def weighted(
        self, Y: Target, w: Array | None, class_weight: Any, *, count: bool
    ) -> tuple[Self, Array | None]:
        """Return the weights (n, 1) times those of the classes; see `Targets`."""
        if class_weight is None:
            return self, w
        labels = replace(self, counts=self._counted(Y, w)) if count else self
        weights = labels._class_weights(Y, class_weight)
        if w is None:
            return labels, weights
        # Whoever uses them looks whether they are finite.
        with np.errstate(over="ignore", invalid="ignore"):
            return labels, w * weights

    def _counted(self, Y: Target, w: Array | None) -> Array:
        """Return the counts plus the weight of the rows of `Y`, (n_columns, n_codes)."""
        codes = self._codes(Y)
        weights = None if w is None else w[:, 0]
        n_codes = 2 if self.multilabel else len(self.classes)
        counts = np.stack([np.bincount(column, weights, n_codes) for column in codes.T])
        return counts if self.counts is None else counts + self.counts

    def _class_weights(self, Y: Target, class_weight: Any) -> Array:
        """Return the weight of every row, (n, 1), by its class or by all its labels.

        "balanced" makes every class weigh the same: total / (number of classes · count).
        For several labels the weights are multiplied, as scikit-learn does. What overflows
        is infinite or NaN.
        """
        codes = self._codes(Y)
        columns = range(codes.shape[1])
        if isinstance(class_weight, str):
            factors = self._balanced()
        else:
            factors = [self._factors(class_weight, k) for k in columns]
        weights = [factors[k][codes[:, k]] for k in columns]
        with np.errstate(over="ignore"):  # as in `weighted`
            return np.prod(weights, axis=0)[:, np.newaxis]

    def _balanced(self) -> list[Array]:
        """Return the weight of every code, (n_codes,), for every column of codes."""
        counts = np.asarray(self.counts)
        with np.errstate(over="ignore", invalid="ignore"):  # as in `weighted`
            total = counts.sum(axis=1) / np.maximum((counts > 0).sum(axis=1), 1)
            return list(total[:, np.newaxis] / np.where(counts, counts, 1))

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
        if is_slip or not all(_is_weight(value) for value in given.values()):
            raise ValueError(
                f"class_weight={class_weight!r} must give finite weights >= 0 to classes "
                f"among {values}."
            )
        return np.array([given.get(value, 1.0) for value in values], dtype=float)

    def scaled(self, link: str, data: Data) -> tuple[Self, Target]:
        """Return the labels and Y, (n, n_columns), as they are: 0 and 1 have no scale."""
        return self, data.Y

    def _form(self) -> str:
        """Return the kind of targets in words."""
        if self.multilabel:
            return f"rows of {len(self.classes)} labels that are 0 or 1"
        return "one label per row"

    def decide(self, scores: Array) -> Array:
        """Return the labels, (n,) or (n, n_labels), for logits `scores`, (n, n_outputs)."""
        if self.multilabel:
            return (scores > 0).astype(int)
        if self.one_class:
            return np.repeat(self.classes, len(scores))
        if self.binary:
            return self.classes[(scores[:, 0] > 0).astype(int)]
        return self.classes[scores.argmax(axis=1)]


def _is_weight(value: Any) -> bool:
    """Return whether `value` is a finite number >= 0."""
    return isinstance(value, Real) and 0 <= float(value) < np.inf


def _given_classes(classes: ArrayLike) -> Array:
    """Return `classes`, as given to `partial_fit`, in ascending order."""
    given = np.asarray(classes)
    if given.ndim != 1:
        raise ValueError(f"classes must be a list of labels, got shape {given.shape}.")
    _check_missing(given, "classes")
    return np.unique(given)


def _check_missing(y: Array, name: str) -> None:
    """Raise a ValueError if `y`, (n,) or (n, n_labels), has missing labels."""
    if sparse.issparse(y):
        return
    if y.dtype.kind == "O":
        missing = any(v is None or v != v for v in y.ravel().tolist())
    else:
        missing = y.dtype.kind == "f" and bool(np.isnan(y).any())
    if missing:
        raise ValueError(
            f"Input {name} contains NaN, a missing label: leave out such rows, or give "
            "them a label of their own."
        )
