"""Unchanged: the encoder that takes X as it is, checked."""

from __future__ import annotations

from typing import Any, Self

from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..engine.arrays import Array, Input
from .columns import explain, float_types


class Unchanged(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Returns X as floats, float32 as it is, and sparse matrices as CSR.

    scikit-learn's FunctionTransformer lets other kinds of sparse matrices through, whose
    rows cannot be taken.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Note the columns of `X`, (n_samples, n_features); `y` is not looked at."""
        self._checked(X, reset=True)
        return self

    def transform(self, X: Any) -> Input:
        """Return `X`, (n_samples, n_features), as floats, dense or CSR."""
        check_is_fitted(self, "n_features_in_")
        return self._checked(X, reset=False)

    def _pull_back(self, X: Any, G: Array) -> Array:
        """Return `G`, derivatives by the columns of X, (n_samples, n_features), as is."""
        return G

    def _checked(self, X: Any, *, reset: bool) -> Input:
        """Return X as floats; raise a ValueError if they are not finite."""
        try:
            return validate_data(
                self, X, reset=reset, accept_sparse="csr", dtype=float_types(X), order="C"
            )
        except (TypeError, ValueError) as error:
            explain(X, "X", error)
            raise
