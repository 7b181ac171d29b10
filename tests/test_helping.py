"""Help that a person can read, completion, and files of one's own outside the package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim import cli
from sim.commands import new
from sim.commands.completing import suggested
from sim.commands.helping import page
from sim.commands.typed import VERBS
from sim.study import options
from sim.study.cells import load_scenario

ROOT = Path(__file__).resolve().parent.parent
QUICK = ["replicates=20", "horizon=10", "parameters=best", "engine.figures=false"]


@pytest.fixture(autouse=True)
def in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("CEASEFIRE_CONFIGS", "")


def run(*words: str) -> int:
    """Exit code of the command line, run in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code = ended.value.code
    return code if isinstance(code, int) else 0


# --- the page -------------------------------------------------------------------------------------


def test_help_fits_one_screen() -> None:
    lines = page().splitlines()
    assert len(lines) <= 26
    assert max(map(len, lines)) <= 90


def test_help_names_every_verb() -> None:
    said = page().replace(",", " ").split()
    assert [verb for verb in VERBS if verb not in said] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_page_of_its_own(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(verb, "--help") == 0
    assert capsys.readouterr().out.startswith(f"usage: ceasefire {verb}")


# --- choices --------------------------------------------------------------------------------------


def test_every_group_is_listed_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("choices") == 0
    lines = capsys.readouterr().out.splitlines()
    named = {line.split()[0] for line in lines if line.startswith("  ")}
    assert named == {name.replace("/", ".") for name in (options.STUDIES, *options.groups())}
    assert max(map(len, lines)) <= 80


def test_every_option_says_what_it_is() -> None:
    silent = [
        f"{group}={option}"
        for group, held in {**options.groups(), options.STUDIES: options.studies()}.items()
        for option, path in held.items()
        if not options.about(path)
    ]
    assert silent == []


def test_a_group_is_described_option_by_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("choices", "pakistan.tactic") == 0
    said = capsys.readouterr().out
    assert "hardliner" in said
    assert "Keeps most of the zone whatever the time" in said
    assert "chosen by: ceasefire pakistan.tactic=" in said


# --- completion -----------------------------------------------------------------------------------

LINES: dict[str, tuple[list[str], str | None]] = {
    "ceasefire comp": (["compare"], "ceasefire comp"),
    "ceasefire pakistan.tactic=hard": (["pakistan.tactic=hardliner"], None),
    "ceasefire -m scenario=no": (["scenario=no_mediators"], None),
    "ceasefire +experiment=rip": (["+experiment=ripeness"], None),
    "ceasefire choices pakistan.": (["pakistan.tactic"], None),
    "ceasefire compare out": ([], None),
    "ceasefire plan pakistan.tr": ([], "ceasefire pakistan.tr"),
    "ceasefire seed=1 pakistan.tr": ([], "ceasefire seed=1 pakistan.tr"),
}


@pytest.mark.parametrize("line", LINES)
def test_a_word_is_completed(line: str) -> None:
    assert suggested(line) == LINES[line]


def test_the_shell_gets_fields_from_hydra(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim", "-sc", "query=bash"], capture_output=True, text=True,
        cwd=tmp_path, check=True,
        env=os.environ | {"COMP_LINE": "ceasefire plan pakistan.tru", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.split() == ["pakistan.trust="]


# --- files of one's own ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", new.KINDS)
def test_what_is_new_runs_as_it_stands(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new", kind, "mine") == 0
    *_, how = capsys.readouterr().out.strip().splitlines()
    words = how.partition("ceasefire ")[2].replace("replicates=1000", "").split()
    where = "hydra.sweep.dir=out" if "-m" in words else "hydra.run.dir=out"
    assert run(*words, *QUICK, where) == 0
    assert list(Path("out").rglob("runs.parquet"))


@pytest.mark.parametrize("kind", new.KINDS)
def test_nothing_is_written_over(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new", kind, "mine") == 0
    before = {path: path.read_text() for path in Path("my_configs").rglob("*.*")}
    assert run("new", kind, "mine") == 1
    assert "is there already, and is not overwritten" in capsys.readouterr().err
    assert {path: path.read_text() for path in Path("my_configs").rglob("*.*")} == before


@pytest.mark.parametrize("name", ["Mine", "9lives", "../mine", "class", "baseline", "qatar"])
def test_a_name_that_will_not_do_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new", "tactic", name) == 1
    assert f"name is {name!r}" in capsys.readouterr().err
    assert not Path("my_configs").exists()


def test_weights_of_a_new_issue_and_shares_of_a_new_group_sum_to_one() -> None:
    assert run("new", "agenda", "prisoners") == 0
    assert run("new", "group", "dissidents") == 0
    made = load_scenario("prisoners", ["militants=dissidents"], "my_configs")
    for party in made.parties:
        assert sum(party.weights.values()) == pytest.approx(1, abs=1e-9)
        assert party.weights["prisoners"] == pytest.approx(new.NEW_WEIGHT, abs=1e-3)
    assert sum(group.share for group in made.militants.values()) == pytest.approx(1)


# --- a folder of one's own ------------------------------------------------------------------------

STUDY = """\
# @package _global_
# Whether my scenario lasts longer.
hydra:
  sweep: {dir: sweep}
  sweeper:
    params: {scenario: "baseline,mine"}
"""


@pytest.fixture
def own() -> Path:
    """A folder with a scenario, a tactic and a study."""
    assert run("new", "scenario", "mine") == 0
    assert run("new", "tactic", "gentle") == 0
    study = Path("my_configs/experiments/mine/study.yaml")
    study.parent.mkdir(parents=True)
    study.write_text(STUDY)
    return Path("my_configs")


def test_python_and_every_verb_know_it(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = ["--config-dir", str(own)]
    assert sim.load("mine", config_dir=own).name == "mine"
    assert run("plan", *there, "scenario=baseline,mine", "--no-probe") == 0
    assert run("design", "oat", "oat", "scenario=mine", *QUICK, "--vary", "pakistan.trust=0.2",
               *there) == 0  # fmt: skip
    assert run("choices", "scenario", *there) == 0
    assert "Mediators put twice the pressure behind a deal." in capsys.readouterr().out
    assert run(*there, "--help") == 0
    assert "Yours    scenario=mine" in capsys.readouterr().out
    assert run(*there, "+experiment=mine", *QUICK) == 0
    assert len(list(Path("sweep").glob("*/run.json"))) == 2


def test_a_tactic_of_ones_own_plays_and_is_told_again(own: Path) -> None:
    there = ["--config-dir", str(own)]
    assert run("pakistan.tactic=gentle", *QUICK, "hydra.run.dir=cell", *there) == 0
    assert run("replay", "cell", "--replicate", "3", "--trust-code", *there) == 0
    assert run("-m", "pakistan.tactic=boulware,gentle", "afghan_taliban.tactic=linear,gentle",
               *QUICK, "hydra.sweep.dir=tournament", *there) == 0  # fmt: skip


def test_it_is_forgotten_when_the_command_ends(own: Path) -> None:
    assert run("choices", "scenario", "--config-dir", str(own)) == 0
    assert os.environ["CEASEFIRE_CONFIGS"] == ""
    with pytest.raises(sim.ConfigError, match="scenario is 'mine'"):
        sim.load("mine")


def test_a_file_with_the_name_of_a_shipped_one_is_refused(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own / "scenario" / "baseline.yaml").write_text("# @package _global_\nname: baseline\n")
    assert run("--config-dir", str(own), "scenario=baseline", *QUICK) == 2
    assert "has a scenario/baseline.yaml, and so has ceasefire" in capsys.readouterr().err


def test_a_mistake_in_a_file_has_its_line(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = own / "scenario" / "mine.yaml"
    path.write_text(path.read_text().replace("turkiye: {pressure: 0.8}", "turkiye: {presure: 8}"))
    line = next(k for k, x in enumerate(path.read_text().splitlines(), 1) if "presure" in x)
    assert run("--config-dir", str(own), "scenario=mine", *QUICK, "hydra.run.dir=cell") == 1
    said = capsys.readouterr().err
    assert "mediators.turkiye.presure is not a known field; did you mean pressure?" in said
    assert f"(my_configs/scenario/mine.yaml, line {line})" in said
