"""
Which columns matter, and how?
==============================

scikit-learn's inspection tools work on a network as on any other estimator, also where the table
has text: permutation importance says how much a column matters, partial dependence says how. Here
they explain the price of 10,000 diamonds.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.model_selection import train_test_split

from sknn import FFNNRegressor

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"

# %%
# The table and the network
# -------------------------
#
# ``x``, ``y`` and ``z`` are length, width and height in millimetres; ``depth`` and ``table`` are
# proportions in percent. Three columns are text.

diamonds = pd.read_csv(DATA)
X, price = diamonds.drop(columns="price"), diamonds["price"].astype(float)
X_train, X_test, y_train, y_test = train_test_split(X, price, random_state=0)
model = FFNNRegressor(
    hidden_layer_sizes=(64, 32),
    activation="silu",
    random_state=0,
).fit(X_train, y_train)
print(f"R² on {len(X_test)} held-out diamonds: {model.score(X_test, y_test):.3f}")
X.head()

# %%
# How much: permutation importance
# --------------------------------
#
# A column is shuffled, so that its values belong to other rows. The importance is how much R² on
# the held-out rows falls.

found = permutation_importance(model, X_test, y_test, n_repeats=5, random_state=0)
order = np.argsort(found.importances_mean)
for column in order[::-1]:
    print(f"{X.columns[column]:8}{found.importances_mean[column]:7.3f}")

fig, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
ax.barh(X.columns[order], found.importances_mean[order], xerr=found.importances_std[order])
ax.set_xlabel("fall of R² when the column is shuffled")
plt.show()

# %%
# ``carat`` is the weight, and weight and size carry almost the same information. Where columns are correlated
# like this, the network shares their effect among them in some way, and each one alone looks less
# important than it is. Shuffle them together to see the importance of the group. R² falls by more
# than 1, since predictions from wrong sizes are worse than the mean price:

together = X_test.copy()
size = ["carat", "x", "y", "z"]
together[size] = X_test[size].sample(frac=1, random_state=0).to_numpy()
fall = model.score(X_test, y_test) - model.score(together, y_test)
print(f"fall of R² when {', '.join(size)} are shuffled together: {fall:.2f}")

# %%
# How: partial dependence
# -----------------------
#
# The mean prediction if all diamonds had this clarity, this colour, this cut. The bars are in
# alphabetical order. Experts rate clarity, from bad to good, as I1, SI2, SI1, VS2, VS1, VVS2,
# VVS1, IF, and colour from D, the best, to J. Neither order was given to the network: it found
# both.

fig, axes = plt.subplots(1, 3, figsize=(7, 3), sharey=True, layout="constrained")
PartialDependenceDisplay.from_estimator(
    model,
    X_test,
    ["clarity", "color", "cut"],
    categorical_features=["clarity", "color", "cut"],
    ax=axes,
)
for ax in axes:
    ax.set(ylim=(0, None), ylabel="")
axes[0].set_ylabel("mean predicted price")
plt.show()

# %%
# For numbers, the thin lines are single diamonds. Some are steeper than others: a carat more does
# not add the same price to each. A warning applies to all such plots: a heavy diamond with the
# length of a light one does not exist, and what the network predicts there was never tested.

fig, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
PartialDependenceDisplay.from_estimator(
    model,
    X_test,
    ["carat"],
    kind="both",
    subsample=60,
    random_state=0,
    grid_resolution=40,
    ice_lines_kw={"color": "C0", "alpha": 0.3},
    pd_line_kw={"color": "C1", "linewidth": 3},
    ax=ax,
)
fig.axes[-1].set_ylabel("predicted price, dollars")
plt.show()

# sphinx_gallery_thumbnail_number = 3
