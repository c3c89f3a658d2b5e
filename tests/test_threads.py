"""The limit on BLAS threads: there for small networks, gone afterwards in any case."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from sknn import FFNNRegressor
from sknn.engine.threads import SMALL
from sknn.engine.threads import blas_threads as limited_to

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4))


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


class Loss:
    """Squares, and notes how many threads there are."""

    def __init__(self):
        self.seen = []

    def value(self, y, a):
        self.seen.append(blas_threads())
        return (a - y) ** 2

    def gradient(self, y, a):
        return 2 * (a - y)


class Broken(Loss):
    def gradient(self, y, a):
        raise OverflowError("on purpose")


@pytest.fixture(autouse=True)
def _two_threads():
    with threadpool_limits(2, user_api="blas"):
        yield


def test_a_small_fit_has_one_thread_and_restores_the_rest():
    loss = Loss()
    FFNNRegressor(loss=loss, max_iter=2, n_iter_no_change=np.inf).set_params(
        learning_rate_schedule="cosine"
    ).fit(X, X[:, 0])
    assert loss.seen
    assert all(seen == {1} for seen in loss.seen)
    assert blas_threads() == {2}


def test_threads_come_back_after_an_error():
    with pytest.raises(OverflowError, match="on purpose"):
        FFNNRegressor(loss=Broken()).fit(X, X[:, 0])
    assert blas_threads() == {2}


def test_large_products_keep_their_threads():
    with limited_to((1000, 1000), SMALL // 1_000_000):
        assert blas_threads() == {2}
    with limited_to((1000, 1000), SMALL // 1_000_000 - 1):
        assert blas_threads() == {1}


def test_fits_that_overlap_leave_no_limit_behind():
    second_is_in, first_is_out = threading.Event(), threading.Event()

    def second():
        with limited_to((4, 4), 10):
            second_is_in.set()
            first_is_out.wait(timeout=60)

    thread = threading.Thread(target=second)
    with limited_to((4, 4), 10):
        thread.start()
        assert second_is_in.wait(timeout=60)
    first_is_out.set()
    thread.join()
    assert blas_threads() == {2}
