"""Publishing: a trained network becomes fitted attributes, these a network that predicts.

The attributes are copies, in the user's units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..encoding.features import Features
from ..encoding.targets import Targets
from ..engine.arrays import Array, Input, is_finite
from ..engine.network import Network, layers_of, linear, propagate
from ..engine.plan import History
from ..warning import warn_user
from .checking import Checked
from .checkpoint import WEIGHTS, Checkpoint, flat
from .parts import Parts
from .units import Units

CURVE_LENGTH = 10_000  # entries of every curve that partial_fit keeps

# All that a fit may publish: what a later fit does not publish is removed.
PUBLISHED = (
    "_activations",
    "_checkpoint",
    "_ended",
    "_features",
    "_loss",
    "_targets",
    "activation_coefs_",
    "best_iter_",
    "best_score_",
    "classes_",
    "coefs_",
    "encoder_",
    "feature_names_in_",
    "intercepts_",
    "learning_rate_curve_",
    "loss_",
    "loss_curve_",
    "n_features_in_",
    "n_iter_",
    "n_layers_",
    "n_outputs_",
    "n_parameters_",
    "out_activation_",
    "validation_loss_curve_",
    "validation_scores_",
)


class PublishedNetwork:
    """The network that fitted attributes describe: what every prediction goes through.

    Parameters
    ----------
    fitted : mapping
        The attributes, for example ``vars(estimator)``.
    """

    def __init__(self, fitted: Mapping[str, Any]) -> None:
        self.layers = layers_of(
            fitted["coefs_"],
            fitted["intercepts_"],
            fitted["_activations"],
            fitted["activation_coefs_"],
        )
        self.dtype = fitted["coefs_"][0].dtype
        self._fitted = fitted

    def trainable(self) -> Network:
        """Return a copy that knows the way back, without dropout."""
        coefs, activations = self._fitted["coefs_"], self._fitted["_activations"]
        widths = [len(coefs[0]), *(W.shape[1] for W in coefs)]
        dropout = [0.0] * (len(coefs) - 1)
        network = Network(widths, activations, dropout, self.dtype.type)
        network.params.flat[...] = flat(self._fitted)
        return network

    def outputs(self, X: Input) -> Array:
        """Return A of the output layer, (n, n_outputs), for `X`, (n, n_features)."""
        return told(propagate(X, self.layers))

    def logits(self, X: Input) -> Array:
        """Return Z of the output layer, (n, n_outputs), for `X`, (n, n_features)."""
        return told(propagate(X, linear(self.layers)))

    def hidden(self, X: Input, layer: int) -> Array:
        """Return A of a hidden layer, (n, nodes), for `X`, (n, n_features).

        Raises
        ------
        ValueError
            If there is no such layer.
        """
        n_hidden = len(self.layers) - 1
        if not -n_hidden <= layer < n_hidden:
            raise ValueError(f"layer={layer!r} is not one of the {n_hidden} hidden layers.")
        return told(propagate(X, self.layers[: range(n_hidden)[layer] + 1]))


def told(A: Array) -> Array:
    """Return the outputs `A`, (n, n_outputs); warn if some are not finite."""
    if not is_finite(A):
        warn_user(
            "The outputs of the network are not finite for some rows of X: their values "
            "are too far from those that it was trained on."
        )
    return A


@dataclass
class Curves:
    """Everything that has one entry per epoch, those of earlier fits included.

    Attributes
    ----------
    n_iter, n_before : int
        Epochs so far, and before this fit.
    losses, rates, validation_losses, scores : list of float
        Losses are in the units of y; the scores are those of the validation set.
    n_losses_before, n_scores_before : int
        Entries from earlier fits: a stream keeps the last ones only.
    start_score : float
        Score, on the validation set of this fit, of the network that was published before.
    """

    n_iter: int = 0
    n_before: int = 0
    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    n_losses_before: int = 0
    n_scores_before: int = 0
    start_score: float = np.nan

    @classmethod
    def after(cls, past: Mapping[str, Any]) -> Curves:
        """Return the curves that continue fitted attributes, new ones if there are none.

        Parameters
        ----------
        past : mapping of str to attributes
            Their lists are copied.
        """
        n_iter, losses = past.get("n_iter_", 0), [*past.get("loss_curve_", ())]
        scores = [*past.get("validation_scores_", ())]
        return cls(
            n_iter=n_iter,
            n_before=n_iter,
            losses=losses,
            rates=[*past.get("learning_rate_curve_", ())],
            validation_losses=[*past.get("validation_loss_curve_", ())],
            scores=scores,
            n_losses_before=len(losses),
            n_scores_before=len(scores),
        )


@dataclass(frozen=True)
class Publisher:
    """Makes fitted attributes of a network, in training or at the end of it.

    Parameters
    ----------
    estimator : estimator
        Read only.
    checked : Checked
    parts : Parts
    features : Features
        With the scale of the rows to train on.
    targets : Targets
        Likewise.
    network : Network
    """

    estimator: Any
    checked: Checked
    parts: Parts
    features: Features
    targets: Targets
    network: Network

    @property
    def units(self) -> Units:
        """The units that the network is trained in."""
        return Units(self.targets.scaling, self.features.scaling)

    def attributes(self, curves: Curves) -> dict[str, Any]:
        """Return the fitted attributes for the network as it is, all of them copies."""
        parts, params = self.parts, self.network.params
        W, b = self.units.fold(params)
        return {
            **self.features.attributes,
            "encoder_": self.features.encoder,
            **self.targets.attributes,
            "coefs_": W,
            "intercepts_": b,
            "activation_coefs_": [learned.copy() for learned in params.learned],
            "n_parameters_": len(params.flat),
            "n_iter_": curves.n_iter,
            "n_layers_": len(params.W) + 1,
            "n_outputs_": parts.n_outputs,
            "out_activation_": parts.out_activation,
            "_activations": parts.activations,
            "_features": self.features,
            "_loss": parts.loss,
            "_targets": self.targets,
            **self._curves(curves),
        }

    def _curves(self, curves: Curves) -> dict[str, Any]:
        """Return the curves and the last loss."""
        kept = slice(-CURVE_LENGTH if self.checked.given.incremental else None, None)
        published: dict[str, Any] = {
            "loss_": curves.losses[-1] if curves.losses else np.nan,
            "loss_curve_": curves.losses[kept],
            "learning_rate_curve_": curves.rates[kept],
        }
        if self.checked.validation_set is not None:
            published["validation_loss_curve_"] = curves.validation_losses[kept]
            published["validation_scores_"] = curves.scores[kept]
        return published

    def final(
        self, curves: Curves, history: History, checkpoint: Checkpoint | None
    ) -> dict[str, Any]:
        """Return all attributes to publish after training."""
        fitted = self.attributes(curves)
        if self.checked.given.incremental and self.checked.keep_best:
            fitted |= self._best_of_stream(curves, checkpoint)
        elif history.best_epoch is not None:
            fitted |= self._best_of_fit(curves, history)
        if checkpoint is not None:
            fitted["_checkpoint"] = checkpoint
        return fitted

    def _best_of_fit(self, curves: Curves, history: History) -> dict[str, Any]:
        """Return the attributes of the epoch whose parameters were restored."""
        past, epoch = vars(self.estimator), history.best_epoch or 0
        if epoch:
            return {
                "best_iter_": curves.n_before + epoch,
                "best_score_": curves.scores[curves.n_scores_before + epoch - 1],
                "loss_": curves.losses[curves.n_losses_before + epoch - 1],
            }
        # Nothing has beaten the network that training started from.
        return {
            "best_iter_": past.get("best_iter_", curves.n_before),
            "best_score_": curves.start_score,
            "loss_": past["loss_"],
        }

    def _best_of_stream(
        self, curves: Curves, checkpoint: Checkpoint | None
    ) -> dict[str, Any]:
        """Return the better of the network published before and the new one.

        Both were scored on the validation set of this call: those of earlier calls may have
        been easier.
        """
        score, past = curves.scores[-1], vars(self.estimator)
        # NaN, which beats nothing, if Ctrl-C came before the score.
        if not self.checked.resumes or score > curves.start_score:
            return {"best_iter_": curves.n_iter, "best_score_": score}
        best = {name: past[name] for name in WEIGHTS}
        if checkpoint is not None:
            checkpoint.published = flat(best)
        return best | {
            "loss_": past["loss_"],
            "best_iter_": past.get("best_iter_", curves.n_before),
            "best_score_": curves.start_score,
        }
