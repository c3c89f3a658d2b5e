"""Explainers of scikit-learn and SHAP on the columns of raw tables."""

from importlib.util import find_spec

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.inspection import (
    PartialDependenceDisplay,
    partial_dependence,
    permutation_importance,
)
from sklearn.metrics import accuracy_score, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from test_readme import PROJECT, blocks

from sknn import (
    FFNNClassifier,
    FFNNRegressor,
    TableEncoder,
    TabularClassifier,
    TabularRegressor,
)

mpl.use("Agg")
import matplotlib.pyplot as plt

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
# What SHAP and PyTorch warn of when they call newer versions of other libraries.
OF_OTHERS = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::PendingDeprecationWarning",
    "ignore::FutureWarning",
)
N = 300
QUICK = {"learning_rate": 0.01, "learning_rate_schedule": "cosine", "max_iter": 25}
NETWORK = {"hidden_layer_sizes": 16, "random_state": 0, **QUICK}


def flats():
    """Return a raw table, whose columns area, city and lift count, and its prices."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "area": rng.normal(80, 25, N),
            "city": rng.choice(["Oslo", "Rome", "Kyiv"], N),
            "lift": rng.random(N) < 0.5,
            "colour": pd.Categorical(rng.choice(["red", "blue"], N)),
            "noise": rng.normal(1e6, 1e3, N),
        }
    )
    X["seen"] = np.where(rng.random(N) < 0.3, np.nan, rng.normal(size=N))
    price = 2 * X["area"] + 60 * (X["city"] == "Oslo") + 20 * X["lift"]
    return X, price + rng.normal(0, 5, N)


X, PRICE = flats()
DEAR = np.where(PRICE.median() < PRICE, "dear", "cheap")
COUNT = {"area", "city"}


def columns():
    """Return a ColumnTransformer for the table, as users of scikit-learn write it."""
    return ColumnTransformer(
        [
            ("categories", OneHotEncoder(), ["city", "colour"]),
            ("numbers", StandardScaler(), ["area", "lift", "noise"]),
        ]
    )


def tabular(kind, network):
    return kind(network(hidden_layer_sizes=16, **QUICK), n_members=2, random_state=0)


REGRESSORS = {
    "network": lambda: FFNNRegressor(**NETWORK),
    "bins": lambda: FFNNRegressor(encoder=TableEncoder(n_bins=4), **NETWORK),
    "tabular": lambda: tabular(TabularRegressor, FFNNRegressor),
    "pipeline": lambda: make_pipeline(columns(), FFNNRegressor(encoder=None, **NETWORK)),
    "encoder": lambda: make_pipeline(
        TableEncoder(), FFNNRegressor(encoder=None, **NETWORK)
    ),
}
CLASSIFIERS = {
    "network": lambda: FFNNClassifier(**NETWORK),
    "tabular": lambda: tabular(TabularClassifier, FFNNClassifier),
    "pipeline": lambda: make_pipeline(columns(), FFNNClassifier(encoder=None, **NETWORK)),
}
CACHE = {}


def fitted(name, kind="regression"):
    """Return a fitted model, the same for every test."""
    if (name, kind) not in CACHE:
        makers = REGRESSORS if kind == "regression" else CLASSIFIERS
        y = PRICE if kind == "regression" else DEAR
        CACHE[name, kind] = makers[name]().fit(X, y)
    return CACHE[name, kind]


MODELS = [(name, "regression") for name in REGRESSORS]
MODELS += [(name, "classification") for name in CLASSIFIERS]


# ---- scikit-learn -----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), MODELS)
def test_permutation_importance_is_that_of_the_columns_of_the_frame(name, kind):
    model = fitted(name, kind)
    y = PRICE if kind == "regression" else DEAR
    found = permutation_importance(model, X, y, n_repeats=3, random_state=0)
    score = r2_score if kind == "regression" else accuracy_score
    best = score(y, model.predict(X))
    order = np.argsort(found.importances_mean)[::-1]
    assert set(X.columns[order[:2]]) == COUNT
    # One column shuffled by hand costs as much as any shuffle does.
    rng = np.random.default_rng(1)
    for name_of in ("area", "city", "noise"):
        moved = X.assign(**{name_of: rng.permutation(X[name_of].to_numpy())})
        by_hand = best - score(y, model.predict(moved))
        place = list(X.columns).index(name_of)
        assert abs(by_hand - found.importances_mean[place]) < 0.1


@pytest.mark.parametrize(("name", "kind"), MODELS)
def test_partial_dependence_is_the_mean_prediction_with_one_column_set(name, kind):
    model = fitted(name, kind)
    for column, options in (
        ("area", {"grid_resolution": 5}),
        ("city", {"categorical_features": ["city"]}),
    ):
        found = partial_dependence(model, X, [column], kind="average", **options)
        values = found["grid_values"][0]
        by_hand = []
        for value in values:
            moved = X.assign(**{column: value})
            if kind == "regression":
                by_hand.append(model.predict(moved).mean())
            else:
                by_hand.append(model.predict_proba(moved)[:, 1].mean())
        np.testing.assert_allclose(found["average"][0], by_hand, rtol=1e-6)
        assert len(values) == (5 if column == "area" else 3)
        assert np.ptp(found["average"][0]) > 0.01 * np.abs(by_hand).max()


@pytest.mark.parametrize(("name", "kind"), MODELS)
def test_partial_dependence_is_drawn_for_the_columns_of_the_frame(name, kind):
    display = PartialDependenceDisplay.from_estimator(
        fitted(name, kind),
        X,
        ["area", "city", ("area", "noise")],
        categorical_features=["city"],
        grid_resolution=4,
    )
    assert display.axes_.size >= 3
    assert display.axes_[0, 0].get_xlabel() == "area"
    plt.close("all")


# ---- SHAP -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), MODELS)
@OF_OTHERS
def test_shap_permutations_explain_the_columns_of_the_frame(name, kind):
    shap = pytest.importorskip("shap")
    model = fitted(name, kind)

    def predict(rows):
        frame = pd.DataFrame(rows, columns=X.columns).astype(X.dtypes)
        if kind == "regression":
            return model.predict(frame)
        return model.predict_proba(frame)[:, 1]

    background, rows = X[:20].to_numpy(object), X[20:24]

    def masker(kept, row):  # SHAP's own maskers subtract rows: text is beyond them
        return np.where(kept, row, background)

    found = shap.explainers.Permutation(predict, masker, seed=0)(rows, max_evals=65)
    assert list(found.feature_names) == list(X.columns)
    # Shapley values add up to what is predicted, from the mean of the background on.
    total = found.base_values + found.values.sum(axis=1)
    np.testing.assert_allclose(total, predict(rows), rtol=1e-5)
    np.testing.assert_allclose(found.base_values, predict(background).mean(), rtol=1e-5)
    mean = np.abs(found.values).mean(axis=0)
    assert set(X.columns[np.argsort(mean)[::-1][:2]]) == COUNT


@pytest.fixture(name="numeric")
def _numeric():
    """Return numbers of several scales, their target, and a network without encoder_."""
    rng = np.random.default_rng(0)
    rows = rng.normal([5, -3, 1e4], [1, 2, 1e3], size=(400, 3))
    y = np.sin(2 * rows[:, 0]) * 10 + rows[:, 1] ** 2
    model = FFNNRegressor(
        (16, 8), activation="relu", clip_target=False, random_state=0, **QUICK
    )
    return rows, y, model.fit(rows, y)


@OF_OTHERS
def test_shap_deep_explains_a_network_as_torch(numeric):
    shap, torch = pytest.importorskip("shap"), pytest.importorskip("torch")
    from sknn.torch import to_torch

    rows, _, model = numeric
    background, few = rows[:100], rows[100:110]
    explainer = shap.DeepExplainer(to_torch(model), torch.tensor(background))
    values = explainer.shap_values(torch.tensor(few)).reshape(10, 3)
    total = model.predict(background).mean() + values.sum(axis=1)
    np.testing.assert_allclose(total, model.predict(few), rtol=1e-3, atol=1e-3)
    exact = shap.explainers.Exact(model.predict, background)(few).values
    assert np.corrcoef(values.ravel(), exact.ravel())[0, 1] > 0.9


@OF_OTHERS
def test_shap_gradients_explain_a_network_as_torch(numeric):
    shap, torch = pytest.importorskip("shap"), pytest.importorskip("torch")
    from sknn.torch import to_torch

    rows, _, model = numeric
    background, few = rows[:100], rows[100:110]
    # It makes tensors of float32 by itself.
    network, tensor = to_torch(model).float(), torch.FloatTensor
    explainer = shap.GradientExplainer(network, tensor(background))
    found = explainer.shap_values(tensor(few), nsamples=2000, rseed=0)
    exact = shap.explainers.Exact(model.predict, background)(few).values
    assert np.corrcoef(found.reshape(10, 3).ravel(), exact.ravel())[0, 1] > 0.9


# ---- the guide --------------------------------------------------------------------------


@OF_OTHERS
def test_the_code_of_the_guide_runs_as_far_as_its_extras_are_there():
    page = "docs/guide/explaining.md"
    namespace, missing = {"__name__": "page"}, False
    for code, line, _ in blocks(page):
        needed = [name for name in ("shap", "torch") if f"import {name}\n" in code]
        missing = missing or not all(find_spec(name) for name in needed)
        if not missing:
            exec(compile("\n" * line + code, PROJECT / page, "exec"), namespace)
    assert "slopes" in namespace
    plt.close("all")
