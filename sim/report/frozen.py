"""A freeze: what a protocol states, written once with its provenance, and opened again.

Writes and checks files; their content is computed in ``sim.analysis.following``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from sim import seeds
from sim.analysis.following import EVENTS, FEWEST, Followed, cumulative, follow, share, stated
from sim.analysis.populations import effective
from sim.analysis.protocol import Protocol
from sim.paths import data_dir
from sim.plots.frozen import probabilities as draw
from sim.plots.style import save
from sim.report.findings import write_readme
from sim.study.cells import Cell
from sim.study.errors import StudyError
from sim.study.files import Atomic, checksum, locked
from sim.study.provenance import PACKAGE, git_state, now, versions
from sim.study.sealed import EXACT, Digest, sealed, unsealed

FOLDER = "frozen_2025_11_01"
PROTOCOL, MANIFEST = "protocol.yaml", "frozen.json"
PROBABILITIES, DAYS = "probabilities.csv", "days.csv"
FIGURE = "probabilities"


@with_config(EXACT)
class Manifest(TypedDict):
    """What ``frozen.json`` says of a freeze; ``files`` are their SHA-256 by name."""

    record_closes: str
    written: str
    version: str
    commit: str | None
    dirty: bool | None
    cell: Digest
    overrides: list[str]
    replicates: int
    in_force: int
    like_the_record: Annotated[int, Field(ge=FEWEST)]
    parameter_sets: int
    effective_sets: float
    record: Digest
    files: dict[str, Digest]
    checksum: Digest


_MANIFEST = TypeAdapter(Manifest)


@dataclass(frozen=True)
class Frozen:
    """A freeze as it was written: protocol, provenance, and its two tables."""

    protocol: Protocol
    manifest: dict[str, Any]
    probabilities: pd.DataFrame
    days: pd.DataFrame

    @property
    def closed(self) -> dt.date:
        """The day on which the record closes."""
        return dt.date.fromisoformat(self.manifest["record_closes"])


def shipped() -> Path:
    """The folder of the freeze that comes with the package."""
    return data_dir("experiments") / FOLDER


def freeze(source: Path, directory: Path, overrides: list[str]) -> Frozen:
    """Follow the futures that a protocol asks for and write all files of a freeze.

    ``source`` is the protocol, ``overrides`` change its cell.

    Raises
    ------
    StudyError
        If the directory holds a freeze already: one is never overwritten.
    ConfigError
        If the protocol is not as it must be, or too few futures are like the record.
    """
    protocol = Protocol.read(source)
    cell = protocol.composed(overrides)
    with locked(directory):
        if (directory / MANIFEST).exists():
            raise StudyError(f"{directory} holds a freeze already; choose another directory")
        followed = follow(cell, protocol.horizons[-1])
        with Atomic(directory) as files:
            files.path(PROTOCOL).write_bytes(source.read_bytes())
            _csv(probability_table(protocol, followed), files.path(PROBABILITIES))
            _csv(days_table(followed, protocol.horizons[-1]), files.path(DAYS))
            made = manifest(cell, followed, [*protocol.cell, *overrides], files.checksums())
            files.path(MANIFEST).write_text(sealed(made), encoding="utf-8")
        frozen = open_frozen(directory)
        drawing = draw(frozen.probabilities, about(frozen))
        signed = replace(drawing, metadata={"Data": checksum(directory / PROBABILITIES)})
        save(signed, directory / FIGURE, ("png",))
        write_readme(directory, FOLDER, result(frozen, checksum(directory / MANIFEST)))
    return frozen


def open_frozen(directory: Path) -> Frozen:
    """Open a freeze whose files are what was written.

    Raises
    ------
    StoreError
        If a file cannot be read or has been changed.
    """
    made = unsealed(directory / MANIFEST, _MANIFEST)
    for name in (PROTOCOL, PROBABILITIES, DAYS):
        if checksum(directory / name) != made["files"].get(name):
            raise StudyError(f"{directory / name} is not what {MANIFEST} says was frozen")
    tables = (pd.read_csv(directory / name) for name in (PROBABILITIES, DAYS))
    return Frozen(Protocol.read(directory / PROTOCOL), made, *tables)


# --- tables ---------------------------------------------------------------------------------------


def probability_table(protocol: Protocol, followed: Followed) -> pd.DataFrame:
    """One row per event and horizon: the probability with its intervals, and the climatology."""
    like, closed = followed.of(followed.like), seeds.load().frozen_on
    rows = []
    for event in EVENTS:
        for days in protocol.horizons:
            found = stated(like.by(event, days), like.number, protocol.level)
            rows.append(
                {
                    "event": event, "horizon": days, "last_day": closed + dt.timedelta(days),
                    "probability": found.value, **found._asdict(),
                    "climatology": share(followed.by(event, days).sum(), len(followed.like)),
                }
            )  # fmt: skip
    return pd.DataFrame(rows).drop(columns="value")


def days_table(followed: Followed, days: int) -> pd.DataFrame:
    """In how many futures like the record each event has come by each day; of how many."""
    like = followed.of(followed.like)
    counts = dict(cumulative(like, days))
    return pd.DataFrame({"day": range(days + 1), **counts, "futures": len(like.like)})


def _csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def manifest(
    cell: Cell, followed: Followed, words: list[str], files: dict[str, str]
) -> dict[str, Any]:
    """Where the numbers come from."""
    like = followed.of(followed.like)
    return {
        "record_closes": seeds.load().frozen_on.isoformat(),
        "written": now(),
        "version": versions()[PACKAGE],
        **git_state(),
        "cell": cell.key,
        "overrides": words,
        "replicates": cell.settings.replicates,
        "in_force": len(followed.like),
        "like_the_record": len(like.like),
        "parameter_sets": len(set(like.number.tolist())),
        "effective_sets": round(effective(np.bincount(like.number).astype(float)), 1),
        "record": checksum(data_dir("seeds") / "timeline.yaml"),
        "files": files,
    }


# --- words ----------------------------------------------------------------------------------------


def about(frozen: Frozen) -> list[str]:
    """The footer of the figure."""
    made, level = frozen.manifest, f"{frozen.protocol.level:.0%}"
    sets = made["parameter_sets"]
    wider = f"Line: {level} with the parameters', over {sets} accepted sets. " if sets > 1 else ""
    return [
        f"{made['like_the_record']:,} futures like the record to {made['record_closes']}, of "
        f"{made['replicates']:,}; {' '.join(made['overrides'])}; cell {made['cell'][:12]}. "
        "What-if, not a forecast: stated to be scored.",
        f"Width of the upright bar: {level} interval by chance (Monte Carlo). {wider}The model's "
        f"own error is in neither. Diamond below: climatology, the {made['in_force']:,} futures in "
        "force on that day.",
    ]


def result(frozen: Frozen, seal: str) -> str:
    """The page's result: provenance, the table and the definitions; ``seal`` is the digest."""
    return "\n".join(_lines(frozen, seal))


def _lines(frozen: Frozen, seal: str) -> Iterator[str]:
    protocol, made, table = frozen.protocol, frozen.manifest, frozen.probabilities
    commit = f"commit `{made['commit'][:12]}`" if made["commit"] else "no commit known"
    changed = " with changes that were not committed" if made["dirty"] else ""
    yield (
        f"Written {made['written'][:10]} by version {made['version']}, {commit}{changed}, with "
        f"`{' '.join(made['overrides'])}`. SHA-256 of `{MANIFEST}`, which holds those of the other "
        f"files: `{seal}`."
    )
    yield ""
    yield (
        f"Of {made['replicates']:,} futures, {made['in_force']:,} are in force on "
        f"{made['record_closes']} and {made['like_the_record']:,} are like the record, of "
        f"{made['parameter_sets']} parameter sets ({made['effective_sets']:g} in effect)."
    )
    yield ""
    ends = (f"{days} days ({table['last_day'][k]})" for k, days in enumerate(protocol.horizons))
    yield f"| by | {' | '.join(ends)} |"
    yield f"| --- |{' --- |' * len(protocol.horizons)}"
    for event, rows in table.groupby("event", sort=False):
        cells = " | ".join(_cell(row) for row in rows.itertuples())
        yield f"| {str(event).replace('_', ' ')} | {cells} |"
    yield ""
    yield (
        f"Square brackets: {protocol.level:.0%} interval by chance (Monte Carlo). Round brackets: "
        "with the parameters' uncertainty too. After the stroke: climatology."
    )
    yield ""
    yield f"![Probabilities by horizon, with intervals]({FIGURE}.png)"
    yield ""
    yield "**What counts.**"
    yield ""
    for event, words in protocol.events.items():
        yield f"- *{event.replace('_', ' ')}* (`{event}`): {words}"
    yield ""
    yield "**How it is coded.**"
    yield ""
    for number, words in enumerate(protocol.coding, start=1):
        yield f"{number}. {words}"
    yield ""
    yield "**What scores are compared with.**"
    yield ""
    for name, words in protocol.references.items():
        yield f"- *{name}*: {words}."


def _cell(row: Any) -> str:
    wider = f" ({row.lower:.2f}, {row.upper:.2f})" if row.lower == row.lower else ""  # not NaN
    chance = f"[{row.chance_lower:.3f}, {row.chance_upper:.3f}]"
    return f"{row.probability:.3f} {chance}{wider} / {row.climatology:.3f}"
