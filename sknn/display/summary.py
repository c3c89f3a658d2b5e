"""The summary of a fitted estimator, as a table in a terminal and in a notebook."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.utils.validation import check_is_fitted

from ..engine.losses import LOSSES
from ..engine.optimizers import SOLVERS
from ..engine.schedules import SCHEDULES
from ..fitting.parts import uses_lbfgs
from .layers import Row, layer_rows, named_part
from .names import score_name

WIDTH = 80  # of a terminal
HEAD = Row("layer", "nodes", "activation", "dropout", "parameters")
LEFT = 3  # columns that are aligned to the left; the others are numbers


@dataclass(frozen=True)
class Summary:
    """The layers and the settings of a fitted estimator, and how its training went.

    It is printed as a table of at most 80 columns; in a notebook it is an HTML table.

    Parameters
    ----------
    title : str
        The name of the class.
    layers : list of Row
        Name, nodes, activation, dropout and number of parameters of every layer.
    facts : dict of str to str
        Loss, solver, learning rate, epochs, and why training ended.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import FFNNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = FFNNClassifier(
    ...     5, learning_rate_schedule="cosine", max_iter=50, random_state=0
    ... )
    >>> print(model.fit(X, y).summary())  # doctest: +ELLIPSIS
    FFNNClassifier
    <BLANKLINE>
    layer     nodes  activation              dropout  parameters
    input     4 → 4  X, standardised inside
    hidden 1  4 → 5  relu                          0          25
    output    5 → 3  softmax                                  18
    total                                                     43
    <BLANKLINE>
    loss           log_loss(smoothing=0.03)
    solver         adam
    learning rate  0.004, cosine
    epochs         50
    ended because  max_iter=50 epochs were reached
    training loss  0...
    """

    title: str
    layers: list[Row]
    facts: dict[str, str]

    def __repr__(self) -> str:
        rows = [HEAD, *self.layers]
        widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
        spare = WIDTH - sum(widths) - 2 * (len(widths) - 1)
        widths[2] = max(len(HEAD.activation), min(widths[2], widths[2] + spare))
        lines = [self.title, ""]
        for row in rows:
            lines.append(_aligned(row, widths))
        margin = max(len(name) for name in self.facts) + 2
        lines.append("")
        for name, text in self.facts.items():
            first = name.ljust(margin)
            lines += textwrap.wrap(
                text, WIDTH, initial_indent=first, subsequent_indent=" " * margin
            )
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        """Return the same rows as two HTML tables."""
        rows = "".join(_html_row("td", row) for row in self.layers)
        facts = "".join(_html_row("td", fact) for fact in self.facts.items())
        return (
            f"<table class='sknn-layers'><thead>{_html_row('th', HEAD)}</thead>"
            f"<tbody>{rows}</tbody></table>"
            f"<table class='sknn-facts'><tbody>{facts}</tbody></table>"
        )


def network_summary(network: Any) -> Summary:
    """Return the summary of a fitted FFNNRegressor or FFNNClassifier."""
    facts = {**_plan(network), **_ends(network)}
    return Summary(
        type(network).__name__,
        layer_rows(network, network.encoder_, network.n_features_in_),
        facts,
    )


def ensemble_summary(estimator: Any) -> Summary:
    """Return the summary of a fitted TabularRegressor or TabularClassifier."""
    members = estimator.members_
    network, n_networks = members[0][-1], sum(len(at_ends) for at_ends in members)
    layers = layer_rows(network, estimator.encoder_, estimator.n_features_in_)
    layers[-1] = layers[-1]._replace(layer="a network")
    ends = ", ".join(map(str, estimator.cycle_ends_))
    lasts = [at_ends[-1] for at_ends in members]
    losses = [curve[-1] for curve in estimator.loss_curves_ if curve]
    reasons = dict.fromkeys(_ends(last).get("ended because", "") for last in lasts)
    facts = {
        "members": f"{len(members)}, each at the end of cycle {ends}",
        "networks": f"{n_networks}, averaged",
        "parameters": f"{sum(n.n_parameters_ for m in members for n in m):,} in all",
        **_plan(network),
        "epochs": ", ".join(dict.fromkeys(str(last.n_iter_) for last in lasts)),
        "ended because": "; ".join(reason for reason in reasons if reason),
        "training loss": f"{sum(losses) / len(losses):.4g}, the mean of the members",
    }
    if hasattr(estimator, "temperature_"):
        facts["temperature"] = f"{estimator.temperature_:.4g}"
    known = {name: text for name, text in facts.items() if text}
    return Summary(type(estimator).__name__, layers, known)


class SummaryMixin:
    """`summary`, and the same table within scikit-learn's diagrams."""

    def summary(self) -> Summary:
        """Return the layers, and how training went: ``print(model.summary())``.

        For every layer: nodes, activation, dropout and number of parameters. Then the loss,
        the solver, the learning rate, the number of epochs, why training ended, and the
        final loss. Dropout, solver and learning rate are the current parameters; the rest
        is from the last fit.

        Returns
        -------
        summary : Summary
            A table of at most 80 columns in a terminal, an HTML table in a notebook.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.

        See Also
        --------
        NetworkDisplay : The network as a picture.
        LossCurveDisplay : How training went as a picture.
        """
        check_is_fitted(self)
        is_network = hasattr(self, "coefs_")
        return network_summary(self) if is_network else ensemble_summary(self)

    def _get_params_html(self, *args: Any, **kwargs: Any) -> Any:
        """Return the parameters as scikit-learn (from 1.7) shows them, and the summary.

        It takes this part of a diagram from the estimator, also within a Pipeline.
        """
        shown = super()._get_params_html(*args, **kwargs)  # type: ignore[misc]
        if self.__sklearn_is_fitted__():  # type: ignore[attr-defined]
            inner = shown._repr_html_inner() + self.summary()._repr_html_()
            shown._repr_html_inner = lambda: inner
        return shown

    def _repr_html_inner(self) -> str:
        return self._repr_mimebundle_()["text/html"]

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """Return what a notebook shows: scikit-learn's diagram with the summary."""
        shown: dict[str, str] = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        if "text/html" in shown and self.__sklearn_is_fitted__():  # type: ignore[attr-defined]
            summary = self.summary()._repr_html_()
            if summary not in shown["text/html"]:
                shown["text/html"] += summary
        return shown


# ---- the facts --------------------------------------------------------------------------


def _plan(network: Any) -> dict[str, str]:
    """Return the loss, the solver and the learning rate of a network."""
    loss = network._loss
    solver = network.solver
    facts = {
        "loss": named_part(getattr(loss, "function", loss), LOSSES),
        "solver": named_part(solver, SOLVERS),
    }
    if not uses_lbfgs(network):
        facts["learning rate"] = f"{network.learning_rate:g}, {_schedule(network)}"
    return facts


def _schedule(network: Any) -> str:
    """Return the name of the schedule that the learning rate has followed."""
    name = named_part(network.learning_rate_schedule, SCHEDULES)
    if name != "auto":
        return name
    if len({*network.learning_rate_curve_}) == 1:
        return "constant"
    solver = network.solver
    part: Any = SOLVERS[solver] if isinstance(solver, str) else solver
    return str(part.default_schedule)


def _ends(network: Any) -> dict[str, str]:
    """Return the epochs, why training ended, and the losses of the network kept."""
    unit = "iterations" if uses_lbfgs(network) else "epochs"
    best = getattr(network, "best_iter_", None)
    facts = {
        unit: f"{network.n_iter_}" + ("" if best is None else f", the best was {best}")
    }
    reason = getattr(network, "_ended", "")
    if reason:  # a file of an earlier version has none
        facts["ended because"] = reason
    facts["training loss"] = f"{network.loss_:.4g}"
    # Counted from the end: a long stream has lost the first entries.
    place = getattr(network, "best_iter_", network.n_iter_) - network.n_iter_ - 1
    for name, curve in (
        ("loss", "validation_loss_curve_"),
        ("score", "validation_scores_"),
    ):
        values = getattr(network, curve, [])
        is_loss = name == "score" and network.scoring == "loss"
        if -place <= len(values) and place < 0 and not is_loss:
            facts[f"validation {name}"] = f"{values[place]:.4g}"
    if "validation score" in facts:
        facts["validation score"] += f" ({score_name(network)})"
    return facts


# ---- cells ------------------------------------------------------------------------------


def _aligned(row: Sequence[str], widths: list[int]) -> str:
    """Return the cells of a row, names to the left and numbers to the right."""
    cells = [
        _fitting(cell, width).ljust(width) if number < LEFT else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells)


def _fitting(cell: str, width: int) -> str:
    """Return a cell, cut if it is too long."""
    return cell if len(cell) <= width else cell[: width - 1] + "…"


def _html_row(tag: str, row: Sequence[str]) -> str:
    """Return a row of an HTML table, its cells between `tag`, aligned as in a terminal."""
    cells = [
        f"<{tag} style='text-align: {'left' if number < LEFT else 'right'}; "
        f"padding: 0 0.7em'>{html.escape(cell)}</{tag}>"
        for number, cell in enumerate(row)
    ]
    return f"<tr>{''.join(cells)}</tr>"
