"""TableEncoder in ONNX: numbers scaled, gaps filled and marked, text looked up."""

from __future__ import annotations

from numbers import Number
from typing import Any

import numpy as np
from skl2onnx.common.data_types import StringTensorType

from ..encoding.levels import Levels
from ..encoding.numbers import Numbers
from ..engine.arrays import Array
from .columns import MISSING
from .graph import Graph


class Inputs:
    """The columns that an operator gets, one after the other, over all its inputs.

    Parameters
    ----------
    G : Graph
    variables : list of Variable
        Each of one column or several.
    n_features : int
        How many columns the fitted estimator has.

    Raises
    ------
    ValueError
        If there are more or fewer columns.
    """

    def __init__(self, G: Graph, variables: list[Any], n_features: int) -> None:
        self.G = G
        widths = [variable.type.shape[1] for variable in variables]
        if None in widths:  # skl2onnx does not always know
            widths = [n_features] if len(widths) == 1 else [1] * len(widths)
        self.slots = [
            (variable, k)
            for variable, width in zip(variables, widths, strict=True)
            for k in range(width)
        ]
        self.widths = {id(v): width for v, width in zip(variables, widths, strict=True)}
        if len(self.slots) != n_features:
            raise ValueError(
                f"X has {len(self.slots)} columns, but in fit it had {n_features}: pass a "
                "table like that of fit."
            )

    def is_text(self, j: int) -> bool:
        """Return whether column `j` holds text."""
        return isinstance(self.slots[j][0].type, StringTensorType)

    def text(self, j: int) -> str:
        """Return the name of column `j`, as text, of shape (n, 1)."""
        return self._part(*self.slots[j][:1], [self.slots[j][1]])

    def numbers(self, positions: Any, dtype: Any) -> str:
        """Return the name of these columns as one matrix of `dtype`, (n, n_positions).

        Raises
        ------
        ValueError
            If one of them holds text.
        """
        parts: list[tuple[Any, list[int]]] = []
        for j in positions:
            variable, k = self.slots[j]
            if self.is_text(j):
                raise ValueError(
                    f"X has text in column {variable.raw_name!r}, where the fitted model "
                    "has numbers: pass a table like that of fit."
                )
            if parts and parts[-1][0] is variable:
                parts[-1][1].append(k)
            else:
                parts.append((variable, [k]))
        if len({type(variable.type) for variable, _ in parts}) == 1:
            names = [self._part(*part) for part in parts]
            joined = self.G("Concat", *names, axis=1) if len(names) > 1 else names[0]
            return self.G.cast(joined, dtype)
        names = [self.G.cast(self._part(*part), dtype) for part in parts]
        return self.G("Concat", *names, axis=1)

    def _part(self, variable: Any, columns: list[int]) -> str:
        """Return the name of some columns of an input, (n, n_columns)."""
        if columns == [*range(self.widths[id(variable)])]:
            name: str = variable.full_name
            return name
        return self.G.columns(variable.full_name, np.array(columns))


def encoded(G: Graph, inputs: Inputs, encoder: Any) -> str:
    """Return the name of what a fitted TableEncoder makes of its columns, in its dtype.

    Of shape (n, n_features_out_).
    """
    is_categorical = encoder.is_categorical_
    parts = []
    if encoder._scaling.n_columns:
        X = inputs.numbers(np.flatnonzero(~is_categorical), np.float64)
        parts = _numbers(G, X, encoder._scaling, encoder.dtype)
    for j, levels in zip(np.flatnonzero(is_categorical), encoder._levels, strict=True):
        if levels.names:
            parts.append(_levels(G, inputs, int(j), levels, encoder.dtype))
    if not parts:
        raise ValueError(
            f"{encoder!r} has no output columns, because all columns of X were constant in "
            "fit: there is nothing to convert."
        )
    return G("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]


def _numbers(G: Graph, X: str, scaling: Numbers, dtype: Any) -> list[str]:
    """Return the names of scaled columns, bins and indicators for X, (n, n_columns)."""
    parts = []
    if len(scaling.scaled):
        U = G("Mul", G.columns(X, scaling.scaled), scaling.unit)
        U = G("Where", G("IsNaN", U), scaling.median, U)
        z = G("Sub", G("Sub", U, scaling.median), scaling.mean)
        z = _clipped(G, G("Div", z, scaling.std), scaling.smooth_clip, dtype)
        parts.append(G.cast(z, dtype))
        bins = scaling.bins
        if len(bins.column):
            T = G("Div", G("Sub", G.columns(U, bins.column), bins.left), bins.width)
            T = G("Sub", G("Mul", G("Clip", T, 0.0, 1.0), 2.0), 1.0)
            parts.append(G.cast(G("Mul", T, bins.scale), dtype))
    if len(scaling.indicators):
        parts.append(G.cast(G("IsNaN", G.columns(X, scaling.indicators)), dtype))
    return parts


def _clipped(G: Graph, z: str, smooth_clip: float | None, dtype: Any) -> str:
    """Return the name of finite z: with a limit c, z / sqrt(1 + (z / c)^2)."""
    if smooth_clip is None:
        largest = float(np.finfo(dtype).max)
        return G("Clip", z, -largest, largest)
    z = G("Clip", G("Div", z, float(smooth_clip)), -1e150, 1e150)
    z = G("Div", z, G("Sqrt", G("Add", G("Mul", z, z), 1.0)))
    return G("Mul", z, float(smooth_clip))


def _levels(G: Graph, inputs: Inputs, j: int, levels: Levels, dtype: Any) -> str:
    """Return the name of the output columns, (n, n_columns), of the categories in column j.

    Raises
    ------
    ValueError
        If the categories are not all text or all numbers, or not of the type of the input.
    """
    categories = levels.categories.tolist()
    label = f"column {inputs.slots[j][0].raw_name!r}"
    are_text = all(isinstance(category, str) for category in categories)
    _check(categories, are_text, label)
    if inputs.is_text(j) != are_text:
        raise ValueError(
            f"X has {'text' if inputs.is_text(j) else 'numbers'} in {label}, but in fit it "
            f"had categories such as {categories[0]!r}: pass a table like that of fit."
        )
    # A row per level, and one of zeros for what is missing or unknown.
    rows = np.zeros((len(categories) + 1, len(levels.names)), dtype)
    known = np.flatnonzero(levels.column >= 0)
    rows[known, levels.column[known]] = levels.value[known]
    if are_text:
        level = G(
            "LabelEncoder",
            inputs.text(j),
            domain="ai.onnx.ml",
            op_version=2,
            keys_strings=categories,
            values_int64s=[*range(len(categories))],
            default_int64=len(categories),
        )
        return G("Gather", table(G, rows), G("Reshape", level, np.array([-1])), axis=0)
    x = inputs.numbers([j], np.float64)
    is_level = G("Equal", x, np.array([float(category) for category in categories]))
    return G("MatMul", G.cast(is_level, dtype), table(G, rows[:-1]))


def table(G: Graph, rows: Array) -> str:
    """Return the name of `rows`, (n_rows, n_columns), as a constant of their own dtype."""
    return Graph(G.scope, G.container, rows.dtype).constant(rows)


def _check(categories: list[Any], are_text: bool, label: str) -> None:
    """Raise a ValueError if ONNX cannot distinguish the categories of a column."""
    are_numbers = all(isinstance(each, Number | np.bool_) for each in categories)
    if not are_text and not are_numbers:
        raise ValueError(
            f"The categories in {label}, such as {categories[0]!r}, are not all text or "
            "all numbers, as ONNX needs them: convert them to text, and fit again."
        )
    if are_numbers and any(float(each) != each for each in categories):
        raise ValueError(
            f"The categories in {label} have more digits than a float64, which numbers are "
            "in ONNX: convert them to text, and fit again."
        )
    if MISSING in categories:
        raise ValueError(
            f"{label} has the category {MISSING!r}, which stands for a missing value in "
            "the graph: make it a missing value, or give it another name, and fit again."
        )
