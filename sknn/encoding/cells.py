"""Cells of one column of any frame or array: as numbers, or as codes of the values."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.arrays import Array
from .kinds import is_missing_type


def column(X: Any, j: int) -> Any:
    """Return column `j`, (n_samples,), of a frame or array (n_samples, n_features)."""
    if hasattr(X, "iloc"):  # pandas
        return X.iloc[:, j]
    if hasattr(X, "to_series"):  # polars
        return X.to_series(j)
    if hasattr(X, "column"):  # pyarrow
        return X.column(j)
    return X[:, j]


def numbers(values: Any) -> Array:
    """Return a column, (n,), as float64 of shape (n,); missing values are NaN.

    Raises
    ------
    TypeError or ValueError
        If a value is not a number.
    """
    if hasattr(values, "iloc"):
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    if hasattr(values, "to_physical"):  # polars
        return np.asarray(values.cast(float).to_numpy(), dtype=np.float64)
    if hasattr(values, "combine_chunks"):  # pyarrow
        return np.asarray(values.cast("float64", safe=False).to_numpy())
    values = np.asarray(values)
    if values.dtype.kind == "O":
        cells = values.tolist()
        values = [np.nan if is_missing_type(type(cell)) else cell for cell in cells]
    return np.asarray(values, dtype=np.float64)


def codes(values: Any) -> tuple[Array, list[Any]]:
    """Return codes of the values of a column, (n,), and the value of each code.

    Returns
    -------
    codes : array of int of shape (n,)
        -1 where the value is missing.
    values : list of length n_codes
        The different values, in no particular order. A category without rows may be there.

    Raises
    ------
    TypeError
        If a value has no hash, such as a list.
    """
    if hasattr(values, "iloc"):
        found, different = _codes_of_pandas(values)
    elif hasattr(values, "combine_chunks"):
        if "dictionary" not in str(values.type):
            values = values.dictionary_encode()
        encoded = values.unify_dictionaries().combine_chunks()
        if hasattr(encoded, "chunks"):  # none for an empty column, one for any other
            encoded = encoded.chunk(0)
        found = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        different = encoded.dictionary.to_pylist()
    else:
        is_polars = hasattr(values, "to_list")
        found, different = _numbered(values.to_list() if is_polars else values.tolist())
    missing = np.array([is_missing(value) for value in different], dtype=bool)
    if missing.any():
        found = np.where(np.append(missing, False)[found], -1, found)
    return found, different


def _codes_of_pandas(values: Any) -> tuple[Array, list[Any]]:
    """Return the codes of a column of pandas, (n,), and the value of each code."""
    if hasattr(values, "cat"):
        return values.cat.codes.to_numpy(), values.cat.categories.tolist()
    found, different = values.factorize()
    return found, different.tolist()


def _numbered(cells: list[Any]) -> tuple[Array, list[Any]]:
    """Return the number of each value in order of appearance, (n,), and the values."""
    numbers: dict[Any, int] = {}
    found = [numbers.setdefault(cell, len(numbers)) for cell in cells]
    return np.array(found, dtype=np.intp), list(numbers)


def is_missing(value: Any) -> bool:
    """Return whether a value is missing: None, NaN, pd.NA or pd.NaT."""
    return is_missing_type(type(value)) or bool(value != value)
