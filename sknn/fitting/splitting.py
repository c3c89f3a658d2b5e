"""Splitting: which examples are held out from training.

What is held out follows from what an example is, not from where it stands: every row
gets a number from its values and the seed, and those with the lowest numbers are held
out. So equal rows are never on both sides, and a row of weight 2 is split as two equal
rows would be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from ..engine.arrays import Array
from ..engine.data import Data, OneHot
from ..warning import warn_user

LEAST = 2  # rows to hold out, since scores such as R² say nothing of a single one


def split(
    data: Data, groups: Array | None, fraction: float, seed: int
) -> tuple[Array, Array]:
    """Return the numbers of the rows to train on and of those to hold out.

    Parameters
    ----------
    data : Data of n rows
        Rows of weight 0 are in neither part.
    groups : array of int of shape (n,) or None
        Every group, such as a class, is divided in the same proportion.
    fraction : float
        Share of the weight to hold out.
    seed : int
        The same seed divides the same rows in the same way.

    Raises
    ------
    ValueError
        If there are too few distinct rows.
    """
    n = data.X.shape[0]
    weights = np.ones(n) if data.w is None else data.w[:, 0]
    rows = np.flatnonzero(weights)
    keys = _keys(data, seed)
    n_distinct = len(np.unique(keys[rows]))
    if n_distinct <= LEAST:
        raise ValueError(
            f"{n_distinct} distinct rows are too few to hold some out: pass X_val and "
            "y_val, or set early_stopping=False."
        )
    n_out = max(LEAST, int(np.ceil(fraction * n_distinct)))
    strata = _strata(rows, keys, groups, n_out)
    held = np.zeros(n, dtype=bool)
    for stratum in strata:
        least = LEAST if len(strata) == 1 else 1
        held[stratum] = _lowest(keys[stratum], weights[stratum], fraction, least)
    return rows[~held[rows]], rows[held[rows]]


def _strata(rows: Array, keys: Array, groups: Array | None, n_out: int) -> list[Array]:
    """Return the rows of every group that can be divided, or all rows as one group."""
    if groups is None:
        return [rows]
    strata = [rows[groups[rows] == group] for group in np.unique(groups[rows])]
    free = [stratum for stratum in strata if len(np.unique(keys[stratum])) > 1]
    if len(free) > n_out or not free:
        warn_user(
            f"{n_out} rows to hold out are too few for {len(free)} classes: they are "
            "drawn without regard to class. Raise validation_fraction, or pass X_val "
            "and y_val."
        )
        return [rows]
    alone = sum(map(len, strata)) - sum(map(len, free))
    if alone:
        warn_user(
            f"{alone} rows are the only ones of their class: none of them is held out for "
            "validation."
        )
    return free


def _lowest(keys: Array, weights: Array, fraction: float, least: int) -> Array:
    """Return which rows have the lowest keys: about `fraction` of the weight.

    At least `least` distinct rows are taken, and at least one is left.
    """
    distinct, place = np.unique(keys, return_inverse=True)
    sums = np.cumsum(np.bincount(place, weights))
    nearest = int(np.abs(sums - fraction * sums[-1]).argmin()) + 1
    return place < min(max(nearest, least), len(distinct) - 1)


def _keys(data: Data, seed: int) -> Array:
    """Return a random number, 64 bits, for every row, the same for equal rows."""
    rng = np.random.default_rng(seed)
    keys = _weighted_bits(data.X, rng) + _weighted_bits(data.Y, rng)
    # The sums are linear in the bits: mix them (S. Vigna's splitmix64).
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        keys = (keys ^ (keys >> np.uint64(shift))) * np.uint64(factor)
    return keys


def _weighted_bits(X: Any, rng: np.random.Generator) -> Array:
    """Return for every row the sum of its values' bits times random odd numbers."""
    if isinstance(X, OneHot):
        return _weighted_bits(X.table, rng)[X.codes]
    factors = rng.integers(2**63, size=X.shape[1], dtype=np.uint64) * 2 + 1
    sums = np.zeros(X.shape[0], dtype=np.uint64)
    if sparse.issparse(X):
        rows = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
        np.add.at(sums, rows, _bits(X.data) * factors[X.indices])
        return sums
    for column, factor in zip(X.T, factors, strict=True):
        sums += _bits(column) * factor
    return sums


def _bits(values: Array) -> Array:
    """Return the bits of floating point numbers as integers; 0 for 0 and -0."""
    return (values.astype(np.float64) + 0.0).view(np.uint64)
