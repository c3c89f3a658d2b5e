"""Calls: errors for methods that are called with wrong arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from inspect import signature
from typing import Any, Self, TypeVar

from sklearn.utils._available_if import _AvailableIfDescriptor

from .hints import too_many_arguments, unknown_parameters, wrong_call

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


class NamedParameters:
    """An estimator that is not made with arguments that it does not have."""

    def __new__(cls, *args: Any, **params: Any) -> Self:
        """Make an estimator; raise a TypeError that helps if an argument is wrong."""
        message = f"{too_many_arguments(cls, args)} {cls._unknown(params)}".strip()
        if message:
            raise TypeError(message)
        return super().__new__(cls)

    @classmethod
    def _unknown(cls, names: Collection[str]) -> str:
        """Return the message about unknown parameters, "" if all are known."""
        return unknown_parameters(cls.__name__, names, cls._get_param_names())  # type: ignore[attr-defined]


class AvailableIf(_AvailableIfDescriptor):
    """scikit-learn's `available_if`, with the reason in the message."""

    def _check(self, obj: Any, owner: Any) -> None:
        """Raise the AttributeError of the check itself."""
        self.check(obj)


def available_if(check: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """Return a decorator for methods that exist where `check` raises no AttributeError."""
    return lambda method: AvailableIf(method, check, attribute_name=method.__name__)
