"""shuffled: every row once, in an order that mixes, in bounded memory, of every type."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sknn import FFNNRegressor, shuffled


def chunks(n_chunks, size=50, seen=None):
    """Yield sorted rows; note in `seen` how many have been asked for."""
    for start in range(0, n_chunks * size, size):
        y = np.arange(start, start + size)
        if seen is not None:
            seen.append(start + size)
        yield np.column_stack([y, -y]), y


@pytest.mark.parametrize("n_rows", [1, 49, 50, 51, 175, 500, 10_000])
@pytest.mark.parametrize("n_chunks", [1, 2, 7, 20])
def test_every_row_comes_once_with_its_target(n_chunks, n_rows):
    out = [*shuffled(chunks(n_chunks), n_rows=n_rows, random_state=0)]
    X, y = (np.concatenate(arrays) for arrays in zip(*out, strict=True))
    np.testing.assert_array_equal(np.sort(y), np.arange(50 * n_chunks))
    np.testing.assert_array_equal(X, np.column_stack([y, -y]))
    assert [len(part) for _, part in out] == [50] * n_chunks


def test_rows_are_spread_over_the_buffer():
    # Beside an order drawn over all rows: the mean distance that a row is moved.
    out = shuffled(chunks(200), n_rows=2000, random_state=0)
    y = np.concatenate([part for _, part in out])
    moved = np.abs(y - np.arange(len(y)))
    assert 500 < moved.mean() < 2000
    within = [np.ptp(y[start : start + 50]) for start in range(0, len(y), 50)]
    assert np.median(within) > 1500  # a chunk has rows of most of the buffer


def test_no_more_is_read_than_the_buffer_holds():
    seen, out = [], 0
    for _, y in shuffled(chunks(100, seen=seen), n_rows=500, random_state=0):
        assert seen[-1] - out <= 500
        out += len(y)
    assert out == 5000


def test_the_order_is_that_of_the_seed():
    first, again, other = (
        np.concatenate([y for _, y in shuffled(chunks(9), 200, random_state=seed)])
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_chunks_of_different_sizes_and_empty_ones():
    parts = [(np.full(n, float(n)), np.full(n, n)) for n in (3, 0, 40, 7, 40, 1)]
    out = [*shuffled(iter(parts), n_rows=45, random_state=0)]
    assert sorted(np.concatenate([y for _, y in out])) == sorted(
        np.concatenate([y for _, y in parts])
    )
    assert [*shuffled(iter([]))] == []
    assert [*shuffled(iter([parts[1]]))] == []


@pytest.mark.parametrize("n_rows", [1, 10, 25, 500])
def test_no_row_is_lost_after_a_chunk_larger_than_the_buffer(n_rows):
    ends = np.cumsum([1000, 20, 20, 20])
    parts = [(y, y) for y in np.split(np.arange(ends[-1]), ends[:-1])]
    out = [*shuffled(iter(parts), n_rows=n_rows, random_state=0)]
    y = np.concatenate([part for _, part in out])
    np.testing.assert_array_equal(np.sort(y), np.arange(ends[-1]))


def test_given_chunks_are_not_written_to():
    parts = [*chunks(6)]
    copies = [(X.copy(), y.copy()) for X, y in parts]
    for X, y in shuffled(parts, n_rows=100, random_state=0):
        X[:], y[:] = -1, -1
    for (X, y), (X_copy, y_copy) in zip(parts, copies, strict=True):
        np.testing.assert_array_equal(X, X_copy)
        np.testing.assert_array_equal(y, y_copy)


def test_frames_and_weights_keep_their_types():
    frames = [
        (pd.DataFrame({"n": y, "text": y.astype(str)}), pd.Series(y), y.astype(float))
        for _, y in chunks(6)
    ]
    for X, y, w in shuffled(frames, n_rows=120, random_state=0):
        assert list(X.columns) == ["n", "text"]
        assert isinstance(y, pd.Series)
        np.testing.assert_array_equal(X["n"], w)
        np.testing.assert_array_equal(X["text"].astype(int), y)


def test_polars_frames():
    pl = pytest.importorskip("polars")
    frames = [(pl.DataFrame({"n": y}), pl.Series("y", y)) for _, y in chunks(6)]
    out = [*shuffled(frames, n_rows=120, random_state=0)]
    assert sorted(pl.concat([y for _, y in out]).to_list()) == [*range(300)]
    assert all(X["n"].to_list() == y.to_list() for X, y in out)


def test_sparse_matrices():
    parts = [(sparse.csr_matrix(X), y) for X, y in chunks(6)]
    for X, y in shuffled(parts, n_rows=120, random_state=0):
        np.testing.assert_array_equal(X.toarray()[:, 0], y)


def test_a_sorted_stream_is_learned_as_well_as_a_shuffled_one():
    rng = np.random.default_rng(0)
    X = np.sort(rng.uniform(-3, 3, size=(20_000, 1)), axis=0)
    y = np.sin(2 * X[:, 0])
    parts = [(X[i : i + 500], y[i : i + 500]) for i in range(0, len(X), 500)]
    params = {"hidden_layer_sizes": (32,), "learning_rate": 0.01, "random_state": 0}
    sorted_, mixed = FFNNRegressor(**params), FFNNRegressor(**params)
    for part in parts:
        sorted_.partial_fit(*part)
    for part in shuffled(parts, n_rows=15_000, random_state=0):
        mixed.partial_fit(*part)
    assert mixed.score(X, y) > 0.5 > sorted_.score(X, y)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="n_rows must be at least 1, got 0"):
        shuffled(chunks(2), n_rows=0)
    with pytest.raises(TypeError, match=r"tuples \(X, y\).*got a ndarray"):
        next(shuffled(iter([np.ones((3, 2))])))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        next(shuffled(iter([(np.ones((3, 2)), np.ones(2))])))
    with pytest.raises(TypeError, match=r"a list cannot be shuffled.*to_pandas\(\)"):
        next(shuffled(iter([([1, 2], np.ones(2))])))
