"""What is kept of a run: a row per replicate, quantiles per day, sampled rounds and incidents.

Knows the model's state and writes plain arrays; it knows no file. A replicate's row is written on
the day its ceasefire collapses, or at the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compiled import kernels
from sim.config import ENDS, PARTIES
from sim.conflict.implementation import NO_DEAL
from sim.negotiation.protocols import Move
from sim.negotiation.utility import contested
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate

if TYPE_CHECKING:
    from sim.agents.party import Party
    from sim.model import CeasefireModel

BINS = 256  # resolution of the daily quantiles: 1/256 of a variable's range
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Tally(PerReplicate):
    """Running counts per future that no agent needs for its decisions, each of shape (R,)."""

    def __init__(self, size: int) -> None:
        def count() -> IntArray:
            return np.zeros(size, dtype=np.int64)

        self.attributed, self.misattributed = count(), count()
        self.clashes, self.contained, self.disputed = count(), count(), count()
        self.violations, self.renegotiated = count(), count()
        self.right_days = np.zeros((size, 2), dtype=np.int64, order="F")
        self.deal_day, self.deal_lapsed_day = count(), count()
        self.deal_package = np.full(size, NO_DEAL, dtype=np.int64)
        self.deal_utility = np.full((size, 2), np.nan)
        self.deal_pressure = np.full(size, np.nan)
        self.deal_time = np.full(size, np.nan)
        self.deal_gain = np.full((size, 2), np.nan)
        self.deal_distance = np.full(size, np.nan)
        self.deal_nash_share = np.full(size, np.nan)
        self.weight_error = np.full((size, 2), np.nan)
        self.reservation_error = np.full((size, 2), np.nan)
        self.closed_days = np.zeros(size)


def ends(model: CeasefireModel, rows: IntArray) -> dict[str, Any]:
    """Day, whether ended and cause under every definition, column name -> (len(rows),) array."""
    day, cause = model.ceasefire.day[rows], model.ceasefire.cause[rows]
    ended = day > 0
    day[~ended] = model.day
    out: dict[str, Any] = {}
    for k, end in enumerate(ENDS):
        out[f"{end}_day"], out[f"{end}_ended"] = day[:, k], ended[:, k]
        out[f"{end}_cause"] = cause[:, k]
    return out


def columns(model: CeasefireModel, rows: IntArray) -> dict[str, Any]:
    """Outcomes of these rows, column name -> (len(rows),) array; documented in docs/outputs.md."""
    ceasefire, talks, tally = model.ceasefire, model.talks, model.tally
    out: dict[str, Any] = {"replicate": model.streams.replicates[rows]}
    out["account"] = model.account_codes[model.account[rows]]
    out |= ends(model, rows)
    out["rounds_held"], out["rounds_failed"] = talks.held[rows], talks.broken[rows]
    out["rounds_resumed"] = talks.resumed[rows]
    out["deal"] = tally.deal_day[rows] > 0
    of_deals = ("day", "lapsed_day", "package", "pressure", "time", "distance", "nash_share")
    for name in of_deals:
        out[f"deal_{name}"] = getattr(tally, f"deal_{name}")[rows]
    utility, gain = tally.deal_utility[rows], tally.deal_gain[rows]
    weights, reservation = tally.weight_error[rows], tally.reservation_error[rows]
    for side, name in enumerate(PARTIES):
        out[f"deal_utility_{name}"], out[f"deal_gain_{name}"] = utility[:, side], gain[:, side]
        out[f"{name}_weight_error"] = weights[:, side]
        out[f"{name}_reservation_error"] = reservation[:, side]
    for group in model.militants:
        out[f"attacks_{group.name}"] = group.attacks[rows]
        out[f"deaths_{group.name}"] = group.deaths[rows]
    counts = (
        "attributed", "misattributed", "disputed", "clashes", "contained", "violations",
        "renegotiated",
    )  # fmt: skip
    for name in counts:
        out[name] = getattr(tally, name)[rows]
    for party in model.parties:
        acts = party.acts[rows]
        for rung in range(1, 5):
            out[f"{party.name}_rung{rung}_days"] = acts[:, rung]
        out[f"{party.name}_trust"] = party.trust[rows]
        out[f"{party.name}_belief_right"] = tally.right_days[rows, party.side] / model.day
        out[f"{party.name}_willing"] = party.willing[rows]
        out[f"{party.name}_capacity"] = party.capacity[rows]
    out["tension"] = ceasefire.tension[rows]
    out["closed_days"] = tally.closed_days[rows]
    return out


class Outcomes:
    """One row per replicate of a block, filled in as ceasefires collapse or the horizon comes.

    ``replicates`` (R,) are their numbers, ascending.
    """

    def __init__(self, replicates: IntArray) -> None:
        self.replicates = replicates
        self._parts: list[dict[str, Any]] = []

    def write(self, model: CeasefireModel, rows: IntArray) -> None:
        """Write the rows of these futures."""
        if len(rows):
            self._parts.append(columns(model, rows))

    @property
    def columns(self) -> dict[str, Any]:
        """Column name -> (R,) array; 0 in the rows of futures that are not written yet."""
        if not self._parts:
            return {}
        written = {name: np.concatenate([x[name] for x in self._parts]) for name in self._parts[0]}
        at = np.searchsorted(self.replicates, written["replicate"])
        out = {
            name: np.zeros(len(self.replicates), values.dtype) for name, values in written.items()
        }
        for name, values in written.items():
            out[name][at] = values
        return out


class Spells:
    """Every spell of renewable ceasefires, in the order in which they ended."""

    def __init__(self) -> None:
        self._parts: list[dict[str, Any]] = []

    def write(self, model: CeasefireModel, rows: IntArray) -> None:
        """Write the spells of these rows, which have collapsed today or reached the horizon."""
        state = model.ceasefire
        known = {
            "replicate": model.streams.replicates[rows],
            "spell": state.spell[rows],
            "start_day": state.began[rows],
        }
        self._parts.append(known | ends(model, rows))

    def add(self, other: Spells) -> None:
        """Take in the spells of other futures."""
        self._parts += other._parts

    def columns(self) -> dict[str, Any]:
        """One row per spell, by replicate and number; no columns where nothing was written."""
        if not self._parts:
            return {}
        out = {name: np.concatenate([x[name] for x in self._parts]) for name in self._parts[0]}
        order = np.lexsort((out["spell"], out["replicate"]))
        return {name: values[order] for name, values in out.items()}


@dataclass
class Scale:
    """A variable recorded daily and the range its histogram covers (values beyond are clipped)."""

    name: str
    low: float
    high: float


DAILY = (
    Scale("pakistan_trust", 0.0, 1.0),
    Scale("afghan_taliban_trust", 0.0, 1.0),
    Scale("tension", 0.0, 25.6),
    Scale("closure", 0.0, 1.0),
    Scale("pakistan_disagreement", 0.0, 1.0),
    Scale("afghan_taliban_disagreement", 0.0, 1.0),
    Scale("attacks", 0.0, 25.6),
    Scale("pakistan_offer", 0.0, 1.0),
    Scale("afghan_taliban_offer", 0.0, 1.0),
)


class Daily:
    """Histograms per day over the futures still in force; they add up over blocks.

    ``counts`` (horizon + 1, variables, BINS), ``in_force``, ``deals``, ``in_session``
    (horizon + 1,) numbers of futures.
    """

    def __init__(self, horizon: int) -> None:
        self.counts = np.zeros((horizon + 1, len(DAILY), BINS), dtype=np.int32)
        self.in_force = np.zeros(horizon + 1, dtype=np.int64)
        self.deals = np.zeros(horizon + 1, dtype=np.int64)
        self.in_session = np.zeros(horizon + 1, dtype=np.int64)

    def write(self, model: CeasefireModel) -> None:
        """Add one day of the futures in force at its end."""
        alive, day = model.ceasefire.in_force, model.day
        self.in_force[day] += np.count_nonzero(alive)
        self.deals[day] += np.count_nonzero(model.deal.in_force & alive)
        self.in_session[day] += np.count_nonzero(model.talks.in_session & alive)
        self.counts[day] += histograms(_daily_values(model), alive)

    def add(self, other: Daily) -> None:
        """Add the counts of another block."""
        for name, value in vars(other).items():
            getattr(self, name)[:] += value

    def table(self) -> dict[str, Any]:
        """Tidy columns: day, in_force, deals, in_session and the quantiles of each variable."""
        days = len(self.in_force)
        out: dict[str, Any] = {
            "day": np.arange(days),
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
                out[f"{scale.name}_q{round(100 * q):02d}"] = np.where(known, middle, np.nan)
        return out


def histograms(values: FloatArray, counted: BoolArray) -> IntArray:
    """Counts by bin of each of the ``DAILY`` variables, shape (variables, BINS).

    ``values`` (variables, R) are overwritten. NaN, and rows not ``counted`` (R,), are left out.
    """
    if (compiled := kernels()) is not None:
        result: IntArray = compiled.histograms(values, counted, _LOW, _BINS_PER_UNIT, BINS)
        return result
    values -= _LOW
    values *= _BINS_PER_UNIT
    np.minimum(values, BINS - 1, out=values)
    np.maximum(values, 0.0, out=values)
    values[:, ~counted] = np.nan
    np.fmax(values, -1.0, out=values)  # NaN goes to a bin of its own, the first
    bins = values.astype(np.int64)
    bins += _FIRST_BIN
    counts = np.bincount(bins.ravel(), minlength=len(DAILY) * (BINS + 1))
    return counts.reshape(len(DAILY), BINS + 1)[:, 1:]


_LOW = np.array([[scale.low] for scale in DAILY])
_BINS_PER_UNIT = np.array([[BINS / (scale.high - scale.low)] for scale in DAILY])
_FIRST_BIN = np.array([[k * (BINS + 1) + 1] for k in range(len(DAILY))])


def _daily_values(model: CeasefireModel) -> FloatArray:
    """Today's values in the order of ``DAILY``, shape (variables, R); NaN where nothing is known.

    What the sides' latest offers are worth is not known before anything has been offered.
    """
    values = np.empty((len(DAILY), model.size))
    for party in model.parties:
        values[party.side] = party.trust
        values[4 + party.side] = party.disagreement()
        values[7 + party.side] = model.talks.latest[:, party.side]
    values[2], values[3] = model.ceasefire.tension, model.crossings.closure
    values[6] = 0.0
    for group in model.militants:
        values[6] += group.count
    return values


@dataclass
class Log:
    """Rounds and incidents of the first ``watched`` replicates, as lists of plain rows."""

    watched: int
    transcript: bool = False
    said: list[dict[str, Any]] = field(default_factory=list)
    rounds: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)

    def among(self, model: CeasefireModel, rows: IntArray) -> int:
        """How many of these rows, the first of them, are watched."""
        if not self.watched:
            return 0
        first = model.streams.replicates[rows[: self.watched]]
        return int(np.searchsorted(first, self.watched))

    def incident(self, model: CeasefireModel, rows: IntArray, kind: str, **facts: Any) -> None:
        """Note an incident in these rows; ``facts`` are (len(rows),) arrays or plain values."""
        for k in range(self.among(model, rows)):
            if not model.ceasefire.in_force[rows[k]]:
                continue
            replicate = int(model.streams.replicates[rows[k]])
            entry: dict[str, Any] = {"replicate": replicate, "day": model.day, "kind": kind}
            for name, value in facts.items():
                entry[name] = value[k].item() if isinstance(value, np.ndarray) else value
            self.incidents.append(entry)

    def moves(self, model: CeasefireModel, rows: IntArray, moves: list[Move]) -> None:
        """Note what was said at the table today in the watched futures."""
        for move in moves:
            row = rows[move.row]
            self.said.append(
                {
                    "replicate": int(model.streams.replicates[row]),
                    "day": model.day,
                    "kind": "move",
                    "round": int(model.talks.held[row]),
                    "exchange": move.exchange,
                    "of": int(model.talks.limit[row]),
                    "speaker": (*PARTIES, "mediators")[move.speaker],
                    "package": move.package,
                    "utilities": dict(zip(PARTIES, move.utilities, strict=True)),
                    "aspirations": dict(zip(PARTIES, move.aspirations, strict=True)),
                    "accepted": move.accepted,
                }
            )

    def say(self, model: CeasefireModel, rows: IntArray, kind: str, **facts: Any) -> None:
        """Note something else about the talks in these rows, if a transcript is kept."""
        if not self.transcript:
            return
        for k in range(self.among(model, rows)):
            entry = {"replicate": int(model.streams.replicates[rows[k]]), "day": model.day}
            told = {n: v[k].tolist() if isinstance(v, np.ndarray) else v for n, v in facts.items()}
            self.said.append({**entry, "kind": kind, **told})

    def account(
        self, model: CeasefireModel, rows: IntArray, spun: BoolArray, party: Party, k: int
    ) -> None:
        """Note a contradictory account of the k-th contested issue."""
        issue = model.book.packages.issues[contested(model.scenario.agenda)[k]]
        self.say(model, rows[spun], "contradiction", speaker=party.name, issue=issue)
