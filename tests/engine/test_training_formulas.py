"""Initializers, schedules, dropout, penalty and clipping as the papers say."""

from math import cos, log, pi, sqrt

import numpy as np
import pytest

from sknn import (
    SGD,
    Adaptive,
    Cosine,
    He,
    InvScaling,
    LeCun,
    Normal,
    OneCycle,
    Uniform,
)
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.arrays import CACHED
from sknn.engine.cost import L2, Cost
from sknn.engine.data import Data
from sknn.engine.initializers import INITIALIZERS, CustomInitializer
from sknn.engine.losses import LOSSES
from sknn.engine.network import Network, Workspace
from sknn.engine.plan import Plan, TrainingState, Verdict
from sknn.engine.schedules import SCHEDULES, CustomSchedule, Moment, Schedule
from sknn.engine.training import clip, train

DTYPES = [np.float32, np.float64]
IDENTITY = ACTIVATIONS["identity"]


DRAWS = {  # standard deviation on (400, 300), and whether it is uniform
    "glorot_uniform": (sqrt(2 / 700), True),
    "glorot_normal": (sqrt(2 / 700), False),
    "he_uniform": (sqrt(2 / 400), True),
    "he_normal": (sqrt(2 / 400), False),
    "lecun_uniform": (sqrt(1 / 400), True),
    "lecun_normal": (sqrt(1 / 400), False),
    "normal": (0.05, False),
    "uniform": (0.05 / sqrt(3), True),
    "data": (sqrt(1 / 400), False),
    Normal(0.3): (0.3, False),
    Uniform(0.2): (0.2 / sqrt(3), True),
    He(): (sqrt(2 / 400), True),
    LeCun("normal"): (sqrt(1 / 400), False),
}


@pytest.mark.parametrize("name", DRAWS, ids=str)
def test_an_initializer_draws_from_its_distribution(name):
    std, uniform = DRAWS[name]
    W = INITIALIZERS.get(name, name).draw(np.random.default_rng(0), (400, 300))
    assert W.shape == (400, 300)
    assert W.dtype == np.float64
    assert abs(W.mean()) < 0.015 * std  # 5 standard errors
    np.testing.assert_allclose(W.var(), std**2, rtol=0.02)
    kurtosis = ((W - W.mean()) ** 4).mean() / W.var() ** 2
    assert abs(kurtosis - (1.8 if uniform else 3)) < 0.08
    if uniform:
        limit = sqrt(3) * std
        for extreme in (-W.min(), W.max()):
            assert 0.999 * limit < extreme <= limit * (1 + 1e-15)
    assert len(np.unique(W)) > 0.99 * W.size


def test_zeros_are_zeros_and_every_name_is_tested():
    W = INITIALIZERS["zeros"].draw(np.random.default_rng(0), (4, 3))
    np.testing.assert_array_equal(W, np.zeros((4, 3)))
    assert {*INITIALIZERS} == {name for name in DRAWS if isinstance(name, str)} | {"zeros"}


def test_every_layer_of_a_network_is_drawn_by_its_own_initializer():
    network = Network((100, 50, 40), [IDENTITY, IDENTITY], [0.0], np.float64)
    rng, data = np.random.default_rng(0), Data(np.ones((2, 100)), np.ones((2, 1)), None)
    network.draw([Uniform(0.1), Uniform(0.7)], data, rng)
    for layer, limit in zip(network.layers, [0.1, 0.7], strict=True):
        assert 0.99 * limit < np.abs(layer.W).max() < limit
        np.testing.assert_array_equal(layer.b, 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_callable_that_draws_no_finite_weights_is_refused(value):
    W = np.zeros((2, 3))
    W[1, 2] = value
    with pytest.raises(ValueError, match="finite weights"):
        CustomInitializer(lambda rng, shape: W).draw(np.random.default_rng(0), (2, 3))


@pytest.mark.parametrize("shape", [(3, 2), (6,), (2, 1), ()])
def test_a_callable_that_draws_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match="of shape"):
        CustomInitializer(lambda rng, _: np.ones(shape)).draw(None, (2, 3))


def test_a_callable_draws_the_weights():
    W = CustomInitializer(lambda rng, shape: [[1, 2, 3], [4, 5, 6]]).draw(None, (2, 3))
    assert W.dtype == np.float64
    np.testing.assert_array_equal(W, [[1, 2, 3], [4, 5, 6]])


Q = (1 - cos(pi / 4)) / 2  # half a cosine wave has risen by Q at a quarter of its length

BY_PROGRESS = {
    "constant": {0: 1, 0.25: 1, 0.5: 1, 0.9: 1, 1: 1},
    "cosine": {0: 1, 0.25: 1 - Q, 1 / 3: 0.75, 0.5: 0.5, 2 / 3: 0.25, 0.75: Q, 1: 0},
    Cosine(0.2): {0: 1, 0.25: 1 - 0.8 * Q, 0.5: 0.6, 0.75: 0.2 + 0.8 * Q, 1: 0.2},
    "coslog4": {
        **dict.fromkeys([0, 1 / 15, 3 / 15, 7 / 15, 1], 0),
        **{(2 ** (cycle + 0.5) - 1) / 15: 1 for cycle in range(4)},
        **{(2 ** (cycle + 0.25) - 1) / 15: 0.5 for cycle in range(4)},
        0.7: (1 - cos(2 * pi * log(11.5) / log(2))) / 2,
    },
    "flat_cos": {0: 1, 0.25: 1, 0.5: 1, 0.625: 1 - Q, 0.75: 0.5, 0.875: Q, 1: 0},
    "onecycle": {
        0: 1 / 25,
        0.075: 1 / 25 + 0.96 * Q,
        0.15: 0.52,
        0.3: 1,
        0.475: 1 - (1 - 4e-6) * Q,
        0.65: (1 + 4e-6) / 2,
        1: 1 / 25 / 1e4,
    },
    OneCycle(0.5, 0.1, 0.2): {0: 0.1, 0.25: 0.55, 0.5: 1, 0.625: 1 - 0.8 * Q, 1: 0.2},
    CustomSchedule(lambda t: 2 - t): {0: 2, 0.25: 1.75, 0.5: 1.5, 0.9: 1.1, 1: 1},
}
BY_STEP = {
    "invscaling": {0: 1, 3: 1 / 2, 8: 1 / 3, 15: 1 / 4, 99: 0.1, 9999: 0.01},
    InvScaling(2.0): {0: 1, 1: 1 / 4, 2: 1 / 9, 3: 1 / 16, 9: 0.01},
}
BY_PLATEAUS = {
    "adaptive": {0: 1, 1: 0.2, 2: 0.04, 3: 0.008, 4: 0.0016},
    Adaptive(0.5): {0: 1, 1: 0.5, 2: 0.25, 3: 0.125, 4: 0.0625},
}


def schedule(name):
    return SCHEDULES.get(name, name)


@pytest.mark.parametrize(
    ("name", "field", "points"),
    [(name, "progress", points) for name, points in BY_PROGRESS.items()]
    + [(name, "step", points) for name, points in BY_STEP.items()]
    + [(name, "plateaus", points) for name, points in BY_PLATEAUS.items()],
)
def test_a_schedule_has_the_factors_of_its_formula(name, field, points):
    for elsewhere in (Moment(0.1, 7, 2), Moment(0.6, 2, 5)):
        for at, expected in points.items():
            found = schedule(name).factor(elsewhere._replace(**{field: at}))
            assert found == pytest.approx(expected, rel=1e-11, abs=1e-13)
            assert isinstance(found, float)


def test_every_schedule_is_tested():
    assert {*SCHEDULES} <= BY_PROGRESS.keys() | BY_STEP.keys() | BY_PLATEAUS.keys()


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        *[
            (name, name in ("cosine", "flat_cos", "coslog4", "onecycle"))
            for name in SCHEDULES
        ],
        (CustomSchedule(lambda t: 1), True),
        (Schedule(), False),
    ],
)
def test_a_schedule_ends_if_it_is_laid_out_over_the_whole_training(name, ends):
    assert schedule(name).ends is ends


@pytest.mark.parametrize("name", [*SCHEDULES, CustomSchedule(lambda t: 1), Schedule()])
def test_a_cycle_is_complete_where_the_factor_is_at_its_lowest(name):
    part = schedule(name)
    ends = part.cycle_ends
    assert list(ends) == sorted(ends)
    if name in SCHEDULES:
        assert (1.0 in ends) is part.ends
    else:
        assert ends == ()
    for start, end in zip((0.0, *ends), ends, strict=False):
        times = np.linspace(start, end, 101)
        factors = [part.factor(Moment(t, 0, 0)) for t in times]
        assert factors[-1] == pytest.approx(0, abs=1e-5)
        peak = int(np.argmax(factors))
        assert factors[peak] == pytest.approx(1, abs=1e-3)
        assert (np.diff(factors[peak:]) <= 1e-12).all()
    assert len(SCHEDULES["coslog4"].cycle_ends) == 4


@pytest.mark.parametrize(
    ("part", "last"),
    [
        (Adaptive(), 4),  # 0.2^4 = 0.0016 is at least 0.001, 0.2^5 is not
        (Adaptive(0.5, 0.1), 3),
        (Adaptive(0.5, 0.25), 2),
        *[(SCHEDULES[name], 0) for name in SCHEDULES if name != "adaptive"],
    ],
)
def test_training_goes_on_after_as_many_plateaus_as_the_schedule_says(part, last):
    assert [part.goes_on(n) for n in range(1, 7)] == [n <= last for n in range(1, 7)]


@pytest.mark.parametrize("worst", [-0.1, np.nan, np.inf])
@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
def test_a_callable_whose_factor_is_no_factor_is_refused(at, worst):
    with pytest.raises(ValueError, match=f"at progress {at:g}"):
        CustomSchedule(lambda t: worst if t == at else 1.0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rates", [(0.2, 0.7), (0.5, 0.0)])
def test_dropout_leaves_out_its_share_and_scales_up_the_rest(rates, dtype):
    network = Network((1, 50, 50, 1), [IDENTITY] * 3, rates, dtype)
    rng = np.random.default_rng(0)
    for b in network.params.b:
        b[...] = rng.uniform(1, 2, size=b.shape)  # all W are 0
    space = Workspace(network, 2000)
    network.forward(np.zeros((2000, 1), dtype), space, rng)
    for rate, b, A, H in zip(rates, network.params.b, space.A, space.H, strict=False):
        np.testing.assert_array_equal(A, np.tile(b, (2000, 1)))
        kept = H != 0
        assert abs(1 - kept.mean() - rate) < 0.008
        assert abs(1 - kept.mean(axis=0) - rate).max() < 0.06
        np.testing.assert_allclose(H[kept], A[kept] / (1 - rate), rtol=2e-7)
        np.testing.assert_allclose(H.mean(), A.mean(), rtol=0.03)
        np.testing.assert_allclose(H.mean(axis=0), b, rtol=0.17)
    np.testing.assert_array_equal(space.H[-1], space.A[-1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_nothing_is_dropped_without_a_generator(dtype):
    network = Network((3, 50, 2), [IDENTITY] * 2, [0.4], dtype)
    network.params.flat[...] = np.random.default_rng(0).normal(
        size=network.params.flat.size
    )
    X = np.ones((5, 3), dtype)
    space = Workspace(network, 5)
    A = network.forward(X, space).A
    np.testing.assert_array_equal(space.H[0], space.A[0])
    (V, W), (b, c) = network.params.W, network.params.b
    np.testing.assert_allclose(A, (X @ V + b) @ W + c, rtol=1e-4)


@pytest.mark.parametrize("n", [1, 5, CACHED + 3])
def test_the_penalty_is_half_alpha_times_the_sum_of_squares(n):
    rng = np.random.default_rng(0)
    W, G = rng.normal(size=(2, n))
    grad = G.copy()
    L2(0.3).add_gradient(W, grad)
    np.testing.assert_allclose(grad, G + 0.3 * W, rtol=1e-13)
    assert L2(0.3).value(W) == pytest.approx(0.15 * (W**2).sum(), rel=1e-12)
    assert L2(0.0).value(W) == 0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("norm", [1.0, 4.9])
def test_a_long_gradient_keeps_its_direction_and_gets_the_norm(norm, dtype):
    grad = np.array([3, 0, -4], dtype)
    clip(grad, norm)
    np.testing.assert_allclose(grad, np.array([0.6, 0, -0.8]) * norm, rtol=3e-7)


@pytest.mark.parametrize("norm", [5.0, 5.1, 100.0])
def test_a_short_gradient_is_left_alone(norm):
    for values in ([3.0, 0.0, -4.0], [0.0, 0.0, 0.0]):
        grad = np.array(values)
        clip(grad, norm)
        np.testing.assert_array_equal(grad, values)


class Rates:
    """Notes the learning rate at the end of every epoch."""

    on_epoch_begin = None

    def __init__(self):
        self.seen = []

    def on_epoch_end(self, end):
        self.seen.append(end.rate)
        return Verdict()


def trained(schedule, alpha=0.0, epochs=1, **settings):
    """Train a linear model on 10 rows by SGD; return all that is known about it."""
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(10, 3)), rng.normal(size=(10, 1)), rng.random((10, 1))
    network = Network((3, 1), [IDENTITY], [], np.float64)
    network.params.flat[...] = start = rng.normal(size=4)
    how = {"batch_size": 10, "epochs_before": 0, "schedule_epochs": 1, "tol": 0.0}
    how |= {"shuffle": False, "learning_rate": 0.1, "n_iter_no_change": 10, **settings}
    plan, rates = Plan(schedule=schedule, epochs=epochs, **how), Rates()
    cost = Cost(network, LOSSES["squared_error"], L2(alpha))
    history = train(cost, Data(X, y, w), SGD(), plan, TrainingState(rng), rates)
    error = X @ start[:3, None] + start[3] - y
    return network.params.flat, start, X, w, error, history.costs, rates.seen


@pytest.mark.parametrize("clip_norm", [None, 0.5, 1e6])
def test_a_step_of_training_is_one_against_the_gradient_of_cost_and_penalty(clip_norm):
    half = CustomSchedule(lambda t: 0.5)
    params, start, X, w, error, costs, rates = trained(half, 0.3, clip_norm=clip_norm)
    np.testing.assert_allclose(costs, [[(w * error**2).mean()]], rtol=1e-12)
    delta = w * 2 * error / 10
    grad = np.append(X.T @ delta + 0.3 * start[:3, None], delta.sum())
    if clip_norm == 0.5:
        grad *= 0.5 / sqrt((grad**2).sum())
    np.testing.assert_allclose(params, start - 0.05 * grad, rtol=1e-12)
    assert rates == [0.05]


class Noting(Schedule):
    """Takes the second step alone and notes the moments."""

    def __init__(self):
        self.seen = []

    def factor(self, moment):
        self.seen.append(moment)
        return float(moment.step == 1)


def test_the_cost_of_an_epoch_is_the_mean_over_its_rows_and_progress_ends_at_1():
    schedule = Noting()
    params, start, X, w, error, costs, _ = trained(
        schedule, epochs=3, batch_size=8, epochs_before=2, schedule_epochs=4
    )
    change = params - start
    later = error + X @ change[:3, None] + change[3]
    expected = [[(w * e**2).mean()] for e in (error, later, later)]
    assert abs(change).max() > 1e-3
    np.testing.assert_allclose(costs, expected, rtol=1e-12)
    progress = [0.5, 0.625, 0.75, 0.875, 1, 1]
    assert schedule.seen == [Moment(t, step, 0) for step, t in enumerate(progress)]
