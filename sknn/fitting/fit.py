"""Fit: one call of `fit`, from the user's X and y to what is published.

    given ──► checked ──► parts ──► targets in their scale ──► network ──► attributes

Everything is computed on the side: the estimator is read and never written to.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.utils import check_random_state

from ..encoding.targets import Targets, check_range
from ..engine.cost import L2, Cost, DivergenceError
from ..engine.data import Data, Target
from ..engine.lbfgs import minimise
from ..engine.network import Network
from ..engine.optimizers import LBFGS
from ..engine.plan import History, Plan, TrainingState
from ..engine.stopping import Interrupt
from ..engine.training import train
from ..warning import warn_user
from .callbacks import CALLBACK_ATTRIBUTES, CallbackContexts
from .checking import Checked, Given, check
from .checkpoint import Checkpoint, check_outputs, resume, start_from
from .ending import Ending, advice
from .observing import FitObserver
from .parts import Parts
from .progress import ProgressLine
from .publishing import Curves, Publisher
from .steps import resolved_batch_size, resolved_max_iter
from .units import Units
from .unused import warn_unused

FOLDED = ("identity", "log")  # links whose scale of y the last layer can take back


class Fit:
    """One call of `fit` or `partial_fit`.

    Parameters
    ----------
    estimator : estimator
        Read only.
    checked : Checked
    parts : Parts

    Attributes
    ----------
    features : Features
    targets : Targets
        Both with the scale of the rows to train on.
    units : Units
        Those scales.
    max_iter : int
        The largest number of epochs, or of iterations.
    network : Network
        With the weights that training starts from, then with the trained ones.
    state : TrainingState
    publisher : Publisher
    observer : FitObserver
    history : History
        What happened in training.
    attributes : dict
        What is to be published.
    shortfall : str
        Why training ended before the cost had stopped improving; "" if it had.
    """

    def __init__(self, estimator: Any, checked: Checked, parts: Parts) -> None:
        self.estimator = estimator
        self.checked = checked
        self.parts = parts
        self.targets, self._Y = self._scaled()
        goes_on = checked.given.incremental
        self.features, self._X = checked.features.scaled(checked.data, goes_on)
        if self.features.scaling is not None:
            self.features.scaling.warn_of_rounding()
        self.units = Units(self.targets.scaling, self.features.scaling)
        self.max_iter = resolved_max_iter(estimator, checked.data.n, incremental=goes_on)
        self.network, self.state = self._start()
        self.publisher = Publisher(
            estimator, checked, parts, self.features, self.targets, self.network
        )
        self.observer = self._observer()
        self.history = History()
        self.attributes: dict[str, Any] = {}
        self.shortfall = ""

    @classmethod
    def run(
        cls, estimator: Any, X: Any, y: Any, given: Given, interrupt: Interrupt
    ) -> Self:
        """Return the fit of `estimator` to X and y, after training.

        Parameters
        ----------
        estimator : estimator
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        given : Given
        interrupt : Interrupt
            Set by Ctrl-C: training ends after the batch in hand.

        Raises
        ------
        ValueError
            If input or parameters are not as they should be, or training diverges.
        """
        checked = check(estimator, X, y, given)
        learned = (checked.targets, checked.data, checked.validation_set)
        parts = Parts.of(estimator, *learned, incremental=given.incremental)
        if isinstance(parts.solver, LBFGS):
            warn_unused(estimator, checked.keep_best)
        if checked.resumes:
            check_outputs(parts.n_outputs, estimator)
        fit = cls(estimator, checked, parts)
        fit._run(interrupt)
        return fit

    # ---- before training ------------------------------------------------------------

    def _scaled(self) -> tuple[Targets, Target]:
        """Return the targets with their scale, and Y as the network learns it."""
        targets, data = self.checked.targets, self.checked.data
        link = link_for(self.estimator, self.parts)
        targets, Y = targets.scaled(link, data)
        if link:
            check_range(targets.scaling, data.X.dtype)
        return targets, Y

    def _start(self) -> tuple[Network, TrainingState]:
        """Return the network with its initial or fitted weights, and where it stands."""
        parts, given, X = self.parts, self.checked.given, self.checked.data.X
        initial = {
            "coefs": given.coefs_init,
            "intercepts": given.intercepts_init,
            "activation_coefs": given.activation_coefs_init,
        }
        is_given = any(arrays is not None for arrays in initial.values())
        if self.checked.resumes and is_given:
            raise ValueError(
                "coefs_init, intercepts_init and activation_coefs_init are for a new "
                "network, but warm_start=True continues from the fitted one: set "
                "warm_start=False."
            )
        widths = (X.shape[1], *parts.widths, parts.n_outputs)
        form = (widths, parts.activations, parts.dropout, X.dtype.type)
        network = Network(*form, self.estimator.input_scale)
        if self.checked.resumes:
            state = resume(network, parts.solver, self.estimator, self.units)
            state = state or TrainingState(generator(self.estimator.random_state))
            if not given.incremental:
                state.plateaus = 0  # those of an earlier fit say nothing about this one
            return network, state
        rng = generator(self.estimator.random_state)
        network.draw(parts.initializers, self._data, rng)
        if is_given:
            start_from(network, self.units, initial)
        return network, TrainingState(rng)

    @property
    def _data(self) -> Data:
        """The examples as the network learns them."""
        return self.checked.data._replace(X=self._X, Y=self._Y)

    def _observer(self) -> FitObserver:
        """Return what looks on after every epoch: curves, progress, callbacks."""
        estimator, given = self.estimator, self.checked.given
        curves = Curves.after(vars(estimator) if self.checked.resumes else {})
        observer = FitObserver(self.publisher, curves, follower=given.follower)
        if estimator.verbose:
            epochs = 1 if given.incremental else self.max_iter
            observer.progress = ProgressLine(epochs, curves.n_iter)
        if any(hasattr(estimator, name) for name in CALLBACK_ATTRIBUTES):
            observer.callbacks = self._contexts(curves)
            observer.on_epoch_begin = observer.callbacks.begin_epoch
        return observer

    def _contexts(self, curves: Curves) -> CallbackContexts:
        """Return the contexts for callbacks; in `partial_fit` a root alone."""
        checked = self.checked
        incremental, weights = checked.given.incremental, checked.given.sample_weight
        metadata = None if weights is None else {"sample_weight": weights}
        return CallbackContexts(
            self.estimator,
            "partial_fit" if incremental else "fit",
            0 if incremental else self.max_iter,
            {"X": checked.X, "y": checked.y, "metadata": metadata},
            lambda: self.publisher.attributes(curves),
        )

    def _plan(self, interrupt: Interrupt) -> Plan:
        """Return how to train."""
        estimator, checked = self.estimator, self.checked
        incremental, keep_best = checked.given.incremental, checked.keep_best
        n = checked.data.n
        size = resolved_batch_size(estimator.batch_size, n, incremental=incremental)
        self._warn_plan(size)
        start_score = None
        if keep_best and checked.resumes and checked.validation_set:
            _, score, decisive = self.observer.evaluate_published(
                vars(estimator), checked.validation_set
            )
            self.observer.curves.start_score = score
            start_score = None if incremental else decisive
        return Plan(
            batch_size=min(size, n),
            shuffle=estimator.shuffle,
            learning_rate=float(estimator.learning_rate),
            schedule=self.parts.schedule,
            dropout_schedule=self.parts.dropout_schedule,
            epochs=1 if incremental or self.targets.one_class else self.max_iter,
            epochs_before=self.observer.curves.n_iter if incremental else 0,
            schedule_epochs=self.max_iter,
            tol=float(estimator.tol),
            n_iter_no_change=estimator.n_iter_no_change,
            keep_best=keep_best and not incremental,
            clip_norm=estimator.clip_norm,
            max_time=estimator.max_time,
            start_score=start_score,
            interrupt=interrupt,
        )

    def _warn_plan(self, size: int) -> None:
        """Warn about a plan that cannot be what the user has in mind."""
        estimator, n = self.estimator, self.checked.data.n
        incremental = self.checked.given.incremental
        if size > n and estimator.batch_size != "auto" and not incremental:
            warn_user(
                f"batch_size={size} is larger than the {n} rows to train on: all of "
                "them are one batch."
            )
        is_over = self.observer.curves.n_iter >= self.max_iter
        if incremental and is_over and self.parts.schedule.ends:
            warn_user(
                f"The network has had {self.observer.curves.n_iter} epochs already: in "
                f"partial_fit learning_rate_schedule={estimator.learning_rate_schedule!r} "
                f"is at its end after max_iter={self.max_iter}. Raise max_iter, or "
                "use a schedule without an end."
            )

    # ---- train and publish ----------------------------------------------------------

    def _run(self, interrupt: Interrupt) -> None:
        """Train the network; note what is to be published."""
        observer = self.observer
        if interrupt.pressed:  # before anything was trained
            raise KeyboardInterrupt
        try:
            self.history = self._train(self._plan(interrupt))
        finally:  # also where training fails: the message comes next
            if observer.progress is not None:
                observer.progress.close()
        if self.history.interrupted:
            observer.close_interrupted(self.history)
        keeps = self.checked.given.incremental or self.estimator.warm_start
        checkpoint = self._checkpoint() if keeps else None
        self.attributes = self.publisher.final(observer.curves, self.history, checkpoint)
        ending = self._ending()
        self.attributes["_ended"], self.shortfall = ending.reason(), ending.shortfall()
        if observer.callbacks is not None:
            observer.callbacks.end(self.attributes)

    def _train(self, plan: Plan) -> History:
        """Train the network in place."""
        data, solver = self._data, self.parts.solver
        cost = Cost(self.network, self.parts.loss, L2(float(self.estimator.alpha)))
        try:
            if isinstance(solver, LBFGS):
                return minimise(cost, data, solver, plan, self.observer)
            return train(cost, data, solver, plan, self.state, self.observer)
        except DivergenceError as error:
            raise ValueError(f"{error} {advice(self._X)}".rstrip()) from None

    def _ending(self) -> Ending:
        """Return how training ended."""
        optimizer = self.state.optimizer
        return Ending(
            estimator=self.estimator,
            parts=self.parts,
            network=self.network,
            data=self._data,
            history=self.history,
            max_iter=self.max_iter,
            n_steps=0 if optimizer is None else optimizer.step,
            incremental=self.checked.given.incremental,
            one_class=self.targets.one_class,
        )

    def _checkpoint(self) -> Checkpoint:
        """Return where training has stopped."""
        past = getattr(self.estimator, "_checkpoint", None)
        seed = self.checked.split_seed
        if seed is None and past is not None and self.checked.resumes:
            seed = past.split_seed
        return Checkpoint(
            state=self.state,
            solver=self.parts.solver,
            units=self.units,
            params=self.network.params.flat.copy(),
            split_seed=seed,
        )


def link_for(estimator: Any, parts: Parts) -> str:
    """Return by which link the targets are scaled, "" for not at all."""
    # A classifier has no such parameter.
    link = parts.activations[-1].link if getattr(estimator, "scale_target", False) else ""
    return link if link in FOLDED else ""


def generator(random_state: Any) -> np.random.Generator:
    """Return a new source of randomness, seeded from scikit-learn's `random_state`."""
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    return np.random.default_rng(seed)
