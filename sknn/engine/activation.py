"""The neuron: what every activation function has to do, a = σ(z) and the error's way back.

Both directions work in place on the arrays that training owns. For a layer with values
Z of shape (m, n) and outputs A of the same shape,

- ``forward(Z, A)`` writes σ(Z) into A. Where `in_place` is true, A may be Z itself.
- ``backward(Z, A, delta)`` turns ``delta = ∂C/∂A`` into ``∂C/∂Z``, for functions of one
  value ``delta *= σ'(Z)``. It comes after the last use of Z and A, so it may overwrite
  both, and needs no memory of its own.

`forward_biased` and `backward_biased` do the same with the layer's biases: a function may
do both in one pass over memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .arrays import Array, add_bias, column_sums, xp


@dataclass(frozen=True)
class Activation:
    """A function applied to every value of a layer; the base of all of them.

    Attributes
    ----------
    initializer : str
        The initializer that suits weights in front of this function.
    in_place : bool
        Whether `forward` may write over Z: `backward` then works from A alone.
    hidden : bool
        Whether it may stand in a hidden layer.
    positive : bool
        Whether every output is above 0.
    joint : bool
        Whether an output depends on all values of its row, not on its own alone.
    link : str
        What z is to a, as generalised linear models name it: "identity", "log" or
        "logit" (then a is a probability); "" for anything else.
    """

    initializer: ClassVar[str] = "glorot_uniform"
    in_place: ClassVar[bool] = False
    hidden: ClassVar[bool] = True
    positive: ClassVar[bool] = False
    joint: ClassVar[bool] = False
    link: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        """Leave no shortcut in place around what a subclass does in its own way."""
        for name in ("forward", "backward"):
            if name in vars(cls) and f"{name}_biased" not in vars(cls):
                setattr(cls, f"{name}_biased", getattr(Activation, f"{name}_biased"))

    def learned(self, width: int) -> Array:
        """Return the initial values of what the function itself learns, if anything."""
        return xp.empty(0)

    def bind(self, learned: Array, grad: Array | None = None) -> Activation:
        """Return the function for one layer, tied to its values of `learned`.

        `backward` leaves their gradient in `grad`, an array of the same shape.
        """
        return self

    def forward(self, Z: Array, A: Array) -> None:
        """Write σ(Z) into A."""
        raise NotImplementedError

    def backward(self, Z: Array, A: Array, delta: Array) -> None:
        """Multiply `delta` by σ'(Z) in place; Z and A are overwritten."""
        raise NotImplementedError

    def forward_biased(self, Z: Array, b: Array, A: Array) -> None:
        """Write σ(Z + b) into A; Z is overwritten."""
        add_bias(Z, b)
        self.forward(Z, A)

    def backward_biased(self, Z: Array, A: Array, delta: Array, grad: Array) -> None:
        """Do what `backward` does, and write ∂C/∂b = Σ_rows delta into `grad`, (n,)."""
        self.backward(Z, A, delta)
        column_sums(delta, out=grad)

    def log(self, Z: Array) -> Array:
        """Return log σ(Z) as a new array; for positive functions only."""
        A = xp.empty_like(Z)
        self.forward(Z.copy(), A)
        return xp.log(A)
