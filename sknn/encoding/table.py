"""TableEncoder: a stand-in in this branch only, until that of branch `encoder` is merged."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data


class TableEncoder(TransformerMixin, BaseEstimator):
    """Stand-in.

    Parameters
    ----------
    n_bins, smooth_clip, dtype : as in the real one
    """

    def __init__(self, *, n_bins=None, smooth_clip=None, dtype=np.float64) -> None:
        self.n_bins = n_bins
        self.smooth_clip = smooth_clip
        self.dtype = dtype

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _split(self, X, reset):
        if hasattr(X, "select_dtypes"):
            validate_data(self, X, reset=reset, skip_check_array=True)
            num = X.select_dtypes(include=["number", "bool"])
            cat = X.select_dtypes(exclude=["number", "bool"])
            return num.to_numpy(float, na_value=np.nan), cat
        X = validate_data(self, X, reset=reset, dtype=float, ensure_all_finite="allow-nan")
        return X, None

    def fit(self, X, y=None, sample_weight=None):
        N, C = self._split(X, True)
        self.median_ = np.nan_to_num(np.nanmedian(N, axis=0)) if N.size else np.zeros(0)
        self.indicated_ = np.flatnonzero(np.isnan(N).any(axis=0))
        F = np.where(np.isnan(N), self.median_, N)
        self.mean_, std = F.mean(axis=0), F.std(axis=0)
        self.std_ = np.where(std > 0, std, 1.0)
        self.edges_ = []
        for j in range(F.shape[1]):
            e = np.unique(np.quantile(F[:, j], np.linspace(0, 1, (self.n_bins or 0) + 1)))
            self.edges_.append(e if self.n_bins and len(e) >= 3 else None)
        self.levels_ = [] if C is None else [sorted(C[c].dropna().unique()) for c in C]
        return self

    def transform(self, X):
        check_is_fitted(self)
        N, C = self._split(X, False)
        F = np.where(np.isnan(N), self.median_, N)
        Z = (F - self.mean_) / self.std_
        if self.smooth_clip:
            Z = Z / np.hypot(1, Z / self.smooth_clip)
        parts = [Z, np.isnan(N)[:, self.indicated_].astype(float)]
        for j, e in enumerate(self.edges_):
            if e is not None:
                t = (F[:, [j]] - e[:-1]) / np.diff(e)
                parts.append(2 * np.clip(t, 0, 1) - 1)
        if C is not None:
            for c, levels in zip(C, self.levels_):
                O = np.stack([(C[c] == v).to_numpy(bool) for v in levels], 1).astype(float)
                parts.append(O[:, [1]] - O[:, [0]] if len(levels) == 2 else O)
        return np.hstack(parts).astype(self.dtype)
