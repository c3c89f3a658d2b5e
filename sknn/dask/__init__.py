"""Past one machine: estimators that train on arrays and frames of Dask.

The rows stay with the workers of a cluster. In every round, each of them trains the network
on its own share of the rows; then the results are averaged.

- `partitions`: those of arrays and frames
- `workers`: who hold the rows
- `on_dask`: what both estimators share
- `estimators`: `DaskFFNNClassifier` and `DaskFFNNRegressor`
"""

from .estimators import DaskFFNNClassifier, DaskFFNNRegressor

__all__ = ["DaskFFNNClassifier", "DaskFFNNRegressor"]
