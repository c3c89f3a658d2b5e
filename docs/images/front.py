"""Draw front.png: a network learns to tell two spirals apart.

python docs/images/front.py
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import DecisionBoundaryDisplay

from sknn import FFNNClassifier

EPOCHS = 1, 60, 80, 300
COLORS = np.array(["navy", "darkred"])


def spirals(n=200, noise=0.12):
    """Return two spirals of `n` points each: X of shape (2 n, 2) and the labels."""
    rng = np.random.default_rng(0)
    angle = np.linspace(0.8, 3.2 * np.pi, n)
    arm = np.column_stack([angle * np.cos(angle), angle * np.sin(angle)]) / 4
    X = np.concatenate([arm, -arm]) + rng.normal(0, noise, (2 * n, 2))
    return X, np.repeat([0, 1], n)


def draw(ax, X, y, epochs):
    """Draw the probabilities of a network after these epochs."""
    network = FFNNClassifier(
        (64, 64),
        activation="tanh",
        learning_rate=0.01,
        batch_size=20,
        n_iter_no_change=np.inf,
        max_iter=epochs,
        random_state=0,
    ).fit(X, y)
    DecisionBoundaryDisplay.from_estimator(
        network,
        X,
        grid_resolution=150,
        eps=0.3,
        response_method="predict_proba",
        plot_method="pcolormesh",
        vmin=-0.5,  # paler than the points
        vmax=1.5,
        cmap="RdBu_r",
        ax=ax,
    )
    ax.scatter(*X.T, s=9, c=COLORS[y], edgecolors="white", linewidths=0.4)
    ax.set(xticks=[], yticks=[], xlabel="", ylabel="", aspect="equal")
    ax.set_title(f"epoch {epochs}: {network.score(X, y):.0%} right", fontsize=11)


if __name__ == "__main__":
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    warnings.simplefilter("ignore", ConvergenceWarning)
    fig, axes = plt.subplots(1, len(EPOCHS), figsize=(11, 2.75), layout="constrained")
    for ax, epochs in zip(axes, EPOCHS, strict=True):
        draw(ax, *spirals(), epochs)
    fig.savefig(Path(__file__).with_suffix(".png"), dpi=110)
