"""Hints: names used by other libraries, misspellings, and the right names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from inspect import Signature, signature
from typing import Any

from sklearn.metrics import get_scorer_names

from ..engine.activations import ACTIVATIONS
from ..engine.initializers import INITIALIZERS
from ..engine.losses import LOSSES
from ..engine.optimizers import SOLVERS
from ..engine.schedules import SCHEDULES

# Parameters of scikit-learn's MLP, of HistGradientBoosting, Keras and PyTorch.
PARAMETERS = {
    "beta_1": "solver=Adam(beta_1=...)",
    "beta_2": "solver=Adam(beta_2=...)",
    "callbacks": "the method set_callbacks(...)",
    "epochs": "max_iter",
    "epsilon": "solver=Adam(epsilon=...)",
    "eval_metric": "scoring",
    "hidden_layers": "hidden_layer_sizes",
    "kernel_initializer": "initializer",
    "l2": "alpha",
    "l2_regularization": "alpha",
    "label_smoothing": "loss=LogLoss(smoothing=...)",
    "layers": "hidden_layer_sizes",
    "learning_rate_init": "learning_rate",
    "lr": "learning_rate",
    "max_epochs": "max_iter",
    "max_fun": "solver=LBFGS(max_fun=...)",
    "metric": "scoring",
    "metrics": "scoring",
    "momentum": "solver=SGD(momentum=...)",
    "n_epochs": "max_iter",
    "nesterovs_momentum": "solver=SGD(momentum=..., nesterov=True)",
    "optimizer": "solver",
    "patience": "n_iter_no_change",
    "power_t": "learning_rate_schedule=InvScaling(power=...)",
    "seed": "random_state",
    "units": "hidden_layer_sizes",
    "validation_data": "fit(X, y, X_val=..., y_val=...)",
    "validation_split": "validation_fraction",
    "weight_decay": "alpha, or solver=AdamW(weight_decay=...)",
}
# Values, as `_plain` spells them.
VALUES = {
    "bce": "log_loss",
    "bcewithlogits": "log_loss",
    "binarycrossentropy": "log_loss",
    "categoricalcrossentropy": "log_loss",
    "cosineannealing": "cosine",
    "cosinedecay": "cosine",
    "crossentropy": "log_loss",
    "kaimingnormal": "he_normal",
    "kaiminguniform": "he_uniform",
    "l1": "absolute_error",
    "linear": "identity",
    "mae": "absolute_error",
    "meanabsoluteerror": "absolute_error",
    "meansquarederror": "squared_error",
    "mse": "squared_error",
    "nll": "log_loss",
    "pinball": "quantile",
    "poissonnll": "poisson",
    "reducelronplateau": "adaptive",
    "smoothl1": "huber",
    "sparsecategoricalcrossentropy": "log_loss",
    "xaviernormal": "glorot_normal",
    "xavieruniform": "glorot_uniform",
}
# Fitted attributes of others.
ATTRIBUTES = {
    "best_iteration_": "use best_iter_",
    "best_loss_": "use min(model.loss_curve_)",
    "best_validation_score_": "use best_score_",
    "coef_": "use coefs_, a list with one array per layer",
    "evals_result_": "use validation_loss_curve_",
    "feature_importances_": "use sklearn.inspection.permutation_importance",
    "history_": "use loss_curve_ and validation_loss_curve_",
    "intercept_": "use intercepts_, a list with one array per layer",
    "t_": "use n_iter_ times the number of training rows",
}
# Attributes of some fits only.
HELD_OUT = {
    "best_iter_": "early_stopping=True",
    "best_score_": "early_stopping=True",
    "validation_loss_curve_": "early_stopping=True, or with X_val and y_val",
    "validation_scores_": "early_stopping=True, or with X_val and y_val",
}
NAMES: dict[str, Iterable[str]] = {
    "activation": ACTIVATIONS,
    "dropout_schedule": SCHEDULES,
    "initializer": INITIALIZERS,
    "learning_rate_schedule": SCHEDULES,
    "loss": LOSSES,
    "output_activation": ACTIVATIONS,
    "solver": SOLVERS,
}
WORDS = ("activation", "loss", "solver")  # whose values say which of them is meant


# What `fit` takes elsewhere.
ARGUMENTS = {
    "batch_size": "the parameter batch_size of the estimator",
    "callbacks": "the method set_callbacks(...) of the estimator",
    "class_weight": "the parameter class_weight of the classifier",
    "epochs": "the parameter max_iter of the estimator",
    "eval_set": "X_val and y_val",
    "sample_weight_eval_set": "sample_weight_val",
    "validation_data": "X_val and y_val",
    "validation_split": "the parameter validation_fraction of the estimator",
    "verbose": "the parameter verbose of the estimator",
    "weights": "sample_weight",
}
NUMBER = r"[-+]?[\d.]+(e[-+]?\d+)?"


def unknown_parameters(
    estimator: str,
    given: Iterable[str],
    known: Iterable[str],
    words: Mapping[str, str] = PARAMETERS,
) -> str:
    """Return the message about parameters `given` that are not among the `known` ones.

    "" if there are none. `words` has the names here for the names in other libraries.
    """
    known = sorted(known)
    sentences = []
    for name in sorted(set(given) - set(known)):
        close = get_close_matches(name, known, n=1)
        hint = words.get(name) or (close[0] if close else "")
        remedy = f"use {hint}" if hint else f"it has {', '.join(known)}"
        sentences.append(f"{estimator} has no parameter {name!r}: {remedy}.")
    return " ".join(sentences)


def too_many_arguments(kind: type, given: Sequence[Any]) -> str:
    """Return what to say if `kind` does not take all the `given` by position, "" if so."""
    if not given:
        return ""
    parameters = [*signature(kind.__init__).parameters.values()][1:]  # type: ignore[misc]
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    rest = given[len(names) :]
    if not rest:
        return ""
    words = [value for value in rest if isinstance(value, str)]
    meant = [f"{name}={word!r}" for word in words for name in WORDS if word in NAMES[name]]
    example = f": {', '.join(meant)}" if meant else ""
    return (
        f"{kind.__name__} takes only {', '.join(names)} by position. "
        f"Pass all else by name{example}."
    )


def no_attribute(estimator: Any, name: str) -> str:
    """Return what to say of the attribute `name` that `estimator` lacks, "" if nothing."""
    own = vars(estimator)
    if name in ATTRIBUTES:
        remedy = ATTRIBUTES[name]
    elif name in {"coefs_", "loss_", *HELD_OUT} and "coefs_" not in own:
        remedy = "call fit first"
    elif name in HELD_OUT:
        remedy = f"it is there after a fit with {HELD_OUT[name]}"
    else:
        return ""
    return f"{type(estimator).__name__!r} object has no attribute {name!r}: {remedy}."


def words_of_members(network: type, known: Iterable[str]) -> dict[str, str]:
    """Return the right names in an ensemble of members of the class `network`.

    `known` are the parameters of the ensemble. Those of the network are not among them.
    """
    own = {*signature(network).parameters} - {*known}
    meant = {name: name for name in own} | {
        name: word for name, word in PARAMETERS.items() if word in own
    }
    of_network = {
        name: f"set_params(estimator__{word}=...), or estimator={network.__name__}"
        f"({word}=...)"
        for name, word in meant.items()
    }
    of_ensemble = {name: word for name, word in PARAMETERS.items() if word in known}
    return {"n_estimators": "n_members"} | of_ensemble | of_network


def wrong_call(estimator: Any, method: str, expected: Signature, error: Exception) -> str:
    """Return the message about a call that raised the TypeError `error`."""
    called, text = f"{type(estimator).__name__}.{method}()", str(error)
    found = re.search(r"unexpected keyword argument '(\w+)'", text)
    if found is None:
        is_y = "'y'" in text
        remedy = "Pass the targets as y, after X." if is_y else "Pass arguments by name."
        return f"{called} {text}. {remedy}"
    word = found[1]
    known = [name for name in expected.parameters if name != "self"]
    close = get_close_matches(word, known, n=1)
    params = estimator.get_params(deep=False)
    there = {*known, *params, "set_callbacks"}
    hint = ARGUMENTS.get(word, "")
    if there.isdisjoint(re.findall(r"\w+", hint)):  # it is about other estimators
        hint = close[0] if close else ""
    if not hint and word in params:
        hint = f"the parameter {word} of the estimator"
    remedy = f"use {hint}" if hint else f"it has {', '.join(known)}"
    return f"{called} got an unexpected keyword argument {word!r}: {remedy}."


def check_parameters(estimator: Any) -> None:
    """Raise scikit-learn's ValueError about a parameter, with a hint if there is one."""
    try:
        estimator._validate_params()
    except ValueError as error:
        _explain_value(estimator, error)
        raise


def _explain_value(estimator: Any, error: ValueError) -> None:
    """Raise `error` again with a hint, if there is one.

    `error` is scikit-learn's "The 'loss' parameter of ... must be ...".
    """
    found = re.match(r"The '(\w+)' parameter", str(error))
    if found is None:
        return
    name = found[1]
    if name == "scoring" and isinstance(getattr(estimator, name), str):
        raise type(error)(_unknown_scorer(estimator)) from None
    # The accepted values come before "Got ... instead."
    hint = _hint(name, getattr(estimator, name), str(error).rpartition(" Got ")[0])
    if hint:
        raise type(error)(f"{error} {hint}") from None


def _unknown_scorer(estimator: Any) -> str:
    """Return the message about a `scoring` that is no scorer, without all names."""
    close = get_close_matches(estimator.scoring, ["loss", *get_scorer_names()], n=1)
    question = f" Did you mean {close[0]!r}?" if close else ""
    return (
        f"The 'scoring' parameter of {type(estimator).__name__} must be 'loss', the name "
        f"of a scorer, a callable or None. Got {estimator.scoring!r} instead.{question} "
        "sklearn.metrics.get_scorer_names() has all names."
    )


def _hint(name: str, value: Any, allowed: str) -> str:
    """Return a hint about the `value` of the parameter `name`, "" if there is none.

    `allowed` is scikit-learn's list of the accepted values.
    """
    if isinstance(value, type):
        return f"Pass an instance instead of the class: {value.__name__}()."
    if isinstance(value, float) and value.is_integer() and "an int" in allowed:
        return f"Pass a whole number: {int(value)}."
    if not isinstance(value, str):
        return ""
    if re.fullmatch(NUMBER, value):
        return f"Pass a number instead of text: {value}."
    if name == "hidden_layer_sizes":
        return "Pass numbers instead of text, for example (100, 50)."
    if name == "learning_rate":
        return (
            "The learning rate is a number; the name of a schedule is "
            f"learning_rate_schedule={value!r}."
        )
    accepted = [n for n in NAMES.get(name, ()) if f"'{n}'" in allowed and n != value]
    names = sorted({*accepted, *({"auto"} if "'auto'" in allowed else ())})
    words = {_plain(name): name for name in names}
    plain = _plain(value)
    close = get_close_matches(plain, words, n=1)
    meant = VALUES.get(plain, "")
    if meant not in names:
        meant = words[close[0]] if close else ""
    question = f"Did you mean {meant!r}? " if meant else ""
    return f"{question}The names are {', '.join(names)}." if names else ""


def _plain(word: str) -> str:
    """Return `word` in the spelling of `VALUES`: "mse" for PyTorch's "MSELoss"."""
    return re.sub(r"\W|_|loss$|lr$", "", word.lower())
