"""Steps 5 and 6: the day's chain of responses, and mediators who try to break it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.config import MediatorFunction
from sim.conflict.escalation import next_turns
from sim.randomness import BoolArray, FloatArray, IntArray, WordArray, further
from sim.replicates import where
from sim.steps.table import any_of

if TYPE_CHECKING:
    from sim.model import CeasefireModel


class Chain:
    """Today's chains: one per future with a trigger.

    ``rows`` (n,) futures; ``cause`` (n,); ``acting`` (n, 2) who acts at this link and ``rungs``
    (n, 2) how, 0 where a side does not act (while it is decided, how at the link before, 0 at
    first); ``link`` acts so far; ``words`` (n,) by purpose, from which each link takes its own
    number. ``inclined`` (n,) by side and ``calm`` (n,), the chance that the hotline breaks a link,
    hold all day. A chain that was broken stays until turns pass, with nobody acting.
    """

    def __init__(self, model: CeasefireModel) -> None:
        trigger = model.trigger
        in_use = model.scenario.switches.responses
        rows = where(trigger.cause >= 0) if in_use else np.empty(0, dtype=np.int64)
        self.rows = rows[model.ceasefire.in_force[rows]]
        self.cause = trigger.cause[self.rows]
        self.acting = trigger.injured[self.rows]
        self.severity = trigger.severity[self.rows]
        self.rungs = np.zeros((len(self.rows), 2), dtype=np.int64)
        known = model.parties if len(self.rows) else ()
        self.inclined = [party.inclination(self.rows) for party in known]
        self.calm = model.scenario.conflict.response.hotline * hotline(model, self.rows)
        self.link = 0
        self.words: dict[str, WordArray] = {}

    def uniform(self, model: CeasefireModel, purpose: str) -> FloatArray:
        """This link's uniforms for a purpose, shape (n,)."""
        if purpose not in self.words:
            self.words[purpose] = model.words(purpose, self.rows)
        return further(self.words[purpose], self.link)

    def act(self, model: CeasefireModel, pressure: tuple[FloatArray, FloatArray]) -> None:
        """Let those whose turn it is choose a rung under the ``pressure`` (n,) on each side."""
        chosen = np.zeros_like(self.rungs)
        for party in model.parties:
            mine = where(self.acting[:, party.side])
            if len(mine):
                rows = self.rows[mine]
                uniform = self.uniform(model, f"response/{party.name}")[mine]
                felt = (pressure[party.side] + self.inclined[party.side])[mine]
                rungs = party.respond(uniform, felt)
                rungs = model.players.respond(party, rungs, self, mine)
                party.act(rows, rungs)
                model.log.say(model, rows, "act", party=party.name, rung=rungs, link=self.link)
                chosen[mine, party.side] = rungs
        self.rungs = chosen
        self.link += 1

    def keep(self, these: BoolArray) -> None:
        """Go on with some of the chains only."""
        at = where(these)
        if len(at) == len(these):
            return
        for name in ("rows", "cause", "acting", "rungs", "calm"):
            setattr(self, name, getattr(self, name).take(at, axis=0))
        self.inclined = [inclined[at] for inclined in self.inclined]
        self.words = {purpose: words[at] for purpose, words in self.words.items()}


def respond(model: CeasefireModel) -> Chain:
    """The injured side answers the day's trigger; both at once after a clash."""
    chain = Chain(model)
    model.chain_cause[chain.rows] = chain.cause
    model.trigger.clear()
    if len(chain.rows):
        chain.act(model, (chain.severity, chain.severity))
    return chain


def counter_or_contain(model: CeasefireModel, chain: Chain) -> None:
    """Counters alternate until restraint, the bound, or a mediator breaks the chain."""
    rule = model.scenario.conflict.response
    while len(chain.rows):
        chain.acting = next_turns(chain.acting, chain.rungs, rule.counter_from)
        chain.keep(chain.acting[:, 0] | chain.acting[:, 1])
        if not len(chain.rows):
            return
        if chain.link == rule.links:  # cut off by the bound: the rest waits for tomorrow
            first, second = chain.acting.T.copy()  # of one layout, whatever that of the pair is
            model.trigger.offer(chain.rows, rule.unfinished, chain.cause, (first, second))
            return
        chain.acting[_contained(model, chain)] = False
        by_first, by_second = rule.counter * chain.rungs.T.astype(np.float64)
        chain.act(model, (by_second, by_first))


def hotline(model: CeasefireModel, rows: IntArray) -> FloatArray:
    """Strength of the hotline between the sides, standing or by a deal, (len(rows),)."""
    delivered = [model.deal.delivered[rows, side] for side in range(2)]
    by_deal = model.terms.hotline[model.deal.package[rows]] * np.minimum(*delivered)
    strength: FloatArray = np.maximum(by_deal, model.scenario.conflict.response.standing_hotline)
    return strength


def _contained(model: CeasefireModel, chain: Chain) -> BoolArray:
    """Whether the hotline or a mediator breaks the chain here, (n,).

    Each attempt costs a mediator patience.
    """
    rows = chain.rows
    broken = chain.uniform(model, "containment/hotline") < chain.calm
    able = [mediator.active(MediatorFunction.contain, rows) for mediator in model.mediators]
    wanted = model.players.contain(any_of(able, len(rows)))
    for mediator, can in zip(model.mediators, able, strict=True):
        tries = can & wanted
        if not tries.any():
            continue
        pull = 0.5 * (mediator.leverage(0) + mediator.leverage(1))
        chance = model.scenario.conflict.response.containment * pull
        broken |= tries & (chain.uniform(model, f"containment/{mediator.name}") < chance)
        mediator.spend(rows[tries])
    model.tally.contained[rows[broken]] += 1
    return broken
