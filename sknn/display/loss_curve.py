"""The loss curve: training, validation, the best epoch, score and learning rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.arrays import Array
from .axes import loss_title, new_axes, path_to_network, pyplot, size_in_points
from .names import score_name

HEADROOM = 0.25  # of the height: the strip for the legend, which no curve reaches


class LossCurveDisplay:
    """How training went: loss, validation loss, best epoch, score and learning rate.

    Make it with `from_estimator`. The training loss is often above the validation loss: it
    is measured with dropout on, and is the mean over an epoch during which the network
    improves.

    Parameters
    ----------
    loss_curve : array-like of shape (n_epochs,), or list of such
        Loss of every epoch; several curves are those of the members of a Tabular*.
    validation_loss_curve : array-like or None, default=None
        Loss of the validation set after every epoch.
    best_iter : int or None, default=None
        The epoch whose network was kept, from 1.
    learning_rate_curve : array-like or None, default=None
        Drawn on an axis of its own if it is not constant.
    n_iter : int or None, default=None
        The epoch of the last entry; None if the first entry is epoch 1.
    score_curve : array-like or None, default=None
        Score of the validation set after every epoch.
    loss_name, score_name : str, default="loss", "score"
        Labels of the axes.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
    rate_ax_ : matplotlib Axes or None
        The axes of the learning rate.
    score_ax_ : matplotlib Axes or None
        The axes of the score: a panel below, or with `ax` the axis to the right.
    lines_ : list of matplotlib Line2D
        Training, validation, best epoch, score and learning rate, as far as drawn.

    See Also
    --------
    NetworkDisplay : The network itself.
    ActivationsDisplay : The outputs of its neurons.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sknn import FFNNClassifier, LossCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> model = FFNNClassifier(early_stopping=True, learning_rate_schedule="cosine")
    >>> display = LossCurveDisplay.from_estimator(model.fit(X, y))
    >>> display.ax_.get_ylabel()
    'log loss'
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        loss_curve: Any,
        *,
        validation_loss_curve: Any = None,
        best_iter: int | None = None,
        learning_rate_curve: Any = None,
        n_iter: int | None = None,
        score_curve: Any = None,
        loss_name: str = "loss",
        score_name: str = "score",
    ) -> None:
        self.loss_curve = loss_curve
        self.validation_loss_curve = validation_loss_curve
        self.best_iter = best_iter
        self.learning_rate_curve = learning_rate_curve
        self.n_iter = n_iter
        self.score_curve = score_curve
        self.loss_name = loss_name
        self.score_name = score_name

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> LossCurveDisplay:
        """Plot the curves of a fitted estimator.

        Parameters
        ----------
        estimator : FFNN*, Tabular*, Pipeline or search
            Fitted. The last step of a Pipeline or the best estimator of a search is shown,
            and the training loss of every member of a Tabular*.
        ax : matplotlib Axes or None, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : LossCurveDisplay
        """
        path = path_to_network(estimator)
        network = path[-1]
        for holder in path[:-1]:
            if hasattr(holder, "loss_curves_"):
                display = cls(holder.loss_curves_, loss_name=loss_title(network))
                return display.plot(ax=ax)
        scored = network.scoring != "loss"
        display = cls(
            network.loss_curve_,
            validation_loss_curve=getattr(network, "validation_loss_curve_", None),
            best_iter=getattr(network, "best_iter_", None),
            learning_rate_curve=network.learning_rate_curve_,
            n_iter=network.n_iter_,
            score_curve=getattr(network, "validation_scores_", None) if scored else None,
            loss_name=loss_title(network),
            score_name=score_name(network),
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> LossCurveDisplay:
        """Plot the curves.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to plot; None makes a new figure, with a second panel for the score if
            there is one. In a given `ax` the score has the axis to the right, and the
            learning rate is left out.

        Returns
        -------
        self : LossCurveDisplay
        """
        scored = self.score_curve is not None
        self.rate_ax_: Any = None
        self.score_ax_: Any = None
        if scored and ax is None:
            _, (ax, self.score_ax_) = pyplot().subplots(
                2, sharex=True, layout="constrained", height_ratios=(3, 2)
            )
        elif scored:
            self.score_ax_ = ax.twinx()
        own_panel = scored and self.score_ax_.get_subplotspec() != ax.get_subplotspec()
        self.ax_ = ax = new_axes(ax)
        self.figure_ = ax.figure
        self._plot_losses()
        if scored:
            self._plot_score(own_panel)
        if own_panel or not scored:
            self._plot_rate()
        handles = [line for line in self.lines_ if line.get_label()[0] != "_"]
        size = min(9.0, size_in_points(ax)[0] / 28)  # two columns fit in narrow axes, too
        ax.legend(
            handles=handles, loc="upper center", ncols=2, fontsize=size, frameon=False
        )
        return self

    def _plot_losses(self) -> None:
        """Plot training and validation loss, and mark the best epoch."""
        ax, losses = self.ax_, [self.loss_curve]
        if np.ndim(self.loss_curve[0]):
            losses, self.lines_ = list(self.loss_curve), []
            for number, curve in enumerate(losses):
                label = "_" if number else f"training, {len(losses)} members"
                epochs = np.arange(1, len(curve) + 1)
                self.lines_ += ax.plot(epochs, curve, color="C0", lw=0.8, label=label)
        else:
            self.lines_ = ax.plot(self._epochs(losses[0]), losses[0], label="training")
        if self.validation_loss_curve is not None:
            losses.append(self.validation_loss_curve)
            self._plot_known(ax, losses[-1], "validation", "C1")
        if self.best_iter is not None:
            label = f"best epoch: {self.best_iter}"
            style = {"color": "0.4", "ls": "--", "ymax": 1 - HEADROOM}
            self.lines_.append(ax.axvline(self.best_iter, label=label, **style))
        values = np.concatenate([np.asarray(curve, dtype=float) for curve in losses])
        values = values[np.isfinite(values)]
        if len(values) and values.min() > 0 and values.max() > 3 * values.min():
            ax.set_yscale("log", subs=[])
            ax.yaxis.get_major_locator().set_params(subs=(1, 2, 3, 5))
            ax.yaxis.set_major_formatter("{x:g}")
        _make_headroom(ax, values)
        ax.set(xlabel="epoch", ylabel=self.loss_name)
        ax.locator_params(axis="x", integer=True)

    def _plot_score(self, own_panel: bool) -> None:
        """Plot the score in its panel, or on the axis to the right, with headroom."""
        ax = self.score_ax_
        label = f"validation {self.score_name}"
        # In its own panel, the label of the axis takes the place of the legend.
        self._plot_known(ax, self.score_curve, "_" if own_panel else label, "C2")
        ax.set_ylabel(f"validation\n{self.score_name}" if own_panel else label)
        if not own_panel:
            values = np.asarray(self.score_curve, dtype=float)
            _make_headroom(ax, values[np.isfinite(values)])
            return
        self.ax_.set_xlabel("")
        ax.set_xlabel("epoch")
        if self.best_iter is not None:
            ax.axvline(self.best_iter, color="0.4", ls="--")

    def _plot_known(self, ax: Any, curve: Any, label: str, color: str) -> None:
        """Plot a curve that ends with the last epoch; it may have begun late, with NaN."""
        curve = np.asarray(curve, dtype=float)
        known = ~np.isnan(curve)
        epochs = self._epochs(self.loss_curve)[-len(curve) :]
        self.lines_ += ax.plot(epochs[known], curve[known], color=color, label=label)

    def _epochs(self, curve: Any) -> Array:
        """Return the numbers of the epochs of a whole `curve`, of the same length."""
        n = len(curve)
        # A long stream has lost the first entries.
        return np.arange(1, n + 1) + (0 if self.n_iter is None else self.n_iter - n)

    def _plot_rate(self) -> None:
        """Plot the learning rate on an axis to the right, unless it is constant."""
        rates = np.asarray(
            [] if self.learning_rate_curve is None else self.learning_rate_curve,
            dtype=float,
        )
        if not len(rates) or np.isnan(rates).all() or np.ptp(rates[~np.isnan(rates)]) == 0:
            return
        self.rate_ax_ = self.ax_.twinx()
        self.rate_ax_.set_ylabel("learning rate")
        self.rate_ax_.set_ylim(0, np.nanmax(rates) / (1 - HEADROOM))
        # The legend belongs to the axes of the loss, which must be drawn above these.
        self.ax_.set_zorder(self.rate_ax_.get_zorder() + 1)
        self.ax_.patch.set_visible(False)
        self.lines_ += self.rate_ax_.plot(
            self._epochs(rates), rates, color="0.6", ls=":", label="learning rate"
        )


def _make_headroom(ax: Any, values: Array) -> None:
    """Set the limits of the y axis so that `values`, (n,), stay below the legend."""
    if not len(values):
        return
    low, high = values.min(), values.max()
    is_log = ax.get_yscale() == "log"
    if is_log:
        low, high = np.log10(low), np.log10(high)
    span = (high - low) or max(abs(high), 1.0) / 10
    low, high = low - 0.05 * span, high + span * (0.05 + HEADROOM / (1 - HEADROOM))
    ax.set_ylim(*((10**low, 10**high) if is_log else (low, high)))
