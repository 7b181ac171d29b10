"""Wrong inputs and their answers: each gets one sentence that helps."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import sim
from sim import cli
from sim.study import words as study_words

QUICK = "replicates=20 horizon=10"

ABSENT = (
    "compare nowhere", "status nowhere", "collect nowhere", "report nowhere",
    "figure survival nowhere", "verify nowhere", "replay nowhere --replicate 1",
    "survival nowhere.csv", "score nowhere.yaml", "sensitivity d --plan nowhere.yaml",
    "design file d --points-file nowhere.csv",
)  # fmt: skip
# what is typed (words apart), and what the answer must say
WRONG = {
    # names
    "compar DIR": "compar is not a verb; did you mean compare?",
    "hardliner": "hardliner is not a verb",
    "--config-dirr x": "--config-dirr is not an option; did you mean --config-dir?",
    "--multrun seed=1": "--multrun is not an option; did you mean --multirun?",
    "scenario=basline": "scenario is 'basline'; did you mean baseline? allowed are",
    "mediators=non": "mediators is 'non'; did you mean none? allowed are",
    "pakistan.tactic=hardlinr": "pakistan.tactic is 'hardlinr'; did you mean hardliner?",
    "pakistan.trsut=3": "pakistan.trsut is not a known field; did you mean trust?",
    "+pakistan.trsut=3": "pakistan.trsut is not a known field; did you mean trust?",
    "replicats=3": "replicats is not a known field; did you mean replicates?",
    "mediators.quatar.pressure=1": "mediators has no quatar; did you mean qatar?",
    "~militants.tpt": "militants has no tpt; did you mean ttp?",
    "hydra/launcher=slrm": "hydra/launcher is 'slrm'; did you mean slurm?",
    "+experiment=spoiler": "experiment is 'spoiler'; did you mean spoilers?",
    "choices scenari": "scenari is no group; did you mean scenario?",
    "figure survivl x": "NAME is 'survivl'; did you mean survival?",
    "compare x --refrence a": "--refrence is not understood; did you mean --reference?",
    "plan seed=1 --noprobe": "--noprobe is not understood; did you mean --no-probe?",
    "design lhs d --vary pakistan.trsut=0:1": "pakistan.trsut is not a known field; did you mean",
    "optimise d --vary pakistan.trsut=0:1": "pakistan.trsut is not a known field; did you mean",
    "design oat d --vary mediators=none,qatar_turkiye --vary pakistan.trust=0.2,0.5": (
        "mediators is a group of options, and designs vary fields; sweep over it with ceasefire "
        "-m mediators=none,..."
    ),
    "design oat d --vary pakistan.tactic=hardliner": "ceasefire -m pakistan/tactic=hardliner,...",
    "design oat d --vary scenario=baseline": "scenario is a group of options",
    "design lhs d --vary conflict.trust=0:1": "conflict.trust holds several fields; vary one",
    "optimise d --vary protocol=0:1": "sweep over it with ceasefire -m protocol=OPTION,...",
    "sensitivity d --vary mediators=none": "--vary mediators=none is for design and optimise;",
    "figure survival d --vary mediators=none": "ceasefire -m mediators=none runs them, and --by",
    "accounts=pakistan": "allowed are islamabad, kabul, mixed, undisputed",
    "mediators=[qatar]": "mediators is 'qatar'; allowed are fictional_river, none, qatar_turkiye",
    "scenario=": "scenario is ''; allowed are bagram_shock, baseline",
    "tactic=hardliner": "did you mean afghan_taliban.tactic or pakistan.tactic?",
    "parameters=posterior": "parameters=posterior is now called parameters=accepted",
    "+experiment=": "experiment is ''; allowed are",
    "choices pakistan/tactics": "pakistan/tactics is no group; did you mean pakistan/tactic?",
    "sensitivity d --difference basline": "did you mean baseline?",
    "new scenaro mine": "did you mean scenario?",
    # values
    "replicates=0": "replicates is 0; it should be greater than or equal to 1",
    "replicates=1.5": "replicates is 1.5; it should be a valid integer",
    "seed=-1": "seed is -1; it should be greater than or equal to 0",
    "pakistan.trust=2": "pakistan.trust is 2; it should be less than or equal to",
    "pakistan.trust=high": "pakistan.trust is 'high'; it should be a valid number",
    "ceasefire.end=colapse": "it should be 'exchange_of_fire', 'strike',",
    "engine.workers=0": "engine.workers is 0; it should be greater than or equal to 1",
    "pakistan.trust=${x}": "Interpolation key 'x' not found",
    "+events.x={kind:atack,day:3}": "events.x.kind is 'atack'; allowed are",
    # files and folders that are not there
    **dict.fromkeys(ABSENT, "nowhere"),
    # forms
    "seed = 3": "seed sets nothing; write seed=3",
    "experiment=spoilers": "a named study is written +experiment=spoilers",
    "design": "the following arguments are required: kind, directory; see",
    "replay d --replicate x": "--replicate is 'x'; it should be a whole number",
    "plan seed=1 --within x": "--within is 'x'; it should be a number",
    "horizon=3 months": "months names no setting; a value that has a space is quoted: 'horizon=3",
    "seed=1 horizno": "horizno names no setting; did you mean horizon?",
    "replicates=1,000": "write replicates=[1,000] for a list",
    "replicates 100": "replicates sets nothing; write replicates=100",
    "seed=1 replicates 100": "replicates sets nothing; write replicates=100",
    "--replicates 100": "--replicates is not an option; write a setting as replicates=100",
    "--replicates=100": "--replicates is not an option; write a setting as replicates=100",
    "pakistan.tactic hardliner": "write pakistan.tactic=hardliner",
    "=3": "=3 names no setting; write NAME=VALUE",
    "pakistan={": "cannot read 'pakistan={'",
    "mediators={}": "mediators={} changes nothing",
    "--config-dir nowhere seed=1": "there is no folder",
    "seed=1 --config-dir": "--config-dir needs a folder",
    "design lhs d --vary pakistan.trust=0..1": "write LOW:HIGH, such as 0.1:0.6",
    "design lhs d --vary pakistan.trust": "write FIELD=VALUES",
    # several values
    "scenario=a,b": "scenario=a,b has several values; add -m to run a sweep over them",
    "seed=range(1,3)": "seed=range(1,3) has several values; add -m",
    "pakistan.trust=interval(0,1)": "ceasefire design lhs DIR samples it",
    "-m pakistan.trust=interval(0,1)": "ceasefire optimise DIR searches it",
    "-m hydra/sweeper=optuna seed=1,2": "ceasefire optimise DIR: --vary FIELD=LOW:HIGH",
    "-m scenario=glob(zz*)": "scenario=glob(zz*) matches nothing",
    "-m p=zip(seed=[1,2],horizon=[9])": "equally many; seed has 2, horizon has 1",
    "-m p=zip(seed=[1,2])": "pairs nothing; write NAME=zip(FIELD=[A,B],OTHER=[C,D])",
    "-m p=zip([1,2],horizon=[3,4])": "'[1,2]' has no name",
    "-m p=zip(seed=[1,2],horizon=3)": "horizon is 3; it needs a list",
    "-m p=zip(seed=[1,2],horizon=shuffle([3,4]))": "has no fixed order",
    "-m p=zip(seed=[1,2],horizon=[3,4]) seed=5": "only one of them can hold",
    "-m seed=zip(seed=[1,2],horizon=[3,4])": "seed is a field; name what zip pairs by a word",
    "-m agenda=zip(seed=[1,2],horizon=[3,4])": "agenda is a group; name what zip pairs by a word",
}


@pytest.fixture(autouse=True)
def in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])
    monkeypatch.setenv("CEASEFIRE_CONFIGS", "")


def run(*words: str) -> int:
    """Exit code of the command line, run in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code = ended.value.code
    return code if isinstance(code, int) else 0


@pytest.mark.parametrize("typed", WRONG)
def test_a_wrong_input_gets_one_sentence_that_helps(
    typed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*typed.split()) in (1, 2)
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("ceasefire: ")
    assert WRONG[typed] in lines[0]
    assert not list(tmp_path.rglob("*.parquet"))


def test_an_option_may_stand_behind_a_setting(tmp_path: Path) -> None:
    assert run(*f"{QUICK} seed=1,2 hydra.sweep.dir=s -m".split()) == 0
    assert len(list((tmp_path / "s").glob("*/run.json"))) == 2


def test_the_version_is_our_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith(f"ceasefire {sim.__version__} (Hydra ")


# --- from Python ----------------------------------------------------------------------------------

OF_A_RUN = {
    "seed=3": "sim.simulate(scenario, seed=3)",
    "replicates=7": "sim.simulate(scenario, replicates=7)",
    "horizon=30": "sim.simulate(scenario, horizon=30)",
    "++horizon=30": "sim.simulate(scenario, horizon=30)",
    "engine.watched=3000": "sim.simulate(scenario, watched=3000)",
    "engine.workers=2": "sim.simulate(scenario, workers=2)",
    "engine=threads": "is a setting of the command line",
    "transcript=true": "is a setting of the command line",
    "hydra.run.dir=x": "is a setting of the command line",
}


@pytest.mark.parametrize("word", OF_A_RUN)
def test_a_setting_of_a_run_is_refused_with_where_it_belongs(word: str) -> None:
    with pytest.raises(sim.ConfigError) as refused:
        sim.load("baseline", [word])
    assert OF_A_RUN[word] in str(refused.value)


def test_overrides_that_are_no_list_are_refused() -> None:
    with pytest.raises(sim.ConfigError, match=r"write a list, such as \['mediators=none'\]"):
        sim.load("baseline", "mediators=none")


def test_a_setting_in_a_file_that_python_does_not_follow_is_told() -> None:
    with pytest.warns(UserWarning, match=r"sim.simulate\(scenario, horizon=10\)"):
        sim.load("baseline", ["case=textbook"])


def test_a_scenario_may_have_events_beyond_the_usual_horizon() -> None:
    late = sim.load("baseline", ["+events.late={kind: border_opens, day: 400, share: 1}"])
    assert sim.simulate(late, 5, 1, horizon=410).horizon == 410
    with pytest.raises(sim.ConfigError, match=r"events.late.day is 400; the horizon is 365"):
        sim.simulate(late, 5, 1)


def test_names_are_looked_up_where_python_asks_too() -> None:
    with pytest.raises(sim.ConfigError, match="did you mean baseline"):
        sim.load("basline")


# --- paired values --------------------------------------------------------------------------------


def test_a_pairing_is_one_dimension_of_the_grid() -> None:
    from sim.study.plan import plan

    found = plan(
        ["pair=zip(pakistan.trust=[0.2,0.4],pakistan.tactic=choice(boulware,linear))", "seed=1,2"],
        probe=False,
    )
    assert (found.cells, found.distinct, found.invalid) == (4, 4, [])
    assert found.differs["pakistan.trust"] == [0.2, 0.4]
    assert found.differs["seed"] == [1, 2]


def test_a_paired_cell_is_stored_under_the_overrides_it_stands_for(tmp_path: Path) -> None:
    from sim.study.sweeps import open_directory

    words = f"-m p=zip(seed=range(1,3),pakistan.trust=[0.2,0.4]) {QUICK} hydra.sweep.dir=s"
    assert run(*words.split()) == 0
    asked = [stored.run["overrides"] for stored in open_directory(Path("s")).cells.values()]
    own = [[word for word in words if word not in QUICK.split()] for words in asked]
    assert own == [["seed=1", "pakistan.trust=0.2"], ["seed=2", "pakistan.trust=0.4"]]


def test_ranges_have_no_tails() -> None:
    from sim.study.plan import plan

    found = plan(["pakistan.trust=range(0.1,0.45,0.1)"], probe=False)
    assert found.differs["pakistan.trust"] == [0.1, 0.2, 0.3, 0.4]


def test_a_pairing_is_handed_to_hydra_as_a_parameter_of_the_sweep() -> None:
    made = study_words.canonical("p=zip(a=['x','y'],b=[1,2])", set())
    assert made == r"+hydra.sweeper.params.p='zip(a=[\'x\',\'y\'],b=[1,2])'"
