"""Seconds that a round on two worker processes of one machine spends outside training."""

import time

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

from sknn import FFNNRegressor
from sknn.dask import DaskFFNNRegressor

ROWS, SHORT, LONG = 64, 3, 13


def seconds(model, X, y):
    """Return the seconds per epoch, from a short and a long fit."""
    taken = []
    for epochs in (SHORT, LONG):
        start = time.perf_counter()
        model.set_params(max_iter=epochs).fit(X, y)
        taken.append(time.perf_counter() - start)
    return (taken[1] - taken[0]) / (LONG - SHORT)


def measure(width):
    """Print the median of three measurements with a hidden layer of this width."""
    X = np.random.default_rng(0).normal(size=(2 * ROWS, width)).astype(np.float32)
    how = {"hidden_layer_sizes": width, "random_state": 0, "tol": 0, "batch_size": ROWS}
    how |= {"learning_rate_schedule": "cosine", "n_iter_no_change": 1000}
    parts = da.from_array(X, chunks=(ROWS, width)), da.from_array(X[:, 0], chunks=ROWS)
    found = []
    for _ in range(3):
        rounds = seconds(DaskFFNNRegressor(**how), *parts)
        alone = seconds(FFNNRegressor(**how), X[:ROWS], X[:ROWS, 0])
        found.append((rounds - alone, rounds, alone))
    outside, rounds, alone = sorted(found)[1]
    print(
        f"{width * width + 2 * width + 1:>9,} parameters: round {rounds:.4f} s, training "
        f"{alone:.4f} s, outside {outside:.4f} s"
    )


def main():
    """Measure networks of three sizes, smallest first."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster),
    ):
        for width in (100, 320, 1000):
            measure(width)


if __name__ == "__main__":
    main()
