"""Schedules: the factor on the training rate as training goes on.

A factor may depend on the progress through training (0 at its start, 1 at its end), on
the number of steps done, and on the number of plateaus: times that the cost stopped
improving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, isfinite, log2, pi
from typing import ClassVar, NamedTuple


class Moment(NamedTuple):
    """Where training stands: `progress` in [0, 1], `step` and `plateaus` from 0."""

    progress: float
    step: int
    plateaus: int


class Schedule:
    """A factor on the training rate; the base of all schedules.

    Attributes
    ----------
    ends : bool
        Whether the factor is laid out over the whole of training, so that its last
        epoch is meant to be the last.
    """

    ends: ClassVar[bool] = False

    def factor(self, moment: Moment) -> float:
        """Return the factor, >= 0, on the training rate at `moment`."""
        raise NotImplementedError

    def goes_on(self, plateaus: int) -> bool:
        """Tell whether training goes on after plateau number `plateaus`, from 1."""
        return False


@dataclass(frozen=True)
class Constant(Schedule):
    """The training rate stays as it is."""

    def factor(self, moment: Moment) -> float:
        return 1.0


@dataclass(frozen=True)
class Cosine(Schedule):
    """Falls from 1 to `end` along half a cosine wave.

    Source: I. Loshchilov and F. Hutter, "SGDR" (2017), without restarts.

    Parameters
    ----------
    end : float, default=0.0
        The factor at the end of training, in [0, 1].
    """

    end: float = 0.0
    ends: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 0 <= self.end <= 1:
            raise ValueError(f"Cosine: end must be in [0, 1], got {self.end!r}.")

    def factor(self, moment: Moment) -> float:
        return self.end + (1 - self.end) * 0.5 * (1 + cos(pi * moment.progress))


@dataclass(frozen=True)
class CosLog4(Schedule):
    """Four cosine cycles, each twice as long as the one before.

    (1 - cos(2π log2(1 + 15 t))) / 2 for progress t. Source: D. Holzmüller et al.,
    "Better by default" (2024), the schedule of RealMLP.
    """

    ends: ClassVar[bool] = True

    def factor(self, moment: Moment) -> float:
        return 0.5 * (1 - cos(2 * pi * log2(1 + 15 * moment.progress)))


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Rises from `start` to 1, then falls to `end`, along half cosine waves.

    Source: L. Smith and N. Topin, "Super-convergence" (2018), with the cosine form and
    the numbers of PyTorch's OneCycleLR.

    Parameters
    ----------
    warm_up : float, default=0.3
        Progress at which the factor is 1, in (0, 1).
    start, end : float, default=0.04 and 4e-6
        Factors at the start and at the end of training, in [0, 1].
    """

    warm_up: float = 0.3
    start: float = 0.04
    end: float = 4e-6
    ends: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 0 < self.warm_up < 1:
            raise ValueError(f"OneCycle: warm_up must be in (0, 1), got {self.warm_up!r}.")
        if not (0 <= self.start <= 1 and 0 <= self.end <= 1):
            raise ValueError(
                "OneCycle: start and end must be in [0, 1], "
                f"got {self.start!r} and {self.end!r}."
            )

    def factor(self, moment: Moment) -> float:
        if moment.progress < self.warm_up:
            low, part = self.start, 1 - moment.progress / self.warm_up
        else:
            low, part = self.end, (moment.progress - self.warm_up) / (1 - self.warm_up)
        return low + (1 - low) * 0.5 * (1 + cos(pi * part))


@dataclass(frozen=True)
class InvScaling(Schedule):
    """1 / (1 + step)^power: falls for ever, without knowing when training ends.

    Parameters
    ----------
    power : float, default=0.5
        How fast it falls, above 0.
    """

    power: float = 0.5

    def __post_init__(self) -> None:
        if not self.power > 0:
            raise ValueError(f"InvScaling: power must be above 0, got {self.power!r}.")

    def factor(self, moment: Moment) -> float:
        return float((1 + moment.step) ** -self.power)


@dataclass(frozen=True)
class Adaptive(Schedule):
    """Falls by `decay` at every plateau; training ends with the plateau after `least`.

    A plateau is what else would end training: `n_iter_no_change` epochs in a row without
    improvement.

    Parameters
    ----------
    decay : float, default=0.2
        Factor for every plateau, in (0, 1).
    least : float, default=1e-3
        Smallest factor that is still trained with, in (0, 1].
    """

    decay: float = 0.2
    least: float = 1e-3

    def __post_init__(self) -> None:
        if not 0 < self.decay < 1:
            raise ValueError(f"Adaptive: decay must be in (0, 1), got {self.decay!r}.")
        if not 0 < self.least <= 1:
            raise ValueError(f"Adaptive: least must be in (0, 1], got {self.least!r}.")

    def factor(self, moment: Moment) -> float:
        return self.decay**moment.plateaus

    def goes_on(self, plateaus: int) -> bool:
        return self.decay**plateaus >= self.least


@dataclass(frozen=True)
class GivenBy(Schedule):
    """The user's own ``callable(progress) -> factor``.

    Tried at 101 moments when it is made, so that one that fails does so before training.
    """

    function: Callable[[float], float]
    ends: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for percent in range(101):
            self.factor(Moment(percent / 100, percent, 0))

    def factor(self, moment: Moment) -> float:
        factor = float(self.function(moment.progress))
        if not (isfinite(factor) and factor >= 0):
            raise ValueError(
                f"learning_rate_schedule={self.function!r} must return a finite factor "
                f">= 0, got {factor} at progress {moment.progress:g}."
            )
        return factor


SCHEDULES: dict[str, Schedule] = {
    "constant": Constant(),
    "cosine": Cosine(),
    "coslog4": CosLog4(),
    "onecycle": OneCycle(),
    "invscaling": InvScaling(),
    "adaptive": Adaptive(),
}
