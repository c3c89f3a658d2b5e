"""Probabilities: what the members of a classification predict, averaged and calibrated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any

import numpy as np
from scipy.special import log_expit

from ..encoding.labels import Labels
from ..engine.arrays import Array
from ..engine.data import OneHot, Target
from .temperature import at_temperature, best_temperature, cross_entropy, for_mean

SMOOTHING = 0.1  # of the labels, where cycle ends are compared


@dataclass(frozen=True, eq=False)
class Probabilities:
    """How log-probabilities are averaged and corrected.

    They are of shape (n, n_classes) or, for multilabel targets, (n, n_labels, 2). The last
    axis has the choices that exclude each other.

    Parameters
    ----------
    labels : Labels
    temperature : float, default=1.0
    """

    labels: Labels
    temperature: float = 1.0

    @staticmethod
    def codes(Y: Target) -> Array:
        """Return the right choices in the rows `Y`, ints of shape (n,) or (n, n_labels)."""
        return Y.codes if isinstance(Y, OneHot) else Y.astype(int)

    def of(self, network: Any, X: Any) -> Array:
        """Return the log-probabilities by one fitted network for `X`, (n, n_columns)."""
        if not self.labels.multilabel:
            return network.predict_log_proba(X)
        Z = network.decision_function(X)
        return np.stack([log_expit(-Z), log_expit(Z)], axis=-1)

    @staticmethod
    def mean(parts: Sequence[Array]) -> Array:
        """Return the logarithm of the mean probability, of the shape (n, ...) of a part."""
        total = parts[0]
        for part in parts[1:]:
            total = np.logaddexp(total, part)
        return total - log(len(parts))

    def loss(self, log_P: Array, codes: Array, w: Array) -> float:
        """Return the mean log loss of smoothed labels, weighted by `w`, (n,).

        The shapes of `log_P` and `codes` are those of `cross_entropy`. Of log losses, this
        one punishes a few confident errors the least.
        """
        return float(np.average(cross_entropy(log_P, codes, SMOOTHING), weights=w))

    def calibrated(
        self, log_P: Array, codes: Array, w: Array, n_members: int
    ) -> Probabilities:
        """Return the same with the temperature for the mean of `n_members`.

        It follows from the best one for these rows, each predicted by one member. The
        shapes are those of `loss`.
        """
        if self.labels.one_class:
            return self
        T = best_temperature(log_P, codes, w)
        return replace(self, temperature=for_mean(T, n_members))

    def finish(self, log_P: Array) -> Array:
        """Return the averaged `log_P`, (n, ...), at the temperature."""
        return at_temperature(log_P, self.temperature)

    def published(self, log_P: Array) -> Array:
        """Return the probabilities, (n, n_classes) or (n, n_labels), from `log_P`."""
        P = np.exp(log_P)
        return P[..., 1] if self.labels.multilabel else P

    def scores(self, P: Array, codes: Array) -> Array:
        """Return 1 - the probability of the right class, (n, 1), or label, (n, n_labels).

        `P` is of the shape that `published` returns. Source: M. Sadinle et al., "Least
        ambiguous set-valued classifiers with bounded error levels" (2019).
        """
        if self.labels.multilabel:
            return np.where(codes == 1, 1 - P, P)
        return 1 - np.take_along_axis(P, codes[:, np.newaxis], axis=1)

    @property
    def attributes(self) -> dict[str, Any]:
        """The fitted attributes."""
        return {**self.labels.attributes, "temperature_": self.temperature}
