"""Averaging: networks that were trained side by side become one.

With n_k rows for worker k,

    params = Σ_k n_k params_k / Σ_k n_k

and likewise for the memory of the optimizer. Source: H. McMahan et al.,
"Communication-efficient learning of deep networks from decentralized data" (2017); the
optimizer's memory is averaged as in H. Yu et al., "On the linear speedup analysis of
communication efficient momentum SGD" (2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..engine.arrays import Array
from ..engine.optimizer import OptimizerState
from ..engine.parameters import Parameters


class Standing(NamedTuple):
    """Where training stands.

    Parameters
    ----------
    params : array of shape (n_parameters,)
        Weights, biases and what activations have learned, in the units of training.
    vectors : list of arrays of shape (n_parameters,)
        The memory of the optimizer.
    step : float
        Its number of steps, a mean where workers have done different numbers.
    """

    params: Array
    vectors: list[Array]
    step: float

    def optimizer_state(self, params: Parameters) -> OptimizerState:
        """Return a copy of the optimizer's memory, for the network of `params`."""
        vectors = [vector.copy() for vector in self.vectors]
        counts = params.n_weights, len(params.scales)
        return OptimizerState(vectors, *counts, round(self.step))


class Trained(NamedTuple):
    """Where training stands after one or several workers have trained.

    Parameters
    ----------
    standing : Standing
    n : int
        Rows that they trained on.
    costs : array of shape (n_epochs, n_outputs)
        Mean loss of every epoch.
    rates : list of float
        Learning rate at the end of every epoch.
    """

    standing: Standing
    n: int
    costs: Array
    rates: list[float]


def averaged(results: Sequence[Trained]) -> Trained:
    """Return the average of what workers have trained, weighted by their rows.

    The average of averages is that of all, so that it can be taken group by group.
    """
    n = sum(result.n for result in results)
    shares = [result.n / n for result in results]
    standings = [result.standing for result in results]
    vectors = zip(*(standing.vectors for standing in standings), strict=True)
    return Trained(
        Standing(
            _mean([standing.params for standing in standings], shares),
            [_mean(each, shares) for each in vectors],
            sum(s * standing.step for s, standing in zip(shares, standings, strict=True)),
        ),
        n,
        _mean([result.costs for result in results], shares),
        results[0].rates,
    )


def _mean(arrays: Sequence[Array], shares: Sequence[float]) -> Array:
    """Return the weighted mean of `arrays` of the same shape."""
    mean = np.zeros_like(arrays[0])
    for array, share in zip(arrays, shares, strict=True):
        mean += share * array
    return mean
