"""The network: neurons in columns, edges coloured by weight, neurons by bias."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.arrays import Array
from .axes import (
    input_names,
    layer_titles,
    new_axes,
    output_names,
    path_to_network,
    size_in_points,
    standardised,
    without_formulas,
)
from .names import short_names, width_of_words

COLOURS = "coolwarm"
LINE = 1.25  # height of a line of text, in its font's size
KEY = "line: weight, circle: bias / largest of the layer"


class NetworkDisplay:
    """The network: neurons in columns, edges coloured by weight, neurons by bias.

    Make it with `from_estimator`. Blue is below 0, red above; the largest value of a layer
    has the full colour. A layer of one neuron compares its bias with its weights.

    Parameters
    ----------
    coefs, intercepts : lists of ndarray
        Weights and biases of every layer.
    input_names : sequence of str
        One per input.
    output_names : sequence of str
        One per output.
    max_nodes : int, default=10
        Larger layers are folded: the first and the last neurons, with dots between.
    layer_titles : sequence of str or None, default=None
        One per layer after the input; None numbers them.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
    edges_ : list of matplotlib LineCollection
        One per layer after the input.
    nodes_ : list of matplotlib PathCollection
        One per layer.
    key_ax_ : matplotlib Axes
        The key to the colours, below the network.

    See Also
    --------
    WeightsDisplay : The first layer, also if it is too wide for this picture.
    LossCurveDisplay : How training went.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sknn import FFNNClassifier, NetworkDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> model = FFNNClassifier(
    ...     hidden_layer_sizes=(5, 3), learning_rate_schedule="cosine", random_state=0
    ... )
    >>> display = NetworkDisplay.from_estimator(model.fit(X, y))
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        coefs: list[Array],
        intercepts: list[Array],
        *,
        input_names: Any,
        output_names: Any,
        max_nodes: int = 10,
        layer_titles: Any = None,
    ) -> None:
        self.coefs = coefs
        self.intercepts = intercepts
        self.input_names = input_names
        self.output_names = output_names
        self.max_nodes = max_nodes
        self.layer_titles = layer_titles

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, max_nodes: int = 10, ax: Any = None
    ) -> NetworkDisplay:
        """Draw the network of a fitted estimator.

        If the network scales X, the weights of the first layer are per standard deviation
        of a column, so that columns can be compared; `coefs_` has them per unit.

        Parameters
        ----------
        estimator : FFNN*, Tabular*, Pipeline or search
            Fitted. The last step of a Pipeline, the best estimator of a search, or the last
            network of the first member of a Tabular* is drawn.
        max_nodes : int, default=10
            Larger layers are folded.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : NetworkDisplay

        Raises
        ------
        ValueError
            If `max_nodes` is below 2.
        """
        path = path_to_network(estimator)
        if max_nodes < 2:
            raise ValueError(f"max_nodes must be at least 2, got {max_nodes!r}.")
        display = cls(
            *standardised(path[-1]),
            input_names=input_names(path),
            output_names=output_names(path),
            max_nodes=max_nodes,
            layer_titles=layer_titles(path[-1]),
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> NetworkDisplay:
        """Draw the network.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a new figure. Sizes depend on the space in it: set
            the size of the figure first.

        Returns
        -------
        self : NetworkDisplay
        """
        self.ax_ = ax = new_axes(ax)
        self.figure_ = ax.figure
        ax.set_axis_off()
        sizes = [len(self.coefs[0]), *(len(b) for b in self.intercepts)]
        self._columns = [_Column(x, size, self.max_nodes) for x, size in enumerate(sizes)]
        self._lay_out()
        self._draw_edges()
        self._draw_nodes()
        self._draw_names()
        self._draw_titles()
        self._draw_key()
        return self

    def _lay_out(self) -> None:
        """Set the limits of the axes, and sizes of nodes and text, in points."""
        width, height = size_in_points(self.ax_)
        n_rows = max(column.height for column in self._columns) + 1
        # Names of 14 characters on both sides leave half of the width to the network.
        self._font = min(9.0, width / 40, 0.72 * height / (n_rows + 5) / LINE * 1.3)
        step_y = (height - 6 * LINE * self._font) / n_rows
        self._node = min(12.0, 0.75 * step_y)
        self._name_font = min(self._font, 0.95 * step_y / LINE)
        limit = max(6, int(0.27 * width / (0.55 * self._name_font)))
        first, last = self._columns[0], self._columns[-1]
        self._beside = [
            short_names([str(names[i]) for i in column.shown], limit)
            for column, names in ((first, self.input_names), (last, self.output_names))
        ]
        left, right = (
            max(width_of_words(names, self._name_font) + self._node, 3 * self._font)
            for names in self._beside
        )
        self._step_x = max((width - left - right) / (len(self._columns) - 1), 10.0)
        n = len(self._columns) - 1
        self.ax_.set_xlim(-left / self._step_x, n + right / self._step_x)
        half = n_rows / 2
        unit = LINE * self._font / step_y
        self.ax_.set_ylim(-half - 3.6 * unit, half + 2.4 * unit)

    def _draw_edges(self) -> None:
        """Draw all edges between shown neurons, blue below 0 and red above.

        Colours are relative to the largest weight of the layer, since the last one may
        have the unit of y. Small weights are faint, so that the large ones can be seen.
        """
        from matplotlib.collections import LineCollection

        self.edges_ = []
        for W, left, right in zip(
            self.coefs, self._columns[:-1], self._columns[1:], strict=True
        ):
            weights, largest = W[np.ix_(left.shown, right.shown)].ravel(), _largest(W)
            ends = [(p, q) for p in left.places for q in right.places]
            share = np.abs(weights) / largest
            edges = LineCollection(ends, cmap=COLOURS, zorder=1)
            edges.set_array(weights)
            edges.set_clim(-largest, largest)
            edges.set_linewidth(list((0.3 + 2 * share) * self._node / 12))
            edges.set_alpha(list(0.3 + 0.7 * share))
            self.edges_.append(self.ax_.add_collection(edges, autolim=False))

    def _draw_nodes(self) -> None:
        """Draw the neurons, filled by bias, and the inputs, which have none."""
        self.nodes_ = []
        layers = zip([None, *self.coefs], [None, *self.intercepts], strict=True)
        limits = self.ax_.get_xlim(), self.ax_.get_ylim()
        for column, (W, b) in zip(self._columns, layers, strict=True):
            x, y = np.transpose(column.places)
            fill: Any = "0.9"
            style: dict[str, Any] = {"s": self._node**2, "linewidths": self._node / 12}
            if W is not None and b is not None:
                largest = _largest(b) if len(b) > 1 else max(_largest(W), _largest(b))
                fill = b[column.shown]
                style |= {"cmap": COLOURS, "vmin": -largest, "vmax": largest}
            self.nodes_.append(
                self.ax_.scatter(x, y, c=fill, edgecolors="0.2", zorder=2, **style)
            )
            if column.folded:
                place = {"ha": "center", "va": "center", "fontsize": self._node}
                self.ax_.text(column.x, 0, "⋮", **place)
        self.ax_.set(xlim=limits[0], ylim=limits[1])

    def _draw_names(self) -> None:
        """Write the names of inputs and outputs beside them."""
        for column, names, side in zip(
            (self._columns[0], self._columns[-1]),
            self._beside,
            ("right", "left"),
            strict=True,
        ):
            away = self._node / 2 + 3
            style: dict[str, Any] = {
                "xytext": (-away if side == "right" else away, 0),
                "textcoords": "offset points",
                "ha": side,
                "va": "center",
                "fontsize": self._name_font,
            }
            for name, place in zip(names, column.places, strict=True):
                self.ax_.annotate(without_formulas(name), place, **style)

    def _draw_titles(self) -> None:
        """Write the title of every layer above it, and its number of neurons below."""
        numbers = range(1, len(self._columns))
        given = self.layer_titles or [f"layer {i}" for i in numbers]
        titles = ["input", *(title.replace(" · ", "\n") for title in given)]
        words = [word for title in titles for word in title.split("\n")]
        fitting = self._font * 0.92 * self._step_x / width_of_words(words, self._font)
        font = min(self._font, max(fitting, 6.0))
        every = int(np.ceil(font / fitting - 1e-9)) if fitting < font else 1
        top = max(column.height for column in self._columns) / 2 + 0.5
        style: dict[str, Any] = {"ha": "center", "fontsize": font}
        last = len(titles) - 1
        for column, title in zip(self._columns, titles, strict=True):
            if column.x == last or (column.x % every == 0 and column.x + every <= last):
                self.ax_.text(column.x, top, title, va="bottom", **style)
            self.ax_.text(column.x, -top, str(column.size), va="top", **style)

    def _draw_key(self) -> None:
        """Draw the key: a small bar of colours below the network."""
        width, height = size_in_points(self.ax_)
        line = LINE * self._font / height
        self.key_ax_ = key = self.ax_.inset_axes((0.35, 1.35 * line, 0.3, 0.5 * line))
        key.imshow(np.linspace(-1, 1, 64)[np.newaxis], cmap=COLOURS, aspect="auto")
        key.set(xticks=[], yticks=[])
        style: dict[str, Any] = {"fontsize": self._font, "transform": self.ax_.transAxes}
        for x, text, side in ((0.34, "−1", "right"), (0.66, "+1", "left")):
            self.ax_.text(x, 1.6 * line, text, ha=side, va="center", **style)
        style["fontsize"] = min(self._font, 0.95 * width / (0.5 * len(KEY)))
        self.ax_.text(0.5, 0.05 * line, KEY, ha="center", va="bottom", **style)


class _Column:
    """A layer in the picture: which of its nodes are shown, and where.

    Parameters
    ----------
    x : int
        Number of the layer, and its place from left to right.
    size : int
        Number of nodes.
    max_nodes : int
        How many are shown at most.
    """

    def __init__(self, x: int, size: int, max_nodes: int) -> None:
        self.x = x
        self.size = size
        self.folded = size > max_nodes
        heights = np.arange(size, dtype=float)
        self.shown = np.arange(size)
        if self.folded:
            half = max_nodes // 2
            self.shown = np.r_[:half, size - half : size]
            # The gap for the dots is as wide as two nodes.
            heights = np.r_[:half, half + 1 : 2 * half + 1].astype(float)
        self.height = float(heights[-1])
        heights = heights.mean() - heights
        self.places = [(float(x), float(y)) for y in heights]


def _largest(values: Array) -> float:
    """Return the largest absolute value; 1 if all are 0."""
    return float(np.abs(values).max()) or 1.0
