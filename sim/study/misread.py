"""What Hydra, OmegaConf and YAML cannot read or compose, in one sentence. Composes nothing."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import yaml
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from sim import names, yaml_files
from sim.extras import advice
from sim.study.options import entries, groups
from sim.study.words import interval
from sim.yaml_files import YamlError

RENAMED = {"parameters/posterior": "parameters=accepted"}
"""Files of the configuration tree that have another name now, as a user writes it."""
THEIRS = {"hydra", "omegaconf", "yaml", "codecs"}  # who reads configurations


def is_misread(error: BaseException) -> bool:
    """Whether an error says that a configuration cannot be read or composed."""
    if isinstance(error, HydraException | OmegaConfBaseException | yaml.YAMLError):
        return True
    theirs = isinstance(error, OSError) and error.errno is None  # OmegaConf on no mapping
    if not (theirs or isinstance(error, ValueError | TypeError | RecursionError)):
        return False
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, RecursionError):  # it may be raised wherever they are at work
        names = (str(frame.f_globals.get("__name__")) for frame in frames)
        return any(name.partition(".")[0] in THEIRS - {"yaml", "codecs"} for name in names)
    raised_in = str(frames[-1].f_globals.get("__name__")) if frames else ""
    return raised_in.partition(".")[0] in THEIRS


def explain_misread(error: BaseException) -> str:
    """Say in one sentence what could not be read or composed; of a file, its line too."""
    read = list(paths_at(error, "full_path"))
    for path in read:
        try:
            yaml_files.read(path)
        except YamlError as found:
            return str(found)
        except OSError:
            continue
    if isinstance(error, yaml.YAMLError):
        return yaml_files.sentence(error)
    if isinstance(error, RecursionError):
        return "the configuration is nested too deeply, or refers to itself"
    if getattr(error, "override", None):  # of Hydra's parser
        return _unreadable(str(error.override), str(error))  # type: ignore[attr-defined]
    where = f"{read[-1]}: " if read else ""
    return where + _in_hydras_words(error)


def paths_at(error: BaseException | None, *names: str) -> Iterator[Path]:
    """Paths that Hydra was at work with when an error, or its cause, was raised, outermost first.

    Errors of the file system and of codecs do not tell them, so they are read from Hydra's own
    variables: ``full_path`` of a file being read, ``output_dir`` and ``sweep_dir``.
    """
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if str(frame.f_globals.get("__name__")).startswith("hydra."):
                held = (frame.f_locals.get(name) for name in names)
                yield from (Path(path) for path in held if isinstance(path, str | Path))
        error = error.__cause__ or error.__context__


def _in_hydras_words(error: BaseException) -> str:
    """The first line of what Hydra says, and the options it lists."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return _in_hydras_words(error.__cause__) if error.__cause__ else type(error).__name__
    said = re.sub(r"^In '.*?': ", "", lines[0])
    for old, new in RENAMED.items():
        if f"'{old}'" in said:
            return f"{old.replace('/', '=')} is now called {new}"
    several = re.match(r"(?:Ambiguous value for argument|Sweep parameters) '(.+?)'", said)
    if several:
        return _several(several[1])
    absent = re.match(r"Could not (?:override|delete from config\.) '(.+?)'", said)
    if absent:
        return _absent(absent[1])
    choice = re.match(r"Could not (?:load|find) '(.+)/([^/]*)'", said)
    if choice:
        return _no_option(lines, said, choice[1], choice[2])
    return said


def _unreadable(override: str, said: str) -> str:
    """Say that an override cannot be read; with Hydra's reason where it is in plain words."""
    first = said.strip().splitlines()[0]
    plain = "" if re.search("viable|Lexer|mismatched|extraneous|missing", first) else f": {first}"
    return f"cannot read {override!r}{plain}"


def _several(word: str) -> str:
    """Say what to do with several values where one is wanted."""
    key, _, value = word.partition("=")
    ends = re.fullmatch(r"interval\(([^,]+),([^,]+)\)", value)
    if ends:
        return interval(word, key, ends[1].strip(), ends[2].strip())
    as_list = f", or write {key}=[{value}] for a list" if "(" not in value else ""
    return f"{word} has several values; add -m to run a sweep over them{as_list}"


def _absent(field: str) -> str:
    """Say of a field that is not there which name is near, or how an entry is added."""
    said = names.unknown(field)
    if "; did" in said:
        return said
    if "." not in field:
        inside = [f"{part}.{field}" for part in _parts() if field in _parts()[part]]
        return f"{said}; did you mean {' or '.join(inside)}?" if inside else said
    for depth, part in enumerate(field.split(".")):
        parent = ".".join(field.split(".")[:depth])
        there = entries(parent) if parent else set()
        if there and part not in there:
            near = names.meant(part, there) or f"; there are {', '.join(sorted(there))}"
            return f"{parent} has no {part}{near} (+{parent}.{part}=... adds one)"
    return f"{said} here (+{field}=... adds an entry to a mapping)"


def _parts() -> dict[str, set[str]]:
    """Fields of the parts of a scenario that have fixed ones, such as ``pakistan``."""
    parts = {name: names.children((name,)) for name in sorted(names.children(()) or ())}
    return {name: fields for name, fields in parts.items() if fields}


def _no_option(lines: list[str], said: str, group: str, option: str) -> str:
    """Say of an option that a group does not have which are there."""
    if group == "hydra/launcher" and option.startswith(("joblib", "submitit_", "grouped_")):
        return f"this launcher needs its plugin: {advice('slurm')}"
    if group == "hydra/sweeper":
        return (
            f"there is no sweeper {option}; to sample a space, ceasefire design lhs DIR; to search "
            "one, ceasefire optimise DIR: --vary FIELD=LOW:HIGH"
        )
    listed = [k for k, line in enumerate(lines) if line.startswith("Available options")]
    shown = lines[listed[0] + 1 :] if listed else []  # none for an option of no name, or a list
    known = list(groups().get(group, ())) or [x for x in shown if re.fullmatch(r"[\w/-]+", x)]
    if not known:
        return said
    written = group if group.startswith("hydra") else group.replace("/", ".")
    near = names.meant(option, known) or ";"
    return f"{written} is {option!r}{near} allowed are {', '.join(known)}"
