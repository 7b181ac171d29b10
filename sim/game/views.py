"""What each seat may see of a game, built from lists of what is allowed.

A view is plain data and all that a player's page is given, so what is not named here cannot leave
the server. Public are the table, the incidents and the announcements; private are each side's
utilities, trust, type and win-set, and what mediators told it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.arrays import FloatArray
from sim.config import CAUSES, ENDS, PARTIES, ConfigError
from sim.futures import at_the_table, own_worths
from sim.game.play import Game
from sim.game.questions import Question
from sim.game.seats import MEDIATORS, SEATS
from sim.negotiation.ratification import gain_asked_at_home
from sim.negotiation.reservation import reservation
from sim.parameters import NONE, log_odds
from sim.records import BY, MODES, ends
from sim.rules.ends import pressure_to_end, worth_of_continuing
from sim.rules.trust import probability, trust

View = dict[str, Any]

PUBLIC: dict[str, tuple[str, ...]] = {  # kind of entry in the log -> facts everybody sees
    "attack": ("group", "deaths", "attributed", "denied"),
    "border_clash": ("denied",),  # who fired first only where that side acknowledges it
    "allegation": ("party",),  # whether it is true is revealed at the debriefing only
    "ruling": ("party", "cleared", "remedied"),
    "renegotiation_asked": ("party",),
    "ceasefire_renewed": (),
    "deal_lapses": (),
    "round_not_held": (),
    "round_opens": ("round", "resumed", "last_day", "exchanges", "called_back_by"),
    "act": ("party", "rung"),
    "taken_back": ("speaker",),
    "walks_out": ("party",),
    "initialled": ("granted",),
    "adjourned": ("next",),
    "breakdown": ("communique",),
    "contradiction": ("speaker", "issue"),
    "move": ("round", "exchange", "of", "speaker", "package", "accepted"),
    "ratification": ("party", "package"),
}
TOLD: dict[str, tuple[str, ...]] = {  # seen by the seat addressed, which alone sees what it moved,
    # and by the mediators
    "information": ("speaker", "hearer", "says_good_faith"),
}
HIDDEN = ("end",)  # kinds of question that would reveal a side's own pressure
PRIVATE = ("session",)  # both sides' numbers at the table; seen by nobody before the debriefing
MORE: dict[str, tuple[str, ...]] = {  # what a side alone sees of an entry of its own
    "ratification": ("utility", "needed"),
}


def view(game: Game, seat: str) -> View:
    """What a seat may see now.

    ``seat`` is one of ``SEATS``. Keys: ``day``, ``days``, ``date``, ``waits_for``, ``waits_to`` and
    ``turn``, ``ceasefire`` (per end definition), ``calendar``, ``deal``, ``table`` (the last offer
    of each speaker), ``history`` and ``today`` (entries of the log), ``mine`` (the seat's own
    numbers), ``decided`` (its own last decision) and, if it is this seat's turn, ``question``.
    """
    if seat not in SEATS:
        raise ConfigError(f"seat is {str(seat)[:40]!r}; allowed are {', '.join(SEATS)}")
    question = game.question
    asked = question if question is not None and question.seat == seat else None
    return {
        **public(game),
        "seat": seat,
        "history": list(history(game, seat)),
        "today": list(_allowed(game, _heard(game), seat)),
        "mine": _mediators(game) if seat == MEDIATORS else _own(game, seat),
        "decided": _decided(game, seat),
        "question": None if asked is None else _asked(game, asked),
    }


def public(game: Game) -> View:
    """What everybody may see."""
    model, question, record = game.model, game.question, game.record
    talks = record["talks"]
    return {
        "day": game.day,
        "days": game.days,
        "start": model.scenario.start.isoformat(),
        "over": game.over,
        "waits_for": None if question is None else question.seat,
        "waits_to": None if question is None or question.kind in HIDDEN else question.kind,
        "turn": len(game.decisions),
        "ceasefire": ceasefire(record),
        "calendar": {
            "in_session": bool(talks["in_session"]),
            "next_round": int(talks["next_round"]),
            "held": int(talks["held"]),
        },
        "deal": _deal(game),
        "table": _table(game),
        "crossings_closed": float(record["closure"]),
        "tension": float(record["tension"]),
    }


def history(game: Game, seat: str) -> Iterator[View]:
    """What a seat may know of the past days, oldest first."""
    yield from _allowed(game, game.entries, seat)


def worths(game: Game, seat: str) -> FloatArray | None:
    """Own utility of every package, (P,), at the numbers a side decides by; None for mediators."""
    if seat not in PARTIES:
        return None
    numbers = _own(game, seat)
    return own_worths(
        game.model.futures, PARTIES.index(seat), numbers["trust"], numbers["lock_in"]
    )  # fmt: skip


def worth(game: Game, seat: str, package: dict[str, str]) -> float | None:
    """Own utility of a package to a side at the numbers it decides by; None for mediators."""
    found = worths(game, seat)
    return None if found is None else float(found[game.packages.index(package)])


def ceasefire(record: Any) -> View:
    """Day (0 if it has not ended), cause, by whom and in which way, under each definition.

    Of all but a collapse the ``mode`` is the definition itself.
    """
    state = {name: int(values[0]) for name, values in ends(record["ceasefire"][None], 0).items()}
    out = {}
    for end in ENDS:
        day, cause, by = (state[f"{end}_{part}"] for part in ("day", "cause", "by"))
        mode = MODES[state["collapse_mode"]] if end == "collapse" else end
        out[end] = {
            "day": day,
            "cause": CAUSES[cause] if day else None,
            "by": BY[by] if by != NONE else None,
            "mode": mode if day else None,
        }
    return out


def _deal(game: Game) -> View | None:
    deal = game.record["deal"]
    if deal["package"] == NONE:
        return None
    return {
        "package": game.packages.describe(int(deal["package"])),
        "partial": bool(deal["partial"]),
        "age": int(deal["age"]),
        "unremedied": float(deal["unremedied"]),
        "monitoring": float(deal["monitoring"]),
    }


def _table(game: Game) -> View:
    """The last offer of each side and the last text, by speaker, with the one that waits.

    Each has ``package``, ``round``, ``exchange``, ``of`` and ``accepted``, None while it waits for
    its answer. Everybody at the table hears them.
    """
    found: View = {}
    number = 0
    for entry in game.told:
        if entry["kind"] == "round_opens":
            number = entry["round"]
        elif entry["kind"] == "move":
            said = {name: entry[name] for name in ("round", "exchange", "of", "accepted")}
            found[entry["speaker"]] = said | {"package": game.packages.describe(entry["package"])}
    question = game.question
    if question is not None and question.kind in ("answer", "text"):
        speaker = MEDIATORS
        if question.kind == "answer":
            speaker = next(side for side in PARTIES if side != question.seat)
        facts = question.facts
        found[speaker] = {
            "round": number, "exchange": facts["exchange"], "of": facts["of"], "accepted": None,
            "package": game.packages.describe(facts["package"]),
        }  # fmt: skip
    return found


def _decided(game: Game, seat: str) -> View | None:
    """What a seat decided last: ``turn``, ``day``, ``kind`` and ``value``; None for nothing yet."""
    for decision in reversed(game.decisions):
        if decision.move.seat == seat:
            question, move = decision.question, decision.move
            return {"turn": question.turn, "day": question.day, "kind": move.kind,
                    "value": move.value}  # fmt: skip
    return None


def _own(game: Game, seat: str) -> View:
    """A side's own numbers at this moment; on a day of talks those that it bargains by."""
    side, now, p = PARTIES.index(seat), game.now, game.model.futures.sets[0]
    own = now.sides[side]
    talks = any(entry["kind"] == "session" for entry in game.heard)
    return {
        "trust": float(own.trust if talks else trust(own)),
        "reservation": float(own.reservation if talks else reservation(now, p, side)),
        "lock_in": own.lock_in[: len(game.contested)].tolist(),
        "contested": game.contested,
        "asked_at_home": asked_at_home(game, side),
        "mandate": float(own.mandate),
        "mandate_lost": float(p.conflict.mandate.lost),
        "willing": bool(own.willing),
        "capacity": float(own.capacity * own.cohesion),
        "pressure_to_end": float(pressure_to_end(now, p, side)),
        "worth_of_continuing": float(worth_of_continuing(now, p, side)),
        "opening": game.packages.describe(at_the_table(game.model.futures)["opening"][side]),
    }


def asked_at_home(game: Game, side: int) -> float:
    """Gain over no deal that a side's capital asks of a deal."""
    return float(gain_asked_at_home(game.now, game.model.futures.sets[0], side))


def _mediators(game: Game) -> View:
    """What mediators know: their own patience, and public estimates."""
    mediators, now = game.model.mediators, game.now.mediators
    return {
        "patience": {m.name: float(now[m.place].patience) for m in mediators},
        "present": [m.name for m in mediators if now[m.place].present],
        "functions": {m.name: [f.value for f in m.config.functions] for m in mediators},
    }


def reckoned_worths(game: Game) -> FloatArray:
    """What every package is publicly thought to be worth to each side, (P, 2)."""
    found: FloatArray = at_the_table(game.model.futures)["reckoned"]
    return found


def reckoned(game: Game, package: dict[str, str]) -> dict[str, float]:
    """What a package is publicly thought to be worth to each side: what mediators go by."""
    found = reckoned_worths(game)[game.packages.index(package)]
    return dict(zip(PARTIES, found.tolist(), strict=True))


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


def _heard(game: Game) -> list[View]:
    """What happened so far today; acts of the link that is under way stay unknown to everybody."""
    link = None if game.question is None else game.question.facts.get("link")
    return [
        entry
        for entry in game.heard
        if link is None or entry["kind"] != "act" or entry["link"] < link
    ]


def revealed(game: Game) -> list[View]:
    """Everything logged, packages spelt out, private facts included: for debriefing only.

    Of a report in confidence also what it moved, and whether it was ``right``.
    """
    found, moved = [], _trust_moved(game)
    for entry in game.told:
        more = dict(moved.get(id(entry), {}))
        if entry["kind"] in TOLD:
            about = game.record["sides"][1 - PARTIES.index(entry["hearer"])]
            more["right"] = bool(about["willing"]) == entry["says_good_faith"]
        found.append(spelt(game, {**entry, **more}))
    return found


def _trust_moved(game: Game) -> dict[int, View]:
    """What each report in confidence did to its hearer's trust, by the entry's identity.

    A report adds the log-odds of its accuracy (``rules.talks.inform``). Known is the trust with
    which the hearer then sat down; of a day on which no session was held nothing is said.
    """
    found: dict[int, View] = {}
    left: dict[tuple[int, str], float] = {}  # log-odds after the reports that are not yet undone
    told = game.told
    for entry in told:
        if entry["kind"] == "session":
            for side, believed in zip(PARTIES, entry["trust"], strict=True):
                left[entry["day"], side] = log_odds(believed)
    for entry in reversed(told):
        at = (entry["day"], entry["hearer"]) if entry["kind"] in TOLD else None
        if at in left:
            weight = log_odds(entry["accuracy"])
            before = left[at] - (weight if entry["says_good_faith"] else -weight)
            found[id(entry)] = {
                "trust_before": float(probability(before)),
                "trust_after": float(probability(left[at])),
            }
            left[at] = before
    return found


def _allowed(game: Game, entries: list[View], seat: str) -> Iterator[View]:
    """Entries cut down to what a seat may see; kinds that are not listed are left out."""
    moved = _trust_moved(game)
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
        if kind == "border_clash" and not entry["denied"]:
            seen["initiator"] = entry["initiator"]
        if kind == "ratification":
            seen["passed"] = bool(entry["utility"] >= entry["needed"])
        if kind in TOLD and entry["hearer"] == seat:
            seen |= moved.get(id(entry), {})
        if kind in MORE and entry.get("party") == seat:
            seen |= {name: entry[name] for name in MORE[kind]}
        if kind == "move" and entry["speaker"] == MEDIATORS:
            seen["answered"] = _answered(game, entry, seat)
        yield spelt(game, seen)


def spelt(game: Game, entry: View) -> View:
    """An entry with its package spelt out, and with what only the whole game knows of it.

    ``beyond``: the next round is due after the last day. ``unasked``: the rules let mediators tell
    it, though a person holds their seat.
    """
    more: View = {}
    if entry.get("package", NONE) != NONE:
        more["package"] = game.packages.describe(entry["package"])
    if entry["kind"] == "adjourned":
        more["beyond"] = entry["next"] > game.days
    if entry["kind"] in TOLD:
        more["unasked"] = MEDIATORS in game.setup.persons
    return {**entry, **more}


def _answered(game: Game, entry: View, seat: str) -> bool | None:
    """What a seat itself answered to a mediators' text; None if it was not asked."""
    for decision in reversed(game.decisions):
        asked, text = decision.question, decision.question.facts.get("package")
        this = (seat, "text", entry["day"], entry["package"])
        if (asked.seat, asked.kind, asked.day, text) == this:
            return bool(decision.move.value)
    return None
