"""Steps 5 and 6: the day's chain of responses, and who may break it.

Rungs: 0 restraint, 1 protest and closure, 2 border fire, 3 strike, 4 open hostilities.
"""

from __future__ import annotations

from typing import Any

from sim.chance import SMALLEST, logistic_quantile, nth, purpose, word
from sim.compiling import rule
from sim.config import PARTIES
from sim.negotiation.mediators import active
from sim.notes import ACT, note
from sim.parameters import NONE
from sim.rules.incidents import in_force
from sim.rules.triggers import clear, put_forward
from sim.rules.trust import trust
from sim.state import CONTAIN, MEDIATORS_SEAT, RESPOND, decided

FIRST_RESPONDS, SECOND_RESPONDS = (purpose(f"response/{party}") for party in PARTIES)
HOTLINE = purpose("containment/hotline")


@rule
def respond(future: Any, p: Any, log: Any) -> None:
    """Answer the day's trigger: the injured side first, both at once after a clash.

    The other side answers in its turn, and so on until one shows restraint, the chain is broken or
    it is as long as may be; the rest then waits for tomorrow.
    """
    held = future.trigger
    cause, severity = held.cause, held.severity
    acting = (held.injured[0] != 0, held.injured[1] != 0)
    clear(future)
    if cause == NONE or not p.switches.responses or not in_force(future):
        return
    future.chain_cause = cause
    inclined = (inclination(future, p, 0), inclination(future, p, 1))
    felt = (severity + inclined[0], severity + inclined[1])
    rungs = (0, 0)
    for link in range(p.conflict.response.links):
        rungs = act(future, p, log, link, acting, rungs, felt)
        acting = next_turns(acting, rungs, p.conflict.response.counter_from)
        if not (acting[0] or acting[1]):
            return
        if link + 1 < p.conflict.response.links:
            if contained(future, p, link + 1):
                return
            counter = p.conflict.response.counter
            felt = (counter * rungs[1] + inclined[0], counter * rungs[0] + inclined[1])
    put_forward(future, p.conflict.response.unfinished, cause, acting[0], acting[1])


@rule
def act(
    future: Any, p: Any, log: Any, link: int, acting: Any, before: Any, felt: Any
) -> tuple[int, int]:
    """Let those whose turn it is choose a rung under what they feel; return the rungs, 0 for none.

    ``before`` are the rungs of the link before.
    """
    first = choose(future, p, log, link, 0, before[1], felt[0]) if acting[0] else 0
    second = choose(future, p, log, link, 1, before[0], felt[1]) if acting[1] else 0
    return first, second


@rule
def choose(future: Any, p: Any, log: Any, link: int, side: int, suffered: int, felt: float) -> int:
    """A side's rung under the pressure it feels (logits)."""
    key = SECOND_RESPONDS if side else FIRST_RESPONDS
    rung = choose_rung(nth(word(future, key), link), felt, p.parties[side].thresholds)
    future.question.suffered, future.question.link = suffered, link
    rung = decided(future, side, RESPOND, rung)
    future.sides[side].rung = max(future.sides[side].rung, rung)
    note(future, log, ACT, side, rung, link)
    return rung


@rule
def choose_rung(uniform: float, felt: float, thresholds: Any) -> int:
    """Rung chosen: an ordered logit of the pressure felt (McKelvey & Palfrey 1995).

    P(rung >= k) = 1 / (1 + exp(threshold_k - felt)): what is felt less a logistic noise is compared
    with each threshold.
    """
    felt -= logistic_quantile(uniform, SMALLEST)
    rung = 0
    for threshold in thresholds:
        rung += felt > threshold
    return rung


@rule
def inclination(future: Any, p: Any, side: int) -> float:
    """A side's pressure to answer before anything is suffered, in logits.

    Audience, private resolve and tension, less what holds it back.
    """
    felt = p.parties[side].audience + future.sides[side].resolve
    felt += p.conflict.response.tension * future.tension
    return felt - restraint(future, p, side)


@rule
def restraint(future: Any, p: Any, side: int) -> float:
    """What holds a side back, in logits.

    Talks under way, a deal at stake, strikes that Islamabad has promised away and means to keep
    away, mediators' pull, trust, and what closure has cost.
    """
    weigh, own, deal = p.conflict.response, future.sides[side], future.deal
    held = weigh.talks * future.talks.in_session + weigh.deal * deal.whole
    if side == 0:
        held += weigh.bound * (deal.terms.restraint * own.willing)
    return (
        held + weigh.leverage * own.leverage + weigh.trust * trust(own)
        + weigh.cost * own.closure_cost
    )  # fmt: skip


@rule
def next_turns(acting: Any, rungs: Any, counter_from: int) -> tuple[bool, bool]:
    """Who answers next, of the two sides.

    An act at ``counter_from`` or above is answered by the other side; if both acted, by the one
    that suffered the higher rung, or by both if the rungs are equal.
    """
    both = acting[0] and acting[1]
    first = acting[1] and rungs[1] >= counter_from and (not both or rungs[1] >= rungs[0])
    second = acting[0] and rungs[0] >= counter_from and (not both or rungs[0] >= rungs[1])
    return first, second


@rule
def contained(future: Any, p: Any, link: int) -> bool:
    """Whether the hotline between the sides or a mediator breaks the chain here.

    Every mediator who can tries, and each attempt costs patience.
    """
    calm = p.conflict.response.hotline * hotline(future, p)
    broken = calm > 0.0 and nth(word(future, HOTLINE), link) < calm
    able = False
    for k in range(p.count.mediators):
        able |= p.mediators[k].functions.contain and active(future, k)
    if able and decided(future, MEDIATORS_SEAT, CONTAIN, 1):
        for k in range(p.count.mediators):
            if p.mediators[k].functions.contain and active(future, k):
                known = p.derived.mediators[k]
                chance_ = p.conflict.response.containment * known.pull
                broken |= nth(word(future, known.containment), link) < chance_
                future.mediators[k].patience -= 1.0
    future.tally.contained += broken
    return broken


@rule
def hotline(future: Any, p: Any) -> float:
    """Strength of the hotline between the sides, standing or by a deal, in [0, 1]."""
    delivered = min(future.deal.delivered[0], future.deal.delivered[1])
    by_deal = future.deal.terms.hotline * delivered
    return max(by_deal, p.conflict.response.standing_hotline)
