"""The prose keeps its word: its code runs, its quotations and its links are right."""

import re
from pathlib import Path
from textwrap import dedent

import matplotlib.pyplot as plt
import pytest

import sknn

PROJECT = Path(__file__).resolve().parents[1]
PAGES = [
    path.relative_to(PROJECT).as_posix()
    for path in (*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"))
]
# A fenced block of Python, with the line before it that may name a file it is from. A block
# that draws a picture is one of Sphinx's directive, with its options first.
BLOCK = re.compile(
    r"(?P<lead>[^\n]*)\n*^```(?:python|\{plot\})\n(?::[^\n]*\n)*(?P<code>.*?)^```$",
    re.M | re.S,
)
QUOTED = re.compile(r"^From `(?P<path>[\w/]+\.py)`")


def blocks(page):
    """Yield every Python block of a page: its code, its line number, what it is from."""
    text = (PROJECT / page).read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        quoted = QUOTED.match(match["lead"])
        line = text.count("\n", 0, match.start("code"))
        yield match["code"], line, quoted["path"] if quoted else None


# These need extras: the tests of the extras run their code.
NEED_EXTRAS = {
    "docs/guide/explaining.md",
    "docs/guide/many-machines.md",
    "docs/guide/serving.md",
}
WITH_CODE = [
    page
    for page in PAGES
    if page not in NEED_EXTRAS and any(source is None for *_, source in blocks(page))
]


@pytest.mark.parametrize("page", WITH_CODE)
def test_the_code_on_the_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plt.switch_backend("agg")
    runnable = [(code, line) for code, line, source in blocks(page) if source is None]
    assert runnable
    namespace = {"__name__": "page"}
    for code, line in runnable:
        # The empty lines make a traceback name the line on the page.
        exec(compile("\n" * line + code, PROJECT / page, "exec"), namespace)
    plt.close("all")


def test_the_reference_lists_every_public_name():
    listed = re.findall(
        r"^   (\w+)$", (PROJECT / "docs/reference/index.rst").read_text(), re.M
    )
    public = {name for name in sknn.__all__ if callable(getattr(sknn, name))}
    assert public <= set(listed)


def test_the_derivation_quotes_the_code_as_it_is():
    quotations = [
        (code, source)
        for code, _, source in blocks("docs/how/from-formulas-to-code.md")
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
