"""Losses: costs and derivatives written out, for any settings."""

from math import log

import numpy as np
import pytest
from output_parts import forward, output_of, softmax_problem
from scipy.special import huber
from sklearn import metrics

from sknn import (
    Gamma,
    Huber,
    Quantile,
    Tweedie,
)
from sknn.engine.activations import ACTIVATIONS, Identity
from sknn.engine.losses import LOSSES, LogLoss, Poisson, SquaredError

STEP = 1e-6


def deviance(power):
    def half(y, a):
        return metrics.mean_tweedie_deviance([y], [a], power=power) / 2

    return half


def pinball(q):
    return lambda y, a: metrics.mean_pinball_loss([y], [a], alpha=q)


def yes_or_no(y, a):
    return metrics.log_loss([y], [a], labels=[0, 1])


def huber_of(epsilon):
    return lambda y, a: 2 * huber(epsilon, a - y)


COSTS = {  # of one target y and one output a
    "squared_error": lambda y, a: (a - y) ** 2,
    "absolute_error": lambda y, a: abs(a - y),
    "huber": huber_of(1.35),
    Huber(0.5): huber_of(0.5),
    Huber(3): huber_of(3),
    "quantile": pinball(0.5),
    Quantile(0.2): pinball(0.2),
    "poisson": deviance(1),
    "gamma": deviance(2),
    "tweedie": deviance(1.5),
    Tweedie(1.2): deviance(1.2),
    Tweedie(1.8): deviance(1.8),
    "log_loss": yes_or_no,
}


def outputs(name):
    """Return the names of two output activations that suit the loss, or of the one."""
    if name == "log_loss":
        return ["sigmoid"]
    return ["exp" if LOSSES.get(name, name).positive else "identity", "softplus"]


CASES = [(name, output) for name in COSTS for output in outputs(name)]


def problem(name, output):
    """Return the loss, targets, values and the activation; more than one output."""
    rng = np.random.default_rng(0)
    loss = LOSSES.get(name, name)
    Z, Y = rng.normal(size=(2, 20, 3)) * 1.5
    if loss.positive:
        Y = rng.exponential(size=Y.shape) + 0.01
        if loss != Gamma():
            Y[::4] = 0
    if name == "log_loss":
        Y = np.round(rng.random(size=Y.shape))
    return loss, Y, Z, ACTIVATIONS[output]


def costs(loss, Y, Z, activation):
    out = np.empty_like(Z)
    loss.cost(Y, output_of(Z, activation), out)
    return out


def assert_gradient_is_that_of_the_cost(loss, Y, Z, activation):
    """Compare `gradient` and `evaluate`, for any weights, with central differences."""
    slopes, value = np.empty_like(Z), costs(loss, Y, Z, activation)
    for j in range(Z.shape[1]):
        step = STEP * (np.arange(Z.shape[1]) == j)
        change = costs(loss, Y, Z + step, activation) - costs(loss, Y, Z - step, activation)
        slopes[:, j] = change.sum(axis=1) / (2 * STEP)
    weights = np.random.default_rng(1).exponential(size=(len(Z), 1))
    for scale in (weights, np.full((1, 1), 0.3)):
        delta, again = np.empty_like(Z), np.empty_like(Z)
        loss.gradient(Y, output_of(Z, activation, scale), delta)
        np.testing.assert_allclose(delta, scale * slopes, rtol=1e-6, atol=1e-7)
        found = loss.evaluate(Y, output_of(Z, activation)._replace(scale=scale), again)
        np.testing.assert_allclose(again, delta, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(found, (scale * value).sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize(("name", "output"), CASES)
def test_a_loss_has_the_cost_of_its_formula(name, output):
    loss, Y, Z, activation = problem(name, output)
    A = forward(activation, Z)[1]
    expected = np.vectorize(COSTS[name])(Y, A)
    np.testing.assert_allclose(costs(loss, Y, Z, activation), expected, 1e-10, 1e-12)


@pytest.mark.parametrize(("name", "output"), CASES)
def test_the_gradient_of_a_loss_is_the_derivative_of_its_cost(name, output):
    assert_gradient_is_that_of_the_cost(*problem(name, output))


@pytest.mark.usefixtures("backend")
def test_the_log_loss_of_softmax_is_that_of_the_labels():
    labels, loss, Y, Z = softmax_problem()
    softmax = ACTIVATIONS["softmax"]
    A = forward(softmax, Z)[1]
    found = costs(loss, Y, Z, softmax)
    expected = [-log(a[label]) for a, label in zip(A, labels, strict=True)]
    np.testing.assert_allclose(found.sum(axis=1), expected, rtol=1e-12)
    np.testing.assert_allclose(found.sum() / 20, metrics.log_loss(labels, A), rtol=1e-12)
    np.testing.assert_array_equal(found[Y == 0], 0)
    assert_gradient_is_that_of_the_cost(loss, Y, Z, softmax)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_smoothing_spreads_a_share_of_every_label_over_all_classes(output):
    _, _, Y, Z = softmax_problem()
    activation, loss = ACTIVATIONS[output], LogLoss(smoothing=0.3)
    A, found = forward(activation, Z)[1], costs(loss, Y, Z, activation)
    if output == "softmax":
        expected = -(0.7 * Y + 0.1) * np.log(A)
    else:
        expected = -(0.7 * Y + 0.15) * np.log(A) - (0.85 - 0.7 * Y) * np.log(1 - A)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    assert_gradient_is_that_of_the_cost(loss, Y, Z, activation)


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, "all"])
def test_a_smoothing_that_leaves_nothing_of_a_label_is_refused(smoothing):
    with pytest.raises(ValueError, match="smoothing must be a number in"):
        LogLoss(smoothing)


def test_several_quantiles_of_one_target_are_as_many_outputs():
    rng = np.random.default_rng(0)
    loss, Y, Z = Quantile((0.1, 0.9)), rng.normal(size=(20, 1)), rng.normal(size=(20, 2))
    found = costs(loss, Y, Z, Identity())
    for j, q in enumerate((0.1, 0.9)):
        expected = metrics.mean_pinball_loss(Y, Z[:, j], alpha=q)
        np.testing.assert_allclose(found[:, j].mean(), expected, rtol=1e-12)
    assert_gradient_is_that_of_the_cost(loss, Y, Z, Identity())
    assert loss.n_outputs(1) == 2
    np.testing.assert_array_equal(loss.to_predictions(Z), np.sort(Z, axis=1))


@pytest.mark.parametrize(
    ("loss", "degree"),
    [
        (SquaredError(), 2),
        (LOSSES["absolute_error"], 1),
        (Quantile(0.2), 1),
        (Poisson(), 1),
        (Gamma(), 0),
        (Tweedie(1.2), 0.8),
        (Tweedie(1.8), 0.2),
    ],
)
def test_the_cost_of_scaled_targets_grows_by_the_degree(loss, degree):
    assert loss.degree == pytest.approx(degree)
    assert loss.homogeneous
    rng = np.random.default_rng(0)
    (Y, A), part = rng.exponential(size=(2, 9, 2)), ACTIVATIONS[loss.output]
    back = np.log if loss.output == "exp" else np.positive
    found = costs(loss, 7 * Y, back(7 * A), part)
    np.testing.assert_allclose(found, 7**degree * costs(loss, Y, back(A), part), 1e-8)


def test_the_huber_loss_scales_with_its_threshold():
    Y, Z = np.random.default_rng(0).normal(size=(2, 20, 2))
    found = costs(Huber(3.5), 7 * Y, 7 * Z, Identity())
    np.testing.assert_allclose(found, 49 * costs(Huber(0.5), Y, Z, Identity()), rtol=1e-12)
    assert (Huber().degree, Huber().homogeneous, Huber().epsilon) == (2, False, 1.35)


@pytest.mark.parametrize(
    ("loss", "expected", "slope"),
    [
        (Poisson(), 2 * log(2) - 2 + 400, -2),
        (LogLoss(), 2 * 200, -2),  # as if two examples said yes
        (Tweedie(), 0, 0),
    ],
)
def test_a_cost_is_right_where_the_output_rounds_to_0(loss, expected, slope):
    Y = np.array([[0.0 if loss == Tweedie() else 2]], np.float32)
    Z = np.array([[-200]], np.float32)
    part = ACTIVATIONS["sigmoid" if loss == LogLoss() else "exp"]
    delta = np.empty_like(Z)
    np.testing.assert_allclose(costs(loss, Y, Z, part), [[expected]], 1e-6, 1e-30)
    loss.gradient(Y, output_of(Z, part), delta)
    np.testing.assert_allclose(delta, [[slope]], 1e-6, 1e-30)


@pytest.mark.parametrize("loss", [Poisson(), Gamma(), Tweedie()])
def test_targets_out_of_range_are_refused(loss):
    for wrong in [-0.1, 0.0] if loss == Gamma() else [-0.1]:
        with pytest.raises(ValueError, match="is for targets"):
            loss.check_targets(np.array([[1.0, wrong]]))
    loss.check_targets(np.array([[1.0, 1e-9 if loss == Gamma() else 0.0]]))
