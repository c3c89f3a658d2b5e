"""
How does it compare with MLPRegressor and MLPClassifier?
========================================================

Real data from pandas through a GridSearchCV, beside scikit-learn's MLP

Two questions about 10,000 diamonds: what does one cost (regression), and how well is it
cut (classification)? All networks train on the same rows with the same layers, batches,
epochs and learning rate; those of sknn lower that rate along a cosine, which
scikit-learn's do not offer with Adam. Everything else is each library's default. sknn takes
the table as it is; scikit-learn's networks need a Pipeline that scales and encodes it.
"""

import warnings
from pathlib import Path

import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.compose import make_column_selector as columns
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknn import FFNNClassifier, FFNNRegressor

DATA = Path(__file__).resolve().parent / "data" / "diamonds.csv.gz"

SHARED = {
    "hidden_layer_sizes": (64, 32),
    "batch_size": 64,
    "max_iter": 30,
    "random_state": 0,
}
# The rate has another name in each library.
SKNN = {**SHARED, "learning_rate": 0.005, "learning_rate_schedule": "cosine"}
SKLEARN = {**SHARED, "learning_rate_init": 0.005}


def prepared(network):
    """Scale the numbers, encode the categories, then train a network of scikit-learn."""
    table = ColumnTransformer(
        [
            ("numbers", StandardScaler(), columns(dtype_include="number")),
            (
                "categories",
                OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                columns(dtype_exclude="number"),
            ),
        ]
    )
    return Pipeline([("table", table), ("network", network)])


def split(frame, target):
    """Hold out a quarter of the rows; return X_train, X_test, y_train, y_test."""
    X, y = frame.drop(columns=target), frame[target]
    stratify = None if target == "price" else y
    return train_test_split(X, y, test_size=0.25, random_state=0, stratify=stratify)


def compare(title, networks, parts):
    """Train every model on the same rows and print its score on the held-out ones."""
    X_train, X_test, y_train, y_test = parts
    print(f"\n{title}")
    for name, network in networks.items():
        score = network.fit(X_train, y_train).score(X_test, y_test)
        print(f"  {name:<46} {score:.3f}")


def search(parts):
    """Search three hyperparameters by cross-validation and print what was found."""
    X_train, X_test, y_train, y_test = parts
    network = FFNNRegressor(**SKNN).set_params(max_iter=15)
    grid = {
        "hidden_layer_sizes": [(32,), (64, 32)],
        "activation": ["relu", "silu"],
        "learning_rate": [1e-3, 1e-2],
    }
    found = GridSearchCV(network, grid, cv=3, n_jobs=2)
    found.fit(X_train, y_train)
    print("\nGridSearchCV over three hyperparameters of FFNNRegressor, 8 candidates")
    for name, value in found.best_params_.items():
        print(f"  {name:<46} {value}")
    print(f"  {'R2 on the held-out rows':<46} {found.score(X_test, y_test):.3f}")


def main():
    frame = pd.read_csv(DATA)
    print(f"{len(frame)} diamonds, a quarter of them held out")
    price = split(frame, "price")
    compare(
        "Price in dollars: R2 on the held-out rows",
        {
            "sknn FFNNRegressor": FFNNRegressor(**SKNN),
            "scikit-learn MLPRegressor": prepared(MLPRegressor(**SKLEARN)),
            "scikit-learn MLPRegressor, y scaled by hand": TransformedTargetRegressor(
                prepared(MLPRegressor(**SKLEARN)), transformer=StandardScaler()
            ),
        },
        price,
    )
    compare(
        "Quality of the cut, five classes: accuracy on the held-out rows",
        {
            "sknn FFNNClassifier": FFNNClassifier(**SKNN),
            "scikit-learn MLPClassifier": prepared(MLPClassifier(**SKLEARN)),
        },
        split(frame, "cut"),
    )
    search(price)


if __name__ == "__main__":
    # scikit-learn's MLPs warn at their last epoch; here it is meant to be the last.
    warnings.filterwarnings(
        "ignore", category=ConvergenceWarning, module="sklearn.neural_network"
    )
    main()
