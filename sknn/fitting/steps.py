"""Steps: how many rows a step takes, and how many epochs of steps there are."""

from __future__ import annotations

from typing import Any

from .parts import learning_rate_schedule, uses_lbfgs

# A batch with batch_size="auto": a sixteenth of the rows within these limits. Few rows are
# one batch: there, and there alone, a weight of k can be the same as k equal rows. So is a
# chunk of a stream, whose rows do not show how many there are in all.
LEAST_ROWS, MOST_ROWS, BATCHES, FEW_ROWS = 16, 200, 16, 64
# With max_iter="auto": epochs of a schedule that ends and of one that does not, steps that
# all of them must have, iterations of L-BFGS.
EPOCHS, LONG, LEAST_STEPS, ITERATIONS = 60, 200, 1000, 200


def resolved_batch_size(size: int | str, n: int, *, incremental: bool = False) -> int:
    """Return how many rows a batch has, of `n` rows and with ``batch_size=size``."""
    if not isinstance(size, str):
        return size
    one_batch = incremental or n <= FEW_ROWS
    return min(MOST_ROWS, n if one_batch else max(LEAST_ROWS, n // BATCHES))


def resolved_max_iter(estimator: Any, n: int, *, incremental: bool = False) -> int:
    """Return the largest number of epochs, or of iterations, of a fit to `n` rows.

    By default there are more epochs where they have few steps each, as for few rows. In
    `partial_fit`, `incremental`, it is the length of schedules that end.
    """
    max_iter = estimator.max_iter
    if not isinstance(max_iter, str):
        return int(max_iter)
    if uses_lbfgs(estimator):
        return ITERATIONS
    if incremental:
        return EPOCHS
    n_batches = -(-n // resolved_batch_size(estimator.batch_size, n))
    ends = learning_rate_schedule(estimator, incremental=False).ends
    return max(EPOCHS if ends else LONG, -(-LEAST_STEPS // n_batches))
