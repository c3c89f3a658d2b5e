"""Graph: nodes and constants of an ONNX graph, added in the order of the formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto, numpy_helper

from ..engine.arrays import Array

TYPES = {
    np.dtype(np.float32): TensorProto.FLOAT,
    np.dtype(np.float64): TensorProto.DOUBLE,
    np.dtype(np.int64): TensorProto.INT64,
}


class Graph:
    """A graph under construction: a call adds a node and returns the name of its output.

    Parameters
    ----------
    scope, container : Scope, ModelComponentContainer
        skl2onnx's: names that are not taken yet, and what the graph consists of.
    dtype : dtype
        float32 or float64, in which numbers are computed.
    """

    def __init__(self, scope: Any, container: Any, dtype: Any) -> None:
        self.scope = scope
        self.container = container
        self.dtype = np.dtype(dtype)

    def __call__(
        self, kind: str, *inputs: Any, output: Any = None, domain: str = "", **settings: Any
    ) -> str:
        """Add a node of that `kind` of operator, and return the name of its output.

        Parameters
        ----------
        kind : str
            The operator, as ONNX names it.
        *inputs : str, number or array
            Names of outputs of other nodes; anything else becomes a constant.
        output : str, default=None
            What the output is to be called.
        domain : str, default=""
            Which collection of operators it is in.
        **settings : dict
            Attributes of the operator.
        """
        names = [each if isinstance(each, str) else self.constant(each) for each in inputs]
        name = output or self.scope.get_unique_variable_name(kind)
        settings["name"] = self.scope.get_unique_operator_name(kind)
        outputs = [name]
        if kind == "TopK":  # the positions come with the values
            outputs.append(self.scope.get_unique_variable_name("positions"))
        self.container.add_node(kind, names, outputs, op_domain=domain, **settings)
        return name

    def constant(self, value: Any) -> str:
        """Add a constant, and return its name.

        Floats are taken in the dtype of the graph. An array of float32 in a graph of
        float64 is kept as it is, and cast: a file has half the size then.
        """
        array = np.asarray(value)
        is_narrow = array.dtype == np.float32 and self.dtype == np.float64
        if array.dtype.kind == "f" and not is_narrow:
            array = array.astype(self.dtype)
        name = self.scope.get_unique_variable_name("constant")
        if array.dtype.kind in "OU":
            texts = [str(text).encode() for text in array.ravel()]
            self.container.add_initializer(name, TensorProto.STRING, array.shape, texts)
            return name
        tensor = numpy_helper.from_array(array, name)
        self.container.add_initializer(name, tensor.data_type, array.shape, tensor)
        return self.cast(name, self.dtype) if is_narrow else name

    def cast(self, name: str, dtype: Any) -> str:
        """Return the name of the same values as `dtype`."""
        return self("Cast", name, to=TYPES[np.dtype(dtype)])

    def columns(self, name: str, positions: Array) -> str:
        """Return the name of the columns, (n_positions,), of the matrix `name`."""
        return self("Gather", name, np.asarray(positions, dtype=np.int64), axis=1)

    def publish(self, name: str, variable: Any) -> None:
        """Make `name` the output of the operator that `variable` stands for."""
        self("Identity", name, output=variable.full_name)
