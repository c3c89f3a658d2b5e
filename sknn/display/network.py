"""The network: neurons in columns, edges coloured by weight, neurons by bias."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.arrays import Array
from .axes import network_in, new_axes

SLIM = {"fraction": 0.05, "pad": 0.02, "shrink": 0.8}  # of a colour bar


class NetworkDisplay:
    """The network: neurons in columns, edges coloured by weight, neurons by bias.

    Make it with `from_estimator`.

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

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
    edges_ : list of matplotlib LineCollection
        One per layer after the input.
    nodes_ : list of matplotlib PathCollection
        One per layer.

    See Also
    --------
    LossCurveDisplay : How training went.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sknn import FFNNClassifier, NetworkDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> X = (X - X.mean(axis=0)) / X.std(axis=0)
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
    ) -> None:
        self.coefs = coefs
        self.intercepts = intercepts
        self.input_names = input_names
        self.output_names = output_names
        self.max_nodes = max_nodes

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, max_nodes: int = 10, ax: Any = None
    ) -> NetworkDisplay:
        """Draw the network of a fitted estimator.

        Parameters
        ----------
        estimator : FFNNRegressor, FFNNClassifier, Pipeline or search
            A fitted one; of a Pipeline the last step, of a search the best estimator.
        max_nodes : int, default=10
            Larger layers are folded.
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : NetworkDisplay
        """
        estimator = network_in(estimator)
        if max_nodes < 2:
            raise ValueError(f"max_nodes must be at least 2, got {max_nodes!r}.")
        names = _input_names(estimator)
        classes = getattr(estimator, "classes_", [])
        n_outputs = estimator.n_outputs_
        outputs = [f"y{i}" for i in range(n_outputs)] if n_outputs > 1 else ["y"]
        if len(classes) == n_outputs > 1:
            outputs = [str(label) for label in classes]
        elif len(classes) == 2:
            outputs = [str(classes[1])]
        display = cls(
            estimator.coefs_,
            estimator.intercepts_,
            input_names=list(names),
            output_names=outputs,
            max_nodes=max_nodes,
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> NetworkDisplay:
        """Draw the network.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : NetworkDisplay
        """
        self.ax_ = ax = new_axes(ax)
        self.figure_ = ax.figure
        sizes = [len(self.coefs[0]), *(len(b) for b in self.intercepts)]
        self._columns = [_Column(x, size, self.max_nodes) for x, size in enumerate(sizes)]
        self._draw_edges()
        self._draw_nodes()
        self._draw_names()
        ax.set_axis_off()
        return self

    def _draw_edges(self) -> None:
        """Draw all edges between shown neurons, blue below 0 and red above.

        Colours are relative to the largest weight of the layer, since the last one may
        have the unit of y.
        """
        from matplotlib.collections import LineCollection

        self.edges_ = []
        for W, left, right in zip(
            self.coefs, self._columns[:-1], self._columns[1:], strict=True
        ):
            weights, largest = W[np.ix_(left.shown, right.shown)].ravel(), _largest(W)
            ends = [(p, q) for p in left.places for q in right.places]
            edges = LineCollection(ends, cmap="coolwarm", zorder=1)
            edges.set_array(weights)
            edges.set_clim(-largest, largest)
            edges.set_linewidth(list(0.3 + 2 * np.abs(weights) / largest))
            self.edges_.append(self.ax_.add_collection(edges))
        self._draw_scale("coolwarm", "weight / largest of the layer")

    def _draw_nodes(self) -> None:
        """Draw the neurons, filled by bias, and the inputs, which have none."""
        self.nodes_ = []
        for column, b in zip(self._columns, [None, *self.intercepts], strict=True):
            x, y = np.transpose(column.places)
            fill: Any = "0.9"
            style = {}
            if b is not None:
                fill, largest = b[column.shown], _largest(b)
                style = {"cmap": "PuOr_r", "vmin": -largest, "vmax": largest}
            self.nodes_.append(
                self.ax_.scatter(x, y, c=fill, s=150, edgecolors="0.2", zorder=2, **style)
            )
            if column.folded:
                self.ax_.text(column.x, 0, "⋮", ha="center", va="center", fontsize=16)
        self._draw_scale("PuOr_r", "bias / largest of the layer")

    def _draw_scale(self, cmap: str, label: str) -> None:
        """Draw the bar that tells what the colours mean."""
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize

        scale = ScalarMappable(Normalize(-1, 1), cmap)
        self.figure_.colorbar(scale, ax=self.ax_, label=label, **SLIM)

    def _draw_names(self) -> None:
        """Write the names of inputs and outputs, and every layer's number of neurons."""
        first, last = self._columns[0], self._columns[-1]
        for column, names, side in (
            (first, self.input_names, "right"),
            (last, self.output_names, "left"),
        ):
            beside = {
                "xytext": (-10 if side == "right" else 10, 0),
                "textcoords": "offset points",
                "ha": side,
                "va": "center",
            }
            for number, place in zip(column.shown, column.places, strict=True):
                # A dollar sign would begin a formula.
                name = _short(str(names[number])).replace("$", r"\$")
                self.ax_.annotate(name, place, fontsize=9, **beside)
        bottom = min(y for column in self._columns for _, y in column.places)
        for column in self._columns:
            self.ax_.text(column.x, bottom - 1, str(column.size), ha="center", va="top")


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
        heights = heights.mean() - heights
        self.places = [(float(x), float(y)) for y in heights]


def _largest(values: Array) -> float:
    """Return the largest absolute value; 1 if all are 0."""
    return float(np.abs(values).max()) or 1.0


def _short(name: str) -> str:
    """Return `name`, shortened to fit beside a node."""
    return name if len(name) <= 14 else name[:13] + "…"


def _input_names(estimator: Any) -> list[str]:
    """Return the names of the inputs of the network: the columns of X, or encoded ones."""
    if estimator.encoder_ is not None:
        return list(estimator.encoder_.get_feature_names_out())
    numbers = range(estimator.n_features_in_)
    return list(getattr(estimator, "feature_names_in_", [f"x{i}" for i in numbers]))
