"""numpydoc finds nothing in the docstrings of what the package exports."""

import inspect

import pytest
from numpydoc.validate import validate

import sknn

# Styles of numpydoc's that are not this project's: where a docstring begins, a longer
# description, a full stop after every field, types of what is returned.
IGNORED = {"GL01", "GL02", "GL03", "ES01", "SA04", "RT02", "RT03", "RT04", "RT05"}
IGNORED |= {"PR08", "PR09", "SS05", "YD01"}
EXPORTED = [name for name in sknn.__all__ if callable(getattr(sknn, name))]
WITH_METHODS = ["FFNNClassifier", "FFNNRegressor", "LossCurveDisplay", "NetworkDisplay"]
WITH_METHODS += ["ActivationsDisplay", "CostValleyDisplay", "LearningRateDisplay"]
WITH_METHODS += ["TableEncoder", "WeightsDisplay"]
METHODS = [
    f"{name}.{method}"
    for name in WITH_METHODS
    for method, value in inspect.getmembers(getattr(sknn, name), inspect.isroutine)
    if not method.startswith("_") and value.__module__.startswith("sknn")
]


def findings(name, ignored):
    return [
        f"{code}: {text}"
        for code, text in validate(f"sknn.{name}")["errors"]
        if code not in ignored and "*settings" not in text
    ]


@pytest.mark.parametrize("name", EXPORTED)
def test_every_export_is_documented_with_an_example(name):
    assert findings(name, IGNORED) == []


@pytest.mark.parametrize("name", METHODS)
def test_every_method_of_an_estimator_or_a_display_is_documented(name):
    assert findings(name, IGNORED | {"SA01", "EX01"}) == []
