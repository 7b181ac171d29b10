"""``ceasefire survival``: estimate and draw how long things last from a table of your own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.arguments import (
    FORMATS,
    SHEETS,
    THEMES,
    in_one_sentence,
    parser,
    write_figure,
)
from sim.config import ConfigError

if TYPE_CHECKING:
    import pandas as pd

DESCRIPTION = """\
Estimate how long things last from a CSV table, one row per unit: Kaplan-Meier curves with numbers
at risk, restricted means and medians, by group with a log-rank test, by cause with cumulative
incidences. Nothing is simulated."""
EPILOG = """\
  ceasefire survival ceasefires.csv
  ceasefire survival ceasefires.csv --duration days --event ended --group region --cause reason
"""


@in_one_sentence
def main(words: list[str]) -> int:
    """Estimate, print and draw; return the exit code."""
    given = _parse(words)
    from sim.analysis.own import survival
    from sim.plots.own import own

    table = _read(Path(given.file))
    columns = {"durations": given.duration, "events": given.event}
    optional = {"causes": given.cause, "groups": given.group, "weights": given.weight}
    columns |= {name: column for name, column in optional.items() if column}
    missing = [column for column in columns.values() if column not in table.columns]
    if missing:
        known = ", ".join(map(str, table.columns))
        raise ConfigError(f"{given.file} has no column {missing[0]}; it has {known}")
    found = survival(**{name: table[x] for name, x in columns.items()}, horizon=given.horizon)
    print(f"{found}\n")
    path = Path(given.out or Path(given.file).with_suffix("")).with_suffix("")
    path = path.with_name(f"{path.name}-survival") if not given.out else path
    drawing = own(found, given.theme, given.sheet, given.title)
    written = write_figure(drawing, path, given.format)
    print("Written: " + ", ".join(str(x) for x in written))
    return 0


def _parse(words: list[str]) -> argparse.Namespace:
    reader = parser("survival", DESCRIPTION, EPILOG)
    reader.add_argument("file", metavar="FILE", help="a CSV table with a header")
    reader.add_argument("--duration", default="duration", metavar="COLUMN", help="whole days")
    reader.add_argument("--event", default="event", metavar="COLUMN", help="1 ended, 0 censored")
    for name, what in (
        ("cause", "what ended it"), ("group", "draw and test by it"), ("weight", "frequencies"),
    ):  # fmt: skip
        reader.add_argument(f"--{name}", metavar="COLUMN", help=what)
    reader.add_argument("--horizon", type=int, metavar="DAYS", help="last day considered")
    reader.add_argument("--title", default="", help="of the figure")
    reader.add_argument("--theme", choices=THEMES, default="light")
    reader.add_argument("--sheet", choices=SHEETS, default="page", help="where it will be read")
    reader.add_argument(
        "--format", nargs="+", choices=FORMATS, default=["png", "svg"], metavar="FORMAT",
        help=f"of {', '.join(FORMATS)} (default: png svg); put it after the file",
    )  # fmt: skip
    reader.add_argument("--out", metavar="PATH", help="of the figure, without its ending")
    return reader.parse_args(words)


def _read(path: Path) -> pd.DataFrame:
    """Read the table, or say in one sentence why it cannot be read."""
    import pandas as pd

    try:
        table = pd.read_csv(path)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {str(error.strerror).lower()}") from None
    except (ValueError, pd.errors.ParserError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0].lower()
        raise ConfigError(f"cannot read {path} as a CSV table: {said}") from None
    if table.empty:
        raise ConfigError(f"{path} holds no row")
    return table
