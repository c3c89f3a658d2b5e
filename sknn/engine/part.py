"""Part: what activations, losses, initializers, optimizers and schedules have in common.

A part is a small object with settings. It prints, compares and hashes by them, so that
``clone``, a search and a pickle treat two parts with equal settings alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from math import inf, isnan
from numbers import Integral, Real
from typing import Any, Self, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type)


@dataclass_transform(frozen_default=True, eq_default=False)
def part(cls: Class) -> Class:
    """Make `cls` a frozen dataclass that compares, hashes and prints as `Part` says.

    The methods that a plain dataclass would get know its own fields alone: a subclass with
    further settings would compare equal whatever they are.
    """
    made: Any = dataclass(frozen=True, eq=False, repr=False)(cls)
    return made


class Part:
    """Base of the five base classes of parts.

    The parts of this package are frozen dataclasses. A subclass that stores its settings in
    an ``__init__`` of its own compares and prints by them all the same; it stores each
    argument under its own name, as scikit-learn's estimators do.
    """

    def __new__(cls, *args: Any, **settings: Any) -> Self:
        """Make a part; raise a TypeError that names its settings if one is unknown."""
        parameters = signature(cls.__init__).parameters
        known = [name for name in parameters if name != "self"]
        unknown = sorted(settings.keys() - known)
        takes_any = any(p.kind == p.VAR_KEYWORD for p in parameters.values())
        if unknown and not takes_any:
            names = ", ".join(known) or "none"
            raise TypeError(
                f"{cls.__name__} has no setting {unknown[0]!r}; its settings are {names}. "
                "The learning rate is a parameter of the estimator."
            )
        return super().__new__(cls)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *sorted(vars(self).items())))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({settings})"

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the settings by name, as scikit-learn's estimators do.

        So a search can vary them: ``solver__momentum``.
        """
        return dict(vars(self))

    def set_params(self, **params: Any) -> Self:
        """Return a part of the same class with some settings changed: parts never change.

        Raises
        ------
        ValueError
            If there is no such setting, or its value is refused.
        """
        unknown = params.keys() - vars(self).keys()
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no setting {sorted(unknown)}: it has "
                f"{sorted(vars(self))}."
            )
        return type(self)(**{**vars(self), **params})

    def check_number(
        self, name: str, low: float = -inf, high: float = inf, closed: str = "left"
    ) -> None:
        """Raise a ValueError unless the setting `name` is a number from `low` to `high`.

        Parameters
        ----------
        name : str
        low, high : float
            The ends of the interval; an infinite end never belongs to it.
        closed : {"left", "right", "both", "neither"}
            Which ends belong to the interval.
        """
        value = getattr(self, name)
        left, right = closed in ("left", "both"), closed in ("right", "both")
        left, right = left and low > -inf, right and high < inf
        if isinstance(value, Real) and not isinstance(value, bool) and not isnan(value):
            number = float(value)
            above = number >= low if left else number > low
            below = number <= high if right else number < high
            if above and below:
                return
        interval = f"{'[' if left else '('}{low:g}, {high:g}{']' if right else ')'}"
        raise ValueError(
            f"{type(self).__name__}: {name} must be a number in {interval}, got {value!r}."
        )

    def check_whole(self, name: str, low: int) -> None:
        """Raise a ValueError unless the setting `name` is a whole number >= `low`."""
        value: Any = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, Integral) or value < low:
            raise ValueError(
                f"{type(self).__name__}: {name} must be a whole number of at least {low}, "
                f"got {value!r}."
            )
