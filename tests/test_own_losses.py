"""Losses that users derive from `Loss`, through a whole fit."""

import numpy as np

from sknn import FFNNRegressor
from sknn.engine.losses import LOSSES

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
y = X[:, 0] + 0.1 * RNG.normal(size=60)


class Clipped(type(LOSSES["squared_error"])):
    """A squared error whose predictions are never below 0."""

    def to_predictions(self, A):
        return np.maximum(A, 0)


def test_predictions_and_validation_losses_are_of_the_same_outputs():
    model = FFNNRegressor(loss=Clipped(), max_iter=3, learning_rate_schedule="cosine")
    model.fit(X, y, X_val=X, y_val=y)
    predictions = model.predict(X)
    assert predictions.min() == 0
    expected = ((predictions - y) ** 2).mean()
    np.testing.assert_allclose(model.validation_loss_curve_[-1], expected, rtol=1e-6)
