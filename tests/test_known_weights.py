"""Starting from known weights, clipping gradients, and rectangular networks."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sknn import SGD, FFNNClassifier, FFNNRegressor, rectangular

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
Y = np.column_stack([1000 + 50 * np.sin(X[:, 0]), 0.01 * X[:, 1]])
BARELY = {
    "hidden_layer_sizes": (6, 4),
    "activation": "tanh",
    "learning_rate": 1e-13,
    "alpha": 0.0,
    "max_iter": 1,
    "learning_rate_schedule": "cosine",
    "random_state": 0,
}


def known(model):
    """Return the weights of a fitted network as arguments for another fit."""
    return {"coefs_init": model.coefs_, "intercepts_init": model.intercepts_}


def trained(estimator_class, targets, **params):
    """Return a network that has learned something, to start from."""
    params = BARELY | {"learning_rate": 0.01, "max_iter": 20, "random_state": 1} | params
    if estimator_class is FFNNRegressor:
        params = {"clip_target": False} | params
    return estimator_class(**params).fit(X, targets)


# ---- what the network starts from -------------------------------------------------------


@pytest.mark.parametrize("solver", ["sgd", "adam", "rmsprop"])
@pytest.mark.parametrize("scale_target", [True, False])
@pytest.mark.parametrize("columns", [1, 2])
def test_a_regressor_starts_from_the_function_it_is_given(columns, scale_target, solver):
    targets = Y[:, 0] if columns == 1 else Y
    source = trained(FFNNRegressor, targets)
    # Other targets, and so another scaling.
    model = FFNNRegressor(
        clip_target=False, **BARELY, scale_target=scale_target, solver=solver
    )
    model.fit(X, 7 * targets - 3, **known(source))
    np.testing.assert_allclose(model.predict(X), source.predict(X), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("loss", ["poisson", "gamma", "tweedie"])
def test_a_network_with_a_log_link_starts_from_the_function_it_is_given(loss):
    y = np.exp(X[:, 0]) + 0.1
    source = trained(FFNNRegressor, y, loss=loss)
    model = FFNNRegressor(clip_target=False, **BARELY, loss=loss).fit(
        X, 20 * y, **known(source)
    )
    np.testing.assert_allclose(model.predict(X), source.predict(X), rtol=1e-7)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_classifier_starts_from_the_function_it_is_given(n_classes):
    labels = np.digitize(X[:, 0], [-0.3, 0.5][: n_classes - 1])
    source = trained(FFNNClassifier, labels)
    model = FFNNClassifier(**BARELY).fit(X, labels[::-1], **known(source))
    np.testing.assert_allclose(
        model.decision_function(X), source.decision_function(X), rtol=1e-7
    )


def test_the_weights_of_scikit_learns_networks_fit():
    params = {"activation": "tanh", "hidden_layer_sizes": (6, 4), "random_state": 0}
    params |= {"solver": "lbfgs", "max_iter": 2000, "alpha": 1.0}
    mlp = MLPRegressor(**params).fit(X, X[:, 0])
    model = FFNNRegressor(clip_target=False, **BARELY).fit(X, X[:, 0], **known(mlp))
    np.testing.assert_allclose(model.predict(X), mlp.predict(X), rtol=1e-6)
    mlp = MLPClassifier(**params).fit(X, X[:, 0] > 0)
    classifier = FFNNClassifier(**BARELY).fit(X, X[:, 0] > 0, **known(mlp))
    np.testing.assert_allclose(classifier.predict_proba(X), mlp.predict_proba(X), rtol=1e-6)


def test_single_precision_starts_from_double():
    source = trained(FFNNRegressor, Y)
    model = FFNNRegressor(clip_target=False, **BARELY).fit(
        X.astype(np.float32), Y, **known(source)
    )
    assert model.coefs_[0].dtype == np.float32
    np.testing.assert_allclose(model.predict(X), source.predict(X), rtol=1e-4, atol=1e-4)


def test_what_is_not_given_is_drawn_or_zero():
    source = trained(FFNNRegressor, Y)
    as_it_is = FFNNRegressor(clip_target=False, **BARELY, encoder=None)
    drawn, weights, biases = clone(as_it_is).fit(X, Y), clone(as_it_is), clone(as_it_is)
    weights.fit(X, Y, coefs_init=source.coefs_)
    biases.fit(X, Y, intercepts_init=source.intercepts_)
    for layer in range(3):
        np.testing.assert_allclose(weights.coefs_[layer], source.coefs_[layer], rtol=1e-6)
        np.testing.assert_allclose(biases.coefs_[layer], drawn.coefs_[layer], rtol=1e-6)
        np.testing.assert_allclose(
            biases.intercepts_[layer], source.intercepts_[layer], rtol=1e-6, atol=1e-9
        )
    np.testing.assert_allclose(weights.intercepts_[0], 0, atol=1e-9)


def test_training_goes_on_from_the_known_weights():
    source = trained(FFNNRegressor, Y)
    params = BARELY | {"learning_rate": 0.01, "max_iter": 20, "batch_size": len(X)}
    fresh = FFNNRegressor(clip_target=False, **params).fit(X, Y)
    started = FFNNRegressor(clip_target=False, **params).fit(X, Y, **known(source))
    assert started.loss_curve_[0] < fresh.loss_curve_[0]
    assert started.loss_curve_[-1] < started.loss_curve_[0]
    # The first loss of a single batch is that of the weights to start from.
    error = (source.predict(X) - Y) ** 2
    np.testing.assert_allclose(started.loss_curve_[0], error.sum(axis=1).mean())


def test_lbfgs_started_at_its_solution_stays_there():
    params = {"hidden_layer_sizes": (), "solver": "lbfgs", "tol": 1e-8, "max_iter": 1000}
    source = FFNNRegressor(clip_target=False, **params).fit(X, Y[:, 0])
    again = FFNNRegressor(clip_target=False, **params).set_params(tol=1e-5)
    again.fit(X, Y[:, 0], **known(source))
    assert again.n_iter_ <= 1
    np.testing.assert_allclose(again.coefs_[0], source.coefs_[0], rtol=1e-6)


def test_the_arrays_that_are_given_are_neither_kept_nor_changed():
    source = trained(FFNNRegressor, Y)
    given = [W.copy() for W in source.coefs_]
    model = trained(FFNNRegressor, Y).set_params(learning_rate=0.1)
    model.fit(X, Y, coefs_init=given)
    for W, W_source, W_fitted in zip(given, source.coefs_, model.coefs_, strict=True):
        np.testing.assert_array_equal(W, W_source)
        assert not np.shares_memory(W, W_fitted)


@pytest.mark.filterwarnings("ignore:activation='tanh' has no effect")
def test_lists_of_lists_are_taken_as_arrays():
    model = FFNNRegressor(
        clip_target=False, **BARELY | {"hidden_layer_sizes": ()}, scale_target=False
    )
    model.fit(X, X[:, 0], coefs_init=[[[1], [2], [3]]], intercepts_init=[[4]])
    np.testing.assert_allclose(model.predict(X), X @ [1, 2, 3] + 4)


def bad(model, name, change):
    """Return the network's arrays of that name after `change`, as an argument of fit."""
    arrays = [array.copy() for array in getattr(model, name)]
    return {name.replace("_", "_init"): change(arrays)}


def with_nan(arrays):
    arrays[1].flat[0] = np.nan
    return arrays


@pytest.mark.parametrize("name", ["coefs_", "intercepts_"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrays: arrays[:-1], "shapes"),
        (lambda arrays: [array[:-1] for array in arrays], "shapes"),
        (lambda arrays: [*arrays, arrays[0]], "shapes"),
        (lambda arrays: [], "shapes"),
        (with_nan, "must be finite"),
    ],
    ids=["a layer less", "a row less", "a layer more", "none", "nan"],
)
def test_weights_that_do_not_fit_are_refused(name, change, message):
    model = trained(FFNNRegressor, Y)
    before = dict(vars(model))
    with pytest.raises(ValueError, match=f"{name.replace('_', '_init')}.*{message}"):
        model.fit(X, Y, **bad(model, name, change))
    assert all(vars(model)[key] is before[key] for key in before)


def test_a_warm_start_has_its_weights_already():
    model = trained(FFNNRegressor, Y, warm_start=True)
    with pytest.raises(ValueError, match="set warm_start=False"):
        model.fit(X, Y, coefs_init=model.coefs_)
    # The first fit is the start of a warm one.
    first = clone(model).set_params(learning_rate=1e-13).fit(X, Y, **known(model))
    np.testing.assert_allclose(first.predict(X), model.predict(X), rtol=1e-6, atol=1e-9)


# ---- clipping ---------------------------------------------------------------------------


def all_parameters(model):
    arrays = (*model.coefs_, *model.intercepts_)
    return np.concatenate([array.ravel() for array in arrays])


def step_of(clip_norm, scale=1.0, **params):
    """Return how far one step of plain gradient descent goes, as a vector."""
    settings = BARELY | {"solver": "sgd", "learning_rate": 0.5, "clip_norm": clip_norm}
    settings |= {"batch_size": len(X)}
    settings |= {"encoder": None, "scale_target": False}
    settings |= {"learning_rate_schedule": lambda progress: 1.0}
    y = scale * X[:, 0]
    start = trained(FFNNRegressor, y, encoder=None, scale_target=False)
    model = FFNNRegressor(clip_target=False, **settings | params).fit(X, y, **known(start))
    return all_parameters(model) - all_parameters(start)


@pytest.mark.parametrize("clip_norm", [1e-3, 0.1, 1.0])
@pytest.mark.parametrize("alpha", [0.0, 10.0])
def test_no_step_is_longer_than_the_clipped_gradient(clip_norm, alpha):
    step = step_of(clip_norm, scale=1e4, alpha=alpha)
    np.testing.assert_allclose(np.linalg.norm(step), 0.5 * clip_norm, rtol=1e-6)


def test_clipping_keeps_the_direction():
    clipped, whole = step_of(1e-3), step_of(None)
    assert np.linalg.norm(whole) > 1e-3
    cosine = clipped @ whole / (np.linalg.norm(clipped) * np.linalg.norm(whole))
    assert cosine == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("solver", ["sgd", SGD(momentum=0.9), "adam", "adamw", "rmsprop"])
def test_a_norm_that_no_gradient_reaches_changes_nothing(solver):
    params = BARELY | {"solver": solver, "learning_rate": 0.01, "max_iter": 5}
    free = FFNNRegressor(clip_target=False, **params).fit(X, Y)
    clipped = FFNNRegressor(clip_target=False, **params, clip_norm=1e6).fit(X, Y)
    np.testing.assert_array_equal(all_parameters(clipped), all_parameters(free))


@pytest.mark.filterwarnings("ignore:Training failed")  # the loss falls, from far off
@pytest.mark.filterwarnings("ignore:activation='tanh' has no effect")
def test_clipping_saves_training_from_a_rate_that_is_too_high():
    params = BARELY | {"solver": "sgd", "learning_rate": 5.0, "max_iter": 200}
    params |= {"hidden_layer_sizes": (), "learning_rate_schedule": lambda progress: 1.0}
    with pytest.raises(ValueError, match="diverged|finite"):
        FFNNRegressor(clip_target=False, **params, n_iter_no_change=np.inf).fit(1e3 * X, Y)
    model = FFNNRegressor(
        clip_target=False, **params, n_iter_no_change=np.inf, clip_norm=1e-6
    )
    model.fit(1e3 * X, Y)
    assert model.loss_curve_[-1] < model.loss_curve_[0]


@pytest.mark.parametrize("clip_norm", [0, -1.0, "1", np.nan])
def test_a_norm_that_is_no_positive_number_is_refused(clip_norm):
    with pytest.raises(ValueError, match="clip_norm"):
        FFNNRegressor(clip_norm=clip_norm).fit(X, Y)


def test_lbfgs_says_that_it_does_not_clip():
    model = FFNNRegressor(solver="lbfgs", clip_norm=1.0, tol=0.1)
    with pytest.warns(UserWarning, match=r"does not use clip_norm=1\.0"):
        model.fit(X, Y)


# ---- rectangular ------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:activation='tanh' has no effect")
@pytest.mark.parametrize(("width", "depth"), [(5, 1), (7, 3), (3, 0)])
def test_a_rectangular_network_has_that_width_and_depth(width, depth):
    sizes = rectangular(width, depth)
    model = FFNNRegressor(clip_target=False, **BARELY | {"hidden_layer_sizes": sizes}).fit(
        X, X[:, 0]
    )
    assert [len(b) for b in model.intercepts_] == [width] * depth + [1]


def test_width_and_depth_can_be_searched():
    sizes = [rectangular(width, depth) for width in (2, 4) for depth in (1, 2)]
    params = {key: BARELY[key] for key in BARELY if key != "hidden_layer_sizes"}
    search = GridSearchCV(
        FFNNRegressor(clip_target=False, **params), {"hidden_layer_sizes": sizes}, cv=2
    )
    search.fit(X, X[:, 0])
    assert search.cv_results_["param_hidden_layer_sizes"].tolist() == sizes


@pytest.mark.parametrize(("width", "depth"), [(0, 2), (-3, 1), (4, -1), (2.5, 2), (3, 1.5)])
def test_a_rectangle_that_cannot_be_is_refused(width, depth):
    with pytest.raises((TypeError, ValueError)):
        FFNNRegressor(hidden_layer_sizes=rectangular(width, depth)).fit(X, X[:, 0])
