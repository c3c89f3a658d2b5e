"""Schedules: the factor on the learning rate, or on dropout, during training.

A factor may depend on the progress through training (0 at its start, 1 at its end), on
the number of steps done, and on the number of plateaus: times that the cost stopped
improving.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, isfinite, log2, pi
from typing import ClassVar, NamedTuple

from .part import Part, part


class Moment(NamedTuple):
    """A moment of training: `progress` in [0, 1], `step` and `plateaus` from 0."""

    progress: float
    step: int
    plateaus: int


class Schedule(Part):
    """A factor on the learning rate or on dropout; the base of all schedules.

    A subclass writes `factor`.

    Attributes
    ----------
    ends : bool
        Whether the factor is defined over all of `max_iter` epochs, so that training is
        meant to end with it.
    cycle_ends : tuple of float
        The progress at which its cycles end, ascending; the networks there are worth
        keeping. Empty for schedules without an end.

    See Also
    --------
    Cosine, OneCycle, InvScaling, Adaptive : The usual choices.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import FFNNRegressor, Schedule
    >>> class Halved(Schedule):
    ...     "1 for the first half of training, then 1/2."
    ...
    ...     ends = True
    ...
    ...     def factor(self, moment):
    ...         return 1.0 if moment.progress < 0.5 else 0.5
    >>> X = np.linspace(-1, 1, 50).reshape(-1, 1)
    >>> model = FFNNRegressor(
    ...     learning_rate_schedule=Halved(), max_iter=4, random_state=0
    ... )
    >>> model.fit(X, X[:, 0]).learning_rate_curve_
    [0.004, 0.004, 0.002, 0.002]
    """

    ends: ClassVar[bool] = False
    cycle_ends: ClassVar[tuple[float, ...]] = ()

    def factor(self, moment: Moment) -> float:
        """Return the factor, >= 0, on the learning rate at `moment`."""
        raise NotImplementedError

    def goes_on(self, plateaus: int) -> bool:
        """Return whether training continues after plateau number `plateaus`, from 1."""
        return False


class Constant(Schedule):
    """The learning rate stays as it is."""

    def factor(self, moment: Moment) -> float:
        return 1.0


@part
class Cosine(Schedule):
    """Falls from 1 to `end` along half a cosine wave.

    Source: I. Loshchilov and F. Hutter, "SGDR" (2017), without restarts.

    Parameters
    ----------
    end : float, default=0.0
        The factor at the end of training, in [0, 1].

    See Also
    --------
    OneCycle : Rises before it falls.

    Examples
    --------
    >>> from sknn import Cosine
    >>> Cosine(end=0.1)
    Cosine(end=0.1)
    """

    end: float = 0.0
    ends: ClassVar[bool] = True
    cycle_ends: ClassVar[tuple[float, ...]] = (1.0,)

    def __post_init__(self) -> None:
        self.check_number("end", 0, 1, closed="both")

    def factor(self, moment: Moment) -> float:
        return self.end + (1 - self.end) * 0.5 * (1 + cos(pi * moment.progress))


class FlatCos(Schedule):
    """1 for the first half of training, then along half a cosine wave to 0.

    (1 + cos(π (2t - 1))) / 2 for progress t from 1/2. Source: D. Holzmüller et al.,
    "Better by default" (2024), RealMLP's schedule of dropout and weight decay.
    """

    ends: ClassVar[bool] = True
    cycle_ends: ClassVar[tuple[float, ...]] = (1.0,)

    def factor(self, moment: Moment) -> float:
        t = max(0.5, moment.progress)
        return 0.5 * (1 + cos(pi * (2 * t - 1)))


class CosLog4(Schedule):
    """Four cosine cycles, each twice as long as the one before.

    (1 - cos(2π log2(1 + 15 t))) / 2 for progress t. Source: D. Holzmüller et al.,
    "Better by default" (2024), the schedule of RealMLP.
    """

    ends: ClassVar[bool] = True
    cycle_ends: ClassVar[tuple[float, ...]] = (1 / 15, 3 / 15, 7 / 15, 1.0)

    def factor(self, moment: Moment) -> float:
        return 0.5 * (1 - cos(2 * pi * log2(1 + 15 * moment.progress)))


@part
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

    See Also
    --------
    Cosine : Falls from the start.

    Examples
    --------
    >>> from sknn import OneCycle
    >>> OneCycle(warm_up=0.1)
    OneCycle(warm_up=0.1, start=0.04, end=4e-06)
    """

    warm_up: float = 0.3
    start: float = 0.04
    end: float = 4e-6
    ends: ClassVar[bool] = True
    cycle_ends: ClassVar[tuple[float, ...]] = (1.0,)

    def __post_init__(self) -> None:
        self.check_number("warm_up", 0, 1, closed="neither")
        self.check_number("start", 0, 1, closed="both")
        self.check_number("end", 0, 1, closed="both")

    def factor(self, moment: Moment) -> float:
        if moment.progress < self.warm_up:
            low, part = self.start, 1 - moment.progress / self.warm_up
        else:
            low, part = self.end, (moment.progress - self.warm_up) / (1 - self.warm_up)
        return low + (1 - low) * 0.5 * (1 + cos(pi * part))


@part
class InvScaling(Schedule):
    """1 / (1 + step)^power: decreases for ever, whatever the length of training.

    Parameters
    ----------
    power : float, default=0.5
        How fast it falls, above 0.

    See Also
    --------
    Cosine : Ends with training.

    Examples
    --------
    >>> from sknn import InvScaling
    >>> InvScaling(power=0.25)
    InvScaling(power=0.25)
    """

    power: float = 0.5

    def __post_init__(self) -> None:
        self.check_number("power", 0, closed="neither")

    def factor(self, moment: Moment) -> float:
        return float((1 + moment.step) ** -self.power)


@part
class Adaptive(Schedule):
    """Multiplied by `decay` at every plateau; training ends with the plateau after `least`.

    A plateau is what would otherwise end training: `n_iter_no_change` epochs in a row
    without improvement.

    Parameters
    ----------
    decay : float, default=0.2
        Factor for every plateau, in (0, 1).
    least : float, default=1e-3
        Smallest factor that is used, in (0, 1].

    See Also
    --------
    InvScaling : Decreases at every step.

    Examples
    --------
    >>> from sknn import Adaptive
    >>> Adaptive(decay=0.5)
    Adaptive(decay=0.5, least=0.001)
    """

    decay: float = 0.2
    least: float = 1e-3

    def __post_init__(self) -> None:
        self.check_number("decay", 0, 1, closed="neither")
        self.check_number("least", 0, 1, closed="right")

    def factor(self, moment: Moment) -> float:
        return self.decay**moment.plateaus

    def goes_on(self, plateaus: int) -> bool:
        return self.decay**plateaus >= self.least


@part
class CustomSchedule(Schedule):
    """The user's own ``callable(progress) -> factor``.

    Tried at 101 moments when it is made, so that one that fails does so before training.
    """

    function: Callable[[float], float]
    parameter: str = "learning_rate_schedule"
    ends: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for percent in range(101):
            self.factor(Moment(percent / 100, percent, 0))

    def factor(self, moment: Moment) -> float:
        factor = float(self.function(moment.progress))
        if not (isfinite(factor) and factor >= 0):
            raise ValueError(
                f"{self.parameter}={self.function!r} must return a finite factor "
                f">= 0, got {factor} at progress {moment.progress:g}."
            )
        return factor


SCHEDULES: dict[str, Schedule] = {
    "constant": Constant(),
    "cosine": Cosine(),
    "flat_cos": FlatCos(),
    "coslog4": CosLog4(),
    "onecycle": OneCycle(),
    "invscaling": InvScaling(),
    "adaptive": Adaptive(),
}
