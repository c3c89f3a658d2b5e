"""A check for losses that users write themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.arrays import Array

STEP = 1e-6  # of the central differences, relative to the size of the predictions


def check_loss(loss: Any, y: Any = None, a: Any = None) -> None:
    """Raise an AssertionError unless `loss` can be trained with.

    Parameters
    ----------
    loss : object
        ``value(y, a)`` returns the cost of every output and ``gradient(y, a)`` its
        derivative with respect to a, both in the shape (n_samples, n_outputs) and dtype
        of a. Its attribute `output`, if any, names the output activation.
    y, a : array-like of shape (n_samples, n_outputs), default=None
        Targets and predictions to check it at, away from kinks; random ones by default,
        positive if `output` is "exp" or "softplus".

    See Also
    --------
    Loss : The base class for losses that know the output activation.

    Examples
    --------
    >>> import math, numpy as np
    >>> from sknn import check_loss
    >>> class LogCosh:
    ...     def value(self, y, a):
    ...         return np.logaddexp(a - y, y - a) - math.log(2)
    ...     def gradient(self, y, a):
    ...         return np.tanh(a - y)
    >>> check_loss(LogCosh())
    """
    y, a = _points(loss, y, a)
    for dtype in (np.float32, np.float64):
        _check_arrays(loss, y.astype(dtype), a.astype(dtype))
    step = STEP * np.maximum(1, np.abs(a))
    difference = (loss.value(y, a + step) - loss.value(y, a - step)) / (2 * step)
    message = "gradient(y, a) is not the derivative of value(y, a) with respect to a"
    np.testing.assert_allclose(
        loss.gradient(y, a), difference, rtol=1e-4, atol=1e-6, err_msg=message
    )


def _points(loss: Any, y: Any, a: Any) -> tuple[Array, Array]:
    """Return float64 targets and predictions: the given ones, or random ones."""
    rng = np.random.default_rng(0)
    positive = getattr(loss, "output", "identity") in ("exp", "softplus")
    draw = rng.exponential if positive else rng.normal
    y = np.asarray(draw(size=(50, 2)) if y is None else y, dtype=np.float64)
    a = np.asarray(draw(size=y.shape) if a is None else a, dtype=np.float64)
    return y, a


def _check_arrays(loss: Any, y: Any, a: Any) -> None:
    """Raise an AssertionError if what the methods return has another form than `a`."""
    y_before, a_before = y.copy(), a.copy()
    for name in ("value", "gradient"):
        result = np.asarray(getattr(loss, name)(y, a))
        if np.shape(result) != a.shape:
            raise AssertionError(
                f"{name}(y, a) must have the shape of a, {a.shape}: got {np.shape(result)}"
            )
        if result.dtype != a.dtype:
            raise AssertionError(
                f"{name}(y, a) must have the dtype of a, {a.dtype}: got {result.dtype}"
            )
        if not np.isfinite(result).all():
            raise AssertionError(f"{name}(y, a) must be finite")
    if not (np.array_equal(y, y_before) and np.array_equal(a, a_before)):
        raise AssertionError("value and gradient must not write to y or a")
