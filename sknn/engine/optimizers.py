"""Step rules: how the gradient changes the parameters.

All parameters are one flat vector, so a step is a few operations on whole vectors. They
run in place and in blocks that fit the cache: every block is read from memory once, not
once per operation. After a step, the gradient is scratch.

Sources: D. Kingma and J. Ba, "Adam" (2015); I. Loshchilov and F. Hutter, "Decoupled
weight decay regularization" (2019); G. Hinton's lecture 6e (2012) for RMSprop;
I. Sutskever et al., "On the importance of initialization and momentum" (2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

from .arrays import Array, adam, penalised, xp, zeros


def _check(name: str, value: float, low: float, high: float) -> None:
    """Raise a ValueError unless low <= value < high."""
    if not low <= value < high:
        raise ValueError(f"{name} must be in [{low:g}, {high:g}), got {value!r}.")


@dataclass
class Slots:
    """What an optimizer remembers between steps.

    Attributes
    ----------
    vectors : list of arrays
        Running means, each as long as the parameters.
    n_weights : int
        The first `n_weights` parameters are weights; biases and what activations learn
        come after them.
    step : int
        Steps done so far.
    """

    vectors: list[Array]
    n_weights: int
    step: int = 0


class Optimizer:
    """A step rule for mini-batches; the base of all of them.

    Attributes
    ----------
    ignores : tuple of str
        Names of the estimators' parameters that the solver has no use for.
    n_vectors : int
        How many vectors it remembers.
    """

    ignores: ClassVar[tuple[str, ...]] = ()
    n_vectors: ClassVar[int] = 0

    def slots(self, params: Array, n_weights: int) -> Slots:
        """Return the empty memory for a flat vector `params`."""
        vectors = [zeros(params.shape, params.dtype) for _ in range(self.n_vectors)]
        return Slots(vectors, n_weights)

    def step(
        self, params: Array, grad: Array, slots: Slots, rate: float, alpha: float = 0.0
    ) -> None:
        """Update `params` and `slots` in place by one step against `grad`.

        Parameters
        ----------
        params, grad : arrays of shape (n_parameters,)
            `grad` is overwritten.
        slots : Slots
        rate : float
            The training rate.
        alpha : float, default=0.0
            Strength of an L2 penalty whose gradient, alpha · W, is still to be added.
            Here that is no pass over memory of its own.
        """
        slots.step += 1
        for block in penalised(params, grad, alpha, slots.n_weights):
            memory = [vector[block] for vector in slots.vectors]
            self._step(params[block], grad[block], memory, slots.step, rate)

    def _step(
        self, params: Array, grad: Array, memory: list[Array], t: int, rate: float
    ) -> None:
        """Update one block of `params` and `memory` in step number `t`, from 1."""
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, params -= rate · grad, with momentum if wanted.

    With momentum μ: v = μ v - rate · g and params += v, or with Nesterov's look-ahead
    params += μ v - rate · g.

    Parameters
    ----------
    momentum : float, default=0.0
        μ, in [0, 1).
    nesterov : bool, default=False
        Whether to look ahead; only with momentum.
    """

    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        _check("SGD: momentum", self.momentum, 0, 1)
        if self.nesterov and not self.momentum:
            raise ValueError("SGD: nesterov=True needs a momentum above 0.")

    def slots(self, params: Array, n_weights: int) -> Slots:
        vectors = [zeros(params.shape, params.dtype)] if self.momentum else []
        return Slots(vectors, n_weights)

    def _step(
        self, params: Array, grad: Array, memory: list[Array], t: int, rate: float
    ) -> None:
        grad *= rate
        if not self.momentum:
            params -= grad
            return
        (v,) = memory
        v *= self.momentum
        v -= grad
        if self.nesterov:
            params -= grad
            xp.multiply(v, self.momentum, out=grad)
            params += grad
        else:
            params += v


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Every parameter's gradient is divided by a running root mean square of it.

    v = rho v + (1 - rho) g², params -= rate · g / (√v + epsilon).

    Parameters
    ----------
    rho : float, default=0.9
        Memory of the running mean, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the quotient finite; above 0.
    """

    rho: float = 0.9
    epsilon: float = 1e-8
    n_vectors: ClassVar[int] = 1

    def __post_init__(self) -> None:
        _check("RMSprop: rho", self.rho, 0, 1)
        _check("RMSprop: epsilon", self.epsilon, 1e-30, 1)

    def _step(
        self, params: Array, grad: Array, memory: list[Array], t: int, rate: float
    ) -> None:
        (v,) = memory
        work = grad * grad
        work *= 1 - self.rho
        v *= self.rho
        v += work
        xp.sqrt(v, out=work)
        work += self.epsilon
        grad /= work
        grad *= rate
        params -= grad


@dataclass(frozen=True)
class Adam(Optimizer):
    """Running means of the gradient and of its square, both freed of their start at 0.

    m = β1 m + (1 - β1) g, v = β2 v + (1 - β2) g², and
    params -= rate · m / (1 - β1^t) / (√(v / (1 - β2^t)) + epsilon).

    The code keeps M = m / (1 - β1) and V = v / (1 - β2), which spares two
    multiplications per step, and moves their factors into `rate` and `epsilon`.

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Memory of the two running means, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the quotient finite; above 0.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_vectors: ClassVar[int] = 2

    def __post_init__(self) -> None:
        name = type(self).__name__
        _check(f"{name}: beta_1", self.beta_1, 0, 1)
        _check(f"{name}: beta_2", self.beta_2, 0, 1)
        _check(f"{name}: epsilon", self.epsilon, 1e-30, 1)

    def step(
        self, params: Array, grad: Array, slots: Slots, rate: float, alpha: float = 0.0
    ) -> None:
        slots.step += 1
        t, (M, V) = slots.step, slots.vectors
        beta_1, beta_2, keep = self.beta_1, self.beta_2, self._kept(rate)
        root = sqrt((1 - beta_2) / (1 - beta_2**t))
        rate *= (1 - beta_1) / (1 - beta_1**t) / root
        factors = (beta_1, beta_2, self.epsilon / root, rate, alpha, keep)
        adam(params, grad, (M, V), factors, slots.n_weights)

    def _kept(self, rate: float) -> float:
        """Return the share of every weight that a step leaves, before it subtracts."""
        return 1.0


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: before each step, W -= rate · weight_decay · W.

    Parameters
    ----------
    beta_1, beta_2, epsilon : float, default=0.9, 0.999 and 1e-8
        As for `Adam`.
    weight_decay : float, default=0.01
        Share of the weights, never of the biases, that goes per unit of rate; >= 0.
    """

    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        _check("AdamW: weight_decay", self.weight_decay, 0, float("inf"))

    def _kept(self, rate: float) -> float:
        return 1 - rate * self.weight_decay


@dataclass(frozen=True)
class LBFGS:
    """Limited-memory BFGS on all rows at once, by SciPy: for small data.

    Parameters
    ----------
    memory : int, default=10
        Number of past steps from which the curvature is estimated, at least 1.
    max_fun : int, default=15000
        Limit on evaluations of the cost, at least 1.
    """

    memory: int = 10
    max_fun: int = 15000
    ignores: ClassVar[tuple[str, ...]] = (
        "learning_rate",
        "learning_rate_schedule",
        "batch_size",
        "dropout",
        "shuffle",
        "n_iter_no_change",
        "clip_norm",
    )

    def __post_init__(self) -> None:
        if self.memory < 1 or self.max_fun < 1:
            raise ValueError(
                "LBFGS: memory and max_fun must be at least 1, "
                f"got {self.memory!r} and {self.max_fun!r}."
            )


Solver = Optimizer | LBFGS

SOLVERS: dict[str, Solver] = {
    "sgd": SGD(),
    "rmsprop": RMSprop(),
    "adam": Adam(),
    "adamw": AdamW(),
    "lbfgs": LBFGS(),
}
