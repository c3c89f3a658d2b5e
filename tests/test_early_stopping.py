"""Early stopping: when training ends, and that it ends with the best network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import mean_squared_error
from stopping_parts import Recorder, Scripted, assert_same_weights, noisy_data, overfitting

from sknn import FFNNClassifier, FFNNRegressor

SOLVERS = ["sgd", "adam", "adamw", "rmsprop", "lbfgs"]


@pytest.fixture
def noisy():
    return noisy_data()


# ---- with what it ends ------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("solver", SOLVERS)
def test_training_ends_with_the_network_that_scored_best(noisy, solver, dtype):
    X, y, X_val, y_val = noisy
    recorder = Recorder("neg_mean_squared_error")
    model = overfitting(solver=solver, scoring=recorder)
    model.fit(X.astype(dtype), y, X_val=X_val.astype(dtype), y_val=y_val)
    assert model.best_iter_ < model.n_iter_
    assert recorder.again(model) == model.best_score_ == max(model.validation_scores_)
    assert model.best_iter_ == np.argmax(model.validation_scores_) + 1


@pytest.mark.parametrize("solver", SOLVERS)
def test_after_any_number_of_refits_the_model_scores_what_it_says(noisy, solver):
    X, y, _, _ = noisy
    recorder = Recorder("r2")
    model = overfitting(
        solver=solver, scoring=recorder, warm_start=True, n_iter_no_change=4
    )
    for _ in range(4):
        model.fit(X, y)
        assert recorder.again(model) == model.best_score_ == max(model.validation_scores_)
        assert model.validation_scores_[model.best_iter_ - 1] == model.best_score_
        assert model.loss_ == model.loss_curve_[model.best_iter_ - 1]
        assert len(model.loss_curve_) == len(model.validation_scores_) == model.n_iter_


@pytest.mark.parametrize("solver", SOLVERS)
def test_refits_by_loss_keep_the_lowest_loss(noisy, solver):
    X, y, X_val, y_val = noisy
    params = {"clip_target": False, "warm_start": True, "n_iter_no_change": 3}
    model = overfitting(solver=solver, **params)
    for _ in range(3):
        model.fit(X, y, X_val=X_val, y_val=y_val)
        expected = mean_squared_error(y_val, model.predict(X_val))
        assert model.best_score_ == -min(model.validation_loss_curve_)
        np.testing.assert_allclose(-model.best_score_, expected, rtol=1e-12)


def test_the_network_is_the_one_that_training_had_at_its_best_epoch(noisy):
    X, y, X_val, y_val = noisy
    # A schedule with an end would depend on max_iter: the constant one does not.
    params = {"learning_rate_schedule": "constant"}
    best = overfitting(**params).fit(X, y, X_val=X_val, y_val=y_val)
    params |= {"early_stopping": False, "max_iter": best.best_iter_, "tol": 0.0}
    with pytest.warns(UserWarning, match="max_iter"):
        plain = overfitting(**params).fit(X, y)
    assert_same_weights(best, plain)
    assert best.loss_ == plain.loss_


def test_an_estimator_has_no_view_of_weights_that_go_on_changing(noisy):
    X, y, X_val, y_val = noisy
    model = overfitting(warm_start=True).fit(X, y, X_val=X_val, y_val=y_val)
    coefs = model.coefs_
    before = [W.copy() for W in coefs]
    model.fit(X, y, X_val=X_val, y_val=y_val)
    for W, then in zip(coefs, before, strict=True):
        np.testing.assert_array_equal(W, then)


def test_a_refit_that_improves_nothing_returns_the_network_it_started_from(noisy):
    X, y, X_val, y_val = noisy
    model = overfitting(scoring=Scripted(1, 3, 2), warm_start=True, n_iter_no_change=5)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    before = [W.copy() for W in model.coefs_]
    # The script has ended: the network to start from scores 2 from now on, as any other.
    model.set_params(scoring=Scripted(3, 2)).fit(X, y, X_val=X_val, y_val=y_val)
    for W, then in zip(model.coefs_, before, strict=True):
        np.testing.assert_array_equal(W, then)
    assert (model.best_iter_, model.best_score_) == (2, 3)
    assert model.n_iter_ == 7 + 5


def test_a_refit_after_a_stream_longer_than_its_curves_knows_its_loss(noisy, monkeypatch):
    monkeypatch.setattr("sknn.fitting.publishing.CURVE_LENGTH", 3)
    X, y, X_val, y_val = noisy
    model = overfitting(warm_start=True, n_iter_no_change=3)
    for _ in range(30):
        model.partial_fit(X, y, X_val=X_val, y_val=y_val)
    before = model.loss_
    model.fit(X, y, X_val=X_val, y_val=y_val)
    assert model.loss_ in [before, *model.loss_curve_]


# ---- when it ends -----------------------------------------------------------------------


@pytest.mark.parametrize("solver", SOLVERS)
def test_five_epochs_without_improvement_end_training(noisy, solver):
    X, y, _, _ = noisy
    model = overfitting(solver=solver, scoring=Scripted(1, 2, 3, 3), n_iter_no_change=5)
    model.fit(X, y)
    assert (model.n_iter_, model.best_iter_, model.best_score_) == (3 + 5, 3, 3)


def test_five_epochs_are_five_in_a_refit_as_well(noisy):
    X, y, _, _ = noisy
    model = overfitting(scoring=Scripted(1), n_iter_no_change=5, warm_start=True)
    assert [model.fit(X, y).n_iter_ for _ in range(3)] == [6, 11, 16]


def test_without_early_stopping_five_epochs_of_the_loss_end_training(noisy):
    X, y, _, _ = noisy
    # No epoch lowers the cost by more than all of it.
    model = overfitting(early_stopping=False, tol=1.0, n_iter_no_change=5).fit(X, y)
    assert model.n_iter_ == 1 + 5


def expected_epochs(scores, tol, n_iter_no_change):
    """Return how many epochs training takes, by the words of the documentation."""
    best, waited = scores[0], 0
    for epoch, score in enumerate(scores[1:], start=2):
        waited = 0 if score > best + tol else waited + 1
        best = max(best, score)
        if waited == n_iter_no_change:
            return epoch
    return len(scores)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    scores=st.lists(st.floats(-10, 10), min_size=1, max_size=12),
    tol=st.sampled_from([0.0, 0.1]),
    n_iter_no_change=st.integers(1, 4),
)
def test_training_ends_as_documented_for_any_scores(scores, tol, n_iter_no_change):
    model = FFNNRegressor(
        encoder=None,
        hidden_layer_sizes=(),
        early_stopping=True,
        scoring=Scripted(*scores),
        tol=tol,
        n_iter_no_change=n_iter_no_change,
        max_iter=len(scores),
        learning_rate_schedule=lambda progress: 1.0,
    ).fit(np.eye(6), np.arange(6.0))
    assert model.n_iter_ == expected_epochs(scores, tol, n_iter_no_change)
    done = scores[: model.n_iter_]
    assert model.best_score_ == max(done)
    assert model.best_iter_ == done.index(max(done)) + 1


@pytest.mark.parametrize("scoring", ["loss", "r2"])
@pytest.mark.parametrize("early_stopping", [True, False])
def test_the_unit_of_y_does_not_matter(noisy, scoring, early_stopping):
    X, y, X_val, y_val = noisy
    params = {"scoring": scoring, "early_stopping": early_stopping, "tol": 0.1}
    params |= {"n_iter_no_change": 2}
    epochs = [
        overfitting(**params).fit(X, unit * y, X_val=X_val, y_val=unit * y_val).n_iter_
        for unit in (1, 1e6, 1e-6)
    ]
    assert epochs[0] == epochs[1] == epochs[2] < 100


@pytest.mark.parametrize(("n", "holds_out"), [(10_000, False), (10_001, True)])
def test_auto_holds_rows_out_above_ten_thousand(n, holds_out):
    X = np.linspace(-1, 1, n)[:, np.newaxis]
    model = FFNNRegressor(
        hidden_layer_sizes=(),
        early_stopping="auto",
        max_iter=1,
        learning_rate_schedule="cosine",
    ).fit(X, X[:, 0])
    assert hasattr(model, "best_score_") == holds_out


@pytest.mark.parametrize("wanted", [False, True, "auto"])
def test_given_examples_decide_unless_early_stopping_is_false(noisy, wanted):
    X, y, X_val, y_val = noisy
    model = overfitting(early_stopping=wanted, n_iter_no_change=5, scoring=Scripted(0))
    model.set_params(max_iter=12, learning_rate_schedule="cosine")
    model.fit(X, y, X_val=X_val, y_val=y_val)
    assert model.n_iter_ == (6 if wanted else 12)
    assert hasattr(model, "best_iter_") == bool(wanted)


def test_an_adaptive_rate_falls_when_the_held_out_score_stops_improving(noisy):
    X, y, _, _ = noisy
    model = overfitting(
        scoring=Scripted(1), n_iter_no_change=2, learning_rate_schedule="adaptive"
    ).fit(X, y)
    rates = np.array(model.learning_rate_curve_) / 0.02
    np.testing.assert_allclose(rates[:7], [1, 1, 1, 0.2, 0.2, 0.04, 0.04])


# ---- streams ----------------------------------------------------------------------------


def stream(model, X, y, X_val, y_val, epochs=25, **first):
    """Yield the weights that `model` has after every call of partial_fit."""
    for epoch in range(epochs):
        rows = slice(20 * (epoch % 2), 20 * (epoch % 2) + 20)
        more = first if epoch == 0 else {}
        model.partial_fit(X[rows], y[rows], X_val=X_val, y_val=y_val, **more)
        yield [W.copy() for W in model.coefs_]


def assert_a_stream_publishes_its_best(watched, plain, data, **first):
    latest = list(stream(plain, *data, **first))
    published = list(stream(watched, *data, **first))
    scores = plain.validation_scores_
    # Training went on from the latest network, as if nobody had looked.
    assert watched.validation_scores_ == scores
    assert len(set(np.maximum.accumulate(scores))) < len(scores)
    for epoch, coefs in enumerate(published):
        best = int(np.argmax(scores[: epoch + 1]))
        for W, W_best in zip(coefs, latest[best], strict=True):
            np.testing.assert_array_equal(W, W_best)
    assert watched.best_score_ == pytest.approx(max(scores), rel=1e-12)
    assert watched.best_iter_ == np.argmax(scores) + 1
    assert watched.loss_ == plain.loss_curve_[watched.best_iter_ - 1]


@pytest.mark.parametrize("scale_target", [True, False])
def test_a_regressors_stream_publishes_the_best_and_goes_on_from_the_latest(
    noisy, scale_target
):
    params = {"scale_target": scale_target, "learning_rate": 0.1}
    watched, plain = overfitting(**params), overfitting(early_stopping=False, **params)
    assert_a_stream_publishes_its_best(watched, plain, noisy)


def test_a_classifiers_stream_publishes_the_best_and_goes_on_from_the_latest(noisy):
    X, y, X_val, y_val = noisy
    watched = FFNNClassifier(
        early_stopping=True, learning_rate=0.05, scoring="neg_log_loss", random_state=0
    )
    plain = FFNNClassifier(**watched.get_params() | {"early_stopping": False})
    data = (X, y > 0, X_val, y_val > 0)
    assert_a_stream_publishes_its_best(watched, plain, data, classes=[False, True])


def test_early_stopping_in_a_stream_without_held_out_examples_is_warned_of(noisy):
    X, y, _, _ = noisy
    model = overfitting()
    with pytest.warns(
        UserWarning, match="no effect in partial_fit without a validation set"
    ):
        model.partial_fit(X, y)
    assert model.n_iter_ == 1
    overfitting(early_stopping="auto").partial_fit(X, y)


@pytest.mark.parametrize(
    ("params", "remedy"),
    [
        (
            {"learning_rate_schedule": "constant"},
            'Set learning_rate_schedule="cosine", or raise max_iter',
        ),
        ({"solver": "lbfgs"}, "Raise max_iter"),
    ],
)
def test_who_stops_early_is_not_told_to_do_so(noisy, params, remedy):
    X, y, _, _ = noisy
    model = FFNNRegressor(early_stopping=True, max_iter=3, random_state=0, **params)
    message = f"before the validation score stopped improving. {remedy}"
    with pytest.warns(ConvergenceWarning, match=message) as caught:
        model.fit(X, y)
    assert "early_stopping" not in str(caught[0].message)
