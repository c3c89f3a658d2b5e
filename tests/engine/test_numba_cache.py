"""A cache of Numba's that is damaged costs a warning, not the fit."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("numba")

FIT = """
import warnings
import numpy as np

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from sknn import FFNNRegressor

    X = np.eye(9)
    model = FFNNRegressor(max_iter=2, learning_rate_schedule="cosine").fit(X, X[:, 0])
print(model.n_iter_, [str(w.message)[:13] for w in caught if "cache" in str(w.message)])
"""


def fit_with_cache(folder):
    """Return what a fit in a new process prints that keeps its kernels in `folder`."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    command = [sys.executable, "-c", FIT]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.slow
def test_a_fit_with_a_damaged_cache_warns_once(tmp_path):
    assert fit_with_cache(tmp_path) == "2 []"
    indices = list(tmp_path.rglob("*.nbi"))
    assert indices
    for file in indices:
        file.write_bytes(b"")  # as a machine that was switched off leaves it
    assert fit_with_cache(tmp_path) == '2 ["Numba\'s cache"]'
