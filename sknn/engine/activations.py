"""Activation functions: the output of a neuron for its sum, and back propagation.

Sources: D. Hendrycks and K. Gimpel (2016) for GELU and SiLU, D. Misra (2019) for Mish,
D.-A. Clevert et al. (2015) for ELU, G. Klambauer et al. (2017) for SELU, K. He et al.
(2015) for PReLU.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import ClassVar

from .activation import Activation
from .arrays import (
    Array,
    log_1p_exp,
    log_softmax,
    ops,
    sigmoid,
    softmax,
    softplus,
    xp,
)
from .part import part


class Identity(Activation):
    """σ(z) = z, σ'(z) = 1."""

    in_place: ClassVar[bool] = True
    link: ClassVar[str] = "identity"

    def forward(self, Z: Array, A: Array) -> None:
        if A is not Z:
            A[...] = Z

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        pass  # σ' = 1 leaves delta as it is


class Sigmoid(Activation):
    """σ(z) = 1 / (1 + e^-z), between 0 and 1; σ'(z) = a (1 - a)."""

    in_place: ClassVar[bool] = True
    positive: ClassVar[bool] = True
    link: ClassVar[str] = "logit"

    def forward(self, Z: Array, A: Array) -> None:
        sigmoid(Z, A)

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        delta *= A
        xp.subtract(1, A, out=A)
        delta *= A

    def log(self, Z: Array) -> Array:
        # log(1 / (1 + e^-z)) = -log(1 + e^-z)
        A = xp.empty_like(Z)
        softplus(-Z, A)
        return -A


class Tanh(Activation):
    """σ(z) = tanh z, between -1 and 1; σ'(z) = 1 - a²."""

    in_place: ClassVar[bool] = True

    def forward(self, Z: Array, A: Array) -> None:
        xp.tanh(Z, out=A)

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        A *= A
        xp.subtract(1, A, out=A)
        delta *= A


class _Rectifier(Activation):
    """A function that passes what is above 0 and damps what is below."""

    initializer: ClassVar[str] = "he_uniform"


class ReLU(_Rectifier):
    """σ(z) = max(z, 0), σ'(z) = [a > 0]."""

    in_place: ClassVar[bool] = True

    def forward(self, Z: Array, A: Array) -> None:
        xp.maximum(Z, 0, out=A)

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        xp.greater(A, 0, out=A)
        delta *= A


@part
class LeakyReLU(_Rectifier):
    """Leaky rectifier: σ(z) = z for z > 0, else slope · z; σ'(z) = 1 or the slope.

    Parameters
    ----------
    slope : float, default=0.01
        Slope for negative values, in [0, 1).

    See Also
    --------
    PReLU : A slope that is learned.
    ELU : A curve instead of a slope.

    Examples
    --------
    >>> from sknn import LeakyReLU
    >>> LeakyReLU(0.1)
    LeakyReLU(slope=0.1)
    """

    slope: float = 0.01

    def __post_init__(self) -> None:
        self.check_number("slope", 0, 1)

    def forward(self, Z: Array, A: Array) -> None:
        xp.multiply(Z, self.slope, out=A)
        xp.maximum(A, Z, out=A)

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        xp.greater(Z, 0, out=A)
        A *= 1 - self.slope
        A += self.slope
        delta *= A


@part
class PReLU(_Rectifier):
    """Rectifier with a learned slope p_j per neuron: σ(z_j) = z_j or p_j · z_j.

    p_j · z_j where z_j is not above 0. σ'(z_j) = 1 or p_j; the slope's own gradient is
    Σ_i δ_ij min(z_ij, 0).

    Parameters
    ----------
    slope : float, default=0.25
        Initial value of every slope.

    See Also
    --------
    LeakyReLU : The same slope for all neurons, not learned.

    Examples
    --------
    >>> from sknn import PReLU
    >>> PReLU()
    PReLU(slope=0.25)
    """

    slope: float = 0.25

    def __post_init__(self) -> None:
        self.check_number("slope")

    def learned(self, width: int) -> Array:
        return xp.full(width, self.slope)

    def bind(self, learned: Array, grad: Array | None = None) -> Activation:
        return _BoundPReLU(learned, grad)


@dataclass(frozen=True, eq=False)
class _BoundPReLU(Activation):
    """A PReLU tied to the slopes of one layer and to their gradient."""

    slopes: Array
    grad: Array | None

    def forward(self, Z: Array, A: Array) -> None:
        xp.minimum(Z, 0, out=A)
        A *= self.slopes - 1
        A += Z

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        xp.minimum(Z, 0, out=A)
        A *= delta
        if self.grad is not None:
            xp.sum(A, axis=0, out=self.grad)
        xp.less_equal(Z, 0, out=Z)
        Z *= self.slopes - 1
        Z += 1
        delta *= Z


@part
class ELU(_Rectifier):
    """Exponential linear unit: σ(z) = z for z > 0, else alpha · (e^z - 1).

    σ'(z) = 1 for z > 0, else a + alpha.

    Parameters
    ----------
    alpha : float, default=1.0
        Minus the limit for z → -∞, above 0.

    See Also
    --------
    LeakyReLU : A slope instead of a curve.

    Examples
    --------
    >>> from sknn import ELU
    >>> ELU(0.5)
    ELU(alpha=0.5)
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        self.check_number("alpha", 0, closed="neither")

    def forward(self, Z: Array, A: Array) -> None:
        xp.minimum(Z, 0, out=A)
        xp.expm1(A, out=A)
        A *= self.alpha
        xp.maximum(Z, 0, out=Z)
        A += Z

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        xp.less_equal(A, 0, out=Z)
        A += self.alpha - 1
        A *= Z
        A += 1
        delta *= A


class SELU(Activation):
    """σ(z) = λ · ELU(z), with λ and alpha such that the layers normalise themselves."""

    initializer: ClassVar[str] = "lecun_normal"
    scale: ClassVar[float] = 1.0507009873554805
    elu: ClassVar[ELU] = ELU(1.6732632423543772)

    def forward(self, Z: Array, A: Array) -> None:
        self.elu.forward(Z, A)
        A *= self.scale

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        A /= self.scale
        self.elu.backward(Z, A, delta)
        delta *= self.scale


class GELU(_Rectifier):
    """σ(z) = z Φ(z), with Φ the normal distribution function; σ'(z) = Φ(z) + z φ(z)."""

    def forward(self, Z: Array, A: Array) -> None:
        ops.normal_cdf(Z, A)
        A *= Z

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        # Φ(z) = a / z spares its computation; at 0, where that is 0 / 0, it is 1/2.
        with xp.errstate(invalid="ignore"):
            xp.divide(A, Z, out=A)
        xp.copyto(A, 0.5, where=Z == 0)
        A *= delta
        delta *= Z
        Z *= Z
        Z *= -0.5
        xp.exp(Z, out=Z)
        Z *= 1 / sqrt(2 * pi)
        delta *= Z
        delta += A


class SiLU(_Rectifier):
    """σ(z) = z s with s = sigmoid(z), also called swish; σ'(z) = s (1 + z (1 - s))."""

    def forward(self, Z: Array, A: Array) -> None:
        sigmoid(Z, A)
        A *= Z

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        sigmoid(Z, A)
        delta *= A
        xp.subtract(1, A, out=A)
        A *= Z
        A += 1
        delta *= A


class Mish(_Rectifier):
    """σ(z) = z ω with ω = tanh(softplus(z)); σ'(z) = ω + z · sigmoid(z) · (1 - ω²)."""

    def forward(self, Z: Array, A: Array) -> None:
        log_1p_exp(Z, A)
        xp.tanh(A, out=A)
        A *= Z

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        sigmoid(Z, A)
        A *= Z
        A *= delta
        log_1p_exp(Z, Z)
        xp.tanh(Z, out=Z)
        delta *= Z
        Z *= Z
        xp.subtract(1, Z, out=Z)
        A *= Z
        delta += A


class Softplus(_Rectifier):
    """σ(z) = log(1 + e^z), above 0; σ'(z) = sigmoid(z) = 1 - e^-a."""

    positive: ClassVar[bool] = True

    def forward(self, Z: Array, A: Array) -> None:
        softplus(Z, A)

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        xp.negative(A, out=A)
        xp.expm1(A, out=A)
        xp.negative(A, out=A)
        delta *= A

    def log(self, Z: Array) -> Array:
        # For z → -∞ log(1 + e^z) is e^z, whose logarithm does not underflow: it is z.
        A = xp.empty_like(Z)
        softplus(Z, A)
        return xp.where(Z > -30, xp.log(xp.maximum(A, xp.finfo(A.dtype).tiny)), Z)


class Exp(Activation):
    """σ(z) = e^z, above 0, for the output only; σ'(z) = a."""

    in_place: ClassVar[bool] = True
    hidden: ClassVar[bool] = False
    positive: ClassVar[bool] = True
    link: ClassVar[str] = "log"

    def forward(self, Z: Array, A: Array) -> None:
        xp.exp(Z, out=A)

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        delta *= A

    def log(self, Z: Array) -> Array:
        return Z.copy()


class Softmax(Activation):
    """σ(z)_j = e^z_j / Σ_k e^z_k: rows of probabilities, for the output only.

    Every output depends on every z: ∂C/∂z_j = a_j (δ_j - Σ_k δ_k a_k).
    """

    in_place: ClassVar[bool] = True
    hidden: ClassVar[bool] = False
    positive: ClassVar[bool] = True
    joint: ClassVar[bool] = True
    link: ClassVar[str] = "logit"

    def forward(self, Z: Array, A: Array) -> None:
        softmax(Z, A)

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        delta *= A
        A *= delta.sum(axis=1, keepdims=True)
        delta -= A

    def log(self, Z: Array) -> Array:
        return log_softmax(Z, axis=1)


ACTIVATIONS: dict[str, Activation] = {
    "identity": Identity(),
    "logistic": Sigmoid(),
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
    "relu": ReLU(),
    "leaky_relu": LeakyReLU(),
    "prelu": PReLU(),
    "elu": ELU(),
    "selu": SELU(),
    "gelu": GELU(),
    "silu": SiLU(),
    "swish": SiLU(),
    "mish": Mish(),
    "softplus": Softplus(),
    "exp": Exp(),
    "softmax": Softmax(),
}
