"""How Numba compiles a kernel, and keeps it on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

from ...warning import warn_user


def compiled(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Return `function` compiled, kept on disk where that is possible.

    `options` are further ones of ``numba.njit``.
    """
    options |= {"nogil": True, "error_model": "numpy"}
    try:
        dispatcher = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no directory that could keep it can be written to
        return numba.njit(**options)(function)
    if hasattr(dispatcher, "_cache"):  # not with NUMBA_DISABLE_JIT=1
        dispatcher._cache = GuardedCache(dispatcher._cache)
    return dispatcher


class GuardedCache:
    """Numba's cache of a kernel; where it is damaged or full, a fit continues without it.

    Numba has no public way to say so: `load_overload` and `save_overload` are the two calls
    with which its dispatcher reads and writes the files.

    Parameters
    ----------
    cache : object
        Numba's own.
    """

    warned = False

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def load_overload(self, *arguments: Any) -> Any:
        """Return the kernel that is kept for these types, None if it cannot be read."""
        return self._guarded(self._cache.load_overload, *arguments)

    def save_overload(self, *arguments: Any) -> None:
        """Keep the kernel for these types, if it can be written."""
        self._guarded(self._cache.save_overload, *arguments)

    def _guarded(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what `function` returns; warn once if it fails."""
        try:
            return function(*arguments)
        except Exception as error:  # whatever a broken file or a full disk may raise
            if not GuardedCache.warned:
                GuardedCache.warned = True
                warn_user(
                    f"Numba's cache {self._cache.cache_path!r} cannot be used ({error!r}): "
                    "kernels are compiled anew in every process. Delete that folder, or "
                    "set NUMBA_CACHE_DIR to another one."
                )
            return None
