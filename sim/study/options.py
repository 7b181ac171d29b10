"""What there is to choose: the groups of the configuration folders, their options, a line on each.

Reads the shipped folder and a user's own; composes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from sim import yaml_files
from sim.config import ConfigError
from sim.paths import config_dirs, data_dir, own_dirs
from sim.yaml_files import YamlError

STUDIES = "experiment"
GLOBAL = "# @package _global_"  # of an option that changes any field: its folder is no group
PARTS_OF_OTHERS = {"accounts": {"positions"}}  # files that options are made of, not options


def groups() -> dict[str, dict[str, Path]]:
    """Groups such as ``pakistan/tactic``, each with its options: name -> file."""
    found: dict[str, dict[str, Path]] = {}
    for root in config_dirs():
        for path in sorted(root.rglob("*.yaml")):
            *folders, file = path.relative_to(root).parts
            if folders and folders[0] not in ("hydra", "experiments", "seeds"):
                group, option = "/".join(folders), file.removesuffix(".yaml")
                if len(folders) > 1 and path.read_text("utf-8", "replace").startswith(GLOBAL):
                    group, option = folders[0], "/".join([*folders[1:], option])
                if option not in PARTS_OF_OTHERS.get(group, ()):
                    found.setdefault(group, {})[option] = path
    return dict(sorted(found.items()))


def studies() -> dict[str, Path]:
    """Named studies, name -> file; a user's are ``experiments/NAME/study.yaml`` in own folders."""
    roots = [data_dir("experiments"), *(own / "experiments" for own in own_dirs())]
    files = [path for root in roots for path in sorted(root.glob("*/study.yaml"))]
    return {path.parent.name: path for path in files}


def state() -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every configuration file: not the same once one of them changes."""
    found = [path for root in config_dirs() for path in sorted(root.rglob("*.yaml"))]
    return tuple((str(path), *_age_and_size(path)) for path in [*found, *studies().values()])


def _age_and_size(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:  # a link to nowhere, as an editor leaves it while a file is open
        return 0, 0
    return about.st_mtime_ns, about.st_size


def entries(parent: str) -> set[str]:
    """Names that shipped or own options have in a mapping, such as ``mediators``."""
    root, *rest = parent.split(".")
    found: set[str] = set()
    for path in groups().get(root, {}).values():
        try:
            node = yaml_files.read(path)
        except (OSError, YamlError):
            continue
        for part in rest:
            node = node.get(part) if isinstance(node, dict) else None
        found |= (
            {str(name) for name in node if name != "defaults"} if isinstance(node, dict) else set()
        )
    return found


def about(path: Path) -> str:
    """What an option's file says it is: its description, else the first sentence of its comment."""
    try:
        text = yaml_files.read_text(path)
    except (OSError, YamlError):
        return ""
    said = re.search(r"^description: *(.+)$", text, re.MULTILINE)
    if said:
        return said[1].strip("\"'")
    lines = text.splitlines()
    lines = lines[1:] if lines and lines[0].startswith("# @package ") else lines
    comment = []
    for line in lines:
        if not line.startswith("#"):
            break
        comment.append(line.lstrip("# "))
    sentence = re.match(r"(?:FICTIONAL\. )?.*?[.?](?= |$)", " ".join(comment))
    return (sentence[0] if sentence else " ".join(comment)).rstrip(".")


def need_no_shadow() -> None:
    """Refuse a user's file that has the name of a shipped one, which would be used instead.

    Raises
    ------
    ConfigError
        Naming the file, or a folder that is not there.
    """
    shipped = data_dir("configs")
    for own in own_dirs():
        if not own.is_dir():
            raise ConfigError(f"there is no folder {own} (--config-dir)")
        for path in sorted(own.rglob("*.yaml")):
            if (shipped / path.relative_to(own)).exists():
                name = path.relative_to(own).as_posix()
                raise ConfigError(f"{own} has a {name}, and so has ceasefire; rename your own")


def choices_of(overrides: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """The option chosen from each of some groups: as asked for, else the one of ``config.yaml``."""
    usual = yaml_files.read(data_dir("configs") / "config.yaml")["defaults"]
    made = {
        name.replace("/", "."): str(x[name]) for x in usual if isinstance(x, dict) for name in x
    }
    for word in overrides:
        key, equals, value = word.lstrip("+~").partition("=")
        if equals:
            made[key.partition("@")[0].replace("/", ".")] = value
    return {name: made[name] for name in wanted if name in made}
