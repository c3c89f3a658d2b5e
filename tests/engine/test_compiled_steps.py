"""Many steps in one compiled call give what the same steps give one by one."""

import signal

import numpy as np
import pytest
from scipy import sparse

from sknn import AdamW, FFNNClassifier, FFNNRegressor, LogLoss, Optimizer, Schedule
from sknn.engine import arrays
from sknn.engine.arrays import ops
from sknn.engine.compiled_steps import WORK, CompiledSteps

pytest.importorskip("numba")
arrays.load_kernels()

N, D = 230, 7
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, D)).astype(np.float32)
Y = X @ RNG.normal(size=(D, 3)) + 0.1 * RNG.normal(size=(N, 3))
TARGETS = {
    "number": Y[:, 0],
    "numbers": Y,
    "classes": Y.argmax(axis=1),
    "two": (Y[:, 0] > 0).astype(int),
    "labels": (Y > 0).astype(int),
}
FORM = {
    "hidden_layer_sizes": (9, 5),
    "batch_size": 32,
    "max_iter": 4,
    "n_iter_no_change": np.inf,
    "learning_rate_schedule": "cosine",
    "learning_rate": 0.01,
    "random_state": 0,
    "encoder": None,
}
RECIPE = {
    "activation": "mish",
    "solver": AdamW(beta_2=0.95, weight_decay=0.02, scale_decay=0.72),
    "learning_rate_schedule": "coslog4",
    "initializer": "data",
    "input_scale": True,
    "dropout": 0.15,
    "dropout_schedule": "flat_cos",
}


def network(target, **params):
    kind = FFNNRegressor if target.startswith("number") else FFNNClassifier
    return kind(**FORM | params)


@pytest.fixture
def calls(monkeypatch):
    """Return a list that grows by the number of steps at every compiled call."""
    calls, take = [], CompiledSteps.take

    def counted(self, rows, places, factors):
        calls.append(len(places))
        return take(self, rows, places, factors)

    monkeypatch.setattr(CompiledSteps, "take", counted)
    return calls


def both(model, target, monkeypatch, data=X, **given):
    """Return the model fitted by compiled steps and one by one."""
    fitted = []
    for compiled in (True, False):
        with monkeypatch.context() as patch:
            if not compiled:
                patch.setattr(CompiledSteps, "of", lambda *arguments: None)
            copy = type(model)(**model.get_params(deep=False))
            fitted.append(copy.fit(data, TARGETS[target], **given))
    return fitted


def check_equal(found, expected):
    arrays = zip(
        [*found.coefs_, *found.intercepts_, found.loss_curve_],
        [*expected.coefs_, *expected.intercepts_, expected.loss_curve_],
        strict=True,
    )
    for a, b in arrays:
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    assert found.learning_rate_curve_ == expected.learning_rate_curve_


@pytest.mark.parametrize("target", sorted(TARGETS))
@pytest.mark.parametrize("params", [{}, RECIPE], ids=["plain", "recipe"])
def test_the_weights_are_those_of_single_steps(target, params, calls, monkeypatch):
    check_equal(*both(network(target, **params), target, monkeypatch))
    assert calls == [8] * 4


@pytest.mark.parametrize(
    "activation", ["identity", "relu", "sigmoid", "tanh", "silu", "mish", "gelu"]
)
def test_every_activation_is_that_of_single_steps(activation, calls, monkeypatch):
    model = network("number", activation=activation, dropout=0.2, alpha=0.01)
    check_equal(*both(model, "number", monkeypatch))
    assert calls


@pytest.mark.parametrize(
    "params",
    [
        {"loss": LogLoss(smoothing=0.1)},
        {"loss": LogLoss(smoothing=0.1), "output_activation": "sigmoid"},
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": (4,), "dropout": 0.5},
        {"activation": ("tanh", "relu"), "dropout": (0.0, 0.3)},
        {"shuffle": False},
        {"batch_size": N},
        {"batch_size": 1, "max_iter": 1},
        {"class_weight": "balanced"},
        {"early_stopping": True, "max_iter": 6},
    ],
    ids=str,
)
@pytest.mark.parametrize("target", ["two", "classes"])
def test_variants_are_those_of_single_steps(params, target, calls, monkeypatch):
    if params.get("output_activation") == "sigmoid" and target == "classes":
        target = "labels"
    check_equal(*both(network(target, **params), target, monkeypatch))
    assert calls


def test_weights_count_and_batches_of_no_weight_change_nothing(calls, monkeypatch):
    w = RNG.exponential(size=N)
    w[:80] = 0
    model = network("number", shuffle=False, solver=AdamW(), learning_rate=0.1)
    check_equal(*both(model, "number", monkeypatch, sample_weight=w))
    assert calls


@pytest.mark.parametrize(
    "data",
    [np.asfortranarray(X), X[:, ::-1], np.repeat(X, 2, axis=0)[::2]],
    ids=["by column", "reversed", "strided"],
)
@pytest.mark.parametrize("shuffle", [True, False])
def test_any_order_in_memory_will_do_and_compiles_nothing(data, shuffle, monkeypatch):
    network("number").fit(X, TARGETS["number"])
    kernels = len(ops.steps.signatures)
    data = data.copy(order="K")
    data.flags.writeable = False
    model = network("number", shuffle=shuffle)
    check_equal(*both(model, "number", monkeypatch, data))
    assert len(ops.steps.signatures) == kernels


def test_chunks_go_on_as_single_steps_do(calls, monkeypatch):
    fitted = []
    for compiled in (True, False):
        with monkeypatch.context() as patch:
            if not compiled:
                patch.setattr(CompiledSteps, "of", lambda *arguments: None)
            model = network("number", **RECIPE)
            for part in (slice(0, 100), slice(100, N)):
                model.partial_fit(X[part], TARGETS["number"][part])
            fitted.append(model)
    check_equal(*fitted)
    assert calls


class Pressing(Schedule):
    """Presses Ctrl-C before the sixth step."""

    def factor(self, moment):
        if moment.step == 5:
            signal.raise_signal(signal.SIGINT)
        return 1.0


def test_ctrl_c_ends_training_with_the_step_in_hand(calls, monkeypatch):
    fitted = []
    for compiled in (True, False):
        with monkeypatch.context() as patch:
            if not compiled:
                patch.setattr(CompiledSteps, "of", lambda *arguments: None)
            model = network("number", learning_rate_schedule=Pressing())
            with pytest.raises(KeyboardInterrupt):
                model.fit(X, TARGETS["number"])
            fitted.append(model)
    check_equal(*fitted)
    assert calls == [8]


def test_wide_networks_take_few_steps_at_a_time(calls):
    wide = network("number", hidden_layer_sizes=(800, 800), max_iter=1)
    wide.fit(X, TARGETS["number"])
    size = 32 * (D * 800 + 800 * 800 + 800)
    assert 1 < max(calls) < 8
    assert max(calls) * size <= WORK


class OwnLoss(LogLoss):
    pass


class Own(Optimizer):
    def update(self, params, grad, memory, t, rate):
        params -= rate * grad


@pytest.mark.parametrize(
    "params",
    [
        {"solver": "sgd"},
        {"solver": Own()},
        {"loss": OwnLoss()},
        {"loss": "squared_error"},
        {"activation": "elu"},
        {"clip_norm": 1.0},
    ],
    ids=str,
)
def test_what_has_no_compiled_twin_goes_step_by_step(params, calls):
    network("classes", **params).fit(X, TARGETS["classes"])
    assert not calls


def test_sparse_input_and_doubles_go_step_by_step(calls):
    network("number").fit(sparse.csr_array(X), TARGETS["number"])
    network("number").fit(X.astype(float), TARGETS["number"])
    assert not calls
