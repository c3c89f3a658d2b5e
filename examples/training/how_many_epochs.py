"""
How many epochs should I train?
===============================

Begin with the default: 60 epochs, and more where rows are few. Where the loss of a validation set
rises before the end, ``early_stopping=True`` finds the best epoch. To see the whole curve first,
pass a validation set and train for longer than needed: the network records both losses after
every epoch.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sknn import FFNNClassifier, LossCurveDisplay

X, y = load_breast_cancer(return_X_y=True)
X_train, X_val, y_train, y_val = train_test_split(
    X, y, train_size=300, stratify=y, random_state=0
)
SHARED = {
    "hidden_layer_sizes": (64, 32),
    "loss": "log_loss",
    "random_state": 0,
}

# %%
# Train for too long, and look
# ----------------------------
#
# With ``early_stopping=False`` the validation set is scored, but has no effect on training.
# Training ends when the loss on the training rows stops improving, or after ``max_iter`` epochs.
# A low and constant learning rate makes the curve easy to read.

slow = {"learning_rate": 0.001, "learning_rate_schedule": "constant", "max_iter": 200}
long = FFNNClassifier(early_stopping=False, **SHARED, **slow)
long.fit(X_train, y_train, X_val=X_val, y_val=y_val)
best = int(np.argmin(long.validation_loss_curve_)) + 1
print(f"{long.n_iter_} epochs")
print(f"training loss at the end: {long.loss_:.4f}")
print(f"validation loss at the end: {long.validation_loss_curve_[-1]:.4f}")
print(f"lowest validation loss: {min(long.validation_loss_curve_):.4f}, in epoch {best}")

# %%
# Both losses fall at first. Then the training loss keeps falling and the validation loss rises: the
# network memorises its training rows, and becomes overconfident about the others.

fig, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
LossCurveDisplay.from_estimator(long, ax=ax)
ax.axvline(best, color="0.6", linestyle=":", zorder=0)
ax.annotate("lowest validation loss", (best + 1, 0.5), color="0.4")
ax.set_yscale("log")
plt.show()

# %%
# Let early stopping decide
# -------------------------
#
# Training ends when the validation loss has not improved for ``n_iter_no_change`` epochs. The
# weights of the best epoch are kept.

stopped = FFNNClassifier(early_stopping=True, **SHARED, **slow)
stopped.fit(X_train, y_train, X_val=X_val, y_val=y_val)
print(
    f"stopped after epoch {stopped.n_iter_}, kept the weights of epoch {stopped.best_iter_}"
)
print(f"their validation loss: {-stopped.best_score_:.4f}")

# %%
# With early stopping, no exact number is needed
# ----------------------------------------------
#
# By default the learning rate is four times as high, and falls to 0 over ``max_iter`` epochs, so
# that the weights come to rest at the last epoch. Each line is two fits. Without early stopping,
# more than ten epochs make the network overconfident about this small table; the share of right
# answers stays. With early stopping, all end alike.

print("           no early stopping      early stopping")
print("max_iter   val. loss   accuracy   val. loss   accuracy")
for max_iter in (10, 20, 40, 80, 160):
    print(f"{max_iter:8}", end="")
    for early_stopping in (False, True):
        network = FFNNClassifier(max_iter=max_iter, early_stopping=early_stopping, **SHARED)
        network.fit(X_train, y_train, X_val=X_val, y_val=y_val)
        loss = log_loss(y_val, network.predict_proba(X_val))
        print(f"{loss:12.4f}{network.score(X_val, y_val):11.3f}", end="")
    print()

# %%
# Continue a fit that was too short
# ---------------------------------
#
# With ``warm_start=True``, the next call of ``fit`` continues where the last one stopped, with
# the optimizer's memory as it was. ``max_iter`` is the number of further epochs. How many there
# will be in all is not known, so the learning rate is constant by default. Then a fit that ends
# before the loss stops improving raises a ConvergenceWarning, which is expected here.

warnings.simplefilter("ignore", ConvergenceWarning)
short = FFNNClassifier(
    early_stopping=True, learning_rate=0.001, max_iter=10, warm_start=True, **SHARED
)
for call in range(1, 5):
    short.fit(X_train, y_train, X_val=X_val, y_val=y_val)
    print(f"call {call}: {short.n_iter_} epochs, validation loss {-short.best_score_:.4f}")
