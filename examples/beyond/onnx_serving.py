"""
How do I serve a model without scikit-learn? ONNX
=================================================

A fitted model as an ONNX file that a server runs without scikit-learn, text included

What cut do diamonds have? The table goes in with its text; the encoder, the network and the
names of the classes are all in the file. Needs the extra `sknn[onnx]`.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd

from sknn import FFNNClassifier
from sknn.onnx import feed, to_onnx

DATA = Path(__file__).resolve().parents[1] / "data" / "diamonds.csv.gz"


def train():
    """Return a network for the quality of the cut, and rows that it has not seen."""
    diamonds = pd.read_csv(DATA)
    X, y = diamonds.drop(columns="cut"), diamonds["cut"].to_numpy(dtype=object)
    model = FFNNClassifier(
        hidden_layer_sizes=(64, 32),
        activation="mish",
        learning_rate=0.005,
        learning_rate_schedule="cosine",
        max_iter=10,
        random_state=0,
    )
    return model.fit(X[1000:], y[1000:]), X[:1000]


def milliseconds(call, n_calls=100):
    """Return how long one call takes."""
    start = time.perf_counter()
    for _ in range(n_calls):
        call()
    return (time.perf_counter() - start) / n_calls * 1e3


def main():
    model, later = train()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cut.onnx"
        file.write_bytes(to_onnx(model, later).SerializeToString())
        print(f"{file.name} has {file.stat().st_size / 1024:.0f} KiB")
        session = onnxruntime.InferenceSession(file)

    # What a server does: one row, a value of shape (1, 1) for every column.
    row = {
        name: np.array([[value]], dtype=object if isinstance(value, str) else float)
        for name, value in later.iloc[0].items()
    }
    label, P = session.run(None, row)
    print(f"The first diamond: {label[0]}, with a probability of {P.max():.2f}")

    # Where pandas and sknn are there, `feed` does it for a whole frame.
    labels, P = session.run(None, feed(session, later))
    equal = (labels == model.predict(later)).all()
    apart = abs(P - model.predict_proba(later)).max()
    print(f"1,000 rows: labels equal: {equal}, probabilities apart by {apart:.1e}")

    first = later.iloc[:1]
    slow = milliseconds(lambda: model.predict_proba(first))
    fast = milliseconds(lambda: session.run(None, row))
    print(f"One row: {slow:.2f} ms by predict_proba, {fast:.2f} ms by onnxruntime")


if __name__ == "__main__":
    main()
