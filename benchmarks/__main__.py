"""``python -m benchmarks [PART ...]``: one table of every benchmark, also docs/benchmarks.md.

Parts measured earlier are kept (in ``build/benchmarks``), so that one can be measured again alone.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import sys
from pathlib import Path

from benchmarks.timing import Row, machine

PARTS = (
    "ensemble", "interactive", "comparison", "bargaining", "scaling", "survival", "shell", "sweeps",
    "debriefs", "classroom", "cuda",
)  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent
KEPT, PAGE = ROOT / "build" / "benchmarks", ROOT / "docs" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

Written by `make bench`; one part of it by `python -m benchmarks PART`.
Machine: {machine}.

Times are CPU seconds of one process on one processor unless a row says otherwise. What is compared
was measured in alternation in one run: read the ratios, since the times depend on this machine and
its other work. Missed targets are marked. Parts are measured one by one and carry their dates.
"""


def measure(name: str) -> None:
    """Measure a part and keep its rows."""
    part = importlib.import_module(f"benchmarks.{name}")
    rows: list[Row] = []
    about = (part.__doc__ or name).splitlines()[0]
    told = {"about": about, "on": f"{dt.datetime.now():%Y-%m-%d %H:%M}", "rows": rows}
    KEPT.mkdir(parents=True, exist_ok=True)
    for measured in part.rows():
        row = Row(*measured)
        row = row._replace(met=None if row.met is None else bool(row.met))  # not NumPy's
        rows.append(row)
        print("| " + " | ".join(line(row)) + " |", flush=True)
        (KEPT / f"{name}.json").write_text(json.dumps(told))  # an interrupted part keeps its rows


def line(row: Row) -> tuple[str, str, str]:
    """Return what is printed of a row."""
    verdict = {True: ": met", False: ": **not met**", None: ""}[row.met]
    return row.what.replace("  ", "&nbsp;&nbsp;"), row.figure, row.target + verdict


def page() -> str:
    """All parts measured so far, as one table."""
    introduction = INTRODUCTION.format(machine=machine())
    lines = [introduction, "| what | figure | target |", "| --- | ---: | --- |"]
    for name in PARTS:
        if (KEPT / f"{name}.json").exists():
            told = json.loads((KEPT / f"{name}.json").read_text())
            lines.append(f"| **{told['about']}** Measured {told['on']}. | | |")
            lines += ["| " + " | ".join(line(Row(*row))) + " |" for row in told["rows"]]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure the parts named, or all."""
    chosen = sys.argv[1:] or list(PARTS)
    unknown = sorted(set(chosen) - set(PARTS))
    if unknown:
        sys.exit(f"unknown part: {', '.join(unknown)}; parts are {', '.join(PARTS)}")
    for name in chosen:
        measure(name)
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
