"""
Which learning rate? The rate finder
====================================

Let the rate rise from step to step, and watch the loss: :class:`~sknn.LearningRateDisplay`. Where
the loss does not fall, the rate is too low; where it rises, too high. Begin with a tenth of the
rate at which the loss is lowest, which the display suggests.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sknn import FFNNClassifier, LearningRateDisplay

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
model = FFNNClassifier(hidden_layer_sizes=(64, 32), random_state=0)

# %%
# Find the rate
# -------------
#
# A clone of the network takes 100 steps, each with a higher rate than the last. That takes less
# time than a fit, and the model itself stays as it is.

fig, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
display = LearningRateDisplay.from_estimator(model, X_train, y_train, ax=ax)
print(f"suggested rate: {display.suggested_rate_:.2g}")
plt.show()

# %%
# Is the suggestion any good?
# ---------------------------
#
# The test is to fit with many rates, which takes longer: 20 epochs each, during which the rate
# falls along a cosine, as it does by default.


def fitted(rate):
    """Return the network, trained with this rate."""
    network = FFNNClassifier(
        hidden_layer_sizes=(64, 32),
        learning_rate=rate,
        max_iter=20,
        random_state=0,
    )
    return network.fit(X_train, y_train)


networks = {rate: fitted(rate) for rate in np.logspace(-4, -1, 7)}
losses = [log_loss(y_test, network.predict_proba(X_test)) for network in networks.values()]
print("   rate   log loss   accuracy, held out")
for (rate, network), loss in zip(networks.items(), losses, strict=True):
    print(f"{rate:7.4f}{loss:11.3f}{network.score(X_test, y_test):11.3f}")

fig, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
ax.plot(list(networks), losses, "o-")
ax.axvline(display.suggested_rate_, color="C1", linestyle="--", label="suggested")
ax.set(xscale="log", xlabel="learning rate", ylabel="held-out log loss")
ax.legend()
plt.show()

# %%
# What a wrong rate looks like
# ----------------------------
#
# If the rate is too low, the loss falls slowly. If it is too high, the first steps go far off,
# and the loss stays high. With a rate of 0.3 and above, this network learns nothing, and warns.

fig, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
for rate in [1e-4, display.suggested_rate_, 0.2]:
    ax.plot(np.arange(1, 21), fitted(rate).loss_curve_, label=f"rate {rate:.2g}")
ax.set(xlabel="epoch", ylabel="training loss (log loss)", xticks=range(0, 21, 5))
ax.legend()
plt.show()
