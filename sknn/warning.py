"""Warnings that point at the line of the user who called."""

from __future__ import annotations

import sys
import warnings

# The packages whose frames lie between a user's line and a warning of ours.
BETWEEN = {"sknn", "sklearn", "joblib"}


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn with the location of the innermost caller outside sknn and scikit-learn.

    A fixed ``stacklevel`` cannot know how many decorators of scikit-learn's lie between: it
    would point into one of them, and a filter "once per location" would hide the warnings
    of all later fits.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _package(frame.f_globals) in BETWEEN:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def _package(names: dict[str, object]) -> str:
    """Return the package that a module with the global `names` belongs to."""
    return str(names.get("__name__", "")).partition(".")[0]
