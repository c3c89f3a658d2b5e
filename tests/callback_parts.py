"""Callbacks for the tests, in a module of its own so that worker processes find them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Seen:
    """One call of a hook: which, for what task, and what it was handed."""

    hook: str
    task: str
    number: int
    given: dict[str, Any] = field(repr=False)


class Recording:
    """Keeps everything that it is handed."""

    def __init__(self):
        self.seen = []

    def _record(self, hook, context, **given):
        self.seen.append(Seen(hook, context.task_name, context.task_id, given))

    def setup(self, estimator, context):
        self._record("setup", context)

    def on_fit_task_begin(
        self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None
    ):
        given = {"X": X, "y": y, "metadata": metadata, "fitted": fitted_estimator}
        self._record("begin", context, **given)

    def on_fit_task_end(
        self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None
    ):
        given = {"X": X, "y": y, "metadata": metadata, "fitted": fitted_estimator}
        self._record("end", context, **given)

    def teardown(self, estimator, context):
        self._record("teardown", context)

    def named(self, hook, task):
        """Return the calls of `hook` for tasks with the name `task`."""
        return [seen for seen in self.seen if (seen.hook, seen.task) == (hook, task)]


class Counting:
    """Counts epochs; in nobody's way."""

    def __init__(self):
        self.epochs = 0

    def setup(self, estimator, context):
        """Do nothing."""

    def on_fit_task_begin(self, estimator, context):
        """Do nothing."""

    def on_fit_task_end(self, estimator, context):
        self.epochs += context.task_name == "epoch"

    def teardown(self, estimator, context):
        """Do nothing."""


class StopAfter(Counting):
    """Ends training after so many epochs."""

    def __init__(self, epochs):
        super().__init__()
        self.last = epochs

    def on_fit_task_end(self, estimator, context):
        super().on_fit_task_end(estimator, context)
        return context.task_name == "epoch" and context.task_id + 1 >= self.last


class Raising(Counting):
    """Raises from one of its methods."""

    def __init__(self, where, task):
        super().__init__()
        self.where = where
        self.task = task

    def _raise(self, where, context):
        if (where, context.task_name) == (self.where, self.task):
            raise RuntimeError(f"broken in {where} of {context.task_name}")

    def setup(self, estimator, context):
        self._raise("setup", context)

    def on_fit_task_begin(self, estimator, context):
        self._raise("begin", context)

    def on_fit_task_end(self, estimator, context):
        self._raise("end", context)


class Meddling(Counting):
    """Writes to the weights that it is handed."""

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        super().on_fit_task_end(estimator, context)
        for array in (*fitted_estimator.coefs_, *fitted_estimator.intercepts_):
            array[...] = 1e6


def epochs_trained(estimator, X, y):
    """Return for how many epochs a network, or the last of a pipeline, was trained."""
    network = estimator[-1] if hasattr(estimator, "steps") else estimator
    return network.n_iter_


def second_is_best(estimator, X, y):
    """Return a score that is highest after two epochs."""
    return -abs(estimator.n_iter_ - 2)
