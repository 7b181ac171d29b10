"""Steps 5 and 6: the day's chain of responses, and who may break it.

Rungs: 0 restraint, 1 protest and closure, 2 border fire, 3 strike, 4 open hostilities. A side acts
only at those for which it has the means.
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
from sim.rules.mandate import pressure_of_loss, wear_by_restraint
from sim.rules.triggers import clear, put_forward
from sim.rules.trust import trust
from sim.state import (
    BORDER_CLASH,
    CONTAIN,
    HOSTILITIES,
    MEDIATORS_SEAT,
    RESPOND,
    RUNGS,
    TALKS_BREAKDOWN,
    decided,
)

FIRST_RESPONDS, SECOND_RESPONDS = (purpose(f"response/{party}") for party in PARTIES)
HOTLINE = purpose("containment/hotline")


@rule
def respond(future: Any, p: Any, log: Any) -> None:
    """Answer the day's trigger: the injured side first, both at once after a clash.

    The other side answers in its turn, and so on until one shows restraint, the chain is broken or
    it is as long as may be; the rest then waits for tomorrow.
    """
    held, response = future.trigger, p.conflict.response
    cause, severity, carried = held.cause, held.severity, held.carried
    acting = (held.injured[0] != 0, held.injured[1] != 0)
    clear(future)
    if cause == NONE or not p.switches.responses or not in_force(future):
        return
    future.chain_cause = cause
    future.on_the_spot = cause == BORDER_CLASH and not carried
    by_an_act = carried or cause not in (BORDER_CLASH, TALKS_BREAKDOWN)
    inclined = (inclination(future, p, 0), inclination(future, p, 1))
    pressure, rungs = (severity, severity), (0, 0)
    for link in range(response.links):
        felt = (pressure[0] + inclined[0], pressure[1] + inclined[1])
        rungs = act(future, p, log, link, acting, rungs, felt)
        if link > 0 or by_an_act:
            answer_at_home(future, p, acting, pressure)
        acting = next_turns(acting, rungs, response.counter_from)
        if not (acting[0] or acting[1]):
            return
        if link + 1 < response.links:
            if contained(future, p, link + 1):
                return
            pressure = (response.counter * rungs[1], response.counter * rungs[0])
    put_forward(future, response.unfinished, cause, acting[0], acting[1])
    future.trigger.carried = True


@rule
def answer_at_home(future: Any, p: Any, acting: Any, pressure: Any) -> None:
    """Let those whose turn it was answer at home for how they met what they suffered (logits)."""
    for side in range(2):
        if acting[side]:
            wear_by_restraint(future, p, side, pressure[side])


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
    """A side's rung under the pressure it feels (logits), as far as it has the means.

    A clash is answered by commanders on the spot; the capitals choose from the next link on.
    """
    key = SECOND_RESPONDS if side else FIRST_RESPONDS
    most = p.conflict.response.local if future.on_the_spot and link == 0 else HOSTILITIES
    open_ = open_rungs(p.parties[side].capability, most)
    rung = choose_rung(nth(word(future, key), link), felt, p.parties[side].thresholds)
    while not (open_ >> rung) & 1:
        rung -= 1
    future.question.suffered, future.question.link, future.question.open = suffered, link, open_
    rung = decided(future, side, RESPOND, rung)
    future.sides[side].rung = max(future.sides[side].rung, rung)
    note(future, log, ACT, side, rung, link)
    return rung


@rule
def open_rungs(capability: Any, most: int) -> int:
    """The rungs up to ``most`` at which a side can act, a bit each; restraint is always one."""
    rungs = 1
    for rung in range(1, RUNGS):
        if rung <= most and capability[rung - 1] != 0.0:
            rungs |= 1 << rung
    return rungs


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

    Audience, private resolve, tension and a worn mandate, less what holds it back.
    """
    felt = p.parties[side].audience + future.sides[side].resolve
    felt += p.conflict.response.tension * future.tension + pressure_of_loss(future, p, side)
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
