"""The cost: what training minimises, and its gradient with respect to all parameters.

For a batch of m examples with weights w_i,

    J = 1/m Σ_i w_i C(y_i, a_i) + alpha / 2 · ‖W‖²

where the weights are divided by the batch's count, never by their own sum in the batch:
so every example pulls as hard in any batch it may fall into.
"""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple

from .arrays import Array, Generator, Input
from .data import Rows
from .losses import Loss
from .network import Network, Workspace
from .penalties import L2


class Data(NamedTuple):
    """Examples, one per row: inputs, targets, and weights (m, 1) or None.

    `rows` names those that take part, None all of them: so a part can be held out
    without a copy of the rest. Only a batch needs its targets as an array.
    """

    X: Input
    Y: Rows
    w: Array | None
    rows: Array | None = None

    @property
    def n(self) -> int:
        """How many examples take part."""
        return len(self.Y if self.rows is None else self.rows)


class Cost:
    """The cost of a network on a batch, as a function of `network.params`.

    Parameters
    ----------
    network : Network
    loss : Loss
    penalty : L2
    """

    def __init__(self, network: Network, loss: Loss, penalty: L2) -> None:
        self.network = network
        self.loss = loss
        self.penalty = penalty

    def gradient(
        self, batch: Data, space: Workspace, rng: Generator | None = None
    ) -> Array:
        """Write the gradient of J into ``network.grad``; return the loss per output.

        Parameters and returned costs are those of `loss_gradient`.
        """
        costs = self.loss_gradient(batch, space, rng)
        params, grad = self.network.params, self.network.grad
        self.penalty.add_gradient(params.weights, grad.weights)
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
        scale = space.share if w is None else w * space.share
        costs = self.loss.evaluate(Y, output, scale, space.delta[-1])
        self.network.backward(X, space)
        return costs


def check_finite(value: float, when: str, learning_rate: float | None) -> None:
    """Raise a ValueError that says what to do if the cost `value` is not finite."""
    if isfinite(value):
        return
    rate = "" if learning_rate is None else f" (now {learning_rate:g})"
    raise ValueError(
        f"Training diverged: the cost is {value} {when}. Lower learning_rate{rate}, or "
        "bring the columns of X to a common scale, for example with StandardScaler in "
        "a Pipeline."
    )
