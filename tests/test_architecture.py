"""The rules of the code: imports go one way, functions and files stay short."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sknn"
FILES = sorted(PACKAGE.rglob("*.py"))
ENGINE = sorted((PACKAGE / "engine").glob("*.py"))
LEAVES = {
    "activations",
    "initializers",
    "losses",
    "activation",
    "optimizers",
    "penalties",
    "schedules",
}
# matplotlib is an extra: only who draws needs it.
LAZY = {"matplotlib"}


def tree(path):
    return ast.parse(path.read_text())


def module(path):
    """Return the dotted name of a file of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path):
    """Return the dotted names of all modules that a file imports from."""
    names = set()
    package = (
        module(path) if path.name == "__init__.py" else module(path).rpartition(".")[0]
    )
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0]
            names.add(f"{base}.{node.module}")
    return names


def functions(path):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree(path)) if isinstance(node, kinds)]


@pytest.mark.parametrize("path", ENGINE, ids=module)
def test_the_engine_knows_no_scikit_learn_and_no_pandas(path):
    tops = {name.partition(".")[0] for name in imported(path)}
    assert not tops & {"sklearn", "pandas", "joblib"}


@pytest.mark.parametrize("path", ENGINE, ids=module)
def test_only_arrays_knows_the_array_library(path):
    tops = {name.partition(".")[0] for name in imported(path)}
    assert path.name == "arrays.py" or "numpy" not in tops


@pytest.mark.parametrize("leaf", sorted(LEAVES))
def test_leaves_import_nothing_of_the_engine_but_arrays(leaf):
    names = imported(PACKAGE / "engine" / f"{leaf}.py")
    own = {name for name in names if name.startswith("sknn")}
    base = {"sknn.engine.activation"} if leaf == "activations" else set()
    assert own <= {"sknn.engine.arrays"} | base


def test_the_package_does_not_import_pandas():
    tops = {name.partition(".")[0] for path in FILES for name in imported(path)}
    assert "pandas" not in tops


def test_imports_go_one_way():
    graph = {module(path): imported(path) for path in FILES}
    order = []

    def visit(name, above):
        assert name not in above, f"cycle: {' -> '.join([*above, name])}"
        for used in sorted(graph.get(name, set()) & graph.keys()):
            if used not in order:
                visit(used, [*above, name])
        order.append(name)

    for name in graph:
        if name not in order:
            visit(name, [])
    assert sorted(set(order)) == sorted(graph)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_stand_at_the_top(path):
    for function in functions(path):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names]
                top = getattr(node, "module", None) or names[0]
                assert top.partition(".")[0] in LAZY, f"{function.name} imports {top}"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_functions_have_at_most_40_lines(path):
    for function in functions(path):
        parameters_are_stored = function.name == "__init__" and not path.match("engine/*")
        if not parameters_are_stored:
            length = function.end_lineno - function.lineno + 1
            assert length <= 40, f"{function.name} has {length} lines"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_files_have_at_most_400_lines(path):
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", ENGINE, ids=module)
def test_the_engine_passes_at_most_6_arguments(path):
    for function in functions(path):
        arguments = [*function.args.posonlyargs, *function.args.args]
        arguments += function.args.kwonlyargs
        names = [
            argument.arg for argument in arguments if argument.arg not in ("self", "cls")
        ]
        assert len(names) <= 6, f"{function.name}{names}"


def test_no_file_is_a_drawer_for_everything():
    assert not [path for path in FILES if path.stem in ("utils", "helpers", "misc")]
