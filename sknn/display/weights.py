"""The weights of the first layer, for every neuron and every column or pixel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.arrays import Array
from .axes import (
    input_names,
    new_axes,
    path_to_network,
    size_in_points,
    standardised,
    without_formulas,
)
from .names import WIDTH, short_names, width_of_words

COLOURS = "RdBu_r"


class WeightsDisplay:
    """The weights of the first layer: columns × neurons, or an image per neuron.

    Make it with `from_estimator`. Blue is below 0, red above. The columns with the largest
    weights come first. Neurons are sorted by the column with their largest weight.

    Parameters
    ----------
    weights : ndarray of shape (n_inputs, n_neurons)
        Weights of the first layer.
    input_names : sequence of str
        One per input.
    image_shape : tuple (height, width) or None, default=None
        Draws the weights of every neuron as an image of this shape, row by row; the largest
        weight of an image has the full colour.
    max_columns : int, default=20
        How many columns are shown at most, those with the largest sum of squared weights.
    max_neurons : int, default=100
        How many neurons are shown at most, those with the largest sum of squared weights.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
    table_ax_ : matplotlib Axes or None
        The heatmap, inside `ax_` with its names and its bar; None with images.
    image_ : matplotlib AxesImage
    columns_ : ndarray of int
        The inputs from top to bottom, numbered as in `weights`; with images, all in order.
    neurons_ : ndarray of int
        The neurons from left to right, and row by row.

    See Also
    --------
    NetworkDisplay : All layers.
    sklearn.inspection.permutation_importance : How much a column matters.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_digits
    >>> from sknn import FFNNClassifier, WeightsDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> model = FFNNClassifier(12, max_iter=5, learning_rate_schedule="cosine")
    >>> display = WeightsDisplay.from_estimator(model.fit(X, y), image_shape=(8, 8))
    >>> len(display.neurons_)
    12
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        weights: Array,
        *,
        input_names: Any,
        image_shape: tuple[int, int] | None = None,
        max_columns: int = 20,
        max_neurons: int = 100,
    ) -> None:
        self.weights = weights
        self.input_names = input_names
        self.image_shape = image_shape
        self.max_columns = max_columns
        self.max_neurons = max_neurons

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        image_shape: tuple[int, int] | None = None,
        max_columns: int = 20,
        max_neurons: int = 100,
        ax: Any = None,
    ) -> WeightsDisplay:
        """Draw the first layer of a fitted estimator.

        If the network scales X, weights are per standard deviation of a column, so that
        columns can be compared; `coefs_` has them per unit. For a constant column they
        are 0.

        Parameters
        ----------
        estimator : FFNN*, Tabular*, Pipeline or search
            Fitted. The last step of a Pipeline, the best estimator of a search, or the last
            network of the first member of a Tabular* is drawn.
        image_shape : tuple (height, width) or None, default=None
            Draws an image per neuron, where the columns of X are pixels.
        max_columns, max_neurons : int, default=20 and 100
            How many are shown at most.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : WeightsDisplay
        """
        path = path_to_network(estimator)
        display = cls(
            standardised(path[-1])[0][0],
            input_names=input_names(path),
            image_shape=image_shape,
            max_columns=max_columns,
            max_neurons=max_neurons,
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> WeightsDisplay:
        """Draw the weights.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : WeightsDisplay

        Raises
        ------
        ValueError
            If `image_shape` does not have as many pixels as the network has inputs, or if
            `max_columns` or `max_neurons` is below 1.
        """
        self._check()
        self.ax_ = new_axes(ax)
        self.figure_ = self.ax_.figure
        self.table_ax_ = None
        if self.image_shape is None:
            self._draw_table()
        else:
            self._draw_images(self.image_shape)
        return self

    def _check(self) -> None:
        """Raise a ValueError if the sizes are wrong."""
        for name in ("max_columns", "max_neurons"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)!r}.")
        n_inputs = len(self.weights)
        if self.image_shape is not None and not (
            np.shape(self.image_shape) == (2,) and np.prod(self.image_shape) == n_inputs
        ):
            raise ValueError(
                f"image_shape={self.image_shape!r} must be (height, width) with height × "
                f"width = {n_inputs}, the inputs of the network."
            )

    def _draw_table(self) -> None:
        """Draw columns × neurons as a heatmap with a bar of colours."""
        W = self.weights
        self.columns_ = _largest_rows(W, self.max_columns)
        neurons = _largest_rows(W.T, self.max_neurons)
        shown = W[np.ix_(self.columns_, neurons)]
        peak = np.abs(shown).argmax(axis=0)
        # First the neurons with their largest weight in the first column, descending.
        order = np.lexsort((-shown[peak, np.arange(len(peak))], peak))
        self.neurons_ = neurons[order]
        top = np.abs(shown).max() or 1.0
        style = {"cmap": COLOURS, "vmin": -top, "vmax": top}
        width, height = size_in_points(self.ax_)
        self.ax_.set_axis_off()
        font = min(9.0, width / 40, 0.7 * height / len(shown))
        limit = max(8, int(0.35 * width / (WIDTH * font)))
        names = short_names([str(self.input_names[i]) for i in self.columns_], limit)
        left = (width_of_words(names, font) + 8) / width
        bottom, right = 2 * font / height, 1 - 5 * font / width
        self.table_ax_ = ax = self.ax_.inset_axes((left, bottom, right - left, 1 - bottom))
        self.image_ = ax.imshow(shown[:, order], aspect="auto", **style)
        ax.set_xticks([])
        ax.set_yticks(
            range(len(names)), [without_formulas(name) for name in names], fontsize=font
        )
        counts = (len(order), W.shape[1], "neurons"), (len(names), len(W), "columns")
        ax.set_xlabel(" × ".join(_of(*count) for count in counts), fontsize=font)
        bar = self.ax_.inset_axes((right + 0.02, bottom, 0.03, 1 - bottom))
        self.figure_.colorbar(self.image_, cax=bar)
        bar.tick_params(labelsize=0.9 * font)

    def _draw_images(self, shape: tuple[int, int]) -> None:
        """Draw one image per neuron, side by side in rows, with a gap between them."""
        W = self.weights
        self.columns_ = np.arange(len(W))
        self.neurons_ = _largest_rows(W.T, self.max_neurons)
        width, height = size_in_points(self.ax_)
        n, (h, w) = len(self.neurons_), shape
        across = int(np.ceil(np.sqrt(n * width / height * (h + 1) / (w + 1))))
        across = min(max(across, 1), n)
        down = -(-n // across)
        mosaic = np.full((down * (h + 1) - 1, across * (w + 1) - 1), np.nan)
        for place, neuron in enumerate(self.neurons_):
            top, left = place // across * (h + 1), place % across * (w + 1)
            image = W[:, neuron].reshape(shape)
            image = image / (np.abs(image).max() or 1.0)
            mosaic[top : top + h, left : left + w] = image
        self.image_ = self.ax_.imshow(mosaic, cmap=COLOURS, vmin=-1, vmax=1)
        self.ax_.set_axis_off()


def _largest_rows(W: Array, most: int) -> Array:
    """Return the numbers of the rows of W with the largest norms, at most `most`."""
    return np.argsort(-np.linalg.norm(W, axis=1), kind="stable")[:most]


def _of(shown: int, n: int, what: str) -> str:
    """Return "30 neurons", or "largest 20 of 30 neurons" if not all are shown."""
    if shown < n:
        return f"largest {shown} of {n} {what}"
    return f"{n} {what}"
