"""
How do I train on a file larger than memory?
============================================

Read it chunk by chunk, mix the rows in a buffer with :func:`~sknn.shuffled`, and pass them to
``partial_fit``. Here a process limits itself to 96 MB beyond the memory of Python and the libraries, and
learns from a table of 588 MB.

The table is sorted by a column, which would mislead the network. So its row groups are read in
random order, and their rows are mixed in a buffer that holds those of 16. Some rows of 20 other
groups are held out to follow the score.

Needs ``pip install "sknn[parquet]"`` and Linux, where a process can limit its own memory.
"""

import resource
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sknn import FFNNRegressor, shuffled

ROWS, COLUMNS, GROUP, CHUNK = 3_000_000, 50, 5_000, 10_000
BUFFER = 80_000  # rows, in which they are mixed
MEMORY = 96 * 2**20


# %%
# The table
# ---------


def write(path, rng, n_groups):
    """Write a table that is sorted by its first column, one row group after another."""
    names = [f"x{k}" for k in range(COLUMNS)] + ["y"]
    schema = pa.schema([(name, pa.float32()) for name in names])
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as file:
        for group in range(n_groups):
            X = rng.standard_normal((GROUP, COLUMNS), dtype=np.float32)
            X[:, 0] = np.linspace(group, group + 1, GROUP) * 6 / n_groups - 3
            y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + X[:, 3]
            columns = [pa.array(column) for column in (*X.T, y)]
            file.write_table(pa.Table.from_arrays(columns, schema=schema))


# %%
# Reading and learning
# --------------------


def chunks(path, groups):
    """Yield X and y of some row groups, in this order."""
    # Without these two settings, pyarrow keeps much of what it has read.
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
        for batch in file.iter_batches(CHUNK, row_groups=groups, use_threads=False):
            table = np.column_stack([column.to_numpy() for column in batch.columns])
            yield table[:, :-1], table[:, -1]


def learn(path, groups, X_val, y_val):
    """Return a network that has seen the row groups once, each row in random order."""
    network = FFNNRegressor(
        hidden_layer_sizes=(32,),
        learning_rate=0.003,
        learning_rate_schedule="cosine",
        max_iter=len(groups) * GROUP // CHUNK,  # calls of partial_fit
        batch_size=128,
        scoring="r2",
        random_state=0,
    )
    for number, (X, y) in enumerate(shuffled(chunks(path, groups), BUFFER, 0), start=1):
        network.partial_fit(X, y, X_val=X_val, y_val=y_val)
        if number % 56 == 0:
            print(
                f"{number * CHUNK:>9,} rows: R² on held-out rows "
                f"{network.validation_scores_[-1]:.3f}, {memory('VmRSS')} MB in use"
            )
    return network


# %%
# The limit
# ---------


def memory(name):
    """Return the memory of this process, in MB, as Linux reports it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name))


def limit_memory(path, X, y):
    """Let this process have MEMORY beyond what it has after reading and training once."""
    next(chunks(path, [0]))
    FFNNRegressor(hidden_layer_sizes=(4,), random_state=0).partial_fit(X, y)
    limit = memory("VmSize") * 2**20 + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


# %%
# All together
# ------------


def main():
    pa.set_cpu_count(1)
    rng = np.random.default_rng(0)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write(path, rng, ROWS // GROUP)
        order = rng.permutation(ROWS // GROUP).tolist()
        order, held_out = order[20:], order[:20]
        parts = [(X[::50], y[::50]) for X, y in chunks(path, held_out)]
        X_val, y_val = map(np.concatenate, zip(*parts, strict=True))
        limit_memory(path, X_val, y_val)
        size = path.stat().st_size
        print(f"{size / MEMORY:.1f} times as much data as memory: {size / 2**20:.0f} MB")

        start = perf_counter()
        n_rows = sum(len(y) for _, y in chunks(path, order))
        reading = perf_counter() - start
        network = learn(path, order, X_val, y_val)
        learning = perf_counter() - start - reading
        print(f"reading alone: {n_rows / reading:,.0f} rows/s")
        print(f"reading and learning: {n_rows / learning:,.0f} rows/s")
        print(f"R² on held-out rows {network.score(X_val, y_val):.3f}")


if __name__ == "__main__":
    main()

# %%
# The output
# ----------
#
# The speed depends on the machine; this is one of two busy cores.
#
# .. code-block:: none
#
#     6.1 times as much data as memory: 588 MB
#       560,000 rows: R² on held-out rows 0.900, 479 MB in use
#     1,120,000 rows: R² on held-out rows 0.958, 466 MB in use
#     1,680,000 rows: R² on held-out rows 0.950, 479 MB in use
#     2,240,000 rows: R² on held-out rows 0.937, 466 MB in use
#     2,800,000 rows: R² on held-out rows 0.953, 466 MB in use
#     reading alone: 1,814,097 rows/s
#     reading and learning: 152,026 rows/s
#     R² on held-out rows 0.955
