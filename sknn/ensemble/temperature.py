"""Temperature: probabilities made sharper or softer, and what they cost.

P_T is proportional to P^(1/T): with T below 1 sharper, above 1 softer. Which class is the
most probable stays the same. T minimises the log loss of rows that were not trained on.
Source: C. Guo et al., "On calibration of modern neural networks" (2017).
"""

from __future__ import annotations

from math import exp

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from ..engine.arrays import Array

LOG_RANGE = (-2.5, 1.5)  # of log T: a few rows could ask for no limit
DISAGREEMENT = 0.07  # by how much T is lower for the mean of very many members


def at_temperature(log_P: Array, T: float) -> Array:
    """Return log P_T of the log-probabilities `log_P`, both of shape (n, ..., k).

    The last axis has the choices that exclude each other.
    """
    return log_softmax(log_P / T, axis=-1)


def cross_entropy(log_P: Array, codes: Array, smoothing: float) -> Array:
    """Return -Σ_k t_k log p_k of every row, summed over labels; shape (n,).

    Parameters
    ----------
    log_P : array of shape (n, k) or (n, n_labels, k)
        The last axis has the choices that exclude each other.
    codes : array of int of shape (n,) or (n, n_labels)
        The right choice.
    smoothing : float
        t = (1 - smoothing) · onehot + smoothing / k.
    """
    right = np.take_along_axis(log_P, codes[..., np.newaxis], axis=-1)[..., 0]
    costs = (smoothing - 1) * right - smoothing * log_P.mean(axis=-1)
    return costs if costs.ndim == 1 else costs.sum(axis=1)


def best_temperature(log_P: Array, codes: Array, w: Array) -> float:
    """Return the T with the lowest weighted log loss.

    The targets are smoothed by 1 / (2n + 2): without that, n rows without an error would
    ask for a T of 0.

    Parameters
    ----------
    log_P : array of shape (n, k) or (n, n_labels, k)
    codes : array of int of shape (n,) or (n, n_labels)
    w : array of shape (n,)
        Weights, of which at least one is above 0.
    """
    smoothing = 1 / (2 * len(codes) + 2)

    def cost(log_T: float) -> float:
        scaled = at_temperature(log_P, exp(log_T))
        return float(np.average(cross_entropy(scaled, codes, smoothing), weights=w))

    return exp(minimize_scalar(cost, bounds=LOG_RANGE, method="bounded").x)


def for_mean(T: float, n_members: int) -> float:
    """Return the temperature of a mean of members, each of which would have `T` alone.

    Members that disagree have a mean that is softer than each of them, although it is more
    often right: T / (1 + d (1 - 1/n)) for n members, since the variance of a mean is 1/n of
    theirs. Up to ten members leave out different rows, so there is no row to fit d to:
    `DISAGREEMENT` was measured on other data. Source of the effect: R. Rahaman and
    A. Thiery, "Uncertainty quantification and deep ensembles" (2021).
    """
    return T / (1 + DISAGREEMENT * (1 - 1 / n_members))
