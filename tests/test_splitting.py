"""The division into rows to train on and rows to hold out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sknn import FFNNClassifier
from sknn.fitting.splitting import split


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(2, 40), min_size=1, max_size=4),
    fraction=st.floats(0.2, 0.5),
    seed=st.integers(0, 1000),
)
def test_a_split_is_a_partition_with_every_stratum_on_both_sides(counts, fraction, seed):
    strata = np.repeat(np.arange(len(counts)), counts)
    n = len(strata)
    n_out = max(2, int(np.ceil(fraction * n)))
    if len(counts) > min(n_out, n - n_out):
        return
    train, out = split(np.ones(n), strata, fraction, seed)
    assert sorted([*train, *out]) == list(range(n))
    assert len(out) == n_out
    found = np.bincount(strata[out], minlength=len(counts))
    assert np.abs(found - n_out / n * np.array(counts)).max() < 1 + 1e-9
    assert (np.diff(train) > 0).all()
    assert (np.diff(out) > 0).all()


@pytest.mark.parametrize("strata", [None, np.arange(50) % 3])
def test_rows_without_weight_are_in_neither_part(strata):
    w = (np.arange(50) % 4).astype(float)
    parts = np.concatenate(split(w, strata, 0.3, 5))
    assert sorted(parts) == np.flatnonzero(w).tolist()


def test_the_same_seed_divides_alike_and_another_does_not():
    once, again, other = (split(np.ones(99), None, 0.2, seed)[1] for seed in (3, 3, 4))
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once, other)


def test_a_whole_number_is_a_number_of_rows():
    assert len(split(np.ones(99), None, 7, 0)[1]) == 7


def test_rows_of_a_frequency_table_cannot_be_divided():
    with pytest.raises(ValueError, match="frequency table.*Repeat each row"):
        split(np.array([418.0, 75.0, 12.0, 94.0, 106.0]), None, 0.1, 0)
    # Weights that differ are no such table as long as no row stands for too many.
    split(np.linspace(1, 5, 60), None, 0.1, 0)


def test_equal_rows_with_both_labels_are_found_on_both_sides():
    # 12 different rows for 1,309 people: by their values, a whole cell would be held out.
    men, women = [1.0] * 843, [0.0] * 466
    y = np.r_[np.ones(161), np.zeros(682), np.ones(339), np.zeros(127)]
    X = np.array(men + women)[:, np.newaxis]
    for seed in range(3):
        model = FFNNClassifier(early_stopping=True, learning_rate=0.01, random_state=seed)
        assert model.fit(X, y).score(X, y) > 0.77
