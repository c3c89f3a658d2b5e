"""TableEncoder: kinds of columns, frames of several libraries, categories, errors."""

import datetime
import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn import TableEncoder


def encoded(X, **params):
    """Return names and dense output of an encoder fitted on X."""
    encoder = TableEncoder(sparse_output=False, **params).fit(X)
    return encoder.get_feature_names_out().tolist(), encoder.transform(X)


def frame():
    return pd.DataFrame(
        {
            "size": [1.5, np.nan, 3.0, 4.0, 0.5],
            "count": [3, 1, 2, 2, 5],
            "city": ["Rome", "Oslo", None, "Bern", "Oslo"],
            "pet": ["cat", "dog", "dog", None, "cat"],
            "flag": [True, False, True, True, False],
        }
    )


NAMES = ["size", "count", "flag", "size_missing"]
NAMES += ["city_Bern", "city_Oslo", "city_Rome", "pet_dog"]


def test_categories_are_columns_and_missing_ones_rows_of_zeros():
    names, out = encoded(frame())
    assert names == NAMES
    expected = [[0, 0, 1, -1], [0, 1, 0, 1], [0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, -1]]
    assert_array_equal(out[:, 4:], expected)


def test_unknown_categories_are_rows_of_zeros():
    encoder = TableEncoder().set_output(transform="pandas").fit(frame())
    X = frame().assign(city="Lima", pet="fish")
    out = encoder.transform(X)
    assert_array_equal(out.iloc[:, 4:], np.zeros((5, 4)))


TYPES = {
    "nullable": {"size": "Float64", "count": "Int64", "flag": "boolean", "city": "string"},
    "small": {"size": "float32", "count": "uint8"},
    "category": {"city": "category", "pet": "category"},
    "objects": dict.fromkeys(["size", "count", "city", "pet", "flag"], "object"),
}


@pytest.mark.parametrize("types", TYPES.values(), ids=TYPES)
def test_the_type_of_a_column_of_pandas_makes_no_difference(types):
    X = frame()
    names, expected = encoded(X)
    other = X.astype(types)
    assert encoded(other)[0] == names
    assert_array_equal(encoded(other)[1], expected)
    encoder = TableEncoder(sparse_output=False).fit(X)
    assert_array_equal(encoder.transform(other), expected)


def test_columns_of_arrow_in_pandas_are_read():
    pytest.importorskip("pyarrow")
    X = frame().convert_dtypes(dtype_backend="pyarrow")
    assert all("pyarrow" in str(dtype) for dtype in X.dtypes)
    assert encoded(X)[0] == NAMES
    assert_array_equal(encoded(X)[1], encoded(frame())[1])


def in_polars(X):
    polars = pytest.importorskip("polars")
    cells = X.astype(object).where(X.notna(), None)
    return polars.DataFrame({name: cells[name].tolist() for name in X})


def in_polars_with_categories(X):
    polars = pytest.importorskip("polars")
    X = in_polars(X)
    pets = polars.Enum(["dog", "cat", "fish"])
    return X.with_columns(X["city"].cast(polars.Categorical), X["pet"].cast(pets))


def in_pyarrow(X):
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.Table.from_pandas(X)


def in_pyarrow_with_dictionaries(X):
    X = in_pyarrow(X)
    for name in ("city", "pet"):
        j = X.column_names.index(name)
        X = X.set_column(j, name, X.column(name).dictionary_encode())
    pieces = [X.slice(0, 2), X.slice(2)]  # in chunks, each with a dictionary of its own
    return type(X).from_batches([batch for piece in pieces for batch in piece.to_batches()])


LIBRARIES = [
    in_polars,
    in_polars_with_categories,
    in_pyarrow,
    in_pyarrow_with_dictionaries,
]


@pytest.mark.parametrize("convert", LIBRARIES)
def test_frames_of_other_libraries_give_what_pandas_gives(convert):
    X = convert(frame())
    names, expected = encoded(frame(), n_bins=2)
    assert encoded(X, n_bins=2)[0] == names
    assert_array_equal(encoded(X, n_bins=2)[1], expected)
    encoder = TableEncoder(sparse_output=False, n_bins=2).fit(frame())
    turned = convert(frame()[["pet", "flag", "city", "size", "count"]])
    assert_array_equal(encoder.transform(turned), expected)
    encoder = TableEncoder(sparse_output=False, n_bins=2).fit(X)
    assert_array_equal(encoder.transform(frame()), expected)


def test_a_lazy_frame_is_refused():
    X = in_polars(frame())
    with pytest.raises(TypeError, match="collect"):
        TableEncoder().fit(X.lazy())


def test_lists_and_arrays_of_objects_are_read_column_by_column():
    rows = frame().astype(object).where(frame().notna(), None).to_numpy().tolist()
    expected = encoded(frame())[1]
    assert encoded(rows)[0][:4] == ["x0", "x1", "x4", "x0_missing"]
    assert_array_equal(encoded(rows)[1], expected)
    assert_array_equal(encoded(np.array(rows, dtype=object))[1], expected)
    rows[0][2] = rows[1][2] = np.nan
    assert encoded(rows)[0][4:] == ["x2_Oslo", "x3_dog"]
    names, out = encoded([["a", 1], ["b", 2.5], ["nan", 4]])  # NumPy makes it all text
    assert names == ["x1", "x0_a", "x0_b", "x0_nan"]
    assert_array_equal(out[:, 1:], np.eye(3))


def test_text_in_arrays_is_categories():
    names, out = encoded(np.array([["b", "1"], ["a", "2"], ["c", "1"]]))
    assert names == ["x0_a", "x0_b", "x0_c", "x1_2"]
    assert_array_equal(out, [[0, 1, 0, -1], [1, 0, 0, 1], [0, 0, 1, -1]])


@pytest.mark.parametrize("chosen", [["a"], [0], [True, False], np.array(["a"])])
def test_numbers_can_be_chosen_as_categories(chosen):
    X = pd.DataFrame({"a": [3, 1, 2, 10], "b": [1.0, 2.0, 3.0, 5.0]})
    names, out = encoded(X, categorical_features=chosen)
    assert names == ["b", "a_1", "a_2", "a_3", "a_10"]
    assert_array_equal(out[:, 1:], np.eye(4)[[2, 0, 1, 3]])
    if not isinstance(chosen[0], str):
        assert_array_equal(encoded(X.to_numpy(), categorical_features=chosen)[1], out)


def test_a_category_of_numbers_is_a_category():
    X = pd.DataFrame({"a": pd.Series([3, 1, 2, 3], dtype="category")})
    encoder = TableEncoder(sparse_output=False).fit(X)
    assert encoder.get_feature_names_out().tolist() == ["a_1", "a_2", "a_3"]
    expected = encoder.transform(X)
    assert_array_equal(encoder.transform(X.astype(float)), expected)
    assert_array_equal(encoder.transform(X.astype(int).astype(object)), expected)


def test_the_order_of_categories_is_their_own():
    order = pd.CategoricalDtype(["Rome", "Lima", "Oslo", "Bern"], ordered=True)
    X = frame().astype({"city": order})
    assert encoded(X)[0] == NAMES
    assert_array_equal(encoded(X)[1], encoded(frame())[1])
    encoder = TableEncoder(sparse_output=False).fit(X)
    again = X.assign(
        city=X["city"].cat.reorder_categories(["Bern", "Oslo", "Lima", "Rome"])
    )
    assert_array_equal(encoder.transform(again), encoder.transform(X))
    reverse = encoded(X.iloc[::-1])
    assert reverse[0] == NAMES
    assert encoder.categories_[0].tolist() == ["Bern", "Oslo", "Rome"]


def test_numbers_and_text_in_one_column_are_categories():
    X = pd.DataFrame({"a": [2, "x", 1, "x", None]}, dtype=object)
    names, out = encoded(X)
    assert names == ["a_1", "a_2", "a_x"]
    assert_array_equal(out, [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 0, 0]])


def test_the_rarest_categories_share_a_column():
    X = pd.DataFrame({"a": [*"aabbbcdddde"]})
    names, out = encoded(X, max_categories=3)
    assert names == ["a_b", "a_d", "a_infrequent"]
    column = {"a": 2, "b": 0, "c": 2, "d": 1, "e": 2}
    assert_array_equal(out, np.eye(3)[[column[level] for level in X["a"]]])
    w = np.where(X["a"] == "e", 10, 1)
    encoder = TableEncoder(max_categories=3).fit(X, sample_weight=w)
    assert encoder.get_feature_names_out().tolist() == ["a_d", "a_e", "a_infrequent"]
    assert encoded(X, max_categories=5)[0] == ["a_a", "a_b", "a_c", "a_d", "a_e"]
    ties = encoded(pd.DataFrame({"a": [*"dcba"]}), max_categories=3)
    assert ties[0] == ["a_a", "a_b", "a_infrequent"]


def test_ten_thousand_categories():
    values = np.random.default_rng(0).permutation(10_000)
    X = pd.DataFrame({"a": [f"v{value:05}" for value in values]})
    encoder = TableEncoder(max_categories=None)
    out = encoder.fit_transform(X)
    assert out.shape == (10_000, 10_000)
    assert_array_equal(out.indices, values)
    assert TableEncoder().fit_transform(X).shape == (10_000, 255)


def test_categories_of_rows_without_weight_are_ignored():
    X = frame()
    encoder = TableEncoder(sparse_output=False).fit(X, sample_weight=[1, 0, 1, 0, 1])
    alone = TableEncoder(sparse_output=False).fit(X.iloc[::2])
    assert_array_equal(encoder.get_feature_names_out(), alone.get_feature_names_out())
    assert_allclose(encoder.transform(X), alone.transform(X), atol=1e-12)


def test_columns_are_found_by_their_names():
    X = frame()
    encoder = TableEncoder(sparse_output=False).fit(X)
    assert_array_equal(encoder.transform(X[X.columns[::-1]]), encoder.transform(X))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X.drop(columns="pet"), r"lacks \['pet'\]"),
        (lambda X: X.assign(more=1), r"has unknown \['more'\]"),
        (lambda X: X.rename(columns={"pet": "pat"}), r"lacks \['pet'\], has unknown"),
        (lambda X: pd.concat([X, X[["pet"]]], axis=1), r"has twice \['pet'\]"),
    ],
)
def test_missing_and_unknown_columns_are_refused(change, message):
    encoder = TableEncoder().fit(frame())
    with pytest.raises(ValueError, match=message):
        encoder.transform(change(frame()))


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("size", [*"12345"], "text in column 'size'.*in fit it had numbers"),
        ("count", pd.to_datetime(["2020"] * 5), "dates in column 'count'.*had numbers"),
        ("city", [1, 2, 3, 4, 5], "numbers in column 'city'.*had text.*'Bern'"),
        ("pet", [1.5, np.nan, 3, 4, 5], "numbers in column 'pet'.*had text"),
    ],
)
def test_a_column_of_another_type_than_in_fit_is_refused(column, values, message):
    encoder = TableEncoder().fit(frame())
    with pytest.raises(ValueError, match=message):
        encoder.transform(frame().assign(**{column: values}))


def test_a_column_of_nothing_but_gaps_may_have_any_type():
    encoder = TableEncoder(sparse_output=False).fit(frame())
    X = frame().assign(city=np.nan, size=None)
    assert_array_equal(encoder.transform(X)[:, 4:7], np.zeros((5, 3)))


DATES = {
    "timestamps": pd.to_datetime(["2020-01-01", "2021-01-01"]),
    "periods": pd.PeriodIndex(["2020", "2021"], freq="Y"),
    "durations": pd.to_timedelta([1, 2], unit="D"),
    "objects": np.array([datetime.date(2020, 1, 1), None], dtype=object),
}


@pytest.mark.parametrize("values", DATES.values(), ids=DATES)
def test_dates_are_refused_by_name_with_remedies(values):
    X = pd.DataFrame({"number": [1.0, 2.0], "when": values})
    with pytest.raises(ValueError, match=r"column 'when'.*days since.*or drop the column"):
        TableEncoder().fit(X)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_dates_of_other_libraries_are_refused(library):
    module = pytest.importorskip(library)
    make = module.DataFrame if library == "polars" else module.table
    day = datetime.datetime(2020, 1, 1)
    for value in (day, day.date(), day.time(), day - day):
        with pytest.raises(ValueError, match="column 'when'.*drop the column"):
            TableEncoder().fit(make({"when": [value, value]}))


def test_words_for_dates_in_the_type_of_a_category_are_no_dates():
    polars = pytest.importorskip("polars")
    kinds = polars.Enum(["date", "time"])
    X = polars.DataFrame({"fruit": polars.Series(["date", "time"], dtype=kinds)})
    assert encoded(X)[0] == ["fruit_time"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"categorical_features": None}, "column 'city'.*None leaves out.*drop"),
        ({"categorical_features": ["city"]}, "column 'pet'.*leaves out"),
        ({"categorical_features": ["town"]}, r"\['town'\].*'city'"),
        ({"categorical_features": [2, 9]}, r"has \[9\]"),
        ({"categorical_features": [2, -1]}, r"has \[-1\]"),
        ({"categorical_features": [True]}, r"mask of shape \(1,\).*5 columns"),
        ({"n_bins": 1}, "n_bins"),
        ({"smooth_clip": 0}, "smooth_clip"),
        ({"max_categories": 1}, "max_categories"),
        ({"dtype": np.int64}, "dtype"),
    ],
)
def test_parameters_that_cannot_be_are_refused(params, message):
    encoder = TableEncoder().fit(frame())
    before = dict(vars(encoder))
    with pytest.raises(ValueError, match=message):
        encoder.set_params(**params).fit(frame())
    assert {**vars(encoder), **TableEncoder().get_params()} == before


def test_cells_that_are_neither_numbers_nor_text_are_refused():
    X = pd.DataFrame({"a": [[1], [2]]})
    with pytest.raises(TypeError, match="column 'a'.*string or a number"):
        TableEncoder().fit(X)
    X = pd.DataFrame({"a": [1j, 2.0]}, dtype=object)
    with pytest.raises(ValueError, match="column 'a'.*not real numbers"):
        TableEncoder().fit(X)


@pytest.mark.parametrize("convert", [pd.DataFrame, "polars", "pyarrow"])
@pytest.mark.parametrize("cells", [[[1], [2]], [{"x": 1}, {"x": 2}]])
def test_nested_cells_are_refused_whatever_the_library(convert, cells):
    if isinstance(convert, str):
        module = pytest.importorskip(convert)
        convert = module.DataFrame if convert == "polars" else module.table
    with pytest.raises(TypeError, match="lists, dicts or the like in column 'a'.*drop"):
        TableEncoder().fit(convert({"a": cells}))


def test_a_frame_without_rows_or_columns_is_refused():
    encoder = TableEncoder().fit(frame())
    with pytest.raises(ValueError, match="no rows"):
        encoder.transform(frame().iloc[:0])
    with pytest.raises(ValueError, match="no rows"):
        TableEncoder().fit(frame().iloc[:0])
    with pytest.raises(ValueError, match="no columns"):
        TableEncoder().fit(frame()[[]])


def test_the_frame_of_the_caller_stays_as_it_was():
    X = frame().astype({"city": "category"})
    before = X.copy(deep=True)
    TableEncoder(n_bins=2, smooth_clip=3).fit(X, sample_weight=[1, 0, 2, 3, 1]).transform(X)
    pd.testing.assert_frame_equal(X, before)
    A = np.array([[1.0, np.nan], [2.0, 1e300], [4.0, 0.0]])
    A.setflags(write=False)
    TableEncoder(n_bins=2, smooth_clip=3).fit_transform(A)


def test_a_fit_on_an_array_forgets_the_names_of_a_frame():
    encoder = TableEncoder().fit(frame()).fit([[1.0, 2.0], [3.0, 5.0]])
    assert not hasattr(encoder, "feature_names_in_")
    assert encoder.get_feature_names_out().tolist() == ["x0", "x1"]
    assert encoder.get_feature_names_out(["a", "b"]).tolist() == ["a", "b"]


def test_names_that_are_no_text_go_by_position():
    X = frame().set_axis(range(5), axis=1)
    encoder = TableEncoder(sparse_output=False).fit(X)
    assert_array_equal(encoder.transform(X), encoded(frame())[1])
    with pytest.raises(ValueError, match=re.escape("X has 4 features, but TableEncoder")):
        encoder.transform(X.iloc[:, :4])
