"""Checking: all that a user hands to `fit`, validated before anything is changed."""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass, field
from numbers import Number
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import DataConversionWarning
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils.validation import check_array, validate_data

from ..encoding.targets import Array
from ..engine.cost import Data
from .parts import Task
from .splitting import split
from .validation_set import HeldOut

AUTO_ROWS = 10_000  # early_stopping="auto" starts above it, as in HistGradientBoosting


@dataclass(frozen=True)
class Given:
    """What `fit` or `partial_fit` was given besides X and y.

    Attributes
    ----------
    incremental : bool
        Whether this is one epoch of `partial_fit`.
    """

    sample_weight: Any = None
    X_val: Any = None
    y_val: Any = None
    sample_weight_val: Any = None
    coefs_init: Any = None
    intercepts_init: Any = None
    classes: Any = None
    incremental: bool = False


@dataclass
class Checked:
    """The input after validation.

    Attributes
    ----------
    X, y : as the user gave them
        For callbacks.
    given : Given
    data : Data
        The targets Y are in the user's units, float64 or labels; the weights float64.
    held_out : HeldOut or None
    keep_best : bool
        Whether training ends with what was best on the held-out examples.
    fitted : dict
        Attributes to publish: features, classes.
    task : Task
    resume : bool
        Whether to go on from the fitted network.
    split_seed : int
        Seed of the split into training and held-out examples.
    """

    X: Any
    y: Any
    given: Given
    data: Data
    task: Task
    resume: bool
    fitted: dict[str, Any]
    split_seed: int
    keep_best: bool
    held_out: HeldOut | None = field(default=None)


def check(estimator: Any, X: Any, y: Any, given: Given) -> Checked:
    """Validate the parameters of `estimator` and all input; change nothing."""
    estimator._validate_params()
    known = estimator.__sklearn_is_fitted__() and (
        given.incremental or estimator.warm_start
    )
    # validate_data sets attributes, and does so before it has seen all: not on estimator.
    probe = copy.copy(estimator)
    X_checked, y_checked = _validate(probe, X, y, given, reset=not known)
    Y, task, fitted = estimator._encode(y_checked, given, known)
    _check_outputs(estimator, task, known)
    for name in ("n_features_in_", "feature_names_in_"):
        if hasattr(probe, name):
            fitted[name] = getattr(probe, name)
    w = _weights("sample_weight", given.sample_weight, X_checked)
    if w is not None and not given.incremental and not w.any():
        raise ValueError(
            "sample_weight is zero for every row: at least one weight must be above 0."
        )
    w = estimator._class_weighted(w, Y, fitted, given.incremental)
    checked = Checked(
        X=X,
        y=y,
        given=given,
        data=Data(X_checked, Y, w),
        task=task,
        resume=known,
        fitted=fitted,
        split_seed=_split_seed(estimator),
        keep_best=_stops_early(estimator, given, len(Y)),
    )
    _hold_out(estimator, probe, checked, y_checked)
    checked.data = checked.data._replace(w=_scaled(checked.data, given.incremental))
    return checked


def _validate(probe: Any, X: Any, y: Any, given: Given, reset: bool) -> tuple[Any, Any]:
    """Return X as float matrix, dense or CSR, and y as array."""
    X, y = validate_data(
        probe,
        X,
        y,
        reset=reset,
        accept_sparse="csr",
        dtype=(np.float64, np.float32),
        order="C",
        ensure_min_samples=1 if given.incremental else 2,
        multi_output=True,
        y_numeric=probe._task == "regression",
    )
    if y.ndim == 2 and y.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected: predictions will "
            "be 1d. Pass y.ravel() to silence this.",
            DataConversionWarning,
            stacklevel=6,
        )
        y = np.ravel(y.toarray() if sparse.issparse(y) else y)
    return X, y


def _check_outputs(estimator: Any, task: Task, known: bool) -> None:
    """Raise a ValueError if the fitted network has another number of outputs."""
    if known and task.n_outputs != estimator.n_outputs_:
        raise ValueError(
            f"y and loss ask for {task.n_outputs} outputs, but the fitted network has "
            f"{estimator.n_outputs_}: use a new estimator, or warm_start=False."
        )


def _split_seed(estimator: Any) -> int:
    """Return the seed of the split: a warm start holds out the same rows again."""
    past = getattr(estimator, "_resumable", None)
    if past is not None and estimator.warm_start:
        return past.split_seed
    return check_random_state(estimator.random_state).randint(np.iinfo(np.int32).max)


def _stops_early(estimator: Any, given: Given, n: int) -> bool:
    """Tell whether to end with the best model for held-out examples."""
    wanted = estimator.early_stopping
    if given.X_val is not None:
        return bool(wanted)
    if given.incremental and wanted is True:
        warnings.warn(
            "early_stopping=True has no effect in partial_fit without held-out examples: "
            "pass X_val and y_val.",
            UserWarning,
            stacklevel=5,
        )
    if given.incremental:
        return False
    return n > AUTO_ROWS if wanted == "auto" else bool(wanted)


def _hold_out(estimator: Any, probe: Any, checked: Checked, y_checked: Array) -> None:
    """Set `checked.held_out`, from what was given or by holding rows out."""
    given, data = checked.given, checked.data
    if (given.X_val is None) != (given.y_val is None):
        raise ValueError("X_val and y_val go together: pass both, or neither.")
    if given.X_val is not None:
        X, y = _validate(probe, given.X_val, given.y_val, Given(incremental=True), False)
        Y = estimator._encode_more(y, checked.fitted, data.Y.shape[1])
        w = _weights("sample_weight_val", given.sample_weight_val, X)
        w = estimator._class_weighted(w, Y, checked.fitted, None)
        X = X.astype(data.X.dtype, copy=False)
        checked.held_out = HeldOut(given.X_val, given.y_val, Data(X, Y, w))
    elif given.sample_weight_val is not None:
        raise ValueError("sample_weight_val is for X_val: pass X_val and y_val, too.")
    elif checked.keep_best:
        groups = estimator._groups(data.Y)
        fraction = estimator.validation_fraction
        rows, out = split(data, groups, fraction, checked.split_seed)
        # A scorer should see the names that a frame has; else the checked array will do.
        X_out = (
            _safe_indexing(checked.X, out) if hasattr(checked.X, "columns") else data.X[out]
        )
        w_out = None if data.w is None else data.w[out]
        checked.held_out = HeldOut(
            X_out, y_checked[out], Data(data.X[out], data.Y[out], w_out)
        )
        checked.data = data._replace(rows=rows)


def _weights(name: str, sample_weight: Any, X: Any) -> Array | None:
    """Return the weights as float64 (n, 1)."""
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Number):
        sample_weight = np.full(X.shape[0], sample_weight)
    w = check_array(sample_weight, ensure_2d=False, dtype=np.float64, input_name=name)
    if w.shape != (X.shape[0],):
        raise ValueError(
            f"{name} must have one value per row of X, shape ({X.shape[0]},), got "
            f"shape {w.shape}."
        )
    if w.min() < 0:
        raise ValueError(
            f"{name} must not have negative values, got {w.min():g}: leave out rows, or "
            "give them weight 0."
        )
    return w[:, np.newaxis]


def _scaled(data: Data, incremental: bool) -> Array | None:
    """Return the weights with mean 1 over the rows to train on; as they are in a stream."""
    w = data.w
    if w is None or incremental:
        return w
    mean = (w if data.rows is None else w[data.rows]).mean()
    if not mean:
        raise ValueError(
            "sample_weight times class_weight is zero for every row to train on: at least "
            "one must be above 0."
        )
    return w / mean
