"""Pictures: the loss curve, and the network itself. Both need matplotlib.

As scikit-learn's displays do, they keep what they show, so that it can be plotted again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .engine.arrays import Array

SLIM = {"fraction": 0.05, "pad": 0.02, "shrink": 0.8}  # of a colour bar


def network_in(estimator: Any) -> Any:
    """Return the fitted network in `estimator`: itself, or in a Pipeline or a search.

    Raises
    ------
    TypeError
        If there is none.
    """
    check_is_fitted(estimator)
    while not hasattr(estimator, "loss_curve_"):
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        elif hasattr(estimator, "steps"):
            estimator = estimator.steps[-1][1]
        else:
            raise TypeError(
                f"{type(estimator).__name__} has no network to draw: pass a fitted "
                "FFNNRegressor or FFNNClassifier, or a Pipeline or search that ends in one."
            )
    return estimator


def _axes(ax: Any) -> Any:
    """Return `ax`, or new axes; importing matplotlib only now that it is needed."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Pictures need matplotlib: install it with pip install 'sknn[plot]'."
        ) from error
    return plt.subplots(layout="constrained")[1] if ax is None else ax


class LossCurveDisplay:
    """How the loss went down: training, validation, the best epoch, the learning rate.

    Make it with `from_estimator`.

    Parameters
    ----------
    loss_curve : array-like of shape (n_epochs,)
    validation_loss_curve : array-like or None, default=None
    best_iter : int or None, default=None
        The epoch whose network was kept, from 1.
    learning_rate_curve : array-like or None, default=None
        Drawn on an axis of its own if it is not constant.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
    rate_ax_ : matplotlib Axes or None
        The axes of the learning rate.
    lines_ : list of matplotlib Line2D

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
    ) -> None:
        self.loss_curve = loss_curve
        self.validation_loss_curve = validation_loss_curve
        self.best_iter = best_iter
        self.learning_rate_curve = learning_rate_curve

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
        )
        return display.plot(ax=ax)

    def plot(self, *, ax: Any = None) -> LossCurveDisplay:
        """Plot the curves on `ax`, or on new axes; return self."""
        self.ax_ = ax = _axes(ax)
        self.figure_ = ax.figure
        epochs = np.arange(1, len(self.loss_curve) + 1)
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
        if min(np.nanmin(line.get_ydata()) for line in self.lines_[:2]) > 0:
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
        names = getattr(estimator, "feature_names_in_", None)
        if names is None:
            names = [f"x{i}" for i in range(estimator.n_features_in_)]
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
        """Draw the network on `ax`, or on new axes; return self."""
        self.ax_ = ax = _axes(ax)
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
                name = _short(str(names[number]))
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


def layers_html(estimator: Any) -> str:
    """Return an HTML table of the layers of a fitted estimator and their parameters."""
    activations = [type(part).__name__ for part in estimator._activations]
    rows = [
        f"<tr><td>{number}</td><td>{W.shape[0]} → {W.shape[1]}</td><td>{name}</td>"
        f"<td>{W.size + b.size + learned.size:,}</td></tr>"
        for number, (W, b, learned, name) in enumerate(
            zip(
                estimator.coefs_,
                estimator.intercepts_,
                estimator.activation_coefs_,
                activations,
                strict=True,
            ),
            start=1,
        )
    ]
    return (
        "<table><thead><tr><th>layer</th><th>nodes</th><th>activation</th>"
        f"<th>parameters</th></tr></thead><tbody>{''.join(rows)}<tr><td colspan='3'>all"
        f"</td><td>{estimator.n_parameters_:,}</td></tr></tbody></table>"
    )
