"""Training in parts: what partial_fit and warm starts keep, and what they leave alone."""

import copy
import signal

import numpy as np
import pytest
from stopping_parts import Scripted

from sknn import SGD, FFNNClassifier, FFNNRegressor, Schedule

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
y = 5 + X[:, 0] - X[:, 1] ** 2
labels = (X[:, 0] > 0).astype(int)
# Chunks of a stream of unequal sizes, levels and spreads.
CHUNKS = [slice(0, 7), slice(7, 8), slice(8, 60), slice(60, 90)]
uneven = np.concatenate([y[:7], 1e4 + y[7:8], 50 * y[8:60] - 300, y[60:] / 9])
counts = np.concatenate([[3] * 7, [5000], RNG.poisson(40, 52), RNG.poisson(1, 30)]) * 1.0
w = RNG.uniform(0.1, 3, size=90)
w[[3, 20, 21]] = 0
QUICK = {"hidden_layer_sizes": (5,), "random_state": 0}
COSINE = {"learning_rate_schedule": "cosine", "learning_rate": 0.01}


def assert_same_arrays(ones, others):
    for one, other in zip(ones, others, strict=True):
        np.testing.assert_array_equal(one, other)


def assert_same_bits(one, other):
    assert_same_arrays(one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_)


# ---- the schedule -----------------------------------------------------------------------


def test_a_falling_rate_goes_on_falling_from_call_to_call():
    model = FFNNRegressor(max_iter=10, batch_size=30, **COSINE, **QUICK)
    for _ in range(10):
        model.partial_fit(X, y)
    # Three batches a call; the last one starts after 2/3 of it.
    progress = (np.arange(10) + 2 / 3) / 10
    expected = 0.01 * (1 + np.cos(np.pi * progress)) / 2
    np.testing.assert_allclose(model.learning_rate_curve_, expected, rtol=1e-12)
    with pytest.warns(UserWarning, match="epochs already"):
        model.partial_fit(X, y)
    assert model.learning_rate_curve_[-1] == 0


class Noted(Schedule):
    """A constant rate that notes the moments of all steps."""

    ends = True

    def __init__(self, moments):
        self.moments = moments

    def factor(self, moment):
        self.moments.append(moment)
        return 1.0


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_progress_rises_with_every_batch(method):
    moments = []
    model = FFNNRegressor(
        learning_rate_schedule=Noted(moments), batch_size=20, max_iter=4, **QUICK
    )
    for _ in range(1 if method == "fit" else 4):
        getattr(model, method)(X, y)
    expected = np.arange(4 * 5) / (4 * 5)
    np.testing.assert_allclose([each.progress for each in moments], expected, rtol=1e-12)
    assert [each.step for each in moments] == list(range(4 * 5))


def test_the_schedule_of_a_warm_start_begins_anew():
    model = FFNNRegressor(max_iter=3, warm_start=True, **COSINE, **QUICK)
    rates = model.fit(X, y).fit(X, y).learning_rate_curve_
    assert len(rates) == 6
    assert rates[:3] == rates[3:]


# ---- the scale of y ---------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
@pytest.mark.parametrize("weights", [None, w])
def test_the_scale_of_a_stream_is_that_of_all_rows_so_far(weights, loss):
    target = uneven if loss == "squared_error" else counts
    known = np.ones(90) if weights is None else weights
    model = FFNNRegressor(loss=loss, **QUICK)
    for rows in CHUNKS:
        model.partial_fit(X[rows], target[rows], None if weights is None else w[rows])
        seen, share = target[: rows.stop], known[: rows.stop]
        mean = np.average(seen, weights=share)
        variance = np.average((seen - mean) ** 2, weights=share)
        scaling = model._targets.scaling
        np.testing.assert_allclose(scaling.mean, mean, rtol=1e-12)
        np.testing.assert_allclose(scaling.weight, share.sum(), rtol=1e-12)
        np.testing.assert_allclose(scaling.std**2, variance, rtol=1e-10, atol=1e-20)
        if loss == "poisson":
            assert (scaling.shift, scaling.scale) == (0, scaling.mean)
        else:
            np.testing.assert_allclose(scaling.shift, mean, rtol=1e-12)
            spread = np.sqrt(variance) if variance > 1e-20 else 1
            np.testing.assert_allclose(scaling.scale, spread, rtol=1e-10)


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
@pytest.mark.parametrize("weights", [None, w])
def test_predictions_do_not_jump_where_the_scale_does(weights, loss):
    target = uneven if loss == "squared_error" else counts
    params = QUICK | {"encoder": None, "learning_rate": 1e-12}  # for X: test_input_scaling
    model = FFNNRegressor(loss=loss, alpha=0, **params)
    scales, weights = [], np.ones(90) if weights is None else weights
    for rows in CHUNKS:
        before = model.predict(X) if scales else None
        model.partial_fit(X[rows], target[rows], weights[rows])
        scales.append(model._targets.scaling.scale[0])
        if before is None:
            continue
        np.testing.assert_allclose(model.predict(X), before, rtol=1e-8)
        # So the loss of the call, in the unit of y, is that of the network before it.
        a, t = before[rows], target[rows]
        cost = (a - t) ** 2
        if loss == "poisson":
            cost = a - t + t * np.log(np.where(t > 0, t / a, 1))
        expected = (weights[rows] * cost).mean()
        np.testing.assert_allclose(model.loss_, expected, rtol=1e-7)
    assert max(scales) > 10 * min(scales)


def test_a_stream_of_plain_steps_is_a_loop_in_numpy():
    rate, alpha = 0.05, 0.1
    model = FFNNRegressor(
        encoder=None,
        hidden_layer_sizes=(),
        solver=SGD(),
        learning_rate=rate,
        alpha=alpha,
        initializer="zeros",
    )
    W, b = np.zeros(4), None
    for rows in CHUNKS[:1] + CHUNKS[2:]:
        known = np.r_[0:7] if rows.stop == 7 else np.r_[0:7, 8 : rows.stop]
        mean = np.average(uneven[known], weights=w[known])
        variance = np.average((uneven[known] - mean) ** 2, weights=w[known])
        std = np.sqrt(variance)
        # The network before the call, in the scale after it; at first all of it is 0.
        V, c = W / std, 0.0 if b is None else (b - mean) / std
        error = X[rows] @ V + c - (uneven[rows] - mean) / std
        pull = 2 * w[rows] * error / len(error)
        W = std * (V - rate * (X[rows].T @ pull + alpha * V))
        b = std * (c - rate * pull.sum()) + mean
        model.partial_fit(X[rows], uneven[rows], w[rows])
        np.testing.assert_allclose(model.coefs_[0][:, 0], W, rtol=1e-10)
        np.testing.assert_allclose(model.intercepts_[0][0], b, rtol=1e-10)


@pytest.mark.parametrize("late", [[-1e200, 1e200], [1e200, 1e200]])
def test_a_stream_whose_variance_overflows_late_is_left_as_it_was(late):
    model = FFNNRegressor(**QUICK).partial_fit(X, y)
    before = dict(vars(model))
    with pytest.raises(ValueError, match="y is too large to be scaled"):
        model.partial_fit(X, np.tile(late, 45))
    assert all(vars(model)[name] is before[name] for name in before)


# ---- the best epoch after a warm start --------------------------------------------------


def test_loss_and_number_of_the_best_epoch_count_the_epochs_of_earlier_fits():
    params = {"early_stopping": True, "warm_start": True, "learning_rate": 0.05}
    model = FFNNRegressor(n_iter_no_change=2, **params, **QUICK)
    model.set_params(scoring=Scripted(1, 3, 2, 2)).fit(X, y)
    assert (model.n_iter_, model.best_iter_) == (4, 2)
    assert model.loss_ == model.loss_curve_[1]
    # The first score is that of the network to start from.
    model.set_params(scoring=Scripted(3, 4, 5, 6, 1, 1)).fit(X, y)
    assert (model.n_iter_, model.best_iter_, model.best_score_) == (9, 4 + 3, 6)
    assert model.loss_ == model.loss_curve_[6]
    assert model.loss_curve_.count(model.loss_) == 1


# ---- a fit that fails -------------------------------------------------------------------


def memory_of(model):
    """Return all arrays of the checkpoint, and the state of its source of randomness."""
    past = model._checkpoint
    arrays = [*past.state.optimizer.vectors, past.params]
    return arrays, (past.state.optimizer.step, past.state.rng.bit_generator.state)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("solver", ["adam", SGD(momentum=0.9)])
@pytest.mark.parametrize("kind", [FFNNRegressor, FFNNClassifier])
def test_a_fit_that_fails_leaves_no_trace_in_those_that_follow(kind, solver, method):
    target = labels if kind is FFNNClassifier else y
    params = {"solver": solver, "warm_start": True, "batch_size": 9, "dropout": 0.2}
    model = kind(max_iter=3, scoring=Scripted(0), **params, **COSINE, **QUICK)
    held = {"X_val": X[:20], "y_val": target[:20]}
    model.fit(X, target, **held)
    other = copy.deepcopy(model)
    arrays, rest = copy.deepcopy(memory_of(model))
    model.set_params(scoring=Scripted(RuntimeError("broken scorer")), max_iter=9)
    with pytest.raises(RuntimeError, match="broken scorer"):
        getattr(model, method)(X, target, **held)
    assert_same_arrays(memory_of(model)[0], arrays)
    assert memory_of(model)[1] == rest
    model.set_params(scoring=Scripted(0), max_iter=3)
    assert_same_bits(model.fit(X, target, **held), other.fit(X, target, **held))
    assert model.loss_curve_ == other.loss_curve_


def test_an_overflow_in_the_last_step_is_refused_although_an_earlier_epoch_was_best():
    params = {"solver": "sgd", "learning_rate": 1e308, "max_iter": 2, "batch_size": 81}
    model = FFNNRegressor(
        encoder=None,
        learning_rate_schedule=lambda progress: 1e-312 if progress < 0.5 else 1.0,
        early_stopping=True,
        scoring=Scripted(2, 1),
        **params,
        **QUICK,
    )
    with pytest.raises(ValueError, match="diverged.*after the last step"):
        model.fit(1e3 * X, y)
    assert not hasattr(model, "coefs_")


def test_a_copy_of_a_stream_goes_its_own_way():
    model = FFNNRegressor(batch_size=9, **QUICK).partial_fit(X, y)
    view = copy.copy(model)
    arrays, rest = copy.deepcopy(memory_of(view))
    model.partial_fit(X, y)
    assert_same_arrays(memory_of(view)[0], arrays)
    assert memory_of(view)[1] == rest


# ---- curves, and calls of no weight -----------------------------------------------------

CURVES = (
    "loss_curve_",
    "learning_rate_curve_",
    "validation_loss_curve_",
    "validation_scores_",
)


def test_a_stream_keeps_the_last_entries_of_every_curve(monkeypatch):
    def stream():
        model = FFNNRegressor(max_iter=9, **COSINE, **QUICK)
        for _ in range(8):
            model.partial_fit(X, y, X_val=X, y_val=y)
        return model

    whole = stream()
    monkeypatch.setattr("sknn.fitting.publishing.CURVE_LENGTH", 3)
    short = stream()
    for name in CURVES:
        assert len(getattr(whole, name)) == 8
        assert getattr(short, name) == getattr(whole, name)[-3:]
    assert short.n_iter_ == whole.n_iter_ == 8
    assert short.loss_ == whole.loss_
    fitted = FFNNRegressor(max_iter=5, **COSINE, **QUICK).fit(X, y, X_val=X, y_val=y)
    assert [len(getattr(fitted, name)) for name in CURVES] == [5] * 4


@pytest.mark.parametrize("solver", ["adam", "adamw", SGD(momentum=0.9)])
@pytest.mark.parametrize("kind", [FFNNRegressor, FFNNClassifier])
def test_a_call_of_no_weight_changes_nothing_now_or_later(kind, solver):
    target = labels if kind is FFNNClassifier else y
    known = {"classes": [0, 1]} if kind is FFNNClassifier else {}
    params = {"class_weight": "balanced"} if kind is FFNNClassifier else {}
    model = kind(solver=solver, alpha=0.1, **params, **QUICK)
    model.partial_fit(X, target, sample_weight=w, **known)
    other = copy.deepcopy(model)
    model.partial_fit(X, 1 - target, sample_weight=np.zeros(90))
    assert_same_bits(model, other)
    assert_same_arrays(memory_of(model)[0], memory_of(other)[0])
    assert memory_of(model)[1] == memory_of(other)[1]
    assert model.loss_ == 0
    for each in (model, other):
        each.partial_fit(X, target, sample_weight=w)
    assert_same_bits(model, other)


# ---- Ctrl-C after the last look ---------------------------------------------------------


class LastMoment:
    """A scorer during whose last call the user presses Ctrl-C."""

    def __init__(self, calls, presses=True):
        self.left, self.presses = calls, presses

    def __call__(self, estimator, X, y):
        self.left -= 1
        if self.left == 0 and self.presses:
            signal.raise_signal(signal.SIGINT)
        return -self.left


@pytest.mark.parametrize("early_stopping", [True, False])
@pytest.mark.parametrize(
    ("solver", "method", "epochs"),
    [("adam", "fit", 3), ("adam", "partial_fit", 1), ("lbfgs", "fit", 3)],
)
def test_ctrl_c_at_the_very_end_is_passed_on_after_the_network_was_kept(
    solver, method, epochs, early_stopping
):
    params = {"solver": solver, "max_iter": 3, "early_stopping": early_stopping}
    if solver == "adam":
        params |= COSINE
    model = FFNNRegressor(scoring=LastMoment(epochs), **params, **QUICK)
    with pytest.raises(KeyboardInterrupt):
        getattr(model, method)(X, y, X_val=X, y_val=y)
    calm = FFNNRegressor(scoring=LastMoment(epochs, presses=False), **params, **QUICK)
    if solver == "lbfgs":
        with pytest.warns(UserWarning, match="max_iter=3"):
            calm.fit(X, y, X_val=X, y_val=y)
    else:
        getattr(calm, method)(X, y, X_val=X, y_val=y)
    assert_same_bits(model, calm)
    assert model.n_iter_ == epochs
    assert [len(getattr(model, name)) for name in CURVES] == [epochs] * 4
    assert model.loss_curve_ == calm.loss_curve_
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# ---- what a RandomState is used for -----------------------------------------------------


def numbers_drawn(source, seed=0, most=5):
    """Return how many integers were drawn from `source` since it was seeded."""
    other = np.random.RandomState(seed)
    for count in range(most):
        states = [each.get_state(legacy=False)["state"] for each in (source, other)]
        if states[0]["pos"] == states[1]["pos"]:
            np.testing.assert_array_equal(states[0]["key"], states[1]["key"])
            return count
        other.randint(np.iinfo(np.int32).max)
    raise AssertionError("more than expected")


def test_a_stream_takes_one_number_from_its_random_state_and_no_more():
    source = np.random.RandomState(0)
    model = FFNNRegressor(
        random_state=source, dropout=0.2, batch_size=9, hidden_layer_sizes=(5,)
    )
    for _ in range(3):
        model.partial_fit(X, y, X_val=X, y_val=y)
        assert numbers_drawn(source) == 1


@pytest.mark.parametrize(("early_stopping", "expected"), [(False, 1), (True, 2)])
def test_a_warm_start_takes_nothing_more_from_its_random_state(early_stopping, expected):
    source = np.random.RandomState(0)
    params = {"random_state": source, "warm_start": True, "max_iter": 2}
    model = FFNNRegressor(early_stopping=early_stopping, **params, **COSINE)
    for _ in range(3):
        model.fit(X, y)
        assert numbers_drawn(source) == expected
