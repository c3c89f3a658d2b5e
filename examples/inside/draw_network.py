"""
How do I draw the network?
==========================

:class:`~sknn.NetworkDisplay` draws the nodes and the weights of a fitted network, with the names
of the columns and classes. ``summary()`` prints the same layers as a table. Both also take a
Pipeline or a search.
"""

import matplotlib.pyplot as plt
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris

from sknn import FFNNClassifier, NetworkDisplay

# %%
# A small network
# ---------------
#
# Lines are weights: the colour is the sign, the width is the size. Each column of nodes is a
# layer.

iris = load_iris(as_frame=True)
names = iris.target_names[iris.target]
model = FFNNClassifier(
    hidden_layer_sizes=(5, 3),
    activation="tanh",
    learning_rate=0.02,
    random_state=0,
).fit(iris.data, names)
fig, ax = plt.subplots(figsize=(6.8, 4), layout="constrained")
NetworkDisplay.from_estimator(model, ax=ax)
plt.show()

# %%
# As a table
# ----------

print(model.summary())

# %%
# A wide network
# --------------
#
# Layers with more than ``max_nodes`` neurons are folded: the first and the last ones are drawn.

tumours = load_breast_cancer(as_frame=True)
wide = FFNNClassifier(
    hidden_layer_sizes=(100, 50), early_stopping=True, random_state=0
).fit(tumours.data, tumours.target)
fig, ax = plt.subplots(figsize=(6.8, 4.6), layout="constrained")
NetworkDisplay.from_estimator(wide, max_nodes=8, ax=ax)
plt.show()

# %%
# Before and after training
# -------------------------
#
# ``ax=`` puts networks into subplots of your own. Colours are relative to the largest weight, and
# to the largest bias, of each layer.

fig, axes = plt.subplots(2, 1, figsize=(6.8, 7.6), layout="constrained")
first = clone(model).partial_fit(iris.data, names, classes=iris.target_names)
for ax, network in zip(axes, [first, model], strict=True):
    NetworkDisplay.from_estimator(network, ax=ax)
    accuracy = network.score(iris.data, names)
    ax.set_title(f"epoch {network.n_iter_}: {accuracy:.0%} right")
plt.show()
