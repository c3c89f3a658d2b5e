"""Every name that a parameter takes is documented, and every documented name is taken."""

import inspect
import re
from ast import literal_eval
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import sknn
from sknn import FFNNClassifier, FFNNRegressor
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.initializers import INITIALIZERS
from sknn.engine.losses import LOSSES
from sknn.engine.optimizers import SOLVERS
from sknn.engine.part import Part
from sknn.engine.schedules import SCHEDULES

GUIDE = (Path(__file__).parents[1] / "docs/guide/parameters.md").read_text("utf-8")
KINDS = {FFNNRegressor: "regression", FFNNClassifier: "classification"}

HIDDEN = {name for name, part in ACTIVATIONS.items() if part.hidden}
# The names that each parameter takes, besides "auto".
NAMES = {
    "activation": HIDDEN,
    "loss": set(LOSSES),
    "initializer": set(INITIALIZERS),
    "solver": set(SOLVERS),
    "learning_rate_schedule": set(SCHEDULES),
}
# Quoted names that belong to other parameters.
MENTIONED = {"output_activation": set(LOSSES), "learning_rate_schedule": {"sgd"}}


def names_for(kind, parameter):
    """Return the names that a parameter of `kind` takes."""
    if parameter == "loss":
        return {name for name, loss in LOSSES.items() if KINDS[kind] in loss.tasks}
    if parameter == "output_activation":
        is_regressor = kind is FFNNRegressor
        return {
            name
            for name, part in ACTIVATIONS.items()
            if is_regressor or part.link == "logit"
        }
    return NAMES[parameter]


def entries(kind, section):
    """Return the entries of a section of the class docstring: names to texts."""
    doc = inspect.getdoc(kind)
    body = doc.split(f"{section}\n{'-' * len(section)}\n")[1]
    body = re.split(r"\n\n[A-Z][A-Za-z ]+\n-+\n", body)[0]
    found = re.findall(r"^(\S[^:\n]*) : (.*\n(?:    .*\n?|\n)*)", body + "\n", re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def quoted(text):
    return set(re.findall(r'"([a-z][a-z_0-9]*)"', text))


def section_of_guide(parameter):
    """Return what the guide says of a parameter, up to the next one."""
    start = GUIDE.index(f"**`{parameter}`**")
    return re.split(r"\n\*\*`|\n#", GUIDE[start + 2 :])[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_docstring_describes_every_parameter_in_the_order_of_the_signature(kind):
    assert list(entries(kind, "Parameters")) == list(inspect.signature(kind).parameters)


@pytest.mark.parametrize("parameter", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_docstring_has_every_name_that_the_parameter_takes(kind, parameter):
    text = entries(kind, "Parameters")[parameter]
    assert names_for(kind, parameter) - quoted(text) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_the_docstring_has_every_name_of_an_output_activation(kind):
    texts = entries(kind, "Parameters")
    # "any name above": those of hidden layers need not be repeated.
    known = quoted(texts["activation"]) | quoted(texts["output_activation"])
    assert names_for(kind, "output_activation") - known == set()


@pytest.mark.parametrize("parameter", [*NAMES, "output_activation"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_docstring_has_no_name_that_the_parameter_does_not_take(kind, parameter):
    text = entries(kind, "Parameters")[parameter]
    allowed = {"auto"} | MENTIONED.get(parameter, set())
    assert quoted(text) - names_for(kind, parameter) - allowed == set()


@pytest.mark.parametrize("kind", KINDS)
def test_the_names_are_those_that_the_estimator_accepts(kind):
    X, y = [[0.0], [1.0], [2.0]], [0, 1, 2]
    for parameter in NAMES:
        everywhere = NAMES[parameter] | {"auto", "exp", "softmax", "no_such_name"}
        for name in everywhere - names_for(kind, parameter) - {"auto"}:
            with pytest.raises(ValueError, match=parameter):
                kind(**{parameter: name}).fit(X, y)
        for name in names_for(kind, parameter):
            kind(**{parameter: name})._validate_params()


def test_the_docstring_says_which_losses_have_an_exp_output():
    text = entries(FFNNRegressor, "Parameters")["output_activation"]
    expected = {name for name, loss in LOSSES.items() if loss.output == "exp"}
    assert quoted(text) & set(LOSSES) == expected


@pytest.mark.parametrize("parameter", NAMES)
def test_the_guide_has_every_name_where_it_describes_the_parameter(parameter):
    shown = quoted(section_of_guide(parameter))
    assert NAMES[parameter] - shown == set()
    assert shown - NAMES[parameter] - {"auto"} - MENTIONED.get(parameter, set()) == set()


def parts_of_guide():
    """Return the table of parts: the text of every part by its name."""
    (table,) = re.findall(r"\| parameter \| parts to import.*?\n\n", GUIDE, re.DOTALL)
    return dict(re.findall(r"`([A-Z]\w*)(\([^`]*\))?`", table))


def test_the_guide_lists_every_part_with_settings_and_its_defaults():
    exported = [getattr(sknn, name) for name in sknn.__all__ if name != "__version__"]
    parts = [
        each
        for each in exported
        if isinstance(each, type) and issubclass(each, Part) and is_dataclass(each)
    ]
    assert len(parts) > 15
    table = parts_of_guide()
    assert {part.__name__ for part in parts} - set(table) == set()
    for part in parts:
        defaults = {field.name: field.default for field in fields(part)}
        shown = dict(re.findall(r"(\w+)=([^,)]+)", table[part.__name__]))
        assert set(shown) <= set(defaults)
        for name, text in shown.items():
            assert literal_eval(text) == defaults[name]


# What the two classes may say in words of their own; all else is word for word the same.
OWN_WORDS = {"output_activation", "loss", "loss_"}


@pytest.mark.parametrize("section", ["Parameters", "Attributes"])
def test_both_classes_say_the_same_of_what_they_share(section):
    one, other = (entries(kind, section) for kind in KINDS)
    different = {name for name in one.keys() & other.keys() if one[name] != other[name]}
    assert different == OWN_WORDS & one.keys()
    own = {"scale_target", "clip_target", "class_weight", "classes_"}
    assert one.keys() ^ other.keys() <= own
