"""Errors and warnings name what is wrong, and what to do: not something else."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn import config_context

from sknn import FFNNClassifier, FFNNRegressor, Quantile, TableEncoder, TabularRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4))
y = 2 * X[:, 0] + X[:, 1]
TABLE = pd.DataFrame(X, columns=[*"abcd"]).assign(kind=["red", "blue"] * 60)
GOOD = {
    "hidden_layer_sizes": (20,),
    "max_iter": 60,
    "learning_rate": 0.01,
    "learning_rate_schedule": "cosine",
    "random_state": 0,
}
WEIGHTS = np.r_[0.0, np.ones(119)]
FAR = np.r_[[[1e200] * 4], X[1:]]
Y_FAR = np.r_[-1e200, y[1:]]


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        ({}, FAR),
        ({"encoder": None}, FAR),
        ({"encoder": TableEncoder(n_bins=3)}, FAR),
        ({"scale_target": False}, FAR),
        ({}, sparse.csr_matrix(FAR)),
        ({}, np.where(FAR > 1e30, 1e30, FAR).astype(np.float32)),
    ],
    ids=["scaled", "as it is", "bins", "y as it is", "sparse", "float32"],
)
def test_rows_of_weight_0_may_hold_anything(params, rows):
    before = rows.copy()
    model = FFNNRegressor(**GOOD | params).fit(rows, Y_FAR, WEIGHTS)
    assert model.score(X, y) > 0.95
    assert np.array_equal(np.ravel(rows[0].sum()), np.ravel(before[0].sum()))


def test_targets_of_weight_0_need_not_suit_the_loss():
    model = FFNNRegressor(loss="poisson", **GOOD)
    model.fit(X, np.r_[-1.0, np.abs(y[1:])], WEIGHTS)
    assert model.score(X, np.abs(y)) > 0.9


def test_a_stream_goes_on_after_rows_of_weight_0():
    model = FFNNRegressor(**GOOD).partial_fit(X, y)
    before = model.predict(X)
    model.partial_fit(FAR, Y_FAR, 0 * WEIGHTS)
    assert np.array_equal(model.predict(X), before)
    model.partial_fit(FAR, Y_FAR, WEIGHTS)
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("scoring", ["loss", "r2"])
def test_held_out_rows_of_weight_0_may_hold_anything(scoring):
    model = FFNNRegressor(scoring=scoring, **GOOD)
    model.fit(X, y, X_val=FAR, y_val=Y_FAR, sample_weight_val=WEIGHTS)
    without = FFNNRegressor(scoring=scoring, **GOOD).fit(X, y, X_val=X[1:], y_val=y[1:])
    assert np.allclose(model.validation_scores_, without.validation_scores_)


def test_weights_too_large_for_float32_are_named():
    with pytest.raises(ValueError, match="sample_weight.*too large for float32"):
        FFNNRegressor().partial_fit(X.astype(np.float32), y, np.full(120, 1e39))


def test_held_out_targets_that_the_loss_is_not_defined_for_are_named():
    model = FFNNRegressor(loss="poisson", **GOOD)
    with pytest.raises(ValueError, match="^y_val: .*but y_val has -"):
        model.fit(X, np.abs(y), X_val=X, y_val=y)


def test_different_lengths_are_named():
    with pytest.raises(ValueError, match="X has 120 rows, y has 100"):
        FFNNRegressor().fit(X, y[:100])
    with pytest.raises(ValueError, match="X has 120 rows, y has 100"):
        FFNNRegressor().fit(TABLE, y[:100])
    with pytest.raises(ValueError, match="X_val has 50 rows, y_val has 40"):
        FFNNRegressor().fit(X, y, X_val=X[:50], y_val=y[:40])


@pytest.mark.filterwarnings("ignore:R.2 score is not well-defined")
def test_a_score_of_a_single_row_is_not_called_divergence():
    model = FFNNRegressor(early_stopping=True, scoring="r2", **GOOD)
    with pytest.raises(ValueError, match="a single row: hold out more rows"):
        model.fit(X, y, X_val=X[:1], y_val=y[:1])


def test_weights_set_by_the_user_are_named_if_they_cannot_be():
    model = FFNNRegressor(**GOOD).partial_fit(X, y)
    model.coefs_[0][0, 0] = np.nan
    with pytest.raises(ValueError, match="coefs_ has NaN or infinity"):
        model.partial_fit(X, y)
    model.coefs_ = [np.ones((3, 20)), np.ones((20, 1))]
    with pytest.raises(ValueError, match=r"coefs_ has arrays of shapes \[\(3, 20\)"):
        model.partial_fit(X, y)


@pytest.mark.parametrize(
    ("argument", "word"),
    [
        ("validation_data", "X_val and y_val"),
        ("eval_set", "X_val and y_val"),
        ("epochs", "max_iter"),
        ("batch_size", "parameter batch_size"),
        ("alpha", "parameter alpha"),
        ("callbacks", "set_callbacks"),
        ("sampel_weight", "use sample_weight"),
        ("nonsense", "it has X, y, sample_weight"),
    ],
)
def test_arguments_of_other_libraries_get_the_word_here(argument, word):
    with pytest.raises(TypeError, match=rf"^FFNNRegressor\.fit\(\).*{argument}.*{word}"):
        FFNNRegressor().fit(X, y, **{argument: 1})


def test_targets_that_are_forgotten_are_named():
    with pytest.raises(TypeError, match=r"^FFNNClassifier\.fit\(\).*'y'.*Pass the targets"):
        FFNNClassifier().fit(X)


def test_why_there_is_no_partial_fit_is_said():
    model = FFNNRegressor(solver="lbfgs")
    assert not hasattr(model, "partial_fit")
    with pytest.raises(AttributeError, match="solver='lbfgs'.*use solver='adam'"):
        model.partial_fit(X, y)
    with pytest.raises(AttributeError, match="solver='lbfgs'.*use solver='adam'"):
        FFNNRegressor.partial_fit(model, X, y)


def changed(value, dtype=float):
    rows = X.astype(dtype)
    rows[3, 1] = value
    return rows


def like(rows):
    return TABLE[[*"abcd"]] if isinstance(rows, pd.DataFrame) else X


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        (changed(-np.inf), "column 1"),
        (pd.DataFrame(changed(np.inf), columns=[*"abcd"]), "column 'b'"),
        (sparse.csr_matrix(changed(np.inf)), "column 1"),
        (changed(np.inf, np.float32), "column 1"),
        (changed(np.inf).tolist(), "column 1"),
    ],
    ids=["array", "frame", "sparse", "float32", "list"],
)
def test_infinity_names_its_column(rows, column):
    with pytest.raises(ValueError, match=f"^Input X contains inf.*{column}: correct it"):
        FFNNRegressor().fit(rows, y)
    with pytest.raises(ValueError, match=f"^X_val: Input X_val contains inf.*{column}:"):
        FFNNRegressor().fit(like(rows), y, X_val=rows, y_val=y)


def test_values_too_large_for_the_network_name_their_column():
    model = FFNNRegressor(**GOOD).fit(X.astype(np.float32), y)
    with pytest.raises(ValueError, match=r"float32.*column 1: correct it"):
        model.predict(changed(1e39))


def test_text_where_fit_had_numbers_is_not_blamed_on_the_encoder():
    frame = TABLE[[*"abcd"]]
    model = FFNNRegressor(**GOOD).fit(frame, y)
    with pytest.raises(ValueError, match="X has text.*but in fit it had numbers.*'b'"):
        model.predict(frame.assign(b="red"))
    with pytest.raises(ValueError, match="encoder=\"auto\".*'kind'"):
        FFNNRegressor(encoder=None).fit(TABLE, y)


def test_missing_values_get_a_remedy_of_this_library():
    with pytest.raises(ValueError, match='encoder="auto", which fills it in') as caught:
        FFNNRegressor(encoder=None).fit(changed(np.nan), y)
    assert "HistGradientBoosting" not in str(caught.value)
    with pytest.raises(ValueError, match="SimpleImputer"):
        FFNNRegressor().fit(sparse.csr_matrix(changed(np.nan)), y)


@pytest.mark.parametrize("rows", [X, TABLE])
def test_missing_labels_are_said_to_be_in_y(rows):
    labels = np.array(["a", "b", np.nan, "b"] * 30, dtype=object)
    with pytest.raises(ValueError, match="Input y contains NaN.*leave out such rows"):
        FFNNClassifier().fit(rows, labels)


def test_the_form_of_X_gets_a_remedy():
    model = FFNNRegressor(**GOOD).fit(X, y)
    with pytest.raises(ValueError, match="X has 3 features, .* Pass the columns that fit"):
        model.predict(X[:, :3])
    with pytest.raises(ValueError, match=r"dim 3.*reshape\(len\(X\), -1\)"):
        model.fit(X.reshape(120, 2, 2), y)


def test_quantities_in_a_classifier_and_percentiles_get_a_remedy():
    with pytest.raises(ValueError, match="^Unknown label type.*use FFNNRegressor"):
        FFNNClassifier().fit(X, y)
    with pytest.raises(ValueError, match="got 95. For percentiles pass them / 100"):
        Quantile(95)
    with pytest.raises(ValueError, match=r"got \(5, 95\). For percentiles"):
        Quantile((5, 95))
    with pytest.raises(ValueError, match=r"got -1\.$"):
        Quantile(-1)


def test_a_misspelled_scorer_gets_the_closest_name():
    model = FFNNRegressor(scoring="neg_mean_square_error", early_stopping=True)
    with pytest.raises(ValueError, match="Did you mean 'neg_mean_squared_error'") as caught:
        model.fit(X, y)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("output", "limits"),
    [
        ("sigmoid", "from 0 to 1"),
        ("tanh", "from -1 to 1"),
        ("relu", "of at least 0"),
        ("softplus", "of at least 0"),
    ],
)
def test_targets_out_of_reach_of_the_output_are_reported(output, limits, recwarn):
    FFNNRegressor(output_activation=output, **GOOD).fit(X, 10 * y)
    (warning,) = recwarn
    message = f"output_activation='{output}' gives values {limits}, but y goes from"
    assert str(warning.message).startswith(message)


@pytest.mark.parametrize("output", ["sigmoid", "tanh", "relu", "softplus", "exp"])
def test_targets_within_reach_of_the_output_are_not(output):
    FFNNRegressor(output_activation=output, **GOOD).fit(X, (y - y.min()) / np.ptp(y))


def test_a_rate_that_is_too_high_is_named_alone_where_columns_have_one_scale():
    model = FFNNRegressor(solver="sgd", learning_rate=50.0)
    with pytest.raises(ValueError, match=r"diverged.*Lower learning_rate \(now 50\)\.$"):
        model.fit(X, y)
    model.set_params(encoder=None)
    with pytest.raises(ValueError, match=r"diverged.*Lower learning_rate.*to one scale"):
        model.fit(X * [1, 1, 1, 1e3], y)


class Foreign:
    """An array of another library."""

    def __init__(self, values, on_gpu=False):
        self.values, self.on_gpu = values, on_gpu

    def __dlpack__(self, **options):
        raise BufferError

    def __array__(self, dtype=None, copy=None):
        if self.on_gpu:
            raise RuntimeError("copy it to the host")
        return self.values if dtype is None else self.values.astype(dtype)


@pytest.mark.parametrize("dispatch", [False, True])
def test_arrays_of_other_libraries_are_read(dispatch, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    rows, targets, labels = Foreign(X), Foreign(y), Foreign((y > 0) + 0)
    if dispatch and tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8):
        pytest.importorskip("array_api_compat")  # without it nothing can be dispatched
    with config_context(array_api_dispatch=dispatch):
        model = FFNNRegressor(early_stopping=True, **GOOD)
        model.fit(rows, targets, Foreign(np.ones(120)), X_val=rows, y_val=targets)
        assert model.score(rows, targets) > 0.95
        model = FFNNClassifier(**GOOD).partial_fit(rows, labels, Foreign(np.arange(2)))
        assert np.array_equal(model.predict(rows), model.predict(X))
        assert np.array_equal(
            TableEncoder().fit_transform(rows), TableEncoder().fit_transform(X)
        )


def test_arrays_that_cannot_be_read_are_named():
    with pytest.raises(TypeError, match="^X is an array of .* memory of the CPU.*host"):
        FFNNRegressor().fit(Foreign(X, on_gpu=True), y)
    with pytest.raises(TypeError, match="^y_val is an array of"):
        FFNNRegressor().fit(X, y, X_val=X, y_val=Foreign(y, on_gpu=True))
    with pytest.raises(TypeError, match="^y is an array of"):
        FFNNRegressor(**GOOD).fit(X, y).score(X, Foreign(y, on_gpu=True))
    coefs = [Foreign(W, on_gpu=True) for W in FFNNRegressor(**GOOD).fit(X, y).coefs_]
    with pytest.raises(ValueError, match="coefs_init is an array of .*copy it to the host"):
        FFNNRegressor(**GOOD).fit(X, y, coefs_init=coefs)
    ensemble = TabularRegressor(FFNNRegressor(**GOOD), n_members=2)
    for given, name in (((X, y), "X"), ((X, y), "y"), ((X, y, y), "sample_weight")):
        arguments = dict(zip(("X", "y", "sample_weight"), given, strict=False))
        arguments[name] = Foreign(arguments[name], on_gpu=True)
        with pytest.raises(TypeError, match=f"^{name} is an array of"):
            ensemble.fit(**arguments)
