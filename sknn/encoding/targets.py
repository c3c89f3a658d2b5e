"""Targets: how y becomes the numbers that a network learns, and back.

A protocol with two implementations: `Numbers` for regression, here, and `Labels` for
classification.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from scipy import sparse

from ..engine.arrays import Array
from ..engine.data import Data, Target
from ..warning import warn_user
from .moments import Moments


@dataclass(frozen=True, eq=False)
class TargetScaling:
    """A linear scaling of the targets that the last layer can take back.

    With an identity output, the network learns Y = (y - mean) / std per output; with an
    output of e^z, Y = y / mean. Since ``a = Z`` or ``a = e^Z``, the inverse can be folded
    into the last W and b, so that the published network predicts y itself. A constant
    target is folded to exactly that constant.

    Parameters
    ----------
    link : {"identity", "log", ""}
        What kind of output there is; "" for no scaling.
    mean, std : arrays of shape (n_outputs,)
        Weighted mean and standard deviation of the targets seen so far.
    weight : float
        Sum of the weights seen so far.
    """

    link: str
    mean: Array
    std: Array
    weight: float = 0.0

    @classmethod
    def start(cls, link: str, n_outputs: int) -> TargetScaling:
        """Return the scaling before any target was seen, which changes nothing."""
        return cls(link, np.zeros(n_outputs), np.zeros(n_outputs))

    def update(self, Y: Array, w: Array | None) -> TargetScaling:
        """Return the scaling after further targets.

        Parameters
        ----------
        Y : array of shape (n, n_outputs)
        w : array of shape (n, 1) or None
            Weights. Rows of weight 0 do not count, whatever is in them.

        Raises
        ------
        ValueError
            If the squares of the scaled targets would overflow.
        """
        if w is not None and not w.all():
            counts = w[:, 0] > 0
            Y, w = Y[counts], w[counts]
        if not self.link or not len(Y):
            return self
        seen = self.moments
        with np.errstate(over="ignore", invalid="ignore"):  # looked for below
            seen = seen.merged(Moments.of(Y, None if w is None else w[:, 0]))
            # With room for a network that is some thousand standard deviations off.
            squares = np.square(np.multiply(seen[:2], 1e4)).sum()
        if not np.isfinite(squares):
            raise ValueError(
                "y is too large to be scaled: its squares overflow. Give it in another "
                "unit, for example divided by its mean."
            )
        return replace(self, **seen._asdict())

    @property
    def constant(self) -> Array:
        """Which outputs have had one value so far, shape (n_outputs,)."""
        return self.moments.constant

    @property
    def moments(self) -> Moments:
        """Mean, standard deviation and weight of the targets seen so far."""
        return Moments(self.mean, self.std, self.weight)

    @cached_property
    def shift(self) -> Array:
        """What is subtracted from y, shape (n_outputs,)."""
        return self.mean if self.link == "identity" else np.zeros_like(self.mean)

    @cached_property
    def scale(self) -> Array:
        """What y is then divided by, shape (n_outputs,); 1 for a constant output."""
        if self.link == "identity":
            return np.where(self.constant, 1.0, self.std)
        if self.link == "log":
            return np.where(self.mean > 0, self.mean, 1.0)
        return np.ones_like(self.mean)

    @property
    def units(self) -> tuple[Array, Array]:
        """Shift and scale, both (n_outputs,): what is learned is (y - shift) / scale."""
        return self.shift, self.scale

    def loss(self, costs: Array, degree: float) -> float:
        """Return Σ scale^degree · costs over the outputs: a loss in the units of y.

        Not finite where floats cannot hold it.

        Parameters
        ----------
        costs : array of shape (n_outputs,)
            In the units of training.
        degree : float
            That of the loss: costs of s·y are s^degree times those of y.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return float((costs * self.scale**degree).sum())

    def encode(self, Y: Array) -> Array:
        """Return the targets `Y`, (n, n_outputs), in the network's units."""
        return (Y - self.shift) / self.scale if self.link else Y

    def fold(self, W: Array, b: Array) -> tuple[Array, Array]:
        """Return the last layer's W and b so that it predicts in the units of y.

        W is of shape (nodes before, n_outputs), b of shape (n_outputs,).
        """
        scale = self.scale
        if self.link == "log":
            W, b = W.copy(), (b + np.log(scale)).astype(b.dtype)
            constant = self.constant & (self.mean > 0)
            return self._exact(W, b, np.log(scale), constant)
        folded = (W * scale).astype(W.dtype), (b * scale + self.shift).astype(b.dtype)
        if self.link == "identity":
            return self._exact(*folded, self.mean, self.constant)
        return folded

    def _exact(
        self, W: Array, b: Array, value: Array, constant: Array
    ) -> tuple[Array, Array]:
        """Return W and b with the output set to `value` where the target is `constant`."""
        if self.weight and constant.any():
            constant, value = np.broadcast_arrays(constant, value, b)[:2]
            W[:, constant], b[constant] = 0, value[constant]
        return W, b

    def unfold(self, W: Array, b: Array) -> tuple[Array, Array]:
        """Return the inverse of `fold`, of the same shapes."""
        if self.link == "log":
            return W.copy(), (b - np.log(self.scale)).astype(b.dtype)
        scale = self.scale
        with np.errstate(over="ignore"):  # a network that is not finite is refused
            W, b = (W / scale).astype(W.dtype), ((b - self.shift) / scale).astype(b.dtype)
        return W, b


def check_range(scaling: TargetScaling, dtype: Any) -> None:
    """Warn if floats of `dtype`, that of X, cannot resolve the targets.

    A ValueError is raised if they overflow.
    """
    name, (mean, std, _) = np.dtype(dtype).name, scaling.moments
    if (np.abs(mean) + 10 * std > float(np.finfo(dtype).max)).any():
        raise ValueError(
            f"y is too large for {name}, the dtype of X: pass X as float64, or give y in "
            "another unit."
        )
    if scaling.link == "identity" and scaling.moments.blurred(dtype).any():
        warn_user(
            f"y varies too little around its mean for {name}, the dtype of X: predictions "
            "would be rounded. Subtract an offset from y"
            + (", or pass X as float64." if name == "float32" else ".")
        )


class Targets(Protocol):
    """What one fit knows of its y. Immutable: every method returns a new object.

    Attributes
    ----------
    task : {"classification", "regression"}
    multilabel : bool
        Whether the columns are labels of which any number may be right.
    one_class : bool
        Whether there is nothing to learn: every row can have one and the same label only.
    scaling : TargetScaling
        What the network learns instead of Y itself.
    attributes : dict
        The fitted attributes that say what the targets are.
    """

    task: ClassVar[str]

    @property
    def multilabel(self) -> bool:
        """Whether any number of columns may be right."""

    @property
    def one_class(self) -> bool:
        """Whether there is a single label to choose from."""

    @property
    def scaling(self) -> TargetScaling:
        """The scale of the targets."""

    @property
    def attributes(self) -> dict[str, Any]:
        """What is published."""

    @classmethod
    def fit_transform(
        cls, y: Array, past: Self | None, classes: Any, incremental: bool
    ) -> tuple[Self, Target]:
        """Return the targets of a fit, and its y as numbers.

        Parameters
        ----------
        y : array of shape (n,) or (n, n_columns)
        past : Targets or None
            Those of the fitted network, where training continues from it.
        classes : array-like of shape (n_classes,) or None
            All labels that can occur, as given to `partial_fit`.
        incremental : bool
            Whether this is `partial_fit`.

        Returns
        -------
        targets : Targets
        Y : array or OneHot of shape (n, n_columns)
        """

    def transform(self, y: Array, name: str = "y") -> Target:
        """Return another y, (n,) or (n, n_columns), as numbers, (n, n_columns).

        `name` is what errors call it.
        """

    def strata(self, Y: Target) -> Array | None:
        """Return the group of every row of `Y`, (n,); a split divides all groups alike."""

    def weighted(
        self, Y: Target, w: Array | None, class_weight: Any, *, count: bool
    ) -> tuple[Self, Array | None]:
        """Return the weights (n, 1) times those of the classes.

        `count` adds the rows to the class counts that "balanced" goes by; the targets that
        are returned hold them.
        """

    def scaled(self, link: str, data: Data) -> tuple[Self, Target]:
        """Return the targets with the scale of those to train on, and Y in that scale.

        Y is of shape (n, n_columns), of all rows.

        Parameters
        ----------
        link : str
            See `TargetScaling`.
        data : Data of n rows
        """


@dataclass(frozen=True, eq=False)
class Numbers:
    """The targets of a regression, one column per target.

    Parameters
    ----------
    n_columns : int
    scaling : TargetScaling
    low, high : arrays of shape (n_columns,)
        The least and the greatest target so far; not finite before the first one.
    """

    n_columns: int
    scaling: TargetScaling
    low: Array
    high: Array
    task: ClassVar[str] = "regression"
    multilabel: ClassVar[bool] = False
    one_class: ClassVar[bool] = False
    attributes: ClassVar[dict[str, Any]] = {}

    @classmethod
    def fit_transform(
        cls, y: Array, past: Self | None, classes: Any, incremental: bool
    ) -> tuple[Self, Array]:
        """Return the targets of a fit, and y as float64 of shape (n, n_columns).

        A stream keeps the scale and the range of the past.
        """
        Y = _columns(y)
        if past is not None and incremental and past.n_columns == Y.shape[1]:
            return past, Y
        n_columns = Y.shape[1]
        low, high = np.full((2, n_columns), [[np.inf], [-np.inf]])
        return cls(n_columns, TargetScaling.start("", n_columns), low, high), Y

    def transform(self, y: Array, name: str = "y") -> Array:
        """Return y, (n,) or (n, n_columns), as float64 of shape (n, n_columns)."""
        Y = _columns(y, name)
        if Y.shape[1] != self.n_columns:
            raise ValueError(
                f"{name} has {Y.shape[1]} columns, but y has {self.n_columns}."
            )
        return Y

    def strata(self, Y: Array) -> None:
        """Return None: rows of a regression, (n, n_columns), have no groups."""

    def weighted(
        self, Y: Array, w: Array | None, class_weight: Any, *, count: bool
    ) -> tuple[Self, Array | None]:
        """Return the weights `w`, (n, 1), as they are: there are no classes."""
        return self, w

    def scaled(self, link: str, data: Data) -> tuple[Self, Array]:
        """Return the targets with their scale and range, and Y in that scale.

        Y is of shape (n, n_columns).
        """
        scaling = self.scaling
        if scaling.link != link:
            scaling = TargetScaling.start(link, self.n_columns)
        _, Y, w, indices = data
        rows = Y if indices is None else Y[indices]
        w = w if w is None or indices is None else w[indices]
        scaling = scaling.update(rows, w)
        counted = rows if w is None else rows[w[:, 0] > 0]
        low = np.minimum(self.low, counted.min(axis=0, initial=np.inf))
        high = np.maximum(self.high, counted.max(axis=0, initial=-np.inf))
        with np.errstate(over="ignore"):  # of rows of weight 0
            Y = scaling.encode(Y)
        if data.w is not None and not data.w.all():
            # Such rows may hold anything: here they are of the mean, or of what any loss
            # is defined for.
            Y = np.where(data.w > 0, Y, 0.0 if link == "identity" else 1.0)
        return replace(self, scaling=scaling, low=low, high=high), Y

    def clip(self, A: Array) -> None:
        """Bring the predictions `A`, (n, n_outputs), into the range of y, in place.

        Several quantiles of one target have its range.
        """
        if np.isfinite(self.low).all():  # else no target has counted so far
            with np.errstate(over="ignore"):  # then nothing in the type of A is beyond it
                np.clip(A, self.low.astype(A.dtype), self.high.astype(A.dtype), out=A)


def _columns(y: Array, name: str = "y") -> Array:
    """Return y, (n,) or (n, n_columns), as float64 of shape (n, n_columns).

    Raises
    ------
    ValueError
        If y is sparse, holds dates, or has missing values.
    """
    if sparse.issparse(y):
        raise ValueError(
            f"{name} is sparse: a regressor needs dense targets, {name}.toarray()."
        )
    if y.dtype.kind in "mM":
        raise ValueError(f"{name} holds dates: turn them into numbers first.")
    try:
        Y = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} holds text, but a regressor needs numbers: use FFNNClassifier "
            f"or TabularClassifier for labels. {error}"
        ) from error
    if not np.isfinite(Y).all():  # an object column hides them from earlier checks
        raise ValueError(f"Input {name} contains NaN or infinity: leave out such rows.")
    return Y
