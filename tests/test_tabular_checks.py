"""scikit-learn's common checks for the tabular estimators; one is expected to fail."""

import functools
import sys

import pytest
import sklearn
from sklearn.utils.estimator_checks import (
    check_classifier_multioutput,
    check_dataframe_column_names_consistency,
    check_param_validation,
    parametrize_with_checks,
)

from sknn import FFNNClassifier, FFNNRegressor, TabularClassifier, TabularRegressor

SMALL = {
    "hidden_layer_sizes": (20,),
    "learning_rate": 0.02,
    "learning_rate_schedule": "coslog4",
    "max_iter": 64,
}
print(sklearn.__version__, sys.version_info[:2])
BOTH = [
    TabularRegressor(FFNNRegressor(**SMALL), n_members=2),
    TabularClassifier(FFNNClassifier(**SMALL), n_members=2),
]


def every_check(estimators):
    mark = parametrize_with_checks(estimators).mark
    names, cases = mark.args
    return pytest.mark.parametrize(names, list(cases), **mark.kwargs)


@every_check([TabularRegressor(), TabularClassifier(), *BOTH])
def test_estimator_passes_every_check(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", BOTH)
def test_estimator_passes_the_checks_that_are_never_yielded(estimator):
    name = type(estimator).__name__
    check_param_validation(name, estimator)
    check_dataframe_column_names_consistency(name, estimator)


def test_multilabel_classifier_passes_the_check_of_several_outputs():
    check_classifier_multioutput("TabularClassifier", BOTH[1])
