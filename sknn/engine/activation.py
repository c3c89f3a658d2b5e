"""The base of all activation functions: a = σ(z), and back propagation through it.

Both directions work in place on the arrays that training owns. For a layer with values
Z of shape (m, n) and outputs A of the same shape,

- ``forward(Z, A)`` writes σ(Z) into A. Where `in_place` is true, A may be Z itself.
- ``backward(Z, A, delta)`` turns ``delta = ∂C/∂A`` into ``∂C/∂Z``, for functions of one
  value ``delta *= σ'(Z)``. It comes after the last use of Z and A, so it may overwrite
  both, and needs no memory of its own.
"""

from __future__ import annotations

from typing import ClassVar

from .arrays import Array, xp
from .part import Part


class Activation(Part):
    """A function applied to every value of a layer; the base of all of them.

    A subclass writes `forward` and `backward`. The methods that it overrides are the
    ones that run.

    Attributes
    ----------
    initializer : str
        The initializer that suits weights in front of this function.
    in_place : bool
        Whether `forward` may write over Z: `backward` then works from A alone.
    hidden : bool
        Whether hidden layers can use it.
    positive : bool
        Whether every output is above 0.
    joint : bool
        Whether an output depends on all values of its row, not only on its own z.
    link : str
        The link function from a to z, by its name in generalised linear models:
        "identity", "log" or "logit" (then a is a probability); "" for anything else.

    See Also
    --------
    FFNNRegressor : Takes an instance as `activation` or `output_activation`.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import Activation, FFNNRegressor
    >>> class Softsign(Activation):
    ...     "σ(z) = z / (1 + |z|), σ'(z) = (1 - |a|)²."
    ...
    ...     def forward(self, Z, A):
    ...         np.divide(Z, 1 + np.abs(Z), out=A)
    ...
    ...     def backward(self, Z, A, delta):
    ...         delta *= (1 - np.abs(A)) ** 2
    >>> X = np.linspace(-1, 1, 50).reshape(-1, 1)
    >>> model = FFNNRegressor(
    ...     activation=Softsign(),
    ...     learning_rate=0.01,
    ...     learning_rate_schedule="cosine",
    ...     random_state=0,
    ... )
    >>> model.fit(X, np.sin(2 * X[:, 0])).score(X, np.sin(2 * X[:, 0])) > 0.9
    True
    """

    initializer: ClassVar[str] = "glorot_uniform"
    in_place: ClassVar[bool] = False
    hidden: ClassVar[bool] = True
    positive: ClassVar[bool] = False
    joint: ClassVar[bool] = False
    link: ClassVar[str] = ""

    def learned(self, width: int) -> Array:
        """Return the initial values of what the function itself learns, (n_learned,).

        Parameters
        ----------
        width : int
            Nodes of the layer.
        """
        return xp.empty(0)

    def bind(self, learned: Array, grad: Array | None = None) -> Activation:
        """Return the function for one layer, tied to its values of `learned`.

        `backward` leaves their gradient in `grad`; both are of shape (n_learned,).
        """
        return self

    def forward(self, Z: Array, A: Array) -> None:
        """Write σ(Z) into `A`; both (m, n). Z may be overwritten."""
        raise NotImplementedError

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        """Multiply `delta` by σ'(Z) in place; all (m, n). Z and A may be overwritten."""
        raise NotImplementedError

    def log(self, Z: Array) -> Array:
        """Return log σ(Z), (m, n), as a new array; for positive functions only."""
        A = xp.empty_like(Z)
        self.forward(Z.copy(), A)
        return xp.log(A)
