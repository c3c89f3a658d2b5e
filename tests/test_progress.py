"""The progress line: rewritten on a terminal, printed now and then in a log."""

import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from sknn import FFNNClassifier, FFNNRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 3))
Y = X[:, 0] > 0
CLEAR = "\r\x1b[K"


@pytest.fixture
def log(capsys):
    """What is printed to a standard output that is a file."""
    return lambda: capsys.readouterr().out


def be_a_terminal(monkeypatch):
    """Let the standard output pass for a terminal of 80 columns."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")


def tick(monkeypatch, seconds):
    """Let the progress line believe that every epoch takes so many seconds."""
    moments = iter(range(10_000))
    clock = SimpleNamespace(monotonic=lambda: seconds * next(moments))
    monkeypatch.setattr("sknn.fitting.progress.time", clock)


def network(estimator_class=FFNNClassifier, **params):
    defaults = {"max_iter": 30, "learning_rate_schedule": "cosine", "random_state": 0}
    return estimator_class(**defaults | {"verbose": 1} | params)


def epochs(text):
    """Return the numbers of the epochs in a text."""
    return [int(number) for number in re.findall(r"epoch (\d+)", text)]


def test_on_a_terminal_one_line_is_rewritten_every_epoch(log, monkeypatch):
    be_a_terminal(monkeypatch)
    network().fit(X, Y)
    shown = log()
    assert epochs(shown) == list(range(1, 31))
    assert shown.count(CLEAR) == 30
    assert shown.count("\n") == 1
    assert shown.endswith("\n")


def test_the_line_fits_a_terminal_so_that_it_can_be_rewritten(log, monkeypatch):
    be_a_terminal(monkeypatch)
    tick(monkeypatch, 130)
    model = network(FFNNRegressor, max_iter=200, early_stopping=True)
    model.set_params(n_iter_no_change=200, learning_rate=1.2345e-4)
    model.fit(X, 1e-3 * X[:, 0])
    lines = log().rstrip("\n").split(CLEAR)[1:]
    assert len(lines) == 200
    assert max(map(len, lines)) <= 80


def test_in_a_log_a_line_is_printed_now_and_then_and_the_last(log, monkeypatch):
    tick(monkeypatch, 1)
    network().fit(X, Y)
    shown = log()
    assert "\r" not in shown
    assert "\x1b" not in shown
    assert epochs(shown) == [1, 11, 21, 30]
    assert len(shown.splitlines()) == 4


def test_in_a_log_the_last_epoch_is_printed_once(log, monkeypatch):
    tick(monkeypatch, 1)
    network(max_iter=11).fit(X, Y)
    assert epochs(log()) == [1, 11]


def test_in_a_log_every_call_of_partial_fit_is_one_line(log):
    model = network()
    for _ in range(3):
        model.partial_fit(X, Y, classes=[False, True])
    assert epochs(log()) == [1, 2, 3]


def test_training_that_ends_early_still_shows_its_last_epoch(log):
    model = network(max_iter=500, learning_rate_schedule="constant", tol=0.5)
    model.set_params(n_iter_no_change=3).fit(X, Y)
    assert epochs(log()) == [1, model.n_iter_]


def test_the_line_tells_epoch_loss_score_rate_and_time_left(log, monkeypatch):
    tick(monkeypatch, 4)
    model = network(max_iter=5, early_stopping=True, scoring="accuracy").fit(X, Y)
    first, *_, last = log().splitlines()
    assert first.startswith("epoch 1")
    assert last.startswith("epoch 5")
    for line, epoch in ((first, 0), (last, 4)):
        told = float(re.search(r"loss ([\d.e-]+)", line)[1])
        assert told == pytest.approx(model.loss_curve_[epoch], rel=1e-3)
        told = float(re.search(r"score ([\d.e-]+)", line)[1])
        assert told == pytest.approx(model.validation_scores_[epoch], rel=1e-3)
        told = float(re.search(r"rate ([\d.e-]+)", line)[1])
        assert told == pytest.approx(model.learning_rate_curve_[epoch], rel=0.01)
    assert "left" not in first  # the first epoch may have compiled: nobody knows yet
    assert "0 s left" in last
    assert first.startswith("epoch 1/5,")


@pytest.mark.parametrize(
    ("seconds", "left"),
    [(0.3, "2 s"), (8, "1:04 min"), (70, "9:20 min"), (500, "1:06:40 h")],
)
def test_the_time_left_is_told_as_people_do(log, monkeypatch, seconds, left):
    be_a_terminal(monkeypatch)
    tick(monkeypatch, seconds)
    network(max_iter=10).fit(X, Y)
    second = log().split(CLEAR)[2]
    assert f"{left} left" in second


def test_what_there_is_not_is_not_told(log):
    model = network(FFNNRegressor, solver="lbfgs", tol=0.1, max_iter=200)
    model.set_params(learning_rate_schedule="auto").fit(X, X[:, 0])
    shown = log()
    assert epochs(shown)[-1] == model.n_iter_
    assert "score" not in shown
    assert "rate" not in shown
    assert "nan" not in shown


def test_epochs_are_counted_on_after_a_warm_start(log):
    model = network(max_iter=5, warm_start=True).fit(X, Y)
    model.fit(X, Y)
    assert epochs(log()) == [1, 5, 6, 10]


def test_the_line_is_finished_when_the_user_presses_ctrl_c(log, monkeypatch):
    be_a_terminal(monkeypatch)

    def scorer(estimator, X, y):
        if estimator.n_iter_ == 3:
            raise KeyboardInterrupt
        return 0.0

    with pytest.raises(KeyboardInterrupt):
        network(early_stopping=True, scoring=scorer).fit(X, Y)
    assert log().endswith("\n")


def test_the_line_is_finished_when_training_fails(log, monkeypatch):
    be_a_terminal(monkeypatch)

    def scorer(estimator, X, y):
        if estimator.n_iter_ == 3:
            raise RuntimeError("broken scorer")
        return 0.0

    with pytest.raises(RuntimeError, match="broken scorer"):
        network(early_stopping=True, scoring=scorer).fit(X, Y)
    # Else the message would be written over it.
    assert log().endswith("\n")


@pytest.mark.parametrize("verbose", [0, False])
def test_without_verbose_nothing_is_printed(log, verbose):
    network(verbose=verbose).fit(X, Y)
    assert log() == ""


class Log:
    """A standard output that is no terminal and does not say so."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_where_there_is_no_standard_output_nothing_is_shown(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert network(max_iter=2).fit(X, Y).n_iter_ == 2


def test_an_output_that_does_not_say_whether_it_is_a_terminal_is_a_log(monkeypatch):
    output = Log()
    monkeypatch.setattr(sys, "stdout", output)
    network(max_iter=2).fit(X, Y)
    assert epochs(output.text) == [1, 2]
    assert CLEAR not in output.text
