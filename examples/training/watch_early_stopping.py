"""
When does training stop, and which epoch is kept?
=================================================

With ``early_stopping=True`` the network is scored on validation data after every epoch. Training
stops when the score has not improved for ``n_iter_no_change`` epochs. The weights of
the best epoch are kept. ``verbose=1`` prints a progress line, and a callback sees every epoch.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import AfterEpoch, FFNNClassifier, LossCurveDisplay

X, y = load_digits(return_X_y=True)
X_train, X_val, y_train, y_val = train_test_split(X / 16, y, test_size=0.4, random_state=0)
network = FFNNClassifier(
    hidden_layer_sizes=(40, 20),
    learning_rate=0.01,
    early_stopping=True,
    max_iter=200,
    verbose=1,
    random_state=0,
)

# %%
# A callback
# ----------
#
# The function is called with the network after every epoch. Callbacks need scikit-learn 1.9.

accuracies = []


def note_accuracy(network):
    accuracies.append(network.score(X_val, y_val))
    if network.n_iter_ % 10 == 0:
        print(f"callback: epoch {network.n_iter_}, accuracy {accuracies[-1]:.3f}")


if hasattr(network, "set_callbacks"):
    network.set_callbacks(AfterEpoch(note_accuracy))

# %%
# Training
# --------

network.fit(X_train, y_train, X_val=X_val, y_val=y_val)
print(
    f"stopped after epoch {network.n_iter_}; kept that of epoch {network.best_iter_}: "
    f"loss {-network.best_score_:.4f}, accuracy {network.score(X_val, y_val):.3f}"
)

# %%
# Pictures
# --------
#
# The training loss falls to the end. The validation loss is lowest at the dashed line; the ten
# epochs after it were no better, so training stopped. Neither falls to 0, because the default
# ``loss="auto"`` smooths the labels.

display = LossCurveDisplay.from_estimator(network)
display.ax_.set_yscale("log")

# %%
# The values recorded by the callback. The accuracy levels off after some 30 epochs. The loss, which
# also counts how sure the network is, improves until the best epoch.

fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
ax.plot(range(1, len(accuracies) + 1), accuracies)
ax.axvline(network.best_iter_, color="0.4", linestyle="--", label="best epoch")
ax.set(xlabel="epoch", ylabel="accuracy on validation data")
ax.legend()
plt.show()
