"""The table of layers that a notebook shows."""

from __future__ import annotations

from typing import Any


def layers_html(estimator: Any) -> str:
    """Return an HTML table of the layers of a fitted estimator and their parameters."""
    activations = [type(part).__name__ for part in estimator._activations]
    rows = [
        f"<tr><td>{number}</td><td>{W.shape[0]} → {W.shape[1]}</td><td>{name}</td>"
        f"<td>{W.size + b.size + learned.size:,}</td></tr>"
        for number, (W, b, learned, name) in enumerate(
            zip(
                estimator.coefs_,
                estimator.intercepts_,
                estimator.activation_coefs_,
                activations,
                strict=True,
            ),
            start=1,
        )
    ]
    return (
        "<table><thead><tr><th>layer</th><th>nodes</th><th>activation</th>"
        f"<th>parameters</th></tr></thead><tbody>{''.join(rows)}<tr><td colspan='3'>all"
        f"</td><td>{estimator.n_parameters_:,}</td></tr></tbody></table>"
    )
