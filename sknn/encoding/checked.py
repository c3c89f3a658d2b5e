"""X and y as scikit-learn's validation returns them, with errors that name the column."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.validation import _check_feature_names, _check_n_features, validate_data

from ..engine.arrays import Array, Input
from ..warning import warn_user
from .columns import explain, explain_target, raise_for_lengths
from .view import view

SPARSE_BELOW = 0.3  # density of frames and encoded tables, as in ColumnTransformer


def checked_numbers(
    estimator: Any, X: Any, y: Any, dtype: Any, *, reset: bool, finite: Any = True
) -> tuple[Input, Array]:
    """Return X and y checked, with a target for each row.

    Parameters
    ----------
    estimator : estimator
        Named in errors; with `reset` it gets the names and the number of the columns.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    dtype : dtype or list of dtype
        Types of float that X may have; any other becomes the first.
    reset : bool
        Whether this is a first fit; else the columns must be those of the one before.
    finite : bool or "allow-nan", default=True
        Whether X must be finite.
    """
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # refused here
            options = {"accept_sparse": "csr", "dtype": dtype, "order": "C"}
            options |= {"ensure_all_finite": finite, "y_numeric": _is_regression(estimator)}
            X_checked, y = validate_data(
                estimator, X, y, reset=reset, multi_output=True, **options
            )
    except (TypeError, ValueError) as error:
        explain_target(X, y, error)
        explain(X, "X", error)
        raise
    return sound(X_checked, "X"), _targets(y)


def check_target(estimator: Any, y: Any) -> Array:
    """Return `y`, (n,) or (n, n_outputs), as a checked array, without an X.

    Parameters
    ----------
    estimator : estimator
        Named in errors; it is not changed.
    y : array-like of shape (n,) or (n, n_outputs)
    """
    checked = validate_data(
        view(estimator, {}),
        "no_validation",
        y,
        multi_output=True,
        y_numeric=_is_regression(estimator),
    )
    return _targets(checked)


def checked_table(estimator: Any, X: Any, y: Any, *, reset: bool) -> tuple[Any, Array]:
    """Return the table X as it is, for its encoder to check, and y as array.

    Parameters
    ----------
    estimator : estimator
        Named in errors; with `reset` it gets the names and the number of the columns.
    X : table of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    reset : bool
        Whether this is a first fit.
    """
    if reset:
        _check_feature_names(estimator, X, reset=True)
        _check_n_features(estimator, X, reset=True)
    probe = object.__new__(type(estimator))  # which knows no names that X could lack
    vars(probe).update(estimator.get_params(deep=False))
    numeric = _is_regression(estimator)
    try:
        y = validate_data(probe, y=y, multi_output=True, y_numeric=numeric)
    except ValueError as error:
        explain_target(X, y, error)
        raise
    raise_for_lengths(X, y, "X", "y")
    return X, _targets(y)


def dense_frame(X: Any, checked: Any) -> Any:
    """Return what was `checked` of X, dense if X is a frame of columns with few zeros.

    Then dense columns are faster, and they are brought to one scale as in other frames.
    Both are of shape (n_samples, n_features).
    """
    return checked if sparse.issparse(X) else dense_from(checked, SPARSE_BELOW)


def dense_from(X: Any, density: float) -> Any:
    """Return `X`, (n, n_columns), dense if a share of `density` or more is not 0."""
    if not sparse.issparse(X):
        return X
    share = X.nnz / max(np.prod(X.shape, dtype=float), 1.0)
    return X.toarray() if share >= density else X


def _targets(y: Array) -> Array:
    """Return y, (n,) or (n, n_outputs); a single column as (n,), with a warning."""
    if y.ndim == 2 and y.shape[1] == 1:
        warn_user(
            "A column-vector y was passed when a 1d array was expected: predictions will "
            "be 1d. Pass y.ravel() to silence this.",
            DataConversionWarning,
        )
    return flat(y)


def _is_regression(estimator: Any) -> bool:
    """Return whether y must hold numbers."""
    return bool(estimator._targets_type.task == "regression")


def flat(y: Array) -> Array:
    """Return `y`, (n,) or (n, n_outputs), a single column as (n,)."""
    if y.ndim == 2 and y.shape[1] == 1:
        dense: Any = y
        return np.ravel(dense.toarray() if sparse.issparse(y) else dense)
    return y


def sound(X: Input, name: str) -> Input:
    """Return a sparse `X`, (n, n_features), as floats; a ValueError if it is damaged."""
    if not sparse.issparse(X):
        return X
    if X.nnz and not 0 <= X.indices.min() <= X.indices.max() < X.shape[1]:
        raise ValueError(
            f"{name} is a sparse matrix with column indices outside its {X.shape[1]} "
            "columns: it is damaged. Call its method check_format for details."
        )
    # scikit-learn leaves sparse frames of True and False as they are.
    return X if X.dtype.kind == "f" else X.astype(np.float64)
