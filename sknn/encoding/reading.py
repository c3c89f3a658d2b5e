"""Reading of a table: which columns are numbers and which categories, found by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.validation import validate_data

from ..engine.arrays import Array, Input
from .cells import codes, column, numbers
from .columns import columns
from .foreign import as_numpy
from .kinds import CATEGORIES, NUMBERS, OTHER, check_kind, chosen, column_types, kind_of
from .view import view


@dataclass(frozen=True, eq=False)
class Reading:
    """A checked table, and how to read its columns in the order of the first fit.

    Parameters
    ----------
    X : frame, array or CSR matrix of shape (n_samples, n_features)
    positions : list of int of length n_features
        Where in X each column of the first fit is.
    labels : list of str of length n_features
        What errors call these columns.
    is_categorical : bool array of shape (n_features,)
    attributes : dict
        `n_features_in_`, and `feature_names_in_` if X is a frame with names.
    """

    X: Any
    positions: list[int]
    labels: list[str]
    is_categorical: Array
    attributes: dict[str, Any]

    @classmethod
    def of(cls, estimator: Any, X: Any, categorical_features: Any) -> Reading:
        """Return the reading of a first fit; `estimator` is named in errors, not changed.

        X is of shape (n_samples, n_features).

        Raises
        ------
        ValueError
            If a column can be neither numbers nor categories, or a chosen one is not there.
        """
        probe = view(estimator, {})
        X = _checked(probe, X, reset=True)
        found = {
            name: getattr(probe, name)
            for name in ("n_features_in_", "feature_names_in_")
            if hasattr(probe, name)
        }
        n_features, names = found["n_features_in_"], found.get("feature_names_in_")
        labels = _labels(n_features, names)
        kinds = _kinds(X, n_features)
        for kind, label in zip(kinds, labels, strict=True):
            check_kind(kind, label)
        is_text = np.array([kind == CATEGORIES for kind in kinds])
        is_categorical = is_text
        if not isinstance(categorical_features, str):
            given = [] if categorical_features is None else categorical_features
            is_categorical = chosen(given, labels, names)
        if sparse.issparse(X) and is_categorical.any():
            raise ValueError(
                "X is sparse, which is for numbers only, but categorical_features names "
                "columns of it: pass X.toarray(), or encode these columns beforehand."
            )
        for j in np.flatnonzero(is_text & ~is_categorical):
            raise ValueError(
                f"X has text or categories in {labels[j]}, which categorical_features="
                f"{categorical_features!r} leaves out: add it there, or drop the column."
            )
        return cls(X, [*range(n_features)], labels, is_categorical, found)

    @classmethod
    def later(cls, encoder: Any, X: Any) -> Reading:
        """Return the reading of rows, (n_samples, n_features), by a fitted encoder.

        Raises
        ------
        ValueError
            If X has other columns than in fit.
        """
        names: Any = getattr(encoder, "feature_names_in_", None)
        positions = [*range(encoder.n_features_in_)]
        labels = _labels(encoder.n_features_in_, names)
        given = [name for name, _ in columns(X)]
        by_name = names is not None and any(isinstance(name, str) for name in given)
        if by_name and given != list(names):
            positions = _positions(list(names), given)
            _check_rows(X)
        else:
            X = _checked(encoder, X, reset=False)
        return cls(X, positions, labels, encoder.is_categorical_, {})

    @property
    def categorical_labels(self) -> list[str]:
        """What errors call the columns of categories."""
        return [self.labels[j] for j in np.flatnonzero(self.is_categorical)]

    def numbers(self, rows: Any) -> Input:
        """Return the numeric columns in these rows, (n_rows, n_columns), as float64.

        `rows` is a slice or a bool array of shape (n_samples,). Missing values are NaN.

        Raises
        ------
        ValueError
            If a column has text or infinite numbers.
        """
        numeric = np.flatnonzero(~self.is_categorical)
        if sparse.issparse(self.X):
            return self._sparse()[rows]
        if isinstance(self.X, np.ndarray) and self.X.dtype.kind in "biuf":
            X = self.X if len(numeric) == self.X.shape[1] else self.X[:, numeric]
            X = np.asarray(X, dtype=np.float64)
        else:
            n_samples = self.X.shape[0]
            X = np.empty((n_samples, len(numeric)), order="F")
            types = column_types(self.X)
            for i, j in enumerate(numeric):
                X[:, i] = self._numbers_of(int(j), types[self.positions[j]])
        X = X[rows]
        infinite = np.isinf(X).any(axis=0)
        for j in numeric[infinite]:
            raise ValueError(
                f"Input X contains infinity or a value too large for float64 in "
                f"{self.labels[j]}: correct it, or make it a missing value, NaN."
            )
        return X

    def categories(self, rows: Any) -> list[tuple[Array, list[Any]]]:
        """Return codes, (n_rows,), and the value of each, for each column of categories.

        `rows` is a slice or a bool array of shape (n_samples,). A missing value is -1.

        Raises
        ------
        TypeError
            If a cell is neither text nor a number.
        """
        pairs = []
        for j in np.flatnonzero(self.is_categorical):
            try:
                found, values = codes(column(self.X, self.positions[j]))
            except TypeError as error:
                raise TypeError(
                    f"X has lists, dicts or the like in {self.labels[j]}, but an argument "
                    f"must be a string or a number: convert the cells. {error}"
                ) from error
            pairs.append((found[rows], values))
        return pairs

    def _numbers_of(self, j: int, dtype: Any) -> Array:
        """Return the numeric column `j`, (n_samples,), of this type as float64."""
        values, label = column(self.X, self.positions[j]), self.labels[j]
        kind = kind_of(values, dtype)
        if kind == OTHER:
            check_kind(kind, label)
        if kind != NUMBERS:
            raise ValueError(
                f"X has {kind} in {label}, but in fit it had numbers: convert the column "
                "to numbers as in the training data."
            )
        try:
            return numbers(values)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(
                f"X has cells in {label} that are not real numbers: convert "
                f"them, or drop the column. {error}"
            ) from error

    def _sparse(self) -> Any:
        """Return the CSR matrix X with one entry a cell, (n_samples, n_features)."""
        X = self.X
        if not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        wrong = ~np.isfinite(X.data)
        if wrong.any():
            raise ValueError(
                f"Input X contains NaN or infinity in {self.labels[X.indices[wrong][0]]}, "
                "which is refused where X is sparse: fill it in, for example with "
                "SimpleImputer, or pass X.toarray()."
            )
        return X


def _checked(estimator: Any, X: Any, *, reset: bool) -> Any:
    """Return X, (n_samples, n_features), as a frame, an array or a CSR matrix of floats.

    `estimator` gets the number and the names of the columns if `reset`, else has them.
    """
    X = as_numpy(X, "X")
    if hasattr(X, "collect") and not hasattr(X, "to_series"):
        raise TypeError("X is a lazy frame: pass X.collect().")
    if getattr(X, "shape", ())[1:] == (0,):
        raise ValueError(
            f"Found array with 0 feature(s) (shape={X.shape}) while a minimum of 1 is "
            "required: X has no columns."
        )
    if columns(X):
        _check_rows(X)
        validate_data(estimator, X=X, reset=reset, skip_check_array=True)
        return X
    options = {"accept_sparse": "csr", "ensure_all_finite": False, "reset": reset}
    dtype = np.float64 if sparse.issparse(X) else None
    checked = validate_data(estimator, X, dtype=dtype, **options)
    if not hasattr(X, "dtype") and checked.dtype.kind in "US":  # numbers have become text
        checked = validate_data(estimator, X, dtype=object, **options)
    return checked


def _check_rows(X: Any) -> None:
    """Raise a ValueError if the frame X, (n_samples, n_features), has no rows."""
    if X.shape[0] == 0:
        raise ValueError(
            f"Found array with 0 sample(s) (shape={X.shape}) while a minimum of 1 is "
            "required: X has no rows."
        )


def _labels(n_features: int, names: Array | None) -> list[str]:
    """Return what errors call the columns."""
    return [f"column {j if names is None else names[j]!r}" for j in range(n_features)]


def _kinds(X: Any, n_features: int) -> list[str]:
    """Return the kind of every column of X, (n_samples, n_features)."""
    if sparse.issparse(X) or (isinstance(X, np.ndarray) and X.dtype.kind in "biuf"):
        return [NUMBERS] * n_features
    types = enumerate(column_types(X))
    return [kind_of(column(X, j), dtype) for j, dtype in types]


def _positions(names: list[str], given: list[Any]) -> list[int]:
    """Return where in `given` each of `names` is.

    Raises
    ------
    ValueError
        If they are not the same names, each once.
    """
    missing = [name for name in names if name not in given]
    unknown = [name for name in given if name not in names]
    twice = sorted({name for name in given if given.count(name) > 1} - {*unknown})
    if missing or unknown or twice:
        found = {"lacks": missing, "has unknown": unknown, "has twice": twice}
        parts = [f"{what} {which}" for what, which in found.items() if which]
        raise ValueError(
            f"The feature names should match those that were passed during fit, but X "
            f"{', '.join(parts)}: pass the columns {names}."
        )
    return [given.index(name) for name in names]
