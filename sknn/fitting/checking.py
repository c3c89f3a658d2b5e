"""Checking: the arguments of `fit`, checked once, before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing, check_random_state

from ..encoding.features import Features
from ..encoding.foreign import as_numpy
from ..encoding.targets import Targets
from ..engine.arrays import Array
from ..engine.data import Data
from ..warning import warn_user
from .hints import check_parameters
from .splitting import split
from .unused import set_by_the_user
from .validation_set import ValidationSet, warn_of_scale
from .weights import check_float, check_weights, mean_one, weighted, weighted_in_stream

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

    def as_numpy(self) -> Given:
        """Return the same with arrays of other libraries as NumPy's."""
        names = ("sample_weight", "X_val", "y_val", "sample_weight_val", "classes")
        return replace(
            self, **{name: as_numpy(getattr(self, name), name) for name in names}
        )


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
    check_parameters(estimator)
    resumes = hasattr(estimator, "coefs_") and (given.incremental or estimator.warm_start)
    features, X_given, y_checked = _check_examples(estimator, X, y, resumes)
    targets, Y = estimator._targets_type.fit_transform(
        y_checked, estimator._targets if resumes else None, given.classes, given.incremental
    )
    weigh = weighted_in_stream if given.incremental else weighted
    targets, w = weigh(estimator, targets, Y, "sample_weight", given.sample_weight)
    keep_best = _stops_early(estimator, given, len(Y))
    seed = split_seed_of(estimator) if keep_best and given.X_val is None else None
    train, out = _split(estimator, given, w, targets.strata(Y), len(Y), seed)
    features, X_checked = features.fit_transform(X_given, y_checked, w, train)
    data = Data(X_checked, Y, w, train)
    validation_set = _given_validation_set(estimator, features, targets, data, given)
    if out is not None:
        validation_set = _held_out(features, X, y_checked, data, out)
    w = check_float(w, data.X.dtype) if given.incremental else mean_one(w, train)
    return Checked(
        X=X,
        y=y,
        given=given,
        features=features,
        targets=targets,
        data=data._replace(w=w),
        validation_set=validation_set,
        keep_best=keep_best,
        resumes=resumes,
        split_seed=seed,
    )


def _check_examples(
    estimator: Any, X: Any, y: Any, resumes: bool
) -> tuple[Features, Any, Array]:
    """Return the features, X as float matrix or as the table it is, and y as array."""
    if not resumes:
        return Features.of(estimator, X, y)
    features: Features = estimator._features
    # A network keeps its type of float, and the optimizer so its memory.
    return features, *features.check(estimator, X, y, estimator.coefs_[0].dtype)


def split_seed_of(estimator: Any) -> int:
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
        for name, value in set_by_the_user(estimator, ("validation_fraction",)):
            warn_user(f"{name}={value!r} has no effect with X_val: no rows are held out.")
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
    X, y = features.numbers(estimator, given.X_val, given.y_val, data.X.dtype, "_val")
    Y = targets.transform(y, "y_val")
    weights = "sample_weight_val", given.sample_weight_val
    _, w = weighted(estimator, targets, Y, *weights, count=False)
    if w is not None:
        w = w / w.max()  # so that their sum does not overflow
    held_out = ValidationSet(given.X_val, given.y_val, Data(X, Y, w)).counted()
    warn_of_scale(data.X if data.w is None else data.X[data.w[:, 0] > 0], held_out.data.X)
    return held_out


def _split(
    estimator: Any,
    given: Given,
    w: Array | None,
    strata: Array | None,
    n: int,
    seed: int | None,
) -> tuple[Array | None, Array | None]:
    """Return which of `n` rows to train on, and which to hold out.

    Without a seed, these are those that were given, and None.

    The weights are (n, 1) or None, the groups `strata` (n,) or None.
    """
    if seed is None:
        return given.rows, None
    weights = np.ones(n) if w is None else w[:, 0]
    own = check_weights("sample_weight", given.sample_weight, n)
    own_weights = np.ones(n) if own is None else own[:, 0]
    return split(weights, strata, estimator.validation_fraction, seed, own_weights)


def _held_out(
    features: Features, X: Any, y: Array, data: Data, rows: Array
) -> ValidationSet:
    """Return the `rows` of `data` that are held out, with X, (n, n_features), and y.

    A scorer should see the columns as the user gave them, with the names that a frame has.
    """
    part = data.part(rows)
    is_as_given = features.encoder is None and not hasattr(X, "columns")
    return ValidationSet(part.X if is_as_given else _safe_indexing(X, rows), y[rows], part)
