"""
How does it compare with MLPRegressor and MLPClassifier?
========================================================

Two questions about 10,000 diamonds: what does one cost (regression), and how well is it
cut (classification)? All networks train on the same rows with the same layers, batches,
epochs and learning rate. Everything else is each library's default. The networks of sknn
lower the rate along a cosine, which scikit-learn's do not offer with Adam.
"""

import sys
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.compose import make_column_selector as columns
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknn import FFNNClassifier, FFNNRegressor

DATA = Path(sys.argv[0]).resolve().parent / "data" / "diamonds.csv.gz"
diamonds = pd.read_csv(DATA)
print(diamonds.head())

# scikit-learn's MLPs warn at their last epoch; here it is meant to be the last.
warnings.filterwarnings(
    "ignore", category=ConvergenceWarning, module="sklearn.neural_network"
)

# %%
# The settings
# ------------
#
# The learning rate has another name in each library.

shared = {
    "hidden_layer_sizes": (64, 32),
    "batch_size": 64,
    "max_iter": 30,
    "random_state": 0,
}
sknn_settings = {**shared, "learning_rate": 0.005}
mlp_settings = {**shared, "learning_rate_init": 0.005}

# %%
# sknn takes the table as it is. scikit-learn's networks need a Pipeline that scales the numbers
# and encodes the text.


def prepared(network):
    """Scale the numbers, encode the categories, then train a network of scikit-learn."""
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    table = ColumnTransformer(
        [
            ("numbers", StandardScaler(), columns(dtype_include="number")),
            ("categories", encoder, columns(dtype_exclude="number")),
        ]
    )
    return Pipeline([("table", table), ("network", network)])


def compare(title, networks, parts):
    """Train every network on the same rows; print and return the scores on the others."""
    X_train, X_test, y_train, y_test = parts
    scores = {
        name: network.fit(X_train, y_train).score(X_test, y_test)
        for name, network in networks.items()
    }
    print(title)
    for name, score in scores.items():
        print(f"  {name:<31} {score:.3f}")
    return scores


# %%
# What does a diamond cost?
# -------------------------
#
# The prices are in dollars, up to 18,823. sknn scales the target itself. scikit-learn's network
# is trained twice: with the raw target, and with a scaled one.

price = train_test_split(
    diamonds.drop(columns="price"), diamonds["price"], test_size=0.25, random_state=0
)
regressors = {
    "sknn FFNNRegressor": FFNNRegressor(**sknn_settings),
    "MLPRegressor": prepared(MLPRegressor(**mlp_settings)),
    "MLPRegressor, y scaled by hand": TransformedTargetRegressor(
        prepared(MLPRegressor(**mlp_settings)), transformer=StandardScaler()
    ),
}
r2 = compare("Price in dollars: R² on the held-out rows", regressors, price)

# %%
# How well is it cut?
# -------------------
#
# There are five classes, from Fair to Ideal.

X, cut = diamonds.drop(columns="cut"), diamonds["cut"]
classifiers = {
    "sknn FFNNClassifier": FFNNClassifier(**sknn_settings),
    "MLPClassifier": prepared(MLPClassifier(**mlp_settings)),
}
accuracy = compare(
    "Quality of the cut, five classes: accuracy on the held-out rows",
    classifiers,
    train_test_split(X, cut, test_size=0.25, random_state=0, stratify=cut),
)

# %%
# Both at a glance. The axes do not begin at zero.

fig, axes = plt.subplots(2, 1, figsize=(7, 3.6), layout="constrained", height_ratios=(3, 2))
for ax, scores, label, limits in (
    (axes[0], r2, "R² of the price", (0.95, 0.99)),
    (axes[1], accuracy, "accuracy of the cut", (0.7, 0.8)),
):
    colours = ["C0" if "sknn" in name else "C7" for name in scores]
    bars = ax.barh(list(scores), list(scores.values()), color=colours)
    ax.bar_label(bars, fmt="%.3f", padding=3)
    ax.set(xlabel=f"{label} on held-out rows", xlim=limits)
    ax.invert_yaxis()

# %%
# In a search
# -----------
#
# The parameters of a network are searched like those of any other estimator.

X_train, X_test, y_train, y_test = price
grid = {
    "hidden_layer_sizes": [(32,), (64, 32)],
    "activation": ["relu", "silu"],
    "learning_rate": [1e-3, 1e-2],
}
network = FFNNRegressor(**sknn_settings).set_params(max_iter=15)
search = GridSearchCV(network, grid, cv=3, n_jobs=2).fit(X_train, y_train)
print("GridSearchCV over three parameters of FFNNRegressor, 8 candidates")
for name, value in search.best_params_.items():
    print(f"  {name:<31} {value}")
print(f"  {'R² on the held-out rows':<31} {search.score(X_test, y_test):.3f}")

plt.show()
