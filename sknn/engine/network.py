"""The network: layers of neurons, forward propagation and back propagation.

For a batch of m examples, one row each, layer l computes from what comes in, H[l-1]
(H[-1] being the input X):

    Z[l] = H[l-1] @ W[l] + b[l]        A[l] = σ_l(Z[l])        H[l] = A[l] * D[l]

with D[l] the dropout mask; without dropout H[l] is A[l]. With delta[l] = ∂C/∂Z[l],
which the loss gives for the output layer, the gradient is

    ∂C/∂W[l] = H[l-1].T @ delta[l]     ∂C/∂b[l] = Σ_rows delta[l]
    delta[l-1] = σ'_{l-1}(Z[l-1]) * D[l-1] * (delta[l] @ W[l].T)

which is the document's derivation, with examples as rows.

With scales of the inputs, s = `SCALE` u, the first layer is diag(s) W[0] in place of W[0].
The trained parameters are u: under Adam, whose steps do not depend on the unit of a
gradient, s moves `SCALE` times as fast as a weight. With G = X.T @ delta[0],

    ∂C/∂W[0] = diag(s) G               ∂C/∂u_i = SCALE Σ_k G_ik W[0]_ik

Source of the scales: D. Holzmüller et al., "Better by default" (2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

from .activation import Activation
from .activations import Identity
from .arrays import (
    Array,
    Generator,
    Input,
    empty,
    error_before,
    ignore_overflow,
    ops,
    product,
    random_numbers,
    weight_gradient,
    xp,
)
from .data import Data, blocks
from .initializers import Initializer
from .loss import Output
from .neurons import Neurons, neurons
from .parameters import SCALE, Parameters

SAMPLE = 1000  # rows that initial weights may follow from
PREDICT_ROWS = 512  # rows per block of a prediction: layers of some 100 nodes fit a cache


class Layer(NamedTuple):
    """One layer: weights W (nodes before, nodes here), biases b (nodes here,), its neurons.

    `dropout` is the probability of leaving one of them out of a training step.
    """

    W: Array
    b: Array
    neurons: Neurons
    dropout: float = 0.0

    @property
    def activation(self) -> Activation:
        """The activation of the neurons."""
        return self.neurons.activation


def layers_of(
    coefs: Sequence[Array],
    intercepts: Sequence[Array],
    activations: Sequence[Activation],
    learned: Sequence[Array],
) -> list[Layer]:
    """Return the layers of a network that is given by its arrays, one of each per layer.

    Parameters
    ----------
    coefs : sequence of arrays of shape (nodes before, nodes here)
    intercepts : sequence of arrays of shape (nodes here,)
    activations : sequence of Activation
    learned : sequence of arrays of shape (n_learned,)
        What the activations have learned.
    """
    return [
        Layer(W, b, neurons(activation.bind(values)))
        for W, b, activation, values in zip(
            coefs, intercepts, activations, learned, strict=True
        )
    ]


class LayerSpace(NamedTuple):
    """The memory of one layer in a training step: arrays of shape (m, nodes here).

    A is Z where the activation can work in place, H is A where there is no dropout, and D
    is empty there.
    """

    Z: Array
    A: Array
    H: Array
    D: Array
    delta: Array

    @classmethod
    def of(cls, layer: Layer, m: int, last: bool) -> LayerSpace:
        """Return new memory for `m` rows of `layer`, the output layer if `last`."""
        shape, dtype = (m, len(layer.b)), layer.b.dtype
        Z = empty(shape, dtype)
        A = Z if layer.activation.in_place and not last else empty(shape, dtype)
        H = empty(shape, dtype) if layer.dropout else A
        D = empty(shape if layer.dropout else (0, 0), dtype)
        return cls(Z, A, H, D, empty(shape, dtype))

    def first(self, m: int) -> LayerSpace:
        """Return the first `m` rows as views, the same array where these are the same."""
        Z = self.Z[:m]
        A = Z if self.A is self.Z else self.A[:m]
        H = A if self.H is self.A else self.H[:m]
        return LayerSpace(Z, A, H, self.D[:m], self.delta[:m])


class Workspace:
    """The memory of one training step, for batches of `m` rows.

    Parameters
    ----------
    network : Network
    m : int
        Number of rows.

    Attributes
    ----------
    Z, A, H, D, delta : lists of arrays of shape (m, nodes), one per layer
        See `LayerSpace`.
    share : array of shape (1, 1)
        1 / m, the weight of an example in the mean.
    """

    def __init__(self, network: Network, m: int) -> None:
        last = network.layers[-1]
        self._fill([LayerSpace.of(layer, m, layer is last) for layer in network.layers], m)

    def _fill(self, spaces: list[LayerSpace], m: int) -> None:
        """Set all attributes from the memory of the layers."""
        self._spaces = spaces
        self.Z = [space.Z for space in spaces]
        self.A = [space.A for space in spaces]
        self.H = [space.H for space in spaces]
        self.D = [space.D for space in spaces]
        self.delta = [space.delta for space in spaces]
        self.share = xp.full((1, 1), 1 / m, self.Z[0].dtype)

    def first(self, m: int) -> Workspace:
        """Return a workspace for `m` rows that shares this one's memory."""
        space = copy(self)
        space._fill([layer.first(m) for layer in self._spaces], m)
        return space


class Network:
    """A feed-forward network that can be trained.

    Parameters
    ----------
    widths : sequence of int
        Nodes per layer, from the input to the output.
    activations : sequence of Activation
        One per layer after the input.
    dropout : sequence of float
        Probability of leaving a node out, one per hidden layer.
    dtype : dtype
        float32 or float64, for everything.
    input_scale : bool, default=False
        Whether the inputs have scales that are trained, all 1 at first.

    Attributes
    ----------
    widths : tuple of int
    params, grad : Parameters
        The parameters, W and b all 0 at first, and the gradient of the cost.
    output : Activation
        That of the output layer.
    dropout_factor : float
        Factor, in [0, 1], on the dropout of every layer.
    """

    def __init__(
        self,
        widths: Sequence[int],
        activations: Sequence[Activation],
        dropout: Sequence[float],
        dtype: type,
        input_scale: bool = False,
    ) -> None:
        start = [
            activation.learned(width)
            for activation, width in zip(activations, widths[1:], strict=True)
        ]
        self.widths = tuple(widths)
        n_learned = [len(values) for values in start]
        n_scales = widths[0] if input_scale else 0
        self.params = Parameters(widths, n_learned, dtype, n_scales)
        self.grad = Parameters(widths, n_learned, dtype, n_scales)
        self.params.scales[...] = 1 / SCALE
        for values, view in zip(start, self.params.learned, strict=True):
            view[...] = values
        bound = [
            activation.bind(learned, grad)
            for activation, learned, grad in zip(
                activations, self.params.learned, self.grad.learned, strict=True
            )
        ]
        # The loss needs Z of the output layer, which fused neurons may overwrite.
        kinds = [*(neurons(activation) for activation in bound[:-1]), Neurons(bound[-1])]
        self._layers = [
            Layer(W, b, kind, rate)
            for W, b, kind, rate in zip(
                self.params.W, self.params.b, kinds, [*dropout, 0.0], strict=True
            )
        ]
        self._has_scales = input_scale
        if input_scale:
            W = empty(self.params.W[0].shape, dtype)
            self._layers[0] = self._layers[0]._replace(W=W)
        self.output = bound[-1]
        self.dropout_factor = 1.0

    @property
    def layers(self) -> list[Layer]:
        """The layers, views of `params`; with scales, the first W is diag(s) W by now."""
        params = self.params
        if self._has_scales:
            ops.scale_rows(params.W[0], params.scales, SCALE, self._layers[0].W)
        return self._layers

    def draw(self, initializers: Sequence[Initializer], data: Data, rng: Generator) -> None:
        """Write the weights and biases that the initializers draw, in place.

        Parameters
        ----------
        initializers : sequence of Initializer
            One per layer.
        data : Data of n rows
            What to train on: up to `SAMPLE` rows of X may be looked at.
        rng : Generator
        """
        needed = any(initializer.needs_rows for initializer in initializers)
        H = data.sample(SAMPLE, rng) if needed else None
        with ignore_overflow():  # of rows far off
            for layer, W, initializer in zip(
                self.layers, self.params.W, initializers, strict=True
            ):
                initializer.fill(rng, W, layer.b, H)
                if H is not None:
                    Z = H @ W.astype(xp.float64)
                    H = xp.empty_like(Z)
                    layer.neurons.forward(Z, layer.b.astype(xp.float64), H)

    def forward(self, X: Input, space: Workspace, rng: Generator | None = None) -> Output:
        """Propagate the rows of `X` through all layers, into `space`.

        Parameters
        ----------
        X : array or CSR matrix of shape (m, n_features)
        space : Workspace for m rows
        rng : Generator or None
            Draws the dropout masks; without it no node is left out.

        Returns
        -------
        Output
            The output layer's arrays in `space`, every example with the weight 1 / m.
        """
        H = X
        for number, layer in enumerate(self.layers):
            Z, A = space.Z[number], space.A[number]
            product(H, layer.W, out=Z)
            layer.neurons.forward(Z, layer.b, A)
            H = A
            if layer.dropout:
                H = space.H[number]
                _drop(A, space.D[number], H, layer.dropout * self.dropout_factor, rng)
        return Output(Z, A, self.output, space.share)

    def backward(self, X: Input, space: Workspace) -> None:
        """Back propagate ``space.delta[-1]`` into `grad`; overwrites `space`.

        Parameters
        ----------
        X : array or CSR matrix of shape (m, n_features)
            What went through `forward` last.
        space : Workspace
            As `forward` left it, with the output layer's delta filled in.
        """
        layers = self._layers
        ops.column_sums(space.delta[-1], self.grad.b[-1])
        for number in reversed(range(1, len(layers))):
            delta, before = space.delta[number], space.delta[number - 1]
            weight_gradient(space.H[number - 1], delta, out=self.grad.W[number])
            error_before(delta, layers[number].W, out=before)
            layer = layers[number - 1]
            if layer.dropout:
                before *= space.D[number - 1]
            Z, A = space.Z[number - 1], space.A[number - 1]
            layer.neurons.backward(Z, A, before, self.grad.b[number - 1])
        weight_gradient(X, space.delta[0], out=self.grad.W[0])
        if self._has_scales:
            W, u, grad = self.params.W[0], self.params.scales, self.grad
            ops.scale_rows_backward(W, u, SCALE, grad.W[0], grad.scales)


def _drop(A: Array, D: Array, H: Array, rate: float, rng: Generator | None) -> None:
    """Draw the mask D, 0 with probability `rate`, else 1 / (1 - rate); write H = A * D.

    Scaling up what is left ("inverted dropout", N. Srivastava et al., 2014) keeps the
    mean, so that a prediction, without dropout, needs no correction. Without `rng`, D
    is all ones.
    """
    if rng is None or not rate:
        D.fill(1)
        H[...] = A
    else:
        ops.drop(A, random_numbers(A.shape, A.dtype, rng), rate, D, H)


def propagate(X: Input, layers: Sequence[Layer]) -> Array:
    """Return the outputs A of the last of `layers` for all rows of `X`.

    In blocks of rows, so that the memory is bounded and what one layer writes is still
    in the cache when the next one reads it. Nothing is shared between calls: several
    threads can predict at once.

    Parameters
    ----------
    X : array or CSR matrix of shape (n, n_features)
    layers : sequence of Layer

    Returns
    -------
    A : array of shape (n, nodes of the last layer)
    """
    with ignore_overflow():  # of rows far off, whose outputs are infinite
        return _propagate(X, layers)


def _propagate(X: Input, layers: Sequence[Layer]) -> Array:
    """Return what `propagate` does, (n, nodes of the last layer)."""
    n = X.shape[0]
    out = xp.empty((n, len(layers[-1].b)), layers[-1].W.dtype)
    m = min(n, PREDICT_ROWS)
    hidden = [xp.empty((m, len(layer.b)), out.dtype) for layer in layers[:-1]]
    spaces = [
        (A if layer.activation.in_place else xp.empty((m, A.shape[1]), A.dtype), A)
        for layer, A in zip(layers, [*hidden, out], strict=True)
    ]
    for block in blocks(n, PREDICT_ROWS):
        H, first = X[block], slice(block.stop - block.start)
        for layer, (Z, A) in zip(layers, spaces, strict=True):
            A_rows = A[block if A is out else first]
            Z_rows = A_rows if Z is A else Z[first]
            product(H, layer.W, out=Z_rows)
            layer.neurons.forward(Z_rows, layer.b, A_rows)
            H = A_rows
    return out


def linear(layers: Sequence[Layer]) -> list[Layer]:
    """Return `layers` with the identity at the end: then A is Z, the logits for example."""
    return [*layers[:-1], layers[-1]._replace(neurons=neurons(Identity()))]
