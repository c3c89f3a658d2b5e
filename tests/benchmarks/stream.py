"""Learning from a Parquet file: rows per second and peak memory, beside reading alone.

    OMP_NUM_THREADS=1 python tests/benchmarks/stream.py [--rows 1000000]

Every contender is a process of its own. Its memory is the peak beyond that of the imports
and of a first fit of 1,000 rows, with which Numba loads.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.neural_network import MLPRegressor

from sknn import FFNNRegressor, shuffled

COLUMNS, CHUNK, BUFFER = 24, 50_000, 200_000
HIDDEN = (64, 32)
CONTENDERS = ("read", "shuffle", "sknn", "sknn, shuffled", "scikit-learn")


def write(path, n_rows):
    """Write `n_rows` of numbers, one row group per chunk."""
    rng = np.random.default_rng(0)
    names = [f"x{k}" for k in range(COLUMNS)] + ["y"]
    schema = pa.schema([(name, pa.float32()) for name in names])
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as file:
        for _ in range(0, n_rows, CHUNK):
            X = rng.standard_normal((CHUNK, COLUMNS), dtype=np.float32)
            y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + X[:, 3]
            arrays = [pa.array(column) for column in (*X.T, y)]
            file.write_table(pa.Table.from_arrays(arrays, schema=schema))


def chunks(path):
    """Yield X and y, chunk by chunk."""
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
        for batch in file.iter_batches(CHUNK, use_threads=False):
            table = np.column_stack([column.to_numpy() for column in batch.columns])
            yield table[:, :-1], table[:, -1]


def learner(name):
    """Return a network that learns by partial_fit, or None for a contender without one."""
    settings = {"hidden_layer_sizes": HIDDEN, "batch_size": 200, "random_state": 0}
    if name.startswith("sknn"):
        return FFNNRegressor(**settings)
    return MLPRegressor(**settings) if name == "scikit-learn" else None


def run(name, path):
    """Read the file once as the contender does; return its speed and memory."""
    model = learner(name)
    if model is not None:  # compiled code and the libraries' own buffers
        X, y = next(chunks(path))
        model.partial_fit(X[:1000], y[:1000])
    before = peak_memory()
    stream = chunks(path)
    if "shuffle" in name:
        stream = shuffled(stream, BUFFER, 0)
    n_rows, start = 0, perf_counter()
    for X, y in stream:
        n_rows += len(y)
        if model is not None:
            model.partial_fit(X, y)
    seconds = perf_counter() - start
    return {"speed": n_rows / seconds, "memory": peak_memory() - before}


def peak_memory():
    """Return the largest memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--run", nargs=2, metavar=("CONTENDER", "FILE"))
    args = parser.parse_args()
    if args.run:
        print(json.dumps(run(*args.run)))
        return
    print("| | rows per second | peak memory, MiB |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "table.parquet")
        write(path, args.rows)
        for name in CONTENDERS:
            command = [sys.executable, __file__, "--run", name, path]
            out = subprocess.run(command, check=True, capture_output=True, text=True)
            result = json.loads(out.stdout)
            print(f"| {name} | {result['speed']:,.0f} | {result['memory']:.0f} |")


if __name__ == "__main__":
    main()
