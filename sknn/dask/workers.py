"""Workers: those of a Dask cluster, who hold the rows and train on them.

Dask moves what has to move, and computes again what is lost with a worker. Results are
averaged on the workers, a few at a time, and one network comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distributed import Client, Future, futures_of, wait
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from ..encoding.survey import SAMPLE as MEDIAN_ROWS
from ..engine.stopping import Interrupt
from ..fitting.averaging import Standing, Trained, averaged
from ..fitting.blocks import Survey, survey
from ..fitting.shares import Facts, Leg, Preparing, Setup, Share, facts
from ..warning import warn_user

ARITY = 8  # networks that one task averages
TRIES = 4  # of a round in which every copy of the network was lost
PATIENCE = 0.5  # seconds between looks for Ctrl-C
LOST = (FutureCancelledError, KilledWorker)


class DaskWorkers:
    """The workers of a Dask cluster, who hold the rows: see `rounds.Workers`.

    Partitions that were computed before stay where they are. All others are dealt out
    evenly, in their order, so that equal clusters train equal networks.

    Parameters
    ----------
    client : Client
    blocks : list of Delayed
        One per partition.
    interrupt : Interrupt
        Set by Ctrl-C: the round in hand is given up.
    """

    def __init__(self, client: Client, blocks: list[Any], interrupt: Interrupt) -> None:
        self._client, self._interrupt = client, interrupt
        self._addresses = sorted(client.nthreads())
        if not self._addresses:
            raise RuntimeError(
                "The cluster of the client has no workers: start some, or wait for them "
                "with client.wait_for_workers(1)."
            )
        self._groups = self._dealt(blocks)
        if len(blocks) < len(self._addresses):
            warn_user(
                f"X has {len(blocks)} partitions for {len(self._addresses)} workers, so "
                "some workers are idle: make more partitions, by rechunk or repartition."
            )
        self._shares: list[Future] = []
        self._scored: list[Future] = []
        self._placed: tuple[Any, Any] = (None, None)
        self._setup: tuple[Any, Any] = (None, None)

    def _dealt(self, blocks: list[Any]) -> list[list[Future]]:
        """Return the partitions of every worker."""
        held = [futures_of(block) for block in blocks]
        homes: dict[str, list[Any]] = {}
        if all(held):
            holders = self._client.who_has([futures[0] for futures in held])
            for block, futures in zip(blocks, held, strict=True):
                where = [*holders.get(futures[0].key, ())] or self._addresses
                homes.setdefault(min(where), []).append(block)
        else:
            count = min(len(self._addresses), len(blocks))
            for part, address in enumerate(self._addresses[:count]):
                first, last = part * len(blocks), (part + 1) * len(blocks)
                homes[address] = blocks[first // count : last // count]
        options = {"allow_other_workers": True}  # should the worker be lost
        return [
            self._client.compute(group, workers=[address], **options)
            for address, group in homes.items()
        ]

    def survey(self, estimator: Any) -> list[Survey]:
        """Return what is known of the rows of every partition that has any."""
        futures = [future for group in self._groups for future in group]
        size = max(10, MEDIAN_ROWS // len(futures))
        found = self._gathered(
            [self._client.submit(survey, estimator, f, size, pure=False) for f in futures]
        )
        return [each for each in found if each is not None]

    def prepare(self, preparing: Preparing, size: int) -> list[Facts]:
        """Make shares of the partitions; return what is known of those with rows."""
        client, size = self._client, size // len(self._groups) + 1
        shares = [
            client.submit(Share.of, preparing, group, pure=False) for group in self._groups
        ]
        found = self._gathered([client.submit(facts, each, size) for each in shares])
        pairs = [pair for pair in zip(shares, found, strict=True) if pair[1] is not None]
        self._shares = [share for share, _ in pairs]
        self._scored = [share for share, known in pairs if known.weight_out]
        self._groups = []  # Dask may forget the partitions as they were given
        return [known for _, known in pairs]

    def train(self, setup: Setup, standing: Standing, leg: Leg) -> Trained:
        """Train on all shares from `standing` on; return the average."""
        submit = self._client.submit

        def results(how: Future, start: Future) -> list[Future]:
            legs = [leg._replace(seed=(*leg.seed, k)) for k in range(len(self._shares))]
            found = [
                submit(Setup.train, how, share, start, each, pure=False)
                for share, each in zip(self._shares, legs, strict=True)
            ]
            while len(found) > 1:
                groups = [found[k : k + ARITY] for k in range(0, len(found), ARITY)]
                found = [submit(averaged, group, pure=False) for group in groups]
            return found

        return self._tried(results, setup, standing)[0]

    def evaluate(self, setup: Setup, standing: Standing) -> list[tuple[float, ...]]:
        """Return what `Setup.evaluate` does for every share with rows held out."""
        submit = self._client.submit

        def results(how: Future, start: Future) -> list[Future]:
            return [
                submit(Setup.evaluate, how, share, start, pure=False)
                for share in self._scored
            ]

        return self._tried(results, setup, standing)

    def _tried(
        self,
        results: Callable[[Future, Future], list[Future]],
        setup: Setup,
        standing: Standing,
    ) -> list[Any]:
        """Return `results` of setup and standing; try again if workers were lost."""
        for left in reversed(range(TRIES)):
            try:
                if self._setup[0] is not setup:
                    self._setup = setup, self._everywhere(setup)
                if self._placed[0] is not standing:
                    self._placed = standing, self._everywhere(standing)
                return self._gathered(results(self._setup[1], self._placed[1]))
            except LOST as error:
                self._setup = self._placed = (None, None)
                if not left:
                    raise RuntimeError(
                        f"{TRIES} times in a row, workers were lost in one round: they may "
                        "need more memory, or smaller shares, on more workers. See the log "
                        f"of the workers. {error}"
                    ) from error
        raise AssertionError

    def _everywhere(self, value: Any) -> Future:
        """Return `value` with a copy on every worker."""
        return self._client.scatter(value, broadcast=True, hash=False)

    def _gathered(self, futures: list[Future]) -> list[Any]:
        """Return the results; raise a KeyboardInterrupt at Ctrl-C."""
        while not self._interrupt.pressed:
            try:
                wait(futures, timeout=PATIENCE)
                return self._client.gather(futures)
            except TimeoutError:
                continue
        self._client.cancel(futures)
        raise KeyboardInterrupt
