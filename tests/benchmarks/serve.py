"""Time predictions: sknn, the same network under onnxruntime, scikit-learn's MLP.

    python tests/benchmarks/serve.py [--rounds 7]

For one row and for 100,000. Run with OMP_NUM_THREADS=1; onnxruntime is held to one thread
here. The contenders take turns within every round, so that a drift of the machine hits all
alike; shown are medians. The largest difference from `predict` is shown, too, in standard
deviations of the prediction.
"""

import argparse
import statistics
import time
from functools import partial

import numpy as np
import onnxruntime
import pandas as pd
from sklearn.neural_network import MLPRegressor

from sknn import FFNNRegressor, TabularRegressor
from sknn.onnx import feed, to_onnx

ROWS = (1, 100_000)
AT_A_TIME = 1000  # rows: what a layer puts out stays in the cache


def matrix(n):
    """Return n rows of 20 numbers, and a target."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 20)).astype(np.float32)
    return X, np.sin(X[:, 0]) + X[:, 1] * X[:, 2]


def table(n):
    """Return n rows of 5 numbers with gaps and 3 columns of text, and a target."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=[*"abcde"])
    y = np.sin(X["a"]) + X["b"]
    X.loc[rng.random(n) < 0.1, "a"] = np.nan
    for name in ("city", "kind", "colour"):
        X[name] = rng.choice([f"{name}{number}" for number in range(10)], n)
    return X, y + (X["city"] == "city3")


def session_of(model, X):
    """Return a session of one thread for the model's graph."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    graph = to_onnx(model, X[:10]).SerializeToString()
    return onnxruntime.InferenceSession(graph, options, ["CPUExecutionProvider"])


def served(session, inputs):
    """Return the predictions for the inputs, some rows at a time."""
    n = len(next(iter(inputs.values())))
    starts = range(0, n, AT_A_TIME)
    parts = [{k: v[i : i + AT_A_TIME] for k, v in inputs.items()} for i in starts]
    return np.concatenate([session.run(None, part)[0] for part in parts])


def seconds(call, at_least=0.02):
    """Return the seconds that one call takes, of as many as fill `at_least`."""
    count, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < at_least:
        call()
        count += 1
    return elapsed / count


def compare(title, models, make, rounds):
    """Print the medians for one model under its own predict and under onnxruntime."""
    X, y = make(2000)
    for model in models.values():
        model.fit(X, y)
    session = session_of(models["sknn"], X)
    scale = models["sknn"].predict(X).std()
    for n in ROWS:
        print(f"{title}, {n} rows: {compared(models, session, make(n)[0], rounds, scale)}")


def compared(models, session, rows, rounds, scale):
    """Return in words how long predictions for `rows` take, and how far they are apart."""
    inputs = feed(session, rows)
    calls = {name: partial(model.predict, rows) for name, model in models.items()}
    calls["onnxruntime"] = lambda: served(session, inputs)
    calls["onnxruntime, feed"] = lambda: served(session, feed(session, rows))
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(seconds(call))
    apart = abs(served(session, inputs)[:, 0] - models["sknn"].predict(rows)).max() / scale
    shown = (f"{name} {statistics.median(t) * 1e3:.4g} ms" for name, t in times.items())
    return f"{', '.join(shown)}; apart by {apart:.1e}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    short = {"max_iter": 3, "random_state": 0}
    for sizes in ((100,), (256, 256)):
        models = {
            "sknn": FFNNRegressor(sizes, n_iter_no_change=np.inf, **short),
            "MLPRegressor": MLPRegressor(hidden_layer_sizes=sizes, **short),
        }
        compare(f"FFNNRegressor{sizes}", models, matrix, rounds)
    network = FFNNRegressor((100,), n_iter_no_change=np.inf, **short)
    compare("FFNNRegressor on a table", {"sknn": network}, table, rounds)
    models = {"sknn": TabularRegressor(random_state=0, max_time=20)}
    compare("TabularRegressor on a table", models, table, rounds)


if __name__ == "__main__":
    main()
