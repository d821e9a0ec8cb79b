"""Promises of xavier_lib as a whole: light, typed, documented, and built in floors."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

import xavier_lib
from xavier_lib import datasets, exercises, explore, fans, figures, frameworks, names, network
from xavier_lib.nn import signals

ROOT = Path(__file__).parent.parent
PACKAGE = Path(xavier_lib.__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

CHAPTERS = (
    *("network", "symmetry", "naive", "sigmoid", "glorot", "he", "shapes"),
    *("diagnosis", "museum", "rectifiers", "table", "gain", "orthogonal", "calibration", "normalization", "residual"),
    *("criticality", "width"),
)
#: What lies at the root of the package, by floors: a chapter's module, or a folder that all chapters use.
FLOORS = {
    **dict.fromkeys(("names", "wording"), 0),  # what arguments accept, and the words of the messages that say so
    "arguments": 1,
    "fans": 2,  # a chapter that the starts of all others stand on
    **dict.fromkeys(("nn", "weights", "datasets"), 3),
    "figures": 4,
    **dict.fromkeys(CHAPTERS, 5),
    **dict.fromkeys(("diagnosis", "museum"), 6),  # chapters that judge by the rules of the others
    **dict.fromkeys(("explore", "exercises", "frameworks", "replay"), 7),
}
HEAVY = {
    **{"matplotlib": "figures", "ipywidgets": "explore", "PIL": "datasets", "platformdirs": "exercises"},
    **dict.fromkeys(("distributed", "tqdm", "threadpoolctl"), "replay"),
    **dict.fromkeys(("flax", "jax", "keras", "tensorflow", "torch"), "frameworks"),
}

CONTRACT = {
    *("ACTIVATIONS", "MLP", "constant", "diagnose", "fan_in_fan_out", "naive_normal"),
    *("naive_uniform", "variance_scaling"),
    *("glorot_limit", "glorot_normal", "glorot_std", "glorot_uniform", "xavier_normal", "xavier_uniform"),
    *("he_limit", "he_normal", "he_std", "he_uniform", "lecun_normal", "lecun_uniform"),
    *("delta_orthogonal", "gain", "lsuv", "orthogonal"),
}


def modules():
    """Return the dotted name of every module below the package, with its file."""
    names = {path: path.relative_to(PACKAGE).with_suffix("").parts for path in PACKAGE.rglob("*.py")}
    return {".".join(parts).removesuffix(".__init__"): path for path, parts in names.items() if parts != ("__init__",)}


def imported(path):
    """Return what a file imports, anywhere in it, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.add(node.module)
    return found


def inner(path):
    """Return the modules of the package that a file imports, without the package's name."""
    return {name.removeprefix("xavier_lib.") for name in imported(path) if name.split(".")[0] == "xavier_lib"}


def room(module):
    """Return the part of a module's name that lies at the root of the package."""
    return module.split(".")[0]


each_module = pytest.mark.parametrize(("module", "path"), modules().items(), ids=modules().keys())


# Light


def test_importing_the_library_loads_nothing_heavy():
    """NumPy alone: in a fresh interpreter none of the plotting, widget and data packages is loaded by the import."""
    code = "import sys, xavier_lib; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "numpy" in loaded.split()
    assert not {*HEAVY, "scipy", "pandas", "IPython"} & set(loaded.split())


def test_importing_any_module_but_the_figures_loads_nothing_heavy():
    """Widgets and data load when they are used: the import of a module, explore and data too, costs next to nothing."""
    light = ", ".join(f"xavier_lib.{name}" for name in modules() if room(name) != "figures")
    code = f"import sys, {light}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert not {*HEAVY, "scipy", "pandas", "IPython"} & set(loaded.split())


def test_the_library_asks_for_numpy_only():
    """An installation in an exercise brings NumPy and nothing else; what the book needs is an extra."""
    assert [re.match(r"[\w-]+", name)[0] for name in PROJECT["project"]["dependencies"]] == ["numpy"]
    extras = [re.match(r"[\w-]+", name)[0] for name in PROJECT["project"]["optional-dependencies"]["book"]]
    assert sorted(extras) == ["ipykernel", "ipywidgets", "matplotlib"]


def test_every_module_is_there_after_one_import():
    """Each name at the root is an attribute at once, is listed, and another one is refused as Python does.

    A name that is public, such as ``orthogonal``, is the function; its module is imported from as all are.
    """
    roots = sorted({room(module) for module in modules()})
    code = (
        f"import xavier_lib; before = dir(xavier_lib); print(all(name in before for name in {roots})); "
        f"found = [getattr(xavier_lib, name) for name in {roots}]; from inspect import ismodule; "
        "print(*[thing.__name__ if ismodule(thing) else thing.__module__ for thing in found]); "
        f"print(*[name for name, thing in zip({roots}, found) if not ismodule(thing)]); xavier_lib.figures.lines; "
        "xavier_lib.exercises.check; print(hasattr(xavier_lib, 'nothing'))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    functions = " ".join(name for name in roots if name in xavier_lib.__all__)
    assert run.stdout.splitlines() == ["True", " ".join(f"xavier_lib.{name}" for name in roots), functions, "False"]


@pytest.mark.parametrize("use", ["from xavier_lib import figures", "import xavier_lib; xavier_lib.figures.lines"])
def test_without_matplotlib_the_figures_say_what_to_install(use):
    """A ModuleNotFoundError in the library's own words, however the pictures are asked for."""
    code = f"import sys; sys.modules['matplotlib'] = None; {use}"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    wanted = "xavier_lib.figures needs matplotlib, which is not installed: python -m pip install matplotlib"
    assert run.stderr.splitlines()[-1] == f"ModuleNotFoundError: {wanted}"


# Named


def test_every_name_of_the_contract_is_public():
    """All names that the book promises are in ``__all__``, and every name there is can be imported."""
    assert set(xavier_lib.__all__) >= CONTRACT
    for name in xavier_lib.__all__:
        assert hasattr(xavier_lib, name)


@pytest.mark.parametrize(
    "names",
    [xavier_lib.__all__, exercises.__all__, figures.__all__, frameworks.__all__],
    ids=["xavier_lib", "exercises", "figures", "frameworks"],
)
def test_public_names_are_listed_once_and_in_order(names):
    """Constants, classes, functions, each by the alphabet: a name is found at a glance."""
    assert names == sorted(set(names), key=lambda name: (not name.isupper(), name.islower(), name))


def test_xavier_and_glorot_are_one():
    """Two names of one man: the same objects, not copies that could drift apart."""
    assert xavier_lib.xavier_uniform is xavier_lib.glorot_uniform
    assert xavier_lib.xavier_normal is xavier_lib.glorot_normal


def test_the_version_is_the_same_everywhere():
    """What is installed says the version that the code says."""
    assert xavier_lib.__version__ == PROJECT["project"]["version"]


def test_the_names_that_types_offer_are_those_that_are_accepted():
    """One list each: an editor offers neither more nor less than the library takes."""
    assert get_args(names.ActivationName) == tuple(xavier_lib.ACTIVATIONS)
    assert list(fans.ORDERS) == list(get_args(names.Layout))
    for name in get_args(names.StartName):
        assert frameworks.rules.start_named(name).distribution in (name, name.split("_")[-1])


# Built in floors


def test_the_root_holds_the_chapters_and_what_all_of_them_use():
    """Whoever opens the package sees these names and no other: a new one must be given its floor in the table above."""
    assert {room(module) for module in modules()} == FLOORS.keys()


@each_module
def test_imports_only_go_down(module, path):
    """A module imports from lower floors or its own room; rooms of the top floor may meet, without a circle."""
    for other in inner(path):
        inside = room(other) == room(module) or FLOORS[room(other)] == FLOORS[room(module)] == max(FLOORS.values())
        assert FLOORS[room(other)] < FLOORS[room(module)] or inside, other


def test_what_a_chapter_asks_stands_apart_from_how_it_is_asked():
    """No engine of the exercises imports a chapter's questions, but for the session, which collects them by name."""
    chapters = {module for module in modules() if module.startswith("exercises.chapters.")}

    assert {module.split(".")[-1] for module in chapters} == set(exercises.session.CHAPTERS)
    for module, path in modules().items():
        assert module in chapters or not inner(path) & chapters, module


def rows():
    """Return the bodies of the named starts, without their docstrings."""
    names = [name for name in xavier_lib.__all__ if re.fullmatch(r"(glorot|he|lecun)_(uniform|normal)", name)]
    bodies = {name: ast.parse(inspect.getsource(getattr(xavier_lib, name))).body[0].body for name in names}
    return {name: [node for node in body if not isinstance(node, ast.Expr)] for name, body in bodies.items()}


@pytest.mark.parametrize("body", rows().values(), ids=rows().keys())
def test_every_named_start_is_a_row_of_the_one_formula(body):
    """Its body is one call of variance_scaling, with its scale, mode and distribution."""
    assert len(body) == 1
    assert isinstance(body[0], ast.Return)
    assert body[0].value.func.id == "variance_scaling"
    given = {keyword.arg: keyword.value for keyword in body[0].value.keywords}
    assert given.keys() == {"scale", "mode", "distribution", "fans", "rng", "dtype"}
    assert isinstance(given["scale"], ast.Call)


def test_the_root_of_a_scale_over_a_fan_is_taken_in_one_place():
    """std_of is the only function that divides under a root; exercises hold wrong ones, the rest is statistics."""
    found = set()
    for module, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            root = isinstance(node, ast.Call) and ast.unparse(node.func) in ("math.sqrt", "np.sqrt")
            if root and isinstance(node.args[0], ast.BinOp) and isinstance(node.args[0].op, ast.Div):
                found.add(module)

    assert {module for module in found if not module.startswith(("exercises.", "replay.", "table"))} == {
        "weights.scaling"
    }


def test_no_imports_go_in_circles():
    """Taking away what imports nothing that is left, again and again, leaves nothing."""
    left = {module: {other for other in inner(path) if other != module} for module, path in modules().items()}
    while free := {module for module, others in left.items() if not others & left.keys()}:
        left = {module: others for module, others in left.items() if module not in free}

    assert not left


@each_module
def test_heavy_packages_have_one_door_each(module, path):
    """Only figures imports matplotlib, only explore ipywidgets, and so on by the table above; all else is NumPy's."""
    outer = {name.split(".")[0] for name in imported(path)} - {"xavier_lib"} - sys.stdlib_module_names

    assert outer <= {"numpy"} | {package for package, door in HEAVY.items() if door == module.split(".")[0]}


# Typed and documented


def test_the_types_hold():
    """The strict type checker finds nothing, and the package says that it is typed."""
    run = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    assert (PACKAGE / "py.typed").is_file()
    data = PROJECT["tool"]["setuptools"]["package-data"]
    assert data == {
        "xavier_lib": ["py.typed"],
        "xavier_lib.datasets": ["digits.npz"],
        "xavier_lib.exercises": ["questions/*.toml", "hints/*.toml"],
        "xavier_lib.replay.findings": ["*.toml", "shares.json"],
    }


def public():
    """Return every public function and class with the name a reader knows it by."""
    found = {
        "explore": explore.explore,
        **{name: getattr(datasets, name) for name in datasets.__all__},
        **{name: getattr(exercises, name) for name in exercises.__all__},
        **{name: getattr(signals, name) for name in ("rms", "activation_rms", "gradient_rms")},
        **{name: getattr(network, name) for name in ("learning_curve", "LearningCurve")},
        **{name: getattr(figures, name) for name in figures.__all__},
        **{name: getattr(frameworks, name) for name in frameworks.__all__},
        **{name: getattr(fans, name) for name in vars(fans) if name.endswith("_fans") and name != "given_fans"},
        "MeanFans": fans.MeanFans,
        **{name: getattr(xavier_lib, name) for name in xavier_lib.__all__ if name != "ACTIVATIONS"},
    }
    for chapter in (*CHAPTERS, "replay.figures2010"):
        module = importlib.import_module(f"xavier_lib.{chapter}")
        found |= {
            name: thing
            for name, thing in vars(module).items()
            if not name.startswith("_") and callable(thing) and getattr(thing, "__module__", "") == module.__name__
        }
    return found


def is_record(thing):
    """Say whether a class only holds what it is given: a named tuple or a dataclass."""
    return inspect.isclass(thing) and (issubclass(thing, tuple) or hasattr(thing, "__dataclass_fields__"))


each_public = pytest.mark.parametrize(("name", "thing"), public().items(), ids=public().keys())


@each_public
def test_every_public_name_has_a_docstring_with_an_example(name, thing):
    """What it is in one line, an example that the tests run, and a link to a chapter that there is."""
    text = inspect.getdoc(thing) or ""
    linked = re.findall(r":doc:`/chapters/(\w+)`", text)

    assert re.match(r"\S.*[.]$", text.split("\n\n")[0].replace("\n", " ")), name
    assert ">>> " in text
    assert linked
    for chapter in linked:
        assert (ROOT / "chapters" / f"{chapter}.ipynb").is_file(), chapter


@each_public
def test_every_public_function_says_what_it_refuses(name, thing):
    """A section Raises, or the name of the function whose errors it shares; records refuse nothing."""
    words = " ".join((inspect.getdoc(thing) or "").split())

    if not is_record(thing) and inspect.signature(thing).parameters:
        assert re.search(r"Raises: |\b[Ee]rrors\b[\w ,]*? (are those of|as in) (:\w+:`|`)", words), name


def test_every_method_of_the_network_says_what_it_refuses():
    """The methods of MLP have their docstrings too."""
    methods = {name: m for name, m in vars(xavier_lib.MLP).items() if not name.startswith("_") and callable(m)}

    assert len(methods) >= 8
    for name, method in methods.items():
        assert re.search(r"Raises:|[Ee]rrors as in", method.__doc__ or ""), name


def code_lines(tree):
    """Return how many lines of a module hold code, docstrings left out."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    prose = {id(node.body[0]) for node in ast.walk(tree) if isinstance(node, documented) and ast.get_docstring(node)}
    lines, left = set(), [tree]
    while left:
        node = left.pop()
        if id(node) not in prose:
            lines |= {getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)}
            left.extend(ast.iter_child_nodes(node))
    return len(lines - {0})


@each_module
def test_every_module_is_about_one_thing(module, path):
    """One sentence at its head says what it is for, and about 120 lines of code, 140 at most, are enough."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert re.match(r"\S.*\.", ast.get_docstring(tree) or ""), module
    assert code_lines(tree) <= 140
