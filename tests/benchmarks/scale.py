"""How time and memory of one epoch of fit grow with the rows, the width and the depth.

    python tests/benchmarks/scale.py [--threads 1] [--rounds 3] [--rows 1000 10000 ...]

Every row of the table is one epoch in float32, with batches of 256 rows, beside
scikit-learn's MLP doing the same in turn. Memory is the peak of `fit` beyond X.
"""

import argparse
import platform
import warnings

import numpy as np
from fit import in_turn, peak
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from sknn import FFNNClassifier

FEATURES = 50
ROWS = (1_000, 10_000, 100_000, 1_000_000)
WIDTHS = (16, 64, 256, 1024)
DEPTHS = (1, 2, 4, 8, 16)


def epochs(n, hidden):
    """Return one function per contender that trains for an epoch on n rows, and X."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((n, FEATURES), np.float32), rng.integers(10, size=n)
    common = {
        "hidden_layer_sizes": hidden,
        "batch_size": 256,
        "max_iter": 1,
        "random_state": 0,
    }
    models = {
        "sknn": FFNNClassifier(alpha=0.0, **common),
        "scikit-learn": MLPClassifier(alpha=0.0, **common),
    }
    return {key: lambda model=model: model.fit(X, y) for key, model in models.items()}, X


def row(label, n, hidden, rounds):
    """Return a row of the table: seconds, the ratio, µs per row, memory."""
    functions, X = epochs(n, hidden)
    taken = {key: np.median(times) for key, times in in_turn(functions, rounds).items()}
    own, other = taken["sknn"], taken["scikit-learn"]
    most = [peak(function) for function in functions.values()]
    return (
        f"| {label} | {own:.3g} | {other:.3g} | {other / own:.2f}x | {1e6 * own / n:.3g} "
        f"| {X.nbytes / 2**20:.1f} | {most[0]:.1f} | {most[1]:.1f} |"
    )


def main():
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{platform.processor() or platform.machine()}, NumPy {np.__version__}\n")
    print("| | sknn, s | scikit-learn, s | ratio | sknn, µs per row | X, MiB ", end="")
    print("| sknn beyond X, MiB | scikit-learn beyond X, MiB |")
    print("|---|---|---|---|---|---|---|---|")
    cases = [(f"{n:,} rows", n, (64, 64)) for n in arguments.rows]
    cases += [(f"width {width}", 10_000, (width, width)) for width in WIDTHS]
    cases += [(f"depth {depth}", 10_000, (64,) * depth) for depth in DEPTHS]
    with threadpool_limits(arguments.threads):
        for label, n, hidden in cases:
            print(row(label, n, hidden, arguments.rounds), flush=True)


if __name__ == "__main__":
    main()
