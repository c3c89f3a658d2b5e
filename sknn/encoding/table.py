"""Tables of numbers and categories as a matrix of numbers: a transformer."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.validation import (
    _check_feature_names_in,
    _check_sample_weight,
    check_is_fitted,
)

from ..engine.arrays import Array, Input
from .bins import BinPlan
from .checked import SPARSE_BELOW
from .kinds import warn_of_dates
from .levels import Levels
from .numbers import Numbers
from .reading import Reading
from .versions import Versioned

NO_WEIGHT = 1e-200  # times the largest weight: less is no weight, as its square would be


class TableEncoder(Versioned, TransformerMixin, BaseEstimator):
    """Encode a table of numbers and categories as a matrix of numbers.

    Numbers, including booleans, are scaled to mean 0 and standard deviation 1. Missing ones
    are replaced by the median; if the training rows have any, a column of 0 and 1 marks
    them. Categories become columns of 0 and 1, or one column of -1 and +1 if there are two.
    A missing or unknown category is 0 in all these columns. Columns with the same value in
    all training rows are left out.

    The output has the scaled numbers first, then bins, indicators of missing values, and
    categories. Means, deviations, medians, quantiles and frequencies are weighted: a weight
    of k is the same as k copies of the row, and a weight of 0 the same as no row.

    Parameters
    ----------
    categorical_features : "from_dtype", array-like of str, int or bool, or None, \
default="from_dtype"
        The columns to encode as categories: by their types (text, category, Enum, and
        objects that are not all numbers), by names, by numbers from 0, by a mask, or none.
    n_bins : int, default=None
        If given, each column of numbers is also encoded piecewise linearly, in bins between
        its quantiles at 0, 1/n_bins, ..., 1: a column for each bin, which is -s to the left
        of it, +s to the right, and increases linearly within. A column with fewer than two
        bins of different numbers, such as one of 0 and 1, gets no bins.
    bin_scale : float or "auto", default="auto"
        s. "auto" is 1/sqrt(k) for a column with k bins, so that all of them together count
        about as much as the column itself.
    smooth_clip : float, default=None
        If given, scaled numbers z become z / sqrt(1 + (z / smooth_clip)^2), between
        -smooth_clip and smooth_clip.
    max_categories : int or None, default=255
        The largest number of output columns for one column of categories. If it has more
        categories, the least frequent share the last one, "infrequent". None for no limit.
    sparse_output : bool or "auto", default="auto"
        Whether the output is a sparse matrix. "auto" chooses CSR if X in fit is sparse, or
        if less than 0.3 of the values are other than 0: then it takes less memory and less
        time. It is dense if `set_output` asks for a frame.
    dtype : {np.float64, np.float32}, default=np.float64
        The type of the output.

    Attributes
    ----------
    categories_ : list of array of object
        The categories of each column of categories, in ascending order.
    is_categorical_ : bool array of shape (`n_features_in_`,)
        Which columns are categories.
    sparse_output_ : bool
        Whether the output is a sparse matrix.
    n_features_out_ : int
        Number of output columns.
    n_features_in_ : int
        Number of columns in `fit`.
    feature_names_in_ : array of str of shape (`n_features_in_`,)
        Names of the columns in `fit`, if X is a frame in which all names are strings.

    See Also
    --------
    FFNNClassifier : Classifier that uses it by default.
    FFNNRegressor : Regressor that uses it by default.
    sklearn.compose.ColumnTransformer : Other encoders for chosen columns.

    Notes
    -----
    Frames of pandas, polars and pyarrow are accepted, with columns in any order in
    `transform`: they are found by their names. Arrays and lists are accepted too, and
    sparse matrices of numbers without missing values, which are scaled but not centred.

    Categories are compared by value: 1, 1.0 and True are the same category.

    The bins are those of Gorishniy, Rubachev, Babenko (2022), On embeddings for numerical
    features in tabular deep learning, mapped from [0, 1] to [-s, s].

    Examples
    --------
    >>> import pandas as pd
    >>> from sknn import TableEncoder
    >>> X = pd.DataFrame(
    ...     {"age": [20, 40, None], "city": ["Rome", "Oslo", "Bern"], "pet": list("aba")}
    ... )
    >>> encoder = TableEncoder().set_output(transform="pandas")
    >>> encoder.fit_transform(X).round(1).T
                   0    1    2
    age         -0.7  1.4 -0.7
    age_missing  0.0  0.0  1.0
    city_Bern    0.0  0.0  1.0
    city_Oslo    0.0  1.0  0.0
    city_Rome    1.0  0.0  0.0
    pet_b       -1.0  1.0 -1.0
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "categorical_features": [StrOptions({"from_dtype"}), "array-like", None],
        "n_bins": [Interval(Integral, 2, None, closed="left"), None],
        "bin_scale": [Interval(Real, 0, None, closed="neither"), StrOptions({"auto"})],
        "smooth_clip": [Interval(Real, 0, None, closed="neither"), None],
        "max_categories": [Interval(Integral, 2, None, closed="left"), None],
        "sparse_output": ["boolean", StrOptions({"auto"})],
        "dtype": [
            Options(type, {np.float64, np.float32}),
            StrOptions({"float64", "float32"}),
        ],
    }

    def __init__(
        self,
        *,
        categorical_features: Any = "from_dtype",
        n_bins: int | None = None,
        bin_scale: float | str = "auto",
        smooth_clip: float | None = None,
        max_categories: int | None = 255,
        sparse_output: bool | str = "auto",
        dtype: Any = np.float64,
    ) -> None:
        self.categorical_features = categorical_features
        self.n_bins = n_bins
        self.bin_scale = bin_scale
        self.smooth_clip = smooth_clip
        self.max_categories = max_categories
        self.sparse_output = sparse_output
        self.dtype = dtype

    @property
    def bin_plan(self) -> BinPlan:
        """How columns of numbers are divided into bins."""
        return BinPlan(self.n_bins, self.bin_scale)

    @property
    def is_linear(self) -> bool:
        """Whether numbers without gaps are scaled and nothing else."""
        chosen = self.categorical_features
        no_choice = chosen is None or isinstance(chosen, str)
        return no_choice and self.n_bins is None and self.smooth_clip is None

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Learn the columns, their scales and their categories.

        Parameters
        ----------
        X : {frame, array-like, sparse matrix} of shape (n_samples, n_features)
            The training rows.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, not negative. None for equal weights.

        Returns
        -------
        TableEncoder
            The encoder itself.

        Raises
        ------
        ValueError
            If a column has dates or infinite numbers, or if `categorical_features` names
            columns that do not exist or leaves out one with text. The encoder then stays
            as it was.
        TypeError
            If a cell is neither a number nor text, such as a list.
        """
        reading = Reading.of(self, X, self.categorical_features)
        self._check_sparse(reading.X)
        w, rows = _weights(sample_weight, reading.X)
        numbers, categories = reading.numbers(rows), reading.categories(rows)
        scaling = Numbers.fit(numbers, w, self.bin_plan, self.smooth_clip)
        limit = self.max_categories
        levels = [Levels.fit(codes, values, w, limit) for codes, values in categories]
        for each, label in zip(levels, reading.categorical_labels, strict=True):
            warn_of_dates(each.categories, label)
        self._publish(reading.attributes, reading.is_categorical, scaling, levels)
        return self

    def transform(self, X: Any) -> Any:
        """Encode rows.

        Parameters
        ----------
        X : {frame, array-like, sparse matrix} of shape (n_samples, n_features)
            The columns of a frame are found by their names, in any order.

        Returns
        -------
        array, CSR matrix or frame of shape (n_samples, `n_features_out_`)
            A frame if `set_output` asks for one.

        Raises
        ------
        ValueError
            If columns are missing or unknown, if one has another type than in `fit`, or
            has infinite numbers.
        """
        check_is_fitted(self)
        reading = Reading.later(self, X)
        numbers = reading.numbers(slice(None))
        self._check_form(numbers)
        if sparse.issparse(numbers):
            out = self._scaling.transform_sparse(numbers, self.dtype)
            return out if self.sparse_output_ else out.toarray()
        pairs = reading.categories(slice(None))
        labels = reading.categorical_labels
        encoded = [
            levels.encode(*pair, label)
            for levels, pair, label in zip(self._levels, pairs, labels, strict=True)
        ]
        is_auto = self.sparse_output == "auto"
        if self.sparse_output_ and not (is_auto and self._frames_are_asked_for()):
            return self._sparse(numbers, encoded)
        return self._dense(numbers, encoded)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Return the names of the output columns.

        Parameters
        ----------
        input_features : array-like of str of shape (`n_features_in_`,), default=None
            Names of the columns. None for those in `fit`, or x0, x1, ... without any.

        Returns
        -------
        array of str of shape (`n_features_out_`,)
            For example age, age_bin1, age_missing, city_Paris.
        """
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        out = self._scaling.names(names[~self.is_categorical_].tolist())
        categorical = names[self.is_categorical_]
        for name, levels in zip(categorical, self._levels, strict=True):
            out += [f"{name}_{ending}" for ending in levels.names]
        return np.array(out, dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Return what the encoder accepts, for scikit-learn."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        chosen = self.categorical_features
        is_default = chosen is None or isinstance(chosen, str)
        tags.input_tags.sparse = is_default and self.n_bins is None
        # Not `string`: it would promise that a cell may be of any type, such as a dict.
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _pull_back(self, X: Any, G: Array) -> Array:
        """Return derivatives by the output columns as those by the columns of X.

        X is of shape (n, n_features), G of (n, n_features_out_). Where a value is missing
        or a category, there is none: NaN.
        """
        numbers = Reading.later(self, X).numbers(slice(None))
        if sparse.issparse(numbers):
            numbers = numbers.toarray()  # as the derivatives are: those at 0 are not 0
        pulled_back = np.full((len(numbers), self.n_features_in_), np.nan, G.dtype)
        pulled_back[:, ~self.is_categorical_] = self._scaling.pull_back(numbers, G)
        return pulled_back

    def _check_sparse(self, X: Any) -> None:
        """Raise a ValueError if X, (n, n_features), is sparse and bins are asked for."""
        if sparse.issparse(X) and self.n_bins is not None:
            raise ValueError(
                f"X is sparse, but n_bins={self.n_bins} needs a dense X, because 0 does "
                "not stay 0: set n_bins=None, or pass X.toarray()."
            )

    def _check_form(self, numbers: Input) -> None:
        """Raise a ValueError if `numbers`, (n, n_columns), are not sparse as in fit."""
        if sparse.issparse(numbers):
            if self._scaling.centred:
                raise ValueError(
                    "X is sparse, but in fit it was dense, and centred columns are not "
                    "sparse: pass X.toarray(), or fit on a sparse matrix."
                )
        elif not self._scaling.centred and np.isnan(numbers).any():
            raise ValueError(
                "X contains NaN, but in fit it was sparse, where missing values have no "
                "median: fill them in, for example with SimpleImputer."
            )

    def _publish(
        self,
        attributes: dict[str, Any],
        is_categorical: Array,
        scaling: Numbers,
        levels: list[Levels],
    ) -> None:
        """Set all attributes: nothing can go wrong any more."""
        if hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        for name, value in attributes.items():
            setattr(self, name, value)
        self.categories_ = [column.categories for column in levels]
        self.is_categorical_ = is_categorical
        self.n_features_out_ = scaling.n_columns + sum(len(each.names) for each in levels)
        self._scaling, self._levels = scaling, levels
        self.sparse_output_ = bool(self.sparse_output)
        if self.sparse_output == "auto":
            self.sparse_output_ = not scaling.centred or self._is_better_sparse()

    def _is_better_sparse(self) -> bool:
        """Return whether products with CSR take less time for the training rows.

        So they do below a density of about `SPARSE_BELOW`; it takes less memory, too.
        """
        scaling = self._scaling
        filled = len(scaling.scaled) + len(scaling.bins.column) + scaling.missing.sum()
        filled += sum(levels.filled.sum() for levels in self._levels)
        return bool(filled < SPARSE_BELOW * self.n_features_out_)

    def _frames_are_asked_for(self) -> bool:
        """Return whether `set_output` asks for frames, which are dense."""
        return bool(_get_output_config("transform", self)["dense"] != "default")

    def _dense(self, numbers: Array, encoded: list[tuple[Array, Array]]) -> Array:
        """Return the output as an array, (n, n_features_out_)."""
        n_rows, start = len(numbers), self._scaling.n_columns
        out = np.zeros((n_rows, self.n_features_out_), dtype=self.dtype)
        self._scaling.transform(numbers, out[:, :start])
        for levels, (column, value) in zip(self._levels, encoded, strict=True):
            rows = np.flatnonzero(column >= 0)
            out[rows, start + column[rows]] = value[rows]
            start += len(levels.names)
        return out

    def _sparse(self, numbers: Array, encoded: list[tuple[Array, Array]]) -> Input:
        """Return the output as a CSR matrix, (n, n_features_out_)."""
        n_rows, start = len(numbers), self._scaling.n_columns
        dense = np.empty((n_rows, start), dtype=self.dtype)
        self._scaling.transform(numbers, dense)
        blocks = [sparse.csr_matrix(dense)]
        for levels, (column, value) in zip(self._levels, encoded, strict=True):
            rows = np.flatnonzero(column >= 0)
            cells = value[rows].astype(self.dtype), (rows, column[rows])
            blocks.append(sparse.csr_matrix(cells, shape=(n_rows, len(levels.names))))
        return sparse.hstack(blocks, format="csr", dtype=self.dtype)


def _weights(sample_weight: Any, X: Any) -> tuple[Array | None, Any]:
    """Return the weights above 0, and the rows that have them."""
    if sample_weight is None:
        return None, slice(None)
    w = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
    if not w.any():
        raise ValueError(
            "All sample weights are 0, which leaves no rows to learn from: give some rows "
            "a weight above 0."
        )
    _, exponent = np.frexp(w.max())
    w = np.ldexp(w, -exponent)  # between 0 and 1, without rounding
    counts = w > NO_WEIGHT
    return (w, slice(None)) if counts.all() else (w[counts], counts)
