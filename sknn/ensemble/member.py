"""Member: one network of an ensemble, and its weights at the ends of its cycles."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from ..encoding.view import view
from ..engine.arrays import Array
from ..engine.data import Data
from ..engine.stopping import Interrupt
from ..fitting.callbacks import with_callbacks
from ..fitting.checking import Given
from ..fitting.fit import Fit
from ..fitting.progress import ProgressLine
from ..fitting.publishing import Curves, Publisher


@with_callbacks
def _train(network: Any, X: Any, y: Any, given: Given, interrupt: Interrupt) -> Fit:
    """Return the fit of `network`, which stays as it is."""
    return Fit.run(network, X, y, given, interrupt)


class SharedProgress:
    """One progress line for networks that are trained at the same time.

    Parameters
    ----------
    line : ProgressLine
    """

    def __init__(self, line: ProgressLine) -> None:
        self.line = line
        self._lock = Lock()

    def show(self, loss: float, rate: float) -> None:
        """Show that another epoch of some network has ended."""
        with self._lock:
            self.line.show(loss, None, rate)


@dataclass(eq=False)
class Member:
    """One network of an ensemble; the follower of its own training.

    Parameters
    ----------
    network : FFNNClassifier or FFNNRegressor
        Not fitted.
    rows, out : arrays of int
        The rows to train on and those left out.
    progress : SharedProgress or None

    Attributes
    ----------
    fit : Fit or None
        None before training, and where Ctrl-C came before it.
    """

    network: Any
    rows: Array
    out: Array
    progress: SharedProgress | None = None
    fit: Fit | None = None
    _snapshots: list[dict[str, Any]] = field(default_factory=list)

    def train(self, data: Data, y: Array, interrupt: Interrupt) -> None:
        """Train the network on its rows of `data`, of n rows, whose targets are `y`, (n,).

        Nothing happens if `interrupt` is set already.
        """
        weights = None if data.w is None else data.w[:, 0]
        given = Given(weights, rows=self.rows, follower=self)
        try:
            self.fit = _train(self.network, data.X, y, given, interrupt)
        except KeyboardInterrupt:  # before the first step
            self.fit = None

    def epoch_ended(self, publisher: Publisher, curves: Curves, rate: float) -> None:
        """Keep the network if a cycle of the learning rate ends with this epoch."""
        if self.progress is not None:
            self.progress.show(curves.losses[-1], rate)
        max_iter = publisher.estimator.max_iter
        ends = {round(end * max_iter) for end in publisher.parts.schedule.cycle_ends[:-1]}
        if curves.n_iter in ends:
            self._snapshots.append(publisher.attributes(curves))

    @property
    def is_complete(self) -> bool:
        """Whether training was not cut short by Ctrl-C."""
        return self.fit is not None and not self.fit.history.interrupted

    def at_ends(self) -> list[Any]:
        """Return the fitted network of every cycle's end.

        That of the end of training stands in for cycles that training did not reach.
        """
        assert self.fit is not None
        n_ends = max(1, len(self.fit.parts.schedule.cycle_ends))
        last = [self.fit.attributes] * (n_ends - len(self._snapshots))
        return [view(self.network, fitted) for fitted in [*self._snapshots, *last]]
