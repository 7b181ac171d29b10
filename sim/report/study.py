"""Named studies: what a sweep found, as table, figures and sentences, once it has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf

from sim.analysis import channels
from sim.analysis.ensemble import Ensemble
from sim.analysis.outcomes import OUTCOMES, Z, outcome_table
from sim.analysis.survival import kaplan_meier
from sim.config import ConfigError
from sim.plots.dots import dots
from sim.plots.forks import forks
from sim.plots.style import Drawing, save
from sim.plots.sweep import heatmap
from sim.plots.words import INTERVAL, facts
from sim.report.findings import read_table, sentences, write_readme
from sim.report.problems import problems
from sim.study.files import Atomic, checksum
from sim.study.store import one_line
from sim.study.sweeps import open_directory

Choices = dict[str, str]


class Study(Callback):  # type: ignore[misc]
    """Hydra callback: tabulate and draw a study's cells, and write its README, beside the cells.

    Parameters
    ----------
    folder : of the study in ``experiments/``
    axes : short name -> swept key, such as ``custody: +experiments/NAME/custody``
    outcomes : names of `sim.analysis.outcomes.OUTCOMES` that are tabulated
    figures : file name -> ``kind`` (dots, heatmap or forks) and what that kind needs
    result : sentences for the README, with numbers named as in `sim.report.findings`
    reference : axis -> option of the cell from which changes are taken; where it leaves axes out,
        each cell's reference is like it in these
    given : futures the study is about (see `fitting`); all if not given
    split : axes whose options are switches; what each switch adds is tabulated (see
        `sim.analysis.channels`)
    """

    def __init__(
        self,
        folder: str,
        axes: Mapping[str, str],
        outcomes: Sequence[str],
        figures: Mapping[str, Mapping[str, Any]],
        result: str,
        reference: Mapping[str, str] | None = None,
        given: Mapping[str, int] | None = None,
        split: Sequence[str] = (),
    ) -> None:
        self.folder, self.result = folder, result
        plain: Callable[[Any], Any] = OmegaConf.to_container
        self.axes: Choices = plain(axes)
        self.outcomes: list[str] = plain(outcomes)
        self.figures: dict[str, dict[str, Any]] = plain(figures)
        self.reference: Choices | None = None
        if reference is not None:
            self.reference = {name: str(option) for name, option in plain(reference).items()}
        self.given: dict[str, int] | None = plain(given) if given is not None else None
        self.split = list(split)

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Write everything beside the cells."""
        directory = Path(config.hydra.sweep.dir)
        try:
            written = self.write(directory)
        except Exception as error:  # Hydra would turn it into a warning
            problems.append(f"study {self.folder}: {one_line(error)}")
        else:
            print(f"study {self.folder}: {', '.join(written)} in {directory}")

    def write(self, directory: Path) -> list[str]:
        """Write ``outcomes.csv``, the figures with their data and the README; name the files."""
        sweep = open_directory(directory)
        sweep.must_be_whole()
        cells = [Ensemble(stored) for stored in sweep.cells.values()]
        chosen = [choices(self.axes, cell) for cell in cells]
        runs = [self._runs(cell) for cell in cells]
        origin = self.given["in_force"] if self.given else 0
        pairs = list(zip(chosen, runs, strict=True))
        table = outcome_table(pairs, self.outcomes, self._reference_among(chosen), origin)
        if self.split:
            table = pd.concat([table, self._added_by_switches(pairs, origin)], ignore_index=True)
        with Atomic(directory) as files:
            table.to_csv(files.path("outcomes.csv"), index=False, float_format="%.8g")
        table = read_table(directory / "outcomes.csv")  # as whoever reads it will find it
        names = ["outcomes.csv"]
        for name, figure in self.figures.items():
            names += self._draw(directory, name, dict(figure), table, pairs, cells)
        write_readme(directory, self.folder, sentences(self.result, table))
        return [*names, "README.md"]

    def _added_by_switches(
        self, pairs: Sequence[tuple[Choices, pd.DataFrame]], origin: int
    ) -> pd.DataFrame:
        """What each switch adds to every outcome that all futures have."""
        tables = []
        for name in self.outcomes:
            values = {
                channels.switched_on(chosen, self.split): OUTCOMES[name].per_future(runs, origin)
                for chosen, runs in pairs
            }
            if not any(np.isnan(held).any() for held in values.values()):
                tables.append(channels.split(values).assign(outcome=name, futures=len(pairs[0][1])))
        return pd.concat(tables, ignore_index=True)

    def _reference_among(self, chosen: Sequence[Choices]) -> Choices | None:
        """The reference, unless a smaller sweep lacks it for some cell."""
        if self.reference is None:
            return None
        held = all({**cell, **self.reference} in chosen for cell in chosen)
        return self.reference if held else None

    def _runs(self, cell: Ensemble) -> pd.DataFrame:
        return cell.runs if self.given is None else cell.runs[fitting(cell, self.given)]

    def _draw(
        self, directory: Path, name: str, figure: dict[str, Any], table: pd.DataFrame,
        pairs: Sequence[tuple[Choices, pd.DataFrame]], cells: Sequence[Ensemble],
    ) -> list[str]:  # fmt: skip
        """Draw one figure; it carries the digest of the data it shows. Name its files."""
        kind, data = figure.pop("kind"), "outcomes.csv"
        about = [part for part in facts({str(k): c for k, c in enumerate(cells)},
                                        "collapse", [figure.pop("note", "")]) if part]  # fmt: skip
        if kind == "forks":
            drawing = self._forks(pairs, cells[0], about, **figure)
            data = f"{name}.csv"
            with Atomic(directory) as files:
                shown = drawing.table.round({"value": 5, "lower": 5, "upper": 5})
                shown.to_csv(files.path(data), index=False)
        else:
            drawing = _over_choices(kind, table, about, **figure)
        signed = replace(drawing, metadata={"Data": checksum(directory / data)})
        save(signed, directory / name, ("png",))
        return [f"{name}.png", *([data] if data != "outcomes.csv" else [])]

    def _forks(
        self, pairs: Sequence[tuple[Choices, pd.DataFrame]], cell: Ensemble,
        about: Sequence[str], axis: str, title: str,
    ) -> Drawing:  # fmt: skip
        """Survival since the day on which the decisions part."""
        if self.given is None or self.reference is None:
            raise ConfigError("a figure of forks needs the study's given and reference")
        day = self.given["in_force"]
        curves = {
            chosen[axis]: kaplan_meier(
                runs["collapse_day"].to_numpy() - day, runs["collapse_ended"].to_numpy(),
                horizon=cell.horizon - day,
            )
            for chosen, runs in pairs
        }  # fmt: skip
        parted = pd.Timestamp(cell.scenario.start) + pd.Timedelta(days=day)
        said = f"{len(pairs[0][1]):,} of {cell.replicates:,} futures fit the record to that day."
        return forks(curves, self.reference[axis], parted, [*about, said], title=title)


def choices(axes: Mapping[str, str], cell: Ensemble) -> Choices:
    """Read from a finished cell's overrides what it chose on every axis."""
    words = cell.results.run["overrides"]  # type: ignore[attr-defined]
    made = dict(word.split("=", 1) for word in words if "=" in word)
    return {name: made.get(key, "default") for name, key in axes.items()}


def fitting(cell: Ensemble, given: Mapping[str, int]) -> np.ndarray[Any, Any]:
    """Whether a future fits: ``in_force`` and without a full deal on that day, after a breakdown.

    ``breakdown`` is the day by which a round must have been broken off; all must be watched.

    Raises
    ------
    ConfigError
        If not all futures are watched.
    """
    if cell.cell.settings.engine.watched < cell.replicates:
        raise ConfigError("a study of futures that fit the record needs engine.watched=replicates")
    runs, rounds = cell.runs, cell.rounds
    off = rounds[(rounds["outcome"] == "broken_off") & (rounds["day"] <= given["breakdown"])]
    fits = runs["replicate"].isin(off["replicate"]) & (runs["collapse_day"] > given["in_force"])
    fits &= ~(runs["deal_day"].fillna(np.inf) <= given["in_force"])
    return fits.to_numpy()


def _over_choices(
    kind: str, table: pd.DataFrame, about: Sequence[str], outcome: str, title: str = "",
    axis: str = "", what: str = "value", **columns: Any,
) -> Drawing:  # fmt: skip
    """Draw an outcome, or its ``change``, over the choices of a study, ``ranked`` if asked for."""
    shown = table[table["outcome"] == outcome]
    shown = shown.dropna(
        subset=[columns[of] for of in ("rows", "colours", "panels") if of in columns]
    )
    title = title or OUTCOMES[outcome].title + ("" if what == "value" else ": change")
    if kind == "heatmap":
        wide = shown.rename(columns={"value": outcome, "se": f"{outcome}_se"}).dropna(
            subset=[outcome]
        )
        return heatmap(wide, columns["x"], columns["y"], outcome, about, se=f"{outcome}_se",
                       title=title)  # fmt: skip
    if kind != "dots":
        raise ConfigError(f"a figure's kind is {kind!r}; allowed are dots, heatmap, forks")
    if columns.pop("ranked", False):
        shown = shown.sort_values(what, ascending=False)
    value, error = shown[what], shown["se" if what == "value" else "change_se"]
    shown = shown.assign(value=value, lower=value - Z * error, upper=value + Z * error)
    from_reference = "" if what == "value" else ": change from the reference"
    axis = axis or OUTCOMES[outcome].title + from_reference
    return dots(shown, about=[*about, INTERVAL], title=title, axis=axis, **columns)
