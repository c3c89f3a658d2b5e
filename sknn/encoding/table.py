"""TableEncoder: a table of numbers, text, categories and gaps as numbers on one scale."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.validation import (
    _check_feature_names_in,
    _check_sample_weight,
    check_is_fitted,
)

from ..engine.arrays import Array, Input
from .categories import Categories
from .frames import factor_of
from .numbers import Numbers
from .roles import Roles, Table
from .scaling import InputScaling


class TableEncoder(TransformerMixin, BaseEstimator):
    """Turn a table into numbers on one scale, as a neural network needs them.

    Numbers and booleans are standardised; missing ones become the median, and a column of 0
    and 1 says where they were. Text and categories become one column of 0 and 1 per
    category; two categories share one column of -1 and 1, and missing values and unknown
    categories are 0. Columns of a single value are left out. Columns of a frame are found
    by their names, in whatever order they come.

    Parameters
    ----------
    categorical_features : "from_dtype", array-like or None, default="from_dtype"
        Which columns are categories: those of text, objects and category types; or their
        names, their numbers, or a mask of True and False. With None no column is.
    n_bins : int or None, default=None
        Number of bins of the piecewise linear encoding, which comes beside every column of
        numbers: with the quantiles as edges, each bin becomes a column that rises from -1
        at its lower to 1 at its upper edge.
    smooth_clip : float or None, default=None
        Turns a standardised value z into z / √(1 + (z / smooth_clip)²), which is never
        beyond `smooth_clip` standard deviations.
    max_categories : int or None, default=100
        The largest number of columns for the categories of one column: beyond it the rarest
        share one.
    sparse_output : bool or "auto", default="auto"
        Whether to return a sparse matrix; with "auto" where that takes less memory. A
        sparse X is scaled without centring, and stays sparse.
    dtype : {numpy.float64, numpy.float32}, default=numpy.float64
        Type of the output.

    Attributes
    ----------
    categories_ : dict
        The categories of every categorical column, by its name or number.
    n_features_in_ : int
        Number of columns seen during `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if X was a DataFrame with names that are all strings.

    See Also
    --------
    FFNNClassifier, FFNNRegressor : Take a table as it is: this encoder is their default.

    Notes
    -----
    All statistics are weighted: a row of weight 2 counts as two rows. Dates are refused,
    since what they should mean (an age, a season, a day of the week) is for the user to
    say.

    Examples
    --------
    >>> import pandas as pd
    >>> from sknn import TableEncoder
    >>> X = pd.DataFrame({"age": [20, None, 40], "city": ["Rome", "Oslo", "Kyoto"]})
    >>> encoder = TableEncoder(sparse_output=False).set_output(transform="pandas")
    >>> encoder.fit_transform(X).round(1)
       age  age_missing  city_Kyoto  city_Oslo  city_Rome
    0 -0.7          0.0         0.0        0.0        1.0
    1 -0.7          1.0         0.0        1.0        0.0
    2  1.4          0.0         1.0        0.0        0.0
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "categorical_features": [StrOptions({"from_dtype"}), "array-like", None],
        "n_bins": [Interval(Integral, 2, None, closed="left"), None],
        "smooth_clip": [Interval(Real, 0, None, closed="neither"), None],
        "max_categories": [Interval(Integral, 2, None, closed="left"), None],
        "sparse_output": ["boolean", StrOptions({"auto"})],
        "dtype": [Options(type, {np.float64, np.float32})],
    }

    def __init__(
        self,
        *,
        categorical_features: ArrayLike | None = "from_dtype",
        n_bins: int | None = None,
        smooth_clip: float | None = None,
        max_categories: int | None = 100,
        sparse_output: bool | str = "auto",
        dtype: type = np.float64,
    ) -> None:
        self.categorical_features = categorical_features
        self.n_bins = n_bins
        self.smooth_clip = smooth_clip
        self.max_categories = max_categories
        self.sparse_output = sparse_output
        self.dtype = dtype

    @property
    def is_linear(self) -> bool:
        """Whether numbers without gaps are scaled and nothing else."""
        from_dtype = isinstance(self.categorical_features, str)
        no_categories = from_dtype or self.categorical_features is None
        return no_categories and self.n_bins is None and self.smooth_clip is None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        given = tags.input_tags
        given.sparse = given.allow_nan = given.categorical = given.string = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn scales, gaps and categories.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            A frame, an array, or a sparse matrix of numbers.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, >= 0. Rows of weight 0 do not count, whatever is in them.

        Returns
        -------
        self : TableEncoder
        """
        self._validate_params()
        roles, table = Roles.of(self, X)
        w = None
        if sample_weight is not None:
            w = _check_sample_weight(sample_weight, table.X, ensure_non_negative=True)
            if not w.any():
                raise ValueError(
                    "sample_weight is zero for every row: at least one weight must be "
                    "above 0."
                )
        for name, value in roles.attributes.items():
            setattr(self, name, value)
        self._roles = roles
        self._learn(table, w)
        return self

    def _learn(self, table: Table, w: Array | None) -> None:
        """Set what is learned from the columns, with the weights `w`, (n,), or None."""
        if sparse.issparse(table.X):
            column = None if w is None else w[:, np.newaxis]
            scaling = InputScaling.start(table.X).update(table.X, column, None)
            self._scaling: InputScaling | None = scaling
            self.categories_: dict[Any, list[Any]] = {}
            return
        self._scaling = None
        counted = slice(None) if w is None or w.all() else w > 0
        weights = None if w is None else w[counted]
        with np.errstate(over="ignore", invalid="ignore"):  # looked for in `Roles`
            numbers = table.numbers()[counted]
            self._numbers = Numbers.of(numbers, weights, self.n_bins, self.smooth_clip)
        self._categories = {
            number: Categories.of(factor_of(table.column(number)), w, self.max_categories)
            for number in self._roles.categorical
        }
        self.categories_ = {
            self._roles.names[number]: list(found.levels)
            for number, found in self._categories.items()
        }

    def transform(self, X: Any) -> Input:
        """Turn a table into numbers.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            A table with the columns of the one in `fit`.

        Returns
        -------
        X_encoded : {ndarray, sparse matrix} of shape (n_samples, n_features_out)
            Scaled numbers, their bins, the indicators of missing values, the categories.
        """
        check_is_fitted(self)
        table = self._roles.table(self, X)
        if self._scaling is not None:
            X = self._scaling.alike(table.X)
            return self._scaling.encode(X).astype(self.dtype, copy=False)
        if sparse.issparse(table.X):
            raise ValueError(
                "X is sparse, but it was dense in fit: pass X.toarray(), or fit the "
                "encoder to sparse data."
            )
        n = table.n_rows
        numbers: Array = np.empty((n, self._numbers.n_columns), self.dtype)
        with np.errstate(over="ignore"):  # float32 is too narrow for what is far off
            self._numbers.write(table.numbers(), numbers)
        if self._is_sparse():
            parts = [sparse.csr_matrix(numbers), *self._indicators(table)]
            return sparse.hstack(parts, format="csr", dtype=self.dtype)
        out: Array = np.zeros((n, self._n_columns), self.dtype)
        out[:, : numbers.shape[1]] = numbers
        start = numbers.shape[1]
        for number, categories in self._categories.items():
            places, values = categories.code(*self._factor(table, number))
            rows = np.flatnonzero(places >= 0)
            out[rows, start + places[rows]] = values[rows]
            start += categories.n_columns
        return out

    def _factor(self, table: Table, number: int) -> tuple[Any, Any]:
        """Return a categorical column as a factor, and its name."""
        return factor_of(table.column(number)), self._roles.names[number]

    def _indicators(self, table: Table) -> list[Any]:
        """Return the categories as sparse matrices, each of shape (n, n_columns)."""
        matrices = []
        for number, categories in self._categories.items():
            places, values = categories.code(*self._factor(table, number))
            rows = np.flatnonzero(places >= 0)
            shape = (table.n_rows, categories.n_columns)
            entries: Array = values[rows].astype(self.dtype)
            matrices.append(sparse.csr_matrix((entries, (rows, places[rows])), shape))
        return matrices

    @property
    def _n_columns(self) -> int:
        """How many columns the output has."""
        widths = [categories.n_columns for categories in self._categories.values()]
        return self._numbers.n_columns + sum(widths)

    def _is_sparse(self) -> bool:
        """Return whether the output is to be sparse."""
        if not isinstance(self.sparse_output, str):
            return bool(self.sparse_output)
        if _get_output_config("transform", self)["dense"] != "default":
            return False  # frames are dense
        size = np.dtype(self.dtype).itemsize
        filled = self._numbers.n_columns + len(self._categories)
        return filled * (size + 4) < self._n_columns * size

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """Return the names of the output columns.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the columns of X; by default those seen in `fit`, or x0, x1, …

        Returns
        -------
        names : ndarray of str objects of shape (n_features_out,)
        """
        check_is_fitted(self)
        given = [str(name) for name in _check_feature_names_in(self, input_features)]
        if self._scaling is not None:
            return np.asarray(given, dtype=object)
        names = self._numbers.names([given[k] for k in self._roles.numeric])
        for number, categories in self._categories.items():
            names += categories.names(given[number])
        return np.asarray(names, dtype=object)
