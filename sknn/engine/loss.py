"""The base of all losses: how bad a prediction is, and the derivative.

For targets Y and outputs A = σ(Z) of shape (m, n_outputs), the cost of one example is a sum
over its outputs, C = Σ_j c(y_j, a_j); the cost of a batch is the mean over its examples.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from .activation import Activation
from .arrays import Array, ops, xp
from .data import OneHot, Target, gather
from .part import Part


class Output(NamedTuple):
    """The output layer after a forward pass: values Z, outputs A = σ(Z), and σ.

    Z and A are of shape (m, n_outputs). `scale` is s, the weight of an example in the mean:
    one per row, (m, 1), or one for all.
    """

    Z: Array
    A: Array
    activation: Activation
    scale: Array | float = 1.0

    def pass_back(self, delta: Array) -> None:
        """Turn ∂c/∂a in `delta`, (m, n_outputs), into s · ∂C/∂Z; overwrites Z and A."""
        delta *= self.scale
        self.activation.backward(self.Z, self.A, delta)


class Loss(Part):
    """The cost per output and its derivative; the base of all losses.

    A subclass writes `cost` and `gradient`. The methods that it overrides are the
    ones that run.

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
        Whether this identity holds as is. If not (Huber), it holds only when the loss's own
        threshold is scaled with y.
    positive : bool
        Whether the outputs must be above 0.

    See Also
    --------
    check_loss : Checks a loss that is an object with value and gradient.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import FFNNRegressor, Loss
    >>> class LogCosh(Loss):
    ...     "c = log cosh(a - y), ∂c/∂a = tanh(a - y)."
    ...
    ...     homogeneous = False
    ...
    ...     def cost(self, Y, output, out):
    ...         np.logaddexp(output.A - Y, Y - output.A, out=out)
    ...         out -= np.log(2)
    ...
    ...     def gradient(self, Y, output, out):
    ...         np.tanh(output.A - Y, out=out)
    ...         output.pass_back(out)
    >>> X = np.linspace(-1, 1, 50).reshape(-1, 1)
    >>> model = FFNNRegressor(
    ...     loss=LogCosh(),
    ...     learning_rate=0.01,
    ...     learning_rate_schedule="cosine",
    ...     random_state=0,
    ... )
    >>> model.fit(X, X[:, 0] ** 3).score(X, X[:, 0] ** 3) > 0.9
    True
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"regression"})
    output: ClassVar[str] = "identity"
    degree: ClassVar[float] = 1.0
    homogeneous: ClassVar[bool] = True
    positive: ClassVar[bool] = False

    def check_targets(self, Y: Array) -> None:
        """Raise a ValueError if the loss is not defined for the targets `Y`, (n, k)."""

    def n_outputs(self, n_targets: int) -> int:
        """Return how many outputs the network has for `n_targets` columns of y."""
        return n_targets

    def outputs_for(self, Y: Target) -> int:
        """Return how many outputs the network has for the targets `Y`, (n, k).

        Raises
        ------
        ValueError
            If the loss is not defined for them.
        """
        if isinstance(Y, OneHot):
            # Two rows of 0 and 1 are enough to look at.
            Y = gather(Y, slice(2), xp.empty((min(2, len(Y)), Y.k)))
        self.check_targets(Y)
        return self.n_outputs(Y.shape[1])

    def to_predictions(self, A: Array) -> Array:
        """Return the outputs `A` as predictions, both (n, n_outputs)."""
        return A

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        """Write c(y, a) for every example and output into `out`; all (m, n_outputs)."""
        raise NotImplementedError

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        """Write s · ∂C/∂z for every example and output into `out`; all (m, n_outputs).

        s is ``output.scale``. Where ∂c/∂a is known, write that and call
        ``output.pass_back(out)``, which multiplies it by s and by σ'(z). This comes after
        the last use of `output`, whose Z and A may be overwritten.
        """
        raise NotImplementedError

    def evaluate(self, Y: Array, output: Output, delta: Array) -> Array:
        """Write s · ∂C/∂Z into `delta`; return the costs Σ_i s_i c(y_ij, a_ij).

        Parameters
        ----------
        Y : array of shape (m, n_outputs)
            Targets.
        output : Output
            With the weights s. Its Z and A are overwritten.
        delta : array of shape (m, n_outputs)

        Returns
        -------
        costs : array of shape (n_outputs,)
        """
        self.cost(Y, output, delta)
        delta *= output.scale
        costs = xp.empty(delta.shape[1], delta.dtype)
        ops.column_sums(delta, costs)
        self.gradient(Y, output, delta)
        return costs


class CustomLoss(Loss):
    """The user's own loss: an object with ``value(y, a)`` and ``gradient(y, a)``.

    Both get arrays of shape (m, n_outputs) and return one of the same shape; the object
    may also name its `output` activation. See `sknn.check_loss`.

    Parameters
    ----------
    function : object
    """

    degree: ClassVar[float] = 0.0
    homogeneous: ClassVar[bool] = False

    def __init__(self, function: Any) -> None:
        self.function = function

    @property
    def output(self) -> str:  # type: ignore[override]
        """Name of the output activation."""
        return getattr(self.function, "output", "identity")

    def cost(self, Y: Array, output: Output, out: Array) -> None:
        """Write the user's value(y, a) into `out`; all (m, n_outputs)."""
        out[...] = self._shaped("value", self.function.value(Y, output.A), out)

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        """Write s times the user's ∂c/∂a times σ'(z) into `out`; all (m, n_outputs)."""
        out[...] = self._shaped("gradient", self.function.gradient(Y, output.A), out)
        output.pass_back(out)

    def _shaped(self, method: str, result: Any, out: Array) -> Array:
        """Return what `method` returned, or raise a ValueError if its shape is not right.

        A number instead of an array would be broadcast without a word.
        """
        if xp.shape(result) != out.shape:
            raise ValueError(
                f"loss={self.function!r}: {method}(y, a) must return an array of the shape "
                f"of a, {out.shape}, got shape {xp.shape(result)}: one cost per row and "
                "output, without a mean or a sum. sknn.check_loss checks a loss."
            )
        return xp.asarray(result)
