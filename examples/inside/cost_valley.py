"""
How do SGD and Adam reach the minimum? The cost valley
======================================================

A network with hundreds of weights has a cost in as many dimensions. A plane through the trained
weights shows a part of it as a map: :class:`~sknn.CostValleyDisplay` draws the loss on that
plane, and the path that the weights took during training.

Callbacks, which record the path, need scikit-learn 1.9.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer

from sknn import SGD, AfterEpoch, CostValleyDisplay, FFNNClassifier

X, y = load_breast_cancer(return_X_y=True)
X = X[:, :10]

# %%
# Record the paths
# ----------------
#
# All networks begin with the same weights, since they have the same ``random_state``. After every
# epoch, a copy is appended to the path.


def trained(solver, learning_rate):
    """Return the network, and its copies after every epoch."""
    path = []
    network = FFNNClassifier(
        hidden_layer_sizes=(8,),
        activation="tanh",
        solver=solver,
        learning_rate=learning_rate,
        batch_size=64,
        max_iter=30,
        n_iter_no_change=30,
        learning_rate_schedule="cosine",
        random_state=0,
    )
    network.set_callbacks(AfterEpoch(path.append)).fit(X, y)
    return network, path


paths = {}
for name, solver, rate in [
    ("sgd, rate 0.1", "sgd", 0.1),
    ("momentum, rate 0.1", SGD(momentum=0.9), 0.1),
    ("adam, rate 0.02", "adam", 0.02),
]:
    network, paths[name] = trained(solver, rate)
    first = paths[name][0].loss_
    print(f"{name:20}loss {first:.3f} after one epoch, {network.loss_:.3f} after 30")

# %%
# The map
# -------
#
# The plane is the one in which the paths vary most; the axes say which share of that lies along
# them. Dark is a low loss. Each path begins after the first epoch, and its end is a star. (0, 0)
# is the network that was trained last, with Adam.

fig, ax = plt.subplots(figsize=(6.5, 5), layout="constrained")
CostValleyDisplay.from_estimator(network, X, y, paths=paths, ax=ax)
plt.show()

# %%
# Plain SGD goes straight down, and with this rate 30 epochs are not enough for the way. With
# momentum, steps in the same direction add up. Adam divides the step of each weight by the usual
# size of its gradient, so that flat directions get long steps too. Both reach the flat ground, at
# different places with almost the same loss: a network has many minima.
