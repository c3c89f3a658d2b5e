"""Inspection: the values of all layers of a fitted network, and its derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..encoding.foreign import as_numpy
from ..engine.arrays import Array, Input, is_finite
from ..engine.data import Data
from ..engine.derivatives import cost_gradient, input_gradient, layer_values
from ..warning import warn_user
from .publishing import PublishedNetwork, told
from .units import LossInUnitsOfY
from .weights import mean_one, weighted


class InspectionMixin:
    """The public methods that look inside a fitted network.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import FFNNRegressor
    >>> X = np.linspace(-2, 2, 200).reshape(-1, 1)
    >>> model = FFNNRegressor(
    ...     (5, 3), activation="tanh", alpha=0.0, solver="lbfgs", random_state=0
    ... )
    >>> Z, A = model.set_params(max_iter=2000).fit(X, X[:, 0] ** 2).forward(X)
    >>> [values.shape for values in A]
    [(200, 5), (200, 3), (200, 1)]
    >>> coefs_grad, intercepts_grad = model.gradient(X, X[:, 0] ** 2)
    >>> [grad.shape for grad in coefs_grad]
    [(1, 5), (5, 3), (3, 1)]
    >>> slopes = model.input_gradient([[-1.0], [0.0], [1.0]])
    >>> bool(np.allclose(slopes, [[-2], [0], [2]], atol=0.1))
    True
    """

    _features: Any
    _loss: Any
    _prepared: Callable[[Any], tuple[PublishedNetwork, Input]]
    _targets: Any

    def forward(self, X: Any) -> tuple[list[Array], list[Array]]:
        """Return Z and A of every layer: Z[l] = A[l-1] @ W[l] + b[l], A[l] = σ(Z[l]).

        W and b are `coefs_` and `intercepts_`. The first layer takes X, or what `encoder_`
        makes of it.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.

        Returns
        -------
        Z, A : lists of ndarray of shape (n_samples, nodes), one per layer
            ``A[-1]`` is the output of the network: the predictions of a regressor before
            `clip_target`, and before several quantiles are put in order; for a classifier
            the probability of every class, of the second one alone if there are two, and
            with ``output_activation="sigmoid"`` before they are made to sum to 1.

        See Also
        --------
        hidden_representation : A of one hidden layer, with less memory.
        gradient : The gradient vector, by back propagation.
        """
        network, X = self._prepared(X)
        Z, A = layer_values(X, network.layers)
        told(A[-1])
        return Z, A

    def gradient(
        self, X: Any, y: Any, sample_weight: Any = None
    ) -> tuple[list[Array], list[Array]]:
        """Return the gradient vector: ∂J/∂W and ∂J/∂b, shaped as `coefs_`, `intercepts_`.

        J is what `loss_` reports: Σ_i w_i C(y_i, a_i) / Σ_i w_i, the mean of the loss in
        the units of y as given. w are the weights of samples times those of their classes,
        "balanced" by the rows of `fit`. Labels are smoothed if the loss does so. Dropout is
        off. The penalty is left out: its weights are those for the scaled X and y, which
        are not `coefs_`. Where neither is scaled, it adds ``alpha * coefs_[l]``, and a step
        of ``solver="sgd"`` is minus `learning_rate` times that sum.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets, as for `fit`.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, >= 0; only their ratios matter.

        Returns
        -------
        coefs_grad, intercepts_grad : lists of ndarray, one per layer
            Without what "prelu" learns, `activation_coefs_`.

        See Also
        --------
        input_gradient : The derivatives by the columns of X.
        """
        check_is_fitted(self)
        published = PublishedNetwork(vars(self))
        data = self._examples(published, X, y, sample_weight)
        network = published.trainable()
        loss = LossInUnitsOfY(self._loss, self._targets.scaling)
        network.grad.flat[...] = cost_gradient(network, loss, data)
        _warn_of_overflow(network.grad.flat, "gradient", "X or y")
        return network.grad.W, network.grad.b

    def _examples(
        self,
        network: PublishedNetwork,
        X: Any,
        y: Any,
        sample_weight: Any,
        *,
        scaled: bool = True,
    ) -> Data:
        """Return the checked rows of weight above 0.

        `scaled` targets are in the units of training.
        """
        X, y = as_numpy(X, "X"), as_numpy(y, "y")
        weights = "sample_weight", as_numpy(sample_weight, "sample_weight")
        targets = self._targets
        X, y = self._features.numbers(self, X, y, network.dtype)
        Y = targets.transform(y)
        # Classes have the weights of training, where these were counted then.
        count = getattr(targets, "counts", None) is None
        _, w = weighted(self, targets, Y, *weights, count=count)
        data = Data(X, Y, w)
        if w is not None and not w.all():
            data = data.part(np.flatnonzero(w))
        self._loss.outputs_for(data.Y)
        if scaled and targets.scaling.link:
            data = data._replace(Y=targets.scaling.encode(data.Y))
        return data._replace(w=mean_one(data.w, None))

    def input_gradient(self, X: Any, output: int = 0) -> Array:
        """Return how an output changes with every column of X: ∂output/∂x, row by row.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.
        output : int, default=0
            Which one, from 0: a column of ``A[-1]`` of `forward`. A classifier with two
            classes has one, the probability of the second.

        Returns
        -------
        G : ndarray of shape (n_samples, n_features)
            In units of the output per unit of the column. NaN where there is no
            derivative: in columns of categories, and where a value is missing. At a kink,
            of a rectifier or between two bins, it is that on one side.

        Raises
        ------
        TypeError
            If `encoder` is a transformer whose derivative is not known.

        See Also
        --------
        gradient : The derivatives of the cost by the weights.
        sklearn.inspection.permutation_importance : For columns of any type.
        """
        published, encoded = self._prepared(X)
        n_outputs = len(published.layers[-1].b)
        if output not in range(n_outputs):
            raise ValueError(
                f"output={output!r} must be a whole number from 0 to {n_outputs - 1}: the "
                f"network has {n_outputs} output(s)."
            )
        G = input_gradient(published.trainable(), encoded, int(output))
        _warn_of_overflow(G, "derivative", "X")
        return self._features.pull_back(self, as_numpy(X, "X"), G)


def _warn_of_overflow(derivative: Array, name: str, rows: str) -> None:
    """Warn if a derivative, of any shape, is not finite."""
    if not is_finite(derivative):
        warn_user(
            f"The {name} is not finite for some rows: values of {rows} are too far from "
            "those that the network was trained on."
        )
