"""The recipe: the network that a member is unless the user gives another one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..classifier import FFNNClassifier
from ..encoding.table import TableEncoder
from ..engine.losses import LogLoss
from ..engine.optimizers import AdamW
from ..regressor import FFNNRegressor

ROWS = 64  # of the smallest batch
SHARED: dict[str, Any] = {
    "hidden_layer_sizes": (128, 128),
    "activation": "silu",
    "learning_rate_schedule": "coslog4",
    "initializer": "data",
    "input_scale": True,
    "dropout": 0.15,
    "dropout_schedule": "flat_cos",
    "alpha": 0.0,
    "max_iter": 64,
    "n_iter_no_change": np.inf,
}


def recipe(task: str) -> FFNNClassifier | FFNNRegressor:
    """Return the network for "classification" or "regression", not fitted."""
    if task == "classification":
        return FFNNClassifier(
            loss=LogLoss(smoothing=0.1),
            solver=AdamW(beta_2=0.95, weight_decay=0.02, scale_decay=0.72),
            learning_rate=0.0025,
            **SHARED,
        )
    return FFNNRegressor(
        clip_target=True,
        solver=AdamW(beta_2=0.95, weight_decay=0.02),
        learning_rate=0.0125,
        **SHARED,
    )


def table_encoder(*, dense: bool = True) -> TableEncoder:
    """Return the encoder, not fitted; for sparse tables without bins, to keep their 0."""
    n_bins = 8 if dense else None
    return TableEncoder(n_bins=n_bins, bin_scale=0.6, smooth_clip=3.0, dtype=np.float32)


def rows_of_batch(n: int) -> int:
    """Return the batch size for `n` rows: near-equal batches of 64 to 127 rows."""
    return -(-n // max(1, n // ROWS))
