"""Estimators in a notebook: the HTML with the table of layers."""

import re

import numpy as np
import pytest
from sklearn import config_context
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import FFNNClassifier, FFNNRegressor

X = np.random.default_rng(0).normal(size=(60, 4))
QUICK = {"max_iter": 6, "learning_rate_schedule": "cosine", "random_state": 0}


def regressor(**params):
    return FFNNRegressor(**{"hidden_layer_sizes": (3,)} | QUICK | params).fit(X, X[:, 0])


def html(estimator):
    return estimator._repr_mimebundle_()["text/html"]


def cells(text):
    """Return the rows of the table of layers, tags taken out."""
    table = text.split("<table>")[-1]
    rows = re.findall(r"<tr>(.*?)</tr>", table)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]


def test_a_notebook_shows_layers_and_parameter_counts():
    model = regressor(hidden_layer_sizes=(1000, 3), activation=("prelu", "tanh"))
    assert cells(html(model))[-4:] == [
        ["1", "4 → 1000", "PReLU", "6,000"],
        ["2", "1000 → 3", "Tanh", "3,003"],
        ["3", "3 → 1", "Identity", "4"],
        ["all", "9,007"],
    ]
    assert model.n_parameters_ == 9007
    assert cells(model._repr_html_()) == cells(html(model))


def test_a_notebook_shows_parameters_before_and_after_fit():
    for model in (FFNNClassifier(alpha=0.125), regressor(alpha=0.125)):
        assert "alpha" in html(model)
        assert "0.125" in html(model)
    assert "parameters</th>" not in html(FFNNClassifier())


@pytest.mark.parametrize("model", [FFNNRegressor(), regressor()], ids=["new", "fitted"])
def test_the_configuration_of_scikit_learn_is_respected(model):
    with config_context(display="text"):
        assert "text/html" not in model._repr_mimebundle_()
        assert not hasattr(model, "_repr_html_")
    with config_context(display="diagram"):
        assert "text/html" in model._repr_mimebundle_()
        assert model._repr_html_()


def test_a_pipeline_can_be_shown():
    pipeline = make_pipeline(StandardScaler(), FFNNRegressor(**QUICK)).fit(X, X[:, 0])
    assert "FFNNRegressor" in html(pipeline)
