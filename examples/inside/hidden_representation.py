"""
What do hidden layers learn? From pixels to clusters
====================================================

Each hidden layer turns a row into new numbers, its activations. Here two principal components of
them are drawn, layer by layer. The ten digits overlap as pixels. In the last hidden layer they
are apart, which is why the output layer needs only a linear model.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier

from sknn import FFNNClassifier

X, y = load_digits(return_X_y=True)
X = X / 16
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
model = FFNNClassifier(
    hidden_layer_sizes=(64, 32, 10),
    activation="tanh",
    encoder=None,  # the pixels are on one scale
    random_state=0,
).fit(X_train, y_train)
print(f"accuracy on held-out images: {model.score(X_test, y_test):.3f}")

# %%
# The held-out images, layer by layer
# -----------------------------------
#
# ``hidden_representation(X, layer)`` returns the activations, of shape (rows, neurons). PCA finds
# the two directions in which they vary most.

views = {"64 pixels": X_test}
for layer, size in enumerate(model.hidden_layer_sizes):
    views[f"hidden layer {layer + 1}, {size} neurons"] = model.hidden_representation(
        X_test, layer
    )

fig, axes = plt.subplots(2, 2, figsize=(6.8, 6.4), layout="constrained")
for ax, (name, A) in zip(axes.flat, views.items(), strict=True):
    points = PCA(2).fit_transform(A)
    ax.scatter(*points.T, c=y_test, cmap="tab10", s=8)
    for digit in range(10):
        ax.annotate(
            digit,
            points[y_test == digit].mean(axis=0),
            ha="center",
            va="center",
            weight="bold",
            bbox={"boxstyle": "circle,pad=0.2", "fc": "white", "alpha": 0.8, "lw": 0},
        )
    ax.set(title=name, xticks=[], yticks=[])
plt.show()

# %%
# How far apart are the digits?
# -----------------------------
#
# The silhouette is between -1 and 1: higher when images are closer to their own digit than to the
# next one. The second number needs no more than the two coordinates in the picture: the accuracy
# of a nearest-neighbours classifier on them, by cross-validation.

print(f"{'':28} silhouette   accuracy of two components")
for name, A in views.items():
    accuracy = cross_val_score(
        KNeighborsClassifier(), PCA(2).fit_transform(A), y_test
    ).mean()
    print(f"{name:28}{silhouette_score(A, y_test):11.2f}{accuracy:15.2f}")
