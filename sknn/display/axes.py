"""What displays share: axes to draw on, and the network in an estimator of any kind."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import check_is_fitted

from ..encoding.labels import Labels
from ..engine.activations import ACTIVATIONS
from ..engine.arrays import Array
from .layers import named_part

LOSSES = {
    "LogLoss": "log loss",
    "SquaredError": "squared error",
    "AbsoluteError": "absolute error",
    "Huber": "Huber loss",
    "Quantile": "pinball loss",
    "Poisson": "half Poisson deviance",
    "Gamma": "half gamma deviance",
    "Tweedie": "half Tweedie deviance",
}


def is_network(estimator: Any) -> bool:
    """Return whether `estimator` is a single network of this package."""
    return hasattr(type(estimator), "hidden_representation")


def path_to_network(estimator: Any) -> list[Any]:
    """Return `estimator` and all that is nested in it, down to the fitted network.

    The path goes from a search to its best estimator, from a Pipeline to its last step,
    and from a Tabular* to the last network of its first member.

    Raises
    ------
    TypeError
        If there is no network.
    """
    check_is_fitted(estimator)
    path = [estimator]
    while not is_network(path[-1]):
        holder = path[-1]
        if hasattr(holder, "best_estimator_"):
            path.append(holder.best_estimator_)
        elif hasattr(holder, "steps"):
            path.append(holder.steps[-1][1])
        elif hasattr(holder, "members_"):
            path.append(holder.members_[0][-1])
        else:
            raise TypeError(
                f"{type(holder).__name__} has no network to draw: pass a fitted "
                "FFNNRegressor, FFNNClassifier, TabularRegressor or TabularClassifier, or "
                "a Pipeline or search that ends in one."
            )
    return path


def rows_for_network(path: list[Any], X: Any) -> Any:
    """Return `X`, (n_samples, n_features), as the network at the end of `path` takes it."""
    for holder in path[:-1]:
        if hasattr(holder, "steps"):
            X = holder[:-1].transform(X) if len(holder.steps) > 1 else X
        elif hasattr(holder, "members_"):
            X = holder.encoder_.transform(X)
    return X


def input_names(path: list[Any]) -> list[str]:
    """Return the names of the network's inputs: columns of X, or encoded columns.

    The steps of a Pipeline may report them. Without names they are x0, x1, ...
    """
    n_inputs = len(path[-1].coefs_[0])
    for holder in reversed(path):
        names = _names_from(holder)
        if len(names) == n_inputs:
            return names
    return [f"x{i}" for i in range(n_inputs)]


def _names_from(holder: Any) -> list[str]:
    """Return the names that `holder` has for the network's inputs; [] if it has none."""
    encoder = getattr(holder, "encoder_", None)
    if encoder is None and hasattr(holder, "steps"):
        encoder = holder[:-1]
    if encoder is None:
        return [str(name) for name in getattr(holder, "feature_names_in_", [])]
    try:
        return [str(name) for name in encoder.get_feature_names_out()]
    except (AttributeError, ValueError):  # a step without names
        return []


def output_names(path: list[Any]) -> list[str]:
    """Return the names of the outputs: the classes (the second of two), or y0, y1, ..."""
    classes: Any = next((h.classes_ for h in path if hasattr(h, "classes_")), [])
    n_outputs = path[-1].n_outputs_
    if len(classes) == n_outputs > 1:
        return [str(label) for label in classes]
    if len(classes) == 2:
        return [str(classes[1])]
    return [f"y{i}" for i in range(n_outputs)] if n_outputs > 1 else ["y"]


def standardised(network: Any) -> tuple[list[Array], list[Array]]:
    """Return W and b of every layer, the first for columns scaled as in training.

    `coefs_` takes the columns as they are: a weight there is per unit of its column. Here
    it is per standard deviation, which makes the columns comparable. The shape of each is
    that in `coefs_` and `intercepts_`.
    """
    coefs, intercepts = list(network.coefs_), list(network.intercepts_)
    scaling = network._features.scaling
    if scaling is not None:
        coefs[0], intercepts[0] = scaling.unfold(coefs[0], intercepts[0])
    return coefs, intercepts


def layer_titles(network: Any) -> list[str]:
    """Return "hidden 1 · relu", ..., "output · softmax": the parameters' names."""
    # Without the settings, for which there is no room.
    names = [named_part(p, ACTIVATIONS).split("(")[0] for p in network._activations]
    hidden = [f"hidden {i} · {name}" for i, name in enumerate(names[:-1], start=1)]
    return [*hidden, f"output · {names[-1]}"]


def loss_title(network: Any) -> str:
    """Return the kind of the loss and, for regression, its unit: "squared error (y²)"."""
    loss = network._loss
    kind = type(loss).__name__
    kind = LOSSES.get(kind, "loss" if kind == "CustomLoss" else kind)
    if isinstance(network._targets, Labels) or kind == "loss" or not loss.degree:
        return kind
    power = {1: "", 2: "²"}.get(loss.degree, f"^{loss.degree:g}")
    return f"{kind} (y{power})"


def new_axes(ax: Any) -> Any:
    """Return `ax`, or new axes if it is None."""
    plt = pyplot()
    return plt.subplots(layout="constrained")[1] if ax is None else ax


def pyplot() -> Any:
    """Return matplotlib.pyplot.

    Raises
    ------
    ImportError
        If matplotlib is not installed; it names the extra to install.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Pictures need matplotlib: install it with pip install 'sknn[plot]'."
        ) from error
    return plt


def size_in_points(ax: Any) -> tuple[float, float]:
    """Return width and height of `ax` in points, of which an inch has 72."""
    box = ax.get_window_extent()
    unit = 72 / ax.figure.dpi
    return box.width * unit, box.height * unit


def without_formulas(text: str) -> str:
    """Return `text` with dollar signs escaped, which would begin a formula."""
    return text.replace("$", r"\$")
