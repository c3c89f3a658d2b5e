"""Blocks: partitions of the rows as the user gave them, and what is known of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from ..encoding.checked import check_target
from ..encoding.columns import raise_for_lengths
from ..encoding.features import table_encoder
from ..encoding.survey import ColumnSurvey, LabelSurvey, NumberSurvey
from ..encoding.table import TableEncoder
from ..engine.arrays import Array
from ..warning import warn_user
from .weights import check_weights

UNEVEN = 0.3  # of the rows would have to be of another class to be like all others


class Block(NamedTuple):
    """One partition of the rows, as the user gave it.

    Parameters
    ----------
    X : table of shape (n, n_features)
    y : array-like of shape (n,) or (n, n_outputs)
    w : array-like of shape (n,) or None
        Weights.
    number : int
        Which partition it is.
    """

    X: Any
    y: Any
    w: Any
    number: int

    def counted(self, estimator: Any) -> tuple[Any, Array, Array | None] | None:
        """Return X, y, (n,) or (n, n_outputs), and w, (n,) or None; None if no row counts.

        Rows of weight 0 are left out.
        """
        X, y, w, _ = self
        if sparse.issparse(X):
            raise ValueError(
                "X has sparse partitions, which are not trained on a cluster: make them "
                "dense, X.map_blocks(lambda block: block.toarray())."
            )
        raise_for_lengths(X, y, "X", "y")
        n = _num_samples(X)
        weights = check_weights("sample_weight", None if w is None else np.asarray(w), n)
        if weights is not None and not weights.all():
            rows = np.flatnonzero(weights)
            X, y, weights = _safe_indexing(X, rows), _safe_indexing(y, rows), weights[rows]
        if not _num_samples(X):
            return None
        w = None if weights is None else weights[:, 0]
        return X, check_target(estimator, y), w


class Survey(NamedTuple):
    """What is known of some rows before training.

    Parameters
    ----------
    n : int
    weight : float
    columns : ColumnSurvey
    targets : LabelSurvey or NumberSurvey
    """

    n: int
    weight: float
    columns: ColumnSurvey
    targets: Any

    def merged(self, other: Survey) -> Survey:
        """Return the survey of these rows and the `other` ones."""
        return Survey(
            self.n + other.n,
            self.weight + other.weight,
            self.columns.merged(other.columns),
            self.targets.merged(other.targets),
        )


def survey(estimator: Any, block: Block, size: int) -> Survey | None:
    """Return what is known of the rows of a block, None if none counts.

    `size` is the number of rows to sample for medians and quantiles.

    Raises
    ------
    ValueError
        If the rows are not as they should be; it names the partition.
    """
    encoder = TableEncoder() if estimator.encoder is None else table_encoder(estimator)
    if not isinstance(encoder, TableEncoder):
        encoder = TableEncoder()
    try:
        counted = block.counted(estimator)
        if counted is None:
            return None
        X, y, w = counted
        classifies = estimator._targets_type.task == "classification"
        kind: Any = LabelSurvey if classifies else NumberSurvey
        weight = float(len(y) if w is None else w.sum())
        columns = ColumnSurvey.of(encoder, X, w, size)
        return Survey(len(y), weight, columns, kind.of(y, w))
    except (TypeError, ValueError) as error:
        raise type(error)(f"In partition {block.number}: {error}") from error


def warn_uneven(surveys: list[Survey], whole: Survey) -> None:
    """Warn if the classes are spread over the partitions very unevenly.

    By the share of the rows that would have to be of another class for all partitions to be
    alike, beyond what chance does to small ones.
    """
    if not isinstance(whole.targets, LabelSurvey) or len(surveys) < 2:
        return
    classes = whole.targets.labels.classes
    expected = whole.targets.counts(classes)
    far = 0.0
    for each in surveys:
        counts = each.targets.counts(classes)
        off = np.abs(counts / counts.sum(1)[:, None] - expected / expected.sum(1)[:, None])
        chance = 0.5 * np.sqrt(counts.shape[1] / each.n)
        far += each.n / whole.n * max(0.0, float(off.sum(axis=1).max()) / 2 - chance)
    if far > UNEVEN:
        warn_user(
            "The partitions hold very different classes, and averages of networks that saw "
            "different classes are poor: shuffle the rows first. Arrays by order = "
            "numpy.random.permutation(len(X)); X, y = X[order], y[order]; a frame by "
            "frame.shuffle(on_index=True)."
        )
