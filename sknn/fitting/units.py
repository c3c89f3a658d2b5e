"""Units: those of the user, and those that the network is trained in.

Training sees columns of X and targets on one scale. The published network takes X and
predicts y as they are: the scale of X is folded into the first layer, that of y into the
last one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..encoding.scaling import InputScaling
from ..encoding.targets import TargetScaling
from ..engine.arrays import Array
from ..engine.loss import Loss, Output
from ..engine.parameters import SCALE, Parameters


class Units(NamedTuple):
    """The scale of the targets, and that of the input if it has one.

    Parameters
    ----------
    target : TargetScaling
    input : InputScaling or None
    """

    target: TargetScaling
    input: InputScaling | None

    def fold(self, params: Parameters) -> tuple[list[Array], list[Array]]:
        """Return copies of the layers' W and b in the user's units.

        Of the shapes (nodes before, nodes here) and (nodes here,). The trained scales of
        the inputs, if there are any, become part of the first W.
        """
        W, b = [W.copy() for W in params.W], [b.copy() for b in params.b]
        W[0][...] = params.first
        if self.target.link:
            W[-1], b[-1] = self.target.fold(W[-1], b[-1])
        if self.input is not None:
            W[0], b[0] = self.input.fold(W[0], b[0])
        return W, b

    def unfold(self, params: Parameters) -> None:
        """Take `params` from the user's units to those of training, in place.

        The user's layers have no scales of the inputs: these start at 1.
        """
        params.scales[...] = 1 / SCALE
        if self.input is not None:
            _fill(params, 0, self.input.unfold(params.W[0], params.b[0]))
        _fill(params, -1, self.target.unfold(params.W[-1], params.b[-1]))

    def move(self, new: Units, params: Parameters) -> None:
        """Take `params` from these units of training to `new` ones, in place.

        Nothing is rounded where they are the same.
        """
        old = self.target
        if not _same(old.units, new.target.units):
            folded = old.fold(params.W[-1], params.b[-1])
            _fill(params, -1, new.target.unfold(*folded))
        if self.input is None or new.input is None:
            return
        if not _same(self.input.units, new.input.units):
            W, _ = self.input.moved(new.input, params.W[0], params.b[0])
            _, b = self.input.moved(new.input, params.first, params.b[0])
            _fill(params, 0, (W, b))


class LossInUnitsOfY(Loss):
    """The loss as `loss_` has it: Σ_j scale_j^degree · c, with c that of training.

    c is taken of the scaled target and output. For most losses that is the loss of y;
    a setting such as Huber's threshold belongs to the scaled target.

    Parameters
    ----------
    loss : Loss
    scaling : TargetScaling
    """

    def __init__(self, loss: Loss, scaling: TargetScaling) -> None:
        self.loss = loss
        self.scaling = scaling

    def gradient(self, Y: Array, output: Output, out: Array) -> None:
        """Write s · ∂C/∂z by the z in units of y into `out`; all (m, n_outputs).

        `Y` is scaled, Z and A of `output` are in the units of y.
        """
        link, (shift, scale) = self.scaling.link, self.scaling.units
        degree = self.loss.degree
        if link == "identity":  # z and a are (those in units of y - shift) / scale
            for values in output[:2]:
                values -= shift
                values /= scale
            degree -= 1
        elif link == "log":
            output.Z[...] -= np.log(scale)
            output.A[...] /= scale
        self.loss.gradient(Y, output, out)
        if link:
            out *= scale**degree


def _same(a: tuple[Array, Array], b: tuple[Array, Array]) -> bool:
    """Return whether shift and scale, (n_columns,), are those of another scaling."""
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def _fill(params: Parameters, layer: int, arrays: tuple[Array, Array]) -> None:
    """Copy W, (nodes before, nodes here), and b, (nodes here,), into a layer."""
    params.W[layer][...], params.b[layer][...] = arrays
