"""Calls: errors for methods that are called with wrong arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from sklearn.utils._available_if import _AvailableIfDescriptor

from .hints import wrong_call

Method = TypeVar("Method", bound=Callable[..., Any])


def named(method: Method) -> Method:
    """Return `method` with errors that name the estimator and the remedy.

    Python would name the base class, and no argument that does what is meant.
    """
    expected = signature(method)

    @wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            expected.bind(self, *args, **kwargs)
        except TypeError as error:
            raise TypeError(wrong_call(self, method.__name__, expected, error)) from None
        return method(self, *args, **kwargs)

    return call  # type: ignore[return-value]


class AvailableIf(_AvailableIfDescriptor):
    """scikit-learn's `available_if`, with the reason in the message."""

    def _check(self, obj: Any, owner: Any) -> None:
        """Raise the AttributeError of the check itself."""
        self.check(obj)


def available_if(check: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """Return a decorator for methods that exist where `check` raises no AttributeError."""
    return lambda method: AvailableIf(method, check, attribute_name=method.__name__)
