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
    "AfterEpoch",
    "CallbackContexts",
    "CallbackSupportMixin",
    "MemberContexts",
    "with_callbacks",
]

# An estimator has one of them if there are callbacks to call.
CALLBACK_ATTRIBUTES = ("_skl_callbacks", "_parent_callback_ctx")
# What scikit-learn's copies of an estimator have from the fit that is under way.
COPIED = (*CALLBACK_ATTRIBUTES, "_callback_fit_ctx", "_skl_callbacks_to_teardown")


class AfterEpoch:
    """Call a function after every epoch, with the network so far: to log, prune or stop.

    A callback for ``set_callbacks``, which needs scikit-learn 1.9. Set it on the outermost
    estimator, a Pipeline or a search. A tabular estimator calls it for each of its members.

    Parameters
    ----------
    function : callable
        ``function(network)`` gets a fitted copy of the network as it is: it predicts, and
        has `loss_curve_`, `validation_scores_` (with a validation set) and `n_iter_`, the
        number of the epoch. If it returns True, training ends after this epoch; if it
        raises, `fit` raises, and the estimator stays as it was. Where several processes
        train, it must be picklable.

    See Also
    --------
    FFNNClassifier : Has `early_stopping`, which needs no callback.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import AfterEpoch, FFNNRegressor
    >>> X = np.linspace(0, 1, 50).reshape(-1, 1)
    >>> def stop(network):
    ...     return network.loss_curve_[-1] < 0.01
    >>> model = FFNNRegressor(random_state=0)
    >>> if hasattr(model, "set_callbacks"):
    ...     model = model.set_callbacks(AfterEpoch(stop)).fit(X, X[:, 0])
    """

    # scikit-learn passes the callback on to the network, however deep it is.
    max_propagation_depth = None

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.function!r})"

    def setup(self, estimator: Any, context: Any) -> None:
        """Do nothing before `fit`, whose `estimator` and `context` are given.

        Parameters
        ----------
        estimator : estimator
        context : CallbackContext
        """

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Do nothing before a task of `fit`.

        Parameters
        ----------
        estimator : estimator
        context : CallbackContext
        """

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> bool:
        """Call the function if the task is an epoch; return whether to stop.

        Parameters
        ----------
        estimator : estimator
        context : CallbackContext
        fitted_estimator : estimator, default=None
            The network so far.

        Returns
        -------
        stop : bool
        """
        if context.task_name != "epoch" or fitted_estimator is None:
            return False
        # The copy is the user's to keep: a file of it must not hold the function.
        for name in COPIED:
            vars(fitted_estimator).pop(name, None)
        return bool(self.function(fitted_estimator))

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing after `fit`.

        Parameters
        ----------
        estimator : estimator
        context : CallbackContext
        """


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
