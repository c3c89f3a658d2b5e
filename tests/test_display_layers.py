"""Pictures of layers, and all displays on whatever holds a network."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknn import (
    ActivationsDisplay,
    FFNNClassifier,
    FFNNRegressor,
    LossCurveDisplay,
    NetworkDisplay,
    TabularClassifier,
    TabularRegressor,
    WeightsDisplay,
)
from sknn.display.names import short_names

mpl.use("Agg")
import matplotlib.pyplot as plt

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)) * [1.0, 10.0, 0.1, 1.0]
y = X[:, 0] + X[:, 1] / 10
FRAME = pd.DataFrame(X, columns=["age", "income", "share", "size"])
QUICK = {"max_iter": 6, "learning_rate_schedule": "cosine", "random_state": 0}


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def regressor(X=X, hidden_layer_sizes=(3,), **params):
    return FFNNRegressor(hidden_layer_sizes, **QUICK | params).fit(X, y)


def tabular():
    network = FFNNRegressor(8, max_iter=3, learning_rate_schedule="cosine")
    return TabularRegressor(network, n_members=3, random_state=0).fit(FRAME, y)


def draw(display_class, estimator, X, **params):
    rows = (X,) if display_class is ActivationsDisplay else ()
    return display_class.from_estimator(estimator, *rows, **params)


DISPLAYS = pytest.mark.parametrize(
    "display_class", [LossCurveDisplay, NetworkDisplay, WeightsDisplay, ActivationsDisplay]
)


# ---- whatever holds a network -----------------------------------------------------------


def in_pipeline():
    return make_pipeline(StandardScaler(), FFNNRegressor(3, **QUICK)).fit(FRAME, y)


def in_search():
    grid = {"ffnnregressor__alpha": [0.0, 0.1]}
    pipeline = make_pipeline(StandardScaler(), FFNNRegressor(3, **QUICK))
    return GridSearchCV(pipeline, grid, cv=2).fit(FRAME, y)


@DISPLAYS
@pytest.mark.parametrize("fitted", [in_pipeline, in_search, tabular])
def test_a_display_finds_the_network(display_class, fitted):
    figure, axes = plt.subplots(2, 2)
    display = draw(display_class, fitted(), FRAME, ax=axes[0, 1])
    assert display.figure_ is figure
    figure.canvas.draw()
    assert plt.get_fignums() == [figure.number]


@DISPLAYS
def test_what_holds_no_network_is_refused(display_class):
    with pytest.raises(TypeError, match="has no network to draw: pass"):
        draw(display_class, StandardScaler().fit(X), X)
    other = MLPRegressor(hidden_layer_sizes=3, tol=9.0).fit(FRAME, y)
    with pytest.raises(TypeError, match="MLPRegressor has no network to draw: pass"):
        draw(display_class, other, FRAME)


def test_a_pipeline_names_the_columns_that_its_steps_report():
    display = WeightsDisplay.from_estimator(in_pipeline())
    assert set(display.input_names) == set(FRAME.columns)
    silent = make_pipeline(FunctionTransformer(np.asarray), FFNNRegressor(3, **QUICK))
    display = WeightsDisplay.from_estimator(silent.fit(FRAME, y))
    assert list(display.input_names) == ["x0", "x1", "x2", "x3"]


def test_every_member_has_a_thin_curve_and_one_entry_in_the_legend():
    model = tabular()
    display = LossCurveDisplay.from_estimator(model)
    assert len(display.lines_) == 3
    for line, curve in zip(display.lines_, model.loss_curves_, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), curve)
        assert line.get_linewidth() < 1
    (entry,) = display.ax_.get_legend().get_texts()
    assert entry.get_text() == "training, 3 members"


def test_classes_of_an_ensemble_name_its_outputs():
    iris = load_iris(as_frame=True)
    network = FFNNClassifier(4, max_iter=3, learning_rate_schedule="cosine")
    model = TabularClassifier(network, n_members=1, random_state=0)
    model.fit(iris.data, iris.target_names[iris.target])
    assert NetworkDisplay.from_estimator(model).output_names == [*iris.target_names]


# ---- loss curves: kind, unit, score -----------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "label"),
    [
        ("squared_error", "squared error (y²)"),
        ("absolute_error", "absolute error (y)"),
        ("huber", "Huber loss (y²)"),
        ("quantile", "pinball loss (y)"),
    ],
)
def test_the_axis_says_the_kind_and_the_unit_of_the_loss(loss, label):
    assert LossCurveDisplay.from_estimator(regressor(loss=loss)).ax_.get_ylabel() == label


def test_the_loss_of_a_classifier_has_no_unit():
    for loss, label in (("log_loss", "log loss"), ("squared_error", "squared error")):
        model = FFNNClassifier(3, loss=loss, **QUICK).fit(X, y > 0)
        assert LossCurveDisplay.from_estimator(model).ax_.get_ylabel() == label


def test_the_score_has_a_panel_of_its_own_or_the_axis_to_the_right():
    model = regressor(early_stopping=True, scoring="r2")
    display = LossCurveDisplay.from_estimator(model)
    assert display.score_ax_.get_ylabel() == "validation\nr2"
    assert display.rate_ax_ is not None
    top, bottom = (ax.get_window_extent() for ax in (display.ax_, display.score_ax_))
    assert bottom.y1 < top.y0
    _, ax = plt.subplots()
    display = LossCurveDisplay.from_estimator(model, ax=ax)
    assert display.rate_ax_ is None
    assert display.score_ax_.get_window_extent().bounds == ax.get_window_extent().bounds


def test_minus_the_loss_is_not_drawn_as_a_score():
    model = regressor(early_stopping=True)
    assert LossCurveDisplay.from_estimator(model).score_ax_ is None


@pytest.mark.parametrize("schedule", ["cosine", "onecycle"])
@pytest.mark.parametrize("size", [(6.4, 4.8), (3, 2.4)])
def test_no_curve_runs_through_the_legend(schedule, size):
    model = regressor(early_stopping=True, learning_rate_schedule=schedule, max_iter=20)
    figure, ax = plt.subplots(figsize=size)
    display = LossCurveDisplay.from_estimator(model, ax=ax)
    figure.canvas.draw()
    legend = ax.get_legend().get_window_extent()
    for line in display.lines_:
        assert (
            line.get_path().transformed(line.get_transform()).get_extents().y1 < legend.y0
        )


# ---- networks ---------------------------------------------------------------------------


def test_layers_are_titled_by_place_and_activation():
    model = regressor(hidden_layer_sizes=(3, 2), activation=("tanh", "leaky_relu"))
    words = [text.get_text() for text in NetworkDisplay.from_estimator(model).ax_.texts]
    titles = {"input", "hidden 1\ntanh", "hidden 2\nleaky_relu", "output\nidentity"}
    assert titles <= {*words}


def test_a_single_output_has_the_full_colour_only_if_its_bias_is_the_largest():
    display = NetworkDisplay(
        [np.array([[2.0], [-1.0]])], [np.array([1.0])], input_names="ab", output_names="c"
    ).plot()
    assert display.nodes_[-1].get_clim() == (-2, 2)


def test_everything_stays_within_the_axes_of_subplots():
    figure, axes = plt.subplots(2, 2, figsize=(8, 6))
    long_names = FRAME.add_prefix("the largest of three concave points: ")
    for ax in axes.flat:
        NetworkDisplay.from_estimator(regressor(long_names, (8,) * 4), ax=ax)
    figure.canvas.draw()
    for ax in axes.flat:
        inside = ax.get_window_extent().padded(2)
        for text in ax.texts:
            box = text.get_window_extent()
            assert inside.x0 <= box.x0 <= box.x1 <= inside.x1, text.get_text()
            assert inside.y0 <= box.y0 <= box.y1 <= inside.y1, text.get_text()


def test_shortened_names_stay_different():
    names = ["worst concave points", "worst concavity", "age"]
    assert short_names(names, 30) == names
    assert short_names(names, 14) == ["worst concave…", "worst concavi…", "age"]
    assert short_names(names, 10) == ["worst…ints", "worst…vity", "age"]
    assert short_names(["aaaa1bbbb", "aaaa2bbbb"], 4) == ["aaaa1bbbb", "aaaa2bbbb"]


# ---- weights ----------------------------------------------------------------------------


def test_columns_with_large_weights_come_first_and_neurons_follow_them():
    W = np.array([[0.1, 0.0, 0.1], [0.0, -2.0, 3.0], [1.0, 0.0, 0.0]])
    display = WeightsDisplay(W, input_names=["a", "b", "c"]).plot()
    assert display.columns_.tolist() == [1, 2, 0]
    assert display.neurons_.tolist() == [2, 1, 0]
    np.testing.assert_array_equal(display.image_.get_array(), W[[1, 2, 0]][:, [2, 1, 0]])
    names = [label.get_text() for label in display.table_ax_.get_yticklabels()]
    assert names == ["b", "c", "a"]
    assert display.image_.get_clim() == (-3, 3)


def test_weights_are_per_standard_deviation_of_their_column():
    model = regressor()
    W = WeightsDisplay.from_estimator(model).weights
    np.testing.assert_allclose(W, model.coefs_[0] * X.std(axis=0)[:, np.newaxis])
    model = regressor(encoder=None)
    np.testing.assert_array_equal(
        WeightsDisplay.from_estimator(model).weights, model.coefs_[0]
    )


def test_of_many_columns_and_neurons_the_largest_are_shown():
    W = np.arange(12.0).reshape(4, 3)
    display = WeightsDisplay(W, input_names="abcd", max_columns=2, max_neurons=1).plot()
    assert display.columns_.tolist() == [3, 2]
    assert display.neurons_.tolist() == [2]
    label = display.table_ax_.get_xlabel()
    assert label == "largest 1 of 3 neurons × largest 2 of 4 columns"


def test_every_neuron_is_an_image():
    W = RNG.normal(size=(6, 5))
    display = WeightsDisplay(W, input_names="abcdef", image_shape=(2, 3)).plot()
    mosaic = display.image_.get_array().filled(np.nan)
    first = W[:, display.neurons_[0]].reshape(2, 3)
    np.testing.assert_allclose(mosaic[:2, :3], first / np.abs(first).max())
    assert len({*display.neurons_}) == 5
    assert np.sum(~np.isnan(mosaic)) == W.size


@pytest.mark.parametrize(
    "params",
    [
        {"image_shape": (2, 3)},
        {"image_shape": 4},
        {"image_shape": (2, 2, 1)},
        {"max_columns": 0},
        {"max_neurons": 0},
    ],
)
def test_wrong_sizes_are_refused(params):
    with pytest.raises(ValueError, match=next(iter(params))):
        WeightsDisplay.from_estimator(regressor(), **params)


# ---- activations ------------------------------------------------------------------------


def test_every_layer_has_a_panel_with_all_of_its_activations():
    model = regressor(hidden_layer_sizes=(5, 3))
    display = ActivationsDisplay.from_estimator(model, X)
    assert display.axes_.shape == (3,)
    _, A = model.forward(X)
    for panel, values in zip(display.axes_, A, strict=True):
        heights = [bar.get_height() for bar in panel.patches]
        np.testing.assert_allclose(np.sum(heights), 100)
        edges = panel.patches[0].get_x(), panel.patches[-1].get_x()
        assert edges[0] == pytest.approx(values.min())
        assert edges[1] < values.max()


def test_dead_neurons_are_counted():
    A = [RNG.normal(size=(20, 4)), np.zeros((20, 2)), RNG.normal(size=(20, 1))]
    A[0][:, 1] = 0
    A[0][:, 2] = 0.995 + 0.004 * RNG.random(20)  # saturated
    display = ActivationsDisplay(A, layer_titles=["a", "b", "c"]).plot()
    assert [dead.tolist() for dead in display.dead_] == [
        [False, True, True, False],
        [True, True],
    ]
    titles = [panel.get_title() for panel in display.axes_]
    assert titles == ["a\n2 of 4 dead", "b\n2 of 2 dead", "c"]


def test_panels_lie_inside_the_axes_that_are_given():
    figure, (left, right) = plt.subplots(1, 2)
    model = regressor(hidden_layer_sizes=(4,) * 5)
    display = ActivationsDisplay.from_estimator(model, X, ax=right)
    figure.canvas.draw()
    inside = right.get_window_extent()
    for panel in display.axes_:
        box = panel.get_window_extent()
        assert inside.x0 <= box.x0 <= box.x1 <= inside.x1
        assert inside.y0 <= box.y0 <= box.y1 <= inside.y1
    assert not left.child_axes


def test_one_row_cannot_tell_which_neurons_are_dead():
    with pytest.raises(ValueError, match="at least two rows"):
        ActivationsDisplay.from_estimator(regressor(), X[:1])
