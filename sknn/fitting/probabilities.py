"""Probabilities of classes and labels, from the logits: a small one is not rounded to 0."""

from __future__ import annotations

import numpy as np

from ..encoding.labels import Labels
from ..engine.activation import Activation
from ..engine.arrays import Array, Input, ignore_overflow, is_finite
from .publishing import PublishedNetwork, told


def probabilities(network: PublishedNetwork, X: Input, labels: Labels) -> Array:
    """Return the probability of every label for `X`, (n, n_features).

    Of shape (n, n_classes) or (n, n_labels).
    """
    output = network.layers[-1].activation
    if labels.binary:
        return _both(network.logits(X), labels, output)
    if output.joint:
        return network.outputs(X)
    if labels.multilabel:
        A = network.outputs(X)
        limits = np.finfo(A.dtype)
        return np.clip(A, limits.tiny, 1 - limits.epsneg, out=A)
    # One against the rest: far off, all outputs may round to 0, their logarithms not.
    return np.exp(log_probabilities(network.logits(X), labels, output))


def _both(Z: Array, labels: Labels, output: Activation) -> Array:
    """Return the probabilities of both classes, or of the only one, from `Z` (n, 1)."""
    if labels.one_class:
        return np.ones_like(Z)
    Z = np.hstack([-Z, Z])  # not 1 - A, which would round a small one to 0
    A = np.empty_like(Z)
    output.forward(Z, A)
    return A


def log_probabilities(Z: Array, labels: Labels, output: Activation) -> Array:
    """Return log P, (n, n_classes) or (n, n_labels), from the logits `Z`, (n, n_outputs).

    Warn if it is not finite where the logits are, by far too large ones.
    """
    with ignore_overflow():
        log_P = _log_probabilities(Z, labels, output)
    return told(log_P) if is_finite(Z) else log_P


def _log_probabilities(Z: Array, labels: Labels, output: Activation) -> Array:
    """Return the logarithm of the normalised outputs, (n, n_classes or n_labels)."""
    if labels.one_class:
        return np.zeros_like(Z)
    if labels.binary:
        return np.hstack([output.log(-Z), output.log(Z)])
    log_A = output.log(Z)
    if labels.multilabel or output.joint:
        return log_A
    return log_A - np.logaddexp.reduce(log_A, axis=1, keepdims=True)
