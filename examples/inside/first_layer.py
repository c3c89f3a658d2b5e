"""
What do the neurons of the first layer detect?
==============================================

A neuron of the first layer has one weight per pixel, so its weights are an image, which
:class:`~sknn.WeightsDisplay` draws. Ink where the image is red raises the activation of the
neuron, ink where it is blue lowers it.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits

from sknn import FFNNClassifier, WeightsDisplay

# %%
# Images: one picture per neuron
# ------------------------------
#
# A penalty of 0.01 keeps the weights of pixels low that do not matter.

X, y = load_digits(return_X_y=True)
X = X / 16
model = FFNNClassifier(
    hidden_layer_sizes=(24,),
    alpha=0.01,
    encoder=None,
    random_state=0,
).fit(X, y)
fig, ax = plt.subplots(figsize=(6.5, 4.4), layout="constrained")
display = WeightsDisplay.from_estimator(model, image_shape=(8, 8), ax=ax)
plt.show()

# %%
# Which digits activate a neuron?
# -------------------------------
#
# Here are the six images with the highest activation of the first neuron, and six of those where
# it is 0.

A = model.hidden_representation(X)
neuron = display.neurons_[0]
order = np.argsort(A[:, neuron])
fig, axes = plt.subplots(2, 6, figsize=(6.5, 2.6), layout="constrained")
for row, images in zip(axes, [order[::-1][:6], order[:6]], strict=True):
    print(f"digits {y[images]}, activations {A[images, neuron].round(2)}")
    for ax, image in zip(row, images, strict=True):
        ax.imshow(X[image].reshape(8, 8), cmap="gray_r")
        ax.set_title(f"A = {A[image, neuron]:.1f}", fontsize=9)
        ax.set(xticks=[], yticks=[])
plt.show()

# %%
# Over all images, by digit:

for digit in range(10):
    print(f"{digit}: mean activation {A[y == digit, neuron].mean():.2f}")

# %%
# Tables: columns and neurons
# ---------------------------
#
# Without ``image_shape``, the weights are a table. The columns with the largest weights come
# first. They are per standard deviation of the column, so that columns can be compared.

tumours = load_breast_cancer(as_frame=True)
model = FFNNClassifier(
    hidden_layer_sizes=(12,),
    alpha=0.01,
    random_state=0,
).fit(tumours.data, tumours.target)
fig, ax = plt.subplots(figsize=(6.5, 4.6), layout="constrained")
WeightsDisplay.from_estimator(model, max_columns=12, ax=ax)
plt.show()
