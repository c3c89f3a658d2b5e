"""Weights of the examples: checked, times those of their classes, with mean 1."""

from __future__ import annotations

from numbers import Number
from typing import Any

import numpy as np
from sklearn.utils.validation import check_array

from ..encoding.targets import Targets
from ..engine.arrays import Array
from ..engine.data import Target

HUGE = 500  # weights of more than 2^500 are brought down


def weighted(
    estimator: Any,
    targets: Targets,
    Y: Target,
    name: str,
    sample_weight: Any,
    *,
    count: bool = True,
) -> tuple[Targets, Array | None]:
    """Return the weights of the rows of `Y` times those of their classes, (n, 1).

    None without weights. Huge ones are brought down, so that no sum overflows: only their
    ratios matter. With `count`, `targets` count what they need for "balanced", as in X and
    not in X_val.

    Raises
    ------
    ValueError
        If no weight is above 0, or one is not finite.
    """
    w = check_weights(name, sample_weight, len(Y))
    if w is not None and not w.any():
        raise ValueError(
            f"{name} is zero for every row: at least one weight must be above 0."
        )
    if w is not None:
        # By a power of 2, which rounds nothing.
        w = np.ldexp(w, -max(np.frexp(w.max())[1] - HUGE, 0))
    class_weight = getattr(estimator, "class_weight", None)
    targets, w = targets.weighted(Y, w, class_weight, count=count)
    if w is not None and not w.any():
        raise ValueError(
            f"{name} times class_weight is zero for every row: at least one must be "
            "above 0."
        )
    return targets, _finite(w, name)


def weighted_in_stream(
    estimator: Any, targets: Targets, Y: Target, name: str, sample_weight: Any
) -> tuple[Targets, Array | None]:
    """Return what `weighted` does, (n, 1), for `partial_fit`: weights as they are."""
    w = check_weights(name, sample_weight, len(Y))
    class_weight = getattr(estimator, "class_weight", None)
    targets, w = targets.weighted(Y, w, class_weight, count=True)
    with np.errstate(over="ignore"):
        total = 0.0 if w is None else w.sum()
    if not np.isfinite(total):
        raise ValueError(
            f"The sum of {name} times class_weight overflows: use smaller weights."
        )
    return targets, w


def _finite(w: Array | None, name: str) -> Array | None:
    """Return the weights `w`, (n, 1), or raise a ValueError if one is not finite."""
    if w is not None and not np.isfinite(w).all():
        raise ValueError(
            f"{name} times class_weight is not finite: only the ratios of weights matter, "
            "use smaller ones."
        )
    return w


def check_weights(name: str, sample_weight: Any, n: int) -> Array | None:
    """Return the weights of `n` rows as float64 (n, 1).

    Raises
    ------
    ValueError
        If there are not as many as rows, or one is below 0 or not finite.
    """
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Number):
        sample_weight = np.full(n, sample_weight)
    w = check_array(
        sample_weight,
        ensure_2d=False,
        ensure_min_samples=0,
        dtype=np.float64,
        input_name=name,
    )
    if w.shape != (n,):
        raise ValueError(
            f"{name} must have one value per row of X, shape ({n},), got shape {w.shape}."
        )
    if w.min(initial=0) < 0:
        raise ValueError(
            f"{name} must not have negative values, got {w.min():g}: leave out rows, or "
            "give them weight 0."
        )
    return w[:, np.newaxis]


def check_float(w: Array | None, dtype: Any) -> Array | None:
    """Return the weights, (n, 1); raise a ValueError if `dtype` cannot hold them."""
    if w is not None and w.max(initial=0) > 1e-3 * float(np.finfo(dtype).max):
        raise ValueError(
            f"sample_weight times class_weight is up to {w.max():.3g}, too large for "
            f"{np.dtype(dtype).name}, the dtype of X: use smaller weights, or pass X as "
            "float64."
        )
    return w


def mean_one(w: Array | None, rows: Array | None) -> Array | None:
    """Return the weights, (n, 1), with mean 1 over the `rows`, (n_rows,), to train on."""
    if w is None:
        return w
    train = w if rows is None else w[rows]
    greatest = train.max()
    if not greatest:
        raise ValueError(
            "sample_weight times class_weight is zero for every row to train on: at least "
            "one must be above 0."
        )
    # By the greatest first, so that the sum of large weights does not overflow.
    return w / greatest / (train / greatest).mean()
