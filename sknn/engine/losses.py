"""Cost functions: how bad a prediction is, and the gradient that says so to the network.

For targets Y and outputs A of shape (m, n_outputs), the cost of one example is a sum over
its outputs, C = Σ_j c(y_j, a_j); the cost of a batch is the mean over its examples. A
loss knows c, its derivative, and the output activation it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

from .arrays import Array, xlogy, xp


class OutputActivation(Protocol):
    """What a loss asks of the output activation; see `activations.Activation`."""

    joint: ClassVar[bool]
    link: ClassVar[str]

    def log(self, Z: Array) -> Array:
        """Return log σ(Z)."""

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        """Turn ∂C/∂A into ∂C/∂Z, in place."""


class Output(NamedTuple):
    """The output layer after a forward pass: values Z, outputs A = σ(Z), and σ."""

    Z: Array
    A: Array
    activation: OutputActivation


class Loss:
    """The cost per output and its derivative; the base of all losses.

    Attributes
    ----------
    tasks : set of {"classification", "regression"}
        What the loss can be used for.
    output : str
        Name of the output activation that a regression with this loss has by default.
    degree : float
        c(s·y, s·a) = s**degree · c(y, a): turns costs of a scaled target into costs in
        the target's own units.
    link : str
        The link whose output activation makes ∂C/∂Z = A - Y, without any σ'.
    positive : bool
        Whether the outputs must be above 0.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"regression"})
    output: ClassVar[str] = "identity"
    degree: ClassVar[float] = 1.0
    link: ClassVar[str] = ""
    positive: ClassVar[bool] = False

    def check_targets(self, Y: Array) -> None:
        """Raise a ValueError if the loss is not defined for the targets `Y`."""

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        """Write c(y, a) for every example and output into `out`, (m, n_outputs)."""
        raise NotImplementedError

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        """Write ∂c/∂a for every example and output into `out`, (m, n_outputs)."""
        raise NotImplementedError

    def delta(self, Y: Array, output: Output, scale: Array | float, out: Array) -> None:
        """Write scale · ∂C/∂Z = σ'(Z) · scale · ∂C/∂A into `out`; overwrites `output`.

        `scale` is a number or one per row, (m, 1).
        """
        Z, A, activation = output
        if self.link and activation.link == self.link:
            xp.subtract(A, Y, out=out)
            out *= scale
        else:
            self.gradient(Y, A, out)
            out *= scale
            activation.backward(Z, A, out)


@dataclass(frozen=True)
class SquaredError(Loss):
    """c = (a - y)², ∂c/∂a = 2 (a - y): no ½, and a sum over the outputs."""

    tasks: ClassVar[frozenset[str]] = frozenset({"classification", "regression"})
    degree: ClassVar[float] = 2.0

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        xp.subtract(output.A, Y, out=out)
        out *= out

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        xp.subtract(A, Y, out=out)
        out *= 2


@dataclass(frozen=True)
class AbsoluteError(Loss):
    """c = |a - y|, ∂c/∂a = sign(a - y): predicts the median."""

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        xp.subtract(output.A, Y, out=out)
        xp.absolute(out, out=out)

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        xp.subtract(A, Y, out=out)
        xp.sign(out, out=out)


@dataclass(frozen=True)
class Huber(Loss):
    """Squared near the target, linear far from it, so that outliers pull less.

    With e = a - y: c = e² for abs(e) <= epsilon, else 2 epsilon abs(e) - epsilon²;
    ∂c/∂a = 2 max(-epsilon, min(e, epsilon)). Source: P. Huber (1964), in the form and
    with the default of scikit-learn's HuberRegressor.

    Parameters
    ----------
    epsilon : float, default=1.35
        Where the cost turns linear; with ``scale_target=True`` in standard deviations of
        y, else in the unit of y.
    """

    epsilon: float = 1.35
    degree: ClassVar[float] = 2.0

    def __post_init__(self) -> None:
        if not self.epsilon > 0:
            raise ValueError(f"Huber: epsilon must be above 0, got {self.epsilon!r}.")

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        # With t = min(|e|, epsilon), both branches are t (2 |e| - t).
        xp.subtract(output.A, Y, out=out)
        xp.absolute(out, out=out)
        t = xp.minimum(out, self.epsilon)
        out *= 2
        out -= t
        out *= t

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        xp.subtract(A, Y, out=out)
        xp.clip(out, -self.epsilon, self.epsilon, out=out)
        out *= 2


@dataclass(frozen=True)
class Quantile(Loss):
    """The pinball loss, whose best constant is the q-quantile of y.

    c = q (y - a) for y >= a, else (1 - q) (a - y); ∂c/∂a = -q or 1 - q. Source: R.
    Koenker and G. Bassett, "Regression quantiles" (1978).

    Parameters
    ----------
    q : float, default=0.5
        Which quantile to predict, in (0, 1).
    """

    q: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.q < 1:
            raise ValueError(f"Quantile: q must be in (0, 1), got {self.q!r}.")

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        # max(e, 0) - q e is the cost on both sides, with e = a - y.
        xp.subtract(output.A, Y, out=out)
        scaled = out * self.q
        xp.maximum(out, 0, out=out)
        out -= scaled

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        xp.greater(A, Y, out=out)
        out -= self.q


@dataclass(frozen=True)
class Poisson(Loss):
    """Half the Poisson deviance, for counts and rates y >= 0.

    c = y log(y / a) - y + a, ∂c/∂a = 1 - y / a; with an output of e^z, ∂c/∂z = a - y.
    """

    output: ClassVar[str] = "exp"
    link: ClassVar[str] = "log"
    positive: ClassVar[bool] = True

    def check_targets(self, Y: Array) -> None:
        if Y.size and Y.min() < 0:
            raise ValueError(
                "loss='poisson' is for counts and rates: y must be 0 or above, got "
                f"{Y.min():g}. Use loss='squared_error' for targets below 0."
            )

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        Z, A, activation = output
        xp.subtract(A, Y, out=out)
        out += xlogy(Y, Y)
        out -= Y * activation.log(Z)

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        xp.divide(Y, A, out=out)
        xp.subtract(1, out, out=out)


@dataclass(frozen=True)
class LogLoss(Loss):
    """Minus the log-likelihood of the labels, computed from the logits Z.

    With softmax: c = -y log a for every class. With sigmoid outputs, each a yes or no:
    c = -y log a - (1 - y) log(1 - a). In both cases ∂C/∂z = a - y (with softmax since
    every row of Y sums to 1), so there is no `gradient` of its own.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    output: ClassVar[str] = "softmax"
    link: ClassVar[str] = "logit"

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        Z, _, activation = output
        if activation.joint:
            xp.multiply(Y, activation.log(Z), out=out)
            xp.negative(out, out=out)
        else:
            # -log σ(z) = log(1 + e^-z) and -log(1 - σ(z)) = log(1 + e^z) differ by z.
            xp.logaddexp(Z, 0, out=out)
            out -= Y * Z


LOSSES: dict[str, Loss] = {
    "log_loss": LogLoss(),
    "squared_error": SquaredError(),
    "absolute_error": AbsoluteError(),
    "huber": Huber(),
    "quantile": Quantile(),
    "poisson": Poisson(),
}
