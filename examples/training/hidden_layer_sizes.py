"""
How many hidden neurons and layers do I need?
=============================================

Let cross-validation answer. scikit-learn's ``validation_curve`` trains the network with each size
and scores it on rows that it has not seen. Too few neurons cannot learn the training rows; beyond
some size, more of them change little except the time.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import validation_curve

from sknn import FFNNClassifier

X, y = load_digits(return_X_y=True)
model = FFNNClassifier(learning_rate=0.01, max_iter=20, random_state=0)


def curve(sizes):
    """Return accuracies on training and on held-out rows, each of shape (sizes, folds)."""
    return validation_curve(
        model, X, y, param_name="hidden_layer_sizes", param_range=sizes, cv=5
    )


# %%
# One hidden layer: how wide?
# ---------------------------
#
# The digits are images of 8 × 8 pixels, in ten classes.

WIDTHS = [1, 2, 4, 8, 16, 32, 64, 128]
wide_train, wide_test = curve([(width,) for width in WIDTHS])
print("neurons   training   held out")
for width, train, test in zip(WIDTHS, wide_train, wide_test, strict=True):
    print(f"{width:7}{train.mean():11.3f}{test.mean():11.3f}")

# %%
# Layers of 32 neurons: how deep?
# -------------------------------
#
# With no hidden layer at all, ``()``, the network is a logistic regression.

DEPTHS = [0, 1, 2, 3, 4]
deep_train, deep_test = curve([(32,) * depth for depth in DEPTHS])
print("layers   training   held out")
for depth, train, test in zip(DEPTHS, deep_train, deep_test, strict=True):
    print(f"{depth:6}{train.mean():11.3f}{test.mean():11.3f}")

# %%
# The picture
# -----------
#
# The band is one standard deviation of the five folds.

fig, axes = plt.subplots(1, 2, figsize=(6.8, 3.4), layout="constrained")
panels = [
    (axes[0], WIDTHS, wide_train, wide_test, "neurons in one hidden layer"),
    (axes[1], DEPTHS, deep_train, deep_test, "hidden layers of 32 neurons"),
]
for ax, values, train, test, label in panels:
    for scores, name in [(train, "training"), (test, "held out")]:
        mean, std = scores.mean(axis=1), scores.std(axis=1)
        ax.plot(values, mean, "o-", label=name)
        ax.fill_between(values, mean - std, mean + std, alpha=0.2)
    ax.set(xlabel=label, ylabel="accuracy")
axes[0].set_xscale("log", base=2)
axes[0].set_xticks(WIDTHS, WIDTHS)
axes[1].set_xticks(DEPTHS)
axes[0].legend()
plt.show()

# %%
# Here 128 neurons are less than 0.02 better than 32, and a second layer gains nothing. Start with
# one or two layers of 32 to 128 neurons, and enlarge them only as long as the held-out score
# rises.
