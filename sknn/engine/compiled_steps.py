"""Many steps in one compiled call, for the usual networks: what it needs, and when it can.

The same steps as one by one, with the same random numbers; the results are the same to
rounding. Between two calls Python draws batches and random places, and asks the schedules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .activations import GELU, Identity, Mish, ReLU, Sigmoid, SiLU, Softmax, Tanh
from .arrays import (
    LINE,
    POOL,
    Array,
    empty,
    load_kernels,
    ops,
    pool,
    random_place,
    xp,
)
from .cost import Cost
from .data import Data
from .losses import LogLoss, SquaredError
from .network import Network
from .optimizer import Optimizer
from .optimizers import Adam, AdamW
from .parameters import SCALE
from .plan import Plan, TrainingState

# The codes of `backends.numba_steps` are the places in these tuples. All classes are exact:
# a subclass may have another formula, and is trained step by step.
HIDDEN = (Identity, ReLU, Sigmoid, Tanh, SiLU, Mish, GELU)
ENDS = ((SquaredError, Identity), (LogLoss, Softmax), (LogLoss, Sigmoid))
# A call takes steps until one of these is reached: some milliseconds, after which Ctrl-C
# and the time limit are looked at, and a batch's rows that are still in the cache.
MOST, WORK, VALUES = 64, 100_000_000, 2**18
LINE_VALUES = LINE // 4  # of float32


class CompiledSteps:
    """The steps of one training.

    Parameters
    ----------
    cost : Cost
    optimizer : Adam or AdamW
    plan : Plan
    state : TrainingState
        The optimizer's memory and the random numbers; updated in place.

    Attributes
    ----------
    count : int
        How many steps to take in one call at most.
    """

    def __init__(
        self, cost: Cost, optimizer: Adam, plan: Plan, state: TrainingState
    ) -> None:
        network, params = cost.network, cost.network.params
        self._cost, self._optimizer, self._plan = cost, optimizer, plan
        self._state = state
        # `Network.layers` scales the first one anew at every look.
        self._widths_and_rates = [(len(layer.b), layer.dropout) for layer in network.layers]
        self.count = steps_at_once(network, plan.batch_size)
        layers, size = _layers(network, plan.batch_size)
        n_scales = len(params.scales)
        scales = len(params.flat) - n_scales
        loss = ENDS.index((type(cost.loss), type(network.output)))
        self._form = layers, params.n_weights, scales, SCALE, loss
        first = params.W[0].size if n_scales else 0
        spaces = [empty(length, xp.float32) for length in (size, size, size, first)]
        self._space = (*spaces, pool(xp.float32))

    @classmethod
    def of(
        cls, cost: Cost, optimizer: Optimizer, plan: Plan, state: TrainingState
    ) -> CompiledSteps | None:
        """Return the steps of a training on dense X, None if they cannot be compiled."""
        network = cost.network
        possible = (
            can_compile_steps()
            and type(optimizer) in (Adam, AdamW)
            and plan.clip_norm is None
            and network.params.flat.dtype == xp.float32
            and (type(cost.loss), type(network.output)) in ENDS
            and all(type(layer.activation) in HIDDEN for layer in network.layers[:-1])
            and plan.batch_size * max(network.widths) <= POOL
            and steps_at_once(network, plan.batch_size) > 1
        )
        if possible and isinstance(optimizer, Adam):
            return cls(cost, optimizer, plan, state)
        return None

    def take(
        self,
        rows: Data,
        places: Sequence[slice],
        factors: Callable[[int, int], tuple[float, float]],
    ) -> tuple[Array | float, int]:
        """Take one step on every batch; return the mean costs, (n_outputs,), and the rows.

        A batch of no weight changes nothing, neither the parameters by the penalty or
        by momentum nor the optimizer's memory.

        Parameters
        ----------
        rows : Data
            Of all batches, dense.
        places : sequence of slice
            The rows of each batch.
        factors : callable(number, step) -> learning rate, factor on dropout
            For batch `number` of these, after `step` steps of the training.
        """
        optimizer_state = self._state.optimizer
        assert optimizer_state is not None
        step, m, alpha = optimizer_state.step, 0, self._cost.penalty.alpha
        taken, adam, dropped = [], [], []
        for number, place in enumerate(places):
            rate, factor = factors(number, step)
            m = place.stop
            if rows.w is None or rows.w[place].any():
                step += 1
                taken.append((place.start, place.stop))
                adam.append(self._optimizer.kernel_factors(step, rate, alpha, xp.float32))
                dropped.append(self._dropped(place.stop - place.start, factor))
            if self._plan.interrupt.pressed:
                break
        if not taken:
            return 0.0, m
        bounds = xp.array(taken)
        costs = self._run(rows, places, bounds, (xp.array(adam), xp.array(dropped)))
        optimizer_state.step = step
        return xp.diff(bounds)[:, 0].astype(xp.float32) @ costs / m, m

    def _dropped(self, m: int, factor: float) -> list[tuple[float, int]]:
        """Return every layer's rate of dropout, and where its random numbers begin."""
        dropped = []
        for n, dropout in self._widths_and_rates:
            rate = dropout * factor
            dropped.append((rate, random_place(m * n, self._state.rng) if rate else 0))
        return dropped

    def _run(
        self, rows: Data, places: Sequence[slice], bounds: Array, table: tuple[Array, Array]
    ) -> Array:
        """Return the costs of the steps on the `bounds`, of shape (n_steps, n_outputs)."""
        cost, state = self._cost, self._state.optimizer
        assert state is not None
        sizes = [place.stop - place.start for place in places]
        scale = xp.repeat(1 / xp.array(sizes), sizes).astype(xp.float32)[:, xp.newaxis]
        if rows.w is not None:
            scale *= rows.w
        Y = rows.Y
        if isinstance(cost.loss, LogLoss):
            Y = cost.loss.smoothed(Y, cost.network.output)
        params, grad = cost.network.params.flat, cost.network.grad.flat
        costs = xp.empty((len(bounds), cost.network.widths[-1]), xp.float32)
        vectors, batches = (params, grad, *state.vectors), (rows.X, Y, scale, bounds)
        ops.steps(self._form, vectors, batches, self._space, table, costs)
        return costs


def can_compile_steps() -> bool:
    """Return whether Numba is there to compile them."""
    load_kernels()
    return ops.steps is not None


def steps_at_once(network: Network, m: int) -> int:
    """Return how many steps on batches of `m` rows one call may take."""
    work = m * network.params.n_weights
    values = m * (network.widths[0] + network.widths[-1])
    return min(MOST, WORK // work, VALUES // values)


def _layers(network: Network, m: int) -> tuple[Array, int]:
    """Return the layers as whole numbers, (n_layers, 6), and the size of a space for them.

    Nodes before, nodes here, where W and b begin in the parameters and `m` rows in a
    space, and the code of the activation, that of the output being of no account.
    """
    w, b, at = 0, network.params.n_weights, 0
    layers = []
    for layer in network.layers:
        n_in, n = layer.W.shape
        kind = type(layer.activation)
        code = HIDDEN.index(kind) if kind in HIDDEN else 0
        layers.append((n_in, n, w, b, at, code))
        w, b = w + n_in * n, b + n
        at += (
            -(-m * n // LINE_VALUES) * LINE_VALUES
        )  # the next one begins at a cache line, too
    return xp.array(layers), at
