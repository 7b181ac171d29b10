"""What is kept of a run: a row per future, quantiles per day, rounds and incidents of the watched.

Reads records of futures and writes plain columns; it knows no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.config import ENDS, PARTIES, Scenario
from sim.negotiation.agenda import Packages, packages
from sim.notes import FIELDS, KINDS, OUTCOMES
from sim.parameters import CONTESTED, NONE
from sim.rules.run import BINS
from sim.state import COLLAPSE, OPEN_HOSTILITIES, REPUDIATION, RUNGS

ACCOUNTS = ("islamabad", "kabul", "undisputed")  # by number in a record
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SPEAKERS = (*PARTIES, "mediators")
BY = (*PARTIES, "both")  # by whom an end came
MODES = ("open_hostilities", "repudiation", "outside_hazard")  # by what a collapse came

Columns = dict[str, Any]
Row = dict[str, Any]


def ends(ceasefires: Any, last_day: Any) -> Columns:
    """Day, whether ended, cause and by whom under every definition, and how it ended.

    ``ceasefires`` (R,) hold day, cause and by of every definition; what was not met has the day
    ``last_day``, one or (R,).
    """
    days, ended = ceasefires["day"], ceasefires["day"] > 0
    day = np.where(ended, days, np.reshape(last_day, (-1, 1)))
    out: Columns = {}
    for k, end in enumerate(ENDS):
        out[f"{end}_day"], out[f"{end}_ended"] = day[:, k], ended[:, k]
        out[f"{end}_cause"], out[f"{end}_by"] = ceasefires["cause"][:, k], ceasefires["by"][:, k]
    met = ended[:, [OPEN_HOSTILITIES, REPUDIATION]]
    mode = np.where(met.any(axis=1), met.argmax(axis=1), MODES.index("outside_hazard"))
    out["collapse_mode"] = np.where(ended[:, COLLAPSE], mode, NONE)
    first = np.where(ended, days, np.iinfo(np.int64).max).argmin(axis=1)  # of equals the first
    out["first_end"] = np.where(ended.any(axis=1), first, NONE)
    return out


def outcomes(finals: Any, scenario: Scenario, horizon: int) -> Columns:
    """Outcomes of futures (R,) as they ended, column name -> (R,) array; see docs/outputs.md.

    A definition that was not met has the day ``horizon``, also where a collapse came first.
    """
    tally, talks = finals["tally"], finals["talks"]
    out: Columns = {"replicate": finals["replicate"].astype(np.int64)}
    out["account"] = finals["account"]
    out |= ends(finals["ceasefire"], horizon)
    out["rounds_held"], out["rounds_failed"] = talks["held"], talks["broken"]
    out["rounds_partial"], out["rounds_adjourned"] = talks["partial"], talks["adjourned"]
    out["rounds_resumed"] = talks["resumed"]
    out["partial"], out["partial_day"] = tally["partial_day"] > 0, tally["partial_day"]
    out["deal"] = tally["deal_day"] > 0
    for name in ("day", "lapsed_day", "package", "pressure", "time", "distance", "nash_share"):
        out[f"deal_{name}"] = tally[f"deal_{name}"]
    for side, name in enumerate(PARTIES):
        out[f"deal_utility_{name}"] = tally["deal_utility"][:, side]
        out[f"deal_gain_{name}"] = tally["deal_gain"][:, side]
        out[f"{name}_weight_error"] = tally["weight_error"][:, side]
        out[f"{name}_reservation_error"] = tally["reservation_error"][:, side]
    for k, name in enumerate(scenario.militants):
        out[f"attacks_{name}"] = finals["groups"]["attacks"][:, k]
        out[f"deaths_{name}"] = finals["groups"]["deaths"][:, k]
    for name in ("attributed", "misattributed", "disputed", "clashes", "contained", "violations",
                 "breaches", "false_alarms", "cleared", "remedied", "renegotiated",
                 "taken_back"):  # fmt: skip
        out[name] = tally[name]
    for side, name in enumerate(PARTIES):
        party = finals["sides"][:, side]
        for rung in range(1, RUNGS):
            out[f"{name}_rung{rung}_days"] = party["acts"][:, rung]
        out[f"{name}_trust"] = 1.0 / (np.exp(-party["believed"]) + 1.0)
        out[f"{name}_mandate"] = party["mandate"]
        out[f"{name}_belief_right"] = tally["right_days"][:, side] / finals["day"]
        out[f"{name}_willing"] = party["willing"]
        out[f"{name}_capacity"] = party["capacity"]
    out["tension"] = finals["tension"]
    out["closed_days"] = tally["closed_days"]
    return {name: np.ascontiguousarray(values) for name, values in out.items()}


def spells(rows: Any) -> Columns:
    """One row per spell of renewable ceasefires, by replicate and number."""
    rows = rows[np.lexsort((rows["spell"], rows["replicate"]))]
    known: Columns = {
        "replicate": rows["replicate"].astype(np.int64), "spell": rows["spell"],
        "start_day": rows["began"],
    }  # fmt: skip
    return known | ends(rows, rows["last_day"])


# --- days -----------------------------------------------------------------------------------------


class Scale(NamedTuple):
    """A variable recorded daily and the range its histogram covers (values beyond are clipped)."""

    name: str
    low: float
    high: float
    counts: bool = False  # whole numbers: a bin stands for the one that lies in it


DAILY = (  # in the order of ``rules.run.record_day``
    Scale("pakistan_trust", 0.0, 1.0),
    Scale("afghan_taliban_trust", 0.0, 1.0),
    Scale("tension", 0.0, 25.6),
    Scale("closure", 0.0, 1.0),
    Scale("pakistan_disagreement", 0.0, 1.0),
    Scale("afghan_taliban_disagreement", 0.0, 1.0),
    Scale("attacks", 0.0, 25.6, counts=True),
    Scale("pakistan_offer", 0.0, 1.0),
    Scale("afghan_taliban_offer", 0.0, 1.0),
)


class Daily(NamedTuple):
    """Histograms per day over the futures still in force; they add up over blocks.

    ``counts`` (days, variables, BINS), ``in_force``, ``deals``, ``in_session`` (days,) numbers of
    futures; ``low`` and ``per_unit`` (variables,) place a value in its bin.
    """

    counts: Any
    in_force: IntArray
    deals: IntArray
    in_session: IntArray
    low: FloatArray
    per_unit: FloatArray

    @classmethod
    def to(cls, horizon: int | None) -> Daily:
        """Empty histograms of days 0 to the horizon, or of no day."""
        days = 0 if horizon is None else horizon + 1
        in_force, deals, in_session = (np.zeros(days, dtype=np.int64) for _ in range(3))
        low = np.array([scale.low for scale in DAILY])
        per_unit = np.array([BINS / (scale.high - scale.low) for scale in DAILY])
        counts = np.zeros((days, len(DAILY), BINS), dtype=np.int32)
        return cls(counts, in_force, deals, in_session, low, per_unit)

    def add(self, other: Daily) -> None:
        """Add the counts of other futures."""
        for name in ("counts", "in_force", "deals", "in_session"):
            getattr(self, name)[:] += getattr(other, name)

    def table(self) -> Columns:
        """Tidy columns: day, in_force, deals, in_session and the quantiles of each variable."""
        out: Columns = {
            "day": np.arange(len(self.in_force)),
            "in_force": self.in_force,
            "deals": self.deals,
            "in_session": self.in_session,
        }
        cumulative = self.counts.cumsum(axis=2)
        for k, scale in enumerate(DAILY):
            width = (scale.high - scale.low) / BINS
            total = cumulative[:, k, -1]
            known = total > 0
            for q in QUANTILES:
                reached = cumulative[:, k] >= np.ceil(q * total)[:, None]
                middle = scale.low + (reached.argmax(axis=1) + 0.5) * width
                if scale.counts:
                    middle = np.floor(middle)
                out[f"{scale.name}_q{round(100 * q):02d}"] = np.where(known, middle, np.nan)
        return out


# --- what was noted -------------------------------------------------------------------------------


@dataclass
class Log:
    """Rounds, incidents and what was said in the watched futures, as lists of plain rows."""

    rounds: list[Row] = field(default_factory=list)
    incidents: list[Row] = field(default_factory=list)
    said: list[Row] = field(default_factory=list)


INCIDENTS = (
    "attack", "border_clash", "allegation", "ruling", "renegotiation_asked", "deal_lapses",
    "ceasefire_renewed", "round_not_held",
)  # fmt: skip
TRUTHS = {
    "attributed", "denied", "from_afghan_soil", "resumed", "says_good_faith", "accepted",
    "communique", "breached", "cleared", "remedied",
}  # fmt: skip


class Reader:
    """Reads notes of a scenario's futures as rows with names."""

    def __init__(self, scenario: Scenario) -> None:
        self.packages: Packages = packages(scenario.agenda)
        self.contested = sum(issue.contested for issue in scenario.agenda.issues.values())
        self.callers = [
            name for name, mediator in scenario.mediators.items()
            if any(function.value == "call_back" for function in mediator.functions)
        ]  # fmt: skip
        names: dict[str, tuple[Any, ...]] = dict.fromkeys(TRUTHS, (False, True))
        names |= dict.fromkeys(("party", "speaker", "hearer", "initiator"), SPEAKERS)
        names["group"], names["issue"] = tuple(scenario.militants), self.packages.issues
        names["outcome"] = OUTCOMES
        informing = names | {"speaker": tuple(scenario.mediators)}
        self._names = [
            [(name, (informing if kind == "information" else names).get(name))
             for name in FIELDS[kind].whole]
            for kind in KINDS
        ]  # fmt: skip

    def read(self, notes: Any, log: Log) -> None:
        """Add rows of notes (n,) to a log."""
        fields = (notes[name].tolist() for name in ("kind", "replicate", "day", "whole", "real"))
        for row in map(self._row, *fields):
            if row["kind"] == "round":
                del row["kind"]
                log.rounds.append(row)
            elif row["kind"] in INCIDENTS:
                log.incidents.append(row)
            else:
                log.said.append(row)

    def _row(self, code: int, replicate: int, day: int, whole: list[int], real: list[float]) -> Row:
        """One note as a row: replicate, day, kind and what belongs to that kind."""
        kind = KINDS[code]
        row: Row = {"replicate": replicate, "day": day, "kind": kind}
        for (name, known), number in zip(self._names[code], whole, strict=False):
            row[name] = number if known is None else known[number]
        if kind == "move":
            row["utilities"] = dict(zip(PARTIES, real[:2], strict=True))
            row["aspirations"] = dict(zip(PARTIES, real[2:4], strict=True))
        elif kind == "session":
            row |= {"verifiers": real[0], "trust": real[1:3], "reservation": real[3:5]}
            for side, name in enumerate(PARTIES):
                first = 5 + side * CONTESTED
                row[f"{name}_lock_in"] = real[first : first + self.contested]
        elif kind == "initialled":
            row["granted"] = self.packages.granted(row["package"])
        elif kind == "round":
            if row["package"] != NONE:
                row |= {f"{n}_utility": x for n, x in zip(PARTIES, real, strict=False)}
        else:
            row |= dict(zip(FIELDS[kind].real, real, strict=False))
        if kind == "round_opens":
            row["called_back_by"] = self.callers
        return row
