"""The tables of the benchmark pages, so that charts and tables have the same numbers."""

from pathlib import Path

import pandas as pd

COLORS = {
    "sknn": "tab:blue",
    "scikit-learn": "tab:orange",
    "PyTorch": "tab:gray",
    "bare matrix products": "black",
}
PAGES = Path(__file__).parents[1] / "benchmarks"


def table(page, heading, number=0):
    """Return a table under a `heading` of a page as a frame of text, the first being 0."""
    text = (PAGES / page).read_text(encoding="utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = [block for block in section.split("\n\n") if block.startswith("|")]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in blocks[number].splitlines()
    ]
    return pd.DataFrame(rows[2:], columns=rows[0])


def bars(axes, frame, title):
    """Draw a group of bars for every row of `frame`, with a bar per column."""
    colors = [COLORS.get(name, "tab:blue") for name in frame.columns]
    frame[::-1].plot.barh(ax=axes, width=0.8, color=colors)
    axes.set_title(title, loc="left")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    for container in axes.containers:
        axes.bar_label(container, fmt="%.3g", padding=3, fontsize=8)
