"""The classifier: parameters, labels, probabilities."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.metaestimators import available_if

from .base import BaseFFNN, can_go_on
from .engine.activations import Activation
from .engine.initializers import Initializer
from .engine.losses import Loss
from .engine.optimizers import Solver
from .engine.schedules import Schedule
from .parts import Task
from .targets import Array, Labels


class FFNNClassifier(ClassifierMixin, BaseFFNN):
    """Feed-forward neural network for classification: binary, multiclass, multilabel.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of neurons in each hidden layer. ``()`` is the linear model.

    activation : str, Activation or sequence of them, default="relu"
        What every hidden neuron does to its sum: "identity", "sigmoid" (or "logistic"),
        "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu" (or "swish"),
        "mish", "softplus", or a part such as ``LeakyReLU(0.1)``. A sequence gives one per
        hidden layer.

    output_activation : str or Activation, default="auto"
        "softmax" for classes that exclude each other, "sigmoid" for two classes and for
        multilabel targets; "auto" chooses. "sigmoid" with three or more classes fits
        one against the rest, and probabilities are normalised.

    loss : str or Loss, default="auto"
        "log_loss" (the default) or "squared_error" of the probabilities.

    initializer : str, Initializer or callable, default="auto"
        What the weights start from; biases start at 0. "auto" is He for the relu family,
        Glorot for tanh, sigmoid and linear outputs, LeCun for selu. Else one of
        "he_uniform", "he_normal", "glorot_uniform", "glorot_normal", "lecun_uniform",
        "lecun_normal", "normal", "uniform", "zeros", a part such as ``Normal(0.1)``, or
        a ``callable(rng, shape)`` that returns the weights.

    solver : str or Solver, default="adam"
        "adam", "adamw", "sgd" (plain, without momentum), "rmsprop", "lbfgs" (all rows at
        once; for small data), or a part such as ``SGD(momentum=0.9, nesterov=True)``.

    learning_rate : float, default=1e-3
        The training rate: how long a step against the gradient is.

    learning_rate_schedule : str, Schedule or callable, default="constant"
        Factor on `learning_rate` as training goes on: "constant", "cosine", "coslog4",
        "onecycle", "invscaling", "adaptive" (falls when the cost stops improving), a
        part such as ``OneCycle(warm_up=0.1)``, or a ``callable(progress) -> factor`` for
        a progress from 0 to 1. For every stochastic solver.

    batch_size : int, default="auto"
        The largest number of examples whose gradients are averaged for one step; the
        batches of an epoch differ in size by at most one. "auto" is ``min(200, n)``.

    alpha : float, default=1e-4
        L2 penalty: alpha / 2 times the sum of the squared weights is added to the cost.
        Biases are free. Does not depend on the batch size or on the scale of the sample
        weights.

    dropout : float or sequence of float, default=0.0
        Probability of leaving a hidden neuron out of a training step; a sequence gives
        one per hidden layer.

    max_iter : int, default=200
        The largest number of epochs in one call of `fit`; with "lbfgs", of iterations.

    tol : float, default=1e-4
        An epoch counts as an improvement if it lowers the best cost by more than `tol`
        times that cost. With "lbfgs", the largest component of the gradient at the end.

    n_iter_no_change : int, default=10
        Training ends after exactly that many epochs in a row without improvement.

    shuffle : bool, default=True
        Whether every epoch takes the examples in a new random order.

    warm_start : bool, default=False
        Whether `fit` goes on from the fitted network, with the optimizer's memory and
        the source of randomness as they were, for up to `max_iter` further epochs.

    random_state : int, RandomState instance or None, default=None
        Source of the initial weights, the order of the examples and dropout. The same
        int gives the same network, to the last bit.

    verbose : int, default=0
        Whether to print the loss after every epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels in ascending order; for multilabel targets the column numbers.

    coefs_ : list of ndarray
        Weights of every layer, of shape (nodes before, nodes here).

    intercepts_ : list of ndarray
        Biases of every layer, of shape (nodes here,).

    activation_coefs_ : list of ndarray
        What the activation of every layer has learned; empty but for "prelu".

    out_activation_ : str or Activation
        The output activation; "sigmoid" is called "logistic" here, as in scikit-learn.

    loss_ : float
        The loss of the last epoch, without the penalty.

    loss_curve_ : list of float
        The loss of every epoch, as the mean over its batches, each taken before its step.
        `partial_fit` keeps the last 10,000.

    n_iter_ : int
        Number of epochs that the network was trained for, those before a warm start and
        all calls of `partial_fit` included.

    n_layers_ : int
        Number of layers, the input among them.

    n_outputs_ : int
        Number of outputs.

    n_parameters_ : int
        Number of weights, biases and other learned values.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if X was a DataFrame with names that are all strings.

    See Also
    --------
    FFNNRegressor : The same for regression.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn import FFNNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> model = make_pipeline(
    ...     StandardScaler(),
    ...     FFNNClassifier(
    ...         learning_rate=0.01, learning_rate_schedule="cosine", random_state=0
    ...     ),
    ... )
    >>> model.fit(X_train, y_train).score(X_test, y_test) > 0.9
    True
    """

    _task: ClassVar[str] = "classification"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = BaseFFNN._constraints(
        "classification"
    )

    def __init__(
        self,
        *,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Activation | Sequence[str | Activation] = "relu",
        output_activation: str | Activation = "auto",
        loss: str | Loss = "auto",
        initializer: str | Initializer | Callable[..., Any] = "auto",
        solver: str | Solver = "adam",
        learning_rate: float = 1e-3,
        learning_rate_schedule: str | Schedule | Callable[[float], float] = "constant",
        batch_size: int | str = "auto",
        alpha: float = 1e-4,
        dropout: float | Sequence[float] = 0.0,
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        shuffle: bool = True,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.output_activation = output_activation
        self.loss = loss
        self.initializer = initializer
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.batch_size = batch_size
        self.alpha = alpha
        self.dropout = dropout
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.shuffle = shuffle
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> FFNNClassifier:
        """Train the network on X and y.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input. float32 is trained in float32, anything else in float64.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Labels of any type, or for multilabel targets rows of 0 and 1.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, >= 0; only their ratios matter.

        Returns
        -------
        self : FFNNClassifier
            The fitted estimator.
        """
        self._train(self._check(X, y, sample_weight, incremental=False))
        return self

    @available_if(can_go_on)
    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> FFNNClassifier:
        """Train for one epoch on X and y, going on from where the network is.

        Not there with ``solver="lbfgs"``.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Labels, or for multilabel targets rows of 0 and 1.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed in the first call, unless the targets
            are multilabel, and allowed in later ones if it is the same.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, >= 0, taken as they are.

        Returns
        -------
        self : FFNNClassifier
            The estimator.
        """
        self._train(self._check(X, y, sample_weight, incremental=True, classes=classes))
        return self

    def predict(self, X: Any) -> Array:
        """Predict the labels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            The most probable labels.
        """
        Z, _ = self._outputs(X)
        return self._labels.decide(Z)

    def decision_function(self, X: Any) -> Array:
        """Return the logits: the values of the output layer before its activation.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.

        Returns
        -------
        Z : ndarray of shape (n_samples,), (n_samples, n_classes) or (n_samples, n_labels)
            One per row with two classes: above 0 where the second is more probable.
        """
        Z, _ = self._outputs(X)
        return Z[:, 0] if self._labels.binary else Z

    def predict_proba(self, X: Any) -> Array:
        """Predict the probability of every label.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes) or (n_samples, n_labels)
            Columns in the order of `classes_`.
        """
        Z, A = self._outputs(X)
        if len(self.classes_) == 1 and self._labels.binary:
            return np.ones_like(A)
        if self._labels.binary:
            # Not 1 - A, which would round a small probability to 0.
            rest = np.empty_like(A)
            self._activations[-1].forward(-Z, rest)
            return np.hstack([rest, A])
        if self._labels.multilabel:
            limits = np.finfo(A.dtype)
            return np.clip(A, limits.tiny, 1 - limits.epsneg)
        return A / A.sum(axis=1, keepdims=True)

    def predict_log_proba(self, X: Any) -> Array:
        """Predict the logarithm of the probability of every label, from the logits.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.

        Returns
        -------
        log_P : ndarray of shape (n_samples, n_classes) or (n_samples, n_labels)
            Finite wherever the logits are.
        """
        Z, _ = self._outputs(X)
        output = self._activations[-1]
        if len(self.classes_) == 1 and self._labels.binary:
            return np.zeros_like(Z)
        if self._labels.binary:
            return np.hstack([output.log(-Z), output.log(Z)])
        log_A = output.log(Z)
        if self._labels.multilabel or output.joint:
            return log_A
        return log_A - np.logaddexp.reduce(log_A, axis=1, keepdims=True)

    def _encode(
        self, y: Any, classes: Any, known: bool, incremental: bool
    ) -> tuple[Array, Task, dict[str, Any]]:
        if y.ndim == 2 and y.shape[1] == 1:
            warnings.warn(
                "A column-vector y was passed when a 1d array was expected. Pass "
                "y.ravel() to silence this.",
                DataConversionWarning,
                stacklevel=4,
            )
            y = y.ravel()
        labels = self._known_labels(y, classes, known, incremental)
        Y = labels.encode(y)
        task = Task("classification", labels.n_outputs, not labels.multilabel)
        return Y, task, {"classes_": labels.classes, "_labels": labels}

    def _known_labels(
        self, y: Array, classes: Any, known: bool, incremental: bool
    ) -> Labels:
        """Return the labels of the fitted network, or else those of y or `classes`."""
        if not known:
            labels = Labels.of(y, classes)
            if incremental and classes is None and not labels.multilabel:
                raise ValueError(
                    "classes must be passed on the first call to partial_fit: all "
                    "labels that will ever come."
                )
            return labels
        labels = self._labels
        given = classes if incremental else Labels.of(y).classes
        if given is not None and not np.array_equal(np.unique(given), labels.classes):
            raise ValueError(
                f"The classes {np.unique(given).tolist()} are not those of the fitted "
                f"network, {labels.classes.tolist()}: it cannot go on with others. Set "
                "warm_start=False and call fit to start anew."
            )
        return labels
