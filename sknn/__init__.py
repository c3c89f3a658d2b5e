"""sknn: feed-forward neural networks as scikit-learn estimators."""

from .classifier import FFNNClassifier
from .display.activations import ActivationsDisplay
from .display.cost_valley import CostValleyDisplay
from .display.learning_rate import LearningRateDisplay
from .display.loss_curve import LossCurveDisplay
from .display.network import NetworkDisplay
from .display.weights import WeightsDisplay
from .encoding.table import TableEncoder
from .engine.activation import Activation
from .engine.activations import ELU, LeakyReLU, PReLU
from .engine.initializers import Glorot, He, Initializer, LeCun, Normal, Uniform
from .engine.loss import Loss
from .engine.losses import Gamma, Huber, LogLoss, Quantile, Tweedie
from .engine.optimizer import Optimizer
from .engine.optimizers import LBFGS, SGD, Adam, AdamW, RMSprop
from .engine.schedules import Adaptive, Cosine, InvScaling, OneCycle, Schedule
from .fitting.callbacks import AfterEpoch
from .fitting.loss_check import check_loss
from .fitting.parts import rectangular
from .fitting.shuffling import shuffled
from .regressor import FFNNRegressor
from .tabular import TabularClassifier, TabularRegressor
from .trusted import trusted

__version__ = "0.2.0.dev0"

# The classes of sknn that a fitted estimator consists of, for skops.io.load(trusted=...).
SKOPS_TRUSTED = trusted()

__all__ = [
    "ELU",
    "LBFGS",
    "SGD",
    "SKOPS_TRUSTED",
    "Activation",
    "ActivationsDisplay",
    "Adam",
    "AdamW",
    "Adaptive",
    "AfterEpoch",
    "Cosine",
    "CostValleyDisplay",
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
    "LearningRateDisplay",
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
    "WeightsDisplay",
    "__version__",
    "check_loss",
    "rectangular",
    "shuffled",
]
