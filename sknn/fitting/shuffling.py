"""Chunks of a stream in random order, through a buffer of rows.

A file is often sorted, by time or by place, and a network that sees one kind of rows after
another forgets the first. The buffer is filled, about half of its rows are returned in
random order, and it is filled again: a row stays for another round with probability 1/2.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import _safe_indexing, check_consistent_length, check_random_state
from sklearn.utils.validation import _num_samples

from ..engine.arrays import Array

Chunk = tuple[Any, ...]


def shuffled(
    chunks: Iterable[Chunk],
    n_rows: int = 100_000,
    random_state: int | np.random.RandomState | None = None,
) -> Iterator[Chunk]:
    """Return the rows of all chunks in random order, mixed in a buffer of rows.

    Every row comes once. The memory is that of two to three times `n_rows` rows. Rows a few
    buffers apart are not mixed: read the parts of a sorted file in random order.

    Parameters
    ----------
    chunks : iterable of tuples
        ``(X, y)`` or ``(X, y, sample_weight)``, with as many rows in each: arrays, sparse
        matrices, or frames and series of pandas or polars.
    n_rows : int, default=100_000
        Number of rows in the buffer; it should hold several chunks.
    random_state : int, RandomState instance or None, default=None
        Source of the order.

    Returns
    -------
    chunks : iterator of tuples
        They have as many rows as the largest chunk so far; the last one has the rest.

    See Also
    --------
    FFNNRegressor.partial_fit : Learns from one chunk after another.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import shuffled
    >>> chunks = (np.arange(i, i + 2) for i in range(0, 8, 2))
    >>> [len(y) for _, y in shuffled(((y, y) for y in chunks), n_rows=6)]
    [2, 2, 2, 2]
    """
    if n_rows < 1:
        raise ValueError(f"n_rows must be at least 1, got {n_rows!r}.")
    return _shuffled(chunks, n_rows, check_random_state(random_state))


def _shuffled(
    chunks: Iterable[Chunk], n_rows: int, rng: np.random.RandomState
) -> Iterator[Chunk]:
    held: list[Chunk] = []
    n_held = size = 0
    for chunk in chunks:
        _check(chunk)
        n = _num_samples(chunk[0])
        n_held, size = n_held + n, max(size, n)
        held.append(chunk)
        if n_held >= n_rows:
            whole, order = _joined(held), rng.permutation(n_held)
            held.clear()  # to have the rows in memory once
            # Whole chunks; all rows if they are fewer than the largest chunk had.
            n_out = min(max(1, n_held // (2 * size)) * size, n_held)
            yield from _pieces(whole, order[:n_out], size)
            held, n_held = [_rows(whole, order[n_out:])], n_held - n_out
            del whole
    if n_held > 0:
        yield from _pieces(_joined(held), rng.permutation(n_held), size)


def _check(chunk: Any) -> None:
    """Raise an error unless `chunk` is a tuple of arrays of the same length."""
    if not isinstance(chunk, tuple):
        raise TypeError(
            f"chunks must be tuples (X, y) or (X, y, sample_weight), got a "
            f"{type(chunk).__name__}."
        )
    check_consistent_length(*chunk)


def _pieces(whole: Chunk, order: Array, size: int) -> Iterator[Chunk]:
    """Yield the rows of `whole` in the `order`, (n,), in chunks of `size` rows."""
    for start in range(0, len(order), size):
        yield _rows(whole, order[start : start + size])


def _rows(whole: Chunk, rows: Array) -> Chunk:
    """Return copies of some `rows`, (n,), of all arrays."""
    return tuple(_safe_indexing(array, rows) for array in whole)


def _joined(chunks: list[Chunk]) -> Chunk:
    """Return the rows of all chunks in one."""
    return tuple(map(_concatenated, zip(*chunks, strict=True)))


def _concatenated(arrays: tuple[Any, ...]) -> Any:
    """Return arrays or frames of one type, one below the other."""
    first = arrays[0]
    if isinstance(first, np.ndarray):
        return np.concatenate(arrays)
    if sparse.issparse(first):
        return sparse.vstack(arrays, format="csr")
    library = type(first).__module__.partition(".")[0]
    if library not in ("pandas", "polars"):
        raise TypeError(
            f"chunks with a {type(first).__name__} cannot be shuffled: make it an array, a "
            "sparse matrix, or a frame or series of pandas or polars, for example with "
            "to_pandas()."
        )
    return sys.modules[library].concat(arrays)
