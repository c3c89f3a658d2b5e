"""The progress line: epoch, loss, validation score, learning rate, time left at most."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import suppress
from math import isnan

EVERY = 10.0  # seconds between lines in a log


class ProgressLine:
    """Shows how training goes: one line rewritten on a terminal, now and then in a log.

    Where there is no standard output, nothing is shown.

    Parameters
    ----------
    epochs : int
        How many epochs there may be.
    done : int
        How many the network has behind it.
    """

    def __init__(self, epochs: int, done: int) -> None:
        self._epochs = epochs
        self._done = done
        self._count = 0
        self._first = self._start = time.monotonic()
        self._printed = -EVERY
        self._terminal = _is_terminal()
        self._is_shown = False

    def show(self, loss: float, score: float | None, rate: float) -> None:
        """Show that another epoch has ended; in a log only if the last is long ago."""
        self._count += 1
        now = time.monotonic()
        if self._count == 1:
            self._first = now  # the first epoch may have loaded and compiled kernels
        self._line = self._text(loss, score, rate, now - self._first)
        self._is_shown = self._terminal or now - self._start - self._printed >= EVERY
        if self._terminal:
            # A line that wraps could not be rewritten.
            width = shutil.get_terminal_size().columns - 1
            self._print(f"\r\x1b[K{self._line[:width]}", end="")
        elif self._is_shown:
            self._print(self._line)
            self._printed = now - self._start

    def close(self) -> None:
        """Finish the line; in a log, show the last epoch if that is still to do."""
        if self._count and self._terminal:
            self._print("")
        elif self._count and not self._is_shown:
            self._print(self._line)

    @staticmethod
    def _print(text: str, end: str = "\n") -> None:
        """Write `text` to standard output, if there is one that takes it."""
        with suppress(OSError, ValueError, AttributeError):
            if sys.stdout is not None:
                print(text, end=end, flush=True)

    def _text(self, loss: float, score: float | None, rate: float, taken: float) -> str:
        """Return the line for the epoch that has just ended, of 79 characters at most.

        `taken` is the seconds since the end of the first epoch.
        """
        last = self._done + self._epochs
        parts = [f"epoch {self._done + self._count}/{last}", f"loss {loss:.4g}"]
        if score is not None:
            parts.append(f"val. score {score:.4g}")
        if not isnan(rate):
            parts.append(f"rate {rate:.3g}")
        if self._count > 1:
            left = taken / (self._count - 1) * (self._epochs - self._count)
            parts.append(f"{_duration(left)} left")
        return ", ".join(parts)


def _duration(seconds: float) -> str:
    """Return a duration as a person would say it."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours}:{minutes:02d}:{seconds:02d} h"
        if hours
        else f"{minutes}:{seconds:02d} min"
    )


def _is_terminal() -> bool:
    """Return whether standard output is a terminal; not if it is closed or cannot say."""
    with suppress(OSError, ValueError, AttributeError):
        return bool(sys.stdout.isatty())
    return False
