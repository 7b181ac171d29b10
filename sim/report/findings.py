"""What a study's README says in numbers: sentences filled from its table, between two marks.

A sentence names numbers as ``{OUTCOME | choice=option, ...}`` or, from the study's reference,
``{change in OUTCOME | ...}``. Knows text and tables; it neither simulates nor draws.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from sim.analysis.outcomes import OUTCOMES, Z
from sim.config import ConfigError
from sim.paths import data_dir
from sim.study.files import whole

BEGIN, END = "<!-- result: written by the study's command -->", "<!-- end of result -->"
NAMED = re.compile(r"\{(change in )?(\w+) \| ([^}]+)\}")


NUMBERS = ("value", "se", "futures", "change", "change_se")
"""Columns of a study's table that hold numbers; all others hold words, such as the option 0.2."""


def read_table(path: Path) -> pd.DataFrame:
    """Read a study's ``outcomes.csv``."""
    words = [name for name in pd.read_csv(path, nrows=0) if name not in NUMBERS]
    return pd.read_csv(path, dtype=dict.fromkeys(words, str))


def find(table: pd.DataFrame, name: str, choices: str) -> pd.Series:
    """Return the row of an outcome and choices such as ``a=x, b=y``; every axis but one may lack.

    Raises
    ------
    ConfigError
        If there is not exactly one such row.
    """
    kept = table[table["outcome"] == name]
    for word in choices.split(","):
        axis, _, option = (part.strip() for part in word.partition("="))
        if axis not in table:
            raise ConfigError(f"a finding names the axis {axis!r}, which the study does not have")
        kept = kept[kept[axis].astype(str) == option]
    if len(kept) != 1:
        raise ConfigError(f"a finding about {name} | {choices} fits {len(kept)} cells, not one")
    return kept.iloc[0]


def written(value: float, error: float, digits: int, *, signed: bool = False) -> str:
    """Write a number with its 95 % interval."""
    sign = "+" if signed else ""
    value, low, high = (
        round(x, digits) + 0.0 for x in (value, value - Z * error, value + Z * error)
    )
    said = f"{value:{sign}.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
    return said.replace("-", "−")


def sentences(text: str, table: pd.DataFrame) -> str:
    """Fill the numbers of a text."""

    def filled(match: re.Match[str]) -> str:
        row = find(table, match[2], match[3])
        digits = OUTCOMES[match[2]].digits
        if match[1]:
            return written(float(row["change"]), float(row["change_se"]), digits, signed=True)
        return written(float(row["value"]), float(row["se"]), digits)

    return NAMED.sub(filled, " ".join(text.split()))


def put(readme: str, said: str) -> str:
    """Put a text between the marks of a README.

    Raises
    ------
    ConfigError
        If the marks are not there.
    """
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ConfigError("the study's README lacks the marks between which its result stands")
    before, _, rest = readme.partition(BEGIN)
    return f"{before}{BEGIN}\n{said}\n{END}{rest.partition(END)[2]}"


def write_readme(directory: Path, folder: str, said: str) -> None:
    """Write the README of a study's folder beside its cells, a text put between its marks."""
    readme = (data_dir("experiments") / folder / "README.md").read_text(encoding="utf-8")
    with whole(directory / "README.md") as partial:
        partial.write_text(put(readme, said), encoding="utf-8")
