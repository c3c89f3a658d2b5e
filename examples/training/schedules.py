"""
Which learning rate schedule?
=============================

``"cosine"``, which ``fit`` uses by default. High rates at first take large steps, low rates at the
end let the weights come to rest. With a constant rate, the error jumps up and down to the end.
It is the default where training may go on, in ``partial_fit`` and with ``warm_start=True``, and
with plain ``"sgd"``. ``"adaptive"`` needs no fixed number of epochs: it lowers the rate when the
cost stops improving.
"""

import sys
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from sknn import FFNNRegressor

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"
SCHEDULES = ["constant", "invscaling", "cosine", "flat_cos", "onecycle", "coslog4"]
diamonds = pd.read_csv(DATA).sample(4000, random_state=0)
X, price = diamonds.drop(columns="price"), diamonds["price"].astype(float)
X_train, X_test, y_train, y_test = train_test_split(X, price, random_state=0)

# %%
# One network, six schedules
# --------------------------
#
# A schedule is a factor on ``learning_rate``, which is 0.02 for all.

# With a constant rate, the cost is still improving after 30 epochs, which warns.
warnings.simplefilter("ignore", ConvergenceWarning)
networks = {}
print("schedule    R² held out   error of the last five epochs, dollars")
for schedule in SCHEDULES:
    networks[schedule] = network = FFNNRegressor(
        hidden_layer_sizes=(32, 16),
        learning_rate=0.02,
        learning_rate_schedule=schedule,
        batch_size=64,
        max_iter=30,
        n_iter_no_change=30,
        early_stopping=False,
        random_state=0,
    ).fit(X_train, y_train, X_val=X_test, y_val=y_test)
    last = np.sqrt(network.validation_loss_curve_[-5:]).round().astype(int)
    print(f"{schedule:10}{network.score(X_test, y_test):14.3f}   {last}")

# %%
# The rate and the error, epoch by epoch
# --------------------------------------
#
# Above the learning rate, below the held-out error (root mean square).

fig, axes = plt.subplots(
    2, 6, figsize=(7, 3.6), sharex=True, sharey="row", layout="constrained"
)
for (above, below), (name, network) in zip(axes.T, networks.items(), strict=True):
    epochs = np.arange(1, network.n_iter_ + 1)
    above.plot(epochs, network.learning_rate_curve_, color="C2")
    above.set_title(name, fontsize=9)
    below.plot(epochs, np.sqrt(network.validation_loss_curve_), color="C1")
    below.set(xlabel="epoch", ylim=(500, 1300))
axes[0, 0].set_ylabel("learning rate")
axes[1, 0].set_ylabel("error, dollars")
plt.show()

# %%
# With ``"constant"`` the error still jumps in the last epochs: which weights are kept is a matter
# of luck. ``"invscaling"`` divides the rate by the square root of the number of the step: it is
# low soon, and never reaches 0. The other four end at rest, at about the same error. In
# ``"coslog4"`` the rate falls four times; the tabular estimators average the networks at the low
# points.
