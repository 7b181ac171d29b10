"""``ceasefire freeze``: state what follows the record, before anything later is coded."""

from __future__ import annotations

from pathlib import Path

DESCRIPTION = """\
Follow the futures that are like the record on the day it closes, and write with what probability
each event comes by each horizon: probabilities.csv, days.csv, a figure, a page, a copy of the
protocol, and frozen.json with version, commit, date and the digests of these files. A freeze is
never overwritten."""
EPILOG = """\
  ceasefire freeze build/frozen
  ceasefire freeze build/hardliners scenario=hardliners      the protocol's cell, changed
  ceasefire score my_record.yaml --frozen build/frozen       later, when a horizon is over"""


def main(words: list[str]) -> int:
    """Write a freeze; return the exit code."""
    from sim.commands.arguments import parser
    from sim.report.frozen import MANIFEST, PROTOCOL, freeze, shipped
    from sim.study.files import checksum

    reader = parser("freeze", DESCRIPTION, EPILOG)
    reader.add_argument("directory", type=Path, metavar="DIR", help="where the files go")
    reader.add_argument("overrides", nargs="*", help="of the protocol's cell, as for any cell")
    reader.add_argument("--protocol", metavar="FILE", type=Path, help="another protocol.yaml")
    given = reader.parse_intermixed_args(words)
    source = given.protocol or shipped() / PROTOCOL
    made = freeze(source, given.directory, given.overrides).manifest
    print(
        f"{made['like_the_record']:,} of {made['replicates']:,} futures are like the record to "
        f"{made['record_closes']}, of {made['parameter_sets']} parameter sets"
    )
    if made["dirty"]:
        print("the code has uncommitted changes, so the commit does not identify it")
    print(f"{checksum(given.directory / MANIFEST)}  {given.directory / MANIFEST}")
    return 0
