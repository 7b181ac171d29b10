"""What figures say: event definitions, causes and the facts of a footer; draws nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sim.analysis.ensemble import Ensemble
from sim.config import ENDS, PARTIES, AccountName, ConfigError, Scenario

BAND = (
    "Band: pointwise 95% Monte Carlo uncertainty of the simulation only, "
    "not of the model or its parameters."
)
BANDS = (
    "Innermost band: pointwise 95% Monte Carlo uncertainty of the simulation. Around it, and in "
    "brackets after a semicolon: the survival under one more set of {names}, of which every future "
    "draws one. None is that of the model."
)
INTERVAL = (
    "Intervals: 95% Monte Carlo uncertainty of the simulation only, "
    "not of the model or its parameters."
)
WHAT_IF = "What-if simulation, not a forecast."
UNCERTAIN = "Bands and intervals: 95% Monte Carlo."
MOST_KEYS = 24
"""Cells whose keys are written out in a footer; all are in the table."""
CAUSES = {
    "attack": "attack",
    "border_clash": "border clash",
    "violation": "violation",
    "talks_breakdown": "talks breakdown",
    "shock": "shock",
}
MET = {
    "exchange_of_fire": "an exchange of fire",
    "strike": "a strike",
    "repudiation": "a repudiation",
    "open_hostilities": "open hostilities",
}


def readable(name: str) -> str:
    """Write a scenario's name with spaces."""
    return name.replace("_", " ")


def distinct(names: Sequence[str]) -> tuple[dict[str, str], str]:
    """Return labels without the words that all names share, and a note with those words.

    Nothing is left out if a name would have no words left.
    """
    words = {name: readable(name).split() for name in names}
    shared = [x for x in words[names[0]] if all(x in others for others in words.values())]
    short = {name: " ".join(x for x in found if x not in shared) for name, found in words.items()}
    if len(names) < 2 or not shared or not all(short.values()):
        return {name: readable(name) for name in names}, ""
    return short, f"All scenarios: {' '.join(shared)}."


def signed(value: float, digits: int = 0) -> str:
    """Write a tick of a difference with its sign, or 0."""
    text = f"{value:+.{digits}f}".replace("-", "−")
    return "0" if float(text[1:]) == 0 else text


def end_of(ensemble: Ensemble, end: str | None) -> str:
    """Return the end definition asked for, or the scenario's own.

    Raises
    ------
    ConfigError
        If there is no such definition.
    """
    chosen = ensemble.scenario.ceasefire.end.value if end is None else str(end)
    if chosen not in ENDS:
        raise ConfigError(f"end is {chosen!r}; allowed are {', '.join(ENDS)}")
    return chosen


def lasting(end: str, in_force: str = "still in force") -> str:
    """Say what those have in common who have not ended: not all are in force but for collapse."""
    return in_force if end == "collapse" else f"without {MET[end]}"


def definition(end: str, scenario: Scenario) -> str:
    """Say in words what counts as the ceasefire's end."""
    days = scenario.ceasefire.consecutive_days
    hostilities = f"open hostilities, or strikes on {days} days in a row"
    words = {
        "exchange_of_fire": "both sides use border fire or more on one day",
        "strike": "either side strikes across the border",
        "repudiation": "a side declares the ceasefire over",
        "open_hostilities": hostilities,
        "collapse": f"{hostilities}, or a side declares it over, whichever comes first",
    }
    otherwise = "" if end == "collapse" else " (a collapse that comes otherwise is no such end)"
    return f"{words[end]}{otherwise}"


def mode_in_words(mode: str, scenario: Scenario) -> str:
    """Say in which mode it ended: what was met, and by whom."""
    met, _, who = mode.partition("_by_")
    labels = {name: party.label for name, party in zip(PARTIES, scenario.parties, strict=True)}
    return readable(met) + (f" by {labels.get(who, 'both sides')}" if who else "")


def accounts_of(scenario: Scenario) -> str:
    """Say whose account of the contested positions is used."""
    name = scenario.accounts.name
    if name is AccountName.mixed:
        first = scenario.pakistan.label
        return f"mixed ({first}'s in {scenario.accounts.probability_islamabad:.0%} of futures)"
    if name is AccountName.undisputed:
        return "undisputed"
    return f"{name.value.capitalize()}'s"


def date(day: dt.date, year: bool = False) -> str:
    """Write a date as 6 Nov or 6 Nov 2025."""
    return f"{day.day} {day:%b}" + (f" {day.year}" if year else "")


def span(start: dt.date, end: dt.date) -> str:
    """Write a span of dates as shortly as it stays clear."""
    if start == end:
        return date(start)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{date(end)}"
    return f"{date(start)}–{date(end)}"


def facts(
    ensembles: Mapping[str, Ensemble], end: str, notes: Sequence[str], drawn: str = UNCERTAIN
) -> list[str]:
    """Return the caption's paragraphs: a short line, which the figure shows, and the rest.

    The line says what is drawn of how many futures; the rest is definition, settings, what the band
    is, then `notes`. `drawn` says in the line what bands or intervals are.

    Raises
    ------
    ConfigError
        If the horizons differ.
    """
    every = list(ensembles.values())
    horizons = sorted({x.horizon for x in every})
    if len(horizons) > 1:
        listed = ", ".join(str(days) for days in horizons)
        raise ConfigError(f"horizons differ ({listed} days); draw ensembles of one horizon")
    definitions = list(dict.fromkeys(definition(end, x.scenario) for x in every))
    accounts = " or ".join(dict.fromkeys(accounts_of(x.scenario) for x in every))
    sizes = sorted({f"{x.replicates:,}" for x in every}, key=lambda text: (len(text), text))
    replicates, each = " or ".join(sizes), " each" if len(every) > 1 else ""
    futures = "future" if sizes == ["1"] else "futures"
    seeds = " or ".join(str(x) for x in sorted({x.seed for x in every}))
    keys = [x.cell.key[:12] for x in every[:MOST_KEYS]]
    more = f" and {len(every) - MOST_KEYS} more" if len(every) > MOST_KEYS else ""
    cells = f"cell{'s' if len(keys) > 1 else ''} {', '.join(keys)}{more}"
    return [
        f"{WHAT_IF} {replicates} {futures}{each}, end: {readable(end)}. {drawn}".strip(),
        f"End = {readable(end)}: {'; or '.join(definitions)}.",
        f"Horizon {horizons[0]} days · {replicates} replicates{each} · seed {seeds} · "
        f"accounts: {accounts} · {cells}",
        " ".join(note for note in notes if note),
    ]
