"""What the project promises as a project: set-up files, packaging, and imports that run one way."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MODULES = sorted((ROOT / "sim").rglob("*.py"))

# A room may import itself and rooms of a lower layer. `sim` is the public API in sim/__init__.py,
# which, like the command line, may import everything.
LAYERS = {
    "arrays": 0,
    "compiling": 0,
    "config": 0,
    "extras": 0,
    "paths": 0,
    "releases": 0,
    "yaml_files": 0,
    "chance": 1,
    "names": 1,
    "seeds": 1,
    "parameters": 2,
    "notes": 3,
    "state": 3,
    "negotiation": 4,
    "rules": 5,
    "records": 6,
    "agents": 6,
    "futures": 7,
    "model": 8,
    "study": 8,
    "analysis": 9,
    "game": 10,
    "plots": 10,
    "sim": 11,
    "report": 12,
    "app": 13,
    "commands": 14,
    "__main__": 14,
    "cli": 15,
}
IMPORT_ANYTHING = {"sim", "cli", "__main__"}
# What a future is and lives by: no agent, no configuration tool, no file.
PURE = {"chance", "parameters", "state", "notes", "negotiation", "rules"}
IMPURE = {"mesa", "hydra", "omegaconf", "pathlib", "io", "sim.paths", "sim.seeds"}

SETUP_FILES = ["Makefile", ".ci/run", "pyproject.toml", "constraints.txt", "CITATION.cff"]
MACHINE_PATH = re.compile(r"(?<![\w.$)}/:*-])/(?!usr/bin/env\b|dev/null\b|path/to/)\w+/")
REGISTRY = re.compile(r"pypi|/simple\b|index-url|find-links|file://|git\+|\S@\S", re.IGNORECASE)


# Version


def test_citation_names_the_version_of_the_package():
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == PROJECT["version"]


def test_codemeta_says_the_same_as_the_package():
    said = json.loads((ROOT / "codemeta.json").read_text())
    assert (said["name"], said["version"]) == (PROJECT["name"], PROJECT["version"])
    assert said["keywords"] == PROJECT["keywords"]
    assert said["license"].endswith(f"/{PROJECT['license']}")


def test_citation_holds_what_the_format_requires():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors", "license"} <= set(citation)
    assert citation["license"] == PROJECT["license"]


# Imports


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(module):
    room = _room(_name(module))
    if room in IMPORT_ANYTHING:
        return
    used = {_room(name) for name in _imports(module, types=False) if name.split(".")[0] == "sim"}
    assert {other for other in used - {room} if LAYERS[other] >= LAYERS[room]} == set()


def test_every_room_has_a_layer():
    assert {_room(_name(module)) for module in MODULES} <= set(LAYERS)


@pytest.mark.parametrize("room", sorted(PURE))
def test_rules_know_no_agent_no_configuration_tool_and_no_file(room):
    modules = [path for path in MODULES if _room(_name(path)) == room]
    assert modules
    for module in modules:
        known = {prefix for name in _imports(module, types=True) for prefix in _prefixes(name)}
        assert known & IMPURE == set(), module.name
        assert "open" not in _calls(module), module.name


def test_no_modules_import_each_other_in_a_circle():
    """Imports for type checkers and those within functions count as any other."""
    assert _circle({_name(module): _modules_used(module) for module in MODULES}) == []


@pytest.mark.parametrize(
    ("imports", "circle"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b", "c"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b", "c", "b"]),
        ({"a": {"a"}}, ["a", "a"]),
    ],
)
def test_a_circle_is_found_where_there_is_one(imports, circle):
    assert _circle(imports) == circle


def test_imports_are_found_wherever_they_stand(tmp_path):
    source = (
        "import sim.study.store\n"
        "from typing import TYPE_CHECKING\n"
        "from sim import plots\n"
        "if TYPE_CHECKING:\n    from sim.model import CeasefireModel\n"
        "else:\n    import numpy\n"
        "def draw():\n    from sim.report.page import render\n"
        "def name():\n    from sim import load\n"
    )
    (tmp_path / "module.py").write_text(source)
    found = _imports(tmp_path / "module.py", types=False)
    assert {_room(name) for name in found if name.startswith("sim")} == {
        "study",
        "plots",
        "report",
        "sim",
    }
    assert "numpy" in found
    assert "sim.model" in _imports(tmp_path / "module.py", types=True)


# Set-up files


@pytest.mark.parametrize("name", SETUP_FILES)
def test_setup_files_name_no_machine_path(name):
    assert MACHINE_PATH.findall((ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", SETUP_FILES)
def test_setup_files_name_no_registry(name):
    assert REGISTRY.findall((ROOT / name).read_text()) == []


def test_constraints_are_pins_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pin = re.compile(r"[a-z0-9][a-z0-9.-]*==[\w.+!]+( ; [\w.' <>=!andor-]+)?")
    assert [line for line in lines if not pin.fullmatch(line)] == []


def test_every_dependency_is_pinned():
    wanted = PROJECT["dependencies"] + [
        need for extra in PROJECT["optional-dependencies"].values() for need in extra
    ]
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    assert {_distribution(need) for need in wanted} <= {_distribution(pin) for pin in pins}


def test_no_lock_file_is_kept():
    assert [name for name in ("uv.lock", "pylock.toml", "pip.conf") if (ROOT / name).exists()] == []


# Packaging


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_wheel_carries_every_configuration_and_the_record(wheel):
    kept = [*(ROOT / "configs").rglob("*.yaml"), *(ROOT / "seeds").rglob("*.yaml")]
    expected = {f"sim/{path.relative_to(ROOT).as_posix()}" for path in kept} | {"sim/py.typed"}
    assert expected <= set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.slow
def test_wheel_reads_the_record_from_any_directory(wheel, tmp_path):
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    script = (
        "from sim import paths, seeds\n"
        "print(paths.data_dir('seeds'), seeds.value('rates.PIPS.2024.attacks'))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == f"{site.resolve() / 'sim' / 'seeds'} 521"


# Reading source files


@cache
def _parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text())


@cache
def _known() -> set[str]:
    return {_name(path) for path in MODULES}


def _name(module: Path) -> str:
    """Return the dotted name of a file of the package, its own folder standing for __init__."""
    parts = module.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _room(name: str) -> str:
    """Return the room a dotted name belongs to; a name that sim/__init__ provides belongs to it."""
    parts = name.split(".")
    if len(parts) == 1:
        return "sim"
    beside = ROOT / "sim" / parts[1]
    is_module = beside.is_dir() or beside.with_suffix(".py").is_file() or parts[1] in LAYERS
    return parts[1] if is_module else "sim"


def _imports(module: Path, *, types: bool) -> set[str]:
    """Return every name a file imports, lazily or not; imports for type checkers if ``types``."""
    tree = _parsed(module)
    unread = set() if types else _type_only(tree)
    package = _package(module) if module.is_relative_to(ROOT) else []
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in unread:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            # `from sim import plots` names a module, `from sim import load` the public API.
            found |= {f"sim.{a.name}" for a in node.names} if origin == "sim" else {origin}
    return found


def _modules_used(module: Path) -> set[str]:
    """Return the modules of the package that a file imports, for type checkers or within functions.

    A name that a module provides stands for that module.
    """
    known = _known()
    found: set[str] = set()
    for node in ast.walk(_parsed(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & known
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inside & known) or ({node.module} & known)
    return found


def _circle(imports: dict[str, set[str]]) -> list[str]:
    """Return modules of which each imports the next and the last is the first; none if none are."""
    done: set[str] = set()

    def follow(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for other in sorted(imports[name]):
            if circle := follow(other, [*trail, name]):
                return circle
        done.add(name)
        return []

    return next((circle for name in sorted(imports) if (circle := follow(name, []))), [])


def _package(module: Path) -> list[str]:
    return list(module.relative_to(ROOT).parent.parts)


def _type_only(tree: ast.AST) -> set[ast.AST]:
    blocks = (
        node.body
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    )
    return {inner for body in blocks for statement in body for inner in ast.walk(statement)}


def _prefixes(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[: length + 1]) for length in range(len(parts))}


def _calls(module: Path) -> set[str]:
    calls = (node for node in ast.walk(_parsed(module)) if isinstance(node, ast.Call))
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


def _distribution(requirement: str) -> str:
    """Return the normalised name a requirement or pin begins with."""
    name = re.match(r"[A-Za-z0-9._-]*[A-Za-z0-9]", requirement)
    assert name is not None, requirement
    return re.sub(r"[-_.]+", "-", name.group()).lower()
