"""The rules of the code: imports go one way, functions stay short, the maps are true."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sknn"
FILES = sorted(PACKAGE.rglob("*.py"))
ENGINE = sorted((PACKAGE / "engine").rglob("*.py"))
CONTRIBUTING = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
# The floors of the house, from the ground up: a file imports from its own floor or below.
# Files of one group in parentheses do not import each other.
FLOORS = [
    ("sknn.warning",),
    ("sknn.engine.backends.numba_compiler",),
    ("sknn.engine.backends.numba_smooth",),
    ("sknn.engine.backends.numpy_ops", "sknn.engine.backends.numba_ops"),
    ("sknn.engine.backends.numba_steps",),
    ("sknn.engine.arrays",),
    ("sknn.engine.part", "sknn.engine.parameters", "sknn.engine.data"),
    ("sknn.engine.stopping", "sknn.engine.threads"),
    (
        "sknn.engine.activation",
        "sknn.engine.initializers",
        "sknn.engine.optimizer",
        "sknn.engine.schedules",
    ),
    ("sknn.engine.activations", "sknn.engine.loss", "sknn.engine.optimizers"),
    ("sknn.engine.neurons", "sknn.engine.losses"),
    ("sknn.engine.network",),
    ("sknn.engine.batches", "sknn.engine.cost", "sknn.engine.derivatives"),
    ("sknn.engine.plan",),
    ("sknn.engine.compiled_steps",),
    ("sknn.engine.training", "sknn.engine.lbfgs"),
    (
        "sknn.encoding.columns",
        "sknn.encoding.foreign",
        "sknn.encoding.moments",
        "sknn.encoding.versions",
        "sknn.encoding.view",
    ),
    (
        "sknn.encoding.bins",
        "sknn.encoding.checked",
        "sknn.encoding.kinds",
        "sknn.encoding.scaling",
    ),
    ("sknn.encoding.cells", "sknn.encoding.levels", "sknn.encoding.numbers"),
    ("sknn.encoding.reading", "sknn.encoding.targets"),
    ("sknn.encoding.table", "sknn.encoding.labels", "sknn.encoding.unchanged"),
    ("sknn.encoding.features",),
    ("sknn.encoding.survey",),
    (
        "sknn.fitting.hints",
        "sknn.fitting.shuffling",
        "sknn.fitting.splitting",
        "sknn.fitting.unused",
        "sknn.fitting.validation_set",
        "sknn.fitting.weights",
    ),
    (
        "sknn.fitting.callbacks",
        "sknn.fitting.calls",
        "sknn.fitting.parts",
        "sknn.fitting.progress",
    ),
    (
        "sknn.fitting.checking",
        "sknn.fitting.ending",
        "sknn.fitting.steps",
        "sknn.fitting.units",
    ),
    ("sknn.fitting.checkpoint",),
    ("sknn.fitting.publishing",),
    (
        "sknn.fitting.inspection",
        "sknn.fitting.landscape",
        "sknn.fitting.observing",
        "sknn.fitting.probabilities",
    ),
    ("sknn.fitting.fit",),
    ("sknn.fitting.averaging", "sknn.fitting.blocks"),
    ("sknn.fitting.shares",),
    ("sknn.fitting.rounds",),
    ("sknn.display.layers", "sknn.display.names", "sknn.fitting.loss_check"),
    ("sknn.display.axes",),
    (
        "sknn.display.activations",
        "sknn.display.cost_valley",
        "sknn.display.learning_rate",
        "sknn.display.loss_curve",
        "sknn.display.network",
        "sknn.display.summary",
        "sknn.display.weights",
    ),
    ("sknn.base",),
    ("sknn.regressor", "sknn.classifier"),
    ("sknn.ensemble.folds", "sknn.ensemble.choice", "sknn.ensemble.member"),
    ("sknn.ensemble.matrix",),
    ("sknn.ensemble.conformal", "sknn.ensemble.temperature", "sknn.ensemble.recipe"),
    ("sknn.ensemble.probabilities", "sknn.ensemble.values", "sknn.ensemble.voting"),
    ("sknn.ensemble.held_out",),
    ("sknn.ensemble.ensemble_fit",),
    ("sknn.ensemble.base",),
    ("sknn.tabular",),
    ("sknn.onnx.graph", "sknn.onnx.columns"),
    ("sknn.onnx.neurons", "sknn.onnx.encoder"),
    ("sknn.onnx.layers", "sknn.onnx.labels"),
    ("sknn.onnx.votes",),
    ("sknn.onnx.convert",),
    ("sknn.onnx",),
    ("sknn.dask.partitions", "sknn.dask.workers"),
    ("sknn.dask.on_dask",),
    ("sknn.dask.estimators",),
    ("sknn.trusted",),
    ("sknn.dask", "sknn.torch", "sknn"),
]
MAPS = (
    "sknn.display",
    "sknn.engine",
    "sknn.engine.backends",
    "sknn.encoding",
    "sknn.ensemble",
    "sknn.fitting",
)
# The ways out: each needs an extra, and nothing imports it. They are not counted as rooms.
WAYS_OUT = {"onnx.py", "dask.py", "torch.py"}
# Extras load when they are first needed.
LAZY = {"matplotlib", "backends"}


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
def test_only_arrays_and_the_backends_know_the_array_library(path):
    tops = {name.partition(".")[0] for name in imported(path)}
    allowed = path.name == "arrays.py" or path.parent.name == "backends"
    assert allowed or "numpy" not in tops


def test_the_package_does_not_import_pandas():
    tops = {name.partition(".")[0] for path in FILES for name in imported(path)}
    assert "pandas" not in tops


def test_every_file_has_its_floor():
    floors = [name for floor in FLOORS for name in floor]
    assert sorted(floors) == sorted({module(path) for path in FILES} - {*MAPS})


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_go_down_only(path):
    if module(path) in MAPS:
        assert not imported(path)
        return
    height = {name: number for number, floor in enumerate(FLOORS) for name in floor}
    own = height[module(path)]
    for name in imported(path):
        if name.partition(".")[0] == "sknn":
            assert height[name] < own, f"{module(path)} imports {name}"


@pytest.mark.parametrize("name", MAPS)
def test_the_map_of_a_folder_names_every_file_in_it(name):
    folder = PACKAGE.parent / name.replace(".", "/")
    text = ast.get_docstring(tree(folder / "__init__.py"))
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in folder.glob("*/__init__.py")}
    assert files | folders <= set(re.findall(r"`(\w+)`", text))


def test_contributing_draws_the_tree_as_it_is():
    drawn = set(re.findall(r"^[│├└─ ]*(\w+(?:\.py|/))(?: |$)", CONTRIBUTING, re.M))
    files = {path.name for path in FILES} - {"__init__.py"}
    folders = {f"{path.parent.name}/" for path in FILES if path.name == "__init__.py"}
    assert drawn == files | folders


def test_the_top_floor_has_at_most_12_rooms():
    files = {path.name for path in PACKAGE.glob("*.py")}
    folders = {f"{path.parent.name}.py" for path in PACKAGE.glob("*/__init__.py")}
    assert len((files | folders) - WAYS_OUT) <= 12


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


ARRAYS = {"Array", "Input", "Target"}
SHAPE = re.compile(r"\([a-z_0-9]+,|shape|same length|nodes before")


def methods_with_arrays(path):
    """Yield every public function that takes or returns arrays, with its docstring."""
    for node in ast.walk(tree(path)):
        body = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
        private = isinstance(node, ast.ClassDef) and node.name.startswith("_")
        for function in body:
            if not isinstance(function, ast.FunctionDef) or private:
                continue
            signature = [function.args, function.returns or function.args]
            nodes = [node for part in signature for node in ast.walk(part)]
            named = {node.id for node in nodes if isinstance(node, ast.Name)}
            if named & ARRAYS and not function.name.startswith("_"):
                yield function, node


@pytest.mark.parametrize("path", FILES, ids=module)
def test_public_functions_state_the_shapes_of_their_arrays(path):
    # Parts inherit their methods' docstrings, and kernels those of their references.
    catalogues = {"activations", "initializers", "losses", "optimizers", "numba_ops"}
    for function, owner in methods_with_arrays(path):
        text = ast.get_docstring(function)
        if text is None and path.stem in catalogues:
            continue
        where = f"{getattr(owner, 'name', path.stem)}.{function.name}"
        assert text is not None, f"{where} has no docstring"
        is_property = any(
            isinstance(d, ast.Name) and "property" in d.id for d in function.decorator_list
        )
        assert is_property or SHAPE.search(text), f"{where} states no shape"
