"""What skops may load: the classes that a fitted estimator can consist of.

None of them runs code from the file: skops makes an empty object and sets its attributes. A
class of the user's, such as a loss, is not among them.
"""

from __future__ import annotations

from .classifier import FFNNClassifier
from .encoding.bins import Bins
from .encoding.features import Features
from .encoding.labels import Labels
from .encoding.levels import Levels
from .encoding.moments import Moments
from .encoding.numbers import Numbers
from .encoding.scaling import InputScaling
from .encoding.table import TableEncoder
from .encoding.targets import Numbers as TargetNumbers
from .encoding.targets import TargetScaling
from .encoding.unchanged import Unchanged
from .engine.optimizer import OptimizerState
from .engine.part import Part
from .engine.plan import TrainingState
from .ensemble.conformal import Scores
from .ensemble.probabilities import Probabilities
from .ensemble.values import Values
from .fitting.checkpoint import Checkpoint
from .fitting.units import Units
from .regressor import FFNNRegressor
from .tabular import TabularClassifier, TabularRegressor

ESTIMATORS = (
    FFNNClassifier,
    FFNNRegressor,
    TableEncoder,
    TabularClassifier,
    TabularRegressor,
)
FITTED = (
    *(Bins, Features, InputScaling, Labels, Levels, Moments, Numbers, Unchanged),
    *(TargetNumbers, TargetScaling),
    *(Checkpoint, OptimizerState, TrainingState, Units),
    *(Probabilities, Scores, Values),
)


def subclasses(cls: type) -> set[type]:
    """Return all classes derived from `cls`, directly or not."""
    return {cls}.union(*map(subclasses, cls.__subclasses__()))


def trusted() -> list[str]:
    """Return the names, module included, of all classes that files may have in them.

    To be called before anyone else derives classes from those of parts.
    """
    classes = {*ESTIMATORS, *FITTED, *subclasses(Part)}
    names = sorted(f"{cls.__module__}.{cls.__qualname__}" for cls in classes)
    return [*names, "numpy.dtype"]  # of the columns of X
