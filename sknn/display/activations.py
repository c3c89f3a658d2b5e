"""Activations: the outputs of the neurons of every layer, and which neurons are dead."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.arrays import Array
from .axes import layer_titles, path_to_network, pyplot, rows_for_network, size_in_points

DEAD = 0.01  # a neuron whose A changes by less than this over the rows
N_BINS = 40
ACROSS = 4  # panels in a row at most


class ActivationsDisplay:
    """The outputs A of the neurons, as one histogram per layer over all rows.

    Make it with `from_estimator`. The title of a hidden layer has the number of its dead
    neurons: their A is (nearly) the same for every row, so the next layer learns nothing
    from them. A dead "relu" is always 0; a dead "tanh" or "sigmoid" is always saturated at
    the same end.

    Parameters
    ----------
    activations : list of ndarray of shape (n_samples, nodes)
        A of every layer.
    layer_titles : sequence of str
        One per layer.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_layers,)
        One per layer, the output last.
    figure_ : matplotlib Figure
    dead_ : list of ndarray of bool, each of shape (nodes,)
        Which neurons of every hidden layer are dead: their A varies by less than 0.01.

    See Also
    --------
    FFNNClassifier.forward : Returns A of every layer.
    NetworkDisplay : The network itself.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sknn import ActivationsDisplay, FFNNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = FFNNClassifier((5, 3), learning_rate_schedule="cosine", random_state=0)
    >>> display = ActivationsDisplay.from_estimator(model.fit(X, y), X)
    >>> [dead.shape for dead in display.dead_]
    [(5,), (3,)]
    >>> plt.close(display.figure_)
    """

    def __init__(self, activations: list[Array], *, layer_titles: Any) -> None:
        self.activations = activations
        self.layer_titles = layer_titles

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, ax: Any = None
    ) -> ActivationsDisplay:
        """Draw the outputs of all layers of a fitted estimator for the rows of X.

        Parameters
        ----------
        estimator : FFNN*, Tabular*, Pipeline or search
            Fitted. The last step of a Pipeline, the best estimator of a search, or the last
            network of the first member of a Tabular* is drawn.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows as for ``estimator.predict``, at least two; some hundreds are enough.
        ax : matplotlib Axes or None, default=None
            Where to draw: it is switched off, and the panels are drawn inside. None makes
            a new figure.

        Returns
        -------
        display : ActivationsDisplay

        Raises
        ------
        ValueError
            If X has fewer than two rows.
        """
        path = path_to_network(estimator)
        _, A = path[-1].forward(rows_for_network(path, X))
        return cls(A, layer_titles=layer_titles(path[-1])).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> ActivationsDisplay:
        """Draw the histograms.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw: it is switched off, and the panels are drawn inside. None makes
            a new figure.

        Returns
        -------
        self : ActivationsDisplay
        """
        if len(self.activations[0]) < 2:
            raise ValueError(
                "X must have at least two rows: a neuron is dead if its A does not change "
                "from row to row."
            )
        hidden = self.activations[:-1]
        self.dead_ = [A.max(axis=0) - A.min(axis=0) < DEAD for A in hidden]
        self.axes_ = _panels(ax, len(self.activations))
        self.figure_ = self.axes_[0].figure
        width = size_in_points(self.axes_[0])[0]
        titles = [title.replace(" · ", "\n") for title in self.layer_titles]
        for number, dead in enumerate(self.dead_):
            titles[number] += f"\n{dead.sum()} of {len(dead)} dead"
        font = min(9.0, width / (0.56 * max(len(w) for t in titles for w in t.split("\n"))))
        for panel, A, title in zip(self.axes_, self.activations, titles, strict=True):
            color = "C1" if A is self.activations[-1] else "C0"
            share = np.full(A.size, 100 / A.size)
            panel.hist(A.ravel(), bins=N_BINS, weights=share, color=color)
            panel.set_title(title, fontsize=font)
            panel.tick_params(labelsize=min(8.0, font))
            panel.locator_params(axis="both", nbins=3)
        self.axes_[0].set_ylabel("% of all A", fontsize=font)
        return self


def _panels(ax: Any, n: int) -> Array:
    """Return `n` axes, shape (n,): inside `ax`, or of a new figure."""
    across = min(n, ACROSS)
    down = -(-n // across)
    if ax is None:
        size = (6.4, 0.8 + 2.0 * down)
        axes = pyplot().subplots(down, across, layout="constrained", figsize=size)[1]
        axes = np.ravel(axes)
        for panel in axes[n:]:
            panel.remove()
        return axes[:n]
    pyplot()
    ax.set_axis_off()
    # Every panel leaves room for its title above and its ticks below.
    places = [(i % across / across, 1 - (i // across + 1) / down) for i in range(n)]
    size_inside = (0.74 / across, 0.55 / down)
    return np.array(
        [
            ax.inset_axes((x + 0.2 / across, y + 0.15 / down, *size_inside))
            for x, y in places
        ]
    )
