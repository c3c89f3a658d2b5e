"""Features: the columns of X. Fit and predict prepare X by one and the same object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.validation import check_array, check_consistent_length, validate_data

from ..engine.arrays import Array, Input
from ..warning import warn_user
from .columns import explain, float_types


@dataclass(frozen=True, eq=False)
class Features:
    """The columns of X in the first fit: how many there are, and their names.

    Parameters
    ----------
    attributes : dict
        `n_features_in_`, and `feature_names_in_` if X was a frame with names.
    """

    attributes: dict[str, Any]

    @classmethod
    def of(cls, estimator: Any, X: Any, y: Any) -> tuple[Features, Input, Array]:
        """Return the features of a first fit, with X and y checked.

        Parameters
        ----------
        estimator : estimator
            Named in errors; it is not changed.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)

        Returns
        -------
        features : Features
        X : array or CSR matrix of shape (n_samples, n_features), float32 or float64
        y : array of shape (n_samples,) or (n_samples, n_outputs)
        """
        # validate_data sets attributes before it has seen all of X: not on the estimator.
        probe = view(estimator, {})
        X, y = _checked(probe, X, y, float_types(X), reset=True)
        names = ("n_features_in_", "feature_names_in_")
        found = {name: getattr(probe, name) for name in names if hasattr(probe, name)}
        return cls(found), X, y

    def check(self, estimator: Any, X: Any, y: Any, dtype: Any) -> tuple[Input, Array]:
        """Return later examples as `of` returns them, X in the `dtype` of the network.

        Parameters
        ----------
        estimator : estimator
            A fitted one.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        dtype : dtype
            float32 or float64.

        Raises
        ------
        ValueError
            If the columns are not those of the first fit, or a value is too large for
            `dtype`.
        """
        return _checked(estimator, X, y, dtype, reset=False)

    def check_validation_set(
        self, estimator: Any, X: Any, y: Any, dtype: Any
    ) -> tuple[Input, Array]:
        """Return X_val and y_val as `check` returns X and y; errors name them so.

        Parameters
        ----------
        estimator : estimator
            Named in errors; fitted or not.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        dtype : dtype
            float32 or float64.
        """
        probe = view(estimator, self.attributes)
        X = self._validated(probe, X, dtype, "X_val")
        y = check_array(
            y, accept_sparse="csr", dtype=None, ensure_2d=False, input_name="y_val"
        )
        check_consistent_length(X, y)
        return X, _flat(y)

    def transform(self, estimator: Any, X: Any, dtype: Any) -> Input:
        """Return `X` checked, as an array or CSR matrix of `dtype`.

        Parameters
        ----------
        estimator : estimator
            A fitted one.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        dtype : dtype
            float32 or float64.

        Raises
        ------
        ValueError
            If the columns are not those of the first fit.
        """
        return self._validated(estimator, X, dtype, "X")

    def _validated(self, estimator: Any, X: Any, dtype: Any, name: str) -> Input:
        """Return X checked against the columns of the first fit."""
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # refused here
                checked = validate_data(
                    estimator,
                    X,
                    reset=False,
                    accept_sparse="csr",
                    dtype=dtype,
                    order="C",
                )
        except (TypeError, ValueError) as error:
            explain(X, name, error)
            raise
        return _sound(checked, name)


def view(estimator: Any, fitted: dict[str, Any]) -> Any:
    """Return an estimator with everything of `estimator`, and the attributes `fitted`."""
    other = object.__new__(type(estimator))
    vars(other).update(vars(estimator), **fitted)
    return other


def _checked(
    estimator: Any, X: Any, y: Any, dtype: Any, *, reset: bool
) -> tuple[Input, Array]:
    """Return X as float matrix, dense or CSR, and y as array, each row with its target."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # refused here
            X_checked, y = validate_data(
                estimator,
                X,
                y,
                reset=reset,
                accept_sparse="csr",
                dtype=dtype,
                order="C",
                multi_output=True,
                y_numeric=_is_regression(estimator),
            )
    except (TypeError, ValueError) as error:
        explain(X, "X", error)
        raise
    if y.ndim == 2 and y.shape[1] == 1:
        warn_user(
            "A column-vector y was passed when a 1d array was expected: predictions will "
            "be 1d. Pass y.ravel() to silence this.",
            DataConversionWarning,
        )
    return _sound(X_checked, "X"), _flat(y)


def _is_regression(estimator: Any) -> bool:
    """Return whether y must hold numbers."""
    return bool(estimator._targets_type.task == "regression")


def _flat(y: Array) -> Array:
    """Return y, a column of it as (n,)."""
    if y.ndim == 2 and y.shape[1] == 1:
        dense: Any = y
        return np.ravel(dense.toarray() if sparse.issparse(y) else dense)
    return y


def _sound(X: Input, name: str) -> Input:
    """Return a sparse `X` as floats, or raise a ValueError if its indices are broken."""
    if not sparse.issparse(X):
        return X
    if X.nnz and not 0 <= X.indices.min() <= X.indices.max() < X.shape[1]:
        raise ValueError(
            f"{name} is a sparse matrix with column indices outside its {X.shape[1]} "
            "columns: it is damaged. Its method check_format says more."
        )
    # scikit-learn leaves sparse frames of True and False as they are.
    return X if X.dtype.kind == "f" else X.astype(np.float64)
