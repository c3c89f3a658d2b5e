"""Landscape: the loss of a fitted network as a function of all its weights and biases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..engine.arrays import Array
from .publishing import PublishedNetwork
from .units import Units
from .validation_set import ValidationSet


class Landscape:
    """The mean loss on some rows, without the penalty, for any weights and biases.

    Points are vectors of all weights and biases in the units of training, where all columns
    of X have one scale. The learned values of activations are part of them, and always
    those of the fitted network. Losses are in the units of y, as `loss_` is.

    Parameters
    ----------
    estimator : FFNNRegressor or FFNNClassifier
        A fitted one; read only.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    sample_weight : array-like of shape (n_samples,), default=None

    Attributes
    ----------
    fitted : array of shape (n_parameters,)
        The point of the fitted network.
    """

    def __init__(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> None:
        check_is_fitted(estimator)
        published = PublishedNetwork(vars(estimator))
        data = estimator._examples(published, X, y, sample_weight, scaled=False)
        self._examples = ValidationSet(None, None, data)
        self._loss, self._scaling = estimator._loss, estimator._targets.scaling
        self._units = Units(self._scaling, estimator._features.scaling)
        self._attributes = dict(vars(estimator))
        self._params = published.trainable().params
        self.fitted = self.point(estimator.coefs_, estimator.intercepts_)

    def point(self, coefs: Sequence[Any], intercepts: Sequence[Any]) -> Array:
        """Return the point, (n_parameters,), of published weights and biases.

        Parameters
        ----------
        coefs : sequence of array-like of shape (nodes before, nodes here)
        intercepts : sequence of array-like of shape (nodes here,)

        Raises
        ------
        ValueError
            If their shapes are not those of the fitted network.
        """
        params = self._params
        given = [np.shape(values) for values in (*coefs, *intercepts)]
        own = [values.shape for values in (*params.W, *params.b)]
        if given != own:
            raise ValueError(
                f"The weights and biases have the shapes {given}, those of the fitted "
                f"network {own}: take them from a network with the same layers."
            )
        for values, new in zip((*params.W, *params.b), (*coefs, *intercepts), strict=True):
            values[...] = new
        self._units.unfold(params)
        return params.flat.astype(np.float64)

    def loss(self, point: Array) -> float:
        """Return the mean loss of the network at a point, (n_parameters,)."""
        self._params.flat[...] = point
        W, b = self._units.fold(self._params)
        network = PublishedNetwork({**self._attributes, "coefs_": W, "intercepts_": b})
        loss, _ = self._examples.losses(network.layers, self._loss, self._scaling)
        return loss

    def random_direction(self, random: np.random.RandomState) -> Array:
        """Return a random direction, (n_parameters,).

        For every neuron it has the norm of the neuron's weights; it is 0 for all biases.
        Source: H. Li et al., "Visualizing the loss landscape of neural nets" (2018).
        """
        params = self._params
        params.flat[...] = self.fitted
        for W in params.W:
            D = random.standard_normal(W.shape)
            W[...] = D / np.linalg.norm(D, axis=0) * np.linalg.norm(W, axis=0)
        for values in (*params.b, *params.learned):
            values[...] = 0
        direction = params.flat.astype(np.float64)
        params.flat[...] = self.fitted  # `point` keeps the learned values
        return direction
