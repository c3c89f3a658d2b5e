"""Scaling of the input: columns of mean 0 and spread 1, folded into the first layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from ..engine.arrays import Array, Input
from ..warning import warn_user
from .moments import Moments

FEW = 64.0  # rows whose scale is still too rough to hold the network to it


@dataclass(frozen=True, eq=False)
class InputScaling:
    """A linear scaling of the columns of X that the first layer can take over.

    The network learns from x = (X - mean) / std. Since x W + b = X W' + b' with

        W' = W / std        b' = b - mean W'

    the published first layer is one of X itself. Columns of sparse matrices are divided
    by the root of the mean square of their values other than 0, and not shifted, so that
    they stay sparse. A column that has had one value only gets weights of 0.

    Parameters
    ----------
    moments : Moments
        Of all rows seen so far.
    centred : bool
        Whether the mean is subtracted, as it is unless X is sparse.
    dtype : dtype
        That of X: float32 or float64.
    """

    moments: Moments
    centred: bool
    dtype: Any

    @classmethod
    def start(cls, X: Input) -> InputScaling:
        """Return the scaling before any row of `X`, (n, n_features), was seen."""
        return cls(Moments.start(X.shape[1]), not sparse.issparse(X), X.dtype)

    def alike(self, X: Input) -> Input:
        """Return `X`, (n, n_features), dense or sparse as the rows before were."""
        if self.centred:
            return X.toarray() if sparse.issparse(X) else X
        return X if sparse.issparse(X) else sparse.csr_matrix(X)

    def update(self, X: Input, w: Array | None, rows: Array | None) -> InputScaling:
        """Return the scaling after further examples.

        Parameters
        ----------
        X : array or CSR matrix of shape (n, n_features)
        w : array of shape (n, 1) or None
            Weights. Rows of weight 0 do not count, whatever is in them.
        rows : array of shape (n_rows,) or None
            The rows of X and w to take, None for all.

        Raises
        ------
        ValueError
            If the type of X is too narrow for the spread of a column.
        """
        if w is not None and not w.all():
            rows = np.flatnonzero(w > 0) if rows is None else rows[w[rows, 0] > 0]
        if rows is not None:
            X, w = X[rows], None if w is None else w[rows]
        weights = None if w is None else w[:, 0]
        with np.errstate(over="ignore", invalid="ignore"):  # looked for below
            if self.centred:
                moments = self.moments.after(X, weights)
            else:
                moments = self.moments.merged(_sparse_moments(X, weights))
        scaling = replace(self, moments=moments)
        scaling.check()
        return scaling

    def check(self) -> None:
        """Raise a ValueError if a spread, or one over it, is too large for weights."""
        mean, std, _ = self.moments
        widest = 1e-8 * float(np.finfo(self.dtype).max)
        spread = std[~self.constant]
        wrong = ~np.isfinite(mean + std)
        wrong[~self.constant] |= (spread > widest) | (spread < 1 / widest)
        if wrong.any():
            column = int(np.argmax(wrong))
            raise ValueError(
                f"Column {column} of X has a spread of {std[column]:.3g}, which is too far "
                f"from 1 for {np.dtype(self.dtype).name}: give it in another unit"
                + (", or pass X as float64." if self.dtype == np.float32 else ".")
            )

    def warn_of_rounding(self) -> None:
        """Warn if X varies too little around a mean for its type of float."""
        mean, std, _ = self.moments
        blurred = self.moments.blurred(self.dtype)
        if self.centred and blurred.any():
            column = int(np.argmax(blurred))
            warn_user(
                f"Column {column} of X varies by {std[column]:.2g} around "
                f"{mean[column]:.3g}, too little for {np.dtype(self.dtype).name}: its "
                "values are rounded. Subtract an offset from it"
                + (", or pass X as float64." if self.dtype == np.float32 else ".")
            )

    @property
    def constant(self) -> Array:
        """Which columns have had one value so far, shape (n_features,)."""
        return self.moments.constant

    @property
    def shift(self) -> Array:
        """What is subtracted from X, shape (n_features,), as X is rounded."""
        return self.moments.mean.astype(self.dtype).astype(np.float64)

    @property
    def scale(self) -> Array:
        """What is then divided by, shape (n_features,); 1 for a constant column."""
        return np.where(self.constant, 1.0, self.moments.std)

    @property
    def units(self) -> tuple[Array, Array]:
        """Shift and scale, both (n_features,): training sees (X - shift) / scale."""
        return self.shift, self.scale

    def encode(self, X: Input) -> Input:
        """Return `X`, (n, n_features), as the network learns it; a copy."""
        if not self.centred:
            scaled = sparse.csr_matrix(X, copy=True)
            with np.errstate(over="ignore"):  # of rows of weight 0
                scaled.data /= self.scale.astype(self.dtype)[scaled.indices]
            return scaled
        with np.errstate(over="ignore"):  # of rows of weight 0
            encoded: Array = X - self.shift.astype(self.dtype)
            encoded /= self.scale.astype(self.dtype)
        if self.constant.any():
            encoded[:, self.constant] = 0  # as `fold` leaves them out
        return encoded

    def fold(self, W: Array, b: Array) -> tuple[Array, Array]:
        """Return the first layer's W and b for X as it was given.

        W is of shape (n_features, nodes), b of shape (nodes,).
        """
        folded = W / self.scale[:, np.newaxis]
        if np.any(self.moments.weight):
            folded[self.constant] = 0
        return folded.astype(W.dtype), (b - self.shift @ folded).astype(b.dtype)

    def unfold(self, W: Array, b: Array) -> tuple[Array, Array]:
        """Return the inverse of `fold`, of the same shapes, for columns that vary."""
        shifted = b + self.shift @ W.astype(np.float64)
        return (W * self.scale[:, np.newaxis]).astype(W.dtype), shifted.astype(b.dtype)

    def moved(self, new: InputScaling, W: Array, b: Array) -> tuple[Array, Array]:
        """Return the first layer so that under the scaling `new` it predicts as before.

        As long as few rows have been seen, their scale says little: then the layer stays
        as it is. A column that was constant so far keeps its weights, which have had no
        effect yet.

        Parameters
        ----------
        new : InputScaling
            The scaling after further rows.
        W, b : arrays of shape (n_features, nodes) and (nodes,)
            The layer under this scaling.
        """
        if np.max(self.moments.weight) < FEW:
            return W, b
        ratio = np.where(self.constant, 1.0, new.scale / self.scale)
        W_new = W * ratio[:, np.newaxis]
        b_new = b + ((new.shift - self.shift) / new.scale) @ W_new
        return W_new.astype(W.dtype), b_new.astype(b.dtype)


def _sparse_moments(X: Any, w: Array | None) -> Moments:
    """Return the root mean squares of the values other than 0 of CSR `X`, as spread.

    X is of shape (n, n_features), w of shape (n,) or None.
    """
    n_columns = X.shape[1]
    counts = (X.data != 0).astype(np.float64)
    if w is not None:
        counts *= np.repeat(w, np.diff(X.indptr))
    unit = np.abs(X.data).max(initial=0) or 1.0
    squares = counts * np.square(X.data / unit, dtype=np.float64)
    weight = np.bincount(X.indices, counts, n_columns)
    mean_square = np.bincount(X.indices, squares, n_columns) / np.where(weight, weight, 1)
    return Moments(np.zeros(n_columns), unit * np.sqrt(mean_square), weight)
