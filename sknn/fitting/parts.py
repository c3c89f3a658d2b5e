"""Parts: the names and objects of the user become parts of the engine.

One rule for all of them: a parameter is a name, or a configured instance. Names resolve
through the dict beside the classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from ..encoding.targets import Targets
from ..engine.activation import Activation
from ..engine.activations import ACTIVATIONS
from ..engine.arrays import Array
from ..engine.data import Data
from ..engine.initializers import INITIALIZERS, CustomInitializer, Initializer
from ..engine.loss import CustomLoss, Loss
from ..engine.losses import LOSSES, LogLoss
from ..engine.optimizers import LBFGS, SOLVERS, Solver
from ..engine.schedules import SCHEDULES, CustomSchedule, Schedule
from ..warning import warn_user
from .unused import warn_without_effect
from .validation_set import ValidationSet

RANGES = {
    "exp": (0.0, np.inf),
    "relu": (0.0, np.inf),
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "softplus": (0.0, np.inf),
    "tanh": (-1.0, 1.0),
}
HIDDEN_ACTIVATIONS = {name for name, part in ACTIVATIONS.items() if part.hidden}
SMOOTHING = 0.03  # of the labels, by default: see docs/benchmarks/defaults.md


def losses_for(task: str) -> set[str]:
    """Return the names of the losses for "classification" or "regression"."""
    return {name for name, loss in LOSSES.items() if task in loss.tasks}


def rectangular(width: int, depth: int) -> tuple[int, ...]:
    """Return the sizes of `depth` hidden layers of `width` neurons each.

    For searches that vary two numbers rather than a tuple.

    Parameters
    ----------
    width : int
        Neurons per layer.
    depth : int
        Number of layers; 0 is the linear model.

    Returns
    -------
    hidden_layer_sizes : tuple of int

    See Also
    --------
    FFNNClassifier : Takes the sizes as `hidden_layer_sizes`.

    Examples
    --------
    >>> from sknn import rectangular
    >>> [rectangular(width, depth) for width in (32, 64) for depth in (1, 2)]
    [(32,), (32, 32), (64,), (64, 64)]
    """
    if width < 1 or depth < 0:
        raise ValueError(
            f"rectangular needs a width of at least 1 and a depth of at least 0, got "
            f"{width!r} and {depth!r}."
        )
    return (width,) * depth


@dataclass(frozen=True)
class Parts:
    """The engine's pieces for one estimator and its targets.

    Attributes
    ----------
    widths : tuple of int
        Nodes per hidden layer.
    n_outputs : int
        Nodes of the output layer.
    activations : tuple of Activation
        One per hidden layer, then the output's.
    out_activation : str or Activation
        What the output activation is called in `out_activation_`: scikit-learn's name for
        it, which converters of fitted networks look for.
    initializers : tuple of Initializer
        One per layer.
    dropout : tuple of float
        One per hidden layer.
    reaches : bool
        Whether the output activation can reach all targets.
    loss, solver, schedule, dropout_schedule : Loss, Solver, Schedule, Schedule
    """

    widths: tuple[int, ...]
    n_outputs: int
    activations: tuple[Activation, ...]
    out_activation: str | Activation
    reaches: bool
    initializers: tuple[Initializer, ...]
    dropout: tuple[float, ...]
    loss: Loss
    solver: Solver
    schedule: Schedule
    dropout_schedule: Schedule

    @classmethod
    def of(
        cls,
        estimator: Any,
        targets: Targets,
        data: Data,
        held_out: ValidationSet | None,
        incremental: bool = False,
    ) -> Parts:
        """Return the parts that the parameters of `estimator` name.

        The loss must be defined for the targets of both `data` and `held_out`.
        `incremental` is whether this is one epoch of `partial_fit`. Parameters that do not
        fit each other or the targets raise a ValueError.
        """
        widths = _widths(estimator.hidden_layer_sizes)
        loss = resolve_loss(estimator, targets.task)
        n_outputs = _n_outputs(loss, data, held_out)
        name = _output_name(estimator.output_activation, loss, targets, n_outputs)
        output = _resolve(name, ACTIVATIONS)
        _check_output(name, output, loss, targets, n_outputs)
        hidden = _per_layer("activation", estimator.activation, widths, _activation)
        dropout = _per_layer("dropout", estimator.dropout, widths, _dropout)
        warn_without_effect(estimator, held_out is not None, dropout)
        return cls(
            widths=widths,
            n_outputs=n_outputs,
            activations=(*hidden, output),
            out_activation="logistic" if name == "sigmoid" else name,
            reaches=targets.task != "regression" or _reaches(name, output, data.counted),
            initializers=_initializers(estimator.initializer, (*hidden, output)),
            dropout=dropout,
            loss=loss,
            solver=_resolve(estimator.solver, SOLVERS),
            schedule=learning_rate_schedule(estimator, incremental=incremental),
            dropout_schedule=_schedule(estimator, "dropout_schedule"),
        )


def _n_outputs(loss: Loss, data: Data, held_out: ValidationSet | None) -> int:
    """Return the nodes of the output layer; the loss must be defined for all targets."""
    n_outputs = loss.outputs_for(data.counted)
    try:
        if held_out is not None:
            loss.outputs_for(held_out.data.Y)
    except ValueError as error:
        raise ValueError(f"y_val: {str(error).replace('but y ', 'but y_val ')}") from error
    return n_outputs


def _resolve(value: Any, registry: Mapping[str, Any]) -> Any:
    """Return the part of that name, or the part itself."""
    return registry[value] if isinstance(value, str) else value


def is_auto(value: Any) -> bool:
    """Return whether a parameter leaves the choice to the package."""
    # An object of the user may compare in any way.
    return isinstance(value, str) and value == "auto"


def uses_lbfgs(estimator: Any) -> bool:
    """Return whether the solver takes all rows at once, and has no learning rate."""
    solver = estimator.solver
    # Before `fit` the name may be one that does not exist.
    return isinstance(SOLVERS.get(solver) if isinstance(solver, str) else solver, LBFGS)


def _check_instance(name: str, value: Any) -> None:
    """Raise a TypeError if `value` is a class, which may be called but does nothing."""
    if isinstance(value, type):
        raise TypeError(
            f"{name}={value.__name__} is a class: pass an instance, {value.__name__}()."
        )


def _widths(sizes: Any) -> tuple[int, ...]:
    """Return the nodes per hidden layer."""
    is_number = isinstance(sizes, Integral) or np.ndim(sizes) == 0
    widths = (sizes,) if is_number else tuple(sizes)
    for width in widths:
        if isinstance(width, bool) or not isinstance(width, Integral) or width < 1:
            raise ValueError(
                f"hidden_layer_sizes={sizes!r} must hold whole numbers of at least 1, "
                f"got {width!r}. Use () for a linear model."
            )
    return tuple(int(width) for width in widths)


def _per_layer(name: str, value: Any, widths: Sequence[int], check: Any) -> Any:
    """Return one value per hidden layer, each as `check` returns it."""
    if isinstance(value, str | Activation | Real) or not isinstance(value, Iterable):
        return tuple(check(value) for _ in widths)
    values = tuple(value)
    if len(values) != len(widths):
        raise ValueError(
            f"{name}={value!r} has {len(values)} entries for {len(widths)} hidden "
            f"layers, hidden_layer_sizes={tuple(widths)!r}: give one per hidden layer."
        )
    return tuple(check(entry) for entry in values)


def _activation(value: Any) -> Activation:
    """Return the activation of a hidden layer."""
    if isinstance(value, str) and value in HIDDEN_ACTIVATIONS:
        return ACTIVATIONS[value]
    if isinstance(value, Activation) and value.hidden:
        return value
    _check_instance("activation", value)
    raise ValueError(
        f"activation={value!r} is not for hidden layers: use one of "
        f"{sorted(HIDDEN_ACTIVATIONS)} or a part such as LeakyReLU(0.1)."
    )


def _dropout(value: Any) -> float:
    """Return the dropout rate of a layer."""
    if not isinstance(value, Real) or not 0 <= float(value) < 1:
        raise ValueError(f"dropout must be in [0, 1) for every layer, got {value!r}.")
    return float(value)


def resolve_loss(estimator: Any, task: str) -> Loss:
    """Return the loss; by default the one that goes with the task.

    For labels they are smoothed a little, unless X is taken as it is: that network is the
    plain one.
    """
    value, plain = estimator.loss, estimator.encoder is None
    if is_auto(value):
        value = "squared_error"
        if task == "classification":
            value = LogLoss() if plain else LogLoss(SMOOTHING)
    _check_instance("loss", value)
    if not isinstance(value, str | Loss):
        return CustomLoss(value)
    loss: Loss = _resolve(value, LOSSES)
    if task not in loss.tasks:
        raise ValueError(
            f"loss={value!r} is not a loss for {task}: use one of "
            f"{sorted(losses_for(task))}."
        )
    return loss


def _output_name(value: Any, loss: Loss, targets: Targets, n_outputs: int) -> Any:
    """Return the output activation as the user would name it."""
    if not is_auto(value):
        return value
    if targets.task == "regression":
        if loss.output not in ACTIVATIONS:
            raise ValueError(
                f"{loss!r} names the output activation {loss.output!r}: it must be one of "
                f"{sorted(ACTIVATIONS)}."
            )
        return loss.output
    return "softmax" if n_outputs > 1 and not targets.multilabel else "sigmoid"


def _check_output(
    name: Any, output: Activation, loss: Loss, targets: Targets, n_outputs: int
) -> None:
    """Raise a ValueError if the output activation does not fit the loss or the targets."""
    classifies = targets.task == "classification"
    if classifies and output.link != "logit":
        problem = "does not give probabilities: use 'auto', 'softmax' or 'sigmoid'"
    elif output.joint and n_outputs == 1:
        problem = "is always 1 for a single output: use 'auto' or 'sigmoid'"
    elif output.joint and targets.multilabel:
        problem = "allows only one label per row: use 'auto' or 'sigmoid'"
    elif loss.positive and not output.positive:
        problem = f"can be below 0, which {loss} does not allow: use 'auto' or 'exp'"
    else:
        return
    raise ValueError(f"output_activation={name!r} {problem}.")


def _reaches(name: Any, output: Activation, Y: Array) -> bool:
    """Return whether the output can be as the targets `Y`, (n, k); warn if it cannot."""
    known = [limits for other, limits in RANGES.items() if ACTIVATIONS[other] == output]
    low, high = known[0] if known else (-np.inf, np.inf)
    least, greatest = Y.min(initial=np.inf), Y.max(initial=-np.inf)
    if least >= low and greatest <= high:
        return True
    limits = f"from {low:g} to {high:g}" if np.isfinite(high) else f"of at least {low:g}"
    warn_user(
        f"output_activation={name!r} gives values {limits}, but y goes from {least:g} to "
        f"{greatest:g}: use 'auto', or scale y."
    )
    return False


def _initializers(value: Any, activations: Sequence[Activation]) -> tuple[Initializer, ...]:
    """Return one initializer per layer; by default the one that suits its activation.

    He's factor of 2 makes up for what a rectifier took away in the layer before. Columns of
    X are not rectified: there it would only add noise.
    """
    if is_auto(value):
        names = [part.initializer for part in activations]
        names[0] = "glorot_uniform" if names[0] == "he_uniform" else names[0]
        return tuple(INITIALIZERS[name] for name in names)
    _check_instance("initializer", value)
    if not isinstance(value, str | Initializer):
        value = CustomInitializer(value)
    return tuple(_resolve(value, INITIALIZERS) for _ in activations)


def _schedule(estimator: Any, name: str) -> Schedule:
    """Return the schedule that the parameter `name` says."""
    value = getattr(estimator, name)
    _check_instance(name, value)
    if not isinstance(value, str | Schedule):
        return CustomSchedule(value, name)
    part: Schedule = _resolve(value, SCHEDULES)
    return part


def learning_rate_schedule(estimator: Any, *, incremental: bool) -> Schedule:
    """Return the factor on the learning rate; by default the one that suits the solver.

    A schedule that ends needs the length of training. If training may go on later, that is
    unknown, and the learning rate stays as it is.
    """
    value = estimator.learning_rate_schedule
    if not is_auto(value):
        return _schedule(estimator, "learning_rate_schedule")
    solver = _resolve(estimator.solver, SOLVERS)
    if incremental or estimator.warm_start or isinstance(solver, LBFGS):
        return SCHEDULES["constant"]
    name = solver.default_schedule
    if name not in SCHEDULES:
        raise ValueError(
            f"{type(solver).__name__}.default_schedule is {name!r}, but must be one of "
            f"{sorted(SCHEDULES)}."
        )
    return SCHEDULES[name]
