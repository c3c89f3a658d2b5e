"""Training on a Dask cluster: in rounds, from partitions that are never gathered."""

import os
import pickle
import signal

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler

from sknn import (
    AdamW,
    AfterEpoch,
    FFNNClassifier,
    FFNNRegressor,
    TableEncoder,
    TabularClassifier,
)

pytest.importorskip("distributed")
import dask
import dask.array as da
import dask.dataframe as dd
import joblib
from distributed import Client, LocalCluster

from sknn.dask import DaskFFNNClassifier, DaskFFNNRegressor
from sknn.fitting.averaging import Standing, Trained, averaged

SMALL = {"hidden_layer_sizes": 16, "learning_rate": 0.01, "random_state": 0}
SMALL |= {"learning_rate_schedule": "cosine", "max_iter": 10}


@pytest.fixture(scope="module")
def client():
    dask.config.set({"distributed.worker.memory.terminate": False})
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X, y, da.from_array(X, chunks=(400, 64)), da.from_array(y, chunks=400)


@pytest.fixture(scope="module")
def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return X, y, da.from_array(X, chunks=(150, 10)), da.from_array(y, chunks=150)


def test_one_partition_and_one_worker_is_one_machine(client, diabetes):
    """With one share an average is that share: losses fall as on one machine."""
    X, y, *_ = diabetes
    with pytest.warns(UserWarning, match="1 partitions for 2 workers"):
        model = DaskFFNNRegressor(**SMALL, shuffle=False).fit(
            da.from_array(X, chunks=-1), da.from_array(y, chunks=-1)
        )
    one = FFNNRegressor(**SMALL, shuffle=False).fit(X, y)
    np.testing.assert_allclose(model.loss_curve_, one.loss_curve_, rtol=1e-10)
    np.testing.assert_allclose(model.coefs_[0], one.coefs_[0], rtol=1e-8, atol=1e-10)
    assert model.learning_rate_curve_ == one.learning_rate_curve_


def test_a_round_is_the_average_of_local_epochs(client):
    """By hand: plain SGD on each half from the same start, averaged by rows."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 3))
    y = X @ [1.0, -2.0, 0.5] + rng.normal(size=90)
    how = {"hidden_layer_sizes": (), "encoder": None, "scale_target": False}
    how |= {"solver": "sgd", "learning_rate": 0.01, "batch_size": 10, "alpha": 0.0}
    how |= {"shuffle": False, "max_iter": 1, "random_state": 0, "initializer": "zeros"}
    parts = [(X[:60], y[:60]), (X[60:], y[60:])]
    local = []
    for X_part, y_part in parts:
        w, b = np.zeros(3), 0.0
        for start in range(0, len(X_part), 10):
            rows = slice(start, start + 10)
            error = 2 * (X_part[rows] @ w + b - y_part[rows])
            w, b = w - 0.01 * error @ X_part[rows] / 10, b - 0.01 * error.mean()
        local.append((w, b))
    chunks = (60, 30)
    model = DaskFFNNRegressor(**how | {"learning_rate_schedule": lambda progress: 1.0})
    model.fit(da.from_array(X, chunks=(chunks, 3)), da.from_array(y, chunks=(chunks,)))
    expected = (60 * local[0][0] + 30 * local[1][0]) / 90
    np.testing.assert_allclose(model.coefs_[0][:, 0], expected, rtol=1e-10)
    expected = (60 * local[0][1] + 30 * local[1][1]) / 90
    np.testing.assert_allclose(model.intercepts_[0][0], expected, rtol=1e-10)


def test_averages_of_averages_weigh_by_rows():
    rng = np.random.default_rng(0)
    results = [
        Trained(
            Standing(rng.normal(size=5), [rng.normal(size=5)], k), n, np.ones((1, 1)), [1]
        )
        for k, n in enumerate((10, 30, 60))
    ]
    pair = averaged([averaged(results[:2]), results[2]])
    params = np.average([r.standing.params for r in results], axis=0, weights=[10, 30, 60])
    memory = np.average(
        [r.standing.vectors[0] for r in results], axis=0, weights=[10, 30, 60]
    )
    np.testing.assert_allclose(pair.standing.params, params)
    np.testing.assert_allclose(pair.standing.vectors[0], memory)
    assert pair.n == 100
    assert pair.standing.step == pytest.approx(1.5)


def test_two_workers_are_as_good_as_one_machine(client, digits):
    X, y, dX, dy = digits
    how = SMALL | {"hidden_layer_sizes": 32, "max_iter": 30}
    one = FFNNClassifier(**how).fit(X[:1200], y[:1200]).score(X[1200:], y[1200:])
    model = DaskFFNNClassifier(**how).fit(dX[:1200], dy[:1200])
    assert model.score(dX[1200:], dy[1200:]) > one - 0.02


def test_predictions_are_lazy_and_those_of_the_local_estimator(client, digits):
    X, y, dX, dy = digits
    model = DaskFFNNClassifier(**SMALL).fit(dX, dy)
    local = model.to_local()
    assert type(local) is FFNNClassifier
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        lazy = getattr(model, method)(dX)
        assert isinstance(lazy, da.Array)
        expected = getattr(local, method)(X)
        assert (lazy.dtype, lazy.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(lazy.compute(), expected, rtol=1e-10, atol=1e-12)
    hidden = model.hidden_representation(dX)
    np.testing.assert_allclose(hidden.compute(), local.hidden_representation(X), atol=1e-10)
    assert model.score(dX, dy) == pytest.approx(accuracy_score(y, local.predict(X)))


def test_the_score_of_a_regression_is_r2_with_weights(client, diabetes):
    X, y, dX, _ = diabetes
    Y, w = np.column_stack([y, X[:, 2]]), np.arange(len(y)) % 3
    model = DaskFFNNRegressor(**SMALL).fit(dX, da.from_array(Y, chunks=(150, 2)))
    score = model.score(dX, da.from_array(Y, chunks=(150, 2)), da.from_array(w, chunks=150))
    expected = r2_score(Y, model.to_local().predict(X), sample_weight=w)
    assert score == pytest.approx(expected)


def test_classes_and_scales_are_those_of_all_rows(client):
    """Partition by partition: sorted classes, another dtype, none of the rows."""
    X, y = load_wine(return_X_y=True)
    names = np.array(["a", "bb", "ccc"])[y]
    cuts = [(0, 59), (59, 59), (59, 178)]
    parts = [X[a:b].astype(np.float32 if a else np.float64) for a, b in cuts]
    dX = da.concatenate([da.from_array(part, chunks=-1) for part in parts])
    dy = da.concatenate([da.from_array(names[a:b], chunks=-1) for a, b in cuts])
    with pytest.warns(UserWarning, match="very different classes"):
        model = DaskFFNNClassifier(**SMALL).fit(dX, dy)
    one = FFNNClassifier(**SMALL).fit(X, names)
    assert model.classes_.tolist() == ["a", "bb", "ccc"]
    scaling, expected = model._features.scaling, one._features.scaling
    np.testing.assert_allclose(scaling.moments.mean, expected.moments.mean, rtol=1e-6)
    np.testing.assert_allclose(scaling.moments.std, expected.moments.std, rtol=1e-6)
    assert model.coefs_[0].dtype == np.float64
    assert len(model.predict(dX).compute()) == 178


def frame(n, rng):
    X = pd.DataFrame({"size": rng.normal(80, 20, n), "city": rng.choice(list("abc"), n)})
    X.loc[::7, "size"] = np.nan
    X.loc[: n // 3, "city"] = None
    X["y"] = np.where(X["size"].fillna(80) + 30 * (X["city"] == "a") > 85, "yes", "no")
    return X


def test_tables_are_encoded_by_what_all_partitions_hold(client):
    X = frame(400, np.random.default_rng(0))
    table = dd.from_pandas(X, npartitions=5)
    how = SMALL | {"encoder": TableEncoder(n_bins=4)}
    model = DaskFFNNClassifier(**how).fit(table[["size", "city"]], table["y"])
    expected = TableEncoder(n_bins=4).fit(X[["size", "city"]])
    np.testing.assert_allclose(
        model.encoder_.transform(X[["size", "city"]]),
        expected.transform(X[["size", "city"]]),
        atol=1e-10,
    )
    assert model.score(table[["size", "city"]], table["y"]) > 0.8
    lazy = model.predict(table[["city", "size"]])
    assert lazy.compute().tolist() == model.to_local().predict(X[["size", "city"]]).tolist()


def test_dates_that_are_text_give_a_warning(client):
    days = pd.date_range("2024-01-01", periods=80).astype(str)
    X = dd.from_pandas(pd.DataFrame({"day": days, "x": np.arange(80.0)}), npartitions=2)
    y = dd.from_pandas(pd.Series(np.arange(80.0)), npartitions=2)
    with pytest.warns(UserWarning, match="dates as text in .*day"):
        DaskFFNNRegressor(**SMALL).fit(X, y)


def test_early_stopping_holds_out_rows_of_every_partition(client, digits):
    *_, dX, dy = digits
    model = DaskFFNNClassifier(
        **SMALL | {"max_iter": 60, "learning_rate": 0.05}, early_stopping=True, scoring=None
    )
    model.fit(dX, dy)
    assert model.n_iter_ < 60
    assert model.best_score_ == max(model.validation_scores_)
    assert model.validation_scores_[model.best_iter_ - 1] == model.best_score_


def test_epochs_and_schedule_count_over_rounds(client, digits):
    *_, dX, dy = digits
    how = SMALL | {"max_iter": 7}
    three = DaskFFNNClassifier(**how, local_epochs=3).fit(dX, dy)
    one = DaskFFNNClassifier(**how).fit(dX, dy)
    assert three.n_iter_ == one.n_iter_ == len(three.loss_curve_) == 7
    np.testing.assert_allclose(three.learning_rate_curve_, one.learning_rate_curve_)


@pytest.mark.parametrize("chunks", [(70, 64), (35, 32, 35, 32)])
def test_by_default_the_largest_share_has_1000_steps(client, chunks):
    """5 steps per epoch for 70 rows, so 200 epochs; 64 or fewer would have 1,000."""
    X = da.random.default_rng(0).normal(size=(134, 2), chunks=(chunks, (2,)))
    how = {"hidden_layer_sizes": 2, "n_iter_no_change": np.inf, "random_state": 0}
    model = DaskFFNNRegressor(local_epochs=100, **how).fit(X, X[:, 0])
    assert len(model.learning_rate_curve_) == model.n_iter_ == 200
    assert model.learning_rate_curve_[-1] < 1e-3 * model.learning_rate_curve_[0]
    assert model.max_iter == "auto"


def test_weights_are_copies_of_rows_for_scales_and_classes(client):
    X, y = load_diabetes(return_X_y=True)
    w = np.arange(len(y)) % 3
    chunks = {"chunks": 150}
    model = DaskFFNNRegressor(**SMALL).fit(
        da.from_array(X, chunks=(150, 10)),
        da.from_array(y, **chunks),
        da.from_array(w, **chunks),
    )
    expected = np.repeat(X, w, axis=0).mean(axis=0)
    np.testing.assert_allclose(model._features.scaling.moments.mean, expected, atol=1e-12)


def test_the_same_cluster_trains_the_same_network(client, digits):
    *_, dX, dy = digits
    a, b = (DaskFFNNClassifier(**SMALL).fit(dX, dy) for _ in range(2))
    np.testing.assert_array_equal(a.coefs_[0], b.coefs_[0])


def test_a_warm_start_goes_on_with_the_memory_of_the_optimizer(client, digits):
    X, y, dX, dy = digits
    how = SMALL | {"max_iter": 5}
    model = DaskFFNNClassifier(**how, warm_start=True).fit(dX, dy)
    step = model._checkpoint.state.optimizer.step
    first = model.loss_curve_[-1]
    model.fit(dX, dy)
    assert model.n_iter_ == 10
    assert model._checkpoint.state.optimizer.step == 2 * step
    assert model.loss_curve_[5] < first
    local = model.to_local().set_params(max_iter=20).partial_fit(X, y)
    assert local.n_iter_ == 11
    assert local.loss_ < first


def test_pickles_and_clones_have_no_client_of_their_own(client, diabetes):
    *_, dX, dy = diabetes
    model = DaskFFNNRegressor(client=client, **SMALL).fit(dX, dy)
    copy = pickle.loads(pickle.dumps(model))
    assert copy.client is None
    np.testing.assert_array_equal(copy.coefs_[0], model.coefs_[0])
    assert clone(model).client is client
    assert model.client_ is client


@pytest.mark.parametrize("kind", [FFNNClassifier, TabularClassifier])
def test_dask_arrays_in_the_plain_classes_name_the_right_one(client, digits, kind):
    *_, dX, dy = digits
    with pytest.raises(TypeError, match=r"DaskFFNNClassifier.*sknn\.dask"):
        kind().fit(dX, dy)


def test_numpy_in_the_dask_class_names_the_right_one(client, digits):
    X, y, dX, dy = digits
    with pytest.raises(TypeError, match=r"sknn\.FFNNClassifier"):
        DaskFFNNClassifier().fit(X, y)
    with pytest.raises(TypeError, match="y is a ndarray"):
        DaskFFNNClassifier().fit(dX, y)
    with pytest.raises(TypeError, match="to_local"):
        DaskFFNNClassifier(**SMALL).fit(dX, dy).predict(X)
    assert not hasattr(DaskFFNNClassifier(), "partial_fit")


def test_errors_name_the_partition_and_the_remedy(client, diabetes):
    _, y, dX, dy = diabetes
    with pytest.raises(ValueError, match="solver='adam'"):
        DaskFFNNRegressor(solver="lbfgs").fit(dX, dy)
    wrong = y.copy()
    wrong[200] = np.nan
    with pytest.raises(ValueError, match="partition 1"):
        DaskFFNNRegressor(**SMALL).fit(dX, da.from_array(wrong, chunks=150))
    with pytest.raises(ValueError, match="repartition"):
        DaskFFNNRegressor(**SMALL).fit(dX, da.from_array(y[:100], chunks=100))
    with pytest.raises(ValueError, match="FrozenEstimator"):
        DaskFFNNRegressor(**SMALL, encoder=StandardScaler()).fit(dX, dy)
    frozen = FrozenEstimator(StandardScaler().fit(dX.compute()))
    DaskFFNNRegressor(**SMALL, encoder=frozen).fit(dX, dy)
    with pytest.raises(ValueError, match="local_epochs"):
        DaskFFNNRegressor(local_epochs=0).fit(dX, dy)


def test_searches_and_members_run_on_the_cluster(client):
    X, y = load_breast_cancer(return_X_y=True)
    X, y = X[:200], y[:200]
    grid = {"alpha": [1e-4, 1e-2]}
    search = GridSearchCV(FFNNClassifier(**SMALL), grid, cv=2)
    expected = search.fit(X, y).cv_results_["mean_test_score"]
    tabular = TabularClassifier(FFNNClassifier(**SMALL), n_members=2, random_state=0)
    P = tabular.fit(X, y).predict_proba(X)
    with joblib.parallel_config("dask"):
        found = search.fit(X, y).cv_results_["mean_test_score"]
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(tabular.fit(X, y).predict_proba(X), P)


def killer(flag):
    """Return a schedule that kills the first process of a worker that is half way."""
    own = os.getpid()

    def factor(progress):
        if progress > 0.5 and os.getpid() != own:
            try:
                os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return 1.0
            os.kill(os.getpid(), signal.SIGKILL)
        return 1.0

    return factor


def test_a_killed_worker_costs_a_round_and_changes_nothing(digits, tmp_path):
    *_, dX, dy = digits
    how = SMALL | {"learning_rate_schedule": killer(str(tmp_path / "flag")), "max_iter": 4}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        killed = DaskFFNNClassifier(**how, client=client).fit(dX, dy)
        assert (tmp_path / "flag").exists()
        client.wait_for_workers(2)
        whole = DaskFFNNClassifier(**how, client=client).fit(dX, dy)
    assert killed.n_iter_ == 4
    np.testing.assert_array_equal(killed.coefs_[0], whole.coefs_[0])


@pytest.mark.parametrize(
    "params",
    [
        {"activation": "prelu"},
        # The scales of columns are found before the classes are counted.
        {"class_weight": "balanced", "encoder": None, "learning_rate": 1e-5, "max_iter": 3},
        {"output_activation": "sigmoid"},
        {"loss": "squared_error"},
        {"input_scale": True, "solver": AdamW(weight_decay=0.1, scale_decay=0.5)},
    ],
)
def test_every_kind_of_classifier_is_that_of_one_machine(client, params):
    X, y = load_wine(return_X_y=True)
    params = SMALL | {"shuffle": False} | params
    with pytest.warns(UserWarning, match="1 partitions for 2 workers"):
        model = DaskFFNNClassifier(**params).fit(
            da.from_array(X, chunks=-1), da.from_array(y, chunks=-1)
        )
    one = FFNNClassifier(**params).fit(X, y)
    np.testing.assert_allclose(model.loss_curve_, one.loss_curve_, rtol=1e-8)
    np.testing.assert_allclose(model.to_local().predict_proba(X), one.predict_proba(X))


def test_several_labels_per_row_are_those_of_one_machine(client):
    X, y = load_wine(return_X_y=True)
    Y = np.column_stack([y == 0, y != 2]).astype(int)
    params = SMALL | {"shuffle": False}
    with pytest.warns(UserWarning, match="1 partitions for 2 workers"):
        model = DaskFFNNClassifier(**params).fit(
            da.from_array(X, chunks=-1), da.from_array(Y, chunks=-1)
        )
    one = FFNNClassifier(**params).fit(X, Y)
    np.testing.assert_array_equal(model.predict(da.from_array(X)).compute(), one.predict(X))


def test_time_runs_out_after_a_whole_round(client, diabetes):
    _, _, X, y = diabetes
    params = SMALL | {"max_iter": 10_000, "n_iter_no_change": np.inf}
    model = DaskFFNNRegressor(**params, max_time=0.5, local_epochs=2).fit(X, y)
    assert 0 < model.n_iter_ < 10_000
    assert model.n_iter_ % 2 == 0
    assert np.isfinite(model.predict(X).compute()).all()


def test_callbacks_see_every_round(client, diabetes):
    _, _, X, y = diabetes
    seen = []
    model = DaskFFNNRegressor(**SMALL)
    model.set_callbacks(AfterEpoch(lambda network: seen.append(network.loss_)))
    model.fit(X, y)
    assert seen == model.loss_curve_
