"""Rounds: one call of `fit` where several workers have a share of the rows each.

    surveys ──► scales, classes ──► shares ──► rounds ──► attributes

In a round, every worker trains the network on its own share; then what they have trained is
averaged. This file knows workers only as a protocol: where they are is the business of
others. Source: S. Stich, "Local SGD converges fast and communicates little" (2019).
"""

from __future__ import annotations

from functools import reduce
from numbers import Integral
from typing import Any, Protocol

import numpy as np

from ..encoding.features import Features
from ..encoding.labels import Labels
from ..encoding.targets import Targets, check_range
from ..engine.arrays import ignore_overflow
from ..engine.cost import L2, Cost, outcome
from ..engine.data import Data
from ..engine.network import Network
from ..engine.optimizers import LBFGS
from ..engine.plan import History, TrainingState
from ..engine.stopping import Deadline, Interrupt, Stopping
from .averaging import Standing, Trained
from .blocks import Survey, warn_uneven
from .callbacks import CALLBACK_ATTRIBUTES, CallbackContexts
from .checking import AUTO_ROWS, Checked, Given, split_seed_of
from .checkpoint import Checkpoint, check_outputs, resume
from .ending import Ending
from .fit import generator, link_for
from .parts import Parts
from .progress import ProgressLine
from .publishing import Curves
from .shares import SAMPLE, Facts, Leg, Preparing, Setup, joined_samples
from .steps import resolved_max_iter
from .units import Units
from .validation_set import ValidationSet


class Workers(Protocol):
    """Who holds the rows. Whatever is returned comes in the order of the shares."""

    def survey(self, estimator: Any) -> list[Survey]:
        """Return what is known of the rows of every partition that has any."""

    def prepare(self, preparing: Preparing, size: int) -> list[Facts]:
        """Make shares of the partitions; return what is known of those with rows.

        Of each of them, `size` rows come along.
        """

    def train(self, setup: Setup, standing: Standing, leg: Leg) -> Trained:
        """Train on all shares from `standing` on; return the average.

        Raises
        ------
        KeyboardInterrupt
            If the user presses Ctrl-C meanwhile.
        """

    def evaluate(self, setup: Setup, standing: Standing) -> list[tuple[float, ...]]:
        """Return what `Setup.evaluate` does for every share with rows held out."""


class RoundsFit:
    """One call of `fit`, over rounds.

    Parameters
    ----------
    estimator : estimator
        Read only; it has `local_epochs`.
    plain : estimator
        The same for one machine, with the same parameters; its `max_iter` is resolved.
    workers : Workers
    given : dict
        X, y and metadata, for callbacks.

    Attributes
    ----------
    attributes : dict
        What is to be published.
    history : History
    shortfall : str
        Why training ended before the cost had stopped improving, or "".
    """

    def __init__(
        self, estimator: Any, plain: Any, workers: Workers, given: dict[str, Any]
    ) -> None:
        self.estimator, self.plain, self.workers = estimator, plain, workers
        self.given = given
        self.resumes = bool(estimator.warm_start and hasattr(estimator, "coefs_"))
        surveys = workers.survey(plain)
        if not surveys:
            raise ValueError(
                "X has no rows of a weight above 0 in any partition: there is nothing to "
                "learn from."
            )
        whole = reduce(Survey.merged, surveys)
        warn_uneven(surveys, whole)
        self.setup, self._found = self._set_up(whole)
        self.network, self.standing, self._rng = self._start()
        self.history = History()
        self.curves = Curves.after(vars(estimator) if self.resumes else {})
        self._plateaus = 0
        self._scores: dict[int, float] = {}  # by the epochs done
        self.attributes: dict[str, Any] = {}
        self.shortfall = ""

    # ---- before training ------------------------------------------------------------

    def _set_up(self, whole: Survey) -> tuple[Setup, list[Facts]]:
        """Return what workers train by, and what is known of their shares."""
        plain, keep_best = self.plain, self._stops_early(whole.n)
        targets = self._targets(whole)
        features = self._features(whole)
        example = whole.targets.example(targets)
        marker = ValidationSet(None, None, Data(None, example, None)) if keep_best else None
        parts = Parts.of(plain, targets, Data(None, example, None), marker)
        self._check(parts)
        dtype = self.estimator.coefs_[0].dtype if self.resumes else whole.columns.dtype
        link = link_for(plain, parts)
        if link:
            targets = whole.targets.scaled(targets, link)
            check_range(targets.scaling, dtype)
        seed = split_seed_of(self.estimator)
        fraction = self._fraction(whole.n) if keep_best else 0.0
        preparing = Preparing(plain, features, targets, dtype, fraction, seed)
        found = self.workers.prepare(preparing, SAMPLE)
        if keep_best and not any(facts.weight_out for facts in found):
            raise ValueError(
                "No partition has enough rows to hold some out: make partitions larger, "
                "or set early_stopping=False."
            )
        plain.max_iter = resolved_max_iter(plain, max(facts.n for facts in found))
        checked = self._checked(preparing, joined_samples(found), marker)
        n = sum(facts.n for facts in found)
        mean_weight = sum(facts.weight for facts in found) / n
        return Setup(checked, plain, parts, features, targets, mean_weight), found

    def _checked(
        self, preparing: Preparing, sample: Data, marker: ValidationSet | None
    ) -> Checked:
        """Return what stands for the input; `marker` says that rows are held out."""
        keep_best = marker is not None
        return Checked(
            X=None,
            y=None,
            given=Given(),
            features=preparing.features,
            targets=preparing.targets,
            data=sample,
            validation_set=marker,
            keep_best=keep_best,
            resumes=self.resumes,
            split_seed=preparing.seed if keep_best else None,
        )

    def _stops_early(self, n: int) -> bool:
        """Return whether to hold rows out, of `n`, and end with the best network."""
        wanted = self.plain.early_stopping
        return n > AUTO_ROWS if wanted == "auto" else bool(wanted)

    def _fraction(self, n: int) -> float:
        """Return the share of the `n` rows to hold out."""
        wanted = self.plain.validation_fraction
        return min(0.9, float(wanted) / (n if isinstance(wanted, Integral) else 1))

    def _targets(self, whole: Survey) -> Targets:
        """Return the targets of all rows, not yet scaled."""
        targets: Any = whole.targets.targets(getattr(self.plain, "class_weight", None))
        if self.resumes and isinstance(targets, Labels):
            self.estimator._targets._check_same(targets.classes)
        return targets

    def _features(self, whole: Survey) -> Features:
        """Return the features of all rows; a fitted network keeps its encoder."""
        past: Features | None = self.estimator._features if self.resumes else None
        if past is None or past.encoder is None:
            return whole.columns.features(self.plain)
        return past

    def _check(self, parts: Parts) -> None:
        """Raise a ValueError if the parts cannot be trained in rounds."""
        if isinstance(parts.solver, LBFGS):
            raise ValueError(
                f"solver={self.plain.solver!r} needs all rows at once, but a worker has "
                "only a share: use solver='adam'."
            )
        if self.resumes:
            check_outputs(parts.n_outputs, self.estimator)

    def _start(self) -> tuple[Network, Standing, np.random.Generator]:
        """Return the network with its initial or fitted weights, and where it stands."""
        setup, rng = self.setup, generator(self.estimator.random_state)
        network = setup.network()
        if not self.resumes:
            network.draw(setup.parts.initializers, setup.checked.data, rng)
            return network, Standing(network.params.flat.copy(), [], 0.0), rng
        state = resume(network, setup.parts.solver, self.estimator, self._units)
        state = state or TrainingState(rng)
        vectors, step = [], 0.0
        if state.optimizer is not None:
            vectors, step = state.optimizer.vectors, float(state.optimizer.step)
        return network, Standing(network.params.flat.copy(), vectors, step), state.rng

    @property
    def _units(self) -> Units:
        """The units that the network is trained in."""
        return Units(self.setup.targets.scaling, self.setup.features.scaling)

    # ---- training -------------------------------------------------------------------

    def run(self, interrupt: Interrupt) -> None:
        """Train round by round; note what is to be published.

        After Ctrl-C, which sets `interrupt`, that is the network of the last whole round.
        """
        estimator, history = self.estimator, self.history
        epochs = 1 if self.setup.targets.one_class else self.plain.max_iter
        stopping = Stopping(
            float(estimator.tol),
            estimator.n_iter_no_change / estimator.local_epochs,  # rounds
            self.setup.checked.keep_best,
        )
        progress = ProgressLine(epochs, self.curves.n_iter) if estimator.verbose else None
        callbacks = self._contexts(-(-epochs // estimator.local_epochs))
        try:
            self._rounds(epochs, stopping, progress, callbacks)
        except KeyboardInterrupt:
            if not history.costs:  # nothing has been trained
                raise
            history.interrupted = True
        finally:
            if progress is not None:
                progress.close()
        history.interrupted = history.interrupted or interrupt.pressed
        self._finish(stopping, callbacks)

    def _rounds(
        self,
        epochs: int,
        stopping: Stopping,
        progress: ProgressLine | None,
        callbacks: CallbackContexts | None,
    ) -> None:
        """Train round by round, until the epochs are done or training is to end."""
        history, done = self.history, 0
        seed, deadline = int(self._rng.integers(2**63)), Deadline(self.estimator.max_time)
        while done < epochs:
            count = min(self.estimator.local_epochs, epochs - done)
            if callbacks is not None:
                callbacks.begin_epoch()
            leg = Leg(done, count, self._plateaus, (seed, done))
            trained = self.workers.train(self.setup, self.standing, leg)
            score = self._after(trained, progress)
            done += count
            if stopping.plateau(score, self.curves.n_iter, self.standing.params):
                self._plateaus += 1
                history.converged = not self.setup.parts.schedule.goes_on(self._plateaus)
            history.stopped = callbacks is not None and callbacks.end_epoch()
            history.out_of_time = deadline.passed()
            if history.converged or history.stopped or history.out_of_time:
                break

    def _after(self, trained: Trained, progress: ProgressLine | None) -> float:
        """Take over what a round has trained; return the score that decides."""
        setup, curves = self.setup, self.curves
        before, self.standing = self.standing, trained.standing
        score = decisive = None
        if setup.checked.keep_best:
            try:
                loss, score, decisive = self._score()
            except KeyboardInterrupt:
                self.standing = before
                raise
            curves.validation_losses.append(loss)
            curves.scores.append(score)
            self._scores[curves.n_iter + len(trained.costs)] = score
        for costs, rate in zip(trained.costs, trained.rates, strict=True):
            curves.n_iter += 1
            loss = setup.targets.scaling.loss(costs, setup.parts.loss.degree)
            curves.losses.append(loss)
            curves.rates.append(rate)
            self.history.costs.append(costs)
            if progress is not None:
                progress.show(loss, score, rate)
        self.network.params.flat[...] = self.standing.params
        return -float(trained.costs[-1].sum()) if decisive is None else decisive

    def _score(self) -> tuple[float, ...]:
        """Return loss, score and the score that decides, on all rows held out."""
        found = self.workers.evaluate(self.setup, self.standing)
        weights = [facts.weight_out for facts in self._found if facts.weight_out]
        return tuple(np.average(np.array(found), axis=0, weights=weights).tolist())

    def _contexts(self, rounds: int) -> CallbackContexts | None:
        """Return the contexts for scikit-learn's callbacks, if there are any to call."""
        if not any(hasattr(self.estimator, name) for name in CALLBACK_ATTRIBUTES):
            return None
        publisher = self.setup.publisher(self.network)
        return CallbackContexts(
            self.estimator,
            "fit",
            rounds,
            self.given,
            lambda: publisher.attributes(self.curves),
        )

    # ---- after training -------------------------------------------------------------

    def _finish(self, stopping: Stopping, callbacks: CallbackContexts | None) -> None:
        """Note what is to be published, and what the user should know."""
        setup, network, curves = self.setup, self.network, self.curves
        if stopping.best_params is not None:
            network.params.flat[...] = stopping.best_params
        self.attributes = setup.publisher(network).attributes(curves)
        if stopping.best_params is not None:
            best = stopping.best_epoch
            self.attributes |= {
                "best_iter_": best,
                "best_score_": self._scores[best],
                "loss_": curves.losses[best - 1],
            }
        self.attributes["_checkpoint"] = self._checkpoint()
        ending = self._ending()
        self.attributes["_ended"], self.shortfall = ending.reason(), ending.shortfall()
        if callbacks is not None:
            callbacks.end(self.attributes)

    def _checkpoint(self) -> Checkpoint:
        """Return where training has stopped."""
        params = self.network.params
        optimizer = self.standing.optimizer_state(params)
        return Checkpoint(
            state=TrainingState(self._rng, optimizer, self._plateaus),
            solver=self.setup.parts.solver,
            units=self._units,
            params=params.flat.copy(),
            split_seed=self.setup.checked.split_seed,
        )

    def _ending(self) -> Ending:
        """Return how training ended, by a sample of the rows."""
        setup, network = self.setup, self.network
        data = setup.checked.data
        cost = Cost(network, setup.parts.loss, L2(float(self.plain.alpha)))
        with ignore_overflow():
            self.history.outcome, self.history.constant = outcome(cost, data)
        return Ending(
            estimator=self.plain,
            parts=setup.parts,
            network=network,
            data=data,
            history=self.history,
            max_iter=self.plain.max_iter,
            n_steps=round(self.standing.step),
            incremental=False,
            one_class=setup.targets.one_class,
        )
