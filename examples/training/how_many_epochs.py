"""
How many epochs should I train?
===============================

Until the loss of a validation set stops falling. ``early_stopping=True`` finds that epoch. To see
the whole curve first, pass a validation set and train for longer than needed: the network records
both losses after every epoch.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
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
# With ``early_stopping=False`` the validation set is scored, but has no effect on training. Training ends
# when the loss on the training rows stops improving, or after ``max_iter`` epochs.

long = FFNNClassifier(early_stopping=False, **SHARED)
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

stopped = FFNNClassifier(early_stopping=True, **SHARED)
stopped.fit(X_train, y_train, X_val=X_val, y_val=y_val)
print(
    f"stopped after epoch {stopped.n_iter_}, kept the weights of epoch {stopped.best_iter_}"
)
print(f"their validation loss: {-stopped.best_score_:.4f}")

# %%
# A falling learning rate needs no exact number
# ---------------------------------------------
#
# With ``learning_rate_schedule="cosine"`` the steps get so small that the weights come to rest at
# the last epoch, whichever that is. Each row is a fit of its own.

print("epochs   validation loss   accuracy")
for epochs in (5, 10, 20, 40, 80):
    cosine = FFNNClassifier(
        learning_rate_schedule="cosine", max_iter=epochs, early_stopping=False, **SHARED
    ).fit(X_train, y_train, X_val=X_val, y_val=y_val)
    loss = cosine.validation_loss_curve_[-1]
    print(f"{epochs:6}{loss:18.4f}{cosine.score(X_val, y_val):11.3f}")

# %%
# Continue a fit that was too short
# ---------------------------------
#
# With ``warm_start=True``, the next call of ``fit`` continues where the last one stopped, with
# the optimizer's memory as it was. ``max_iter`` is the number of further epochs. A fit that ends
# before the loss stops improving raises a ConvergenceWarning, which is expected here.

warnings.simplefilter("ignore", ConvergenceWarning)
short = FFNNClassifier(early_stopping=True, max_iter=10, warm_start=True, **SHARED)
for call in range(1, 5):
    short.fit(X_train, y_train, X_val=X_val, y_val=y_val)
    print(f"call {call}: {short.n_iter_} epochs, validation loss {-short.best_score_:.4f}")
