"""Convert: fitted models become ONNX graphs, by skl2onnx; sknn is registered there."""

from __future__ import annotations

from typing import Any

import numpy as np
from skl2onnx import _parse, update_registered_converter
from skl2onnx import to_onnx as convert
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.base import is_classifier
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_is_fitted

from ..classifier import FFNNClassifier
from ..encoding.table import TableEncoder
from ..encoding.unchanged import Unchanged
from ..regressor import FFNNRegressor
from ..tabular import TabularClassifier, TabularRegressor
from .columns import input_types
from .encoder import Inputs, encoded
from .graph import Graph
from .labels import classes_of, decided, probabilities
from .layers import predictions, propagated
from .votes import tabular_labels, tabular_values

OPSET = 18  # of ONNX 1.13, from 2022: what a graph needs at least
OPTIONS = {  # of skl2onnx: `to_onnx` itself asks for plain arrays
    "zipmap": [True, False, "columns"],
    "output_class_labels": [False, True],
    "nocl": [False],
}


def to_onnx(model: Any, X: Any, *, target_opset: int = OPSET) -> Any:
    """Convert a fitted model to an ONNX graph, which runs without Python.

    Its outputs are `variable`, (n, n_outputs), for a regressor or a transformer, `label`
    and `probabilities` for a classifier: what `predict` and `predict_proba` return.

    Parameters
    ----------
    model : estimator
        One of this package, or a Pipeline or ColumnTransformer that holds some.
    X : {frame, array-like, sparse matrix} of shape (n_samples, n_features)
        Some rows, for names and types: see `input_types`.
    target_opset : int, default=18
        The version of ONNX's operators, at least 18.

    Returns
    -------
    graph : onnx.ModelProto
        ``graph.SerializeToString()`` is what a file holds and a runtime reads.

    Raises
    ------
    ValueError
        If the model holds an activation or a function of the user's, whose code cannot be
        converted, or if X has other columns than in `fit`.

    See Also
    --------
    feed : The inputs of a graph for a table; it has an example.
    """
    check_is_fitted(model)
    _check(model, target_opset)
    types = input_types(X, getattr(model, "feature_names_in_", None))
    options = {id(model): {"zipmap": False}} if is_classifier(model) else None
    settings = {"target_opset": target_opset, "options": options}
    graph = convert(model, initial_types=types, **settings)
    _name_inputs(graph.graph, [name for name, _ in types])
    return graph


def _name_inputs(graph: Any, names: list[str]) -> None:
    """Give the inputs of a graph the names of the columns, which skl2onnx may have changed.

    Raises
    ------
    ValueError
        If an output of the graph has such a name.
    """
    taken = sorted({*names} & {each.name for each in graph.output})
    if taken:
        raise ValueError(
            f"X has columns {taken}, but outputs of the graph have these names: rename the "
            "columns, and fit again."
        )
    pairs = zip(graph.input, names, strict=True)
    renamed = {each.name: name for each, name in pairs if each.name != name}
    for each in graph.input:
        each.name = renamed.get(each.name, each.name)
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]


def _check(model: Any, target_opset: int) -> None:
    """Raise a ValueError for a step that is a user's function, or too old operators."""
    if target_opset < OPSET:
        raise ValueError(
            f"target_opset={target_opset} lacks operators that the graph needs: use "
            f"{OPSET} or more, which onnxruntime 1.14 and later read."
        )
    for name, part in model.get_params().items():
        if isinstance(part, FunctionTransformer) and part.func is not None:
            raise ValueError(
                f"{name}={part!r} calls {part.func!r}, which cannot be converted to ONNX, "
                "because it exists only as Python code: apply it to the table "
                "before, or use a transformer that skl2onnx knows."
            )


def float_type(dtype: Any) -> Any:
    """Return the type of tensor for a matrix of `dtype`."""
    return FloatTensorType if np.dtype(dtype) == np.float32 else DoubleTensorType


def dtype_of(model: Any) -> Any:
    """Return the dtype that a fitted estimator predicts in: several networks in float64."""
    return model.coefs_[0].dtype if hasattr(model, "coefs_") else np.dtype(np.float64)


def labels_of(model: Any) -> Any:
    """Return the labels of a fitted classifier."""
    return model._votes.labels if hasattr(model, "_votes") else model._targets


# ---- parsers: which operators a model consists of -----------------------------------


def parse_table(
    scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None
) -> Any:
    """Add the operator of a TableEncoder, and return its outputs."""
    operator = scope.declare_local_operator("SknnTableEncoder", model)
    operator.inputs = inputs
    kind = float_type(model.dtype)([None, model.n_features_out_])
    operator.outputs.append(scope.declare_local_variable("variable", kind))
    return operator.outputs


def parse_network(
    scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None
) -> Any:
    """Add the operators of an estimator, that of its encoder first; return its outputs."""
    check_is_fitted(model)
    if model.encoder_ is not None and not isinstance(model.encoder_, Unchanged):
        inputs = _parse._parse_sklearn(scope, model.encoder_, inputs, custom_parsers)
    if is_classifier(model):
        return _parse._parse_sklearn_classifier(scope, model, inputs, custom_parsers)
    return _parse._parse_sklearn_simple_model(scope, model, inputs, custom_parsers)


# ---- shapes: the types of outputs ---------------------------------------------------


def table_shape(operator: Any) -> None:
    """Keep the type that the parser has set."""


def values_shape(operator: Any) -> None:
    """Set the type of the predictions, (n, n_outputs)."""
    model = operator.raw_operator
    operator.outputs[0].type = float_type(dtype_of(model))([None, model.n_outputs_])


def labels_shape(operator: Any) -> None:
    """Set the types of the labels, (n,) or (n, n_labels), and of their probabilities."""
    model = operator.raw_operator
    labels, n_classes = labels_of(model), len(model.classes_)
    are_numbers = classes_of(labels).dtype == np.int64
    kind = Int64TensorType if are_numbers else StringTensorType
    operator.outputs[0].type = kind([None, n_classes] if labels.multilabel else [None])
    operator.outputs[1].type = float_type(dtype_of(model))([None, n_classes])


# ---- converters: the nodes of an operator -------------------------------------------


def matrix(G: Graph, operator: Any) -> str:
    """Return the name of the input of a network, (n, n_features), as it takes it."""
    model = operator.raw_operator
    network = model if hasattr(model, "coefs_") else model.members_[0][0]
    inputs = Inputs(G, operator.inputs, network.coefs_[0].shape[0])
    X = inputs.numbers(range(len(inputs.slots)), G.dtype)
    scaling = model._features.scaling if network is model else None
    if scaling is None or not scaling.centred:
        return X
    return G("Where", G("IsNaN", X), scaling.shift.astype(G.dtype), X)


def table_nodes(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes of a TableEncoder."""
    encoder = operator.raw_operator
    G = Graph(scope, container, np.float64)
    inputs = Inputs(G, operator.inputs, encoder.n_features_in_)
    G.publish(encoded(G, inputs, encoder), operator.outputs[0])


def values_nodes(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes of a regressor."""
    model = operator.raw_operator
    G = Graph(scope, container, dtype_of(model))
    X = matrix(G, operator)
    several = hasattr(model, "_votes")
    A = tabular_values(G, X, model) if several else predictions(G, X, [model])
    G.publish(A, operator.outputs[0])


def labels_nodes(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes of a classifier."""
    model = operator.raw_operator
    G = Graph(scope, container, dtype_of(model))
    X, labels = matrix(G, operator), labels_of(model)
    if hasattr(model, "_votes"):
        chosen, P = tabular_labels(G, X, model)
    else:
        Z = propagated(G, X, [model], logits=True)
        chosen = decided(G, Z, labels)
        P = probabilities(G, Z, labels, model._activations[-1])
    G.publish(chosen, operator.outputs[0])
    G.publish(P, operator.outputs[1])


def register() -> None:
    """Make the estimators known to skl2onnx."""
    update_registered_converter(
        TableEncoder, "SknnTableEncoder", table_shape, table_nodes, parser=parse_table
    )
    values: dict[str, Any] = {"shape_fct": values_shape, "convert_fct": values_nodes}
    labels = {"shape_fct": labels_shape, "convert_fct": labels_nodes, "options": OPTIONS}
    for kind, functions in (
        (FFNNRegressor, values),
        (TabularRegressor, values),
        (FFNNClassifier, labels),
        (TabularClassifier, labels),
    ):
        name = f"Sknn{kind.__name__}"
        update_registered_converter(kind, name, parser=parse_network, **functions)
    # Else a ColumnTransformer would join text and numbers in front of the encoder, as text.
    _parse.do_not_merge_columns = (*_parse.do_not_merge_columns, TableEncoder)
