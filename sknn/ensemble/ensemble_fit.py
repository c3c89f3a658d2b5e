"""EnsembleFit: one call of `fit`, from a table and y to what is published.

    X, y ──► encoded, dealt out ──► members ──► choice ──► correction ──► attributes

Everything is computed on the side: the estimator is read and never written to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any, NamedTuple

import numpy as np
from joblib import effective_n_jobs
from joblib.parallel import get_active_backend
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length, has_fit_parameter

from ..encoding.checked import check_target
from ..encoding.labels import Labels
from ..encoding.targets import Targets
from ..engine.arrays import Array, Input
from ..engine.compiled_steps import can_compile_steps
from ..engine.data import Data
from ..engine.stopping import Interrupt
from ..engine.threads import one_blas_thread
from ..fitting.callbacks import CALLBACK_ATTRIBUTES, MemberContexts
from ..fitting.progress import ProgressLine
from ..fitting.steps import resolved_max_iter
from ..fitting.weights import weighted
from .folds import Folds
from .held_out import HeldOut
from .matrix import dense_if_faster, matrix
from .member import Member, SharedProgress
from .probabilities import Probabilities
from .recipe import rows_of_batch
from .values import Values


class Weighing(NamedTuple):
    """What the weights of the rows depend on, in place of an estimator."""

    class_weight: Any


class EnsembleFit:
    """One call of `fit` of an ensemble.

    Parameters
    ----------
    estimator : TabularClassifier or TabularRegressor
        Read only.
    X : table of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    sample_weight : array-like of shape (n_samples,) or None

    Attributes
    ----------
    members : list of Member
    shortfall : str
        Why training of a member ended before its cost had stopped improving, or "".
    """

    def __init__(self, estimator: Any, X: Any, y: Any, sample_weight: Any) -> None:
        self._start = time.monotonic()
        self.estimator = estimator
        self._given = {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}
        random = check_random_state(estimator.random_state)
        seeds = random.randint(np.iinfo(np.int32).max, size=1 + estimator.n_members)
        self._template = estimator._member_template()
        self.y = check_target(estimator, y)
        check_consistent_length(X, self.y)
        self._sample_w, self.targets, self.data = self._checked(X, sample_weight)
        counts = np.ones(len(self.y), bool) if self.w is None else self.w > 0
        strata = self.targets.strata(self.data.Y)
        folds = Folds.deal(counts, strata, np.random.default_rng(seeds[0]))
        self._threads = min(self._n_jobs(), estimator.n_members)
        self.members = self._dealt(folds, seeds[1:].tolist())
        self.shortfall = ""

    # ---- before training ------------------------------------------------------------

    def _checked(self, X: Any, sample_weight: Any) -> tuple[Array | None, Targets, Data]:
        """Return the sample weights, the targets, and the encoded data.

        The weights in the data, (n, 1), are multiplied by those of the classes.
        """
        estimator = self.estimator
        kind = estimator._targets_type
        targets, Y = kind.fit_transform(self.y, None, None, incremental=False)
        given = "sample_weight", sample_weight
        _, sample_w = weighted(Weighing(None), targets, Y, *given)
        weighing = Weighing(estimator._class_weight())
        targets, w = weighted(weighing, targets, Y, *given)
        self.encoder = clone(estimator._table_encoder(dense=not sparse.issparse(X)))
        encoded = self._encoded(X, sample_w)
        return sample_w, targets, Data(encoded, Y, w)

    def _encoded(self, X: Any, w: Array | None) -> Input:
        """Return X as numbers, (n, n_columns), by the encoder, which is fitted to it."""
        params = {}
        if w is not None and has_fit_parameter(self.encoder, "sample_weight"):
            params["sample_weight"] = w[:, 0]
        encoded = matrix(self.encoder.fit_transform(X, self.y, **params))
        # Who gives or asks for sparse matrices may have to save memory.
        stays = sparse.issparse(X) or getattr(self.encoder, "sparse_output", None) is True
        return encoded if stays else dense_if_faster(encoded)

    @property
    def w(self) -> Array | None:
        """The weights of the rows, (n,), those of the classes included, or None."""
        return None if self.data.w is None else self.data.w[:, 0]

    def _dealt(self, folds: Folds, seeds: list[int]) -> list[Member]:
        """Return the members before training, each with a seed of its own."""
        members = []
        for number, seed in enumerate(seeds):
            rows, out = folds.split(number)
            network = clone(self._template).set_params(random_state=seed)
            if network.batch_size == "auto":
                network.batch_size = rows_of_batch(len(rows))
            network.max_iter = resolved_max_iter(network, len(rows))
            members.append(Member(network, rows, out))
        if self.estimator.verbose:
            epochs = sum(member.network.max_iter for member in members)
            progress = SharedProgress(ProgressLine(epochs, 0))
            for member in members:
                member.progress = progress
        return members

    def _n_jobs(self) -> int:
        """Return how many members to train at a time.

        By default as many as there are processors, where threads do not wait for each
        other: in compiled steps, and outside of other parallel work.
        """
        X = self.data.X
        compiled = can_compile_steps() and isinstance(X, np.ndarray) and X.itemsize == 4
        backend, n_jobs = get_active_backend()
        alone = n_jobs is None and not backend.nesting_level and not self._is_watched
        if self.estimator.n_jobs is None and compiled and alone:
            return int(effective_n_jobs(-1))
        return int(effective_n_jobs(self.estimator.n_jobs))

    @property
    def _is_watched(self) -> bool:
        """Whether the user's callbacks watch the members."""
        return any(hasattr(self.estimator, name) for name in CALLBACK_ATTRIBUTES)

    # ---- training -------------------------------------------------------------------

    def run(self, interrupt: Interrupt) -> dict[str, Any]:
        """Train the members; return the attributes to publish.

        Raises
        ------
        KeyboardInterrupt
            If Ctrl-C came before any member was trained.
        """
        contexts = None
        if self._is_watched:
            contexts = MemberContexts(self.estimator, len(self.members), self._given)
        with one_blas_thread():
            self._train(contexts, interrupt)
            trained = [member for member in self.members if member.is_complete]
            trained = trained or [member for member in self.members if member.fit]
            if not trained:
                raise KeyboardInterrupt
            attributes = self._attributes(trained)
        if contexts is not None:
            contexts.end(attributes)
        fits = [member.fit for member in trained if member.fit is not None]
        self.shortfall = next((fit.shortfall for fit in fits if fit.shortfall), "")
        return attributes

    def _train(self, contexts: MemberContexts | None, interrupt: Interrupt) -> None:
        """Train the members, as many at a time as there are threads."""

        def train(number: int) -> None:
            member = self.members[number]
            self._limit_time(number, member)
            context = contexts.member(number, member.network) if contexts else nullcontext()
            with context:
                member.train(self.data, self.y, interrupt)
            if not member.is_complete:  # Ctrl-C ends all of them
                interrupt.pressed = True

        try:
            self._run_all(train, interrupt)
        finally:
            progress = self.members[0].progress
            if progress is not None:
                progress.line.close()

    def _run_all(self, train: Callable[[int], None], interrupt: Interrupt) -> None:
        """Call `train` with the number of every member, in threads if there are several."""
        numbers = range(len(self.members))
        if self._threads == 1:
            for number in numbers:
                train(number)
            return
        with ThreadPoolExecutor(self._threads) as pool:
            try:
                list(pool.map(train, numbers))
            except KeyboardInterrupt:  # from a handler of the user's own
                interrupt.pressed = True
                raise

    def _limit_time(self, number: int, member: Member) -> None:
        """Give the member its share of the time that is left."""
        if self.estimator.max_time is None:
            return
        rounds = -(-len(self.members) // self._threads) - number // self._threads
        left = self.estimator.max_time - (time.monotonic() - self._start)
        share = max(left / rounds, 1e-9)
        own = member.network.max_time
        member.network.max_time = share if own is None else min(own, share)

    # ---- after training -------------------------------------------------------------

    def _attributes(self, trained: list[Member]) -> dict[str, Any]:
        """Return the fitted attributes of the members that were trained."""
        data, networks = self.data, [member.at_ends() for member in trained]
        last = networks[0][-1]
        votes: Any = Values(last._loss, last._targets.scaling)
        if isinstance(self.targets, Labels):
            votes = Probabilities(self.targets)
        held_out = HeldOut.of(votes, trained, networks, data)
        ends = held_out.choose(votes)
        votes = held_out.calibrated(votes, ends, len(trained))
        prediction = held_out.published(votes, ends, len(self.y))
        fits = [member.fit for member in trained if member.fit is not None]
        names = ("n_features_in_", "feature_names_in_")
        columns = {n: getattr(self.encoder, n) for n in names if hasattr(self.encoder, n)}
        return {
            **columns,
            **votes.attributes,
            "encoder_": self.encoder,
            "members_": [[at_ends[end] for end in ends] for at_ends in networks],
            "cycle_ends_": tuple(end + 1 for end in ends),
            "loss_curves_": [fit.attributes["loss_curve_"] for fit in fits],
            "n_outputs_": last.n_outputs_,
            "oof_prediction_": prediction,
            "_scores": held_out.scores(votes, prediction, data, self._sample_w),
            "_votes": votes,
        }
