"""Neurons in ONNX: the activations, in float32 by operators of their own where there are.

onnxruntime has some of these operators for float32 only: in float64 they are put together
from others, by the formulas in `engine.activations`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from ..engine.activation import Activation
from ..engine.activations import (
    ELU,
    GELU,
    SELU,
    Exp,
    Identity,
    LeakyReLU,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from ..engine.arrays import Array
from .graph import Graph


def _leaky_relu(G: Graph, Z: str, activation: Any, learned: Array) -> str:
    return G("Max", G("Mul", Z, activation.slope), Z)


def _prelu(G: Graph, Z: str, activation: Any, learned: Array) -> str:
    return G("Add", G("Mul", G("Min", Z, 0.0), learned), G("Relu", Z))


def _elu(G: Graph, Z: str, activation: Any, learned: Array) -> str:
    if G.dtype == np.float32:
        return G("Elu", Z, alpha=activation.alpha)
    below = G("Sub", G("Exp", G("Min", Z, 0.0)), 1.0)
    return G("Add", G("Mul", below, activation.alpha), G("Relu", Z))


def _selu(G: Graph, Z: str, activation: Any, learned: Array) -> str:
    return G("Mul", _elu(G, Z, activation.elu, learned), activation.scale)


def _gelu(G: Graph, Z: str, activation: Any, learned: Array) -> str:
    # onnxruntime has no Erf in float64: its values, from -1 to 1, are exact to 6e-8 here.
    scaled = G("Mul", Z, 1 / sqrt(2))
    if G.dtype == np.float64:
        erf = G.cast(G("Erf", G.cast(scaled, np.float32)), np.float64)
    else:
        erf = G("Erf", scaled)
    return G("Mul", Z, G("Mul", G("Add", erf, 1.0), 0.5))


def _silu(G: Graph, Z: str, activation: Any, learned: Array) -> str:
    return G("Mul", Z, G("Sigmoid", Z))


def softplus(G: Graph, Z: str) -> str:
    """Return log(1 + e^z) = max(z, 0) + log(1 + e^-|z|), which does not overflow."""
    if G.dtype == np.float32:
        return G("Softplus", Z)
    rest = G("Log", G("Add", G("Exp", G("Neg", G("Abs", Z))), 1.0))
    return G("Add", G("Relu", Z), rest)


def _softplus(G: Graph, Z: str, activation: Any, learned: Array) -> str:
    return softplus(G, Z)


def _mish(G: Graph, Z: str, activation: Any, learned: Array) -> str:
    # tanh(log(1 + e)) = w / (w + 2) with e = e^z, w = e (e + 2): 1 from z = 40 on.
    e = G("Exp", G("Min", Z, 40.0))
    w = G("Mul", e, G("Add", e, 2.0))
    return G("Mul", Z, G("Div", w, G("Add", w, 2.0)))


def _operator(kind: str, **settings: Any) -> Callable[..., str]:
    """Return the function for an activation that is an operator of ONNX."""

    def add(G: Graph, Z: str, activation: Any, learned: Array) -> str:
        return G(kind, Z, **settings)

    return add


# Looked up by the exact class: a subclass may have another formula.
FUNCTIONS: dict[type[Activation], Callable[[Graph, str, Any, Array], str]] = {
    Identity: lambda G, Z, activation, learned: Z,
    Sigmoid: _operator("Sigmoid"),
    Tanh: _operator("Tanh"),
    ReLU: _operator("Relu"),
    LeakyReLU: _leaky_relu,
    PReLU: _prelu,
    ELU: _elu,
    SELU: _selu,
    GELU: _gelu,
    SiLU: _silu,
    Mish: _mish,
    Softplus: _softplus,
    Exp: _operator("Exp"),
    Softmax: _operator("Softmax", axis=-1),
}


def activated(G: Graph, Z: str, activation: Activation, learned: Array) -> str:
    """Return the name of σ(Z).

    Parameters
    ----------
    G : Graph
    Z : str
        Name of the values of a layer.
    activation : Activation
    learned : array of shape (nodes,), or (n_networks, 1, nodes)
        What the activation has learned; empty for most.

    Raises
    ------
    ValueError
        If it is an activation of the user's.
    """
    function = FUNCTIONS.get(type(activation))
    if function is None:
        raise ValueError(
            f"{activation!r} is an activation of your own, which cannot be converted to "
            "ONNX, because it exists only as Python code: use one of "
            f"{', '.join(sorted(each.__name__ for each in FUNCTIONS))}."
        )
    return function(G, Z, activation, learned)
