"""Where rows and weights go in one fit, by hand in NumPy; and where warnings point."""

import warnings

import numpy as np
import pytest
from scipy.special import expit, log_expit, softmax
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.model_selection import KFold, cross_val_score, learning_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import LBFGS, SGD, FFNNClassifier, FFNNRegressor
from sknn.engine import lbfgs

RNG = np.random.default_rng(0)
N = 67
X = np.column_stack([np.arange(N) / N, RNG.normal(size=(N, 3))])
y = 5 + X[:, 1] - X[:, 2] ** 2
labels = (X[:, 1] > 0).astype(int)
w = RNG.uniform(0.5, 2, size=N)
QUICK = {"hidden_layer_sizes": (5,), "random_state": 0, "max_iter": 3}
QUICK |= {"learning_rate": 0.01, "learning_rate_schedule": "cosine"}


def target_for(kind):
    return labels if kind is FFNNClassifier else y


def assert_same_bits(one, other):
    for a, b in zip(
        one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_, strict=True
    ):
        np.testing.assert_array_equal(a, b)


# ---- held-out rows ----------------------------------------------------------------------


class Rising:
    """A scorer that finds every epoch better than the last, and keeps what it is shown."""

    score = 0

    def __call__(self, estimator, X, y, sample_weight=None):
        self.X, self.score = X, self.score + 1
        return self.score


def watching(kind, shuffle):
    """Return an estimator of seven batches that holds out rows."""
    params = {"early_stopping": True, "batch_size": 10, "shuffle": shuffle}
    return kind(scoring=Rising(), **params, **QUICK)


def split_of(model):
    """Return the rows that were trained on, and those held out, by X's first column."""
    held = np.sort(np.rint(model.scoring.X[:, 0] * N).astype(int))
    return np.setdiff1d(np.arange(N), held), held


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("weights", [None, w])
@pytest.mark.parametrize("kind", [FFNNRegressor, FFNNClassifier])
class TestHeldOutRows:
    def test_training_in_batches_is_as_if_they_had_never_been_in_x(
        self, kind, weights, shuffle
    ):
        target = target_for(kind)
        whole = watching(kind, shuffle).fit(X, target, weights)
        rest, held = split_of(whole)
        assert 6 <= len(held) <= 8
        given = {"X_val": X[held], "y_val": target[held]}
        if weights is not None:
            given |= {"sample_weight": w[rest], "sample_weight_val": w[held]}
        part = watching(kind, shuffle).fit(X[rest], target[rest], **given)
        assert_same_bits(whole, part)

    def test_the_weights_do_not_depend_on_what_is_in_them(
        self, kind, weights, shuffle, monkeypatch
    ):
        target = target_for(kind)
        clean = watching(kind, shuffle).fit(X, target, weights)
        rest, held = split_of(clean)
        # The split depends on the values of a row, so it is kept as it was.
        monkeypatch.setattr("sknn.fitting.checking.split", lambda *_: (rest, held))
        poison_X, poison_y = X.copy(), target.copy()
        poison_X[held] = 1e6
        poison_y[held] = 1 - target[held] if kind is FFNNClassifier else 1e9
        poison_w = None if weights is None else np.where(np.isin(range(N), held), 99, w)
        poisoned = watching(kind, shuffle).fit(poison_X, poison_y, poison_w)
        assert_same_bits(clean, poisoned)
        assert clean.loss_curve_ == poisoned.loss_curve_


# ---- batches ----------------------------------------------------------------------------


def linear(**params):
    """Return a linear model that starts from 0, with plain steps on y as it is."""
    defaults = {
        "encoder": None,
        "solver": SGD(),
        "scale_target": False,
        "initializer": "zeros",
    }
    defaults |= {"learning_rate_schedule": "cosine", "n_iter_no_change": np.inf}
    return FFNNRegressor(hidden_layer_sizes=(), **defaults | params)


@pytest.mark.parametrize("weights", [np.ones(12), w[:12]])
def test_without_shuffling_the_steps_are_those_of_a_loop_over_the_rows_in_order(weights):
    alpha = 0.3
    params = {"shuffle": False, "batch_size": 4, "max_iter": 2, "learning_rate": 0.1}
    model = linear(alpha=alpha, **params).fit(X[:12], y[:12], weights)
    W, b, losses = np.zeros(4), 0.0, []
    for step in range(6):
        rows = slice(4 * (step % 3), 4 * (step % 3) + 4)
        rate = 0.1 * (1 + np.cos(np.pi * step / 6)) / 2
        error = X[rows] @ W + b - y[rows]
        share = weights[rows] / weights.mean() / 4
        losses.append(share @ error**2)
        W = W - rate * (X[rows].T @ (2 * share * error) + alpha * W)
        b -= rate * (2 * share * error).sum()
    np.testing.assert_allclose(model.coefs_[0][:, 0], W, rtol=1e-12)
    np.testing.assert_allclose(model.intercepts_[0][0], b, rtol=1e-12)
    by_epoch = np.reshape(losses, (2, 3)).mean(axis=1)
    np.testing.assert_allclose(model.loss_curve_, by_epoch, rtol=1e-12)


class Spy:
    """A loss that keeps the targets of every batch."""

    def __init__(self):
        self.batches = []

    def value(self, y, a):
        return (a - y) ** 2

    def gradient(self, y, a):  # asked for in steps alone
        self.batches.append(y[:, 0].copy())
        return 2 * (a - y)


def batches_of(n, epochs, **params):
    """Return the batches of a fit to rows that are numbered by their targets."""
    spy = Spy()
    linear(loss=spy, max_iter=epochs, random_state=0, **params).fit(np.eye(n), np.arange(n))
    return spy.batches


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(
    ("n", "size", "expected"),
    [(10, 4, [3, 3, 4]), (10, 5, [5, 5]), (11, 10, [5, 6]), (7, 1, [1] * 7), (9, 9, [9])],
)
def test_the_batches_of_an_epoch_differ_by_at_most_one_row(n, size, expected, shuffle):
    batches = batches_of(n, 1, batch_size=size, shuffle=shuffle)
    assert sorted(map(len, batches)) == expected
    np.testing.assert_array_equal(np.sort(np.concatenate(batches)), np.arange(n))


def test_every_epoch_takes_all_rows_in_an_order_of_its_own():
    rows = np.concatenate(batches_of(30, 4, batch_size=7)).reshape(4, 30)
    np.testing.assert_array_equal(np.sort(rows), np.tile(np.arange(30), (4, 1)))
    assert len({*map(tuple, rows), tuple(range(30))}) == 5


# ---- L-BFGS over several blocks ---------------------------------------------------------


def many_rows(n):
    """Return X, y and weights whose slopes and level change from row to row."""
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(n, 3))
    late = np.linspace(0, 1, n) ** 3
    target = inputs @ [1.0, -2.0, 0.5] + 3 * late * (1 + inputs[:, 0])
    return inputs, target, rng.uniform(0.1, 1 + late)


def ridge(inputs, target, weights, alpha):
    """Return slopes and intercept at the minimum of the documented cost."""
    share = weights / weights.sum()
    mean = share @ target
    std = np.sqrt(share @ (target - mean) ** 2)
    A = np.column_stack([inputs, np.ones(len(inputs))])
    penalty = np.diag([alpha] * inputs.shape[1] + [0.0])
    right = 2 * A.T @ (share * (target - mean) / std)
    theta = std * np.linalg.solve(2 * (A.T * share) @ A + penalty, right)
    return theta[:-1], theta[-1] + mean


# On some processors rounding ends the last line search, at the minimum: SciPy's ABNORMAL.
@pytest.mark.filterwarnings("ignore:.*ABNORMAL:sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("n", "rows"), [(4097, None), (9001, None), (40, 7)])
def test_lbfgs_in_blocks_ends_at_the_closed_form_of_ridge(n, rows, weighted, monkeypatch):
    if rows is not None:
        monkeypatch.setattr(lbfgs, "ROWS", rows)
    inputs, target, weights = many_rows(n)
    weights = weights if weighted else np.ones(n)
    model = FFNNRegressor(
        encoder=None, hidden_layer_sizes=(), solver="lbfgs", alpha=0.1, tol=1e-8
    )
    model.fit(inputs, target, weights)
    coef, intercept = ridge(inputs, target, weights, 0.1)
    np.testing.assert_allclose(model.coefs_[0][:, 0], coef, rtol=1e-6)
    np.testing.assert_allclose(model.intercepts_[0][0], intercept, rtol=1e-6)
    loss = np.average((model.predict(inputs) - target) ** 2, weights=weights)
    np.testing.assert_allclose(model.loss_, loss, rtol=1e-12)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_lbfgs_takes_the_same_steps_in_blocks_as_over_all_rows_at_once(monkeypatch):
    inputs, target, weights = many_rows(4097)
    model = FFNNRegressor(
        hidden_layer_sizes=(6,), solver="lbfgs", max_iter=4, random_state=0
    )
    curves = []
    for rows in (4096, 10_000):
        monkeypatch.setattr(lbfgs, "ROWS", rows)
        curves.append(model.fit(inputs, target, weights).loss_curve_)
    np.testing.assert_allclose(curves[0], curves[1], rtol=1e-9)


def test_the_settings_of_lbfgs_reach_scipy_and_its_reason_the_user(monkeypatch):
    calls = []

    def minimize(*args, options, **kwargs):
        result = original(*args, options=options, **kwargs)
        calls.append((options, result))
        return result

    original = lbfgs.minimize
    monkeypatch.setattr(lbfgs, "minimize", minimize)
    solver = LBFGS(memory=3, max_fun=4)
    model = FFNNRegressor(solver=solver, max_iter=77, tol=1e-7, random_state=0)
    with pytest.warns(ConvergenceWarning, match="before the cost stopped") as caught:
        model.fit(X, y)
    ((options, result),) = calls
    assert (options["maxcor"], options["maxfun"]) == (3, 4)
    assert (options["maxiter"], options["gtol"]) == (77, 1e-7)
    assert model.n_iter_ == result.nit < 6
    assert result.message in str(caught[0].message)
    assert f"after {result.nit} iterations" in str(caught[0].message)


def test_lbfgs_ends_at_its_last_iterate_not_where_it_looked_last(monkeypatch):
    def minimize(cost, *args, **kwargs):
        result = original(cost, *args, **kwargs)
        cost(result.x + 1)  # as in a search along a line that finds nothing better
        return result

    params = {"hidden_layer_sizes": (), "solver": "lbfgs", "random_state": 0}
    expected = FFNNRegressor(**params).fit(X, y)
    original = lbfgs.minimize
    monkeypatch.setattr(lbfgs, "minimize", minimize)
    assert_same_bits(FFNNRegressor(**params).fit(X, y), expected)


# ---- numbers too large ------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("level", [0, 1])
def test_a_target_whose_variance_overflows_is_refused(level, solver):
    model = FFNNRegressor(solver=solver)
    with pytest.raises(ValueError, match="y is too large to be scaled"):
        model.fit(X[:66], 1e200 * (level + np.tile([-1.0, 1.0], 33)))
    assert not hasattr(model, "coefs_")


@pytest.mark.parametrize("kind", [FFNNRegressor, FFNNClassifier])
def test_parameters_that_overflow_in_the_last_step_are_refused(kind):
    params = {"solver": "sgd", "learning_rate": 1e308, "batch_size": len(X)}
    model = kind(max_iter=1, random_state=0, **params)
    with pytest.raises(ValueError, match="diverged.*after the last step"):
        model.fit(1e3 * X, target_for(kind))
    assert not hasattr(model, "coefs_")


# ---- probabilities far off --------------------------------------------------------------


def test_a_small_probability_of_two_keeps_all_its_digits():
    model = FFNNClassifier(**QUICK | {"learning_rate": 0.1}).fit(X, labels)
    factors = np.array([1, 10, 100, 1000])
    far = (factors[:, np.newaxis, np.newaxis] * X).reshape(-1, 4)
    z = model.decision_function(far)
    z, far = z[np.abs(z) < 700], far[np.abs(z) < 700]
    assert z.min() < -50
    assert z.max() > 50
    P = model.predict_proba(far)
    np.testing.assert_allclose(P, np.column_stack([expit(-z), expit(z)]), rtol=1e-12)
    assert P.min() > 0


def test_one_against_the_rest_gives_probabilities_however_far_off():
    model = FFNNClassifier(
        encoder=None,
        hidden_layer_sizes=(),
        output_activation="sigmoid",
        learning_rate=1e-300,
        learning_rate_schedule="cosine",
        max_iter=1,
    )
    W = np.zeros((4, 3))
    W[0] = [-1, -1.0001, -1.0002]
    model.fit(X, np.digitize(X[:, 1], [-0.5, 0.5]), coefs_init=[W])
    Z = 1e4 * X @ W
    assert expit(Z[-1]).sum() == 0  # all outputs of a row, rounded
    P = model.predict_proba(1e4 * X)
    assert np.isfinite(P).all()
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-10)
    np.testing.assert_allclose(P, np.exp(model.predict_log_proba(1e4 * X)), rtol=1e-12)
    np.testing.assert_allclose(P, softmax(log_expit(Z), axis=1), rtol=1e-9)


# ---- where warnings point ---------------------------------------------------------------

CONSTANT = {"learning_rate_schedule": "constant"}
FIT_WARNINGS = {
    # message: (class, estimator, parameters, y)
    "A column-vector y": (DataConversionWarning, FFNNRegressor, {}, y[:, np.newaxis]),
    "max_iter=3 was reached": (ConvergenceWarning, FFNNRegressor, CONSTANT, y),
    "ended after": (
        ConvergenceWarning,
        FFNNClassifier,
        {"solver": LBFGS(max_fun=2), "learning_rate": 1e-3} | CONSTANT,
        labels,
    ),
    "batch_size=999": (UserWarning, FFNNRegressor, {"batch_size": 999}, y),
    "does not use learning_rate=0.01": (
        UserWarning,
        FFNNRegressor,
        {"solver": "lbfgs", "max_iter": 999, "hidden_layer_sizes": ()} | CONSTANT,
        y,
    ),
    "too few for 9 classes": (
        UserWarning,
        FFNNClassifier,
        {"early_stopping": True},
        np.arange(N) % 9,
    ),
    "only ones of their class": (
        UserWarning,
        FFNNClassifier,
        {"early_stopping": True},
        np.r_[2, labels[1:]],
    ),
}


def halves(model, target):
    """Cross-validate, with rows of all kinds in both halves."""
    cross_val_score(model, X, target, cv=KFold(2, shuffle=True, random_state=0))


WAYS = {
    "alone": lambda model, target: model.fit(X, target),
    "in a pipeline": lambda model, target: make_pipeline(StandardScaler(), model).fit(
        X, target
    ),
    "in cross-validation": halves,
}


def warned(category, message, call):
    """Return the files that warnings of that kind point at."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    found = [each for each in caught if message in str(each.message)]
    assert {each.category for each in found} == {category}
    return {each.filename for each in caught}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("message", FIT_WARNINGS)
def test_a_warning_of_fit_points_at_the_line_of_the_user(message, way):
    category, kind, params, target = FIT_WARNINGS[message]
    model = kind(**QUICK | params)
    assert warned(category, message, lambda: WAYS[way](model, target)) == {__file__}


def test_a_warning_of_partial_fit_points_at_the_line_of_the_user():
    model = FFNNRegressor(early_stopping=True, **QUICK)
    files = warned(UserWarning, "no effect in partial_fit", lambda: model.partial_fit(X, y))
    assert files == {__file__}
    model = FFNNRegressor(**QUICK | {"max_iter": 1}).partial_fit(X, y)
    message = "1 epochs already"
    assert warned(UserWarning, message, lambda: model.partial_fit(X, y)) == {__file__}


def test_a_warning_of_partial_fit_called_by_scikit_learn_points_at_the_user():
    model = FFNNRegressor(early_stopping=True, **QUICK)

    def call():
        learning_curve(model, X, y, cv=2, exploit_incremental_learning=True)

    assert warned(UserWarning, "no effect in partial_fit", call) == {__file__}
