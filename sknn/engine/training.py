"""Training: epochs of mini-batches, each one step against the gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import nan

from .arrays import Array, Generator, is_finite, quiet, xp
from .batches import Batches
from .cost import Cost, Data, check_finite
from .network import Workspace
from .optimizers import Optimizer, Slots
from .schedules import Moment, Schedule
from .stopping import Interrupt, Stopping, held_interrupts

OnEpoch = Callable[[Array], None]


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
        How many to run at most.
    first, length : int
        The progress that the schedule sees at the first epoch is first / length, and
        rises by 1 / length per epoch, up to 1.
    tol, n_iter_no_change : float, int
        See `Stopping`.
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
    interrupted : bool
        Whether the user ended it; the last costs are then those of a part of an epoch.
    """

    costs: list[Array] = field(default_factory=list)
    converged: bool = False
    interrupted: bool = False
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


class Training:
    """Mini-batch training of ``cost.network``, in place.

    Parameters
    ----------
    cost : Cost
    optimizer : Optimizer
    plan : Plan
    state : State
        Updated in place.
    """

    def __init__(self, cost: Cost, optimizer: Optimizer, plan: Plan, state: State) -> None:
        self.cost = cost
        self.optimizer = optimizer
        self.plan = plan
        self.state = state
        self.stopping = Stopping(plan.tol, plan.n_iter_no_change)
        self.history = History()

    def run(self, data: Data, on_epoch: OnEpoch) -> History:
        """Train on `data`, calling `on_epoch` with the costs of every epoch.

        Raises
        ------
        ValueError
            If the cost or a parameter stops being finite.
        """
        history = self.history
        batches = Batches(data, self.plan.batch_size, self.cost.network)
        with quiet(), held_interrupts() as interrupt:
            try:
                for epoch in range(self.plan.epochs):
                    self._epoch(epoch, batches, interrupt)
                    history.close_epoch()
                    on_epoch(history.costs[-1])
                    if self._finished():
                        break
            except KeyboardInterrupt:
                history.close_epoch()
                history.interrupted = True
        if not is_finite(self.cost.network.params.flat):
            check_finite(nan, "after the last step", self.plan.learning_rate)
        return history

    def _epoch(self, epoch: int, batches: Batches, interrupt: Interrupt) -> None:
        """Pass all rows once."""
        plan, state = self.plan, self.state
        for number, (batch, space) in enumerate(
            batches.draw(state.rng if plan.shuffle else None)
        ):
            done = plan.first + epoch + number / len(batches)
            moment = Moment(min(1.0, done / plan.length), state.slots.step, state.plateaus)
            costs = self._step(batch, space, moment)
            check_finite(float(xp.sum(costs)), f"in epoch {epoch + 1}", plan.learning_rate)
            self.history.add(costs, len(batch.Y))
            interrupt.check()

    def _step(self, batch: Data, space: Workspace, moment: Moment) -> Array | float:
        """Take one step against the gradient on `batch`; return its mean costs.

        A batch of no weight changes nothing, neither the parameters by the penalty or
        by momentum nor the optimizer's memory.
        """
        if batch.w is not None and not batch.w.any():
            return 0.0
        costs = self.cost.gradient(batch, space, self.state.rng)
        network = self.cost.network
        self.optimizer.step(
            network.params.flat,
            network.grad.flat,
            self.state.slots,
            self.plan.learning_rate * self.plan.schedule.factor(moment),
        )
        return costs

    def _finished(self) -> bool:
        """Tell whether the cost stopped improving and the schedule ends there."""
        if not self.stopping.plateau(float(self.history.costs[-1].sum())):
            return False
        self.state.plateaus += 1
        self.history.converged = not self.plan.schedule.goes_on(self.state.plateaus)
        return self.history.converged
