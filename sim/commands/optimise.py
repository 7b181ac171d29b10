"""``ceasefire optimise``: search a parameter space with optuna; every trial is a cell.

The search is kept in ``optuna.log`` beside its cells, and the same command continues it. A search
that was interrupted need not visit the points it would have visited otherwise.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.analysis.ensemble import Ensemble
from sim.commands.arguments import parser
from sim.config import ConfigError, validate
from sim.extras import advice
from sim.study.cells import Cell, load_cell
from sim.study.designs import Range, changed
from sim.study.errors import StoreError, StudyError, cannot_write
from sim.study.files import locked
from sim.study.store import write_cell

LOG = "optuna.log"
NAME = "search"


def main(words: list[str]) -> int:
    """Run trials until there are as many as asked for; print the best."""
    reader = parser(
        "optimise",
        "Search for the point with the longest (or shortest) ceasefire.",
        "A what-if of the model, not advice: the best point depends on what is assumed.",
    )
    reader.add_argument("directory", type=Path, help="where the search and its cells go")
    reader.add_argument("overrides", nargs="*", help="of the base, as for any cell")
    reader.add_argument("--vary", action="append", required=True, metavar="FIELD=LOW:HIGH")
    reader.add_argument("--trials", type=int, default=30, help="in all (default 30)")
    reader.add_argument("--goal", default="rmst", help="rmst, or S:DAY for survival to a day")
    reader.add_argument("--minimise", action="store_true", help="look for the shortest")
    reader.add_argument("--search-seed", type=int, default=0)
    chosen = reader.parse_intermixed_args(words)
    study = search(chosen)
    best = study.best_trial
    print(f"{len(study.trials)} trials in {chosen.directory}; best {chosen.goal} {best.value:.4g}")
    for name, value in best.params.items():
        print(f"  {name}={value}")
    return 0


def search(chosen: argparse.Namespace) -> Any:
    """Continue a search, or begin it; return optuna's study."""
    ranges = {}
    for word in chosen.vary:
        name, _, span = word.partition("=")
        ranges[name] = Range.parse(span)
    named = [word for word in chosen.overrides if word.startswith("scenario=")]
    scenario = named[-1].partition("=")[2] if named else "baseline"
    base = load_cell(scenario, [word for word in chosen.overrides if word not in named])
    goal = _goal(chosen.goal, base.settings.horizon)
    _check(base, ranges)

    def value(trial: Any) -> float:
        point = {name: _suggested(trial, name, span) for name, span in ranges.items()}
        cell = Cell(*validate(changed(base.tree(), point)))
        words = [*chosen.overrides, *(f"{path}={at}" for path, at in point.items())]
        return goal(Ensemble(write_cell(cell, chosen.directory / cell.directory_name, words)))

    with locked(chosen.directory):  # another search there would take our trials for cut off
        try:
            study, done = _open_study(chosen)
            study.optimize(value, n_trials=max(0, chosen.trials - done))
        except (OSError, AssertionError) as error:  # optuna hides that its log cannot be written
            cause = error if isinstance(error, OSError) else error.__context__
            if not isinstance(cause, OSError):
                raise
            raise StoreError(cannot_write(chosen.directory / LOG, cause)) from None
    return study


def _open_study(chosen: argparse.Namespace) -> tuple[Any, int]:
    """Open the search kept in a directory, or begin one; and how many trials it has finished."""
    try:
        import optuna
        from optuna.storages.journal import JournalFileBackend
    except ImportError:
        raise StudyError(f"a search needs optuna: {advice('analysis')}") from None
    optuna.logging.set_verbosity(logging.ERROR)
    try:
        storage = optuna.storages.JournalStorage(JournalFileBackend(str(chosen.directory / LOG)))
        study = optuna.create_study(
            study_name=NAME, storage=storage, load_if_exists=True,
            direction="minimize" if chosen.minimise else "maximize",
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        said = str(error).splitlines()[0]
        raise StoreError(f"cannot read {chosen.directory / LOG}: {said}") from None
    # a search continued with the seed it began with would visit the same points again
    study.sampler = optuna.samplers.TPESampler(seed=chosen.search_seed + len(study.trials))
    for trial in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)  # cut off
    return study, len(study.get_trials(states=(optuna.trial.TrialState.COMPLETE,)))


def _check(base: Cell, ranges: dict[str, Range]) -> None:
    """Refuse a field that is not there or an end of its range that is not allowed."""
    for share in (0.0, 1.0):
        validate(changed(base.tree(), {name: span.at(share) for name, span in ranges.items()}))


def _suggested(trial: Any, name: str, span: Range) -> float | int:
    value: float | int
    if span.whole:
        value = trial.suggest_int(name, int(span.low), int(span.high))
    else:
        value = trial.suggest_float(name, span.low, span.high)
    return value


def _goal(text: str, horizon: int) -> Callable[[Ensemble], float]:
    """Read what is sought."""
    if text == "rmst":
        return lambda ensemble: float(ensemble.survival().rmst(horizon).value)
    word, _, day = text.partition(":")
    if word == "S" and day.isdigit() and 1 <= int(day) <= horizon:
        return lambda ensemble: float(ensemble.survival().at(int(day)).value)
    raise ConfigError(
        f"goal is {text!r}; allowed are rmst, and S:DAY for a day from 1 to {horizon}"
    )
