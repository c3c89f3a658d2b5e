"""Watching: what happens after every epoch outside the engine, and what is published.

The curves, the score of held-out examples, the progress line, scikit-learn's callbacks.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from ..encoding.targets import TargetScaling
from ..engine.network import Layer, Network
from ..engine.training import EpochEnd, History, Verdict
from .callbacks import Tasks
from .checking import Checked
from .checkpoint import Resumable
from .parts import Parts
from .progress import ProgressLine
from .validation_set import HeldOut

CURVE_LENGTH = 10_000  # entries of every curve that partial_fit keeps


def published_layers(fitted: Mapping[str, Any]) -> list[Layer]:
    """Return the layers of the network that the attributes `fitted` describe."""
    return [
        Layer(W, b, activation.bind(learned))
        for W, b, activation, learned in zip(
            fitted["coefs_"],
            fitted["intercepts_"],
            fitted["_activations"],
            fitted["activation_coefs_"],
            strict=True,
        )
    ]


class Watch:
    """The engine's observer for one call of `fit`.

    Parameters
    ----------
    estimator : estimator
        Read only.
    checked : Checked
    parts : Parts
    network : Network
    scaling : TargetScaling
    """

    def __init__(
        self,
        estimator: Any,
        checked: Checked,
        parts: Parts,
        network: Network,
        scaling: TargetScaling,
    ) -> None:
        self.estimator = estimator
        self.checked = checked
        self.parts = parts
        self.network = network
        self.scaling = scaling
        self.units = scaling.scale**parts.loss.degree
        past = vars(estimator) if checked.resume else {}
        self.n_iter: int = past.get("n_iter_", 0)
        self.losses: list[float] = list(past.get("loss_curve_", []))
        self.rates: list[float] = list(past.get("learning_rate_curve_", []))
        self.validation_losses = list(past.get("validation_loss_curve_", []))
        self.scores = list(past.get("validation_scores_", []))
        self._n_before = self.n_iter
        self._n_losses_before = len(self.losses)
        self._n_scores_before = len(self.scores)
        epochs = 1 if checked.given.incremental else estimator.max_iter
        self._progress = ProgressLine(epochs, self.n_iter) if estimator.verbose else None
        self._tasks = self._open_tasks(epochs)

    def _open_tasks(self, epochs: int) -> Tasks:
        """Return the tasks for callbacks; in `partial_fit` a root alone."""
        checked = self.checked
        name, epochs = ("partial_fit", 0) if checked.given.incremental else ("fit", epochs)
        weights = checked.given.sample_weight
        metadata = None if weights is None else {"sample_weight": weights}
        data = {"X": checked.X, "y": checked.y, "metadata": metadata}
        return Tasks(self.estimator, name, epochs, data, self.attributes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """End the progress line, also where training fails: the message comes next."""
        if self._progress is not None:
            self._progress.close()

    # ---- the engine's observer ------------------------------------------------------

    def epoch_begins(self) -> None:
        """Tell the callbacks."""
        self._tasks.begin_epoch()

    def epoch_ended(self, end: EpochEnd) -> Verdict:
        """Extend the curves, score the held-out examples, tell the user and callbacks."""
        self._extend(end)
        held_out = self.checked.held_out
        score = None if held_out is None else self._score(held_out)
        if self._progress is not None:
            self._progress.show(self.losses[-1], score, end.rate)
        stop = self._tasks.end_epoch()
        return Verdict(score if self.checked.keep_best else None, stop)

    def _extend(self, end: EpochEnd) -> None:
        """Take note of the loss, in the units of y, and of the training rate."""
        self.n_iter += 1
        self.losses.append(float((end.costs * self.units).sum()))
        self.rates.append(end.rate)

    def _score(self, held_out: HeldOut) -> float:
        """Return the score of the held-out examples, and note it with their loss."""
        loss, score = self.evaluate(held_out)
        self.validation_losses.append(loss)
        self.scores.append(score)
        return score

    def evaluate(self, held_out: HeldOut) -> tuple[float, float]:
        """Return loss and score of the network as it is for the held-out examples."""
        fitted = self.attributes()
        loss = held_out.loss(published_layers(fitted), self.parts.loss, self.scaling)
        if self.estimator.scoring == "loss":
            return loss, -loss
        view = copy.copy(self.estimator)
        vars(view).update(fitted)
        return loss, held_out.score(view, self.estimator.scoring)

    # ---- publishing -----------------------------------------------------------------

    def attributes(self) -> dict[str, Any]:
        """Return the fitted attributes for the network as it is, all of them copies."""
        params = self.network.params
        W, b = self.scaling.fold(params.W[-1], params.b[-1])
        return {
            **self.checked.fitted,
            "coefs_": [*(W.copy() for W in params.W[:-1]), W],
            "intercepts_": [*(b.copy() for b in params.b[:-1]), b],
            "activation_coefs_": [learned.copy() for learned in params.learned],
            "n_parameters_": len(params.flat),
            "n_iter_": self.n_iter,
            "n_layers_": len(params.W) + 1,
            "n_outputs_": self.checked.task.n_outputs,
            "out_activation_": self.parts.out_activation,
            "_activations": self.parts.activations,
            "_target_scaling": self.scaling,
            "_arrange": self.parts.loss.arrange,
            **self._curves(),
        }

    def _curves(self) -> dict[str, Any]:
        """Return the curves and the last loss."""
        kept = slice(-CURVE_LENGTH if self.checked.given.incremental else None, None)
        curves: dict[str, Any] = {
            "loss_": self.losses[-1] if self.losses else np.nan,
            "loss_curve_": self.losses[kept],
            "learning_rate_curve_": self.rates[kept],
        }
        if self.checked.held_out is not None:
            curves["validation_loss_curve_"] = self.validation_losses[kept]
            curves["validation_scores_"] = self.scores[kept]
        return curves

    def close(self, history: History, resumable: Resumable) -> dict[str, Any]:
        """Take note of an epoch cut short; return all attributes to publish."""
        for costs in history.costs[self.n_iter - self._n_before :]:
            self._extend(EpochEnd(costs, np.nan))
        self._pad_scores()
        fitted = self.attributes()
        if self.checked.given.incremental and self.checked.keep_best:
            fitted |= self._best_of_stream(fitted, resumable)
        elif history.best_epoch is not None:
            fitted |= self._best_of_fit(history)
        if self.checked.given.incremental or self.estimator.warm_start:
            fitted["_resumable"] = resumable.detached()
        self._tasks.end(fitted)
        return fitted

    def _pad_scores(self) -> None:
        """Let an epoch that Ctrl-C cut short before it was scored count as NaN."""
        unscored = self.n_iter - self._n_before - len(self.scores) + self._n_scores_before
        if self.checked.held_out is not None and unscored:
            self.validation_losses += [np.nan]
            self.scores += [np.nan]

    def _best_of_fit(self, history: History) -> dict[str, Any]:
        """Return what is to be said of the epoch whose parameters were restored."""
        past, epoch = vars(self.estimator), history.best_epoch or 0
        best = {"best_iter_": self._n_before + epoch, "best_score_": history.best_score}
        if epoch:
            return best | {"loss_": self.losses[self._n_losses_before + epoch - 1]}
        # Nothing has beaten the network that training started from.
        best["best_iter_"] = past.get("best_iter_", self._n_before)
        return best | {"loss_": past["loss_"]}

    def _best_of_stream(
        self, fitted: dict[str, Any], resumable: Resumable
    ) -> dict[str, Any]:
        """Return the best network so far, which training may have left behind."""
        past = vars(self.estimator) if self.checked.resume else {}
        score = self.scores[-1]  # NaN, which beats nothing, if Ctrl-C came before it
        if score > past.get("best_score_", -np.inf):
            return {"best_iter_": self.n_iter, "best_score_": score}
        if "best_score_" not in past:
            return {}
        resumable.ahead = self.network.params.flat.copy()
        names = (
            "coefs_",
            "intercepts_",
            "activation_coefs_",
            "loss_",
            "best_iter_",
            "best_score_",
        )
        return {name: past[name] for name in names}
