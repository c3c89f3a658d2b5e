"""The examples: how they are kept, cut into blocks, and copied batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from .arrays import Array, Generator, Input, empty, xp

TABLE = 128  # columns up to which the different rows are kept as a table


@dataclass(frozen=True, eq=False)
class OneHot:
    """Rows of 0 and a single 1, each kept as the number of its column, from 0.

    A label takes a byte or two, not a row. With one column, its value is the code.

    Parameters
    ----------
    codes : array of int of shape (n,)
    k : int
        Number of columns.
    offset : int, default=0
        With one column, its value is code + offset: 1 where there is a single class.
    table : array of shape (k, k), or (2, 1) for one column, or None
        The different rows, see `tabulated`.
    """

    codes: Array
    k: int
    offset: int = 0
    table: Array | None = None

    def __len__(self) -> int:
        """Return the number of rows, n."""
        return len(self.codes)

    def __getitem__(self, indices: Any) -> OneHot:
        """Return some of the rows, still as numbers."""
        return OneHot(self.codes[indices], self.k, self.offset, self.table)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the rows, (n, k)."""
        return len(self.codes), self.k

    def tabulated(self, dtype: Any) -> OneHot:
        """Return the same rows with their different ones as a table of `dtype`.

        The fastest way to write them, but memory for k rows: for few columns only.
        """
        if self.k > TABLE:
            return self
        table = xp.eye(self.k, dtype=dtype)
        if self.k == 1:
            table = xp.array([[self.offset], [self.offset + 1]], dtype)
        return OneHot(self.codes, self.k, self.offset, table)

    def write(self, indices: Array | slice, out: Array) -> None:
        """Write the rows `indices`, (m,), into `out`, (m, k)."""
        codes = self.codes[indices]
        if self.table is not None:
            self.table.take(codes, axis=0, out=out, mode="clip")
        elif self.k == 1:
            xp.add(codes, self.offset, out=out[:, 0])
        else:
            out.fill(0)
            out[xp.arange(len(codes)), codes] = 1


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

    @property
    def counted(self) -> Target:
        """The targets of the rows with a weight above 0, of all that were given."""
        return self.Y if self.w is None else self.Y[self.w[:, 0] > 0]

    def part(self, indices: Array) -> Data:
        """Return a copy of the rows `indices`, (m,)."""
        w = None if self.w is None else self.w[indices]
        return Data(self.X[indices], self.Y[indices], w)

    def sample(self, m: int, rng: Generator) -> Input:
        """Return `m` random rows of X as float64, (m, n_features), or all if fewer.

        Rows of weight 0 are left out, unless all are.
        """
        indices = xp.arange(len(self.Y)) if self.indices is None else self.indices
        if self.w is not None and self.w[indices].any():
            indices = indices[self.w[indices, 0] > 0]
        if len(indices) > m:
            indices = rng.choice(indices, m, replace=False)
        return self.X[indices].astype(xp.float64)


def gather(X: Input | Target, indices: Array | slice, out: Array | None = None) -> Input:
    """Return the rows `indices` of `X`: copied into `out` where possible and needed.

    Parameters
    ----------
    X : array, CSR matrix or OneHot of shape (n, d)
    indices : array of int of shape (m,), or a slice
    out : array of shape (m, d), default=None
        Where to put rows that are dense, in its dtype; without it, or where `X` has that
        dtype already, a slice is a view. A sparse `X` is never made dense.
    """
    if isinstance(X, OneHot) and out is not None:
        X.write(indices, out)
    elif out is None or (isinstance(indices, slice) and X.dtype == out.dtype):
        return X[indices]
    elif X.dtype == out.dtype:
        return X.take(indices, axis=0, out=out, mode="clip")
    else:
        out[...] = X[indices]
    return out


def memory_for(X: Input | Target | None, m: int, dtype: Any) -> Array | None:
    """Return memory, (m, d), of `dtype` for `gather` to copy rows of `X`, (n, d), into.

    None if they stay sparse.
    """
    if isinstance(X, xp.ndarray | OneHot):
        return empty((m, X.shape[1]), dtype)
    return None


def blocks(n: int, size: int) -> Iterator[slice]:
    """Yield the slices that cut ``range(n)`` into near-equal blocks of at most `size`.

    The lengths differ by at most one, so that no block is a short tail whose few rows
    would weigh as much in training as a whole batch.
    """
    count = -(-n // size)
    for i in range(count):
        yield slice(n * i // count, n * (i + 1) // count)
