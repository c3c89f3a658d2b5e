"""Pictures: loss curves and networks."""

import builtins
import re
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError

from sknn import (
    FFNNClassifier,
    FFNNRegressor,
    LossCurveDisplay,
    NetworkDisplay,
    WeightsDisplay,
)
from sknn.display.axes import standardised

mpl.use("Agg")
import matplotlib.pyplot as plt

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
QUICK = {"max_iter": 6, "learning_rate_schedule": "cosine", "random_state": 0}
DISPLAYS = pytest.mark.parametrize(
    "display_class", [LossCurveDisplay, NetworkDisplay, WeightsDisplay]
)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def second_is_best(estimator, X, y):
    return -abs(estimator.n_iter_ - 2)


def regressor(targets=X[:, 0], **params):
    return FFNNRegressor(**{"hidden_layer_sizes": (3,)} | QUICK | params).fit(X, targets)


def texts(display):
    """Return all words in the axes of a display, by their place."""
    return {text.get_text(): text.get_position() for text in display.ax_.texts}


# ---- both -------------------------------------------------------------------------------


@DISPLAYS
def test_a_display_is_returned_and_has_axes_of_its_own(display_class):
    display = display_class.from_estimator(regressor())
    assert isinstance(display, display_class)
    assert display.ax_.figure is display.figure_
    again = display.plot()
    assert again is display
    assert len(plt.get_fignums()) == 2


@DISPLAYS
def test_a_display_plots_where_it_is_told(display_class):
    figure, (left, right) = plt.subplots(1, 2)
    display = display_class.from_estimator(regressor(), ax=right)
    assert display.ax_ is right
    assert display.figure_ is figure
    assert not left.lines
    assert not left.collections
    assert plt.get_fignums() == [figure.number]


@DISPLAYS
@pytest.mark.parametrize("estimator", [FFNNRegressor(), FFNNClassifier()])
def test_an_estimator_that_is_not_fitted_is_refused(display_class, estimator):
    with pytest.raises(NotFittedError):
        display_class.from_estimator(estimator)
    assert not plt.get_fignums()


@DISPLAYS
def test_without_matplotlib_the_user_is_told_what_to_install(display_class, monkeypatch):
    model = regressor()
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"pip install 'sknn\[plot\]'"):
        display_class.from_estimator(model)


def test_matplotlib_is_not_imported_before_it_is_needed(monkeypatch):
    imported = []
    real = builtins.__import__

    def recording(name, *args, **kwargs):
        imported.append(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", recording)
    for name in [name for name in sys.modules if name.split(".")[0] == "sknn"]:
        monkeypatch.delitem(sys.modules, name)
    import sknn

    assert sknn.LossCurveDisplay is not LossCurveDisplay
    assert not [name for name in imported if name.startswith("matplotlib")]


# ---- loss curves ------------------------------------------------------------------------


def test_the_curves_are_those_of_the_estimator():
    model = regressor(early_stopping=True, scoring=second_is_best)
    display = LossCurveDisplay.from_estimator(model)
    training, validation, best, score = display.lines_[:4]
    rate = display.lines_[4]
    np.testing.assert_array_equal(score.get_ydata(), model.validation_scores_)
    assert score.axes is display.score_ax_
    np.testing.assert_array_equal(training.get_xdata(), np.arange(1, 7))
    np.testing.assert_array_equal(training.get_ydata(), model.loss_curve_)
    np.testing.assert_array_equal(validation.get_xdata(), np.arange(1, 7))
    np.testing.assert_array_equal(validation.get_ydata(), model.validation_loss_curve_)
    np.testing.assert_array_equal(best.get_xdata(), [2, 2])
    np.testing.assert_array_equal(rate.get_ydata(), model.learning_rate_curve_)
    assert rate.axes is display.rate_ax_


def test_every_line_is_in_the_legend_with_the_axes_named():
    display = LossCurveDisplay.from_estimator(regressor(early_stopping=True))
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert names[:2] == ["training", "validation"]
    assert re.fullmatch(r"best epoch: \d", names[2])
    assert names[3:] == ["learning rate"]
    assert display.ax_.get_xlabel() == "epoch"
    assert display.ax_.get_ylabel() == "squared error (y²)"
    assert display.rate_ax_.get_ylabel() == "learning rate"


def test_a_rate_that_does_not_change_is_not_drawn():
    model = regressor(learning_rate_schedule="constant", tol=1.0, n_iter_no_change=2)
    display = LossCurveDisplay.from_estimator(model)
    assert display.rate_ax_ is None
    assert len(display.figure_.axes) == len(display.lines_) == 1


def test_lbfgs_has_no_rate_to_draw():
    model = regressor(solver="lbfgs", learning_rate_schedule="auto", max_iter=500, tol=0.1)
    assert LossCurveDisplay.from_estimator(model).rate_ax_ is None


def test_curves_above_zero_are_drawn_on_a_logarithmic_axis():
    assert LossCurveDisplay([4.0, 1.0]).plot().ax_.get_yscale() == "log"
    assert LossCurveDisplay([2.0, 1.0]).plot().ax_.get_yscale() == "linear"
    assert LossCurveDisplay([1.0, 0.0]).plot().ax_.get_yscale() == "linear"
    display = LossCurveDisplay([2.0, 1.0], validation_loss_curve=[1.0, -1.0])
    assert display.plot().ax_.get_yscale() == "linear"


def test_curves_may_be_arrays():
    curve = np.array([3.0, 2.0, 1.0])
    display = LossCurveDisplay(
        curve, validation_loss_curve=curve + 1, best_iter=3, learning_rate_curve=curve
    ).plot()
    np.testing.assert_array_equal(display.lines_[1].get_ydata(), curve + 1)
    assert len(display.lines_) == 4


def test_after_a_warm_start_the_validation_curve_stands_under_its_own_epochs():
    model = regressor(warm_start=True, max_iter=3)
    model.fit(X, X[:, 0], X_val=X, y_val=X[:, 0])
    _, validation, *_ = LossCurveDisplay.from_estimator(model).lines_
    np.testing.assert_array_equal(validation.get_xdata(), [4, 5, 6])


def test_after_ctrl_c_the_validation_curve_stands_under_its_own_epochs():
    def scorer(estimator, X, y):
        if estimator.n_iter_ == 4:
            raise KeyboardInterrupt
        return estimator.n_iter_

    model = FFNNRegressor(early_stopping=True, scoring=scorer, **QUICK)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, X[:, 0])
    display = LossCurveDisplay.from_estimator(model)
    _, validation, best, *_ = display.lines_
    assert validation.get_xdata()[0] == 1
    assert validation.get_xdata()[-1] == best.get_xdata()[0] == 3


# ---- networks ---------------------------------------------------------------------------


def test_neurons_and_edges_are_those_of_the_network():
    model = regressor(hidden_layer_sizes=(3, 2))
    display = NetworkDisplay.from_estimator(model)
    assert [len(nodes.get_offsets()) for nodes in display.nodes_] == [4, 3, 2, 1]
    coefs, intercepts = standardised(model)
    np.testing.assert_allclose(coefs[0], model.coefs_[0] * X.std(axis=0)[:, np.newaxis])
    for edges, W in zip(display.edges_, coefs, strict=True):
        np.testing.assert_array_equal(edges.get_array(), W.ravel())
        assert len(edges.get_segments()) == W.size
    for nodes, b in zip(display.nodes_[1:], intercepts, strict=True):
        np.testing.assert_array_equal(nodes.get_array(), b)


def test_edges_join_the_neurons_that_their_weights_join():
    model = regressor(hidden_layer_sizes=(3,))
    display = NetworkDisplay.from_estimator(model)
    inputs, hidden = (nodes.get_offsets() for nodes in display.nodes_[:2])
    segments = np.reshape(display.edges_[0].get_segments(), (4, 3, 2, 2))
    for i in range(4):
        for j in range(3):
            np.testing.assert_array_equal(segments[i, j], [inputs[i], hidden[j]])


def test_weights_of_either_sign_have_colours_of_their_own():
    display = NetworkDisplay.from_estimator(regressor())
    for edges in display.edges_:
        lowest, highest = edges.get_clim()
        assert lowest == -highest
        assert np.abs(edges.get_array()).max() <= highest
    low, high = display.edges_[0].get_cmap()([0.0, 1.0])
    assert low[2] > low[0]  # blue
    assert high[0] > high[2]  # red


def test_a_large_layer_is_folded_and_says_how_large_it_is():
    model = regressor(hidden_layer_sizes=(50, 3))
    display = NetworkDisplay.from_estimator(model, max_nodes=6)
    assert [len(nodes.get_offsets()) for nodes in display.nodes_] == [4, 6, 3, 1]
    shown = [0, 1, 2, 47, 48, 49]
    coefs, intercepts = standardised(model)
    np.testing.assert_array_equal(display.edges_[0].get_array(), coefs[0][:, shown].ravel())
    np.testing.assert_array_equal(display.edges_[1].get_array(), coefs[1][shown].ravel())
    np.testing.assert_array_equal(display.nodes_[1].get_array(), intercepts[0][shown])
    assert {"4", "50", "3", "1", "⋮"} <= texts(display).keys()


@pytest.mark.parametrize("max_nodes", [0, 1])
def test_a_layer_cannot_be_folded_to_less_than_two_nodes(max_nodes):
    with pytest.raises(ValueError, match="max_nodes"):
        NetworkDisplay.from_estimator(regressor(), max_nodes=max_nodes)


@pytest.mark.parametrize("max_nodes", [2, 3, 7])
def test_no_layer_shows_more_nodes_than_asked_for(max_nodes):
    model = regressor(hidden_layer_sizes=(20,))
    display = NetworkDisplay.from_estimator(model, max_nodes=max_nodes)
    assert max(len(nodes.get_offsets()) for nodes in display.nodes_) <= max_nodes


def test_inputs_and_outputs_are_numbered_where_they_have_no_names():
    display = NetworkDisplay.from_estimator(regressor(X[:, :2]))
    assert {"x0", "x3", "y0", "y1"} <= texts(display).keys()
    assert "y" in texts(NetworkDisplay.from_estimator(regressor()))


def test_inputs_have_the_names_of_the_features_and_outputs_those_of_the_classes():
    iris = load_iris(as_frame=True)
    names = iris.target_names[iris.target]
    model = FFNNClassifier(hidden_layer_sizes=(3,), **QUICK).fit(iris.data, names)
    shown = texts(NetworkDisplay.from_estimator(model))
    assert {"setosa", "versicolor", "virginica"} <= shown.keys()
    for name in iris.data.columns:
        assert any(name.startswith(text.rstrip("…")) for text in shown if len(text) > 3)


@pytest.mark.parametrize(
    ("labels", "name"), [(np.where(X[:, 0] > 0, "yes", "no"), "yes"), (X[:, 0] > 0, "True")]
)
def test_the_single_output_of_two_classes_has_the_name_of_the_second(labels, name):
    model = FFNNClassifier(hidden_layer_sizes=(3,), **QUICK).fit(X, labels)
    shown = texts(NetworkDisplay.from_estimator(model))
    assert name in shown
    assert "no" not in shown


def test_labels_of_a_multilabel_network_are_named():
    model = FFNNClassifier(**QUICK).fit(X, (X[:, :3] > 0).astype(int))
    assert {"0", "1", "2"} <= texts(NetworkDisplay.from_estimator(model)).keys()


def test_a_linear_model_is_inputs_and_outputs():
    display = NetworkDisplay.from_estimator(regressor(hidden_layer_sizes=()))
    assert [len(nodes.get_offsets()) for nodes in display.nodes_] == [4, 1]
    assert len(display.edges_) == 1


def test_the_curve_of_a_long_stream_ends_at_its_last_call():
    display = LossCurveDisplay([3.0, 2.0, 1.0], best_iter=50, n_iter=51).plot()
    assert display.lines_[0].get_xdata().tolist() == [49, 50, 51]
    model = regressor()
    model.loss_curve_, model.learning_rate_curve_ = [2.0, 1.0], [0.1, 0.1]
    model.n_iter_ = 10_050
    display = LossCurveDisplay.from_estimator(model)
    assert display.lines_[0].get_xdata().tolist() == [10_049, 10_050]


def test_a_network_of_zeros_can_be_drawn():
    display = NetworkDisplay(
        [np.zeros((2, 1))], [np.zeros(1)], input_names=["a", "b"], output_names=["c"]
    ).plot()
    display.figure_.canvas.draw()
    assert {"a", "b", "c"} <= texts(display).keys()


def drawn_at_600_pixels(sizes):
    """Return the drawing of a network with long names, 600 by 450 pixels large."""
    names = [f"{word} concave points" for word in ("mean", "worst", "a", "the largest")]
    frame = pd.DataFrame(
        np.tile(X, 3), columns=[f"{n} {i}" for i in range(3) for n in names]
    )
    labels = np.array(["malignant", "of no concern", "benign"])[np.arange(60) % 3]
    model = FFNNClassifier(hidden_layer_sizes=sizes, **QUICK).fit(frame, labels)
    display = NetworkDisplay.from_estimator(model)
    display.figure_.set_size_inches(6, 4.5)
    display.figure_.set_dpi(100)
    display.figure_.canvas.draw()
    return display


# Hardly anything gets through eight layers of two neurons.
DEEP = pytest.mark.filterwarnings("ignore:The network predicts the same")
SIZES = pytest.mark.parametrize(
    "sizes", [(), (3,), (100, 100), (8,) * 4, (2,) * 8], ids=str
)


@DEEP
@SIZES
def test_nothing_is_written_over_anything_else_or_the_edge(sizes):
    display = drawn_at_600_pixels(sizes)
    boxes = [text.get_window_extent() for text in display.ax_.texts]
    page = display.figure_.bbox
    for number, box in enumerate(boxes):
        assert page.x0 <= box.x0 <= box.x1 <= page.x1
        assert page.y0 <= box.y0 <= box.y1 <= page.y1
        assert not any(box.overlaps(other) for other in boxes[:number])


@DEEP
@SIZES
def test_no_name_is_written_over_a_neuron(sizes):
    display = drawn_at_600_pixels(sizes)
    boxes = [text.get_window_extent() for text in display.ax_.texts]
    for nodes in display.nodes_:
        # Sizes are squares of diameters in points, of which an inch has 72.
        radius = np.sqrt(nodes.get_sizes()[0]) / 2 * display.figure_.dpi / 72
        for x, y in display.ax_.transData.transform(nodes.get_offsets()):
            for box in boxes:
                beside = box.x1 <= x - radius or box.x0 >= x + radius
                assert beside or box.y1 <= y - radius or box.y0 >= y + radius


def test_the_unit_of_y_does_not_take_the_colour_from_the_hidden_layers():
    # The last layer of a regression has the unit of y; the others do not.
    colours = []
    for unit in (1.0, 1e6):
        display = NetworkDisplay.from_estimator(regressor(unit * X[:, 0]))
        display.figure_.canvas.draw()
        colours.append(display.edges_[0].get_colors())
    np.testing.assert_allclose(*colours, atol=0.02)
