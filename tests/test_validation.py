"""Held-out examples: given to fit, or split off from the rows to train on."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sknn import FFNNClassifier, FFNNRegressor

QUICK = {
    "hidden_layer_sizes": (5,),
    "max_iter": 4,
    "learning_rate_schedule": "cosine",
    "random_state": 0,
}


def numbered_rows(n, n_features=3):
    """Return random X whose first column is the number of the row over n."""
    X = np.random.default_rng(0).normal(size=(n, n_features))
    X[:, 0] = np.arange(n) / n
    return X


class HeldOutRecorder:
    """A scorer that keeps the held-out examples it is shown."""

    def __call__(self, estimator, X, y, sample_weight=None):
        self.X, self.y, self.sample_weight = X, y, sample_weight
        return 0.5

    def rows(self, n):
        """Return the numbers of the held-out rows, from X's first column."""
        return np.rint(np.asarray(self.X)[:, 0] * n).astype(int)


def held_out_rows(X, y, **params):
    """Return the numbers of the rows that a classifier holds out."""
    recorder = HeldOutRecorder()
    FFNNClassifier(early_stopping=True, scoring=recorder, **QUICK | params).fit(X, y)
    return recorder.rows(len(X))


# ---- given ------------------------------------------------------------------------------


@pytest.fixture
def classes():
    """X, y of three classes, and as many held-out examples."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(160, 3))
    y = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    return X[:80], y[:80], X[80:], y[80:]


def test_given_examples_are_scored_after_every_epoch(classes):
    X, y, X_val, y_val = classes
    model = FFNNClassifier(scoring="accuracy", **QUICK)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    assert len(model.validation_scores_) == len(model.validation_loss_curve_) == 4
    assert model.validation_scores_[-1] == model.score(X_val, y_val)


def test_validation_loss_is_the_weighted_log_loss(classes):
    X, y, X_val, y_val = classes
    w = np.random.default_rng(2).uniform(size=80)
    model = FFNNClassifier(loss="log_loss", **QUICK)
    model.fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=w)
    expected = log_loss(y_val, model.predict_proba(X_val), sample_weight=w)
    np.testing.assert_allclose(model.validation_loss_curve_[-1], expected, rtol=1e-12)
    assert model.validation_scores_[-1] == -model.validation_loss_curve_[-1]


@pytest.mark.parametrize("scale_target", [True, False])
def test_validation_loss_is_the_squared_error_in_the_unit_of_y(scale_target):
    rng = np.random.default_rng(3)
    X, w = rng.normal(size=(90, 3)), rng.uniform(size=40)
    Y = 5 + 100 * X[:, :2]
    model = FFNNRegressor(scale_target=scale_target, learning_rate=1e-5, **QUICK)
    model.fit(X[:50], Y[:50], X_val=X[50:], y_val=Y[50:], sample_weight_val=w)
    # The cost is a sum over the outputs.
    expected = 2 * mean_squared_error(Y[50:], model.predict(X[50:]), sample_weight=w)
    np.testing.assert_allclose(model.validation_loss_curve_[-1], expected, rtol=1e-10)


def test_huber_validation_loss_is_measured_in_standard_deviations():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(80, 2))
    y = 1000 * rng.standard_t(2, size=80)
    model = FFNNRegressor(loss="huber", **QUICK).fit(X, y, X_val=X, y_val=y)
    error = np.abs(model.predict(X) - y) / y.std()
    cost = np.where(error <= 1.35, error**2, 2 * 1.35 * error - 1.35**2)
    np.testing.assert_allclose(
        model.validation_loss_curve_[-1], cost.mean() * y.var(), rtol=1e-10
    )


def test_without_early_stopping_given_examples_decide_nothing(classes):
    X, y, X_val, y_val = classes
    watched = FFNNClassifier(**QUICK).fit(X, y, X_val=X_val, y_val=y_val)
    alone = FFNNClassifier(**QUICK).fit(X, y)
    for W, W_alone in zip(watched.coefs_, alone.coefs_, strict=True):
        np.testing.assert_array_equal(W, W_alone)
    assert not hasattr(watched, "best_iter_")
    assert not hasattr(alone, "validation_loss_curve_")


def test_given_examples_are_not_taken_from_the_rows_to_train_on(classes):
    X, y, X_val, y_val = classes
    recorder = HeldOutRecorder()
    model = FFNNClassifier(early_stopping=True, scoring=recorder, **QUICK)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    assert recorder.X is X_val
    assert recorder.y is y_val


def test_a_pipeline_transforms_held_out_examples_as_it_does_the_others(classes):
    X, y, X_val, y_val = classes
    recorder = HeldOutRecorder()
    with config_context(enable_metadata_routing=True):
        model = FFNNClassifier(early_stopping=True, scoring=recorder, **QUICK)
        model.set_fit_request(X_val=True, y_val=True)
        steps = [("scale", StandardScaler()), ("net", model)]
        pipeline = Pipeline(steps, transform_input=["X_val"])
        pipeline.fit(X, y, X_val=X_val, y_val=y_val)
    np.testing.assert_array_equal(recorder.X, pipeline["scale"].transform(X_val))
    assert len(pipeline["net"].validation_scores_) == pipeline["net"].n_iter_


@pytest.mark.parametrize("given_examples", [True, False])
def test_data_frames_pass_without_a_warning(classes, given_examples):
    X, y, X_val, y_val = (pd.DataFrame(part) for part in classes)
    X.columns = X_val.columns = ["one", "two", "three"]
    held_out = {"X_val": X_val, "y_val": y_val[0]} if given_examples else {}
    model = FFNNClassifier(early_stopping=True, scoring="accuracy", **QUICK)
    model.fit(X, y[0], **held_out)
    assert model.feature_names_in_.tolist() == ["one", "two", "three"]


def test_held_out_data_frames_must_have_the_same_columns(classes):
    X, _, X_val, _ = classes
    model = FFNNRegressor(**QUICK)
    frame = pd.DataFrame(X, columns=["one", "two", "three"])
    other = pd.DataFrame(X_val, columns=["one", "two", "four"])
    with pytest.raises(ValueError, match="feature names"):
        model.fit(frame, X[:, 0], X_val=other, y_val=X_val[:, 0])
    assert not hasattr(model, "coefs_")


def test_sparse_held_out_examples_score_as_dense_ones(classes):
    X, y, X_val, y_val = classes
    as_it_is = FFNNClassifier(encoder=None, **QUICK)  # else sparse X is not centred
    dense = clone(as_it_is).fit(X, y, X_val=X_val, y_val=y_val)
    X_sparse, X_val_sparse = sparse.coo_array(X), sparse.csc_array(X_val)
    found = as_it_is.fit(X_sparse, y, X_val=X_val_sparse, y_val=y_val)
    np.testing.assert_allclose(
        found.validation_loss_curve_, dense.validation_loss_curve_, rtol=1e-10
    )


@pytest.mark.parametrize("layout", ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"])
def test_rows_of_every_sparse_format_can_be_held_out(layout):
    X = sparse.eye_array(20, 3).asformat(layout)
    y = np.tile([0, 1], 10)
    model = FFNNClassifier(early_stopping=True, **QUICK).fit(X, y)
    assert len(model.validation_loss_curve_) == 4


def test_held_out_examples_take_the_dtype_of_the_network(classes):
    X, y, X_val, y_val = classes
    model = FFNNClassifier(loss="log_loss", scoring="neg_log_loss", **QUICK)
    model.fit(X.astype(np.float32), y, X_val=X_val, y_val=y_val)
    assert model.coefs_[0].dtype == np.float32
    np.testing.assert_allclose(
        model.validation_scores_[-1], -model.validation_loss_curve_[-1], rtol=1e-5
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_val": None}, "go together"),
        ({"X_val": None}, "go together"),
        ({"X_val": None, "y_val": None, "sample_weight_val": [1]}, "is for X_val"),
        ({"X_val": np.zeros((80, 2))}, "features"),
        ({"y_val": np.full(80, "d")}, r"\['d'\] that are not among the classes"),
        ({"y_val": np.full(79, "a")}, "inconsistent"),
        ({"X_val": np.full((80, 3), np.nan)}, "NaN"),
        ({"sample_weight_val": np.ones(79)}, "sample_weight"),
        ({"sample_weight_val": -np.ones(80)}, "sample_weight_val must not"),
    ],
)
def test_held_out_examples_that_do_not_fit_are_refused(classes, changes, message):
    X, y, X_val, y_val = classes
    model = FFNNClassifier(**QUICK)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y, **{"X_val": X_val, "y_val": y_val} | changes)
    assert not hasattr(model, "coefs_")


def test_held_out_targets_must_have_as_many_columns():
    X = np.eye(6)
    with pytest.raises(ValueError, match="y_val has 2 columns, but y has 1"):
        FFNNRegressor(**QUICK).fit(X, X[:, 0], X_val=X, y_val=X[:, :2])


# ---- split off --------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [(180, 20), (150, 30, 20), (60, 60, 60, 15)])
def test_every_class_has_its_share_of_the_held_out_rows(counts):
    y = np.random.default_rng(0).permutation(np.repeat(range(len(counts)), counts))
    rows = held_out_rows(numbered_rows(len(y)), y, validation_fraction=0.2)
    expected = 0.2 * np.array(counts)
    found = np.bincount(y[rows], minlength=len(counts))
    assert np.abs(found - expected).max() <= 1
    assert len(rows) == np.ceil(0.2 * len(y))


def test_every_combination_of_labels_has_its_share_of_the_held_out_rows():
    rng = np.random.default_rng(0)
    Y = (rng.random((400, 3)) < [0.5, 0.3, 0.1]).astype(int)
    rows = held_out_rows(numbered_rows(400), Y, validation_fraction=0.25)
    codes = Y @ [1, 2, 4]
    found = np.bincount(codes[rows], minlength=8)
    expected = 0.25 * np.bincount(codes, minlength=8)
    assert np.abs(found - expected).max() <= 1


def test_many_labels_do_not_keep_rows_from_being_held_out():
    # Nearly all combinations of 12 labels occur once: they are drawn as one group.
    Y = np.random.default_rng(0).integers(2, size=(100, 12))
    recorder = HeldOutRecorder()
    model = FFNNClassifier(early_stopping=True, scoring=recorder, **QUICK)
    model.fit(numbered_rows(100), Y)
    assert len(recorder.X) == 10


def test_a_class_with_one_row_is_warned_of_and_stays_in_training():
    y = np.repeat([0, 1, 2], [30, 29, 1])
    for seed in range(10):
        with pytest.warns(UserWarning, match="only ones of their class"):
            rows = held_out_rows(numbered_rows(60), y, random_state=seed)
        assert 59 not in rows
        assert len(rows) == 6


def test_fewer_held_out_rows_than_classes_are_drawn_without_regard_to_class():
    y = np.arange(20) % 5
    with pytest.warns(UserWarning, match="2 of 20 rows to hold out are too few for 5"):
        rows = held_out_rows(numbered_rows(20), y)
    assert len(rows) == 2


def test_a_split_of_too_few_rows_is_refused():
    model = FFNNRegressor(early_stopping=True)
    with pytest.raises(ValueError, match="too few to hold 2 out"):
        model.fit(np.eye(2), [0.0, 1.0])
    assert not hasattr(model, "coefs_")


def test_a_split_leaves_something_to_train_on():
    rows = held_out_rows(numbered_rows(10), np.zeros(10), validation_fraction=0.9)
    assert len(rows) == 9


def test_classes_of_one_row_each_are_drawn_without_regard_to_class():
    with pytest.warns(UserWarning, match="too few for 9 classes"):
        rows = held_out_rows(numbered_rows(9), np.arange(9))
    assert len(rows) == 2


def test_a_regression_holds_out_the_asked_for_share():
    recorder = HeldOutRecorder()
    X = numbered_rows(95)
    model = FFNNRegressor(
        early_stopping=True, validation_fraction=0.3, scoring=recorder, **QUICK
    )
    model.fit(X, X[:, 1])
    rows = recorder.rows(95)
    assert len(set(rows)) == len(rows)
    assert len(rows) in (28, 29)
    np.testing.assert_array_equal(recorder.y, X[rows, 1])


def test_held_out_rows_keep_their_weights():
    recorder = HeldOutRecorder()
    X, w = numbered_rows(60), np.linspace(1, 7, 60)
    model = FFNNRegressor(early_stopping=True, scoring=recorder, **QUICK)
    model.fit(X, X[:, 1], sample_weight=w)
    np.testing.assert_array_equal(recorder.sample_weight, w[recorder.rows(60)])


def test_a_scorer_without_sample_weight_is_refused_where_there_are_weights():
    X = numbered_rows(30)
    model = FFNNRegressor(early_stopping=True, scoring=lambda model, X, y: 0.0, **QUICK)
    with pytest.raises(ValueError, match="must accept sample_weight"):
        model.fit(X, X[:, 1], sample_weight=np.ones(30))


def test_the_network_learns_nothing_from_held_out_rows():
    X, y = numbered_rows(60), np.tile([0, 1], 30)
    rows = held_out_rows(X, y)
    rest = np.setdiff1d(np.arange(60), rows)
    whole = FFNNClassifier(early_stopping=True, **QUICK).fit(X, y)
    part = FFNNClassifier(early_stopping=True, **QUICK)
    part.fit(X[rest], y[rest], X_val=X[rows], y_val=y[rows])
    for W, W_part in zip(whole.coefs_, part.coefs_, strict=True):
        np.testing.assert_array_equal(W, W_part)
    assert whole.validation_scores_ == part.validation_scores_


def test_the_same_seed_holds_out_the_same_rows():
    X, y = numbered_rows(100), np.tile([0, 1], 50)
    same = [held_out_rows(X, y, random_state=7).tolist() for _ in range(2)]
    assert same[0] == same[1]
    assert held_out_rows(X, y, random_state=8).tolist() != same[0]


def test_a_warm_start_holds_out_the_same_rows_without_a_seed():
    X, y = numbered_rows(100), np.tile([0, 1], 50)
    recorder = HeldOutRecorder()
    params = QUICK | {"random_state": None, "warm_start": True, "scoring": recorder}
    model = FFNNClassifier(early_stopping=True, **params)
    seen = [tuple(model.fit(X, y) and recorder.rows(100)) for _ in range(3)]
    assert len(set(seen)) == 1


def test_the_users_data_are_not_changed():
    X, y, w = numbered_rows(60), np.tile([0, 1], 30), np.linspace(1, 2, 60)
    data = (X, y, w)
    before = [array.copy() for array in data]
    for array in data:
        array.setflags(write=False)
    model = FFNNClassifier(early_stopping=True, class_weight="balanced", **QUICK)
    model.fit(X, y, w).fit(X, y, w, X_val=X, y_val=y, sample_weight_val=w)
    for array, then in zip(data, before, strict=True):
        np.testing.assert_array_equal(array, then)


def test_the_rows_to_train_on_are_not_copied():
    X = np.random.default_rng(0).normal(size=(40_000, 64))
    y = np.tile([0.0, 1.0], 20_000)
    params = QUICK | {"encoder": None, "max_iter": 1}
    model = FFNNRegressor(early_stopping=True, **params)
    tracemalloc.start()
    model.fit(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.nbytes / 2


def test_predictions_of_the_held_out_rows_are_what_was_scored():
    X, y = numbered_rows(80), np.tile([0, 1], 40)
    rows = held_out_rows(X, y)
    model = FFNNClassifier(early_stopping=True, scoring="accuracy", **QUICK).fit(X, y)
    assert model.best_score_ == accuracy_score(y[rows], model.predict(X[rows]))
