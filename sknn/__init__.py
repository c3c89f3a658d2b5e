"""sknn: feed-forward neural networks as scikit-learn estimators."""

from .classifier import FFNNClassifier
from .display import LossCurveDisplay, NetworkDisplay
from .engine.activations import ELU, LeakyReLU, PReLU
from .engine.initializers import Glorot, He, LeCun, Normal, Uniform
from .engine.losses import Gamma, Huber, Quantile, Tweedie
from .engine.optimizers import LBFGS, SGD, Adam, AdamW, RMSprop
from .engine.schedules import Adaptive, Cosine, InvScaling, OneCycle
from .fitting.parts import rectangular
from .loss_check import check_loss
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
    "Gamma",
    "Glorot",
    "He",
    "Huber",
    "InvScaling",
    "LeCun",
    "LeakyReLU",
    "LossCurveDisplay",
    "NetworkDisplay",
    "Normal",
    "OneCycle",
    "PReLU",
    "Quantile",
    "RMSprop",
    "Tweedie",
    "Uniform",
    "__version__",
    "check_loss",
    "rectangular",
]
