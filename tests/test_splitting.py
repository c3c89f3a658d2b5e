"""The division into rows to train on and rows to hold out."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sknn.engine.data import Data, OneHot
from sknn.fitting.splitting import split


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(2, 40), min_size=1, max_size=4),
    fraction=st.floats(0.2, 0.5),
    seed=st.integers(0, 1000),
)
def test_a_split_is_a_partition_with_every_group_on_both_sides(counts, fraction, seed):
    groups = np.repeat(np.arange(len(counts)), counts)
    n = len(groups)
    if len(counts) > np.ceil(fraction * n) or n < 3:
        return
    data = Data(np.arange(float(n))[:, None], groups[:, None].astype(float), None)
    train, out = split(data, groups, fraction, seed)
    assert sorted([*train, *out]) == list(range(n))
    found = np.bincount(groups[out], minlength=len(counts))
    assert np.abs(found - fraction * np.array(counts)).max() <= 1.5
    assert (found > 0).all()
    assert (found < counts).all()


def weighted_and_repeated(rng):
    """Return examples with whole weights, and the same with repeated rows."""
    X, y = rng.normal(size=(50, 3)), rng.integers(3, size=50)
    w = rng.integers(0, 4, size=50).astype(float)
    once = Data(X, y[:, None].astype(float), w[:, None])
    place = np.repeat(np.arange(50), w.astype(int))
    return once, Data(X[place], once.Y[place], None), y, place


def test_a_weight_splits_as_repeated_rows_do():
    once, often, y, place = weighted_and_repeated(np.random.default_rng(0))
    for groups in (None, y):
        _, out = split(once, groups, 0.3, 5)
        _, copies = split(often, None if groups is None else groups[place], 0.3, 5)
        assert set(place[copies]) == set(out)
        assert not set(np.delete(place, copies)) & set(out)


def test_sparse_rows_are_split_as_dense_rows_are():
    once, _, y, _ = weighted_and_repeated(np.random.default_rng(1))
    X = np.where(np.abs(once.X) > 1, once.X, 0.0)
    dense = split(once._replace(X=X), y, 0.3, 5)
    thin = split(once._replace(X=sparse.csr_array(X)), y, 0.3, 5)
    np.testing.assert_array_equal(thin[1], dense[1])


def test_labels_kept_as_numbers_are_split_as_their_rows_are():
    rng = np.random.default_rng(0)
    X, codes = rng.normal(size=(40, 3)), rng.integers(3, size=40)
    coded = split(Data(X, OneHot(codes, np.eye(3)), None), codes, 0.2, 7)
    spelled_out = split(Data(X, np.eye(3)[codes], None), codes, 0.2, 7)
    for rows, expected in zip(coded, spelled_out, strict=True):
        np.testing.assert_array_equal(rows, expected)
