"""Full-batch training with L-BFGS, by SciPy.

Source: D. Liu and J. Nocedal, "On the limited memory BFGS method" (1989).
"""

from __future__ import annotations

from contextlib import suppress
from math import nan

from scipy.optimize import minimize

from .arrays import Array, ignore_overflow, load_kernels, xp
from .batches import Batches
from .cost import Cost, check_finite, outcome
from .data import Data
from .optimizers import LBFGS
from .plan import EpochEnd, History, Observer, Plan
from .stopping import Deadline, Interrupt
from .threads import blas_threads

# The relative decrease of the cost at which SciPy ends, as a multiple of `tol`: with the
# default `tol` it is SciPy's own default; a smaller one asks for more.
DECREASE = 2.2e-5
ROWS = 4096  # rows per block of the full gradient, so that its memory is bounded


class Objective:
    """The cost over all rows as a function of a float64 vector, for SciPy.

    Parameters
    ----------
    cost : Cost
    data : Data of n rows
    interrupt : Interrupt

    Attributes
    ----------
    costs : array of shape (n_outputs,)
        The loss per output where it was evaluated last.
    value : float
        The cost there.
    params : array of shape (n_parameters,)
        The network's parameters.
    accepted : array of shape (n_parameters,)
        The last iterate.
    """

    def __init__(self, cost: Cost, data: Data, interrupt: Interrupt) -> None:
        self.cost = cost
        self.interrupt = interrupt
        self._batches = Batches(data, min(ROWS, data.n), cost.network)
        self._n = data.n
        self.params = cost.network.params.flat
        self.accepted = self.params.copy()
        self.value = nan
        self.costs = xp.zeros(len(cost.network.layers[-1].b))

    def __call__(self, params: Array) -> tuple[float, Array]:
        """Return the cost and its gradient, (n_parameters,), at `params`, all float64."""
        if self.interrupt.pressed:
            raise KeyboardInterrupt
        network = self.cost.network
        network.params.flat[...] = params
        self.costs = xp.zeros_like(self.costs)
        grad = xp.zeros(len(params))
        for batch, space in self._batches.draw(None):
            share = batch.n / self._n
            self.costs += share * self.cost.gradient(batch, space)
            grad += share * network.grad.flat
        self.value = float(self.costs.sum())
        self.value += self.cost.penalty.value(network.params.weights)
        check_finite(self.value, "in L-BFGS", None)
        return self.value, grad


class _Iterations:
    """What happens after every iteration, as SciPy's callback.

    Parameters
    ----------
    objective : Objective
    plan : Plan
    observer : Observer
    """

    def __init__(self, objective: Objective, plan: Plan, observer: Observer) -> None:
        self.objective = objective
        self.observer = observer
        self.history = History()
        self.stopping = plan.stopping(objective.params)
        self._deadline = Deadline(plan.max_time)
        # Without held-out scores, SciPy's own rules say when nothing improves.
        self._may_stop = plan.keep_best

    def __call__(self, params: Array) -> None:
        """Accept the iterate `params`, (n_parameters,); raise StopIteration at the end."""
        objective, history = self.objective, self.history
        objective.params[...] = params
        objective.accepted = objective.params.copy()
        history.costs.append(objective.costs)
        if self.observer.on_epoch_begin is not None:
            self.observer.on_epoch_begin()
        verdict = self.observer.on_epoch_end(EpochEnd(objective.costs, nan))
        score = -objective.value if verdict.score is None else verdict.score
        plateau = self.stopping.plateau(score, len(history.costs), objective.accepted)
        history.converged = plateau and self._may_stop
        history.stopped = verdict.stop
        history.out_of_time = self._deadline.passed()
        if history.converged or history.stopped or history.out_of_time:
            raise StopIteration


def minimise(
    cost: Cost, data: Data, solver: LBFGS, plan: Plan, observer: Observer
) -> History:
    """Train ``cost.network`` in place; return what happened, an epoch per iteration.

    Ends when no component of the gradient is larger than ``plan.tol``. The observer sees
    a learning rate of NaN. A ValueError is raised if the cost is not finite.
    """
    load_kernels()
    threads = blas_threads(cost.network.widths, min(ROWS, data.n))
    with threads, ignore_overflow():
        objective = Objective(cost, data, plan.interrupt)
        iterations = _Iterations(objective, plan, observer)
        history = iterations.history
        try:
            _minimise(objective, iterations, solver, plan)
        except KeyboardInterrupt:
            history.interrupted = True
        objective.params[...] = objective.accepted
        history.interrupted = history.interrupted or plan.interrupt.pressed
        history.restore(iterations.stopping, objective.params)
        history.outcome, history.constant = outcome(cost, data)
    check_finite(history.outcome, "after L-BFGS", None)
    return history


def _minimise(
    objective: Objective, iterations: _Iterations, solver: LBFGS, plan: Plan
) -> None:
    """Run SciPy's L-BFGS; what happens is noted in ``iterations.history``."""
    history, start = iterations.history, objective.params.astype(xp.float64)
    result = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        callback=iterations,
        options=_options(solver, plan),
    )
    history.message = result.message
    if not history.costs:  # the start is a minimum already: it is the only iterate
        objective(start)
        with suppress(StopIteration):
            iterations(start)
    history.converged = history.converged or result.success


def _options(solver: LBFGS, plan: Plan) -> dict[str, float]:
    """Return SciPy's options."""
    return {
        "maxiter": plan.epochs,
        "maxfun": solver.max_fun,
        "maxcor": solver.memory,
        "gtol": plan.tol,
        "ftol": DECREASE * plan.tol,
    }
