"""
How do I train on a stream with partial_fit?
============================================

One chunk after the other, none of them kept. Each call of ``partial_fit`` trains for one epoch on
the rows that it gets.

Every chunk is predicted before the network learns from it, so each score is for diamonds that it
has never seen. Nothing is known in advance: the network scales the prices by the rows so far, and
takes the categories from the first chunk.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from sknn import FFNNRegressor

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"


def chunks(size):
    """Yield pairs X, y as they might come from a queue or a file too large to load."""
    # The file is sorted by its origin; a stream in random order is fairer to show.
    frame = pd.read_csv(DATA).sample(frac=1, random_state=0)
    for start in range(0, len(frame), size):
        chunk = frame.iloc[start : start + size]
        yield chunk.drop(columns="price"), chunk["price"]


# %%
# Learn, chunk after chunk
# ------------------------

network = FFNNRegressor(hidden_layer_sizes=(64, 32), batch_size=50, random_state=0)
rows, scores = [], []
for number, (X, y) in enumerate(chunks(500)):
    if number:
        rows.append(500 * number)
        scores.append(network.score(X, y))
        print(f"after {rows[-1]:>5} rows: R² of the next 500 is {scores[-1]:.3f}")
    network.partial_fit(X, y)

# %%
# The first 3,000 rows teach the most. The score goes up and down because 500 rows are few to
# measure it.

fig, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
ax.plot(rows, scores, "o-")
ax.set(xlabel="rows learned from", ylabel="R² of the next 500 rows")
plt.show()
