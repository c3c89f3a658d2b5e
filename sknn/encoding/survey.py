"""Surveys: what the columns of a part of the rows hold, merged to that of all rows.

Where no process sees all rows, each part is surveyed by itself. Numbers of rows, weights,
moments, ranges, categories and classes of the whole are exact. Medians and quantiles are
those of a sample of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

from ..engine.arrays import Array
from .bins import BinPlan
from .columns import FLOATS, float_types, is_table
from .features import Features, table_encoder
from .kinds import warn_of_dates
from .labels import Labels
from .levels import Levels
from .moments import Moments
from .numbers import Numbers
from .reading import Reading
from .scaling import InputScaling
from .table import TableEncoder
from .targets import Numbers as NumericTargets
from .targets import TargetScaling

SAMPLE = 10_000  # rows of all parts together, for medians and quantiles


@dataclass(frozen=True, eq=False)
class ColumnSurvey:
    """What the columns of some rows hold. Rows of weight 0 do not count.

    Parameters
    ----------
    attributes : dict
        `n_features_in_`, and `feature_names_in_` if X is a frame with names.
    narrow : bool
        Whether X is float32 throughout.
    is_table : bool
        Whether there is anything else than numbers in X.
    labels : list of str of length n_features
        What errors call the columns.
    moments : Moments
        Of the numbers that are not missing, for each column.
    low, high : arrays of shape (n_features,)
        Least and greatest number; NaN if there is none.
    missing : array of shape (n_features,)
        The weight of the rows in which each column is missing.
    categories : dict
        For the number of each categorical column, the weight of each of its values.
    sample : array of shape (m, n_features)
        Some rows; NaN where they are missing, and in categorical columns.
    sample_weight : array of shape (m,)
        How much they stand for.
    """

    attributes: dict[str, Any]
    narrow: bool
    is_table: bool
    labels: list[str]
    moments: Moments
    low: Array
    high: Array
    missing: Array
    categories: dict[int, dict[Any, float]]
    sample: Array
    sample_weight: Array

    @classmethod
    def of(cls, encoder: Any, X: Any, w: Array | None, size: int) -> ColumnSurvey:
        """Return the survey of a part of the rows.

        Parameters
        ----------
        encoder : TableEncoder
            Its choice of categorical features counts; it is not changed.
        X : table of shape (n, n_features), n > 0
        w : array of shape (n,) or None
            Weights above 0.
        size : int
            How many rows to sample.

        Raises
        ------
        ValueError
            If X has values that cannot be encoded.
        """
        reading = Reading.of(encoder, X, encoder.categorical_features)
        n = X.shape[0]
        values = np.full((n, len(reading.labels)), np.nan)
        values[:, ~reading.is_categorical] = reading.numbers(slice(None))
        weights = np.ones(n) if w is None else w
        is_missing = np.isnan(values)
        drawn = np.random.default_rng(0).permutation(n)[:size]
        return cls(
            attributes=reading.attributes,
            narrow=float_types(X) is np.float32,
            is_table=is_table(X),
            labels=reading.labels,
            moments=_moments(values, is_missing, w),
            low=np.fmin.reduce(values, axis=0),
            high=np.fmax.reduce(values, axis=0),
            missing=weights @ is_missing * ~reading.is_categorical,
            categories=_weighed(reading, w),
            sample=values[drawn],
            sample_weight=weights[drawn] * (n / len(drawn)),
        )

    def merged(self, other: ColumnSurvey) -> ColumnSurvey:
        """Return the survey of these rows and the `other` ones.

        Raises
        ------
        ValueError
            If they have other columns, or text where these have numbers.
        """
        self._check_same(other)
        columns = {*self.categories, *other.categories}
        return replace(
            self,
            narrow=self.narrow and other.narrow,
            is_table=self.is_table or other.is_table,
            moments=self.moments.merged(other.moments),
            low=np.fmin(self.low, other.low),
            high=np.fmax(self.high, other.high),
            missing=self.missing + other.missing,
            categories={j: _added(self._values(j), other._values(j)) for j in columns},
            sample=np.concatenate([self.sample, other.sample]),
            sample_weight=np.concatenate([self.sample_weight, other.sample_weight]),
        )

    def _values(self, j: int) -> dict[Any, float]:
        """Return the weights of the values of categorical column `j`, None for missing.

        Elsewhere the column may have looked like one of numbers because all are missing.
        """
        return self.categories.get(j, {None: float(self.missing[j])})

    def _check_same(self, other: ColumnSurvey) -> None:
        """Raise a ValueError if the columns of the `other` rows are not these."""
        if self.labels != other.labels:
            raise ValueError(
                f"The partitions of X have different columns, {self.labels} and "
                f"{other.labels}: give all of them the same ones, in the same order."
            )
        for j in {*self.categories} ^ {*other.categories}:
            numeric = other if j in self.categories else self
            if numeric.low[j] == numeric.low[j]:
                raise ValueError(
                    f"X has text in {self.labels[j]} in some partitions and numbers in "
                    "others: convert the column to one type, for example with astype."
                )

    @property
    def dtype(self) -> Any:
        """The type of float that numbers are trained in."""
        return np.dtype(np.float32 if self.narrow else FLOATS[0])

    @property
    def is_plain(self) -> bool:
        """Whether all columns are numbers without gaps."""
        return not (self.is_table or self.missing.any() or self.categories)

    def features(self, estimator: Any) -> Features:
        """Return the features of all rows, as `Features.of` does for an X in one piece.

        Raises
        ------
        ValueError
            If the parameter `encoder` of the `estimator` does not suit X.
        """
        if estimator.encoder is None:
            self._check_plain()
            return Features(self.attributes, scales=False)
        encoder = table_encoder(estimator)
        if isinstance(encoder, FrozenEstimator):
            return Features(self.attributes, scales=False, encoder=encoder)
        if not isinstance(encoder, TableEncoder):
            raise ValueError(
                f"encoder={encoder!r} cannot be fitted to partitions: use TableEncoder, or "
                "fit it to some rows and pass sklearn.frozen.FrozenEstimator(encoder)."
            )
        if self.is_plain and encoder.is_linear:
            moments = self.moments._replace(weight=float(np.max(self.moments.weight)))
            scaling = InputScaling(moments, centred=True, dtype=self.dtype)
            scaling.check()
            scaling.warn_of_rounding()
            return Features(self.attributes, scales=True, scaling=scaling)
        return Features(self.attributes, scales=False, encoder=self._encoder(encoder))

    def _check_plain(self) -> None:
        """Raise a ValueError if there is anything that needs an encoder."""
        gaps = np.flatnonzero(self.missing).tolist()
        for j in [*gaps, *self.categories]:
            raise ValueError(
                f"X has missing values or text in {self.labels[j]}, but encoder=None takes "
                'X as it is: set encoder="auto", or drop such rows or the column.'
            )

    def _encoder(self, encoder: TableEncoder) -> TableEncoder:
        """Return `encoder` as fitted to all rows."""
        is_categorical = np.zeros(len(self.labels), dtype=bool)
        is_categorical[[*self.categories]] = True
        levels = []
        for j in sorted(self.categories):
            values, weights = (
                [*self.categories[j]],
                np.array([*self.categories[j].values()]),
            )
            codes = np.arange(len(values))
            codes[[value is None for value in values]] = -1
            found = weights > 0
            limit = encoder.max_categories
            levels.append(Levels.fit(codes[found], values, weights[found], limit))
            warn_of_dates(levels[-1].categories, self.labels[j])
        numbers = self.numbers(encoder.bin_plan, encoder.smooth_clip)
        fitted = clone(encoder)
        fitted._publish(self.attributes, is_categorical, numbers, levels)
        return fitted

    def numbers(self, plan: BinPlan, smooth_clip: float | None) -> Numbers:
        """Return what becomes of the numeric columns.

        Medians and bins are those of the sample, everything else is exact.
        """
        numeric = [j for j in range(len(self.labels)) if j not in self.categories]
        low, high = self.low[numeric], self.high[numeric]
        weight = np.broadcast_to(self.moments.weight, self.low.shape)[numeric]
        scaled = np.flatnonzero(low < high)
        gaps = self.missing[numeric]
        indicators = np.flatnonzero((gaps > 0) & (low == low))
        # What a column has beside its numbers, which a sample can do without.
        rows = np.vstack([self.sample[:, numeric], low, high])
        w = np.append(self.sample_weight, np.full(2, 1e-6 * self.sample_weight.min()))
        rough = Numbers.fit(rows, w, plan, smooth_clip)
        mean, std = self.moments.mean[numeric][scaled], self.moments.std[numeric][scaled]
        share = (weight / (weight + gaps))[scaled]
        distance = mean * rough.unit - rough.median
        spread = np.hypot(std * rough.unit, distance * np.sqrt(1 - share))
        return replace(
            rough,
            mean=share * distance,
            std=np.sqrt(share) * spread,
            indicators=indicators,
            missing=(gaps / (weight + gaps))[indicators],
        )


def _moments(values: Array, is_missing: Array, w: Array | None) -> Moments:
    """Return the moments of the numbers in `values`, (n, n_features), for each column.

    `is_missing`, of the same shape, says where there are none; w is (n,) or None.
    """
    n_features = values.shape[1]
    mean, std, weight = np.zeros((3, n_features))
    gaps = is_missing.any(axis=0)
    groups = [np.flatnonzero(~gaps), *np.flatnonzero(gaps)[:, np.newaxis]]
    for columns in groups:
        rows = ~is_missing[:, columns[0]] if len(columns) else np.zeros(0, bool)
        if rows.any():
            whole = rows.all()
            part = values[:, columns] if whole else values[np.ix_(rows, columns)]
            start = Moments.start(len(columns))
            found = start.after(part, w if w is None or whole else w[rows])
            mean[columns], std[columns], weight[columns] = found
    return Moments(mean, std, weight)


def _weighed(reading: Reading, w: Array | None) -> dict[int, dict[Any, float]]:
    """Return the weight of every value of every categorical column; w is (n,) or None."""
    found = {}
    pairs = reading.categories(slice(None))
    for j, (codes, values) in zip(
        np.flatnonzero(reading.is_categorical).tolist(), pairs, strict=True
    ):
        weights = np.bincount(codes + 1, w, len(values) + 1).tolist()
        found[j] = dict(zip([None, *values], weights, strict=True))
    return found


def _added(a: dict[Any, float], b: dict[Any, float]) -> dict[Any, float]:
    """Return the sums of the weights under each key."""
    return {key: a.get(key, 0.0) + b.get(key, 0.0) for key in {**a, **b}}


@dataclass(frozen=True, eq=False)
class LabelSurvey:
    """The classes that occur in some rows, and their weights.

    Parameters
    ----------
    labels : Labels
        With the counts of these rows.
    """

    labels: Labels

    @classmethod
    def of(cls, y: Array, w: Array | None) -> LabelSurvey:
        """Return the survey of `y`, (n,) or (n, n_labels), with w, (n,) or None."""
        labels = Labels.of(y)
        weights = None if w is None else w[:, np.newaxis]
        counted, _ = labels.weighted(labels.transform(y), weights, "balanced", count=True)
        return cls(counted)

    def merged(self, other: LabelSurvey) -> LabelSurvey:
        """Return the survey of these rows and the `other` ones."""
        a, b = self.labels, other.labels
        same = a.multilabel == b.multilabel
        if a.multilabel or not same:
            if not same or len(a.classes) != len(b.classes):
                raise ValueError(
                    "y has partitions of different forms: give all of them one label per "
                    "row, or all of them the same number of columns of 0 and 1."
                )
            total = np.asarray(a.counts) + np.asarray(b.counts)
            return LabelSurvey(replace(a, counts=total))
        kinds = {labels.classes.dtype.kind in "OSUT" for labels in (a, b)}
        if len(kinds) > 1:
            raise ValueError(
                f"y has labels of different types in its partitions, {a.classes[:3]} and "
                f"{b.classes[:3]}: convert y to one type."
            )
        classes = np.unique(np.concatenate([a.classes, b.classes]))
        return LabelSurvey(
            Labels(classes, False, self.counts(classes) + other.counts(classes))
        )

    def counts(self, classes: Array) -> Array:
        """Return the weights of `classes`, (1, n_classes), or labels, (n_labels, 2)."""
        counts = np.asarray(self.labels.counts)
        if self.labels.multilabel:
            return counts
        found = np.zeros((1, len(classes)))
        found[0, np.searchsorted(classes, self.labels.classes)] = counts[0]
        return found

    def targets(self, class_weight: Any) -> Labels:
        """Return the labels of a fit; the counts stay where `class_weight` needs them."""
        return (
            self.labels if class_weight is not None else replace(self.labels, counts=None)
        )

    def example(self, targets: Labels) -> Any:
        """Return rows of Y, (2, n_columns), with least and greatest values."""
        if targets.multilabel:
            return targets.transform(np.eye(2, len(targets.classes), dtype=int))
        return targets.transform(targets.classes[[0, -1]])


@dataclass(frozen=True, eq=False)
class NumberSurvey:
    """Moments and range of the targets in some rows.

    Parameters
    ----------
    moments : Moments
    low, high : arrays of shape (n_columns,)
    """

    moments: Moments
    low: Array
    high: Array

    @classmethod
    def of(cls, y: Array, w: Array | None) -> NumberSurvey:
        """Return the survey of `y`, (n,) or (n, n_columns), with w, (n,) or None."""
        _, Y = NumericTargets.fit_transform(y, None, None, incremental=False)
        return cls(Moments.start(Y.shape[1]).after(Y, w), Y.min(axis=0), Y.max(axis=0))

    def merged(self, other: NumberSurvey) -> NumberSurvey:
        """Return the survey of these rows and the `other` ones."""
        if len(self.low) != len(other.low):
            raise ValueError(
                f"y has {len(self.low)} columns in some partitions and {len(other.low)} in "
                "others: give all of them the same number."
            )
        low, high = np.minimum(self.low, other.low), np.maximum(self.high, other.high)
        return NumberSurvey(self.moments.merged(other.moments), low, high)

    def targets(self, class_weight: Any) -> NumericTargets:
        """Return the targets of a fit, not yet scaled."""
        scaling = TargetScaling.start("", len(self.low))
        return NumericTargets(len(self.low), scaling, self.low, self.high)

    def scaled(self, targets: NumericTargets, link: str) -> NumericTargets:
        """Return the targets with the scale of all rows; see `TargetScaling` for `link`."""
        mean, std, weight = self.moments
        return replace(targets, scaling=TargetScaling(link, mean, std, float(weight)))

    def example(self, targets: NumericTargets) -> Array:
        """Return rows of Y, (2, n_columns), with least and greatest values."""
        return np.stack([self.low, self.high])
