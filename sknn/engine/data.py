"""Rows: how the examples are kept, cut into blocks, and copied batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .arrays import Array, Input, empty, xp


@dataclass(frozen=True, eq=False)
class Coded:
    """Rows that are kept as their numbers in a table: a label takes a byte, not a row.

    Parameters
    ----------
    codes : array of int of shape (n,)
        For every row, which row of the table it is.
    table : array of shape (n_codes, k)
        The different rows.
    """

    codes: Array
    table: Array

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.codes)

    def __getitem__(self, rows: Any) -> Coded:
        """Return some of the rows, still as numbers."""
        return Coded(self.codes[rows], self.table)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the rows, (n, k)."""
        return len(self.codes), self.table.shape[1]

    @property
    def dtype(self) -> Any:
        """Type of the values."""
        return self.table.dtype

    def astype(self, dtype: Any) -> Coded:
        """Return the same rows with values of another type."""
        return Coded(self.codes, self.table.astype(dtype))


Rows = Any  # an Array, a CSR matrix or Coded rows, (n, d)


def gather(X: Rows, rows: Array | slice, out: Array | None = None) -> Input:
    """Return the `rows` of `X`: copied into `out` where that is possible and needed.

    Parameters
    ----------
    X : array, CSR matrix or Coded of shape (n, d)
    rows : array of m row numbers, or a slice
        Rows of a dense array by a slice are a view: nothing is copied.
    out : array of shape (m, d), default=None
        Where to put rows that are dense; a sparse `X` is never made dense.
    """
    if isinstance(X, Coded):
        return X.table.take(X.codes[rows], axis=0, out=out, mode="clip")
    if isinstance(rows, slice) or not isinstance(X, xp.ndarray):
        return X[rows]
    return X.take(rows, axis=0, out=out, mode="clip")


def memory_for(X: Rows | None, m: int) -> Array | None:
    """Return what `gather` can copy `m` rows of `X` into; None if they stay sparse."""
    if isinstance(X, xp.ndarray | Coded):
        return empty((m, X.shape[1]), X.dtype)
    return None


def blocks(n: int, size: int) -> Iterator[slice]:
    """Yield the slices that cut ``range(n)`` into near-equal blocks of at most `size`.

    The lengths differ by at most one, so that no block is a short tail whose few rows
    would weigh as much in training as a whole batch.
    """
    count = -(-n // size)
    for i in range(count):
        yield slice(n * i // count, n * (i + 1) // count)
