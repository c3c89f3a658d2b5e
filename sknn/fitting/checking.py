"""Checking: all that a user hands to `fit`, checked once, before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils.validation import check_array

from ..encoding.features import Features
from ..encoding.targets import Targets
from ..engine.arrays import Array, Input
from ..engine.data import Data
from ..warning import warn_user
from .hints import explain_value
from .splitting import split
from .validation_set import ValidationSet, warn_of_scale

AUTO_ROWS = 10_000  # early_stopping="auto" starts above it, as in HistGradientBoosting


@dataclass(frozen=True)
class Given:
    """What `fit` or `partial_fit` was given besides X and y.

    Attributes
    ----------
    incremental : bool
        Whether this is one epoch of `partial_fit`.
    rows : array of int of shape (n_train,) or None
        The rows to train on, None for all of them.
    follower : Follower or None
        Told of every epoch, see `observing`.
    """

    sample_weight: Any = None
    X_val: Any = None
    y_val: Any = None
    sample_weight_val: Any = None
    coefs_init: Any = None
    intercepts_init: Any = None
    activation_coefs_init: Any = None
    classes: Any = None
    incremental: bool = False
    rows: Array | None = None
    follower: Any = None


@dataclass(frozen=True)
class Checked:
    """The input after the checks.

    Attributes
    ----------
    X, y : as the user gave them
        For callbacks.
    given : Given
    features : Features
    targets : Targets
    data : Data
        All rows, of which ``data.n`` are to train on. The targets Y are in the user's
        units, float64 or labels; the weights float64.
    validation_set : ValidationSet or None
    keep_best : bool
        Whether training ends with what was best on the validation set.
    resumes : bool
        Whether training continues from the fitted network.
    split_seed : int or None
        Seed of the split into training and validation rows, if there was one.
    """

    X: Any
    y: Any
    given: Given
    features: Features
    targets: Targets
    data: Data
    validation_set: ValidationSet | None
    keep_best: bool
    resumes: bool
    split_seed: int | None


def check(estimator: Any, X: Any, y: Any, given: Given) -> Checked:
    """Return all input, checked against the parameters of `estimator`; change nothing.

    X is of shape (n_samples, n_features), y (n_samples,) or (n_samples, n_outputs). A
    ValueError is raised if anything is not as it should be.
    """
    try:
        estimator._validate_params()
    except ValueError as error:
        explain_value(estimator, error)
        raise
    resumes = hasattr(estimator, "coefs_") and (given.incremental or estimator.warm_start)
    features, X_checked, y_checked = _check_examples(estimator, X, y, resumes)
    targets, Y = estimator._targets_type.fit_transform(
        y_checked, estimator._targets if resumes else None, given.classes, given.incremental
    )
    targets, w = _weighted(estimator, targets, Data(X_checked, Y, None), given)
    data = Data(X_checked, Y, w, given.rows)
    keep_best = _stops_early(estimator, given, X_checked.shape[0])
    validation_set = _given_validation_set(estimator, features, targets, data, given)
    seed = None
    if validation_set is None and keep_best:
        seed = _split_seed(estimator)
        validation_set, data = _split_off(estimator, (X, y_checked), targets, data, seed)
    return Checked(
        X=X,
        y=y,
        given=given,
        features=features,
        targets=targets,
        data=data._replace(w=_scaled(data, given.incremental)),
        validation_set=validation_set,
        keep_best=keep_best,
        resumes=resumes,
        split_seed=seed,
    )


def _check_examples(
    estimator: Any, X: Any, y: Any, resumes: bool
) -> tuple[Features, Input, Array]:
    """Return the features, X as float matrix, dense or CSR, and y as array."""
    if not resumes:
        return Features.of(estimator, X, y)
    features: Features = estimator._features
    X, y = features.check(estimator, X, y)
    # A network keeps its type of float, and the optimizer so its memory.
    return features, X.astype(estimator.coefs_[0].dtype, copy=False), y


def _weighted(
    estimator: Any, targets: Targets, data: Data, given: Given
) -> tuple[Targets, Array | None]:
    """Return the weights of the examples times those of their classes, (n, 1) or None."""
    w = check_weights("sample_weight", given.sample_weight, data.X.shape[0])
    if w is not None and not given.incremental and not w.any():
        raise ValueError(
            "sample_weight is zero for every row: at least one weight must be above 0."
        )
    class_weight = getattr(estimator, "class_weight", None)
    return targets.weighted(data.Y, w, class_weight, count=True)


def _split_seed(estimator: Any) -> int:
    """Return the seed of the split: a warm start holds out the same rows again."""
    past = getattr(estimator, "_checkpoint", None)
    if past is not None and estimator.warm_start and past.split_seed is not None:
        return past.split_seed
    seed = check_random_state(estimator.random_state).randint(np.iinfo(np.int32).max)
    # Not the seed of the weights itself: the two draws should have nothing in common.
    return int(np.random.SeedSequence(seed).spawn(1)[0].generate_state(1)[0])


def _stops_early(estimator: Any, given: Given, n: int) -> bool:
    """Return whether to end with the best network for the validation set."""
    wanted = estimator.early_stopping
    if given.X_val is not None:
        return bool(wanted)
    if given.incremental and wanted is True:
        warn_user(
            "early_stopping=True has no effect in partial_fit without a validation set: "
            "pass X_val and y_val."
        )
    if given.incremental:
        return False
    return n > AUTO_ROWS if wanted == "auto" else bool(wanted)


def _given_validation_set(
    estimator: Any, features: Features, targets: Targets, data: Data, given: Given
) -> ValidationSet | None:
    """Return the validation set that the user gave, if any."""
    if (given.X_val is None) != (given.y_val is None):
        raise ValueError("X_val and y_val go together: pass both, or neither.")
    if given.X_val is None:
        if given.sample_weight_val is not None:
            raise ValueError("sample_weight_val is for X_val: pass X_val and y_val, too.")
        return None
    X, y = features.check_validation_set(estimator, given.X_val, given.y_val)
    Y = targets.transform(y, "y_val")
    w = check_weights("sample_weight_val", given.sample_weight_val, Y.shape[0])
    class_weight = getattr(estimator, "class_weight", None)
    _, w = targets.weighted(Y, w, class_weight, count=False)
    if w is not None and not (w.any() and np.isfinite(w).all()):
        raise ValueError(
            "sample_weight_val times class_weight must be finite, and above 0 for at least "
            "one row of X_val."
        )
    X = X.astype(data.X.dtype, copy=False)
    warn_of_scale(data.X, X)
    if w is not None:
        w = w / w.max()  # so that their sum does not overflow
    return ValidationSet(given.X_val, given.y_val, Data(X, Y, w))


def _split_off(
    estimator: Any, Xy: tuple[Any, Array], targets: Targets, data: Data, seed: int
) -> tuple[ValidationSet, Data]:
    """Return a validation set of rows of `data`, and `data` without them.

    `Xy` is X as the user gave it, and y as an array: a scorer should see the names that a
    frame has.
    """
    X, y = Xy
    w = np.ones(y.shape[0]) if data.w is None else data.w[:, 0]
    train, out = split(w, targets.strata(data.Y), estimator.validation_fraction, seed)
    part = data.part(out)
    X_out = _safe_indexing(X, out) if hasattr(X, "columns") else part.X
    return ValidationSet(X_out, y[out], part), data._replace(indices=train)


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


def _scaled(data: Data, incremental: bool) -> Array | None:
    """Return the weights with mean 1 over the rows to train on; as they are in a stream."""
    w = data.w
    if w is None:
        return w
    if not np.isfinite(w).all():
        raise ValueError(
            "sample_weight times class_weight is not finite: only the ratios of weights "
            "matter, use smaller ones."
        )
    if incremental:
        with np.errstate(over="ignore"):
            total = w.sum()
        if not np.isfinite(total):
            raise ValueError(
                "The sum of sample_weight times class_weight overflows: use smaller "
                "weights."
            )
        return w
    train = w if data.indices is None else w[data.indices]
    greatest = train.max()
    if not greatest:
        raise ValueError(
            "sample_weight times class_weight is zero for every row to train on: at least "
            "one must be above 0."
        )
    # By the greatest first, so that the sum of large weights does not overflow.
    return w / greatest / (train / greatest).mean()
