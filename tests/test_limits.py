"""Limits with known answers: what must come out when almost everything is switched off."""

import numpy as np
import pytest
from conftest import SEED, STILL, outcomes, vary

from sim.config import CAUSES, ENDS
from sim.model import CeasefireModel
from sim.negotiation.reservation import disagreement

R, HORIZON = 4_000, 120


def survival(columns, horizon=HORIZON):
    """S(t) for t = 0 ... horizon."""
    days, ended = columns["collapse_day"], columns["collapse_ended"]
    ends = np.bincount(days[ended], minlength=horizon + 1)
    return 1 - ends.cumsum() / len(days)


@pytest.mark.parametrize("mediators", ["qatar_turkiye", "none"])
def test_without_attacks_clashes_events_and_talks_nobody_ends_it(mediators):
    columns = outcomes(vary(STILL, "baseline", f"mediators={mediators}"), 300, 400)
    for end in ENDS:
        assert not columns[f"{end}_ended"].any()
    for name in ("rounds_held", "deal", "attacks_ttp", "clashes", "violations"):
        assert not columns[name].any()
    for side in ("pakistan", "afghan_taliban"):
        assert not any(columns[f"{side}_rung{rung}_days"].any() for rung in range(1, 5))


def test_talks_alone_do_not_end_it_where_nobody_answers_and_nobody_repudiates():
    quiet = STILL | {"switches.talks": True, "switches.responses": False}
    columns = outcomes(vary(quiet | {"switches.repudiation": False}), 300, HORIZON)
    assert columns["rounds_held"].sum() > 0
    assert not any(columns[f"{end}_ended"].any() for end in ENDS)


def test_without_anything_trust_rises_to_a_steady_state_and_tension_fades():
    model = CeasefireModel(vary(STILL), 3, SEED)
    model.run(2_000)
    before = [party.trust.copy() for party in model.parties]
    model.step()
    for party, trust in zip(model.parties, before, strict=True):
        assert np.allclose(party.trust, trust, rtol=0, atol=1e-6)
        assert (party.trust > party.config.trust).all()
    assert (model.state["tension"] < 1e-9).all()


@pytest.mark.parametrize("hazard", [0.001, 0.02, 0.3])
def test_an_exogenous_hazard_alone_gives_geometric_survival(hazard):
    """Every S(t) within 5 binomial standard errors of (1 - h)^t, plus one future's weight."""
    columns = outcomes(vary(STILL | {"ceasefire.exogenous_hazard": hazard}), R, HORIZON)
    expected = (1 - hazard) ** np.arange(HORIZON + 1)
    error = np.sqrt(expected * (1 - expected) / R)
    assert (np.abs(survival(columns) - expected) <= 5 * error + 1 / R).all()
    causes = columns["collapse_cause"][columns["collapse_ended"]]
    assert set(causes) == {CAUSES.index("shock")}


def test_a_hazard_of_one_ends_every_ceasefire_on_the_first_day():
    columns = outcomes(vary(STILL | {"ceasefire.exogenous_hazard": 1}), 50, HORIZON)
    assert set(columns["collapse_day"]) == {1}
    assert columns["collapse_ended"].all()
    assert not any(columns[f"{end}_ended"].any() for end in ENDS[:-1])


def test_an_end_on_the_last_day_is_an_event_and_a_survivor_is_censored_there():
    scenario = vary(STILL | {"ceasefire.exogenous_hazard": 0.05})
    columns = outcomes(scenario, 2_000, 10)
    last = columns["collapse_day"] == 10
    assert columns["collapse_ended"][last].any()
    assert not columns["collapse_ended"][last].all()
    assert columns["collapse_ended"][~last].all()


def test_without_triggers_nobody_responds_even_at_the_lowest_thresholds():
    low = {f"{side}.thresholds": [-20, -20, -20, -20] for side in ("pakistan", "afghan_taliban")}
    assert not outcomes(vary(STILL | low), 50, 60)["collapse_ended"].any()


def test_who_cannot_be_provoked_never_fires():
    calm = {f"{side}.thresholds": [60, 60, 60, 60] for side in ("pakistan", "afghan_taliban")}
    columns = outcomes(vary(calm | {"switches.repudiation": False}), 200, HORIZON)
    assert not any(columns[f"{end}_ended"].any() for end in ENDS)
    assert columns["closed_days"].max() <= HORIZON


def test_grievance_beyond_reach_is_never_repudiated():
    high = {f"{side}.ending_value": 100 for side in ("pakistan", "afghan_taliban")}
    high |= {f"{side}.ending_spread": 0 for side in ("pakistan", "afghan_taliban")}
    columns = outcomes(vary(high | {"switches.responses": False}), 200, 30)
    assert not columns["repudiation_ended"].any()


def test_no_closure_costs_nothing():
    open_ = STILL | {"conflict.border.closed": 0, "conflict.border.agreed": 0}
    model = CeasefireModel(vary(open_), 4, SEED)
    model.run(60)
    for party in model.parties:
        for future in model.state:
            without = disagreement(future, model.futures.sets[future["set"]], party.side)
            assert without == party.config.disagreement


def test_closure_without_fading_costs_its_daily_price_every_day():
    shut = STILL | {"conflict.border.closed": 1, "conflict.border.agreed": 1}
    model = CeasefireModel(vary(shut | {"conflict.border.memory": 3650}), 2, SEED)
    model.run(30)
    kept = 0.5 ** (1 / 3650)
    for side, party in enumerate(model.parties):
        expected = party.config.closure_cost * sum(kept**k for k in range(30))
        assert np.allclose(model.state["sides"]["closure_cost"][:, side], expected, rtol=1e-12)
