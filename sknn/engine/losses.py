"""The losses: how bad a prediction is, per example and output, and the derivative.

With e = a - y where it is written so. Every loss writes its derivative once, in `gradient`:
as ∂c/∂a, which `Output.pass_back` multiplies by σ'(z), or as ∂c/∂z itself where σ' cancels;
in both cases times s, the weight of the example.
"""

from __future__ import annotations

from numbers import Real
from typing import ClassVar

from .activation import Activation
from .arrays import Array, ops, row_maxima, softplus, xlogy, xp
from .loss import Loss, Output
from .part import part


def _check_least(loss: Loss, Y: Array, least: float, strict: bool) -> None:
    """Raise a ValueError if a target is below `least`, or with `strict` at it."""
    lowest = Y.min(initial=xp.inf)
    if lowest < least or (strict and lowest == least):
        raise ValueError(
            f"loss={loss!r} is for targets {'above' if strict else 'of at least'} "
            f"{least:g}, but y has {lowest:g}. Use loss='squared_error' for such targets."
        )


class SquaredError(Loss):
    """c = (a - y)², ∂c/∂a = 2 (a - y): no ½, and a sum over the outputs."""

    tasks: ClassVar[frozenset[str]] = frozenset({"classification", "regression"})
    degree: ClassVar[float] = 2.0

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        xp.subtract(output.A, Y, out=out)
        out *= out

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        xp.subtract(output.A, Y, out=out)
        out *= 2
        output.pass_back(out)


class AbsoluteError(Loss):
    """c = |a - y|, ∂c/∂a = sign(a - y): predicts the median."""

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        xp.subtract(output.A, Y, out=out)
        xp.absolute(out, out=out)

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        xp.subtract(output.A, Y, out=out)
        xp.sign(out, out=out)
        output.pass_back(out)


@part
class Huber(Loss):
    """Squared near the target, linear far from it, so that outliers have less influence.

    With e = a - y: c = e² for abs(e) <= epsilon, else 2 epsilon abs(e) - epsilon²;
    ∂c/∂a = 2 max(-epsilon, min(e, epsilon)). Source: P. Huber (1964), in the form and
    with the default of scikit-learn's HuberRegressor.

    Parameters
    ----------
    epsilon : float, default=1.35
        Where the cost turns linear; with ``scale_target=True`` in standard deviations of
        y, else in the unit of y.

    See Also
    --------
    Quantile : With q=0.5, the absolute error.

    Examples
    --------
    >>> from sknn import Huber
    >>> Huber(2.0)
    Huber(epsilon=2.0)
    """

    epsilon: float = 1.35
    degree: ClassVar[float] = 2.0
    homogeneous: ClassVar[bool] = False

    def __post_init__(self) -> None:
        self.check_number("epsilon", 0, closed="neither")

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        # With t = min(|e|, epsilon), both branches are t (2 |e| - t).
        xp.subtract(output.A, Y, out=out)
        xp.absolute(out, out=out)
        t = xp.minimum(out, self.epsilon)
        out *= 2
        out -= t
        out *= t

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        xp.subtract(output.A, Y, out=out)
        xp.clip(out, -self.epsilon, self.epsilon, out=out)
        out *= 2
        output.pass_back(out)


@part
class Quantile(Loss):
    """The pinball loss, whose best constant is the q-quantile of y.

    c = q (y - a) for y >= a, else (1 - q) (a - y); ∂c/∂a = -q or 1 - q. Several
    quantiles of one target are as many outputs, sorted in predictions, so that they
    never cross. Sources: R. Koenker and G. Bassett, "Regression quantiles" (1978);
    V. Chernozhukov et al., "Quantile and probability curves without crossing" (2010).

    Parameters
    ----------
    q : float or tuple of float, default=0.5
        Which quantiles to predict, in (0, 1) and ascending.

    See Also
    --------
    Huber : Between the mean and the median.

    Examples
    --------
    >>> from sknn import Quantile
    >>> Quantile((0.05, 0.95)).levels
    (0.05, 0.95)
    """

    q: float | tuple[float, ...] = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.q, list | xp.ndarray):  # could not be hashed
            object.__setattr__(self, "q", tuple(float(level) for level in self.q))
        q = self.levels
        are_shares = all(isinstance(level, Real) and 0 < level < 1 for level in q)
        if not q or not are_shares or list(q) != sorted(set(q)):
            percents = q and all(isinstance(p, Real) and 1 < p <= 100 for p in q)
            raise ValueError(
                "Quantile: q must be in (0, 1), one number or several, ascending; got "
                f"{self.q!r}.{' For percentiles pass them / 100.' if percents else ''}"
            )

    @property
    def levels(self) -> tuple[float, ...]:
        """All of q as a tuple."""
        return self.q if isinstance(self.q, tuple) else (self.q,)

    def n_outputs(self, n_targets: int) -> int:
        n_levels = len(self.levels)
        if n_levels > 1 and n_targets > 1:
            raise ValueError(
                f"loss={self!r} predicts several quantiles of one target, but y has "
                f"{n_targets} columns: fit one estimator per column."
            )
        return max(n_levels, n_targets)

    def to_predictions(self, A: Array) -> Array:
        return xp.sort(A, axis=1) if len(self.levels) > 1 else A

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        # max(e, 0) - q e is the cost on both sides, with e = a - y.
        xp.subtract(output.A, Y, out=out)
        scaled = out * xp.asarray(self.levels, out.dtype)
        xp.maximum(out, 0, out=out)
        out -= scaled

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        xp.greater(output.A, Y, out=out)
        out -= xp.asarray(self.levels, out.dtype)
        output.pass_back(out)


class Poisson(Loss):
    """Half the Poisson deviance, for counts and rates y >= 0.

    c = y log(y / a) - y + a, ∂c/∂a = 1 - y / a; with an output of e^z, ∂c/∂z = a - y.
    """

    output: ClassVar[str] = "exp"
    positive: ClassVar[bool] = True

    def check_targets(self, Y: Array) -> None:
        _check_least(self, Y, 0.0, strict=False)

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        Z, A, activation, _ = output
        xp.subtract(A, Y, out=out)
        out += xlogy(Y, Y)
        out -= Y * activation.log(Z)

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        if output.activation.link == "log":
            xp.subtract(output.A, Y, out=out)
            out *= output.scale
        else:
            xp.divide(Y, output.A, out=out)
            xp.subtract(1, out, out=out)
            output.pass_back(out)


class Gamma(Loss):
    """Half the gamma deviance, for positive targets whose spread grows with their mean.

    c = log(a / y) + y / a - 1, ∂c/∂a = (1 - y / a) / a; with an output of e^z,
    ∂c/∂z = 1 - y e^-z.

    See Also
    --------
    Tweedie : Also for targets of 0.

    Examples
    --------
    >>> from sknn import Gamma
    >>> Gamma().output
    'exp'
    """

    output: ClassVar[str] = "exp"
    degree: ClassVar[float] = 0.0
    positive: ClassVar[bool] = True

    def check_targets(self, Y: Array) -> None:
        _check_least(self, Y, 0.0, strict=True)

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        Z, A, activation, _ = output
        xp.divide(Y, A, out=out)
        out -= 1
        out += activation.log(Z)
        out -= xp.log(Y)

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        xp.divide(Y, output.A, out=out)
        xp.subtract(1, out, out=out)
        if output.activation.link == "log":
            out *= output.scale
        else:
            out /= output.A
            output.pass_back(out)


@part
class Tweedie(Loss):
    """Half the Tweedie deviance: many zeros, else positive, as for claims and rainfall.

    With p = power: c = y^(2-p) / ((1-p) (2-p)) - y a^(1-p) / (1-p) + a^(2-p) / (2-p),
    ∂c/∂a = (a - y) / a^p. The powers of a are e^((1-p) log a) and e^((2-p) log a), with
    log a from z, so that an `a` that rounds to 0 does no harm. With an output of e^z,
    ∂c/∂z = e^((2-p) z) - y e^((1-p) z). Source: B. Jørgensen, "The theory of dispersion
    models" (1997).

    Parameters
    ----------
    power : float, default=1.5
        Between 1, which is `Poisson`, and 2, which is `Gamma`.

    See Also
    --------
    Gamma : For positive targets, the limit for a power of 2.

    Examples
    --------
    >>> from sknn import Tweedie
    >>> Tweedie(1.3)
    Tweedie(power=1.3)
    """

    power: float = 1.5
    output: ClassVar[str] = "exp"
    positive: ClassVar[bool] = True

    def __post_init__(self) -> None:
        self.check_number("power", 1, 2, closed="neither")

    @property
    def degree(self) -> float:  # type: ignore[override]
        return 2 - self.power

    def check_targets(self, Y: Array) -> None:
        _check_least(self, Y, 0.0, strict=False)

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        p, log_A = self.power, output.activation.log(output.Z)
        xp.multiply(2 - p, log_A, out=out)
        xp.exp(out, out=out)
        out /= 2 - p
        out += Y ** (2 - p) / ((1 - p) * (2 - p))
        out -= _times_exp(Y, (1 - p) * log_A) / (1 - p)

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        p, log_A = self.power, output.activation.log(output.Z)
        is_log = output.activation.link == "log"
        first = 2 - p if is_log else 1 - p  # ∂c/∂a is ∂c/∂z divided by a
        xp.multiply(first, log_A, out=out)
        xp.exp(out, out=out)
        out -= _times_exp(Y, (first - 1) * log_A)
        if is_log:
            out *= output.scale
        else:
            output.pass_back(out)


def _times_exp(Y: Array, Z: Array) -> Array:
    """Return y e^z, which is 0 for y = 0 also where e^z overflows; all (m, n)."""
    return xp.exp(xp.where(Y > 0, Z, 0)) * Y


@part
class LogLoss(Loss):
    """Minus the log-likelihood of the labels, computed from the logits Z.

    With softmax: c = -y log a for every class. With sigmoid outputs, one per label:
    c = -y log a - (1 - y) log(1 - a). In both cases ∂C/∂z = a - y (with softmax since
    every row of Y sums to 1). With smoothing ε, y is replaced by (1 - ε) y + ε / K for K
    classes, by (1 - ε) y + ε / 2 for a sigmoid output. Source of the smoothing:
    C. Szegedy et al., "Rethinking the Inception architecture" (2016).

    Parameters
    ----------
    smoothing : float, default=0.0
        ε, in [0, 1): the share of every label that is spread evenly over all classes, so
        that no logit grows without bound. The losses reported are those of the smoothed
        labels.

    See Also
    --------
    FFNNClassifier : Takes an instance as `loss`.

    Examples
    --------
    >>> from sknn import LogLoss
    >>> LogLoss(smoothing=0.1)
    LogLoss(smoothing=0.1)
    """

    smoothing: float = 0.0
    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    output: ClassVar[str] = "softmax"

    def __post_init__(self) -> None:
        self.check_number("smoothing", 0, 1)

    def smoothed(self, Y: Array, activation: Activation) -> Array:
        """Return (1 - ε) y + ε / K, (m, n_outputs), or `Y` itself without smoothing."""
        if not self.smoothing:
            return Y
        n_classes = Y.shape[1] if activation.joint else 2
        return Y * (1 - self.smoothing) + self.smoothing / n_classes

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        Z, A, activation, _ = output
        Y = self.smoothed(Y, activation)
        if activation.joint:
            # A small a_j may have been rounded to 0, the greatest of a row never:
            # -log a_j = max_k z_k - z_j - log max_k a_k.
            xp.subtract(row_maxima(Z) - xp.log(row_maxima(A)), Z, out=out)
            out *= Y
        else:
            # -log σ(z) = log(1 + e^-z) and -log(1 - σ(z)) = log(1 + e^z) differ by z.
            softplus(Z, out)
            out -= Y * Z

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        xp.subtract(output.A, self.smoothed(Y, output.activation), out=out)
        out *= output.scale

    def evaluate(self, Y: Array, output: Output, delta: Array) -> Array:
        # In one pass for this very class: a subclass may have another formula.
        in_one_pass = ops.cross_entropy is not None and type(self) is LogLoss
        if not in_one_pass or not output.activation.joint:
            return super().evaluate(Y, output, delta)
        Y = self.smoothed(Y, output.activation)
        costs = xp.empty(delta.shape[1], delta.dtype)
        ops.cross_entropy(Y, output.Z, output.A, output.scale, costs, delta)
        return costs


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
