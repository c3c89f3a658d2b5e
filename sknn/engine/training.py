"""Training: epochs of mini-batches, one step each; the progress of the schedule."""

from __future__ import annotations

from math import nan, sqrt

from .arrays import Array, ignore_overflow, is_finite, load_kernels, xp
from .batches import Batches
from .compiled_steps import CompiledSteps
from .cost import Cost, check_finite, outcome
from .data import Data
from .network import Workspace
from .optimizer import Optimizer
from .plan import EpochEnd, History, Observer, Plan, TrainingState
from .schedules import Moment
from .stopping import Deadline
from .threads import blas_threads


def train(
    cost: Cost,
    data: Data,
    optimizer: Optimizer,
    plan: Plan,
    state: TrainingState,
    observer: Observer,
) -> History:
    """Train ``cost.network`` on mini-batches of `data`, in place; return what happened.

    With ``plan.keep_best`` it ends with the best parameters. `state` is updated in place.

    Raises
    ------
    ValueError
        If the cost or a parameter stops being finite.
    """
    load_kernels()
    training = Training(cost, optimizer, plan, state, observer)
    with blas_threads(cost.network.widths, plan.batch_size), ignore_overflow():
        history = training.run(data)
        history.outcome, history.constant = outcome(cost, data)
    check_finite(history.outcome, "after the last step", plan.learning_rate)
    return history


def clip(grad: Array, norm: float) -> None:
    """Rescale `grad`, (n_parameters,), in place to the norm `norm` if its own is larger.

    Source: R. Pascanu et al., "On the difficulty of training recurrent neural networks"
    (2013).
    """
    length = sqrt(float(xp.dot(grad, grad)))
    if length > norm:
        grad *= norm / length


def dropout_factor(plan: Plan, moment: Moment) -> float:
    """Return the factor on dropout; raise a ValueError if it is not in [0, 1]."""
    factor = plan.dropout_schedule.factor(moment)
    if not 0 <= factor <= 1:
        raise ValueError(
            f"dropout_schedule={plan.dropout_schedule!r} must return a factor in [0, 1], "
            f"got {factor} at progress {moment.progress:g}: raise dropout instead."
        )
    return factor


class EpochMean:
    """The mean of the costs over the rows of an epoch so far."""

    def __init__(self) -> None:
        self._total: Array | float = 0.0
        self._n = 0

    def add(self, costs: Array | float, m: int) -> None:
        """Add the mean `costs`, (n_outputs,), of the next `m` rows."""
        self._total = self._total + m * costs
        self._n += m

    def close(self) -> list[Array]:
        """Return a list of the mean, (n_outputs,), empty if no row came; start anew."""
        means = [xp.asarray(self._total / self._n)] if self._n else []
        self._total, self._n = 0.0, 0
        return means


class Training:
    """One training by mini-batches, from the first epoch to the last.

    Parameters
    ----------
    cost : Cost
    optimizer : Optimizer
    plan : Plan
    state : TrainingState
        Updated in place.
    observer : Observer
    """

    def __init__(
        self,
        cost: Cost,
        optimizer: Optimizer,
        plan: Plan,
        state: TrainingState,
        observer: Observer,
    ) -> None:
        params = cost.network.params
        if state.optimizer is None:
            state.optimizer = optimizer.start(
                params.flat, params.n_weights, len(params.scales)
            )
        self.cost = cost
        self.optimizer = optimizer
        self.optimizer_state = state.optimizer
        self.plan = plan
        self.state = state
        self.observer = observer
        self.history = History()
        self._mean = EpochMean()
        self._stopping = plan.stopping(params.flat)
        self._deadline = Deadline(plan.max_time)
        self._rate = plan.learning_rate
        self._compiled = CompiledSteps.of(cost, optimizer, plan, state)

    def run(self, data: Data) -> History:
        """Train on `data`, of n rows; see `train`."""
        history, params = self.history, self.cost.network.params.flat
        batches = Batches(data, self.plan.batch_size, self.cost.network)
        try:
            for epoch in range(self.plan.epochs):
                if self.observer.on_epoch_begin is not None:
                    self.observer.on_epoch_begin()
                self._epoch(epoch, batches)
                history.costs += self._mean.close()
                loss = float(history.costs[-1].sum())
                check_finite(loss, f"in epoch {epoch + 1}", self.plan.learning_rate)
                self._check_params()
                if self._finished(epoch):
                    break
        except KeyboardInterrupt:
            history.costs += self._mean.close()
            history.interrupted = True
            self._check_params()
        # Ctrl-C may also have come after the last look, say while the last score was taken.
        history.interrupted = history.interrupted or self.plan.interrupt.pressed
        history.restore(self._stopping, params)
        return history

    def _check_params(self) -> None:
        """Raise a ValueError if a parameter is not finite: its step was the last so far."""
        if not is_finite(self.cost.network.params.flat):
            check_finite(nan, "after the last step", self.plan.learning_rate)

    def _epoch(self, epoch: int, batches: Batches) -> None:
        """Pass all rows once, or as many as time allows."""
        rng = self.state.rng if self.plan.shuffle else None
        epoch += self.plan.epochs_before
        if self._compiled is not None and isinstance(batches.data.X, xp.ndarray):
            self._epoch_by_several(epoch, batches, self._compiled)
            return
        for number, (batch, space) in enumerate(batches.draw(rng)):
            step = self.optimizer_state.step
            _, factor = self._factors(epoch + number / len(batches), step)
            self.cost.network.dropout_factor = factor
            self._mean.add(self._step(batch, space), batch.n)
            if self._ends():
                break

    def _epoch_by_several(
        self, epoch: int, batches: Batches, compiled: CompiledSteps
    ) -> None:
        """Pass all rows once, taking several steps in one call."""
        rng = self.state.rng if self.plan.shuffle else None
        done = 0

        def factors(number: int, step: int) -> tuple[float, float]:
            return self._factors(epoch + (done + number) / len(batches), step)

        for rows, places in batches.draw_several(rng, compiled.count):
            self._mean.add(*compiled.take(rows, places, factors))
            done += len(places)
            if self._ends():
                break

    def _factors(self, epoch: float, step: int) -> tuple[float, float]:
        """Return learning rate and factor on dropout, `epoch` epochs from the first on."""
        plan = self.plan
        progress = min(1.0, epoch / plan.schedule_epochs)
        moment = Moment(progress, step, self.state.plateaus)
        self._rate = plan.learning_rate * plan.schedule.factor(moment)
        return self._rate, dropout_factor(plan, moment)

    def _ends(self) -> bool:
        """Return whether time is up; raise KeyboardInterrupt if Ctrl-C was pressed."""
        if self.plan.interrupt.pressed:
            raise KeyboardInterrupt
        self.history.out_of_time = self._deadline.passed()
        return self.history.out_of_time

    def _step(self, batch: Data, space: Workspace) -> Array | float:
        """Take one step against the gradient on `batch`; return its mean costs.

        A batch of no weight changes nothing, neither the parameters by the penalty or
        by momentum nor the optimizer's memory.
        """
        if batch.w is not None and not batch.w.any():
            return 0.0
        cost, rng, alpha = self.cost, self.state.rng, self.cost.penalty.alpha
        params, grad = cost.network.params.flat, cost.network.grad.flat
        if self.plan.clip_norm is None:
            costs = cost.loss_gradient(batch, space, rng)
        else:
            costs = cost.gradient(batch, space, rng)
            clip(grad, self.plan.clip_norm)
            alpha = 0.0  # the gradient has the penalty's already
        self.optimizer.step(params, grad, self.optimizer_state, self._rate, alpha)
        return costs

    def _finished(self, epoch: int) -> bool:
        """Show the epoch to the observer; return whether training ends with it."""
        history = self.history
        costs = history.costs[-1]
        verdict = self.observer.on_epoch_end(EpochEnd(costs, self._rate))
        score = -float(costs.sum()) if verdict.score is None else verdict.score
        params = self.cost.network.params.flat
        if self._stopping.plateau(score, epoch + 1, params):
            self.state.plateaus += 1
            history.converged = not self.plan.schedule.goes_on(self.state.plateaus)
        history.stopped = verdict.stop
        return history.converged or history.stopped or history.out_of_time
