"""
Can I trust the predicted probabilities?
========================================

Whether probabilities can be trusted: log-loss and calibration beside other classifiers

Of the rows to which a calibrated classifier gives 80 %, 80 % are of that class. The data
are generated, with overlapping classes: the best possible log-loss is known. With the name
of a file as argument, the calibration curves are drawn into it.
"""

import sys

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.calibration import CalibrationDisplay, calibration_curve
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import FFNNClassifier, TabularClassifier


def overlapping(n=6000):
    """Return a table, labels, and the true probabilities of label 1."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 8))
    P = expit(2 * X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 3] - 0.5)
    columns = [f"x{column}" for column in range(X.shape[1])]
    return pd.DataFrame(X, columns=columns), (rng.random(n) < P).astype(int), P


def classifiers():
    """Return classifiers by name; single networks stop early, all else is default."""
    mlp = MLPClassifier(early_stopping=True, random_state=0)
    return {
        "TabularClassifier": TabularClassifier(random_state=0),
        "FFNNClassifier": FFNNClassifier(early_stopping=True, random_state=0),
        "MLPClassifier": make_pipeline(StandardScaler(), mlp),
        "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
        "RandomForest": RandomForestClassifier(random_state=0),
    }


def calibration_error(y, P, n_bins=10):
    """Return the mean distance of probability and share, over bins of equal size."""
    shares, means = calibration_curve(y, P, n_bins=n_bins, strategy="quantile")
    return np.abs(shares - means).mean()


def draw(path, y, found):
    """Draw the calibration curves into the file `path`."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(6, 5), layout="constrained")
    for name, P in found.items():
        CalibrationDisplay.from_predictions(
            y, P, n_bins=10, strategy="quantile", name=name, ax=axis
        )
    figure.savefig(path, dpi=90)


def main():
    X, y, truth = overlapping()
    train, test = train_test_split(np.arange(len(y)), train_size=2000, random_state=0)
    print(f"{len(train)} rows, {len(test)} held-out rows\n")
    print(f"{'':22} accuracy   log-loss   calibration error")
    found = {}
    for name, model in classifiers().items():
        found[name] = model.fit(X.iloc[train], y[train]).predict_proba(X.iloc[test])[:, 1]
    for name, P in (found | {"the true probabilities": truth[test]}).items():
        print(
            f"{name:22}{accuracy_score(y[test], P > 0.5):9.3f}{log_loss(y[test], P):11.3f}"
            f"{calibration_error(y[test], P):20.3f}"
        )
    if len(sys.argv) > 1:
        draw(sys.argv[1], y[test], found)


if __name__ == "__main__":
    main()
