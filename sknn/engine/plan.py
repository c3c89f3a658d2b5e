"""The plan of a training, what is kept to continue later, and what is recorded.

All that `training` and `lbfgs` share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from .arrays import Array, Generator
from .optimizer import OptimizerState
from .schedules import Constant, Schedule
from .stopping import Interrupt, Stopping


class EpochEnd(NamedTuple):
    """An epoch that has just ended.

    Parameters
    ----------
    costs : array of shape (n_outputs,)
        The mean loss per output.
    rate : float
        The learning rate of the last step.
    """

    costs: Array
    rate: float


class Verdict(NamedTuple):
    """What an observer decides after an epoch.

    Parameters
    ----------
    score : float or None
        How good the network is now, higher being better; None for minus the cost.
    stop : bool
        Whether to end training here.
    """

    score: float | None = None
    stop: bool = False


class Observer(Protocol):
    """Called after every epoch; may end training."""

    on_epoch_begin: Callable[[], None] | None  # None if nothing is to be called

    def on_epoch_end(self, end: EpochEnd) -> Verdict:
        """Look at the epoch that has ended; decide how training continues."""


@dataclass(frozen=True)
class Plan:
    """How to train.

    Parameters
    ----------
    batch_size : int
    shuffle : bool
    learning_rate : float
    schedule : Schedule
        The factor on the learning rate.
    epochs : int
        How many to run at most; for L-BFGS, how many iterations.
    epochs_before, schedule_epochs : int
        The progress that the schedule sees at the first epoch is epochs_before /
        schedule_epochs, and rises by 1 / schedule_epochs per epoch, up to 1.
    tol, n_iter_no_change, keep_best
        See `Stopping`.
    clip_norm : float or None
        Maximum norm of the gradient; larger gradients are rescaled to it.
    max_time : float or None
        Seconds after which training ends.
    start_score : float or None
        Score of the parameters that training starts from, if they are a candidate.
    interrupt : Interrupt
        Looked at after every batch.
    dropout_schedule : Schedule
        The factor on dropout; it sees the same progress.
    """

    batch_size: int
    shuffle: bool
    learning_rate: float
    schedule: Schedule
    epochs: int
    epochs_before: int
    schedule_epochs: int
    tol: float
    n_iter_no_change: int
    keep_best: bool = False
    clip_norm: float | None = None
    max_time: float | None = None
    start_score: float | None = None
    interrupt: Interrupt = field(default_factory=Interrupt)
    dropout_schedule: Schedule = field(default_factory=Constant)

    def stopping(self, params: Array) -> Stopping:
        """Return the rule for when to stop.

        Parameters
        ----------
        params : array of shape (n_parameters,)
            What training starts from.
        """
        stopping = Stopping(self.tol, self.n_iter_no_change, self.keep_best)
        if self.start_score is not None:
            stopping.plateau(self.start_score, 0, params)
        return stopping


@dataclass
class TrainingState:
    """What training needs in order to continue later as if it had not stopped.

    Attributes
    ----------
    rng : Generator
        The only source of randomness.
    optimizer : OptimizerState or None
        The optimizer's memory; None before the first step.
    plateaus : int
        How often the cost has stopped improving so far.
    """

    rng: Generator
    optimizer: OptimizerState | None = None
    plateaus: int = 0


@dataclass
class History:
    """What happened in training.

    Attributes
    ----------
    costs : list of arrays of shape (n_outputs,)
        Per epoch, the mean loss of each output, every batch's taken before its step.
    converged : bool
        Whether training ended because nothing improved.
    stopped, out_of_time : bool
        Whether it ended because the observer decided so, or because time was up.
    interrupted : bool
        Whether the user ended it; the last costs are then those of a part of an epoch.
    message : str
        Why the solver ended, in its own words, if it has any.
    outcome, constant : float
        The mean loss after training, on some rows to train on, and that of their mean
        target as the prediction.
    best_epoch : int or None
        The epoch, from 1, whose parameters were kept as the best; 0 for the start.
    """

    costs: list[Array] = field(default_factory=list)
    converged: bool = False
    stopped: bool = False
    out_of_time: bool = False
    interrupted: bool = False
    message: str = ""
    outcome: float = 0.0
    constant: float = 0.0
    best_epoch: int | None = None

    def restore(self, stopping: Stopping, params: Array) -> None:
        """Write the best parameters, if kept, into `params`, (n_parameters,), in place."""
        if stopping.best_params is not None:
            params[...] = stopping.best_params
            self.best_epoch = stopping.best_epoch
