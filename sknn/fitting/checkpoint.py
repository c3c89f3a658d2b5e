"""Checkpoint: where an earlier fit stopped, and how training continues from there."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..encoding.targets import TargetScaling
from ..engine.arrays import Array
from ..engine.network import Network
from ..engine.optimizer import OptimizerState
from ..engine.optimizers import Solver
from ..engine.plan import TrainingState

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
    scaling : TargetScaling
        The one under which `W` and `b` were trained.
    W, b : arrays of shape (nodes before, n_outputs) and (n_outputs,)
        The last layer in the network's units: folding the scaling of the target into it and
        taking it out again would round it.
    split_seed : int or None
        Seed of the split into training and validation rows, if there was one.
    ahead : array of shape (n_parameters,) or None
        All parameters, where training has left the published network behind: a stream
        with early stopping publishes the best so far and continues from the latest.
    published : array of shape (n_parameters,) or None
        With `ahead`, the published parameters: they are the user's own if they differ.
    unscaled, scales : arrays of shape (n_features, nodes here) and (n_features,), or None
        With `input_scale`, the first layer and its scales, which are published as one.
    """

    state: TrainingState
    solver: Solver
    scaling: TargetScaling
    W: Array
    b: Array
    split_seed: int | None = None
    ahead: Array | None = None
    published: Array | None = None
    unscaled: Array | None = None
    scales: Array | None = None

    def is_published(self, scaling: TargetScaling, W: Array, b: Array) -> bool:
        """Return whether the published last layer, `W` and `b`, is still this one.

        It is not if the scaling has changed since, or if the user has set new weights. The
        shapes are (nodes before, n_outputs) and (n_outputs,).
        """
        same = np.array_equal(scaling.scale, self.scaling.scale)
        same = same and np.array_equal(scaling.shift, self.scaling.shift)
        W_then, b_then = self.scaling.fold(self.W, self.b)
        return same and np.array_equal(W, W_then) and np.array_equal(b, b_then)


def resume(
    network: Network, solver: Solver, estimator: Any, scaling: TargetScaling
) -> TrainingState | None:
    """Load the fitted weights of `estimator` into `network`; return where it stood.

    Neither shares memory with the estimator, which stays as it is if training fails. The
    optimizer starts anew if it is another one now. None if only the weights are known.
    """
    past: Checkpoint | None = getattr(estimator, "_checkpoint", None)
    _load(network, estimator, scaling, past)
    if past is None:
        return None
    state = copy.deepcopy(past.state)
    if past.solver != solver or not _fits(state.optimizer, network.params.flat):
        state.optimizer = None
    return state


def start_from(network: Network, scaling: TargetScaling, given: Mapping[str, Any]) -> None:
    """Replace the initial parameters of `network`, where `given`, in place.

    Under the names "coefs", "intercepts" and "activation_coefs", in the units of the fitted
    attributes of these names: the last layer is unscaled.

    Raises
    ------
    ValueError
        If a shape does not fit or a value is not finite.
    """
    params = network.params
    for name, views in (
        ("coefs", params.W),
        ("intercepts", params.b),
        ("activation_coefs", params.learned),
    ):
        if given[name] is not None:
            _fill(f"{name}_init", given[name], views)
    W, b = scaling.unfold(params.W[-1], params.b[-1])
    if given["coefs"] is not None:
        params.W[-1][...] = W
    if given["intercepts"] is not None:
        params.b[-1][...] = b


def _fill(name: str, given: Any, views: list[Array]) -> None:
    """Copy the arrays `given` into `views` after a look at their shapes and values."""
    try:
        arrays = [np.asarray(array, dtype=np.float64) for array in given]
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


def _load(
    network: Network, estimator: Any, scaling: TargetScaling, past: Checkpoint | None
) -> None:
    """Fill `network` from the fitted attributes, with its last layer unscaled."""
    params = network.params
    if [W.shape for W in params.W] != [W.shape for W in estimator.coefs_]:
        fitted = tuple(len(b) for b in estimator.intercepts_[:-1])
        raise ValueError(
            f"hidden_layer_sizes={estimator.hidden_layer_sizes!r} does not match the "
            f"fitted network's {fitted}: a network that continues to learn keeps its "
            "shape. Set warm_start=False and call fit to start anew."
        )
    is_ahead = past is not None and past.ahead is not None
    if past is not None and is_ahead and _is_untouched(estimator, past):
        _check_ahead(params.flat, past)
        params.flat[...] = past.ahead
        W, b = past.scaling.fold(params.W[-1], params.b[-1])
        params.W[-1][...], params.b[-1][...] = scaling.unfold(W, b)
        return
    W, b = _last(estimator)
    if past is not None and past.is_published(scaling, W, b):
        W, b = past.W, past.b
    else:
        W, b = scaling.unfold(W, b)
    for views, arrays in (
        (params.W, [*estimator.coefs_[:-1], W]),
        (params.b, [*estimator.intercepts_[:-1], b]),
        (params.learned, estimator.activation_coefs_),
    ):
        for view, array in zip(views, arrays, strict=True):
            if view.shape == array.shape:
                view[...] = array
    if past is not None and past.unscaled is not None and len(params.scales):
        _take_out_scales(network, estimator, scaling, past)


def _take_out_scales(
    network: Network, estimator: Any, scaling: TargetScaling, past: Checkpoint
) -> None:
    """Set the first layer and its scales to what `past` has, if that is still published.

    If not, the weights are the user's own, and the scales stay at 1.
    """
    params = network.params
    given, ones = params.W[0].copy(), params.scales.copy()
    params.W[0][...], params.scales[...] = past.unscaled, past.scales
    published = network.layers[0].W.copy()
    if len(params.W) == 1:  # the scale of the target is in this layer, too
        published, b = past.scaling.fold(published, past.b)
        if not past.is_published(scaling, *_last(estimator)):
            folded, _ = past.scaling.fold(params.W[0], past.b)
            params.W[0][...] = scaling.unfold(folded, b)[0]
    if not np.array_equal(published, estimator.coefs_[0]):
        params.W[0][...], params.scales[...] = given, ones


def _last(estimator: Any) -> tuple[Array, Array]:
    """Return the published last layer's weights and biases.

    The shapes are (nodes before, n_outputs) and (n_outputs,).
    """
    return estimator.coefs_[-1], estimator.intercepts_[-1]


def _check_ahead(flat: Array, past: Checkpoint) -> None:
    """Raise a ValueError if the activations have changed, and so what they learn."""
    if past.ahead is not None and past.ahead.shape != flat.shape:
        raise ValueError(
            "activation or input_scale is not that of the fitted network: a stream with "
            "early stopping cannot continue with another number of learned values. Use a "
            "new estimator."
        )


def _is_untouched(estimator: Any, past: Checkpoint) -> bool:
    """Return whether the weights of `estimator` are still those that were published."""
    published = flat(vars(estimator))
    return past.published is not None and np.array_equal(past.published, published)


def flat(fitted: Mapping[str, Any]) -> Array:
    """Return all published parameters as one vector, (n_parameters,)."""
    return np.concatenate([array.ravel() for name in WEIGHTS for array in fitted[name]])


def _fits(state: OptimizerState | None, flat: Array) -> bool:
    """Return whether the memory belongs to parameters like `flat`."""
    return state is not None and all(
        vector.shape == flat.shape and vector.dtype == flat.dtype
        for vector in state.vectors
    )
