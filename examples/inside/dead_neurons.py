"""
Does my network have dead neurons?
==================================

A neuron is dead if its output is the same for every row: the layers after it learn nothing
from it. With ``relu`` that happens when a step that is too long pushes its bias far below zero,
since its derivative is 0 there. :class:`~sknn.ActivationsDisplay` draws the outputs of the
layers, and counts the dead neurons.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import ActivationsDisplay, FFNNClassifier

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)


def fitted(**settings):
    """Return a network of three hidden layers, trained with these settings."""
    shared = {"max_iter": 20, "random_state": 0}
    network = FFNNClassifier((64, 64, 64), **(shared | settings))
    return network.fit(X_train, y_train)


# %%
# A learning rate that is right
# -----------------------------
#
# Each panel is a layer: how often the activations of its neurons have which value. With ``relu``
# many are exactly 0, for some rows. That is normal, as long as the same neuron is active for
# others.

healthy = fitted(learning_rate=0.003)
print(f"accuracy {healthy.score(X_test, y_test):.3f}")
ActivationsDisplay.from_estimator(healthy, X_test)
plt.show()

# %%
# A learning rate that is too high
# --------------------------------
#
# Most neurons of the second and the third layer are 0 for all rows. Few are left to tell the
# classes apart, and the accuracy falls.

too_high = fitted(learning_rate=0.1)
print(f"accuracy {too_high.score(X_test, y_test):.3f}")
ActivationsDisplay.from_estimator(too_high, X_test)
plt.show()

# %%
# What helps
# ----------
#
# A lower rate, or an activation whose derivative is 0 nowhere, such as ``leaky_relu``. ``dead_``
# has the answer per neuron: a network with many dead neurons is a smaller one.

print("                              accuracy   dead neurons by layer")
for settings in [
    {"learning_rate": 0.1},
    {"learning_rate": 0.03},
    {"learning_rate": 0.003},
    {"learning_rate": 0.1, "activation": "leaky_relu"},
    {"learning_rate": 0.1, "activation": "tanh"},
]:
    network = fitted(**settings)
    display = ActivationsDisplay.from_estimator(network, X_test)
    plt.close(display.figure_)
    dead = [int(layer.sum()) for layer in display.dead_]
    name = ", ".join(str(value) for value in settings.values())
    print(f"{name:30}{network.score(X_test, y_test):8.3f}   {dead}")
