"""Both estimators on tables as they come: text, categories, gaps, numbers of any scale."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

from sknn import FFNNClassifier, FFNNRegressor, TableEncoder


def table(n, seed=0):
    """Return a frame with columns of every kind."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.normal(40, 12, n),
            "income": np.exp(rng.normal(10, 2, n)),
            "city": rng.choice(["Rome", "Oslo", "Kyoto"], n),
            "sex": rng.choice(["f", "m"], n),
            "member": rng.random(n) < 0.4,
            "grade": pd.Categorical(rng.choice(list("cab"), n), categories=list("cab")),
            "children": pd.array(rng.integers(0, 5, n), dtype="Int64"),
        }
    )
    frame.loc[::7, "age"] = np.nan
    frame.loc[::11, "children"] = pd.NA
    frame.loc[::13, "city"] = None
    return frame


KINDS = [FFNNRegressor, FFNNClassifier]
QUICK = {
    "hidden_layer_sizes": (12,),
    "learning_rate": 0.01,
    "learning_rate_schedule": "cosine",
    "max_iter": 12,
    "random_state": 0,
}
# What encoder=None leaves out besides the encoder.
PLAIN = {FFNNRegressor: {"clip_target": False}, FFNNClassifier: {"loss": "log_loss"}}
FRAME = table(240)
SIGNAL = (FRAME["city"] == "Rome") * 2.0 + (FRAME["sex"] == "m") + FRAME["member"]


def target(kind):
    return (
        (SIGNAL > 1).map({True: "yes", False: "no"}) if kind is FFNNClassifier else SIGNAL
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_of_every_kind_is_learned_from_as_it_is(kind):
    y = target(kind)
    before = FRAME.copy(deep=True)
    model = kind(**QUICK | {"max_iter": 60}).fit(FRAME, y)
    assert model.score(FRAME, y) > 0.9
    pd.testing.assert_frame_equal(FRAME, before)
    assert model.n_features_in_ == FRAME.shape[1]
    assert model.feature_names_in_.tolist() == FRAME.columns.tolist()
    assert model.coefs_[0].shape[0] == len(model.encoder_.get_feature_names_out())


@pytest.mark.parametrize("kind", KINDS)
def test_training_is_that_of_a_network_behind_the_encoder(kind):
    y = target(kind)
    params = QUICK | PLAIN[kind]
    ours = kind(**params).fit(FRAME, y)
    theirs = make_pipeline(TableEncoder(), kind(encoder=None, **params)).fit(FRAME, y)
    for W, W_then in zip(ours.coefs_, theirs[-1].coefs_, strict=True):
        np.testing.assert_array_equal(W, W_then)
    np.testing.assert_array_equal(ours.predict(FRAME), theirs.predict(FRAME))


def test_columns_and_categories_may_come_in_another_order():
    y = target(FFNNRegressor)
    model = FFNNRegressor(**QUICK).fit(FRAME, y)
    turned = FRAME[FRAME.columns[::-1]]
    turned = turned.assign(grade=turned["grade"].cat.reorder_categories(list("bca")))
    np.testing.assert_array_equal(model.predict(turned), model.predict(FRAME))
    numbers = FRAME[["income", "member"]]
    model.fit(numbers, y)
    with pytest.raises(ValueError, match="same order"):
        model.predict(numbers[["member", "income"]])


@pytest.mark.parametrize("change", [{"age": "old"}, {"city": 1.5}])
def test_a_column_of_another_kind_is_refused(change):
    model = FFNNRegressor(**QUICK).fit(FRAME, target(FFNNRegressor))
    with pytest.raises(ValueError, match=f"column '{next(iter(change))}'.*in fit it had"):
        model.predict(FRAME.assign(**change))


@pytest.mark.parametrize("kind", KINDS)
def test_gaps_in_an_array_are_filled_and_marked(kind):
    X = np.column_stack([np.linspace(-1, 1, 80), np.tile([1.0, np.nan], 40)])
    y = np.isnan(X[:, 1]) + 0
    model = kind(**QUICK | {"max_iter": 80}).fit(X, y)
    assert model.score(X, y) > 0.95
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).predict(X), model.predict(X)
    )


def test_gaps_in_sparse_input_are_refused():
    X = sparse.csr_matrix([[1.0, np.nan], [0.0, 2.0]])
    with pytest.raises(ValueError, match="NaN"):
        FFNNRegressor(**QUICK).fit(X, [1, 2])


@pytest.mark.parametrize("kind", KINDS)
def test_held_out_tables_pass_the_same_encoder(kind):
    y = target(kind)
    given = kind(early_stopping=True, **QUICK)
    given.fit(FRAME[:160], y[:160], X_val=FRAME[160:], y_val=y[160:])
    assert len(given.validation_scores_) == 12
    split = kind(early_stopping=True, validation_fraction=0.25, **QUICK).fit(FRAME, y)
    assert split.score(FRAME, y) > 0.6
    with pytest.raises(ValueError, match="X_val: .*lacks \\['age'\\]"):
        given.fit(FRAME, y, X_val=FRAME.drop(columns="age"), y_val=y)


def test_the_encoder_sees_the_rows_to_train_on_alone():
    X = pd.DataFrame({"x": np.arange(40.0), "c": [f"v{k}" for k in range(40)]})
    params = QUICK | {"early_stopping": True, "validation_fraction": 10}
    model = FFNNRegressor(**params).fit(X, X["x"])
    assert len(model.encoder_.categories_[0]) == 30


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_of_tables_keeps_the_categories_of_its_first_chunk(kind):
    y = target(kind)
    known = {"classes": ["no", "yes"]} if kind is FFNNClassifier else {}
    model = kind(hidden_layer_sizes=(12,), learning_rate=0.01, random_state=0)
    for _ in range(25):
        for start in range(0, 240, 60):
            rows = slice(start, start + 60)
            model.partial_fit(FRAME[rows], y[rows], **known)
    assert model.score(FRAME, y) > 0.85
    other = FRAME[:60].assign(city="Lima")
    model.partial_fit(other, y[:60], **known)
    assert model.encoder_.categories_[0].tolist() == ["Kyoto", "Oslo", "Rome"]


def test_any_transformer_can_be_the_encoder():
    y = target(FFNNClassifier)
    text, numbers = OneHotEncoder(sparse_output=False), StandardScaler()
    columns = make_column_transformer((text, ["city", "sex"]), (numbers, ["income"]))
    frame = FRAME.fillna({"city": "?"})
    params = QUICK | PLAIN[FFNNClassifier]
    model = FFNNClassifier(encoder=columns, **params).fit(frame, y)
    assert not hasattr(columns, "transformers_")  # a clone was fitted
    behind = make_pipeline(columns, FFNNClassifier(encoder=None, **params)).fit(frame, y)
    np.testing.assert_array_equal(model.coefs_[0], behind[-1].coefs_[0])


@pytest.mark.parametrize("early_stopping", [False, True])
def test_an_encoder_may_look_at_the_targets(early_stopping):
    y = target(FFNNRegressor)
    cities = FRAME[["city", "sex"]].fillna("?")
    model = FFNNRegressor(encoder=TargetEncoder(), early_stopping=early_stopping, **QUICK)
    assert model.fit(cities, y).score(cities, y) > 0.5


def test_the_settings_of_the_encoder_can_be_searched():
    y = target(FFNNRegressor)
    model = FFNNRegressor(encoder=TableEncoder(), **QUICK | {"max_iter": 4})
    search = GridSearchCV(model, {"encoder__n_bins": [None, 4]}, cv=2).fit(FRAME, y)
    widths = [
        model.set_params(encoder__n_bins=n).fit(FRAME, y).coefs_[0].shape[0]
        for n in (None, 4)
    ]
    assert widths[1] > widths[0]
    assert "encoder__n_bins" in search.best_params_


def test_columns_are_explained_as_they_were_given():
    y = target(FFNNClassifier)
    model = FFNNClassifier(**QUICK | {"max_iter": 60}).fit(FRAME, y)
    found = permutation_importance(model, FRAME, y, n_repeats=3, random_state=0)
    by_name = dict(zip(FRAME.columns, found.importances_mean, strict=True))
    assert by_name["city"] > 5 * max(by_name["age"], by_name["income"], 0.005)
    curve = partial_dependence(
        model, FRAME.fillna({"city": "?"}), ["city"], categorical_features=["city"]
    )
    means = dict(zip(curve["grid_values"][0], curve["average"][0], strict=True))
    assert max(means, key=means.get) == "Rome"


# ---- tables that are hardly any ---------------------------------------------------------

ODD = {
    "constant": FRAME.assign(age=3.0),
    "all missing": FRAME.assign(age=np.nan),
    "huge": FRAME.assign(income=np.where(np.arange(240) == 7, 1e300, 1.0)),
    "ten thousand categories": FRAME.assign(city=[f"v{k}" for k in range(240)]),
    "text alone": FRAME[["city", "sex"]],
    "one category": FRAME[["sex"]].assign(sex="f"),
    "one row": FRAME[:1],
    "two rows": FRAME[:2],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("odd", ODD)
def test_odd_tables_are_learned_from_without_a_storm_of_warnings(odd, kind):
    X = ODD[odd]
    y = target(kind)[: len(X)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = kind(**QUICK).fit(X, y)
        A = model.predict(X) if kind is FFNNRegressor else model.predict_proba(X)
    assert np.isfinite(A).all()
    assert len(caught) <= 1, [str(warning.message) for warning in caught]


def test_a_category_that_is_new_counts_as_missing():
    y = target(FFNNRegressor)
    model = FFNNRegressor(**QUICK).fit(FRAME, y)
    new, missing = FRAME[:3].assign(city="Lima"), FRAME[:3].assign(city=None)
    np.testing.assert_array_equal(model.predict(new), model.predict(missing))


@pytest.mark.parametrize("encoder", ["table", TableEncoder, 3])
def test_what_is_no_encoder_is_refused(encoder):
    with pytest.raises((ValueError, TypeError), match="encoder|instance"):
        FFNNRegressor(encoder=encoder, **QUICK).fit(FRAME, target(FFNNRegressor))


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_frames_of_other_libraries_give_the_same_network(library):
    pytest.importorskip("pyarrow")
    module = pytest.importorskip(library)
    y = target(FFNNRegressor)
    if library == "polars":
        other = module.from_pandas(FRAME)
    else:
        other = module.Table.from_pandas(FRAME)
    ours, theirs = FFNNRegressor(**QUICK).fit(FRAME, y), FFNNRegressor(**QUICK)
    theirs.fit(other, y)
    np.testing.assert_array_equal(ours.coefs_[0], theirs.coefs_[0])
    np.testing.assert_array_equal(ours.predict(FRAME), theirs.predict(other))


def test_a_cell_of_no_kind_is_refused_after_fit_as_in_it():
    model = FFNNRegressor(**QUICK).fit(FRAME.to_numpy(dtype=object), SIGNAL)
    cells = FRAME[:3].to_numpy(dtype=object)
    cells[0, 0] = {"age": 3}
    with pytest.raises(TypeError, match="lists, dicts.*must be a string or a number"):
        model.predict(cells)


def test_a_first_chunk_without_weight_is_accepted():
    model = FFNNRegressor(**QUICK).partial_fit(FRAME, SIGNAL, np.zeros(240))
    assert np.isfinite(model.predict(FRAME)).all()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_targets_beyond_float32_do_not_disturb_predictions_in_it():
    X = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    model = FFNNRegressor(**QUICK).fit(X, 1e36 * X[:, 0])
    model.set_params(learning_rate_schedule="constant", max_iter=99)
    model.partial_fit(X, np.full(30, 1e39), np.full(30, 1e-9))
    assert np.isfinite(model.predict(X)).all()
