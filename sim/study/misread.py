"""What Hydra, OmegaConf and YAML cannot read or compose, said in one sentence. Composes nothing."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import yaml
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from sim import yaml_files
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
    unknown = re.match(r"Could not override '(.+?)'", said)
    if unknown:
        field = unknown[1]
        return f"{field} is no field that can be set so (+{field}.NAME=... adds to a mapping)"
    if re.match(r"Could not (load|find) 'hydra/launcher/(joblib|submitit_|grouped_)", said):
        return "this launcher needs its plugin: pip install 'ceasefire-sim[slurm]'"
    if "LexerNoViableAltException" in said or "mismatched input" in said:
        return f"cannot read the override {said.rpartition(': ')[2]!r}"
    options = [k for k, line in enumerate(lines) if line.startswith("Available options")]
    if options:
        names = [line for line in lines[options[0] + 1 :] if re.fullmatch(r"[\w/-]+", line)]
        return f"{said}; allowed are {', '.join(names)}"
    return said
