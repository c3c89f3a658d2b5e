"""Members of Tabular* one after the other and side by side: wall and processor time.

    python tests/benchmarks/members.py

Beside scikit-learn's MLP, with its defaults, on the same scaled numbers. All contenders
take turns, five rounds; medians.
"""

import time
import warnings

import numpy as np
from sklearn.datasets import make_classification, make_friedman1
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import scale

from sknn import TabularClassifier, TabularRegressor

ROUNDS = 5


def tables():
    """Return the name, the task and the examples of three tables."""
    options = {"n_features": 20, "n_informative": 10, "random_state": 0}
    three = make_classification(5000, n_classes=3, **options)
    two = make_classification(3000, n_classes=2, **options)
    return [
        ("friedman1, 2,000 x 10", "regression", make_friedman1(2000, 10, random_state=0)),
        ("3 classes, 5,000 x 20", "labels", three),
        ("2 classes, 3,000 x 20", "labels", two),
    ]


def contenders(task):
    """Return the estimators by name."""
    tabular = TabularRegressor if task == "regression" else TabularClassifier
    mlp = MLPRegressor if task == "regression" else MLPClassifier
    return {
        "MLP": mlp(random_state=0),
        "one by one": tabular(n_jobs=1, random_state=0),
        "side by side": tabular(random_state=0),
    }


def seconds(model, X, y):
    """Return wall and processor time of a fit."""
    wall, processor = time.perf_counter(), time.process_time()
    model.fit(X, y)
    return time.perf_counter() - wall, time.process_time() - processor


def main():
    """Print a row per table and contender."""
    warnings.simplefilter("ignore")
    print("| table | contender | wall, s | processor, s | wall / MLP | processor / MLP |")
    print("|---|---|---|---|---|---|")
    for name, task, (X, y) in tables():
        X = scale(X)
        y = scale(y) if task == "regression" else y
        models = contenders(task)
        for model in models.values():
            model.fit(X[:200], y[:200])  # compiled before time is taken
        times = np.array(
            [[seconds(model, X, y) for model in models.values()] for _ in range(ROUNDS)]
        )
        medians, ratios = np.median(times, axis=0), np.median(times / times[:, :1], axis=0)
        for model, spent, ratio in zip(models, medians, ratios, strict=True):
            cells = [*(f"{s:.2f}" for s in spent), *(f"{r:.2f}x" for r in ratio)]
            print(f"| {name} | {model} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
