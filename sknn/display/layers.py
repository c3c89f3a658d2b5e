"""The rows of the table of layers: shapes, activations by name, numbers of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, NamedTuple

from ..engine.activations import ACTIVATIONS
from ..engine.part import Part

ALIASES = {"logistic", "swish"}  # second names


class Row(NamedTuple):
    """A row of the table, as text."""

    layer: str
    nodes: str
    activation: str
    dropout: str
    parameters: str


def layer_rows(network: Any, encoder: Any, n_columns: int) -> list[Row]:
    """Return the rows of a fitted network: its input, its layers, and their sum.

    Parameters
    ----------
    network : FFNNRegressor or FFNNClassifier
    encoder : transformer or None
        The fitted encoder between X and the network.
    n_columns : int
        The number of columns of X.
    """
    coefs = network.coefs_
    arrow = f"{n_columns} → {len(coefs[0])}"
    inside = [*coefs, *network.intercepts_, *network.activation_coefs_]
    factors = network.n_parameters_ - sum(values.size for values in inside)
    counted = f"{factors:,}" if factors else ""  # with input_scale
    rows = [Row("input", arrow, _encoding(network, encoder), "", counted)]
    given = network.dropout
    n_hidden = len(coefs) - 1
    rates = [given] * n_hidden if isinstance(given, Real) else [*given]
    for number, (W, b, learned, activation) in enumerate(
        zip(
            coefs,
            network.intercepts_,
            network.activation_coefs_,
            network._activations,
            strict=True,
        )
    ):
        is_hidden = number < n_hidden
        rows.append(
            Row(
                f"hidden {number + 1}" if is_hidden else "output",
                f"{W.shape[0]} → {W.shape[1]}",
                named_part(activation, ACTIVATIONS),
                f"{rates[number]:g}" if number < min(n_hidden, len(rates)) else "",
                f"{W.size + b.size + learned.size:,}",
            )
        )
    return [*rows, Row("total", "", "", "", f"{network.n_parameters_:,}")]


def named_part(value: Any, registry: Mapping[str, Any]) -> str:
    """Return the name of a part with its settings: ``leaky_relu(slope=0.01)``.

    Parameters
    ----------
    value : str, Part or callable
    registry : mapping of str to Part
        The parts that have a name.
    """
    if isinstance(value, str):
        return value
    names = {type(part): n for n, part in registry.items() if n not in ALIASES}
    if type(value) not in names:
        return (
            repr(value)
            if isinstance(value, Part)
            else getattr(value, "__name__", type(value).__name__)
        )
    settings = ", ".join(f"{name}={setting!r}" for name, setting in vars(value).items())
    return f"{names[type(value)]}({settings})" if settings else names[type(value)]


def _encoding(network: Any, encoder: Any) -> str:
    """Return a short description of the input of the network."""
    if encoder is not None:
        return f"by {type(encoder).__name__}"
    scaling = getattr(getattr(network, "_features", None), "scaling", None)
    return "X as it is" if scaling is None else "X, standardised inside"
