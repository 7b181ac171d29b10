"""From a sweep's overrides to the overrides of each of its cells: a grid, and paired values in it.

Knows Hydra's grammar of choices, ranges and globs, and ``zip(...)`` in the form that Hydra's
maintainers have proposed for a later release; composes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, ValueType
from omegaconf import DictConfig, OmegaConf

from sim.config import ConfigError
from sim.study.options import groups
from sim.study.words import canonical, interval

GRIDS = {
    "hydra._internal.core_plugins.basic_sweeper.BasicSweeper",
    "hydra_plugins.hydra_ceasefire.sweeper.CellSweeper",
}
Row = list[str]  # overrides that hold together


def expand(config: DictConfig, words: Sequence[str], loader: ConfigLoader) -> list[Row] | None:
    """List the overrides of every cell of a sweep; None if its sweeper is not the grid.

    ``config`` is the sweep's composed configuration: ``hydra.sweeper.params`` come first, as in
    Hydra, and ``words`` after them. Every override is a dimension, and so is each ``NAME=zip(...)``
    of the parameters; cells are all combinations, the last dimension moving fastest.

    Raises
    ------
    ConfigError
        If an override of the sweep matches nothing or is not a finite list, or a pairing is wrong.
    """
    if OmegaConf.select(config, "hydra.sweeper._target_") not in GRIDS:
        return None
    params = OmegaConf.select(config, "hydra.sweeper.params") or {}
    zips = {str(name): str(v) for name, v in params.items() if str(v).startswith(ZIP)}
    parser = OverridesParser.create(config_loader=loader)
    singles = [f"{k}={v}" for k, v in params.items() if str(k) not in zips]
    dimensions: dict[str, list[Row]] = {}
    for override in parser.parse_overrides([*singles, *words]):
        key = str(override.get_key_element())
        dimensions[key] = [[f"{key}={value}"] for value in values(override)]  # the last one holds
    for name, text in zips.items():
        if OmegaConf.select(config, name) is not None:
            raise ConfigError(f"{name} is a field; name what zip pairs by a word of your own")
        dimensions = {name: paired(name, text, parser, dimensions), **dimensions}
    return [[word for row in rows for word in row] for rows in product(*dimensions.values())]


def values(override: Override) -> list[str]:
    """The values of an override, as they are written; one if it is not a sweep."""
    if not override.is_sweep_override():
        return [str(override.get_value_element_as_str())]
    if not override.is_discrete_sweep():
        ends = override.value()
        raise ConfigError(
            interval(str(override.input_line), override.key_or_group, ends.start, ends.end)
        )
    found = [str(value) for value in override.sweep_string_iterator()]
    if not found:
        raise ConfigError(f"{override.input_line} matches nothing, so the sweep has no cells")
    if override.value_type is ValueType.RANGE_SWEEP:  # .3, not .30000000000000004
        found = [f"{float(value):.12g}" if "." in value else value for value in found]
    return found


# --- paired values --------------------------------------------------------------------------------

ZIP = "zip("
SHAPE = "NAME=zip(FIELD=[A,B],OTHER=[C,D])"


def paired(
    name: str, text: str, parser: OverridesParser, dimensions: dict[str, list[Row]]
) -> list[Row]:
    """Rows of a pairing ``zip(KEY=[A,B],OTHER=choice(C,D))``: the first values, the second, ..."""
    whole = f"{name}={text}"
    if not text.endswith(")"):
        raise ConfigError(f"{whole} does not end with a bracket")
    columns: dict[str, list[str]] = {}
    known = set(groups())
    for member in split(text[len(ZIP) : -1]):
        key, equals, listed = (part.strip() for part in member.partition("="))
        if not equals or not key:
            raise ConfigError(f"{whole}: {member!r} has no name; write {SHAPE}")
        if key in columns:
            raise ConfigError(f"{whole} names {key} twice")
        if key in dimensions:
            raise ConfigError(f"{key} stands in {whole} and beside it; only one of them can hold")
        if key.startswith("hydra"):
            raise ConfigError(f"{whole}: {key} is a setting of the whole sweep; it cannot vary")
        if listed.startswith(("shuffle(", ZIP)):
            raise ConfigError(f"{whole}: {listed} has no fixed order, so nothing pairs with it")
        if listed.startswith("[") and listed.endswith("]"):
            listed = f"choice({listed[1:-1]})"
        override = parser.parse_override(canonical(f"{key}={listed}", known))
        if not override.is_sweep_override():
            raise ConfigError(f"{whole}: {key} is {listed}; it needs a list, such as [A,B]")
        columns[override.get_key_element()] = values(override)
    lengths = {key: len(column) for key, column in columns.items()}
    if len(columns) < 2:
        raise ConfigError(f"{whole} pairs nothing; write {SHAPE}")
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{key} has {length}" for key, length in lengths.items())
        raise ConfigError(f"{whole}: paired values must be equally many; {said}")
    rows = zip(*columns.values(), strict=True)
    return [[f"{key}={value}" for key, value in zip(columns, row, strict=True)] for row in rows]


def split(text: str) -> list[str]:
    """Split at commas that stand in no brackets and no quotes."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]
