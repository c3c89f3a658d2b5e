"""sknn: feed-forward neural networks as scikit-learn estimators."""

from .classifier import FFNNClassifier
from .engine.activations import ELU, LeakyReLU, PReLU
from .engine.initializers import Glorot, He, LeCun, Normal, Uniform
from .engine.losses import Huber, Quantile
from .engine.optimizers import LBFGS, SGD, Adam, AdamW, RMSprop
from .engine.schedules import Adaptive, Cosine, InvScaling, OneCycle
from .regressor import FFNNRegressor

__version__ = "0.1.0"

__all__ = [
    "ELU",
    "LBFGS",
    "SGD",
    "Adam",
    "AdamW",
    "Adaptive",
    "Cosine",
    "FFNNClassifier",
    "FFNNRegressor",
    "Glorot",
    "He",
    "Huber",
    "InvScaling",
    "LeCun",
    "LeakyReLU",
    "Normal",
    "OneCycle",
    "PReLU",
    "Quantile",
    "RMSprop",
    "Uniform",
    "__version__",
]
