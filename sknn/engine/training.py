"""Training: epochs of mini-batches, each one step against the gradient."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan, sqrt
from typing import NamedTuple, Protocol

from .arrays import Array, Generator, is_finite, quiet, xp
from .batches import Batches
from .cost import Cost, Data, check_finite
from .network import Workspace
from .optimizers import Optimizer, Slots
from .schedules import Moment, Schedule
from .stopping import Deadline, Interrupt, Stopping, held_interrupts


class EpochEnd(NamedTuple):
    """An epoch that has just ended: its mean loss per output, and its training rate."""

    costs: Array
    rate: float


class Verdict(NamedTuple):
    """What an observer says after an epoch.

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
    """What looks on from outside."""

    def epoch_begins(self) -> None:
        """Take note that an epoch begins."""

    def epoch_ended(self, end: EpochEnd) -> Verdict:
        """Take note that an epoch has ended, and say how it goes on."""


@dataclass(frozen=True)
class Plan:
    """How to train.

    Parameters
    ----------
    batch_size : int
    shuffle : bool
    learning_rate : float
    schedule : Schedule
    epochs : int
        How many to run at most; for L-BFGS, how many iterations.
    first, length : int
        The progress that the schedule sees at the first epoch is first / length, and
        rises by 1 / length per epoch, up to 1.
    tol, n_iter_no_change, keep_best
        See `Stopping`.
    clip_norm : float or None
        Longer gradients are shortened to this length.
    max_time : float or None
        Seconds after which training ends.
    start_score : float or None
        Score of the parameters that training starts from, if they are a candidate.
    """

    batch_size: int
    shuffle: bool
    learning_rate: float
    schedule: Schedule
    epochs: int
    first: int
    length: int
    tol: float
    n_iter_no_change: int
    keep_best: bool = False
    clip_norm: float | None = None
    max_time: float | None = None
    start_score: float | None = None

    def stopping(self, params: Array) -> Stopping:
        """Return the rule for when to stop, for training that starts from `params`."""
        stopping = Stopping(self.tol, self.n_iter_no_change, self.keep_best)
        if self.start_score is not None:
            stopping.plateau(self.start_score, 0, params)
        return stopping


@dataclass
class State:
    """What training needs in order to go on later exactly as if it had not stopped.

    Attributes
    ----------
    rng : Generator
        The only source of randomness.
    slots : Slots
        The optimizer's memory.
    plateaus : int
        How often the cost has stopped improving so far.
    """

    rng: Generator
    slots: Slots
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
        Whether it ended because the observer said so, or because time was up.
    interrupted : bool
        Whether the user ended it; the last costs are then those of a part of an epoch.
    best_epoch : int or None
        The epoch, from 1, whose parameters were kept as the best; 0 for the start.
    best_score : float or None
        Their score.
    """

    costs: list[Array] = field(default_factory=list)
    converged: bool = False
    stopped: bool = False
    out_of_time: bool = False
    interrupted: bool = False
    best_epoch: int | None = None
    best_score: float | None = None
    _total: Array | float = 0.0
    _rows: int = 0

    def add(self, costs: Array | float, m: int) -> None:
        """Take the mean `costs` of the next `m` rows."""
        self._total = self._total + m * costs
        self._rows += m

    def close_epoch(self) -> None:
        """Move the mean over the rows since the last call, if any, to `costs`."""
        if self._rows:
            self.costs.append(xp.asarray(self._total / self._rows))
        self._total, self._rows = 0.0, 0

    def restore(self, stopping: Stopping, params: Array) -> None:
        """Write the best parameters, if any were kept, into `params`, in place."""
        if stopping.best_params is not None:
            params[...] = stopping.best_params
            self.best_epoch, self.best_score = stopping.best_epoch, stopping.best


def clip(grad: Array, norm: float) -> None:
    """Shorten `grad` in place to the length `norm` if it is longer.

    Source: R. Pascanu et al., "On the difficulty of training recurrent neural networks"
    (2013).
    """
    length = sqrt(float(xp.dot(grad, grad)))
    if length > norm:
        grad *= norm / length


class Training:
    """Mini-batch training of ``cost.network``, in place.

    Parameters
    ----------
    cost : Cost
    optimizer : Optimizer
    plan : Plan
    state : State
        Updated in place.
    observer : Observer
    """

    def __init__(
        self, cost: Cost, optimizer: Optimizer, plan: Plan, state: State, observer: Observer
    ) -> None:
        self.cost = cost
        self.optimizer = optimizer
        self.plan = plan
        self.state = state
        self.observer = observer
        self.history = History()
        self._stopping = plan.stopping(cost.network.params.flat)
        self._deadline = Deadline(plan.max_time)
        self._rate = plan.learning_rate

    def run(self, data: Data) -> History:
        """Train on `data`; with `keep_best`, end with the best parameters.

        Raises
        ------
        ValueError
            If the cost or a parameter stops being finite.
        """
        history, params = self.history, self.cost.network.params.flat
        batches = Batches(data, self.plan.batch_size, self.cost.network)
        with quiet(), held_interrupts() as interrupt:
            try:
                for epoch in range(self.plan.epochs):
                    self.observer.epoch_begins()
                    self._epoch(epoch, batches, interrupt)
                    history.close_epoch()
                    cost = float(history.costs[-1].sum())
                    check_finite(cost, f"in epoch {epoch + 1}", self.plan.learning_rate)
                    if self._finished(epoch):
                        break
            except KeyboardInterrupt:
                history.close_epoch()
                history.interrupted = True
        if not is_finite(params):
            check_finite(nan, "after the last step", self.plan.learning_rate)
        history.restore(self._stopping, params)
        return history

    def _epoch(self, epoch: int, batches: Batches, interrupt: Interrupt) -> None:
        """Pass all rows once, or as many as time allows."""
        plan, state = self.plan, self.state
        for number, (batch, space) in enumerate(
            batches.draw(state.rng if plan.shuffle else None)
        ):
            done = plan.first + epoch + number / len(batches)
            moment = Moment(min(1.0, done / plan.length), state.slots.step, state.plateaus)
            self._rate = plan.learning_rate * plan.schedule.factor(moment)
            self.history.add(self._step(batch, space), batch.n)
            interrupt.check()
            if self._deadline.passed():
                self.history.out_of_time = True
                break

    def _step(self, batch: Data, space: Workspace) -> Array | float:
        """Take one step against the gradient on `batch`; return its mean costs.

        A batch of no weight changes nothing, neither the parameters by the penalty or
        by momentum nor the optimizer's memory.
        """
        if batch.w is not None and not batch.w.any():
            return 0.0
        cost, slots = self.cost, self.state.slots
        params, grad = cost.network.params.flat, cost.network.grad.flat
        if self.plan.clip_norm is None:
            costs = cost.loss_gradient(batch, space, self.state.rng)
            self.optimizer.step(params, grad, slots, self._rate, cost.penalty.alpha)
        else:
            costs = cost.gradient(batch, space, self.state.rng)
            clip(grad, self.plan.clip_norm)
            self.optimizer.step(params, grad, slots, self._rate)
        return costs

    def _finished(self, epoch: int) -> bool:
        """Show the epoch to the observer; tell whether training ends with it."""
        history = self.history
        costs = history.costs[-1]
        verdict = self.observer.epoch_ended(EpochEnd(costs, self._rate))
        score = -float(costs.sum()) if verdict.score is None else verdict.score
        params = self.cost.network.params.flat
        if self._stopping.plateau(score, epoch + 1, params):
            self.state.plateaus += 1
            history.converged = not self.plan.schedule.goes_on(self.state.plateaus)
        history.stopped = verdict.stop
        return history.converged or history.stopped or history.out_of_time
