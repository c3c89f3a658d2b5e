"""Features: the columns of X. Fit and predict prepare X by one and the same object."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import (
    _is_fitted,
    check_array,
    has_fit_parameter,
    validate_data,
)

from ..engine.arrays import Array, Input
from ..engine.data import Data
from .checked import checked_numbers, checked_table, dense_frame, flat, sound
from .columns import (
    FLOATS,
    explain,
    float_types,
    is_table,
    raise_for_lengths,
)
from .scaling import InputScaling
from .table import TableEncoder
from .unchanged import Unchanged
from .view import view


@dataclass(frozen=True, eq=False)
class Features:
    """The columns of X in the first fit, and how they become numbers on one scale.

    Parameters
    ----------
    attributes : dict
        `n_features_in_`, and `feature_names_in_` if X was a frame with names.
    scales : bool
        Whether the columns are numbers that the first layer brings to one scale.
    encoder : transformer or None, default=None
        What turns a table into numbers: not yet fitted before `fit_transform`. None where
        X itself is numbers.
    scaling : InputScaling or None, default=None
        That of the rows trained on so far, with `scales`.
    """

    attributes: dict[str, Any]
    scales: bool
    encoder: Any = None
    scaling: InputScaling | None = None

    @classmethod
    def of(cls, estimator: Any, X: Any, y: Any) -> tuple[Features, Any, Array]:
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
            As it was given where an encoder is to see it first.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
        """
        # validate_data sets attributes before it has seen all of X: not on the estimator.
        probe, encoder = view(estimator, {}), encoder_for(estimator, X)
        scales = encoder is None and estimator.encoder is not None
        if encoder is None:
            try:
                checked = checked_numbers(probe, X, y, float_types(X), reset=True)
            except ValueError as error:
                if (
                    not scales
                    or sparse.issparse(X)
                    or "Input X contains NaN" not in str(error)
                ):
                    raise
                encoder, scales = table_encoder(estimator), False
        if encoder is not None:
            checked = checked_table(probe, X, y, reset=True)
        elif scales:
            checked = dense_frame(X, checked[0]), checked[1]
        names = ("n_features_in_", "feature_names_in_")
        found = {name: getattr(probe, name) for name in names if hasattr(probe, name)}
        return cls(found, scales, encoder), *checked

    def check(self, estimator: Any, X: Any, y: Any, dtype: Any) -> tuple[Any, Array]:
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
        if self.encoder is not None:
            return checked_table(estimator, X, y, reset=False)
        finite = True if self.scaling is None else "allow-nan"
        X, y = checked_numbers(estimator, X, y, dtype, reset=False, finite=finite)
        return self._filled(X), y

    def numbers(
        self, estimator: Any, X: Any, y: Any, dtype: Any, ending: str = ""
    ) -> tuple[Input, Array]:
        """Return X as the network takes it, and y checked.

        Parameters
        ----------
        estimator : estimator
            Named in errors; fitted or not.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        dtype : dtype
            float32 or float64.
        ending : str, default=""
            "_val" for a validation set: errors name X_val and y_val then.
        """
        probe, names = view(estimator, self.attributes), (f"X{ending}", f"y{ending}")
        X = self._numbers(probe, X, dtype, names[0])
        y = check_array(
            y, accept_sparse="csr", dtype=None, ensure_2d=False, input_name=names[1]
        )
        raise_for_lengths(X, y, *names)
        return X, flat(y)

    def fit_transform(
        self, X: Any, y: Array, w: Array | None, rows: Array | None
    ) -> tuple[Features, Input]:
        """Return the features with their encoder fitted, and X as numbers, of all rows.

        Parameters
        ----------
        X : as `of` returns it, of shape (n_samples, n_features)
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            For encoders that look at the targets.
        w : array of shape (n_samples, 1) or None
            Weights, for encoders that take them.
        rows : array of shape (n,) or None
            The rows to train on: the encoder is fitted on no others.

        Returns
        -------
        features : Features
        X : array or CSR matrix of shape (n_samples, n_columns)
        """
        if self.encoder is None:
            return self, X
        if _is_fitted(self.encoder):  # training continues: the columns stay as they are
            return self, self._encoded(X, "X")
        encoder, weights = clone(self.encoder), {}
        part, y = (X, y) if rows is None else (_safe_indexing(X, rows), y[rows])
        takes_weights = has_fit_parameter(encoder, "sample_weight")
        if w is not None and w.any() and takes_weights:
            weights["sample_weight"] = w[:, 0] if rows is None else w[rows, 0]
        features = replace(self, encoder=encoder)
        if rows is None:
            encoded = encoder.fit_transform(part, y, **weights)
            return features, _matrix(encoded, FLOATS, "X")
        encoder.fit(part, y, **weights)
        return features, features._encoded(X, "X")

    def scaled(self, data: Data, goes_on: bool) -> tuple[Features, Input]:
        """Return the features with the scale of the rows to train on, and X in that scale.

        X is of shape (n, n_columns), of all rows. Those of weight 0, which may hold
        anything, are rows of 0.

        Parameters
        ----------
        data : Data
        goes_on : bool
            Whether the rows seen before count, too.
        """
        X, w = data.X, data.w
        ignored = None if w is None or w.all() else w[:, 0] == 0
        if not self.scales:
            return self, X if ignored is None else blanked(X.copy(), ignored)
        scaling = self.scaling
        if scaling is None or not goes_on:
            scaling = InputScaling.start(X)
        X = scaling.alike(X)
        scaling = scaling.update(X, data.w, data.indices)
        X = scaling.encode(X)
        X = X if ignored is None else blanked(X, ignored)
        return replace(self, scaling=scaling), X

    def transform(self, estimator: Any, X: Any, dtype: Any) -> Input:
        """Return `X` checked and encoded, as an array or CSR matrix of `dtype`.

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
        return self._numbers(estimator, X, dtype, "X")

    def pull_back(self, estimator: Any, X: Any, G: Array) -> Array:
        """Return derivatives by the encoded columns as those by the columns of X.

        Parameters
        ----------
        estimator : estimator
            A fitted one.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        G : array of shape (n_samples, n_columns)
            By what the network takes. It may be overwritten.

        Returns
        -------
        array of shape (n_samples, n_features)
            NaN where a value is missing or a category.

        Raises
        ------
        TypeError
            If the derivative of the encoder is not known.
        """
        if self.encoder is None:
            X = self._checked(estimator, X, G.dtype, "X")
            if not sparse.issparse(X):
                G[np.isnan(X)] = np.nan
            return G
        # A subclass may encode in another way.
        if type(self.encoder) not in (TableEncoder, Unchanged):
            raise TypeError(
                f"input_gradient does not know the derivative of encoder={self.encoder!r}: "
                "use TableEncoder, or put the encoder before the network in a Pipeline; "
                "with encoder=None the derivative is that by its output columns."
            )
        pulled_back: Array = self.encoder._pull_back(X, G)
        return pulled_back

    def _numbers(self, estimator: Any, X: Any, dtype: Any, name: str) -> Input:
        """Return X checked against the columns of the first fit, as numbers."""
        if self.encoder is not None:
            return self._encoded(X, name, dtype)
        return self._filled(self._checked(estimator, X, dtype, name))

    def _checked(self, estimator: Any, X: Any, dtype: Any, name: str) -> Input:
        """Return numbers X, (n, n_features), checked; missing ones are NaN."""
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # refused here
                checked = validate_data(
                    estimator,
                    X,
                    reset=False,
                    accept_sparse="csr",
                    dtype=dtype,
                    order="C",
                    ensure_all_finite=True if self.scaling is None else "allow-nan",
                )
        except (TypeError, ValueError) as error:
            explain(X, name, error, encodes=self.scaling is None)
            raise
        found: Input = sound(checked, name)
        return found

    def _encoded(self, X: Any, name: str, dtype: Any = FLOATS) -> Input:
        """Return the table X, (n, n_features), as numbers, (n, n_columns)."""
        try:
            encoded = self.encoder.transform(X)
        except (TypeError, ValueError) as error:
            if name == "X":
                raise
            raise ValueError(f"{name}: {error}") from error
        return _matrix(encoded, dtype, name)

    def _filled(self, X: Input) -> Input:
        """Return numbers `X`, (n, n_features), with the means for missing values."""
        if self.scaling is None or sparse.issparse(X):
            return X
        missing = np.isnan(X)
        if missing.any():
            X = np.where(missing, self.scaling.shift.astype(X.dtype), X)
        return X


def table_encoder(estimator: Any) -> Any:
    """Return the unfitted encoder that the parameter `encoder`, not None, stands for."""
    return TableEncoder() if isinstance(estimator.encoder, str) else estimator.encoder


def encoder_for(estimator: Any, X: Any) -> Any:
    """Return the unfitted encoder that X, (n_samples, n_features), has to go through.

    None if X is taken as it is, or only brought to one scale, as numbers are by default.
    """
    if estimator.encoder is None:
        return None
    encoder = table_encoder(estimator)
    is_linear = isinstance(encoder, TableEncoder) and encoder.is_linear
    return encoder if is_table(X) or not is_linear else None


def blanked(X: Input, rows: Array) -> Input:
    """Return `X`, (n, n_columns), with 0 in the `rows` of a mask, (n,), in place."""
    if sparse.issparse(X):
        X.data[np.repeat(rows, np.diff(X.indptr))] = 0
    else:
        X[rows] = 0
    return X


def _matrix(encoded: Any, dtype: Any, name: str) -> Input:
    """Return the output of an encoder, (n, n_columns), as array or CSR matrix of float.

    Where it has left out all columns, as those of a single row, there is one of zeros.
    """
    if not encoded.shape[1]:
        return np.zeros((encoded.shape[0], 1), np.result_type(*np.atleast_1d(dtype)[:1]))
    with np.errstate(over="ignore", invalid="ignore"):  # refused here
        matrix: Input = check_array(
            encoded, accept_sparse="csr", dtype=dtype, order="C", input_name=name
        )
    return matrix
