"""What each seat may see of a game, built from lists of what is allowed.

A view is plain data and all that a player's page is given, so what is not named here cannot leave
the server. Public are the table, the incidents and the announcements; private are each side's
utilities, trust, type and win-set, and what mediators told it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.agents.party import Party
from sim.config import CAUSES, ENDS, PARTIES, ConfigError
from sim.game.play import Game
from sim.game.questions import Question
from sim.game.seats import MEDIATORS, SEATS
from sim.negotiation.utility import contested
from sim.steps.table import reservation

View = dict[str, Any]

PUBLIC: dict[str, tuple[str, ...]] = {  # kind of entry in the log -> facts everybody sees
    "attack": ("group", "deaths", "attributed", "denied"),
    "border_clash": ("denied",),  # who fired first is told at the debriefing only
    "violation": ("party",),
    "renegotiation_asked": ("party",),
    "ceasefire_renewed": (),
    "deal_lapses": (),
    "round_not_held": (),
    "round_opens": ("round", "resumed", "last_day", "exchanges", "called_back_by"),
    "act": ("party", "rung"),
    "breakdown": ("communique",),
    "contradiction": ("speaker", "issue"),
    "move": ("round", "exchange", "of", "speaker", "package", "accepted"),
    "ratification": ("party", "package"),
}
TOLD: dict[str, tuple[str, ...]] = {  # seen by the seat that is told, and by the mediators
    "information": ("speaker", "hearer", "says_good_faith"),
}
PRIVATE = ("session",)  # both sides' numbers at the table; seen by nobody before the debriefing
MORE: dict[str, tuple[str, ...]] = {  # what a side alone sees of an entry of its own
    "ratification": ("utility", "needed"),
}


def view(game: Game, seat: str) -> View:
    """What a seat may see now.

    ``seat`` is one of ``SEATS``. Keys: ``day``, ``days``, ``date``, ``waits_for`` and ``turn``,
    ``ceasefire`` (per end definition), ``calendar``, ``deal``, ``history`` and ``today`` (entries
    of the log), ``mine`` (the seat's own numbers) and, if it is this seat's turn, ``question``.
    """
    if seat not in SEATS:
        raise ConfigError(f"seat is {str(seat)[:40]!r}; allowed are {', '.join(SEATS)}")
    question = game.question
    asked = question if question is not None and question.seat == seat else None
    return {
        **public(game),
        "seat": seat,
        "history": list(history(game, seat)),
        "today": list(_allowed(game, _heard_by(game, asked), seat)),
        "mine": _mediators(game) if seat == MEDIATORS else _own(game, seat, asked),
        "question": None if asked is None else _asked(game, asked),
    }


def public(game: Game) -> View:
    """What everybody may see."""
    model, question = game.model, game.question
    start = model.scenario.start
    day = model.day if question is None else question.day
    talks = model.talks
    return {
        "day": day,
        "days": game.days,
        "start": start.isoformat(),
        "over": game.over,
        "waits_for": None if question is None else question.seat,
        "turn": len(game.decisions),
        "ceasefire": {end: _ended(game, k) for k, end in enumerate(ENDS)},
        "calendar": {
            "in_session": bool(talks.in_session[0]),
            "next_round": int(talks.next_round[0]),
            "held": int(talks.held[0]),
        },
        "deal": _deal(game),
        "crossings_closed": float(model.crossings.closure[0]),
        "tension": float(model.ceasefire.tension[0]),
    }


def history(game: Game, seat: str) -> Iterator[View]:
    """What a seat may know of the past days, oldest first."""
    yield from _allowed(game, game.entries, seat)


def worth(game: Game, seat: str, package: dict[str, str]) -> float | None:
    """Own utility of a package to a side at the numbers it decides by; None for mediators."""
    if seat not in PARTIES:
        return None
    side = PARTIES.index(seat)
    numbers = _own(game, seat, game.question if _is_asked(game, seat) else None)
    value = game.model.book.tables[side].utility(
        np.array([0]),
        np.array([game.packages.index(package)]),
        game.model.account,
        np.array([numbers["trust"]]),
        np.array([numbers["lock_in"]]).reshape(1, -1),
    )
    return float(value[0])


def _is_asked(game: Game, seat: str) -> bool:
    return game.question is not None and game.question.seat == seat


def _ended(game: Game, end: int) -> View:
    day, cause = int(game.model.ceasefire.day[0, end]), int(game.model.ceasefire.cause[0, end])
    return {"day": day, "cause": CAUSES[cause] if day else None}


def _deal(game: Game) -> View | None:
    deal = game.model.deal
    if not deal.in_force[0]:
        return None
    return {
        "package": game.packages.describe(int(deal.package[0])),
        "age": int(deal.age[0]),
        "violations": int(deal.violations[0]),
    }


def _own(game: Game, seat: str, asked: Question | None) -> View:
    """A side's own numbers: as of the table it sits at, else as of this morning."""
    model = game.model
    party = model.parties[PARTIES.index(seat)]
    facts = {} if asked is None else asked.facts
    opening = int(model.book.tables[party.side].opening[model.account[0]])
    return {
        "trust": facts.get("trust", float(party.trust[0])),
        "reservation": facts.get("reservation", float(reservation(model, party, np.array([0]))[0])),
        "lock_in": facts.get("lock_in", party.lock_in[0].tolist()),
        "contested": [game.packages.issues[k] for k in contested(model.scenario.agenda)],
        "asked_at_home": _asked_at_home(game, party),
        "willing": bool(party.willing[0]),
        "capacity": float(party.able()[0]),
        "pressure_to_end": float(party.pressure_to_end()[0]),
        "worth_of_continuing": float(party.worth_of_continuing()[0]),
        "opening": game.packages.describe(opening),
    }


def _asked_at_home(game: Game, party: Party) -> float:
    rule = game.model.scenario.bargaining
    home = rule.win_set_audience * max(party.config.audience, 0.0)
    return float(party.asked_at_home[0]) + home


def _mediators(game: Game) -> View:
    """What mediators know: their own patience, and what they publicly reckon with."""
    model = game.model
    return {
        "patience": {m.name: float(m.patience[0]) for m in model.mediators},
        "present": [m.name for m in model.mediators if m.present[0]],
        "functions": {m.name: [f.value for f in m.config.functions] for m in model.mediators},
    }


def reckoned(game: Game, package: dict[str, str]) -> dict[str, float]:
    """What a package is publicly reckoned to be worth to each side: what mediators go by."""
    account, number = int(game.model.account[0]), game.packages.index(package)
    first, second = game.model.book.reckonings
    return {
        PARTIES[0]: float(second.utilities[account, number]),
        PARTIES[1]: float(first.utilities[account, number]),
    }


def _asked(game: Game, question: Question) -> View:
    """A question as its seat sees it, packages spelt out."""
    facts = dict(question.facts)
    for key in ("package", "would"):
        if key in facts:
            facts[key] = game.packages.describe(facts[key])
    for key in ("own_offers", "heard_offers"):
        if key in facts:
            facts[key] = [game.packages.describe(number) for number in facts[key]]
    return {"turn": question.turn, "kind": question.kind, "day": question.day, **facts}


def _heard_by(game: Game, asked: Question | None) -> list[View]:
    """What happened so far today; acts of the link that is under way stay unknown."""
    if asked is None:
        return []
    link = asked.facts.get("link")
    return [
        entry
        for entry in game.heard
        if link is None or entry["kind"] != "act" or entry["link"] < link
    ]


def _allowed(game: Game, entries: list[View], seat: str) -> Iterator[View]:
    """Entries cut down to what a seat may see; kinds that are not listed are left out."""
    for entry in entries:
        kind = entry["kind"]
        if kind in TOLD and seat in (entry["hearer"], MEDIATORS):
            facts = TOLD[kind]
        elif kind in PUBLIC:
            facts = PUBLIC[kind]
        else:
            continue
        seen = {"day": entry["day"], "kind": kind}
        seen |= {name: entry[name] for name in facts if name in entry}
        if "package" in seen:
            seen["package"] = game.packages.describe(seen["package"])
        if kind == "ratification":
            seen["passed"] = bool(entry["utility"] >= entry["needed"])
        if kind in MORE and entry.get("party") == seat:
            seen |= {name: entry[name] for name in MORE[kind]}
        yield seen
