"""scikit-learn's callbacks: progress bars, score monitors, and a hand on the switch."""

import numpy as np
import pandas as pd
import pytest
from callback_parts import (
    Counting,
    Meddling,
    Raising,
    Recording,
    StopAfter,
    epochs_trained,
    second_is_best,
)
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknn import FFNNClassifier, FFNNRegressor

callback = pytest.importorskip("sklearn.callback", reason="new in scikit-learn 1.9")

BOTH = pytest.mark.parametrize("estimator_class", [FFNNRegressor, FFNNClassifier])
SOLVERS = pytest.mark.parametrize("solver", ["adam", "lbfgs"])


def network(estimator_class, **params):
    """Return a small estimator that trains for four epochs."""
    defaults = {"hidden_layer_sizes": (4,), "max_iter": 4, "random_state": 0}
    if params.get("solver") != "lbfgs":
        defaults["learning_rate_schedule"] = "cosine"
    return estimator_class(**defaults | params)


@pytest.fixture
def frame():
    """X and y as pandas objects; y suits both estimators."""
    X = np.random.default_rng(0).normal(size=(60, 3))
    return pd.DataFrame(X, columns=["a", "b", "c"]), pd.Series((X[:, 0] > 0).astype(int))


def assert_same_weights(one, other):
    for W, W_other in zip(one.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(W, W_other)


# ---- what callbacks are told ------------------------------------------------------------


@BOTH
def test_callbacks_are_told_of_the_fit_and_every_epoch(estimator_class, frame):
    recording = Recording()
    network(estimator_class).set_callbacks(recording).fit(*frame)
    told = [(seen.hook, seen.task, seen.number) for seen in recording.seen]
    epochs = [(hook, "epoch", k) for k in range(4) for hook in ("begin", "end")]
    assert told == [
        ("setup", "fit", 0),
        ("begin", "fit", 0),
        *epochs,
        ("end", "fit", 0),
        ("teardown", "fit", 0),
    ]


@BOTH
def test_every_iteration_of_lbfgs_is_an_epoch(estimator_class, frame):
    recording = Recording()
    model = network(estimator_class, solver="lbfgs", max_iter=500, tol=1e-2)
    model.set_callbacks(recording).fit(*frame)
    assert len(recording.named("end", "epoch")) == model.n_iter_ > 1


@BOTH
@SOLVERS
def test_callbacks_get_the_very_objects_that_the_user_passed(
    estimator_class, solver, frame
):
    X, y = frame
    w = pd.Series(np.linspace(1, 2, 60))
    recording = Recording()
    model = network(estimator_class, solver=solver, max_iter=100, tol=0.1)
    model.set_callbacks(recording).fit(X, y, sample_weight=w)
    calls = [seen.given for seen in recording.seen if seen.hook in ("begin", "end")]
    assert all(given["X"] is X and given["y"] is y for given in calls)
    assert all(given["metadata"]["sample_weight"] is w for given in calls)


def constant(progress):
    """Return the same learning rate for ever; unlike "constant", with an end."""
    return 1.0


@BOTH
def test_the_estimator_that_callbacks_get_is_as_if_training_had_ended(
    estimator_class, frame
):
    X, y = frame
    recording = Recording()
    params = {"learning_rate_schedule": constant}
    network(estimator_class, **params).set_callbacks(recording).fit(X, y)
    for epoch, seen in enumerate(recording.named("end", "epoch"), start=1):
        ended = network(estimator_class, max_iter=epoch, **params).fit(X, y)
        fitted = seen.given["fitted"]
        assert fitted.n_iter_ == epoch
        assert fitted.loss_curve_ == ended.loss_curve_
        np.testing.assert_array_equal(fitted.predict(X), ended.predict(X))


def test_weights_at_the_beginning_of_an_epoch_are_those_at_the_end_of_the_last(frame):
    recording = Recording()
    model = network(FFNNRegressor).set_callbacks(recording).fit(*frame)
    begins = [seen.given["fitted"] for seen in recording.named("begin", "epoch")]
    ends = [seen.given["fitted"] for seen in recording.named("end", "epoch")]
    for end, begin in zip(ends[:-1], begins[1:], strict=True):
        assert_same_weights(end, begin)
    # They were copies: training went on, and yet they differ from one another.
    assert len({fitted.coefs_[0].tobytes() for fitted in ends}) == 4
    assert_same_weights(ends[-1], model)


@BOTH
@SOLVERS
def test_callbacks_that_write_to_the_weights_change_nothing(estimator_class, solver, frame):
    params = {"solver": solver, "max_iter": 100, "tol": 0.1}
    meddled = network(estimator_class, **params).set_callbacks(Meddling()).fit(*frame)
    assert_same_weights(meddled, network(estimator_class, **params).fit(*frame))


@BOTH
@SOLVERS
def test_callbacks_do_not_change_the_fit(estimator_class, solver, frame):
    params = {"solver": solver, "max_iter": 100, "tol": 0.1}
    watched = network(estimator_class, **params).set_callbacks(Recording()).fit(*frame)
    alone = network(estimator_class, **params).fit(*frame)
    assert_same_weights(watched, alone)
    assert watched.loss_curve_ == alone.loss_curve_
    assert vars(watched).keys() - vars(alone).keys() == {"_skl_callbacks"}


def test_with_early_stopping_the_end_shows_the_best_network(frame):
    X, y = frame
    recording = Recording()
    model = network(FFNNClassifier, early_stopping=True, scoring=second_is_best)
    model.set_callbacks(recording).fit(X, y)
    assert (model.best_iter_, model.n_iter_) == (2, 4)
    fitted = recording.named("end", "fit")[0].given["fitted"]
    assert_same_weights(fitted, model)
    assert fitted.best_score_ == model.best_score_
    assert recording.named("end", "epoch")[0].given["X"] is X
    assert_same_weights(
        recording.named("end", "epoch")[model.best_iter_ - 1].given["fitted"], model
    )


@BOTH
def test_a_call_of_partial_fit_is_one_task(estimator_class, frame):
    X, y = frame
    recording = Recording()
    model = network(estimator_class).set_callbacks(recording)
    more = {"classes": [0, 1]} if estimator_class is FFNNClassifier else {}
    for _ in range(2):
        model.partial_fit(X, y, **more)
    told = [(seen.hook, seen.task) for seen in recording.seen]
    hooks = ("setup", "begin", "end", "teardown")
    assert told == 2 * [(hook, "partial_fit") for hook in hooks]
    ends = recording.named("end", "partial_fit")
    assert [seen.given["fitted"].n_iter_ for seen in ends] == [1, 2]
    assert_same_weights(ends[1].given["fitted"], model)


def test_callbacks_can_be_taken_away(frame):
    counting = Counting()
    model = network(FFNNRegressor).set_callbacks(counting).fit(*frame)
    model.set_callbacks().fit(*frame)
    assert counting.epochs == 4


# ---- stopping ---------------------------------------------------------------------------


@BOTH
@SOLVERS
@pytest.mark.parametrize("early_stopping", [True, False])
def test_a_callback_ends_training(estimator_class, solver, early_stopping, frame):
    model = network(
        estimator_class,
        solver=solver,
        max_iter=100,
        early_stopping=early_stopping,
        scoring=epochs_trained if early_stopping else "loss",
    )
    model.set_callbacks(StopAfter(3), Counting()).fit(*frame)
    assert model.n_iter_ == 3
    # The score rises with every epoch, so the last is the best.
    assert getattr(model, "best_iter_", 3) == 3


@BOTH
def test_a_callback_ends_training_in_a_pipeline(estimator_class, frame):
    model = network(estimator_class).set_callbacks(StopAfter(2))
    pipeline = make_pipeline(StandardScaler(), model).fit(*frame)
    assert pipeline[-1].n_iter_ == 2


@BOTH
@pytest.mark.parametrize("in_pipeline", [True, False])
def test_a_callback_ends_training_in_the_workers_of_a_search(
    estimator_class, in_pipeline, frame
):
    model = network(estimator_class).set_callbacks(StopAfter(2))
    name = "alpha"
    if in_pipeline:
        name = f"{type(model).__name__.lower()}__alpha"
        model = make_pipeline(StandardScaler(), model)
    grid = {name: [0.0, 0.1]}
    search = GridSearchCV(model, grid, cv=2, n_jobs=2, scoring=epochs_trained).fit(*frame)
    np.testing.assert_array_equal(search.cv_results_["split0_test_score"], [2, 2])
    np.testing.assert_array_equal(search.cv_results_["split1_test_score"], [2, 2])
    best = search.best_estimator_
    assert (best[-1] if in_pipeline else best).n_iter_ == 2


# ---- scikit-learn's own -----------------------------------------------------------------


@BOTH
@SOLVERS
def test_a_score_monitor_logs_every_epoch(estimator_class, solver, frame):
    name = "r2" if estimator_class is FFNNRegressor else "accuracy"
    monitor = callback.ScoringMonitor(scoring=name)
    model = network(estimator_class, solver=solver, max_iter=100, tol=0.1)
    model.set_callbacks(monitor).fit(*frame)
    rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert [row["task_id"] for row in rows] == list(range(model.n_iter_))
    assert rows[-1][name] == model.score(*frame)


def test_a_score_monitor_weighs_the_rows(frame):
    X, y = frame
    w = np.linspace(0, 5, 60)
    monitor = callback.ScoringMonitor(scoring="neg_mean_squared_error")
    model = network(FFNNRegressor).set_callbacks(monitor).fit(X, y, sample_weight=w)
    error = np.average((model.predict(X) - y) ** 2, weights=w)
    row = monitor.get_logs().data[-1]
    assert row["neg_mean_squared_error"] == pytest.approx(-error, rel=1e-12)


@BOTH
def test_a_score_monitor_sees_the_workers_of_a_search(estimator_class, frame):
    name = "r2" if estimator_class is FFNNRegressor else "accuracy"
    monitor = callback.ScoringMonitor(scoring=name)
    model = network(estimator_class).set_callbacks(monitor)
    GridSearchCV(model, {"alpha": [0.0, 0.1]}, cv=2, n_jobs=2).fit(*frame)
    rows = monitor.get_logs().data
    # Two candidates, two folds, and the fit at the end.
    assert sum(row["task_name"] == "epoch" for row in rows) == (2 * 2 + 1) * 4


@BOTH
@SOLVERS
def test_a_progress_bar_fills(estimator_class, solver, frame, capsys):
    pytest.importorskip("rich")
    model = network(estimator_class, solver=solver, max_iter=4)
    if solver == "lbfgs":
        model.set_params(tol=1.0)
    model.set_callbacks(callback.ProgressBar()).fit(*frame)
    shown = capsys.readouterr().out
    assert estimator_class.__name__ in shown
    assert "100%" in shown


@BOTH
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_progress_bar_of_a_search_reaches_down_to_the_network(
    estimator_class, n_jobs, frame, capsys
):
    pytest.importorskip("rich")
    pipeline = make_pipeline(StandardScaler(), network(estimator_class))
    name = f"{estimator_class.__name__.lower()}__alpha"
    search = GridSearchCV(pipeline, {name: [0.0, 0.1]}, cv=2, n_jobs=n_jobs)
    search.set_callbacks(callback.ProgressBar(max_propagation_depth=None)).fit(*frame)
    shown = capsys.readouterr().out
    assert "GridSearchCV" in shown
    assert estimator_class.__name__ in shown


# ---- failures ---------------------------------------------------------------------------


@BOTH
@SOLVERS
@pytest.mark.parametrize("fitted", [True, False])
@pytest.mark.parametrize(
    ("where", "task"),
    [
        ("setup", "fit"),
        ("begin", "fit"),
        ("begin", "epoch"),
        ("end", "epoch"),
        ("end", "fit"),
    ],
)
def test_a_callback_that_raises_leaves_the_estimator_as_it_was(
    estimator_class, solver, fitted, where, task, frame
):
    model = network(estimator_class, solver=solver, max_iter=100, tol=0.1)
    model.set_params(warm_start=True)
    if fitted:
        # Another penalty, so that L-BFGS has something left to do.
        model.fit(*frame).set_params(alpha=0.5)
    model.set_callbacks(Raising(where, task))
    before = dict(vars(model))
    with pytest.raises(RuntimeError, match=f"broken in {where} of {task}"):
        model.fit(*frame)
    assert vars(model).keys() == before.keys()
    assert all(vars(model)[name] is before[name] for name in before)
    # And it can be trained as if nothing had happened.
    model.set_callbacks().fit(*frame)
    again = network(estimator_class, solver=solver, max_iter=100, tol=0.1)
    again.set_params(warm_start=True).fit(*frame)
    if fitted:
        again.set_params(alpha=0.5).fit(*frame)
    assert_same_weights(model, again)


@BOTH
def test_bad_input_is_refused_before_any_callback_is_called(estimator_class, frame):
    X, y = frame
    recording = Recording()
    model = network(estimator_class).set_callbacks(recording)
    with pytest.raises(ValueError, match="infinity"):
        model.fit(X.where(X > 0, np.inf), y)
    assert not recording.seen


def test_callbacks_are_shared_by_clones(frame):
    counting = Counting()
    model = network(FFNNRegressor).set_callbacks(counting)
    clone(model).fit(*frame)
    assert counting.epochs == 4


# ---- the common checks, with callbacks --------------------------------------------------

CONFIGURATIONS = [
    estimator_class(**params).set_callbacks(Counting(), StopAfter(10_000))
    for estimator_class in (FFNNRegressor, FFNNClassifier)
    for params in ({}, {"early_stopping": True}, {"early_stopping": "auto"})
] + [
    FFNNClassifier(class_weight="balanced").set_callbacks(Counting()),
    FFNNClassifier(class_weight="balanced", early_stopping=True).set_callbacks(Counting()),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:.*rows to hold out are too few")
@pytest.mark.filterwarnings("ignore:.*are the only ones of their class")
@pytest.mark.filterwarnings("ignore:early_stopping=True has no effect in partial_fit")
@parametrize_with_checks(CONFIGURATIONS)
def test_an_estimator_with_callbacks_passes_every_check(estimator, check):
    # Rows are held out at random: see test_common.
    if estimator.early_stopping is True and "sample_weight_equivalence" in str(check):
        return
    check(estimator)
    assert hasattr(estimator, "_skl_callbacks")
