"""How time and memory of one epoch of fit grow with the rows, the width and the depth.

    python tests/benchmarks/scale.py [--threads 1] [--rounds 3] [--rows 1000 10000 ...]

Every row of the first table is one epoch in float32, with batches of 256 rows, beside
scikit-learn's MLP doing the same in turn. Memory is the peak of `fit` beyond X. The second
table is the same for sparse X, as texts give it, with more and more non-zeros.
"""

import argparse
import itertools
import platform
import warnings

import numpy as np
from fit import in_turn, peak
from scipy.sparse import issparse, random_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from sknn import FFNNClassifier

FEATURES = 50
ROWS = (1_000, 10_000, 100_000, 1_000_000)
WIDTHS = (16, 64, 256, 1024)
DEPTHS = (1, 2, 4, 8, 16)
TEXT_ROWS, TEXT_FEATURES = 5_120, 10_000
DENSITIES = (0.0001, 0.001, 0.01, 0.02, 0.05)


def dense(n):
    """Return n random rows."""
    return np.random.default_rng(0).standard_normal((n, FEATURES), np.float32)


def texts(density):
    """Return rows of which a share of `density` is not 0, as a CSR matrix."""
    rng = np.random.default_rng(0)
    return random_array(
        (TEXT_ROWS, TEXT_FEATURES), density=density, rng=rng, format="csr", dtype=np.float32
    )


def epochs(X, hidden):
    """Return one function per contender that trains for an epoch on X."""
    y = np.random.default_rng(1).integers(10, size=X.shape[0])
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
    return {key: lambda model=model: model.fit(X, y) for key, model in models.items()}


def row(label, X, hidden, rounds):
    """Return a row of a table: seconds, the ratio, µs per row, memory."""
    functions = epochs(X, hidden)
    taken = {key: np.median(times) for key, times in in_turn(functions, rounds).items()}
    own, other = taken["sknn"], taken["scikit-learn"]
    most = [peak(function) for function in functions.values()]
    n_bytes = X.data.nbytes + X.indices.nbytes if issparse(X) else X.nbytes
    cells = [n_bytes / 2**20, *most]
    return (
        f"| {label} | {own:.3g} | {other:.3g} | {other / own:.2f}x "
        f"| {1e6 * own / X.shape[0]:.3g} | {' | '.join(f'{cell:.1f}' for cell in cells)} |"
    )


def table(cases, rounds):
    """Print a table with a row for every label, X and hidden layers."""
    print("\n| | sknn, s | scikit-learn, s | ratio | sknn, µs per row | X, MiB ", end="")
    print("| sknn beyond X, MiB | scikit-learn beyond X, MiB |")
    print("|---|---|---|---|---|---|---|---|")
    for label, X, hidden in cases:
        print(row(label, X, hidden, rounds), flush=True)


def main():
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{platform.processor() or platform.machine()}, NumPy {np.__version__}")
    rows = ((f"{n:,} rows", dense(n), (64, 64)) for n in arguments.rows)
    widths = ((f"width {width}", dense(10_000), (width, width)) for width in WIDTHS)
    depths = ((f"depth {depth}", dense(10_000), (64,) * depth) for depth in DEPTHS)
    sparse = ((f"{100 * share:g} % not 0", texts(share), (100,)) for share in DENSITIES)
    with threadpool_limits(arguments.threads):
        table(itertools.chain(rows, widths, depths), arguments.rounds)
        table(sparse, arguments.rounds)


if __name__ == "__main__":
    main()
