"""Rows of the examples: labels that are kept as numbers, and what a batch gets of them."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from sknn import FFNNClassifier
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.batches import Batches
from sknn.engine.data import TABLE, Data, OneHot, gather, memory_for
from sknn.engine.network import Network

RNG = np.random.default_rng(0)
CODES = RNG.integers(3, size=20).astype(np.uint8)
KEPT = {
    "dense": RNG.normal(size=(20, 3)),
    "sparse": sparse.csr_array(RNG.normal(size=(20, 3)) * (RNG.random((20, 3)) < 0.4)),
    "one-hot": OneHot(CODES, 3),
}


def dense(X):
    if isinstance(X, OneHot):
        return np.eye(3)[X.codes]
    return X.toarray() if sparse.issparse(X) else X


@pytest.mark.parametrize(
    "rows", [slice(4, 9), np.array([7, 0, 7])], ids=["slice", "numbers"]
)
@pytest.mark.parametrize("kind", sorted(KEPT))
def test_gathered_rows_are_those_of_the_whole(kind, rows):
    X = KEPT[kind]
    expected = dense(X)[rows]
    out = memory_for(X, len(expected), np.float64)
    gathered = gather(X, rows, out)
    np.testing.assert_array_equal(dense(gathered), expected)
    assert sparse.issparse(gathered) == (kind == "sparse") == (out is None)


def test_one_hot_rows_behave_as_their_matrix_would():
    X = KEPT["one-hot"]
    assert (len(X), X.shape) == (20, (20, 3))
    np.testing.assert_array_equal(dense(X[5:8]), dense(X)[5:8])
    out = gather(X, np.array([1, 2]), np.empty((2, 3), np.float32))
    np.testing.assert_array_equal(out, dense(X)[[1, 2]])


@pytest.mark.parametrize("k", [TABLE, TABLE + 1])
def test_many_classes_take_no_table(k):
    codes = np.array([k - 1, 0, 7])
    out = np.ones((3, k), np.float32)
    rows = OneHot(codes, k).tabulated(np.float32)
    assert (rows.table is None) == (k > TABLE)
    rows.write(slice(None), out)
    np.testing.assert_array_equal(out, np.eye(k)[codes])


def test_one_column_holds_the_code_itself():
    out = np.empty((2, 1))
    OneHot(np.array([1, 0, 1], np.uint8), 1).write(slice(1, 3), out)
    np.testing.assert_array_equal(out, [[0], [1]])
    OneHot(np.zeros(3, np.uint8), 1, offset=1).write(slice(2), out)
    np.testing.assert_array_equal(out, [[1], [1]])
    OneHot(np.zeros(3, np.uint8), 1, offset=1).tabulated(float).write(slice(2), out)
    np.testing.assert_array_equal(out, [[1], [1]])


def test_bytes_become_numbers_in_a_batch():
    labels = np.array([[0, 1], [1, 1], [1, 0]], np.uint8)
    out = gather(labels, slice(1, 3), np.empty((2, 2), np.float32))
    np.testing.assert_array_equal(out, [[1, 1], [1, 0]])
    assert out.dtype == np.float32


@pytest.mark.parametrize("n_classes", [2, 256, 257])
def test_all_classes_are_told_apart_in_as_few_bytes_as_it_takes(n_classes):
    y = np.arange(n_classes).repeat(4)
    model = FFNNClassifier(
        hidden_layer_sizes=(), max_iter=1, learning_rate_schedule="cosine"
    )
    model.fit(y[:, np.newaxis] / n_classes, y)
    Y = model._targets.transform(y)
    assert Y.codes.itemsize == (2 if n_classes > 256 else 1)
    np.testing.assert_array_equal(model.classes_[Y.codes], y)


def test_batches_of_one_row_take_no_memory_for_every_row():
    n = 50_000
    network = Network((2, 1), [ACTIVATIONS["identity"]], [], np.float64)
    data = Data(np.zeros((n, 2)), np.zeros((n, 1)), None)
    tracemalloc.start()
    drawn = Batches(data, 1, network).draw(None)
    count = sum(batch.n for batch, _ in drawn)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == n
    assert most < n
