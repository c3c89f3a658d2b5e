"""Shares: the rows of one worker of several, prepared, trained on and scored there.

The rows stay where they are. What comes and goes is the network with the memory of its
optimizer, and what is known of rows in a few numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..encoding.checked import flat
from ..encoding.columns import FLOATS
from ..encoding.features import Features
from ..encoding.targets import Targets
from ..encoding.view import view
from ..engine.arrays import Array, Input
from ..engine.cost import L2, Cost
from ..engine.data import Data, OneHot, Target
from ..engine.network import Network
from ..engine.plan import EpochEnd, Plan, TrainingState, Verdict
from ..engine.training import train
from .averaging import Standing, Trained
from .blocks import Block
from .checking import Checked
from .observing import FitObserver
from .parts import Parts
from .publishing import Curves, Publisher
from .splitting import LEAST, split
from .steps import resolved_batch_size
from .validation_set import ValidationSet

FEWEST = 2 * LEAST  # rows of a partition of which some are held out
SAMPLE = 1024  # rows of all shares that draw weights and tell how training ended


class Preparing(NamedTuple):
    """How rows become what a network learns.

    Parameters
    ----------
    estimator : estimator
        Of one machine.
    features : Features
    targets : Targets
    dtype : dtype
        What X is converted to if it has no encoder.
    fraction : float
        Of every partition, the share of rows to hold out; 0 for none.
    seed : int
        Of the split.
    """

    estimator: Any
    features: Features
    targets: Targets
    dtype: Any
    fraction: float
    seed: int

    def rows(self, block: Block) -> tuple[Data, Data | None] | None:
        """Return the rows of a block to train on, and those held out, if any.

        X is as the published network takes it, Y in the user's units.
        """
        counted = block.counted(self.estimator)
        if counted is None:
            return None
        X, y, w = counted
        fitted = view(self.estimator, self.features.attributes)
        dtype = self.dtype if self.features.encoder is None else FLOATS
        X = self.features.transform(fitted, X, dtype)
        Y = self.targets.transform(y)
        weights = None if w is None else w[:, np.newaxis]
        class_weight = getattr(self.estimator, "class_weight", None)
        _, weights = self.targets.weighted(Y, weights, class_weight, count=False)
        data = Data(X, Y, weights)
        if not self.fraction or data.n < FEWEST:
            return data, None
        seed = int(np.random.SeedSequence([self.seed, block.number]).generate_state(1)[0])
        strata = feasible(self.targets.strata(Y), self.fraction)
        train_rows, out = split(np.ones(data.n), strata, self.fraction, seed)
        return data.part(train_rows), data.part(out)


def feasible(strata: Array | None, fraction: float) -> Array | None:
    """Return the `strata`, (n,), if all of them can be divided, else None."""
    if strata is None:
        return None
    counts = np.unique(strata, return_counts=True)[1]
    n_out = np.ceil(fraction * len(strata))
    fits = len(counts) <= min(n_out, len(strata) - n_out)
    return strata if fits and counts.min() > 1 else None


@dataclass(frozen=True)
class Share:
    """The rows of one worker.

    Parameters
    ----------
    data : Data
        To train on, in the units of training; the weights as they were given.
    held_out : ValidationSet or None
    """

    data: Data
    held_out: ValidationSet | None

    @classmethod
    def of(cls, preparing: Preparing, blocks: list[Block]) -> Share | None:
        """Return the share that consists of the rows of `blocks`; None if none counts."""
        pairs = [pair for pair in map(preparing.rows, blocks) if pair is not None]
        if not pairs:
            return None
        data = _joined([pair[0] for pair in pairs])
        scaling = preparing.features.scaling
        X = data.X if scaling is None else scaling.encode(data.X)
        targets, Y = preparing.targets, data.Y
        if targets.task == "regression":
            Y = targets.scaling.encode(Y)
        data, out = data._replace(X=X, Y=Y), [pair[1] for pair in pairs if pair[1]]
        if not out:
            return cls(data, None)
        held_out = _joined(out)
        y = held_out.Y
        y = targets.attributes["classes_"][y.codes] if isinstance(y, OneHot) else flat(y)
        return cls(data, ValidationSet(held_out.X, y, held_out))

    def facts(self, size: int) -> Facts:
        """Return what is known of the rows; `size` of them go along."""
        data, held_out = self.data, self.held_out
        rows = np.unique(np.linspace(0, data.n - 1, max(1, min(size, data.n))).astype(int))
        return Facts(
            data.n,
            float(data.n if data.w is None else data.w.sum()),
            0.0 if held_out is None else _weight(held_out.data),
            data.part(rows),
        )


class Facts(NamedTuple):
    """What is known of a share.

    Parameters
    ----------
    n : int
        Rows to train on.
    weight, weight_out : float
        Theirs, and that of the rows held out.
    sample : Data
        Some of the rows to train on.
    """

    n: int
    weight: float
    weight_out: float
    sample: Data


def facts(share: Share | None, size: int) -> Facts | None:
    """Return what is known of a share, None of one without rows."""
    return None if share is None else share.facts(size)


def _weight(data: Data) -> float:
    """Return the weight of all rows."""
    return float(data.n if data.w is None else data.w.sum())


def joined_samples(found: list[Facts]) -> Data:
    """Return the rows that all facts brought along."""
    return _joined([each.sample for each in found])


def _joined(parts: list[Data]) -> Data:
    """Return the rows of all parts."""
    w = None if parts[0].w is None else np.concatenate([part.w for part in parts])
    return Data(_stacked([part.X for part in parts]), _targets(parts), w)


def _stacked(parts: list[Input]) -> Input:
    """Return the matrices `parts`, each (n, n_columns), below each other."""
    if len(parts) == 1:
        return parts[0]
    if any(sparse.issparse(X) for X in parts):
        stacked: Input = sparse.vstack(parts, format="csr")
        return stacked
    return np.concatenate(parts)


def _targets(parts: list[Data]) -> Target:
    """Return the targets of all parts, (n, n_columns)."""
    Y = parts[0].Y
    if isinstance(Y, OneHot):
        return replace(Y, codes=np.concatenate([part.Y.codes for part in parts]))
    return np.concatenate([part.Y for part in parts])


class Quiet:
    """Notes the rate of every epoch, and lets training continue."""

    on_epoch_begin = None

    def __init__(self) -> None:
        self.rates: list[float] = []

    def on_epoch_end(self, end: EpochEnd) -> Verdict:
        """Note the learning rate."""
        self.rates.append(end.rate)
        return Verdict()


class Leg(NamedTuple):
    """What one round asks of a worker.

    Parameters
    ----------
    before, epochs : int
        Epochs done so far, and to do now.
    plateaus : int
        How often the cost has stopped improving so far.
    seed : tuple of int
        Of the order of the rows and of dropout.
    """

    before: int
    epochs: int
    plateaus: int
    seed: tuple[int, ...]


@dataclass(frozen=True)
class Setup:
    """What all workers train by.

    Parameters
    ----------
    checked : Checked
        Of the whole; its data are a sample.
    estimator : estimator
        Of one machine.
    parts : Parts
    features : Features
    targets : Targets
        Both with the scales of all rows.
    mean_weight : float
        Of the rows to train on, of all shares.
    """

    checked: Checked
    estimator: Any
    parts: Parts
    features: Features
    targets: Targets
    mean_weight: float

    def network(self) -> Network:
        """Return a network of zeros."""
        X, parts = self.checked.data.X, self.parts
        widths = (X.shape[1], *parts.widths, parts.n_outputs)
        form = (widths, parts.activations, parts.dropout, X.dtype.type)
        return Network(*form, self.estimator.input_scale)

    def publisher(self, network: Network) -> Publisher:
        """Return what publishes `network`."""
        given = (self.estimator, self.checked, self.parts, self.features, self.targets)
        return Publisher(*given, network)

    def _plan(self, leg: Leg, n: int) -> Plan:
        """Return how to train on `n` rows."""
        estimator = self.estimator
        # Of the share: so a worker takes about as many steps as one machine would.
        size = resolved_batch_size(estimator.batch_size, n)
        return Plan(
            batch_size=min(size, n),
            shuffle=estimator.shuffle,
            learning_rate=float(estimator.learning_rate),
            schedule=self.parts.schedule,
            dropout_schedule=self.parts.dropout_schedule,
            epochs=leg.epochs,
            epochs_before=leg.before,
            schedule_epochs=estimator.max_iter,
            tol=0.0,
            n_iter_no_change=inf,  # type: ignore[arg-type]
            clip_norm=estimator.clip_norm,
        )

    def train(self, share: Share, standing: Standing, leg: Leg) -> Trained:
        """Return where training stands after a worker has trained on its `share`."""
        data = share.data
        if data.w is not None:
            data = data._replace(w=data.w / self.mean_weight)
        network = self.network()
        network.params.flat[...] = standing.params
        optimizer = standing.optimizer_state(network.params) if standing.step else None
        state = TrainingState(np.random.default_rng(leg.seed), optimizer, leg.plateaus)
        cost = Cost(network, self.parts.loss, L2(float(self.estimator.alpha)))
        quiet, plan = Quiet(), self._plan(leg, data.n)
        history = train(cost, data, self.parts.solver, plan, state, quiet)  # type: ignore[arg-type]
        after = state.optimizer
        vectors = [] if after is None else after.vectors
        step = 0.0 if after is None else float(after.step)
        stands = Standing(network.params.flat, vectors, step)
        return Trained(stands, data.n, np.stack(history.costs), quiet.rates)

    def evaluate(self, share: Share, standing: Standing) -> tuple[float, float, float]:
        """Return loss, score, and the score that decides, on the rows held out."""
        network = self.network()
        network.params.flat[...] = standing.params
        # The rows held out are encoded already, and have no names.
        width = self.checked.data.X.shape[1]
        scaling = self.features.scaling
        features = Features({"n_features_in_": width}, scales=False, scaling=scaling)
        checked = replace(self.checked, validation_set=share.held_out)
        publisher = replace(self, features=features, checked=checked).publisher(network)
        assert share.held_out is not None
        return FitObserver(publisher, Curves()).evaluate(share.held_out)
