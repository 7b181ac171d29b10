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

from sim.paths import also_own
from sim.report.start import started, starting

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; exit with 0, or with 1 or 2 and one sentence on standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here multiplies large matrices
    with starting(), also_own(None):
        sys.exit(answer(words))


def answer(words: list[str]) -> int:
    """Do what the words ask for; return the exit code."""
    from sim.commands import typed
    from sim.config import ConfigError
    from sim.paths import import_from_own

    try:
        given = typed.read(words)
    except ConfigError as error:
        fail(str(error), 2)
    import_from_own()
    if given.verb:
        return run_verb(given.verb, given.words)
    if {"-sc", "--shell-completion"} & {*given.options} and "COMP_LINE" in os.environ:
        from sim.commands.completing import suggested

        own, asked = suggested(os.environ["COMP_LINE"])
        print(" ".join(own))
        if asked is None:
            return 0
        os.environ["COMP_LINE"] = asked
    if "--version" in given.options:
        print(versions())
        return 0
    if "--hydra-help" not in given.options and {"-h", "--help"} & set(given.options):
        from sim.commands.helping import page

        print(page(), end="")
        return 0
    options = sweeping(given.options, given.words)
    if "--detach" in options:
        return leave_running([word for word in options if word != "--detach"], given.words)
    try:
        return hydra_job(options, given.words)
    except KeyboardInterrupt:
        fail("interrupted; unfinished files were removed", 130)


def sweeping(options: list[str], words: list[str]) -> list[str]:
    """Return the options, with ``-m`` for a named study: every study is a sweep."""
    study = any(word.startswith("+experiment=") for word in words)
    told = {"-m", "--multirun", *SHOWING} & {*options}
    return ["-m", *options] if study and not told else options


def leave_running(options: list[str], words: list[str]) -> int:
    """Start a sweep in the background, and say how to follow it."""
    from sim.config import ConfigError
    from sim.study.detached import LOG, detach
    from sim.study.errors import StudyError

    if not {"-m", "--multirun"} & {*options}:
        fail("--detach leaves a sweep running; add -m", 2)
    try:
        directory, process = detach(options, words)
    except (ConfigError, StudyError) as error:
        fail(str(error), 2)
    print(f"process {process} continues in {directory}; its output is in {directory / LOG}")
    print(f"see its progress: ceasefire status {directory}")
    return 0


def versions() -> str:
    """Return the version of this package and of what it runs on."""
    from importlib.metadata import version

    from sim import __version__

    names = {"Hydra": "hydra-core", "Mesa": "mesa", "Numba": "numba"}
    return f"ceasefire {__version__} ({', '.join(f'{n} {version(p)}' for n, p in names.items())})"


def run_verb(verb: str, words: list[str]) -> int:
    """Run one of ``VERBS``; a user's mistake is one sentence and exit code 1."""
    from importlib import import_module

    try:
        command = import_module(f"sim.commands.{verb}")
        started()
        code: int = command.main(words)
    except KeyboardInterrupt:
        fail("interrupted; unfinished files were removed", 130)
    except BrokenPipeError:  # the reader of the output has stopped reading
        from sim.report.problems import mute

        mute()
        return 141  # the shell's code for a process ended by a closed pipe
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
    except ValueError as error:  # a user's mistake gets one sentence
        from sim.config import ConfigError
        from sim.study.errors import StudyError

        if not isinstance(error, ConfigError | StudyError):
            raise
        fail(str(error))
    return code


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Write one sentence to standard error and exit."""
    print(f"ceasefire: {sentence}", file=sys.stderr)
    sys.exit(code)


SHOWING = ("--cfg", "-c", "--info", "-i", "--hydra-help", "--run", "-r")  # and not sweeping
MAY_SET_MODE = re.compile(r"[+~]*(experiment|hydra(?!\.(run|sweep)\.dir=))|--?c")


@contextmanager
def composed_once(words: list[str]) -> Iterator[None]:
    """Spare Hydra composing everything to learn whether to sweep, where only ``-m`` can ask for it.

    That takes .2 to .3 s. Studies, and words on Hydra's own settings or files, may ask for one.
    """
    from sim.paths import own_dirs
    from sim.releases import BEFORE_1_4

    if not BEFORE_1_4:  # later releases read it off the main file
        yield
        return
    from hydra._internal.hydra import Hydra

    learn = Hydra.get_mode
    asked = {"-m", "--multirun"} & set(words)
    if asked or (not own_dirs() and not any(MAY_SET_MODE.match(word) for word in words)):
        Hydra.get_mode = lambda *_, **__: None  # None: as the words ask
    try:
        yield
    finally:
        Hydra.get_mode = learn


def hydra_job(options: list[str], words: list[str]) -> int:
    """Hand options and overrides to Hydra: one cell, or a sweep of cells. Return the exit code."""
    import hydra

    from sim.config import ConfigError
    from sim.paths import data_dir, own_dirs
    from sim.releases import BASE, trusted
    from sim.report.callback import held
    from sim.report.job import job
    from sim.report.problems import problems
    from sim.study.errors import cannot_write
    from sim.study.misread import explain_misread, is_misread, paths_at
    from sim.study.words import arguments

    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come back to us and become one sentence
    try:
        sys.argv = ["ceasefire", *options, *arguments(words)]
    except ConfigError as error:
        fail(str(error), 2)
    own_code = [path.stem for own in own_dirs() for path in own.glob("*.py")]
    entry: Any = hydra.main(
        config_path=str(data_dir("configs")), config_name="config", **BASE,
        **trusted([*OUR_CODE, *(f"{name}.*" for name in own_code)]),
    )(job)  # fmt: skip
    problems.clear()
    try:
        with held, composed_once([*options, *words]):
            entry()
    except Exception as error:
        if is_misread(error):
            fail(explain_misread(error), 2)
        if isinstance(error, ConfigError):  # of the sweep itself, which the callback has reported
            problems[:] = dict.fromkeys([*problems, str(error)])
        elif isinstance(error, OSError):
            *_, where = [Path.cwd(), *paths_at(error, "output_dir", "sweep_dir")]
            fail(cannot_write(error.filename or where, error))
        else:
            problems.extend(cut_off(error))  # a launcher whose workers or jobs were killed
    for line in problems:
        print(f"ceasefire: {line}" if not line.startswith(" ") else line, file=sys.stderr)
    return 1 if problems else 0


OUR_CODE = ("sim.*", "hydra_plugins.*")  # that a configuration may name
LAUNCHERS = {"joblib", "submitit", "hydra_plugins"}


def cut_off(error: Exception) -> list[str]:
    """Report that a launcher gave up and what is missing; raise an error of our own."""
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
