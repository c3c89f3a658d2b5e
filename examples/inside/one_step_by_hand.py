"""
Back propagation by hand: is a step of SGD W − rate × gradient?
===============================================================

Yes, to the last digit. The methods ``forward`` and ``gradient`` show what the network computes,
so that each formula can be checked in NumPy: first the way forward, then the way back, then one
step of training.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

from sknn import FFNNRegressor

# %%
# A small network
# ---------------
#
# Two hidden layers with sigmoid. ``encoder=None`` and ``scale_target=False`` switch off all
# scaling, and ``alpha=0`` the penalty: what is left are the formulas.

X, y = load_diabetes(return_X_y=True)
X, y = X / X.std(axis=0), y / 100
model = FFNNRegressor(
    hidden_layer_sizes=(4, 3),
    activation="sigmoid",
    solver="sgd",
    learning_rate=0.1,
    batch_size=len(X),  # one step per epoch, over all rows
    alpha=0,
    encoder=None,
    scale_target=False,
    random_state=0,
).partial_fit(X, y)

# %%
# The way forward
# ---------------
#
# Each layer computes :math:`Z = A W + b`, then :math:`A = \sigma(Z)`. The output layer leaves Z
# as it is.


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


W, b = model.coefs_, model.intercepts_
Z, A = model.forward(X)
Z0 = X @ W[0] + b[0]
Z1 = sigmoid(Z0) @ W[1] + b[1]
Z2 = sigmoid(Z1) @ W[2] + b[2]
for layer, by_hand in enumerate([Z0, Z1, Z2]):
    difference = np.abs(Z[layer] - by_hand).max()
    print(
        f"layer {layer}: Z of shape {Z[layer].shape}, largest difference {difference:.0e}"
    )

# %%
# The way back
# ------------
#
# The cost is the mean of :math:`(a - y)^2`. Its derivative with respect to the output is :math:`2
# (a - y) / n`. Each layer passes it on: :math:`\delta_l = (\delta_{l+1} W_{l+1}^T) \,
# \sigma'(Z_l)`. The gradient of W is the activation before it times that :math:`\delta`, and the
# gradient of b is the sum of :math:`\delta` over the rows.

delta2 = 2 * (A[2] - y[:, None]) / len(y)
delta1 = (delta2 @ W[2].T) * A[1] * (1 - A[1])
delta0 = (delta1 @ W[1].T) * A[0] * (1 - A[0])
by_hand = [X.T @ delta0, A[0].T @ delta1, A[1].T @ delta2]

coefs_grad, intercepts_grad = model.gradient(X, y)
for layer, (ours, theirs) in enumerate(zip(by_hand, coefs_grad, strict=True)):
    print(
        f"layer {layer}: largest difference of the gradient {np.abs(ours - theirs).max():.0e}"
    )

# %%
# One step
# --------
#
# One call of ``partial_fit`` is one epoch, here one step. Each weight moves by minus the learning
# rate times its gradient.

before = [w.copy() for w in W]
model.partial_fit(X, y)
for layer, (old, new) in enumerate(zip(before, model.coefs_, strict=True)):
    expected = old - model.learning_rate * coefs_grad[layer]
    print(
        f"layer {layer}: largest difference after the step {np.abs(new - expected).max():.0e}"
    )

# %%
# Each point is a weight. All of them lie on the line. The scales differ: the gradient of the
# first layer is a hundredth of that of the last one, since the derivative of the sigmoid is at
# most 1/4. This is why deep networks use other activations.

fig, axes = plt.subplots(1, 3, figsize=(6.8, 2.8), layout="constrained")
for layer, ax in enumerate(axes):
    change = model.coefs_[layer] - before[layer]
    ax.plot(coefs_grad[layer].ravel(), change.ravel(), "o", ms=5)
    ax.axline((0, 0), slope=-model.learning_rate, color="0.6", zorder=0)
    ax.locator_params(nbins=3)
    ax.set(title=f"coefs_[{layer}]", xlabel="gradient")
axes[0].set_ylabel("change of the weight")
plt.show()

# %%
# The same gradient without calculus
# ----------------------------------
#
# A derivative is the slope of the cost. Move one weight by a little, and look at the cost: the
# slope is the difference divided by the distance. It agrees as well, but takes two ways forward
# per weight. Back propagation takes one way forward and one back for all of them.


def cost(coefs):
    """Return the mean squared error of a network with these weights."""
    hidden = sigmoid(sigmoid(X @ coefs[0] + b[0]) @ coefs[1] + b[1])
    return np.mean((hidden @ coefs[2] + b[2] - y[:, None]) ** 2)


W, b = model.coefs_, model.intercepts_
distance = 1e-6
slopes = np.empty_like(W[0])
for place in np.ndindex(W[0].shape):
    costs = []
    for sign in (1, -1):
        moved = [w.copy() for w in W]
        moved[0][place] += sign * distance
        costs.append(cost(moved))
    slopes[place] = (costs[0] - costs[1]) / (2 * distance)
difference = np.abs(slopes - model.gradient(X, y)[0][0]).max()
print(f"{W[0].size} weights of the first layer: largest difference {difference:.0e}")
