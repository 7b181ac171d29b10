"""Malformed configuration files, wherever they lie: a sentence with file and line, no traceback."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

import sim
from sim import cli, seeds
from sim.paths import data_dir

pytestmark = pytest.mark.slow

HEAD = b"# @package _global_\ndefaults:\n  - baseline\n  - _self_\n"
KINDS: dict[str, tuple[bytes, str]] = {
    "a key twice": (b"name: x\nname: y\n", "line 6: found duplicate key name"),
    "a key twice, below": (
        b"pakistan:\n  trust: 0.1\n  trust: 0.2\n", "line 7: found duplicate key trust",
    ),
    "a bracket that stays open": (b"name: [x\n", "line 6: did not find expected"),
    "a tab": (b"name:\n\tx: 1\n", "line 6: found character that cannot start any token"),
    "no text": (b"name: \xff\xfe\n", "line 5: this is not UTF-8 text"),
    "a control character": (b"name: a\x00b\n", "line 5: control characters are not allowed"),
    "an object": (b"name: !!python/object/apply:os.mkdir [pwned]\n", "line 5: could not determine"),
    "another document": (b"name: x\n---\nname: y\n", "line 6: but found another document"),
    "an alias of nothing": (b"name: *x\n", "line 5: found undefined alias"),
    "deeply nested": (b"name: " + b"[" * 9_000 + b"\n", "is nested too deeply"),
}  # fmt: skip
QUICK = ["replicates=5", "horizon=25"]


@pytest.fixture(autouse=True)
def in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one sentence that the command line answers with; nothing is written."""
    before = sorted(Path().rglob("*.parquet"))
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    assert ended.value.code in (1, 2)
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("ceasefire: ")
    assert sorted(Path().rglob("*.parquet")) == before
    assert not Path("pwned").exists()
    return line


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sweeping", [[], ["-m"]], ids=["cell", "sweep"])
def test_a_scenario_in_a_folder_of_ones_own(
    kind: str, sweeping: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = KINDS[kind]
    Path("mine/scenario").mkdir(parents=True)
    Path("mine/scenario/odd.yaml").write_bytes(HEAD + content)
    line = refused(capsys, *sweeping, "--config-dir", "mine", "scenario=odd", *QUICK)
    assert "mine/scenario/odd.yaml" in line
    assert said in line


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped configuration that may be damaged."""
    for name in ("configs", "experiments", "seeds"):
        shutil.copytree(data_dir(name), tmp_path / name, ignore=shutil.ignore_patterns("*.png"))

    def here(name: str) -> Path:
        return tmp_path / name

    reading = ("cells", "composing", "options", "words")
    for module in ("paths", "seeds", *(f"study.{name}" for name in reading)):
        monkeypatch.setattr(f"sim.{module}.data_dir", here)
    return tmp_path / "configs"


PLACES = {
    "scenario": ("configs/scenario/odd.yaml", ["scenario=odd"]),
    "case": ("configs/case/odd.yaml", ["case=odd"]),
    "group": ("configs/mediators/odd.yaml", ["mediators=odd"]),
    "study": ("experiments/odd/study.yaml", ["-m", "+experiment=odd"]),
}


@pytest.mark.parametrize("kind", ["a key twice", "no text", "a bracket that stays open"])
@pytest.mark.parametrize("place", PLACES)
def test_a_file_of_the_configuration(
    place: str, kind: str, configs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = KINDS[kind]
    name, words = PLACES[place]
    path = configs.parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(HEAD.replace(b"  - baseline\n", b"") + b"# one line more\n" + content)
    line = refused(capsys, *words, *QUICK)
    assert f"{name}, {said}" in line


def test_python_says_it_too(configs: Path) -> None:
    (configs / "scenario" / "odd.yaml").write_bytes(HEAD + b"name: x\nname: y\n")
    with pytest.raises(sim.ConfigError, match=r"odd\.yaml, line 6: found duplicate key name"):
        sim.load("odd")


def test_a_plan_says_it_for_the_cell(configs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (configs / "scenario" / "odd.yaml").write_bytes(HEAD + b"name: x\nname: y\n")
    with pytest.raises(SystemExit) as ended:
        cli.main(["plan", "scenario=baseline,odd", "--no-probe"])
    assert ended.value.code == 1
    assert "odd.yaml, line 6: found duplicate key name" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "- a\n", "text\n", "name: odd\n"])
def test_a_scenario_that_goes_nowhere(
    content: str, configs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (configs / "scenario" / "odd.yaml").write_text(content)
    line = refused(capsys, "scenario=odd", *QUICK)
    assert "a file of scenario is not a mapping, or lacks '# @package _global_' on top" in line


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", ["calibrate", "sensitivity"])
def test_a_plan_of_a_study(verb: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    content, said = KINDS[kind]
    Path("odd.yaml").write_bytes(b"# one\n# two\n# three\n# four\n" + content)
    option = "--study" if verb == "calibrate" else "--plan"
    line = refused(capsys, verb, "out", option, "odd.yaml")
    assert said in line
    assert not Path("out").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_the_record_of_another_case(
    kind: str, configs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = KINDS[kind]
    (configs.parent / "seeds/cases/odd.yaml").write_bytes(b"# 1\n# 2\n# 3\n# 4\n" + content)
    line = refused(capsys, "start=${seeds:odd.start}", *QUICK)
    assert "seeds/cases/odd.yaml" in line
    assert said in line


def test_every_shipped_file_is_read_strictly() -> None:
    from sim import yaml_files

    for name in ("configs", "experiments", "seeds"):
        for path in data_dir(name).rglob("*.yaml"):
            yaml_files.read(path)
    assert seeds.load().frozen_on.year == 2025
