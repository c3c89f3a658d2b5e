"""Where to draw, and what: new axes, and the network in an estimator of any kind."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import check_is_fitted


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


def new_axes(ax: Any) -> Any:
    """Return `ax`, or new axes; importing matplotlib only now that it is needed."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Pictures need matplotlib: install it with pip install 'sknn[plot]'."
        ) from error
    return plt.subplots(layout="constrained")[1] if ax is None else ax
