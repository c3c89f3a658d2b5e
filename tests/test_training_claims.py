"""What training promises: units, weights, going on, reproducibility, precision."""

import pickle

import numpy as np
import pytest
from scipy import sparse

from sknn import SGD, FFNNClassifier, FFNNRegressor, Quantile
from sknn.engine.batches import Batches

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4))
y = np.sin(X[:, 0]) + 0.5 * X[:, 1] ** 2 + 0.1 * RNG.normal(size=120)
labels = np.array(["no", "yes"])[(y > 0.3).astype(int)]
SMALL = {"hidden_layer_sizes": (16,), "random_state": 0, "max_iter": 40}


def assert_same_bits(one, other):
    """Compare all fitted weights and the loss curves, to the last bit."""
    for name in ("coefs_", "intercepts_", "activation_coefs_"):
        for a, b in zip(getattr(one, name), getattr(other, name), strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
    assert one.loss_curve_ == other.loss_curve_
    assert one.n_iter_ == other.n_iter_


# ---- the unit of the target -----------------------------------------------------------


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e9])
@pytest.mark.parametrize("a", [1e-6, 1e6])
@pytest.mark.parametrize(
    "loss", ["squared_error", "huber", "absolute_error", Quantile(0.8)]
)
def test_predictions_follow_the_unit_and_the_offset_of_the_target(a, offset, loss):
    b = offset * a * y.std()
    before = FFNNRegressor(loss=loss, **SMALL).fit(X, y).predict(X)
    after = FFNNRegressor(loss=loss, **SMALL).fit(X, a * y + b).predict(X)
    # An offset of 1e9 leaves 7 of 16 digits for the target itself.
    rtol = 1e-9 if offset < 1e9 else 1e-5
    np.testing.assert_allclose((after - b) / a, before, atol=rtol * np.abs(y).max())


def test_every_output_has_a_unit_of_its_own():
    Y = np.column_stack([y, X[:, 0]])
    units, offsets = np.array([1e-3, 1e4]), np.array([5.0, -7.0])
    one = FFNNRegressor(**SMALL).fit(X, Y).predict(X)
    other = FFNNRegressor(**SMALL).fit(X, Y * units + offsets).predict(X)
    np.testing.assert_allclose((other - offsets) / units, one, rtol=1e-7, atol=1e-9)


def test_a_count_model_follows_the_unit_of_the_counts():
    counts = RNG.poisson(np.exp(X[:, 0]))
    one = FFNNRegressor(loss="poisson", **SMALL).fit(X, counts)
    many = FFNNRegressor(loss="poisson", **SMALL).fit(X, 1000 * counts)
    np.testing.assert_allclose(many.predict(X), 1000 * one.predict(X), rtol=1e-9)


def test_a_count_model_starts_at_the_log_of_the_mean():
    counts = RNG.poisson(7.0, size=120)
    model = FFNNRegressor(
        loss="poisson", initializer="zeros", learning_rate=1e-12, max_iter=1
    ).fit(X, counts)
    np.testing.assert_allclose(model.intercepts_[-1], np.log(counts.mean()), rtol=1e-9)


def test_the_loss_is_reported_in_the_units_of_the_target():
    small = FFNNRegressor(**SMALL).fit(X, y)
    large = FFNNRegressor(**SMALL).fit(X, 100 * y)
    np.testing.assert_allclose(large.loss_curve_, 1e4 * np.array(small.loss_curve_))
    mean_square = ((small.predict(X) - y) ** 2).mean()
    np.testing.assert_allclose(small.loss_, mean_square, rtol=0.1)


def test_without_scaling_the_network_trains_on_the_target_as_it_is():
    params = {**SMALL, "learning_rate": 0.01, "max_iter": 100}
    far = FFNNRegressor(scale_target=False, **params).fit(X, y + 1000)
    assert far.score(X, y + 1000) < 0
    assert FFNNRegressor(**params).fit(X, y + 1000).score(X, y + 1000) > 0.8


# ---- weights --------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 4, 32, 400])
def test_a_weighted_mean_is_recovered_at_any_batch_size(batch_size):
    rng = np.random.default_rng(1)
    target = rng.integers(2, size=400).astype(float)
    w = np.where(target > 0, 3.0, 1.0)
    constant = np.zeros((400, 1))
    model = FFNNRegressor(
        hidden_layer_sizes=(),
        solver=SGD(),
        learning_rate=0.02 if batch_size < 400 else 0.3,
        learning_rate_schedule="cosine",
        batch_size=batch_size,
        max_iter=60,
        n_iter_no_change=60,
        random_state=0,
        scale_target=False,
    ).fit(constant, target, w)
    expected = np.average(target, weights=w)
    np.testing.assert_allclose(model.predict(constant[:1]), expected, atol=0.01)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_only_the_ratios_of_weights_matter(solver):
    w = RNG.exponential(size=120)
    one = FFNNRegressor(solver=solver, **SMALL).fit(X, y, w)
    # A power of two, so that scaling rounds nothing.
    other = FFNNRegressor(solver=solver, **SMALL).fit(X, y, w / 1024)
    np.testing.assert_allclose(other.predict(X), one.predict(X), rtol=1e-10)


@pytest.mark.parametrize(
    "params", [{"solver": "adam"}, {"solver": "lbfgs", "max_iter": 15}]
)
def test_rows_of_no_weight_are_as_good_as_absent(params):
    w = np.r_[np.ones(80), np.zeros(40)]
    params = {**SMALL, **params}
    if params["solver"] == "adam":
        params["batch_size"] = 80
    absent = FFNNRegressor(**params).fit(X[:80], y[:80])
    if params["solver"] == "adam":
        params["batch_size"] = 120
    present = FFNNRegressor(**params).fit(X, y, w)
    np.testing.assert_allclose(present.predict(X), absent.predict(X), rtol=1e-6)


def test_a_batch_of_no_weight_changes_nothing():
    model = FFNNRegressor(**SMALL).partial_fit(X, y)
    before = pickle.loads(pickle.dumps(model))
    model.partial_fit(X, y, sample_weight=np.zeros(120))
    np.testing.assert_array_equal(model.predict(X), before.predict(X))


def test_the_penalty_does_not_depend_on_the_size_of_the_batch():
    params = {**SMALL, "hidden_layer_sizes": (), "alpha": 1.0, "max_iter": 600}
    params |= {"learning_rate": 0.02, "learning_rate_schedule": "cosine"}
    params |= {"n_iter_no_change": np.inf}
    small, full = (FFNNRegressor(batch_size=m, **params).fit(X, y) for m in (10, 120))
    np.testing.assert_allclose(small.coefs_[0], full.coefs_[0], rtol=0.02, atol=1e-3)
    free = FFNNRegressor(**{**params, "alpha": 0.0}).fit(X, y)
    assert np.abs(full.coefs_[0]).sum() < 0.8 * np.abs(free.coefs_[0]).sum()


# ---- going on -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"solver": "sgd", "learning_rate_schedule": "invscaling"},
        {"solver": SGD(momentum=0.9, nesterov=True), "dropout": 0.2},
        {"solver": "adamw", "activation": "prelu"},
        {"solver": "rmsprop", "batch_size": 7},
    ],
)
@pytest.mark.parametrize("kind", [FFNNRegressor, FFNNClassifier])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_warm_start_goes_on_as_if_training_had_not_stopped(kind, params, dtype):
    data = X.astype(dtype), labels if kind is FFNNClassifier else 1e3 + 7 * y
    params = {**SMALL, "n_iter_no_change": np.inf, "warm_start": True, **params}
    whole = kind(**{**params, "max_iter": 11}).fit(*data)
    parts = kind(**{**params, "max_iter": 4}).fit(*data)
    parts.set_params(max_iter=7).fit(*data)
    assert_same_bits(parts, whole)


def test_training_in_parts_is_partial_fit():
    same = SMALL | {
        "encoder": None,
        # "auto" is for whole data in fit, for chunks in a stream.
        "batch_size": 50,
        "learning_rate_schedule": "constant",
    }
    whole = FFNNClassifier(**same | {"max_iter": 6}).fit(X, labels)
    parts = FFNNClassifier(**same)
    for _ in range(6):
        parts.partial_fit(X, labels, classes=["no", "yes"])
    assert_same_bits(parts, whole)


@pytest.mark.parametrize("kind", [FFNNRegressor, FFNNClassifier])
def test_a_pickle_between_two_calls_changes_nothing(kind):
    target = labels if kind is FFNNClassifier else y
    known = {"classes": ["no", "yes"]} if kind is FFNNClassifier else {}
    straight, pickled = kind(dropout=0.1, **SMALL), kind(dropout=0.1, **SMALL)
    for rows in (slice(0, 50), slice(50, 51), slice(51, 120)):
        straight.partial_fit(X[rows], target[rows], **known)
        pickled = pickle.loads(pickle.dumps(pickled))
        pickled.partial_fit(X[rows], target[rows], **known)
    assert_same_bits(straight, pickled)


def test_every_call_of_partial_fit_draws_a_new_order(monkeypatch):
    orders = []
    draw = Batches.draw

    def record(batches, rng):
        for batch, space in draw(batches, rng):
            orders.append(batch.Y[0, 0])
            yield batch, space

    monkeypatch.setattr(Batches, "draw", record)
    model = FFNNRegressor(batch_size=1, scale_target=False, **SMALL)
    for _ in range(3):
        model.partial_fit(X[:30], y[:30])
    calls = [tuple(orders[i : i + 30]) for i in (0, 30, 60)]
    assert len(set(calls)) == 3
    assert {tuple(sorted(call)) for call in calls} == {tuple(np.sort(y[:30]))}


def test_a_stream_of_single_rows_learns_a_target_far_from_zero():
    model = FFNNRegressor(hidden_layer_sizes=(16,), learning_rate=0.01, random_state=0)
    for _ in range(5):
        for i in range(120):
            model.partial_fit(X[i : i + 1], 1e6 + 1e5 * y[i : i + 1])
    assert model.score(X, 1e6 + 1e5 * y) > 0.6


def test_new_statistics_of_the_target_leave_the_predictions_where_they_were():
    model = FFNNRegressor(**{**SMALL, "learning_rate": 1e-12, "alpha": 0.0})
    model.partial_fit(X, y)
    before = model.predict(X)
    model.partial_fit(X, 50 + 10 * y)
    np.testing.assert_allclose(model.predict(X), before, rtol=1e-6, atol=1e-6)


def test_weights_set_by_the_user_are_what_partial_fit_goes_on_from():
    model = FFNNRegressor(**{**SMALL, "learning_rate": 1e-12}).partial_fit(X, y)
    model.coefs_[-1] = np.zeros_like(model.coefs_[-1])
    model.partial_fit(X, y)
    assert np.abs(model.coefs_[-1]).max() < 1e-6


def test_training_state_is_kept_only_where_training_can_go_on():
    wide = {"hidden_layer_sizes": (300, 300), "max_iter": 2, "random_state": 0}
    fitted = FFNNClassifier(**wide).fit(X, labels)
    weights = sum(array.nbytes for array in fitted.coefs_ + fitted.intercepts_)
    assert len(pickle.dumps(fitted)) <= 1.2 * weights
    assert len(pickle.dumps(FFNNClassifier(warm_start=True, **wide).fit(X, labels))) > (
        2 * weights
    )


# ---- stopping, seeds, precision, forms of input ---------------------------------------


@pytest.mark.parametrize("n_iter_no_change", [1, 5])
def test_training_stops_after_exactly_that_many_epochs_without_improvement(
    n_iter_no_change,
):
    model = FFNNRegressor(
        learning_rate=1e-300, n_iter_no_change=n_iter_no_change, batch_size=120
    ).fit(X, y)
    assert model.n_iter_ == 1 + n_iter_no_change


def test_adaptive_falls_at_every_plateau_and_then_ends():
    model = FFNNRegressor(
        learning_rate=1e-300,
        learning_rate_schedule="adaptive",
        n_iter_no_change=3,
        batch_size=120,
    ).fit(X, y)
    # 0.2⁴ is the last factor of at least 1e-3: 5 plateaus of 3 epochs.
    assert model.n_iter_ == 1 + 5 * 3


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_the_same_seed_gives_the_same_bits(solver):
    dropout = {} if solver == "lbfgs" else {"dropout": 0.3, "batch_size": 32}
    fits = [FFNNRegressor(solver=solver, **dropout, **SMALL).fit(X, y) for _ in range(2)]
    assert_same_bits(*fits)


@pytest.mark.parametrize("solver", ["adam", "sgd", "rmsprop", "adamw", "lbfgs"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_and_predictions_have_the_precision_of_the_input(solver, dtype):
    model = FFNNRegressor(solver=solver, **SMALL).fit(X.astype(dtype), y)
    assert {array.dtype for array in model.coefs_ + model.intercepts_} == {np.dtype(dtype)}
    assert model.predict(X.astype(dtype)).dtype == dtype


def test_sparse_input_trains_as_dense_input_does():
    thin = X * (RNG.random(X.shape) < 0.4)
    params = SMALL | {"encoder": None, "batch_size": 16}  # else sparse X is not centred
    dense = FFNNClassifier(**params).fit(thin, labels)
    for form in (sparse.csr_matrix, sparse.csc_array, sparse.coo_array):
        model = FFNNClassifier(**params).fit(form(thin), labels)
        np.testing.assert_allclose(
            model.predict_proba(form(thin)), dense.predict_proba(thin), rtol=1e-8
        )


@pytest.mark.parametrize("kind", [FFNNRegressor, FFNNClassifier])
def test_the_input_is_never_written_to(kind):
    data = [X.copy(), labels.copy() if kind is FFNNClassifier else y.copy(), np.ones(120)]
    for array in data:
        array.setflags(write=False)
    model = kind(batch_size=120, shuffle=False, **SMALL).fit(*data)
    model.predict(data[0])
    np.testing.assert_array_equal(data[0], X)


def test_log_probabilities_are_finite_far_out():
    for target in (labels, RNG.integers(3, size=120), RNG.integers(2, size=(120, 3))):
        model = FFNNClassifier(**SMALL).fit(X, target)
        assert np.isfinite(model.predict_log_proba(1e6 * X)).all()


def test_multilabel_probabilities_are_never_0_or_1():
    model = FFNNClassifier(**SMALL).fit(X, RNG.integers(2, size=(120, 3)))
    P = model.predict_proba(1e6 * X)
    assert ((P > 0) & (P < 1)).all()


def test_hidden_representation_is_what_goes_into_the_last_layer():
    model = FFNNRegressor(hidden_layer_sizes=(9, 6), random_state=0, max_iter=3).fit(X, y)
    H = model.hidden_representation(X)
    assert H.shape == (120, 6)
    assert model.hidden_representation(X, layer=0).shape == (120, 9)
    expected = H @ model.coefs_[-1] + model.intercepts_[-1]
    np.testing.assert_allclose(expected[:, 0], model.predict(X), rtol=1e-12)


def test_initial_weights_and_schedule_can_be_functions():
    seen = []
    model = FFNNRegressor(
        encoder=None,
        initializer=lambda rng, shape: np.full(shape, 0.01),
        learning_rate_schedule=lambda progress: seen.append(progress) or 0.0,
        **SMALL,
    ).fit(X, y)
    np.testing.assert_array_equal(model.coefs_[0], np.full((4, 16), 0.01))
    assert min(seen) == 0
    assert max(seen) <= 1


def test_partial_fit_is_hidden_for_lbfgs():
    for kind in (FFNNRegressor, FFNNClassifier):
        assert hasattr(kind(), "partial_fit")
        assert not hasattr(kind(solver="lbfgs"), "partial_fit")
