"""Step rules: how the gradient changes the parameters.

Sources: D. Kingma and J. Ba, "Adam" (2015); I. Loshchilov and F. Hutter, "Decoupled
weight decay regularization" (2019); G. Hinton's lecture 6e (2012) for RMSprop;
I. Sutskever et al., "On the importance of initialization and momentum" (2013).

Running means of a gradient that has become 0, as that of a neuron that is never active,
would shrink below the normal numbers, on which a processor takes up to a hundred times as
long. So rules with memory add `least` to every gradient, which moves no weight.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, ClassVar

from .arrays import Array, least, ops, xp
from .optimizer import Optimizer, OptimizerState
from .part import Part, part


@part
class SGD(Optimizer):
    """Stochastic gradient descent, params -= rate · grad, optionally with momentum.

    With momentum μ: v = μ v - rate · g and params += v, or with Nesterov's look-ahead
    params += μ v - rate · g.

    Parameters
    ----------
    momentum : float, default=0.0
        μ, in [0, 1).
    nesterov : bool, default=False
        Whether to look ahead; only with momentum.

    See Also
    --------
    Adam : Steps scaled for every parameter.

    Examples
    --------
    >>> from sknn import SGD
    >>> SGD(momentum=0.9, nesterov=True)
    SGD(momentum=0.9, nesterov=True)
    """

    momentum: float = 0.0
    nesterov: bool = False
    default_schedule: ClassVar[str] = "constant"  # the document's training rate

    def __post_init__(self) -> None:
        self.check_number("momentum", 0, 1)
        if not isinstance(self.nesterov, bool):
            raise ValueError(f"SGD: nesterov must be True or False, got {self.nesterov!r}.")
        if self.nesterov and not self.momentum:
            raise ValueError("SGD: nesterov=True needs a momentum above 0.")

    @property
    def n_vectors(self) -> int:  # type: ignore[override]
        return 1 if self.momentum else 0

    def update(
        self, params: Array, grad: Array, memory: list[Array], t: int, rate: float
    ) -> None:
        grad *= rate
        if not self.momentum:
            params -= grad
            return
        grad += least(grad.dtype)
        (v,) = memory
        v *= self.momentum
        v -= grad
        if self.nesterov:
            params -= grad
            xp.multiply(v, self.momentum, out=grad)
            params += grad
        else:
            params += v


@part
class RMSprop(Optimizer):
    """Every parameter's gradient divided by its running root mean square.

    v = rho v + (1 - rho) g², params -= rate · g / (√v + epsilon).

    Parameters
    ----------
    rho : float, default=0.9
        Memory of the running mean, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the quotient finite; above 0.

    See Also
    --------
    Adam : With momentum.

    Examples
    --------
    >>> from sknn import RMSprop
    >>> RMSprop(rho=0.95)
    RMSprop(rho=0.95, epsilon=1e-08)
    """

    rho: float = 0.9
    epsilon: float = 1e-8
    n_vectors: ClassVar[int] = 1

    def __post_init__(self) -> None:
        self.check_number("rho", 0, 1)
        self.check_number("epsilon", 1e-30, 1)

    def update(
        self, params: Array, grad: Array, memory: list[Array], t: int, rate: float
    ) -> None:
        (v,) = memory
        grad += least(grad.dtype)
        work = grad * grad
        work *= 1 - self.rho
        v *= self.rho
        v += work
        xp.sqrt(v, out=work)
        work += self.epsilon
        grad /= work
        grad *= rate
        params -= grad


@part
class Adam(Optimizer):
    """Running means of the gradient and of its square, both corrected for their start at 0.

    m = β1 m + (1 - β1) g, v = β2 v + (1 - β2) g², and
    params -= rate · m / (1 - β1^t) / (√(v / (1 - β2^t)) + epsilon).

    The code keeps M = m / (1 - β1) and V = v / (1 - β2), which spares two multiplications
    per parameter; `factors` moves their factors into the rate and into epsilon.

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Memory of the two running means, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the quotient finite; above 0.

    See Also
    --------
    AdamW : With weight decay.
    SGD : Without scaling.

    Examples
    --------
    >>> from sknn import Adam
    >>> Adam(beta_2=0.99)
    Adam(beta_1=0.9, beta_2=0.99, epsilon=1e-08)
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_vectors: ClassVar[int] = 2

    def __post_init__(self) -> None:
        self.check_number("beta_1", 0, 1)
        self.check_number("beta_2", 0, 1)
        self.check_number("epsilon", 1e-30, 1)

    def factors(self, t: int, rate: float) -> tuple[float, float]:
        """Return rate and epsilon of step `t` for M and V instead of m and v."""
        root = sqrt((1 - self.beta_2) / (1 - self.beta_2**t))
        rate *= (1 - self.beta_1) / (1 - self.beta_1**t) / root
        return rate, self.epsilon / root

    def kernel_factors(
        self, t: int, rate: float, alpha: float, dtype: Any
    ) -> tuple[float, ...]:
        """Return what the compiled `adam` needs to know of step `t`, from 1."""
        kept = self.kept(rate)
        rate, epsilon = self.factors(t, rate)
        return self.beta_1, self.beta_2, epsilon, rate, alpha, *kept, least(dtype)

    def update(
        self, params: Array, grad: Array, memory: list[Array], t: int, rate: float
    ) -> None:
        M, V = memory
        rate, epsilon = self.factors(t, rate)
        grad += least(grad.dtype)
        M *= self.beta_1
        M += grad
        grad *= grad
        V *= self.beta_2
        V += grad
        xp.sqrt(V, out=grad)
        grad += epsilon
        xp.divide(M, grad, out=grad)
        grad *= rate
        params -= grad

    def step(
        self,
        params: Array,
        grad: Array,
        state: OptimizerState,
        rate: float,
        alpha: float = 0.0,
    ) -> None:
        # In one pass, unless a subclass has another rule.
        if ops.adam is None or type(self).update is not Adam.update:
            super().step(params, grad, state, rate, alpha)
            return
        state.step += 1
        M, V = state.vectors
        factors = self.kernel_factors(state.step, rate, alpha, grad.dtype)
        ends = state.n_weights, len(params) - state.n_scales
        ops.adam(params, grad, (M, V), factors, ends)


@part
class AdamW(Adam):
    """Adam with decoupled weight decay: before each step, W -= rate · weight_decay · W.

    Scales of inputs have a decay of their own, s -= rate · scale_decay · s. An input that
    does not help to lower the cost is scaled down.

    Parameters
    ----------
    beta_1, beta_2, epsilon : float, default=0.9, 0.999 and 1e-8
        As for `Adam`.
    weight_decay : float, default=0.01
        Share of the weights, but not of the biases, subtracted per unit of rate; >= 0.
    scale_decay : float, default=0.0
        Share of the scales of inputs subtracted per unit of rate; >= 0. For networks with
        ``input_scale=True``.

    See Also
    --------
    Adam : Without weight decay.

    Examples
    --------
    >>> from sknn import AdamW
    >>> AdamW(weight_decay=0.1).weight_decay
    0.1
    """

    weight_decay: float = 0.01
    scale_decay: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_number("weight_decay", 0)
        self.check_number("scale_decay", 0)

    def kept(self, rate: float) -> tuple[float, float]:
        return 1 - rate * self.weight_decay, 1 - rate * self.scale_decay


@part
class LBFGS(Part):
    """Limited-memory BFGS on all rows at once, by SciPy: for small data.

    Parameters
    ----------
    memory : int, default=10
        Number of past steps from which the curvature is estimated, at least 1.
    max_fun : int, default=15000
        Limit on evaluations of the cost, at least 1.

    See Also
    --------
    Adam : For mini-batches.

    Examples
    --------
    >>> from sknn import LBFGS
    >>> LBFGS(memory=20)
    LBFGS(memory=20, max_fun=15000)
    """

    memory: int = 10
    max_fun: int = 15000

    def __post_init__(self) -> None:
        self.check_whole("memory", 1)
        self.check_whole("max_fun", 1)


Solver = Optimizer | LBFGS

SOLVERS: dict[str, Solver] = {
    "sgd": SGD(),
    "rmsprop": RMSprop(),
    "adam": Adam(),
    "adamw": AdamW(),
    "lbfgs": LBFGS(),
}
