"""When training ends before its last epoch: nothing improves, time is up, Ctrl-C."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import inf
from typing import Any

from .arrays import Array


@dataclass
class Stopping:
    """Counts the epochs in a row without an improvement; keeps the best.

    Parameters
    ----------
    tol : float
        An epoch improves if its score is higher than the best so far by more than `tol`.
        The score is minus the cost in the units of training, or that of the validation set.
    n_iter_no_change : int
        Training is on a plateau after exactly that many epochs without improvement.
    keep_best : bool
        Whether to keep a copy of the parameters with the highest score.

    Attributes
    ----------
    best : float
        The highest score.
    best_epoch : int
        When it was reached: 0 before the first epoch, then 1, 2, …
    best_params : array or None
        The copy.
    """

    tol: float
    n_iter_no_change: int
    keep_best: bool = False
    best: float = -inf
    best_epoch: int = 0
    best_params: Array | None = None
    _waited: int = 0

    def plateau(self, score: float, epoch: int, params: Array) -> bool:
        """Take the score after `epoch`; return whether a plateau is reached.

        After a plateau the count starts anew. `params`, (n_parameters,), is copied where it
        is the best so far and `keep_best` is set.
        """
        improves = self.best == -inf or score > self.best + self.tol
        if self.best == -inf or score > self.best:
            self.best, self.best_epoch = score, epoch
            if self.keep_best:
                self.best_params = params.copy()
        if improves:
            self._waited = 0
            return False
        self._waited += 1
        if self._waited < self.n_iter_no_change:
            return False
        self._waited = 0
        return True


@dataclass
class Deadline:
    """The moment after which training ends; None for never.

    Parameters
    ----------
    seconds : float or None
        How long training may take from now on.
    """

    seconds: float | None
    _start: float = field(default_factory=time.monotonic)

    def passed(self) -> bool:
        """Return whether the time is up."""
        return self.seconds is not None and time.monotonic() - self._start >= self.seconds


@dataclass
class Interrupt:
    """A flag that is set from outside to end training after the batch in hand.

    Attributes
    ----------
    pressed : bool
        Whether it is set: Ctrl-C was pressed.
    """

    pressed: bool = False

    def __call__(self, signum: int, frame: Any) -> None:
        """Set the flag, as the handler of a signal."""
        self.pressed = True
