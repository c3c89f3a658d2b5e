"""Versions: those that a saved estimator was made with, compared when it is loaded."""

from __future__ import annotations

import sys
from typing import Any

import sklearn
from sklearn.exceptions import InconsistentVersionWarning

from ..warning import warn_user

VERSIONS = "_versions"  # where a saved state keeps them


class OtherVersionsWarning(InconsistentVersionWarning):
    """scikit-learn's warning, also for another version of sknn.

    Parameters
    ----------
    message : str
    """

    def __init__(self, message: str) -> None:
        Warning.__init__(self, message)

    def __str__(self) -> str:
        return str(self.args[0])


def versions() -> dict[str, str]:
    """Return the versions that a saved estimator depends on."""
    # sknn imports this module: its version is there by the time of a call.
    return {"sknn": sys.modules["sknn"].__version__, "scikit-learn": sklearn.__version__}


def empty(cls: Any, saved: dict[str, str]) -> Any:
    """Return an estimator of the class `cls` without attributes, as a pickle begins.

    Warn first if it is of other versions: the rest of the pickle may name classes that are
    no longer there. Pickles name this function, so its name and module stay.
    """
    warn_if_others(cls.__name__, saved)
    estimator: Any = cls.__new__(cls)
    vars(estimator)[VERSIONS] = saved
    return estimator


def warn_if_others(name: str, saved: dict[str, str]) -> None:
    """Warn if the estimator `name` was `saved` with other versions than those here."""
    if saved != versions():
        made_with = saved or "an unknown version of sknn"
        warn_user(
            f"This {name} was pickled with {made_with}, and loaded with {versions()}. "
            "Predictions may differ, or fail: load it with the versions it was made with, "
            "or train it again.",
            OtherVersionsWarning,
        )


class Versioned:
    """A mixin for estimators: what they are saved with, and a warning for other versions.

    Its methods go before those of scikit-learn's BaseEstimator.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return empty, (type(self), versions()), self.__getstate__()

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a file: all attributes, and the versions they are of."""
        state: dict[str, Any] = super().__getstate__()  # type: ignore[assignment]
        return {**state, VERSIONS: versions()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the state; warn if it is of other versions, unless `empty` has."""
        state = dict(state)
        saved, announced = state.pop(VERSIONS, {}), vars(self).pop(VERSIONS, None)
        if saved != announced:
            warn_if_others(type(self).__name__, saved)
        super().__setstate__(state)  # type: ignore[misc]
