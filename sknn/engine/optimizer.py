"""The base of all optimizers: change the parameters by a gradient, and keep a memory.

All parameters are one flat vector, so a step is a few operations on whole vectors. They
run in place and in blocks that fit the cache: every block is read from memory once, not
once per operation. After a step, the gradient is scratch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .arrays import Array, blocks_in_cache, zeros
from .part import Part


@dataclass
class OptimizerState:
    """What an optimizer keeps between steps.

    Attributes
    ----------
    vectors : list of arrays of shape (n_parameters,)
        Running means.
    n_weights : int
        The first `n_weights` parameters are weights; biases and what activations learn
        come after them.
    n_scales : int
        The last `n_scales` parameters are scales of inputs.
    step : int
        Steps done so far.
    """

    vectors: list[Array]
    n_weights: int
    n_scales: int = 0
    step: int = 0


class Optimizer(Part):
    """A step rule for mini-batches; the base of all of them.

    A subclass writes `update`. The methods that it overrides are the ones that run.

    Attributes
    ----------
    n_vectors : int
        How many vectors it keeps between steps.
    default_schedule : str
        The name of the learning rate schedule that suits it where the length of training is
        known in advance: "cosine", unless a subclass has another one.

    See Also
    --------
    SGD, RMSprop, Adam, AdamW : The usual choices.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import FFNNRegressor, Optimizer
    >>> class SignSGD(Optimizer):
    ...     "params -= rate · sign(grad)."
    ...
    ...     def update(self, params, grad, memory, t, rate):
    ...         params -= rate * np.sign(grad)
    >>> X = np.linspace(-1, 1, 50).reshape(-1, 1)
    >>> model = FFNNRegressor(
    ...     solver=SignSGD(),
    ...     learning_rate=0.01,
    ...     learning_rate_schedule="cosine",
    ...     random_state=0,
    ... )
    >>> model.fit(X, X[:, 0] ** 3).score(X, X[:, 0] ** 3) > 0.9
    True
    """

    n_vectors: ClassVar[int] = 0
    default_schedule: ClassVar[str] = "cosine"

    def start(self, params: Array, n_weights: int, n_scales: int = 0) -> OptimizerState:
        """Return the state before the first step.

        Parameters
        ----------
        params : array of shape (n_parameters,)
        n_weights, n_scales : int
            The first `n_weights` parameters are weights, the last `n_scales` scales.
        """
        vectors = [zeros(params.shape, params.dtype) for _ in range(self.n_vectors)]
        return OptimizerState(vectors, n_weights, n_scales)

    def step(
        self,
        params: Array,
        grad: Array,
        state: OptimizerState,
        rate: float,
        alpha: float = 0.0,
    ) -> None:
        """Update `params` and `state` in place by one step against `grad`.

        Parameters
        ----------
        params, grad : arrays of shape (n_parameters,)
            `grad` is overwritten.
        state : OptimizerState
        rate : float
            The learning rate.
        alpha : float, default=0.0
            Strength of an L2 penalty whose gradient, alpha · W, is still to be added: a
            block that is in the cache takes it without a pass over memory of its own.
        """
        state.step += 1
        kept, kept_scales = self.kept(rate)
        first_scale = len(params) - state.n_scales
        for block in blocks_in_cache(len(params)):
            weights = slice(block.start, min(block.stop, state.n_weights))
            if alpha:
                grad[weights] += alpha * params[weights]
            if kept != 1:
                params[weights] *= kept
            if kept_scales != 1:
                params[max(block.start, first_scale) : block.stop] *= kept_scales
            memory = [vector[block] for vector in state.vectors]
            self.update(params[block], grad[block], memory, state.step, rate)

    def update(
        self, params: Array, grad: Array, memory: list[Array], t: int, rate: float
    ) -> None:
        """Update one block of the parameters and of the running means, in place.

        Parameters
        ----------
        params, grad : arrays of shape (n,)
            `grad` may be overwritten.
        memory : list of `n_vectors` arrays of shape (n,)
        t : int
            Number of the step, from 1.
        rate : float
            The learning rate.
        """
        raise NotImplementedError

    def kept(self, rate: float) -> tuple[float, float]:
        """Return the shares of weights and of scales kept before `update`: 1, no decay."""
        return 1.0, 1.0
