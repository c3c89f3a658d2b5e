"""TableEncoder: numbers, weights, bins, sparse matrices, and scikit-learn's checks."""

import itertools
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknn import FFNNClassifier, TableEncoder
from sknn.encoding.bins import quantiles

CONFIGURATIONS = [
    {},
    {"n_bins": 4, "smooth_clip": 3.0},
    {"categorical_features": [0], "max_categories": 5},
    {"categorical_features": None, "sparse_output": True},
    {"sparse_output": False, "dtype": "float32"},
]


def every_check(estimators):
    mark = parametrize_with_checks(estimators).mark
    names, cases = mark.args
    return pytest.mark.parametrize(names, list(cases), **mark.kwargs)


@every_check([TableEncoder(**params) for params in CONFIGURATIONS])
def test_every_check_of_scikit_learn_passes(estimator, check):
    takes_sparse = estimator.__sklearn_tags__().input_tags.sparse
    if not takes_sparse and "equivalence_on_sparse_data" in str(check):
        return  # scikit-learn 1.6 does not ask the tag
    try:
        check(estimator)
    except pytest.skip.Exception as skip:
        pytest.fail(f"skipped: {skip}")


def table(n=200, seed=0):
    """Return numbers with gaps, a skewed column, and categories."""
    rng = np.random.default_rng(seed)
    age = rng.normal(40, 10, n)
    age[rng.random(n) < 0.2] = np.nan
    return pd.DataFrame(
        {
            "city": rng.choice(["Oslo", "Bern", "Rome", "Lima"], n),
            "age": age,
            "income": rng.exponential(5, n),
            "pet": rng.choice(["cat", "dog"], n),
            "adult": rng.random(n) < 0.7,
        }
    )


def test_a_table_without_gaps_is_what_scikit_learn_makes_of_it():
    X = table().dropna()
    numbers, words = ["age", "income", "adult"], ["city"]
    expected = make_column_transformer(
        (StandardScaler(), numbers), (OneHotEncoder(sparse_output=False), words)
    )
    X = X[words + numbers]
    encoder = TableEncoder(sparse_output=False)
    assert_allclose(encoder.fit_transform(X), expected.fit_transform(X), atol=1e-12)


def test_missing_numbers_are_the_median_and_have_an_indicator():
    X = table()[["age", "income"]]
    while X["age"].count() % 2 == 0:  # the median is a value of the column
        X = X.iloc[1:]
    expected = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    out = TableEncoder().set_output(transform="pandas").fit_transform(X)
    assert list(out) == ["age", "income", "age_missing"]
    assert_allclose(out[["age", "income"]], expected.fit_transform(X), atol=1e-12)
    assert_array_equal(out["age_missing"], X["age"].isna())


def test_gaps_that_come_later_are_the_median_without_an_indicator():
    X = np.array([[1.0], [2.0], [30.0]])
    encoder = TableEncoder().fit(X)
    assert_array_equal(encoder.transform([[np.nan]]), encoder.transform([[2.0]]))


def test_columns_that_say_nothing_are_left_out():
    X = pd.DataFrame(
        {
            "constant": [7.7, 7.7, 7.7],
            "missing": [np.nan] * 3,
            "none": [None] * 3,
            "gaps": [0.1, np.nan, 0.1],
            "word": ["a", "a", "a"],
            "word_or_not": ["a", None, "a"],
            "no_word": pd.Series([None] * 3, dtype="string"),
        }
    )
    out = TableEncoder(n_bins=4).set_output(transform="pandas").fit_transform(X)
    assert list(out) == ["gaps_missing", "word_or_not_a"]
    assert_array_equal(out, [[0, 1], [1, 0], [0, 1]])


def test_one_row_and_constant_tables_give_a_matrix_without_columns():
    assert TableEncoder().fit_transform([[1.0, 2.0]]).shape == (1, 0)
    encoder = TableEncoder(n_bins=3, sparse_output=True).fit([["a", 1], ["a", 1]])
    assert encoder.transform([["a", 1]]).shape == (1, 0)
    assert encoder.get_feature_names_out().shape == (0,)


@pytest.mark.parametrize("size", [1e300, 1.7e308, 1e-300, 5e-324])
def test_huge_and_tiny_numbers_neither_overflow_nor_vanish(size):
    x = np.array([-1.0, 0.0, 1.0, 1.0])
    params = {"n_bins": 3, "smooth_clip": 2.0}
    expected = TableEncoder(**params).fit_transform(x[:, None])
    out = TableEncoder(**params).fit_transform(x[:, None] * size)
    assert_allclose(out, expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("smooth_clip", [None, 3.0])
def test_a_number_far_from_those_in_fit_stays_finite(dtype, smooth_clip):
    encoder = TableEncoder(dtype=dtype, smooth_clip=smooth_clip, n_bins=2)
    encoder.fit(np.array([[-1e-200], [0.0], [1e-200]]))
    out = encoder.transform([[1.7e308], [-1.7e308]])
    assert out.dtype == dtype
    assert np.isfinite(out).all()
    assert_array_equal(out[0], -out[1])
    assert_allclose(out[0, 1:], 2**-0.5, rtol=1e-6)


def test_numbers_far_from_zero_keep_their_spread():
    spread = np.random.default_rng(0).integers(0, 64, 10_000) / 64.0
    expected = (spread - spread.mean()) / spread.std()
    out = TableEncoder().fit_transform(spread[:, None] + 2.0**40)
    assert_allclose(out[:, 0], expected, rtol=1e-9, atol=1e-9)


def test_the_smooth_clip_is_its_formula():
    X = np.random.default_rng(0).normal(size=(50, 3)) ** 3
    z = TableEncoder().fit_transform(X)
    out = TableEncoder(smooth_clip=1.5).fit_transform(X)
    assert_allclose(out, z / np.sqrt(1 + (z / 1.5) ** 2))


@pytest.mark.parametrize(
    ("bin_scale", "s"), [("auto", 1 / np.sqrt(5)), (1.0, 1), (0.3, 0.3)]
)
def test_bins_are_what_a_loop_by_hand_says(bin_scale, s):
    x = table()["income"].to_numpy()
    out = TableEncoder(n_bins=5, bin_scale=bin_scale).fit_transform(x[:, None])
    edges = [np.sort(x)[max(j * len(x) // 5 - 1, 0)] for j in range(6)]
    assert out.shape == (len(x), 6)
    for i, value in enumerate(x):
        for j in range(5):
            share = (value - edges[j]) / (edges[j + 1] - edges[j])
            expected = s * (2 * min(max(share, 0.0), 1.0) - 1)
            assert out[i, j + 1] == pytest.approx(expected, abs=1e-12)


def test_the_scale_of_bins_goes_by_those_that_a_column_has():
    few = np.repeat([0.0, 1.0, 2.0], 40)  # two bins, whatever n_bins is
    out = TableEncoder(n_bins=8).fit_transform(np.column_stack([few, np.arange(120.0)]))
    assert out.shape == (120, 2 + 2 + 8)
    assert_allclose(np.abs(out[:, 2:]).max(axis=0), [2**-0.5] * 2 + [8**-0.5] * 8)


def test_bins_ignore_gaps_and_columns_of_two_numbers_have_none():
    X = table()[["age", "adult"]]
    encoder = TableEncoder(n_bins=3).set_output(transform="pandas")
    out = encoder.fit_transform(X)
    bins = ["age_bin1", "age_bin2", "age_bin3"]
    assert list(out) == ["age", "adult", *bins, "age_missing"]
    present = X["age"].dropna()
    alone = encoder.fit_transform(present.to_frame())
    assert_allclose(out.loc[present.index, bins], alone[bins], atol=1e-12)
    median = np.quantile(present, 0.5, method="inverted_cdf")
    at_median = out.loc[(X["age"] == median).idxmax(), bins]
    for _, row in out.loc[X["age"].isna(), bins].iterrows():
        assert_allclose(row, at_median)


FLOATS = st.floats(-1e6, 1e6, allow_subnormal=False)


@settings(max_examples=60, deadline=None)
@given(
    x=st.lists(FLOATS, min_size=3, max_size=40, unique=True),
    later=st.lists(FLOATS, min_size=2, max_size=20),
    n_bins=st.integers(2, 9),
)
def test_scaled_numbers_and_bins_have_their_properties(x, later, n_bins):
    encoder = TableEncoder(n_bins=n_bins)
    Z = encoder.fit_transform(np.array(x)[:, None])
    assert_allclose(Z[:, 0].mean(), 0, atol=1e-9)
    assert_allclose(Z[:, 0].std(), 1, rtol=1e-9)
    out = encoder.transform(np.sort(later)[:, None])
    assert (np.linalg.norm(out[:, 1:], axis=1) <= 1 + 1e-9).all()
    assert (np.diff(out, axis=0) >= 0).all()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([1.0, 2.0, 3.5, -7.0, 100.0, np.nan]),
            st.sampled_from(["a", "b", "c", "d", None]),
            st.integers(0, 4),
        ),
        min_size=1,
        max_size=30,
    ),
    unit=st.sampled_from([1.0, 0.1, 1e-30, 3e7]),
)
def test_a_weight_is_a_number_of_copies(rows, unit):
    x, word, w = map(np.array, zip(*rows, strict=True))
    X = pd.DataFrame({"x": x, "word": pd.Series(word, dtype="string")})
    if not w.any():
        return
    encoder = TableEncoder(n_bins=3, max_categories=3)
    weighted = clone(encoder).fit(X, sample_weight=w * unit)
    copied = clone(encoder).fit(X.loc[np.repeat(np.arange(len(X)), w)])
    names = copied.get_feature_names_out()
    assert_array_equal(weighted.get_feature_names_out(), names)
    assert weighted.sparse_output_ == copied.sparse_output_
    for ours, theirs in zip(weighted.categories_, copied.categories_, strict=True):
        assert_array_equal(ours, theirs)
    given, expected = weighted.transform(X), copied.transform(X)
    if sparse.issparse(given):
        given, expected = given.toarray(), expected.toarray()
    assert_allclose(given, expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("n", [1, 2, 7, 10, 49, 64, 100])
@pytest.mark.parametrize("weight", [None, 1.0, 0.1, 1 / 3])
def test_quantiles_without_weights_or_with_equal_ones_are_exact(n, weight):
    x = np.random.default_rng(n).permutation(n).astype(float)
    for k in (2, 3, 7, 8, 10, 49):
        w = None if weight is None else np.full(n, weight)
        found = quantiles(x, w, np.linspace(0, 1, k + 1))
        # The smallest x with x + 1 >= n j / k, in whole numbers.
        expected = [max(-(-n * j // k) - 1, 0) for j in range(k + 1)]
        assert_array_equal(found, expected)


def test_weights_that_leave_nothing_are_refused():
    with pytest.raises(ValueError, match=r"weights? .*zero|weights are 0"):
        TableEncoder().fit([[1.0], [2.0]], sample_weight=[0, 0])
    with pytest.raises(ValueError, match="[Nn]egative"):
        TableEncoder().fit([[1.0], [2.0]], sample_weight=[1, -1])


@pytest.mark.parametrize("tiny", [1e-320, 1e-250, 1e-150])
@pytest.mark.parametrize("huge", [1.0, 1e300])
def test_weights_of_any_size_give_finite_numbers(tiny, huge):
    X = np.array([[1.0, 5.0], [2.0, 5.0], [2.0, 7.0], [2.0, 9.0]])
    encoder = TableEncoder(n_bins=2).fit(X, sample_weight=np.array([tiny, 1, 2, 1]) * huge)
    assert np.isfinite(encoder.transform(X)).all()
    expected = TableEncoder(n_bins=2).fit(X[:, 1:], sample_weight=[0, 1, 2, 1])
    found = encoder.transform(X)[:, -3:]
    assert_allclose(found, expected.transform(X[:, 1:]), atol=1e-12)


def test_infinite_numbers_are_refused_by_name():
    X = table().rename(columns={"income": "€"})
    X.loc[3, "€"] = np.inf
    with pytest.raises(ValueError, match="infinity.*column '€'.*missing value"):
        TableEncoder().fit(X)
    with pytest.raises(ValueError, match="infinity.*column 1"):
        TableEncoder().fit([[1.0, -np.inf], [2.0, 3.0]])
    encoder = TableEncoder().fit(table().rename(columns={"income": "€"}))
    with pytest.raises(ValueError, match="infinity.*column '€'"):
        encoder.transform(X)


def random_csr(seed=0):
    rng = np.random.default_rng(seed)
    return sparse.csr_matrix(rng.normal(size=(300, 6)) * (rng.random((300, 6)) < 0.2))


def test_sparse_numbers_are_scaled_but_not_centred():
    X = sparse.csr_matrix(random_csr().toarray() * [1, 1, 0, 1, 1, 1])
    w = np.random.default_rng(1).random(300)
    before = X.copy()
    encoder = TableEncoder().fit(X, sample_weight=w)
    out = encoder.transform(X)
    scaler = StandardScaler(with_mean=False).fit(X, sample_weight=w)
    expected = np.delete(scaler.transform(X).toarray(), 2, axis=1)
    assert sparse.issparse(out)
    assert out.nnz == X.nnz
    assert_allclose(out.toarray(), expected)
    assert_allclose(encoder.transform(X.toarray()).toarray(), expected)
    assert_array_equal(X.toarray(), before.toarray())
    dense = TableEncoder(sparse_output=False).fit(X, sample_weight=w).transform(X)
    assert_allclose(dense, expected)


def test_sparse_numbers_that_are_huge_or_written_twice():
    X = random_csr()
    twice = sparse.csr_matrix(
        (np.repeat(X.data / 2, 2), np.repeat(X.indices, 2), X.indptr * 2), shape=X.shape
    )
    assert not twice.has_canonical_format
    expected = TableEncoder().fit_transform(X).toarray()
    assert_allclose(TableEncoder().fit_transform(twice).toarray(), expected)
    assert twice.nnz == 2 * X.nnz
    assert_allclose(TableEncoder().fit_transform(X * 1e300).toarray(), expected)


def test_sparse_matrices_that_cannot_be_encoded_are_refused():
    X = random_csr()
    with pytest.raises(ValueError, match=r"n_bins=3 needs a dense X.*toarray"):
        TableEncoder(n_bins=3).fit(X)
    with pytest.raises(ValueError, match=r"categorical_features.*toarray"):
        TableEncoder(categorical_features=[1]).fit(X)
    with pytest.raises(ValueError, match=r"sparse, but in fit it was dense.*toarray"):
        TableEncoder().fit(X.toarray()).transform(X)
    with pytest.raises(ValueError, match="NaN.*no median"):
        TableEncoder().fit(X).transform(np.full((1, 6), np.nan))
    X.data[0] = np.nan
    with pytest.raises(ValueError, match=rf"NaN.*column {X.indices[0]}.*SimpleImputer"):
        TableEncoder().fit(X)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_auto_is_sparse_exactly_below_a_density_of_three_tenths(dtype):
    rng, n, answers = np.random.default_rng(0), 4000, set()
    for n_levels, n_numbers, gaps in itertools.product(range(2, 9), range(3), (0, 0.5, 1)):
        X = pd.DataFrame(rng.normal(size=(n, n_numbers))).add_prefix("x")
        X = X.where(rng.random(X.shape) >= gaps)
        X["word"] = rng.choice([*"abcdefgh"][:n_levels], n)
        X["word"] = X["word"].where(rng.random(n) > gaps)
        out = TableEncoder(sparse_output=True, dtype=dtype).fit_transform(X)
        better = out.nnz < 0.3 * out.shape[0] * out.shape[1]
        encoder = TableEncoder(dtype=dtype).fit(X)
        assert encoder.sparse_output_ == better
        assert sparse.issparse(encoder.transform(X)) == better
        answers.add(better)
    assert answers == {True, False}


def test_sparse_and_dense_output_are_equal_and_frames_are_dense():
    X = table()
    for dtype in (np.float32, np.float64):
        params = {"n_bins": 3, "dtype": dtype}
        dense = TableEncoder(sparse_output=False, **params).fit_transform(X)
        other = TableEncoder(sparse_output=True, **params).fit_transform(X)
        assert dense.dtype == other.dtype == dtype
        assert_array_equal(dense, other.toarray())
    X = pd.DataFrame({"word": [*"abcdefgh"]})
    encoder = TableEncoder().fit(X)
    assert encoder.sparse_output_
    frame = encoder.set_output(transform="pandas").transform(X)
    assert_array_equal(frame, np.eye(8))


def test_copies_and_pickles_give_the_same():
    X = table()
    encoder = TableEncoder(n_bins=3, sparse_output=False).fit(X)
    expected = encoder.transform(X)
    assert_array_equal(pickle.loads(pickle.dumps(encoder)).transform(X), expected)
    assert_array_equal(clone(encoder).fit(X).transform(X), expected)


def test_a_classifier_learns_from_what_it_makes():
    X = table(n=300)
    y = X["city"].isin(["Oslo", "Rome"])
    network = FFNNClassifier(hidden_layer_sizes=(), solver="lbfgs", random_state=0)
    pipe = make_pipeline(TableEncoder(n_bins=4), network)
    assert pipe.fit(X, y).score(X, y) > 0.95


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%m/%d/%y", "%Y-%m-%dT%H:%MZ"]
)
def test_dates_that_are_text_give_a_warning_that_names_the_column(form):
    days = pd.date_range("2024-01-01", periods=60).strftime(form)
    X = pd.DataFrame({"n": range(60), "since": days})
    X.loc[3, "since"] = None
    with pytest.warns(UserWarning, match="dates as text in column 'since'.*parse_dates"):
        TableEncoder().fit(X)


@pytest.mark.parametrize(
    "texts",
    [
        [f"2024-01-{day % 31 + 1:02}" for day in range(60)],  # the days of one month
        [f"{2000 + month // 12}-{month % 12 + 1:02}" for month in range(60)],
        [f"192.168.0.{number}" for number in range(60)],
        [f"2024-01-01-{number}" for number in range(60)],
    ],
    ids=["31 days", "months", "addresses", "other codes"],
)
def test_other_text_gives_no_warning_of_dates(texts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TableEncoder().fit(pd.DataFrame({"since": texts}))
