"""When training ends before its last epoch: nothing improves, or the user says so."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import Any


@dataclass
class Stopping:
    """Counts the epochs in a row that brought no relative improvement.

    Parameters
    ----------
    tol : float
        An epoch improves on the best if its cost is lower by more than `tol` times the
        best cost, so that the unit of the cost does not matter.
    n_iter_no_change : int
        Training is on a plateau after exactly that many epochs without improvement.
    """

    tol: float
    n_iter_no_change: int
    best: float = inf
    waited: int = 0

    def plateau(self, cost: float) -> bool:
        """Take the cost of one more epoch; return whether a plateau is reached.

        After a plateau the count starts anew.
        """
        if self.best == inf or self.best - cost > self.tol * abs(self.best):
            self.best = cost
            self.waited = 0
            return False
        self.waited += 1
        if self.waited < self.n_iter_no_change:
            return False
        self.waited = 0
        return True


@dataclass
class Interrupt:
    """Whether the user has pressed Ctrl-C since `held_interrupts` began."""

    pressed: bool = False

    def check(self) -> None:
        """Raise the KeyboardInterrupt that was held back, if there was one."""
        if self.pressed:
            raise KeyboardInterrupt


@contextmanager
def held_interrupts() -> Iterator[Interrupt]:
    """Hold Ctrl-C back until `Interrupt.check`, so that no step is left half done.

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

    def hold(signum: int, frame: Any) -> None:
        interrupt.pressed = True

    signal.signal(signal.SIGINT, hold)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
