"""
Can a network compress images? An autoencoder
=============================================

Train it to predict its own input through a narrow layer: ``fit(X, X)``. The output of
the narrow layer is the compressed image. Here 64 pixels become 2, 8 or 16 numbers, and the network beats
PCA with as many components.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from sknn import FFNNRegressor

X, y = load_digits(return_X_y=True)
X = X / 16
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)


def autoencoder(size):
    """Return a network whose third layer has `size` neurons."""
    return FFNNRegressor(
        hidden_layer_sizes=(64, 32, size, 32, 64),
        activation=("silu", "silu", "identity", "silu", "silu"),
        encoder=None,
        scale_target=False,
        batch_size=32,
        random_state=0,
    )


def error(images):
    """Return the root mean squared error of a pixel, on held-out images."""
    return np.sqrt(np.mean((images - X_test) ** 2))


# %%
# How much is lost?
# -----------------
#
# The error of a pixel, on held-out images, as root mean square. A pixel is between 0 and 1.

SIZES = (2, 8, 16)
networks, restored = {}, {}
print("numbers   autoencoder     PCA")
for size in SIZES:
    networks[size] = autoencoder(size).fit(X_train, X_train)
    pca = PCA(size, random_state=0).fit(X_train)
    restored[f"network, {size}"] = networks[size].predict(X_test)
    restored[f"PCA, {size}"] = pca.inverse_transform(pca.transform(X_test))
    print(f"{size:7}{error(restored[f'network, {size}']):14.3f}", end="")
    print(f"{error(restored[f'PCA, {size}']):8.3f}")

# %%
# What comes back
# ---------------

rows = {"original": X_test, **restored}
fig, axes = plt.subplots(len(rows), 8, figsize=(6.5, 6), layout="constrained")
for line, (name, images) in zip(axes, rows.items(), strict=True):
    line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for ax, image in zip(line, images, strict=False):
        ax.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
plt.show()

# %%
# The map of the digits
# ---------------------
#
# ``hidden_representation(X, 2)`` returns the output of the narrow layer. With two numbers, every
# image is a point. The network has never seen the labels: it puts images together that look
# alike.

points = networks[2].hidden_representation(X_test, 2)
fig, ax = plt.subplots(figsize=(6, 5), layout="constrained")
scatter = ax.scatter(*points.T, c=y_test, cmap="tab10", s=14, vmin=-0.5, vmax=9.5)
fig.colorbar(scatter, ticks=range(10), label="digit")
ax.set(xlabel="first number", ylabel="second number")
plt.show()

# sphinx_gallery_thumbnail_number = 2
