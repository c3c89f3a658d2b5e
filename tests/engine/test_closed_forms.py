"""Activations, losses and what all parts share: values written out, for any settings."""

import copy
import pickle
from math import erfc, exp, expm1, log, log1p, sqrt, tanh

import numpy as np
import pytest
from scipy.special import expit, huber, log_expit, logsumexp
from sklearn import metrics

from sknn import (
    ELU,
    Activation,
    AdamW,
    Cosine,
    Gamma,
    Huber,
    Initializer,
    LeakyReLU,
    Loss,
    Optimizer,
    PReLU,
    Quantile,
    Schedule,
    Tweedie,
)
from sknn.engine.activations import ACTIVATIONS, Identity, ReLU
from sknn.engine.arrays import load_kernels, ops
from sknn.engine.backends.numpy_ops import OPERATIONS
from sknn.engine.cost import L2, Cost
from sknn.engine.data import Data
from sknn.engine.initializers import INITIALIZERS, Glorot, He, LeCun
from sknn.engine.loss import Output
from sknn.engine.losses import LOSSES, LogLoss, Poisson, SquaredError
from sknn.engine.network import Network, Workspace

DTYPES = [np.float32, np.float64]
STEP = 1e-6


@pytest.fixture(params=["numpy", "kernels"])
def backend(request, monkeypatch):
    """Run the operations in NumPy, then by the kernels where there are any."""
    for name, operation in {**OPERATIONS, "adam": None, "cross_entropy": None}.items():
        monkeypatch.setattr(ops, name, operation)
    if request.param == "kernels":
        load_kernels()


def forward(part, Z):
    """Return Z and A as `forward` leaves them."""
    part = part.bind(part.learned(Z.shape[1]).astype(Z.dtype))
    Z, A = Z.copy(), np.empty_like(Z)
    part.forward(Z, A)
    return Z, A


# ---- activations ----------------------------------------------------------------------

POINTS = [-200.0, -30, -5, -1, -0.1, 0, 0.1, 1, 3, 30, 80]


def damped(slope):
    return lambda z: z if z > 0 else slope * z


def elu(alpha, scale=1.0):
    return lambda z: scale * (z if z > 0 else alpha * expm1(z))


def silu(z):
    return z * expit(z)


FORMS = {
    "identity": lambda z: z,
    "logistic": expit,
    "sigmoid": expit,
    "tanh": tanh,
    "relu": damped(0.0),
    "leaky_relu": damped(0.01),
    LeakyReLU(0.3): damped(0.3),
    "prelu": damped(0.25),
    PReLU(-0.5): damped(-0.5),
    "elu": elu(1.0),
    ELU(0.5): elu(0.5),
    "selu": elu(1.6732632423543772, 1.0507009873554805),
    "gelu": lambda z: z / 2 * erfc(-z / sqrt(2)),  # erfc(-x) = 1 + erf(x)
    "silu": silu,
    "swish": silu,
    "mish": lambda z: z * tanh(log1p(exp(z))),
    "softplus": lambda z: log1p(exp(z)),
    "exp": exp,
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FORMS, ids=str)
def test_an_activation_has_the_values_of_its_formula(name, dtype):
    part = ACTIVATIONS.get(name, name)
    Z = np.array(POINTS, dtype)[:, None]
    expected = [[FORMS[name](z)] for z in Z[:, 0].astype(float)]
    rtol, atol = (2e-5, 1e-37) if dtype == np.float32 else (1e-12, 1e-300)
    np.testing.assert_allclose(forward(part, Z)[1], expected, rtol, atol)
    if part.in_place:
        part.forward(Z, Z)
        np.testing.assert_allclose(Z, expected, rtol, atol)


ROWS = [[0.0, 0, 0], [1, 2, 3], [-3, 0.5, 90], [1000, 1001, 998], [-1000, -1000, -200]]


@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax_and_its_logarithm_are_those_of_the_formula(dtype):
    Z, softmax = np.array(ROWS, dtype), ACTIVATIONS["softmax"]
    rtol, atol = (1e-6, 1e-37) if dtype == np.float32 else (1e-14, 1e-300)
    expected = Z - logsumexp(np.array(ROWS), axis=1, keepdims=True)
    np.testing.assert_allclose(forward(softmax, Z)[1], np.exp(expected), rtol, atol)
    np.testing.assert_allclose(softmax.log(Z), expected, rtol)
    np.testing.assert_array_equal(Z, np.array(ROWS, dtype))
    assert {*FORMS} >= ACTIVATIONS.keys() - {"softmax"}


def log_softplus(z):
    return z - exp(z) / 2 if z < -20 else log(log1p(exp(z)))


LOGS = {"sigmoid": log_expit, "softplus": log_softplus, "exp": lambda z: z}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LOGS)
def test_the_logarithm_of_an_output_is_right_where_the_output_rounds_to_0(name, dtype):
    Z = np.array([[*POINTS, -1000, -31, -29, 20]], dtype)
    before = Z.copy()
    expected = [[LOGS[name](z) for z in Z[0].astype(float)]]
    rtol = 2e-6 if dtype == np.float32 else 1e-13
    found = ACTIVATIONS[name].log(Z)
    assert found.dtype == dtype
    assert not np.shares_memory(found, Z)
    np.testing.assert_allclose(found, expected, rtol, atol=1e-37)
    np.testing.assert_array_equal(Z, before)


def test_the_logarithm_of_a_users_own_activation_leaves_the_values_alone():
    Z = np.array([[1.0, 2.0, 5.0]])

    class Overwriting(Activation):
        def forward(self, Z, A):
            A[...] = np.exp(2 * Z)
            Z[...] = 0

    np.testing.assert_allclose(Overwriting().log(Z), 2 * Z, rtol=1e-15)
    np.testing.assert_array_equal(Z, [[1, 2, 5]])


def test_the_functions_that_are_above_0_and_those_for_the_output_alone_say_so():
    positive = {name for name, part in ACTIVATIONS.items() if part.positive}
    assert positive == {"sigmoid", "logistic", "softplus", "exp", "softmax"}
    assert {name for name, part in ACTIVATIONS.items() if not part.hidden} == {
        "exp",
        "softmax",
    }
    assert {name for name, part in ACTIVATIONS.items() if part.joint} == {"softmax"}
    links = {name: part.link for name, part in ACTIVATIONS.items() if part.link}
    logits = dict.fromkeys(["sigmoid", "logistic", "softmax"], "logit")
    assert links == logits | {"identity": "identity", "exp": "log"}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_names_the_initializer_of_its_paper(name):
    glorot = {"identity", "logistic", "sigmoid", "tanh", "exp", "softmax"}
    expected = He("uniform") if name not in glorot else Glorot("uniform")
    if name == "selu":
        expected = LeCun("normal")
    assert INITIALIZERS[ACTIVATIONS[name].initializer] == expected


@pytest.mark.parametrize(
    "part",
    [
        *map(LeakyReLU, (0.0, 0.1, 0.3)),
        *map(ELU, (0.5, 1.0, 2.5)),
        *map(PReLU, (0.1, -0.5, 1.5)),
        *ACTIVATIONS.values(),
    ],
    ids=repr,
)
def test_backward_is_the_derivative_of_forward_for_any_settings(part):
    rng = np.random.default_rng(0)
    Z, delta = rng.normal(size=(2, 30, 4)) * 2
    expected = np.empty_like(Z)
    for j in range(4):
        step = STEP * (np.arange(4) == j)
        change = forward(part, Z + step)[1] - forward(part, Z - step)[1]
        expected[:, j] = (delta * change).sum(axis=1) / (2 * STEP)
    part = part.bind(part.learned(4), np.empty(len(part.learned(4))))
    part.backward(*forward(part, Z), delta)
    np.testing.assert_allclose(delta, expected, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("slope", [0.1, 0.25, -0.5])
def test_the_slopes_of_prelu_get_their_gradient(slope):
    Z, delta = np.random.default_rng(0).normal(size=(2, 30, 4))
    expected = [
        sum(d * z for d, z in zip(*both, strict=True) if z < 0)
        for both in zip(delta.T, Z.T, strict=True)
    ]
    part = PReLU(slope)
    np.testing.assert_array_equal(part.learned(4), [slope] * 4)
    grad = np.empty(4)
    bound = part.bind(np.array([slope, 2.0, 0.0, 1.0]), grad)
    A = np.empty_like(Z)
    bound.forward(Z, A)
    np.testing.assert_allclose(A[Z < 0], (Z * [slope, 2.0, 0.0, 1.0])[Z < 0], atol=1e-15)
    bound.backward(Z, A, delta)
    np.testing.assert_allclose(grad, expected, rtol=1e-12)


# ---- losses ---------------------------------------------------------------------------


def deviance(power):
    def half(y, a):
        return metrics.mean_tweedie_deviance([y], [a], power=power) / 2

    return half


def pinball(q):
    return lambda y, a: metrics.mean_pinball_loss([y], [a], alpha=q)


def yes_or_no(y, a):
    return metrics.log_loss([y], [a], labels=[0, 1])


def huber_of(epsilon):
    return lambda y, a: 2 * huber(epsilon, a - y)


COSTS = {  # of one target y and one output a
    "squared_error": lambda y, a: (a - y) ** 2,
    "absolute_error": lambda y, a: abs(a - y),
    "huber": huber_of(1.35),
    Huber(0.5): huber_of(0.5),
    Huber(3): huber_of(3),
    "quantile": pinball(0.5),
    Quantile(0.2): pinball(0.2),
    "poisson": deviance(1),
    "gamma": deviance(2),
    "tweedie": deviance(1.5),
    Tweedie(1.2): deviance(1.2),
    Tweedie(1.8): deviance(1.8),
    "log_loss": yes_or_no,
}


def outputs(name):
    """Return the names of two output activations that suit the loss, or of the one."""
    if name == "log_loss":
        return ["sigmoid"]
    return ["exp" if LOSSES.get(name, name).positive else "identity", "softplus"]


CASES = [(name, output) for name in COSTS for output in outputs(name)]


def problem(name, output):
    """Return the loss, targets, values and the activation; more than one output."""
    rng = np.random.default_rng(0)
    loss = LOSSES.get(name, name)
    Z, Y = rng.normal(size=(2, 20, 3)) * 1.5
    if loss.positive:
        Y = rng.exponential(size=Y.shape) + 0.01
        if loss != Gamma():
            Y[::4] = 0
    if name == "log_loss":
        Y = np.round(rng.random(size=Y.shape))
    return loss, Y, Z, ACTIVATIONS[output]


def output_of(Z, activation, scale=1.0):
    return Output(*forward(activation, Z), activation, scale)


def costs(loss, Y, Z, activation):
    out = np.empty_like(Z)
    loss.cost(Y, output_of(Z, activation), out)
    return out


def assert_gradient_is_that_of_the_cost(loss, Y, Z, activation):
    """Compare `gradient` and `evaluate`, for any weights, with central differences."""
    slopes, value = np.empty_like(Z), costs(loss, Y, Z, activation)
    for j in range(Z.shape[1]):
        step = STEP * (np.arange(Z.shape[1]) == j)
        change = costs(loss, Y, Z + step, activation) - costs(loss, Y, Z - step, activation)
        slopes[:, j] = change.sum(axis=1) / (2 * STEP)
    weights = np.random.default_rng(1).exponential(size=(len(Z), 1))
    for scale in (weights, np.full((1, 1), 0.3)):
        delta, again = np.empty_like(Z), np.empty_like(Z)
        loss.gradient(Y, output_of(Z, activation, scale), delta)
        np.testing.assert_allclose(delta, scale * slopes, rtol=1e-6, atol=1e-7)
        found = loss.evaluate(Y, output_of(Z, activation)._replace(scale=scale), again)
        np.testing.assert_allclose(again, delta, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(found, (scale * value).sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize(("name", "output"), CASES)
def test_a_loss_has_the_cost_of_its_formula(name, output):
    loss, Y, Z, activation = problem(name, output)
    A = forward(activation, Z)[1]
    expected = np.vectorize(COSTS[name])(Y, A)
    np.testing.assert_allclose(costs(loss, Y, Z, activation), expected, 1e-10, 1e-12)


@pytest.mark.parametrize(("name", "output"), CASES)
def test_the_gradient_of_a_loss_is_the_derivative_of_its_cost(name, output):
    assert_gradient_is_that_of_the_cost(*problem(name, output))


def softmax_problem():
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=20)
    return labels, LogLoss(), np.eye(3)[labels], rng.normal(size=(20, 3)) * 3


@pytest.mark.usefixtures("backend")
def test_the_log_loss_of_softmax_is_that_of_the_labels():
    labels, loss, Y, Z = softmax_problem()
    softmax = ACTIVATIONS["softmax"]
    A = forward(softmax, Z)[1]
    found = costs(loss, Y, Z, softmax)
    expected = [-log(a[label]) for a, label in zip(A, labels, strict=True)]
    np.testing.assert_allclose(found.sum(axis=1), expected, rtol=1e-12)
    np.testing.assert_allclose(found.sum() / 20, metrics.log_loss(labels, A), rtol=1e-12)
    np.testing.assert_array_equal(found[Y == 0], 0)
    assert_gradient_is_that_of_the_cost(loss, Y, Z, softmax)


def test_several_quantiles_of_one_target_are_as_many_outputs():
    rng = np.random.default_rng(0)
    loss, Y, Z = Quantile((0.1, 0.9)), rng.normal(size=(20, 1)), rng.normal(size=(20, 2))
    found = costs(loss, Y, Z, Identity())
    for j, q in enumerate((0.1, 0.9)):
        expected = metrics.mean_pinball_loss(Y, Z[:, j], alpha=q)
        np.testing.assert_allclose(found[:, j].mean(), expected, rtol=1e-12)
    assert_gradient_is_that_of_the_cost(loss, Y, Z, Identity())
    assert loss.n_outputs(1) == 2
    np.testing.assert_array_equal(loss.to_predictions(Z), np.sort(Z, axis=1))


@pytest.mark.parametrize(
    ("loss", "degree"),
    [
        (SquaredError(), 2),
        (LOSSES["absolute_error"], 1),
        (Quantile(0.2), 1),
        (Poisson(), 1),
        (Gamma(), 0),
        (Tweedie(1.2), 0.8),
        (Tweedie(1.8), 0.2),
    ],
)
def test_the_cost_of_scaled_targets_grows_by_the_degree(loss, degree):
    assert loss.degree == pytest.approx(degree)
    assert loss.homogeneous
    rng = np.random.default_rng(0)
    (Y, A), part = rng.exponential(size=(2, 9, 2)), ACTIVATIONS[loss.output]
    back = np.log if loss.output == "exp" else np.positive
    found = costs(loss, 7 * Y, back(7 * A), part)
    np.testing.assert_allclose(found, 7**degree * costs(loss, Y, back(A), part), 1e-8)


def test_the_huber_loss_scales_with_its_threshold():
    Y, Z = np.random.default_rng(0).normal(size=(2, 20, 2))
    found = costs(Huber(3.5), 7 * Y, 7 * Z, Identity())
    np.testing.assert_allclose(found, 49 * costs(Huber(0.5), Y, Z, Identity()), rtol=1e-12)
    assert (Huber().degree, Huber().homogeneous, Huber().epsilon) == (2, False, 1.35)


@pytest.mark.parametrize(
    ("loss", "expected", "slope"),
    [
        (Poisson(), 2 * log(2) - 2 + 400, -2),
        (LogLoss(), 2 * 200, -2),  # as if two examples said yes
        (Tweedie(), 0, 0),
    ],
)
def test_a_cost_is_right_where_the_output_rounds_to_0(loss, expected, slope):
    Y = np.array([[0.0 if loss == Tweedie() else 2]], np.float32)
    Z = np.array([[-200]], np.float32)
    part = ACTIVATIONS["sigmoid" if loss == LogLoss() else "exp"]
    delta = np.empty_like(Z)
    np.testing.assert_allclose(costs(loss, Y, Z, part), [[expected]], 1e-6, 1e-30)
    loss.gradient(Y, output_of(Z, part), delta)
    np.testing.assert_allclose(delta, [[slope]], 1e-6, 1e-30)


@pytest.mark.parametrize("loss", [Poisson(), Gamma(), Tweedie()])
def test_targets_out_of_range_are_refused(loss):
    for wrong in [-0.1, 0.0] if loss == Gamma() else [-0.1]:
        with pytest.raises(ValueError, match="is for targets"):
            loss.check_targets(np.array([[1.0, wrong]]))
    loss.check_targets(np.array([[1.0, 1e-9 if loss == Gamma() else 0.0]]))


# ---- what all parts share -------------------------------------------------------------


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
