"""
Which activation function, and what does it change?
===================================================

The activation function bends the boundary. With ``identity`` the boundary stays a straight line,
however many layers there are. With ``relu`` it has straight pieces, with ``tanh`` or ``silu`` it
is smooth. Start with ``relu``, which is the default.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits, make_moons
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import cross_val_score

from sknn import FFNNClassifier

ACTIVATIONS = ["identity", "sigmoid", "tanh", "relu", "elu", "silu"]

# %%
# Two moons, six activations
# --------------------------
#
# Each network has two layers of eight neurons, and is otherwise the same.

X, y = make_moons(300, noise=0.15, random_state=0)
networks = {}
fig, axes = plt.subplots(2, 3, figsize=(6.8, 4.8), layout="constrained")
for ax, name in zip(axes.flat, ACTIVATIONS, strict=True):
    network = FFNNClassifier(
        hidden_layer_sizes=(8, 8),
        activation=name,
        learning_rate=0.02,
        max_iter=100,
        random_state=0,
    ).fit(X, y)
    networks[name] = network
    DecisionBoundaryDisplay.from_estimator(
        network,
        X,
        response_method="predict_proba",
        class_of_interest=1,
        plot_method="pcolormesh",
        cmap="coolwarm",
        vmin=0,
        vmax=1,
        alpha=0.6,
        eps=0.5,
        ax=ax,
    )
    ax.scatter(*X.T, c=y, cmap="coolwarm", s=8, edgecolors="white", linewidths=0.3)
    ax.set_title(f"{name}: {network.score(X, y):.1%} right", fontsize=10)
    ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
plt.show()

# %%
# ``sigmoid`` has stopped at a straight line: its derivative is at most 1/4, so that little of the
# gradient reaches the first layer, and the loss hardly falls for many epochs. It bends with a
# higher rate, more epochs, and more patience:

sigmoid = networks["sigmoid"]
print(f"sigmoid: {sigmoid.n_iter_} epochs")
patient = clone(sigmoid)
patient.set_params(learning_rate=0.1, max_iter=200, n_iter_no_change=200).fit(X, y)
print(f"with the higher rate: {patient.n_iter_} epochs, {patient.score(X, y):.1%} right")

# %%
# The functions themselves
# ------------------------
#
# A neuron computes a sum Z and the output A = σ(Z). ``forward`` returns both. Here are those of
# the eight neurons of the first layer, for all rows: each point lies on the curve of σ.

fig, axes = plt.subplots(2, 3, figsize=(6.8, 4.2), sharex=True, layout="constrained")
for ax, (name, network) in zip(axes.flat, networks.items(), strict=True):
    Z, A = network.forward(X)
    ax.plot(Z[0].ravel(), A[0].ravel(), ".", ms=3)
    ax.axhline(0, color="0.8", lw=0.8, zorder=0)
    ax.axvline(0, color="0.8", lw=0.8, zorder=0)
    ax.set_title(name, fontsize=10)
    ax.set(xlim=(-6, 6))
    ax.set_ylim(np.array([-0.05, 1.05]) * np.ptp(A[0][np.abs(Z[0]) < 6]) + A[0].min())
for ax in axes[1]:
    ax.set_xlabel("Z")
for ax in axes[:, 0]:
    ax.set_ylabel("A = σ(Z)")
plt.show()

# %%
# On real data
# ------------
#
# Images of digits, five-fold cross-validation. ``identity`` is a linear model. The others differ
# by 0.016 or less, about the standard deviation of the folds: the activation is not the first
# parameter to search.

X, y = load_digits(return_X_y=True)
print("activation   accuracy   standard deviation")
for name in ACTIVATIONS:
    network = networks[name].set_params(hidden_layer_sizes=(64,), max_iter=20)
    scores = cross_val_score(network, X, y, cv=5)
    print(f"{name:10}{scores.mean():11.3f}{scores.std():21.3f}")
