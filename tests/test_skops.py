"""skops: files without pickle have every estimator and part, and training goes on."""

import importlib
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sknn
from sknn import (
    SGD,
    SKOPS_TRUSTED,
    FFNNClassifier,
    FFNNRegressor,
    LogLoss,
    Quantile,
    TableEncoder,
    TabularClassifier,
    TabularRegressor,
)
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.initializers import INITIALIZERS
from sknn.engine.losses import LOSSES
from sknn.engine.optimizers import SOLVERS
from sknn.engine.schedules import SCHEDULES
from sknn.fitting.parts import HIDDEN_ACTIVATIONS, losses_for

io = pytest.importorskip("skops.io")

RNG = np.random.default_rng(0)
X = pd.DataFrame({"size": RNG.uniform(1, 2, 60), "kind": list("abc") * 20})
X.loc[::9, "size"] = np.nan
Y = np.nan_to_num(X["size"].to_numpy(), nan=1.5)
LABELS = np.where(Y > 1.5, "large", "small")
NUMBERS = np.random.default_rng(1).normal(size=(60, 3)).astype(np.float32)
SHORT = {"hidden_layer_sizes": 4, "max_iter": 5, "random_state": 0, "warm_start": True}

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning", "ignore:.*worse than:UserWarning"
)


def round_trip(model):
    """Return the model, saved and loaded with nothing trusted but what sknn names."""
    return io.loads(io.dumps(model), trusted=SKOPS_TRUSTED)


def assert_same(one, other, X):
    """Both predict the same, to the last bit."""
    for name in ("predict", "predict_proba", "transform"):
        if hasattr(one, name):
            np.testing.assert_array_equal(getattr(one, name)(X), getattr(other, name)(X))


def assert_resumes(model, X, y):
    """Training goes on after loading as it does without, to the last bit."""
    copy = round_trip(model.fit(X, y))
    assert_same(model, copy, X)
    assert copy.get_params().keys() == model.get_params().keys()
    model.fit(X, y)
    copy.fit(X, y)
    for W, W_copy in zip(model.coefs_, copy.coefs_, strict=True):
        np.testing.assert_array_equal(W, W_copy)


@pytest.mark.parametrize("name", sorted(HIDDEN_ACTIVATIONS))
def test_every_activation(name):
    activation = ACTIVATIONS[name]
    assert_resumes(FFNNRegressor(activation=activation, **SHORT), X, Y)
    assert round_trip(activation) == activation


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_every_output_activation(name):
    y = np.column_stack([Y > 1.5, Y <= 1.5]).astype(int)
    model = FFNNRegressor(output_activation=name, loss="squared_error", **SHORT)
    assert_resumes(model, X, y)


@pytest.mark.parametrize("name", sorted(losses_for("regression")))
def test_every_loss_of_a_regression(name):
    assert_resumes(FFNNRegressor(loss=LOSSES[name], **SHORT), X, Y)


@pytest.mark.parametrize("name", sorted(losses_for("classification")))
def test_every_loss_of_a_classification(name):
    assert_resumes(FFNNClassifier(loss=LOSSES[name], **SHORT), X, LABELS)


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_every_initializer(name):
    assert_resumes(FFNNRegressor(initializer=INITIALIZERS[name], **SHORT), X, Y)


@pytest.mark.parametrize("name", sorted(SOLVERS))
def test_every_solver(name):
    assert_resumes(FFNNClassifier(solver=SOLVERS[name], **SHORT), X, LABELS)


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_every_schedule(name):
    schedule = SCHEDULES[name]
    model = FFNNRegressor(learning_rate_schedule=schedule, solver=SGD(), **SHORT)
    assert_resumes(model, X, Y)


def test_the_list_names_classes_that_there_are():
    for name in SKOPS_TRUSTED:
        path, _, cls = name.rpartition(".")
        assert isinstance(getattr(importlib.import_module(path), cls), type)


def test_settings_and_quantiles():
    model = FFNNRegressor(loss=Quantile((0.1, 0.9)), input_scale=True, **SHORT)
    assert_resumes(model, NUMBERS, Y)
    assert_resumes(FFNNClassifier(loss=LogLoss(smoothing=0.1), **SHORT), X, LABELS)
    assert_resumes(FFNNClassifier(encoder=None, **SHORT), NUMBERS, LABELS)
    assert_resumes(FFNNClassifier(encoder=StandardScaler(), **SHORT), NUMBERS, LABELS)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_stream(early_stopping):
    params = SHORT | {"early_stopping": early_stopping, "class_weight": "balanced"}
    model = FFNNClassifier(**params)
    held_out = {"X_val": X, "y_val": LABELS} if early_stopping else {}
    for rows in (slice(0, 30), slice(30, 60)):
        model.partial_fit(X[rows], LABELS[rows], classes=["large", "small"], **held_out)
    copy = round_trip(model)
    assert_same(model, copy, X)
    for each in (model, copy):
        each.partial_fit(X, LABELS, **held_out)
    assert_same(model, copy, X)


@pytest.mark.parametrize("sparse", [False, True])
def test_an_encoder_in_a_pipeline(sparse):
    encoder = TableEncoder(n_bins=3, sparse_output=sparse)
    model = make_pipeline(make_column_transformer((encoder, ["size", "kind"])), Ridge())
    assert_same(model.fit(X, Y), round_trip(model), X)


@pytest.mark.parametrize("y", [LABELS, np.column_stack([Y > 1.5, Y > 1.7]).astype(int)])
def test_a_tabular_classifier(y):
    model = TabularClassifier(n_members=1, estimator=FFNNClassifier(max_iter=3))
    assert_same(model.fit(X, y), round_trip(model), X)


def test_a_tabular_regressor():
    model = TabularRegressor(n_members=2, estimator=FFNNRegressor(max_iter=3)).fit(X, Y)
    copy = round_trip(model)
    assert_same(model, copy, X)
    np.testing.assert_array_equal(model.predict_interval(X), copy.predict_interval(X))


def test_a_class_of_the_users_is_not_trusted():
    class Own(LogLoss):
        """A loss that sknn does not know."""

    Own.__qualname__ = "Own"
    data = io.dumps(FFNNClassifier(loss=Own(), **SHORT).fit(X, LABELS))
    with pytest.raises(io.exceptions.UntrustedTypesFoundException, match="Own"):
        io.loads(data, trusted=SKOPS_TRUSTED)


def test_another_version_warns(monkeypatch):
    data = io.dumps(FFNNRegressor(**SHORT).fit(X, Y))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        io.loads(data, trusted=SKOPS_TRUSTED)
    monkeypatch.setattr(sknn, "__version__", "9.9.9")
    with pytest.warns(UserWarning, match=r"loaded with .*9\.9\.9"):
        io.loads(data, trusted=SKOPS_TRUSTED)
