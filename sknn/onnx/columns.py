"""Columns of a table as the inputs of an ONNX graph: their names, types and cells."""

from __future__ import annotations

from numbers import Number
from typing import Any

import numpy as np
from scipy import sparse
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    StringTensorType,
)

from ..encoding.cells import codes, column, numbers
from ..encoding.columns import columns
from ..encoding.kinds import NUMBERS, check_kind, column_types, kind_of
from ..engine.arrays import Array

MISSING = "<missing>"  # stands for missing text, of which ONNX has none
MATRIX = "X"  # name of the input where all columns are one


def input_types(X: Any, names: Any = None) -> list[tuple[str, Any]]:
    """Return name and type of every input of a graph for tables like `X`.

    A matrix of numbers is one input, "X"; the columns of a frame, or of an array of
    objects, are an input each, of shape (n, 1). Numbers are float32 if they are that in X,
    else float64, NaN where they are missing. Missing text is any text that is no category.

    Parameters
    ----------
    X : {frame, array-like, sparse matrix} of shape (n_samples, n_features)
    names : array-like of str or None, default=None
        The columns of a frame, in the order that they are to be in.
    """
    X = as_table(X)
    if is_matrix(X):
        kind = FloatTensorType if X.dtype == np.float32 else DoubleTensorType
        return [(MATRIX, kind([None, X.shape[1]]))]
    given = column_names(X)
    order = given if names is None else [str(name) for name in names]
    absent = [name for name in order if name not in given]
    if absent:
        raise ValueError(
            f"X lacks {absent}: pass a table with the columns of fit, {order}."
        )
    types = column_types(X)
    positions = [given.index(name) for name in order]
    return [
        (given[j], _type_of(column(X, j), types[j], given[j])([None, 1])) for j in positions
    ]


def as_table(X: Any) -> Any:
    """Return `X`, (n_samples, n_features), as a frame, an array or a sparse matrix."""
    if columns(X) or sparse.issparse(X):
        return X
    array = np.asarray(X)
    if array.dtype.kind in "US" and not hasattr(X, "dtype"):  # numbers have become text
        array = np.asarray(X, dtype=object)
    if array.ndim != 2:
        raise ValueError(
            f"X has shape {array.shape}, but a table has rows and columns: pass "
            "X.reshape(-1, 1) for one column, X.reshape(1, -1) for one row."
        )
    return array


def is_matrix(X: Any) -> bool:
    """Return whether X, (n_samples, n_features), is numbers of a single type."""
    return sparse.issparse(X) or (isinstance(X, np.ndarray) and X.dtype.kind in "biuf")


def column_names(X: Any) -> list[str]:
    """Return the names of the columns of X, (n_samples, n_features); else x0, x1, ..."""
    names = [name for name, _ in columns(X)]
    if names and all(isinstance(name, str) for name in names):
        return names
    return [f"x{j}" for j in range(X.shape[1])]


def _type_of(values: Any, dtype: Any, name: str) -> Any:
    """Return the type of tensor for a column, (n,), of that type."""
    kind = kind_of(values, dtype)
    check_kind(kind, f"column {name!r}")
    if kind == NUMBERS or all(isinstance(v, Number) for v in present(values)):
        is_single = "float32" in str(dtype).lower() or str(dtype) == "float"  # of pyarrow
        return FloatTensorType if is_single else DoubleTensorType
    return StringTensorType


def present(values: Any) -> list[Any]:
    """Return the different values of a column, (n,), that are there."""
    found, different = codes(values)
    return [different[code] for code in np.unique(found[found >= 0])]


def feed(session: Any, X: Any) -> dict[str, Array]:
    """Return what an onnxruntime session takes for the rows of a table.

    Missing numbers become NaN, missing text "<missing>".

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        Of a graph by `to_onnx`.
    X : {frame, array-like, sparse matrix} of shape (n_samples, n_features)
        A frame has the names that it had for `to_onnx`, in any order.

    Returns
    -------
    inputs : dict of str to array
        For ``session.run(None, inputs)``: a matrix of shape (n_samples, n_features) as "X",
        or an array of shape (n_samples, 1) per column.

    See Also
    --------
    to_onnx : Converts a model.

    Examples
    --------
    >>> import numpy as np
    >>> import onnxruntime
    >>> from sknn import FFNNRegressor
    >>> from sknn.onnx import feed, to_onnx
    >>> X = np.linspace(-1, 1, 40).reshape(-1, 2)
    >>> model = FFNNRegressor(solver="lbfgs", random_state=0).fit(X, X.sum(axis=1))
    >>> graph = to_onnx(model, X).SerializeToString()
    >>> session = onnxruntime.InferenceSession(graph)
    >>> (A,) = session.run(None, feed(session, X[:3]))
    >>> np.allclose(A[:, 0], model.predict(X[:3]))
    True
    """
    X, wanted = as_table(X), session.get_inputs()
    is_matrix = [each.name for each in wanted] == [MATRIX] and not columns(X)
    return {MATRIX: _rows(X, wanted[0])} if is_matrix else _columns(X, wanted)


def _rows(X: Any, wanted: Any) -> Array:
    """Return an array or sparse matrix X, (n_samples, n_features), as an input takes it."""
    return np.asarray(X.toarray() if sparse.issparse(X) else X, dtype=_dtype(wanted))


def _columns(X: Any, wanted: list[Any]) -> dict[str, Array]:
    """Return the columns of X, (n_samples, n_features), as a graph takes them, (n, 1).

    Raises
    ------
    ValueError
        If X lacks a column, or one holds text where the graph takes numbers or the reverse.
    """
    given = column_names(X)
    names = [each.name for each in wanted]
    if names == [MATRIX] and names != given:
        parts = [_cells(column(X, j), wanted[0]) for j in range(X.shape[1])]
        return {MATRIX: np.hstack(parts)}
    absent = [name for name in names if name not in given]
    if absent:
        raise ValueError(f"X lacks {absent}: the graph takes the columns {names}.")
    return {each.name: _cells(column(X, given.index(each.name)), each) for each in wanted}


def _dtype(wanted: Any) -> Any:
    """Return the dtype of an input of a graph."""
    return {"tensor(float)": np.float32, "tensor(double)": np.float64}[wanted.type]


def _cells(values: Any, wanted: Any) -> Array:
    """Return a column, (n,), as an input takes it, of shape (n, 1)."""
    if wanted.type != "tensor(string)":
        try:
            return numbers(values).astype(_dtype(wanted)).reshape(-1, 1)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"X has cells in column {wanted.name!r} that are not numbers, which the "
                f"graph takes there: convert them. {error}"
            ) from error
    found, different = codes(values)
    if any(not isinstance(v, str) for v in present(values)):
        raise ValueError(
            f"X has other cells than text in column {wanted.name!r}, but the graph takes "
            "text there: convert them as in the training data."
        )
    return np.array([*different, MISSING], dtype=object)[found].reshape(-1, 1)
