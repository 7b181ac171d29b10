"""``ceasefire new``: commented files of your own, outside the package, that run as they stand."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.commands.arguments import parser
from sim.config import PARTIES, ConfigError, Mediator, Militants
from sim.paths import data_dir, own_dirs
from sim.study import options
from sim.study.errors import StoreError
from sim.study.files import whole

FOLDER = "my_configs"
NEW_WEIGHT = 0.1  # of a new issue to both sides, and a new group's share of the attacks
EPILOG = """\
  ceasefire new scenario open_crossings      what differs from the baseline
  ceasefire new agenda prisoners             one more issue, with both sides' weights
  ceasefire new tactic gentle                a function, and how it is chosen
  ceasefire new group dissidents             an armed group beside the others
  ceasefire new mediator oman                a mediator beside the others
  ceasefire new case strait                  another conflict, from the fictional one

Files go to the folder of --config-dir, else to my_configs; nothing is overwritten. Every verb
takes --config-dir; the environment variable CEASEFIRE_CONFIGS sets it permanently."""
Files = dict[str, str]  # path in the folder -> text


def main(words: list[str]) -> int:
    """Write the files of a new thing and say how to run it."""
    reader = parser("new", "Write a commented file of your own and say how to run it.", EPILOG)
    reader.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    reader.add_argument("name", metavar="NAME", help="small letters, digits and _")
    given = reader.parse_args(words)
    folder = own_dirs()[0] if own_dirs() else Path(FOLDER)
    _check_name(given.kind, given.name)
    files = KINDS[given.kind](given.name)
    for path in files:
        if (folder / path).exists():
            raise StoreError(f"{folder / path} is there already, and is not overwritten")
    for path, text in files.items():
        with whole(folder / path) as partial:
            partial.write_text(text, encoding="utf-8", newline="\n")
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    print("\n".join(f"written: {shown / path}" for path in files))
    print(f"edit, then: ceasefire --config-dir {shown} {HOW[given.kind].format(given.name)}")
    return 0


def _check_name(kind: str, name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise ConfigError(f"name is {name!r}; it needs small letters, digits and _, a letter first")
    shipped = {path.stem for path in data_dir("configs").rglob("*.yaml")}
    if name in shipped or name in options.entries("mediators") | options.entries("militants"):
        raise ConfigError(f"name is {name!r}, which ceasefire has already; choose another")


# --- what is written ------------------------------------------------------------------------------


def scenario(name: str) -> Files:
    """A scenario that differs from the baseline in one thing, with others to uncomment."""
    return {
        f"scenario/{name}.yaml": f"""\
# @package _global_
# What differs from the baseline, and why. State only that; everything else is the baseline's.
name: {name}
description: Mediators put twice the pressure behind a deal.
expectation: unclear # longer, shorter or unclear: the sign you expect, stated before you run it

# ceasefire choices lists what may be chosen; docs/parameters.md has every number with its unit.
# A number from the record is taken by its path, such as ${{seeds:rates.PIPS.2024.attacks}}; one
# of your own is assumed.
mediators:
  qatar: {{pressure: 0.8}} # share, 0 to 1; the baseline has 0.4
  turkiye: {{pressure: 0.8}}

# Another choice from a group goes into a list of defaults at the top, with _self_ last:
# defaults:
#   - override /protocol: single_text
#   - _self_

# pakistan:
#   trust: 0.5 # probability that the other side is in good faith; the baseline has 0.3

# What happens on a day, whatever the futures do:
# events:
#   opening: {{kind: border_opens, day: 22, share: 1}}
"""
    }


def agenda(name: str) -> Files:
    """The shipped agenda with one more issue, both sides' weights with it, and a scenario."""
    files = {
        f"agenda/{name}.yaml": f"""\
# The shipped issues and one more. Values in [0, 1] to each side, the status quo first.
defaults:
  - default
  - _self_
name: {name}
issues:
  {name}:
    options: [as_it_is, in_part, in_full] # names of the options, the status quo first
    demander: afghan_taliban # who asks for it: pakistan, afghan_taliban or null
    promise: false # whether it is a promise that can be broken later
    contested: false # whether the accounts of the talks differ on it (then they need its values)
    pakistan: [1, 0.7, 0.3] # what each option is worth to Pakistan
    afghan_taliban: [0, 0.5, 1] # and to the Afghan Taliban
    verification: null # of a promise: how far each option can be checked with third parties
    verification_alone: null # and without
# What an option does beyond its worth stands under effects; see configs/agenda/default.yaml
"""
    }
    for party in PARTIES:
        weights = _numbers(data_dir("configs") / party / "default.yaml", "weights")
        scaled = {issue: round(w * (1 - NEW_WEIGHT), 4) for issue, w in weights.items()}
        scaled[name] = round(1 - sum(scaled.values()), 4)
        listed = "\n".join(f"  {issue}: {weight:g}" for issue, weight in scaled.items())
        files[f"{party}/{name}.yaml"] = (
            "# The shipped party with a weight for the new issue. Weights sum to 1: the others'\n"
            f"# were multiplied by {1 - NEW_WEIGHT:g}.\n"
            f"defaults:\n  - default\n  - _self_\nweights:\n{listed}\n"
        )
    files[f"scenario/{name}.yaml"] = f"""\
# @package _global_
# The baseline with one more issue on the table.
defaults:
  - override /agenda: {name}
  - override /pakistan: {name}
  - override /afghan_taliban: {name}
  - _self_
name: {name}
description: The baseline with {name} on the agenda.
expectation: unclear
"""
    return files


def tactic(name: str) -> Files:
    """A tactic as a function, and an option of either side that chooses it."""
    chosen = f"""\
# A tactic of your own; its function is in {name}.py beside these folders.
kind: custom
tactic: {name}:{name}
parameters: {{rate: 0.05}} # passed in this order; assumed
"""
    files = {f"{party}/tactic/{name}.yaml": chosen for party in PARTIES}
    return {
        f"{name}.py": f'''\
"""A tactic: the least own utility it asks for, from what it sees of the table (docs/tactics.md)."""

from sim.negotiation.own import between


def {name}(view, rate):
    """Concede a fixed share of what is left at every exchange."""
    conceded = 1.0 - (1.0 - rate) ** view.exchange
    return between(view, conceded)  # 0 conceded: its public position; 1: what no deal is worth
'''
    } | files


def group(name: str) -> Files:
    """An armed group beside the shipped ones, whose shares make room for it."""
    path = data_dir("configs") / "militants" / "ttp_and_others.yaml"
    lines = _block(path, "others", Militants, {"share": f"{NEW_WEIGHT:g}"})
    shares = {each: _numbers(path, each)["share"] * (1 - NEW_WEIGHT) for each in ("ttp", "others")}
    others = "\n".join(f"{each}: {{share: {share:g}}}" for each, share in shares.items())
    return {
        f"militants/{name}.yaml": f"""\
# The shipped groups and one more. Shares of the tracker's attacks sum to 1: those of the others
# were multiplied by {1 - NEW_WEIGHT:g}.
defaults:
  - ttp_and_others
  - _self_
{others}
{name}:
{lines}
"""
    }


def mediator(name: str) -> Files:
    """A mediator beside the shipped ones."""
    path = data_dir("configs") / "mediators" / "qatar_turkiye.yaml"
    lines = _block(path, "qatar", Mediator, {"label": name.replace("_", " ").title()})
    return {
        f"mediators/{name}.yaml": f"""\
# The shipped mediators and one more.
defaults:
  - qatar_turkiye
  - _self_
{name}:
{lines}
"""
    }


def case(name: str) -> Files:
    """Another conflict: every file of the fictional case under a name of your own."""
    old, configs = "fictional_river", data_dir("configs")
    groups = ("agenda", *PARTIES, "mediators", "militants", "calendar", "case")
    paths = {f"{each}/{name}.yaml": configs / each / f"{old}.yaml" for each in groups}
    paths[f"scenario/{name}.yaml"] = configs / "scenario" / "fictional" / "river.yaml"
    paths[f"seeds/{name}.yaml"] = data_dir("seeds") / "cases" / f"{old}.yaml"
    note = (
        f"# Copied from the fictional river as a pattern for {name}; replace what is not yours.\n"
    )
    files = {}
    for path, source in paths.items():
        first, *rest = source.read_text(encoding="utf-8").splitlines(keepends=True)
        top = [first, note] if first.startswith("# @package") else [note, first]
        text = "".join([*top, *rest]).replace(f"seeds/cases/{old}", f"seeds/{name}")
        files[path] = text.replace("scenario=fictional/river", f"scenario={name}").replace(
            old, name
        )
    return files


KINDS: dict[str, Callable[[str], Files]] = {
    "scenario": scenario, "agenda": agenda, "tactic": tactic, "group": group,
    "mediator": mediator, "case": case,
}  # fmt: skip
HOW = {
    "scenario": "-m scenario=baseline,{} replicates=1000",
    "agenda": "-m scenario=baseline,{} replicates=1000",
    "tactic": "-m pakistan.tactic=boulware,{} replicates=1000",
    "group": "-m militants=ttp_and_others,{} replicates=1000",
    "mediator": "-m mediators=qatar_turkiye,{} replicates=1000",
    "case": "scenario={} replicates=1000",
}


def _numbers(path: Path, field: str) -> Any:
    from sim import yaml_files

    return yaml_files.read(path)[field]


def _block(path: Path, entry: str, kind: Any, changed: dict[str, str]) -> str:
    """The lines of one entry of a file, each with what the schema says of the field."""
    text = path.read_text(encoding="utf-8")
    found = re.search(rf"^{entry}:\n((?:  .*\n)+)", text, re.MULTILINE)
    assert found, f"{path} has no {entry}"
    lines = []
    for line in found[1].splitlines():
        name, _, value = line.strip().partition(": ")
        field = kind.__pydantic_fields__[name]
        unit = (field.json_schema_extra or {}).get("unit", "")
        told = f"{field.description}{f' ({unit})' if unit not in ('', '1') else ''}"
        lines.append(f"  {name}: {changed.get(name, value.partition(' #')[0])} # {told}")
    return "\n".join(lines)
