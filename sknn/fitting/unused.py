"""Unused: parameters that were set and have no effect, and the warnings about them."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import signature
from typing import Any

from ..engine.optimizers import AdamW
from ..warning import warn_user

# Parameters that need a validation set, and that need a hidden layer.
VALIDATION = ("scoring", "validation_fraction")
HIDDEN = ("activation", "dropout", "dropout_schedule")
# Parameters that mean nothing to full-batch training.
UNUSED_BY_LBFGS = (
    "learning_rate",
    "learning_rate_schedule",
    "batch_size",
    "dropout",
    "dropout_schedule",
    "shuffle",
    "n_iter_no_change",
    "clip_norm",
)


def warn_unused(estimator: Any, keep_best: bool) -> None:
    """Warn about parameters that were set and that the solver "lbfgs" ignores.

    With early stopping, `keep_best`, every solver stops by `n_iter_no_change`.
    """
    names = {*UNUSED_BY_LBFGS} - ({"n_iter_no_change"} if keep_best else set())
    for name, value in set_by_the_user(estimator, names):
        warn_user(
            f"solver={estimator.solver!r} does not use {name}={value!r}: leave it "
            "at its default, or choose a stochastic solver such as 'adam'."
        )


def warn_without_effect(
    estimator: Any, has_validation_set: bool, dropout: tuple[float, ...]
) -> None:
    """Warn about parameters that were set and that have nothing to act on.

    `dropout` has a rate per hidden layer.
    """
    if not has_validation_set and estimator.early_stopping is False:
        for name, value in set_by_the_user(estimator, VALIDATION):
            warn_user(
                f"{name}={value!r} has no effect without a validation set: set "
                "early_stopping=True, or pass X_val and y_val to fit."
            )
    if dropout and not any(dropout):
        for name, value in set_by_the_user(estimator, ("dropout_schedule",)):
            warn_user(f"{name}={value!r} has no effect: dropout is 0.")
    solver = estimator.solver
    if isinstance(solver, AdamW) and solver.scale_decay and not estimator.input_scale:
        warn_user(f"solver={solver!r}: scale_decay has no effect without input_scale=True.")
    if not dropout:
        for name, value in set_by_the_user(estimator, HIDDEN):
            warn_user(f"{name}={value!r} has no effect: there is no hidden layer.")


def set_by_the_user(estimator: Any, names: Iterable[str]) -> list[tuple[str, Any]]:
    """Return name and value of the parameters among `names` that are not at the default."""
    defaults = signature(type(estimator).__init__).parameters
    values = {name: getattr(estimator, name) for name in sorted(names)}
    return [
        (name, value)
        for name, value in values.items()
        if value is not defaults[name].default and value != defaults[name].default
    ]
