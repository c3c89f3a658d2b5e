"""Observing: what happens after every epoch outside the engine.

The curves, the score of the validation set, the progress line, scikit-learn's callbacks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any, Protocol

import numpy as np

from ..encoding.view import view
from ..engine.plan import EpochEnd, History, Verdict
from ..warning import warn_user
from .callbacks import CallbackContexts
from .progress import ProgressLine
from .publishing import Curves, PublishedNetwork, Publisher
from .validation_set import ValidationSet, raise_for_score


class Follower(Protocol):
    """Told of every epoch of one network of several."""

    def epoch_ended(self, publisher: Publisher, curves: Curves, rate: float) -> None:
        """Look at the network as it is after the epoch, trained at `rate`."""


@dataclass
class FitObserver:
    """The engine's observer for one call of `fit`.

    Parameters
    ----------
    publisher : Publisher
        What the network in training would be published as.
    curves : Curves
        Extended in place.
    progress : ProgressLine or None
    callbacks : CallbackContexts or None
    follower : Follower or None
    on_epoch_begin : callable or None
        Called by the engine before every epoch.
    """

    publisher: Publisher
    curves: Curves
    progress: ProgressLine | None = None
    callbacks: CallbackContexts | None = None
    follower: Follower | None = None
    on_epoch_begin: Callable[[], None] | None = None

    def on_epoch_end(self, end: EpochEnd) -> Verdict:
        """Extend the curves, take the validation score, show progress, call callbacks."""
        self._extend(end)
        validation_set = self.publisher.checked.validation_set
        score = decisive = None
        if validation_set is not None:
            loss, score, decisive = self.evaluate(validation_set)
            if not isfinite(loss):
                self._warn_of_loss(loss)
            self.curves.validation_losses.append(loss)
            self.curves.scores.append(score)
        if self.progress is not None:
            self.progress.show(self.curves.losses[-1], score, end.rate)
        if self.follower is not None:
            self.follower.epoch_ended(self.publisher, self.curves, end.rate)
        stop = self.callbacks is not None and self.callbacks.end_epoch()
        return Verdict(decisive if self.publisher.checked.keep_best else None, stop)

    def _warn_of_loss(self, loss: float) -> None:
        """Warn, once in a fit, that the validation loss is not finite."""
        before = self.curves.validation_losses[self.curves.n_scores_before :]
        if all(isfinite(value) for value in before):
            warn_user(
                f"The validation loss is {loss} in epoch {self.curves.n_iter}: X_val has "
                "values far outside those of X, or training diverged."
            )

    def _extend(self, end: EpochEnd) -> None:
        """Append the loss, in the units of y, and the learning rate to the curves."""
        scaling, loss = self.publisher.targets.scaling, self.publisher.parts.loss
        self.curves.n_iter += 1
        self.curves.losses.append(scaling.loss(end.costs, loss.degree))
        self.curves.rates.append(end.rate)

    def evaluate(self, validation_set: ValidationSet) -> tuple[float, float, float]:
        """Return loss, score, and the score that decides, of the network as it is."""
        return self.evaluate_published(
            self.publisher.attributes(self.curves), validation_set
        )

    def evaluate_published(
        self, fitted: dict[str, Any], validation_set: ValidationSet
    ) -> tuple[float, float, float]:
        """Return loss and score of the network that `fitted` describes, in the units of y.

        And the score that decides: with ``scoring="loss"`` that of the scaled targets, so
        that `tol` does not depend on the unit of y.

        Raises
        ------
        ValueError
            If a score that decides is not a finite number.
        """
        publisher, estimator = self.publisher, self.publisher.estimator
        scoring, layers = estimator.scoring, PublishedNetwork(fitted).layers
        loss, scaled = validation_set.losses(
            layers, publisher.parts.loss, publisher.targets.scaling
        )
        if scoring == "loss":
            if publisher.checked.keep_best and not isfinite(scaled):
                raise_for_score(-loss, scoring)
            return loss, -loss, -scaled
        if not isfinite(loss):
            raise_for_score(-loss, "loss")
        score = validation_set.score(view(estimator, fitted), scoring)
        return loss, score, score

    def close_interrupted(self, history: History) -> None:
        """Add the epoch that Ctrl-C cut short to the curves; a missing score is NaN."""
        curves = self.curves
        for costs in history.costs[curves.n_iter - curves.n_before :]:
            self._extend(EpochEnd(costs, np.nan))
        scored = len(curves.scores) - curves.n_scores_before
        if self.publisher.checked.validation_set is not None and scored < len(
            history.costs
        ):
            curves.validation_losses.append(np.nan)
            curves.scores.append(np.nan)
