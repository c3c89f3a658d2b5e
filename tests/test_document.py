"""The numbers and formulas of the document that the project is built on."""

from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from test_readme import blocks

from sknn import FFNNRegressor
from sknn.engine.activations import ACTIVATIONS
from sknn.engine.cost import L2, Cost
from sknn.engine.data import Data
from sknn.engine.loss import Output
from sknn.engine.losses import SquaredError
from sknn.engine.network import Network, Workspace
from sknn.engine.optimizers import SGD

PROJECT = Path(__file__).resolve().parents[1]
STORY = sorted(
    path.relative_to(PROJECT).as_posix() for path in PROJECT.glob("docs/how/*.md")
)
SIGMOID, IDENTITY = ACTIVATIONS["sigmoid"], ACTIVATIONS["identity"]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def slope(z):
    """Return the derivative of the sigmoid."""
    return sigmoid(z) * (1 - sigmoid(z))


def network_of(widths, rng):
    """Return a network of sigmoid neurons with random weights and biases."""
    n_layers = len(widths) - 1
    network = Network(widths, [SIGMOID] * n_layers, [0.0] * (n_layers - 1), np.float64)
    network.params.flat[...] = rng.normal(size=len(network.params.flat))
    return network


def gradient_of(network, X, Y):
    """Return the gradient vector on the examples, as a copy."""
    cost = Cost(network, SquaredError(), L2(0.0))
    cost.gradient(Data(X, Y, None), Workspace(network, len(X)))
    return network.grad.flat.copy()


def forward_by_loops(network, x):
    """Return z and a of every neuron, one sum at a time, with a[0] the input."""
    z, a = [], [list(x)]
    for W, b in zip(network.params.W, network.params.b, strict=True):
        sums = [
            sum(a[-1][k] * W[k, j] for k in range(len(a[-1]))) + b[j] for j in range(len(b))
        ]
        z.append(sums)
        a.append([sigmoid(value) for value in sums])
    return z, a


def test_the_network_of_the_document_has_its_matrices():
    network = Network((4, 5, 3, 2), [SIGMOID] * 3, [0.0, 0.0], np.float64)
    for params in (network.params, network.grad):
        assert [W.shape for W in params.W] == [(4, 5), (5, 3), (3, 2)]
        assert [b.shape for b in params.b] == [(5,), (3,), (2,)]
        assert not params.flat.any()


def test_the_layer_values_are_rows_of_5_3_and_2():
    network = network_of((4, 5, 3, 2), np.random.default_rng(0))
    space = Workspace(network, 1)
    network.forward(np.ones((1, 4)), space)
    assert [Z.shape for Z in space.Z] == [(1, 5), (1, 3), (1, 2)]
    assert [A.shape for A in space.A] == [(1, 5), (1, 3), (1, 2)]


def test_forward_propagation_is_the_sum_of_products_plus_bias_through_sigma():
    rng = np.random.default_rng(1)
    network = network_of((4, 5, 3, 2), rng)
    x = rng.normal(size=4)
    space = Workspace(network, 1)
    output = network.forward(x[None], space)
    _, a = forward_by_loops(network, x)
    np.testing.assert_allclose(output.A[0], a[-1], rtol=1e-14)


def test_the_cost_of_predicting_066_for_100():
    Y, A, out = np.array([[1.0]]), np.array([[0.66]]), np.empty((1, 1))
    SquaredError().cost(Y, Output(A, A, IDENTITY), out)
    assert out[0, 0] == pytest.approx(0.1156)
    SquaredError().gradient(Y, Output(A, A, IDENTITY), out)
    assert out[0, 0] == pytest.approx(-0.68)


def test_one_node_per_layer_follows_the_chain_rule():
    """∂C/∂w = a_prev · σ'(z) · ∂C/∂a, and ∂C/∂a_prev = w · σ'(z) · ∂C/∂a."""
    rng = np.random.default_rng(2)
    network = network_of((1, 1, 1, 1), rng)
    x, y = 0.7, 1.0
    z, a = forward_by_loops(network, [x])
    gradient_of(network, np.array([[x]]), np.array([[y]]))
    dC_da = 2 * (a[3][0] - y)
    for layer in (2, 1, 0):
        dC_dz = slope(z[layer][0]) * dC_da
        np.testing.assert_allclose(network.grad.b[layer][0], dC_dz, rtol=1e-13)
        np.testing.assert_allclose(
            network.grad.W[layer][0, 0], a[layer][0] * dC_dz, rtol=1e-13
        )
        dC_da = network.params.W[layer][0, 0] * dC_dz


def test_the_boxed_derivatives_by_loops_are_the_matrix_form():
    rng = np.random.default_rng(3)
    network = network_of((4, 5, 3, 2), rng)
    x, y = rng.normal(size=4), rng.random(2)
    z, a = forward_by_loops(network, x)
    gradient_of(network, x[None], y[None])
    dC_da = [2 * (a[3][j] - y[j]) for j in range(2)]
    for layer in (2, 1, 0):
        n_j, n_k = len(z[layer]), len(a[layer])
        dC_db = [1 * slope(z[layer][j]) * dC_da[j] for j in range(n_j)]
        dC_dw = [
            [a[layer][k] * slope(z[layer][j]) * dC_da[j] for j in range(n_j)]
            for k in range(n_k)
        ]
        np.testing.assert_allclose(network.grad.b[layer], dC_db, rtol=1e-12)
        np.testing.assert_allclose(network.grad.W[layer], dC_dw, rtol=1e-12)
        W = network.params.W[layer]
        dC_da = [
            sum(W[k, j] * slope(z[layer][j]) * dC_da[j] for j in range(n_j))
            for k in range(n_k)
        ]


@pytest.mark.parametrize("size", [1, 3, 4, 12])
def test_batches_of_any_size_average_to_the_same_gradient_vector(size):
    rng = np.random.default_rng(4)
    network = network_of((4, 5, 3, 2), rng)
    X, Y = rng.normal(size=(12, 4)), rng.random((12, 2))
    whole = gradient_of(network, X, Y)
    parts = [
        gradient_of(network, X[i : i + size], Y[i : i + size]) for i in range(0, 12, size)
    ]
    np.testing.assert_allclose(np.mean(parts, axis=0), whole, rtol=1e-12, atol=1e-15)


def test_a_step_subtracts_the_gradient_times_the_learning_rate():
    from_start = network_of((4, 5, 3, 2), np.random.default_rng(5))
    params = from_start.params.flat
    before = params.copy()
    rng = np.random.default_rng(6)
    grad = gradient_of(from_start, rng.normal(size=(8, 4)), rng.random((8, 2)))
    solver = SGD()
    solver.step(params, grad.copy(), solver.start(params, 0), 0.1)
    np.testing.assert_allclose(params, before - 0.1 * grad, rtol=1e-14)


@pytest.mark.parametrize("page", STORY)
def test_the_story_quotes_the_code_as_it_is(page):
    quotations = [(code, source) for code, _, source in blocks(page) if source is not None]
    assert quotations or page != "docs/how/from-formulas-to-code.md"
    for code, source in quotations:
        lines = (PROJECT / source).read_text(encoding="utf-8").splitlines()
        height = len(code.splitlines())
        windows = (
            dedent("\n".join(lines[start : start + height]))
            for start in range(len(lines) - height + 1)
        )
        assert code.rstrip("\n") in windows, f"not in {source}:\n{code}"


def test_the_small_network_is_the_same_on_every_page_of_the_story():
    setups = {
        code for page in STORY for code, *_ in blocks(page) if "def small_network" in code
    }
    assert len(setups) == 1


def test_the_numbers_of_the_story_are_those_of_the_small_network():
    page = "docs/how/cost.md"
    setup = next(code for code, *_ in blocks(page) if "def small_network" in code)
    namespace = {}
    exec(compile(setup, PROJECT / page, "exec"), namespace)
    x, y = namespace["x_one"], namespace["y_one"]
    untrained = namespace["small_network"](learning_rate=namespace["no_step"]).partial_fit(
        x, y
    )
    assert isinstance(untrained, FFNNRegressor)
    coefs_grad, intercepts_grad = untrained.gradient(x, y)
    trained = namespace["small_network"]().partial_fit(x, y)
    seen = {
        "output": untrained.predict(x)[0],
        "cost": untrained.loss_curve_[0],
        "derivative": 2 * (untrained.predict(x) - y)[0],
        "delta": intercepts_grad[1][0],
        "gradient": coefs_grad[0][0, 0],
        "weight": trained.coefs_[0][0, 0],
        "new output": trained.predict(x)[0],
        "new cost": (trained.predict(x) - y)[0] ** 2,
    }
    told = {
        "output": 0.66,
        "cost": 0.1156,
        "derivative": -0.68,
        "delta": -0.1526,
        "gradient": 0.1536,
        "weight": 0.6464,
        "new output": 0.815,
        "new cost": 0.0342,
    }
    assert seen == pytest.approx(told, abs=1e-4)
    story = "".join((PROJECT / page).read_text(encoding="utf-8") for page in STORY)
    assert not [name for name, number in told.items() if str(number) not in story]
