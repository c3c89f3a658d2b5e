"""Foreign arrays: those of libraries such as PyTorch, as arrays of NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_numpy(array: Any, name: str) -> Any:
    """Return an `array` of any library as one of NumPy; anything else as it is.

    Parameters
    ----------
    array : any
        What is handed over as `name`: an array, a frame, a list, None.
    name : str
        What errors call it.

    Raises
    ------
    TypeError
        If NumPy cannot read it: if it is in the memory of a GPU, has a type that NumPy
        lacks, or records gradients. Also if it is a collection of Dask, whose rows may not
        fit into memory.
    """
    if hasattr(array, "__dask_graph__"):
        raise TypeError(
            f"{name} is a {type(array).__name__} of Dask: DaskFFNNClassifier and "
            "DaskFFNNRegressor of sknn.dask train and predict where its partitions are. If "
            f"all of it fits into memory, pass {name}.compute()."
        )
    is_foreign = any(hasattr(array, name) for name in ("__dlpack__", "__array_namespace__"))
    if isinstance(array, np.ndarray) or not is_foreign:
        return array
    try:
        return np.asarray(array)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        library = type(array).__module__.partition(".")[0]
        raise TypeError(
            f"{name} is an array of {library} that NumPy cannot read: pass it as an array "
            f"of NumPy, in the memory of the CPU. {library} says: {error}"
        ) from error
