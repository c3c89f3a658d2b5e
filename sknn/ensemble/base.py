"""What both tabular estimators share: constraints, fit with its Ctrl-C, the mean vote."""

from __future__ import annotations

from collections.abc import Collection
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import _safe_indexing, get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import _num_samples, check_is_fitted

from ..base import deferred_sigint
from ..display.summary import SummaryMixin
from ..encoding.foreign import as_numpy
from ..encoding.targets import Targets
from ..encoding.unchanged import Unchanged
from ..encoding.versions import Versioned
from ..encoding.view import view
from ..engine.arrays import Array
from ..engine.data import blocks
from ..fitting.callbacks import CallbackSupportMixin, with_callbacks
from ..fitting.calls import NamedParameters, named
from ..fitting.hints import check_parameters, unknown_parameters, words_of_members
from ..warning import warn_user
from .ensemble_fit import EnsembleFit
from .matrix import matrix
from .recipe import recipe, table_encoder
from .voting import Voting

# All that a fit may publish: what a later fit does not publish is removed.
PUBLISHED = (
    "_scores",
    "_votes",
    "classes_",
    "cycle_ends_",
    "encoder_",
    "feature_names_in_",
    "loss_curves_",
    "members_",
    "n_features_in_",
    "n_outputs_",
    "oof_prediction_",
    "temperature_",
)


class BaseTabular(
    NamedParameters, SummaryMixin, Versioned, CallbackSupportMixin, BaseEstimator
):
    """Parameters, training and the mean vote of both estimators."""

    _targets_type: ClassVar[type[Targets]]
    estimator: Any
    encoder: Any
    n_members: int

    @classmethod
    def _unknown(cls, names: Collection[str]) -> str:
        """Return the message about unknown parameters, "" if all are known."""
        known = cls._get_param_names()
        if {*names} <= {*known}:  # the words of members are for messages only
            return ""
        words = words_of_members(type(recipe(cls._targets_type.task)), known)
        return unknown_parameters(cls.__name__, names, known, words)

    @staticmethod
    def _constraints(network: type) -> dict[str, list[Any]]:
        """Return what the parameters may be, for members of the class `network`."""
        transformer = HasMethods(["fit_transform", "transform"])
        return {
            "estimator": [network, None],
            "encoder": [StrOptions({"auto"}), transformer, None],
            "n_members": [Interval(Integral, 1, None, closed="left")],
            "n_jobs": [Integral, None],
            "max_time": [Interval(Real, 0, None, closed="neither"), None],
            "random_state": ["random_state"],
            "verbose": ["verbose"],
        }

    # ---- the parts ------------------------------------------------------------------

    def _network(self) -> Any:
        """Return the network that members are like, not fitted; not to be changed."""
        given = self.estimator
        return recipe(self._targets_type.task) if given is None else given

    def _member_template(self) -> Any:
        """Return the network that members are clones of.

        Raises
        ------
        ValueError
            If the network would hold out rows of its own.
        """
        network = clone(self._network())
        if network.early_stopping is True:
            raise ValueError(
                "estimator has early_stopping=True, but every member already leaves rows "
                "out, which choose the best cycle ends: set early_stopping=False."
            )
        # The rows are encoded once for all members.
        network.set_params(encoder=None, early_stopping=False, warm_start=False, verbose=0)
        return network.set_params(**self._settings())

    def _settings(self) -> dict[str, Any]:
        """Return the parameters of members that this estimator decides."""
        return {}

    def _class_weight(self) -> Any:
        """Return the weights of the classes, if any."""
        return None

    def _table_encoder(self, *, dense: bool = True) -> Any:
        """Return the encoder of tables that are `dense`, not fitted; not to be changed."""
        if self.encoder is None:
            return Unchanged()
        is_auto = isinstance(self.encoder, str)
        return table_encoder(dense=dense) if is_auto else self.encoder

    def set_params(self, **params: Any) -> Self:
        """Set parameters, also of the network and the encoder: ``estimator__alpha=0.1``.

        Parameters
        ----------
        **params : dict
            Parameters by name. With a nested name, `estimator=None` and `encoder="auto"`
            are first replaced by the objects that they stand for.

        Returns
        -------
        self : estimator
        """
        message = self._unknown([name.partition("__")[0] for name in params])
        if message:
            raise ValueError(message)
        nested = {name.partition("__")[0] for name in params if "__" in name}
        if "estimator" in nested and params.get("estimator", self.estimator) is None:
            params = params | {"estimator": recipe(self._targets_type.task)}
        if "encoder" in nested and params.get("encoder", self.encoder) == "auto":
            params = params | {"encoder": table_encoder()}
        return super().set_params(**params)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        settings = self._settings()
        network = get_tags(view(self._network(), settings) if settings else self._network())
        encoder = get_tags(self._table_encoder(dense=False))
        tags.input_tags.sparse = encoder.input_tags.sparse
        tags.input_tags.allow_nan = encoder.input_tags.allow_nan
        tags.input_tags.categorical = encoder.input_tags.categorical
        tags.input_tags.string = encoder.input_tags.string
        tags.target_tags = network.target_tags
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "members_")

    # ---- fit ------------------------------------------------------------------------

    @named
    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the members on X and y.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets; for a classifier labels of any type, or rows of 0 and 1.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, >= 0; only their ratios matter. They count in training, in the choice
            of the cycle ends, in all corrections and in an encoder that takes them.

        Returns
        -------
        self : estimator
        """
        check_parameters(self)
        X, y = as_numpy(X, "X"), as_numpy(y, "y")
        sample_weight = as_numpy(sample_weight, "sample_weight")
        with deferred_sigint() as interrupt:
            fit = EnsembleFit(self, X, y, sample_weight)
            fitted = fit.run(interrupt)
            kept = {n: value for n, value in vars(self).items() if n not in PUBLISHED}
            self.__dict__ = kept | fitted
        if interrupt.pressed:
            raise KeyboardInterrupt
        if fit.shortfall:
            warn_user(fit.shortfall, ConvergenceWarning)
        return self

    # ---- predict --------------------------------------------------------------------

    def _vote(self, X: Any) -> Array:
        """Return the mean prediction of all members for `X`, (n, n_features), corrected."""
        check_is_fitted(self)
        voting = Voting(self._votes, [n for at_ends in self.members_ for n in at_ends])
        n, size = _num_samples(X), voting.rows_at_a_time
        if n <= size:
            mean = voting.mean(matrix(self.encoder_.transform(X)))
        else:
            means = []
            for block in blocks(n, size):
                rows = self.encoder_.transform(_safe_indexing(X, block))
                means.append(voting.mean(matrix(rows)))
            mean = np.concatenate(means)
        return self._votes.finish(mean)
