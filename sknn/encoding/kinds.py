"""Kinds of columns: numbers or categories, by their types and by the user's choice."""

from __future__ import annotations

import datetime
import re
from numbers import Number
from typing import Any

import numpy as np

from ..engine.arrays import Array
from ..warning import warn_user
from .columns import columns

NUMBERS, CATEGORIES, DATES, OBJECTS, OTHER = "numbers", "text", "dates", "objects", "other"
# How the names of the types begin in pandas, polars and pyarrow, in lower case.
BEGINNINGS = {
    OBJECTS: r"object",
    CATEGORIES: r"(large_)?(str(?!uct)|utf8)|categ|enum|dictionary|interval",
    DATES: r"date|time|duration|period|month",
    NUMBERS: r"u?int|float|double|half|bool|decimal|null|sparse\[(?!object)",
}
LETTERS = {"O": OBJECTS, "M": DATES, "m": DATES} | dict.fromkeys("UST", CATEGORIES)
# 2024-05-31, 2024-05-31 12:00, 31.5.2024, 05/31/24.
DATE = re.compile(r"(\d{4}([-/.])\d\d?\2\d\d?|\d\d?([-/.])\d\d?\3(\d\d|\d{4}))([T ].*)?$")
MANY_DAYS = 31
DAYS = (datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64)


def kind_of(values: Any, dtype: Any) -> str:
    """Return the kind of a column: "numbers", "text", "dates" or "other".

    Parameters
    ----------
    values : array or column of a frame, of shape (n,)
        Looked at only if the type is that of any object.
    dtype : dtype
        Of NumPy, pandas, polars or pyarrow.
    """
    if isinstance(values, np.ndarray):
        kind = LETTERS.get(values.dtype.kind, NUMBERS)
    else:
        text = str(dtype).lower()
        found = (kind for kind, how in BEGINNINGS.items() if re.match(how, text))
        kind = next(found, OTHER)
    return _kind_of_objects(values) if kind == OBJECTS else kind


def _kind_of_objects(values: Any) -> str:
    """Return the kind of a column of any objects, (n,), from the types of the values."""
    types = {kind for kind in map(type, values) if not is_missing_type(kind)}
    if all(issubclass(kind, Number | np.bool_) for kind in types):
        return NUMBERS
    if any(kind.__hash__ is None for kind in types):  # lists, dicts
        return OTHER
    return DATES if any(issubclass(kind, DAYS) for kind in types) else CATEGORIES


def is_missing_type(kind: type) -> bool:
    """Return whether all values of a type are missing: None, pd.NA, pd.NaT."""
    return kind.__name__ in ("NoneType", "NAType", "NaTType")


def column_types(X: Any) -> list[Any]:
    """Return the type of every column of a frame or array, (n_samples, n_features)."""
    if isinstance(X, np.ndarray):
        return [X.dtype] * X.shape[1]
    return [dtype for _, dtype in columns(X)]


def chosen(categorical_features: Any, labels: list[Any], names: Array | None) -> Array:
    """Return which columns the user chose as categories, bool of shape (n_features,).

    Parameters
    ----------
    categorical_features : array-like of str, int or bool
    labels : list of length n_features
        What errors call the columns.
    names : array of str of shape (n_features,) or None
        The names of the columns, where they have any.

    Raises
    ------
    ValueError
        If a column does not exist, or the mask has another length.
    """
    n_features = len(labels)
    given = np.asarray(categorical_features)
    mask = np.zeros(n_features, dtype=bool)
    if given.size == 0:
        return mask
    if given.dtype.kind == "b":
        if given.shape != (n_features,):
            raise ValueError(
                f"categorical_features is a mask of shape {given.shape}, but X has "
                f"{n_features} columns: give one True or False for each."
            )
        return given.copy()
    keys: Any = range(n_features) if given.dtype.kind in "iu" else names
    known = {} if keys is None else {key: j for j, key in enumerate(keys)}
    wrong = [key for key in given.ravel().tolist() if key not in known]
    if wrong:
        raise ValueError(
            f"categorical_features has {wrong}, but the columns of X are {labels}: give "
            "names of columns of a frame, numbers from 0, or a mask."
        )
    mask[[known[key] for key in given.ravel().tolist()]] = True
    return mask


def warn_of_dates(values: Array, label: str) -> None:
    """Warn if the categories `values`, (n_categories,), are dates that are still text.

    Some dates can be categories, such as the days of one month. Of more, most are seen in
    few rows, and no later day is among them.
    """
    if len(values) > MANY_DAYS and all(
        isinstance(value, str) and DATE.match(value) for value in values
    ):
        warn_user(
            f"X has dates as text in {label}, for example {values[0]!r}: each of the "
            f"{len(values)} is a category of its own. Parse them, as read_csv(parse_dates="
            "[...]) does, and turn them into numbers, for example days since a first day."
        )


def check_kind(kind: str, label: str, name: str = "X") -> None:
    """Raise an error if a column is of a `kind` that cannot be encoded.

    It is a ValueError for dates, and a TypeError for lists, dicts and the like.
    """
    if kind == DATES:
        raise ValueError(
            f"{name} has dates, times or durations in {label}: turn them into numbers, for "
            "example days since a first day or the month, or drop the column."
        )
    if kind == OTHER:
        raise TypeError(
            f"{name} has lists, dicts or the like in {label}, but an argument must be a "
            "string or a number: convert the cells, or drop the column."
        )
