"""The record of one future: everything that can differ between futures, and nothing else.

An ensemble is an array of such records; a copy of records is a fork, a checkpoint or a block. There
is room for ``config.LIMITS``, so that one compilation of the rules serves every scenario. Day 0
stands for "not yet" wherever a day is kept, ``NONE`` (-1) for no cause, package or party. Knows no
rule, but for what a rule may do with any future: ask whoever decides, and note what happened.
"""

from __future__ import annotations

from typing import Any

from sim.compiling import rule
from sim.config import CAUSES, ENDS, LIMITS
from sim.parameters import CONTESTED, EFFECTS, GROUPS, ISSUES, MEDIATORS, struct

EXCHANGES = LIMITS["exchanges"]
ANSWERS = 256  # decisions of persons on one day
RUNGS = 5
ATTACK, BORDER_CLASH, VIOLATION, TALKS_BREAKDOWN, SHOCK = range(len(CAUSES))
EXCHANGE_OF_FIRE, STRIKE_END, REPUDIATION, OPEN_HOSTILITIES, COLLAPSE = range(len(ENDS))
PROTEST, FIRE, STRIKE, HOSTILITIES = 1, 2, 3, 4
MEDIATORS_SEAT = 2  # seats 0 and 1 are the parties'
BOTH = 2  # sides, where it is said by whom an end came; 0 and 1 are the parties

SIDE = struct(
    [
        # private, drawn once: means to keep its promises; able to deliver, in [0, 1]; inclination
        # to answer with force, logit; gain over no deal needed for ratification, utility;
        # grievance at which ending pays as much as continuing
        ("willing", "?"), ("capacity", "f8"), ("resolve", "f8"), ("asked_at_home", "f8"),
        ("ending_value", "f8"),
        # log-odds that the other side acts in good faith: as learnt so far, and as of the last time
        # beliefs were revised
        ("learnt", "f8"), ("believed", "f8"),
        ("grievance", "f8", (len(CAUSES),)), ("lock_in", "f8", (CONTESTED,)),
        ("closure_cost", "f8"),  # utility that closure has cost, fading
        ("cohesion", "f8"),  # share of capacity that is left
        ("evidence", "f8"),  # share of the evidence on incidents handed over outside any deal
        ("rung", "i8"), ("acts", "i8", (RUNGS,)),  # highest rung today, days spent at each
        ("mandate", "f8"),  # what is left of its mandate at home, in [0, 1]
        ("leverage", "f8"),  # pull on it this morning of the mediators who restrain
        # at the table: trust in the other side, no deal under the mediators' pressure, and the own
        # public position
        ("trust", "f8"), ("reservation", "f8"), ("ideal", "f8"), ("opening", "i8"),
        # the least it settles for: no deal, or what its capital asks once that has refused a text
        ("least", "f8"), ("refused", "?"),
        ("expected", "f8"),  # rounds over which it spreads its concessions, private
        ("conceded", "f8", (2,)),  # share of the zone conceded before this round, and by its end
        # what was learnt of the other side: offers in which each issue stayed as it was, the last
        ("unmoved", "f8", (ISSUES,)), ("heard", "i8"), ("previous", "i8"),
        ("first_heard", "i8"),  # the first in this negotiation
        ("grieved", "f8"),  # its grievance when it made its last offer
    ]
)  # fmt: skip
MEDIATOR = struct([("patience", "f8"), ("present", "?")])  # effort left; takes part
GROUP = struct(
    [
        ("excitation", "f8"),  # attacks a day set off by earlier ones
        ("frailty", "f8"),  # this month's factor on the background rate
        ("suppression", "f8"),  # share of the background rate that Kabul's measures end
        ("backlash", "f8"),  # relative rise after a handover
        ("count", "i8"), ("worst", "i8"),  # today's attacks, deaths in the deadliest
        ("attacks", "i8"), ("deaths", "i8"),  # since day 0
    ]
)  # fmt: skip
TERMS = struct(  # what the package in force does: see config.Effects
    [
        ("verified", "f8"), ("lasting", "f8"), ("leaking", "f8"), ("promised", "f8", (2,)),
        *((name, "f8") for name in EFFECTS if name != "suppression"),
    ]
)  # fmt: skip
DEAL = struct(
    [
        ("package", "i8"), ("age", "i8"), ("delivered", "f8", (2,)), ("pressure", "f8"),
        # whether it settles some issues only; how much of a whole deal it is, in [0, 1]
        ("partial", "?"), ("whole", "f8"),
        ("monitoring", "f8"),  # share of the body that verifies it that is there, in [0, 1]
        # breach alleged of each side that waits for a ruling, as in rules.breaches; those that a
        # ruling upheld and that were not remedied, faded by their age
        ("alleged", "i8", (2,)), ("unremedied", "f8"), ("terms", TERMS),
    ]
)  # fmt: skip
CEASEFIRE = struct(
    [
        # of the end, by definition; by whom: a side, ``BOTH``, or NONE if nobody met it
        ("day", "i8", (len(ENDS),)), ("cause", "i8", (len(ENDS),)), ("by", "i8", (len(ENDS),)),
        ("hot_days", "i8"), ("hot_cause", "i8"),  # days in a row at a strike, cause of the first
        ("spell", "i8"), ("began", "i8"),
    ]
)  # fmt: skip
TRIGGER = struct(
    [
        ("severity", "f8"), ("cause", "i8"), ("injured", "i8", (2,)),
        ("carried", "?"),  # whether it is what was left of yesterday's chain
    ]
)  # fmt: skip
TALKS = struct(
    [
        ("next_round", "i8"), ("last_day", "i8"), ("in_session", "?"),
        ("exchange", "i8"), ("limit", "i8"),  # exchanges held and allowed this round
        ("failed", "?"),  # whether the last round was broken off
        ("review", "?"),  # whether the next round is to renegotiate the deal in force
        # rounds: held, ended in each way but full agreement, and held again after a breakdown
        ("held", "i8"), ("partial", "i8"), ("adjourned", "i8"), ("broken", "i8"), ("resumed", "i8"),
        ("sittings", "i8"),  # rounds over since this negotiation began
        # this round's, oldest first; what stood at the end of the round before is the first
        ("offers", "i2", (2, EXCHANGES + 1)), ("spoken", "i8", (2,)),
        ("latest", "f8", (2,)),  # what each side's latest offer is reckoned worth to the other
        ("lean", "f8"),  # weight on Islamabad in the mediators' draft beyond a half
        ("tentative_day", "i8"),
        # who speaks between the sides today, and how much drafters know of what they are told
        ("carried", "?"), ("noise", "f8"), ("mediated", "?"), ("knowledge", "f8"),
    ]
)  # fmt: skip
TALLY = struct(  # counts that no decision depends on
    [
        *((name, "i8") for name in (
            "attributed", "misattributed", "clashes", "contained", "disputed", "violations",
            "breaches", "false_alarms", "cleared", "remedied",
            "renegotiated", "taken_back", "deal_day", "deal_lapsed_day", "deal_package",
            "partial_day")),
        ("right_days", "i8", (2,)), ("deal_utility", "f8", (2,)), ("deal_gain", "f8", (2,)),
        *((name, "f8") for name in (
            "deal_pressure", "deal_time", "deal_distance", "deal_nash_share", "closed_days")),
        ("weight_error", "f8", (2,)), ("reservation_error", "f8", (2,)),
    ]
)  # fmt: skip
QUESTION = struct(
    [(name, "i8") for name in ("seat", "kind", "agent", "package", "suffered", "link", "open")]
    + [("worth", "f8")]
)
FUTURE = struct(
    [
        ("seed", "u8"), ("branch", "u8"), ("replicate", "u8"),
        ("set", "i8"), ("account", "i8"),  # of parameters; whose account of the talks holds
        ("day", "i8"), ("running", "?"),
        ("tension", "f8"),  # a leaky sum of rungs
        ("ceasefire", CEASEFIRE), ("trigger", TRIGGER), ("deal", DEAL), ("talks", TALKS),
        ("closure", "f8"), ("policy", "f8"),  # of the crossings, and where it moves without a deal
        ("standing", "f8"),  # share of attacks that Kabul's own policies end, deal or no deal
        # strength of monitors without any deal, and of all who verify, in [0, 1]
        ("monitors", "f8"), ("verifiers", "f8"),
        ("sides", SIDE, (2,)), ("mediators", MEDIATOR, (MEDIATORS,)), ("groups", GROUP, (GROUPS,)),
        # today: the cause of the chain of responses, whether commanders on the spot begin it, and
        # what beliefs are revised by
        ("chain_cause", "i8"), ("on_the_spot", "?"), ("attributed_today", "?"),
        ("violated_today", "i8", (2,)),
        ("tally", TALLY),
        ("watched", "?"),  # whether what happens is noted
        # which seats persons hold (bit by seat), today's answers, and what is asked
        ("seats", "i8"), ("asked", "i8"), ("answered", "i8"), ("answers", "i2", (ANSWERS,)),
        ("agents", "i2", (ANSWERS,)), ("question", QUESTION),
    ]
)  # fmt: skip


# Decisions that persons can make in an agent's place, by number in a question.
DECISIONS = (
    "attend", "offer", "answer", "text", "respond", "account", "end", "contain", "draft", "leave",
)  # fmt: skip
ATTEND, OFFER, ANSWER, TEXT, RESPOND, ACCOUNT, END, CONTAIN, DRAFT, LEAVE = range(len(DECISIONS))


class Waiting(Exception):  # noqa: N818 - no error: somebody has to decide first
    """A person must decide before the day can go on; ``future.question`` says who and what."""


@rule
def decided(future: Any, seat: int, kind: int, agent: int) -> int:
    """What is done: what the agent would do, or what the person who holds the seat answered.

    Notes what the agent would have done. A day that lacks an answer is lived again from its morning
    once there is one.

    Raises
    ------
    Waiting
        If the seat is taken and has not answered yet.
    """
    if not (future.seats >> seat) & 1:
        return agent
    future.agents[future.asked] = agent
    future.asked += 1
    if future.asked > future.answered:
        future.question.seat, future.question.kind, future.question.agent = seat, kind, agent
        raise Waiting
    return int(future.answers[future.asked - 1])
