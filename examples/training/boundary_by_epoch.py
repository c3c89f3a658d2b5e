"""
What happens during training, epoch by epoch?
=============================================

A network begins with random weights and a boundary that means nothing. Every epoch moves the
boundary a little. Here it is drawn after 1, 5, 20 and more epochs, with
:class:`~sknn.AfterEpoch`, a callback that gets a copy of the network after every epoch.

Callbacks need scikit-learn 1.9.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import DecisionBoundaryDisplay

from sknn import AfterEpoch, FFNNClassifier

# %%
# The data
# --------
#
# Two spirals: 150 points each, with noise. No straight line separates them.


def spirals(n=150, noise=0.25):
    """Return X of shape (2n, 2) and labels 0 and 1."""
    rng = np.random.default_rng(0)
    t = np.linspace(0.5, 3 * np.pi, n)
    arm = np.column_stack([t * np.cos(t), t * np.sin(t)])
    X = np.concatenate([arm, -arm]) + rng.normal(scale=noise, size=(2 * n, 2))
    return X, np.repeat([0, 1], n)


X, y = spirals()

# %%
# Keep a copy of the network
# --------------------------
#
# The function is called after every epoch. It keeps the networks that are drawn later.

EPOCHS = [1, 5, 10, 15, 20, 100]
networks = {}


def keep(network):
    """Keep the network of some epochs."""
    if network.n_iter_ in EPOCHS:
        networks[network.n_iter_] = network


model = FFNNClassifier(
    hidden_layer_sizes=(32, 32),
    learning_rate=0.01,
    batch_size=32,
    max_iter=100,
    n_iter_no_change=100,  # all epochs, even if the loss does not improve
    random_state=0,
)
model.set_callbacks(AfterEpoch(keep)).fit(X, y)

# %%
# The probabilities, epoch by epoch
# ---------------------------------
#
# The colour is the probability of the second class. At first it is near 0.5 everywhere, then a
# straight boundary appears, and between the epochs 10 and 20 it bends around the spirals. From
# then on the boundary stays, and only the probabilities become sharper.

fig, axes = plt.subplots(2, 3, figsize=(6.5, 4.8), layout="constrained")
for ax, epoch in zip(axes.flat, EPOCHS, strict=True):
    network = networks[epoch]
    DecisionBoundaryDisplay.from_estimator(
        network,
        X,
        response_method="predict_proba",
        class_of_interest=1,
        plot_method="pcolormesh",
        grid_resolution=120,
        cmap="coolwarm",
        vmin=0,
        vmax=1,
        alpha=0.6,
        ax=ax,
    )
    ax.scatter(*X.T, c=y, cmap="coolwarm", s=9, edgecolors="white", linewidths=0.3)
    accuracy = network.score(X, y)
    print(f"epoch {epoch:3}: loss {network.loss_:.3f}, accuracy {accuracy:.3f}")
    ax.set_title(f"epoch {epoch}: {accuracy:.0%} right", fontsize=10)
    ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
plt.show()

# %%
# The loss falls most between the same epochs, 10 and 20.

fig, ax = plt.subplots(figsize=(6.5, 3), layout="constrained")
ax.plot(np.arange(1, model.n_iter_ + 1), model.loss_curve_)
for epoch in EPOCHS:
    ax.axvline(epoch, color="0.8", zorder=0)
ax.set(xlabel="epoch", ylabel="log loss")
plt.show()
