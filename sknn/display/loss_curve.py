"""The loss curve: training, validation, the best epoch, the learning rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.arrays import Array
from .axes import network_in, new_axes


class LossCurveDisplay:
    """How the loss went down: training, validation, the best epoch, the learning rate.

    Make it with `from_estimator`.

    Parameters
    ----------
    loss_curve : array-like of shape (n_epochs,)
        Loss of every epoch.
    validation_loss_curve : array-like or None, default=None
        Loss of the validation set after every epoch.
    best_iter : int or None, default=None
        The epoch whose network was kept, from 1.
    learning_rate_curve : array-like or None, default=None
        Drawn on an axis of its own if it is not constant.
    n_iter : int or None, default=None
        The epoch of the last entry; None if the first entry is epoch 1.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
    rate_ax_ : matplotlib Axes or None
        The axes of the learning rate.
    lines_ : list of matplotlib Line2D

    See Also
    --------
    NetworkDisplay : The network itself.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sknn import FFNNClassifier, LossCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> model = FFNNClassifier(early_stopping=True, learning_rate_schedule="cosine")
    >>> display = LossCurveDisplay.from_estimator(model.fit(X, y))
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
    ) -> None:
        self.loss_curve = loss_curve
        self.validation_loss_curve = validation_loss_curve
        self.best_iter = best_iter
        self.learning_rate_curve = learning_rate_curve
        self.n_iter = n_iter

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> LossCurveDisplay:
        """Plot the curves of a fitted estimator.

        Parameters
        ----------
        estimator : FFNNRegressor, FFNNClassifier, Pipeline or search
            A fitted one; of a Pipeline the last step, of a search the best estimator.
        ax : matplotlib Axes or None, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : LossCurveDisplay
        """
        estimator = network_in(estimator)
        display = cls(
            estimator.loss_curve_,
            validation_loss_curve=getattr(estimator, "validation_loss_curve_", None),
            best_iter=getattr(estimator, "best_iter_", None),
            learning_rate_curve=estimator.learning_rate_curve_,
            n_iter=estimator.n_iter_,
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> LossCurveDisplay:
        """Plot the curves.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        self : LossCurveDisplay
        """
        self.ax_ = ax = new_axes(ax)
        self.figure_ = ax.figure
        n = len(self.loss_curve)
        # A long stream has lost the first entries.
        epochs = np.arange(1, n + 1) + (0 if self.n_iter is None else self.n_iter - n)
        self.lines_ = ax.plot(epochs, self.loss_curve, label="training")
        if self.validation_loss_curve is not None:
            curve = np.asarray(self.validation_loss_curve, dtype=float)
            # After a warm start only the later epochs may have had held-out examples.
            held_out = epochs[len(epochs) - len(curve) :]
            known = ~np.isnan(curve)
            self.lines_ += ax.plot(held_out[known], curve[known], label="validation")
        if self.best_iter is not None:
            label = f"best epoch: {self.best_iter}"
            self.lines_.append(
                ax.axvline(self.best_iter, color="0.4", ls="--", label=label)
            )
        losses = [self.loss_curve]
        if self.validation_loss_curve is not None:
            losses.append(self.validation_loss_curve)
        values = np.concatenate([np.asarray(curve, dtype=float) for curve in losses])
        if (values[np.isfinite(values)] > 0).all():
            ax.set_yscale("log")
        ax.set(xlabel="epoch", ylabel="loss")
        self._plot_rate(epochs)
        ax.legend(handles=self.lines_)
        return self

    def _plot_rate(self, epochs: Array) -> None:
        """Plot the learning rate on an axis to the right, if it has changed at all."""
        self.rate_ax_ = None
        rates = np.asarray(
            [] if self.learning_rate_curve is None else self.learning_rate_curve,
            dtype=float,
        )
        if not len(rates) or np.isnan(rates).all() or np.ptp(rates[~np.isnan(rates)]) == 0:
            return
        self.rate_ax_ = self.ax_.twinx()
        self.rate_ax_.set_ylabel("learning rate")
        self.rate_ax_.set_ylim(0, 1.05 * np.nanmax(rates))
        # The legend belongs to the loss axes: they must lie above these.
        self.ax_.set_zorder(self.rate_ax_.get_zorder() + 1)
        self.ax_.patch.set_visible(False)
        self.lines_ += self.rate_ax_.plot(
            epochs, rates, color="0.6", ls=":", label="learning rate"
        )
