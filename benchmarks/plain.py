"""The day of this model as it would be written for one future at a time, in plain Python.

For comparison only: talks are left out (``switches.talks=false``), and with them deals. It draws
its own numbers, so it agrees with the model in distribution, not future by future: see ``check``.
"""

from __future__ import annotations

import bisect
import datetime as dt
import math
import random
from typing import Any

OVERRIDES = ["switches.talks=false"]
ATTACK, BORDER_CLASH = 0, 1
CAUSES = 5


def quantile_of_counts(rng: random.Random, mean: float) -> int:
    uniform, count = rng.random(), 0
    term = total = math.exp(-mean)
    while uniform >= total:
        count += 1
        term *= mean / count
        total += term
    return count


def kept(half_life: float) -> float:
    return float(0.5 ** (1.0 / half_life))


class Side:
    """One party in one future."""

    def __init__(self, config: Any, conflict: Any, rng: random.Random) -> None:
        self.config = config
        self.prior = math.log(config.trust / (1.0 - config.trust))
        self.learnt, self.trust = self.prior, config.trust
        self.resolve = config.resolve_spread * logit(rng)
        self.ending_value = config.ending_value * math.exp(config.ending_spread * logit(rng))
        self.grievance = [0.0] * CAUSES
        self.cost = self.leverage = 0.0
        self.rung = 0


def logit(rng: random.Random) -> float:
    uniform = max(rng.random(), 2.0**-54)
    return math.log(uniform) - math.log1p(-uniform)


class Future:
    """One future, stepped day by day until its collapse."""

    def __init__(self, scenario: Any, severities: dict[str, list[float]], seed: int) -> None:
        self.rng, self.scenario, self.rule = random.Random(seed), scenario, scenario.conflict
        self.severities = severities
        self.sides = [Side(config, self.rule, self.rng) for config in scenario.parties]
        self.tension, self.closure = self.rule.tension.initial, self.rule.border.closed
        self.patience = {name: m.patience for name, m in scenario.mediators.items()}
        groups = scenario.militants.items()
        self.rate = {name: g.attacks_per_year * g.share / 365.25 for name, g in groups}
        self.excitation = {name: g.excitation * self.rate[name] for name, g in groups}
        self.frailty: dict[str, float] = {}
        self.trigger: tuple[float, int, list[bool]] | None = None
        self.hot_days = self.attacks = self.clashes = 0

    def run(self, horizon: int) -> int:
        """Day of the collapse, or 0."""
        for day in range(1, horizon + 1):
            if self.step(day):
                return day
        return 0

    def step(self, day: int) -> bool:
        for k, side in enumerate(self.sides):
            side.rung, without = 0, 1.0
            for name, m in self.scenario.mediators.items():
                if m.present and self.patience[name] >= 1.0:
                    without *= 1.0 - (m.leverage.pakistan, m.leverage.afghan_taliban)[k]
            side.leverage = 1.0 - without
        worst = {name: self.attack(name, group, day) for name, group in
                 self.scenario.militants.items()}  # fmt: skip
        self.clash()
        attributed = self.attribute(worst)
        cause = self.respond()
        self.move_crossings()
        self.revise(cause, attributed)
        return self.over()

    # --- incidents ---------------------------------------------------------------------------

    def attack(self, name: str, group: Any, day: int) -> int:
        if (day - 1) % 30 == 0:
            spread = group.frailty
            self.frailty[name] = self.rng.gammavariate(1 / spread, spread) if spread else 1.0
        today = (self.scenario.start + dt.timedelta(day)).timetuple().tm_yday
        turn = math.cos(2.0 * math.pi * (today - group.season_peak) / 365.25)
        background = (1.0 + group.season * turn) * self.rate[name] * (1.0 - group.excitation)
        mean = background * self.frailty[name] + self.excitation[name]
        count = quantile_of_counts(self.rng, mean)
        left = math.exp(-1.0 / group.excitation_days)
        self.excitation[name] *= left
        self.excitation[name] += group.excitation * (1.0 - left) * count
        self.attacks += count
        deaths = [bisect.bisect(self.severities[name], self.rng.random()) for _ in range(count)]
        return max(deaths, default=0)

    def clash(self) -> None:
        rule = self.rule.clashes
        if self.rng.random() >= rule.rate * math.exp(rule.tension * self.tension):
            return
        severity = -rule.severity * math.log1p(-self.rng.random())
        initiator = int(self.rng.random() < 0.5)
        if self.denies(True):
            self.dispute(1 - initiator)
        else:
            severity *= 1.0 - self.rule.attribution.acknowledged
        self.offer(severity, BORDER_CLASH, [True, True])
        self.clashes += 1

    def denies(self, had_a_part: bool) -> bool:
        rule = self.rule.attribution
        chance = rule.denial * (1.0 - rule.evidence * rule.standing_evidence)
        return not had_a_part or self.rng.random() < chance

    def dispute(self, side: int) -> None:
        self.sides[side].learnt += ratio(self.rule.trust.signals.disputed)

    def offer(self, severity: float, cause: int, injured: list[bool]) -> None:
        held = self.trigger
        if held is None or severity > held[0] or (severity == held[0] and cause < held[1]):
            self.trigger = (severity, cause, injured)

    def attribute(self, worst: dict[str, int]) -> bool:
        rule, injured, deaths, denied = self.rule.attribution, self.sides[0], 0, False
        for name, group in self.scenario.militants.items():
            if worst[name] < rule.salience:
                continue
            origin = self.rng.random() < group.from_afghan_soil
            chance = rule.base * (1.0 - rule.trust * injured.trust)
            if not origin:
                chance *= 1.0 - rule.evidence * rule.standing_evidence
            if self.rng.random() >= chance:
                continue
            deaths += worst[name]
            if self.denies(origin):
                denied = True
                self.dispute(0)
            if not origin:
                self.dispute(1)
        if not deaths:
            return False
        pressure = rule.per_log_death * math.log1p(deaths)
        if not denied:
            pressure *= 1.0 - rule.acknowledged
        self.offer(pressure, ATTACK, [True, False])
        injured.grievance[ATTACK] += self.rule.grievance.attack * pressure
        injured.learnt += math.log(1.0 - self.scenario.afghan_taliban.believed_capacity)
        return True

    # --- responses ---------------------------------------------------------------------------

    def act(self, acting: list[bool], pressures: list[float]) -> list[int]:
        rule, rungs = self.rule.response, [0, 0]
        for k, side in enumerate(self.sides):
            if acting[k]:
                felt = pressures[k] + side.config.audience + side.resolve
                felt += rule.tension * self.tension - rule.leverage * side.leverage
                felt -= rule.trust * side.trust + rule.cost * side.cost + logit(self.rng)
                rungs[k] = sum(felt > threshold for threshold in side.config.thresholds)
                side.rung = max(side.rung, rungs[k])
        return rungs

    def respond(self) -> int:
        if self.trigger is None:
            return -1
        rule = self.rule.response
        (severity, cause, acting), self.trigger = self.trigger, None
        rungs, link = self.act(acting, [severity, severity]), 1
        while True:
            both = acting[0] and acting[1]
            acting = [
                acting[1 - k] and rungs[1 - k] >= rule.counter_from
                and (not both or rungs[1 - k] >= rungs[k])
                for k in range(2)
            ]  # fmt: skip
            if not any(acting):
                return cause
            if link == rule.links:
                self.trigger = (rule.unfinished, cause, acting)
                return cause
            if self.contained():
                return cause
            rungs = self.act(acting, [rule.counter * rungs[1], rule.counter * rungs[0]])
            link += 1

    def contained(self) -> bool:
        rule = self.rule.response
        broken = self.rng.random() < rule.hotline * rule.standing_hotline
        for name, m in self.scenario.mediators.items():
            functions = [function.value for function in m.functions]
            if "contain" in functions and m.present and self.patience[name] >= 1.0:
                pull = 0.5 * (m.leverage.pakistan + m.leverage.afghan_taliban)
                broken |= self.rng.random() < rule.containment * pull
                self.patience[name] -= 1.0
        return broken

    # --- evening -----------------------------------------------------------------------------

    def move_crossings(self) -> None:
        rule = self.rule.border
        if max(side.rung for side in self.sides) >= 1:
            self.closure = 1.0
        for side in self.sides:
            side.cost = side.cost * kept(rule.memory) + self.closure * side.config.closure_cost
        self.closure += (min(rule.agreed, 1.0) - self.closure) * (1.0 - kept(rule.reopening))

    def revise(self, cause: int, attributed: bool) -> None:
        signals, rule = self.rule.trust.signals, self.rule.grievance
        for k, side in enumerate(self.sides):
            suffered = self.sides[1 - k].rung
            if suffered >= 2:
                side.learnt += ratio(signals.strike if suffered >= 3 else signals.fire)
                side.grievance[cause] += rule.fire * (suffered - 1.0)
            elif k == 1 or not attributed:
                side.learnt += ratio(signals.quiet)
        for side in self.sides:
            left = side.prior + (side.learnt - side.prior) * kept(self.rule.trust.memory)
            side.learnt = min(max(left, -12.0), 12.0)
            side.trust = 1.0 / (1.0 + math.exp(-side.learnt))
            side.grievance = [g * kept(rule.half_life) for g in side.grievance]
        for name, m in self.scenario.mediators.items():
            self.patience[name] = min(self.patience[name] + m.recovery, m.patience)
        brought = sum(self.rule.tension.rungs[side.rung] for side in self.sides)
        self.tension = self.tension * kept(self.rule.tension.half_life) + brought

    def over(self) -> bool:
        rule = self.rule.grievance
        high = max(side.rung for side in self.sides)
        self.hot_days = self.hot_days + 1 if high >= 3 else 0
        if high >= 4 or self.hot_days >= self.scenario.ceasefire.consecutive_days:
            return True
        for side in self.sides:
            worth = side.ending_value + rule.stake_leverage * side.leverage
            worth += rule.stake_trust * side.trust
            if sum(side.grievance) * (1.0 + rule.closure * side.cost) > worth:
                return True
        return False


def ratio(signal: Any) -> float:
    return math.log(signal.good / signal.bad)


def futures(scenario: Any, number: int, horizon: int, seed: int = 1) -> list[tuple[int, int, int]]:
    """(day of the collapse or 0, attacks, clashes) of each future."""
    from sim.conflict.attacks import Severity

    severities = {
        name: list(Severity.of(g.deaths_per_attack, g.tail_exponent, g.deadliest).cumulative)
        for name, g in scenario.militants.items()
    }
    out = []
    for k in range(number):
        future = Future(scenario, severities, seed * 1_000_003 + k)
        out.append((future.run(horizon), future.attacks, future.clashes))
    return out


def check(number: int = 2_000, horizon: int = 180) -> float:
    """Largest difference from the model in standard errors: survival at three ages, two means."""
    import numpy as np

    import sim

    scenario = sim.load("baseline", OVERRIDES)
    mine = np.array(futures(scenario, number, horizon))
    runs = sim.simulate(scenario, 10 * number, 2025, horizon).runs
    theirs = np.where(runs["collapse_ended"], runs["collapse_day"], 0)
    pairs = [(over_by(mine[:, 0], age), over_by(theirs, age)) for age in (30, 90, horizon)]
    counted = runs[[f"attacks_{name}" for name in scenario.militants]].sum(axis=1).to_numpy()
    pairs += [(mine[:, 1], counted), (mine[:, 2], runs["clashes"].to_numpy())]
    return max(
        abs(a.mean() - b.mean()) / math.sqrt(a.var() / len(a) + b.var() / len(b)) for a, b in pairs
    )


def over_by(day: Any, age: int) -> Any:
    """Whether each ceasefire was over by this age."""
    return ((day > 0) & (day <= age)).astype(float)
