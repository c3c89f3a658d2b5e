"""The five networks that all benchmarks time, and random data for them."""

import numpy as np

SHAPES = {
    # name: features, hidden layers, classes, batch
    "tiny": (10, (32, 32), 3, 32),
    "small": (20, (100,), 5, 200),
    "deep": (32, (64,) * 8, 10, 128),
    "medium": (50, (128, 128), 10, 256),
    "large": (784, (512, 512), 10, 256),
}


def examples(name, n, dtype=np.float32):
    """Return n rows of random inputs, (n, features), and random labels, (n,)."""
    features, _, classes, _ = SHAPES[name]
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, features), dtype)
    return X, rng.integers(classes, size=n)
