"""Initial weights: random numbers whose spread keeps the signal alive through the layers.

Biases start at 0, except with `DataDriven`. All is drawn in float64, so that a float32
network starts from the same weights as a float64 one.

Sources: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep
feedforward neural networks" (2010); K. He et al., "Delving deep into rectifiers" (2015);
Y. LeCun et al., "Efficient BackProp" (1998); D. Holzmüller et al., "Better by default"
(2024) and I. Steinwart, "A sober look at neural network initializations" (2019) for
`DataDriven`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import ClassVar

from .arrays import Array, Generator, Input, is_finite, xp
from .part import Part, part

TERMS = 5  # rows in the mean that a bias of `DataDriven` comes from
ROUNDING = 1e-12


class Initializer(Part):
    """Draws the weights of a layer; the base of all of them.

    A subclass writes `draw`, or `fill` if it also sets the biases or needs rows of X.

    Attributes
    ----------
    needs_rows : bool
        Whether `fill` looks at rows of the training set.

    See Also
    --------
    Glorot, He, LeCun : The usual choices.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import FFNNRegressor, Initializer
    >>> class Orthogonal(Initializer):
    ...     "Columns of a random orthogonal matrix."
    ...
    ...     def draw(self, rng, shape):
    ...         return np.linalg.qr(rng.normal(size=(max(shape),) * 2))[0][
    ...             : shape[0], : shape[1]
    ...         ]
    >>> X = np.linspace(-1, 1, 50).reshape(-1, 1)
    >>> model = FFNNRegressor(
    ...     initializer=Orthogonal(),
    ...     learning_rate=0.01,
    ...     learning_rate_schedule="cosine",
    ...     random_state=0,
    ... )
    >>> model.fit(X, X[:, 0] ** 3).score(X, X[:, 0] ** 3) > 0.9
    True
    """

    needs_rows: ClassVar[bool] = False

    def draw(self, rng: Generator, shape: tuple[int, int]) -> Array:
        """Return a new float64 array of `shape` = (nodes before, nodes here)."""
        raise NotImplementedError

    def fill(self, rng: Generator, W: Array, b: Array, H: Input | None) -> None:
        """Write the initial values of a layer into `W` and `b`, which is all 0 before.

        Parameters
        ----------
        rng : Generator
        W : array of shape (nodes before, nodes here)
        b : array of shape (nodes here,)
        H : float64 array or CSR matrix of shape (m, nodes before), or None
            What comes into the layer for some random training rows, if `needs_rows`.
        """
        W[...] = self.draw(rng, W.shape)


@part
class _VarianceScaling(Initializer):
    """Weights of mean 0 whose variance follows from the size of the layer.

    Parameters
    ----------
    distribution : {"uniform", "normal"}, default="uniform"
        What to draw from; both have the same variance.
    """

    distribution: str = "uniform"

    def __post_init__(self) -> None:
        if self.distribution not in ("uniform", "normal"):
            raise ValueError(
                f"{type(self).__name__}: distribution must be 'uniform' or 'normal', "
                f"got {self.distribution!r}."
            )

    def variance(self, n_in: int, n_out: int) -> float:
        """Return the variance for a layer of `n_out` nodes after `n_in` nodes."""
        raise NotImplementedError

    def draw(self, rng: Generator, shape: tuple[int, int]) -> Array:
        std = sqrt(self.variance(*shape))
        if self.distribution == "normal":
            return rng.normal(0.0, std, shape)
        limit = sqrt(3.0) * std
        return rng.uniform(-limit, limit, shape)


class Glorot(_VarianceScaling):
    """Variance 2 / (n_in + n_out): for tanh, sigmoid and linear outputs.

    Parameters
    ----------
    distribution : {"uniform", "normal"}, default="uniform"
        What to draw from; both have the same variance.

    See Also
    --------
    He : For layers after rectifiers.
    LeCun : For SELU.

    Examples
    --------
    >>> from sknn import Glorot
    >>> Glorot("normal")
    Glorot(distribution='normal')
    """

    def variance(self, n_in: int, n_out: int) -> float:
        return 2 / (n_in + n_out)


class He(_VarianceScaling):
    """Variance 2 / n_in: for the ReLU family.

    Parameters
    ----------
    distribution : {"uniform", "normal"}, default="uniform"
        What to draw from; both have the same variance.

    See Also
    --------
    Glorot : For inputs that are not rectified.

    Examples
    --------
    >>> from sknn import He
    >>> He().variance(8, 4)
    0.25
    """

    def variance(self, n_in: int, n_out: int) -> float:
        return 2 / n_in


class LeCun(_VarianceScaling):
    """Variance 1 / n_in: for SELU.

    Parameters
    ----------
    distribution : {"uniform", "normal"}, default="uniform"
        What to draw from; both have the same variance.

    See Also
    --------
    Glorot : For tanh, sigmoid and linear outputs.

    Examples
    --------
    >>> from sknn import LeCun
    >>> LeCun().variance(8, 4)
    0.125
    """

    def variance(self, n_in: int, n_out: int) -> float:
        return 1 / n_in


@part
class Normal(Initializer):
    """Weights from a normal distribution around 0.

    Parameters
    ----------
    std : float, default=0.05
        Standard deviation, whatever the size of the layer.

    See Also
    --------
    Uniform : The same from a uniform distribution.

    Examples
    --------
    >>> from sknn import Normal
    >>> Normal(0.1)
    Normal(std=0.1)
    """

    std: float = 0.05

    def __post_init__(self) -> None:
        self.check_number("std", 0, closed="neither")

    def draw(self, rng: Generator, shape: tuple[int, int]) -> Array:
        return rng.normal(0.0, self.std, shape)


@part
class Uniform(Initializer):
    """Weights from a uniform distribution around 0.

    Parameters
    ----------
    limit : float, default=0.05
        The weights lie in [-limit, limit), whatever the size of the layer.

    See Also
    --------
    Normal : The same from a normal distribution.

    Examples
    --------
    >>> from sknn import Uniform
    >>> Uniform(0.1)
    Uniform(limit=0.1)
    """

    limit: float = 0.05

    def __post_init__(self) -> None:
        self.check_number("limit", 0, closed="neither")

    def draw(self, rng: Generator, shape: tuple[int, int]) -> Array:
        return rng.uniform(-self.limit, self.limit, shape)


class Zeros(Initializer):
    """All weights 0: for a linear model; hidden neurons would all stay alike."""

    def draw(self, rng: Generator, shape: tuple[int, int]) -> Array:
        return xp.zeros(shape)


class DataDriven(Initializer):
    """Sums of spread 1 on the training rows, and biases that put bends among them.

    W is drawn from N(0, 1) / √n_in, then every column is divided by the standard deviation
    of its sums z_ij over some rows. b_j = -Σ_r λ_r z_ij for `TERMS` rows i = i_r drawn for
    every neuron, the λ_r exponential and scaled to a sum of 1: each neuron has its 0 at a
    random mean of rows.
    """

    needs_rows: ClassVar[bool] = True

    def draw(self, rng: Generator, shape: tuple[int, int]) -> Array:
        return rng.normal(0.0, 1 / sqrt(shape[0]), shape)

    def fill(self, rng: Generator, W: Array, b: Array, H: Input | None) -> None:
        drawn = self.draw(rng, W.shape)
        Z = H @ drawn
        std, n_out = Z.std(axis=0), Z.shape[1]
        # A sum that is the same in all rows, to rounding, has no spread to divide by.
        constant = std <= ROUNDING * xp.abs(Z).max(axis=0)
        std[constant | ~xp.isfinite(std)] = 1
        W[...] = drawn / std
        shares = rng.exponential(size=(TERMS, n_out))
        rows = rng.integers(len(Z), size=(TERMS, n_out))
        chosen = Z[rows, xp.arange(n_out)] / std
        b[...] = -(shares * chosen).sum(axis=0) / shares.sum(axis=0)


@part
class CustomInitializer(Initializer):
    """Weights from the user's own ``callable(rng, shape)``."""

    function: Callable[[Generator, tuple[int, int]], Array]

    def draw(self, rng: Generator, shape: tuple[int, int]) -> Array:
        W = xp.asarray(self.function(rng, shape), dtype=xp.float64)
        if W.shape != shape or not is_finite(W):
            raise ValueError(
                f"initializer={self.function!r} must return finite weights of shape "
                f"{shape}, got an array of shape {W.shape}."
            )
        return W


INITIALIZERS: dict[str, Initializer] = {
    "glorot_uniform": Glorot("uniform"),
    "glorot_normal": Glorot("normal"),
    "he_uniform": He("uniform"),
    "he_normal": He("normal"),
    "lecun_uniform": LeCun("uniform"),
    "lecun_normal": LeCun("normal"),
    "normal": Normal(),
    "uniform": Uniform(),
    "zeros": Zeros(),
    "data": DataDriven(),
}
