"""Layers in ONNX: fitted networks, one or several side by side, and what they predict.

Several networks are one stack: W of shape (n_networks, nodes before, nodes here), so that
every operator computes all of them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine.activations import Identity
from ..engine.arrays import Array
from ..engine.loss import Loss
from ..engine.losses import Quantile
from .graph import Graph
from .neurons import activated


def one(network: Any, name: str) -> list[Array]:
    """Return the arrays of a fitted `network`, one per layer, as they are.

    `name` is `coefs_`, `intercepts_` or `activation_coefs_`. Shapes are (nodes before,
    nodes here) or (nodes here,).
    """
    arrays: list[Array] = getattr(network, name)
    return arrays


def stacked(networks: Sequence[Any], name: str) -> list[Array]:
    """Return the arrays of several fitted networks, one stack per layer.

    Shapes are (n_networks, nodes before, nodes here) or (n_networks, 1, nodes here).
    """
    return [
        np.stack([np.atleast_2d(array) for array in layer])
        for layer in zip(*(getattr(network, name) for network in networks), strict=True)
    ]


def propagated(G: Graph, X: str, networks: Sequence[Any], *, logits: bool) -> str:
    """Return the name of A of the output layer, or of its Z, the `logits`.

    It is of shape (n, n_outputs) for one network, (n_networks, n, n_outputs) for several.

    Parameters
    ----------
    G : Graph
    X : str
        Name of the input, of shape (n, n_features).
    networks : sequence of fitted estimators
    logits : bool
    """
    names = ("coefs_", "intercepts_", "activation_coefs_")
    is_one = len(networks) == 1
    arrays = [one(networks[0], n) if is_one else stacked(networks, n) for n in names]
    activations = list(networks[0]._activations)
    if logits:
        activations[-1] = Identity()
    A = X
    for W, b, learned, activation in zip(*arrays, activations, strict=True):
        Z = G("Add", G("MatMul", A, W), b)
        A = activated(G, Z, activation, learned)
    return A


def predictions(G: Graph, X: str, networks: Sequence[Any]) -> str:
    """Return the name of what fitted regressors predict for `X`, (n, n_features).

    Of shape (n, n_outputs) for one network, (n_networks, n, n_outputs) for several.
    """
    A = propagated(G, X, networks, logits=False)
    A = in_order(G, A, networks[0]._loss)
    clips = networks[0].clip_target
    if isinstance(clips, str):
        clips = networks[0].encoder is not None
    low, high = ([getattr(n._targets, name) for n in networks] for name in ("low", "high"))
    if not clips or not np.isfinite(low).all():
        return A
    ends = (np.stack(each)[:, np.newaxis].astype(np.float64) for each in (low, high))
    if len(networks) == 1:
        ends = (each[0] for each in ends)
    lowest, highest = ends
    return G("Min", G("Max", A, lowest), highest)


def in_order(G: Graph, A: str, loss: Any) -> str:
    """Return the name of the outputs `A`, (..., n_outputs), as `loss` publishes them.

    Raises
    ------
    ValueError
        If a loss of the user's changes them.
    """
    method = type(loss).to_predictions
    if method is Loss.to_predictions:
        return A
    if method is not Quantile.to_predictions:
        raise ValueError(
            f"loss={loss!r} changes predictions by a method of your own, to_predictions, "
            "which cannot be converted to ONNX: remove it, and apply it to the output of "
            "the graph."
        )
    count = len(loss.levels)
    if count == 1:
        return A
    return G("TopK", A, np.array([count]), axis=-1, largest=0, sorted=1)
