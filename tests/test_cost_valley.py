"""The cost valley: the loss over a plane of weights, and paths of training in it."""

import pickle

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    AfterEpoch,
    CostValleyDisplay,
    FFNNClassifier,
    FFNNRegressor,
    TabularRegressor,
)
from sknn.fitting.landscape import Landscape

mpl.use("Agg")
import matplotlib.pyplot as plt

X, Y = load_iris(return_X_y=True)
D, T = load_diabetes(return_X_y=True)
D, T = 1000 * D[:120], T[:120]
show = CostValleyDisplay.from_estimator
COARSE = {"resolution": 5}
QUICK = {"max_iter": 10, "learning_rate_schedule": "cosine", "random_state": 0}


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def trained(**params):
    """Return a regressor and the networks of all its epochs."""
    model = FFNNRegressor(3, learning_rate=0.05, random_state=0, **params)
    path = []
    for _ in range(8):
        model.partial_fit(D, T)
        path.append((model.coefs_, model.intercepts_))
    return model, path


MODEL, PATH = trained()
CLASSIFIER = FFNNClassifier(4, activation="prelu", **QUICK).fit(X, Y)


# ---- the loss ---------------------------------------------------------------------------


def validation_loss(model, rows, targets):
    """Return the loss that a fit of tiny steps from the weights of `model` publishes."""
    new = clone(model).set_params(learning_rate=1e-12, max_iter=1, warm_start=False)
    new.set_params(learning_rate_schedule="cosine")
    initial = {"coefs_init": model.coefs_, "intercepts_init": model.intercepts_}
    initial["activation_coefs_init"] = model.activation_coefs_
    new.fit(rows, targets, X_val=rows, y_val=targets, **initial)
    return new.validation_loss_curve_[-1]


@pytest.mark.parametrize(
    ("model", "rows", "targets"),
    [
        (MODEL, D, T),
        (CLASSIFIER, X, Y),
        (FFNNRegressor(3, loss="poisson", **QUICK).fit(D, T), D, T),
        (FFNNRegressor(3, loss="huber", encoder=None, **QUICK).fit(X, X[:, 0]), X, X[:, 0]),
    ],
)
def test_the_middle_has_the_loss_of_the_fitted_network(model, rows, targets):
    land = Landscape(model, rows, targets)
    expected = validation_loss(model, rows, targets)
    assert land.loss(land.fitted) == pytest.approx(expected, rel=1e-6)


def test_the_loss_is_that_of_the_published_weights_at_every_snapshot():
    land = Landscape(MODEL, D, T)
    for coefs, intercepts in PATH:
        A = np.maximum(D @ coefs[0] + intercepts[0], 0) @ coefs[1] + intercepts[1]
        expected = np.mean((A[:, 0] - T) ** 2)
        assert land.loss(land.point(coefs, intercepts)) == pytest.approx(expected)


def test_rows_of_weight_0_do_not_count():
    weights = np.repeat([1.0, 0.0], 60)
    half, all_of_it = Landscape(MODEL, D[:60], T[:60]), Landscape(MODEL, D, T, weights)
    assert all_of_it.loss(all_of_it.fitted) == pytest.approx(half.loss(half.fitted))


# ---- the plane --------------------------------------------------------------------------


def test_every_path_ends_where_its_last_network_is():
    display = show(MODEL, D, T, paths={"adam": PATH}, **COARSE)
    path = display.paths["adam"]
    assert path.shape == (8, 2)
    np.testing.assert_allclose(path[-1], 0, atol=1e-9)
    assert display.shares.sum() > 0.8
    assert list(display.shares) == sorted(display.shares, reverse=True)
    np.testing.assert_allclose(*display.paths_[0].get_data()[:1], path[:, 0])


def test_a_path_in_a_plane_keeps_its_distances_and_its_losses():
    land = Landscape(MODEL, D, T)
    ends = [land.point(*PATH[0]), land.point(*PATH[3])]
    display = show(MODEL, D, T, paths={"a": PATH[:1], "b": PATH[3:4]}, **COARSE)
    assert display.shares.sum() == pytest.approx(1)
    for end, name in zip(ends, "ab", strict=True):
        distance = np.linalg.norm(end - land.fitted)
        assert np.linalg.norm(display.paths[name]) == pytest.approx(distance)
    x, y = np.asarray(display.x), np.asarray(display.y)
    nearest = np.abs(x[:, None] - display.paths["a"][0, 0]).argmin()
    assert x[0] < min(0, display.paths["a"][0, 0]) < x[-1]
    assert np.shape(display.losses) == (len(y), len(x))
    assert np.isfinite(display.losses[0][nearest])


def test_the_columns_of_the_grid_are_the_first_direction():
    display = show(MODEL, D, T, paths={"a": PATH[:1], "b": PATH[3:4]}, **COARSE)
    land = Landscape(MODEL, D, T)
    ends = np.array([land.point(*PATH[0]), land.point(*PATH[3])]) - land.fitted
    places = np.concatenate([display.paths["a"], display.paths["b"]])
    # Both ends lie in the plane, so every point of it is a mixture of them.
    directions = np.linalg.solve(places, ends)
    corner = land.fitted + display.x[-1] * directions[0] + display.y[0] * directions[1]
    assert display.losses[0][-1] == pytest.approx(land.loss(corner))
    assert display.losses[0][-1] != pytest.approx(display.losses[-1][0], rel=0.01)


def test_the_scale_of_the_columns_does_not_bend_the_plane():
    scale = np.geomspace(1e-3, 1e3, D.shape[1])
    shown = []
    for rows in (D, D * scale + 5 * scale):
        model, path = FFNNRegressor(3, learning_rate=0.05, random_state=0), []
        for _ in range(5):
            model.partial_fit(rows, T)
            path.append((model.coefs_, model.intercepts_))
        shown.append(show(model, rows, T, paths={"adam": path}, **COARSE))
    np.testing.assert_allclose(shown[0].shares, shown[1].shares, rtol=1e-6)
    np.testing.assert_allclose(
        np.abs(shown[0].paths["adam"]), np.abs(shown[1].paths["adam"]), atol=1e-6
    )


def test_a_random_direction_is_as_long_as_the_weights_and_has_no_bias():
    land = Landscape(CLASSIFIER, X, Y)
    direction = land.random_direction(np.random.RandomState(0))
    params = land._params
    params.flat[...] = direction
    lengths = [np.linalg.norm(W, axis=0) for W in params.W]
    assert not any(b.any() for b in params.b)
    assert not any(learned.any() for learned in params.learned)
    params.flat[...] = land.fitted
    for length, W in zip(lengths, params.W, strict=True):
        np.testing.assert_allclose(length, np.linalg.norm(W, axis=0))


def test_a_random_direction_does_not_move_later_points():
    land = Landscape(CLASSIFIER, X, Y)
    land.random_direction(np.random.RandomState(0))
    again = land.point(CLASSIFIER.coefs_, CLASSIFIER.intercepts_)
    np.testing.assert_array_equal(again, land.fitted)


def test_without_paths_the_plane_reaches_as_far_as_the_weights():
    display = show(MODEL, D, T, **COARSE)
    np.testing.assert_allclose(display.x, np.linspace(-1, 1, 5))
    assert display.shares is None
    again, other = show(MODEL, D, T, **COARSE), show(MODEL, D, T, random_state=1, **COARSE)
    np.testing.assert_array_equal(display.losses, again.losses)
    assert np.not_equal(display.losses, other.losses).any()
    land = Landscape(MODEL, D, T)
    assert display.losses[2][2] == pytest.approx(land.loss(land.fitted))


def test_the_span_is_that_of_the_user():
    display = show(MODEL, D, T, paths={"adam": PATH}, span=0.5, resolution=7)
    np.testing.assert_allclose(display.y, np.linspace(-0.5, 0.5, 7))
    assert np.shape(display.losses) == (7, 7)


# ---- what it takes ----------------------------------------------------------------------


def test_callbacks_record_a_path_in_one_line():
    path = []
    model = FFNNClassifier(3, **QUICK)
    if not hasattr(model, "set_callbacks"):
        return
    model.set_callbacks(AfterEpoch(path.append)).fit(X, Y)
    display = show(model, X, Y, paths={"adam": path}, **COARSE)
    assert display.paths["adam"].shape == (10, 2)


def test_pipelines_searches_and_tables_are_taken():
    plain = FFNNClassifier(3, encoder=None, **QUICK)
    pipeline = make_pipeline(StandardScaler(), plain).fit(X, Y)
    scaled = StandardScaler().fit_transform(X)
    expected = show(clone(plain).fit(scaled, Y), scaled, Y, **COARSE).losses
    np.testing.assert_allclose(show(pipeline, X, Y, **COARSE).losses, expected)
    search = GridSearchCV(pipeline, {"ffnnclassifier__alpha": [1e-4]}, cv=2).fit(X, Y)
    np.testing.assert_allclose(show(search, X, Y, **COARSE).losses, expected)
    frame = pd.DataFrame({"size": X[:, 0], "kind": np.where(X[:, 1] > 3, "a", "b")})
    model = FFNNClassifier(3, **QUICK).fit(frame, Y)
    assert np.isfinite(show(model, frame, Y, **COARSE).losses).all()


def test_the_network_of_an_ensemble_gets_encoded_rows():
    template = FFNNRegressor(3, **QUICK)
    model = TabularRegressor(template, encoder=StandardScaler(), n_members=1)
    model.set_params(random_state=0).fit(D, T)
    network, scaled = model.members_[0][-1], model.encoder_.transform(D)
    np.testing.assert_array_equal(
        show(model, D, T, **COARSE).losses, show(network, scaled, T, **COARSE).losses
    )


def test_the_estimator_stays_as_it_is():
    before = pickle.dumps(MODEL)
    show(MODEL, D, T, paths={"adam": PATH}, **COARSE)
    assert pickle.dumps(MODEL) == before


def test_an_estimator_that_is_not_fitted_is_refused():
    with pytest.raises(NotFittedError):
        show(FFNNRegressor(), D, T)


def test_networks_of_other_shapes_are_refused():
    other = FFNNRegressor(4, **QUICK).fit(D, T)
    with pytest.raises(ValueError, match="same layers"):
        show(MODEL, D, T, paths={"other": [other, other]}, **COARSE)


@pytest.mark.parametrize("path", [[], [MODEL], [MODEL, MODEL]], ids=len)
def test_a_path_that_goes_nowhere_is_refused(path):
    with pytest.raises(ValueError, match="AfterEpoch"):
        show(MODEL, D, T, paths={"none": path}, **COARSE)


# ---- the picture ------------------------------------------------------------------------


def test_it_plots_where_it_is_told():
    figure, (left, right) = plt.subplots(1, 2)
    display = show(MODEL, D, T, paths={"sgd": PATH, "adam": PATH}, ax=right, **COARSE)
    assert display.ax_ is right
    assert display.figure_ is figure
    assert not left.collections
    names = [text.get_text() for text in right.get_legend().get_texts()]
    assert names == ["sgd", "adam", "start", "end", "loss"]
    assert "principal direction 1" in right.get_xlabel()
    assert "%" in right.get_xlabel()
    assert len(figure.axes) == 2


def test_levels_are_logarithmic_where_all_losses_are_positive():
    grid = np.geomspace(1, 100, 25).reshape(5, 5)
    axis = np.arange(5.0)
    levels = CostValleyDisplay(axis, axis, grid).plot().contours_.levels
    np.testing.assert_allclose(levels[1:] / levels[:-1], levels[1] / levels[0])
    levels = CostValleyDisplay(axis, axis, grid - 50).plot().contours_.levels
    np.testing.assert_allclose(np.diff(levels), levels[1] - levels[0])


def test_flat_and_infinite_losses_can_be_drawn():
    axis = np.arange(3.0)
    CostValleyDisplay(axis, axis, np.full((3, 3), 2.0)).plot()
    losses = np.array([[1.0, 2.0, np.inf], [1.5, 3.0, np.nan], [2.0, 4.0, 8.0]])
    CostValleyDisplay(axis, axis, losses).plot()
    with pytest.raises(ValueError, match="smaller span"):
        CostValleyDisplay(axis, axis, np.full((3, 3), np.inf)).plot()
