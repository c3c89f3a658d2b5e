"""The summary: in a terminal, in a notebook, in a Pipeline; layers, plan, and the end."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    ELU,
    LBFGS,
    Adam,
    AdamW,
    AfterEpoch,
    FFNNClassifier,
    FFNNRegressor,
    LossCurveDisplay,
    Quantile,
    TableEncoder,
    TabularClassifier,
    TabularRegressor,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
LABELS = np.where(X[:, 0] > 0, "up", "down")
QUICK = {"max_iter": 6, "learning_rate_schedule": "cosine", "random_state": 0}


def regressor(targets=X[:, 0], **params):
    return FFNNRegressor(**{"hidden_layer_sizes": (3,)} | QUICK | params).fit(X, targets)


def cells(text):
    """Return the rows of all tables of a summary in HTML, tags taken out."""
    tables = re.findall(r"<table class='sknn-.*?</table>", text)
    rows = re.findall(r"<tr>(.*?)</tr>", "".join(tables))
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]


def html(estimator):
    return estimator._repr_mimebundle_()["text/html"]


# ---- the layers -------------------------------------------------------------------------


def test_every_layer_has_its_shape_activation_dropout_and_parameters():
    model = regressor(
        hidden_layer_sizes=(1000, 3, 2),
        activation=("prelu", "tanh", ELU(alpha=0.5)),
        dropout=(0.1, 0.0, 0.25),
    )
    assert [tuple(row) for row in model.summary().layers] == [
        ("input", "4 → 4", "X, standardised inside", "", ""),
        ("hidden 1", "4 → 1000", "prelu(slope=0.25)", "0.1", "6,000"),
        ("hidden 2", "1000 → 3", "tanh", "0", "3,003"),
        ("hidden 3", "3 → 2", "elu(alpha=0.5)", "0.25", "8"),
        ("output", "2 → 1", "identity", "", "3"),
        ("total", "", "", "", "9,014"),
    ]
    assert model.n_parameters_ == 9014


def test_the_parameters_of_all_rows_sum_up_to_the_total():
    *rows, total = regressor(input_scale=True).summary().layers
    counts = [int(row.parameters or 0) for row in rows]
    assert counts == [4, 15, 4]
    assert sum(counts) == int(total.parameters)


@pytest.mark.parametrize(
    ("encoder", "nodes", "what"),
    [
        (None, "4 → 4", "X as it is"),
        ("auto", "4 → 4", "X, standardised inside"),
        (TableEncoder(n_bins=3), "4 → 16", "by TableEncoder"),
        (StandardScaler(), "4 → 4", "by StandardScaler"),
    ],
)
def test_the_first_row_says_what_becomes_of_the_columns(encoder, nodes, what):
    row = regressor(encoder=encoder).summary().layers[0]
    assert (row.nodes, row.activation) == (nodes, what)


def test_a_network_without_hidden_layers_has_a_single_row():
    rows = regressor(hidden_layer_sizes=()).summary().layers
    assert [row.layer for row in rows] == ["input", "output", "total"]


def test_names_with_two_spellings_have_one():
    model = FFNNClassifier(3, activation="swish", output_activation="logistic", **QUICK)
    rows = model.fit(X, LABELS).summary().layers
    assert [row.activation for row in rows[1:3]] == ["silu", "sigmoid"]


# ---- the plan and the end ---------------------------------------------------------------


def test_the_plan_is_named_as_the_user_named_it():
    facts = regressor(loss="huber", solver=AdamW(weight_decay=0.5)).summary().facts
    assert facts["loss"].startswith("huber(")
    assert facts["solver"].startswith("adamw(")
    assert "weight_decay=0.5" in facts["solver"]
    assert facts["learning rate"] == "0.004, cosine"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({}, "cosine"),
        ({"solver": Adam(beta_2=0.95)}, "cosine"),
        ({"solver": "sgd"}, "constant"),
        ({"warm_start": True}, "constant"),
    ],
)
def test_the_schedule_is_the_one_that_was_used(params, name):
    facts = regressor(learning_rate_schedule="auto", **params).summary().facts
    assert facts["learning rate"] == f"0.004, {name}"


def test_a_loss_and_a_schedule_of_the_user_have_their_names():
    class Doubled:
        def value(self, y, a):
            return 2 * (y - a) ** 2

        def gradient(self, y, a):
            return -4 * (y - a)

    def halved(progress):
        return 1 - progress / 2

    facts = regressor(loss=Doubled(), learning_rate_schedule=halved).summary().facts
    assert facts["loss"] == "Doubled"
    assert facts["learning rate"] == "0.004, halved"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("params", "epochs", "reason"),
    [
        ({}, "6", "max_iter=6 epochs were reached"),
        (
            {"tol": 9.0, "n_iter_no_change": 2},
            "3",
            "the loss did not improve in 2 epochs",
        ),
        (
            {"tol": 9.0, "n_iter_no_change": 3, "early_stopping": True},
            "4, the best was 1",
            "the validation score did not improve in 3 epochs",
        ),
        ({"max_time": 1e-9}, "1", "max_time=1e-09 seconds were reached"),
    ],
)
def test_the_reason_is_that_of_the_end(params, epochs, reason):
    facts = regressor(**params).summary().facts
    assert facts["epochs"] == epochs
    assert facts["ended because"] == reason


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("solver", "max_iter", "reason"),
    [
        ("lbfgs", 3, "max_iter=3 iterations were reached"),
        ("lbfgs", 500, "the cost stopped improving"),
        (LBFGS(max_fun=3), 500, "STOP: TOTAL NO"),
    ],
)
def test_lbfgs_has_iterations_and_no_learning_rate(solver, max_iter, reason):
    model = FFNNRegressor(3, solver=solver, max_iter=max_iter, random_state=0)
    facts = model.fit(X, X[:, 0]).summary().facts
    assert int(facts["iterations"]) == model.n_iter_ <= max_iter
    assert facts["ended because"].startswith(reason)
    assert "learning rate" not in facts


def test_partial_fit_and_a_single_class_have_reasons_of_their_own():
    model = FFNNRegressor(3, random_state=0).partial_fit(X, X[:, 0])
    reason = "partial_fit trains one epoch per call"
    assert model.summary().facts["ended because"] == reason
    model = FFNNClassifier(3, random_state=0).fit(X, np.ones(60, int))
    assert "a single class" in model.summary().facts["ended because"]


def test_a_callback_that_stops_training_is_the_reason():
    model = FFNNRegressor(3, **QUICK)
    if not hasattr(model, "set_callbacks"):
        return
    model.set_callbacks(AfterEpoch(lambda network: network.n_iter_ == 2))
    facts = model.fit(X, X[:, 0]).summary().facts
    assert facts["ended because"] == "a callback stopped training"
    assert facts["epochs"] == "2"


def test_the_losses_are_those_of_the_network_that_was_kept():
    model = FFNNClassifier(
        20, early_stopping=True, scoring="accuracy", random_state=0, max_iter=30
    )
    model.set_params(learning_rate=0.01, validation_fraction=0.4).fit(X, LABELS)
    facts, best = model.summary().facts, model.best_iter_ - 1
    assert 1 < model.best_iter_ < model.n_iter_
    assert len({f"{loss:.4g}" for loss in model.validation_loss_curve_}) > 10
    assert facts["training loss"] == f"{model.loss_curve_[best]:.4g}"
    assert facts["validation loss"] == f"{model.validation_loss_curve_[best]:.4g}"
    assert facts["validation score"] == f"{model.best_score_:.4g} (accuracy)"


def test_a_score_that_is_the_loss_is_not_told_twice():
    facts = regressor(early_stopping=True).summary().facts
    assert "validation loss" in facts
    assert "validation score" not in facts


# ---- several networks -------------------------------------------------------------------


def test_an_ensemble_counts_its_networks():
    template = FFNNClassifier(
        (5,), learning_rate_schedule="coslog4", max_iter=16, n_iter_no_change=np.inf
    )
    frame = pd.DataFrame({"a": X[:, 0], "b": LABELS})
    model = TabularClassifier(template, n_members=2, random_state=0).fit(frame, LABELS)
    summary = model.summary()
    networks = [network for ends in model.members_ for network in ends]
    assert summary.title == "TabularClassifier"
    assert summary.layers[0].nodes == f"2 → {len(networks[0].coefs_[0])}"
    assert summary.layers[0].activation == "by TableEncoder"
    assert summary.facts["networks"] == f"{len(networks)}, averaged"
    total = sum(network.n_parameters_ for network in networks)
    assert summary.facts["parameters"] == f"{total:,} in all"
    assert summary.facts["epochs"] == "16"
    assert summary.facts["ended because"] == "max_iter=16 epochs were reached"
    assert "temperature" in summary.facts
    assert cells(html(model))


def test_an_ensemble_of_regressors_has_no_temperature():
    template = FFNNRegressor((3,), **QUICK)
    model = TabularRegressor(template, n_members=1, random_state=0).fit(X, X[:, 0])
    assert "temperature" not in model.summary().facts


# ---- how it is shown --------------------------------------------------------------------


@pytest.mark.parametrize("kind", [FFNNRegressor, TabularClassifier])
def test_an_estimator_that_is_not_fitted_has_no_summary(kind):
    with pytest.raises(NotFittedError, match="fit"):
        kind().summary()


class LongName(ELU):
    """An activation whose name with its settings is longer than a terminal is wide."""

    def __repr__(self):
        return "LongName(" + "x" * 100 + ")"


def test_it_fits_into_80_columns():
    model = regressor(activation=LongName(), solver=AdamW(), hidden_layer_sizes=(100000, 2))
    lines = str(model.summary()).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("…" in line for line in lines)
    # The numbers of parameters are all there, and end where their heading ends.
    heading, *rows = (line for line in lines if "  " in line[:60] and len(line) > 70)
    assert {len(row) for row in rows} == {len(heading)}


def test_the_table_in_a_terminal_and_in_a_notebook_are_the_same():
    summary = regressor(dropout=0.5, early_stopping=True).summary()
    shown = [row for row in cells(summary._repr_html_()) if any(row)]
    words = [
        re.split(r"  +", line) for line in str(summary).splitlines()[1:] if line.strip()
    ]
    assert words == [[cell for cell in row if cell] for row in shown]


def test_what_a_user_has_written_is_no_html():
    class Tag(ELU):
        def __repr__(self):
            return "<b>bold</b>"

    text = regressor(activation=Tag()).summary()._repr_html_()
    assert "&lt;b&gt;" in text
    assert "<b>" not in text


def test_a_notebook_shows_the_summary_once():
    model = regressor()
    assert cells(html(model)) == cells(model.summary()._repr_html_())
    assert cells(model._repr_html_()) == cells(html(model))


# The diagrams of scikit-learn 1.6 take nothing from their estimators but text.
IN_DIAGRAMS = hasattr(BaseEstimator, "_get_params_html")


def test_a_pipeline_and_a_search_show_the_summary_too():
    pipeline = make_pipeline(StandardScaler(), FFNNRegressor(**QUICK)).fit(X, X[:, 0])
    assert "FFNNRegressor" in html(pipeline)
    search = GridSearchCV(FFNNRegressor(**QUICK), {"alpha": [0.0, 1.0]}, cv=2)
    search.fit(X, X[:, 0])
    for outer, model in ((pipeline, pipeline[-1]), (search, search.best_estimator_)):
        if IN_DIAGRAMS:
            assert cells(html(outer)) == cells(model.summary()._repr_html_())
        assert not cells(html(clone(outer)))


def test_a_notebook_shows_parameters_before_and_after_fit():
    for model in (FFNNClassifier(alpha=0.125), regressor(alpha=0.125)):
        assert "alpha" in html(model)
        assert "0.125" in html(model)
    assert not cells(html(FFNNClassifier()))


@pytest.mark.parametrize("model", [FFNNRegressor(), regressor()], ids=["new", "fitted"])
def test_the_configuration_of_scikit_learn_is_respected(model):
    with config_context(display="text"):
        assert "text/html" not in model._repr_mimebundle_()
        assert not hasattr(model, "_repr_html_")
    with config_context(display="diagram"):
        assert "text/html" in model._repr_mimebundle_()
        assert model._repr_html_()


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (FFNNClassifier(scoring=None), "accuracy"),
        (FFNNClassifier(scoring="f1_macro"), "f1_macro"),
        (FFNNRegressor(scoring=None), "R²"),
        (FFNNRegressor(scoring=None, loss=Quantile((0.1, 0.9))), "D²"),
        (FFNNRegressor(scoring=lambda model, X, y: model.score(X, y)), "<lambda>"),
    ],
)
def test_summary_and_loss_curve_give_a_score_the_same_name(model, name):
    X, y = load_iris(return_X_y=True)
    model = clone(model)
    model.set_params(early_stopping=True, max_iter=2, learning_rate_schedule="cosine")
    model.fit(X, y)
    assert model.summary().facts["validation score"].endswith(f" ({name})")
    display = LossCurveDisplay.from_estimator(model)
    assert display.score_name == name
    plt.close(display.figure_)
