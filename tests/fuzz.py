"""A seeded fuzzer of fits: `case` draws data, parameters and a short program of calls.

``python tests/fuzz.py [N] [FIRST]`` runs N cases from seed FIRST on under the guard of
``test_fuzz.py``, and prints how they ended, and every violation with its seed.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse

from sknn.encoding.table import TableEncoder
from sknn.engine.activations import ACTIVATIONS, ELU, LeakyReLU, PReLU
from sknn.engine.initializers import INITIALIZERS, Normal, Uniform
from sknn.engine.losses import LOSSES, Huber, LogLoss, Quantile, Tweedie
from sknn.engine.optimizers import LBFGS, SGD, SOLVERS, Adam, AdamW, RMSprop
from sknn.engine.schedules import SCHEDULES, Adaptive, Cosine, InvScaling, OneCycle

# ---- drawing a case -----------------------------------------------------------------


def all_ones(rng, shape):
    return np.ones(shape)


def halving(progress):
    return 0.5**progress


QUANTILES = [Quantile(0.1), Quantile((0.1, 0.9)), Quantile((0.05, 0.5, 0.95))]
MOMENTUM = [SGD(momentum=0.9), SGD(momentum=0.5, nesterov=True), RMSprop(rho=0.5)]
REGRESSION_SCORES = ["loss", None, "r2", "neg_mean_squared_error", "neg_max_error"]
CLASS_SCORES = ["loss", None, "accuracy", "neg_log_loss", "roc_auc", "f1_macro"]
FOR_CLASSES = ("log_loss", "squared_error")
OPTIONS = {
    "activation": [*ACTIVATIONS, LeakyReLU(0.3), PReLU(0.1), ELU(2.0), [], "per layer"],
    "output_activation": ["auto"] * 9 + [*ACTIVATIONS, LeakyReLU(0.1), PReLU(0.5)],
    "loss": ["auto", "auto", *LOSSES, Huber(0.5), *QUANTILES, Tweedie(1.1), LogLoss(0.2)],
    "initializer": [*INITIALIZERS, Normal(3.0), Uniform(1e-9), all_ones],
    "solver": [*SOLVERS, *MOMENTUM, Adam(), AdamW(weight_decay=2.0), LBFGS(max_fun=3)],
    "learning_rate": [1e-4, 1e-3, 1e-2, 0.03, 0.1, 1.0, 10, 1e3, 0],
    "learning_rate_schedule": [
        *SCHEDULES,
        *(Cosine(0.1), OneCycle(0.5), InvScaling(2.0), Adaptive(0.5, 0.4), halving),
    ],
    "batch_size": [1, 2, 7, 60, 1000, "auto"],
    "alpha": [0, 1e-4, 1, 100, 1e6],
    "clip_norm": [1e-300, 1e-3, 1.0, 1e6],
    "dropout": [0.1, 0.5, 0.99, [0.2], "per layer"],
    "dropout_schedule": ["flat_cos", "coslog4", "adaptive", halving],
    "input_scale": [True],
    "max_time": [1e-9, 100],
    "tol": [0, 1e-4, 10],
    "n_iter_no_change": [1, 3, np.inf],
    "early_stopping": [True, True, False, "auto"],
    "validation_fraction": [0.1, 0.5, 0.99, 1e-9, 1, 2, 50],
    "shuffle": [False],
    "warm_start": [True],
    "scale_target": [False],
    "clip_target": [True, False],
    "encoder": [None, None, TableEncoder(n_bins=3, smooth_clip=3.0)],
    "class_weight": ["balanced", {}, {0: 2.0}, {1: 0.0}, {0: 1e308, 1: 1e308}, [{}]],
}


class Draw:
    """A source of choices, all from one seed."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def chance(self, p):
        return self.rng.random() < p

    def one(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def power(self, low, high):
        return float(10.0 ** self.rng.uniform(low, high))


@dataclass
class Case:
    """A drawn program: calls of an estimator, as names with their arguments."""

    seed: int
    classifies: bool
    params: dict
    calls: list[tuple[str, dict]] = field(default_factory=list)


@dataclass
class World:
    """What the data of all calls of a case have in common."""

    form: str
    scale: np.ndarray
    shift: np.ndarray
    targets: str
    labels: np.ndarray


FORMS = ["f8"] * 5 + ["f4", "f4", "i8", "?", "csr", "csr4", "frame", "frame", "F", "bare"]
FORMS += ["table", "table"]
NUMBERS = ["normal"] * 5 + [
    "constant",
    "tiny",
    "huge",
    "offset",
    "counts",
    "positive",
    "two",
]
LABELS = ["plain"] * 6 + ["rows", "rows", "csr", "objects", "column"]
NAMES = [np.array([0, 1]), np.array([0, 1, 2]), np.array([False, True])] * 2 + [
    np.array(["a", "b", "no"]),
    np.array([-1.0, 2.0]),
    np.array([7]),
    np.arange(6) * 10**9,
]


def world_of(d, classifies):
    k = int(d.rng.integers(1, 7))
    scale, shift = np.ones(k), np.zeros(k)
    if d.chance(0.3):
        wide = d.one([3, 3, 10, 200])
        scale = 10.0 ** d.rng.uniform(-wide, wide, k)
    if d.chance(0.2):
        scale = np.where(d.rng.random(k) < 0.5, 0.0, scale)
        shift = np.full(k, d.one([0.0, 1.0, 1e9]))
    return World(
        d.one(FORMS), scale, shift, d.one(LABELS if classifies else NUMBERS), d.one(NAMES)
    )


def rows(d, world, far=1.0, n=None):
    """Return X in the form of the world."""
    n = n or int(d.one([1, 2, 3, 8, 20, 40, 60]))
    X = d.rng.normal(size=(n, len(world.scale))) * world.scale * far + world.shift
    if d.chance(0.15):
        X = X[d.rng.integers(0, max(1, n // 3), n)]
    if d.chance(0.03):
        X[d.rng.integers(n), 0] = d.one([np.nan, np.inf, -np.inf])
    form = world.form if d.chance(0.95) else d.one(FORMS)
    if form in ("i8", "?"):
        X = np.nan_to_num(np.clip(X, -1e18, 1e18))
    if form == "f4" or form == "csr4":
        X = np.clip(X, -3e38, 3e38).astype("f4")
    if form.startswith("csr"):
        return sparse.csr_matrix(np.where(d.rng.random(X.shape) < 0.5, 0, X))
    if form == "table":
        frame = pd.DataFrame(X, columns=[f"c{i}" for i in range(X.shape[1])])
        frame = frame.mask(d.rng.random(X.shape) < 0.1)
        kinds = np.array(["a", "b", "c", None], dtype=object)
        return frame.assign(kind=kinds[d.rng.integers(0, len(kinds), n)])
    if form in ("frame", "bare"):
        names = [f"c{i}" for i in range(X.shape[1])] if form == "frame" else None
        return pd.DataFrame(X, columns=names)
    return np.asfortranarray(X) if form == "F" else X.astype(form[:2])


def numbers(d, world, n):
    """Return y for a regressor."""
    y, kind = d.rng.normal(size=n), world.targets
    kind = kind if d.chance(0.95) else d.one([*NUMBERS, "text"])
    if kind == "two":
        return d.rng.normal(size=(n, 2)) * [1.0, d.one([1.0, 0.0, 1e100])]
    if kind == "text":
        return np.array(["a", "b"])[(y > 0).astype(int)]
    made = {
        "constant": np.full(n, d.one([0.0, 3.0, 1e200, -1e9])),
        "tiny": y * 1e-200,
        "huge": y * d.one([1e30, 1e100, 1e150, 1e200, 1e307]),
        "offset": y + 1e9,
        "counts": d.rng.poisson(2.0, n),
        "positive": np.exp(y * d.one([1, 50])),
    }.get(kind, y)
    return pd.Series(made) if d.chance(0.1) else made


def labels(d, world, n):
    """Return y for a classifier."""
    kind = world.targets if d.chance(0.95) else d.one([*LABELS, "numbers"])
    if kind in ("rows", "csr"):
        Y = (d.rng.random((n, d.one([2, 3]) if d.chance(0.1) else 3)) < 0.4).astype(int)
        return sparse.csr_matrix(Y) if kind == "csr" else Y
    if kind == "numbers":
        return d.rng.normal(size=n)
    y = world.labels[d.rng.integers(0, len(world.labels), n)]
    if kind == "objects" and y.dtype.kind == "U":
        y = y.astype(object)
    return y[:, np.newaxis] if kind == "column" else y


def weights(d, n):
    w = d.rng.random(n)
    return d.one(
        [None] * 20
        + [w, w, np.round(w * 3), np.floor(w * 2), np.zeros(n), np.full(n, 1e308)]
        + [w * 1e-300, [1] * n, w[1:], -w, 2.0, w * 10.0 ** (600 * w - 300)]
    )


def parameters(d, classifies, share):
    """Return some parameters; parts that go by layer fit the hidden layers, mostly."""
    hidden = d.one([(), (3,), (5,), (4, 3), [6, 2], (9, 5, 3)])
    params = {"hidden_layer_sizes": hidden, "max_iter": int(d.rng.integers(1, 16))}
    options = OPTIONS | {"scoring": CLASS_SCORES if classifies else REGRESSION_SCORES}
    for name in ["scale_target", "clip_target"] if classifies else ["class_weight"]:
        del options[name]
    for name, choices in options.items():
        value = d.one(choices)
        if name == "loss" and classifies and value not in (*FOR_CLASSES, LogLoss(0.2)):
            value = "auto" if d.chance(0.9) else value
        if isinstance(value, str) and value == "per layer":
            draws = {"activation": ["tanh", "prelu", ELU()], "dropout": [0, 0.3]}[name]
            value = [d.one(draws) for _ in hidden]
        if d.chance(share):
            params[name] = value
    return params


def training(d, world, classifies, name):
    """Return the arguments of fit or partial_fit."""
    make = labels if classifies else numbers
    X = rows(d, world)
    given = {"X": X, "y": make(d, world, X.shape[0])}
    given["sample_weight"] = weights(d, X.shape[0])
    if d.chance(0.25):
        given["X_val"] = X_val = rows(d, world, d.one([1, 1, 1, 1e6]))
        given["y_val"] = make(d, world, X_val.shape[0])
        given["sample_weight_val"] = weights(d, X_val.shape[0])
    if classifies and name == "partial_fit" and d.chance(0.9):
        given["classes"] = world.labels
    return given


TRAIN = ["fit", "fit", "partial_fit"]
ASK = ["predict", "score", "hidden_representation"]
ASK_CLASSIFIER = [*ASK, "predict_proba", "decision_function", "predict_log_proba"]


def case(seed):
    """Return the case of a seed: everything in it is drawn from that seed."""
    d = Draw(seed)
    classifies = d.chance(0.5)
    world = world_of(d, classifies)
    share = d.one([0.1, 0.2, 0.4])
    drawn = Case(seed, classifies, parameters(d, classifies, share) | {"random_state": 3})
    ask = ASK_CLASSIFIER if classifies else ASK
    n_calls = int(d.rng.integers(1, 5))
    for i in range(n_calls):
        name = d.one(TRAIN if i == 0 else [*TRAIN, *ask, "set_params", "clone", "pickle"])
        if name in TRAIN:
            arguments = training(d, world, classifies, name)
        elif name == "set_params":
            arguments = parameters(d, classifies, 0.1)
        elif name in ask:
            arguments = {"X": rows(d, world, d.one([1.0, 1.0, 1e3, 1e100]))}
            if name == "score":
                n = arguments["X"].shape[0]
                arguments["y"] = (labels if classifies else numbers)(d, world, n)
        else:
            arguments = {}
        drawn.calls.append((name, arguments))
    return drawn


def main(n=1000, first=0):
    """Run the cases; return whether any of them broke something."""
    from test_fuzz import run  # which imports this module

    outcomes, violations = Counter(), []
    for seed in range(first, first + n):
        guard = run(seed)
        outcomes += guard.outcomes
        violations += guard.violations
    for what, count in sorted(outcomes.items()):
        sys.stdout.write(f"{count:6} {what}\n")
    sys.stdout.write("\n".join([*violations, f"{n} cases, {len(violations)} violations\n"]))
    return bool(violations)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
