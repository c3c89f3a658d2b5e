"""The words of peers and slips of the pen are answered with the word that is meant."""

import numpy as np
import pandas as pd
import pytest

from sknn import (
    SGD,
    Adam,
    FFNNClassifier,
    FFNNRegressor,
    He,
    LeakyReLU,
    TabularClassifier,
    TabularRegressor,
)
from sknn.engine.activations import ACTIVATIONS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
y = (X[:, 0] > 0).astype(int)
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("learning_rate_init", "use learning_rate"),
        ("momentum", r"SGD\(momentum="),
        ("nesterovs_momentum", "nesterov=True"),
        ("epochs", "use max_iter"),
        ("optimizer", "use solver"),
        ("validation_data", "X_val="),
        ("batchsize", "use batch_size"),
        ("label_smoothing", r"use loss=LogLoss\(smoothing=...\)"),
        ("hidden_layer_size", "use hidden_layer_sizes"),
        ("metrics", "use scoring"),
        ("zzz", "it has activation, alpha, batch_size"),
    ],
)
@pytest.mark.parametrize("kind", [FFNNClassifier, FFNNRegressor])
def test_an_unknown_parameter_names_the_word_that_is_meant(kind, name, word):
    with pytest.raises(
        TypeError, match=f"{kind.__name__} has no parameter '{name}'.*{word}"
    ):
        kind(**{name: 1})


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("learning_rate", r"estimator=FFNN\w+\(learning_rate=...\)"),
        ("epochs", r"use set_params\(estimator__max_iter=...\)"),
        ("n_estimators", "use n_members"),
        ("n_member", "use n_members"),
        ("seed", "use random_state"),
        ("zzz", "it has .*n_members"),
    ],
)
@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_an_ensemble_tells_its_parameters_from_those_of_its_members(kind, name, word):
    match = f"{kind.__name__} has no parameter '{name}': .*{word}"
    with pytest.raises(TypeError, match=match):
        kind(**{name: 1})
    with pytest.raises(ValueError, match=match):
        kind().set_params(**{name: 1})


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"X_val": X}, r"fit\(\) got .* 'X_val': it has X, y, sample_weight"),
        ({"eval_set": [X]}, r"'eval_set': it has X, y, sample_weight"),
        ({"weights": y}, "'weights': use sample_weight"),
        ({"verbose": 1}, "use the parameter verbose"),
    ],
)
def test_fit_of_an_ensemble_names_only_what_it_has(arguments, match):
    with pytest.raises(TypeError, match=match):
        TabularClassifier().fit(X, y, **arguments)


@pytest.mark.parametrize(
    ("kind", "given", "match"),
    [
        (
            FFNNClassifier,
            ((64,), "tanh", "sgd"),
            "FFNNClassifier takes only hidden_layer_sizes by position. "
            "Pass all else by name: activation='tanh', solver='sgd'",
        ),
        (FFNNRegressor, ((64,), 0.1), "Pass all else by name.$"),
        (TabularClassifier, (None, "auto"), "takes only estimator by position"),
    ],
)
def test_arguments_by_position_are_told_their_names(kind, given, match):
    with pytest.raises(TypeError, match=match):
        kind(*given)
    with pytest.raises(TypeError, match=match.rstrip("$") + ".* 'zz': it has"):
        kind(*given, zz=1)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("best_loss_", r"use min\(model.loss_curve_\)"),
        ("best_validation_score_", "use best_score_"),
        ("t_", "use n_iter_ times"),
        ("best_score_", "there after a fit with early_stopping=True"),
        ("validation_scores_", "early_stopping=True, or with X_val and y_val"),
    ],
)
def test_a_missing_attribute_names_the_one_that_is_meant(name, match):
    model = FFNNRegressor(max_iter=2, learning_rate_schedule="cosine").fit(X, X[:, 0])
    with pytest.raises(AttributeError, match=f"no attribute '{name}'.*{match}"):
        getattr(model, name)
    assert not hasattr(model, name)


def test_other_missing_attributes_are_as_ever():
    model = FFNNRegressor(solver="lbfgs")
    with pytest.raises(AttributeError, match="'coefs_': call fit first"):
        model.coefs_  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'zzz'$"):
        model.zzz  # noqa: B018
    with pytest.raises(AttributeError, match="which takes all rows at once"):
        model.partial_fit  # noqa: B018


def test_an_ensemble_hints_at_values():
    with pytest.raises(ValueError, match=r"Pass a number instead of text: 4\."):
        TabularClassifier(n_members="4").fit(X, y)
    with pytest.raises(ValueError, match="Did you mean 'squared_error'"):
        TabularRegressor(loss="mse").fit(X, X[:, 0])
    with pytest.raises(ValueError, match="use FFNNRegressor or TabularRegressor"):
        TabularClassifier().fit(X, X[:, 0])


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"learning_rate": "adaptive"}, "learning_rate_schedule='adaptive'"),
        ({"loss": "cross_entropy"}, "Did you mean 'log_loss'"),
        ({"loss": "BCEWithLogitsLoss"}, "Did you mean 'log_loss'"),
        ({"loss": "MSELoss"}, "Did you mean 'squared_error'"),
        ({"initializer": "xavier_uniform"}, "Did you mean 'glorot_uniform'"),
        ({"learning_rate_schedule": "CosineAnnealingLR"}, "Did you mean 'cosine'"),
        ({"learning_rate_schedule": "OneCycleLR"}, "Did you mean 'onecycle'"),
        ({"solver": "Adam"}, "Did you mean 'adam'"),
        ({"activation": "ReLU"}, "Did you mean 'relu'"),
        ({"learning_rate_schedule": "cosin"}, "Did you mean 'cosine'"),
        ({"dropout_schedule": "flatcos"}, "Did you mean 'flat_cos'"),
        ({"solver": Adam}, r"Pass an instance instead of the class: Adam\(\)"),
        (
            {"activation": LeakyReLU},
            r"Pass an instance instead of the class: LeakyReLU\(\)",
        ),
        ({"initializer": He}, r"initializer=He is a class: pass an instance, He\(\)"),
    ],
)
def test_a_value_that_is_nearly_right_is_answered_with_the_right_one(params, word):
    with pytest.raises((ValueError, TypeError), match=word):
        FFNNClassifier(**params).fit(X, y)


def test_names_are_listed_in_order():
    with pytest.raises(ValueError, match="The names are (.*)\\.") as raised:
        FFNNClassifier(output_activation="zzz").fit(X, y)
    names = ", ".join(sorted({*ACTIVATIONS, "auto"}))
    assert f"The names are {names}." in str(raised.value)


def test_a_hint_never_proposes_what_was_refused():
    with pytest.raises(ValueError, match="loss") as raised:
        FFNNClassifier(loss="absolute_error").fit(X, y)
    assert "Did you mean 'absolute_error'" not in str(raised.value)
    assert "The names are auto, log_loss, squared_error." in str(raised.value)


def test_set_params_sets_all_or_nothing():
    model = FFNNRegressor(solver=SGD())
    for bad in ({"lr": 0.1}, {"foo__x": 1}, {"solver__nope": 1}, {"loss__q": 0.5}):
        with pytest.raises(ValueError, match="lr|foo|nope|loss"):
            model.set_params(alpha=9.0, **bad)
        assert model.alpha == 1e-4


def test_a_part_names_its_settings():
    with pytest.raises(TypeError, match="no setting 'lr'.*beta_1, beta_2, epsilon"):
        Adam(lr=0.1)


def test_columns_that_are_no_numbers_are_named_with_a_remedy():
    plain = FFNNClassifier(encoder=None, max_iter=2, learning_rate_schedule="cosine")
    text = FRAME.assign(colour=["red", "blue"] * 20)
    with pytest.raises(ValueError, match="text or categories.*encoder=.auto.*'colour'"):
        plain.fit(text, y)
    dates = FRAME.assign(day=pd.date_range("2020-01-01", periods=40))
    with pytest.raises(ValueError, match="dates.*numbers.*'day'"):
        plain.fit(dates, y)
    with pytest.raises(ValueError, match="dates.*'day'.*numbers.*month"):
        FFNNClassifier().fit(dates, y)
    missing = FRAME.assign(b=np.where(X[:, 1] > 1, np.nan, X[:, 1]))
    with pytest.raises(ValueError, match="missing values.*encoder=.auto.*'b'.*NaN"):
        plain.fit(missing, y)
    model = plain.fit(FRAME, y)
    with pytest.raises(ValueError, match="X has missing values.*'b'"):
        model.predict(missing)
    with pytest.raises(ValueError, match="X_val has missing values.*'b'"):
        FFNNClassifier().fit(FRAME, y, X_val=missing, y_val=y)


def test_faults_of_the_validation_set_are_told_of_it():
    for bad, match in [
        ({"X_val": np.where(X > 2, np.nan, X), "y_val": y}, "Input X_val contains NaN"),
        ({"X_val": X[:, :2], "y_val": y}, "X_val: X has 2 features"),
        ({"X_val": X, "y_val": y + 1}, "y_val has labels"),
        ({"X_val": X, "y_val": [None, *y[1:]]}, "Input y_val contains NaN"),
        ({"X_val": X, "y_val": y, "sample_weight_val": 0 * y}, "sample_weight_val"),
    ]:
        with pytest.raises(ValueError, match=match):
            FFNNClassifier().fit(X, y, **bad)


def test_a_validation_set_on_another_scale_warns():
    model = FFNNClassifier(max_iter=2, learning_rate_schedule="cosine")
    with pytest.warns(UserWarning, match="another scale.*step__X_val"):
        model.fit(X, y, X_val=10 * X + 50, y_val=y)
    model.fit(X, y, X_val=X + 1, y_val=y)  # so far off columns may be


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"scoring": "accuracy"}, "scoring='accuracy'"),
        ({"validation_fraction": 0.3}, "validation_fraction=0.3"),
        ({"hidden_layer_sizes": (), "activation": "tanh"}, "activation='tanh'"),
        ({"hidden_layer_sizes": (), "dropout": 0.5}, "dropout=0.5"),
    ],
)
def test_parameters_that_have_nothing_to_act_on_warn(params, name):
    model = FFNNClassifier(max_iter=2, learning_rate_schedule="cosine", **params)
    with pytest.warns(UserWarning, match=f"{name} has no effect"):
        model.fit(X, y)
