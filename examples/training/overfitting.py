"""
How do I stop a network from overfitting?
=========================================

A large network on few noisy rows memorises them: its boundary bends around single points. Three
parameters keep it smooth: ``alpha`` (a penalty on large weights), ``dropout`` (neurons left out
at random in every step) and ``early_stopping`` (a validation set decides when to stop).
"""

import matplotlib.pyplot as plt
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sknn import FFNNClassifier

# %%
# The data
# --------
#
# Two moons with so much noise that they overlap: 120 rows to train on, and 2,000 to measure.

X, y = make_moons(2100, noise=0.35, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=120, random_state=0)
large = {
    "hidden_layer_sizes": (100, 100),
    "loss": "log_loss",  # the default smooths the labels, which is a fourth remedy
    "learning_rate": 0.005,
    "max_iter": 300,
    "n_iter_no_change": 300,
    "batch_size": 25,
    "random_state": 0,
}

# %%
# One remedy at a time
# --------------------
#
# The same network six times. Only the setting in the title differs. White is a probability of
# 0.5; the darker the colour, the closer the probability is to 0 or 1.

settings = {
    "no penalty": {"alpha": 0},
    "alpha=0.01": {"alpha": 0.01},
    "alpha=0.05": {"alpha": 0.05},
    "dropout=0.2": {"alpha": 0, "dropout": 0.2},
    "dropout=0.5": {"alpha": 0, "dropout": 0.5},
    "early_stopping=True": {"early_stopping": True, "validation_fraction": 0.3},
}
fig, axes = plt.subplots(2, 3, figsize=(6.8, 5), layout="constrained")
print(f"{'':20} log loss: training   held out   accuracy held out")
for ax, (name, changes) in zip(axes.flat, settings.items(), strict=True):
    model = FFNNClassifier(**(large | changes)).fit(X_train, y_train)
    train = log_loss(y_train, model.predict_proba(X_train))
    test = log_loss(y_test, model.predict_proba(X_test))
    print(f"{name:20}{train:19.3f}{test:11.3f}{model.score(X_test, y_test):20.3f}")
    DecisionBoundaryDisplay.from_estimator(
        model,
        X,
        response_method="predict_proba",
        class_of_interest=1,
        plot_method="pcolormesh",
        cmap="coolwarm",
        vmin=0,
        vmax=1,
        alpha=0.6,
        eps=0.3,
        ax=ax,
    )
    ax.scatter(
        *X_train.T, c=y_train, cmap="coolwarm", s=16, edgecolors="white", linewidths=0.4
    )
    ax.set_title(f"{name}\nlog loss held out {test:.2f}", fontsize=10)
    ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
plt.show()

# %%
# Without any remedy the boundary bends around single points and is sharp everywhere: the network
# is sure of all its answers, also of the wrong ones, so the log loss on held-out rows is high.
# The accuracy hardly shows it. A penalty of 0.05 is too much: the boundary is almost a straight
# line, the accuracy falls, and the loss rises again. Choose ``alpha`` and ``dropout`` by a
# search; see :doc:`/auto_examples/training/search_architectures`.
