"""
How often is the target inside its interval?
============================================

Intervals from rows that members left out, and how many targets are inside them

`TabularRegressor.predict_interval` gives all rows an interval of the same width. Two
quantiles give every row a width of its own. The data are generated, with noise that grows
with one column, so that the widths matter.
"""

import numpy as np
import pandas as pd
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

from sknn import Quantile, TabularRegressor

COVERAGES = (0.5, 0.8, 0.9, 0.95)


def noisy(n=4000):
    """Return a table and targets whose noise has the standard deviation 0.5 + 3 x0."""
    X, y = make_friedman1(n, n_features=6, random_state=0)
    noise = np.random.default_rng(0).normal(size=n)
    frame = pd.DataFrame(X, columns=[f"x{column}" for column in range(6)])
    return frame, y + (0.5 + 3 * X[:, 0]) * noise


def inside(intervals, y):
    """Return which targets are in their interval, of shape (n,)."""
    return (intervals[:, 0] <= y) & (y <= intervals[:, 1])


def main():
    X, y = noisy()
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, train_size=1500, random_state=0
    )
    # All ten tenths are left out by a member, so that every row counts.
    model = TabularRegressor(n_members=10, random_state=0).fit(X_train, y_train)
    print(f"{len(y_train)} rows, {len(y_test)} held-out rows")
    print(f"R2 on the held-out rows {model.score(X_test, y_test):.3f}\n")
    print("coverage asked   reached   width")
    for coverage in COVERAGES:
        intervals = model.predict_interval(X_test, coverage)
        width = np.diff(intervals, axis=1)[0, 0]
        print(f"{coverage:14.0%}{inside(intervals, y_test).mean():10.1%}{width:8.2f}")

    levels = TabularRegressor(loss=Quantile((0.05, 0.95)), random_state=0)
    quantiles = levels.fit(X_train, y_train).predict(X_test)
    same = model.predict_interval(X_test, 0.9)
    print("\n90 % intervals   of one width      of two quantiles")
    print("noise            inside   width     inside   width")
    quarter = pd.qcut(X_test["x0"], 4, labels=["lowest", "low", "high", "highest"])
    for name in quarter.cat.categories:
        rows = (quarter == name).to_numpy()
        cells = [
            f"{inside(band, y_test)[rows].mean():10.1%}{np.diff(band[rows]).mean():8.2f}"
            for band in (same, quantiles)
        ]
        print(f"{name:13}" + " ".join(cells))


if __name__ == "__main__":
    main()
