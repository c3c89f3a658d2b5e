"""Features: the columns of X. Fit and predict prepare X by one and the same object."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.validation import validate_data

from ..engine.arrays import Array, Input
from ..warning import warn_user

FLOATS = (np.float64, np.float32)  # what is trained as it is; anything else as the first


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
    def of(
        cls, estimator: Any, X: Any, y: Any, least: int
    ) -> tuple[Features, Input, Array]:
        """Return the features of a first fit, with X and y checked.

        Parameters
        ----------
        estimator : estimator
            Named in errors; it is not changed.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        least : int
            How many rows there must be.

        Returns
        -------
        features : Features
        X : array or CSR matrix of shape (n_samples, n_features), float32 or float64
        y : array of shape (n_samples,) or (n_samples, n_outputs)
        """
        # validate_data sets attributes before it has seen all of X: not on the estimator.
        probe = copy.copy(estimator)
        X, y = _checked(probe, X, y, reset=True, least=least)
        names = ("n_features_in_", "feature_names_in_")
        found = {name: getattr(probe, name) for name in names if hasattr(probe, name)}
        return cls(found), X, y

    def view_of(self, estimator: Any) -> Any:
        """Return a copy of the estimator that has these features, for checks."""
        view = copy.copy(estimator)
        vars(view).update(self.attributes)
        return view

    def check(self, estimator: Any, X: Any, y: Any, least: int = 1) -> tuple[Input, Array]:
        """Return later examples as `of` returns them.

        Parameters
        ----------
        estimator : estimator
            A fitted one, or `view_of` one.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        least : int, default=1
            How many rows there must be.

        Raises
        ------
        ValueError
            If the columns are not those of the first fit.
        """
        return _checked(estimator, X, y, reset=False, least=least)

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
        return validate_data(
            estimator, X, reset=False, accept_sparse="csr", dtype=dtype, order="C"
        )


def _checked(
    estimator: Any, X: Any, y: Any, *, reset: bool, least: int
) -> tuple[Input, Array]:
    """Return X as float matrix, dense or CSR, and y as array, each row with its target."""
    X, y = validate_data(
        estimator,
        X,
        y,
        reset=reset,
        accept_sparse="csr",
        dtype=FLOATS,
        order="C",
        ensure_min_samples=least,
        multi_output=True,
        y_numeric=estimator._targets_type.task == "regression",
    )
    if y.ndim == 2 and y.shape[1] == 1:
        warn_user(
            "A column-vector y was passed when a 1d array was expected: predictions will "
            "be 1d. Pass y.ravel() to silence this.",
            DataConversionWarning,
        )
        y = np.ravel(y.toarray() if sparse.issparse(y) else y)
    return X, y
