"""Levels of one categorical column, and the output columns that they become."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np

from ..engine.arrays import Array


@dataclass(frozen=True, eq=False)
class Levels:
    """The levels of a categorical column, each with its output column and value there.

    Three levels or more have a column each, with a 1 in the rows that have this level. Two
    levels share one column of -1 and +1. A missing or unknown value is a row of zeros. One
    level is a column only where it tells something: where other values are missing.

    Parameters
    ----------
    categories : array of object of shape (n_levels,)
        The levels in ascending order.
    column : array of int of shape (n_levels,)
        The output column of each; -1 for none.
    value : array of shape (n_levels,)
        What stands in this column: 1, or -1 for the first of two levels.
    names : list of str
        The endings of the names of the output columns.
    filled : array of shape (n_columns,)
        The share of training rows with a value other than 0, by weight.
    """

    categories: Array
    column: Array
    value: Array
    names: list[str]
    filled: Array

    @classmethod
    def fit(
        cls, codes: Array, values: list[Any], w: Array | None, max_categories: int | None
    ) -> Levels:
        """Return the levels of a column.

        Parameters
        ----------
        codes : array of int of shape (n,)
            -1 where the value is missing.
        values : list
            The value of each code.
        w : array of shape (n,) or None
            Weights above 0.
        max_categories : int or None
            The largest number of output columns. Beyond it the levels of least weight share
            the last; of equal ones, the earlier in the order keeps its own.
        """
        weights = np.bincount(codes + 1, weights=w, minlength=len(values) + 1)
        total, weights = weights.sum(), weights[1:]
        order = _ascending(
            [code for code in range(len(values)) if weights[code] > 0], values
        )
        categories = np.empty(len(order), dtype=object)
        categories[:] = [values[code] for code in order]
        names = [str(category) for category in categories]
        value, column = np.ones(len(order)), np.arange(len(order))
        weights = weights[order]
        if len(order) == 1 and weights[0] == total:
            column, names = np.array([-1]), []
        elif len(order) == 2:
            column, value, names = np.zeros(2, dtype=int), np.array([-1.0, 1.0]), names[1:]
        elif max_categories is not None and len(order) > max_categories:
            column = _shared(weights, max_categories)
            own = np.flatnonzero(column < max_categories - 1)
            names = [*(names[level] for level in own), "infrequent"]
        filled = np.bincount(column + 1, weights=weights, minlength=len(names) + 1)[1:]
        return cls(categories, column, value, names, filled / total)

    def encode(self, codes: Array, values: list[Any], label: str) -> tuple[Array, Array]:
        """Return the output column of each row, (n,), -1 for none, and its value, (n,).

        `codes`, (n,), and `values` are those of another column with the name `label`.

        Raises
        ------
        ValueError
            If the values are text where the levels are numbers, or the reverse.
        """
        known = {category: level for level, category in enumerate(self.categories.tolist())}
        levels = np.array([known.get(value, -1) for value in values] + [-1], dtype=int)
        if len(known) and not (levels >= 0).any():
            self._check_types(codes, values, label)
        levels = levels[codes]
        column, value = np.append(self.column, -1), np.append(self.value, 0.0)
        return column[levels], value[levels]

    def _check_types(self, codes: Array, values: list[Any], label: str) -> None:
        """Raise a ValueError if no value that occurs is of the type of any level."""
        found = np.unique(codes[codes >= 0])
        given = {_type(values[code]) for code in found}
        fitted = {_type(category) for category in self.categories}
        if given and not given & fitted:
            raise ValueError(
                f"X has {' and '.join(sorted(given))} in {label}, but in fit it had "
                f"{' and '.join(sorted(fitted))}, for example {self.categories[0]!r}: "
                "convert the column to the type of the training data."
            )


def _type(value: Any) -> str:
    """Return the name of a type, as numbers or text."""
    if isinstance(value, Number | np.bool_):
        return "numbers"
    return "text" if isinstance(value, str) else type(value).__name__


def _ascending(codes: list[int], values: list[Any]) -> list[int]:
    """Return `codes` in the order of their values; of several types, type by type."""
    try:
        return sorted(codes, key=lambda code: values[code])
    except TypeError:
        return sorted(codes, key=lambda code: (_type(values[code]), str(values[code])))


def _shared(weights: Array, n_columns: int) -> Array:
    """Return the column of each level, (n_levels,): the rare ones share the last."""
    rounded = np.round(weights / weights.max(), 12)  # equal sums in another order are equal
    frequent = np.sort(np.argsort(-rounded, kind="stable")[: n_columns - 1])
    column = np.full(len(weights), n_columns - 1)
    column[frequent] = np.arange(n_columns - 1)
    return column
