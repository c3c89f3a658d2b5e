"""Full-batch training with L-BFGS, by SciPy.

Source: D. Liu and J. Nocedal, "On the limited memory BFGS method" (1989).
"""

from __future__ import annotations

from scipy.optimize import minimize

from .arrays import Array, quiet, xp
from .batches import Batches
from .cost import Cost, Data, check_finite
from .optimizers import LBFGS
from .stopping import Interrupt, held_interrupts
from .training import History, OnEpoch

# SciPy's limit on the relative decrease: far below its default, so that `tol` decides.
FTOL = 64 * float(xp.finfo(xp.float64).eps)
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
    accepted : array of shape (n_parameters,)
        The last iterate.
    """

    def __init__(self, cost: Cost, data: Data, interrupt: Interrupt) -> None:
        self.cost = cost
        self.interrupt = interrupt
        self._batches = Batches(data, min(ROWS, len(data.Y)), cost.network)
        self._n = len(data.Y)
        self.accepted = cost.network.params.flat.astype(xp.float64)
        self.costs = xp.zeros(data.Y.shape[1])

    def __call__(self, params: Array) -> tuple[float, Array]:
        """Return the cost and its gradient at `params`, both float64."""
        self.interrupt.check()
        network = self.cost.network
        network.params.flat[...] = params
        self.costs = xp.zeros_like(self.costs)
        grad = xp.zeros(len(params))
        for batch, space in self._batches.draw(None):
            share = len(batch.Y) / self._n
            self.costs += share * self.cost.gradient(batch, space)
            grad += share * network.grad.flat
        value = float(self.costs.sum())
        value += self.cost.penalty.value(network.params.weights)
        check_finite(value, "in L-BFGS", None)
        return value, grad


def minimise(
    cost: Cost, data: Data, solver: LBFGS, max_iter: int, tol: float, on_epoch: OnEpoch
) -> History:
    """Train ``cost.network`` in place; return what happened, an epoch per iteration.

    Ends when no component of the gradient is larger than `tol`; `on_epoch` gets the costs
    per output of every iteration. A ValueError is raised if the cost is not finite.
    """
    history = History()
    options = {
        "maxiter": max_iter,
        "maxfun": solver.max_fun,
        "maxcor": solver.memory,
        "gtol": tol,
        "ftol": FTOL,
    }
    with quiet(), held_interrupts() as interrupt:
        objective = Objective(cost, data, interrupt)

        def iterated(params: Array) -> None:
            objective.accepted = params.copy()
            history.add(objective.costs, 1)
            history.close_epoch()
            on_epoch(history.costs[-1])

        try:
            start = objective.accepted
            result = minimize(
                objective,
                start,
                jac=True,
                method="L-BFGS-B",
                callback=iterated,
                options=options,
            )
            history.converged = result.success
        except KeyboardInterrupt:
            history.interrupted = True
        cost.network.params.flat[...] = objective.accepted
    return history
