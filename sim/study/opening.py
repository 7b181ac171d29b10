"""The one place that opens a finished cell, and says in one sentence what is wrong with it.

A cell is opened only if every file is as it was stored, its record and its configuration agree,
and its tables have the rows they should. That shows accidents and careless edits, and nothing
else: false results with matching checksums are found by ``ceasefire verify``, which re-runs
futures. Simulates nothing, and never runs code that results name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from sim import yaml_files
from sim.config import ConfigError, Engine, validate
from sim.study.cells import DIGITS, Cell, as_stored, directory_name, key_of
from sim.study.errors import StoreError
from sim.study.files import checksum
from sim.study.provenance import PACKAGE, versions
from sim.study.sealed import EXACT, SEAL, Digest, changed_since, unsealed
from sim.yaml_files import YamlError

RECORD, CONFIG = "run.json", "config.yaml"
REFUSED = "refused.json"  # why a cell failed beside one that is there
TABLES = ("runs", "daily", "rounds", "incidents")
SPELLS = "spells"  # a table of cells whose ceasefires are renewable
MANIFEST = "sweep.json"  # of a sweep, beside its cells
# Fields that say how to compute and may differ between equal cells.
COMPUTING = {f"engine.{name}" for name in Engine.__dataclass_fields__ if name != "watched"}

Word = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]


@with_config(EXACT)
class Commit(TypedDict):
    """Of the code that made a cell."""

    commit: Word | None
    dirty: bool | None


@with_config(EXACT)
class Done(TypedDict):
    """What ``run.json`` says of a finished cell, and nothing else; see docs/outputs.md."""

    status: Literal["done"]
    error: None
    key: Digest
    scenario: str
    seed: int
    replicates: int
    overrides: list[str]
    also: NotRequired[list[list[str]]]
    started: Word
    finished: Word
    wall_seconds: Annotated[float, Field(allow_inf_nan=False)]
    files: dict[str, Digest]
    versions: dict[Word, Word]
    git: Commit
    platform: Word
    checksum: NotRequired[Digest]


@with_config(ConfigDict(extra="allow", strict=True))
class Failed(TypedDict):
    """What ``run.json`` and ``refused.json`` say at least of a cell that failed."""

    status: Literal["failed"]
    error: str
    overrides: list[str]


_RECORD: TypeAdapter[Any] = TypeAdapter(Annotated[Done | Failed, Field(discriminator="status")])


@dataclass(frozen=True)
class StoredCell:
    """A finished cell in a directory, checked when it was opened.

    Attributes
    ----------
    tree : its configuration, plain: not to be changed, for cells of a sweep share parts of it
    run : its record, as in ``run.json``
    """

    directory: Path
    tree: dict[str, Any]
    run: dict[str, Any]

    @cached_property
    def cell(self) -> Cell:
        """The scenario and settings that were run.

        They are validated when they are first asked for: the key shows that the configuration is
        the one that was validated before it was stored, and validating takes many times as long.

        Raises
        ------
        StoreError
            If this version cannot use them.
        """
        return _validated(self.directory / CONFIG, self.tree, self.run["key"])

    @property
    def directory_name(self) -> str:
        """Name of its directory in a sweep, as it was put there."""
        return directory_name(self.run["scenario"], self.run["key"])

    @property
    def sealed(self) -> bool:
        """Whether its record carries a checksum; those of earlier versions do not."""
        return SEAL in self.run

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read runs, daily, rounds, incidents or spells, or some columns of it.

        Raises
        ------
        StoreError
            If the file is missing or damaged.
        """
        path = self.directory / f"{name}.parquet"
        try:
            return pq.read_table(path, columns=None if columns is None else list(columns))
        except (OSError, pa.ArrowException) as error:
            raise unreadable(path, error) from None

    def pieces(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield some columns of runs, a row group at a time.

        Raises
        ------
        StoreError
            If the file is missing or damaged.
        """
        path = self.directory / "runs.parquet"
        try:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group, columns=list(columns))
        except (OSError, pa.ArrowException) as error:
            raise unreadable(path, error) from None


def unreadable(path: Path, error: Exception) -> StoreError:
    """Say that a table cannot be read."""
    return StoreError(f"cannot read {path}: {str(error).splitlines()[0]}")


def open_cell(directory: Path) -> StoredCell:
    """Open the finished cell of a directory.

    Raises
    ------
    StoreError
        If there is none, or it is not whole (see ``finished``).
    """
    found = finished(directory)
    if found is None:
        raise StoreError(f"{directory} holds no finished cell")
    return found


def finished(directory: Path) -> StoredCell | None:
    """Open the finished cell of a directory; None where there is none or it failed.

    Raises
    ------
    StoreError
        In one sentence, the first thing that is not as it should be: a file that is missing, was
        changed or cannot be read, or a record, a configuration and tables that do not agree.
    """
    record = record_in(directory)
    if record is None or record["status"] != "done":
        return None
    _check_files(directory, record)
    try:
        stored = StoredCell(directory, _configured(directory / CONFIG, record["key"]), record)
        _check_record(stored)
        _check_rows(stored)
    except (KeyError, TypeError):  # a key that fits what is no configuration
        raise StoreError(f"cannot read {directory / CONFIG}: it is of no cell") from None
    except StoreError as error:
        made, here = version_of(record), versions()[PACKAGE]
        other = f" (it was stored by version {made}, and this is {here})" if made != here else ""
        raise StoreError(f"{error}{other}") from None
    return stored


def record_in(directory: Path, name: str = RECORD) -> dict[str, Any] | None:
    """What ``run.json`` says of a cell that is done or failed; None where there is none.

    Raises
    ------
    StoreError
        If it has been changed or is not a record of a cell.
    """
    path = directory / name
    if not path.exists():
        return None
    return unsealed(path, _RECORD)


def _check_files(directory: Path, record: dict[str, Any]) -> None:
    """Compare every file with its checksum."""
    must = {f"{name}.parquet" for name in TABLES} | {CONFIG}
    named = set(record["files"]) - {f"{SPELLS}.parquet"}
    if named != must:
        wrong = ", ".join(sorted(must ^ named))
        raise StoreError(f"{directory / RECORD} does not name exactly a cell's files ({wrong})")
    for name, noted in record["files"].items():
        if checksum(directory / name) != noted:
            raise changed_since(directory / name)


def _configured(path: Path, key: str) -> dict[str, Any]:
    """Read a stored configuration; one that has not the cell's key is validated, to say why."""
    try:
        text = yaml_files.read_text(path)
        tree: Any = yaml_files.parse_sections(text, str(path))  # cells of a sweep differ in few
    except YamlError as error:
        raise StoreError(f"cannot read {error}") from None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {str(error.strerror).lower()}") from None
    if not isinstance(tree, dict) or not all(isinstance(name, str) for name in tree):
        raise StoreError(f"cannot read {path}: it is not a mapping of fields")
    may_repeat = "*" in text  # references: a small file that expands to a huge tree
    if may_repeat or not _has_key(tree, key):
        tree = _validated(path, tree).tree()
        if key_of(tree) != key:
            where = path.with_name(RECORD)
            raise StoreError(f"{where} says key {key}; by {CONFIG} it is {key_of(tree)}")
    return dict(tree)


def _has_key(tree: dict[str, Any], key: str) -> bool:
    """Whether a tree as it was read has a key; one that is no configuration has none."""
    try:
        return key_of(tree) == key
    except (KeyError, TypeError, ValueError, RecursionError):
        return False


def _validated(path: Path, tree: dict[str, Any], key: str | None = None) -> Cell:
    """The cell of a tree, which has this key if one is given."""
    try:
        return Cell(*validate(tree)) if key is None else as_stored(tree, key)
    except ConfigError as error:
        raise StoreError(f"cannot read {path}: {error}") from None


def _check_record(stored: StoredCell) -> None:
    """Compare what the record says with the configuration, and with the directory's name."""
    record, tree, directory = stored.run, stored.tree, stored.directory
    where = directory / RECORD
    facts = {"scenario": "name", "seed": "seed", "replicates": "replicates"}
    for fact, field in facts.items():
        if record[fact] != tree[field]:
            raise StoreError(f"{where} says {fact} {record[fact]}; by {CONFIG} it is {tree[field]}")
    has_spells = f"{SPELLS}.parquet" in record["files"]
    if has_spells != tree["ceasefire"]["renewable"]:
        said = "names" if has_spells else "lacks"
        raise StoreError(f"{where} {said} {SPELLS}.parquet, against ceasefire.renewable")
    for words in names_of(record):
        word = contradicted(words, tree)
        if word is not None:
            raise StoreError(f"{where} says it was asked for with {word}, against {CONFIG}")
    name, own = directory.absolute().name, stored.directory_name
    of_a_key = re.fullmatch(rf".+-[0-9a-f]{{{DIGITS}}}", name) is not None
    if of_a_key and name != own and (directory.parent / MANIFEST).exists():
        raise StoreError(f"{directory} holds the cell {own}, so it was moved there")


def version_of(record: dict[str, Any]) -> str:
    """Version of this package that wrote a cell."""
    return str(record["versions"].get(PACKAGE, "unknown"))


def names_of(record: dict[str, Any]) -> list[list[str]]:
    """Every list of overrides under which a cell was asked for."""
    return [record["overrides"], *record.get("also", [])]


def contradicted(overrides: Sequence[str], tree: dict[str, Any]) -> str | None:
    """The override of a field that the configuration has another value of; None if there is none.

    Only plain numbers, truth values and names are compared: what else Hydra makes of a word
    (choices from groups, references, quotes) is not repeated here.
    """
    last = {word.lstrip("+").partition("=")[0]: word for word in overrides}
    for field, word in last.items():
        held: Any = tree
        for part in field.split("."):
            held = held.get(part) if isinstance(held, dict) else None
        if field not in COMPUTING and _differ(_plain(word.partition("=")[2]), held):
            return word
    return None


def _plain(text: str) -> Any:
    """A value of one of JSON's types, or a name; None for anything else."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text if re.fullmatch(r"[A-Za-z][\w-]*", text) else None


def _differ(said: Any, held: Any) -> bool:
    """Whether two numbers, two truth values or two names are not the same."""
    kinds: dict[type, str] = {bool: "truth", int: "number", float: "number", str: "name"}
    kind = kinds.get(type(said))
    return kind is not None and kind == kinds.get(type(held)) and bool(said != held)


def _check_rows(stored: StoredCell) -> None:
    """Compare the futures and days of the tables with those of the configuration."""
    for name, field in (("runs", "replicates"), ("daily", "horizon")):
        path, wanted = stored.directory / f"{name}.parquet", stored.tree[field]
        try:
            rows = pq.read_metadata(path).num_rows
        except (OSError, pa.ArrowException) as error:
            raise unreadable(path, error) from None
        if rows != wanted:
            raise StoreError(f"{path} holds {rows:,} rows; by {CONFIG} it has {wanted:,}")
