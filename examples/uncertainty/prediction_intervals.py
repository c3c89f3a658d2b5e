"""
How sure is each prediction? Three quantiles
============================================

Prediction intervals: three quantiles of the price of a diamond from one network.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from sknn import FFNNRegressor, Quantile

DATA = Path(__file__).resolve().parents[1] / "data" / "diamonds.csv.gz"


def model():
    """Return a network of the 5 %, 50 % and 95 % quantiles, stopped early."""
    return FFNNRegressor(
        loss=Quantile((0.05, 0.5, 0.95)),
        hidden_layer_sizes=(64, 32),
        learning_rate=0.003,
        # Without a penalty, the intervals would be those of memorised examples.
        alpha=0.01,
        early_stopping=True,
        max_iter=100,
        random_state=0,
    )


def main():
    diamonds = pd.read_csv(DATA)
    X, price = diamonds.drop(columns="price"), diamonds["price"].astype(float)
    X_train, X_test, y_train, y_test = train_test_split(X, price, random_state=0)
    low, median, high = model().fit(X_train, y_train).predict(X_test).T
    print("three held-out diamonds, in dollars:")
    for place in range(3):
        print(
            f"  predicted {low[place]:6.0f} to {high[place]:6.0f}, most likely near "
            f"{median[place]:6.0f}; sold for {y_test.iloc[place]:6.0f}"
        )
    inside = (low <= y_test) & (y_test <= high)
    print(f"\n{len(y_test)} held-out diamonds: {inside.mean():.1%} inside their interval")
    print("the interval is 5 % to 95 %: 90 % should be\n")
    print("price        inside   mean width")
    for group, rows in pd.Series(range(len(y_test))).groupby(
        pd.qcut(y_test, 4, labels=["lowest", "low", "high", "highest"]).to_numpy(),
        observed=True,
    ):
        width = np.mean(high[rows] - low[rows])
        print(f"{group:10}{inside.iloc[rows].mean():9.1%}{width:13.0f}")


if __name__ == "__main__":
    main()
