"""View: an estimator with other attributes, while the estimator itself stays as it is."""

from __future__ import annotations

from typing import Any


def view(estimator: Any, fitted: dict[str, Any]) -> Any:
    """Return an estimator with everything of `estimator`, and the attributes `fitted`."""
    other = object.__new__(type(estimator))
    vars(other).update(vars(estimator), **fitted)
    return other
