"""Results that name code: nothing of it is imported, or called, without leave.

Each attack is a finished cell whose ``config.yaml`` names a tactic of its own, with a record that
fits, as somebody would send it who wants code run on another's machine.
"""

from __future__ import annotations

import ast
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from finished_cells import falsify

from sim import cli
from sim.config import validate
from sim.study.cells import Cell, load_cell
from sim.study.store import write_cell

pytestmark = pytest.mark.slow

Run = Callable[..., tuple[int, str]]
ROOT = Path(__file__).resolve().parents[2]
QUICK = ["replicates=20", "horizon=25", "parameters=best"]
MARK = "open('pwned', 'w').close()\n"
MODULES = {
    "marks": MARK,
    "calls": f"def attack(**_):\n    {MARK}",
    "leaves": "import sys\nprint('all is well')\nsys.exit(0)\n",
    "raises": "class Odd(BaseException): pass\nraise Odd('odd')\n",
    "breaks": "this is no Python\n",
    "meta": (
        "def quits(view):\n    raise SystemExit(0)\n"
        "def later(view):\n"
        "    if view.exchange > 2:\n        raise SystemExit(0)\n"
        "    return view.ideal\n"
        "def nothing(view):\n    return view.ideal / 0.0 - view.ideal / 0.0\n"
        "def text(view):\n    return 'all'\n"
        "def opens(view):\n    return open('nowhere/at/all').read()\n"
        "def needy(view, rate):\n    return rate\n"
        "class Fellow:\n    def __call__(self, view):\n        return 1.0\n"
        "fellow = Fellow()\n"
    ),
    "gentle": (
        "def gentle(view, rate):\n"
        "    zone = max(view.ideal - view.reservation, 0.0)\n"
        "    return view.reservation + zone * (1.0 - view.time * rate)\n"
    ),
}


def ceasefire(*words: str) -> tuple[int, str]:
    """Exit code and output of the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words], capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code and output of the command line in this process."""

    def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(list(words))
        told, code = capsys.readouterr(), ended.value.code
        return code if isinstance(code, int) else 0, told.out + told.err

    return run


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sent") / "cell"
    write_cell(load_cell("baseline", QUICK), directory, QUICK)
    return directory


@pytest.fixture
def sent(cell: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the cell in the working directory, beside some modules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(logging, "raiseExceptions", False)  # Hydra logs to an earlier test's output
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    yield Path(shutil.copytree(cell, "sent"))
    for name in MODULES:  # the next test has modules of these names elsewhere
        sys.modules.pop(name, None)


def name_code(sent: Path, tactic: str) -> None:
    """Let a cell name a tactic of its own, with a key and checksums that fit."""
    tree = yaml.safe_load((sent / "config.yaml").read_text())
    tree["pakistan"]["tactic"] = {"kind": "custom", "tactic": tactic, "parameters": {}}
    (sent / "config.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    falsify(sent, key=Cell(*validate(tree)).key)


READING = {
    "collect": ["collect", "sent"],
    "compare": ["compare", "sent", "other", "--format", "csv", "--out", "out"],
    "figure": ["figure", "survival", "sent", "--format", "csv", "--out", "out"],
    "report": ["report", "sent", "--out", "report.html"],
}


@pytest.mark.parametrize("verb", READING)
def test_reading_results_imports_no_code_they_name(verb: str, sent: Path, here: Run) -> None:
    shutil.copytree(sent, "other")
    name_code(sent, "marks:tactic")
    code, said = here(*READING[verb])
    assert code == 0, said
    assert not Path("pwned").exists()


@pytest.mark.parametrize("verb", ["verify", "replay"])
@pytest.mark.parametrize("tactic", ["marks:tactic", "calls:attack", "sys:exit", "os:abort"])
def test_code_that_results_name_is_not_touched_without_leave(
    tactic: str, verb: str, sent: Path, here: Run
) -> None:
    name_code(sent, tactic)
    code, said = here(verb, "sent")
    assert code == 1
    assert f"sent names code of its own ({tactic})" in said
    assert "add --trust-code to run it" in said
    assert not Path("pwned").exists()


NO_TACTIC = "is no function of a view of the table"
CANNOT = "cannot be used: "
UNFIT = {
    "calls:attack": CANNOT + "too many positional arguments",
    "sys:exit": NO_TACTIC,
    "os:fork": NO_TACTIC,
    "types:SimpleNamespace": NO_TACTIC,
    "meta:Fellow": NO_TACTIC,
    "meta:fellow": NO_TACTIC,
    "meta:needy": CANNOT + "missing a required argument: 'rate'",
    "meta:nobody": CANNOT + "module 'meta' has no attribute 'nobody'",
    "nowhere:tactic": CANNOT + "No module named 'nowhere'",
    "breaks:tactic": CANNOT + "it raised SyntaxError",
    "leaves:tactic": CANNOT + "it raised SystemExit 0",
    "raises:tactic": CANNOT + "it raised Odd odd",
    "meta:quits": CANNOT + "it raised SystemExit 0",
    "meta:later": CANNOT + "it raised SystemExit 0",
    "meta:nothing": CANNOT + "it said nan, which is no utility",
    "meta:text": CANNOT + "it raised ValueError",
    "meta:opens": CANNOT + "it raised FileNotFoundError",
}


@pytest.mark.parametrize("verb", ["verify", "replay"])
@pytest.mark.parametrize("tactic", UNFIT)
def test_trusted_code_that_is_no_tactic_is_never_a_success(
    tactic: str, verb: str, sent: Path, here: Run
) -> None:
    """Whatever it does: it is called only if it is a function that takes what a tactic is given."""
    name_code(sent, tactic)
    code, said = here(verb, "sent", "--trust-code")
    assert code == 1
    assert UNFIT[tactic] in said
    assert "Traceback" not in said
    assert "1 of 1 cells as they should be" not in said
    assert not Path("pwned").exists()


@pytest.mark.parametrize("tactic", ["sys:exit", "leaves:tactic", "meta:quits", "meta:later"])
def test_no_code_makes_a_process_end_well(tactic: str, sent: Path) -> None:
    name_code(sent, tactic)
    assert ceasefire("verify", "sent")[0] == 1
    assert ceasefire("verify", "sent", "--trust-code")[0] == 1


def test_a_tactic_of_ones_own_is_run_by_naming_it_and_verified_with_leave(sent: Path) -> None:
    words = [
        "pakistan.tactic=custom", "pakistan.tactic.tactic=gentle:gentle",
        "+pakistan.tactic.parameters.rate=0.9", "engine.figures=false", *QUICK,
    ]  # fmt: skip
    assert ceasefire(*words, "hydra.run.dir=mine")[0] == 0
    assert ceasefire("verify", "mine")[0] == 1
    code, said = ceasefire("verify", "mine", "--trust-code")
    assert code == 0, said
    assert "1 of 1 cells as they should be" in said
    code, said = ceasefire("replay", "mine", "--replicate", "3", "--trust-code")
    assert code == 0
    assert "exactly as stored" in said


@pytest.mark.parametrize("words", [[], ["-m", "seed=1,2"]])
def test_ones_own_tactic_that_leaves_is_a_failure(words: list[str], sent: Path) -> None:
    custom = ["pakistan.tactic=custom", "pakistan.tactic.tactic=meta:later", *QUICK]
    code, said = ceasefire(*words, *custom, "hydra.run.dir=mine", "hydra.sweep.dir=mine")
    assert code == 1
    assert "SystemExit" in said


# What could run code by being read


def imported(module: Path) -> set[str]:
    """Top-level names of what a file imports."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def sources() -> list[Path]:
    return sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "hydra_plugins").rglob("*.py")])


def test_nothing_is_unpickled_but_what_this_process_pickled() -> None:
    """``sim/study/composing.py`` copies compositions in memory; no file is ever unpickled."""
    pickling = {"pickle", "dill", "cloudpickle", "marshal", "shelve", "diskcache"}
    assert [path.name for path in sources() if imported(path) & pickling] == ["composing.py"]
    unpickling = ("joblib.load", "read_pickle", "allow_pickle", "joblib.Memory", "np.load(")
    assert [p for p in sources() if any(word in p.read_text() for word in unpickling)] == []
    text = (ROOT / "sim" / "study" / "composing.py").read_text()
    assert "open(" not in text
    assert "Path" not in text


def test_yaml_is_loaded_in_one_place_and_safely() -> None:
    loads = ("yaml.load(", "yaml.unsafe_load", "yaml.full_load", "UnsafeLoader", "FullLoader")
    found = [path for path in sources() if any(word in path.read_text() for word in loads)]
    assert found == [ROOT / "sim" / "yaml_files.py"]


def test_a_configuration_cannot_make_objects(sent: Path, here: Run) -> None:
    tag = "!!python/object/apply:os.mkdir [pwned]"
    text = (sent / "config.yaml").read_text()
    (sent / "config.yaml").write_text(text.replace("name: baseline", f"name: {tag}"))
    falsify(sent)
    code, said = here("verify", "sent")
    assert code == 1
    assert "could not determine a constructor" in said
    assert not Path("pwned").exists()
