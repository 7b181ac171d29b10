"""The model: one row per future, whatever the company it is computed in."""

import numpy as np
import pytest
from conftest import SEED, UNANSWERED, outcomes, put, same, tree_of, vary

from sim.config import CAUSES, ENDS, validate
from sim.model import CeasefireModel
from sim.negotiation.reservation import disagreement
from sim.parameters import NONE
from sim.records import BY, MODES, Daily, ends
from sim.state import CEASEFIRE
from sim.study.cells import Cell, load_cell
from sim.study.runner import run

# Every mechanism is busy: fights during rounds, deals, violations, forks in the calendar, events.
BUSY = {
    "conflict.clashes.rate": 0.15,
    "conflict.clashes.tension": 0.05,
    "conflict.implementation.violation": 0.3,
    "pakistan.thresholds": [-0.5, 1.5, 5.0, 10.0],
    "afghan_taliban.thresholds": [-0.5, 1.5, 5.0, 10.0],
    "pakistan.ending_value": 90,
    "afghan_taliban.ending_value": 90,
    "pakistan.disagreement": 0.2,
    "afghan_taliban.disagreement": 0.2,
    "calendar.interval": 9,
    "events": {
        "bomb": {"kind": "attack", "day": 5, "deaths": 40, "group": "ttp"},
        "out": {"kind": "mediator_leaves", "day": 25, "mediator": "qatar"},
        "open": {"kind": "border_opens", "day": 30, "share": 0.7},
        "said": {"kind": "bagram_statement", "day": 40, "pressure": 2},
        "back": {"kind": "mediator_joins", "day": 50, "mediator": "qatar"},
    },
}
WORLDS = {
    "baseline": {},
    "busy": BUSY,
    "busy single text": BUSY | {"protocol.kind": "single_text"},
    "exponential tactics": {
        f"{side}.tactic": {
            "kind": "time_dependent", "form": "exponential", "beta": 1.7, "kappa": 0.1,
        }
        for side in ("pakistan", "afghan_taliban")
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=WORLDS)
def world(request):
    return vary(WORLDS[request.param])


def test_the_busy_world_uses_every_mechanism():
    """Without this the tests of invariance below could be empty."""
    columns = outcomes(vary(BUSY), 200, 80)
    for name in ("rounds_failed", "rounds_resumed", "deal", "deal_lapsed_day", "misattributed",
                 "clashes", "contained", "violations", "pakistan_rung3_days"):  # fmt: skip
        assert columns[name].sum() > 0, name
    assert len(set(columns["account"])) == 2
    assert 0 < columns["collapse_ended"].mean() < 1


# Blocks


def in_blocks(scenario, replicates, block, horizon):
    """Outcome columns, daily counts and logs of a run in blocks."""
    parts, logs, daily = [], [], Daily.to(horizon)
    for first in range(0, replicates, block):
        size = min(block, replicates - first)
        model = CeasefireModel(scenario, size, SEED, first=first, watched=replicates)
        parts.append(model.run(horizon, daily).columns)
        logs.append(model.log)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return columns, daily, logs


@pytest.mark.parametrize("block", [1, 7, 64])
def test_the_block_size_changes_no_result(world, block):
    replicates = 40 if block == 1 else 200
    whole, _, _ = in_blocks(world, replicates, replicates, 80)
    parts, _, _ = in_blocks(world, replicates, block, 80)
    assert same(whole, parts) == []


def test_the_block_size_changes_no_daily_count(world):
    _, whole, _ = in_blocks(world, 90, 90, 60)
    _, parts, _ = in_blocks(world, 90, 13, 60)
    assert [k for k, v in whole._asdict().items() if not np.array_equal(v, getattr(parts, k))] == []


def test_the_block_size_changes_no_logged_round_or_incident(world):
    def listed(logs, kind):
        rows = [row for log in logs for row in getattr(log, kind)]
        return sorted(rows, key=lambda row: (row["replicate"], row["day"]))

    *_, whole = in_blocks(world, 60, 60, 60)
    *_, parts = in_blocks(world, 60, 7, 60)
    for kind in ("rounds", "incidents"):
        assert listed(whole, kind) == listed(parts, kind)


@pytest.mark.parametrize("block", [1, 7, 64, None])
def test_tables_of_a_cell_are_equal_for_every_block_size(block):
    def tables(size):
        settings = {"replicates": 70, "horizon": 60, "engine.block": size, "engine.watched": 30}
        return run(Cell(*validate(put(tree_of(), settings)))).tables

    whole, parts = tables(70), tables(block)
    assert [name for name, table in whole.items() if not table.equals(parts[name])] == []


@pytest.mark.slow
@pytest.mark.parametrize("block", [1, 7, 1000])
def test_the_block_size_changes_no_result_in_a_long_run(world, block):
    replicates = min(3_000, 60 * block)
    whole, _, _ = in_blocks(world, replicates, replicates, 365)
    parts, _, _ = in_blocks(world, replicates, block, 365)
    assert same(whole, parts) == []


# Replay


@pytest.mark.parametrize("replicate", [0, 17, 119])
def test_one_future_is_replayed_alone(world, replicate):
    together = outcomes(world, 120, 80)
    alone = outcomes(world, 1, 80, first=replicate)
    assert same({k: v[replicate : replicate + 1] for k, v in together.items()}, alone) == []


def test_the_same_seed_gives_the_same_results(world):
    assert same(outcomes(world, 30, 60), outcomes(world, 30, 60)) == []


def test_another_seed_gives_other_results():
    scenario = vary({})
    one, other = outcomes(scenario, 50, 60), outcomes(scenario, 50, 60, seed=SEED + 1)
    assert (one["attacks_ttp"] != other["attacks_ttp"]).any()


def test_more_futures_begin_with_the_same_ones():
    scenario = vary({})
    few, many = outcomes(scenario, 20, 60), outcomes(scenario, 75, 60)
    assert same(few, {name: values[:20] for name, values in many.items()}) == []


def test_running_in_two_parts_equals_running_at_once(world):
    model = CeasefireModel(world, 40, SEED)
    model.run(25)
    assert same(model.run(60).columns, outcomes(world, 40, 60)) == []


def test_stepping_by_hand_equals_running_to_the_horizon(world):
    """By hand no ended future is dropped, so this also shows that dropping changes nothing."""
    model = CeasefireModel(world, 40, SEED)
    for _ in range(60):
        model.step()
    assert model.size == 40
    assert same(model.run(60).columns, outcomes(world, 40, 60)) == []


def test_a_run_that_has_ended_steps_no_further():
    model = CeasefireModel(vary({"ceasefire.exogenous_hazard": 1}), 5, SEED)
    model.run(10)
    assert (model.day, model.running) == (1, False)
    model.step()
    assert model.day == 1


@pytest.mark.parametrize(
    "wrong", [{"replicates": 0}, {"seed": -1}, {"first": -1}, {"branch": -1}, {"seed": 2**64}]
)
def test_a_model_out_of_range_is_refused(wrong):
    (name, value) = next(iter(wrong.items()))
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        CeasefireModel(vary({}), **wrong)


# Common random numbers: what one mechanism does shifts no other's chance events

ALONE = UNANSWERED | {"switches.talks": False}


def test_a_group_taken_away_leaves_the_other_as_it_was():
    both = vary(ALONE)
    without = tree_of()
    del without["militants"]["others"]
    one = outcomes(both, 60, 120)
    other = outcomes(validate(put(without, ALONE))[0], 60, 120)
    for column in ("attacks_ttp", "deaths_ttp"):
        assert one[column].tolist() == other[column].tolist()


def test_a_group_added_leaves_the_others_as_they_were():
    more = tree_of()
    more["militants"]["third"] = more["militants"]["ttp"]
    one = outcomes(vary(ALONE), 60, 120)
    other = outcomes(validate(put(more, ALONE))[0], 60, 120)
    for column in ("attacks_ttp", "deaths_ttp", "attacks_others", "deaths_others"):
        assert one[column].tolist() == other[column].tolist()


@pytest.mark.parametrize("switched", ["clashes", "events", "talks"])
def test_switching_a_mechanism_off_shifts_no_attack(switched):
    quiet = UNANSWERED | {f"militants.{name}.spoiling": 0 for name in ("ttp", "others")}
    quiet |= {f"militants.{name}.exposure": 0 for name in ("ttp", "others")}
    quiet |= {"agenda.effects.backlash": {}}
    one, other = (
        outcomes(vary(quiet | {f"switches.{switched}": on}), 60, 120) for on in (True, False)
    )
    for column in ("attacks_ttp", "deaths_ttp", "attacks_others", "deaths_others"):
        assert one[column].tolist() == other[column].tolist()


def test_switching_attacks_off_shifts_no_clash():
    steady = UNANSWERED | {"conflict.clashes.tension": 0}
    one, other = (
        outcomes(vary(steady | {"switches.attacks": on}), 60, 120) for on in (True, False)
    )
    assert one["clashes"].tolist() == other["clashes"].tolist()


@pytest.mark.parametrize("name", ["no_mediators", "verified_guarantees", "spoiler_surge"])
def test_scenarios_share_private_information(name):
    one, other = (CeasefireModel(load_cell(n).scenario, 50, SEED) for n in ("baseline", name))
    for attribute in ("willing", "capacity", "resolve", "asked_at_home", "ending_value"):
        mine, theirs = (model.state["sides"][attribute] for model in (one, other))
        assert np.array_equal(mine, theirs)


# What a row says


def test_every_end_falls_on_a_day_of_the_run_and_has_a_cause(world):
    columns = outcomes(world, 200, 80)
    for end in ENDS:
        ended, day, cause = (columns[f"{end}_{what}"] for what in ("ended", "day", "cause"))
        assert ((day >= 1) & (day <= 80)).all()
        assert (day[~ended] == 80).all()
        assert ((cause >= 0) == ended).all()
        assert cause.max() < len(CAUSES)


def test_every_end_is_by_somebody_but_a_collapse_from_outside(world):
    columns = outcomes(world, 200, 80)
    for end in ENDS:
        ended, by = columns[f"{end}_ended"], columns[f"{end}_by"]
        outside = columns["collapse_mode"] == MODES.index("outside_hazard")
        assert ((by >= 0) == (ended & ~(outside & (end == "collapse")))).all()
        assert by.max() < len(BY)
    both = columns["exchange_of_fire_by"][columns["exchange_of_fire_ended"]]
    assert set(both.tolist()) <= {BY.index("both")}


def test_what_is_met_is_met_by_the_day_of_the_collapse(world):
    columns = outcomes(world, 200, 80)
    for end in ENDS:
        ended = columns[f"{end}_ended"]
        assert (columns[f"{end}_day"] <= columns["collapse_day"])[ended].all()


def test_a_definition_that_a_collapse_cut_short_is_not_met_and_counts_to_the_horizon(world):
    columns = outcomes(world, 200, 80)
    cut = columns["collapse_ended"] & ~columns["repudiation_ended"]
    assert cut.any()
    assert (columns["collapse_day"][cut] < 80).any()
    assert set(columns["repudiation_day"][cut].tolist()) == {80}


def test_collapse_is_the_first_of_hostilities_and_repudiation(world):
    columns = outcomes(world, 200, 80)
    first = np.minimum(columns["open_hostilities_day"], columns["repudiation_day"])
    assert columns["collapse_day"].tolist() == first.tolist()
    met = columns["open_hostilities_ended"] | columns["repudiation_ended"]
    assert columns["collapse_ended"].tolist() == met.tolist()


def ceasefires(*rows):
    """Ceasefires with these days of their ends."""
    out = np.zeros(len(rows), CEASEFIRE)
    out["day"], out["cause"], out["by"] = rows, 1, 0
    return out


def test_how_it_ended_by_hand():
    """Days in the order of ``config.ENDS``; ties go in that order."""
    columns = ends(
        ceasefires(
            (0, 0, 0, 0, 0),
            (3, 0, 0, 0, 0),
            (9, 4, 0, 9, 9),
            (0, 5, 7, 0, 7),
            (6, 6, 6, 6, 6),
            (0, 0, 0, 0, 8),
            (8, 2, 0, 0, 8),
        ),
        20,
    )
    named = dict(enumerate(MODES)) | {NONE: None}
    assert [named[k] for k in columns["collapse_mode"].tolist()] == [
        None, None, "open_hostilities", "repudiation", "open_hostilities", "outside_hazard",
        "outside_hazard",
    ]  # fmt: skip
    named = dict(enumerate(ENDS)) | {NONE: None}
    assert [named[k] for k in columns["first_end"].tolist()] == [
        None, "exchange_of_fire", "strike", "strike", "exchange_of_fire", "collapse", "strike",
    ]  # fmt: skip
    assert columns["repudiation_day"].tolist() == [20, 20, 20, 7, 6, 20, 20]
    assert columns["repudiation_ended"].tolist() == [False] * 3 + [True] * 2 + [False] * 2


def test_a_definition_not_met_in_a_spell_has_the_spells_last_day():
    columns = ends(ceasefires((0, 0, 0, 9, 9), (0, 0, 0, 0, 0)), np.array([9, 15]))
    assert columns["strike_day"].tolist() == [9, 15]
    assert columns["collapse_day"].tolist() == [9, 15]


def test_account_shares_follow_the_configured_probability():
    scenario = vary({"accounts.name": "mixed", "accounts.probability_islamabad": 0.3})
    account = CeasefireModel(scenario, 20_000, SEED).state["account"]
    # 4.5 standard errors of a share of .3
    assert abs((account == 0).mean() - 0.3) < 4.5 * np.sqrt(0.3 * 0.7 / 20_000)


@pytest.mark.parametrize(("name", "code"), [("islamabad", 0), ("kabul", 1)])
def test_a_single_account_is_used_in_every_future(name, code):
    assert set(outcomes(vary({"accounts.name": name}), 20, 5)["account"]) == {code}


def test_quantities_stay_in_their_ranges(world):
    model = CeasefireModel(world, 150, SEED)
    for _ in range(60):
        model.step()
        state = model.state
        for party in model.parties:
            assert ((party.trust > 0) & (party.trust < 1)).all()
            for future in state:
                assert 0 <= disagreement(future, model.futures.sets[future["set"]], party.side) <= 1
            own = state["sides"][:, party.side]
            assert (own["grievance"] >= 0).all()
            assert ((own["lock_in"] >= 0) & (own["lock_in"] <= party.config.lock_in)).all()
        for k, group in enumerate(model.militants):
            own = state["groups"][:, k]
            assert ((own["suppression"] >= 0) & (own["suppression"] <= 1)).all()
            assert (own["worst"] <= group.config.deadliest).all()
            assert (own["backlash"] >= 0).all()
        assert ((state["closure"] >= 0) & (state["closure"] <= 1)).all()
        delivered = state["deal"]["delivered"]
        assert ((delivered >= 0) & (delivered <= 1)).all()
        assert (state["tension"] >= 0).all()
        for k, mediator in enumerate(model.mediators):
            patience = state["mediators"]["patience"][:, k]
            assert (patience >= -1e-9).all()
            assert (patience <= mediator.config.patience).all()
