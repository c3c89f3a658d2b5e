"""ONNX: fitted models as graphs that run without Python and scikit-learn.

Needs the extra: ``pip install "sknn[onnx]"``. Importing this module also makes the
estimators known to skl2onnx. `convert` has `to_onnx` and the registration,
`columns` the inputs of a graph; `encoder`, `layers`, `neurons`, `labels` and `votes` have
what the estimators consist of, as nodes of a `graph`.
"""

try:
    import skl2onnx as _skl2onnx  # noqa: F401
except ImportError as error:
    raise ImportError(
        'sknn.onnx needs skl2onnx and onnxruntime: pip install "sknn[onnx]".'
    ) from error

from .columns import feed
from .convert import register, to_onnx

__all__ = ["feed", "to_onnx"]

register()
