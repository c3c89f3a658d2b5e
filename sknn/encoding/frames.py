"""Frames: columns of pandas, polars, Arrow and object arrays as NumPy arrays.

No library of frames is imported: a column is asked through its own methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from ..engine.arrays import Array
from .columns import DATES, TEXT, columns


class Factor(NamedTuple):
    """A column as numbers of its different values.

    Parameters
    ----------
    codes : array of int of shape (n,)
        The number of each value, -1 where it is missing.
    levels : list
        The different values.
    """

    codes: Array
    levels: list[Any]

    @property
    def is_number(self) -> bool:
        """Whether every value is a number, True or False."""
        return all(isinstance(level, Real | np.bool_) for level in self.levels)

    @property
    def is_date(self) -> bool:
        """Whether some value is a date, a time or a duration."""
        return any(
            isinstance(level, date | time | timedelta | np.datetime64 | np.timedelta64)
            for level in self.levels
        )

    def numbers(self) -> Array:
        """Return the values as float64, (n,), with NaN where they are missing."""
        values = np.array([*map(float, self.levels), np.nan])
        return values[self.codes]


def n_rows(X: Any) -> int:
    """Return the number of rows of X, (n_samples, n_features)."""
    return int(X.shape[0] if hasattr(X, "shape") else len(X))


def names_of(X: Any) -> list[Any]:
    """Return the names of the columns of X, (n_samples, n_features), or their numbers."""
    found = [name for name, _ in columns(X)]
    return found or [*range(X.shape[1])]


def kinds_of(X: Any) -> list[str]:
    """Return "numbers", "text", "objects" or "dates" for each column of the frame X."""
    return [_kind(str(dtype).lower()) for _, dtype in columns(X)]


def _kind(dtype: str) -> str:
    """Return the kind of a column by the name of its type."""
    if any(word in dtype for word in DATES):
        return "dates"
    if dtype == "object":
        return "objects"
    return "text" if any(word in dtype for word in TEXT) else "numbers"


def column(X: Any, number: int) -> Any:
    """Return a column of X, (n_samples, n_features), as its library keeps it."""
    if hasattr(X, "iloc"):
        return X.iloc[:, number]
    if hasattr(X, "schema"):
        return X[columns(X)[number][0]]
    return X[:, number]


def numbers_of(values: Any) -> Array:
    """Return a column of numbers as float64, (n,), with NaN where it misses a value."""
    if hasattr(values, "iloc"):
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    if hasattr(values, "null_count") and hasattr(values, "to_pylist"):  # Arrow
        values = values.to_pandas()
    return np.array(values, dtype=np.float64)


def factor_of(values: Any) -> Factor:
    """Return a column of any values, (n,), as numbers of its different values.

    Raises
    ------
    TypeError
        If a value is no string and no number, but a list, say.
    """
    if hasattr(values, "cat") and hasattr(values, "iloc"):
        return Factor(np.asarray(values.cat.codes), values.cat.categories.tolist())
    if hasattr(values, "null_count") and hasattr(values, "to_pylist"):  # Arrow
        values = values.to_pandas()
    try:
        if hasattr(values, "factorize"):
            codes, levels = values.factorize()
            return Factor(np.asarray(codes), levels.tolist())
        return _factor_of_array(np.asarray(values))
    except TypeError as error:
        raise TypeError(
            f"A value must be a string or a number: argument must be a string or a number "
            f"in every row of a column. {error}"
        ) from error


def _factor_of_array(values: Array) -> Factor:
    """Return a NumPy column, (n,), as numbers of its different values."""
    if values.dtype.kind != "O":
        levels, codes = np.unique(values, return_inverse=True)
        codes[~(levels == levels)[codes]] = -1  # NaN
        return Factor(codes, levels.tolist())
    numbers: dict[Any, int] = {}
    codes = np.fromiter(
        (
            -1
            if value is None or value != value
            else numbers.setdefault(value, len(numbers))
            for value in values
        ),
        np.intp,
        len(values),
    )
    return Factor(codes, [*numbers])


def in_order(levels: Sequence[Any]) -> list[Any]:
    """Return the `levels` in an order that does not depend on that of the rows."""
    try:
        return sorted(levels)
    except TypeError:
        return sorted(levels, key=lambda level: (type(level).__name__, str(level)))
