"""Partitions of arrays and frames of Dask, in a form that workers train on."""

from __future__ import annotations

from typing import Any

import dask
import dask.array as da
import numpy as np

from ..fitting.blocks import Block


def partitions(X: Any, name: str, plain: str) -> list[Any]:
    """Return the partitions of a collection of Dask, one Delayed each.

    Raises
    ------
    TypeError
        If it is none; `plain` is the class that takes arrays of NumPy.
    """
    if not dask.is_dask_collection(X) or not hasattr(X, "to_delayed"):
        raise TypeError(
            f"{name} is a {type(X).__name__}, not an array or frame of Dask: use "
            f"sknn.{plain} on one machine, to_local() of a fitted estimator, or "
            "dask.array.from_array."
        )
    if isinstance(X, da.Array) and X.ndim == 2 and X.numblocks[1] > 1:
        X = X.rechunk({1: -1})
    found = X.to_delayed()
    return found.ravel().tolist() if isinstance(X, da.Array) else list(found)


def blocks_of(X: Any, y: Any, sample_weight: Any, plain: str) -> list[Any]:
    """Return the rows of X with their y and weights, one Delayed per partition.

    Raises
    ------
    ValueError
        If their partitions do not fit each other.
    """
    rows = partitions(X, "X", plain)
    columns = [rows]
    for name, values in (("y", y), ("sample_weight", sample_weight)):
        if values is None and name != "y":
            columns.append([None] * len(rows))
            continue
        if isinstance(X, da.Array) and isinstance(values, da.Array):
            known = not np.isnan(X.chunks[0] + values.chunks[0]).any()
            if known and X.chunks[0] != values.chunks[0] and len(X) == len(values):
                values = values.rechunk({0: X.chunks[0]})
        columns.append(partitions(values, name, plain))
        if len(columns[-1]) != len(rows):
            raise ValueError(
                f"X has {len(rows)} partitions and {name} {len(columns[-1])}, or their "
                "numbers of rows differ: give both the same partitions, for example by "
                "repartition."
            )
    block = dask.delayed(Block)
    return [block(*each, k) for k, each in enumerate(zip(*columns, strict=True))]
