"""Labels in ONNX: classes and probabilities from the logits, as the classifiers do it."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import helper

from ..encoding.labels import Labels
from ..engine.activation import Activation
from ..engine.activations import Sigmoid, Softmax
from ..engine.arrays import Array
from .graph import TYPES, Graph
from .neurons import softplus


def classes_of(labels: Labels) -> Array:
    """Return the classes as a graph has them, (n_classes,): int64 or text.

    Raises
    ------
    ValueError
        If they are neither numbers nor text.
    """
    classes = np.asarray(labels.classes)
    if classes.dtype.kind == "O":
        classes = np.array(classes.tolist())
    if classes.dtype.kind in "biuf":  # classes that are floats are whole numbers
        return classes.astype(np.int64)
    if classes.dtype.kind == "U":
        return classes
    raise ValueError(
        f"The classes {labels.classes.tolist()!r} are neither numbers nor text, which ONNX "
        "does not know: train on labels that are."
    )


def decided(G: Graph, Z: str, labels: Labels) -> str:
    """Return the name of the labels, (n,) or (n, n_labels), for the logits `Z`.

    Z is of shape (n, n_outputs).
    """
    if labels.multilabel:
        return G.cast(G("Greater", Z, 0.0), np.int64)
    if labels.one_class:
        return chosen(G, G.cast(ones(G, Z, 0.0), np.int64), labels)
    if labels.binary:
        return chosen(G, G.cast(G("Greater", Z, 0.0), np.int64), labels)
    return chosen(G, G("ArgMax", Z, axis=-1, keepdims=0), labels)


def chosen(G: Graph, codes: str, labels: Labels) -> str:
    """Return the name of the classes, (n,), with the numbers `codes`, (n,) or (n, 1)."""
    return G("Gather", classes_of(labels), G("Reshape", codes, np.array([-1])), axis=0)


def ones(G: Graph, Z: str, value: float) -> str:
    """Return the name of an array like `Z` that has `value` everywhere."""
    filling = helper.make_tensor("value", TYPES[G.dtype], [1], [value])
    return G("ConstantOfShape", G("Shape", Z), value=filling)


def probabilities(G: Graph, Z: str, labels: Labels, output: Activation) -> str:
    """Return the name of the probabilities for logits `Z`, (n, n_outputs).

    Of shape (n, n_classes) or (n, n_labels).
    """
    check_output(output)
    if labels.one_class:
        return ones(G, Z, 1.0)
    if labels.binary:  # not 1 - A, which would round a small one to 0
        return G("Sigmoid", both(G, Z, axis=-1))
    if labels.multilabel:
        limits: Any = np.finfo(G.dtype)
        A = G("Sigmoid", Z)
        return G("Clip", A, float(limits.tiny), float(1 - limits.epsneg))
    return G("Softmax", log_probabilities(G, Z, labels, output), axis=-1)


def log_probabilities(G: Graph, Z: str, labels: Labels, output: Activation) -> str:
    """Return the name of log P + c, with any c that is the same for choices of a row.

    The last axis has the choices that exclude each other, two for each of several labels.
    `Z` is (..., n_outputs). Softmax needs no more than that.
    """
    check_output(output)
    if labels.multilabel:
        Z = G("Unsqueeze", Z, np.array([-1]))
    if labels.multilabel or labels.binary:
        return log_sigmoid(G, both(G, Z, axis=-1))
    return Z if isinstance(output, Softmax) else log_sigmoid(G, Z)


def both(G: Graph, Z: str, axis: int) -> str:
    """Return the name of [-Z, Z], side by side along `axis`."""
    return G("Concat", G("Neg", Z), Z, axis=axis)


def log_sigmoid(G: Graph, Z: str) -> str:
    """Return the name of log σ(Z) = -log(1 + e^-z)."""
    return G("Neg", softplus(G, G("Neg", Z)))


def check_output(output: Activation) -> None:
    """Raise a ValueError if the output activation is one of the user's."""
    if type(output) not in (Sigmoid, Softmax):
        raise ValueError(
            f"output_activation={output!r} is an activation of your own, which cannot be "
            "converted to ONNX, because it exists only as Python code: use "
            "'softmax' or 'sigmoid'."
        )
