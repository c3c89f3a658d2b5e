"""Rows of the examples: labels that are kept as numbers, and what a batch gets of them."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from sknn import FFNNClassifier
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.batches import Batches
from sknn.engine.data import Data, OneHot, gather, memory_for
from sknn.engine.network import Network

RNG = np.random.default_rng(0)
CODES = RNG.integers(3, size=20).astype(np.uint8)
KEPT = {
    "dense": RNG.normal(size=(20, 3)),
    "sparse": sparse.csr_array(RNG.normal(size=(20, 3)) * (RNG.random((20, 3)) < 0.4)),
    "one-hot": OneHot(CODES, np.eye(3)),
}


def dense(X):
    if isinstance(X, OneHot):
        return X.table[X.codes]
    return X.toarray() if sparse.issparse(X) else X


@pytest.mark.parametrize(
    "rows", [slice(4, 9), np.array([7, 0, 7])], ids=["slice", "numbers"]
)
@pytest.mark.parametrize("kind", sorted(KEPT))
def test_gathered_rows_are_those_of_the_whole(kind, rows):
    X = KEPT[kind]
    expected = dense(X)[rows]
    out = memory_for(X, len(expected))
    gathered = gather(X, rows, out)
    np.testing.assert_array_equal(dense(gathered), expected)
    assert sparse.issparse(gathered) == (kind == "sparse") == (out is None)


def test_one_hot_rows_behave_as_their_matrix_would():
    X = KEPT["one-hot"]
    assert (len(X), X.shape, X.dtype) == (20, (20, 3), np.float64)
    np.testing.assert_array_equal(dense(X[5:8]), dense(X)[5:8])
    assert gather(X.astype(np.float32), np.array([1, 2])).dtype == np.float32


@pytest.mark.parametrize("n_classes", [2, 256, 257])
def test_all_classes_are_told_apart_in_as_few_bytes_as_it_takes(n_classes):
    y = np.arange(n_classes).repeat(2)
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
