"""
How do I predict several targets at once?
=========================================

Pass y with several columns: one network learns them all, and its hidden layers are shared. Here
the 32 pixels of the lower half of a digit are predicted from those of the upper half.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsRegressor

from sknn import FFNNRegressor

images = load_digits().images / 16  # of shape (n, 8, 8), values 0 to 1
X, Y = images[:, :4].reshape(-1, 32), images[:, 4:].reshape(-1, 32)
X_train, X_test, Y_train, Y_test = train_test_split(X, Y, random_state=0)
print(f"X of shape {X.shape}, Y of shape {Y.shape}")

# %%
# One network, 32 outputs
# -----------------------
#
# All pixels are on one scale already: ``encoder=None`` takes X as it is, and
# ``scale_target=False`` takes Y as it is. The sigmoid keeps the outputs between 0 and 1.

network = FFNNRegressor(
    hidden_layer_sizes=(128, 128),
    encoder=None,
    output_activation="sigmoid",
    scale_target=False,
    dropout=0.2,
    learning_rate=0.01,
    max_iter=80,
    random_state=0,
)
models = {
    "network": network,
    "nearest neighbours": KNeighborsRegressor(),
    "Ridge": Ridge(),
}
predicted = {}
for name, model in models.items():
    predicted[name] = model.fit(X_train, Y_train).predict(X_test)
    error = np.sqrt(np.mean((predicted[name] - Y_test) ** 2))
    print(f"{name:20} root mean squared error of a pixel {error:.3f}")

# %%
# Upper half given, lower half predicted
# --------------------------------------
#
# All three predict a mean of what is possible. Where the upper half allows several digits, the
# lower half is blurred.

lower = {"true": Y_test, **predicted}
fig, axes = plt.subplots(4, 8, figsize=(6.8, 3.8), layout="constrained")
for row, (name, halves) in zip(axes, lower.items(), strict=True):
    row[0].set_ylabel(name.replace(" ", "\n"), rotation=0, ha="right", va="center")
    for column, ax in enumerate(row):
        image = np.concatenate([X_test[column], halves[column]]).reshape(8, 8)
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        ax.axhline(3.5, color="C3", lw=1)
        ax.set(xticks=[], yticks=[])
plt.show()
