"""Time one training step: bare matrix products, sknn, scikit-learn's MLP, PyTorch.

    python tests/benchmarks/step.py [--threads 1 2] [--rounds 7] [--contenders bare sknn]

All do the same work: forward pass, log loss, back propagation, L2 penalty, one Adam update;
the same shapes, batch, dtype and number of threads.
The contenders take turns within every round, so that a drift of the machine hits all alike.
Ratios are to the bare products of the same round. PyTorch takes part if it is installed.
"""

import argparse
import itertools
import platform
import statistics
import time

import numpy as np
from shapes import SHAPES, examples
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from sknn.engine.activations import ACTIVATIONS
from sknn.engine.batches import Batches
from sknn.engine.cost import L2, Cost
from sknn.engine.data import Data
from sknn.engine.losses import LogLoss
from sknn.engine.network import Network
from sknn.engine.optimizers import Adam

try:
    import torch
except ImportError:
    torch = None


# So small that no network learns its one batch by heart: gradients of 0 turn subnormal,
# which takes a processor several times as long.
RATE = 1e-9


def problem(name, dtype):
    """Return random inputs, rows of 0 and 1 as targets, and the widths of the layers."""
    features, hidden, classes, m = SHAPES[name]
    X, y = examples(name, m, dtype)
    return X, np.eye(classes, dtype=dtype)[y], (features, *hidden, classes)


def bare_step(X, Y, widths):
    """Return a function that does the matrix products of a step and nothing else."""
    m, dtype = len(X), X.dtype
    rng = np.random.default_rng(1)
    sizes = list(itertools.pairwise(widths))
    W = [rng.normal(size=size, scale=size[0] ** -0.5).astype(dtype) for size in sizes]
    grads = [np.empty_like(weights) for weights in W]
    A = [X, *(np.zeros((m, width), dtype) for width in widths[1:])]
    delta = [np.zeros((m, width), dtype) for width in widths]

    def step():
        for layer in range(len(W)):
            np.dot(A[layer], W[layer], out=A[layer + 1])
        for layer in reversed(range(len(W))):
            np.dot(A[layer].T, delta[layer + 1], out=grads[layer])
            if layer:
                np.dot(delta[layer + 1], W[layer].T, out=delta[layer])

    return step


def sknn_step(X, Y, widths):
    """Return a function that does a whole step of this engine."""
    hidden = [ACTIVATIONS["relu"]] * (len(widths) - 2)
    activations = [*hidden, ACTIVATIONS["softmax"]]
    network = Network(widths, activations, [0.0] * len(hidden), X.dtype.type)
    rng = np.random.default_rng(1)
    for W in network.params.W:
        W[...] = rng.normal(size=W.shape, scale=len(W) ** -0.5)
    cost, adam = Cost(network, LogLoss(), L2(1e-4)), Adam()
    params, grad = network.params.flat, network.grad.flat
    slots = adam.start(params, network.params.n_weights)
    ((batch, space),) = Batches(Data(X, Y, None), len(X), network).draw(None)

    def step():
        cost.loss_gradient(batch, space, rng)
        adam.step(params, grad, slots, RATE, cost.penalty.alpha)

    return step


def mlp_step(X, Y, widths):
    """Return a function that does a whole step of scikit-learn's MLP, by its own parts."""
    mlp = MLPClassifier(
        widths[1:-1], batch_size=len(X), learning_rate_init=RATE, random_state=0
    )
    mlp.partial_fit(X, Y.argmax(axis=1), classes=range(Y.shape[1]))
    activations = [X] + [None] * (len(widths) - 1)
    deltas = [None] * (len(widths) - 1)
    coefs = [np.empty_like(W) for W in mlp.coefs_]
    intercepts = [np.empty_like(b) for b in mlp.intercepts_]
    params = mlp.coefs_ + mlp.intercepts_
    labels = Y.astype(bool)

    def step():
        _, coef_grads, intercept_grads = mlp._backprop(
            X, labels, None, activations, deltas, coefs, intercepts
        )
        mlp._optimizer.update_params(params, coef_grads + intercept_grads)

    return step


def torch_step(X, Y, widths):
    """Return a function that does a whole step of PyTorch, with its fused Adam."""
    X, labels = torch.from_numpy(X), torch.from_numpy(Y.argmax(axis=1))
    layers = []
    for n_in, n_out in itertools.pairwise(widths):
        layers += [torch.nn.Linear(n_in, n_out, dtype=X.dtype), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    adam = torch.optim.Adam(model.parameters(), RATE, weight_decay=1e-4, fused=True)
    loss = torch.nn.CrossEntropyLoss()

    def step():
        adam.zero_grad()
        loss(model(X), labels).backward()
        adam.step()

    return step


CONTENDERS = {"bare": bare_step, "sknn": sknn_step, "scikit-learn": mlp_step}
if torch is not None:
    CONTENDERS["PyTorch"] = torch_step


def seconds(step, repeats):
    """Return the mean time of a step over some repeats."""
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    return (time.perf_counter() - start) / repeats


def measure(name, dtype, contenders, rounds):
    """Return the times of all rounds for every contender, in microseconds."""
    data = problem(name, dtype)
    steps = {contender: CONTENDERS[contender](*data) for contender in contenders}
    for step in steps.values():
        step()  # what is compiled is compiled now
    repeats = {key: max(3, int(0.05 / seconds(step, 5))) for key, step in steps.items()}
    times = {contender: [] for contender in steps}
    for _ in range(rounds):
        for contender, step in steps.items():
            times[contender].append(1e6 * seconds(step, repeats[contender]))
    return times


def row(name, dtype, threads, times):
    """Return a row of the table: minimum and median in µs, median ratio to bare."""
    cells = [name, dtype, str(threads)]
    for taken in times.values():
        ratio = statistics.median(
            t / bare for t, bare in zip(taken, times["bare"], strict=True)
        )
        cells.append(f"{min(taken):.0f} / {statistics.median(taken):.0f} / {ratio:.2f}x")
    return "| " + " | ".join(cells) + " |"


def main():
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--dtypes", nargs="+", default=["float32", "float64"])
    parser.add_argument("--contenders", nargs="+", default=[*CONTENDERS])
    arguments = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, NumPy {np.__version__}")
    print("minimum / median in µs / median ratio to the bare products of the same round\n")
    print("| shape | dtype | threads | " + " | ".join(arguments.contenders) + " |")
    print("|---|---|---|" + "---|" * len(arguments.contenders))
    for threads in arguments.threads:
        if torch is not None:
            torch.set_num_threads(threads)
        with threadpool_limits(threads):
            for dtype, name in itertools.product(arguments.dtypes, SHAPES):
                times = measure(name, dtype, arguments.contenders, arguments.rounds)
                print(row(name, dtype, threads, times), flush=True)


if __name__ == "__main__":
    main()
