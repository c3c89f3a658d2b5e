"""The tabular estimators: what they predict, publish, accept and refuse."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import expit
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknn import (
    FFNNClassifier,
    FFNNRegressor,
    Schedule,
    TableEncoder,
    TabularClassifier,
    TabularRegressor,
)
from sknn.ensemble import matrix, voting
from sknn.ensemble.matrix import dense_if_faster
from sknn.ensemble.temperature import at_temperature
from sknn.fitting.fit import Fit

FAST = {
    "hidden_layer_sizes": (8,),
    "learning_rate": 0.02,
    "learning_rate_schedule": "coslog4",
    "max_iter": 16,
}


def regressor(n_members=2, encoder="auto", random_state=0, **params):
    network = FFNNRegressor(**FAST | params)
    return TabularRegressor(
        network, encoder=encoder, n_members=n_members, random_state=random_state
    )


def classifier(n_members=2, encoder="auto", random_state=0, **params):
    network = FFNNClassifier(**FAST | params)
    return TabularClassifier(
        network, encoder=encoder, n_members=n_members, random_state=random_state
    )


BOTH = pytest.mark.parametrize("make", [regressor, classifier])


def table(n=120, seed=0):
    """Return a frame with numbers, text and holes, and the targets of both tasks."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "size": rng.normal(50, 20, n),
            "holes": np.where(rng.uniform(size=n) < 0.2, np.nan, rng.normal(size=n)),
            "kind": rng.choice(["x", "y", "z"], n),
        }
    )
    y = frame["size"] / 20 + (frame["kind"] == "x") + 0.1 * rng.normal(size=n)
    return frame, y.to_numpy()


def target(make, y):
    """Return `y` for a regressor, three classes of it for a classifier."""
    if make is regressor:
        return y
    return np.array(["low", "mid", "top"])[np.digitize(y, np.quantile(y, [0.4, 0.7]))]


def answers(model, X):
    """Return probabilities, or values."""
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


# ---- what is published ------------------------------------------------------------------


@BOTH
def test_a_member_is_the_network_of_its_rows(make):
    X, y = table()
    y = target(make, y)
    model = make(n_members=1, learning_rate_schedule="cosine", batch_size=50).fit(X, y)
    rows = np.isnan(model.oof_prediction_.reshape(len(y), -1)[:, 0])
    assert rows.sum() == 108
    ((member,),) = model.members_
    network = clone(member).fit(model.encoder_.transform(X)[rows], y[rows])
    for W, W_alone in zip(member.coefs_, network.coefs_, strict=True):
        np.testing.assert_array_equal(W, W_alone)
    assert model.loss_curves_ == [network.loss_curve_]


class TwoCycles(Schedule):
    """A constant rate that claims to have a cycle of half the length."""

    ends = True
    cycle_ends = (0.5, 1.0)

    def factor(self, moment):
        return 1.0


def test_the_network_of_a_cycle_end_is_that_of_a_training_that_ends_there():
    X, y = np.random.default_rng(0).normal(size=(2, 60, 3))
    y = y[:, 0]  # noise: the less is learned, the better
    cycles = {"learning_rate_schedule": TwoCycles(), "max_iter": 60, "learning_rate": 0.1}
    model = regressor(1, encoder=None, batch_size=54, **cycles).fit(X, y)
    assert model.cycle_ends_ == (1,)
    ((member,),) = model.members_
    assert member.n_iter_ == 30
    rows = np.isnan(model.oof_prediction_)
    network = clone(member).set_params(max_iter=30).fit(X[rows], y[rows])
    np.testing.assert_array_equal(member.coefs_[0], network.coefs_[0])


def test_a_regression_is_the_mean_of_all_networks():
    X, y = table()
    model = regressor(3).fit(X, y)
    Z = model.encoder_.transform(X)
    networks = [network for ends in model.members_ for network in ends]
    assert len(networks) == 3 * len(model.cycle_ends_)
    mean = np.mean([network.predict(Z) for network in networks], axis=0)
    np.testing.assert_allclose(model.predict(X), mean, rtol=1e-5)


def test_probabilities_are_the_mean_of_all_networks_at_the_temperature():
    X, y = table()
    model = classifier(3).fit(X, target(classifier, y))
    Z = model.encoder_.transform(X)
    networks = [network for ends in model.members_ for network in ends]
    mean = np.mean([network.predict_proba(Z) for network in networks], axis=0)
    P = mean ** (1 / model.temperature_)
    P /= P.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), P, atol=1e-6)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), P, atol=1e-6)
    np.testing.assert_array_equal(model.predict(X), model.classes_[P.argmax(axis=1)])


@BOTH
def test_out_of_fold_predictions_are_those_of_the_member_that_left_the_row_out(make):
    X, y = table()
    model = make(10).fit(X, target(make, y))
    assert np.isfinite(model.oof_prediction_).all()
    Z = model.encoder_.transform(X)
    first = make(1).fit(X, target(make, y))
    out = np.isfinite(first.oof_prediction_.reshape(len(y), -1)[:, 0])
    ends = model.members_[0]
    if make is regressor:
        expected = np.mean([network.predict(Z[out]) for network in ends], axis=0)
    else:
        P = np.mean([network.predict_proba(Z[out]) for network in ends], axis=0)
        expected = np.exp(at_temperature(np.log(P), model.temperature_))
    np.testing.assert_allclose(model.oof_prediction_[out], expected, rtol=1e-3, atol=1e-6)


@BOTH
def test_more_members_than_folds_average_the_out_of_fold_predictions(make):
    X, y = table(40)
    model = make(12).fit(X, target(make, y))
    assert len(model.members_) == 12
    assert np.isfinite(model.oof_prediction_).all()
    if make is classifier:
        np.testing.assert_allclose(model.oof_prediction_.sum(axis=1), 1)


@BOTH
def test_a_second_fit_leaves_nothing_of_the_first(make):
    X, y = table()
    model = make().fit(X, target(make, y))
    model.fit(X[["size"]].to_numpy(), target(make, y))
    assert model.n_features_in_ == 1
    assert not hasattr(model, "feature_names_in_")


@BOTH
def test_the_default_is_right_on_a_raw_frame(make):
    X, y = table(300)
    kind = TabularRegressor if make is regressor else TabularClassifier
    model = kind(random_state=0).fit(X[:200], target(make, y)[:200])
    assert model.score(X[200:], target(make, y)[200:]) > (0.9 if make is regressor else 0.8)
    assert list(model.feature_names_in_) == ["size", "holes", "kind"]
    assert len(model.members_) == 4


# ---- the same answer whatever the circumstances -----------------------------------------


@BOTH
def test_threads_change_nothing(make):
    X, y = table()
    y = target(make, y)
    alone = make(3).set_params(n_jobs=1).fit(X, y)
    beside = make(3).set_params(n_jobs=3).fit(X, y)
    np.testing.assert_array_equal(answers(alone, X), answers(beside, X))


@BOTH
def test_another_seed_is_another_ensemble(make):
    X, y = table()
    y = target(make, y)
    one, other = (make(random_state=seed).fit(X, y) for seed in (0, 1))
    assert np.abs(answers(one, X) - answers(other, X)).max() > 1e-4


@BOTH
def test_blocks_of_rows_predict_what_all_rows_at_once_do(make, monkeypatch):
    X, y = table()
    model = make().fit(X, target(make, y))
    at_once = answers(model, X)
    monkeypatch.setattr(voting, "VALUES", 7 * voting.WIDTH)
    np.testing.assert_allclose(answers(model, X), at_once, rtol=1e-12)


@BOTH
def test_a_row_is_predicted_the_same_alone_as_among_others(make):
    X, y = table()
    model = make().fit(X, target(make, y))
    assert model.members_[0][0].coefs_[0].dtype == np.float32
    alone = np.concatenate([answers(model, X[i : i + 1]) for i in range(20)])
    np.testing.assert_allclose(alone, answers(model, X)[:20], rtol=1e-12)


@BOTH
def test_a_pickle_and_a_clone_are_the_same(make):
    X, y = table()
    y = target(make, y)
    model = make().fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(answers(again, X), answers(model, X))
    np.testing.assert_array_equal(answers(clone(model).fit(X, y), X), answers(model, X))


# ---- weights ----------------------------------------------------------------------------


@BOTH
def test_rows_of_no_weight_change_nothing(make):
    X, y = table()
    y = target(make, y)
    w = np.ones(120)
    w[::4] = 0
    other = y.copy()
    other[::4] = other[0]
    model = make(encoder=StandardScaler())
    X = X[["size"]]
    first = answers(model.fit(X, y, w), X)
    np.testing.assert_array_equal(answers(model.fit(X, other, w), X), first)


@BOTH
def test_weights_move_the_answer_and_their_unit_does_not(make):
    X, y = table()
    y = target(make, y)
    w = np.where(np.arange(120) < 60, 1.0, 20.0)
    model = make()
    plain = answers(model.fit(X, y), X)
    weighted = answers(model.fit(X, y, w), X)
    assert np.abs(weighted - plain).max() > 0.01
    np.testing.assert_allclose(answers(model.fit(X, y, 4 * w), X), weighted, rtol=1e-5)


def test_class_weights_are_sample_weights():
    X, y = table()
    y = (y > 3).astype(int)
    model = classifier(encoder=None)
    X = X[["size"]] / 50
    by_row = model.fit(X, y, np.where(y == 1, 5.0, 1.0)).predict_proba(X)
    model.set_params(class_weight={1: 5.0})
    np.testing.assert_array_equal(model.fit(X, y).predict_proba(X), by_row)
    model.set_params(class_weight=None, estimator__class_weight={1: 5.0})
    np.testing.assert_array_equal(model.fit(X, y).predict_proba(X), by_row)
    model.set_params(estimator__class_weight=None)
    plain = model.fit(X, y).predict_proba(X)
    assert (by_row[:, 1] > plain[:, 1]).mean() > 0.8


# ---- kinds of targets -------------------------------------------------------------------


def test_several_labels_have_a_probability_each():
    X, y = table(200)
    Y = np.column_stack([y > 2.5, X["kind"] == "x", y > 1e9]).astype(int)
    model = classifier(max_iter=60).fit(X, Y)
    P = model.predict_proba(X)
    assert P.shape == model.oof_prediction_.shape == (200, 3)
    np.testing.assert_array_equal(model.predict(X), P > 0.5)
    assert (model.predict(X) == Y).mean() > 0.9
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), P)
    np.testing.assert_allclose(expit(model.decision_function(X)), P)


def test_several_targets_are_predicted_side_by_side():
    X, y = table(200)
    Y = np.column_stack([y, -1000 * y])
    model = regressor(max_iter=60).fit(X, Y)
    assert model.oof_prediction_.shape == (200, 2)
    assert model.score(X, Y) > 0.9


@pytest.mark.parametrize("loss", ["poisson", "gamma", "tweedie"])
def test_losses_of_positive_targets_predict_positive_numbers(loss):
    X, y = table(200)
    model = TabularRegressor(loss=loss, n_members=2, random_state=0).fit(X, np.exp(y / 3))
    assert model.score(X, np.exp(y / 3)) > 0.8
    assert model.predict(X).min() > 0
    assert model._votes.measure.degree == model.members_[0][0]._loss.degree


@pytest.mark.parametrize("loss", ["huber", "absolute_error"])
def test_other_losses_fit_too(loss):
    X, y = table(200)
    model = regressor(loss=loss, max_iter=60).fit(X, y)
    assert model.score(X, y) > 0.8


def test_a_loss_of_ones_own_decides_with_a_negative_value_as_well():
    class Offset:
        def value(self, y, a):
            return (a - y) ** 2 - 100

        def gradient(self, y, a):
            return 2 * (a - y)

    X, y = table()
    model = regressor(loss=Offset()).fit(X, y)
    plain = regressor().fit(X, y)
    np.testing.assert_allclose(
        model.members_[0][-1].coefs_[0], plain.members_[0][-1].coefs_[0]
    )


# ---- little and odd data ----------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@BOTH
def test_a_handful_of_rows_is_enough(make, n):
    X = np.arange(2.0 * n).reshape(n, 2)
    y = np.arange(float(n)) if make is regressor else np.array(["a"] * n)
    kind = TabularRegressor if make is regressor else TabularClassifier
    model = kind(random_state=0).fit(X, y)
    assert np.isfinite(answers(model, X)).all()
    assert np.isfinite(model.oof_prediction_).any() == (n > 3)


def test_two_rows_of_two_classes_are_both_known():
    model = TabularClassifier(random_state=0).fit([[0.0], [1.0]], ["a", "b"])
    assert model.predict_proba([[0.0], [1.0]]).shape == (2, 2)
    assert model.temperature_ == 1


def test_one_class_is_certain():
    X, _ = table(50)
    model = classifier().fit(X, ["only"] * 50)
    np.testing.assert_array_equal(model.predict_proba(X), np.ones((50, 1)))
    np.testing.assert_array_equal(model.predict(X), ["only"] * 50)
    assert model.predict_set(X).all()


def test_a_rare_class_is_known_to_every_member():
    X, y = table()
    labels = np.where(np.arange(120) == 7, "rare", target(classifier, y))
    model = classifier(10).fit(X, labels)
    for member, *_ in model.members_:
        assert list(member.classes_) == ["low", "mid", "rare", "top"]
    assert np.isnan(model.oof_prediction_[7]).all()


@BOTH
def test_rows_far_off_are_predicted_by_finite_numbers(make):
    X, y = table()
    model = make().fit(X, target(make, y))
    far = X[:2].assign(size=[1e300, -1e300])
    assert np.isfinite(answers(model, far)).all()
    if make is classifier:
        assert np.isfinite(model.predict_log_proba(far)).all()


def test_the_default_regression_stays_within_the_range_of_y():
    X, y = table()
    model = TabularRegressor(n_members=2, random_state=0).fit(X, y)
    far = pd.concat([X.assign(size=s) for s in (1e9, -1e9, 500, -500)])
    A = model.predict(far)
    assert y.min() <= A.min()
    assert A.max() <= y.max()


# ---- parts ------------------------------------------------------------------------------


@BOTH
def test_sparse_input_without_an_encoder(make):
    X, y = table()
    X = X[["size"]].to_numpy() / 50
    y = target(make, y)
    dense = answers(make(encoder=None).fit(X, y), X)
    rows = sparse.csr_matrix(X)
    np.testing.assert_allclose(answers(make(encoder=None).fit(rows, y), rows), dense)


@BOTH
def test_sparse_input_stays_sparse_by_default(make):
    X, y = table()
    X = sparse.csr_matrix(np.column_stack([X["size"] - 50, X["kind"] == "x"]))
    model = make(max_iter=60).fit(X, target(make, y))
    assert sparse.issparse(model.encoder_.transform(X))
    assert model.score(X, target(make, y)) > 0.8


@BOTH
def test_columns_are_found_by_name(make):
    X, y = table()
    model = make().fit(X, target(make, y))
    turned = X[["kind", "size", "holes"]]
    np.testing.assert_array_equal(answers(model, turned), answers(model, X))
    with pytest.raises(ValueError, match="size"):
        model.predict(X[["kind", "holes"]])


def test_many_categories_may_be_encoded_as_a_sparse_matrix():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 80, size=(1000, 3))
    X = pd.DataFrame(codes, columns=["a", "b", "c"]).astype("category")
    y = (codes[:, 0] % 7 > 2) + 0.1 * rng.normal(size=1000)
    model = TabularRegressor(n_members=2, random_state=0).fit(X, y)
    assert sparse.issparse(model.encoder_.transform(X))
    assert model.score(X, y) > 0.8


TO_SPARSE = FunctionTransformer(sparse.csr_matrix, accept_sparse=True)


@pytest.mark.parametrize(
    ("n_levels", "given", "encoder", "trained"),
    [
        (6, np.asarray, TO_SPARSE, np.ndarray),
        (30, np.asarray, TO_SPARSE, sparse.csr_matrix),
        (6, sparse.csr_matrix, TO_SPARSE, sparse.csr_matrix),
        (6, np.asarray, TableEncoder(sparse_output=True), sparse.csr_matrix),
    ],
)
def test_members_are_trained_on_what_is_faster_and_sparse_x_stays_sparse(
    n_levels, given, encoder, trained, monkeypatch
):
    seen, run = [], Fit.run

    def watched(network, X, *arguments):
        seen.append(X)
        return run(network, X, *arguments)

    monkeypatch.setattr(Fit, "run", watched)
    codes = np.random.default_rng(0).integers(n_levels, size=200)
    X = given(np.eye(n_levels)[codes])
    network = FFNNRegressor(max_iter=2, learning_rate_schedule="cosine")
    model = TabularRegressor(network, encoder=encoder, n_members=1).fit(X, codes)
    assert [type(each) for each in seen] == [trained]
    difference = seen[0] - model.encoder_.transform(X)
    assert abs(difference).max() == 0


def test_a_matrix_that_would_be_too_large_stays_sparse(monkeypatch):
    X = sparse.csr_matrix(np.eye(6))
    assert isinstance(dense_if_faster(X), np.ndarray)
    monkeypatch.setattr(matrix, "MOST", 35)
    assert dense_if_faster(X) is X


@BOTH
def test_without_an_encoder_x_is_taken_as_it_is(make):
    X, y = table()
    y, X = target(make, y), X[["size"]] / 50
    model = make(encoder=None).fit(X, y)
    np.testing.assert_array_equal(model.encoder_.transform(X), X)
    assert model.members_[0][0].coefs_[0].dtype == np.float64
    with pytest.raises(ValueError, match="NaN"):
        make(encoder=None).fit(X.where(X > 1), y)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(X.rename(columns={"size": "other"}))


@BOTH
def test_an_encoder_may_return_frames(make):
    X, y = table()
    scaler = StandardScaler().set_output(transform="pandas")
    model = make(encoder=scaler).fit(X[["size"]], target(make, y))
    assert np.isfinite(answers(model, X[["size"]])).all()


def test_an_encoder_learns_from_the_weights_if_it_takes_them():
    X, y = table()
    w = np.where(np.arange(120) < 60, 1.0, 3.0)
    model = regressor(encoder=StandardScaler()).fit(X[["size"]], y, w)
    assert model.encoder_.mean_[0] == pytest.approx(np.average(X["size"], weights=w))
    unweighted = make_pipeline(StandardScaler(), FunctionTransformer())
    model = regressor(encoder=unweighted).fit(X[["size"]], y, w)
    assert model.encoder_[0].mean_[0] == pytest.approx(X["size"].mean())


def test_auto_batches_are_those_of_the_recipe():
    X, y = np.random.default_rng(0).normal(size=(2, 600, 2))
    model = regressor(max_iter=2).fit(X, y[:, 0])
    assert model.members_[0][0].batch_size == 68  # 540 rows: 8 batches of at least 64
    model = regressor(max_iter=2, batch_size=20).fit(X, y[:, 0])
    assert model.members_[0][0].batch_size == 20


@BOTH
def test_a_search_tries_settings_of_the_network(make):
    X, y = table()
    search = GridSearchCV(make(), {"estimator__learning_rate": [0.001, 0.02]}, cv=2)
    search.fit(X, target(make, y))
    assert search.best_params_ == {"estimator__learning_rate": 0.02}
    scores = cross_val_score(make_pipeline(make()), X, target(make, y), cv=2)
    assert np.isfinite(scores).all()


def test_nested_names_open_the_defaults():
    model = TabularRegressor().set_params(estimator__max_iter=3, encoder__n_bins=4)
    assert model.estimator.max_iter == 3
    assert model.estimator.learning_rate == TabularRegressor()._network().learning_rate
    assert model.encoder.n_bins == 4
    with pytest.raises(ValueError, match="Invalid parameter 'learning_rat'|no parameter"):
        model.set_params(estimator__learning_rat=3)


@BOTH
def test_the_encoder_by_default_is_the_one_in_the_docstring(make):
    kind = type(make())
    (text,) = re.findall(r"``(TableEncoder\(.*\))``", kind.__doc__)
    X, y = table()
    model = make().fit(X, target(make, y))
    written = eval(text, {"TableEncoder": TableEncoder, "np": np})
    assert model.encoder_.get_params() == written.get_params()


# ---- what is refused --------------------------------------------------------------------


def test_a_network_that_holds_rows_out_itself_is_refused():
    X, y = table()
    with pytest.raises(ValueError, match="set early_stopping=False"):
        regressor(early_stopping=True).fit(X, y)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (TabularRegressor(FFNNClassifier()), "'estimator' parameter"),
        (TabularClassifier(n_members=0), "'n_members' parameter"),
        (TabularClassifier(encoder="one-hot"), "'encoder' parameter"),
        (TabularRegressor(loss="log_loss"), "'loss' parameter"),
        (regressor(learning_rate=-1), "'learning_rate' parameter"),
        (TabularClassifier(class_weight={"nobody": 1.0, "else": 2.0}), "class_weight"),
    ],
)
def test_wrong_parameters_are_named(model, message):
    X, y = table()
    with pytest.raises(ValueError, match=message):
        model.fit(X, target(classifier, y) if "Classifier" in repr(model)[:20] else y)


@BOTH
def test_input_that_is_refused_leaves_the_fitted_model(make):
    X, y = table()
    y = target(make, y)
    model = make().fit(X, y)
    before = answers(model, X)
    for args in [(X, y[:-1]), (X, y, -np.ones(120)), (X, y, np.zeros(120)), (X, None)]:
        with pytest.raises(ValueError, match=r"[Ii]nconsistent|sample_weight|requires y"):
            model.fit(*args)
    np.testing.assert_array_equal(answers(model, X), before)
