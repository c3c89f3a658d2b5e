"""Roles: which columns of a table are numbers, and which are categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.validation import (
    _check_feature_names,
    _check_n_features,
    check_array,
)

from ..engine.arrays import Array
from .columns import columns
from .frames import column, factor_of, kinds_of, n_rows, names_of, numbers_of

# Of the columns of an array, by the kind of its type.
KINDS = dict.fromkeys("UST", "text") | {"O": "objects", "m": "dates", "M": "dates"}


@dataclass(frozen=True, eq=False)
class Table:
    """A table with its columns in the order of the fit.

    Parameters
    ----------
    X : frame, array or CSR matrix of shape (n_samples, n_features)
    order : list of int
        Where the columns of the fit are in X.
    roles : Roles
    """

    X: Any
    order: list[int]
    roles: Roles

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return n_rows(self.X)

    def column(self, number: int) -> Any:
        """Return a column, (n_samples,), as its library keeps it."""
        return column(self.X, self.order[number])

    def numbers(self) -> Array:
        """Return the columns of numbers as float64, (n_samples, n_numeric).

        Raises
        ------
        ValueError
            If one holds text or infinity.
        """
        numeric = self.roles.numeric
        is_matrix = isinstance(self.X, np.ndarray) and self.X.dtype.kind in "fiub"
        if is_matrix and len(numeric) == self.X.shape[1]:
            matrix = self.X.astype(np.float64, copy=False)
        else:
            matrix = np.empty((self.n_rows, len(numeric)))
            for place, number in enumerate(numeric):
                matrix[:, place] = self._number(number)
        infinite = np.isinf(matrix).any(axis=0)
        if infinite.any():
            name = self.roles.names[numeric[int(np.argmax(infinite))]]
            raise ValueError(
                f"Input X contains infinity in column {name!r}: leave out such rows, or "
                "give the value as missing."
            )
        return matrix

    def _number(self, number: int) -> Array:
        """Return a column as float64, (n_samples,)."""
        values = self.column(number)
        try:
            return numbers_of(values)
        except (TypeError, ValueError):
            factor = factor_of(values)
        if factor.is_number:
            return factor.numbers()
        level = next(level for level in factor.levels if isinstance(level, str))
        raise ValueError(
            f"Column {self.roles.names[number]!r} had numbers in fit, and has values such "
            f"as {level!r} now: convert it to numbers."
        )


@dataclass(frozen=True, eq=False)
class Roles:
    """What every column of the fit was.

    Parameters
    ----------
    attributes : dict
        `n_features_in_`, and `feature_names_in_` if X was a frame with names.
    names : list
        Names of the columns, or their numbers.
    numeric, categorical : list of int
        The columns that are numbers, and those that are categories.
    """

    attributes: dict[str, Any]
    names: list[Any]
    numeric: list[int]
    categorical: list[int]

    @classmethod
    def of(cls, encoder: Any, X: Any) -> tuple[Roles, Table]:
        """Return the roles of the columns of X, (n_samples, n_features), and the table.

        Raises
        ------
        ValueError
            If X is no table, or a column holds dates.
        """
        probe = object.__new__(type(encoder))
        _check_feature_names(probe, X, reset=True)
        X = _checked(X, encoder)
        _check_n_features(probe, X, reset=True)
        names = names_of(X)
        if hasattr(probe, "feature_names_in_"):
            names = probe.feature_names_in_.tolist()
        chosen = _chosen(encoder.categorical_features, names)
        categorical = _categorical(X, names) if chosen is None else chosen
        rest = [k for k in range(len(names)) if k not in categorical]
        roles = cls(vars(probe).copy(), names, rest, categorical)
        return roles, Table(X, [*range(len(names))], roles)

    def table(self, encoder: Any, X: Any) -> Table:
        """Return X, (n_samples, n_features), as a table with the columns of the fit.

        Raises
        ------
        ValueError
            If X lacks a column of the fit or has another one.
        """
        fitted = self.attributes.get("feature_names_in_")
        given = [name for name, _ in columns(X)]
        checked = _checked(X, encoder)
        if fitted is not None and given and all(isinstance(name, str) for name in given):
            return Table(checked, self._order(given), self)
        _check_feature_names(encoder, X, reset=False)  # warns if names are missing
        _check_n_features(encoder, checked, reset=False)
        return Table(checked, [*range(len(self.names))], self)

    def _order(self, given: list[str]) -> list[int]:
        """Return where the columns of the fit are among those `given`."""
        missing = [name for name in self.names if name not in given]
        unknown = [name for name in given if name not in self.names]
        if missing or unknown or len(given) != len(self.names):
            raise ValueError(
                "The columns of X are not those of fit: "
                + (f"missing {missing[:5]}, " if missing else "")
                + (f"unknown {unknown[:5]}, " if unknown else "")
                + f"{len(given)} instead of {len(self.names)}."
            )
        places = {name: number for number, name in enumerate(given)}
        return [places[name] for name in self.names]


def _checked(X: Any, encoder: Any) -> Any:
    """Return X, a frame as it is, anything else as a matrix, (n_samples, n_features)."""
    if columns(X) and not sparse.issparse(X):
        if n_rows(X) == 0:
            raise ValueError(
                f"Found array with 0 sample(s) (shape={X.shape}) while a minimum of 1 is "
                f"required by {type(encoder).__name__}."
            )
        return X
    matrix = check_array(
        X,
        accept_sparse="csr",
        dtype=None,
        ensure_all_finite=sparse.issparse(X),
        estimator=encoder,
        input_name="X",
    )
    if matrix.dtype.kind == "c":
        raise ValueError("Complex data not supported: X must be real.")
    if sparse.issparse(matrix) and matrix.dtype.kind != "f":
        matrix = matrix.astype(np.float64)
    return matrix


def _categorical(X: Any, names: Sequence[Any]) -> list[int]:
    """Return which columns of X, (n_samples, n_features), are categories by their type."""
    if sparse.issparse(X):
        return []
    kinds = kinds_of(X) or [KINDS.get(X.dtype.kind, "numbers")] * X.shape[1]
    found = []
    for number, kind in enumerate(kinds):
        factor = factor_of(column(X, number)) if kind == "objects" else None
        if kind == "dates" or (factor is not None and factor.is_date):
            raise ValueError(
                f"Column {names[number]!r} of X has dates: turn them into numbers, for "
                "example days since a first day, or into categories such as the month."
            )
        if kind == "text" or (factor is not None and not factor.is_number):
            found.append(number)
    return found


def _chosen(given: Any, names: Sequence[Any]) -> list[int] | None:
    """Return the columns that the user calls categorical; None to go by their type."""
    if given is None:
        return []
    if isinstance(given, str):
        return None
    values = np.asarray(given)
    if values.dtype == bool and values.shape == (len(names),):
        return np.flatnonzero(values).tolist()
    chosen = []
    for value in values.tolist():
        if isinstance(value, str) and value in names:
            chosen.append(list(names).index(value))
        elif (
            isinstance(value, int)
            and not isinstance(value, bool)
            and 0 <= value < len(names)
        ):
            chosen.append(value)
        else:
            raise ValueError(
                f"categorical_features has {value!r}, which is no column of X: give names, "
                f"numbers below {len(names)}, or one True or False per column."
            )
    return sorted({*chosen})
