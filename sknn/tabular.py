"""The tabular estimators: several networks on a table, ready for raw columns."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from .classifier import FFNNClassifier
from .encoding.labels import Labels
from .encoding.targets import Numbers, Targets
from .engine.arrays import Array
from .engine.loss import Loss
from .engine.losses import Quantile
from .ensemble.base import BaseTabular
from .regressor import FFNNRegressor, explained


class TabularClassifier(ClassifierMixin, BaseTabular):
    """Several networks that classify the rows of a table, averaged and calibrated.

    Each member is trained without a different tenth of the rows. Predictions for these
    rows calibrate the mean probabilities, and decide which networks are averaged: a member
    has one at the end of every cycle of the learning rate.

    Parameters
    ----------
    estimator : FFNNClassifier or None, default=None
        The network to train as members. None is the recipe: two layers of 128 neurons
        with silu, adamw, "coslog4", dropout and smoothed labels, for 64 epochs.
        ``batch_size="auto"`` means batches of 64 to 127 rows here. Several cycle ends
        are averaged only if its schedule has several cycles, as "coslog4" does.
    encoder : transformer, "auto" or None, default="auto"
        How X becomes numbers; fitted once for all members, to all rows. "auto" is
        ``TableEncoder(n_bins=8, bin_scale=0.6, smooth_clip=3.0, dtype=np.float32)``, for
        sparse X without bins; None uses X unchanged. float32 stays, all else is float64.
    n_members : int, default=4
        How many networks to train.
    class_weight : dict, list of dict, "balanced" or None, default=None
        Weights of the classes, as for `FFNNClassifier`. None means those of `estimator`.
    n_jobs : int or None, default=None
        How many members to train at a time, in threads; the result does not depend on it.
        -1 uses all processors, and so does None with ``sknn[fast]``, if not in parallel.
    max_time : float or None, default=None
        Seconds after which training of all members ends.
    random_state : int, RandomState instance or None, default=None
        Seed of the folds and of everything random in the members.
    verbose : int, default=0
        Whether to show one line of progress over all members.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels in ascending order; for multilabel targets the column numbers.
    encoder_ : transformer
        The fitted encoder.
    members_ : list of lists of FFNNClassifier
        Per member, its networks at the chosen cycle ends, fitted to the encoded columns.
    cycle_ends_ : tuple of int
        The chosen cycle ends, counted from 1.
    temperature_ : float
        T: the mean probabilities P are returned as P^(1/T), normalised.
    oof_prediction_ : ndarray of shape (n_samples, n_classes) or (n_samples, n_labels)
        The probabilities for every row by the members that left it out. NaN for rows that
        no member left out: a share of about 1 - n_members / 10.
    loss_curves_ : list of lists of float
        The loss of every epoch, per member.
    n_outputs_ : int
        Number of outputs of a member.
    n_features_in_ : int
        Number of features seen during `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if X was a DataFrame with names that are all strings.

    See Also
    --------
    TabularRegressor : The same for regression.
    FFNNClassifier : A single network.

    Examples
    --------
    >>> import pandas as pd
    >>> from sknn import TabularClassifier
    >>> X = pd.DataFrame({"size": [1.0, 2.0, None, 9.0] * 9, "kind": list("aabb") * 9})
    >>> y = ["small", "small", "large", "large"] * 9
    >>> model = TabularClassifier(random_state=0).fit(X, y)
    >>> model.predict(X[:3]).tolist()
    ['small', 'small', 'large']
    """

    _targets_type: ClassVar[type[Targets]] = Labels
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseTabular._constraints(FFNNClassifier),
        "class_weight": [dict, list, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        estimator: FFNNClassifier | None = None,
        *,
        encoder: Any = "auto",
        n_members: int = 4,
        class_weight: dict[Any, float] | list[dict[Any, float]] | str | None = None,
        n_jobs: int | None = None,
        max_time: float | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.estimator = estimator
        self.encoder = encoder
        self.n_members = n_members
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.max_time = max_time
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _settings(self) -> dict[str, Any]:
        return {"class_weight": None}  # it is in the weights of the rows already

    def _class_weight(self) -> Any:
        own = self.class_weight
        return self._network().class_weight if own is None else own

    def predict(self, X: Any) -> Array:
        """Predict the labels.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            The most probable labels.
        """
        log_P = self._vote(X)
        choice = log_P.argmax(axis=-1)
        return choice if self._votes.labels.multilabel else self.classes_[choice]

    def predict_proba(self, X: Any) -> Array:
        """Predict the probability of every label.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.

        Returns
        -------
        P : ndarray of shape (n_samples, n_classes) or (n_samples, n_labels)
            Columns in the order of `classes_`.
        """
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Any) -> Array:
        """Predict the logarithm of the probability of every label.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.

        Returns
        -------
        log_P : ndarray of shape (n_samples, n_classes) or (n_samples, n_labels)
            Columns in the order of `classes_`.
        """
        log_P = self._vote(X)
        return log_P[..., 1] if self._votes.labels.multilabel else log_P

    def decision_function(self, X: Any) -> Array:
        """Return the log-odds of two classes or of every label, else log-probabilities.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.

        Returns
        -------
        Z : ndarray of shape (n_samples,), (n_samples, n_classes) or (n_samples, n_labels)
            One per row with two classes: above 0 where the second is more probable.
        """
        log_P = self._vote(X)
        is_pair = log_P.shape[-1] == 2
        return log_P[..., 1] - log_P[..., 0] if is_pair else log_P

    def predict_set(self, X: Any, coverage: float = 0.9) -> Array:
        """Predict sets of classes that contain the true one with probability `coverage`.

        A class is in the set if its probability is high enough, compared with that of the
        true class in the rows left out; the most probable class is always included.
        The coverage holds on average over rows like those of `fit`. Source: M. Sadinle et
        al., "Least ambiguous set-valued classifiers with bounded error levels" (2019).

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.
        coverage : float, default=0.9
            In (0, 1).

        Returns
        -------
        S : ndarray of bool of shape (n_samples, n_classes)
            Which classes are in the set, columns in the order of `classes_`.
        """
        check_is_fitted(self)
        if self._votes.labels.multilabel:
            raise ValueError(
                "predict_set is for classes that exclude each other: for several labels, "
                "use predict_proba, or fit one TabularClassifier per label."
            )
        limit = self._scores.quantile(coverage)[0]
        P = self.predict_proba(X)
        chosen: Array = limit >= 1 - P
        chosen[np.arange(len(P)), P.argmax(axis=1)] = True
        return chosen


class TabularRegressor(RegressorMixin, BaseTabular):
    """Several networks that predict numbers for the rows of a table, averaged.

    Each member is trained without a different tenth of the rows. Predictions for these
    rows decide how wide intervals must be, and which networks are averaged: a member has
    one at the end of every cycle of the learning rate.

    Parameters
    ----------
    estimator : FFNNRegressor or None, default=None
        The network to train as members. None is the recipe: two layers of 128 neurons
        with silu, adamw, "coslog4", dropout and predictions within the range of y, for 64
        epochs. ``batch_size="auto"`` means batches of 64 to 127 rows here. Several cycle
        ends are averaged only if its schedule has several cycles, as "coslog4" does.
    encoder : transformer, "auto" or None, default="auto"
        How X becomes numbers; fitted once for all members, to all rows. "auto" is
        ``TableEncoder(n_bins=8, bin_scale=0.6, smooth_clip=3.0, dtype=np.float32)``, for
        sparse X without bins; None uses X unchanged. float32 stays, all else is float64.
    loss : str or Loss, default="auto"
        As for `FFNNRegressor`; "auto" is the loss of `estimator`. Quantiles are shifted so
        that their coverage is right on the rows left out.
    n_members : int, default=4
        How many networks to train.
    n_jobs : int or None, default=None
        How many members to train at a time, in threads; the result does not depend on it.
        -1 uses all processors, and so does None with ``sknn[fast]``, if not in parallel.
    max_time : float or None, default=None
        Seconds after which training of all members ends.
    random_state : int, RandomState instance or None, default=None
        Seed of the folds and of everything random in the members.
    verbose : int, default=0
        Whether to show one line of progress over all members.

    Attributes
    ----------
    encoder_ : transformer
        The fitted encoder.
    members_ : list of lists of FFNNRegressor
        Per member, its networks at the chosen cycle ends, fitted to the encoded columns.
    cycle_ends_ : tuple of int
        The chosen cycle ends, counted from 1.
    oof_prediction_ : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        The prediction for every row by the members that left it out. NaN for rows that no
        member left out: a share of about 1 - n_members / 10.
    loss_curves_ : list of lists of float
        The loss of every epoch, per member.
    n_outputs_ : int
        Number of outputs.
    n_features_in_ : int
        Number of features seen during `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if X was a DataFrame with names that are all strings.

    See Also
    --------
    TabularClassifier : The same for classification.
    FFNNRegressor : A single network.

    Examples
    --------
    >>> import pandas as pd
    >>> from sknn import TabularRegressor
    >>> X = pd.DataFrame({"size": [1.0, 2.0, None, 9.0] * 9, "kind": list("aabb") * 9})
    >>> y = [1.0, 2.0, 5.0, 9.0] * 9
    >>> model = TabularRegressor(random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9
    True
    """

    _targets_type: ClassVar[type[Targets]] = Numbers
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseTabular._constraints(FFNNRegressor),
        "loss": FFNNRegressor._parameter_constraints["loss"],
    }

    def __init__(
        self,
        estimator: FFNNRegressor | None = None,
        *,
        encoder: Any = "auto",
        loss: str | Loss = "auto",
        n_members: int = 4,
        n_jobs: int | None = None,
        max_time: float | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.estimator = estimator
        self.encoder = encoder
        self.loss = loss
        self.n_members = n_members
        self.n_jobs = n_jobs
        self.max_time = max_time
        self.random_state = random_state
        self.verbose = verbose

    def _settings(self) -> dict[str, Any]:
        is_auto = isinstance(self.loss, str) and self.loss == "auto"
        return {} if is_auto else {"loss": self.loss}

    def predict(self, X: Any) -> Array:
        """Predict the targets.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Predictions; for several quantiles one column each.
        """
        A = self._vote(X)
        return self._votes.published(A)

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        """Predict intervals that contain the target with the probability `coverage`.

        All have the same width: the prediction plus and minus a quantile of the absolute
        errors on the rows that members left out of training. The coverage holds on average
        over rows like those of `fit`. Sources: V. Vovk, "Cross-conformal
        predictors" (2015); J. Lei et al., "Distribution-free predictive inference for
        regression" (2018). For intervals whose width follows the row, see `Quantile`.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.
        coverage : float, default=0.9
            In (0, 1).

        Returns
        -------
        intervals : ndarray of shape (n_samples, 2) or (n_samples, n_outputs, 2)
            Lower and upper ends.
        """
        check_is_fitted(self)
        if len(self._levels()) > 1:
            raise ValueError(
                f"loss={self._votes.measure!r} predicts quantiles: predict already "
                "returns the ends of an interval."
            )
        A, half = self._vote(X), self._scores.quantile(coverage)
        intervals = np.stack([A - half, A + half], axis=-1)
        return intervals[:, 0] if A.shape[1] == 1 else intervals

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R², or for several quantiles the mean D² of the pinball loss.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        score : float
            1 at best, 0 for the best constant.
        """
        return explained(y, self.predict(X), self._levels(), sample_weight)

    def _levels(self) -> tuple[float, ...]:
        """Return the quantiles that are predicted, if any."""
        measure = self._votes.measure
        return measure.levels if isinstance(measure, Quantile) else ()
