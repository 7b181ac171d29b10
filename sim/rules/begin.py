"""Day 0: what only each side knows, and the state in which the agreement leaves everything."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.chance import LEAST, chance, logistic_quantile, purpose
from sim.compiling import rule
from sim.config import PARTIES, AccountName
from sim.negotiation.mediators import strength_of_verifiers
from sim.negotiation.opponent import PRIOR
from sim.negotiation.ratification import slack
from sim.parameters import ISSUES, NONE, code, own_policies
from sim.rules.calendar import schedule

ACCOUNT = purpose("account")
WILLING, CAPACITY, RESOLVE, WINSET, ENDING, EXPECTED = (
    tuple(purpose(f"{what}/{party}") for party in PARTIES)
    for what in ("willing", "capacity", "resolve", "winset", "ending", "expected")
)
MIXED, KABUL = code(AccountName.mixed), code(AccountName.kabul)
ISLAMABADS, KABULS, UNDISPUTED = 0, 1, 2  # accounts in use, by number


@rule
def begin(future: Any, p: Any) -> None:
    """Put a record, empty but for its address and its parameter set, on the evening of day 0."""
    future.day, future.running = 0, True
    future.account = account_used(future, p)
    future.tension = p.conflict.tension.initial
    begin_ceasefire(future)
    for k in range(p.count.mediators):
        future.mediators[k].patience = p.mediators[k].patience
        future.mediators[k].present = p.mediators[k].present
    future.closure, future.policy = p.conflict.border.closed, p.conflict.border.agreed
    future.verifiers = strength_of_verifiers(future, p)
    begin_side(future, p, 0)
    begin_side(future, p, 1)
    begin_groups(future, p)
    if p.switches.talks:
        schedule(future, p)


@rule
def begin_groups(future: Any, p: Any) -> None:
    """Kabul's own policies hold already, and earlier attacks have set off others."""
    future.standing = own_policies(p)
    for k in range(p.count.militants):
        group, config = future.groups[k], p.militants[k]
        group.suppression = future.standing * future.sides[1].capacity * config.exposure
        left = 1.0 - group.suppression
        group.excitation = config.excitation * p.derived.militants[k].rate * left
        group.frailty = 1.0


@rule
def account_used(future: Any, p: Any) -> int:
    """Whose account of the contested positions a future uses; drawn where they are mixed."""
    name = p.accounts.name
    if name == MIXED:
        return int(chance(future, ACCOUNT) >= p.accounts.probability_islamabad)
    return name if name <= KABUL else UNDISPUTED


@rule
def begin_ceasefire(future: Any) -> None:
    """No end and no trigger yet, no deal, nothing known of one."""
    state, tally = future.ceasefire, future.tally
    for definition in range(len(state.cause)):
        state.cause[definition] = state.by[definition] = NONE
    state.hot_cause = future.chain_cause = future.trigger.cause = NONE
    state.spell = 1
    future.deal.package = tally.deal_package = NONE
    tally.deal_pressure = tally.deal_time = tally.deal_distance = tally.deal_nash_share = np.nan
    for side in range(2):
        future.talks.latest[side] = np.nan
        tally.deal_utility[side] = tally.deal_gain[side] = np.nan
        tally.weight_error[side] = tally.reservation_error[side] = np.nan


@rule
def begin_side(future: Any, p: Any, side: int) -> None:
    """Draw what only a side knows, once, and give it its prior beliefs."""
    own, config = future.sides[side], p.parties[side]
    own.willing = chance(future, WILLING[side]) < config.good_faith
    spread = (2.0 * chance(future, CAPACITY[side]) - 1.0) * config.capacity_spread
    own.capacity = min(max(config.capacity + spread, 0.0), 1.0)
    own.resolve = config.resolve_spread * logistic_quantile(chance(future, RESOLVE[side]), LEAST)
    own.asked_at_home = slack(chance(future, WINSET[side]), config.winset_slack)
    drawn = logistic_quantile(chance(future, ENDING[side]), LEAST)
    own.ending_value = config.ending_value * math.exp(config.ending_spread * drawn)
    own.learnt = own.believed = p.derived.parties[side].prior
    wider = (2.0 * chance(future, EXPECTED[side]) - 1.0) * config.expected_spread
    own.expected = max(config.expected_rounds + wider, 1.0)
    own.cohesion = own.mandate = 1.0
    own.previous = NONE
    for k in range(ISSUES):
        own.unmoved[k] = PRIOR
