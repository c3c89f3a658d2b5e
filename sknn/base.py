"""What both estimators share: check, encode, build, train, publish.

`fit` and `partial_fit` compute everything on the side and change the estimator in one
place, `_publish`, at the very end: input that is refused and training that fails leave
it as it was.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from numbers import Integral, Number, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from .engine.activations import ACTIVATIONS, Activation
from .engine.cost import Cost, Data
from .engine.initializers import INITIALIZERS, Initializer
from .engine.lbfgs import minimise
from .engine.losses import Loss
from .engine.network import Layer, Network, propagate
from .engine.optimizers import LBFGS, SOLVERS, Optimizer
from .engine.penalties import L2
from .engine.schedules import SCHEDULES, Schedule
from .engine.training import History, Plan, Training
from .parts import HIDDEN_ACTIVATIONS, Parts, Task, losses_for, warn_ignored
from .resuming import Resumable, resume, start
from .targets import Array, TargetScaling

CURVE_LENGTH = 10_000  # entries of loss_curve_ that partial_fit keeps


@dataclass
class Checked:
    """The input after validation.

    Attributes
    ----------
    data : Data
        X, the targets Y as float64 in the user's units, and the weights.
    fitted : dict
        Attributes to publish: features, classes.
    task : Task
    resume : bool
        Whether to go on from the fitted network.
    incremental : bool
        Whether this is one epoch of `partial_fit`.
    """

    data: Data
    fitted: dict[str, Any]
    task: Task
    resume: bool
    incremental: bool


def can_go_on(estimator: BaseFFNN) -> bool:
    """Tell whether the solver can learn from one batch after the other."""
    solver = estimator.solver
    solver = SOLVERS.get(solver) if isinstance(solver, str) else solver
    if isinstance(solver, LBFGS):
        raise AttributeError(
            f"partial_fit needs a stochastic solver, not solver={estimator.solver!r}."
        )
    return True


class BaseFFNN(BaseEstimator):
    """Parameters, training and the forward pass of both estimators."""

    _task: ClassVar[str]

    @staticmethod
    def _constraints(task: str) -> dict[str, list[Any]]:
        """Return what the values of the parameters may be."""
        at_least_1 = Interval(Integral, 1, None, closed="left")
        return {
            "hidden_layer_sizes": [at_least_1, "array-like"],
            "activation": [StrOptions(HIDDEN_ACTIVATIONS), Activation, list, tuple],
            "output_activation": [StrOptions({"auto", *ACTIVATIONS}), Activation],
            "loss": [StrOptions({"auto"} | losses_for(task)), Loss],
            "initializer": [StrOptions({"auto", *INITIALIZERS}), Initializer, callable],
            "solver": [StrOptions(set(SOLVERS)), Optimizer, LBFGS],
            "learning_rate": [Interval(Real, 0, None, closed="neither")],
            "learning_rate_schedule": [StrOptions(set(SCHEDULES)), Schedule, callable],
            "batch_size": [StrOptions({"auto"}), at_least_1],
            "alpha": [Interval(Real, 0, None, closed="left")],
            "dropout": [Interval(Real, 0, 1, closed="left"), list, tuple],
            "max_iter": [at_least_1],
            "tol": [Interval(Real, 0, None, closed="left")],
            "n_iter_no_change": [at_least_1, Options(Real, {np.inf})],
            "shuffle": ["boolean"],
            "warm_start": ["boolean"],
            "random_state": ["random_state"],
            "verbose": ["verbose"],
        }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "coefs_")

    # ---- check and encode -----------------------------------------------------------

    def _encode(
        self, y: Any, classes: Any, known: bool, incremental: bool
    ) -> tuple[Array, Task, dict[str, Any]]:
        """Return y as float64 (n, n_outputs), the task, and attributes to publish."""
        raise NotImplementedError

    def _check(
        self, X: Any, y: Any, sample_weight: Any, incremental: bool, classes: Any = None
    ) -> Checked:
        """Validate all parameters and all input; change nothing."""
        self._validate_params()
        known = self.__sklearn_is_fitted__() and (incremental or self.warm_start)
        probe = copy.copy(self)
        X, y = validate_data(
            probe,
            X,
            y,
            reset=not known,
            accept_sparse="csr",
            dtype=(np.float64, np.float32),
            order="C",
            ensure_min_samples=1 if incremental else 2,
            multi_output=True,
            y_numeric=self._task == "regression",
        )
        w = _weights(sample_weight, X, incremental)
        Y, task, fitted = self._encode(y, classes, known, incremental)
        if known and Y.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has {Y.shape[1]} outputs, but the network of the first fit has "
                f"{self.n_outputs_}: use a new estimator, or warm_start=False."
            )
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(probe, name):
                fitted[name] = getattr(probe, name)
        return Checked(Data(X, Y, w), fitted, task, known, incremental)

    # ---- build ----------------------------------------------------------------------

    def _scaling(self, parts: Parts, checked: Checked) -> TargetScaling:
        """Return the scaling of the targets, with the new ones taken into account."""
        link = ""
        if self._task == "regression" and self.scale_target:
            link = parts.activations[-1].link
        link = link if link in ("identity", "log") else ""
        scaling = TargetScaling.start(link, checked.task.n_outputs)
        if checked.resume and checked.incremental and self._target_scaling.link == link:
            scaling = self._target_scaling
        return scaling.update(checked.data.Y, checked.data.w)

    # ---- train and publish ----------------------------------------------------------

    def _train(self, checked: Checked) -> None:
        """Train on checked input and publish the result."""
        parts = Parts.of(self, checked.task)
        parts.loss.check_targets(checked.data.Y)
        warn_ignored(self, parts.solver)
        scaling = self._scaling(parts, checked)
        widths = (checked.data.X.shape[1], *parts.widths, checked.task.n_outputs)
        dtype = checked.data.X.dtype
        network = Network(widths, parts.activations, parts.dropout, dtype.type)
        if checked.resume:
            state = resume(network, parts, self, scaling)
        else:
            state = start(network, parts, self.random_state)
        X, Y, w = checked.data
        Y = scaling.encode(Y).astype(dtype)
        data = Data(X, Y, None if w is None else w.astype(dtype))
        cost = Cost(network, parts.loss, L2(float(self.alpha)))
        units = scaling.scale**parts.loss.degree
        report = self._reporter(units, self.n_iter_ if checked.resume else 0)
        if isinstance(parts.solver, LBFGS):
            history = minimise(cost, data, parts.solver, self.max_iter, self.tol, report)
        else:
            plan = self._plan(parts.schedule, checked)
            history = Training(cost, parts.solver, plan, state).run(data, report)
        curve = [float((costs * units).sum()) for costs in history.costs]
        self._publish(
            checked,
            parts,
            network,
            curve,
            Resumable(
                state, parts.solver, scaling, (network.params.W[-1], network.params.b[-1])
            ),
        )
        self._close(history, parts, checked)

    def _plan(self, schedule: Schedule, checked: Checked) -> Plan:
        """Return how to train on the checked input."""
        n = len(checked.data.Y)
        size = 200 if self.batch_size == "auto" else int(self.batch_size)
        first = self.n_iter_ if checked.incremental and checked.resume else 0
        self._warn_plan(schedule, checked, first, size)
        return Plan(
            batch_size=min(size, n),
            shuffle=self.shuffle,
            learning_rate=float(self.learning_rate),
            schedule=schedule,
            epochs=1 if checked.incremental else self.max_iter,
            first=first,
            length=self.max_iter,
            tol=float(self.tol),
            n_iter_no_change=self.n_iter_no_change,
        )

    def _warn_plan(
        self, schedule: Schedule, checked: Checked, first: int, size: int
    ) -> None:
        """Warn of a plan that cannot be what the user has in mind."""
        n = len(checked.data.Y)
        if size > n and self.batch_size != "auto" and not checked.incremental:
            warnings.warn(
                f"batch_size={size} is larger than the {n} rows of X: all of them are "
                "one batch.",
                UserWarning,
                stacklevel=6,
            )
        if first >= self.max_iter and schedule.ends:
            warnings.warn(
                f"partial_fit has been called more than max_iter={self.max_iter} times: "
                f"learning_rate_schedule={self.learning_rate_schedule!r} is at its end. "
                "Raise max_iter, or use a schedule without an end.",
                UserWarning,
                stacklevel=6,
            )

    def _reporter(self, units: Array, done: int) -> Callable[[Array], None]:
        """Return what is to be called with the costs of every epoch."""
        epochs = count(done + 1)

        def report(costs: Array) -> None:
            if self.verbose:
                print(f"epoch {next(epochs)}: loss {float((costs * units).sum()):.6g}")

        return report

    def _publish(
        self,
        checked: Checked,
        parts: Parts,
        network: Network,
        curve: list[float],
        resumable: Resumable,
    ) -> None:
        """Set all fitted attributes, and remove those of an earlier fit."""
        params = network.params
        W, b = resumable.scaling.fold(*resumable.last)
        n_iter = len(curve)
        if checked.resume:
            n_iter += self.n_iter_
            curve = self.loss_curve_ + curve
        fitted = {
            **checked.fitted,
            "coefs_": [*(W.copy() for W in params.W[:-1]), W],
            "intercepts_": [*(b.copy() for b in params.b[:-1]), b],
            "activation_coefs_": [learned.copy() for learned in params.learned],
            "n_parameters_": len(params.flat),
            "n_iter_": n_iter,
            "n_layers_": len(params.W) + 1,
            "n_outputs_": checked.task.n_outputs,
            "out_activation_": parts.out_activation,
            "loss_": curve[-1] if curve else np.nan,
            "loss_curve_": curve[-CURVE_LENGTH:] if checked.incremental else curve,
            "_activations": parts.activations,
            "_target_scaling": resumable.scaling,
        }
        if checked.incremental or self.warm_start:
            fitted["_resumable"] = resumable.detached()
        for name in [*vars(self)]:
            if name.endswith("_") or name == "_resumable":
                delattr(self, name)
        for name, value in fitted.items():
            setattr(self, name, value)

    def _close(self, history: History, parts: Parts, checked: Checked) -> None:
        """Pass on Ctrl-C; warn if training ended before it had converged."""
        if history.interrupted:
            raise KeyboardInterrupt
        stochastic = isinstance(parts.solver, Optimizer)
        if history.converged or checked.incremental:
            return
        if stochastic and parts.schedule.ends:
            return
        end = ", or use a learning_rate_schedule that ends" if stochastic else ""
        warnings.warn(
            f"max_iter={self.max_iter} was reached before the cost stopped improving. "
            f"Raise max_iter, raise tol{end}.",
            ConvergenceWarning,
            stacklevel=4,
        )

    # ---- predict --------------------------------------------------------------------

    def _layers(self) -> list[Layer]:
        """Return the fitted layers."""
        return [
            Layer(W, b, activation.bind(learned))
            for W, b, activation, learned in zip(
                self.coefs_,
                self.intercepts_,
                self._activations,
                self.activation_coefs_,
                strict=True,
            )
        ]

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

    def _outputs(self, X: Any) -> tuple[Array, Array]:
        """Return Z and A of the output layer for all rows of `X`."""
        X = self._checked(X)
        layers = self._layers()
        Z = propagate(X, layers)
        A = np.empty_like(Z)
        layers[-1].activation.forward(Z.copy(), A)
        return Z, A

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
        layers = self._layers()[:-1]
        if not -len(layers) <= layer < len(layers):
            raise ValueError(
                f"layer={layer!r} is not one of the {len(layers)} hidden layers."
            )
        part = layers[: range(len(layers))[layer] + 1]
        Z = propagate(X, part)
        A = np.empty_like(Z)
        part[-1].activation.forward(Z, A)
        return A


def _weights(sample_weight: Any, X: Any, incremental: bool) -> Array | None:
    """Return the weights as float64 (n, 1), of mean 1 unless in `partial_fit`."""
    if sample_weight is None:
        return None
    if isinstance(sample_weight, Number):
        sample_weight = np.full(X.shape[0], sample_weight)
    w = check_array(
        sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    if w.shape != (X.shape[0],):
        raise ValueError(
            f"sample_weight must have one value per row of X, shape ({X.shape[0]},), got "
            f"shape {w.shape}."
        )
    if w.min() < 0:
        raise ValueError(
            f"sample_weight must not have negative values, got {w.min():g}: leave out "
            "rows, or give them weight 0."
        )
    if not incremental:
        if not w.any():
            raise ValueError(
                "sample_weight is zero for every row: at least one weight must be above 0."
            )
        w = w / w.mean()
    return w[:, np.newaxis]
