"""
Which solver: sgd, momentum, rmsprop, adam or lbfgs?
====================================================

Start with ``adam``, the default. Like ``rmsprop``, it reaches good results over a wide range of
learning rates. Plain ``sgd`` needs a higher rate and more epochs, and only a few rates are right.
``lbfgs`` takes all rows at once, has no learning rate, and suits small data.
"""

import sys
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from sknn import SGD, FFNNRegressor

# %%
# The prices of 3,000 diamonds
# ----------------------------
#
# Each network has two layers of 32 and 16 neurons, and 15 epochs, during which the rate falls
# along a cosine.

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"
diamonds = pd.read_csv(DATA).sample(3000, random_state=0)
X, price = diamonds.drop(columns="price"), diamonds["price"].astype(float)
X_train, X_test, y_train, y_test = train_test_split(X, price, random_state=0)


def fitted(solver, rate):
    """Return the network; its loss on the held-out rows is recorded."""
    network = FFNNRegressor(
        hidden_layer_sizes=(32, 16),
        solver=solver,
        learning_rate=rate,
        learning_rate_schedule="cosine",
        batch_size=64,
        max_iter=15,
        early_stopping=False,
        random_state=0,
    )
    return network.fit(X_train, y_train, X_val=X_test, y_val=y_test)


# %%
# Each solver at eight learning rates
# -----------------------------------

SOLVERS = {
    "sgd": "sgd",
    "SGD(momentum=0.9)": SGD(momentum=0.9),
    "rmsprop": "rmsprop",
    "adam": "adam",
}
RATES = np.logspace(-4, -0.5, 8)
# Some rates are too high, and some fits are short: both warn, as they should.
warnings.simplefilter("ignore", ConvergenceWarning)
networks = {
    name: [fitted(solver, rate) for rate in RATES] for name, solver in SOLVERS.items()
}

fig, ax = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
print(f"{'':20}best rate   R² held out   rates with R² > 0.95")
for name, fits in networks.items():
    scores = np.array([network.score(X_test, y_test) for network in fits])
    ax.plot(RATES, scores, "o-", label=name)
    best = scores.argmax()
    print(f"{name:20}{RATES[best]:9.4f}{scores[best]:14.3f}{(scores > 0.95).sum():23}")
ax.set(xscale="log", ylim=(0.7, 1), xlabel="learning rate", ylabel="R² held out")
ax.legend(loc="lower right")
plt.show()

# %%
# Epoch by epoch, each at its best rate
# -------------------------------------

fig, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
for name, fits in networks.items():
    curves = [network.validation_loss_curve_ for network in fits]
    best = min(curves, key=lambda curve: curve[-1])
    ax.plot(np.arange(1, 16), np.sqrt(best), "o-", ms=4, label=name)
ax.set(xlabel="epoch", ylabel="held-out error, dollars (RMS)", yscale="log")
ax.set_yticks([600, 1000, 2000, 5000], ["600", "1,000", "2,000", "5,000"])
ax.minorticks_off()
ax.legend()
plt.show()

# %%
# lbfgs
# -----
#
# ``max_iter`` is its number of iterations, each over all rows. With more of them it fits the
# training rows more closely, and the held-out score can fall: a larger ``alpha`` helps then.

for max_iter in (25, 50, 100, 200):
    network = FFNNRegressor((32, 16), solver="lbfgs", max_iter=max_iter, random_state=0)
    network.fit(X_train, y_train)
    scores = network.score(X_train, y_train), network.score(X_test, y_test)
    print(f"{max_iter:3} iterations: R² {scores[0]:.3f}, held out {scores[1]:.3f}")
