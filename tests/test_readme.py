"""The prose keeps its word: its code runs, its quotations and its links are right."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PAGES = [
    path.relative_to(PROJECT).as_posix()
    for path in (*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"))
]
# A fenced block of Python, with the line before it that may name a file it is from.
BLOCK = re.compile(r"(?P<lead>[^\n]*)\n*^```python\n(?P<code>.*?)^```$", re.M | re.S)
QUOTED = re.compile(r"^From `(?P<path>[\w/]+\.py)`")


def blocks(page):
    """Yield every Python block of a page: its code, its line number, what it is from."""
    text = (PROJECT / page).read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        quoted = QUOTED.match(match["lead"])
        line = text.count("\n", 0, match.start("code"))
        yield match["code"], line, quoted["path"] if quoted else None


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/user-guide.md",
        "docs/saving.md",
        "docs/searching.md",
        "docs/streams.md",
        "docs/tables.md",
        "docs/training-and-validation.md",
        "docs/from-formulas-to-code.md",
    ],
)
def test_the_code_on_the_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runnable = [(code, line) for code, line, source in blocks(page) if source is None]
    assert runnable
    namespace = {"__name__": "page"}
    for code, line in runnable:
        # The empty lines make a traceback name the line on the page.
        exec(compile("\n" * line + code, PROJECT / page, "exec"), namespace)


def test_the_derivation_quotes_the_code_as_it_is():
    quotations = [
        (code, source)
        for code, _, source in blocks("docs/from-formulas-to-code.md")
        if source is not None
    ]
    assert quotations
    for code, source in quotations:
        lines = (PROJECT / source).read_text(encoding="utf-8").splitlines()
        height = len(code.splitlines())
        windows = (
            dedent("\n".join(lines[start : start + height]))
            for start in range(len(lines) - height + 1)
        )
        assert code.rstrip("\n") in windows, f"not in {source}:\n{code}"


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_lead_to_files(page):
    text = (PROJECT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text)
    missing = [t for t in targets if not ((PROJECT / page).parent / t).exists()]
    assert not missing
