"""
How do I serve a model without scikit-learn? ONNX
=================================================

:func:`~sknn.onnx.to_onnx` turns a fitted network into a file that ONNX Runtime reads on a server,
in a browser or on a phone. The encoder, the network and the names of the classes are all
in the file, so a table goes in with its text. Needs ``pip install "sknn[onnx]"``.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd

from sknn import FFNNClassifier
from sknn.onnx import feed, to_onnx

# %%
# A network
# ---------
#
# What cut does a diamond have? The other nine columns are numbers and text.

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"
diamonds = pd.read_csv(DATA)
X, y = diamonds.drop(columns="cut"), diamonds["cut"].to_numpy(dtype=object)
later = X[:1000]  # rows that the network does not see in training
model = FFNNClassifier(
    hidden_layer_sizes=(64, 32),
    activation="mish",
    max_iter=10,
    random_state=0,
).fit(X[1000:], y[1000:])

# %%
# The file
# --------

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "cut.onnx"
    file.write_bytes(to_onnx(model, later).SerializeToString())
    print(f"{file.name} has {file.stat().st_size / 1024:.0f} KiB")
    session = onnxruntime.InferenceSession(file)

# %%
# What a server does
# ------------------
#
# One row: a value of shape (1, 1) for every column. The server needs ``onnxruntime`` and NumPy only.

row = {
    name: np.array([[value]], dtype=object if isinstance(value, str) else float)
    for name, value in later.iloc[0].items()
}
label, P = session.run(None, row)
print(f"The first diamond: {label[0]}, with a probability of {P.max():.2f}")

# %%
# Where pandas and sknn are installed, ``feed`` does it for a whole frame. Labels are equal, and
# probabilities are equal up to rounding.

labels, P = session.run(None, feed(session, later))
equal = (labels == model.predict(later)).all()
apart = abs(P - model.predict_proba(later)).max()
print(f"1,000 rows: labels equal: {equal}, probabilities apart by {apart:.1e}")

# %%
# How fast is it?
# ---------------


def milliseconds(call, n_calls=100):
    """Return how long one call takes."""
    start = time.perf_counter()
    for _ in range(n_calls):
        call()
    return (time.perf_counter() - start) / n_calls * 1e3


first = later.iloc[:1]
slow = milliseconds(lambda: model.predict_proba(first))
fast = milliseconds(lambda: session.run(None, row))
print(f"One row: {slow:.2f} ms by predict_proba, {fast:.2f} ms by onnxruntime")

# %%
# The output
# ----------
#
# The times depend on the machine; these are of one busy core.
#
# .. code-block:: none
#
#     cut.onnx has 33 KiB
#     The first diamond: Ideal, with a probability of 0.93
#     1,000 rows: labels equal: True, probabilities apart by 4.4e-16
#     One row: 2.17 ms by predict_proba, 0.03 ms by onnxruntime
