"""
What if the data drift? A model that keeps learning
===================================================

A stream whose target drifts: partial_fit follows it, a model trained once does not

Each chunk is predicted before it is learned from, so every error is one on new data.
"""

import numpy as np

from sknn import FFNNRegressor

CHUNK = 200


def chunks(rng, n_chunks):
    """Yield chunks of a stream: the level rises, and the roles of two features change."""
    for time in np.linspace(0, 1, n_chunks):
        X = rng.normal(size=(CHUNK, 3))
        signal = (1 - time) * np.sin(2 * X[:, 0]) + time * np.sin(2 * X[:, 1])
        yield X, 500 + 300 * time + 40 * (signal + 0.1 * rng.normal(size=CHUNK))


def main():
    rng = np.random.default_rng(0)
    settings = {"hidden_layer_sizes": (32,), "learning_rate": 0.01, "random_state": 0}
    follows, once = FFNNRegressor(batch_size=32, **settings), None
    history_X, history_y = [], []
    print("chunk   error of a model that follows   of one trained on the first 20 chunks")
    for number, (X, y) in enumerate(chunks(rng, 120), start=1):
        if number > 20:
            errors = [np.abs(model.predict(X) - y).mean() for model in (follows, once)]
            if number % 20 == 1:
                print(f"{number:5}{errors[0]:25.1f}{errors[1]:35.1f}")
        for _ in range(5):
            follows.partial_fit(X, y)
        if number <= 20:
            history_X.append(X)
            history_y.append(y)
        if number == 20:
            once = FFNNRegressor(learning_rate_schedule="cosine", max_iter=60, **settings)
            once.fit(np.concatenate(history_X), np.concatenate(history_y))


if __name__ == "__main__":
    main()
