"""Losses that users write themselves: training with them, and the check for them."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sknn import FFNNRegressor, Huber, check_loss

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
y = 50 + 20 * np.tanh(X[:, 0]) + RNG.normal(size=60)
SETTINGS = {
    "hidden_layer_sizes": (7,),
    "learning_rate": 0.01,
    "learning_rate_schedule": "cosine",
    "max_iter": 10,
    "batch_size": 20,
    "random_state": 0,
}


class Squared:
    """The squared error, by hand."""

    def value(self, y, a):
        return (a - y) ** 2

    def gradient(self, y, a):
        return 2 * (a - y)


class Clipped:
    """Huber's loss, by hand: it has a scale, so that it is to be met with scaled y."""

    def value(self, y, a):
        error = np.abs(a - y)
        return np.where(error <= 1.35, error**2, 2 * 1.35 * error - 1.35**2).astype(a.dtype)

    def gradient(self, y, a):
        return 2 * np.clip(a - y, -1.35, 1.35)


class HalfDeviance:
    """The Poisson loss, by hand, with the output activation that belongs to it."""

    output = "exp"

    def value(self, y, a):
        return a - y + y * np.log(y / a)

    def gradient(self, y, a):
        return 1 - y / a


class Weighted(Squared):
    """A loss with a setting that a search can try."""

    def __init__(self, weight):
        self.weight = weight

    def __eq__(self, other):
        return isinstance(other, Weighted) and self.weight == other.weight

    def __hash__(self):
        return hash(self.weight)

    def value(self, y, a):
        return np.where(a > y, self.weight, 1).astype(a.dtype) * super().value(y, a)

    def gradient(self, y, a):
        return np.where(a > y, self.weight, 1).astype(a.dtype) * super().gradient(y, a)


# ---- training ---------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("scale_target", [True, False])
@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize(
    ("own", "built_in"),
    [
        (Squared(), "squared_error"),
        (Clipped(), Huber()),
        (HalfDeviance(), "poisson"),
    ],
    ids=["squared", "huber", "poisson"],
)
def test_a_loss_by_hand_trains_as_the_built_in_one(
    own, built_in, columns, scale_target, solver
):
    targets = y if columns == 1 else np.column_stack([y, y[::-1] + 5])
    params = SETTINGS | {"scale_target": scale_target}
    if not scale_target:
        targets = targets / 50
    if solver == "lbfgs":
        params = {"solver": "lbfgs", "tol": 0.1, "scale_target": scale_target}
        params |= {"random_state": 0}
    found = FFNNRegressor(loss=own, **params).fit(X, targets)
    expected = FFNNRegressor(loss=built_in, **params).fit(X, targets)
    assert found.out_activation_ == expected.out_activation_
    np.testing.assert_allclose(found.predict(X), expected.predict(X), rtol=1e-6)


def test_a_custom_loss_with_weights_and_held_out_examples():
    w = np.linspace(0.1, 2, 60)
    held_out = {"X_val": X[:20], "y_val": y[:20], "sample_weight_val": w[:20]}
    params = SETTINGS | {"early_stopping": True, "scale_target": False}
    found = FFNNRegressor(loss=Squared(), **params).fit(X, y, w, **held_out)
    expected = FFNNRegressor(**params).fit(X, y, w, **held_out)
    for name in ("loss_curve_", "validation_loss_curve_"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9)
    assert found.best_iter_ == expected.best_iter_


def test_a_custom_loss_trains_in_single_precision():
    model = FFNNRegressor(loss=Clipped(), **SETTINGS).fit(X.astype(np.float32), y)
    assert model.coefs_[0].dtype == model.predict(X).dtype == np.float32


def test_a_stream_can_be_trained_with_a_custom_loss():
    found, expected = FFNNRegressor(loss=Squared(), **SETTINGS), FFNNRegressor(**SETTINGS)
    for rows in (slice(0, 30), slice(30, 60)):
        found.partial_fit(X[rows], y[rows])
        expected.partial_fit(X[rows], y[rows])
    np.testing.assert_allclose(found.predict(X), expected.predict(X), rtol=1e-9)


def test_a_custom_loss_survives_clone_and_pickle():
    model = FFNNRegressor(loss=Weighted(3.0), **SETTINGS)
    again = clone(model).fit(X, y)
    assert again.loss == model.loss
    stored = pickle.loads(pickle.dumps(again))
    np.testing.assert_array_equal(stored.predict(X), again.predict(X))
    np.testing.assert_array_equal(model.fit(X, y).predict(X), again.predict(X))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_search_can_try_settings_of_a_custom_loss(n_jobs):
    grid = {"loss": [Weighted(20.0), Weighted(1.0), Weighted(0.05)]}
    search = GridSearchCV(FFNNRegressor(**SETTINGS), grid, cv=3, n_jobs=n_jobs).fit(X, y)
    assert search.best_params_["loss"] in grid["loss"]
    means = [
        FFNNRegressor(loss=loss, **SETTINGS).fit(X, y).predict(X).mean()
        for loss in grid["loss"]
    ]
    # Who pays more for predictions that are too high predicts less.
    assert means[0] < means[1] < means[2]


def test_an_unknown_output_of_a_custom_loss_is_named():
    class Lost(Squared):
        output = "elsewhere"

    with pytest.raises(ValueError, match="elsewhere"):
        FFNNRegressor(loss=Lost(), **SETTINGS).fit(X, y)


def test_a_custom_loss_that_raises_leaves_the_estimator_as_it_was():
    class Broken(Squared):
        def gradient(self, y, a):
            raise RuntimeError("no gradient today")

    model = FFNNRegressor(**SETTINGS).fit(X, y).set_params(loss=Broken())
    before = dict(vars(model))
    with pytest.raises(RuntimeError, match="no gradient today"):
        model.fit(X, y)
    assert all(vars(model)[name] is before[name] for name in before)


# ---- the check --------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [Squared(), Clipped(), HalfDeviance(), Weighted(0.3)])
def test_a_right_loss_passes(loss):
    check_loss(loss)


def test_a_loss_can_be_checked_where_the_user_says():
    class Reciprocal:
        """Only defined above 0, which its output does not tell."""

        def value(self, y, a):
            return y / a + np.log(a)

        def gradient(self, y, a):
            return (1 - y / a) / a

    points = RNG.uniform(0.5, 2, size=(2, 30, 1))
    check_loss(Reciprocal(), *points)
    with pytest.raises(AssertionError, match="finite"), np.errstate(all="ignore"):
        check_loss(Reciprocal())


class HalfGradient(Squared):
    def gradient(self, y, a):
        return a - y


class WrongSign(Squared):
    def gradient(self, y, a):
        return 2 * (y - a)


class WrongInOneColumn(Squared):
    def gradient(self, y, a):
        grad = 2 * (a - y)
        grad[:, 1] = 0
        return grad


class SummedOverRows(Squared):
    def value(self, y, a):
        return ((a - y) ** 2).sum(axis=0)


class AveragedGradient(Squared):
    def gradient(self, y, a):
        return np.mean(2 * (a - y))


class ChangesDtype(Squared):
    def value(self, y, a):
        return np.asarray((a - y) ** 2, dtype=np.float64)


class GradientChangesDtype(Squared):
    def gradient(self, y, a):
        return np.asarray(2 * (a - y), dtype=np.float32)


class ReturnsAList(Squared):
    def value(self, y, a):
        return ((a - y) ** 2).tolist()


class WritesPredictions(Squared):
    def value(self, y, a):
        a -= y
        return a**2


class WritesTargets(Squared):
    def gradient(self, y, a):
        error = np.subtract(a, y, out=y)
        return 2 * error.copy()


class NotFinite(Squared):
    def value(self, y, a):
        return np.where(a > 0, np.nan, 0).astype(a.dtype)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (HalfGradient(), "not the derivative"),
        (WrongSign(), "not the derivative"),
        (WrongInOneColumn(), "not the derivative"),
        (SummedOverRows(), "value.* must have the shape"),
        (AveragedGradient(), "gradient.* must have the shape"),
        (ChangesDtype(), "value.* must have the dtype of a, float32: got float64"),
        (GradientChangesDtype(), "gradient.* must have the dtype of a, float64"),
        (ReturnsAList(), "value"),
        (WritesPredictions(), "must not write"),
        (WritesTargets(), "must not write"),
        (NotFinite(), "must be finite"),
    ],
    ids=lambda part: type(part).__name__ if isinstance(part, Squared) else "",
)
def test_a_wrong_loss_is_found(loss, message):
    with pytest.raises(AssertionError, match=message):
        check_loss(loss)
