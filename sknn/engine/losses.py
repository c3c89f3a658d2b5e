"""Cost functions: how bad a prediction is, and the gradient that says so to the network.

For targets Y and outputs A of shape (m, n_outputs), the cost of one example is a sum over
its outputs, C = Σ_j c(y_j, a_j); the cost of a batch is the mean over its examples. A
loss knows c, its derivative, and the output activation it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from .arrays import Array, column_sums, cross_entropy, log_softmax, softplus, xlogy, xp


class OutputActivation(Protocol):
    """What a loss asks of the output activation; see `neuron.Activation`."""

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


def _check_least(loss: Loss, Y: Array, least: float, strict: bool) -> None:
    """Raise a ValueError if a target is below `least`, or with `strict` at it."""
    lowest = Y.min(initial=xp.inf)
    if lowest < least or (strict and lowest == least):
        raise ValueError(
            f"loss={loss!r} is for targets {'above' if strict else 'of at least'} "
            f"{least:g}, but y has {lowest:g}. Use loss='squared_error' for such targets."
        )


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
    homogeneous : bool
        Whether that holds; else it does where what the loss is set to scales along.
    link : str
        The link whose output activation makes ∂C/∂Z = A - Y, without any σ'.
    positive : bool
        Whether the outputs must be above 0.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"regression"})
    output: ClassVar[str] = "identity"
    degree: ClassVar[float] = 1.0
    homogeneous: ClassVar[bool] = True
    link: ClassVar[str] = ""
    positive: ClassVar[bool] = False

    def check_targets(self, Y: Array) -> None:
        """Raise a ValueError if the loss is not defined for the targets `Y`."""

    def n_outputs(self, n_targets: int) -> int:
        """Return how many outputs the network has for `n_targets` columns of y."""
        return n_targets

    def arrange(self, A: Array) -> Array:
        """Return the outputs `A`, (n, n_outputs), as predictions."""
        return A

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        """Write c(y, a) for every example and output into `out`, (m, n_outputs)."""
        raise NotImplementedError

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        """Write ∂c/∂a for every example and output into `out`, (m, n_outputs)."""
        raise NotImplementedError

    def evaluate(self, Y: Array, output: Output, scale: Array, delta: Array) -> Array:
        """Return Σ_i s_i c(y_ij, a_ij) per output; write s · ∂C/∂Z into `delta`.

        `scale` is s, one per row, (m, 1), or one for all, (1, 1); `output` is overwritten.
        """
        self.cost(Y, output, delta)
        delta *= scale
        costs = xp.empty(delta.shape[1], delta.dtype)
        column_sums(delta, out=costs)
        self.delta(Y, output, scale, delta)
        return costs

    def delta(self, Y: Array, output: Output, scale: Array, out: Array) -> None:
        """Write s · ∂C/∂Z = σ'(Z) · s · ∂C/∂A into `out`, for `evaluate`."""
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
    homogeneous: ClassVar[bool] = False

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

    c = q (y - a) for y >= a, else (1 - q) (a - y); ∂c/∂a = -q or 1 - q. Several
    quantiles of one target are as many outputs, which predictions put in order so that
    they never cross. Sources: R. Koenker and G. Bassett, "Regression quantiles" (1978);
    V. Chernozhukov et al., "Quantile and probability curves without crossing" (2010).

    Parameters
    ----------
    q : float or tuple of float, default=0.5
        Which quantiles to predict, in (0, 1) and ascending.
    """

    q: float | tuple[float, ...] = 0.5

    def __post_init__(self) -> None:
        q = self.levels
        if not q or not all(0 < level < 1 for level in q) or list(q) != sorted(set(q)):
            raise ValueError(
                f"Quantile: q must be in (0, 1) and ascending, got {self.q!r}."
            )

    @property
    def levels(self) -> tuple[float, ...]:
        """All of q as a tuple."""
        return tuple(self.q) if isinstance(self.q, Sequence) else (self.q,)

    def n_outputs(self, n_targets: int) -> int:
        n_levels = len(self.levels)
        if n_levels > 1 and n_targets > 1:
            raise ValueError(
                f"loss={self!r} predicts several quantiles of one target, but y has "
                f"{n_targets} columns: fit one estimator per column, for example with "
                "sklearn.multioutput.MultiOutputRegressor."
            )
        return max(n_levels, n_targets)

    def arrange(self, A: Array) -> Array:
        return xp.sort(A, axis=1) if len(self.levels) > 1 else A

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        # max(e, 0) - q e is the cost on both sides, with e = a - y.
        xp.subtract(output.A, Y, out=out)
        scaled = out * xp.asarray(self.levels, out.dtype)
        xp.maximum(out, 0, out=out)
        out -= scaled

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        xp.greater(A, Y, out=out)
        out -= xp.asarray(self.levels, out.dtype)


@dataclass(frozen=True)
class Poisson(Loss):
    """Half the Poisson deviance, for counts and rates y >= 0.

    c = y log(y / a) - y + a, ∂c/∂a = 1 - y / a; with an output of e^z, ∂c/∂z = a - y.
    """

    output: ClassVar[str] = "exp"
    link: ClassVar[str] = "log"
    positive: ClassVar[bool] = True

    def check_targets(self, Y: Array) -> None:
        _check_least(self, Y, 0.0, strict=False)

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        Z, A, activation = output
        xp.subtract(A, Y, out=out)
        out += xlogy(Y, Y)
        out -= Y * activation.log(Z)

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        xp.divide(Y, A, out=out)
        xp.subtract(1, out, out=out)


@dataclass(frozen=True)
class Gamma(Loss):
    """Half the gamma deviance, for positive targets whose spread grows with their mean.

    c = log(a / y) + y / a - 1, ∂c/∂a = (1 - y / a) / a.
    """

    output: ClassVar[str] = "exp"
    degree: ClassVar[float] = 0.0
    positive: ClassVar[bool] = True

    def check_targets(self, Y: Array) -> None:
        _check_least(self, Y, 0.0, strict=True)

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        Z, A, activation = output
        xp.divide(Y, A, out=out)
        out -= 1
        out += activation.log(Z)
        out -= xp.log(Y)

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        xp.divide(Y, A, out=out)
        xp.subtract(1, out, out=out)
        out /= A


@dataclass(frozen=True)
class Tweedie(Loss):
    """Half the Tweedie deviance: many zeros, else positive, as for claims and rainfall.

    With p = power: c = y^(2-p) / ((1-p) (2-p)) - y a^(1-p) / (1-p) + a^(2-p) / (2-p),
    ∂c/∂a = (a - y) / a^p. Source: B. Jørgensen, "The theory of dispersion models" (1997).

    Parameters
    ----------
    power : float, default=1.5
        Between 1, which is `Poisson`, and 2, which is `Gamma`.
    """

    power: float = 1.5
    output: ClassVar[str] = "exp"
    positive: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 1 < self.power < 2:
            raise ValueError(f"Tweedie: power must be in (1, 2), got {self.power!r}.")

    @property
    def degree(self) -> float:  # type: ignore[override]
        return 2 - self.power

    def check_targets(self, Y: Array) -> None:
        _check_least(self, Y, 0.0, strict=False)

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        p, A = self.power, output.A
        xp.power(A, 2 - p, out=out)
        out /= 2 - p
        out += Y ** (2 - p) / ((1 - p) * (2 - p))
        out -= Y * A ** (1 - p) / (1 - p)

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        xp.subtract(A, Y, out=out)
        out *= A**-self.power


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
            xp.multiply(Y, -log_softmax(Z, axis=1), out=out)
        else:
            # -log σ(z) = log(1 + e^-z) and -log(1 - σ(z)) = log(1 + e^z) differ by z.
            softplus(Z, out)
            out -= Y * Z

    def evaluate(self, Y: Array, output: Output, scale: Array, delta: Array) -> Array:
        Z, A, activation = output
        if not activation.joint or type(self) is not LogLoss:
            return super().evaluate(Y, output, scale, delta)
        costs = xp.empty(delta.shape[1], delta.dtype)
        cross_entropy(Y, Z, A, scale, costs, delta)
        return costs


@dataclass(frozen=True)
class GivenLoss(Loss):
    """The user's own loss: an object with ``value(y, a)`` and ``gradient(y, a)``.

    Both get arrays of shape (m, n_outputs) and return one of the same shape; the object
    may also name its `output` activation. See `sknn.check_loss`.
    """

    given: Any
    degree: ClassVar[float] = 0.0
    homogeneous: ClassVar[bool] = False

    @property
    def output(self) -> str:  # type: ignore[override]
        return getattr(self.given, "output", "identity")

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        out[...] = self.given.value(Y, output.A)

    def gradient(self, Y: Array, A: Array, out: Array) -> None:
        out[...] = self.given.gradient(Y, A)


LOSSES: dict[str, Loss] = {
    "log_loss": LogLoss(),
    "squared_error": SquaredError(),
    "absolute_error": AbsoluteError(),
    "huber": Huber(),
    "quantile": Quantile(),
    "poisson": Poisson(),
    "gamma": Gamma(),
    "tweedie": Tweedie(),
}
