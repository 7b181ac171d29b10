"""``ceasefire choices``: what may be chosen from, with a line on each option."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from sim.commands.arguments import parser
from sim.config import ConfigError
from sim.names import meant
from sim.study import options

WIDTH = 80
TASKS = {  # what a group is chosen for; the others come last
    "The what-if": ("scenario", "case", "ablation", options.STUDIES),
    "Who": (
        "pakistan", "pakistan/tactic", "afghan_taliban", "afghan_taliban/tactic", "mediators",
        "militants",
    ),
    "About what, how": ("agenda", "accounts", "calendar", "protocol", "bargaining", "switches"),
    "Numbers and computing": ("parameters", "conflict", "ceasefire", "engine"),
}  # fmt: skip
EPILOG = """\
  ceasefire choices                     the groups, with some of their options
  ceasefire choices scenario            every scenario in a line
  ceasefire choices pakistan.tactic     tactics; chosen by pakistan.tactic=NAME
  ceasefire choices experiment          named studies; run by ceasefire -m +experiment=NAME
"""


def main(words: list[str]) -> int:
    """List the groups, or describe the options of one."""
    reader = parser("choices", "What may be chosen, with a line on each option.", EPILOG)
    reader.add_argument("group", nargs="?", metavar="GROUP", help="one group, described")
    given = reader.parse_args(words)
    found: dict[str, dict[str, Path]] = {options.STUDIES: options.studies(), **options.groups()}
    print("\n".join(_described(given.group, found) if given.group else _listed(found)))
    return 0


def _listed(found: dict[str, dict[str, Path]]) -> Iterator[str]:
    """Every group on a line, as far as its options fit."""
    others = [name for name in found if not any(name in names for names in TASKS.values())]
    for task, names in {**TASKS, "Others": tuple(others)}.items():
        held = [name for name in names if name in found]
        if held:
            yield task
        for name in held:
            shown, room = "", WIDTH - 27
            for option in found[name]:
                if len(shown) + len(option) > room - 12:
                    shown += f" ... ({len(found[name])})"
                    break
                shown += f"{'|' if shown else ''}{option}"
            yield f"  {name.replace('/', '.'):<24}{shown}"
    yield "ceasefire choices GROUP has a line on each; docs/parameters.md has every number"


def _described(group: str, found: dict[str, dict[str, Path]]) -> Iterator[str]:
    name = group.replace(".", "/")
    if name not in found:
        raise ConfigError(f"{group} is no group{meant(name, found) or '; see ceasefire choices'}")
    width = max(len(option) for option in found[name]) + 2
    for option, path in found[name].items():
        said = options.about(path) or "(its file has no description)"
        lines = textwrap.wrap(said, max(30, WIDTH - width - 2)) or [""]
        yield f"  {option:<{width}}{lines[0]}"
        yield from (f"  {'':<{width}}{line}" for line in lines[1:])
    how = f"-m +experiment={next(iter(found[name]))}" if name == options.STUDIES else ""
    yield f"chosen by: ceasefire {how or name.replace('/', '.') + '=' + next(iter(found[name]))}"
