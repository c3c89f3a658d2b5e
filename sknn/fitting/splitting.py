"""Splitting: which rows are held out from training, drawn by scikit-learn's splitters."""

from __future__ import annotations

from math import ceil
from numbers import Integral

import numpy as np
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit

from ..engine.arrays import Array
from ..warning import warn_user

LEAST = 2  # rows to hold out, since scores such as R² say nothing of a single one
# So few rows with weights of their own are a frequency table rather than a sample; so may
# be some more of them, if one row weighs more than `HEAVY` times what is to be held out.
FEW, SOME, HEAVY = 8, 50, 1.2


def split(
    w: Array,
    strata: Array | None,
    fraction: float | int,
    seed: int,
    sample_weight: Array | None = None,
) -> tuple[Array, Array]:
    """Return the numbers of the rows to train on and of those to hold out, both ascending.

    Parameters
    ----------
    w : array of shape (n,)
        Weights; rows of weight 0 are in neither part.
    strata : array of int of shape (n,) or None
        Every stratum, such as a class, is divided in the same proportion. One of a single
        row stays in training.
    fraction : float or int
        Share of the rows to hold out, or their number.
    seed : int
        The same seed divides the same number of rows in the same way.
    sample_weight : array of shape (n,) or None, default=None
        The weights without those of the classes, if there are such.

    Raises
    ------
    ValueError
        If there are too few rows, or a few of them have most of the weight.
    """
    rows = np.flatnonzero(w)
    n_out = _number(fraction, len(rows))
    share = n_out / len(rows) if isinstance(fraction, Integral) else fraction
    _check_weights((w if sample_weight is None else sample_weight)[rows], share, n_out)
    if strata is None:
        return _draw(rows, n_out, None, seed)
    return _draw_by_strata(rows, n_out, strata[rows], seed)


def _draw_by_strata(
    rows: Array, n_out: int, strata: Array, seed: int
) -> tuple[Array, Array]:
    """Return which `rows` to train on and which to hold out, all strata divided alike."""
    _, strata, counts = np.unique(strata, return_inverse=True, return_counts=True)
    free = counts[strata] > 1
    n_strata, n_alone = int((counts > 1).sum()), int((~free).sum())
    if not n_strata or n_strata > min(n_out, len(rows) - n_alone - n_out):
        warn_user(
            f"{n_out} of {len(rows)} rows to hold out are too few for {len(counts)} "
            "classes: the split is not stratified by class. Raise validation_fraction, "
            "or pass X_val and y_val."
        )
        return _draw(rows, n_out, None, seed)
    if n_alone:
        warn_user(
            f"{n_alone} rows are the only ones of their class: none of them is held out "
            "for validation."
        )
    train, out = _draw(rows[free], n_out, strata[free], seed)
    return np.sort(np.concatenate([train, rows[~free]])), out


def _number(fraction: float | int, n: int) -> int:
    """Return how many of `n` rows to hold out."""
    n_out = int(fraction) if isinstance(fraction, Integral) else ceil(fraction * n)
    n_out = max(LEAST, n_out)
    if n_out >= n:
        raise ValueError(
            f"n_samples={n} is too few to hold {n_out} out: lower validation_fraction, "
            "pass X_val and y_val, or set early_stopping=False."
        )
    return n_out


def _check_weights(w: Array, share: float, n_out: int) -> None:
    """Raise a ValueError if single rows stand for so many that they cannot be divided.

    `w`, (n,), are the weights, of which a `share`, or `n_out` rows, are to be held out.
    """
    n = len(w)
    if n >= SOME or w.max() == w.min():
        return
    are_counts = np.sort(w)[n // 2] > 1 and (w == np.rint(w)).all()
    # A single heavy row among equal ones is none of a table.
    is_table = n < FEW or are_counts or len(np.unique(w)) > n / 2
    limit = 2 * share if n < FEW else n_out / n * (1 if are_counts else HEAVY)
    heaviest = 1 / (w / w.max()).sum()  # no sum of huge weights, which could overflow
    if is_table and heaviest > limit:
        raise ValueError(
            f"One of {len(w)} rows has {heaviest:.0%} of the weight, more than is "
            "to be held out: rows of a frequency table cannot be divided. Repeat each row "
            "according to its weight, pass X_val and y_val, or set early_stopping=False."
        )


def _draw(rows: Array, n_out: int, strata: Array | None, seed: int) -> tuple[Array, Array]:
    """Return which `rows` to train on and which to hold out, by the strata if there are."""
    kind = ShuffleSplit if strata is None else StratifiedShuffleSplit
    splitter = kind(1, test_size=n_out, train_size=len(rows) - n_out, random_state=seed)
    ((train, out),) = splitter.split(rows, strata)
    return rows[np.sort(train)], rows[np.sort(out)]
