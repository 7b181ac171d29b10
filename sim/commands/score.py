"""``ceasefire score``: hold a later record, coded by the user, against what was frozen."""

from __future__ import annotations

from pathlib import Path

DESCRIPTION = """\
Score what a freeze states by a later record: Brier and log score of every event and horizon that is
over, their means, skill against the climatology and against one half, and where the first day of
each event lies (PIT). The record is a small YAML file; docs/howto/score.md says how it is coded."""
EPILOG = """\
  ceasefire score my_record.yaml
  ceasefire score my_record.yaml --frozen build/frozen --out build/scores"""


def main(words: list[str]) -> int:
    """Print the scores; return the exit code."""
    from sim.analysis.later_record import LaterRecord
    from sim.commands.arguments import parser, write_whole
    from sim.report.frozen import open_frozen, shipped
    from sim.report.scoring import said, score

    reader = parser("score", DESCRIPTION, EPILOG)
    reader.add_argument("record", type=Path, metavar="RECORD", help="the later record, YAML")
    reader.add_argument("--frozen", type=Path, metavar="DIR", help="default: the one that ships")
    reader.add_argument("--out", type=Path, metavar="FOLDER", help="write the tables as CSV too")
    given = reader.parse_args(words)
    frozen = open_frozen(given.frozen or shipped())
    scored = score(frozen, LaterRecord.read(given.record, frozen.closed))
    if given.out:
        for name in ("scores", "means", "days"):
            table = getattr(scored, name).to_csv(index=False, float_format="%.6g")
            write_whole(given.out / f"{name}.csv", table)
    print(said(scored, frozen))
    return 0
