"""The command ``ceasefire``: bare overrides go to Hydra, verbs are tools.

Everything scientific is imported inside functions, so that ``--help`` is quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

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


VERBS: dict[str, str] = {}  # verb -> what it does in one line; its module is sim.commands.VERB


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; exit with 0, or with 1 or 2 and one sentence on standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in VERBS:
        sys.exit(run_verb(words[0], words[1:]))
    if not any(word in ("--hydra-help",) for word in words) and {"-h", "--help"} & set(words):
        verbs = "".join(f"  ceasefire {verb:<34} {what}\n" for verb, what in VERBS.items())
        print(HELP.format(choices=choices(), verbs=verbs))
        return
    try:
        code = hydra_job(words)
    except KeyboardInterrupt:
        fail("interrupted; unfinished files were removed", 130)
    sys.exit(code)


def run_verb(verb: str, words: list[str]) -> int:
    """Run a tool; a user's mistake is one sentence and exit code 1."""
    from importlib import import_module

    try:
        code: int = import_module(f"sim.commands.{verb}").main(words)
    except KeyboardInterrupt:
        fail("interrupted; unfinished files were removed", 130)
    except ValueError as error:  # ConfigError, StoreError and the like say one sentence
        from sim.config import ConfigError
        from sim.study.store import StoreError

        if not isinstance(error, ConfigError | StoreError):
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


def fail(sentence: str, code: int = 1) -> None:
    """Say one sentence on standard error and exit."""
    print(f"ceasefire: {sentence}", file=sys.stderr)
    sys.exit(code)


def hydra_job(words: list[str]) -> int:
    """Hand the overrides to Hydra: one cell, or a sweep of cells. Return the exit code."""
    import hydra
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from sim.paths import data_dir
    from sim.study.cells import canonical, explain_hydra, groups, register_resolvers
    from sim.study.store import cannot_write

    register_resolvers()
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come back to us; we say them in one sentence
    known = groups()
    sys.argv = ["ceasefire", *(canonical(word, known) for word in words)]
    entry: Any = hydra.main(
        config_path=str(data_dir("configs")), config_name="config", version_base="1.3"
    )(job)
    from sim.report.problems import problems

    problems.clear()
    try:
        entry()
    except (HydraException, OmegaConfBaseException) as error:
        fail(explain_hydra(error), 2)
    except OSError as error:
        fail(cannot_write(error.filename, error))
    for line in problems:
        print(f"ceasefire: {line}", file=sys.stderr)
    return 1 if problems else 0


def job(config: Any) -> None:
    """Run one composed cell; in a sweep, a failing cell is recorded and the others go on."""
    from pathlib import Path

    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    from sim.config import ConfigError
    from sim.report.cell import run_cell
    from sim.report.problems import problems
    from sim.study.cells import from_config
    from sim.study.store import StoreError, write_record

    settings = HydraConfig.get()
    directory, overrides = Path(settings.runtime.output_dir), list(settings.overrides.task)
    try:
        print(run_cell(from_config(config), directory, overrides))
    except (ConfigError, StoreError) as error:
        if settings.mode is RunMode.MULTIRUN:  # told by the sweep's callback when all have ended
            record = {"status": "failed", "error": str(error), "overrides": overrides}
            write_record(directory, record)
        else:
            problems.append(str(error))
