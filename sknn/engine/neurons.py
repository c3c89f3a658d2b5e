"""The neurons of a layer: what comes between the sum Z = H W and the layer's output A."""

from __future__ import annotations

from typing import Any

from .activation import Activation
from .activations import GELU, Mish, ReLU, SiLU
from .arrays import Array, ops, xp


class Neurons:
    """The neurons of a layer after their sum: the bias, then the activation.

    A subclass may do both in one pass over memory, for the exact class of activation that
    `FUSED` names.

    Parameters
    ----------
    activation : Activation
    """

    def __init__(self, activation: Activation) -> None:
        self.activation = activation

    def forward(self, Z: Array, b: Array, A: Array) -> None:
        """Write σ(Z + b) into `A`; Z and A are (m, n), b is (n,). Z is overwritten."""
        ops.add_bias(Z, b)
        self.activation.forward(Z, A)

    def backward(self, Z: Array, A: Array, delta: Array, grad: Array) -> None:
        """Turn `delta`, ∂C/∂A (m, n), into ∂C/∂Z, and write ∂C/∂b into `grad`, (n,).

        ∂C/∂b is the sum of ∂C/∂Z over the rows. Z and A are overwritten.
        """
        self.activation.backward(Z, A, delta)
        ops.column_sums(delta, grad)


class FusedReLU(Neurons):
    """max(z + b, 0) in one pass over memory, and so its way back."""

    def forward(self, Z: Array, b: Array, A: Array) -> None:
        """Write max(Z + b, 0) into `A`; Z and A are (m, n), b is (n,)."""
        ops.biased_relu(Z, b)
        if A is not Z:
            A[...] = Z

    def backward(self, Z: Array, A: Array, delta: Array, grad: Array) -> None:
        """Multiply `delta`, (m, n), by [a > 0]; write its column sums into `grad`, (n,)."""
        ops.biased_relu_backward(A, delta, grad)


SMOOTH: dict[type[Activation], str] = {SiLU: "silu", Mish: "mish", GELU: "gelu"}


class FusedSmooth(Neurons):
    """A smooth rectifier with its bias and its derivative in one pass over memory.

    In float32 and with compiled kernels: `forward` leaves σ'(z) in Z, where `backward` of
    a hidden layer finds it. Elsewhere the activation itself runs.
    """

    def forward(self, Z: Array, b: Array, A: Array) -> None:
        """Write σ(Z + b) into `A` and σ'(Z + b) into `Z`, both (m, n); b is (n,)."""
        kernel = self._kernel(Z)
        if kernel is None:
            super().forward(Z, b, A)
        else:
            kernel(Z, b, A)

    def backward(self, Z: Array, A: Array, delta: Array, grad: Array) -> None:
        """Multiply `delta`, (m, n), by σ'; write its column sums into `grad`, (n,)."""
        if self._kernel(Z) is None:
            super().backward(Z, A, delta, grad)
        else:
            ops.multiply_slopes(Z, delta, grad)

    def _kernel(self, Z: Array) -> Any:
        """Return the kernel for values like `Z`, (m, n), None if there is none."""
        if Z.dtype != xp.float32:
            return None
        return getattr(ops, SMOOTH[type(self.activation)])


# Looked up by the exact class: a subclass may have another formula, and runs its own.
FUSED: dict[type[Activation], type[Neurons]] = {
    ReLU: FusedReLU,
    **dict.fromkeys(SMOOTH, FusedSmooth),
}


def neurons(activation: Activation) -> Neurons:
    """Return the neurons of a layer with that activation, in one pass if there is one."""
    return FUSED.get(type(activation), Neurons)(activation)
