"""The prose is right: its code runs, its tables are complete, its links lead somewhere."""

import inspect
import re
import tomllib
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor

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
    monkeypatch.chdir(tmp_path)  # for the files that it writes
    (tmp_path / "examples").symlink_to(PROJECT / "examples")  # and those that it reads
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


def test_the_page_on_installation_lists_every_extra():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    page = (PROJECT / "docs/start/install.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", page, re.M)
    assert sorted(listed) == sorted(project["project"]["optional-dependencies"])


def test_the_citation_has_the_version_of_the_package():
    citation = (PROJECT / "CITATION.cff").read_text(encoding="utf-8")
    version = re.search(r"^version: (.+)$", citation, re.M)[1]
    assert version == sknn.__version__.partition(".dev")[0]


FROM_MLP = (PROJECT / "docs/start/from-mlp.md").read_text(encoding="utf-8")
COUNTERPARTS = {
    MLPClassifier: (sknn.FFNNClassifier, load_iris),
    MLPRegressor: (sknn.FFNNRegressor, load_diabetes),
}


def rows(heading):
    """Return the tables below a heading of from-mlp.md: {first cell: second cell}."""
    section = FROM_MLP.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| (`[^|]*) \| ([^|]*) \|", section, re.M)
    return {first: second for first, second in lines if "MLP*" not in first}


def names(cells):
    """Return the first name of every piece of code in `cells`."""
    return {name for cell in cells for name in re.findall(r"`(\w+)", cell)}


def fitted(estimator):
    """Return the names of what `estimator` has learned."""
    return {name for name in dir(estimator) if re.fullmatch(r"[a-z]\w*_", name)}


@pytest.mark.parametrize("theirs", COUNTERPARTS)
def test_every_parameter_of_scikit_learns_mlp_has_a_row(theirs):
    table = rows("Every parameter")
    ours = set(inspect.signature(COUNTERPARTS[theirs][0]).parameters)
    assert set(inspect.signature(theirs).parameters) <= names(table)
    assert ours <= names(table) | names(table.values())


def test_every_parameter_that_replaces_one_of_the_mlp_exists():
    table = rows("Every parameter")
    ours = {name for kind, _ in COUNTERPARTS.values() for name in kind().get_params()}
    replaced = {re.match(r"`(\w+)", cell)[1] for cell in table.values() if cell[0] == "`"}
    assert len(replaced) > 10
    assert replaced <= ours


@pytest.mark.parametrize("theirs", COUNTERPARTS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_every_fitted_attribute_of_scikit_learns_mlp_has_a_row(theirs):
    X, y = COUNTERPARTS[theirs][1](return_X_y=True, as_frame=True)
    attributes = fitted(theirs(max_iter=2, early_stopping=True).fit(X, y))
    table = rows("Every fitted attribute")
    assert {"loss_curve_", "best_validation_score_"} <= attributes
    assert attributes <= names(table)


@pytest.mark.parametrize("theirs", COUNTERPARTS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_every_fitted_attribute_here_is_on_the_page_for_users_of_the_mlp(theirs):
    ours, load = COUNTERPARTS[theirs]
    X, y = load(return_X_y=True, as_frame=True)
    attributes = fitted(ours(max_iter=2, early_stopping=True).fit(X, y))
    table = rows("Every fitted attribute")
    replacing = names(table.values()) - {"min"}
    new = FROM_MLP.split("## Every fitted attribute")[1].split("New here:")[1]
    assert replacing <= attributes | {"classes_"}
    assert attributes <= replacing | names([new.split(". [")[0]])


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_lead_to_files(page):
    text = (PROJECT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text)
    missing = [t for t in targets if not ((PROJECT / page).parent / t).exists()]
    assert not missing
