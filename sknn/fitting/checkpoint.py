"""Checkpoint: where an earlier fit stopped, and how training continues from there."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..encoding.foreign import as_numpy
from ..engine.arrays import Array
from ..engine.network import Network
from ..engine.optimizer import OptimizerState
from ..engine.optimizers import Solver
from ..engine.plan import TrainingState
from .units import Units

# The attributes that hold all parameters.
WEIGHTS = ("coefs_", "intercepts_", "activation_coefs_")


@dataclass
class Checkpoint:
    """What `fit` and `partial_fit` need to continue as if they had never stopped.

    Attributes
    ----------
    state : TrainingState
    solver : Solver
        What ``state.optimizer`` belongs to.
    units : Units
        Those that `params` were trained in.
    params : array of shape (n_parameters,)
        All parameters where training stopped, as it left them: folding the units into them
        and taking them out again would round them.
    split_seed : int or None
        Seed of the split into training and validation rows, if there was one.
    published : array of shape (n_parameters,) or None
        The published parameters where they are others: a stream with early stopping
        publishes the best so far and continues from the latest.
    """

    state: TrainingState
    solver: Solver
    units: Units
    params: Array
    split_seed: int | None = None
    published: Array | None = None


def check_outputs(n_outputs: int, estimator: Any) -> None:
    """Raise a ValueError if training cannot continue from `estimator` with `n_outputs`."""
    if n_outputs != estimator.n_outputs_:
        raise ValueError(
            f"y and loss need {n_outputs} outputs, but the fitted network has "
            f"{estimator.n_outputs_}: use a new estimator, or warm_start=False."
        )


def resume(
    network: Network, solver: Solver, estimator: Any, units: Units
) -> TrainingState | None:
    """Load the fitted weights of `estimator` into `network`; return where it stood.

    Neither shares memory with the estimator, which stays as it is if training fails. The
    optimizer starts anew if it is another one now. None if only the weights are known.
    """
    past: Checkpoint | None = getattr(estimator, "_checkpoint", None)
    _check_widths(network, estimator)
    if past is None or not _stands(network, estimator, past):
        _load(network, estimator, units)
    else:
        past.units.move(units, network.params)
    if past is None:
        return None
    state = copy.deepcopy(past.state)
    if past.solver != solver or not _fits(state.optimizer, network.params.flat):
        state.optimizer = None
    return state


def start_from(network: Network, units: Units, given: Mapping[str, Any]) -> None:
    """Replace the initial parameters of `network`, where `given`, in place.

    Under the names "coefs", "intercepts" and "activation_coefs", in the units of the fitted
    attributes of these names.

    Raises
    ------
    ValueError
        If a shape does not fit or a value is not finite.
    """
    params = network.params
    drawn, (W, b) = params.flat.copy(), units.fold(params)
    _copy([*W, *b], [*params.W, *params.b])
    for name, views in (
        ("coefs", params.W),
        ("intercepts", params.b),
        ("activation_coefs", params.learned),
    ):
        if given[name] is not None:
            _fill(f"{name}_init", given[name], views)
    units.unfold(params)
    weights = slice(None, params.n_weights)
    biases = slice(params.n_weights, params.n_weights + sum(network.widths[1:]))
    for name, part in (("coefs", weights), ("intercepts", biases)):
        if given[name] is None:  # as they were drawn, to the last bit
            params.flat[part] = drawn[part]


def _fill(name: str, given: Any, views: list[Array]) -> None:
    """Copy the arrays `given` into `views` after a look at their shapes and values."""
    try:
        arrays = [np.asarray(as_numpy(array, name), dtype=float) for array in given]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be a list of arrays of numbers, one per layer, got "
            f"{type(given).__name__}: {error}"
        ) from error
    shapes = [array.shape for array in arrays]
    if shapes != [view.shape for view in views]:
        raise ValueError(
            f"{name} has arrays of shapes {shapes}, but the network needs "
            f"{[view.shape for view in views]}."
        )
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError(f"{name} must be finite: it has NaN or infinity.")
    for array, view in zip(arrays, views, strict=True):
        view[...] = array


def _check_widths(network: Network, estimator: Any) -> None:
    """Raise a ValueError if the fitted layers are not those of `network`, or not finite."""
    for name in WEIGHTS:
        if not all(np.isfinite(array).all() for array in getattr(estimator, name)):
            raise ValueError(
                f"{name} has NaN or infinity: set it to finite numbers, or call fit of a "
                "new estimator."
            )
    if [W.shape for W in network.params.W] != [W.shape for W in estimator.coefs_]:
        fitted = tuple(len(b) for b in estimator.intercepts_[:-1])
        if fitted == network.widths[1:-1]:
            raise ValueError(
                f"coefs_ has arrays of shapes {[W.shape for W in estimator.coefs_]}, but "
                f"the network needs {[W.shape for W in network.params.W]}."
            )
        raise ValueError(
            f"hidden_layer_sizes={estimator.hidden_layer_sizes!r} does not match the "
            f"fitted network's {fitted}: a network that continues to learn keeps its "
            "shape. Set warm_start=False and call fit to start again."
        )


def _stands(network: Network, estimator: Any, past: Checkpoint) -> bool:
    """Load where training stopped into `network`; return whether that still counts.

    It does not if the user has set other weights since.

    Raises
    ------
    ValueError
        If a stream's latest parameters belong to other activations.
    """
    params, published = network.params, flat(vars(estimator))
    if past.params.shape != params.flat.shape:
        if past.published is None or not np.array_equal(past.published, published):
            return False
        raise ValueError(
            "activation or input_scale differs from that of the fitted network: a stream "
            "with early stopping cannot continue with another number of learned values. "
            "Use a new estimator."
        )
    params.flat[...] = past.params
    if past.published is not None:
        return np.array_equal(past.published, published)
    W, b = past.units.fold(params)
    return np.array_equal(_joined([*W, *b, *params.learned]), published)


def _load(network: Network, estimator: Any, units: Units) -> None:
    """Fill `network` from the fitted attributes, which are in the user's units."""
    params = network.params
    for views, name in zip((params.W, params.b, params.learned), WEIGHTS, strict=True):
        _copy(getattr(estimator, name), views)
    units.unfold(params)


def _copy(arrays: Sequence[Array], views: Sequence[Array]) -> None:
    """Copy `arrays` into `views` of the same shape; others, of other activations, stay."""
    for view, array in zip(views, arrays, strict=True):
        if view.shape == array.shape:
            view[...] = array


def _joined(arrays: Sequence[Array]) -> Array:
    """Return all values of `arrays` as one vector, (n,)."""
    return np.concatenate([array.ravel() for array in arrays])


def flat(fitted: Mapping[str, Any]) -> Array:
    """Return all published parameters as one vector, (n_parameters,)."""
    return _joined([array for name in WEIGHTS for array in fitted[name]])


def _fits(state: OptimizerState | None, flat: Array) -> bool:
    """Return whether the memory belongs to parameters like `flat`."""
    return state is not None and all(
        vector.shape == flat.shape and vector.dtype == flat.dtype
        for vector in state.vectors
    )
