"""The rate finder: the loss while the learning rate rises from step to step."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils.validation import _num_samples

from ..engine.arrays import Array
from ..fitting.callbacks import CALLBACK_ATTRIBUTES
from ..fitting.steps import resolved_batch_size
from .axes import is_network, new_axes

SMOOTHING = 0.8
EXPLODED = 3.0  # times the fall of the loss so far, or its lowest value


class LearningRateDisplay:
    """The loss against a learning rate that rises: which rates train, which are too high.

    Make it with `from_estimator`.

    Parameters
    ----------
    rates : array-like of shape (n_steps,)
        The learning rate of every step, ascending.
    losses : array-like of shape (n_steps,)
        The loss of the next mini-batch, after that step, in the units of `loss_curve_`.
    smoothing : float, default=0.8
        Share of the past in the moving average of the losses, in [0, 1).

    Attributes
    ----------
    suggested_rate_ : float
        A tenth of the rate with the lowest smoothed loss.
    smoothed_losses_ : ndarray of shape (n_steps,)
        The exponential moving average, divided by the sum of its weights.
    ax_, figure_ : matplotlib Axes and Figure
    points_, line_, suggestion_ : matplotlib Line2D
        The losses, their moving average, and the suggested rate.

    See Also
    --------
    LossCurveDisplay : How training went.

    Notes
    -----
    Every step takes one mini-batch, of the same size as in `fit`. "lbfgs", which has no
    learning rate, raises a ValueError, and so does a loss that explodes at `min_rate`. An
    estimator of several networks raises a TypeError.

    Source: L. N. Smith, "Cyclical learning rates for training neural networks" (2015).

    The suggestion is a start, not an optimum. It was compared with the rate at which the
    loss falls most steeply, on seven data sets with "adam" and with ``SGD(momentum=0.9)``:
    60 epochs with "cosine", 3-fold cross-validation. A tenth of the rate with the lowest
    loss was better in 7 of 14 cases and worse in 6. It was much worse only on the diabetes
    data, which a network overfits at any rate that trains fast (R² 0.26 against 0.48 with
    "adam"). The steepest rate was worse on friedman1 (0.85 against 0.92 with SGD). The rate
    with the lowest loss itself diverged in six of seven cases with SGD.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sknn import FFNNClassifier, LearningRateDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> model = FFNNClassifier(random_state=0)
    >>> display = LearningRateDisplay.from_estimator(model, X, y)
    >>> 0.001 < display.suggested_rate_ < 1
    True
    >>> plt.close(display.figure_)
    """

    def __init__(self, rates: Any, losses: Any, *, smoothing: float = SMOOTHING) -> None:
        self.rates = rates
        self.losses = losses
        self.smoothing = smoothing

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        min_rate: float = 1e-5,
        max_rate: float = 10.0,
        n_steps: int = 100,
        ax: Any = None,
    ) -> LearningRateDisplay:
        """Train a clone at a learning rate that rises from step to step, and plot its loss.

        The estimator need not be fitted, and does not change.

        Parameters
        ----------
        estimator : FFNNRegressor, FFNNClassifier, Pipeline or search
            The last step of a Pipeline or the best estimator of a fitted search is used.
        X, y : array-like of shapes (n_samples, n_features) and (n_samples,)
            Training rows and targets; the earlier steps of a Pipeline are fitted to them.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, >= 0.
        min_rate, max_rate : float, default=1e-5, 10.0
            The learning rates of the first and of the last step.
        n_steps : int, default=100
            The number of steps, at least 10; fewer are taken if the loss explodes.
        ax : matplotlib Axes or None, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : LearningRateDisplay
        """
        rates = _rates(min_rate, max_rate, n_steps)
        network, X = _untrained(estimator, X, y)
        losses = _losses(network, X, y, sample_weight, rates)
        return cls(rates[: len(losses)], losses).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> LearningRateDisplay:
        """Plot the losses.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        self : LearningRateDisplay
        """
        rates = np.asarray(self.rates, dtype=float)
        losses = np.asarray(self.losses, dtype=float)
        self.smoothed_losses_ = smooth = smoothed(losses, self.smoothing)
        self.suggested_rate_ = suggested(rates, smooth)
        self.ax_ = ax = new_axes(ax)
        self.figure_ = ax.figure
        (self.points_,) = ax.plot(rates, losses, ".", color="0.7", label="mini-batch")
        (self.line_,) = ax.plot(rates, smooth, color="C0", label="moving average")
        label = f"suggested: {self.suggested_rate_:.2g}"
        self.suggestion_ = ax.axvline(
            self.suggested_rate_, color="C1", ls="--", label=label
        )
        ax.set(xscale="log", xlabel="learning rate", ylabel="loss")
        # Without these limits, an exploding loss would flatten the rest of the curve.
        place = int(smooth.argmin())
        least, start = float(smooth[place]), float(smooth[: place + 1].max())
        height = max(start - least, 0.1 * abs(least), 1e-12)
        ax.set_ylim(least - 0.15 * height, start + 0.5 * height)
        ax.legend(fontsize="small")
        return self


def smoothed(losses: Array, smoothing: float) -> Array:
    """Return the exponential moving average of losses, (n_steps,), without its bias.

    Source: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2014).
    """
    means, mean = np.empty(len(losses)), 0.0
    for step, loss in enumerate(losses):
        mean = smoothing * mean + (1 - smoothing) * loss
        means[step] = mean / (1 - smoothing ** (step + 1))
    return means


def suggested(rates: Array, smooth: Array) -> float:
    """Return the rate to begin with, for rates and smoothed losses of shape (n_steps,)."""
    return float(rates[smooth.argmin()]) / 10


# ---- training ---------------------------------------------------------------------------


def _rates(min_rate: float, max_rate: float, n_steps: int) -> Array:
    """Return the rates of the steps, and one more: the next step measures the last loss."""
    if not 0 < min_rate < max_rate < np.inf:
        raise ValueError(
            f"min_rate={min_rate!r} must be above 0 and below max_rate={max_rate!r}."
        )
    if n_steps < 10:
        raise ValueError(f"n_steps must be at least 10, got {n_steps!r}.")
    ratio = (max_rate / min_rate) ** (1 / (n_steps - 1))
    rates: Array = min_rate * ratio ** np.arange(n_steps + 1)
    return rates


def _untrained(estimator: Any, X: Any, y: Any) -> tuple[Any, Any]:
    """Return a clone of the network in `estimator`, and X as this network gets it."""
    while hasattr(estimator, "best_estimator_"):
        estimator = estimator.best_estimator_
    if hasattr(estimator, "steps"):
        if len(estimator.steps) > 1:
            X = clone(estimator[:-1]).fit_transform(X, y)
        return _untrained(estimator.steps[-1][1], X, y)
    if not is_network(estimator):
        raise TypeError(
            f"{type(estimator).__name__} has no learning rate of its own: pass an "
            "FFNNRegressor or FFNNClassifier, or a Pipeline that ends in one."
        )
    if not hasattr(estimator, "partial_fit"):
        raise ValueError(
            f"solver={estimator.solver!r} has no learning rate: use solver='adam' or "
            "another one that takes mini-batches."
        )
    network = clone(estimator)
    for name in CALLBACK_ATTRIBUTES:
        vars(network).pop(name, None)
    return network, X


def _losses(network: Any, X: Any, y: Any, sample_weight: Any, rates: Array) -> list[float]:
    """Return the loss after every step, until it explodes; train `network` on the way."""
    network.set_params(
        early_stopping=False, learning_rate_schedule="constant", dropout_schedule="constant"
    )
    network.set_params(max_iter=1, max_time=None, verbose=0, warm_start=True)
    size = resolved_batch_size(network.batch_size, _num_samples(X))
    random = check_random_state(network.random_state)
    losses: list[float] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # An epoch of tiny steps: it fits the encoder and the scales to all rows.
        network.set_params(learning_rate=1e-6 * float(rates[0])).fit(X, y, sample_weight)
        rows = np.arange(_num_samples(X))
        rows = rows if sample_weight is None else rows[np.asarray(sample_weight) > 0]
        for rate, part in zip(rates, _batches(rows, size, random), strict=False):
            network.set_params(learning_rate=float(rate), batch_size=len(part))
            weights = None if sample_weight is None else _safe_indexing(sample_weight, part)
            loss = _step(network, _safe_indexing(X, part), _safe_indexing(y, part), weights)
            if not np.isfinite(loss):
                break
            losses.append(loss)
            if _has_exploded(losses):
                break
    if len(losses) < 3:
        raise ValueError(f"The loss exploded at min_rate={rates[0]:g}: lower min_rate.")
    return losses[1:]


def _step(network: Any, X: Any, y: Any, sample_weight: Any) -> float:
    """Take a step on one mini-batch; return the loss before it, infinite if it diverged."""
    try:
        return float(network.partial_fit(X, y, sample_weight=sample_weight).loss_curve_[-1])
    except ValueError as error:
        if not str(error).startswith("Training diverged"):
            raise
        return np.inf


def _batches(rows: Array, size: int, random: Any) -> Iterator[Array]:
    """Yield one mini-batch of `rows`, (n,), after the other, shuffled in every epoch."""
    n_batches = -(-len(rows) // min(size, len(rows)))
    while True:
        yield from np.array_split(random.permutation(rows), n_batches)


def _has_exploded(losses: list[float]) -> bool:
    """Return whether the smoothed loss is far above its lowest value."""
    smooth = smoothed(np.array(losses), SMOOTHING)
    least = smooth.min()
    return bool(smooth[-1] > least + EXPLODED * max(abs(least), smooth[0] - least))
