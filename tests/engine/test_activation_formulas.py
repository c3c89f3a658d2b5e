"""Activations: values and derivatives written out, for any settings."""

from math import erfc, exp, expm1, log, log1p, sqrt, tanh

import numpy as np
import pytest
from output_parts import forward
from scipy.special import expit, log_expit, logsumexp

from sknn import (
    ELU,
    Activation,
    LeakyReLU,
    PReLU,
)
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.initializers import INITIALIZERS, Glorot, He, LeCun

DTYPES = [np.float32, np.float64]
STEP = 1e-6


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
