"""Many steps of training in one compiled call, which runs without the interpreter's lock.

A step takes some 100 µs. Taken one by one, each gives the lock away and takes it back
for every operation, so that networks in two threads wait for each other more than they
compute. In float32; what a step does is said in `network`, `losses` and `optimizers`, and
`compiled_steps.CompiledSteps` says for which of their parts it can be done here.
"""

from __future__ import annotations

from math import exp, log1p
from typing import Any

import numpy as np

from .numba_compiler import compiled
from .numba_ops import KERNELS as OPERATIONS
from .numba_ops import (
    adam,
    add_bias,
    column_sums,
    cross_entropy,
    scale_rows,
    scale_rows_backward,
)
from .numba_smooth import bounded_exp, gelu, mish, multiply_slopes, silu, smooth

KERNELS = dict(OPERATIONS)

# Codes of the activations of hidden layers, and of the losses with their outputs.
IDENTITY, RELU, SIGMOID, TANH, SILU, MISH, GELU = range(7)
SQUARED_ERROR, CROSS_ENTROPY, YES_OR_NO = range(3)


@compiled
def identity(Z: Any, b: Any, A: Any) -> None:
    """Write z into `A` and 1 into `Z`, for z_j + b_j in place of z_j; as `silu` does."""
    m, n = Z.shape
    for i in range(m):
        for j in range(n):
            A[i, j] = Z[i, j] + b[j]
            Z[i, j] = 1


@compiled
def relu(Z: Any, b: Any, A: Any) -> None:
    """Write max(z, 0) into `A` and its derivative into `Z`; NaN stays NaN."""
    m, n = Z.shape
    zero, one = Z.dtype.type(0), Z.dtype.type(1)
    for i in range(m):
        for j in range(n):
            z = Z[i, j] + b[j]
            A[i, j] = zero if z <= zero else z
            Z[i, j] = zero if z <= zero else one


@smooth
def sigmoid(Z: Any, b: Any, A: Any) -> None:
    """Write a = 1 / (1 + e^-z) into `A` and its derivative, a (1 - a), into `Z`."""
    m, n = Z.shape
    one = Z.dtype.type(1)
    for i in range(m):
        for j in range(n):
            a = one / (one + bounded_exp(-(Z[i, j] + b[j])))
            A[i, j] = a
            Z[i, j] = a * (one - a)


@smooth
def tanh(Z: Any, b: Any, A: Any) -> None:
    """Write a = tanh z into `A` and its derivative, 1 - a², into `Z`.

    tanh z = ±(1 - e) / (1 + e) for e = e^(-2 abs(z)).
    """
    m, n = Z.shape
    zero, one, two = Z.dtype.type(0), Z.dtype.type(1), Z.dtype.type(2)
    for i in range(m):
        for j in range(n):
            z = Z[i, j] + b[j]
            e = bounded_exp(-two * abs(z))
            a = (one - e) / (one + e)
            a = -a if z < zero else a
            A[i, j] = a
            Z[i, j] = one - a * a


@compiled
def activate(code: int, Z: Any, b: Any, A: Any) -> None:
    """Write σ(Z + b) into `A` and σ'(Z + b) into `Z`; Z and A are (m, n), b is (n,)."""
    if code == RELU:
        relu(Z, b, A)
    elif code == SILU:
        silu(Z, b, A)
    elif code == MISH:
        mish(Z, b, A)
    elif code == GELU:
        gelu(Z, b, A)
    elif code == TANH:
        tanh(Z, b, A)
    elif code == SIGMOID:
        sigmoid(Z, b, A)
    else:
        identity(Z, b, A)


@compiled
def drop(U: Any, rate: float, slopes: Any, A: Any) -> None:
    """Multiply `A` and `slopes` by 0 where u < rate, else by 1 / (1 - rate); all (m, n).

    With the derivative masked, too, back propagation needs no mask of its own.
    """
    m, n = A.shape
    least, zero = A.dtype.type(rate), A.dtype.type(0)
    kept = A.dtype.type(1 / (1 - rate))
    for i in range(m):
        for j in range(n):
            d = kept if U[i * n + j] >= least else zero
            A[i, j] *= d
            slopes[i, j] *= d


@compiled
def softmax(Z: Any, A: Any) -> None:
    """Write e^z_j / Σ_k e^z_k into `A`; both (m, n)."""
    m, n = Z.shape
    for i in range(m):
        greatest, total = Z[i, 0], Z.dtype.type(0)
        for j in range(1, n):
            greatest = max(greatest, Z[i, j])
        for j in range(n):
            a = bounded_exp(Z[i, j] - greatest)
            A[i, j] = a
            total += a
        for j in range(n):
            A[i, j] /= total


@compiled
def squared_error(Y: Any, Z: Any, scale: Any, costs: Any, delta: Any) -> None:
    """Write s 2 (z - y) into `delta` and Σ s (z - y)² into `costs`, as `SquaredError`."""
    m, n = Z.shape
    costs[:] = 0
    for i in range(m):
        s = scale[i, 0]
        for j in range(n):
            e = Z[i, j] - Y[i, j]
            costs[j] += s * e * e
            delta[i, j] = s * (e + e)


@compiled
def yes_or_no(Y: Any, Z: Any, scale: Any, costs: Any, delta: Any) -> None:
    """Write s (σ(z) - y) into `delta`, and costs as `LogLoss` has for sigmoid outputs."""
    m, n = Z.shape
    one = Z.dtype.type(1)
    costs[:] = 0
    for i in range(m):
        s = scale[i, 0]
        for j in range(n):
            z, y = Z[i, j], Y[i, j]
            e = exp(-abs(z))
            costs[j] += s * (max(z, z - z) + log1p(e) - y * z)
            a = one / (one + e)
            a = one - a if z < 0 else a
            delta[i, j] = s * (a - y)


@compiled
def evaluate(code: int, batch: Any, output: Any, costs: Any) -> None:
    """Write s ∂C/∂z into delta, (m, n), and the costs of the outputs into `costs`, (n,)."""
    Y, scale = batch
    Z, A, delta = output
    if code == SQUARED_ERROR:
        squared_error(Y, Z, scale, costs, delta)
    elif code == YES_OR_NO:
        yes_or_no(Y, Z, scale, costs, delta)
    else:
        softmax(Z, A)
        cross_entropy(Y, Z, A, scale, costs, delta)


@compiled
def matrix(vector: Any, at: int, m: int, n: int) -> Any:
    """Return the (m, n) values of `vector` from `at` on, as a view."""
    return vector[at : at + m * n].reshape((m, n))


@compiled
def forward(layers: Any, params: Any, X: Any, space: Any, dropped: Any) -> None:
    """Write Z and A of the output layer, A and σ'(Z) of the others, into `space`."""
    Z, A, first, pool = space
    m, last = len(X), len(layers) - 1
    H = X
    for number in range(last + 1):
        n_in, n, w, b, at, code = layers[number]
        W = matrix(first if number == 0 else params, 0 if number == 0 else w, n_in, n)
        z, a = matrix(Z, at, m, n), matrix(A, at, m, n)
        np.dot(H, W, z)
        if number == last:
            add_bias(z, params[b : b + n])
            return
        activate(code, z, params[b : b + n], a)
        rate, place = dropped[number, 0], int(dropped[number, 1])
        if rate > 0:
            drop(pool[place : place + m * n], rate, z, a)
        H = a


@compiled
def backward(layers: Any, vectors: Any, X: Any, space: Any) -> None:
    """Propagate the delta of the output layer back, into the gradient."""
    params, grad = vectors
    slopes, A, delta = space
    m, last = len(X), len(layers) - 1
    n, b, at = layers[last, 1], layers[last, 3], layers[last, 4]
    d = matrix(delta, at, m, n)
    column_sums(d, grad[b : b + n])
    for number in range(last, 0, -1):
        n_in, n, w = layers[number, 0], layers[number, 1], layers[number, 2]
        before, b = layers[number - 1][4], layers[number - 1][3]
        H, error = matrix(A, before, m, n_in), matrix(delta, before, m, n_in)
        np.dot(H.T, d, matrix(grad, w, n_in, n))
        np.dot(d, matrix(params, w, n_in, n).T, error)
        multiply_slopes(matrix(slopes, before, m, n_in), error, grad[b : b + n_in])
        d = error
    n_in, n = layers[0, 0], layers[0, 1]
    np.dot(X.T, d, matrix(grad, 0, n_in, n))


@compiled
def gradient(
    form: Any, vectors: Any, batch: Any, space: Any, dropped: Any, costs: Any
) -> None:
    """Write the gradient on one batch, and its costs; with the arguments of `steps`."""
    layers, _, scales, factor, loss = form
    params, grad = vectors
    X, Y, scale = batch
    Z, A, delta, first, pool = space
    n_in, n, n_outputs, at = layers[0, 0], layers[0, 1], layers[-1, 1], layers[-1, 4]
    W, G = matrix(params, 0, n_in, n), matrix(grad, 0, n_in, n)
    if scales == params.size:
        first = params
    else:
        u = params[scales : scales + n_in]
        scale_rows(W, u, factor, matrix(first, 0, n_in, n))
    forward(layers, params, X, (Z, A, first, pool), dropped)
    z, a = matrix(Z, at, len(X), n_outputs), matrix(A, at, len(X), n_outputs)
    evaluate(loss, (Y, scale), (z, a, matrix(delta, at, len(X), n_outputs)), costs)
    backward(layers, (params, grad), X, (Z, A, delta))
    if scales < params.size:
        u = params[scales : scales + n_in]
        scale_rows_backward(W, u, factor, G, grad[scales : scales + n_in])


@compiled
def steps(form: Any, vectors: Any, rows: Any, space: Any, table: Any, costs: Any) -> None:
    """Take one step for every row of `costs`, each against the gradient on its batch.

    Parameters
    ----------
    form : (layers, n_weights, scales, factor, loss)
        `layers` is an array of int of shape (n_layers, 6): nodes before, nodes here,
        where W and b begin in the parameters and the rows in a space, the activation.
        `n_weights` counts the weights, the scales of inputs begin at `scales`, which is the
        end if there are none, `factor` is theirs, `loss` a code.
    vectors : (params, grad, M, V), arrays of shape (n_parameters,)
    rows : (X, Y, scale, bounds)
        What all batches consist of, (n, n_features), (n, n_outputs) and (n, 1), and the
        first and last row, exclusive, of every batch, (n_steps, 2).
    space : (Z, A, delta, first, pool), flat arrays
        Memory of the layers; `first` is that of diag(s) W[0]; random numbers from [0, 1).
    table : (factors, dropped)
        Of every step: the factors of `adam`, (n_steps, 8), and for every layer the rate of
        dropout and where its random numbers begin in the pool, (n_steps, n_layers, 2).
    costs : array of shape (n_steps, n_outputs)
        Receives the costs of every batch.
    """
    _, n_weights, scales, _, _ = form
    params, grad, M, V = vectors
    X, Y, scale, bounds = rows
    factors, dropped = table
    for t in range(len(costs)):
        at = slice(bounds[t, 0], bounds[t, 1])
        batch = X[at], Y[at], scale[at]
        gradient(form, (params, grad), batch, space, dropped[t], costs[t])
        adam(params, grad, (M, V), factors[t], (n_weights, scales))


KERNELS["steps"] = steps
