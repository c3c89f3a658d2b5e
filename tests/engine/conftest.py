"""What the tests of the engine share."""

import pytest

from sknn.engine.arrays import WHOLE_RULES, load_kernels, ops
from sknn.engine.backends.numpy_ops import OPERATIONS


@pytest.fixture(params=["numpy", "kernels"])
def backend(request, monkeypatch):
    """Run the operations in NumPy, then by the kernels where there are any."""
    for name, operation in {**OPERATIONS, **dict.fromkeys(WHOLE_RULES)}.items():
        monkeypatch.setattr(ops, name, operation)
    if request.param == "kernels":
        load_kernels()
