"""
What if the data drift? A model that keeps learning
===================================================

In this stream the level of the target rises, and the roles of two columns change. A network that
learns from every chunk with ``partial_fit`` follows. One that was trained once does not.

Each chunk is predicted before the network learns from it, so every error is one on new data.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknn import FFNNRegressor


def chunks(rng, n_chunks, size=200):
    """Yield chunks of a stream: the level rises, and the roles of two columns change."""
    for time in np.linspace(0, 1, n_chunks):
        X = rng.normal(size=(size, 3))
        signal = (1 - time) * np.sin(2 * X[:, 0]) + time * np.sin(2 * X[:, 1])
        yield X, 500 + 300 * time + 40 * (signal + 0.1 * rng.normal(size=size))


# %%
# Two networks
# ------------
#
# One is trained once, on the first 20 chunks. The other gets five calls of ``partial_fit`` for
# each chunk.

settings = {"hidden_layer_sizes": (32,), "learning_rate": 0.01, "random_state": 0}
follows = FFNNRegressor(batch_size=32, **settings)
once = FFNNRegressor(**settings)
early, numbers, errors = [], [], []
print("chunk   error of a model that follows   of one trained on the first 20 chunks")
for number, (X, y) in enumerate(chunks(np.random.default_rng(0), 120), start=1):
    if number > 20:
        numbers.append(number)
        errors.append([np.abs(model.predict(X) - y).mean() for model in (follows, once)])
        if number % 20 == 1:
            print(f"{number:5}{errors[-1][0]:25.1f}{errors[-1][1]:35.1f}")
    for _ in range(5):
        follows.partial_fit(X, y)
    if number <= 20:
        early.append((X, y))
    if number == 20:
        once.fit(*map(np.concatenate, zip(*early, strict=True)))

# %%
# The target without noise has a standard deviation of 20 to 28 within a chunk, and
# rises by 300 over the stream. The noise alone makes an error of 3.2.

fig, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
ax.plot(numbers, errors, label=["follows", "trained once"])
ax.set_yscale("log")
ax.set(xlabel="chunk", ylabel="mean absolute error")
ax.legend()
plt.show()
