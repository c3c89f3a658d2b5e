"""sknn: feed-forward neural networks as scikit-learn estimators."""

from .classifier import FFNNClassifier
from .display.loss_curve import LossCurveDisplay
from .display.network import NetworkDisplay
from .encoding.table import TableEncoder
from .engine.activation import Activation
from .engine.activations import ELU, LeakyReLU, PReLU
from .engine.initializers import Glorot, He, Initializer, LeCun, Normal, Uniform
from .engine.loss import Loss
from .engine.losses import Gamma, Huber, LogLoss, Quantile, Tweedie
from .engine.optimizer import Optimizer
from .engine.optimizers import LBFGS, SGD, Adam, AdamW, RMSprop
from .engine.schedules import Adaptive, Cosine, InvScaling, OneCycle, Schedule
from .fitting.parts import rectangular
from .loss_check import check_loss
from .regressor import FFNNRegressor
from .tabular import TabularClassifier, TabularRegressor

__version__ = "0.1.0"

__all__ = [
    "ELU",
    "LBFGS",
    "SGD",
    "Activation",
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
    "Initializer",
    "InvScaling",
    "LeCun",
    "LeakyReLU",
    "LogLoss",
    "Loss",
    "LossCurveDisplay",
    "NetworkDisplay",
    "Normal",
    "OneCycle",
    "Optimizer",
    "PReLU",
    "Quantile",
    "RMSprop",
    "Schedule",
    "TableEncoder",
    "TabularClassifier",
    "TabularRegressor",
    "Tweedie",
    "Uniform",
    "__version__",
    "check_loss",
    "rectangular",
]
