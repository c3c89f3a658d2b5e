"""The estimators of the golden files, and their data: small, and of all kinds."""

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sknn import (
    SGD,
    FFNNClassifier,
    FFNNRegressor,
    LogLoss,
    PReLU,
    Quantile,
    TableEncoder,
    TabularClassifier,
    TabularRegressor,
)

SHORT = {"hidden_layer_sizes": (4, 3), "max_iter": 8, "random_state": 0}
SHORT |= {"learning_rate_schedule": "cosine"}


def table(seed):
    """Return 60 rows with text and missing values, a quantity and a label for each."""
    rng = np.random.default_rng(seed)
    size, kind = rng.normal(50, 20, 60), rng.choice(["oak", "elm", "ash"], 60)
    y = size + 10 * (kind == "oak")
    size[::7] = np.nan
    X = pd.DataFrame({"size": size, "age": rng.normal(size=60), "kind": kind})
    return X, y, np.where(y > 50, "large", "small")


def fitted():
    """Return the estimators by name, fitted."""
    X, y, labels = table(0)
    numbers = X[["age"]].to_numpy(np.float32)
    stream = FFNNClassifier(solver=SGD(momentum=0.5), early_stopping=True, **SHORT)
    for _ in range(3):
        stream.partial_fit(X, labels, classes=["large", "small"], X_val=X, y_val=labels)
    return {
        "regressor": FFNNRegressor(activation=PReLU(), warm_start=True, **SHORT).fit(X, y),
        "quantiles": FFNNRegressor(
            encoder=None, loss=Quantile((0.1, 0.9)), input_scale=True, **SHORT
        ).fit(numbers, y),
        "classifier": FFNNClassifier(loss=LogLoss(smoothing=0.1), **SHORT).fit(X, labels),
        "lbfgs": FFNNClassifier(
            hidden_layer_sizes=3,
            solver="lbfgs",
            activation="tanh",
            tol=1e-2,
            random_state=0,
        ).fit(X, labels),
        "stream": stream,
        "tabular_regressor": TabularRegressor(
            FFNNRegressor(**SHORT), n_members=2, random_state=0
        ).fit(X, y),
        "tabular_classifier": TabularClassifier(
            FFNNClassifier(**SHORT), n_members=2, random_state=0
        ).fit(X, labels),
        "encoder_in_pipeline": make_pipeline(TableEncoder(n_bins=3), Ridge()).fit(X, y),
    }


def predictions(name, model):
    """Return what the model says of rows that it has not seen, as numbers."""
    X = table(1)[0]
    if name == "quantiles":
        X = X[["age"]].to_numpy(np.float32)
    return getattr(model, "predict_proba", model.predict)(X)
