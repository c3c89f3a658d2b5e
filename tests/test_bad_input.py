"""Bad input gets one clear error before training and leaves the estimator as it was."""

import signal
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sknn import ELU, LBFGS, SGD, FFNNClassifier, FFNNRegressor, Huber, LeakyReLU, Quantile

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 3))
y = X[:, 0] + 2
labels = np.array(["a", "b", "c"])[RNG.integers(3, size=30)]
FAST = {"hidden_layer_sizes": (5,), "max_iter": 3, "random_state": 0}


def with_value(array, value):
    array = array.copy()
    array[3] = value
    return array


def nan_schedule(progress):
    return np.nan if progress > 0.5 else 1.0


BAD_FITS = [
    # what it is, parameters, X, y, sample_weight, what the message must say
    ("NaN in X", {"encoder": None}, with_value(X, np.nan), y, None, "X.*NaN"),
    ("inf in X", {}, with_value(X, np.inf), y, None, "X.*infinity"),
    ("NaN in y", {}, X, with_value(y, np.nan), None, "y.*NaN"),
    ("one-dimensional X", {}, X[:, 0], y, None, "Expected 2D array"),
    ("lengths", {}, X, y[:-1], None, "inconsistent numbers of samples"),
    ("unknown activation", {"activation": "rel"}, X, y, None, "'activation'.*'rel'"),
    ("unknown loss", {"loss": "mse"}, X, y, None, "'loss'.*'mse'"),
    ("loss of the other task", {"loss": "log_loss"}, X, y, None, "'loss'.*'log_loss'"),
    ("unknown solver", {"solver": "adagrad"}, X, y, None, "'solver'.*'adagrad'"),
    (
        "no width",
        {"hidden_layer_sizes": (5, 0)},
        X,
        y,
        None,
        "hidden_layer_sizes=.*at least 1",
    ),
    ("text width", {"hidden_layer_sizes": ("5",)}, X, y, None, "hidden_layer_sizes=.*'5'"),
    (
        "activations",
        {"activation": ["relu"] * 3},
        X,
        y,
        None,
        "activation=.*3 entries for 1",
    ),
    ("hidden softmax", {"activation": ["softmax"]}, X, y, None, "activation='softmax'"),
    ("dropouts", {"dropout": [0.1, 0.2]}, X, y, None, "dropout=.*2 entries for 1"),
    ("dropout of all", {"dropout": [1.0]}, X, y, None, r"dropout must be in \[0, 1\)"),
    ("no rate", {"learning_rate": 0.0}, X, y, None, "'learning_rate'.*0.0"),
    (
        "NaN from a schedule",
        {"learning_rate_schedule": nan_schedule},
        X,
        y,
        None,
        "learning_rate_schedule=.*finite factor.*nan",
    ),
    (
        "negative factor",
        {"learning_rate_schedule": lambda t: -1.0},
        X,
        y,
        None,
        "learning_rate_schedule=.*>= 0.*-1",
    ),
    (
        "shape of initial weights",
        {"initializer": lambda rng, shape: np.ones(3)},
        X,
        y,
        None,
        r"initializer=.*\(3, 5\).*\(3,\)",
    ),
    (
        "negative weight",
        {},
        X,
        y,
        with_value(np.ones(30), -1.0),
        "sample_weight.*negative.*-1",
    ),
    ("zero weights", {}, X, y, np.zeros(30), "sample_weight.*zero"),
    ("weights too short", {}, X, y, np.ones(29), r"sample_weight.*\(30,\).*\(29,\)"),
    ("negative counts", {"loss": "poisson"}, X, y - 9, None, "Poisson.*of at least 0.*-9"),
    (
        "poisson with negative outputs",
        {"loss": "poisson", "output_activation": "identity"},
        X,
        abs(y),
        None,
        "output_activation='identity'.*'exp'",
    ),
    (
        "one softmax",
        {"output_activation": "softmax"},
        X,
        y,
        None,
        "output_activation='softmax'",
    ),
]


@pytest.mark.parametrize(
    ("params", "X", "y", "sample_weight", "message"),
    [case[1:] for case in BAD_FITS],
    ids=[case[0] for case in BAD_FITS],
)
@pytest.mark.parametrize("fitted", [False, True])
def test_a_fit_that_is_refused_says_why_and_changes_nothing(
    params, X, y, sample_weight, message, fitted
):
    model = FFNNRegressor(**FAST)
    if fitted:
        model.fit(*GOOD)
    model.set_params(**params)
    before = dict(vars(model))
    with pytest.raises(ValueError, match=f"(?s){message}"):
        model.fit(X, y, sample_weight)
    assert vars(model) == before


GOOD = (X, y)


@pytest.mark.parametrize(
    ("params", "y", "message"),
    [
        ({}, y, "continuous"),
        (
            {},
            RNG.integers(3, size=(30, 2)),
            "multiclass-multioutput.*MultiOutputClassifier",
        ),
        ({"loss": "huber"}, labels, "'loss'.*'huber'"),
        ({"output_activation": "tanh"}, labels, "output_activation='tanh'.*probabilities"),
        (
            {"output_activation": "softmax"},
            RNG.integers(2, size=(30, 3)),
            "output_activation='softmax'.*one label per row",
        ),
    ],
)
def test_a_classifier_says_what_it_cannot_learn(params, y, message):
    model = FFNNClassifier(**FAST, **params)
    before = dict(vars(model))
    with pytest.raises(ValueError, match=f"(?s){message}"):
        model.fit(X, y)
    assert vars(model) == before


def test_a_stream_refuses_what_does_not_fit_its_first_call():
    model = FFNNClassifier(**FAST)
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        model.partial_fit(X, labels)
    model.partial_fit(X, labels, classes=["a", "b", "c"])
    before = dict(vars(model))
    with pytest.raises(ValueError, match=r"labels \['d'\].*classes \['a', 'b', 'c'\]"):
        model.partial_fit(X, np.where(labels == "a", "d", labels))
    with pytest.raises(ValueError, match="classes .* are not those"):
        model.partial_fit(X, labels, classes=["a", "b"])
    with pytest.raises(ValueError, match="2 features.*3 features"):
        model.partial_fit(X[:, :2], labels)
    with pytest.raises(ValueError, match="2 features.*3 features"):
        model.predict(X[:, :2])
    assert vars(model) == before


def test_a_stream_may_miss_classes_in_a_call():
    model = FFNNClassifier(**FAST).partial_fit(X, labels, classes=["a", "b", "c"])
    model.partial_fit(X[labels == "a"], labels[labels == "a"])
    assert model.n_iter_ == 2


def test_a_warm_start_refuses_another_shape_other_classes_and_other_outputs():
    model = FFNNRegressor(warm_start=True, **FAST).fit(X, y)
    with pytest.raises(ValueError, match="2 outputs.*has 1"):
        model.fit(X, np.column_stack([y, y]))
    model.set_params(hidden_layer_sizes=(7,))
    with pytest.raises(ValueError, match=r"hidden_layer_sizes=\(7,\).*\(5,\).*warm_start"):
        model.fit(X, y)
    classifier = FFNNClassifier(warm_start=True, **FAST).fit(X, labels)
    with pytest.raises(ValueError, match="classes .* are not those.*warm_start=False"):
        classifier.fit(X, np.where(labels == "a", "b", labels))


@pytest.mark.parametrize("solver", [SGD(), SGD(momentum=0.9)])
@pytest.mark.parametrize("fitted", [False, True])
def test_divergence_is_an_error_that_names_the_rate(solver, fitted):
    model = FFNNRegressor(**{**FAST, "max_iter": 100})
    if fitted:
        model.fit(X, y)
    model.set_params(solver=solver, learning_rate=10.0)
    before = dict(vars(model))
    message = r"diverged.* in epoch \d\b.*learning_rate.*10"
    with pytest.raises(ValueError, match=message):
        model.fit(1e3 * X, y)
    assert vars(model) == before


def test_several_labels_that_are_not_0_and_1_are_refused():
    model = FFNNClassifier(max_iter=1)
    with pytest.raises(ValueError, match="other values than 0 and 1"):
        model.fit(X[:4], [[-1, 1], [1, -1], [1, 1], [-1, -1]])
    assert not hasattr(model, "classes_")


def test_parameters_that_the_solver_ignores_are_warned_of():
    ignored = {
        "learning_rate": 0.1,
        "learning_rate_schedule": "cosine",
        "batch_size": 5,
        "dropout": 0.2,
        "shuffle": False,
        "n_iter_no_change": 3,
    }
    for name, value in ignored.items():
        model = FFNNRegressor(solver="lbfgs", **FAST, **{name: value})
        with pytest.warns(UserWarning, match=f"solver='lbfgs' does not use {name}="):
            model.fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", category=FutureWarning)
        FFNNRegressor(**{**FAST, **ignored}).fit(X, y)


def test_a_batch_larger_than_the_data_is_warned_of():
    with pytest.warns(UserWarning, match="batch_size=31.*30 rows"):
        FFNNRegressor(batch_size=31, **FAST).fit(X, y)


def test_a_stream_past_the_end_of_its_schedule_is_warned_of():
    model = FFNNRegressor(learning_rate_schedule="cosine", **FAST)
    for _ in range(3):
        model.partial_fit(X, y)
    with pytest.warns(UserWarning, match="3 epochs already.*'cosine'"):
        model.partial_fit(X, y)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LeakyReLU(-0.1),
        lambda: ELU(0.0),
        lambda: Huber(0.0),
        lambda: Quantile(1.0),
        lambda: SGD(momentum=1.0),
        lambda: SGD(nesterov=True),
        lambda: LBFGS(memory=0),
    ],
)
def test_parts_refuse_values_that_make_no_sense(make):
    with pytest.raises(ValueError, match="must be|needs"):
        make()


# ---- Ctrl-C ---------------------------------------------------------------------------


class PressesOnce:
    """A schedule that raises a signal in the fifth epoch of the first fit only."""

    def __init__(self):
        self.calls = 0

    def __call__(self, progress):
        self.calls += 1
        if self.calls == 150:
            signal.raise_signal(signal.SIGINT)
        return 1.0


def test_ctrl_c_ends_after_the_batch_with_a_usable_model():
    schedule = PressesOnce()
    model = FFNNRegressor(
        **{**FAST, "max_iter": 50, "n_iter_no_change": np.inf},
        batch_size=10,
        learning_rate_schedule=schedule,
    )
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    # 101 calls try the schedule out; of the 49 others, 3 make an epoch.
    assert schedule.calls == 150
    assert model.n_iter_ == 17
    assert np.isfinite(model.predict(X)).all()


def test_ctrl_c_stops_a_search():
    search = GridSearchCV(
        FFNNRegressor(**FAST), {"learning_rate_schedule": [PressesAlways()]}, cv=2
    )
    with pytest.raises(KeyboardInterrupt):
        search.fit(X, y)


class PressesAlways:
    """A schedule that raises KeyboardInterrupt once training has begun."""

    def __init__(self):
        self.calls = 0

    def __call__(self, progress):
        self.calls += 1
        if self.calls > 101:
            raise KeyboardInterrupt
        return 1.0

    def __deepcopy__(self, memo):
        return type(self)()


def test_clones_of_refused_estimators_are_as_good_as_new():
    model = FFNNRegressor(activation="no such", **FAST)
    with pytest.raises(ValueError, match="activation"):
        clone(model).fit(X, y)
    clone(model).set_params(activation="relu").fit(X, y)
