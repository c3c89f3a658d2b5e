"""Compare the errors of tabular estimators, and the time they take, by cross-validation.

    python tests/benchmarks/accuracy.py [--repeats 1] [--folds 5] [--jobs 1]
        [--sets iris diabetes] [--contenders TabularClassifier ...] [--chart accuracy.png]

The data are those of scikit-learn, generated ones, and the diamonds of the examples. All
contenders have their defaults. Those of sknn and the gradient boosting libraries take the
tables as they are; scikit-learn's networks get scaled columns, one-hot categories and a
scaled target. All contenders take turns on every fold, with the same rows. LightGBM,
XGBoost and CatBoost take part if they are installed. Set OMP_NUM_THREADS=1, so that every
library has `--jobs` threads.
"""

import argparse
import importlib
import platform
import statistics
import time
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn import datasets
from sklearn.compose import TransformedTargetRegressor, make_column_selector
from sklearn.compose import make_column_transformer as by_column
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss, root_mean_squared_error
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknn import (
    FFNNClassifier,
    FFNNRegressor,
    TableEncoder,
    TabularClassifier,
    TabularRegressor,
)

DIAMONDS = Path(__file__).parents[2] / "examples" / "data" / "diamonds.csv.gz"
DIAMONDS_ROWS = 2000
SHIFT = 0.01  # a set without errors would make every geometric mean 0


# ---- the data --------------------------------------------------------------------------


def bundled(load):
    """Return a function that loads a data set of scikit-learn."""

    def table():
        X, y = load(return_X_y=True, as_frame=True)
        return X, y.to_numpy()

    return table


def generated(make, n, **settings):
    """Return a function that makes `n` rows."""

    def table():
        X, y = make(n_samples=n, random_state=0, **settings)
        names = [f"x{column}" for column in range(X.shape[1])]
        return pd.DataFrame(X, columns=names), y

    return table


def diamonds(target):
    """Return a function that loads some diamonds, with text as categories."""

    def table():
        frame = pd.read_csv(DIAMONDS).sample(DIAMONDS_ROWS, random_state=0)
        y = frame.pop(target).to_numpy()
        text = frame.select_dtypes(exclude="number").columns
        return frame.astype(dict.fromkeys(text, "category")), y

    return table


CLASSIFICATION = {
    "breast_cancer": bundled(datasets.load_breast_cancer),
    "digits": bundled(datasets.load_digits),
    "iris": bundled(datasets.load_iris),
    "wine": bundled(datasets.load_wine),
    "diamonds' cut": diamonds("cut"),
    "hastie": generated(datasets.make_hastie_10_2, 2000),
    "moons": generated(datasets.make_moons, 500, noise=0.3),
}
REGRESSION = {
    "diabetes": bundled(datasets.load_diabetes),
    "diamonds' price": diamonds("price"),
    "friedman1": generated(datasets.make_friedman1, 1000, noise=1.0),
    "friedman2": generated(datasets.make_friedman2, 1000, noise=100.0),
    "friedman3": generated(datasets.make_friedman3, 1000, noise=0.1),
}


# ---- the contenders --------------------------------------------------------------------


def prepared(network):
    """Return a pipeline that scales numbers and encodes categories before a network."""
    numbers = make_column_selector(dtype_include="number")
    categories = make_column_selector(dtype_exclude="number")
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = by_column((StandardScaler(), numbers), (one_hot, categories))
    return make_pipeline(columns, network)


def classifiers(seed, jobs, categories):
    """Return functions that make the classifiers of scikit-learn and sknn."""
    bins = TableEncoder(n_bins=8)
    return {
        "TabularClassifier": lambda: TabularClassifier(n_jobs=jobs, random_state=seed),
        "FFNNClassifier, 8 bins": lambda: FFNNClassifier(encoder=bins, random_state=seed),
        "FFNNClassifier": lambda: FFNNClassifier(random_state=seed),
        "MLPClassifier": lambda: prepared(MLPClassifier(random_state=seed)),
        "HistGradientBoosting": lambda: HistGradientBoostingClassifier(random_state=seed),
        **boosters("Classifier", seed, jobs, categories),
    }


def regressors(seed, jobs, categories):
    """Return functions that make the regressors of scikit-learn and sknn."""
    bins = TableEncoder(n_bins=8)
    return {
        "TabularRegressor": lambda: TabularRegressor(n_jobs=jobs, random_state=seed),
        "FFNNRegressor, 8 bins": lambda: FFNNRegressor(encoder=bins, random_state=seed),
        "FFNNRegressor": lambda: FFNNRegressor(random_state=seed),
        "MLPRegressor": lambda: TransformedTargetRegressor(
            prepared(MLPRegressor(random_state=seed)), transformer=StandardScaler()
        ),
        "HistGradientBoosting": lambda: HistGradientBoostingRegressor(random_state=seed),
        **boosters("Regressor", seed, jobs, categories),
    }


def boosters(kind, seed, jobs, categories):
    """Return functions that make the "Classifier" or "Regressor" of other libraries."""
    settings = {
        "LightGBM": ("lightgbm", "LGBM", {"n_jobs": jobs, "verbose": -1}),
        "XGBoost": ("xgboost", "XGB", {"n_jobs": jobs, "enable_categorical": True}),
        "CatBoost": (
            "catboost",
            "CatBoost",
            {
                "thread_count": jobs,
                "cat_features": categories,
                "verbose": False,
                "allow_writing_files": False,
            },
        ),
    }
    found = {}
    for name, (module, prefix, options) in settings.items():
        try:
            booster = getattr(importlib.import_module(module), prefix + kind)
        except ImportError:
            continue
        found[name] = lambda booster=booster, options=options: booster(
            random_state=seed, **options
        )
    return found


# ---- the measurement -------------------------------------------------------------------


def measure(model, parts, is_regression):
    """Return error, log-loss (NaN for a regression), processor and wall time of a fit."""
    X_train, X_test, y_train, y_test = parts
    wall, processor = time.perf_counter(), time.process_time()
    model.fit(X_train, y_train)
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    if is_regression:
        error = root_mean_squared_error(y_test, model.predict(X_test)) / y_test.std()
        return error, np.nan, processor, wall
    P = np.asarray(model.predict_proba(X_test), dtype=float)
    loss = log_loss(y_test, P / P.sum(axis=1, keepdims=True), labels=np.arange(P.shape[1]))
    return np.mean(P.argmax(axis=1) != y_test), loss, processor, wall


def cross_validate(load, contenders, is_regression, arguments):
    """Return an array (n_splits, 4) of the measurements per contender."""
    X, y = load()
    if not is_regression:
        y = np.unique(y, return_inverse=True)[1]  # which all libraries take
    categories = list(X.select_dtypes(exclude="number").columns)
    split = RepeatedKFold if is_regression else RepeatedStratifiedKFold
    splits = split(n_splits=arguments.folds, n_repeats=arguments.repeats, random_state=0)
    taken = defaultdict(list)
    for seed, (train, test) in enumerate(splits.split(X, y)):
        parts = X.iloc[train], X.iloc[test], y[train], y[test]
        for name, make in contenders(seed, arguments.jobs, categories).items():
            if not arguments.contenders or name in arguments.contenders:
                taken[name].append(measure(make(), parts, is_regression))
    return {name: np.array(values) for name, values in taken.items()}


def shifted(errors):
    """Return the geometric mean, shifted by `SHIFT`."""
    return statistics.geometric_mean(error + SHIFT for error in errors) - SHIFT


def warm_up():
    """Fit once what is compiled or imported at the first fit."""
    X, y = CLASSIFICATION["iris"]()
    TabularClassifier(random_state=0).fit(X, y)
    TabularRegressor(random_state=0).fit(X, y)
    for network in (FFNNClassifier(max_iter=2), FFNNRegressor(max_iter=2)):
        network.fit(X, y)


# ---- the tables and the chart ----------------------------------------------------------


def row(label, cells):
    """Return a row of a table."""
    return f"| {label} | " + " | ".join(cells) + " |"


def print_errors(title, found):
    """Print the mean error of every contender on every set.

    Parameters
    ----------
    title : str
    found : dict of dict of array of shape (n_splits, 4)
        The measurements by set and contender.
    """
    contenders = list(next(iter(found.values())))
    print(f"\n**{title}**\n")
    print(row(" ", found))
    print("|---|" + "---|" * len(found))
    for name in contenders:
        print(row(name, [f"{taken[name][:, 0].mean():.3f}" for taken in found.values()]))
    firsts = [taken[contenders[0]][:, 0] for taken in found.values()]
    spreads = [first.std(ddof=1) / len(first) ** 0.5 for first in firsts]
    print(row("± of the first", [f"{spread:.3f}" for spread in spreads]))


def summary(found):
    """Return shifted means of error and log-loss, and times, as a dict per contender."""
    names = list(next(iter(found.values())))
    means = {
        n: np.array([taken[n].mean(axis=0) for taken in found.values()]) for n in names
    }
    base = means.get("MLPClassifier", means.get("MLPRegressor", means[names[0]]))
    return {
        name: {
            "error": shifted(mean[:, 0]),
            "log-loss": np.nan if np.isnan(mean[0, 1]) else shifted(mean[:, 1]),
            "processor": statistics.geometric_mean(mean[:, 2] / base[:, 2]),
            "wall": statistics.geometric_mean(mean[:, 3] / base[:, 3]),
            "seconds": mean[:, 2].sum(),
        }
        for name, mean in means.items()
    }


def print_summary(title, result):
    """Print one row per contender."""
    print(f"\n**{title}**\n")
    print(row(" ", ["error", "log-loss", "processor time", "wall time", "s, all sets"]))
    print("|---|---|---|---|---|---|")
    for name, of in result.items():
        loss = "" if np.isnan(of["log-loss"]) else f"{of['log-loss']:.3f}"
        times = [f"{of[kind]:.2f}x" for kind in ("processor", "wall")]
        print(row(name, [f"{of['error']:.4f}", loss, *times, f"{of['seconds']:.2f}"]))


def apart(errors):
    """Return where the names go: at the errors, moved up until they do not overlap."""
    lowest = min(errors.values())
    gap, free, placed = 0.04 * (max(errors.values()) - lowest), lowest, {}
    for name in sorted(errors, key=errors.get):
        placed[name] = max(errors[name], free)
        free = placed[name] + gap
    return placed


def draw(results, path):
    """Draw errors against processor time, one panel per task, into the file `path`."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(len(results), 1, figsize=(6.4, 7), layout="constrained")
    for axis, (title, result) in zip(np.atleast_1d(axes), results.items(), strict=True):
        heights = apart({name: of["error"] for name, of in result.items()})
        for name, of in result.items():
            ours = name.startswith(("FFNN", "Tabular"))
            color = "tab:blue" if ours else "tab:gray"
            axis.plot(of["processor"], of["error"], "o", color=color)
            axis.annotate(
                name,
                (of["processor"], heights[name]),
                (5, -3),
                textcoords="offset points",
                fontsize=9,
                color=color,
            )
        axis.set(xscale="log", title=title, ylabel="error, geometric mean over the sets")
        low, high = axis.get_xlim()
        axis.set_xlim(low, 8 * high)  # room for the names
    np.atleast_1d(axes)[-1].set_xlabel("processor time of a fit, MLP = 1")
    figure.savefig(path, dpi=130)


def versions():
    """Return the machine and the versions of the libraries in one line."""
    found = [f"Python {platform.python_version()}", f"NumPy {np.__version__}"]
    found.append(f"scikit-learn {sklearn.__version__}")
    for module in ("numba", "lightgbm", "xgboost", "catboost"):
        try:
            found.append(f"{module} {importlib.import_module(module).__version__}")
        except ImportError:
            continue
    return f"{platform.processor() or platform.machine()}, " + ", ".join(found)


def main():
    """Print all tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--sets", nargs="+", default=[*CLASSIFICATION, *REGRESSION])
    parser.add_argument("--contenders", nargs="+")
    parser.add_argument("--chart", help="file to draw into, for example accuracy.png")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(versions())
    warm_up()
    results = {}
    for title, tables, contenders in (
        ("classification", CLASSIFICATION, classifiers),
        ("regression", REGRESSION, regressors),
    ):
        found = {
            name: cross_validate(load, contenders, tables is REGRESSION, arguments)
            for name, load in tables.items()
            if name in arguments.sets
        }
        if found:
            unit = "RMSE / std" if tables is REGRESSION else "share of wrong labels"
            print_errors(f"{title}: {unit}", found)
            results[title] = summary(found)
            print_summary(
                f"{title}: geometric means; times relative to MLP", results[title]
            )
    if arguments.chart:
        draw(results, arguments.chart)


if __name__ == "__main__":
    main()
