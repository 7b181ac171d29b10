"""A report of finished cells as one HTML file that needs nothing but itself.

It reads as a simulation study is reported (aims, data-generating mechanism, estimands, methods and
performance: Morris, White & Crowther 2019, Statistics in Medicine 38). Puts results into words,
tables and figures; estimates nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.analysis.compare import compare
from sim.analysis.comparison import Comparison
from sim.analysis.limits import PointEstimate, as_text, interval
from sim.analysis.mechanisms import Mechanisms, mechanisms
from sim.plots.words import accounts_of, definition, lasting, mode_in_words, readable
from sim.report import states
from sim.report.background import caveats, parameters, provenance, reproduce, scenarios
from sim.report.cells import CellSet
from sim.report.explained import explained
from sim.report.interactive import digests, embedded, scripts, specification
from sim.report.markup import (
    Section,
    definitions,
    folded,
    joined,
    listing,
    page,
    paragraphs,
    question,
    table,
)  # fmt: skip
from sim.report.pictures import Picture, pictures
from sim.report.planned import estimands, methods, performance

WHAT_IF = (
    "These are what-if simulations of a model, not a forecast. They say what follows from the "
    "assumptions listed in the appendix, not what will happen."
)


@dataclass(frozen=True)
class Report:
    """A set of cells with its question, and the statistics that several sections share."""

    found: CellSet
    question: str = ""
    title: str = ""

    @property
    def several(self) -> bool:
        """Whether there is anything to compare."""
        return len(self.found.cells) > 1

    @cached_property
    def compared(self) -> Comparison | None:
        """Differences from the reference, if there are several cells."""
        if not self.several:
            return None
        return compare(self.found.cells, self.found.reference, end=self.found.end)

    @cached_property
    def attributed(self) -> Mechanisms | None:
        """What the differences run through, if there are several cells."""
        if not self.several:
            return None
        return mechanisms(self.found.cells, self.found.reference, end=self.found.end)

    def html(self) -> str:
        """Return the whole document."""
        title = self.title or _title(self.found)
        drawn = pictures(self.found, self.compared, self.attributed)
        running = scripts()
        sections = list(_sections(self, drawn))
        return page(title, _lead(self), sections, running, digests(running))


def _title(found: CellSet) -> str:
    """Name what is reported."""
    others = [readable(x) for x in found.cells if x != found.reference]
    if not others:
        return f"Ceasefire simulation: {readable(found.reference)}"
    what = others[0] if len(others) == 1 else f"{len(others)} scenarios"
    return f"Ceasefire simulations: {what} compared with {readable(found.reference)}"


def _question(report: Report) -> str:
    """The question the cells answer, as given or as their comparison implies."""
    if report.question:
        return report.question
    found = report.found
    if not report.several:
        name = readable(found.reference)
        return f"How long would the ceasefire hold under {name}, and what ends it?"
    return (
        "How much longer or shorter would the ceasefire hold under each scenario than under "
        f"{readable(found.reference)}, and through which causes?"
    )


def _lead(report: Report) -> Markup:
    """The question and the terms on which it is answered."""
    found = report.found
    scenario = found.cells[found.reference].scenario
    accounts = dict.fromkeys(accounts_of(x.scenario) for x in found.cells.values())
    ends = dict.fromkeys(definition(found.end, x.scenario) for x in found.cells.values())
    runs = sorted({x.replicates for x in found.cells.values()})
    terms = {
        "Event definition": f"{readable(found.end)}: {'; or '.join(ends)}.",
        "Accounts option": f"{'; or '.join(accounts)}. On contested positions of the talks the two "
        "sides' accounts contradict each other; the option says whose is used.",
        "Futures": f"{' or '.join(f'{x:,}' for x in runs)} for each scenario, followed for "
        f"{found.horizon} days from {scenario.start:%d %B %Y}.",
    }
    return question(_question(report)) + paragraphs(WHAT_IF) + definitions(terms)


def _sections(report: Report, drawn: dict[str, list[Picture]]) -> Iterator[Section]:
    """All parts of the report in order."""
    found, several = report.found, report.several
    label = "Survival by scenario: choose what is shown, point at a curve or set the milestone"
    chart = embedded("survival", specification(found.ordered, found.reference, found.end), label)
    answer = _answer(report) + chart + _show(drawn["lasting"])
    yield Section("answer", "Aims, and the answer", answer)
    yield Section("scenarios", "Data-generating mechanism", scenarios(found))
    yield Section("estimands", "Estimands", estimands(found, several))
    yield Section("methods", "Methods", methods(found, report.compared))
    if report.compared is not None:
        effects = _effects(report.compared) + _show(drawn["effects"])
        yield Section("effects", "Results: differences from the reference", effects)
    levels = _levels(found) + _talks(found) + _show(drawn["age"])
    yield Section("levels", "Results: how long the ceasefire holds", levels)
    ended = _ended(found) + _ended(found, in_modes=True) + _show(drawn["causes"])
    yield Section("causes", "Results: what ends it", ended)
    if report.attributed is not None:
        body = explained(report.attributed)
        yield Section("mechanisms", "Results: what the differences run through", body)
    yield Section("performance", "Performance", performance(found, report.compared))
    yield Section("caveats", "Caveats", listing(caveats(found, report.compared)))
    yield Section("reproduce", "How to reproduce this", reproduce(found, several))
    yield Section("provenance", "Provenance", provenance(found))
    fields = folded("All parameters", parameters(found))
    yield Section("parameters", "Appendix: parameters", fields, new_page=True)


def _talks(found: CellSet) -> Markup:
    """Talks to collapse as a chart that moves, of the scenarios whose talks are known."""
    followed = {name: x for name, x in found.ordered.items() if states.known(x)}
    if not followed:
        return Markup("")
    label = "States of talks: point at a state, or choose a day, to read what came in and went out"
    return embedded("talks", states.specification(followed, found.end), label)


def _show(drawn: list[Picture]) -> Markup:
    return joined(picture.html() for picture in drawn)


def _answer(report: Report) -> Markup:
    """The main result in a few sentences."""
    found, compared = report.found, report.compared
    horizon, ensemble = found.horizon, found.cells[found.reference]
    base, spread = ensemble.survival(found.end), ensemble.parameter_spread(found.end)
    first, last = str(base.rmst(horizon)), str(base.at(horizon))
    if spread is not None:
        first += _beyond(spread.rmst(horizon), "days")
        last += _beyond(spread.at(horizon), "share")
    said = [
        f"Under {readable(found.reference)} the ceasefire is {lasting(found.end, 'in force')} for "
        f"{first} of {horizon} days on average, and in a share of {last} of futures it is "
        f"{lasting(found.end)} on day {horizon}."
    ]
    if compared is not None:
        said += _compared(compared)
    note = "In brackets: 95% intervals of the simulation's own chance"
    if spread is not None:
        note += "; after a semicolon, limits for one more set of the parameters that are not known"
    return paragraphs(*said, f"{note}.")


def _compared(compared: Comparison) -> list[str]:
    """Which scenarios last longer or less long than the reference, and for which that is open."""
    rows = compared.table[compared.table["kind"] == "rmst"]
    rows = rows.sort_values("difference", ascending=False, kind="stable")
    longer = [_told(row) for row in rows.to_dict("records") if row["lower"] > 0]
    shorter = [_told(row) for row in rows.to_dict("records")[::-1] if row["upper"] < 0]
    unclear = rows[(rows["lower"] <= 0) & (rows["upper"] >= 0)]["scenario"]
    said = []
    if longer:
        said.append(f"It holds longer under {'; under '.join(longer)}.")
    if shorter:
        said.append(f"It holds for less time under {'; under '.join(shorter)}.")
    if len(unclear):
        names = ", ".join(readable(x) for x in unclear)
        said.append(f"No difference is resolved with so many futures for {names}.")
    either = (rows["parameters_lower"] < 0) & (rows["parameters_upper"] > 0)
    hinges = rows[either & ~rows["scenario"].isin(unclear)]["scenario"]
    if len(hinges):
        names = ", ".join(readable(str(x)) for x in hinges)
        said.append(f"With other parameters that fit as well the sign may differ for {names}.")
    return said


def _beyond(point: PointEstimate, unit: str) -> str:
    """Limits with the uncertainty of parameters, after those of chance."""
    return f"; [{as_text(point.lower, unit)}, {as_text(point.upper, unit)}]"


def _told(row: Mapping[Any, Any]) -> str:
    """One difference in words."""
    days = interval([float(row[x]) for x in ("difference", "lower", "upper")], "days", sign=True)
    if pd.notna(row["parameters_lower"]):
        limits = (as_text(float(row[f"parameters_{x}"]), "days", True) for x in ("lower", "upper"))
        days += f"; [{', '.join(limits)}]"
    return f"{readable(str(row['scenario']))} ({days} days)"


def _effects(compared: Comparison) -> Markup:
    """The table of differences, and who outlasts whom."""
    wide = compared.lasting
    base = readable(compared.reference)
    out = _wide(f"Differences from {base} with 95% intervals", wide)
    if compared.table["parameters_lower"].notna().any():
        out += _wide("The same with limits for one more parameter set", compared.with_parameters)
    return out


def _wide(caption: str, wide: pd.DataFrame) -> Markup:
    """A table of texts with a row for each scenario."""
    texts = zip(wide.index, wide.to_numpy().tolist(), strict=True)
    rows = [[readable(str(name)), *map(str, row)] for name, row in texts]
    return table(caption, ["Scenario", *wide.columns], rows, range(1, len(wide.columns) + 1))


def _levels(found: CellSet) -> Markup:
    """Survival of every scenario on set days, median and mean."""
    summaries = {name: x.survival(found.end).summary() for name, x in found.ordered.items()}
    head = list(next(iter(summaries.values())))
    rows = [[readable(name), *summary.values()] for name, summary in summaries.items()]
    return table(
        f"Share {lasting(found.end)} on set days, median and restricted mean, with 95% intervals",
        ["Scenario", *head],
        rows,
        numbers=range(1, len(head) + 1),
    )


def _ended(found: CellSet, in_modes: bool = False) -> Markup:
    """Share ended by each cause, of every scenario; or in each mode: what was met, and by whom."""
    scenario = found.cells[found.reference].scenario
    estimates = {
        name: x.modes(found.end) if in_modes else x.incidence(found.end)
        for name, x in found.ordered.items()
    }
    each = next(iter(estimates.values())).causes
    named = [mode_in_words(x, scenario) if in_modes else readable(x) for x in each]
    rows = [
        [readable(name), *(str(x.of(one, found.horizon)) for one in each)]
        for name, x in estimates.items()
    ]
    how = "in each mode" if in_modes else "by each cause"
    return table(
        f"Share of futures ended {how} to day {found.horizon}, with 95% intervals",
        ["Scenario", *named],
        rows,
        numbers=range(1, len(each) + 1),
    )
