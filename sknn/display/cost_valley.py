"""The cost valley: the loss over a plane of weights, and paths of training in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from ..engine.arrays import Array
from ..fitting.landscape import Landscape
from .axes import new_axes, path_to_network, rows_for_network

MARGIN = 0.25  # around paths, as a share of their extent
LEVELS = 24
COLOURS = ("C1", "C3", "C2", "C4", "C5")  # of paths, on blue


class CostValleyDisplay:
    """The loss over a plane through the fitted weights, with paths of training in it.

    Make it with `from_estimator`.

    Parameters
    ----------
    x, y : array-like of shapes (n_x,) and (n_y,)
        Coordinates along the two directions; the fitted network is at (0, 0).
    losses : array-like of shape (n_y, n_x)
        The loss at every point of the grid.
    paths : dict of str to array-like of shape (n_snapshots, 2), default=None
        The weights during training, by name, projected on the plane.
    shares : array-like of shape (2,), default=None
        The share of the paths' squared distances from the fitted network that lies along
        each direction; None for random directions.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
    contours_ : matplotlib QuadContourSet
        The filled contours; levels are spaced logarithmically if all losses are positive.
    paths_ : list of matplotlib Line2D
        One per path.

    See Also
    --------
    LearningRateDisplay : The loss against the learning rate.
    LossCurveDisplay : The loss of every epoch.
    AfterEpoch : Records the networks of a path.

    Notes
    -----
    The loss is that of `loss_`, without the penalty. Weights and biases are in the units of
    training, where all columns of X, and y, have one scale. With paths, the plane contains
    their two principal directions, seen from the fitted weights; otherwise two random
    directions, in which the weights of a neuron have the norm of its fitted weights.

    Networks in `paths` that have other layers, or do not differ from the fitted one, raise
    a ValueError, and so does a grid without a finite loss.

    ``AfterEpoch(path.append)`` records a path, from the network after the first epoch on.
    The loss drawn under a path is that of its projection: it can seem to rise where the
    path is far from the plane.

    Source: H. Li et al., "Visualizing the loss landscape of neural nets" (2018).

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from sknn import CostValleyDisplay, FFNNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = FFNNClassifier(5, learning_rate=0.01, random_state=0)
    >>> path = []
    >>> for _ in range(30):
    ...     model = model.partial_fit(X, y, classes=[0, 1, 2])
    ...     path.append((model.coefs_, model.intercepts_))
    >>> display = CostValleyDisplay.from_estimator(
    ...     model, X, y, paths={"adam": path}, resolution=10
    ... )
    >>> plt.close(display.figure_)
    """

    def __init__(
        self, x: Any, y: Any, losses: Any, *, paths: Any = None, shares: Any = None
    ) -> None:
        self.x = x
        self.y = y
        self.losses = losses
        self.paths = paths
        self.shares = shares

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        paths: Mapping[str, Any] | None = None,
        span: float | None = None,
        resolution: int = 40,
        random_state: Any = 0,
        ax: Any = None,
    ) -> CostValleyDisplay:
        """Compute the loss on a grid around a fitted network, and plot it.

        Parameters
        ----------
        estimator : FFNN*, Tabular* (its first member), Pipeline or search
            A fitted one.
        X, y : array-like of shapes (n_samples, n_features) and (n_samples,)
            The rows for the loss; some hundreds are enough.
        paths : dict of str to list, default=None
            Networks or pairs ``(coefs_, intercepts_)`` in the order of training.
        span : float, default=None
            The grid goes from -span to span; None covers the paths, or is 1 without them.
        resolution : int, default=40
            Points of the grid along each direction.
        random_state : int, RandomState instance or None, default=0
            Source of directions without paths.
        ax : matplotlib Axes or None, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        display : CostValleyDisplay
        """
        land = _landscape(estimator, X, y)
        plane = _Plane.of(land, paths, check_random_state(random_state))
        x, y = plane.axes(span, resolution)
        losses = [[land.loss(plane.point(a, b)) for a in x] for b in y]
        return cls(x, y, losses, paths=plane.paths, shares=plane.shares).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> CostValleyDisplay:
        """Plot the contours, and the paths with their starts and ends.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to plot; None makes a new figure.

        Returns
        -------
        self : CostValleyDisplay
        """
        self.ax_ = ax = new_axes(ax)
        self.figure_ = ax.figure
        losses = np.ma.masked_invalid(np.asarray(self.losses, dtype=float))
        levels, norm = _levels(losses)
        style = {"levels": levels, "norm": norm}
        self.contours_ = ax.contourf(
            self.x, self.y, losses, cmap="Blues_r", alpha=0.8, extend="both", **style
        )
        lines = ax.contour(self.x, self.y, losses, colors="0.2", linewidths=0.5, **style)
        ax.clabel(lines, lines.levels[::4], fmt=_short, fontsize=8)
        self.paths_: list[Any] = []
        for colour, (name, path) in zip(
            np.resize(COLOURS, len(self.paths or {})),
            (self.paths or {}).items(),
            strict=True,
        ):
            self._plot_path(str(name), np.asarray(path, dtype=float), str(colour))
        if not self.paths_:
            ax.plot(0, 0, "*", color="C1", mec="white", ms=14, label="fitted network")
        else:
            ax.plot([], [], "o", color="0.3", label="start")
            ax.plot([], [], "*", color="0.3", ms=12, label="end")
        ax.plot([], [], color="0.2", lw=0.5, label="loss")
        ax.set(xlabel=self._direction(0), ylabel=self._direction(1))
        ax.legend(fontsize="small", loc="best")
        return self

    def _direction(self, number: int) -> str:
        """Return the name of a direction, with its share of the paths."""
        if self.shares is None:
            return f"random direction {number + 1}"
        return f"principal direction {number + 1} ({self.shares[number]:.0%})"

    def _plot_path(self, name: str, path: Array, colour: str) -> None:
        """Plot one path, (n_snapshots, 2), with its start and its end."""
        from matplotlib.patheffects import withStroke

        edge = [withStroke(linewidth=4, foreground="white")]
        style = {"color": colour, "zorder": 3}
        self.paths_ += self.ax_.plot(*path.T, lw=2, label=name, path_effects=edge, **style)
        self.ax_.plot(*path.T, ".", ms=5, **style)
        self.ax_.plot(*path[0], "o", mec="white", ms=8, **style)
        self.ax_.plot(*path[-1], "*", mec="white", ms=14, **style)


def _levels(losses: Any) -> tuple[Array, Any]:
    """Return the levels of the contours, and how they become colours."""
    from matplotlib.colors import LogNorm, Normalize

    if not losses.count():
        raise ValueError("No loss in the plane is finite: choose a smaller span.")
    low, high = float(losses.min()), float(losses.max())
    if low > 0 and high > low:
        # Without this limit, huge losses would leave a single level for the valley.
        high = min(high, float(np.median(losses.compressed())) * 100)
        return np.geomspace(low, high, LEVELS), LogNorm(low, high)
    high = max(high, low + 1e-12 * max(1.0, abs(low)))
    return np.linspace(low, high, LEVELS), Normalize(low, high)


def _short(loss: float) -> str:
    """Return a loss in few characters."""
    return f"{loss:,.0f}" if 100 <= loss < 1e6 else f"{loss:.2g}"


def _landscape(estimator: Any, X: Any, y: Any) -> Landscape:
    """Return the loss of the network in `estimator`, for X as `estimator` takes it."""
    path = path_to_network(estimator)
    return Landscape(path[-1], rows_for_network(path, X), y)


class _Plane:
    """A plane through the fitted network.

    Parameters
    ----------
    origin : array of shape (n_parameters,)
    directions : array of shape (2, n_parameters)
    paths : dict of str to array of shape (n_snapshots, 2)
        In the coordinates of the plane; empty with random directions.
    shares : array of shape (2,) or None
    """

    def __init__(
        self, origin: Array, directions: Array, paths: dict[str, Array], shares: Any
    ) -> None:
        self.origin = origin
        self.directions = directions
        self.paths = paths
        self.shares = shares

    @classmethod
    def of(cls, land: Landscape, paths: Mapping[str, Any] | None, random: Any) -> _Plane:
        """Return the plane of the paths, or a random one if there are none."""
        if not paths:
            pair = [land.random_direction(random) for _ in range(2)]
            return cls(land.fitted, np.array(pair), {}, None)
        steps = {
            name: np.array([land.point(*_arrays(s)) for s in path]) - land.fitted
            for name, path in paths.items()
            if len(path)
        }
        every = np.concatenate([*steps.values()]) if steps else np.empty((0, 0))
        if len(every) < 2 or not every.any():
            raise ValueError(
                "paths need two or more networks that differ from the fitted one: record "
                "one after every epoch, for example with AfterEpoch(path.append)."
            )
        _, sizes, directions = np.linalg.svd(every, full_matrices=False)
        projected = {name: step @ directions[:2].T for name, step in steps.items()}
        shares = sizes[:2] ** 2 / (sizes**2).sum()
        return cls(land.fitted, directions[:2], projected, shares)

    def axes(self, span: float | None, resolution: int) -> tuple[Array, Array]:
        """Return the coordinates of the grid along both directions, (resolution,) each."""
        ends = np.array([[-1.0, -1.0], [1.0, 1.0]])
        if span is not None:
            ends *= span
        elif self.paths:
            places = np.concatenate([*self.paths.values(), np.zeros((1, 2))])
            ends = np.array([places.min(axis=0), places.max(axis=0)])
            extent = ends[1] - ends[0]
            ends += np.outer([-MARGIN, MARGIN], np.maximum(extent, 0.1 * extent.max()))
        x, y = np.linspace(ends[0], ends[1], resolution).T
        return x, y

    def point(self, x: float, y: float) -> Array:
        """Return the point of the plane at (x, y), (n_parameters,)."""
        place: Array = self.origin + x * self.directions[0] + y * self.directions[1]
        return place


def _arrays(snapshot: Any) -> tuple[Any, Any]:
    """Return coefs and intercepts of a fitted network, or of a pair of both."""
    if hasattr(snapshot, "coefs_"):
        return snapshot.coefs_, snapshot.intercepts_
    coefs, intercepts = snapshot
    return coefs, intercepts
