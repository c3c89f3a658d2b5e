"""The examples: how they are kept, cut into blocks, and copied batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from .arrays import Array, Input, empty, xp


@dataclass(frozen=True, eq=False)
class OneHot:
    """Rows of a table, each kept as its number: a label takes a byte, not a row of 0 and 1.

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
        """Return the number of rows, n."""
        return len(self.codes)

    def __getitem__(self, indices: Any) -> OneHot:
        """Return some of the rows, still as numbers."""
        return OneHot(self.codes[indices], self.table)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the rows, (n, k)."""
        return len(self.codes), self.table.shape[1]

    @property
    def dtype(self) -> Any:
        """Type of the values."""
        return self.table.dtype

    def astype(self, dtype: Any, copy: bool = True) -> OneHot:
        """Return the same rows with values of another type."""
        return OneHot(self.codes, self.table.astype(dtype, copy=copy))


Target = Any  # an Array or OneHot rows, (n, n_targets)


class Data(NamedTuple):
    """Examples, one per row: inputs, targets, and weights (m, 1) or None.

    `indices`, of shape (n,), names the rows that take part, None all of them: so a part can
    be held out without a copy of the rest. Only a batch needs its targets as an array.
    """

    X: Input
    Y: Target
    w: Array | None
    indices: Array | None = None

    @property
    def n(self) -> int:
        """How many examples take part."""
        return len(self.Y if self.indices is None else self.indices)

    def astype(self, dtype: Any) -> Data:
        """Return the same examples with targets and weights of that type."""
        w = None if self.w is None else self.w.astype(dtype, copy=False)
        return self._replace(Y=self.Y.astype(dtype, copy=False), w=w)

    def part(self, indices: Array) -> Data:
        """Return a copy of the rows `indices`, (m,)."""
        w = None if self.w is None else self.w[indices]
        return Data(self.X[indices], self.Y[indices], w)


def gather(X: Input | Target, indices: Array | slice, out: Array | None = None) -> Input:
    """Return the rows `indices` of `X`: copied into `out` where possible and needed.

    Parameters
    ----------
    X : array, CSR matrix or OneHot of shape (n, d)
    indices : array of int of shape (m,), or a slice
        Rows of a dense array by a slice are a view: nothing is copied.
    out : array of shape (m, d), default=None
        Where to put rows that are dense; a sparse `X` is never made dense.
    """
    if isinstance(X, OneHot):
        return X.table.take(X.codes[indices], axis=0, out=out, mode="clip")
    if isinstance(indices, slice) or not isinstance(X, xp.ndarray):
        return X[indices]
    return X.take(indices, axis=0, out=out, mode="clip")


def memory_for(X: Input | Target | None, m: int) -> Array | None:
    """Return memory, (m, d), for `gather` to copy rows of `X`, (n, d), into.

    None if they stay sparse.
    """
    if isinstance(X, xp.ndarray | OneHot):
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
