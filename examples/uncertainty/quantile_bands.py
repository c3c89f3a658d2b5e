"""
How do I draw a band around a regression curve?
===============================================

Let one network predict several quantiles. ``loss=Quantile((0.05, 0.25, 0.5, 0.75, 0.95))`` gives
five curves, and the area between two of them is a band. No assumption is made about the noise:
the band is wide where prices vary, and need not be symmetric.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import mean_pinball_loss
from sklearn.model_selection import train_test_split

from sknn import FFNNRegressor, Quantile

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

# %%
# The price of a diamond by its weight
# ------------------------------------
#
# With the weight as the only column, much of the price is unknown: the band shows how much.

diamonds = pd.read_csv(DATA)
X, price = diamonds[["carat"]], diamonds["price"].astype(float)
X_train, X_test, y_train, y_test = train_test_split(X, price, random_state=0)
model = FFNNRegressor(
    hidden_layer_sizes=(32, 32),
    activation="silu",
    loss=Quantile(LEVELS),
    random_state=0,
).fit(X_train, y_train)

grid = pd.DataFrame({"carat": np.linspace(0.25, 2.2, 200)})
q05, q25, q50, q75, q95 = model.predict(grid).T

fig, ax = plt.subplots(figsize=(6.5, 4.2), layout="constrained")
shown = X_test.sample(1000, random_state=0).index
ax.scatter(X_test.loc[shown], y_test[shown], s=4, color="0.6", label="held-out diamonds")
ax.fill_between(grid["carat"], q05, q95, alpha=0.25, color="C0", label="90 % of the prices")
ax.fill_between(grid["carat"], q25, q75, alpha=0.35, color="C0", label="50 % of the prices")
ax.plot(grid["carat"], q50, color="C3", label="median")
ax.set(xlabel="carat", ylabel="price, dollars", xlim=(0.2, 2.2))
ax.legend(loc="upper left")
plt.show()

# %%
# Are the quantiles right?
# ------------------------
#
# Below a quantile of 5 % should be 5 % of the held-out prices, and so on, over all diamonds and
# among the light and the heavy ones.

Q = model.predict(X_test)
below = pd.DataFrame(y_test.to_numpy()[:, None] <= Q, columns=[f"{p:.0%}" for p in LEVELS])
groups = pd.cut(
    X_test["carat"], [0, 0.5, 1, 5], labels=["up to 0.5 ct", "to 1 ct", "above"]
)
table = below.groupby(groups.reset_index(drop=True), observed=True).mean()
table.index = [str(name) for name in table.index]
table.loc["all"] = below.mean()
table["rows"] = [*groups.value_counts(sort=False), len(Q)]
print("Share of the prices below the quantile of")
print(table.round(3).to_string())

# %%
# Is it better than a band of one width?
# --------------------------------------
#
# The pinball loss is the measure for quantiles: lower is better. The band of one width is the
# median plus the quantiles of the residuals. The last column is the quantiles of all prices,
# whatever the weight.

alike = np.quantile(y_train, LEVELS)
shift = np.quantile(y_train - model.predict(X_train)[:, 2], LEVELS)
print("quantile   network   one width   all prices")
for place, level in enumerate(LEVELS):
    losses = [
        mean_pinball_loss(y_test, prediction, alpha=level)
        for prediction in (
            Q[:, place],
            Q[:, 2] + shift[place],
            np.full(len(Q), alike[place]),
        )
    ]
    print(f"{level:8.0%}{losses[0]:10.0f}{losses[1]:12.0f}{losses[2]:13.0f}")
