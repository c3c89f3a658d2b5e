"""How fits of several networks go: Ctrl-C, limited time, callbacks, progress, threads."""

import os
import signal
import threading
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_info

from sknn import (
    FFNNClassifier,
    FFNNRegressor,
    Quantile,
    Schedule,
    TabularClassifier,
    TabularRegressor,
)
from sknn.engine.threads import one_blas_thread

ENDLESS = {"max_iter": 10**6, "tol": 0, "n_iter_no_change": 10**6}
FAST = {"hidden_layer_sizes": (8,), "max_iter": 16, "learning_rate": 0.02}


class Doing(Schedule):
    """A constant rate; calls `action` once, when the progress of a training is `at`."""

    ends = True
    cycle_ends = (0.25, 0.5, 1.0)

    def __init__(self, action, at=0.6):
        self.action = action
        self.at = at

    def factor(self, moment):
        if moment.progress >= self.at and self.action is not None:
            action, self.action = self.action, None
            action()
        return 1.0


def ctrl_c():
    """Press Ctrl-C, whichever thread this is."""
    os.kill(os.getpid(), signal.SIGINT)  # to the process, not to this very thread


@pytest.fixture
def data():
    X = np.random.default_rng(0).normal(size=(200, 3))
    return X, X[:, 0] ** 2 + X[:, 1]


def ensemble(schedule="coslog4", n_members=3, n_jobs=1, **params):
    network = FFNNRegressor(learning_rate_schedule=schedule, **FAST | params)
    return TabularRegressor(network, n_members=n_members, n_jobs=n_jobs, random_state=0)


# ---- Ctrl-C -----------------------------------------------------------------------------


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_ctrl_c_leaves_an_ensemble_that_predicts_and_is_heard(data, n_jobs):
    X, y = data
    model = ensemble(Doing(ctrl_c, at=1e-5), n_jobs=n_jobs, **ENDLESS)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert np.isfinite(model.predict(X)).all()
    assert all(len(curve) < 10**6 for curve in model.loss_curves_)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_keeps_only_the_members_that_were_complete(data):
    X, y = data

    starts = []

    class InTheSecond(Schedule):
        ends = True

        def factor(self, moment):
            if moment.progress == 0:
                starts.append(moment)
            elif len(starts) == 2:
                ctrl_c()
            return 1.0

    model = ensemble(InTheSecond())
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert [len(curve) for curve in model.loss_curves_] == [16]


def test_ctrl_c_before_training_keeps_the_old_ensemble(data):
    X, y = data

    def interrupted(X):
        ctrl_c()
        return X

    model = ensemble().fit(X, y)
    before = model.predict(X)
    model.set_params(encoder=FunctionTransformer(interrupted))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_handler_of_the_users_own_ends_all_members(data, n_jobs):
    def handler(number, frame):
        raise KeyboardInterrupt("of the user")

    before = signal.signal(signal.SIGINT, handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            ensemble(Doing(ctrl_c, at=1e-5), n_jobs=n_jobs, **ENDLESS).fit(*data)
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_error_in_a_member_is_raised_and_keeps_the_old_ensemble(data):
    X, y = data

    def fail():
        raise RuntimeError("of a member")

    model = ensemble().fit(X, y)
    before = model.predict(X)
    model.estimator.set_params(learning_rate_schedule=Doing(fail))
    with pytest.raises(RuntimeError, match="of a member"):
        model.set_params(n_jobs=3).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), before)


# ---- time -------------------------------------------------------------------------------


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_time_that_runs_out_leaves_all_members_usable(data, n_jobs):
    X, y = data
    model = ensemble(
        "constant", n_jobs=n_jobs, max_iter=10**6, tol=0, n_iter_no_change=10**6
    ).set_params(max_time=0.3)
    model.fit(X, y)
    assert len(model.members_) == 3
    assert all(0 < len(curve) < 10**6 for curve in model.loss_curves_)
    assert np.isfinite(model.predict(X)).all()


def test_no_time_at_all_still_predicts(data):
    X, y = data
    model = ensemble().set_params(max_time=1e-9).fit(X, y)
    assert np.isfinite(model.predict(X)).all()


# ---- warnings ---------------------------------------------------------------------------


def test_members_that_are_not_done_warn_once_and_at_the_line_of_the_user(data):
    X, y = data
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ensemble("constant", n_jobs=2).fit(X, y)
    assert [w.category for w in caught] == [ConvergenceWarning]
    assert caught[0].filename == __file__


# ---- callbacks and progress -------------------------------------------------------------


def test_callbacks_see_every_member(data):
    pytest.importorskip("sklearn.callback", reason="new in scikit-learn 1.9")
    from callback_parts import Recording

    recording = Recording()
    ensemble(n_jobs=2).set_callbacks(recording).fit(*data)
    assert [seen.number for seen in recording.named("setup", "fit")] == [0]
    assert sorted(seen.number for seen in recording.named("begin", "member")) == [0, 1, 2]
    assert sorted(seen.number for seen in recording.named("end", "member")) == [0, 1, 2]
    (end,) = recording.named("end", "fit")
    assert len(recording.named("teardown", "fit")) == 1
    assert end.given["fitted"].predict(data[0]).shape == (200,)


def test_callbacks_of_the_network_see_its_epochs_and_may_stop_it(data):
    pytest.importorskip("sklearn.callback", reason="new in scikit-learn 1.9")
    from callback_parts import StopAfter

    model = ensemble()
    stop = StopAfter(5)
    model.estimator.set_callbacks(stop)
    model.fit(*data)
    assert stop.epochs == 15
    assert [len(curve) for curve in model.loss_curves_] == [5, 5, 5]
    for ends in model.members_:
        assert not {"_parent_callback_ctx", "_callback_fit_ctx"} & {*vars(ends[0])}


def test_progress_bars_show_all_epochs_of_all_members(data):
    callback = pytest.importorskip("sklearn.callback", reason="new in scikit-learn 1.9")
    pytest.importorskip("rich")
    model = ensemble(n_jobs=2).set_callbacks(callback.ProgressBar())
    assert model.fit(*data).score(*data) > 0


def test_one_line_of_progress_counts_the_epochs_of_all_members(data, capsys):
    ensemble(n_jobs=2).set_params(verbose=1).fit(*data)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("epoch 48/48, loss ")


# ---- threads ----------------------------------------------------------------------------


def test_members_run_side_by_side_only_if_asked_to(data):
    seen = []
    barrier = threading.Barrier(2, timeout=30)

    class Meeting(Schedule):
        ends = True

        def factor(self, moment):
            if moment.progress == 0:
                seen.append(threading.get_ident())
                if len({*seen}) > 1 or together:
                    barrier.wait()
            return 1.0

    together = True
    ensemble(Meeting(), n_members=2, n_jobs=2).fit(*data)
    assert len({*seen}) == 2
    together = False
    seen.clear()
    ensemble(Meeting(), n_members=2, n_jobs=1).fit(*data)
    assert {*seen} == {threading.get_ident()}


def blas():
    return [lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"]


def test_blas_has_one_thread_meanwhile_and_all_afterwards(data):
    before, during = blas(), []
    # Batches with products so large that a single network would leave BLAS its threads.
    X = np.tile(data[0], (5, 30))
    wide = {"hidden_layer_sizes": (300,), "batch_size": 400, "max_iter": 2}
    model = ensemble(Doing(lambda: during.extend(blas())), n_jobs=2, **wide)
    model.fit(X, X[:, 0])
    assert during
    assert {*during} == {1}
    assert blas() == before
    with one_blas_thread(), one_blas_thread():
        assert {*blas()} == {1}
    assert blas() == before


def test_quantiles_with_little_data_are_not_shifted(data):
    X, y = data
    network = FFNNRegressor(
        loss=Quantile((0.01, 0.99)), learning_rate_schedule="coslog4", **FAST
    )
    model = TabularRegressor(network, n_members=2, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model._votes.shift, 0)


def test_classifiers_are_interrupted_too(data):
    X, y = data
    network = FFNNClassifier(learning_rate_schedule=Doing(ctrl_c), **FAST)
    model = TabularClassifier(network, n_members=2, random_state=0, n_jobs=2)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y > 0)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
