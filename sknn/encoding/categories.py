"""Categories: a column of text or categories as columns of 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.arrays import Array
from .frames import Factor, in_order

INFREQUENT = "infrequent"


@dataclass(frozen=True, eq=False)
class Categories:
    """The categories of a column, and which output column each one has.

    Two categories share one column of -1 and 1, and 0 for none of them. Any other number is
    one-hot: a column of 0 and 1 per category. Missing values and unknown categories are 0
    in all columns.

    scikit-learn's `OneHotEncoder` does the same, but its rare categories are not those by
    the weight of the rows, and it converts text to objects first.

    Parameters
    ----------
    levels : list
        The categories, in ascending order.
    places : dict
        The output column of each of them; the rare ones share the last.
    n_columns : int
        How many output columns there are.
    """

    levels: list[Any]
    places: dict[Any, int]
    n_columns: int

    @classmethod
    def of(cls, factor: Factor, w: Array | None, max_categories: int | None) -> Categories:
        """Return the categories of a column.

        Parameters
        ----------
        factor : Factor of n rows
        w : array of shape (n,) or None
            Weights: the rare categories are those of the smallest sum.
        max_categories : int or None
            The largest number of output columns.
        """
        known = factor.codes >= 0
        weights = None if w is None else w[known]
        counts = np.bincount(factor.codes[known], weights, len(factor.levels))
        seen = [level for level, count in zip(factor.levels, counts, strict=True) if count]
        sizes = dict(zip(factor.levels, counts.tolist(), strict=True))
        levels = in_order(seen)
        misses = bool((~known).any() if w is None else w[~known].any())
        if len(levels) == 1 and not misses:
            return cls(levels, {}, 0)
        if len(levels) == 2:
            return cls(levels, {levels[0]: 0, levels[1]: 0}, 1)
        if max_categories is None or len(levels) <= max_categories:
            return cls(levels, {level: k for k, level in enumerate(levels)}, len(levels))
        # sorted is stable: of equal sizes, the first in order are kept.
        by_size = sorted(levels, key=lambda level: -sizes[level])
        kept = in_order(by_size[: max_categories - 1])
        places = {level: k for k, level in enumerate(kept)}
        rare = {level: len(kept) for level in levels if level not in places}
        return cls(levels, places | rare, len(kept) + 1)

    def code(self, factor: Factor, name: str) -> tuple[Array, Array]:
        """Return the output column of every row, or -1, and the value there, (n,) each.

        Parameters
        ----------
        factor : Factor of n rows
        name : str
            What errors call the column.

        Raises
        ------
        ValueError
            If no value is a known category because the column has another type now.
        """
        self._check_type(factor, name)
        places = [self.places.get(level, -1) for level in factor.levels]
        values = np.ones(len(places) + 1)
        if self.n_columns == 1 and len(self.levels) == 2:
            values[:-1] = [
                -1.0 if level == self.levels[0] else 1.0 for level in factor.levels
            ]
        return np.array([*places, -1])[factor.codes], values[factor.codes]

    def _check_type(self, factor: Factor, name: str) -> None:
        """Raise a ValueError if text has become numbers, or numbers text."""
        if not factor.levels or any(level in self.places for level in factor.levels):
            return
        text = [isinstance(level, str) for level in factor.levels]
        fitted = [isinstance(level, str) for level in self.levels]
        if fitted and len({*text}) == len({*fitted}) == 1 and text[0] != fitted[0]:
            raise ValueError(
                f"Column {name!r} had categories such as {self.levels[0]!r} in fit, and "
                f"has values such as {factor.levels[0]!r} now, of another type: convert it "
                "to the type that it had."
            )

    def names(self, name: str) -> list[str]:
        """Return the names of the output columns of the column `name`."""
        if self.n_columns == 1 and len(self.levels) == 2:
            return [f"{name}_{self.levels[1]}"]
        names = [f"{name}_{INFREQUENT}"] * self.n_columns
        shared = len(self.levels) > self.n_columns > 0
        for level, place in self.places.items():
            if not (shared and place == self.n_columns - 1):
                names[place] = f"{name}_{level}"
        return names
