"""scikit-learn's callbacks, which it calls experimental: the only file that knows them.

Where scikit-learn has none (before 1.9), the mixin is empty.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands in for scikit-learn's class of the same name."""

    def with_callbacks(method: Any) -> Any:
        """Return the method as it is."""
        return method


__all__ = [
    "CALLBACK_ATTRIBUTES",
    "CallbackContexts",
    "CallbackSupportMixin",
    "MemberContexts",
    "with_callbacks",
]

# An estimator has one of them if there are callbacks to call.
CALLBACK_ATTRIBUTES = ("_skl_callbacks", "_parent_callback_ctx")


class CallbackContexts:
    """The contexts of one call of `fit` as callbacks see them: a root, and one per epoch.

    Parameters
    ----------
    estimator : estimator
    name : str
        "fit" or "partial_fit".
    max_epochs : int
        How many epochs there may be; 0 for a root alone.
    data : dict
        X, y and metadata for the callbacks: as the user gave them, names included.
    attributes : callable
        Returns copies of the attributes that make the estimator a fitted one.
    """

    def __init__(
        self,
        estimator: Any,
        name: str,
        max_epochs: int,
        data: dict[str, Any],
        attributes: Callable[[], dict[str, Any]],
    ) -> None:
        self._epoch: Any = None
        self._has_epochs = max_epochs > 0
        self._given = {"estimator": estimator, **data}
        self._attributes = attributes
        self._root = estimator._init_callback_context(
            task_name=name, max_subtasks=max_epochs
        )
        self._root.call_on_fit_task_begin(**self._given)

    def begin_epoch(self) -> None:
        """Call the callbacks: an epoch begins."""
        if self._has_epochs:
            self._epoch = self._root.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(
                **self._given, reconstruction_attributes=self._attributes
            )

    def end_epoch(self) -> bool:
        """Call the callbacks: the epoch ended; return whether one wants to stop."""
        if self._epoch is None:
            return False
        return bool(
            self._epoch.call_on_fit_task_end(
                **self._given, reconstruction_attributes=self._attributes
            )
        )

    def end(self, fitted: dict[str, Any]) -> None:
        """Call the callbacks: training is over, with the attributes `fitted`."""
        self._root.call_on_fit_task_end(
            **self._given, reconstruction_attributes=lambda: copy.deepcopy(fitted)
        )


class MemberContexts:
    """The contexts of a fit of several networks: a root, and one per network.

    Parameters
    ----------
    estimator : estimator
    n_members : int
    data : dict
        X, y and metadata for the callbacks: as the user gave them.
    """

    def __init__(self, estimator: Any, n_members: int, data: dict[str, Any]) -> None:
        self._given = {"estimator": estimator, **data}
        self._root = estimator._init_callback_context(
            task_name="fit", max_subtasks=n_members, sequential_subtasks=False
        )
        self._root.call_on_fit_task_begin(**self._given)

    @contextmanager
    def member(self, number: int, network: Any) -> Iterator[None]:
        """Pass the callbacks on to `network`, which is trained within the context."""
        context = self._root.subcontext(task_name="member", task_id=number)
        with context.propagate_callback_context(network):
            context.call_on_fit_task_begin(**self._given)
            yield
            context.call_on_fit_task_end(**self._given)

    def end(self, fitted: dict[str, Any]) -> None:
        """Call the callbacks: training is over, with the attributes `fitted`."""
        self._root.call_on_fit_task_end(
            **self._given, reconstruction_attributes=lambda: copy.deepcopy(fitted)
        )
