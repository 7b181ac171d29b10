"""The reference documents say what the code does: no column, file or parameter more or less."""

import json
import re
from itertools import product
from pathlib import Path
from string import Formatter

import pyarrow.parquet as pq
import pytest

import sim
from sim.analysis.layers import CARRIERS
from sim.analysis.layers import COLUMNS as LAYERED
from sim.analysis.signs import COLUMNS as SIGNS
from sim.config import ENDS, PARTIES
from sim.records import QUANTILES
from sim.report import parameters
from sim.study.cells import load_cell
from sim.study.described import vocabulary
from sim.study.opening import TABLES
from sim.study.store import write_cell

DOCS = Path(__file__).resolve().parent.parent / "docs"
OUTPUTS = (DOCS / "outputs.md").read_text()
ROW = re.compile(r"^\| (`.*?`) \| ([\w ,]+?) \|", re.MULTILINE)
TYPES = {"double": "float64", "dictionary<values=string, indices=int8, ordered=0>": "category"}


@pytest.fixture(scope="module")
def cell(tmp_path_factory):
    small = load_cell("baseline", ["replicates=40", "horizon=60"])
    return write_cell(small, tmp_path_factory.mktemp("cell"))


def section(heading):
    """The text of one section of docs/outputs.md."""
    return OUTPUTS.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def described(heading):
    """Name -> second column of the section's last table."""
    table = section(heading).rpartition("\n| --- ")[2]
    rows = ((names, kind) for names, kind in ROW.findall(table))
    return {name: kind for names, kind in rows for name in re.findall("`([^`]+)`", names)}


def expanded(name, scenario):
    """All names that a name with placeholders stands for."""
    meant = {
        "end": ENDS,
        "party": PARTIES,
        "rung": range(1, 5),
        "group": scenario.militants,
        "issue": scenario.agenda.issues,
        "quantile": [f"{round(100 * q):02d}" for q in QUANTILES],
    }
    used = [field for _, field, _, _ in Formatter().parse(name) if field]
    for values in product(*(meant[word] for word in used)):
        yield name.format(**dict(zip(used, values, strict=True)))


def documented(name, cell):
    """Column -> type of a table, as the document says."""
    return {
        column: kind
        for pattern, kind in described(f"{name}.parquet").items()
        for column in expanded(pattern, cell.cell.scenario)
    }


def stored(name, cell):
    """Column -> type of a table, as it is written."""
    schema = cell.table(name).schema
    return {field.name: TYPES.get(str(field.type), str(field.type)) for field in schema}


# Outputs


@pytest.fixture(scope="module")
def renewable(tmp_path_factory):
    small = load_cell("baseline", ["replicates=20", "horizon=40", "ceasefire.renewable=true"])
    return write_cell(small, tmp_path_factory.mktemp("renewable"))


def test_every_column_of_the_spells_and_its_type_is_documented(renewable):
    assert documented("spells", renewable) == stored("spells", renewable)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_and_its_type_is_documented_and_none_is_missing(cell, name):
    assert documented(name, cell) == stored(name, cell)


def test_every_file_of_a_cell_is_documented(cell):
    written = {path.name for path in cell.directory.iterdir()}
    figures = ("survival", "incidence", "bargaining", "ladder")
    drawn = {f"{figure}.{kind}" for figure in figures for kind in ("png", "svg")}
    drawn |= {"transcript.jsonl", "spells.parquet"}
    listed = section("Files").partition("A sweep adds")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", listed, re.MULTILINE)
             for name in re.findall("`([^`]+)`", row)}  # fmt: skip
    assert written | drawn | {".hydra/"} == named


def test_every_field_of_the_record_is_documented(cell):
    record = json.loads((cell.directory / "run.json").read_text())
    always = [name for name, kind in described("run.json").items() if "optional" not in kind]
    assert always == list(record)


def test_every_column_of_a_comparison_is_documented():
    ensembles = {
        name: sim.simulate(sim.load(name), replicates=20, horizon=10)
        for name in ("baseline", "no_mediators")
    }
    table = sim.compare(ensembles, reference="baseline", resamples=2).table
    assert list(described("comparison.csv")) == list(table)


def test_every_column_of_the_signs_and_layers_is_documented():
    assert list(described("signs.csv")) == list(SIGNS)
    assert list(described("layers.csv")) == list(LAYERED)
    assert list(described("carriers.csv")) == list(CARRIERS)


def test_kinds_of_incidents_and_outcomes_of_rounds_are_documented(cell):
    kinds = set(cell.table("incidents")["kind"].to_pylist())
    outcomes = set(cell.table("rounds")["outcome"].to_pylist())
    text = section("incidents.parquet") + section("rounds.parquet")
    assert {word for word in kinds | outcomes if f"`{word}`" not in text} == set()


# Parameters


def listed():
    """Paths of the reference, those of the two sides under both names."""
    paths = re.findall(r"^\| `(.+?)` \|", parameters.reference(), re.MULTILINE)
    return {path.replace("<party>", party) for path in paths for party in PARTIES}


def test_the_parameter_reference_is_current():
    """If this fails: python -m sim.report.parameters --write."""
    assert (DOCS / "parameters.md").read_text() == parameters.reference()


def test_the_parameter_reference_lists_every_value_of_the_baseline():
    def leaves(node, path):
        if isinstance(node, dict) and path not in paths:
            for name, value in node.items():
                known = any(row.startswith(f"{path}.{name}") for row in paths) or not path
                yield from leaves(value, f"{path}.{name if known else '<name>'}".lstrip("."))
        else:
            yield path

    paths = listed()
    assert set(leaves(load_cell().tree(), "")) - paths <= {"events"}


@pytest.mark.parametrize(
    ("words", "said"), [(["--wirte"], "--write"), (["--write", "now"], "--write")]
)
def test_an_unknown_option_of_the_generator_gets_one_sentence(words, said, capsys):
    assert parameters.main(words) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1


def test_the_reference_is_printed_as_it_is_written(capsys):
    assert parameters.main([]) == 0
    assert capsys.readouterr().out == parameters.reference()


# Links and paths


@pytest.mark.parametrize("name", ["odd.md", "outputs.md", "decisions.md", "calibration.md"])
def test_files_and_modules_that_a_document_names_exist(name):
    root = DOCS.parent
    text = (DOCS / name).read_text()
    linked = [DOCS / path for path in re.findall(r"\]\(([\w./-]+)\)", text)]
    named = re.findall(r"`((?:sim|configs|seeds|tests|docs|benchmarks)/[\w./-]+)`", text)
    assert [str(path) for path in [*linked, *(root / path for path in named)]
            if not path.exists()] == []  # fmt: skip


def test_parameters_that_the_protocol_names_exist():
    known = listed()
    text = (DOCS / "odd.md").read_text().replace("`<party>.", "`pakistan.")
    groups = {path.split(".")[0] for path in known if "." in path}
    named = {path for path in re.findall(r"`([a-z_]+\.[\w.<>]+)`", text)
             if path.split(".")[0] in groups and not path.endswith((".md", ".yaml"))}  # fmt: skip
    stems = {".".join(path.split(".")[:k]) for path in known for k in range(1, 9)}
    assert named - stems == set()


# What tables say of themselves


@pytest.mark.parametrize("name", [*TABLES, "spells", "offers"])
def test_units_and_meanings_in_the_tables_are_those_of_the_document(name):
    heading = "offers" if name == "offers" else f"{name}.parquet"
    rows = section(heading).rpartition("\n| --- ")[2].splitlines()
    cells = [[part.strip() for part in row.strip("| ").split("|")] for row in rows if "| `" in row]
    told = {
        column: (unit, meaning)
        for names, _, unit, meaning in cells
        for column in re.findall("`([^`]+)`", names)
    }
    assert told == {key: tuple(said) for key, said in vocabulary()[name].items()}


def test_a_stored_table_carries_its_units_and_where_it_is_from(cell):
    schema = pq.read_schema(cell.directory / "incidents.parquet")
    assert schema.field("deaths").metadata[b"unit"] == b"deaths"
    assert schema.field("kind").metadata[b"description"] == b"one of the kinds above"
    facts = {name.decode(): value.decode() for name, value in schema.metadata.items()}
    assert facts["key"] == cell.run["key"]
    assert (facts["table"], facts["seed"], facts["covers"]) == ("incidents", "2025", "40")
