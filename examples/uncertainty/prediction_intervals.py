"""
How sure is each prediction? Three quantiles
============================================

One network predicts the 5 %, the 50 % and the 95 % quantile of the price of a diamond. The
outer two are an interval that should have the price in it nine times out of ten. It is narrow
for cheap diamonds and wide for expensive ones.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from sknn import FFNNRegressor, Quantile

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"
diamonds = pd.read_csv(DATA)
X, price = diamonds.drop(columns="price"), diamonds["price"].astype(float)
X_train, X_test, y_train, y_test = train_test_split(X, price, random_state=0)

# %%
# Three outputs, one network
# --------------------------
#
# Without the penalty ``alpha`` the intervals would be too narrow: they would be those of
# diamonds that the network has memorised.

model = FFNNRegressor(
    loss=Quantile((0.05, 0.5, 0.95)),
    hidden_layer_sizes=(64, 32),
    alpha=0.01,
    random_state=0,
)
low, median, high = model.fit(X_train, y_train).predict(X_test).T
print("three held-out diamonds, in dollars:")
for row in range(3):
    print(
        f"  predicted {low[row]:6.0f} to {high[row]:6.0f}, median {median[row]:6.0f}; "
        f"sold for {y_test.iloc[row]:6.0f}"
    )

# %%
# Are nine out of ten inside?
# ---------------------------

inside = ((low <= y_test) & (y_test <= high)).to_numpy()
print(f"{len(y_test)} held-out diamonds: {inside.mean():.1%} inside their interval")
print("price        inside   mean width")
quarter = pd.qcut(y_test, 4, labels=["lowest", "low", "high", "highest"])
for name in quarter.cat.categories:
    rows = (quarter == name).to_numpy()
    print(f"{name:10}{inside[rows].mean():9.1%}{np.mean(high[rows] - low[rows]):13.0f}")

# %%
# Sixty diamonds, in the order of their predicted median. Those outside their interval are red.

some = np.argsort(median[:60])
places = np.arange(len(some))
fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
ax.vlines(places, low[some], high[some], color="C0", alpha=0.35, linewidth=5)
ax.plot(places, median[some], "_", color="C0", label="median and interval")
for found, colour, label in ((True, "black", "price"), (False, "C3", "price outside")):
    rows = inside[some] == found
    ax.plot(places[rows], y_test.iloc[some][rows], ".", color=colour, label=label)
ax.set_yscale("log")
ax.yaxis.set_major_formatter("{x:,.0f}")
ax.set(xlabel="held-out diamonds, by predicted price", ylabel="dollars", xticks=[])
ax.legend()
plt.show()
