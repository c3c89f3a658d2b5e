"""Votes in ONNX: what the members of a tabular estimator predict, averaged and corrected.

As in `ensemble.probabilities` and `ensemble.values`; all members in one stack.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import Graph
from .labels import chosen, log_probabilities, ones
from .layers import in_order, predictions, propagated


def members(model: Any) -> list[Any]:
    """Return all networks of a fitted tabular estimator, of the same weight."""
    return [network for at_ends in model.members_ for network in at_ends]


def tabular_values(G: Graph, X: str, model: Any) -> str:
    """Return the name of the predictions, (n, n_outputs), of a TabularRegressor.

    `X` is the encoded table, (n, n_columns).
    """
    networks, votes = members(model), model._votes
    A = predictions(G, X, networks)
    if len(networks) > 1:
        A = G("ReduceMean", A, np.array([0]), keepdims=0)
    if np.any(votes.shift):
        A = G("Add", A, votes.shift)
    return in_order(G, A, votes.measure)


def tabular_labels(G: Graph, X: str, model: Any) -> tuple[str, str]:
    """Return the names of labels and probabilities by a TabularClassifier.

    Of shape (n,) and (n, n_classes), or both (n, n_labels). `X` is the encoded table,
    (n, n_columns).
    """
    networks, labels = members(model), model._votes.labels
    Z = propagated(G, X, networks, logits=True)
    if labels.one_class:
        Z = Z if len(networks) == 1 else G("ReduceMean", Z, np.array([0]), keepdims=0)
        return chosen(G, G.cast(ones(G, Z, 0.0), np.int64), labels), ones(G, Z, 1.0)
    log_P = log_probabilities(G, Z, labels, networks[0]._activations[-1])
    if len(networks) > 1:
        # Of the mean probability; a factor of it makes no difference below.
        log_P = G("LogSoftmax", log_P, axis=-1)
        log_P = G("ReduceLogSumExp", log_P, np.array([0]), keepdims=0)
    P = G("Softmax", G("Div", log_P, float(model.temperature_)), axis=-1)
    choice = G("ArgMax", log_P, axis=-1, keepdims=0)
    if labels.multilabel:
        return choice, G("Gather", P, np.array(1), axis=-1)
    return chosen(G, choice, labels), P
