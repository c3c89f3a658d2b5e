"""Time whole calls of fit and predict, a grid search, and take their peak memory.

    python tests/benchmarks/fit.py [--threads 1 2] [--rounds 5] [--parts fit predict ...]

All contenders do the same work: the same rows, network, batch size, epochs, loss, penalty,
dtype and number of threads, a new order of the rows every epoch, and Adam. They take turns
within every round. PyTorch, if it is installed, is a plain training loop with the fused
Adam, without the checks of an estimator.
"""

import argparse
import itertools
import platform
import statistics
import time
import tracemalloc
import warnings

import numpy as np
from shapes import SHAPES, examples
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.utils.validation import validate_data
from threadpoolctl import threadpool_limits

from sknn import FFNNClassifier

try:
    import torch
except ImportError:
    torch = None

EPOCHS = {"tiny": 50, "small": 30, "deep": 10, "medium": 10, "large": 2}
STEPS = 50  # per epoch
PREDICT_ROWS = (1, 1_000, 1_000_000)
MEMORY_ROWS = 20_000  # many times the batch, so that a copy of X would show
MEBIBYTE = 2**20


def sknn_fit(name, X, y):
    """Return a function that trains an `FFNNClassifier`."""
    _, hidden, _, m = SHAPES[name]
    model = FFNNClassifier(
        hidden_layer_sizes=hidden,
        batch_size=m,
        alpha=1e-4,
        max_iter=EPOCHS[name],
        n_iter_no_change=np.inf,
        random_state=0,
    )
    return lambda: model.fit(X, y)


def mlp_fit(name, X, y):
    """Return a function that trains scikit-learn's `MLPClassifier`."""
    _, hidden, _, m = SHAPES[name]
    # Its penalty is divided by the rows of a batch.
    model = MLPClassifier(
        hidden,
        batch_size=m,
        alpha=1e-4 * m,
        max_iter=EPOCHS[name],
        n_iter_no_change=EPOCHS[name],
        tol=0,
        random_state=0,
    )
    return lambda: model.fit(X, y)


def torch_model(name, dtype):
    """Return the network in PyTorch."""
    features, hidden, classes, _ = SHAPES[name]
    layers = []
    for n_in, n_out in itertools.pairwise((features, *hidden, classes)):
        layers += [torch.nn.Linear(n_in, n_out, dtype=dtype), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def torch_fit(name, X, y):
    """Return a function that trains in PyTorch."""
    m = SHAPES[name][-1]
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    loss = torch.nn.CrossEntropyLoss()

    def fit():
        model = torch_model(name, X.dtype)
        adam = torch.optim.Adam(model.parameters(), weight_decay=1e-4, fused=True)
        for _ in range(EPOCHS[name]):
            total = 0.0
            for rows in torch.randperm(len(X)).split(m):
                adam.zero_grad()
                value = loss(model(X[rows]), y[rows])
                value.backward()
                adam.step()
                total += value.item()
        return model

    return fit


FITS = {"sknn": sknn_fit, "scikit-learn": mlp_fit}
if torch is not None:
    FITS["PyTorch"] = torch_fit


def in_turn(functions, rounds, repeats=1):
    """Return the seconds of every function, a list of one per round."""
    for function in functions.values():
        function()
    taken = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            for _ in range(repeats):
                function()
            taken[name].append((time.perf_counter() - start) / repeats)
    return taken


def row(label, taken, unit):
    """Return a row of a table: medians in `unit` s, ratios to the first of a round."""
    first = next(iter(taken.values()))
    cells = [label]
    for times in taken.values():
        ratio = statistics.median(t / own for t, own in zip(times, first, strict=True))
        cells.append(f"{statistics.median(times) / unit:.3g} / {ratio:.2f}x")
    return "| " + " | ".join(cells) + " |"


def head(title, contenders):
    """Print a title and the head of a table."""
    print(f"\n**{title}**\n")
    print("| | " + " | ".join(contenders) + " |")
    print("|---|" + "---|" * len(contenders))


def time_fit(threads, rounds):
    """Time a whole `fit` of all shapes."""
    head(f"fit: ms, float32, {threads} thread(s)", FITS)
    for name in SHAPES:
        X, y = examples(name, STEPS * SHAPES[name][-1])
        fits = {contender: make(name, X, y) for contender, make in FITS.items()}
        print(row(name, in_turn(fits, rounds), 1e-3))


def bare_predict(model, X, block=1024):
    """Return a function that does the matrix products of a prediction."""
    m = min(block, len(X))
    Z = [np.empty((m, W.shape[1]), X.dtype) for W in model.coefs_]

    def predict():
        for start in range(0, len(X), m):
            A = X[start : start + m]
            for W, out in zip(model.coefs_, Z, strict=True):
                A = np.dot(A, W, out=out[: len(A)])

    return predict


def bare_validation(X):
    """Return a function that only validates X, as scikit-learn's estimators do."""
    judge = BaseEstimator().__sklearn_clone__()
    judge.n_features_in_ = X.shape[1]
    return lambda: validate_data(
        judge, X, reset=False, accept_sparse="csr", dtype=X.dtype, order="C"
    )


def time_predict(threads, rounds):
    """Time `predict_proba` of the medium network."""
    X, y = examples("medium", max(PREDICT_ROWS))
    models = {
        "sknn": sknn_fit("medium", X[:5000], y[:5000])(),
        "scikit-learn": mlp_fit("medium", X[:5000], y[:5000])(),
    }
    contenders = ["validation", "bare products", *models]
    head(f"predict_proba: µs, medium, float32, {threads} thread(s)", contenders)
    for n in PREDICT_ROWS:
        part = X[:n]
        functions = {
            "validation": bare_validation(part),
            "bare products": bare_predict(models["sknn"], part),
            **{
                name: lambda model=model, part=part: model.predict_proba(part)
                for name, model in models.items()
            },
        }
        repeats = max(1, 1000 // n)
        print(row(f"{n:,} rows", in_turn(functions, rounds, repeats), 1e-6))


def time_search(threads, rounds):
    """Time a search over 24 candidates, three folds each."""
    X, y = examples("tiny", 1000)
    common = {"max_iter": 20, "random_state": 0}
    grid = {
        "hidden_layer_sizes": [(32,), (64,), (32, 32)],
        "activation": ["relu", "tanh"],
        "batch_size": [32, 128],
    }
    rates = [0.001, 0.01]
    searches = {
        "sknn": GridSearchCV(
            FFNNClassifier(n_iter_no_change=np.inf, **common),
            {**grid, "learning_rate": rates},
            cv=3,
            refit=False,
        ),
        "scikit-learn": GridSearchCV(
            MLPClassifier(tol=0, n_iter_no_change=20, **common),
            {**grid, "learning_rate_init": rates},
            cv=3,
            refit=False,
        ),
    }
    functions = {
        name: lambda search=search: search.fit(X, y) for name, search in searches.items()
    }
    head(f"GridSearchCV, 24 candidates: s, {threads} thread(s)", functions)
    print(row("1,000 rows", in_turn(functions, rounds), 1.0))


def peak(function):
    """Return the most memory that a call of `function` holds at once, in MiB."""
    function()  # what is compiled or imported at the first call does not count
    tracemalloc.start()
    function()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / MEBIBYTE


def bound(name, n):
    """Return 20 % of X plus the network with its optimizer, and one batch, in MiB."""
    features, hidden, classes, m = SHAPES[name]
    widths = (features, *hidden, classes)
    network = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(widths))
    values = 0.2 * n * features + 5 * network + m * (features + 2 * sum(widths[1:]))
    return 4 * values / MEBIBYTE


def measure_memory():
    """Print the peak memory of `fit` beyond X, and of `predict_proba` of many rows."""
    print("\n**peak memory: MiB beyond X, float32**\n")
    print("| | X | 20 % of X + network + one batch | sknn | scikit-learn |")
    print("|---|---|---|---|---|")
    for name in ("tiny", "medium", "large"):
        X, y = examples(name, MEMORY_ROWS)
        fits = [peak(FITS[key](name, X, y)) for key in ("sknn", "scikit-learn")]
        cells = [X.nbytes / MEBIBYTE, bound(name, MEMORY_ROWS), *fits]
        print(f"| fit, {name} | " + " | ".join(f"{cell:.1f}" for cell in cells) + " |")
    X, y = examples("medium", max(PREDICT_ROWS))
    peaks = []
    for key in ("sknn", "scikit-learn"):
        model = FITS[key]("medium", X[:5000], y[:5000])()
        peaks.append(peak(lambda model=model: model.predict_proba(X)))
    cells = " | ".join(f"{most:.1f}" for most in peaks)
    print(f"| predict_proba, {len(X):,} rows | {X.nbytes / MEBIBYTE:.1f} | | {cells} |")


PARTS = {"fit": time_fit, "predict": time_predict, "search": time_search}


def main():
    """Print all tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", nargs="+", default=[*PARTS, "memory"])
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{platform.processor() or platform.machine()}, NumPy {np.__version__}")
    print("median / median ratio to the first contender of the same round")
    for threads in arguments.threads:
        if torch is not None:
            torch.set_num_threads(threads)
        with threadpool_limits(threads):
            for part in arguments.parts:
                if part in PARTS:
                    PARTS[part](threads, arguments.rounds)
    if "memory" in arguments.parts:
        measure_memory()


if __name__ == "__main__":
    main()
