"""Mini-batches: the rows of an epoch, drawn in random order and copied batch by batch."""

from __future__ import annotations

from collections.abc import Iterator

from .arrays import Array, Generator, contiguous
from .data import Data, OneHot, blocks, gather, memory_for
from .network import Network, Workspace


class Batches:
    """Cuts the data into batches whose sizes differ by at most one row.

    Only one batch is copied at a time, into memory that all batches share; the data
    themselves are neither copied nor reordered.

    Parameters
    ----------
    data : Data of n rows
        Targets and weights of any type; batches have them in that of the network.
    size : int
        The largest batch, from 1 to n.
    network : Network
        What the workspaces are for.
    """

    def __init__(self, data: Data, size: int, network: Network) -> None:
        dtype = network.params.flat.dtype
        if isinstance(data.Y, OneHot):
            data = data._replace(Y=data.Y.tabulated(dtype))
        self.data = data
        self._dtype = dtype
        self._size = size
        self._count = -(-data.n // size)
        lengths = {data.n // self._count, -(-data.n // self._count)}
        space = Workspace(network, max(lengths))
        self._spaces = {m: space.first(m) for m in lengths}
        parts = (data.X, data.Y, data.w)
        self._buffers = {m: [memory_for(part, m, dtype) for part in parts] for m in lengths}

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return self._count

    def draw(self, rng: Generator | None) -> Iterator[tuple[Data, Workspace]]:
        """Yield every batch of one epoch with its workspace; each is lost at the next.

        Parameters
        ----------
        rng : Generator or None
            Draws the order of the rows; None keeps it. The order within a single batch
            does not matter, so none is drawn for it.
        """
        order = self._order(rng)
        for block in blocks(self.data.n, self._size):
            indices = block if order is None else order[block]
            m = block.stop - block.start
            X, Y, w = self._buffers[m]
            yield (
                Data(
                    gather(self.data.X, indices, X),
                    gather(self.data.Y, indices, Y),
                    None if self.data.w is None else gather(self.data.w, indices, w),
                ),
                self._spaces[m],
            )

    def draw_several(
        self, rng: Generator | None, count: int
    ) -> Iterator[tuple[Data, list[slice]]]:
        """Yield the batches that `draw` yields, `count` at a time at most.

        Parameters
        ----------
        rng : Generator or None
            As for `draw`.
        count : int

        Yields
        ------
        rows : Data
            Of several batches, dense, in the memory order that compiled code needs. They
            are lost at the next ones.
        places : list of slice
            The rows of each batch.
        """
        order, parts = self._order(rng), self.data[:3]
        cuts = [*blocks(self.data.n, self._size)]
        most = min(self.data.n, count * max(self._spaces))
        memory = [memory_for(part, most, self._dtype) for part in parts]
        for numbers in blocks(len(cuts), count):
            start, stop = cuts[numbers.start].start, cuts[numbers.stop - 1].stop
            indices = slice(start, stop) if order is None else order[start:stop]
            m = stop - start
            rows = [
                None if out is None else contiguous(gather(part, indices, out[:m]))
                for part, out in zip(parts, memory, strict=True)
            ]
            places = [slice(cut.start - start, cut.stop - start) for cut in cuts[numbers]]
            yield Data(*rows), places

    def _order(self, rng: Generator | None) -> Array | None:
        """Return the rows of one epoch in their order, (n,); None for all as they are."""
        order = self.data.indices
        if rng is None or len(self) == 1:
            return order
        drawn = rng.permutation(self.data.n)
        return drawn if order is None else order[drawn]
