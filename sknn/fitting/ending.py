"""Ending: how training ended, and the warnings about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.sparsefuncs import mean_variance_axis

from ..engine.arrays import Input
from ..engine.cost import is_flat, sampled
from ..engine.data import Data
from ..engine.network import Network
from ..engine.optimizer import Optimizer
from ..engine.plan import History
from .parts import Parts, is_auto

# A network is a failure if its loss is `FAILED` times that of a constant prediction, after
# `BEGUN` steps or where nothing improves any more, or if its last steps made the loss
# `ABSURD` times as large. Losses below `FLOOR`, in the units of training, are never one.
FAILED, ABSURD, BEGUN, FLOOR = 2.0, 100.0, 100, 0.1
SHORT = 50  # steps: of fewer, a network that is new learns little at any usual rate
NOTHING = 1e-4  # a loss of a constant prediction that leaves nothing to learn
FLAT = (
    "The network predicts the same for every row: its layers pass no signal on, for "
    "example because alpha is large, or because relu neurons have died after too large "
    "steps. Lower alpha or learning_rate, or use another activation or initializer."
)
SLACK = 1e-6  # between equal outputs of a network that is no better than a constant
UNEVEN = 10.0  # ratio of spreads of columns that is mentioned


@dataclass(frozen=True)
class Ending:
    """How training ended.

    Parameters
    ----------
    estimator : estimator
        Read only.
    parts : Parts
    network : Network
    data : Data
        As the network learns them.
    history : History
    max_iter : int
        The largest number of epochs, or of iterations.
    n_steps : int
        Of the optimizer, in all fits that it remembers.
    incremental : bool
        Whether that was one epoch of `partial_fit`.
    one_class : bool
        Whether there was nothing to learn.
    """

    estimator: Any
    parts: Parts
    network: Network
    data: Data
    history: History
    max_iter: int
    n_steps: int
    incremental: bool
    one_class: bool

    def shortfall(self) -> str:
        """Return the warning about the end of training, "" if there is none."""
        if self._has_failed():
            return self._failure()
        if self._is_flat():
            return FLAT
        history, solver = self.history, self.parts.solver
        stochastic = isinstance(solver, Optimizer)
        meant = history.converged or history.stopped or history.out_of_time
        if meant or self.incremental or self.one_class:
            return ""
        if stochastic and self.parts.schedule.ends:
            return self._too_short()
        if not stochastic and len(history.costs) < self.max_iter:
            return (
                f"solver={self.estimator.solver!r} ended after {len(history.costs)} "
                f"iterations before the cost stopped improving: {history.message}."
            )
        held_out = history.best_epoch is not None
        remedies = [] if held_out else ["early_stopping=True"]
        if stochastic:
            remedies.append('learning_rate_schedule="cosine"')
        remedy = f"Set {' or '.join(remedies)}, or raise" if remedies else "Raise"
        what = "validation score" if held_out else "cost"
        return (
            f"max_iter={self.max_iter} was reached before the {what} stopped improving. "
            f"{remedy} max_iter."
        )

    def _too_short(self) -> str:
        """Return the warning about a schedule that has ended, "" if there is none.

        Who chose it has chosen its length.
        """
        is_chosen = not is_auto(self.estimator.learning_rate_schedule)
        if is_chosen or self.n_steps >= SHORT:
            return ""
        return (
            f"max_iter={self.max_iter} made only {self.n_steps} steps of training. Raise "
            "max_iter, or lower batch_size."
        )

    def reason(self) -> str:
        """Return why training ended, in a few words."""
        history, estimator = self.history, self.estimator
        if history.interrupted:
            return "Ctrl-C was pressed"
        if self.one_class:
            return "there was nothing to learn: y has a single class"
        if history.stopped:
            return "a callback stopped training"
        if history.out_of_time:
            return f"max_time={estimator.max_time:g} seconds were reached"
        if self.incremental:
            return "partial_fit trains one epoch per call"
        stochastic = isinstance(self.parts.solver, Optimizer)
        if not history.converged:
            is_full = stochastic or len(history.costs) >= self.max_iter
            unit = "epochs" if stochastic else "iterations"
            return (
                f"max_iter={self.max_iter} {unit} were reached"
                if is_full
                else history.message
            )
        if not stochastic:
            return "the cost stopped improving"
        held_out = history.best_epoch is not None
        what = "validation score" if held_out else "loss"
        return f"the {what} did not improve in {estimator.n_iter_no_change} epochs"

    def _has_failed(self) -> bool:
        """Return whether the network is worse than a constant, or its last step absurd."""
        history = self.history
        before = float(history.costs[-1].sum()) if history.costs else np.inf
        if history.outcome > ABSURD * max(history.constant, before, FLOOR):
            return True
        has_begun = history.converged or self.n_steps >= BEGUN
        # Where a constant is right, as with a single class of weight, nothing can fail.
        worse = history.outcome > FAILED * history.constant + FLOOR > FLOOR + NOTHING
        # Targets out of reach have had a warning of their own.
        return worse and has_begun and self.parts.reaches and not self.incremental

    def _failure(self) -> str:
        """Return the message that training ended worse than it could have begun."""
        history, rate = self.history, ""
        if isinstance(self.parts.solver, Optimizer):
            rate = f"Lower learning_rate (now {self.estimator.learning_rate:g}). "
        return (
            "Training failed, it diverged or got stuck: the loss is "
            f"{history.outcome:.3g}, that of a constant prediction {history.constant:.3g} "
            f"(in the units of training). {rate}{advice(self.data.X)}"
        ).rstrip()

    def _is_flat(self) -> bool:
        """Return whether all rows get the same, although X and the targets vary."""
        if self.incremental or self.one_class or self.history.constant <= NOTHING:
            return False
        X = sampled(self.network, self.data).X
        no_better = self.history.outcome >= (1 - SLACK) * self.history.constant
        slack = SLACK if no_better else 0.0
        return is_flat(self.network, X, slack) and spread(X) > 0


def advice(X: Input) -> str:
    """Return what to do about columns of X of different scales, "" if they have one.

    X is of shape (n, n_features), as the network learns it.
    """
    ratio = spread(X)
    if ratio < UNEVEN:
        return ""
    return (
        'Bring the columns of X to one scale, as encoder="auto" does: the largest '
        f"standard deviation of a column is {ratio:.3g} times the smallest."
    )


def spread(X: Input) -> float:
    """Return the ratio of the largest to the smallest spread of the columns of X.

    X is of shape (n, n_features); constant columns do not count. 0 if all are constant.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if sparse.issparse(X):
            std = np.sqrt(mean_variance_axis(X, axis=0)[1])
        else:
            std = X.std(axis=0, dtype=np.float64)
    std = std[(std > 0) & np.isfinite(std)]
    return float(std.max() / std.min()) if len(std) else 0.0
