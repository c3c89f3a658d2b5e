"""
Where is the model wrong? Residuals and confusion
=================================================

One score hides where the errors are. scikit-learn's displays show them for a network as for any
estimator: ``PredictionErrorDisplay`` for a regression, ``ConfusionMatrixDisplay`` for a
classification.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.metrics import ConfusionMatrixDisplay, PredictionErrorDisplay
from sklearn.model_selection import cross_val_predict, train_test_split

from sknn import FFNNClassifier, FFNNRegressor

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"

# %%
# A regression: the price of diamonds
# -----------------------------------
#
# Left: the closer to the line, the better. Right: the residual, true price minus prediction. Its
# spread grows with the price, so that one interval for all diamonds would be wrong: see
# :doc:`/auto_examples/uncertainty/quantile_bands`.

diamonds = pd.read_csv(DATA)
X, price = diamonds.drop(columns="price"), diamonds["price"].astype(float)
X_train, X_test, y_train, y_test = train_test_split(X, price, random_state=0)
network = FFNNRegressor((64, 32), random_state=0).fit(X_train, y_train)
predicted = network.predict(X_test)
print(f"R² on held-out diamonds: {network.score(X_test, y_test):.3f}")

fig, axes = plt.subplots(1, 2, figsize=(6.8, 3.4), layout="constrained")
for ax, kind in zip(axes, ["actual_vs_predicted", "residual_vs_predicted"], strict=True):
    PredictionErrorDisplay.from_predictions(
        y_test, predicted, kind=kind, random_state=0, scatter_kwargs={"s": 6}, ax=ax
    )
plt.show()

# %%
# The five largest errors are rows to look at: they may be mistakes in the data.

worst = np.argsort(-np.abs(y_test - predicted))[:5]
X_test.assign(price=y_test, predicted=predicted.round()).iloc[worst]

# %%
# A classification: digits
# ------------------------
#
# With ``cross_val_predict``, each image is predicted by a network that has not seen it. Rows are
# the true digits, columns the predicted ones.

digits = load_digits()
classifier = FFNNClassifier((64,), random_state=0)
P = cross_val_predict(classifier, digits.data, digits.target, method="predict_proba")
guess = P.argmax(axis=1)
print(f"{(guess == digits.target).mean():.1%} of {len(guess)} images are right")

fig, ax = plt.subplots(figsize=(5.5, 5), layout="constrained")
ConfusionMatrixDisplay.from_predictions(
    digits.target, guess, cmap="Blues", colorbar=False, ax=ax
)
plt.show()

# %%
# The images on which the network is most wrong: surest of a digit that it is not.

sure = np.where(guess == digits.target, 0, P.max(axis=1))
fig, axes = plt.subplots(2, 5, figsize=(6.8, 3.4), layout="constrained")
for ax, row in zip(axes.flat, np.argsort(-sure), strict=False):
    ax.imshow(digits.images[row], cmap="gray_r")
    ax.set_title(f"{digits.target[row]}, not {guess[row]} ({sure[row]:.0%})", fontsize=9)
    ax.set_axis_off()
plt.show()

# sphinx_gallery_thumbnail_number = 2
