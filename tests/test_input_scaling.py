"""The scale of the columns of X: found by `fit`, folded into the first layer."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from sknn import FFNNClassifier, FFNNRegressor
from sknn.encoding.moments import Moments
from sknn.encoding.scaling import InputScaling

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
y = X[:, 0] - np.abs(X[:, 1])
w = RNG.uniform(0.5, 2, size=90)
SCALE, SHIFT = np.array([1, 1e6, 1e-5, 3]), np.array([0, 3e6, 1, 1e4])
FAR = X * SCALE + SHIFT
QUICK = {
    "hidden_layer_sizes": (8,),
    "learning_rate": 0.01,
    "learning_rate_schedule": "cosine",
    "max_iter": 8,
    "random_state": 0,
}


def scaling_of(X, w=None, rows=None):
    X = X if sparse.issparse(X) else np.asarray(X)
    w = None if w is None else np.asarray(w, dtype=float)[:, np.newaxis]
    return InputScaling.start(X).update(X, w, rows)


# ---- moments ----------------------------------------------------------------------------

CHUNKS = st.lists(
    arrays(
        float,
        st.tuples(st.integers(1, 9), st.just(2)),
        elements=st.integers(-(10**9), 10**9),
    ),
    min_size=1,
    max_size=4,
)


@given(CHUNKS)
def test_moments_of_chunks_are_those_of_all_rows(chunks):
    moments = Moments.start(2)
    for chunk in chunks:
        moments = moments.merged(Moments.of(chunk, None))
    rows = np.concatenate(chunks)
    tolerance = 1e-12 * np.abs(rows).max()
    np.testing.assert_allclose(moments.mean, rows.mean(axis=0), rtol=0, atol=tolerance)
    np.testing.assert_allclose(moments.std, rows.std(axis=0), rtol=1e-9, atol=tolerance)
    assert moments.weight == len(rows)


@pytest.mark.parametrize("block", [7, 1 << 18])
def test_the_scale_is_that_of_scikit_learn(block, monkeypatch):
    monkeypatch.setattr("sknn.encoding.moments.BLOCK", block)
    ours, theirs = scaling_of(FAR, w), StandardScaler().fit(FAR, sample_weight=w)
    np.testing.assert_allclose(ours.shift, theirs.mean_, rtol=1e-12)
    np.testing.assert_allclose(ours.scale, theirs.scale_, rtol=1e-12)
    np.testing.assert_allclose(
        ours.encode(FAR), theirs.transform(FAR), rtol=1e-6, atol=1e-9
    )


def test_rows_that_do_not_count_have_no_say():
    counted = np.arange(90) % 3 > 0
    expected = scaling_of(FAR[counted])
    for scaling in (
        scaling_of(FAR, counted),
        scaling_of(FAR, None, np.flatnonzero(counted)),
    ):
        np.testing.assert_allclose(scaling.shift, expected.shift, rtol=1e-12)
        np.testing.assert_allclose(scaling.scale, expected.scale, rtol=1e-12)


def test_sparse_columns_are_divided_by_the_root_mean_square_of_their_values():
    dense = np.where(RNG.random((50, 6)) < 0.3, RNG.normal(3, 2, size=(50, 6)), 0)
    dense[:, 5] = dense[:, 5] != 0  # of 0 and 1: stays as it is
    weights = RNG.uniform(0.5, 2, size=50)
    matrix = sparse.csr_matrix(dense)
    scaling = scaling_of(matrix, weights)
    for column in range(6):
        filled = dense[:, column] != 0
        squares = np.average(dense[filled, column] ** 2, weights=weights[filled])
        np.testing.assert_allclose(scaling.scale[column], np.sqrt(squares), rtol=1e-12)
    assert scaling.scale[5] == 1
    encoded = scaling.encode(matrix)
    assert encoded.nnz == matrix.nnz
    np.testing.assert_allclose(encoded.toarray(), dense / scaling.scale, rtol=1e-12)


# ---- the first layer --------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [bool, np.float32, np.uint8])
def test_a_sparse_frame_with_few_zeros_trains_like_a_dense_one(dtype):
    dense = pd.DataFrame({"a": [1, 0, 0] * 20, "b": [0, 1, 1] * 20, "c": [0, 0, 1] * 20})
    thin = dense.astype(pd.SparseDtype(dtype, dtype(0)))
    params = QUICK
    first = FFNNClassifier(**params).fit(thin, dense["b"])
    second = FFNNClassifier(**params).fit(dense.astype(dtype), dense["b"])
    assert_allclose(
        first.predict_proba(thin), second.predict_proba(dense.astype(dtype)), rtol=1e-5
    )
    assert_allclose(first.predict_proba(thin), first.predict_proba(thin.sparse.to_dense()))


def test_a_sparse_frame_of_many_zeros_stays_sparse():
    thin = pd.DataFrame(np.eye(40)).astype(pd.SparseDtype(float, 0))
    model = FFNNRegressor(**QUICK).partial_fit(thin, np.arange(40.0))
    assert not model._features.scaling.centred


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
def test_a_folded_layer_gives_what_the_layer_gave_for_scaled_input(make):
    given_X, W, b = make(FAR), RNG.normal(size=(4, 3)), RNG.normal(size=3)
    scaling = scaling_of(given_X)
    W_folded, b_folded = scaling.fold(W, b)
    np.testing.assert_allclose(
        given_X @ W_folded + b_folded, scaling.encode(given_X) @ W + b, rtol=1e-7, atol=1e-7
    )
    W_back, b_back = scaling.unfold(W_folded, b_folded)
    np.testing.assert_allclose(W_back, W, rtol=1e-12)
    np.testing.assert_allclose(b_back, b, rtol=1e-7)


def test_a_layer_that_moves_to_another_scale_predicts_as_before():
    old, new = scaling_of(FAR), scaling_of(FAR * 2 - 5)
    W, b = RNG.normal(size=(4, 3)), RNG.normal(size=3)
    W_new, b_new = old.moved(new, W, b)
    np.testing.assert_allclose(
        new.encode(FAR) @ W_new + b_new, old.encode(FAR) @ W + b, rtol=1e-6, atol=1e-6
    )


def test_a_column_that_was_constant_starts_to_count_without_a_jump():
    rows = FAR.copy()
    rows[:, 2] = 7
    later = FAR.copy()
    old, W, b = scaling_of(rows), RNG.normal(size=(4, 3)), RNG.normal(size=3)
    new = old.update(later, None, None)
    W_new, b_new = old.moved(new, W, b)
    np.testing.assert_array_equal(W_new[2], W[2])
    before, after = old.encode(rows) @ W + b, new.encode(rows) @ W_new + b_new
    np.testing.assert_allclose(after, before, rtol=1e-6, atol=1e-6)


# ---- the estimators ---------------------------------------------------------------------


@pytest.mark.parametrize("early_stopping", [False, True])
def test_the_units_of_the_columns_do_not_matter(early_stopping):
    params = QUICK | {"early_stopping": early_stopping}
    plain, far = FFNNRegressor(**params).fit(X, y), FFNNRegressor(**params).fit(FAR, y)
    np.testing.assert_allclose(far.predict(FAR), plain.predict(X), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(far.loss_curve_, plain.loss_curve_, rtol=1e-6)


def test_coefs_are_those_of_x_itself():
    model = FFNNRegressor(**QUICK).fit(FAR, y)
    hidden = np.maximum(FAR @ model.coefs_[0] + model.intercepts_[0], 0)
    by_hand = (hidden @ model.coefs_[1] + model.intercepts_[1])[:, 0]
    np.testing.assert_allclose(by_hand, model.predict(FAR), rtol=1e-10)
    assert model.encoder_ is None


def test_training_is_that_of_a_network_on_standardised_columns():
    ours = FFNNRegressor(**QUICK).fit(FAR, y, w)
    scaler = StandardScaler().fit(FAR, sample_weight=w)
    theirs = FFNNRegressor(encoder=None, **QUICK).fit(scaler.transform(FAR), y, w)
    expected = theirs.predict(scaler.transform(FAR))
    np.testing.assert_allclose(ours.predict(FAR), expected, rtol=1e-6, atol=1e-6)


def test_a_constant_column_has_no_effect_whatever_it_becomes():
    rows = np.column_stack([X, np.full(90, 0.1)])
    model = FFNNRegressor(**QUICK).fit(rows, y)
    before = model.predict(rows)
    rows[:, 4] = 1e6
    np.testing.assert_array_equal(model.predict(rows), before)


def test_a_missing_value_where_there_was_none_is_taken_for_the_mean():
    model = FFNNRegressor(**QUICK).fit(FAR, y)
    rows, filled = FAR[:3].copy(), FAR[:3].copy()
    rows[1, 1], filled[1, 1] = np.nan, FAR[:, 1].mean()
    np.testing.assert_allclose(model.predict(rows), model.predict(filled), rtol=1e-12)
    with pytest.raises(ValueError, match="NaN"):
        FFNNRegressor(encoder=None, **QUICK).fit(X, y).predict(rows)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("hidden_layer_sizes", [(), (8,)])
def test_a_warm_start_on_the_same_rows_goes_on_to_the_bit(hidden_layer_sizes):
    params = QUICK | {"hidden_layer_sizes": hidden_layer_sizes, "warm_start": True}
    params |= {"learning_rate_schedule": "constant", "n_iter_no_change": np.inf}
    one = FFNNRegressor(**params | {"max_iter": 8}).fit(FAR, y)
    two = FFNNRegressor(**params | {"max_iter": 4}).fit(FAR, y).fit(FAR, y)
    for ours, theirs in zip(two.coefs_, one.coefs_, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_given_are_those_of_x_itself():
    model = FFNNRegressor(**QUICK).fit(FAR, y)
    start = {"coefs_init": model.coefs_, "intercepts_init": model.intercepts_}
    same = FFNNRegressor(**QUICK | {"learning_rate": 1e-30, "max_iter": 1})
    same.fit(FAR, y, **start)
    np.testing.assert_allclose(same.predict(FAR), model.predict(FAR), rtol=1e-6)


@pytest.mark.parametrize("size", [1, 50])
def test_a_stream_learns_from_columns_of_any_unit(size):
    rows = np.random.default_rng(1).normal(size=(1000, 4))
    target = rows[:, 0] - np.abs(rows[:, 1])
    scores = []
    for encoder, inputs in (("auto", rows * SCALE + SHIFT), (None, rows)):
        model = FFNNRegressor(20, encoder=encoder, learning_rate=0.01, random_state=0)
        for _ in range(1 if size == 1 else 20):
            for start in range(0, 1000, size):
                chunk = slice(start, start + size)
                model.partial_fit(inputs[chunk], target[chunk])
        scores.append(model.score(inputs, target))
    assert scores[0] > max(0.8, scores[1] - 0.05), scores


def test_a_stream_keeps_its_predictions_when_the_scale_moves():
    model = FFNNRegressor(**QUICK).partial_fit(FAR, y)
    before = model.predict(FAR)
    model.set_params(learning_rate=1e-30).partial_fit(FAR * 3, y)
    np.testing.assert_allclose(model.predict(FAR), before, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("first", [np.asarray, sparse.csr_matrix])
def test_a_stream_of_dense_and_sparse_chunks_has_one_scale(first):
    other = sparse.csr_matrix if first is np.asarray else np.asarray
    mixed = FFNNRegressor(**QUICK).partial_fit(first(X), y).partial_fit(other(X), y)
    same = FFNNRegressor(**QUICK).partial_fit(first(X), y).partial_fit(first(X), y)
    np.testing.assert_allclose(mixed.predict(X), same.predict(X), rtol=1e-10)


@pytest.mark.parametrize("far", [1e36, 1e-36])
def test_a_spread_that_float32_weights_cannot_hold_is_refused(far):
    rows = (X * [1, far, 1, 1]).astype(np.float32)
    with pytest.raises(ValueError, match="Column 1 of X has a spread.*float64"):
        FFNNClassifier(**QUICK).fit(rows, y > 0)


def test_a_huge_column_is_scaled_like_any_other():
    rows = X.copy()
    rows[5, 2] = 1e300
    model = FFNNRegressor(**QUICK).fit(rows, y)
    assert np.isfinite(model.predict(rows)).all()
    assert model.score(rows, y) > 0
