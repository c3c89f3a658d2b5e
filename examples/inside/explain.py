"""
What has the network learned from each column?
==============================================

What a network has learned: its layers, its gradient, and what every column does

The price of flats is made up from their columns, so that every answer can be compared with
the truth: an Oslo address adds 40, a square metre 2 to 3, and the colour nothing.
"""

import numpy as np
import pandas as pd
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.model_selection import train_test_split

from sknn import FFNNRegressor


def flats(n=3000):
    """Return flats, their prices, and what a square metre adds to each."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "area": rng.uniform(20, 120, n),
            "age": rng.uniform(0, 100, n),
            "city": rng.choice(["Kyiv", "Oslo", "Rome"], n),
            "colour": rng.choice(["blue", "red"], n),
        }
    )
    per_metre = 3 - X["age"] / 100  # old flats are cheaper per square metre
    price = per_metre * X["area"] + 40 * (X["city"] == "Oslo") + rng.normal(0, 5, n)
    return X, price, per_metre


def look_inside(model, X, y):
    """Print the shapes of the layers and the size of the gradient after training."""
    Z, A = model.forward(X)
    coefs_grad, intercepts_grad = model.gradient(X, y)
    print(f"{'layer':7}{'W':>10}{'Z, A':>14}{'|grad W|':>12}{'|grad b|':>12}")
    for layer, W in enumerate(model.coefs_):
        sizes = np.linalg.norm(coefs_grad[layer]), np.linalg.norm(intercepts_grad[layer])
        shapes = str(W.shape), str(Z[layer].shape)
        print(f"{layer:<7}{shapes[0]:>10}{shapes[1]:>14}{sizes[0]:12.3g}{sizes[1]:12.3g}")
    print(f"mean activation of the first layer: {A[0].mean():.2f}")


def compare_slopes(model, X, per_metre):
    """Print what a square metre adds, by the network and in truth, for flats by age."""
    slopes = pd.DataFrame(model.input_gradient(X), columns=model.feature_names_in_)
    decades = pd.cut(X["age"], [0, 25, 50, 75, 100]).to_numpy()
    table = pd.DataFrame({"network": slopes["area"], "truth": per_metre.to_numpy()})
    print(table.groupby(decades, observed=True).mean().round(2).to_string())
    print("categories have no derivative:", slopes["city"].isna().all())


def show_columns(model, X, y):
    """Print importance, and the mean price in every city, all else being as it is."""
    found = permutation_importance(model, X, y, n_repeats=5, random_state=0)
    for name, mean in zip(X.columns, found.importances_mean, strict=True):
        print(f"{name:8}{mean:8.3f}")
    cities = partial_dependence(
        model, X, ["city"], categorical_features=["city"], kind="average"
    )
    print("\nMean price by city")
    for city, price in zip(cities["grid_values"][0], cities["average"][0], strict=True):
        print(f"{city:8}{price:8.1f}")


def main():
    X, y, per_metre = flats()
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = FFNNRegressor(
        (32, 32),
        activation="silu",
        learning_rate=0.01,
        learning_rate_schedule="cosine",
        max_iter=60,
        random_state=0,
    ).fit(X_train, y_train)
    print(f"R² on {len(X_test)} held-out flats: {model.score(X_test, y_test):.3f}\n")
    look_inside(model, X_train, y_train)
    print("\nWhat one more square metre adds, by age of the flat")
    compare_slopes(model, X_test, per_metre.loc[X_test.index])
    print("\nHow much R² falls when a column is shuffled")
    show_columns(model, X_test, y_test)


if __name__ == "__main__":
    main()
