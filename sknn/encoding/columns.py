"""Types of the columns of any frame, and errors that name a column; it converts nothing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.validation import _num_samples

FLOATS = (np.float64, np.float32)  # what is trained as it is; anything else as the first
DATES = ("date", "time", "period", "duration")
TEXT = ("object", "str", "string", "utf8", "categ", "enum", "dictionary")


def float_types(X: Any) -> Any:
    """Return the types of float that X, (n_samples, n_features), is to be converted to.

    float32 alone for a frame whose columns all have it, of whatever library, and for an
    array of any byte order: scikit-learn sees it in NumPy's types only.
    """
    types = [dtype for _, dtype in columns(X)] or [getattr(X, "dtype", None)]
    return np.float32 if all(_is_float32(dtype) for dtype in types) else FLOATS


def _is_float32(dtype: Any) -> bool:
    """Return whether a type of NumPy, pandas, Arrow or polars is float32."""
    if isinstance(dtype, np.dtype):
        return dtype.kind == "f" and dtype.itemsize == 4
    # pandas' Sparse[float32, nan] and Arrow's float[pyarrow] among them.
    name = re.sub(r"\[pyarrow\]$|^sparse\[|,.*$", "", str(dtype).lower())
    return name in ("float32", "float")


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


def explain(X: Any, name: str, error: Exception, *, encodes: bool = True) -> None:
    """Raise a ValueError that says what in `X` is behind `error`, and the remedy, if known.

    X is of shape (n_samples, n_features); `name` is what it is called. `encodes` says that
    another encoder could take it: not one that has been fitted to numbers.
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
                if encodes
                else "text or categories, but in fit it had numbers: convert the column"
            )
        elif "NaN" in str(error) and _has_missing(X, column):
            remedy = (
                'missing values: set encoder="auto", which fills them in, or drop the rows'
            )
        else:
            continue
        raise ValueError(f"{name} has {remedy}. Column: {column!r}. {error}") from error
    remedy = _remedy(X, str(error))
    if name != "X" or remedy:
        # After the first line on missing values, scikit-learn advises other estimators.
        text = str(error).partition("\n")[0] if "contains NaN" in str(error) else str(error)
        text = text.replace("Input X ", f"Input {name} ")
        prefix = "" if name == "X" else f"{name}: "
        raise ValueError(f"{prefix}{text} {remedy}".rstrip()) from error


def explain_target(X: Any, y: Any, error: Exception) -> None:
    """Raise a ValueError with a remedy if `error` is of y, or of the lengths of X and y."""
    text = str(error)
    if re.match("Input (y )?contains", text):
        text = text.replace("Input contains", "Input y contains").rstrip(".")
        raise ValueError(f"{text}: leave out such rows.") from error
    if "inconsistent numbers of samples" in text:
        raise_for_lengths(X, y, "X", "y")


def raise_for_lengths(X: Any, y: Any, name: str, target: str) -> None:
    """Raise a ValueError if X and y, so called, have different numbers of rows."""
    n, n_targets = _num_samples(X), _num_samples(y)
    if n != n_targets:
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: {name} has {n} "
            f"rows, {target} has {n_targets}. Every row needs its target."
        )


def _remedy(X: Any, error: str) -> str:
    """Return what to do about an `error` of validation, "" if that is not known."""
    if "infinity or a value too large" in error:
        limit = np.finfo(np.float32 if "float32" in error else np.float64).max
        return f"See {_column_beyond(X, float(limit))}: correct it, or drop such rows."
    if "contains NaN" in error and sparse.issparse(X):
        return "Fill it in, for example with SimpleImputer, or drop such rows."
    if "contains NaN" in error:
        return 'Set encoder="auto", which fills it in, or drop such rows.'
    if "features, but" in error:
        return "Pass the columns that fit has seen."
    if "Found array with dim" in error:
        return "Make it 2-D, for example with X.reshape(len(X), -1)."
    return ""


def _column_beyond(X: Any, limit: float) -> str:
    """Return what to call the first column of X with a number beyond +-`limit`."""
    if sparse.issparse(X):
        entries: Any = X.tocoo()
        numbers = entries.col[np.abs(entries.data) > limit]
        return f"column {numbers[0]}"
    values = np.asarray(X, dtype=np.float64)
    number = int(np.argmax((np.abs(values) > limit).any(axis=0)))
    names = [name for name, _ in columns(X)]
    return f"column {names[number]!r}" if names else f"column {number}"


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
