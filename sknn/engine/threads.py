"""One BLAS thread for networks whose matrix products are too small for more.

On small products, further threads wait for each other longer than they compute. The
limit holds for a whole training, since setting it costs about as much as a small step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from itertools import pairwise
from threading import Lock

from threadpoolctl import ThreadpoolController

SMALL = 2_000_000  # multiplications in a product of matrices below which one thread does

_limiting = Lock()


@cache
def _controller() -> ThreadpoolController:
    """Return what knows the loaded BLAS libraries; looking for them takes a while."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS to one thread.

    The limit is the whole process's. Of several threads the first alone sets it and
    restores it: what another finds meanwhile is not what the user had set.
    """
    if not _limiting.acquire(blocking=False):
        yield
        return
    try:
        with _controller().limit(limits=1, user_api="blas"):
            yield
    finally:
        _limiting.release()


@contextmanager
def blas_threads(widths: Sequence[int], m: int) -> Iterator[None]:
    """Keep BLAS to one thread if batches of `m` rows make small products only.

    Parameters
    ----------
    widths : sequence of int
        Nodes per layer, from the input to the output.
    m : int
        Rows of a batch.
    """
    small = m * max(n_in * n_out for n_in, n_out in pairwise(widths)) < SMALL
    with one_blas_thread() if small else nullcontext():
        yield
