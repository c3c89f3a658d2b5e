"""The workflows that the estimators exist for, from end to end."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import BaggingClassifier, StackingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import sknn
from sknn import (
    SGD,
    Adam,
    FFNNClassifier,
    FFNNRegressor,
    Huber,
    LeakyReLU,
    Normal,
    OneCycle,
)

FAST = {
    "hidden_layer_sizes": (16,),
    "learning_rate": 0.02,
    "learning_rate_schedule": "cosine",
    "max_iter": 30,
    "random_state": 0,
}
DIABETES = load_diabetes(return_X_y=True)
WINE = load_wine(return_X_y=True)
SCALED = StandardScaler().fit_transform(WINE[0])
CANCER = load_breast_cancer(return_X_y=True)


def classifier(**params):
    return make_pipeline(StandardScaler(), FFNNClassifier(**{**FAST, **params}))


def regressor(**params):
    return make_pipeline(StandardScaler(), FFNNRegressor(**{**FAST, **params}))


def test_cross_validation_of_a_pipeline():
    assert cross_val_score(classifier(), *WINE, cv=3).mean() > 0.93
    assert cross_val_score(regressor(alpha=0.1), *DIABETES, cv=3).mean() > 0.4
    assert cross_val_predict(classifier(), *CANCER, method="predict_proba").shape == (
        569,
        2,
    )


def test_grid_search_over_names_parts_and_numbers_in_two_processes():
    grid = {
        "ffnnclassifier__hidden_layer_sizes": [(4,), (8,), (8, 4)],
        "ffnnclassifier__activation": ["tanh", LeakyReLU(0.1)],
        "ffnnclassifier__solver": [Adam(beta_2=0.95), SGD(momentum=0.9, nesterov=True)],
    }
    search = GridSearchCV(classifier(), grid, cv=2, n_jobs=2, error_score="raise")
    search.fit(*WINE)
    assert search.best_score_ > 0.93
    assert len(search.cv_results_["params"]) == 12
    assert isinstance(search.best_params_["ffnnclassifier__solver"], Adam | SGD)


def test_randomized_search_over_regression_parts():
    space = {
        "ffnnregressor__loss": ["squared_error", Huber(1.0)],
        "ffnnregressor__initializer": ["auto", Normal(0.1)],
        "ffnnregressor__learning_rate_schedule": ["cosine", OneCycle(warm_up=0.2)],
        "ffnnregressor__alpha": [1e-4, 0.1],
    }
    search = RandomizedSearchCV(regressor(), space, n_iter=5, cv=2, random_state=0)
    assert search.fit(*DIABETES).best_score_ > 0.3


def test_a_transformed_target():
    X, y = DIABETES
    model = TransformedTargetRegressor(
        regressor(alpha=0.1), func=np.log, inverse_func=np.exp
    )
    assert cross_val_score(model, X, y, cv=3).mean() > 0.35


def test_a_frame_with_text_through_a_column_transformer():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    X["age"] = pd.cut(X["age"], 3, labels=["young", "middle", "old"])
    columns = make_column_transformer(
        (OneHotEncoder(), ["age"]), remainder=StandardScaler()
    )
    model = make_pipeline(columns, FFNNRegressor(alpha=0.1, **FAST)).fit(X, y)
    assert model.score(X, y) > 0.4
    assert model.predict(X.head(3)).shape == (3,)


def test_a_numeric_frame_keeps_its_names():
    X, y = load_wine(return_X_y=True, as_frame=True)
    model = FFNNClassifier(**FAST).fit(X, y)
    assert list(model.feature_names_in_) == list(X.columns)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(X.rename(columns={"alcohol": "ethanol"}))
    with pytest.warns(UserWarning, match="valid feature names"):
        model.predict(X.to_numpy())
    model.fit(X.to_numpy(), y)
    assert not hasattr(model, "feature_names_in_")


def test_nullable_numbers_of_pandas():
    X = pd.DataFrame(
        {
            "a": pd.array(range(40), dtype="Int64"),
            "b": pd.array(np.linspace(0, 1, 40), dtype="Float64"),
            "c": pd.array([True, False] * 20, dtype="boolean"),
        }
    )
    y = pd.Series(pd.array(range(40), dtype="Int64"))
    plain = FFNNRegressor(**FAST).fit(X.astype(float), y.astype(float))
    nullable = FFNNRegressor(**FAST).fit(X, y)
    np.testing.assert_array_equal(nullable.predict(X), plain.predict(X.astype(float)))
    kinds = FFNNClassifier(**FAST).fit(X, y > 20)
    assert set(kinds.predict(X)) <= {True, False}


@pytest.mark.parametrize(
    "y",
    [
        np.array(["rosé", "red", "white"])[WINE[1]],
        pd.Series(np.array(["rosé", "red", "white"])[WINE[1]], dtype="category"),
        np.array([-7, 3, 1000])[WINE[1]],
        np.array(["rosé", "red", "white"], dtype=object)[WINE[1]],
    ],
    ids=["str", "category", "int", "object"],
)
def test_labels_of_any_type(y):
    model = classifier().fit(WINE[0], y)
    assert set(model.classes_) == set(y)
    assert model.score(WINE[0], y) > 0.95


def test_one_class_is_predicted_with_certainty():
    model = FFNNClassifier(**FAST).fit(WINE[0], ["only"] * len(WINE[0]))
    assert set(model.predict(WINE[0])) == {"only"}
    np.testing.assert_array_equal(model.predict_proba(WINE[0]), np.ones((178, 1)))
    np.testing.assert_array_equal(model.predict_log_proba(WINE[0]), np.zeros((178, 1)))


def test_calibration_bagging_and_stacking():
    for model in (
        CalibratedClassifierCV(classifier(), cv=3),
        BaggingClassifier(classifier(), n_estimators=3, random_state=0),
        StackingClassifier([("net", classifier())], LogisticRegression(), cv=3),
    ):
        assert model.fit(*CANCER).score(*CANCER) > 0.93


def test_several_targets_of_many_classes_each_through_a_wrapper():
    y = np.column_stack([WINE[1], WINE[1][::-1]])
    model = MultiOutputClassifier(classifier()).fit(WINE[0], y)
    assert model.predict(WINE[0]).shape == y.shape


def test_permutation_importance_finds_the_column_that_matters():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    model = regressor(alpha=0.1).fit(X, y)
    importance = permutation_importance(model, X, y, random_state=0).importances_mean
    assert X.columns[importance.argmax()] in ("bmi", "s5", "s1")


def test_clone_pickle_and_joblib_give_the_same_estimator(tmp_path):
    model = FFNNClassifier(activation=LeakyReLU(0.2), solver=SGD(momentum=0.5), **FAST)
    fitted = clone(model).fit(SCALED, WINE[1])
    assert clone(fitted).get_params() == model.get_params()
    assert repr(clone(fitted)) == repr(model)
    path = tmp_path / "model.joblib"
    joblib.dump(fitted, path)
    for copy in (pickle.loads(pickle.dumps(fitted)), joblib.load(path)):
        np.testing.assert_array_equal(
            copy.predict_proba(SCALED), fitted.predict_proba(SCALED)
        )


def test_a_pickle_of_another_version_warns(monkeypatch):
    fitted = FFNNClassifier(**FAST).fit(SCALED, WINE[1])
    data = pickle.dumps(fitted)
    assert pickle.loads(data).score(SCALED, WINE[1]) == fitted.score(SCALED, WINE[1])
    monkeypatch.setattr(sknn, "__version__", "9.9.9")
    with pytest.warns(UserWarning, match=r"pickled with .*loaded with .*9\.9\.9"):
        pickle.loads(data)


def test_settings_of_parts_are_parameters():
    model = FFNNClassifier(solver=SGD(), activation=LeakyReLU(0.2))
    assert model.get_params()["solver__momentum"] == 0.0
    shared = model.solver
    copy = clone(model).set_params(solver__momentum=0.9, activation__slope=0.1, alpha=0.5)
    assert (copy.solver, copy.activation, copy.alpha) == (SGD(0.9), LeakyReLU(0.1), 0.5)
    assert (model.solver, shared) == (SGD(), SGD())  # parts never change
    with pytest.raises(ValueError, match="no setting.*momentun.*momentum"):
        model.set_params(solver__momentun=0.9)
    with pytest.raises(ValueError, match="solver='adam' has no settings.*solver=SGD"):
        FFNNClassifier().set_params(solver__momentum=0.9)
    grid = {"solver__momentum": [0.0, 0.9]}
    search = GridSearchCV(FFNNClassifier(**FAST | {"solver": SGD()}), grid, cv=2)
    assert search.fit(SCALED, WINE[1]).best_params_["solver__momentum"] == 0.9


def test_weights_are_routed_through_a_pipeline():
    w = np.where(WINE[1] == 0, 5.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        network = FFNNClassifier(**FAST).set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        routed = make_pipeline(scaler, network).fit(*WINE, sample_weight=w)
    X = StandardScaler().fit_transform(WINE[0])
    direct = FFNNClassifier(**FAST).fit(X, WINE[1], w)
    np.testing.assert_array_equal(routed.predict_proba(WINE[0]), direct.predict_proba(X))


def test_several_threads_predict_with_one_model():
    model = regressor().fit(*DIABETES)
    expected = model.predict(DIABETES[0])
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(model.predict, [DIABETES[0]] * 20))
    assert all(np.array_equal(result, expected) for result in results)


def test_scikit_learn_knows_what_they_are():
    assert is_classifier(classifier())
    assert is_regressor(regressor())


def test_verbose_prints_the_loss(capsys):
    model = FFNNRegressor(verbose=1, **FAST).fit(*DIABETES)
    assert f"{model.loss_:.4g}" in capsys.readouterr().out.splitlines()[-1]
