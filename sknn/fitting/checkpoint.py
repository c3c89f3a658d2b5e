"""Going on: from fitted attributes back to a network in the middle of its training."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from ..encoding.targets import Array, TargetScaling
from ..engine.network import Network
from ..engine.optimizers import Optimizer, Slots, Solver
from ..engine.training import State
from .parts import Parts


@dataclass
class Resumable:
    """What `fit` and `partial_fit` need to go on as if they had never stopped.

    Attributes
    ----------
    state : State
    solver : Solver
        What `state.slots` belongs to.
    scaling : TargetScaling
        The one under which `last` was trained.
    last : tuple of arrays
        W and b of the last layer in the network's units: folding the scaling of the
        target into them and taking it out again would round them.
    split_seed : int
        Seed of the split into training and held-out examples.
    ahead : array or None
        All parameters, where training has left the published network behind: a stream
        with early stopping publishes the best so far and goes on from the latest.
    """

    state: State
    solver: Solver
    scaling: TargetScaling
    last: tuple[Array, Array]
    split_seed: int = 0
    ahead: Array | None = None

    def detached(self) -> Resumable:
        """Return a copy whose `last` is not part of a larger vector."""
        W, b = self.last
        return replace(self, last=(W.copy(), b.copy()))

    def is_published(self, scaling: TargetScaling, W: Array, b: Array) -> bool:
        """Tell whether the published last layer, `W` and `b`, is still `last`.

        It is not if the scaling has changed since, or if the user has set new weights.
        """
        same = np.array_equal(scaling.scale, self.scaling.scale)
        same = same and np.array_equal(scaling.shift, self.scaling.shift)
        W_then, b_then = self.scaling.fold(*self.last)
        return same and np.array_equal(W, W_then) and np.array_equal(b, b_then)


def start(network: Network, parts: Parts, random_state: Any) -> State:
    """Draw the initial weights of `network`, in place; return the state to train from."""
    rng = generator(random_state)
    for W, part in zip(network.params.W, parts.initializers, strict=True):
        W[...] = part.draw(rng, W.shape)
    return State(rng, _slots(parts.solver, network))


def start_from(
    network: Network, scaling: TargetScaling, coefs: Any, intercepts: Any
) -> None:
    """Replace the initial weights and biases of `network`, where given, in place.

    They are in the units of `coefs_` and `intercepts_`: the last layer is unscaled.

    Raises
    ------
    ValueError
        If a shape does not fit or a value is not finite.
    """
    params = network.params
    for name, given, views in (
        ("coefs_init", coefs, params.W),
        ("intercepts_init", intercepts, params.b),
    ):
        if given is not None:
            _fill(name, given, views)
    W, b = scaling.unfold(params.W[-1], params.b[-1])
    if coefs is not None:
        params.W[-1][...] = W
    if intercepts is not None:
        params.b[-1][...] = b


def _fill(name: str, given: Any, views: list[Array]) -> None:
    """Copy the arrays `given` into `views` after a look at their shapes and values."""
    arrays = [np.asarray(array, dtype=np.float64) for array in given]
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


def resume(network: Network, parts: Parts, estimator: Any, scaling: TargetScaling) -> State:
    """Load the fitted weights of `estimator` into `network`; return where it stood.

    Neither shares memory with the estimator, which stays as it is if training fails.
    The optimizer starts anew if it is another one now.
    """
    past: Resumable | None = getattr(estimator, "_resumable", None)
    _load(network, estimator, scaling, past)
    if past is None:
        rng = generator(estimator.random_state)
        return State(rng, _slots(parts.solver, network))
    state = copy.deepcopy(past.state)
    if past.solver != parts.solver or not _fits(state.slots, network.params.flat):
        state.slots = _slots(parts.solver, network)
    return state


def generator(random_state: Any) -> np.random.Generator:
    """Return a new source of randomness, seeded from scikit-learn's `random_state`."""
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    return np.random.default_rng(seed)


def _load(
    network: Network, estimator: Any, scaling: TargetScaling, past: Resumable | None
) -> None:
    """Fill `network` from the fitted attributes, with its last layer unscaled."""
    params = network.params
    if [W.shape for W in params.W] != [W.shape for W in estimator.coefs_]:
        fitted = tuple(len(b) for b in estimator.intercepts_[:-1])
        raise ValueError(
            f"hidden_layer_sizes={estimator.hidden_layer_sizes!r} does not match the "
            f"fitted network's {fitted}: a network that goes on learning keeps its "
            "shape. Set warm_start=False and call fit to start anew."
        )
    if past is not None and past.ahead is not None:
        params.flat[...] = past.ahead
        W, b = past.scaling.fold(params.W[-1], params.b[-1])
        params.W[-1][...], params.b[-1][...] = scaling.unfold(W, b)
        return
    W, b = estimator.coefs_[-1], estimator.intercepts_[-1]
    if past is not None and past.is_published(scaling, W, b):
        W, b = past.last
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


def _slots(solver: Solver, network: Network) -> Slots:
    """Return the empty memory of `solver` for `network`."""
    params = network.params
    if isinstance(solver, Optimizer):
        return solver.slots(params.flat, params.n_weights)
    return Slots([], params.n_weights)


def _fits(slots: Slots, flat: Array) -> bool:
    """Tell whether the memory belongs to parameters like `flat`."""
    return all(
        vector.shape == flat.shape and vector.dtype == flat.dtype
        for vector in slots.vectors
    )
