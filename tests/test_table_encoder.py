"""TableEncoder: a table as numbers, the same from every library and in every order."""

import pickle
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from sklearn.base import clone
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from test_common import every_check, no_skip

from sknn import TableEncoder
from sknn.encoding.numbers import piecewise_linear, quantiles

RNG = np.random.default_rng(0)
N = 60


def table(n=N, seed=0):
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


DENSE = {"sparse_output": False}


@every_check(
    [
        TableEncoder(),
        TableEncoder(n_bins=4, smooth_clip=3.0, sparse_output=False),
        TableEncoder(dtype=np.float32, sparse_output=True),
    ]
)
def test_every_check_passes(estimator, check):
    no_skip(check)(estimator)


# ---- numbers ----------------------------------------------------------------------------


def test_numbers_are_standardised_with_their_gaps_filled_by_the_median():
    X = RNG.normal(3, 2, size=(31, 2))
    X[[1, 5, 8, 9], 1] = np.nan
    encoded = TableEncoder().fit_transform(X)
    filled = X.copy()
    filled[np.isnan(X)] = np.median(X[~np.isnan(X[:, 1]), 1])
    np.testing.assert_allclose(
        encoded[:, :2], StandardScaler().fit_transform(filled), rtol=1e-12, atol=1e-12
    )
    np.testing.assert_array_equal(encoded[:, 2], np.isnan(X[:, 1]))


def test_a_gap_that_is_new_is_the_median_and_has_no_indicator():
    X = RNG.normal(size=(11, 1))
    encoder = TableEncoder().fit(X)
    found = encoder.transform([[np.nan], [np.median(X)]])
    assert found.shape == (2, 1)
    assert found[0] == found[1]


@pytest.mark.parametrize("column", [[5.0] * 9, [np.nan] * 9])
def test_a_column_without_two_values_gives_nothing(column):
    X = np.column_stack([np.arange(9.0), column])
    assert TableEncoder(n_bins=3).fit_transform(X).shape[1] == 1 + 3


def test_of_a_constant_column_with_gaps_the_indicator_is_left():
    X = np.column_stack([np.arange(6.0), [2, np.nan, 2, 2, np.nan, 2]])
    encoder = TableEncoder().set_output(transform="pandas").fit(X)
    assert encoder.transform(X)["x1_missing"].tolist() == [0, 1, 0, 0, 1, 0]


def test_the_largest_floats_do_not_overflow():
    X = np.array([[-1e300, 0], [1e300, 1], [0, 2], [5e299, 3]])
    for params in ({}, {"n_bins": 2}, {"smooth_clip": 2.0, "n_bins": 3}):
        encoded = TableEncoder(**params).fit_transform(X)
        assert np.isfinite(encoded).all()
        np.testing.assert_allclose(encoded[:, 1].mean(), 0, atol=1e-12)


def test_far_off_values_stay_within_the_smooth_clip():
    encoder = TableEncoder(smooth_clip=3.0).fit(RNG.normal(size=(50, 1)))
    z = TableEncoder().fit(RNG.normal(size=(50, 1))).transform([[0.5]])
    assert np.abs(encoder.transform([[1e300], [-1e300]])).max() <= 3
    plain = TableEncoder().fit(np.arange(5.0)[:, None])
    clipped = TableEncoder(smooth_clip=2.0).fit(np.arange(5.0)[:, None])
    z = plain.transform([[0.0], [9.0]])
    np.testing.assert_allclose(
        clipped.transform([[0.0], [9.0]]), z / np.sqrt(1 + (z / 2) ** 2), rtol=1e-12
    )


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_infinity_names_the_column(bad):
    frame = table()
    frame.loc[3, "income"] = bad
    with pytest.raises(ValueError, match="infinity in column 'income'"):
        TableEncoder().fit(frame)


# ---- bins -------------------------------------------------------------------------------


def encoded_by_hand(x, edges):
    rows = []
    for value in x:
        row = []
        for low, high in pairwise(edges):
            row.append(2 * min(max((value - low) / (high - low), 0), 1) - 1)
        rows.append(row)
    return np.array(rows)


def test_bins_rise_from_edge_to_edge():
    x = RNG.normal(size=40)
    encoder = TableEncoder(n_bins=4).fit(x[:, np.newaxis])
    ordered = np.sort(x)
    edges = ordered[[0, 9, 19, 29, 39]]  # the values below which a quarter of the rows is
    new = RNG.normal(size=15) * 2
    found = encoder.transform(new[:, np.newaxis])[:, 1:]
    np.testing.assert_allclose(found, encoded_by_hand(new, edges), rtol=1e-12)


VALUES = arrays(float, st.integers(1, 30), elements=st.floats(-1e9, 1e9))
EDGES = st.lists(st.integers(-50, 50), min_size=2, max_size=6, unique=True).map(sorted)


@given(VALUES, EDGES)
def test_the_piecewise_linear_encoding_is_bounded_and_rises(x, edges):
    encoded = piecewise_linear(np.sort(x), np.array(edges, dtype=float))
    assert encoded.min() >= -1
    assert encoded.max() <= 1
    assert (np.diff(encoded, axis=0) >= 0).all()


def test_columns_of_two_values_have_no_bins():
    X = np.column_stack([np.arange(20.0), np.arange(20) % 2])
    assert TableEncoder(n_bins=4).fit_transform(X).shape[1] == 2 + 4


@given(
    arrays(float, st.just(9), elements=st.integers(-5, 5)),
    arrays(int, st.just(9), elements=st.integers(1, 4)),
    st.integers(2, 9),
)
def test_weight_is_repetition_in_quantiles(x, w, n_bins):
    levels = np.linspace(0, 1, n_bins + 1)
    repeated = quantiles(np.repeat(x, w), None, levels)
    np.testing.assert_array_equal(quantiles(x, w.astype(float), levels), repeated)
    np.testing.assert_array_equal(quantiles(x, w / 7, levels), repeated)


# ---- categories -------------------------------------------------------------------------


def test_categories_are_one_hot_as_in_scikit_learn():
    frame = pd.DataFrame({"city": ["Rome", "Oslo", "Kyoto", "Oslo", "Rome"]})
    theirs = OneHotEncoder(sparse_output=False).fit(frame)
    ours = TableEncoder(**DENSE).fit(frame)
    np.testing.assert_array_equal(ours.transform(frame), theirs.transform(frame))
    names = theirs.get_feature_names_out()
    np.testing.assert_array_equal(ours.get_feature_names_out(), names)
    assert ours.categories_ == {"city": ["Kyoto", "Oslo", "Rome"]}


def test_two_categories_share_a_column():
    frame = pd.DataFrame({"sex": ["f", "m", None, "m"]})
    encoder = TableEncoder(**DENSE).fit(frame)
    assert encoder.transform(frame)[:, 0].tolist() == [-1, 1, 0, 1]
    assert encoder.transform(pd.DataFrame({"sex": ["x", "f"]}))[:, 0].tolist() == [0, -1]
    assert encoder.get_feature_names_out().tolist() == ["sex_m"]


def test_unknown_and_missing_categories_are_zero_in_all_columns():
    encoder = TableEncoder(**DENSE).fit(pd.DataFrame({"c": list("abcabc")}))
    found = encoder.transform(pd.DataFrame({"c": ["b", "new", None, np.nan]}))
    np.testing.assert_array_equal(found, [[0, 1, 0]] + [[0, 0, 0]] * 3)


@pytest.mark.parametrize(("values", "width"), [(["a"] * 4, 0), (["a", "a", None, "a"], 1)])
def test_a_single_category_counts_only_beside_gaps(values, width):
    frame = pd.DataFrame({"x": np.arange(4.0), "c": values})
    encoded = TableEncoder(**DENSE).fit_transform(frame)
    assert encoded.shape[1] == 1 + width
    if width:
        assert encoded[:, 1].tolist() == [1, 1, 0, 1]


def test_the_rarest_categories_by_weight_share_a_column():
    frame = pd.DataFrame({"c": list("aaabbcdd")})
    encoder = TableEncoder(max_categories=3, **DENSE).fit(frame)
    names = ["c_a", "c_b", "c_infrequent"]
    assert encoder.get_feature_names_out().tolist() == names
    assert encoder.transform(pd.DataFrame({"c": ["c", "d", "e"]})).tolist() == [
        [0, 0, 1],
        [0, 0, 1],
        [0, 0, 0],
    ]
    heavy = np.array([1, 1, 1, 1, 1, 9, 1, 2])
    encoder.fit(frame, sample_weight=heavy)
    names = ["c_a", "c_c", "c_infrequent"]
    assert encoder.get_feature_names_out().tolist() == names


def test_ten_thousand_categories_take_bounded_memory():
    frame = pd.DataFrame({"c": [f"v{k % 10_000}" for k in range(20_000)]})
    assert TableEncoder().fit_transform(frame).shape == (20_000, 100)
    everything = TableEncoder(max_categories=None).fit_transform(frame)
    assert sparse.issparse(everything)
    assert everything.shape == (20_000, 10_000)
    assert everything.nnz == 20_000


def test_the_order_of_the_categories_of_a_dtype_does_not_matter():
    frame, other = table(), table()
    other["grade"] = other["grade"].cat.reorder_categories(list("bca"))
    encoder = TableEncoder(**DENSE).fit(frame)
    np.testing.assert_array_equal(encoder.transform(other), encoder.transform(frame))
    np.testing.assert_array_equal(
        TableEncoder(**DENSE).fit_transform(other), encoder.transform(frame)
    )


# ---- tables -----------------------------------------------------------------------------


def test_columns_are_found_by_name():
    frame = table()
    encoder = TableEncoder(n_bins=3, **DENSE).fit(frame)
    turned = frame[frame.columns[::-1]]
    np.testing.assert_array_equal(encoder.transform(turned), encoder.transform(frame))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="age"), "missing \\['age'\\]"),
        (lambda f: f.assign(more=1), "unknown \\['more'\\]"),
        (lambda f: f.assign(age="old"), "'age' had numbers in fit, and has .*'old'"),
        (lambda f: f.assign(city=1.5), "'city' had categories such as 'Kyoto'.*1.5"),
        (lambda f: f.rename(columns={"age": "AGE"}), "missing.*'age'.*unknown.*'AGE'"),
    ],
)
def test_another_table_is_refused_with_the_column_named(change, message):
    frame = table()
    encoder = TableEncoder().fit(frame)
    with pytest.raises(ValueError, match=message):
        encoder.transform(change(frame))


@pytest.mark.parametrize("kind", ["datetime64[ns]", "timedelta64[ns]", "object"])
def test_dates_are_refused_with_two_remedies(kind):
    days = pd.date_range("2020-01-01", periods=N)
    values = {"object": days.date, "timedelta64[ns]": days - days[0]}.get(kind, days)
    with pytest.raises(ValueError, match="'day' of X has dates: .*numbers.*categories"):
        TableEncoder().fit(table().assign(day=values))


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_other_libraries_give_what_pandas_gives(library):
    module = pytest.importorskip(library)
    frame = table()
    other = module.Table.from_pandas(frame) if library == "pyarrow" else None
    if other is None:
        pytest.importorskip("pyarrow")  # which polars needs to read pandas' frames
        other = module.from_pandas(frame)
    encoder = TableEncoder(n_bins=3, **DENSE).fit(frame)
    fitted = TableEncoder(n_bins=3, **DENSE).fit(other)
    np.testing.assert_array_equal(encoder.transform(other), encoder.transform(frame))
    np.testing.assert_array_equal(fitted.transform(frame), encoder.transform(frame))
    assert (
        fitted.get_feature_names_out().tolist() == encoder.get_feature_names_out().tolist()
    )


def test_an_array_of_objects_is_taken_column_by_column():
    frame = table()[["age", "city", "sex"]]
    from_frame = TableEncoder(**DENSE).fit_transform(frame)
    from_array = TableEncoder(**DENSE).fit_transform(frame.to_numpy(dtype=object))
    np.testing.assert_allclose(from_array, from_frame, rtol=1e-12)


@pytest.mark.parametrize("chosen", [["code"], [1], [False, True]])
def test_columns_of_numbers_can_be_called_categories(chosen):
    frame = pd.DataFrame({"x": np.arange(6.0), "code": [3, 1, 2, 3, 1, 2]})
    encoder = TableEncoder(categorical_features=chosen, **DENSE).fit(frame)
    assert encoder.categories_ == {"code": [1, 2, 3]}
    as_floats = frame.assign(code=frame["code"].astype(float))
    np.testing.assert_array_equal(encoder.transform(as_floats), encoder.transform(frame))


def test_a_column_that_is_not_there_cannot_be_categorical():
    with pytest.raises(ValueError, match="categorical_features has 'nope'"):
        TableEncoder(categorical_features=["nope"]).fit(table())


def test_weights_are_repetitions_and_zero_is_absence():
    frame, w = table(), RNG.integers(0, 4, N)
    repeated = frame.loc[np.repeat(np.arange(N), w)]
    for params in ({}, {"n_bins": 5, "max_categories": 2}):
        weighted = TableEncoder(**DENSE, **params).fit(frame, sample_weight=w)
        copied = TableEncoder(**DENSE, **params).fit(repeated)
        np.testing.assert_allclose(
            weighted.transform(frame), copied.transform(frame), rtol=1e-9, atol=1e-9
        )


def test_sparse_output_holds_the_same_numbers_and_comes_where_it_is_smaller():
    frame = table()
    dense = TableEncoder(**DENSE).fit_transform(frame)
    for form in (True, "auto"):
        found = TableEncoder(sparse_output=form).fit_transform(frame)
        assert sparse.issparse(found) == (form is True)
        np.testing.assert_array_equal(found.toarray() if form is True else found, dense)
    names = pd.DataFrame({"c": [f"v{k}" for k in range(50)]})
    assert sparse.issparse(TableEncoder().fit_transform(names))
    as_frame = TableEncoder().set_output(transform="pandas").fit_transform(names)
    assert as_frame.shape == (50, 50)


def test_a_sparse_matrix_stays_sparse():
    X = sparse.random(40, 30, density=0.1, format="coo", random_state=0)
    found = TableEncoder().fit_transform(X)
    assert sparse.issparse(found)
    assert found.nnz == X.nnz
    with pytest.raises(ValueError, match="it was dense in fit"):
        TableEncoder().fit(X.toarray()).transform(X)


def test_the_frame_is_left_alone_and_the_encoder_can_be_copied():
    frame = table()
    before = frame.copy(deep=True)
    encoder = TableEncoder(n_bins=3, **DENSE).fit(frame)
    expected = encoder.transform(frame)
    pd.testing.assert_frame_equal(frame, before)
    copied = pickle.loads(pickle.dumps(encoder))
    np.testing.assert_array_equal(copied.transform(frame), expected)
    np.testing.assert_array_equal(clone(encoder).fit(frame).transform(frame), expected)


def test_float32_output_is_the_same_to_rounding():
    frame = table()
    double = TableEncoder(n_bins=3, **DENSE).fit_transform(frame)
    single = TableEncoder(n_bins=3, dtype=np.float32, **DENSE).fit_transform(frame)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, rtol=1e-5, atol=1e-6)


def test_one_row_has_no_scale_and_no_crash():
    frame = table(1)
    encoder = TableEncoder(**DENSE).fit(frame)
    assert encoder.transform(table()).shape[0] == N


def test_no_rows_are_refused():
    encoder = TableEncoder().fit(table())
    with pytest.raises(ValueError, match="0 sample"):
        encoder.transform(table().iloc[:0])
