"""Networks that overfit, and scorers, for the tests of how training ends."""

import numpy as np
from sklearn.metrics import get_scorer

from sknn import FFNNRegressor


def noisy_data():
    """Return X, y and held-out X, y with so much noise that training soon overfits."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 8))
    y = X[:, 0] + rng.normal(size=120)
    return X[:40], y[:40], X[40:], y[40:]


def overfitting(**params):
    """Return a regressor that overfits quickly."""
    defaults = {
        "hidden_layer_sizes": (30,),
        "learning_rate": 0.02,
        "max_iter": 100,
        "early_stopping": True,
        "random_state": 0,
    }
    if params.get("solver") == "sgd":
        defaults |= {"learning_rate": 0.1, "max_iter": 500}
    elif params.get("solver") == "lbfgs":
        del defaults["learning_rate"]
    return FFNNRegressor(**defaults | params)


class Scripted:
    """A scorer that returns the given scores one after the other, then the last."""

    def __init__(self, *scores):
        self._scores = list(scores)

    def __call__(self, estimator, X, y):
        score = self._scores.pop(0) if len(self._scores) > 1 else self._scores[0]
        if isinstance(score, BaseException):
            raise score
        return score


class Recorder:
    """Any scorer, keeping the examples it is shown."""

    def __init__(self, name):
        self.scorer = get_scorer(name)

    def __call__(self, estimator, X, y):
        self.X, self.y = X, y
        return self.scorer(estimator, X, y)

    def again(self, estimator):
        """Return the score of `estimator` for the examples seen last."""
        return self.scorer(estimator, self.X, self.y)


def assert_same_weights(one, other):
    for W, W_other in zip(one.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(W, W_other)
