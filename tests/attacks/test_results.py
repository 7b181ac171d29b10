"""Stored results that were changed: whatever was done to a cell, no verb takes it silently.

Every attack is made from outside, on the files, as a careless editor, a failing disk or somebody
who sends results would make it; what is asked is what the command line answers.
"""

from __future__ import annotations

import json
import logging
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from finished_cells import as_earlier_versions, as_text, falsify, sealed

from sim import cli
from sim.config import ConfigError

pytestmark = pytest.mark.slow

SWEEP = [
    "-m", "scenario=baseline,no_mediators", "replicates=30", "horizon=15", "parameters=best",
    "engine.figures=false",
]  # fmt: skip
DIRECTORY = ["hydra.sweep.dir=sweep", "engine.progress=false"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of two cells, collected."""
    where = tmp_path_factory.mktemp("stored")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(where)
        patch.setattr(sys, "argv", ["ceasefire"])
        assert code_of(*SWEEP, *DIRECTORY) == 0
        assert code_of("collect", "sweep") == 0
    return where / "sweep"


@pytest.fixture
def sweep(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it that may be damaged, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])
    monkeypatch.setattr(logging, "raiseExceptions", False)  # Hydra logs to an earlier test's output
    shutil.copytree(stored, tmp_path / "sweep")
    return Path("sweep")


def code_of(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code = ended.value.code
    return code if isinstance(code, int) else 0


def cell_in(sweep: Path, scenario: str = "baseline") -> Path:
    return next(p for p in sorted(sweep.iterdir()) if p.name.startswith((scenario, "renamed")))


def contents(directory: Path) -> dict[str, bytes]:
    """Every file of the cells, by path."""
    files = [p for cell in directory.glob("*-*") for p in cell.iterdir() if p.is_file()]
    return {str(path): path.read_bytes() for path in files if path.name != "refused.json"}


VERBS: dict[str, list[str]] = {
    "verify": ["verify", "sweep", "--replicates", "3"],
    "collect": ["collect", "sweep"],
    "collect again": ["collect", "sweep", "--again"],
    "query": ["query", "sweep", "select count(*) from runs"],
    "compare": ["compare", "sweep", "--format", "csv"],
    "report": ["report", "sweep"],
    "figure": ["figure", "survival", "sweep", "--format", "csv"],
    "replay": ["replay", "sweep/{cell}"],
    "resume": [*SWEEP, *DIRECTORY],
    "plan": ["plan", *SWEEP[1:], "hydra.sweep.dir=sweep", "--no-probe"],
}
ATTACKED = {"verify", "collect", "compare", "resume"}


def refuses(verb: str, sweep: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What a verb says when it refuses, with a code that is not 0 and without a traceback."""
    before = contents(sweep)
    words = [word.format(cell=cell_in(sweep).name) for word in VERBS[verb]]
    capsys.readouterr()
    assert code_of(*words) not in (0, None)
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    assert contents(sweep) == before  # nothing of what was found is touched
    return told.out + told.err


# Changed files, and records that say what is not so


def edit_runs(cell: Path) -> None:
    table = pq.read_table(cell / "runs.parquet")
    column = table.schema.get_field_index("clashes")
    pq.write_table(table.set_column(column, "clashes", table["attributed"]), cell / "runs.parquet")


def edit_seed(cell: Path) -> None:
    text = (cell / "config.yaml").read_text()
    (cell / "config.yaml").write_text(text.replace("seed: 2025", "seed: 2026"))


def edit_seed_and_checksums(cell: Path) -> None:
    edit_seed(cell)
    falsify(cell)


def edit_trust(cell: Path) -> None:
    text = (cell / "config.yaml").read_text()
    (cell / "config.yaml").write_text(text.replace("trust: 0.3", "trust: 0.4"))
    falsify(cell)


def no_files(cell: Path) -> None:
    falsify(cell, files={})


def fewer_files(cell: Path) -> None:
    record = json.loads((cell / "run.json").read_text())
    del record["files"]["runs.parquet"]
    falsify(cell, files=record["files"])


def other_files(cell: Path) -> None:
    record = json.loads((cell / "run.json").read_text())
    falsify(cell, files=record["files"] | {"../../secret": "0" * 64})


def lost_table(cell: Path) -> None:
    (cell / "daily.parquet").unlink()


def cut_table(cell: Path) -> None:
    pq.write_table(pq.read_table(cell / "runs.parquet").slice(0, 29), cell / "runs.parquet")
    falsify(cell)


def cut_days(cell: Path) -> None:
    pq.write_table(pq.read_table(cell / "daily.parquet").slice(0, 9), cell / "daily.parquet")
    falsify(cell)


def falsified(**fields: Any) -> Callable[[Path], None]:
    return lambda cell: falsify(cell, **fields)


def reworded(old: str, new: str) -> Callable[[Path], None]:
    """Change the text of a record by hand, and nothing else."""

    def change(cell: Path) -> None:
        text = (cell / "run.json").read_text()
        assert old in text
        (cell / "run.json").write_text(text.replace(old, new))

    return change


MISMATCH = "has been changed since it was stored (checksum mismatch)"
CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "runs.parquet edited": (edit_runs, f"runs.parquet {MISMATCH}"),
    "seed edited in config.yaml": (edit_seed, f"config.yaml {MISMATCH}"),
    "seed edited, checksums renewed": (edit_seed_and_checksums, "run.json says key"),
    "a number edited, checksums renewed": (edit_trust, "run.json says key"),
    "no files in run.json": (no_files, "does not name exactly a cell's files"),
    "a file less in run.json": (fewer_files, "does not name exactly a cell's files"),
    "a file more in run.json": (other_files, "does not name exactly a cell's files"),
    "a table is gone": (lost_table, "cannot read"),
    "a future is gone": (cut_table, "holds 29 rows; by config.yaml it has 30"),
    "days are gone": (cut_days, "holds 9 rows; by config.yaml it has 15"),
    "another key": (falsified(key="0" * 64), "run.json says key 000"),
    "another seed": (falsified(seed=7), "run.json says seed 7; by config.yaml it is 2025"),
    "other replicates": (falsified(replicates=300), "run.json says replicates 300"),
    "another scenario": (falsified(scenario="hardliners"), "run.json says scenario hardliners"),
    "other overrides": (
        falsified(overrides=["scenario=baseline", "pakistan.trust=0.9"]),
        "run.json says it was asked for with pakistan.trust=0.9",
    ),
    "overrides reworded": (reworded("horizon=15", "horizon=16"), f"run.json {MISMATCH}"),
    "time reworded": (reworded('"started": "2', '"started": "1'), f"run.json {MISMATCH}"),
    "version reworded": (reworded('"mesa": "', '"mesa": "9'), f"run.json {MISMATCH}"),
    "status reworded": (reworded('"done"', '"failed"'), f"run.json {MISMATCH}"),
    "laid out anew": (reworded("  ", "    "), f"run.json {MISMATCH}"),
}  # fmt: skip


# Verbs open cells in one place: a table, a key and a word of the record stand for all changes.
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "change",
    ["runs.parquet edited", "another key", "status reworded"],
)
def test_no_verb_takes_a_changed_cell(
    change: str, verb: str, sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attack, said = CHANGES[change]
    attack(cell_in(sweep))
    assert said in refuses(verb, sweep, capsys)


@pytest.mark.parametrize("verb", ["verify", "collect", "compare"])
@pytest.mark.parametrize("change", CHANGES)
def test_whatever_was_changed_is_said(
    change: str, verb: str, sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attack, said = CHANGES[change]
    attack(cell_in(sweep))
    assert said in refuses(verb, sweep, capsys)


@pytest.mark.parametrize("change", CHANGES)
def test_a_sweep_is_not_resumed_over_a_changed_cell(
    change: str, sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attack, said = CHANGES[change]
    attack(cell_in(sweep))
    assert said in refuses("resume", sweep, capsys)


def test_a_removed_cell_is_simulated_again_to_the_same_bytes(sweep: Path) -> None:
    """What the sentences advise: remove the cell, run the sweep again."""
    cell, before = cell_in(sweep), contents(sweep)
    edit_runs(cell)
    assert code_of(*VERBS["resume"]) == 1
    shutil.rmtree(cell)
    assert code_of(*VERBS["resume"]) == 0
    after = contents(sweep)
    assert {n: x for n, x in after.items() if not n.endswith("run.json")} == (
        {name: x for name, x in before.items() if not name.endswith("run.json")}
    )


def test_the_classroom_does_not_compare_changed_cells(sweep: Path) -> None:
    from sim.app import work

    edit_runs(cell_in(sweep))
    names = ("baseline", "no_mediators")
    with pytest.raises(ConfigError, match=r"runs\.parquet has been changed"):
        work.figure(names, "sweep", "comparison", "collapse", 15, 30, 2025)


def test_python_does_not_open_a_changed_cell(sweep: Path) -> None:
    from sim.report.cells import open_cells

    edit_seed(cell_in(sweep))
    with pytest.raises(ConfigError, match=r"config\.yaml has been changed"):
        open_cells([sweep])


# Records and configurations that are none


def words_of(record: dict[str, Any], **fields: Any) -> bytes:
    return sealed(record | fields).encode()


def without(record: dict[str, Any], name: str) -> bytes:
    return sealed({key: value for key, value in record.items() if key != name}).encode()


RECORDS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "empty": lambda record: b"",
    "cut": lambda record: as_text(record).encode()[:200],
    "a list": lambda record: b"[]",
    "a number": lambda record: b"7",
    "no text": lambda record: b"\xff\xfe" + as_text(record).encode("utf-16-le"),
    "a byte-order mark": lambda record: b"\xef\xbb\xbf" + sealed(record).encode(),
    "deeply nested": lambda record: b'{"a": ' * 100_000,
    "a huge number": lambda record: sealed(record).encode().replace(b" 2025", b" 1" + b"0" * 5000),
    "a field twice": lambda record: as_text(record).encode().replace(b"{", b'{"seed": 1,', 1),
    "no status": lambda record: without(record, "status"),
    "another status": lambda record: words_of(record, status="perfect"),
    "no key": lambda record: without(record, "key"),
    "no versions": lambda record: without(record, "versions"),
    "no overrides": lambda record: without(record, "overrides"),
    "a field more": lambda record: words_of(record, note="believe me"),
    "a seed in words": lambda record: words_of(record, seed="2025"),
    "a seed that is true": lambda record: words_of(record, seed=True),
    "files in a list": lambda record: words_of(record, files=["runs.parquet"]),
    "overrides in a word": lambda record: words_of(record, overrides="scenario=baseline"),
    "no number of seconds": lambda record: words_of(record, wall_seconds=float("nan")),
    "half a letter": lambda record: words_of(record, platform="\ud800"),
    "terminal commands": lambda record: words_of(record, platform="\x1b[2J all is well"),
}  # fmt: skip


@pytest.mark.parametrize("verb", ["verify", "collect", "compare"])
@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_that_is_none_is_said_to_be(
    kind: str, verb: str, sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = cell_in(sweep) / "run.json"
    path.write_bytes(RECORDS[kind](json.loads(path.read_text())))
    assert "run.json" in refuses(verb, sweep, capsys)


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_that_is_none_is_not_written_over(
    kind: str, sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = cell_in(sweep) / "run.json"
    path.write_bytes(RECORDS[kind](json.loads(path.read_text())))
    assert "run.json" in refuses("resume", sweep, capsys)


CONFIGS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "it is not a mapping of fields"),
    "a list": (b"- 1\n", "it is not a mapping of fields"),
    "no text": (b"name: baseline\nseed: \xff\n", "config.yaml, line 2: this is not UTF-8 text"),
    "cut": (b"seed: 1\npakistan: {trust:", "config.yaml, line 3: did not find"),
    "a key twice": (b"seed: 1\nname: x\nseed: 2\n", "line 3: found duplicate key seed"),
    "deeply nested": (b"seed: " + b"[" * 200_000, "is nested too deeply"),
    "deeply nested in lines": (b"seed: \n" + b"- " * 200_000, "is nested too deeply"),
    "a number of 5,000 digits": (b"seed: 1" + b"0" * 5_000, "config.yaml"),
    "a date that is none": (b"start: 2025-13-45\n", "config.yaml"),
    "no names": (b"1: 2\n", "it is not a mapping of fields"),
    "code": (b"seed: !!python/object/apply:os.mkdir [pwned]\n", "config.yaml, line 1"),
    "itself": (b"name: &x [*x]\n", "config.yaml"),
    "a small file that stands for a huge one": (
        b"name: {a0: &a0 [x], "
        + b", ".join(b"a%d: &a%d [*a%d, *a%d]" % (k + 1, k + 1, k, k) for k in range(60))
        + b"}\n",
        "config.yaml: seed is missing",
    ),
}


@pytest.mark.parametrize("verb", ["verify", "collect", "compare"])
@pytest.mark.parametrize("kind", CONFIGS)
def test_a_configuration_that_is_none_is_said_to_be(
    kind: str, verb: str, sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = CONFIGS[kind]
    (cell_in(sweep) / "config.yaml").write_bytes(content)
    falsify(cell_in(sweep))
    assert said in refuses(verb, sweep, capsys)
    assert not Path("pwned").exists()


@pytest.mark.parametrize("verb", ["verify", "compare", "report"])
def test_a_configuration_that_only_the_key_fits_is_not_used(
    verb: str, sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It agrees with its key and is no scenario: it is validated before anything is computed."""
    from sim.study.cells import key_of

    cell = cell_in(sweep)
    tree = yaml.safe_load((cell / "config.yaml").read_text())
    tree["pakistan"]["mood"] = "good"
    (cell / "config.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    falsify(cell, key=key_of(tree))
    cell.rename(sweep / "renamed")
    assert "pakistan.mood is not a known field" in refuses(verb, sweep, capsys)


# Cells that are there twice, or in another's place


def test_a_copied_cell_is_counted_once(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = cell_in(sweep)
    shutil.copytree(cell, sweep / "A copy of it")
    for words in (["collect", "sweep"], ["verify", "sweep", "--replicates", "1"]):
        assert code_of(*words) == 0
        assert f"A copy of it holds the same cell as {cell}; used once" in capsys.readouterr().err
    assert len(pd.read_parquet(sweep / "collected" / "runs")) == 60
    assert code_of("compare", "sweep", "--format", "csv") == 0
    assert "used once" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["verify", "collect", "compare", "resume"])
def test_a_cell_in_the_place_of_another_is_noticed(
    verb: str, sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell, other = cell_in(sweep), cell_in(sweep, "no_mediators")
    shutil.rmtree(cell)
    shutil.copytree(other, cell)
    assert "so it was moved there" in refuses(verb, sweep, capsys)


def test_a_file_among_those_collected_is_not_queried(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("duckdb")
    parts = sweep / "collected" / "runs"
    shutil.copy(next(parts.iterdir()), parts / "more.parquet")
    assert "more.parquet was not collected" in refuses("query", sweep, capsys)


def test_a_query_says_that_cells_have_changed_since(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("duckdb")
    shutil.rmtree(cell_in(sweep))
    assert code_of(*VERBS["query"]) == 0
    assert "are not those that were collected" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["sweep.json", "collected/collected.json"])
def test_lists_that_were_changed_are_refused(
    name: str, sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sweep / name
    path.write_text(path.read_text().replace("replicates=30", "replicates=31").replace("30", "31"))
    assert f"{path.name} {MISMATCH}" in refuses("collect", sweep, capsys)


# Bit flips


def flipped(path: Path, chance: random.Random) -> None:
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


FLIPS = 40


def flip_and_ask(sweep: Path, verbs: list[str], capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Flip bits of all files of a cell in turn, one at a time; return the files that were hit."""
    chance, hit = random.Random(2025), set()
    cell = cell_in(sweep)
    files = sorted(path for path in cell.iterdir() if path.is_file())
    for k in range(FLIPS):
        path = files[k % len(files)]
        whole = path.read_bytes()
        flipped(path, chance)
        for verb in verbs:
            assert str(cell) in refuses(verb, sweep, capsys), (path, verb)
        (cell / "refused.json").unlink(missing_ok=True)
        path.write_bytes(whole)
        hit.add(path.name)
    return hit


ALL = {"runs", "daily", "rounds", "incidents"}
CELL_FILES = {*(f"{name}.parquet" for name in ALL), "config.yaml", "run.json"}


def test_no_flipped_bit_passes(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verbs = ["collect", "compare", "verify"]
    assert flip_and_ask(sweep, verbs, capsys) == CELL_FILES


def test_no_flipped_bit_is_resumed_over(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert flip_and_ask(sweep, ["resume"], capsys) == CELL_FILES


def test_every_single_bit_of_a_record_counts(sweep: Path) -> None:
    from sim.study.errors import StoreError
    from sim.study.opening import record_in

    path = cell_in(sweep) / "run.json"
    whole, passed = path.read_bytes(), []
    for place in range(len(whole)):
        for bit in range(8):
            content = bytearray(whole)
            content[place] ^= 1 << bit
            path.write_bytes(content)
            try:
                record_in(path.parent)
            except StoreError:
                continue
            passed.append((place, bit))
    assert passed == []


# Results of earlier versions


def test_a_record_without_a_checksum_is_read_and_said_to_be_old(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    as_earlier_versions(cell_in(sweep))
    for verb in ("collect", "verify", "compare"):
        assert code_of(*VERBS[verb]) == 0
        told = capsys.readouterr()
        assert "1 of 2 cells of sweep have a run.json without a checksum" in told.out + told.err


def test_a_record_without_a_checksum_is_checked_all_the_same(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = cell_in(sweep)
    as_earlier_versions(cell)
    edit_runs(cell)
    assert f"runs.parquet {MISMATCH}" in refuses("collect", sweep, capsys)


def test_what_was_read_without_a_checksum_is_not_given_one(sweep: Path) -> None:
    """Or a resumed sweep would vouch for what it never saw."""
    cell = cell_in(sweep)
    as_earlier_versions(cell)
    assert code_of(*[*VERBS["resume"], "description=Baseline"]) in (0, 1)
    assert code_of(*[*SWEEP, "seed=2025", *DIRECTORY]) == 0
    record = json.loads((cell / "run.json").read_text())
    assert record["also"]
    assert "checksum" not in record
