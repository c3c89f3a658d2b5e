"""What once went wrong without a word, or with the wrong one."""

import io
import sys
import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning

from sknn import FFNNClassifier, FFNNRegressor, NetworkDisplay
from sknn.fitting.splitting import split

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4))
y = 2 * X[:, 0] + X[:, 1]
GOOD = {
    "hidden_layer_sizes": (20,),
    "max_iter": 60,
    "learning_rate": 0.01,
    "learning_rate_schedule": "cosine",
    "random_state": 0,
}


@pytest.mark.parametrize(
    ("dtype", "offset"), [("f4", 1e5), ("f4", 1e6), ("f8", 1e14), ("f8", 1e15)]
)
def test_columns_that_rounding_blurs_are_learned_from_with_a_warning(dtype, offset):
    far = (X + offset).astype(dtype)
    with pytest.warns(
        UserWarning, match="Column 0 of X varies by .*its values are rounded"
    ):
        model = FFNNRegressor(**GOOD).fit(far, y)
    assert model.score(far, y) > 0.8


@pytest.mark.parametrize("offset", [1e14, 1e15])
def test_targets_that_rounding_blurs_are_learned_with_a_warning(offset):
    with pytest.warns(UserWarning, match="y varies too little .* for float64.*offset"):
        model = FFNNRegressor(**GOOD).fit(X, y + offset)
    assert model.score(X, y + offset) > 0.8


def test_a_long_constant_column_is_constant():
    rows = np.column_stack([np.arange(300_000) % 7, np.full(300_000, 1 / 3)])
    model = FFNNRegressor(2, max_iter=1, random_state=0)
    model.fit(rows, rows[:, 0])
    assert (model.coefs_[0][1] == 0).all()


def test_a_dead_network_is_reported():
    model = FFNNRegressor(5, learning_rate_schedule="cosine", max_iter=20)
    start = [np.full(5, -100.0), np.zeros(1)]
    with pytest.warns(ConvergenceWarning, match="predicts the same for every row.*Lower"):
        model.fit(X, y, intercepts_init=start)


@pytest.mark.parametrize("target", [y, 1e9 * y, 1e-9 * y])
def test_a_network_that_a_large_alpha_made_flat_is_reported(target):
    model = FFNNRegressor(5, solver="lbfgs", alpha=30.0, max_iter=2000, random_state=0)
    with pytest.warns(ConvergenceWarning, match="predicts the same .* Lower alpha"):
        model.fit(X, target)
    model.set_params(alpha=0.3).fit(X, target)  # shrunk, not flat
    assert np.ptp(model.predict(X)) > 0.1 * np.ptp(target)


def test_a_network_with_nothing_to_learn_is_not_called_dead():
    model = FFNNRegressor(**GOOD)
    model.fit(X, RNG.normal(size=120))
    model.fit(X, np.full(120, 3.0))
    model.fit(np.ones((120, 2)), y)
    FFNNRegressor(alpha=100.0, **GOOD).fit(X, y)


def float32_frames():
    """Return tables of float32 whose types have other names, or another byte order."""
    rows = np.maximum(X, 0).astype(np.float32)
    frame = pd.DataFrame(rows)
    yield rows.astype(">f4")
    yield frame.astype(">f4")
    yield frame.astype("Float32")
    yield frame.astype(pd.SparseDtype(np.float32, 0))
    if find_spec("pyarrow"):
        yield frame.astype("float[pyarrow]")


@pytest.mark.parametrize("rows", [*float32_frames()])
def test_float32_of_any_kind_is_trained_in_float32(rows):
    model = FFNNRegressor(**GOOD).fit(rows, y)
    assert model.coefs_[0].dtype == np.float32 == model.predict(rows).dtype


def test_a_constant_column_of_any_value_is_constant():
    rows = np.column_stack([X, np.full(120, 0.1), np.full(120, 1e9 / 3)])
    model = FFNNRegressor(**GOOD).fit(rows.astype(np.float32), y)
    assert (model.coefs_[0][4:] == 0).all()


def test_plateaus_of_an_earlier_fit_do_not_lower_the_rate_of_the_next():
    model = FFNNRegressor(
        solver="sgd",
        learning_rate=0.1,
        learning_rate_schedule="adaptive",
        n_iter_no_change=5,
        warm_start=True,
        random_state=0,
    )
    for _ in range(2):
        model.fit(X, y)
    assert model.learning_rate_curve_[-1] < 0.1
    n = len(model.learning_rate_curve_)
    model.fit(X, y + X[:, 2])
    assert model.learning_rate_curve_[n] == 0.1


def titanic():
    """Return the survivors of the Titanic by sex and class, as a table of frequencies."""
    counts = {(0, 1): (5, 139), (0, 2): (12, 94), (0, 3): (110, 106)}
    counts |= {(1, 1): (118, 61), (1, 2): (146, 25), (1, 3): (418, 75)}
    rows = [(s, c, v, q[v]) for (s, c), q in counts.items() for v in (0, 1)]
    table = np.array(rows, dtype=float)
    return table[:, :2], table[:, 2], table[:, 3]


@pytest.mark.parametrize("unit", [1, 2201], ids=["counts", "shares"])
@pytest.mark.parametrize("fraction", [0.1, 0.2])
@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_a_frequency_table_is_not_split(unit, fraction, class_weight):
    rows, survived, w = titanic()
    model = FFNNClassifier(
        early_stopping=True, validation_fraction=fraction, class_weight=class_weight
    )
    with pytest.raises(ValueError, match="frequency table cannot be divided"):
        model.fit(rows, survived, w / unit)


@pytest.mark.parametrize("n", [30, 50, 120])
def test_ordinary_weights_are_split(n):
    for seed in range(10):
        w = np.random.default_rng(seed).uniform(0.1, 10, size=n)
        split(w, None, 0.1, 0)


def test_weights_of_rare_classes_make_no_frequency_table():
    labels = np.arange(40) < 4
    model = FFNNClassifier(early_stopping=True, class_weight="balanced", **GOOD)
    model.fit(X[:40], labels)


def test_a_share_of_rows_to_hold_out_beside_given_ones_is_reported():
    model = FFNNRegressor(validation_fraction=0.3, early_stopping=True, **GOOD)
    with pytest.warns(
        UserWarning, match="validation_fraction=0.3 has no effect with X_val"
    ):
        model.fit(X, y, X_val=X, y_val=y)


def test_rows_that_do_not_count_may_hold_anything():
    rows, targets = np.r_[X, X[:1] * 1e9], np.r_[y, 1e200]
    w = np.r_[np.ones(120), 0]
    model = FFNNRegressor(**GOOD).fit(rows, targets, w)
    assert model.score(X, y) > 0.9


def test_a_single_class_of_weight_is_no_failure():
    classes = (X[:, 0] > 0) + 0
    FFNNClassifier(**GOOD | {"max_iter": 30}).fit(X, classes, classes * 1.0)


def test_labels_of_one_per_row_and_quantities_are_reported():
    one_hot = np.eye(3, dtype=int)[RNG.integers(0, 3, 120)]
    with pytest.warns(UserWarning, match="exactly one label.*argmax"):
        FFNNClassifier(**GOOD | {"max_iter": 2}).fit(X, one_hot)
    with pytest.warns(UserWarning, match="different numbers.*FFNNRegressor"):
        FFNNClassifier(**GOOD | {"max_iter": 2}).fit(X, np.arange(120) // 2)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"max_iter": 1e3}, "Pass a whole number: 1000"),
        ({"learning_rate": "0.01"}, "Pass a number instead of text: 0.01"),
        ({"hidden_layer_sizes": "100,50"}, "Pass numbers instead of text"),
    ],
)
def test_a_value_of_the_wrong_type_gets_a_remedy(params, message):
    with pytest.raises(ValueError, match=message):
        FFNNRegressor(**params).fit(X, y)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_missing_targets_get_a_remedy(bad):
    targets = y.copy()
    targets[3] = bad
    with pytest.raises(ValueError, match="Input y contains.*leave out such rows"):
        FFNNRegressor().fit(X, targets)


class Broken(io.StringIO):
    """A standard output whose reader is gone."""

    def write(self, text):
        raise BrokenPipeError

    def isatty(self):
        raise OSError


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("make", [closed, Broken, lambda: None])
def test_training_goes_on_where_nothing_can_be_printed(make, monkeypatch):
    monkeypatch.setattr(sys, "stdout", make())
    model = FFNNRegressor(verbose=1, **GOOD).fit(X, y)
    assert model.score(X, y) > 0.9


def test_a_network_on_a_table_is_drawn_with_the_names_of_its_inputs():
    plt = pytest.importorskip("matplotlib.pyplot")
    frame = pd.DataFrame(X[:, :2], columns=["$a_$", "b"])
    frame["kind"] = ["red", "blue", "green"] * 40
    model = FFNNRegressor(3, max_iter=2, learning_rate_schedule="cosine").fit(frame, y)
    display = NetworkDisplay.from_estimator(model)
    display.figure_.canvas.draw()
    shown = [text.get_text() for text in display.ax_.texts]
    assert {"kind_blue", "kind_green", "kind_red"} <= {*shown}
    plt.close(display.figure_)


def test_columns_of_one_scale_are_not_blamed():
    model = FFNNRegressor(solver="sgd", learning_rate=2.0, max_iter=40, random_state=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(X, y)
        except ValueError as error:
            caught.append(error)
    said = " ".join(str(getattr(each, "message", each)) for each in caught)
    assert "learning_rate" in said
    assert "times the smallest" not in said


class Foreign:
    """An array of another library: it has a namespace, and NumPy can convert it."""

    def __init__(self, values):
        self._values = np.asarray(values)
        self.shape, self.ndim, self.dtype = self._values.shape, self._values.ndim, "float64"

    def __array__(self, dtype=None, copy=None):
        return np.array(self._values, dtype=dtype)

    def __array_namespace__(self, api_version=None):
        raise NotImplementedError("only its own library can use it")

    def __len__(self):
        return len(self._values)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("dispatch", [False, True])
def test_arrays_of_another_library_are_converted(dispatch, early_stopping):
    params = GOOD | {"max_iter": 3, "early_stopping": early_stopping}
    expected = FFNNRegressor(**params).fit(X, y).predict(X)
    if dispatch and tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8):
        pytest.importorskip("array_api_compat")  # without it nothing can be dispatched
    with config_context(array_api_dispatch=dispatch):
        model = FFNNRegressor(**params).fit(Foreign(X), Foreign(y))
        np.testing.assert_array_equal(model.predict(Foreign(X)), expected)


def test_a_chunk_without_weight_is_accepted_beside_a_validation_set():
    model = FFNNRegressor(**GOOD).partial_fit(X, y)
    before = model.predict(X)
    model.partial_fit(X, y, np.zeros(120), X_val=X, y_val=y)
    np.testing.assert_array_equal(model.predict(X), before)
