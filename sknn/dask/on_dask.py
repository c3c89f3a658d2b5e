"""What both estimators share: fit in rounds, lazy predictions, no client in pickles."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from numbers import Integral
from typing import Any, ClassVar, Self

import dask
import dask.array as da
import numpy as np
from distributed import Client, default_client
from sklearn.base import _clone_parametrized
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import _num_samples, check_is_fitted

from ..base import BaseFFNN, deferred_sigint
from ..engine.arrays import Array
from ..fitting.blocks import Block
from ..fitting.callbacks import with_callbacks
from ..fitting.calls import available_if, named
from ..fitting.hints import check_parameters
from ..fitting.rounds import RoundsFit
from ..warning import warn_user
from .partitions import blocks_of, partitions
from .workers import DaskWorkers

OWN = ("client", "local_epochs")  # parameters that one machine does not have
CONSTRAINTS: dict[str, list[Any]] = {
    "client": [Client, None],
    "local_epochs": [Interval(Integral, 1, None, closed="left")],
}


def extended(plain: type) -> Callable[[Any], Any]:
    """Return a decorator that gives `__init__` the parameters of `plain` and two more."""

    def decorate(init: Any) -> Any:
        signature = inspect.signature(plain.__init__)  # type: ignore[misc]
        own = [
            inspect.signature(init).parameters[name] for name in ("client", "local_epochs")
        ]
        init.__signature__ = signature.replace(
            parameters=[*signature.parameters.values(), *own]
        )
        return init

    return decorate


def never(estimator: Any) -> bool:
    """Raise the AttributeError of a method that needs all rows in one place."""
    raise AttributeError(
        f"{type(estimator).__name__} has no partial_fit: call fit again with "
        "warm_start=True, or partial_fit of to_local()."
    )


def rows_by(model: Any, method: str, empty: Array, X: Any, *args: Any) -> Array:
    """Return the result of a method of `model` for the rows of one partition.

    `empty`, of shape (0, ...), is what is said of an X of shape (0, n_features).
    """
    return getattr(model, method)(X, *args) if _num_samples(X) else empty


def sums_of(sums: Any, model: Any, block: Block) -> Array | None:
    """Return the sums, of shape (...,), over the rows of a block; None if none counts."""
    counted = block.counted(model)
    if counted is None:
        return None
    X, y, w = counted
    return sums(model, X, y, np.ones(len(y)) if w is None else w)


class OnDask(BaseFFNN):
    """What both estimators share: fit in rounds, lazy predictions, no client in pickles."""

    _plain: ClassVar[type[BaseFFNN]]
    client: Client | None
    local_epochs: int

    @property
    def client_(self) -> Client:
        """The client in use: `client`, or the one that was made last."""
        if self.client is not None:
            return self.client
        try:
            return default_client()
        except ValueError as error:
            raise ValueError(
                "There is no Dask client: make one, client = distributed.Client(...), and "
                f"pass it as {type(self).__name__}(client=client)."
            ) from error

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a pickle, without the client."""
        return {**super().__getstate__(), "client": None}

    def __sklearn_clone__(self) -> Self:
        bare = copy.copy(self)  # whose client would have to be copied
        made: Self = _clone_parametrized(bare)
        made.client = self.client
        return made

    @named
    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network on the partitions of X and y, where they are.

        Parameters
        ----------
        X : dask array or dask dataframe of shape (n_samples, n_features)
            Input, in partitions of rows.
        y : dask array, series or dataframe of shape (n_samples,) or (n_samples, n_outputs)
            Targets, in the same partitions.
        sample_weight : dask array or series of shape (n_samples,), default=None
            Weights, >= 0; only their ratios matter.

        Returns
        -------
        self : estimator
        """
        check_parameters(self)
        given = {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}
        blocks = blocks_of(X, y, sample_weight, self._plain.__name__)
        with deferred_sigint() as interrupt:
            workers = DaskWorkers(self.client_, blocks, interrupt)
            fit = RoundsFit(self, self._without_client(), workers, given)
            fit.run(interrupt)
            self._publish(fit.attributes)
        if fit.history.interrupted:
            raise KeyboardInterrupt
        if fit.shortfall:
            warn_user(fit.shortfall, ConvergenceWarning)
        return self

    @available_if(never)
    def partial_fit(self, X: Any, y: Any) -> Self:
        """Is not available: call `fit` with ``warm_start=True``, or that of `to_local`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Input.
        y : array of shape (n_samples,)
            Targets.

        Returns
        -------
        self : estimator
            The estimator.
        """
        raise NotImplementedError

    def _without_client(self) -> Any:
        """Return the estimator for one machine with the same parameters."""
        params = self.get_params(deep=False)
        return self._plain(**{k: v for k, v in params.items() if k not in OWN})

    def to_local(self) -> Any:
        """Return the fitted estimator for one machine: arrays in, arrays out.

        Returns
        -------
        model : FFNNClassifier or FFNNRegressor
            It can be pickled, saved, and trained on by `partial_fit`.
        """
        check_is_fitted(self)
        model = self._without_client()
        fitted = {k: v for k, v in vars(self).items() if k not in (*OWN, *vars(model))}
        model._publish(copy.deepcopy(fitted))
        return model

    def _sums(self, sums: Any, X: Any, y: Any, sample_weight: Any) -> Array:
        """Return the results of `sums` for all partitions, added up."""
        check_is_fitted(self)
        blocks = blocks_of(X, y, sample_weight, self._plain.__name__)
        model, run = dask.delayed(self.to_local()), dask.delayed(sums_of)
        client = self.client_
        found = client.gather(client.compute([run(sums, model, block) for block in blocks]))
        known = [each for each in found if each is not None]
        if not known:
            raise ValueError(
                "X has no rows of a weight above 0: there is nothing to score."
            )
        return np.sum(known, axis=0)

    def hidden_representation(self, X: Any, layer: int = -1) -> Any:
        """Return the outputs of a hidden layer, lazily.

        Parameters
        ----------
        X : dask array or dask dataframe of shape (n_samples, n_features)
            Input.
        layer : int, default=-1
            Which hidden layer, from 0; negative numbers count from the last one.

        Returns
        -------
        A : dask array of shape (n_samples, nodes of that layer)
            The activations.
        """
        check_is_fitted(self)
        nodes = len(self.intercepts_[:-1][layer])
        return self._lazily("hidden_representation", X, (nodes,), None, layer)

    def _lazily(
        self, method: str, X: Any, columns: tuple[int, ...], dtype: Any, *args: Any
    ) -> Any:
        """Return the result of a method of the local estimator for X, as a dask array.

        Its rows have the shape `columns`; its dtype is that of the network if None.
        """
        check_is_fitted(self)
        parts = partitions(X, "X", self._plain.__name__)
        dtype = self.coefs_[0].dtype if dtype is None else dtype
        model, empty = dask.delayed(self.to_local()), np.empty((0, *columns), dtype)
        lengths = X.chunks[0] if isinstance(X, da.Array) else [np.nan] * len(parts)
        run = dask.delayed(rows_by)
        pieces = [
            da.from_delayed(
                run(model, method, empty, part, *args), (n, *columns), dtype, meta=empty
            )
            for part, n in zip(parts, lengths, strict=True)
        ]
        return da.concatenate(pieces, allow_unknown_chunksizes=True)
