"""ONNX: the graphs compute what the estimators predict, under onnxruntime."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from test_readme import PROJECT, blocks

from sknn import (
    Activation,
    FFNNClassifier,
    FFNNRegressor,
    LeakyReLU,
    Quantile,
    TableEncoder,
    TabularClassifier,
    TabularRegressor,
)
from sknn.engine.activations import ACTIVATIONS

skl2onnx = pytest.importorskip("skl2onnx")
onnxruntime = pytest.importorskip("onnxruntime")
from sknn.onnx import feed, to_onnx  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(skl2onnx|onnx).*"),
]
N = 1000
HIDDEN = sorted(name for name, part in ACTIVATIONS.items() if part.hidden)
SMALL = {"hidden_layer_sizes": (16, 8), "max_iter": 4, "random_state": 0, "tol": 0.0}
SMALL |= {"learning_rate": 0.001}  # small outputs: errors of float32 grow with them


def numbers(dtype):
    rng = np.random.default_rng(0)
    X = rng.normal([5, -3, 0, 100], [1, 2, 0.1, 10], size=(N, 4)).astype(dtype)
    y = np.sin(X[:, 0]) + X[:, 1] - 20 * X[:, 2]
    return X, y.astype(float)


def table(n=N, seed=0):
    """A table of numbers, text, categories and booleans, with gaps."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "size": rng.lognormal(0, 2, n),
            "age": rng.integers(18, 90, n),
            "gaps": np.where(rng.random(n) < 0.2, np.nan, rng.normal(1e6, 1.0, n)),
            "city": rng.choice(["Rome", "Oslo", "Bern", None], n),
            "pet": pd.Categorical(rng.choice(["cat", "dog"], n)),
            "zone": pd.Categorical(rng.choice([1, 2, 30], n)),
            "owns": rng.random(n) < 0.5,
            "constant": 1.0,
        }
    )
    y = np.log(X["size"]) + (X["city"] == "Rome") + 0.02 * X["age"] * X["owns"]
    return X, y.to_numpy(dtype=float)


def run(model, X, given=None):
    """Return the outputs of the model's graph for X."""
    graph = to_onnx(model, X if given is None else given).SerializeToString()
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return session.run(None, feed(session, X))


def assert_same_values(model, X, **given):
    (A,) = run(model, X, **given)
    expected = model.predict(X)
    assert A.shape == (len(X), model.n_outputs_ if hasattr(model, "n_outputs_") else 1)
    expected = expected.reshape(A.shape)
    assert A.dtype == expected.dtype
    np.testing.assert_allclose(A, expected, rtol=1e-5, atol=1e-5 * expected.std())


def assert_same_labels(model, X, **given):
    label, P = run(model, X, **given)
    np.testing.assert_array_equal(label, model.predict(X))
    expected = model.predict_proba(X)
    assert P.dtype == expected.dtype
    np.testing.assert_allclose(P, expected, rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", [*HIDDEN, LeakyReLU(0.3)], ids=str)
def test_every_activation_is_converted(activation, dtype):
    X, y = numbers(dtype)
    assert_same_values(FFNNRegressor(activation=activation, **SMALL).fit(X, y), X)
    labels = np.array(["low", "mid", "high"])[np.digitize(y, [-4, -1])]
    assert_same_labels(FFNNClassifier(activation=activation, **SMALL).fit(X, labels), X)


def test_a_network_with_the_defaults_is_converted():
    X, y = numbers("float64")
    assert_same_values(FFNNRegressor(random_state=0).fit(X, y), X)
    assert_same_labels(FFNNClassifier(random_state=0).fit(X, y > np.median(y)), X)


def test_learned_slopes_are_those_of_the_network():
    X, y = numbers("float64")
    model = FFNNRegressor(activation="prelu", **SMALL | {"learning_rate": 0.1}).fit(X, y)
    assert np.ptp(model.activation_coefs_[0]) > 0.1
    assert_same_values(model, X)


@pytest.mark.parametrize("output", sorted({*ACTIVATIONS} - {"softmax"}))
@pytest.mark.filterwarnings("ignore:output_activation")
def test_every_output_of_a_regression_is_converted(output):
    X, y = numbers("float64")
    y = 0.1 + 0.8 * (y - y.min()) / np.ptp(y)
    assert_same_values(FFNNRegressor(output_activation=output, **SMALL).fit(X, y), X)


@pytest.mark.parametrize("loss", ["poisson", "gamma", "tweedie", "huber", "quantile"])
def test_losses_with_outputs_of_their_own_are_converted(loss):
    X, y = numbers("float32")
    assert_same_values(FFNNRegressor(loss=loss, **SMALL).fit(X, np.exp(0.1 * y)), X)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_several_quantiles_never_cross(dtype):
    X, y = numbers(dtype)
    loss = Quantile((0.1, 0.3, 0.5, 0.9))
    model = FFNNRegressor(loss=loss, **SMALL | {"max_iter": 1}).fit(X, y)
    raw = run(FFNNRegressor(**SMALL).fit(X, np.c_[y, y, y, y]), X)[0]
    (A,) = run(model, X)
    assert raw.shape == A.shape
    assert (np.diff(A, axis=1) >= 0).all()
    assert_same_values(model, X)


def test_several_targets_far_off_stay_within_those_of_training():
    X, y = numbers("float64")
    Y = np.c_[y, -3 * y]
    model = FFNNRegressor(clip_target=True, **SMALL).fit(X, Y)
    far = X * 100
    (A,) = run(model, far)
    assert ((Y.min(axis=0) <= A) & (Y.max(axis=0) >= A)).all()
    assert (Y.max(axis=0) == A).any()
    assert_same_values(model, far)
    model = FFNNRegressor(clip_target=False, **SMALL).fit(X, Y)
    assert abs(run(model, far)[0]).max() > abs(Y).max()
    assert_same_values(model, far)


def kinds_of_labels(y):
    codes = np.digitize(y, [-4, -1])
    return {
        "binary": codes > 1,
        "integers": codes * 10 - 10,
        "floats": codes * 1.0,
        "text": np.array(["low", "mid", "high"], dtype=object)[codes],
        "two texts": np.array(["no", "yes"])[(codes > 0).astype(int)],
        "multilabel": np.c_[codes > 0, codes > 1, y > 0].astype(int),
        "one class": np.full(len(y), "all"),
    }


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", kinds_of_labels(np.zeros(1)))
def test_every_kind_of_labels_is_converted(kind, dtype):
    X, y = numbers(dtype)
    labels = kinds_of_labels(y)[kind]
    assert_same_labels(FFNNClassifier(**SMALL).fit(X, labels), X)
    if kind not in ("multilabel", "one class"):
        against_rest = FFNNClassifier(output_activation="sigmoid", **SMALL)
        assert_same_labels(against_rest.fit(X, labels), X)


def test_small_probabilities_are_not_rounded_to_zero():
    X, y = numbers("float64")
    codes = np.digitize(y, [-4, -1])
    for output in ("softmax", "sigmoid"):
        model = FFNNClassifier(output_activation=output, **SMALL).fit(X, codes)
        far = X * [1, 30, 1, 1]
        assert model.predict_proba(far).min() < 1e-8
        assert_same_labels(model, far)


def test_missing_numbers_take_the_mean_where_the_first_layer_has_the_scale():
    X, y = numbers("float64")
    model = FFNNRegressor(**SMALL).fit(X, y)
    assert model.encoder_ is None
    gaps = np.where(np.random.default_rng(1).random(X.shape) < 0.2, np.nan, X)
    assert_same_values(model, gaps)


def test_integers_and_sparse_rows_are_fed_as_floats():
    X, y = numbers("float64")
    whole = X.astype(int)
    assert_same_values(FFNNRegressor(**SMALL).fit(whole, y), whole)


@pytest.mark.parametrize(
    "settings",
    [{}, {"n_bins": 8, "smooth_clip": 3.0}, {"max_categories": 2}, {"dtype": np.float32}],
    ids=str,
)
def test_a_table_encoder_is_converted(settings):
    X, _ = table()
    encoder = TableEncoder(sparse_output=False, **settings).fit(X)
    later, _ = table(seed=1)
    later.loc[::7, ["city", "size", "pet"]] = None
    later.loc[::11, "city"] = "Atlantis"
    (A,) = run(encoder, later, given=X)
    expected = encoder.transform(later)
    assert A.dtype == expected.dtype
    np.testing.assert_allclose(A, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("chosen", [["age", "city", "pet"], [1, 3, 4, 5]], ids=str)
def test_chosen_columns_are_categories(chosen):
    X, y = table()
    encoder = TableEncoder(categorical_features=chosen)
    if isinstance(chosen[0], str):
        X = X.drop(columns="zone")
    assert_same_values(FFNNRegressor(encoder=encoder, **SMALL).fit(X, y), X)


def test_a_network_on_a_table_is_converted_with_its_encoder():
    X, y = table()
    assert_same_values(FFNNRegressor(**SMALL).fit(X, y), X)
    labels = np.where(y > np.median(y), "high", "low")
    assert_same_labels(FFNNClassifier(**SMALL).fit(X, labels), X[[*X.columns[::-1]]])


def test_an_array_of_objects_has_an_input_per_column():
    X, y = table()
    X = X.drop(columns=["zone"]).to_numpy(dtype=object)
    assert_same_values(FFNNRegressor(**SMALL).fit(X, y), X)


def test_pipelines_and_column_transformers_are_converted():
    X, y = table()
    columns = ["city", "size", "pet"]
    parts = [("table", TableEncoder(), columns), ("rest", StandardScaler(), ["age"])]
    model = make_pipeline(ColumnTransformer(parts), FFNNRegressor(**SMALL)).fit(X, y)
    assert_same_values(model, X)
    X, y = numbers("float32")
    model = make_pipeline(StandardScaler(), FFNNClassifier(**SMALL)).fit(X, y > -3)
    assert_same_labels(model, X)


def test_another_encoder_is_converted_by_skl2onnx():
    X, y = numbers("float64")
    assert_same_values(FFNNRegressor(encoder=StandardScaler(), **SMALL).fit(X, y), X)


@pytest.fixture(scope="module")
def quick():
    return {"max_iter": 4, "hidden_layer_sizes": (16,), "tol": 0.0}


@pytest.mark.parametrize("kind", ["binary", "text", "integers", "multilabel"])
def test_all_members_of_a_tabular_classifier_are_in_one_graph(kind, quick):
    X, y = table()
    network = FFNNClassifier(learning_rate_schedule="coslog4", **quick)
    model = TabularClassifier(network, n_members=2, random_state=0)
    model.fit(X, kinds_of_labels(2 * y - 6)[kind])
    assert model.temperature_ != 1
    assert_same_labels(model, X)


@pytest.mark.parametrize("loss", ["auto", Quantile((0.1, 0.5, 0.9)), "poisson"], ids=str)
def test_all_members_of_a_tabular_regressor_are_in_one_graph(loss, quick):
    X, y = table()
    network = FFNNRegressor(clip_target=True, activation="mish", **quick)
    model = TabularRegressor(network, loss=loss, n_members=2, random_state=0)
    model.fit(X, np.exp(0.2 * y))
    assert_same_values(model, X)


@pytest.mark.parametrize("n_members", [1, 2])
def test_a_tabular_estimator_without_an_encoder_is_converted(n_members, quick):
    X, y = numbers("float32")
    settings = {"encoder": None, "n_members": n_members, "random_state": 0}
    network = FFNNRegressor(activation="prelu", **quick)
    assert_same_values(TabularRegressor(network, **settings).fit(X, y), X)
    network = FFNNClassifier(**quick)
    assert_same_labels(TabularClassifier(network, **settings).fit(X, y > -3), X)


class Bent(Activation):
    def forward(self, Z, A):
        np.divide(Z, 1 + np.abs(Z), out=A)

    def backward(self, Z, A, delta):
        delta *= (1 - np.abs(A)) ** 2


def test_a_function_of_the_users_own_is_named():
    X, y = numbers("float64")
    model = FFNNRegressor(activation=Bent(), **SMALL).fit(X, y)
    with pytest.raises(ValueError, match=r"Bent\(\) is an activation of your own"):
        to_onnx(model, X)
    model = make_pipeline(FunctionTransformer(np.tanh), FFNNRegressor(**SMALL)).fit(X, y)
    with pytest.raises(ValueError, match="tanh"):
        to_onnx(model, X)


def test_a_loss_of_the_users_own_that_changes_predictions_is_named():
    class Doubled(Quantile):
        def to_predictions(self, A):
            return 2 * A

    X, y = numbers("float64")
    model = FFNNRegressor(loss=Doubled(), **SMALL).fit(X, y)
    with pytest.raises(ValueError, match="Doubled"):
        to_onnx(model, X)


def test_a_table_unlike_that_of_fit_is_refused():
    X, y = table()
    model = FFNNRegressor(**SMALL).fit(X, y)
    with pytest.raises(ValueError, match=r"lacks \['city'\]"):
        to_onnx(model, X.drop(columns="city"))
    with pytest.raises(ValueError, match="numbers in column 'city'"):
        to_onnx(model, X.assign(city=1.0))
    with pytest.raises(ValueError, match="text in column 'size'"):
        to_onnx(model, X.assign(size="big"))
    session = onnxruntime.InferenceSession(to_onnx(model, X).SerializeToString())
    with pytest.raises(ValueError, match=r"lacks \['pet'\]"):
        feed(session, X.drop(columns="pet"))
    with pytest.raises(ValueError, match="column 'size' that are not numbers"):
        feed(session, X.assign(size="big"))
    with pytest.raises(ValueError, match="other cells than text in column 'city'"):
        feed(session, X.assign(city=1.0))


def test_categories_that_onnx_cannot_tell_apart_are_refused():
    X, y = table()
    for values, match in [
        (["<missing>", "a"], "stands for a missing value"),
        ([1, "a"], "not all text or all numbers"),
        ([2**60, 2**60 + 1], "more digits than a float64"),
    ]:
        cells = pd.Series((values * N)[:N], dtype=object)
        other = X[["size"]].assign(kind=cells)
        encoder = TableEncoder(categorical_features=["kind"])
        model = FFNNRegressor(encoder=encoder, **SMALL).fit(other, y)
        with pytest.raises(ValueError, match=match):
            to_onnx(model, other)


def test_an_older_opset_is_refused():
    X, y = numbers("float64")
    with pytest.raises(ValueError, match="target_opset=17"):
        to_onnx(FFNNRegressor(**SMALL).fit(X, y), X, target_opset=17)


def test_a_newer_opset_computes_the_same():
    X, y = numbers("float64")
    for activation in HIDDEN:
        model = FFNNRegressor(activation=activation, **SMALL).fit(X, y)
        graph = to_onnx(model, X, target_opset=22).SerializeToString()
        session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
        (A,) = session.run(None, feed(session, X))
        np.testing.assert_allclose(A[:, 0], model.predict(X), rtol=1e-5, atol=1e-6)


def test_skl2onnx_itself_converts_once_the_module_is_imported():
    X, y = numbers("float32")
    model = FFNNClassifier(**SMALL).fit(X, np.where(y > -3, "high", "low"))
    graph = skl2onnx.to_onnx(model, X[:1]).SerializeToString()
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    label, P = session.run(None, {"X": X})
    np.testing.assert_array_equal(label, model.predict(X))
    np.testing.assert_allclose(
        [row["low"] for row in P], model.predict_proba(X)[:, 1], 1e-5
    )


def test_names_of_columns_may_have_any_characters():
    X, y = table()
    X = X.rename(columns={"size": "size (m²)", "age": "age, in years", "city": "Städte"})
    assert_same_values(FFNNRegressor(**SMALL).fit(X, y), X[[*X.columns[::-1]]])


def test_a_column_with_the_name_of_an_output_is_refused():
    X, y = table()
    X = X.rename(columns={"size": "variable"})
    model = FFNNRegressor(**SMALL).fit(X, y)
    with pytest.raises(ValueError, match=r"columns \['variable'\]"):
        to_onnx(model, X)


def test_the_code_of_the_guide_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for code, line, _ in blocks("docs/guide/serving.md"):
        exec(
            compile("\n" * line + code, PROJECT / "docs/guide/serving.md", "exec"),
            namespace,
        )
    expected = namespace["model"].predict(namespace["flats"][:3])
    np.testing.assert_allclose(namespace["A"][:, 0], expected, rtol=1e-5)


def test_a_matrix_of_whole_numbers_and_a_sparse_one_are_fed():
    X, y = numbers("float64")
    model = FFNNRegressor(**SMALL).fit(X, y)
    session = onnxruntime.InferenceSession(to_onnx(model, X).SerializeToString())
    whole = X.round()
    expected = feed(session, whole)["X"]
    np.testing.assert_array_equal(feed(session, whole.astype(int))["X"], expected)
    np.testing.assert_array_equal(feed(session, csr_matrix(whole))["X"], expected)
    np.testing.assert_array_equal(feed(session, pd.DataFrame(whole))["X"], expected)
