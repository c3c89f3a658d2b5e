"""PyTorch: a fitted network as torch.nn.Sequential, for explainers and GPUs.

Needs PyTorch: ``pip install "sknn[torch]"``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

try:
    import torch
except ImportError as error:
    raise ImportError('sknn.torch needs PyTorch: pip install "sknn[torch]".') from error
from sklearn.utils.validation import check_is_fitted

from .base import BaseFFNN
from .engine.activation import Activation
from .engine.activations import (
    ELU,
    GELU,
    SELU,
    Exp,
    Identity,
    LeakyReLU,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from .engine.arrays import Array


class Exponential(torch.nn.Module):
    """a = e^z."""

    def forward(self, Z: Any) -> Any:
        """Return e^z for every z of the tensor `Z`, (n, nodes)."""
        return torch.exp(Z)


def _prelu(activation: Any, slopes: Array) -> Any:
    """Return a PReLU with these `slopes`, (nodes,)."""
    layer = torch.nn.PReLU(len(slopes))
    layer.weight = torch.nn.Parameter(torch.tensor(slopes))
    return layer


# Looked up by the exact class: a subclass may have another formula.
LAYERS: dict[type[Activation], Callable[[Any, Array], Any]] = {
    Identity: lambda activation, learned: torch.nn.Identity(),
    Sigmoid: lambda activation, learned: torch.nn.Sigmoid(),
    Tanh: lambda activation, learned: torch.nn.Tanh(),
    ReLU: lambda activation, learned: torch.nn.ReLU(),
    LeakyReLU: lambda activation, learned: torch.nn.LeakyReLU(activation.slope),
    PReLU: _prelu,
    ELU: lambda activation, learned: torch.nn.ELU(activation.alpha),
    SELU: lambda activation, learned: torch.nn.SELU(),
    GELU: lambda activation, learned: torch.nn.GELU(),
    SiLU: lambda activation, learned: torch.nn.SiLU(),
    Mish: lambda activation, learned: torch.nn.Mish(),
    Softplus: lambda activation, learned: torch.nn.Softplus(),
    Exp: lambda activation, learned: Exponential(),
    Softmax: lambda activation, learned: torch.nn.Softmax(dim=1),
}


def to_torch(model: Any) -> torch.nn.Sequential:
    """Return a fitted network as torch.nn.Sequential: linear layers and activations.

    For a tensor of rows it returns ``model.forward(X)[1][-1]``: the prediction of a
    regressor before `clip_target`, the probability of every class, or of the second of
    two. The last module is the output activation: ``to_torch(model)[:-1]`` gives logits.

    Parameters
    ----------
    model : FFNNRegressor or FFNNClassifier
        Fitted. With an `encoder_` the tensor holds ``model.encoder_.transform(X)``, else X.

    Returns
    -------
    network : torch.nn.Sequential
        On the CPU, in the dtype of the weights, a copy of them.

    Raises
    ------
    TypeError
        If `model` is no single network, or an activation is the user's own class.

    See Also
    --------
    FFNNRegressor.input_gradient : Derivatives by X, without PyTorch.

    Examples
    --------
    >>> import numpy as np, torch
    >>> from sknn import FFNNRegressor
    >>> from sknn.torch import to_torch
    >>> X = np.linspace(-1, 1, 40).reshape(-1, 1)
    >>> model = FFNNRegressor((5, 3), solver="lbfgs", max_iter=500, random_state=0)
    >>> network = to_torch(model.fit(X, X[:, 0] ** 2))
    >>> outputs = network(torch.tensor(X)).detach().numpy()
    >>> np.testing.assert_allclose(outputs, model.forward(X)[1][-1], atol=1e-12)
    """
    _check(model)
    check_is_fitted(model)
    return torch.nn.Sequential(*_modules(model)).eval()


def _modules(model: Any) -> list[Any]:
    """Return a linear layer and an activation for every layer of a fitted network."""
    layers = zip(
        model.coefs_,
        model.intercepts_,
        model._activations,
        model.activation_coefs_,
        strict=True,
    )
    modules = []
    for W, b, activation, learned in layers:
        modules += [_linear(W, b), _activation(activation, learned)]
    return modules


def _check(model: Any) -> None:
    """Raise a TypeError that says what to convert if `model` is no single network."""
    if isinstance(model, BaseFFNN):
        return
    remedy = "pass a fitted FFNNRegressor or FFNNClassifier"
    if hasattr(model, "steps"):
        remedy = (
            "pass its last step, model[-1], and tensors of model[:-1].transform(X) to what "
            "is returned"
        )
    elif hasattr(model, "n_members"):
        remedy = (
            "convert each network in model.members_, which is a list for every member, and "
            "average their outputs"
        )
    elif hasattr(model, "estimator"):
        remedy = "pass its model.best_estimator_"
    name = model.__name__ if isinstance(model, type) else type(model).__name__
    raise TypeError(f"to_torch converts a single network, not {name}: {remedy}.")


def _linear(W: Array, b: Array) -> Any:
    """Return the layer z = a W + b for W, (nodes before, nodes here), and b, (nodes,)."""
    # Without initial weights, whose draw would move on the random generator of torch.
    layer = torch.nn.utils.skip_init(torch.nn.Linear, *W.shape)
    layer.weight = torch.nn.Parameter(torch.tensor(W.T.copy()))
    layer.bias = torch.nn.Parameter(torch.tensor(b))
    return layer


def _activation(activation: Activation, learned: Array) -> Any:
    """Return the module for an activation and its learned values, (n_learned,)."""
    if type(activation) not in LAYERS:
        raise TypeError(
            f"to_torch does not know the activation {type(activation).__name__}: its code "
            "is for NumPy. Write it as a torch.nn.Module and add it to sknn.torch.LAYERS, "
            "a function of the activation and of its learned values."
        )
    return LAYERS[type(activation)](activation, learned)
