"""Types of the columns of any frame, and errors that name a column; it converts nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

FLOATS = (np.float64, np.float32)  # what is trained as it is; anything else as the first
DATES = ("date", "time", "period", "duration")
TEXT = ("object", "str", "string", "utf8", "categ", "enum", "dictionary")


def float_types(X: Any) -> Any:
    """Return the types of float that X, (n_samples, n_features), is to be converted to.

    float32 alone for a frame whose columns all have it, of whatever library: scikit-learn
    sees it in pandas' frames only.
    """
    types = [str(dtype).lower() for _, dtype in columns(X)]
    if types and all(name in ("float32", "float") for name in types):
        return np.float32
    return FLOATS


def is_table(X: Any) -> bool:
    """Return whether X, (n_samples, n_features), holds other things than plain numbers.

    Text, categories, dates or objects, in a column of a frame or anywhere in an array.
    """
    words = (*DATES, *TEXT)
    kinds = [str(dtype).lower() for _, dtype in columns(X)]
    if kinds or sparse.issparse(X):
        return any(word in kind for kind in kinds for word in words)
    if not hasattr(X, "dtype"):
        try:
            X = np.asarray(X)
        except ValueError:  # rows of different lengths, which validation explains
            return False
    return getattr(X.dtype, "kind", "f") in "OSUTMm"


def columns(X: Any) -> list[tuple[Any, Any]]:
    """Return name and type of every column of a frame; nothing for anything else."""
    if hasattr(X, "schema"):  # polars, pyarrow
        schema: Any = X.schema
        types = getattr(schema, "types", None)
        return list(zip(schema.names, types, strict=True)) if types else [*schema.items()]
    dtypes: Any = getattr(X, "dtypes", None)
    return list(dtypes.items()) if hasattr(dtypes, "items") else []


def explain(X: Any, name: str, error: Exception) -> None:
    """Raise a ValueError that says which column of the frame `X` is behind `error`, if any.

    X is of shape (n_samples, n_features); `name` is what it is called.
    """
    for column, dtype in columns(X):
        kind = str(dtype).lower()
        if any(word in kind for word in DATES):
            remedy = (
                "dates: turn them into numbers, for example days since a first day or the "
                "month, or drop the column"
            )
        elif any(word in kind for word in TEXT) and not _is_numeric(X, column):
            remedy = (
                'text or categories: set encoder="auto", which encodes them, or drop the '
                "column"
            )
        elif "NaN" in str(error) and _has_missing(X, column):
            remedy = (
                'missing values: set encoder="auto", which fills them in, or drop the rows'
            )
        else:
            continue
        raise ValueError(f"{name} has {remedy}. Column: {column!r}. {error}") from error
    if name != "X":
        text = str(error).replace("Input X ", f"Input {name} ")
        raise ValueError(f"{name}: {text}") from error


def _is_numeric(X: Any, column: Any) -> bool:
    """Return whether a column of objects holds numbers after all."""
    try:
        np.asarray(X[column], dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return True


def _has_missing(X: Any, column: Any) -> bool:
    """Return whether a column of numbers has missing values."""
    try:
        return bool(np.isnan(np.asarray(X[column], dtype=np.float64)).any())
    except (TypeError, ValueError):
        return False
