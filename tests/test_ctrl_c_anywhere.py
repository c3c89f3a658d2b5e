"""Ctrl-C at any line of a fit is heard, and leaves the old or the new network whole."""

import os
import signal
import sys

import numpy as np
import pytest

import sknn
from sknn import FFNNRegressor

ROOT = os.path.dirname(sknn.__file__) + os.sep
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2))
y = X[:, 0]
EVERY = 11  # lines between two that are tried
PARTS = 4


def fitted(**params):
    model = FFNNRegressor(
        hidden_layer_sizes=3,
        clip_target=False,
        max_iter=2,
        batch_size=20,
        n_iter_no_change=5,
        learning_rate_schedule="cosine",
        warm_start=True,
        random_state=0,
        **params,
    )
    return model.fit(X, y)


class Presser:
    """Presses Ctrl-C at a line of the package, by its number; without one, counts."""

    def __init__(self, at=None):
        self.at = at
        self.lines = 0

    def __call__(self, frame, event, arg):
        if not frame.f_code.co_filename.startswith(ROOT):
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                signal.raise_signal(signal.SIGINT)
        return self

    def run(self, function):
        sys.settrace(self)
        try:
            function()
        finally:
            sys.settrace(None)


def assert_whole(model):
    predictions = model.predict(X)
    assert np.isfinite(predictions).all()
    assert len(model.loss_curve_) == model.n_iter_
    hidden = np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0)
    by_hand = hidden @ model.coefs_[1] + model.intercepts_[1]
    np.testing.assert_allclose(predictions, by_hand[:, 0], rtol=1e-9)
    model.fit(X, y)  # and training can continue


@pytest.mark.slow
@pytest.mark.parametrize("params", [{}, {"early_stopping": True}, {"solver": "lbfgs"}])
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.filterwarnings("ignore:max_iter=2 was reached")
@pytest.mark.filterwarnings("ignore:solver='lbfgs' does not use")
def test_ctrl_c_at_any_line_is_heard_and_breaks_nothing(params, part):
    counter = Presser()
    model = fitted(**params)
    counter.run(lambda: model.fit(X, y))
    for at in range(1 + part * EVERY, counter.lines, PARTS * EVERY):
        model = fitted(**params)
        with pytest.raises(KeyboardInterrupt):
            Presser(at).run(lambda model=model: model.fit(X, y))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert_whole(model)
