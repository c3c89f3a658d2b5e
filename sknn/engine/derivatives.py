"""Derivatives of a trained network, by its parameters and by its input, and its values.

The derivative by the input goes one layer further back than the gradient of the cost:

    ∂a_k/∂X = delta[0] @ W[0].T        with ∂a_k/∂A = 1 for output k, else 0, at the end

where delta[0] = ∂a_k/∂Z[0], see `network`.
"""

from __future__ import annotations

from collections.abc import Sequence

from .arrays import (
    Array,
    Input,
    empty,
    error_before,
    ignore_overflow,
    product,
    xp,
    zeros,
)
from .data import Data, blocks, gather, memory_for
from .loss import Loss
from .network import PREDICT_ROWS, Layer, Network, Workspace


def layer_values(X: Input, layers: Sequence[Layer]) -> tuple[list[Array], list[Array]]:
    """Return Z and A of every layer for all rows of `X`.

    Parameters
    ----------
    X : array or CSR matrix of shape (n, n_features)
    layers : sequence of Layer

    Returns
    -------
    Z, A : lists of arrays of shape (n, nodes), one per layer
    """
    Z: list[Array] = []
    A: list[Array] = []
    H = X
    with ignore_overflow():  # of rows far off, whose values are infinite
        for layer in layers:
            Z.append(xp.empty((X.shape[0], len(layer.b)), layer.W.dtype))
            A.append(xp.empty_like(Z[-1]))
            product(H, layer.W, out=Z[-1])
            Z[-1] += layer.b
            # Activations may overwrite their Z; fused neurons always do.
            layer.activation.forward(Z[-1].copy(), A[-1])
            H = A[-1]
    return Z, A


def cost_gradient(network: Network, loss: Loss, data: Data) -> Array:
    """Return the gradient of 1/n Σ_i w_i C(y_i, a_i) by the parameters, without a penalty.

    Parameters
    ----------
    network : Network
        Its `grad` is overwritten.
    loss : Loss
    data : Data of n rows

    Returns
    -------
    grad : array of shape (n_parameters,)
        As ``network.grad.flat`` is laid out.
    """
    X, Y, w, _ = data
    m, dtype = min(data.n, PREDICT_ROWS), network.params.flat.dtype
    memory, space = memory_for(Y, m, dtype), Workspace(network, m)
    total = zeros(network.grad.flat.shape, dtype)
    with ignore_overflow():
        for rows in blocks(data.n, m):
            part, size = space.first(rows.stop - rows.start), rows.stop - rows.start
            scale = 1 / data.n if w is None else (w[rows] / data.n).astype(dtype)
            output = network.forward(X[rows], part)._replace(scale=scale)
            targets = gather(Y, rows, None if memory is None else memory[:size])
            loss.gradient(targets, output, part.delta[-1])
            network.backward(X[rows], part)
            total += network.grad.flat
    return total


def input_gradient(network: Network, X: Input, output: int) -> Array:
    """Return ∂a_k/∂x of one output k for every row of `X`.

    Parameters
    ----------
    network : Network
        Its `grad` is overwritten.
    X : array or CSR matrix of shape (n, n_features)
    output : int
        k, from 0.

    Returns
    -------
    G : array of shape (n, n_features)
        Dense also where X is not.
    """
    n, m = X.shape[0], min(X.shape[0], PREDICT_ROWS)
    space, G = Workspace(network, m), empty(X.shape, network.params.flat.dtype)
    with ignore_overflow():
        for rows in blocks(n, m):
            part = space.first(rows.stop - rows.start)
            Z, A, activation, _ = network.forward(X[rows], part)
            delta = part.delta[-1]
            delta.fill(0)
            delta[:, output] = 1
            activation.backward(Z, A, delta)
            network.backward(X[rows], part)
            error_before(part.delta[0], network.layers[0].W, out=G[rows])
    return G
