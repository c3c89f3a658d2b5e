"""When training ends before its last epoch: nothing improves, time is up, Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Any

from .arrays import Array


@dataclass
class Stopping:
    """Counts the epochs in a row without a relative improvement; keeps the best.

    Parameters
    ----------
    tol : float
        An epoch improves if its score is higher by more than `tol` times the absolute
        value of the score that improved last, so that the unit of the score does not
        matter. The score is minus the cost, or what held-out examples say.
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
    _reference: float = -inf
    _waited: int = 0

    def plateau(self, score: float, epoch: int, params: Array) -> bool:
        """Take the score after `epoch`; return whether a plateau is reached.

        After a plateau the count starts anew. `params`, (n_parameters,), is copied where it
        is the best so far and `keep_best` is set.
        """
        if self.best == -inf or score > self.best:
            self.best, self.best_epoch = score, epoch
            if self.keep_best:
                self.best_params = params.copy()
        gain = score - self._reference
        if self._reference == -inf or gain > self.tol * abs(self._reference):
            self._reference = score
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
    """Whether the user has pressed Ctrl-C since `defer_sigint` began."""

    pressed: bool = False

    def check(self) -> None:
        """Raise the KeyboardInterrupt that was deferred, if there was one."""
        if self.pressed:
            raise KeyboardInterrupt


@contextmanager
def defer_sigint() -> Iterator[Interrupt]:
    """Defer Ctrl-C until `Interrupt.check`, so that no step is left half done.

    Outside the main thread, and where the program has a SIGINT handler of its own,
    nothing is changed.
    """
    interrupt = Interrupt()
    before = signal.getsignal(signal.SIGINT)
    if (
        threading.current_thread() is not threading.main_thread()
        or before is not signal.default_int_handler
    ):
        yield interrupt
        return

    def defer(signum: int, frame: Any) -> None:
        interrupt.pressed = True

    signal.signal(signal.SIGINT, defer)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
