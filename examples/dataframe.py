"""
How do I train on a DataFrame with text and missing values?
===========================================================

From a csv file to a score: text, categories, missing values, dates and numbers

The file is generated, so that nothing is downloaded: a year of orders of a web shop, and
whether each of them was sent back. The same job is done by gradient boosting. One table
that was made up shows how to do it, not who is better: see docs/benchmarks.md for that.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

from sknn import TabularClassifier

BRANDS = [f"brand {number:02}" for number in range(30)]
SIZES = ["XS", "S", "M", "L", "XL"]


def write_orders(path, n=3000):
    """Write `n` orders to a csv file, with gaps and with columns that do not matter."""
    rng = np.random.default_rng(0)
    size, brand = rng.integers(len(SIZES), size=n), rng.integers(len(BRANDS), size=n)
    price, payment = rng.lognormal(3.7, 0.6, n), rng.choice(["card", "invoice"], n)
    wanted = rng.integers(len(SIZES), size=n)
    day = rng.integers(365, size=n)
    fit = rng.normal(size=len(BRANDS))  # some brands cut smaller than others
    logit = (
        -1.5
        + 1.2 * np.abs(size - wanted - 0.8 * fit[brand])
        + 0.9 * (payment == "invoice")
        + 0.5 * np.log(price / 40)
        - 1.5 * (day > 334)  # presents are kept
        - 1.0
    )
    orders = pd.DataFrame(
        {
            "ordered_on": pd.Timestamp("2025-01-01") + pd.to_timedelta(day, "D"),
            "brand": np.take(BRANDS, brand),
            "size": np.take(SIZES, size),
            "usual_size": np.take(SIZES, wanted),
            "price": price.round(2),
            "payment": payment,
            "newsletter": rng.random(n) < 0.4,
            "age": rng.normal(40, 12, n).round(),
            "returned": np.where(rng.random(n) < 1 / (1 + np.exp(-logit)), "yes", "no"),
        }
    )
    for column, share in (("age", 0.3), ("brand", 0.05), ("price", 0.02)):
        orders.loc[rng.random(n) < share, column] = None
    orders.to_csv(path, index=False)


def read_orders(path):
    """Return the table and the labels; the date becomes a number and a category."""
    orders = pd.read_csv(path, parse_dates=["ordered_on"])
    date = orders.pop("ordered_on")
    orders["day"] = (date - pd.Timestamp("2025-01-01")).dt.days
    orders["month"] = date.dt.month_name()
    return orders.drop(columns="returned"), orders["returned"]


def with_categories(X):
    """Return the table with text as categories, which gradient boosting asks for."""
    text = X.select_dtypes(exclude=["number", "bool"]).columns
    return X.astype(dict.fromkeys(text, "category"))


def report(name, model, parts):
    """Fit a model, print its scores on held-out rows, and return it."""
    X_train, X_test, y_train, y_test = parts
    start = time.perf_counter()
    model.fit(X_train, y_train)
    seconds = time.perf_counter() - start
    P = model.predict_proba(X_test)
    print(
        f"{name:32}{accuracy_score(y_test, model.predict(X_test)):9.3f}"
        f"{roc_auc_score(y_test, P[:, 1]):9.3f}{log_loss(y_test, P):10.3f}{seconds:10.1f}"
    )
    return model


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write_orders(path)
        X, y = read_orders(path)
    print(X.head(3).to_string(), "\n")
    print(f"{len(X)} orders, {np.mean(y == 'yes'):.0%} of them sent back\n")
    print(f"{'':32} accuracy      AUC  log-loss   seconds")
    parts = train_test_split(X, y, stratify=y, random_state=0)
    model = report("sknn TabularClassifier", TabularClassifier(random_state=0), parts)
    frames = train_test_split(with_categories(X), y, stratify=y, random_state=0)
    boosting = HistGradientBoostingClassifier(random_state=0)
    report("scikit-learn HistGradientBoosting", boosting, frames)

    print("\nWhat the encoder makes of the table:")
    print(" ", ", ".join(model.encoder_.get_feature_names_out()[:4]), "…")
    text = X.columns[model.encoder_.is_categorical_]
    for column, levels in zip(text, model.encoder_.categories_, strict=True):
        print(f"  {column}: {len(levels)} categories, such as {levels[0]!r}")
    X_test = parts[1]
    new = X_test.head(1)[[*X_test.columns[::-1]]].assign(brand="a new one")
    print(f"\nAn order of an unknown brand: {model.predict_proba(new)[0, 1]:.0%} sent back")


if __name__ == "__main__":
    main()
