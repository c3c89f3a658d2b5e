"""Choice: the cycle ends whose networks are averaged, the same ones for all members.

On noisy data the network is best at the end of an early cycle of the learning rate, else
at the last one or averaged over several. A single member's rows are too few to tell, those
of all members together are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..engine.arrays import Array

LATEST = 3  # cycles that are considered: the first ones are too short
GAIN = 0.01  # share by which another set must be better than the last end alone


def candidates(n_ends: int) -> list[tuple[int, ...]]:
    """Return the sets of ends to choose from: all runs among the latest ones.

    Of ends 0 to 3: (3,), then (1,), (2,), (1, 2), (2, 3), (1, 2, 3). The last end alone is
    first.
    """
    first, last = max(0, n_ends - LATEST), n_ends - 1
    runs = [
        tuple(range(start, start + length))
        for length in range(1, n_ends - first + 1)
        for start in range(first, n_ends - length + 1)
    ]
    return [(last,), *(run for run in runs if run != (last,))]


def best_ends(
    held_out: Sequence[Array],
    mean: Callable[[Sequence[Array]], Array],
    loss: Callable[[Array], float],
) -> tuple[int, ...]:
    """Return the set of ends whose mean prediction has the lowest loss.

    The last end alone, unless another set is better by more than `GAIN`.

    Parameters
    ----------
    held_out : sequence of arrays of shape (n, ...)
        Per end, the predictions for all rows left out, each by its own member.
    mean : callable
        Returns the mean of several predictions.
    loss : callable
        Returns the loss of a prediction.
    """
    sets = candidates(len(held_out))
    losses = [loss(mean([held_out[end] for end in ends])) for ends in sets]
    last = losses[0]
    lowest = min(range(len(sets)), key=losses.__getitem__)
    return sets[lowest] if last - losses[lowest] > GAIN * abs(last) else sets[0]
