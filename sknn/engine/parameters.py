"""All parameters of a network in one flat vector, with the layers as views of it.

The vector holds every layer's weights first, then every layer's biases, then what the
activations learn, then the scales of the inputs if there are any: W[0] … W[L-1],
b[0] … b[L-1], learned[0] … learned[L-1], scales. So a penalty
or a decay of the weights is one operation on a contiguous part, and an optimizer never
needs to know of layers. A gradient is kept in the same form.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from .arrays import Array, zeros

SCALE = 6.0  # of an input, for every unit of the parameter that is trained in its place


class Parameters:
    """A flat vector and its views, all zeros at first.

    Parameters
    ----------
    widths : sequence of int
        Nodes per layer, from the input to the output.
    n_learned : sequence of int
        Per layer after the input, how many values its activation learns.
    dtype : dtype
        float32 or float64.
    n_scales : int, default=0
        Number of scales of inputs.

    Attributes
    ----------
    flat : array of shape (n_parameters,)
    weights : view of shape (n_weights,)
        The part of `flat` that holds all W.
    W, b, learned : lists of views
        Per layer, of shapes (nodes before, nodes here), (nodes here,), (n_learned,).
    scales : view of shape (n_scales,)
        The scales of the inputs divided by `SCALE`.
    """

    def __init__(
        self,
        widths: Sequence[int],
        n_learned: Sequence[int],
        dtype: type,
        n_scales: int = 0,
    ) -> None:
        shapes: list[tuple[int, ...]] = list(pairwise(widths))
        self.n_weights = sum(n_in * n_out for n_in, n_out in shapes)
        others = sum(widths[1:]) + sum(n_learned) + n_scales
        self.flat: Array = zeros(self.n_weights + others, dtype)
        self.weights = self.flat[: self.n_weights]
        self._taken = 0
        self.W = [self._view(shape) for shape in shapes]
        self.b = [self._view((n_out,)) for n_out in widths[1:]]
        self.learned = [self._view((n,)) for n in n_learned]
        self.scales = self._view((n_scales,))

    @property
    def first(self) -> Array:
        """The first layer that the inputs meet, diag(s) W[0] with scales: (n_in, n_out)."""
        if not len(self.scales):
            return self.W[0]
        scaled: Array = (SCALE * self.scales)[:, None] * self.W[0]
        return scaled

    def _view(self, shape: tuple[int, ...]) -> Array:
        """Return the next free part of `flat` as a view of `shape`."""
        size = prod(shape)
        view = self.flat[self._taken : self._taken + size].reshape(shape)
        self._taken += size
        return view
