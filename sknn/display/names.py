"""Names beside a picture: of scores; shortened so that they stay different; their width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sklearn.base import is_classifier

WIDTH = 0.56  # of a character, as a share of the size of the font


def short_names(names: Sequence[str], limit: int) -> list[str]:
    """Return the names with at most `limit` characters, unless some would become equal.

    Ends are cut off; if that makes names equal, middles are: "worst concavity" and "worst
    concave points" become "worst co…vity" and "worst co…oints".
    """
    head = limit // 2
    ends = [name if len(name) <= limit else name[: limit - 1] + "…" for name in names]
    tail = limit - 1 - head
    middles = [
        name if len(name) <= limit else f"{name[:head]}…{name[len(name) - tail :]}"
        for name in names
    ]
    n_different = len(set(names))
    for shortened in (ends, middles):
        if len(set(shortened)) == n_different:
            return shortened
    return list(names)


def width_of_words(words: Sequence[str], font: float) -> float:
    """Return about how wide the longest word is, in points, in a font of `font` points."""
    return WIDTH * font * max(len(word) for word in words)


def score_name(network: Any) -> str:
    """Return the name of the score of the validation set of a fitted network."""
    scoring = network.scoring
    if isinstance(scoring, str):
        return scoring
    if scoring is not None:
        return getattr(scoring, "__name__", "score").replace("_", " ")
    if is_classifier(network):
        return "accuracy"
    # Several quantiles are scored by the share of the pinball loss that they explain.
    return "R²" if len(getattr(network._loss, "levels", ())) < 2 else "D²"
