"""
How do I train on a stream with partial_fit?
============================================

Learn from a stream with partial_fit: one chunk after the other, none kept

Every chunk is predicted before it is learned from, so each printed score is for diamonds
that the network had never seen. Nothing is known in advance: the means and spreads of the
columns and of the prices, which the network needs, are those of the rows seen so far.
"""

from pathlib import Path

import pandas as pd

from sknn import FFNNRegressor

DATA = Path(__file__).resolve().parents[1] / "data" / "diamonds.csv.gz"
NUMBERS = ["carat", "depth", "table", "x", "y", "z"]


def chunks(size):
    """Yield pairs X, y as they might come from a queue or a file too large to load."""
    # The file is sorted by its origin; a stream in random order is fairer to show.
    frame = pd.read_csv(DATA).sample(frac=1, random_state=0)
    for start in range(0, len(frame), size):
        chunk = frame.iloc[start : start + size]
        yield chunk[NUMBERS], chunk["price"]


def main():
    network = FFNNRegressor(
        hidden_layer_sizes=(64, 32), learning_rate=0.005, batch_size=50, random_state=0
    )
    for number, (X, y) in enumerate(chunks(500)):
        if number:
            score = network.score(X, y)
            print(f"after {500 * number:>5} rows: R2 of the next 500 is {score:.3f}")
        network.partial_fit(X, y)


if __name__ == "__main__":
    main()
