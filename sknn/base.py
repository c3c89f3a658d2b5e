"""What both estimators share: check, encode, build, train, publish.

`fit` and `partial_fit` compute everything on the side and change the estimator in one
place, `_publish`, at the very end: input that is refused and training that fails leave
it as it was.
"""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer_names
from sklearn.utils._param_validation import HasMethods, Interval, Options, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from .display import layers_html
from .encoding.targets import Array, TargetScaling
from .engine.activation import Activation
from .engine.activations import ACTIVATIONS
from .engine.cost import Cost, Data
from .engine.data import Rows
from .engine.initializers import INITIALIZERS, Initializer
from .engine.lbfgs import minimise
from .engine.losses import Loss
from .engine.network import Network, linear, propagate
from .engine.optimizers import LBFGS, SOLVERS, Optimizer
from .engine.penalties import L2
from .engine.schedules import SCHEDULES, Schedule
from .engine.threads import suited_to
from .engine.training import History, Plan, State, Training
from .fitting.callbacks import CallbackSupportMixin, with_callbacks
from .fitting.checking import Checked, Given, check
from .fitting.checkpoint import Resumable, resume, start, start_from
from .fitting.observing import Watch, published_layers
from .fitting.parts import HIDDEN_ACTIVATIONS, Parts, Task, losses_for, warn_ignored


def can_go_on(estimator: BaseFFNN) -> bool:
    """Tell whether the solver can learn from one batch after the other."""
    solver = estimator.solver
    solver = SOLVERS.get(solver) if isinstance(solver, str) else solver
    if isinstance(solver, LBFGS):
        raise AttributeError(
            f"partial_fit needs a stochastic solver, not solver={estimator.solver!r}."
        )
    return True


class BaseFFNN(CallbackSupportMixin, BaseEstimator):
    """Parameters, training and the forward pass of both estimators."""

    _task: ClassVar[str]

    @staticmethod
    def _constraints(task: str) -> dict[str, list[Any]]:
        """Return what the values of the parameters may be."""
        given_loss = HasMethods(["value", "gradient"])
        at_least_1 = Interval(Integral, 1, None, closed="left")
        return {
            "hidden_layer_sizes": [at_least_1, "array-like"],
            "activation": [StrOptions(HIDDEN_ACTIVATIONS), Activation, list, tuple],
            "output_activation": [StrOptions({"auto", *ACTIVATIONS}), Activation],
            "loss": [StrOptions({"auto"} | losses_for(task)), Loss, given_loss],
            "initializer": [StrOptions({"auto", *INITIALIZERS}), Initializer, callable],
            "solver": [StrOptions(set(SOLVERS)), Optimizer, LBFGS],
            "learning_rate": [Interval(Real, 0, None, closed="neither")],
            "learning_rate_schedule": [StrOptions(set(SCHEDULES)), Schedule, callable],
            "batch_size": [StrOptions({"auto"}), at_least_1],
            "alpha": [Interval(Real, 0, None, closed="left")],
            "clip_norm": [Interval(Real, 0, None, closed="neither"), None],
            "dropout": [Interval(Real, 0, 1, closed="left"), list, tuple],
            "max_iter": [at_least_1],
            "max_time": [Interval(Real, 0, None, closed="neither"), None],
            "tol": [Interval(Real, 0, None, closed="left")],
            "n_iter_no_change": [at_least_1, Options(Real, {np.inf})],
            "early_stopping": ["boolean", StrOptions({"auto"})],
            "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
            "scoring": [StrOptions({"loss", *get_scorer_names()}), callable],
            "shuffle": ["boolean"],
            "warm_start": ["boolean"],
            "random_state": ["random_state"],
            "verbose": ["verbose"],
        }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _repr_html_inner(self) -> str:
        return self._repr_mimebundle_()["text/html"]

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """Return what a notebook shows; scikit-learn's diagram, and the fitted layers."""
        shown: dict[str, str] = super()._repr_mimebundle_(**kwargs)
        if "text/html" in shown and self.__sklearn_is_fitted__():
            shown["text/html"] += layers_html(self)
        return shown

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "coefs_")

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
            Held-out examples, of the form of X and y: their loss and score are noted
            after every epoch, and decide with `early_stopping`.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weights of the held-out examples.
        coefs_init, intercepts_init : list of array-like, default=None
            What the network starts from, in the form of `coefs_` and `intercepts_`.

        Returns
        -------
        self : estimator
            The fitted estimator.
        """
        given = Given(
            sample_weight, X_val, y_val, sample_weight_val, coefs_init, intercepts_init
        )
        self._fit(X, y, given)
        return self

    # ---- what the two tasks do in their own way -------------------------------------

    def _encode(
        self, y: Array, given: Given, known: bool
    ) -> tuple[Rows, Task, dict[str, Any]]:
        """Return y as numbers (n, n_targets), the task, and attributes to publish."""
        raise NotImplementedError

    def _encode_more(self, y: Array, fitted: dict[str, Any], n_targets: int) -> Rows:
        """Return held-out targets in the form that `_encode` gave the others."""
        raise NotImplementedError

    def _groups(self, Y: Rows) -> Array | None:
        """Return the group of every row, for a split in which all groups have a share."""
        return None

    def _class_weighted(
        self, w: Array | None, Y: Rows, fitted: dict[str, Any], incremental: bool | None
    ) -> Array | None:
        """Return the weights (n, 1) after those of the classes; `fitted` may be changed."""
        return w

    # ---- train and publish ----------------------------------------------------------

    def _fit(self, X: Any, y: Any, given: Given) -> None:
        """Check, encode, build, train, publish."""
        checked = check(self, X, y, given)
        parts = Parts.of(self, checked.task)
        parts.loss.check_targets(checked.data.Y)
        if checked.held_out is not None:
            parts.loss.check_targets(checked.held_out.data.Y)
        warn_ignored(self, parts.solver, checked.keep_best)
        scaling = self._scaling(parts, checked)
        network, state = self._build(parts, checked, scaling)
        watch = Watch(self, checked, parts, network, scaling)
        plan = self._plan(watch)
        with suited_to(network.widths, plan.batch_size), watch:
            history = self._run(watch, state, plan)
        last = (network.params.W[-1], network.params.b[-1])
        resumable = Resumable(state, parts.solver, scaling, last, checked.split_seed)
        self._publish(watch.close(history, resumable))
        self._close(history, parts, checked)

    def _scaling(self, parts: Parts, checked: Checked) -> TargetScaling:
        """Return the scaling of the targets, with the new ones taken into account."""
        link = ""
        if self._task == "regression" and self.scale_target:
            link = parts.activations[-1].link
        link = link if link in ("identity", "log") else ""
        _, Y, w, rows = checked.data
        scaling = TargetScaling.start(link, Y.shape[1])
        streams = checked.resume and checked.given.incremental
        if streams and self._target_scaling.link == link:
            scaling = self._target_scaling
        if rows is not None:
            Y, w = Y[rows], None if w is None else w[rows]
        return scaling.update(Y, w)

    def _build(
        self, parts: Parts, checked: Checked, scaling: TargetScaling
    ) -> tuple[Network, State]:
        """Return the network with its initial or fitted weights, and where it stands."""
        X, given = checked.data.X, checked.given
        widths = (X.shape[1], *parts.widths, checked.task.n_outputs)
        network = Network(widths, parts.activations, parts.dropout, X.dtype.type)
        is_given = given.coefs_init is not None or given.intercepts_init is not None
        if checked.resume and is_given:
            raise ValueError(
                "coefs_init and intercepts_init are for a new network, but "
                "warm_start=True goes on from the fitted one: set warm_start=False."
            )
        if checked.resume:
            return network, resume(network, parts, self, scaling)
        state = start(network, parts, self.random_state)
        if is_given:
            start_from(network, scaling, given.coefs_init, given.intercepts_init)
        return network, state

    def _plan(self, watch: Watch) -> Plan:
        """Return how to train on the checked input."""
        checked = watch.checked
        incremental, keep_best = checked.given.incremental, checked.keep_best
        n = checked.data.n
        size = 200 if self.batch_size == "auto" else int(self.batch_size)
        first = watch.n_iter if incremental else 0
        self._warn_plan(watch, size)
        start_score = None
        if keep_best and checked.resume and not incremental and checked.held_out:
            start_score = watch.evaluate(checked.held_out)[1]
        return Plan(
            batch_size=min(size, n),
            shuffle=self.shuffle,
            learning_rate=float(self.learning_rate),
            schedule=watch.parts.schedule,
            epochs=1 if incremental else self.max_iter,
            first=first,
            length=self.max_iter,
            tol=float(self.tol),
            n_iter_no_change=self.n_iter_no_change,
            keep_best=keep_best and not incremental,
            clip_norm=self.clip_norm,
            max_time=self.max_time,
            start_score=start_score,
        )

    def _warn_plan(self, watch: Watch, size: int) -> None:
        """Warn of a plan that cannot be what the user has in mind."""
        incremental, n = watch.checked.given.incremental, watch.checked.data.n
        if size > n and self.batch_size != "auto" and not incremental:
            warnings.warn(
                f"batch_size={size} is larger than the {n} rows to train on: all of "
                "them are one batch.",
                UserWarning,
                stacklevel=6,
            )
        if incremental and watch.n_iter >= self.max_iter and watch.parts.schedule.ends:
            warnings.warn(
                f"partial_fit has been called more than max_iter={self.max_iter} times: "
                f"learning_rate_schedule={self.learning_rate_schedule!r} is at its end. "
                "Raise max_iter, or use a schedule without an end.",
                UserWarning,
                stacklevel=6,
            )

    def _run(self, watch: Watch, state: State, plan: Plan) -> History:
        """Train the network that is watched, in the dtype of X."""
        X, Y, w, rows = watch.checked.data
        Y = watch.scaling.encode(Y).astype(X.dtype)
        data = Data(X, Y, None if w is None else w.astype(X.dtype), rows)
        solver = watch.parts.solver
        cost = Cost(watch.network, watch.parts.loss, L2(float(self.alpha)))
        if isinstance(solver, LBFGS):
            return minimise(cost, data, solver, plan, watch)
        return Training(cost, solver, plan, state, watch).run(data)

    def _publish(self, fitted: dict[str, Any]) -> None:
        """Set all fitted attributes, and remove those of an earlier fit."""
        for name in [*vars(self)]:
            if name.endswith("_") or name in ("_resumable", "_class_counts"):
                delattr(self, name)
        for name, value in fitted.items():
            setattr(self, name, value)

    def _close(self, history: History, parts: Parts, checked: Checked) -> None:
        """Pass on Ctrl-C; warn if training ended before it had converged."""
        if history.interrupted:
            raise KeyboardInterrupt
        meant = history.converged or history.stopped or history.out_of_time
        stochastic = isinstance(parts.solver, Optimizer)
        if meant or checked.given.incremental or (stochastic and parts.schedule.ends):
            return
        end = ", or use a learning_rate_schedule that ends" if stochastic else ""
        warnings.warn(
            f"max_iter={self.max_iter} was reached before the cost stopped improving. "
            f"Raise max_iter, raise tol{end}.",
            ConvergenceWarning,
            stacklevel=4,
        )

    # ---- predict --------------------------------------------------------------------

    def _checked(self, X: Any) -> Any:
        """Return X validated against the fitted network, in its dtype."""
        check_is_fitted(self)
        return validate_data(
            self,
            X,
            reset=False,
            accept_sparse="csr",
            dtype=self.coefs_[0].dtype,
            order="C",
        )

    def _outputs(self, X: Any, *, linear_end: bool = False) -> Array:
        """Return A of the output layer for all rows of `X`, or Z with `linear_end`."""
        X = self._checked(X)
        layers = published_layers(vars(self))
        return propagate(X, linear(layers) if linear_end else layers)

    def hidden_representation(self, X: Any, layer: int = -1) -> Array:
        """Return what the neurons of a hidden layer put out.

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
        X = self._checked(X)
        layers = published_layers(vars(self))[:-1]
        if not -len(layers) <= layer < len(layers):
            raise ValueError(
                f"layer={layer!r} is not one of the {len(layers)} hidden layers."
            )
        return propagate(X, layers[: range(len(layers))[layer] + 1])
