"""The classifier: parameters, labels, probabilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils._param_validation import StrOptions

from .base import BaseFFNN, has_partial_fit
from .encoding.labels import Labels
from .encoding.targets import Targets
from .engine.activation import Activation
from .engine.arrays import Array
from .engine.initializers import Initializer
from .engine.loss import Loss
from .engine.optimizers import Solver
from .engine.schedules import Schedule
from .fitting.callbacks import with_callbacks
from .fitting.calls import available_if, named
from .fitting.checking import Given
from .fitting.probabilities import log_probabilities, probabilities


class FFNNClassifier(ClassifierMixin, BaseFFNN):
    """Feed-forward neural network for classification: binary, multiclass, multilabel.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of neurons in each hidden layer. ``()`` is the linear model.
    encoder : "auto", transformer or None, default="auto"
        How X becomes numbers on one scale. "auto" is `TableEncoder`: text, categories,
        booleans and missing values need no preparation, and numbers are standardised. If X
        is only numbers, this scaling is folded into the first layer, so that `coefs_`
        apply to X itself; sparse X is scaled without centring. Any other transformer works
        too; its settings are ``encoder__…``. With None, X is used unchanged.
    activation : str, Activation or sequence of them, default="relu"
        Activation function of the hidden layers: "identity", "sigmoid" (or "logistic"),
        "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu" (or "swish"),
        "mish", "softplus", or a part such as ``LeakyReLU(0.1)``. A sequence gives one per
        hidden layer.
    output_activation : str or Activation, default="auto"
        "softmax" for classes that exclude each other, "sigmoid" for two classes and for
        multilabel targets; "auto" chooses. "sigmoid" with three or more classes fits
        one against the rest, and probabilities are normalised.
    loss : str or Loss, default="auto"
        "log_loss", "squared_error" of the probabilities, a part such as
        ``LogLoss(smoothing=0.1)``, or any object with ``value(y, a)`` and
        ``gradient(y, a)``: see `check_loss`. "auto" is ``LogLoss(smoothing=0.03)``, or
        "log_loss" if `encoder` is None.
    initializer : str, Initializer or callable, default="auto"
        Initial weights; biases start at 0. "auto" is He for the relu family after the
        first hidden layer, LeCun for selu, Glorot for the rest. The other names:
        "he_uniform", "he_normal", "glorot_uniform", "glorot_normal", "lecun_uniform",
        "lecun_normal", "normal", "uniform", "zeros", "data" (weights and biases computed
        from up to 1,000 rows of X), a part such as ``Normal(0.1)``, or a
        ``callable(rng, shape)`` that returns the weights.
    input_scale : bool, default=False
        Whether every column of X has a factor that is trained with the weights. It starts
        at 1; with "adam" it moves six times as fast as a weight. It is folded into
        ``coefs_[0]``.
    solver : str or Solver, default="adam"
        "adam", "adamw", "sgd" (plain, without momentum), "rmsprop", "lbfgs" (all rows at
        once; for small data), or a part such as ``SGD(momentum=0.9, nesterov=True)``.
    learning_rate : float, default=4e-3
        Step size of training.
    learning_rate_schedule : str, Schedule or callable, default="auto"
        Factor on `learning_rate` during training: "constant", "cosine" (falls to 0 over
        `max_iter` epochs), "flat_cos", "coslog4", "onecycle", "invscaling", "adaptive"
        (decreases when the cost stops improving), a part such as
        ``OneCycle(warm_up=0.1)``, or a ``callable(progress) -> factor`` for a progress from
        0 to 1. For every stochastic solver. "auto" is "cosine", but "constant" with
        "sgd", and where training may go on: in `partial_fit` and with `warm_start`.
    batch_size : int, default="auto"
        Number of examples per step; the batches of an epoch differ in size by at most
        one. "auto" is a sixteenth of the rows, from 16 to 200; up to 64 rows are one batch,
        and in `partial_fit` up to 200.
    alpha : float, default=1e-4
        L2 penalty: alpha / 2 times the sum of the squared weights is added to the cost.
        Biases are not penalised. Does not depend on the batch size or on the scale of the
        sample weights.
    dropout : float or sequence of float, default=0.0
        Probability of dropping a hidden neuron in a training step; a sequence gives one
        per hidden layer.
    dropout_schedule : str, Schedule or callable, default="constant"
        Factor on `dropout` during training, in [0, 1]: as for `learning_rate_schedule`.
        "flat_cos" stays at 1 for the first half, then decreases to 0.
    clip_norm : float or None, default=None
        Maximum norm of the gradient; larger gradients are rescaled to it.
    max_iter : int, default="auto"
        The largest number of epochs in one call of `fit`; with "lbfgs", of iterations.
        "auto" is 60 epochs, or 200 if the schedule has no end, and more if they have fewer
        than 1,000 steps, as for few rows; with "lbfgs" 200 iterations.
    max_time : float or None, default=None
        Seconds after which training ends. With early stopping, the best weights so far
        are kept, otherwise the latest.
    tol : float, default=1e-4
        An epoch counts as an improvement if it lowers the best cost so far by more than
        `tol`, in the units of training: log loss, or the loss of the standardised target.
        With a scorer as `scoring`, `tol` is in the unit of that score. "lbfgs" ends when
        no component of the gradient exceeds `tol`, or the relative decrease of the cost is
        below 2.2e-5 · `tol`.
    n_iter_no_change : int, default=10
        Training ends after exactly that many epochs in a row without improvement.
    early_stopping : bool or "auto", default=False
        Whether to hold rows out as a validation set, stop when its score stops improving,
        and keep the weights with the best score. "auto" does so above 10,000 rows, and
        whenever `fit` gets `X_val`. With False, a validation set is scored without any
        effect on training.
    validation_fraction : float or int, default=0.1
        Share of the rows to hold out if `fit` gets no validation set, stratified by class;
        an int is their number.
    scoring : str, callable or None, default="loss"
        Score of the validation set: "loss" (minus the loss), the name of a scorer, a
        ``callable(estimator, X, y)``, or None for the estimator's own `score`; higher is
        better.
    class_weight : dict, list of dict, "balanced" or None, default=None
        Weights of the classes, multiplied with the sample weights, also in the validation
        set. "balanced" gives every class the same total weight; in `partial_fit`, by the
        class counts accumulated over all calls. For multilabel targets one dict per label.
    shuffle : bool, default=True
        Whether to draw a new order of the examples in every epoch.
    warm_start : bool, default=False
        Whether `fit` continues from the fitted network, with its optimizer state and its
        random generator, for up to `max_iter` further epochs.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the examples, dropout and the split into
        training and validation rows. The same int gives the same network, to the last bit.
    verbose : int, default=0
        Whether to show epoch, loss, validation score, learning rate and time left: on a
        terminal in one line that is rewritten, in a log in a line every ten seconds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels in ascending order; for multilabel targets the column numbers.
    coefs_ : list of ndarray
        Weights of every layer, of shape (nodes before, nodes here).
    intercepts_ : list of ndarray
        Biases of every layer, of shape (nodes here,).
    activation_coefs_ : list of ndarray
        Learned parameters of the activation of every layer; empty except for "prelu".
    out_activation_ : str or Activation
        The output activation; "sigmoid" is called "logistic" here, as in scikit-learn.
    loss_ : float
        The loss of the last epoch, without the penalty.
    loss_curve_ : list of float
        The loss of every epoch, as the mean over its batches, each taken before its step.
        `partial_fit` keeps the last 10,000.
    learning_rate_curve_ : list of float
        The learning rate at the end of every epoch.
    validation_loss_curve_, validation_scores_ : list of float
        Loss and score of the validation set after every epoch, if there is one.
    best_iter_, best_score_ : int, float
        With early stopping: the epoch whose weights were kept, and its validation score.
        `loss_` refers to the same epoch.
    encoder_ : transformer or None
        The fitted encoder that X goes through. None if X itself is the input of the
        network; its scaling is then part of the first layer.
    n_iter_ : int
        Number of epochs that the network was trained for, including those before a warm
        start and all calls of `partial_fit`.
    n_layers_ : int
        Number of layers, including the input.
    n_outputs_ : int
        Number of outputs.
    n_parameters_ : int
        Number of weights, biases and other learned values.
    n_features_in_ : int
        Number of features seen during `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if X was a DataFrame with names that are all strings.

    See Also
    --------
    FFNNRegressor : The same for regression.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import train_test_split
    >>> from sknn import FFNNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> model = FFNNClassifier(
    ...     learning_rate=0.01, learning_rate_schedule="cosine", random_state=0
    ... )
    >>> model.fit(X_train, y_train).score(X_test, y_test) > 0.9
    True
    """

    _targets_type: ClassVar[type[Targets]] = Labels
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseFFNN._constraints("classification"),
        "class_weight": [dict, list, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        *,
        encoder: Any = "auto",
        activation: str | Activation | Sequence[str | Activation] = "relu",
        output_activation: str | Activation = "auto",
        loss: str | Loss = "auto",
        initializer: str | Initializer | Callable[..., Any] = "auto",
        input_scale: bool = False,
        solver: str | Solver = "adam",
        learning_rate: float = 4e-3,
        learning_rate_schedule: str | Schedule | Callable[[float], float] = "auto",
        batch_size: int | str = "auto",
        alpha: float = 1e-4,
        dropout: float | Sequence[float] = 0.0,
        dropout_schedule: str | Schedule | Callable[[float], float] = "constant",
        clip_norm: float | None = None,
        max_iter: int | str = "auto",
        max_time: float | None = None,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool | str = False,
        validation_fraction: float = 0.1,
        scoring: str | Callable[..., float] = "loss",
        class_weight: dict[Any, float] | list[dict[Any, float]] | str | None = None,
        shuffle: bool = True,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.encoder = encoder
        self.activation = activation
        self.output_activation = output_activation
        self.loss = loss
        self.initializer = initializer
        self.input_scale = input_scale
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.batch_size = batch_size
        self.alpha = alpha
        self.dropout = dropout
        self.dropout_schedule = dropout_schedule
        self.clip_norm = clip_norm
        self.max_iter = max_iter
        self.max_time = max_time
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.scoring = scoring
        self.class_weight = class_weight
        self.shuffle = shuffle
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    @available_if(has_partial_fit)
    @named
    @with_callbacks
    def partial_fit(
        self,
        X: Any,
        y: Any,
        classes: Any = None,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> FFNNClassifier:
        """Train for one epoch on X and y, starting from the current weights.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        classes : array-like of shape (n_classes,), default=None
            All classes that can occur in any call to `partial_fit`. Required on the first
            call, unless the targets are multilabel.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, >= 0, used unscaled.
        X_val, y_val : array-like, default=None
            Validation set. With `early_stopping`, the estimator keeps the weights from
            before or after the call, whichever score better on it; training continues from
            the latest ones.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weights of the validation set.

        Returns
        -------
        self : FFNNClassifier
            The estimator.
        """
        validation = (X_val, y_val, sample_weight_val)
        given = Given(sample_weight, *validation, classes=classes, incremental=True)
        self._fit(X, y, given)
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
        Z = self._logits(X)
        return self._targets.decide(Z)

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
        Z = self._logits(X)
        if self._targets.one_class:
            Z[:] = 0  # one class: nothing to decide
        return Z[:, 0] if self._targets.binary else Z

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
        network, X = self._prepared(X)
        return probabilities(network, X, self._targets)

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
        return log_probabilities(self._logits(X), self._targets, self._activations[-1])

    def _logits(self, X: Any) -> Array:
        """Return Z of the output layer, (n, n_outputs)."""
        network, X = self._prepared(X)
        return network.logits(X)
