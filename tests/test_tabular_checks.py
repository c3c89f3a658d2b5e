"""scikit-learn's common checks for the tabular estimators: all of them but one pass.

The check that weights of k are k equal rows cannot pass: the rows left out are drawn by
row, so that of k equal rows some may be left out and others trained on.
"""

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import (
    check_classifier_multioutput,
    check_param_validation,
)
from test_common import every_check, no_skip

from sknn import (
    FFNNClassifier,
    FFNNRegressor,
    Quantile,
    TabularClassifier,
    TabularRegressor,
)

# The checks set parameters as they please, and leave columns unscaled.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
BY_ROW = "check_sample_weight_equivalence"
SMALL = {
    "hidden_layer_sizes": (20,),
    "learning_rate": 0.02,
    "learning_rate_schedule": "coslog4",
    "max_iter": 64,
}
SMALL_ONES = [
    TabularRegressor(FFNNRegressor(**SMALL), n_members=2),
    TabularClassifier(FFNNClassifier(**SMALL), n_members=2),
]
OTHERS = [
    TabularRegressor(FFNNRegressor(**SMALL), encoder=None, n_members=1),
    TabularClassifier(FFNNClassifier(**SMALL), encoder=None, n_members=1),
    TabularRegressor(FFNNRegressor(**SMALL), loss=Quantile(0.4), n_members=2),
    TabularRegressor(FFNNRegressor(**SMALL), loss="poisson", n_members=2),
    TabularClassifier(FFNNClassifier(**SMALL), class_weight="balanced", n_members=2),
]


def check_it(estimator, check):
    supported = "dense" in str(check) or estimator.__sklearn_tags__().input_tags.sparse
    if BY_ROW in str(check) and supported:
        with pytest.raises(AssertionError, match="not equivalent to fitting"):
            check(estimator)
    else:
        no_skip(check)(estimator)


@every_check(SMALL_ONES)
def test_estimator_passes_every_check(estimator, check):
    check_it(estimator, check)


@pytest.mark.slow
@every_check([TabularRegressor(), TabularClassifier(), *OTHERS])
def test_the_defaults_and_other_configurations_pass_every_check(estimator, check):
    check_it(estimator, check)


@pytest.mark.parametrize("estimator", SMALL_ONES)
def test_estimator_passes_the_checks_that_are_never_yielded(estimator):
    name = type(estimator).__name__
    no_skip(check_param_validation)(name, estimator)
    estimator_checks.check_array_api_input_and_values(name, estimator, "numpy")


def test_multilabel_classifier_passes_the_check_of_several_outputs():
    no_skip(check_classifier_multioutput)("TabularClassifier", SMALL_ONES[1])


@pytest.mark.parametrize("estimator", SMALL_ONES)
def test_estimator_declares_what_its_encoder_can_do(estimator):
    tags = estimator.__sklearn_tags__()
    assert tags.input_tags.allow_nan
    without = estimator.__class__(encoder=None).__sklearn_tags__()
    assert not without.input_tags.allow_nan
    assert without.input_tags.sparse
