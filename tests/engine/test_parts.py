"""What all parts share: they compare by settings, and what is overridden is what runs."""

import copy
import pickle

import numpy as np
import pytest
from output_parts import output_of, softmax_problem

from sknn import (
    Activation,
    AdamW,
    Cosine,
    Huber,
    Initializer,
    LeakyReLU,
    Loss,
    Optimizer,
    PReLU,
    Quantile,
    Schedule,
)
from sknn.engine.activations import ACTIVATIONS, Identity, ReLU
from sknn.engine.cost import L2, Cost
from sknn.engine.data import Data
from sknn.engine.initializers import Glorot, He
from sknn.engine.losses import LogLoss, Poisson, SquaredError
from sknn.engine.network import Network, Workspace


class Setting:
    def __init__(self, value, other=1):
        self.value = value
        self.other = other


class MyActivation(Setting, Activation):
    pass


class MyLoss(Setting, Loss):
    pass


class MyOptimizer(Setting, Optimizer):
    pass


class MyInitializer(Setting, Initializer):
    pass


class MySchedule(Setting, Schedule):
    pass


class OtherSchedule(MySchedule):
    pass


BASES = [MyActivation, MyLoss, MyOptimizer, MyInitializer, MySchedule]


@pytest.mark.parametrize("kind", BASES)
def test_parts_with_equal_settings_are_equal(kind):
    part, same = kind(0.5), kind(0.5)
    same.value = vars(same).pop("value")  # in another order
    for twin in (same, copy.deepcopy(part), pickle.loads(pickle.dumps(part))):
        assert twin is not part
        assert twin == part
        assert hash(twin) == hash(part)
        assert {part, twin} == {part}


@pytest.mark.parametrize("kind", BASES)
def test_parts_with_other_settings_or_of_another_class_differ(kind):
    part = kind(0.5)
    for other in [
        kind(0.6),
        kind(0.5, 2),
        Cosine(0.5),
        "part",
        *[different(0.5) for different in [*BASES, OtherSchedule] if different is not kind],
    ]:
        assert part != other
        assert hash(part) != hash(other)
        assert len({part, other}) == 2


@pytest.mark.parametrize("kind", BASES)
def test_a_part_shows_its_settings(kind):
    assert repr(kind(0.5, "x")) == f"{kind.__name__}(value=0.5, other='x')"


def test_the_parts_of_the_package_compare_by_their_settings_too():
    assert AdamW(weight_decay=0.1) == AdamW(weight_decay=0.1) != AdamW(weight_decay=0.2)
    assert Cosine(0.1) != Cosine(0.2)
    assert hash(Huber(0.5)) == hash(Huber(0.5))
    assert He("normal") not in (He("uniform"), Glorot("normal"))
    assert ReLU() == ReLU() != Identity()
    assert repr(Quantile([0.1, 0.9])) == "Quantile(q=(0.1, 0.9))"
    assert repr(ReLU()) == "ReLU()"


class Capped(ReLU):
    def forward(self, Z, A):
        np.clip(Z, 0, 1, out=A)

    def backward(self, Z, A, delta):
        delta *= (A > 0) & (A < 1)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("part", [ReLU(), Capped(), PReLU(0.1), LeakyReLU(0.3)], ids=repr)
def test_a_network_runs_the_activation_that_it_is_given(part):
    rng = np.random.default_rng(0)
    network = Network((3, 20, 1), [part, Identity()], [0.0], np.float64)
    for view in (*network.params.W, *network.params.b):
        view[...] = rng.normal(size=view.shape)
    (V, W), (b, c) = network.params.W, network.params.b
    X, Y, space = rng.normal(size=(30, 3)), rng.normal(size=(30, 1)), Workspace(network, 30)
    Z = X @ V + b
    highest, slope = (1 if type(part) is Capped else np.inf), getattr(part, "slope", 0)
    H = np.minimum(np.where(Z > 0, Z, slope * Z), highest)
    np.testing.assert_allclose(network.forward(X, space).A, H @ W + c, rtol=1e-12)
    Cost(network, SquaredError(), L2(0.0)).gradient(Data(X, Y, None), space)
    error = 2 / 30 * (H @ W + c - Y) @ W.T
    delta = error * np.where(Z > 0, highest > Z, slope)
    np.testing.assert_allclose(network.grad.W[0], X.T @ delta, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(network.grad.b[0], delta.sum(axis=0), 1e-10, 1e-14)
    if slope == 0.1:
        expected = (error * np.minimum(Z, 0)).sum(axis=0)
        np.testing.assert_allclose(network.grad.learned[0], expected, 1e-10, 1e-14)


class Doubled:
    def cost(self, Y, output, out):
        super().cost(Y, output, out)
        out *= 2

    def gradient(self, Y, output, out):
        super().gradient(Y, output, out)
        out *= 2


class DoubledPoisson(Doubled, Poisson):
    pass


class DoubledLogLoss(Doubled, LogLoss):
    pass


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize(
    ("loss", "plain", "output"),
    [
        (DoubledPoisson(), Poisson(), "exp"),
        (DoubledPoisson(), Poisson(), "softplus"),
        (DoubledLogLoss(), LogLoss(), "softmax"),
        (DoubledLogLoss(), LogLoss(), "sigmoid"),
    ],
)
def test_what_a_subclass_of_a_loss_overrides_is_what_runs(loss, plain, output):
    _, _, Y, Z = softmax_problem()
    scale = np.full((1, 1), 0.05)
    delta, half = np.empty_like(Z), np.empty_like(Z)
    activation = ACTIVATIONS[output]
    found = loss.evaluate(Y, output_of(Z, activation)._replace(scale=scale), delta)
    expected = plain.evaluate(Y, output_of(Z, activation)._replace(scale=scale), half)
    np.testing.assert_allclose(found, 2 * expected, rtol=1e-10)
    np.testing.assert_allclose(delta, 2 * half, rtol=1e-10, atol=1e-15)
