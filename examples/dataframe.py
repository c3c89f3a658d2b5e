"""
How do I train on a DataFrame with text and missing values?
===========================================================

Pass it to :class:`~sknn.TabularClassifier` or :class:`~sknn.TabularRegressor` as it is. Here two
models are trained on a csv file with text, categories, missing values, dates and numbers, and
scored beside gradient boosting.

The file is generated, so that nothing is downloaded: a year of orders of a web shop, and
whether each of them was sent back. One generated table shows how it is done, not which model is
better: for that, see :doc:`the benchmarks </benchmarks>`.
"""

import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
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


# %%
# The table
# ---------
#
# Only dates need a line of code: here they become a number and a category.

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "orders.csv"
    write_orders(path)
    X = pd.read_csv(path, parse_dates=["ordered_on"])

y = X.pop("returned")
date = X.pop("ordered_on")
X["day"] = (date - pd.Timestamp("2025-01-01")).dt.days
X["month"] = date.dt.month_name()
print(f"{len(X)} orders, {np.mean(y == 'yes'):.0%} of them sent back")
X.head()

# %%
# Fit and score
# -------------
#
# Gradient boosting needs text as a category type. sknn does not.

X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
text = X.select_dtypes(exclude=["number", "bool"]).columns
categories = X.astype(dict.fromkeys(text, "category"))  # for gradient boosting


def report(name, model, table):
    """Fit a model, print its scores on held-out rows, and return them."""
    start = time.perf_counter()
    model.fit(table.loc[X_train.index], y_train)
    seconds = time.perf_counter() - start
    P = model.predict_proba(table.loc[X_test.index])
    accuracy = accuracy_score(y_test, model.classes_[P.argmax(axis=1)])
    auc, loss = roc_auc_score(y_test, P[:, 1]), log_loss(y_test, P)
    print(f"{name:32}{accuracy:9.3f}{auc:9.3f}{loss:10.3f}{seconds:10.1f}")
    return {"accuracy": accuracy, "AUC": auc, "log loss (lower is better)": loss}


print(f"{'':32} accuracy      AUC  log loss   seconds")
model = TabularClassifier(random_state=0)
network = report("sknn TabularClassifier", model, X)
boosting = report(
    "scikit-learn HistGradientBoosting",
    HistGradientBoostingClassifier(random_state=0),
    categories,
)

# %%
# The same as a picture. The axes do not begin at zero.

fig, axes = plt.subplots(1, 3, figsize=(7.5, 2.8), layout="constrained")
for ax, name in zip(axes, network, strict=True):
    bars = ax.bar(["sknn", "boosting"], [network[name], boosting[name]], color=["C0", "C7"])
    ax.bar_label(bars, fmt="%.3f")
    ax.set(title=name, ylim=(0.5, 0.8))

# %%
# What the encoder has learned
# ----------------------------
#
# The encoder scales numbers, fills and marks gaps, and gives every category a column.

print(", ".join(model.encoder_.get_feature_names_out()[:4]), "…")
text = X.columns[model.encoder_.is_categorical_]
for column, levels in zip(text, model.encoder_.categories_, strict=True):
    print(f"{column}: {len(levels)} categories, such as {levels[0]!r}")

# %%
# A new order may have a brand that was never seen, and its columns in another order: they are
# found by name.

new = X_test.head(1)[[*X_test.columns[::-1]]].assign(brand="a new one")
print(f"An order of an unknown brand: {model.predict_proba(new)[0, 1]:.0%} sent back")

plt.show()
