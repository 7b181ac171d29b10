"""The command ``ceasefire``: bare overrides go to Hydra, verbs are tools.

Everything scientific is imported inside functions, so that ``--help`` is quick.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sim.report.start import started, starting

HELP = """\
ceasefire: what-if simulations of negotiation rounds under a fragile ceasefire

  ceasefire [OVERRIDE ...]                     simulate one cell  -> outputs/...
  ceasefire -m 'OVERRIDE' ...                  sweep over cells   -> multirun/..., then compare
  ceasefire --cfg job [OVERRIDE ...]           print the configuration and stop
{verbs}
Examples
  ceasefire scenario=verified_guarantees replicates=10000
  ceasefire mediators=none pakistan.tactic=hardliner ceasefire.end=strike
  ceasefire -m 'scenario=glob(*)' replicates=2000
  ceasefire -m accounts=islamabad,kabul seed=7 hydra.sweep.dir=multirun/accounts

Settings
  replicates=N  seed=N  horizon=DAYS  engine.block=N  hydra.run.dir=DIR  hydra.sweep.dir=DIR

Choices
{choices}

All other Hydra options work as usual; ceasefire --hydra-help lists them.
The parameter reference is docs/parameters.md.
"""


VERBS: dict[str, str] = {  # verb -> what it does in one line; its module is sim.commands.VERB
    "plan": "count, check and estimate the cells of a sweep before it runs",
    "design": "sample a parameter space instead of a grid",
    "optimise": "search a parameter space",
    "calibrate": "find the parameters with which the baseline meets its targets",
    "sensitivity": "rank what is assumed by what it does, apart from chance",
    "freeze": "state what follows the record, before anything later is coded",
    "score": "hold a later record, coded by you, against what was frozen",
    "collect": "bring the futures of a sweep into one data set",
    "query": "query a collected sweep with SQL",
    "replay": "run one stored future again and tell it",
    "verify": "check stored results against checksums and the code",
    "compare": "compare finished cells: tables and a figure",
    "figure": "draw any figure of finished cells",
    "report": "write a report of finished cells as one HTML file",
    "survival": "estimate and draw how long things last from a table of your own",
    "strategies": "play simple strategies against the agents and compare what they bring",
    "play": "serve the classroom: explore, play, debrief and compare in a browser",
}


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; exit with 0, or with 1 or 2 and one sentence on standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here multiplies large matrices
    with starting():
        sys.exit(answer(words))


def answer(words: list[str]) -> int:
    """Do what the words ask for; return the exit code."""
    if words and words[0] in VERBS:
        return run_verb(words[0], words[1:])
    if not any(word in ("--hydra-help",) for word in words) and {"-h", "--help"} & set(words):
        verbs = "".join(f"  ceasefire {verb:<34} {what}\n" for verb, what in VERBS.items())
        print(HELP.format(choices=choices(), verbs=verbs))
        return 0
    try:
        return hydra_job(words)
    except KeyboardInterrupt:
        fail("interrupted; unfinished files were removed", 130)


def run_verb(verb: str, words: list[str]) -> int:
    """Run a tool; a user's mistake is one sentence and exit code 1."""
    from importlib import import_module

    try:
        command = import_module(f"sim.commands.{verb}")
        started()
        code: int = command.main(words)
    except KeyboardInterrupt:
        fail("interrupted; unfinished files were removed", 130)
    except BrokenPipeError:  # whoever read the output has stopped reading
        from sim.report.problems import mute

        mute()
        return 141  # what the shell says of a process that a closed pipe ended
    except SystemExit as error:  # a verb returns its code; only its parser exits, after --help
        asked_for_help = any(word == "-h" or re.fullmatch("--he?l?p?", word) for word in words)
        if error.code in (0, None) and not asked_for_help:
            fail("code that was called ended the process, so nothing was shown")
        raise
    except OSError as error:
        from sim.study.errors import cannot_write

        if error.filename is None and error.errno not in NO_ROOM:
            raise
        fail(cannot_write(error.filename or "standard output", error))
    except ValueError as error:  # a user's mistake says one sentence
        from sim.config import ConfigError
        from sim.study.errors import StudyError

        if not isinstance(error, ConfigError | StudyError):
            raise
        fail(str(error))
    return code


def choices() -> str:
    """One line per configuration group with its options."""
    from sim.paths import data_dir

    root = data_dir("configs")
    lines = []
    for folder in sorted(path for path in root.rglob("*") if path.is_dir()):
        options = sorted(path.stem for path in folder.glob("*.yaml") if path.stem != "positions")
        if options and not folder.relative_to(root).as_posix().startswith("hydra"):
            lines.append(f"  {folder.relative_to(root).as_posix()}={'|'.join(options)}")
    return "\n".join(lines)


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Say one sentence on standard error and exit."""
    print(f"ceasefire: {sentence}", file=sys.stderr)
    sys.exit(code)


MAY_SET_MODE = re.compile(r"[+~]*(experiment|hydra(?!\.(run|sweep)\.dir=))|--?c")


@contextmanager
def composed_once(words: list[str]) -> Iterator[None]:
    """Where nothing but ``-m`` can ask for a sweep, spare Hydra composing all to learn if it does.

    That takes .2 to .3 s. Studies, and words on Hydra's own settings or files, may ask for one.
    """
    from hydra._internal.hydra import Hydra

    learn = Hydra.get_mode
    if not any(MAY_SET_MODE.match(word) for word in words):
        Hydra.get_mode = lambda *_, **__: None  # None: as the words say
    try:
        yield
    finally:
        Hydra.get_mode = learn


def hydra_job(words: list[str]) -> int:
    """Hand the overrides to Hydra: one cell, or a sweep of cells. Return the exit code."""
    import hydra

    from sim.config import ConfigError
    from sim.paths import data_dir
    from sim.report.callback import held
    from sim.report.job import job
    from sim.report.problems import problems
    from sim.study.cells import arguments
    from sim.study.errors import cannot_write
    from sim.study.misread import explain_misread, is_misread, paths_at

    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come back to us; we say them in one sentence
    try:
        sys.argv = ["ceasefire", *arguments(words)]
    except ConfigError as error:
        fail(str(error), 2)
    entry: Any = hydra.main(
        config_path=str(data_dir("configs")), config_name="config", version_base="1.3"
    )(job)
    problems.clear()
    try:
        with held, composed_once(words):
            entry()
    except Exception as error:
        if is_misread(error):
            fail(explain_misread(error), 2)
        if isinstance(error, OSError):
            *_, where = [Path.cwd(), *paths_at(error, "output_dir", "sweep_dir")]
            fail(cannot_write(error.filename or where, error))
        problems.extend(cut_off(error))  # a launcher whose workers or jobs were killed
    for line in problems:
        print(f"ceasefire: {line}" if not line.startswith(" ") else line, file=sys.stderr)
    return 1 if problems else 0


LAUNCHERS = {"joblib", "submitit", "hydra_plugins"}


def cut_off(error: Exception) -> list[str]:
    """Say that a launcher gave up and what is missing; raise an error that is our own."""
    import traceback

    from sim.report.callback import directory
    from sim.study.store import one_line
    from sim.study.sweeps import open_directory

    walked = traceback.walk_tb(error.__traceback__)
    rooms = {str(frame.f_globals.get("__name__")).partition(".")[0] for frame, _ in walked}
    if not directory or not rooms & LAUNCHERS:
        raise error
    said = f"the launcher gave up ({one_line(error)}); the same command resumes the sweep"
    return [said, *open_directory(directory[-1]).problems()]
