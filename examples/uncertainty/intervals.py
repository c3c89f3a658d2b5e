"""
How often is the target inside its interval?
============================================

:meth:`TabularRegressor.predict_interval <sknn.TabularRegressor.predict_interval>` returns
intervals with the requested coverage. Their width comes from the errors on rows that
the members of the ensemble left out. All rows get the same width. Two quantiles give
every row a width of its own, without a promise about the coverage.

The data are generated, with noise that grows with one column, so that the widths matter.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

from sknn import Quantile, TabularRegressor

X, y = make_friedman1(4000, n_features=6, random_state=0)
noise = np.random.default_rng(0).normal(size=len(y))
y += (0.5 + 3 * X[:, 0]) * noise
X = pd.DataFrame(X, columns=[f"x{column}" for column in range(6)])
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=1500, random_state=0)


def inside(intervals, y):
    """Return which targets are in their interval, of shape (n,)."""
    return (intervals[:, 0] <= y) & (y <= intervals[:, 1])


# %%
# One width, any coverage
# -----------------------
#
# Each of ten members leaves out another tenth of the rows, so that every row counts.

model = TabularRegressor(n_members=10, random_state=0).fit(X_train, y_train)
print(f"{len(y_train)} rows, {len(y_test)} held-out rows")
print(f"R² on the held-out rows {model.score(X_test, y_test):.3f}\n")
print("coverage asked   reached   width")
coverages, reached = (0.5, 0.8, 0.9, 0.95), []
for coverage in coverages:
    intervals = model.predict_interval(X_test, coverage)
    width = np.diff(intervals, axis=1)[0, 0]
    reached.append(inside(intervals, y_test).mean())
    print(f"{coverage:14.0%}{reached[-1]:10.1%}{width:8.2f}")

# %%
# A width for each row
# --------------------
#
# The noise grows with x0. One width is too wide where there is little noise and too
# narrow where there is much, and right on average. The quantiles follow the noise.

levels = TabularRegressor(loss=Quantile((0.05, 0.95)), random_state=0)
quantiles = levels.fit(X_train, y_train).predict(X_test)
same = model.predict_interval(X_test, 0.9)
print("90 % intervals   of one width      of two quantiles")
print("noise            inside   width     inside   width")
quarter = pd.qcut(X_test["x0"], 4, labels=["lowest", "low", "high", "highest"])
for name in quarter.cat.categories:
    rows = (quarter == name).to_numpy()
    cells = [
        f"{inside(band, y_test)[rows].mean():10.1%}{np.diff(band[rows]).mean():8.2f}"
        for band in (same, quantiles)
    ]
    print(f"{name:13}" + " ".join(cells))

# %%
# Left: the requested coverage is reached. Right: errors of the held-out rows against x0, with
# the ends of both kinds of interval, in the colours of the left. The quantiles differ from row to row, so their medians
# over twenty parts of x0 are drawn.

fig, (left, right) = plt.subplots(
    1, 2, figsize=(8, 3.6), layout="constrained", width_ratios=(2, 3)
)
left.plot([0.45, 1], [0.45, 1], "--", color="0.6", label="as asked")
left.plot(coverages, reached, "o-", label="one width")
left.plot(0.9, inside(quantiles, y_test).mean(), "s", color="C1", label="two quantiles")
left.set(xlabel="coverage asked", ylabel="targets inside, held-out rows")
left.legend()

centre = model.predict(X_test)
right.plot(X_test["x0"], y_test - centre, ".", color="0.75", markersize=3)
parts = pd.qcut(X_test["x0"], 20)
for colour, band in (("C0", same), ("C1", quantiles)):
    ends = pd.DataFrame(band - centre[:, None]).assign(x0=X_test["x0"].to_numpy())
    ends = ends.groupby(parts.to_numpy(), observed=True).median()
    right.plot(ends["x0"], ends[[0, 1]], color=colour, linewidth=2)
right.set(xlabel="x0: the noise grows from left to right", ylabel="y - prediction")
plt.show()
