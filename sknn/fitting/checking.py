"""Checking: all that a user hands to `fit`, checked once, before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing, check_random_state

from ..encoding.features import Features
from ..encoding.targets import Targets
from ..engine.arrays import Array, Input
from ..engine.data import Data
from ..warning import warn_user
from .hints import explain_value
from .splitting import split
from .validation_set import ValidationSet, warn_of_scale
from .weights import mean_one, weighted, weighted_in_stream

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
    activation_coefs_init: Any = None
    classes: Any = None
    incremental: bool = False


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
    data = Data(X_checked, Y, None)
    weigh = weighted_in_stream if given.incremental else weighted
    targets, w = weigh(estimator, targets, data, "sample_weight", given.sample_weight)
    data = data._replace(w=w)
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
        data=data if given.incremental else data._replace(w=mean_one(data)),
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
    # A network keeps its type of float, and the optimizer so its memory.
    return features, *features.check(estimator, X, y, estimator.coefs_[0].dtype)


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
    X, y = features.check_validation_set(estimator, given.X_val, given.y_val, data.X.dtype)
    Y = targets.transform(y, "y_val")
    weights = "sample_weight_val", given.sample_weight_val
    _, w = weighted(estimator, targets, Data(X, Y, None), *weights)
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
