"""The progress line: epoch, loss, validation score, training rate, time left."""

from __future__ import annotations

import sys
import time
from math import isnan

EVERY = 10.0  # seconds between lines in a log


class ProgressLine:
    """Shows how training goes: one line rewritten on a terminal, now and then in a log.

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
        self._start = time.monotonic()
        self._printed = -EVERY
        self._terminal = sys.stdout.isatty()

    def show(self, loss: float, score: float | None, rate: float) -> None:
        """Show that another epoch has ended; in a log only if the last is long ago."""
        self._count += 1
        now = time.monotonic() - self._start
        self._line = self._text(loss, score, rate, now)
        if self._terminal:
            print(f"\r\x1b[K{self._line}", end="", flush=True)
        elif now - self._printed >= EVERY:
            print(self._line, flush=True)
            self._printed = now

    def close(self) -> None:
        """Finish the line; in a log, show the last epoch."""
        if self._count:
            print("" if self._terminal else self._line, flush=True)

    def _text(self, loss: float, score: float | None, rate: float, now: float) -> str:
        """Return the line for the epoch that has just ended."""
        parts = [f"epoch {self._done + self._count}", f"loss {loss:.6g}"]
        if score is not None:
            parts.append(f"validation score {score:.6g}")
        if not isnan(rate):
            parts.append(f"learning rate {rate:.3g}")
        left = now / self._count * (self._epochs - self._count)
        parts.append(f"at most {_duration(left)} left")
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
