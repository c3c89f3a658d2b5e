"""Quantile, gamma and Tweedie losses against scikit-learn's metrics, and their limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sklearn.metrics import (
    mean_gamma_deviance,
    mean_pinball_loss,
    mean_poisson_deviance,
    mean_tweedie_deviance,
)

from sknn import FFNNClassifier, FFNNRegressor, Gamma, LogLoss, Quantile, Tweedie
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.loss import Output
from sknn.engine.losses import LOSSES

POWERS = [1.01, 1.3, 1.5, 1.9, 1.99]
POSITIVE = [Gamma(), *(Tweedie(power) for power in POWERS)]
QUANTILES = [Quantile(0.1), Quantile(0.5), Quantile((0.05, 0.5, 0.95))]
QUICK = {"hidden_layer_sizes": (5,), "max_iter": 3, "learning_rate_schedule": "cosine"}


def output_of(loss, A):
    """Return the output layer with the values A under the loss's own activation."""
    Z = np.log(A) if loss.output == "exp" else A.copy()
    return Output(Z, A, ACTIVATIONS[loss.output])


def cost(loss, Y, A):
    """Return c(y, a) for every example and output."""
    out = np.empty_like(A)
    loss.cost(Y, output_of(loss, A.copy()), out)
    return out


def gradient(loss, Y, A):
    """Return the derivative of c with respect to a: with an identity, that by z is it."""
    out = np.empty_like(A)
    output = output_of(loss, A.copy())
    loss.gradient(Y, output, out)
    # An output of e^z has ∂c/∂z = a ∂c/∂a.
    return out / A if loss.output == "exp" else out


def example(loss, m=40, seed=0):
    """Return targets Y with one column, and outputs A that the loss is defined for."""
    rng = np.random.default_rng(seed)
    draw = rng.exponential if loss.positive else rng.normal
    return draw(size=(m, 1)) + 0.01, draw(size=(m, loss.n_outputs(1))) + 0.01


@pytest.mark.parametrize("loss", QUANTILES, ids=str)
def test_every_column_of_the_quantile_cost_is_its_pinball_loss(loss):
    Y, A = example(loss)
    for column, q in enumerate(loss.levels):
        expected = mean_pinball_loss(Y[:, 0], A[:, column], alpha=q)
        np.testing.assert_allclose(cost(loss, Y, A)[:, column].mean(), expected)


def test_the_gamma_cost_is_half_the_deviance():
    Y, A = example(Gamma())
    expected = mean_gamma_deviance(Y[:, 0], A[:, 0]) / 2
    np.testing.assert_allclose(cost(Gamma(), Y, A).mean(), expected, rtol=1e-12)


@pytest.mark.parametrize("power", POWERS)
def test_the_tweedie_cost_is_half_the_deviance(power):
    Y, A = example(Tweedie(power))
    Y[::3] = 0
    expected = mean_tweedie_deviance(Y[:, 0], A[:, 0], power=power) / 2
    np.testing.assert_allclose(cost(Tweedie(power), Y, A).mean(), expected, rtol=1e-10)


def test_between_powers_one_and_two_tweedie_leads_from_poisson_to_gamma():
    Y, A = example(Gamma())
    for power, end in ((1 + 1e-9, LOSSES["poisson"]), (2 - 1e-9, Gamma())):
        found = gradient(Tweedie(power), Y, A)
        np.testing.assert_allclose(found, gradient(end, Y, A), rtol=1e-6)
    expected = mean_poisson_deviance(Y[:, 0], A[:, 0]) / 2
    np.testing.assert_allclose(cost(LOSSES["poisson"], Y, A).mean(), expected)


@pytest.mark.parametrize("loss", [*POSITIVE, *QUANTILES], ids=str)
def test_the_gradient_is_that_of_the_cost(loss):
    Y, A = example(loss)
    rng = np.random.default_rng(1)
    for _ in range(5):
        direction = rng.normal(size=A.shape)
        # Small steps, so that no prediction crosses a target, where pinball has a kink.
        step = 1e-6 * np.abs(A - Y).min()
        ahead, behind = (cost(loss, Y, A + s * direction) for s in (step, -step))
        difference = (ahead - behind) / (2 * step)
        slope = gradient(loss, Y, A) * direction
        np.testing.assert_allclose(slope, difference, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(slope.sum(), difference.sum(), rtol=1e-4)


@pytest.mark.parametrize("loss", POSITIVE, ids=str)
@pytest.mark.parametrize("name", ["exp", "softplus"])
def test_the_delta_is_the_derivative_by_what_comes_before_the_output(loss, name):
    Y, _ = example(loss)
    Z = np.random.default_rng(2).normal(size=Y.shape)
    activation = ACTIVATIONS[name]

    def total(Z):
        A, out = np.empty_like(Z), np.empty_like(Z)
        activation.forward(Z.copy(), A)
        loss.cost(Y, Output(Z, A, activation), out)
        return out.sum()

    A, delta = np.empty_like(Z), np.empty_like(Z)
    activation.forward(Z.copy(), A)
    half = np.full((1, 1), 0.5)
    loss.evaluate(Y, Output(Z.copy(), A, activation, half), delta)
    direction = np.random.default_rng(3).normal(size=Z.shape)
    step = 1e-6
    difference = (total(Z + step * direction) - total(Z - step * direction)) / (2 * step)
    np.testing.assert_allclose((delta * direction).sum(), difference / 2, rtol=1e-7)


@pytest.mark.parametrize("loss", [*POSITIVE, *QUANTILES], ids=str)
def test_a_cost_is_zero_where_the_prediction_is_right_and_positive_elsewhere(loss):
    Y, A = example(loss)
    assert (cost(loss, Y, A) > 0).all()
    right = cost(loss, Y, np.broadcast_to(Y, A.shape).copy())
    np.testing.assert_allclose(right, 0, atol=1e-9)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(log_s=st.floats(-8, 8), number=st.integers(0, len(POSITIVE) + len(QUANTILES) - 1))
def test_the_degree_says_how_a_cost_grows_with_the_unit(log_s, number):
    loss, s = [*POSITIVE, *QUANTILES][number], np.exp(log_s)
    Y, A = example(loss, seed=number)
    found, expected = cost(loss, s * Y, s * A), s**loss.degree * cost(loss, Y, A)
    # Costs close to 0 are the difference of large terms.
    scale = s**loss.degree * np.abs(np.concatenate([Y, A], axis=1)).max()
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8 * scale)


@pytest.mark.parametrize("q", [0.05, 0.37, 0.5, 0.9])
def test_the_best_constant_is_the_quantile(q):
    Y = np.random.default_rng(4).normal(size=(501, 1))

    def total(a):
        return cost(Quantile(q), Y, np.full_like(Y, a)).sum()

    best = minimize_scalar(total, bounds=(-4, 4), options={"xatol": 1e-9}, method="bounded")
    assert total(np.quantile(Y, q, method="inverted_cdf")) <= best.fun + 1e-9
    np.testing.assert_allclose(best.x, np.quantile(Y, q), atol=0.02)


@pytest.mark.parametrize("loss", POSITIVE, ids=str)
def test_the_best_constant_of_a_deviance_is_the_mean(loss):
    Y, _ = example(loss)
    pull = gradient(loss, Y, np.full_like(Y, Y.mean())).sum()
    np.testing.assert_allclose(pull, 0, atol=1e-9)


@pytest.mark.parametrize("loss", [*POSITIVE, *QUANTILES], ids=str)
def test_single_precision_stays_single(loss):
    Y, A = (part.astype(np.float32) for part in example(loss))
    wide = (part.astype(np.float64) for part in (Y, A))
    found = cost(loss, Y, A)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, cost(loss, *wide), rtol=1e-3, atol=1e-4)


# ---- what may be asked for --------------------------------------------------------------


@pytest.mark.parametrize(
    "q", [0, 1, -0.1, 1.5, (), (0.9, 0.1), (0.5, 0.5), (0.1, 1.0), float("nan")]
)
def test_quantiles_must_be_ascending_and_between_0_and_1(q):
    with pytest.raises(ValueError, match=r"q must be in \(0, 1\), one number or several"):
        Quantile(q)


@pytest.mark.parametrize("power", [0, 1, 2, 3, -1.5, float("nan")])
def test_the_power_of_tweedie_is_between_1_and_2(power):
    with pytest.raises(ValueError, match=r"power must be a number in \(1, 2\)"):
        Tweedie(power)


OUTSIDE = pytest.mark.parametrize(
    ("loss", "lowest", "message"),
    [
        ("gamma", 0.0, "above 0, but y has 0"),
        (Gamma(), -2.0, "above 0, but y has -2"),
        ("tweedie", -0.5, "at least 0, but y has -0.5"),
        (Tweedie(1.1), -0.5, "at least 0, but y has -0.5"),
        ("poisson", -1.0, "at least 0, but y has -1"),
    ],
    ids=str,
)


@OUTSIDE
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_targets_outside_the_domain_are_refused(loss, lowest, message, method):
    model = FFNNRegressor(loss=loss, **QUICK)
    with pytest.raises(ValueError, match=message):
        getattr(model, method)(np.eye(6), [3, 1, 2, lowest, 4, 5])
    assert not hasattr(model, "coefs_")


@OUTSIDE
def test_held_out_targets_outside_the_domain_are_refused(loss, lowest, message):
    X, y = np.eye(6), np.arange(1.0, 7.0)
    model = FFNNRegressor(loss=loss, **QUICK)
    # The message may well speak of y_val.
    with pytest.raises(ValueError, match=message.replace("y has", "y.* has")):
        model.fit(X, y, X_val=X, y_val=[3, 1, 2, lowest, 4, 5])
    assert not hasattr(model, "coefs_")


@pytest.mark.parametrize("loss", ["gamma", "tweedie"])
def test_an_output_that_can_be_negative_is_refused(loss):
    model = FFNNRegressor(loss=loss, output_activation="identity", **QUICK)
    with pytest.raises(ValueError, match="can be below 0"):
        model.fit(np.eye(4), np.arange(1.0, 5.0))


def test_several_quantiles_of_several_targets_are_refused():
    model = FFNNRegressor(loss=Quantile((0.1, 0.9)), **QUICK)
    with pytest.raises(ValueError, match="several quantiles of one target, but y has 3"):
        model.fit(np.eye(6), np.ones((6, 3)))


def test_one_quantile_of_several_targets_is_a_column_per_target():
    Y = np.random.default_rng(0).normal(size=(6, 3))
    model = FFNNRegressor(loss=Quantile(0.3), **QUICK).fit(np.eye(6), Y)
    assert model.predict(np.eye(6)).shape == (6, 3)


def test_several_quantiles_are_a_column_each_and_never_cross():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 4)), rng.normal(size=80)
    levels = (0.1, 0.4, 0.5, 0.6, 0.9)
    params = QUICK | {"clip_target": False, "random_state": 0}
    model = FFNNRegressor(loss=Quantile(levels), **params).fit(X, y)
    predictions = model.predict(X)
    assert predictions.shape == (80, 5)
    assert (np.diff(predictions, axis=1) >= 0).all()
    # The network's outputs alone would cross: so little training has not parted them.
    outputs = model.hidden_representation(X) @ model.coefs_[-1] + model.intercepts_[-1]
    assert (np.diff(outputs, axis=1) < 0).any()
    np.testing.assert_allclose(predictions, np.sort(outputs, axis=1), rtol=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "adam", "adamw", "rmsprop", "lbfgs"])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.filterwarnings("ignore:max_iter=3 ")
def test_every_solver_can_train_several_quantiles(solver, weighted):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 4)), rng.normal(size=40)
    w = rng.uniform(size=40) if weighted else None
    params = {"hidden_layer_sizes": (5,), "max_iter": 3, "random_state": 0}
    model = FFNNRegressor(loss=Quantile((0.2, 0.8)), solver=solver, **params)
    model.fit(X, y, w, X_val=X, y_val=y)
    assert model.predict(X).shape == (40, 2)
    assert len(model.validation_loss_curve_) == model.n_iter_ == 3


def test_what_a_loss_derived_from_log_loss_overrides_is_not_passed_over():
    class Doubled(type(LOSSES["log_loss"])):
        def cost(self, Y, output, out):
            super().cost(Y, output, out)
            out *= 2

    Z = np.array([[1.0, 2.0, 3.0]])
    A, Y, one = np.empty_like(Z), np.array([[0.0, 1.0, 0.0]]), np.ones((1, 1))
    ACTIVATIONS["softmax"].forward(Z, A)
    output = Output(Z, A, ACTIVATIONS["softmax"])
    plain = LOSSES["log_loss"].evaluate(Y, output._replace(scale=one), np.empty_like(Z))
    np.testing.assert_allclose(
        Doubled().evaluate(Y, output._replace(scale=one), np.empty_like(Z)), 2 * plain
    )


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_fit_on_smoothed_labels_reports_their_loss(n_classes):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    y = np.digitize(X[:, 0], [-0.4, 0.4][: n_classes - 1])
    model = FFNNClassifier(
        (), loss=LogLoss(smoothing=0.2), solver="lbfgs", alpha=0.0, random_state=0
    )
    model.fit(X, y, X_val=X, y_val=y)
    P = model.predict_proba(X)
    Y = 0.8 * np.eye(n_classes)[y] + 0.2 / n_classes
    expected = -(Y * np.log(P)).sum(axis=1).mean()
    np.testing.assert_allclose(model.loss_, expected, rtol=1e-8)
    np.testing.assert_allclose(model.validation_loss_curve_[-1], expected, rtol=1e-8)
