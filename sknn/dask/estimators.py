"""The estimators on Dask: parameters, predictions, scores."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from distributed import Client
from sklearn.utils.validation import check_is_fitted

from ..base import BaseFFNN
from ..classifier import FFNNClassifier
from ..engine.arrays import Array
from ..engine.losses import Quantile
from ..regressor import FFNNRegressor
from .on_dask import CONSTRAINTS, OnDask, extended


class DaskFFNNClassifier(OnDask, FFNNClassifier):
    """`FFNNClassifier` on a Dask cluster: every worker trains on its own rows.

    In each round, all workers train the network for `local_epochs` epochs on their shares
    of the rows; then weights, learned slopes and the optimizer's memory are averaged,
    weighted by rows. Classes, categories and scales are those of all rows.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of neurons in each hidden layer.
    client : distributed.Client or None, default=None
        The client of the cluster; None for the one that was made last.
    local_epochs : int, default=1
        Epochs between two averages. More of them save messages, and cost accuracy where
        shares differ.
    **params : dict
        All other parameters of `FFNNClassifier`, with the same meaning. Epochs, curves and
        schedules count over rounds; with `early_stopping`, rows of every partition are
        held out, and the validation score is taken after every round.

    Attributes
    ----------
    client_ : distributed.Client
        The client in use.
    classes_ : ndarray of shape (n_classes,)
        The labels of all partitions; this and all others as in `FFNNClassifier`.

    See Also
    --------
    FFNNClassifier : The same on one machine.
    DaskFFNNRegressor : For regression.

    Examples
    --------
    >>> import dask.array as da
    >>> from distributed import Client
    >>> from sklearn.datasets import load_iris
    >>> from sknn.dask import DaskFFNNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> X, y = X[::3].repeat(3, axis=0), y[::3].repeat(3)
    >>> with Client(n_workers=1, processes=False, dashboard_address=":0") as client:
    ...     model = DaskFFNNClassifier(
    ...         learning_rate=0.01, learning_rate_schedule="cosine", max_iter=20
    ...     )
    ...     model = model.fit(da.from_array(X), da.from_array(y)).to_local()
    >>> model
    FFNNClassifier(learning_rate=0.01, learning_rate_schedule='cosine', max_iter=20)
    """

    _plain: ClassVar[type[BaseFFNN]] = FFNNClassifier
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **FFNNClassifier._parameter_constraints,
        **CONSTRAINTS,
    }

    @extended(FFNNClassifier)
    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        *,
        client: Client | None = None,
        local_epochs: int = 1,
        **params: Any,
    ) -> None:
        super().__init__(hidden_layer_sizes, **params)
        self.client = client
        self.local_epochs = local_epochs

    def predict(self, X: Any) -> Any:
        """Predict the labels, lazily.

        Parameters
        ----------
        X : dask array or dask dataframe of shape (n_samples, n_features)
            Input.

        Returns
        -------
        y : dask array of shape (n_samples,) or (n_samples, n_labels)
            The most probable labels.
        """
        check_is_fitted(self)
        many = self._targets.multilabel
        return self._lazily(
            "predict",
            X,
            (len(self.classes_),) if many else (),
            np.dtype(int) if many else self.classes_.dtype,
        )

    def decision_function(self, X: Any) -> Any:
        """Return the logits, lazily.

        Parameters
        ----------
        X : dask array or dask dataframe of shape (n_samples, n_features)
            Input.

        Returns
        -------
        Z : dask array of shape (n_samples,) or (n_samples, n_outputs)
            The values of the output layer before its activation.
        """
        check_is_fitted(self)
        columns = () if self._targets.binary else (self.n_outputs_,)
        return self._lazily("decision_function", X, columns, None)

    def predict_proba(self, X: Any) -> Any:
        """Predict the probability of every label, lazily.

        Parameters
        ----------
        X : dask array or dask dataframe of shape (n_samples, n_features)
            Input.

        Returns
        -------
        P : dask array of shape (n_samples, n_classes) or (n_samples, n_labels)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        return self._lazily("predict_proba", X, (len(self.classes_),), None)

    def predict_log_proba(self, X: Any) -> Any:
        """Predict the logarithm of the probability of every label, lazily.

        Parameters
        ----------
        X : dask array or dask dataframe of shape (n_samples, n_features)
            Input.

        Returns
        -------
        log_P : dask array of shape (n_samples, n_classes) or (n_samples, n_labels)
            Finite wherever the logits are.
        """
        check_is_fitted(self)
        return self._lazily("predict_log_proba", X, (len(self.classes_),), None)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy, computed where the partitions are.

        Parameters
        ----------
        X : dask array or dask dataframe of shape (n_samples, n_features)
            Input.
        y : dask array, series or dataframe of shape (n_samples,) or (n_samples, n_labels)
            Labels.
        sample_weight : dask array or series of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        score : float
            Share of the rows that are right.
        """
        right, total = self._sums(hits, X, y, sample_weight)
        return float(right / total)


class DaskFFNNRegressor(OnDask, FFNNRegressor):
    """`FFNNRegressor` on a Dask cluster: every worker trains on its own rows.

    In each round, all workers train the network for `local_epochs` epochs on their shares
    of the rows; then weights, learned slopes and the optimizer's memory are averaged,
    weighted by rows. The scales of X and y and the categories are those of all rows.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of neurons in each hidden layer.
    client : distributed.Client or None, default=None
        The client of the cluster; None for the one that was made last.
    local_epochs : int, default=1
        Epochs between two averages. More of them save messages, and cost accuracy where
        shares differ.
    **params : dict
        All other parameters of `FFNNRegressor`, with the same meaning; see
        `DaskFFNNClassifier` for what counts over rounds.

    Attributes
    ----------
    client_ : distributed.Client
        The client in use.
    coefs_ : list of ndarray
        Weights of every layer; this and all others as in `FFNNRegressor`.

    See Also
    --------
    FFNNRegressor : The same on one machine.
    DaskFFNNClassifier : For classification.

    Examples
    --------
    >>> import dask.array as da
    >>> from distributed import Client
    >>> from sknn.dask import DaskFFNNRegressor
    >>> X = da.linspace(-1, 1, 200, chunks=100).reshape(-1, 1)
    >>> with Client(n_workers=1, processes=False, dashboard_address=":0") as client:
    ...     model = DaskFFNNRegressor(
    ...         20, learning_rate=0.01, learning_rate_schedule="cosine", random_state=0
    ...     )
    ...     score = model.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2)
    >>> score > 0.95
    True
    """

    _plain: ClassVar[type[BaseFFNN]] = FFNNRegressor
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **FFNNRegressor._parameter_constraints,
        **CONSTRAINTS,
    }

    @extended(FFNNRegressor)
    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        *,
        client: Client | None = None,
        local_epochs: int = 1,
        **params: Any,
    ) -> None:
        super().__init__(hidden_layer_sizes, **params)
        self.client = client
        self.local_epochs = local_epochs

    def predict(self, X: Any) -> Any:
        """Predict the targets, lazily.

        Parameters
        ----------
        X : dask array or dask dataframe of shape (n_samples, n_features)
            Input.

        Returns
        -------
        y : dask array of shape (n_samples,) or (n_samples, n_outputs)
            Predictions, of the dtype that the network was trained in.
        """
        check_is_fitted(self)
        columns = () if self.n_outputs_ == 1 else (self.n_outputs_,)
        return self._lazily("predict", X, columns, None)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R², computed where the partitions are.

        Parameters
        ----------
        X : dask array or dask dataframe of shape (n_samples, n_features)
            Input.
        y : dask array, series or dataframe of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : dask array or series of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        score : float
            1 at best, 0 for the best constant; the mean over several outputs.
        """
        check_is_fitted(self)
        if isinstance(self._loss, Quantile) and len(self._loss.levels) > 1:
            raise ValueError(
                "The score of several quantiles needs all of y on one machine: call "
                "to_local().score with rows that fit into memory."
            )
        total, first, second, left = self._sums(squares, X, y, sample_weight)
        spread = second - first**2 / total
        constant = np.where(left == 0, 1.0, 0.0)  # of a target without spread
        return float(
            np.mean(
                np.where(spread > 0, 1 - left / np.where(spread > 0, spread, 1), constant)
            )
        )


def hits(model: Any, X: Any, y: Array, w: Array) -> Array:
    """Return the weight of the rows that are right, and of all; shape (2,).

    y is of shape (n,) or (n, n_labels), w of shape (n,).
    """
    right = np.asarray(model.predict(X)) == y
    right = right.all(axis=1) if right.ndim == 2 else right
    return np.array([w @ right, w.sum()])


def squares(model: Any, X: Any, y: Array, w: Array) -> Array:
    """Return sums over rows of w, w d, w d² and w r²; shape (4, n_outputs).

    With residuals r, and d the distance from the mean of the target in training. y is of
    shape (n,) or (n, n_outputs), w of shape (n,).
    """
    Y = y.reshape(len(y), -1).astype(np.float64)
    mean = model._targets.scaling.mean
    D, R = Y - mean, Y - np.asarray(model.predict(X)).reshape(len(Y), -1)
    return np.stack([np.full(Y.shape[1], w.sum()), w @ D, w @ D**2, w @ R**2])
