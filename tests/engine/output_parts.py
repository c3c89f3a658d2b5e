"""Outputs of a layer, for the tests of activations and losses."""

import numpy as np

from sknn.engine.loss import Output
from sknn.engine.losses import LogLoss


def forward(part, Z):
    """Return Z and A as `forward` leaves them."""
    part = part.bind(part.learned(Z.shape[1]).astype(Z.dtype))
    Z, A = Z.copy(), np.empty_like(Z)
    part.forward(Z, A)
    return Z, A


def output_of(Z, activation, scale=1.0):
    return Output(*forward(activation, Z), activation, scale)


def softmax_problem():
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=20)
    return labels, LogLoss(), np.eye(3)[labels], rng.normal(size=(20, 3)) * 3
