"""``ceasefire query``: SQL over a collected sweep, through DuckDB."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.commands.arguments import parser
from sim.extras import advice
from sim.study.collect import open_collection
from sim.study.errors import StudyError

HELP = """\
Tables: runs, one row per future with the sweep's overrides as columns; cells,
one row per cell. Names with dots need double quotes, such as "pakistan.trust"."""


def main(words: list[str]) -> int:
    """Run one statement and print its result."""
    reader = parser("query", "Query a collected sweep with SQL.", HELP)
    reader.add_argument("directory", type=Path, help="of the sweep")
    reader.add_argument("sql", help="a statement, such as: select count(*) from runs")
    reader.add_argument("--csv", action="store_true", help="print comma-separated values")
    chosen = reader.parse_args(words)
    answer = query(chosen.directory, chosen.sql)
    if chosen.csv:
        answer.to_csv(sys.stdout, index=False)
    else:
        print(answer.to_string(index=False))
    return 0


def query(directory: Path, sql: str):  # type: ignore[no-untyped-def]
    """Return the answer to a statement as a DataFrame.

    Raises
    ------
    StudyError
        If the sweep is not collected or has been changed, DuckDB is not installed, or the
        statement is wrong.
    """
    try:
        import duckdb
    except ImportError:
        raise StudyError(f"queries need DuckDB: {advice('analysis')}") from None
    runs, cells, notes = open_collection(directory)
    for note in notes:
        print(f"ceasefire: {note}", file=sys.stderr)
    with duckdb.connect() as connection:
        for name, paths in (("runs", runs), ("cells", [cells])):
            listed = ", ".join("'{}'".format(str(path).replace("'", "''")) for path in paths)
            connection.execute(f"create view {name} as select * from read_parquet([{listed}])")
        try:
            return connection.execute(sql).df()
        except duckdb.Error as error:
            raise StudyError(" ".join(str(error).splitlines()[0].split())) from None
