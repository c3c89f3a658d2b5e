"""The cost: what training minimises, and its gradient with respect to all parameters.

For a batch of m examples with weights w_i,

    J = 1/m Σ_i w_i C(y_i, a_i) + alpha / 2 · ‖W‖²

where the weights are divided by the batch's count, never by their own sum in the batch:
so every example pulls as hard in any batch it may fall into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from .activation import Activation
from .arrays import Array, Generator, Input, blocks_in_cache, ignore_overflow, xp
from .data import Data, gather
from .loss import Loss, Output
from .network import Layer, Network, Workspace, linear, propagate

OUTCOME_ROWS = 512  # looked at after training,
OUTCOME_VALUES = 65536  # or fewer, for many outputs: as many outputs in all


@dataclass(frozen=True)
class L2:
    """The penalty alpha / 2 · ‖W‖², over all weights and never over biases.

    Parameters
    ----------
    alpha : float
        Strength, >= 0; the same for every batch size and scale of the sample weights.
    """

    alpha: float

    def value(self, weights: Array) -> float:
        """Return alpha / 2 · ‖W‖² for the flat vector of all `weights`, (n_weights,)."""
        return 0.5 * self.alpha * float(xp.dot(weights, weights))

    def add_gradient(self, weights: Array, grad: Array) -> None:
        """Add alpha · W to `grad` in place; both (n_weights,).

        An optimizer does the same within its step, where the weights are in the cache.
        """
        for block in blocks_in_cache(len(weights)):
            grad[block] += self.alpha * weights[block]


@dataclass(frozen=True, eq=False)
class Cost:
    """The cost of a network on a batch, as a function of `network.params`.

    Parameters
    ----------
    network : Network
    loss : Loss
    penalty : L2
    """

    network: Network
    loss: Loss
    penalty: L2

    def gradient(
        self, batch: Data, space: Workspace, rng: Generator | None = None
    ) -> Array:
        """Write the gradient of J into ``network.grad``; return the loss per output.

        Parameters and returned costs, (n_outputs,), are those of `loss_gradient`.
        """
        costs = self.loss_gradient(batch, space, rng)
        self.penalty.add_gradient(self.network.params.weights, self.network.grad.weights)
        return costs

    def loss_gradient(
        self, batch: Data, space: Workspace, rng: Generator | None = None
    ) -> Array:
        """Write the gradient of J without the penalty; return the loss per output.

        Parameters
        ----------
        batch : Data of m rows
        space : Workspace for m rows
        rng : Generator or None
            Draws the dropout masks.

        Returns
        -------
        costs : array of shape (n_outputs,)
            The weighted mean over the rows of the loss of each output; their sum is J
            without the penalty.
        """
        X, Y, w, _ = batch
        output = self.network.forward(X, space, rng)
        if w is not None:
            output = output._replace(scale=w * space.share)
        costs = self.loss.evaluate(Y, output, space.delta[-1])
        self.network.backward(X, space)
        return costs


def mean_costs(
    layers: Sequence[Layer],
    loss: Loss,
    data: Data,
    units: tuple[Array, Array] | None = None,
) -> Array:
    """Return the weighted mean of the loss over all rows of `data`, without a gradient.

    Parameters
    ----------
    layers : sequence of Layer
    loss : Loss
    data : Data of n rows
        Targets in the units of the network's predictions.
    units : (shift, scale), arrays of shape (n_outputs,), or None
        Where the loss is to be taken of (y - shift) / scale, and so of the predictions.

    Returns
    -------
    costs : array of shape (n_outputs,)
    """
    activation = layers[-1].activation
    with ignore_overflow():
        Z = propagate(data.X, linear(layers))
        A = xp.empty_like(Z)
        activation.forward(Z.copy(), A)
        A = loss.to_predictions(A)
        Y = gather(data.Y, slice(None), xp.empty(data.Y.shape, A.dtype))
        if units is not None:
            shift, scale = units
            Y, A = (Y - shift) / scale, (A - shift) / scale
        costs = xp.empty_like(A)
        loss.cost(Y, Output(Z, A, activation), costs)
    w = None if data.w is None else data.w[:, 0]
    means: Array = xp.average(costs, axis=0, weights=w)
    return means


class DivergenceError(ValueError):
    """The cost or a parameter is not finite."""


def outcome(cost: Cost, data: Data) -> tuple[float, float]:
    """Return the mean loss after training, and that of the mean target as prediction.

    On the rows of `sampled`: the costs of an epoch are taken before its steps, so nobody
    has looked at the last one.
    """
    network, loss = cost.network, cost.loss
    part = sampled(network, data)
    if part.w is not None and not part.w.any():
        return 0.0, 0.0
    Y = gather(part.Y, slice(None), xp.empty(part.Y.shape, network.params.flat.dtype))
    w = None if part.w is None else part.w[:, 0]
    A = xp.zeros((len(Y), len(network.layers[-1].b)), Y.dtype)
    A += xp.average(Y, axis=0, weights=w)
    costs = xp.empty_like(A)
    with ignore_overflow():
        loss.cost(Y, Output(_before(A, network.output), A, network.output), costs)
    constant = float(xp.average(costs, axis=0, weights=w).sum())
    return float(mean_costs(network.layers, loss, part).sum()), constant


def sampled(network: Network, data: Data) -> Data:
    """Return up to `OUTCOME_ROWS` rows, evenly spaced, of those to train on."""
    rows = max(16, min(OUTCOME_ROWS, OUTCOME_VALUES // len(network.layers[-1].b)))
    every = data.indices if data.indices is not None else xp.arange(data.n)
    return data.part(every[:: -(-data.n // rows)])


def is_flat(network: Network, X: Input, slack: float = 0.0) -> bool:
    """Return whether the output is the same for all rows of X, (n, n_features).

    The outputs may differ by `slack` before their activation.
    """
    with ignore_overflow():
        Z = propagate(X, linear(network.layers))
        return bool(((Z[0] == Z) | (abs(Z - Z[0]) <= slack)).all())


def _before(A: Array, activation: Activation) -> Array:
    """Return Z for outputs `A` of an activation with a link, else `A`; both (m, n)."""
    tiny = xp.finfo(A.dtype).eps
    if activation.link == "log" or (activation.link == "logit" and activation.joint):
        Z: Array = xp.log(xp.maximum(A, tiny))
        return Z
    if activation.link == "logit":
        p = xp.clip(A, tiny, 1 - tiny)
        return xp.log(p) - xp.log1p(-p)
    return A.copy()


def check_finite(value: float, when: str, learning_rate: float | None) -> None:
    """Raise a ValueError, `DivergenceError`, if the cost `value` is not finite."""
    if isfinite(value):
        return
    remedy = "Use another solver."
    if learning_rate is not None:
        remedy = f"Lower learning_rate (now {learning_rate:g})."
    raise DivergenceError(f"Training diverged: the cost is {value} {when}. {remedy}")
