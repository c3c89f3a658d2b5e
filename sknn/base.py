"""What both estimators share: constraints, fit with its Ctrl-C, publishing, predict.

`fit` and `partial_fit` compute everything on the side and change the estimator in one
place, `_publish`, at the very end: input that is refused and training that fails leave
it as it was.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer_names
from sklearn.utils import get_tags
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    Options,
    RealNotInt,
    StrOptions,
)
from sklearn.utils.validation import check_is_fitted

from .display.summary import SummaryMixin
from .encoding.foreign import as_numpy
from .encoding.targets import Targets
from .encoding.versions import Versioned
from .engine.activation import Activation
from .engine.activations import ACTIVATIONS
from .engine.arrays import Array, Input
from .engine.initializers import INITIALIZERS, Initializer
from .engine.loss import Loss
from .engine.losses import LOSSES
from .engine.optimizer import Optimizer
from .engine.optimizers import LBFGS, SOLVERS
from .engine.part import Part
from .engine.schedules import SCHEDULES, Schedule
from .engine.stopping import Interrupt
from .fitting.callbacks import CallbackSupportMixin, with_callbacks
from .fitting.calls import NamedParameters, named
from .fitting.checking import Given
from .fitting.fit import Fit
from .fitting.hints import no_attribute
from .fitting.inspection import InspectionMixin
from .fitting.parts import HIDDEN_ACTIVATIONS, losses_for, uses_lbfgs
from .fitting.publishing import PUBLISHED, PublishedNetwork
from .warning import warn_user


def has_partial_fit(estimator: BaseFFNN) -> bool:
    """Return whether the solver can learn from one batch after the other."""
    if uses_lbfgs(estimator):
        raise AttributeError(
            f"{type(estimator).__name__} has no partial_fit with solver="
            f"{estimator.solver!r}, which takes all rows at once: use solver='adam'."
        )
    return True


@contextmanager
def deferred_sigint() -> Iterator[Interrupt]:
    """Defer Ctrl-C: it sets a flag, so that nothing is left half trained or half published.

    Within a fit that defers it already, the flag is the same. Outside the main thread, and
    where the program has a SIGINT handler of its own, nothing is changed.
    """
    before, interrupt = signal.getsignal(signal.SIGINT), Interrupt()
    if isinstance(before, Interrupt):
        yield before
        return
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or before is not signal.default_int_handler:
        yield interrupt
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupt
    except Exception:
        if interrupt.pressed:  # heard, although something else went wrong
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGINT, before)


class BaseFFNN(
    NamedParameters,
    SummaryMixin,
    Versioned,
    InspectionMixin,
    CallbackSupportMixin,
    BaseEstimator,
):
    """Parameters, training and the forward pass of both estimators."""

    _targets_type: ClassVar[type[Targets]]

    if not TYPE_CHECKING:  # which would take every attribute for one that exists

        def __getattr__(self, name: str) -> Any:
            """Raise the AttributeError, with a hint for the names of other libraries."""
            message = no_attribute(self, name)
            if message:
                raise AttributeError(message)
            return self.__getattribute__(name)  # which says why there is none

    @staticmethod
    def _constraints(task: str) -> dict[str, list[Any]]:
        """Return what the values of the parameters may be."""
        given_loss = HasMethods(["value", "gradient"])
        at_least_1 = Interval(Integral, 1, None, closed="left")
        share = Interval(RealNotInt, 0, 1, closed="neither")
        return {
            "encoder": [StrOptions({"auto"}), HasMethods(["fit", "transform"]), None],
            "hidden_layer_sizes": [at_least_1, "array-like"],
            "activation": [StrOptions(HIDDEN_ACTIVATIONS), Activation, list, tuple],
            "output_activation": [StrOptions({"auto", *ACTIVATIONS}), Activation],
            "loss": [StrOptions({"auto"} | losses_for(task)), Loss, given_loss],
            "initializer": [StrOptions({"auto", *INITIALIZERS}), Initializer, callable],
            "input_scale": ["boolean"],
            "solver": [StrOptions(set(SOLVERS)), Optimizer, LBFGS],
            "learning_rate": [Interval(Real, 0, None, closed="neither")],
            "learning_rate_schedule": [
                StrOptions({"auto", *SCHEDULES}),
                Schedule,
                callable,
            ],
            "batch_size": [StrOptions({"auto"}), at_least_1],
            "alpha": [Interval(Real, 0, None, closed="left")],
            "dropout_schedule": [StrOptions(set(SCHEDULES)), Schedule, callable],
            "clip_norm": [Interval(Real, 0, None, closed="neither"), None],
            "dropout": [Interval(Real, 0, 1, closed="left"), list, tuple],
            "max_iter": [StrOptions({"auto"}), at_least_1],
            "max_time": [Interval(Real, 0, None, closed="neither"), None],
            "tol": [Interval(Real, 0, None, closed="left")],
            "n_iter_no_change": [at_least_1, Options(Real, {np.inf})],
            "early_stopping": ["boolean", StrOptions({"auto"})],
            "validation_fraction": [share, Interval(Integral, 2, None, closed="left")],
            "scoring": [StrOptions({"loss", *get_scorer_names()}), callable, None],
            "shuffle": ["boolean"],
            "warm_start": ["boolean"],
            "random_state": ["random_state"],
            "verbose": ["verbose"],
        }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        given, encoder = tags.input_tags, self.encoder
        if encoder is None or isinstance(encoder, str):
            given.sparse = True
            given.allow_nan = given.categorical = encoder is not None
        elif not isinstance(encoder, type):  # which `fit` refuses
            tags.input_tags = get_tags(encoder).input_tags
        if self._targets_type.task == "regression":
            loss = LOSSES.get(self.loss) if isinstance(self.loss, str) else self.loss
            positive_only = isinstance(loss, Loss) and loss.positive
            tags.target_tags.positive_only = positive_only
            # Such a loss takes several targets, too, but scikit-learn's check of that tag
            # hands over targets below 0 all the same.
            tags.target_tags.multi_output = not positive_only
        return tags

    def set_params(self, **params: Any) -> Self:
        """Set parameters, also settings of parts: ``set_params(solver__momentum=0.9)``.

        Parameters
        ----------
        **params : dict
            Parameters by name. A setting of a part, ``name__setting``, makes a new part.

        Returns
        -------
        self : estimator
        """
        nested: dict[str, dict[str, Any]] = {}
        for name in [*params]:
            parameter, _, setting = name.partition("__")
            if setting:
                nested.setdefault(parameter, {})[setting] = params.pop(name)
        message = self._unknown({*params, *nested})
        if message:
            raise ValueError(message)
        for parameter, settings in nested.items():
            part = params.get(parameter, getattr(self, parameter))
            if isinstance(part, Part):
                params[parameter] = part.set_params(**settings)
            elif hasattr(part, "set_params"):  # an encoder: scikit-learn sets its own
                params |= {f"{parameter}__{name}": settings[name] for name in settings}
            else:
                raise ValueError(
                    f"{parameter}={part!r} has no settings: set {parameter} to a part "
                    "first, for example solver=SGD() or encoder=TableEncoder()."
                )
        super().set_params(**params)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "coefs_")

    @named
    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
        coefs_init: Any = None,
        intercepts_init: Any = None,
        activation_coefs_init: Any = None,
    ) -> Self:
        """Train the network on X and y.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input. float32 is trained in float32, anything else in float64.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets; for a classifier labels of any type, or rows of 0 and 1.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, >= 0; only their ratios matter.
        X_val, y_val : array-like, default=None
            Validation set, in the form of X and y: its loss and score are recorded after
            every epoch. With `early_stopping`, they decide when training stops.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weights of the validation set.
        coefs_init, intercepts_init, activation_coefs_init : list of array-like
            Initial values of `coefs_`, `intercepts_` and `activation_coefs_`.

        Returns
        -------
        self : estimator
        """
        validation = (X_val, y_val, sample_weight_val)
        initial = (coefs_init, intercepts_init, activation_coefs_init)
        given = Given(sample_weight, *validation, *initial)
        self._fit(X, y, given)
        return self

    def _fit(self, X: Any, y: Any, given: Given) -> None:
        """Check, train, publish; then pass on Ctrl-C, or warn if training was cut short."""
        X, y, given = as_numpy(X, "X"), as_numpy(y, "y"), given.as_numpy()
        with deferred_sigint() as interrupt:
            fit = Fit.run(self, X, y, given, interrupt)
            self._publish(fit.attributes)
        if fit.history.interrupted or interrupt.pressed:
            raise KeyboardInterrupt
        if fit.shortfall:
            warn_user(fit.shortfall, ConvergenceWarning)

    def _publish(self, fitted: dict[str, Any]) -> None:
        """Set all fitted attributes, and remove those of an earlier fit, in one step."""
        kept = {name: value for name, value in vars(self).items() if name not in PUBLISHED}
        self.__dict__ = kept | fitted

    # ---- predict --------------------------------------------------------------------

    def _prepared(self, X: Any) -> tuple[PublishedNetwork, Input]:
        """Return the fitted network, and X, (n, n_features), as it takes it."""
        check_is_fitted(self)
        network = PublishedNetwork(vars(self))
        return network, self._features.transform(self, as_numpy(X, "X"), network.dtype)

    def hidden_representation(self, X: Any, layer: int = -1) -> Array:
        """Return the activations of a hidden layer.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Input.
        layer : int, default=-1
            Which hidden layer, from 0; negative numbers count from the last one.

        Returns
        -------
        A : ndarray of shape (n_samples, nodes of that layer)
            The activations.
        """
        network, X = self._prepared(X)
        return network.hidden(X, layer)
