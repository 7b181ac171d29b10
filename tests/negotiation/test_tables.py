"""What packages are worth, by hand and by brute force; and looking for a package is exact."""

import math

import numpy as np
import pytest
from conftest import vary
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config import PARTIES
from sim.negotiation.agenda import packages
from sim.negotiation.tables import (
    HELD,
    LEAST_GAIN,
    PAGE,
    WEIGHTS,
    best_for_other,
    best_leaving,
    count_up,
    draft,
    first_page,
    opening,
    pages,
    reckoned,
    stated,
    table_of,
    utility,
    value,
    weighted_nash,
    weighted_product,
    with_issue,
    worth,
)
from sim.parameters import NONE

from .sitting import (
    Sitting,
    by_brute_force,
    cake,
    everybody,
    issue,
    of_issues,
    options,
    position,
    publicly,
    random_world,
    swapped,
    worlds,
)

FEW = settings(max_examples=30, deadline=None)
ISLAMABADS, KABULS, UNDISPUTED = 0, 1, 2

# --- what a package is worth: one term at a time --------------------------------------------------

PROMISE = {  # Islamabad demands; option 1 is verified at .2 alone, at .6 with third parties
    "promise": issue(
        [0, 1], [1, 0], promise=True, contested=True, verification=[0, 0.6],
        verification_alone=[0, 0.2],
    ),
    "price": issue([0, 0.5, 1], [1, 0.5, 0], demander="afghan_taliban"),
}  # fmt: skip
STATUS_QUO, PRICE, PROMISED = 0, 1, 3  # packages that change one issue only


@pytest.fixture
def sitting():
    """Weights .75 and .25 of Islamabad, .4 and .6 of Kabul, who is believed able to deliver half.

    Trust is .25, and third parties verify at full strength.
    """
    sitting = Sitting(of_issues(PROMISE, [[0.75, 0.25], [0.4, 0.6]]))
    sitting.p.parties[0].believed_capacity, sitting.p.parties[1].believed_capacity = 0.9, 0.5
    sitting.future.verifiers = 1.0
    sitting.lay()
    sitting.own(0).trust = sitting.own(1).trust = 0.25
    return sitting


def both(sitting, package):
    return [utility(sitting.future, sitting.t, side, package) for side in range(2)]


def test_utility_is_the_weighted_sum_of_the_options_values(sitting):
    assert both(sitting, PRICE) == pytest.approx([0.25 * 0.5, 0.4 + 0.6 * 0.5])


@pytest.mark.parametrize(
    ("capacity", "trust", "verifiers", "believed"),
    [
        (0.5, 0.0, 0.0, 0.5 * 0.2),  # V alone
        (0.5, 0.0, 1.0, 0.5 * 0.6),  # V with third parties
        (0.5, 0.0, 0.5, 0.5 * 0.4),  # half way
        (0.5, 1.0, 0.0, 0.5),  # full trust: capacity is all that limits it
        (0.8, 0.25, 1.0, 0.8 * (0.25 + 0.75 * 0.6)),
        (0.0, 1.0, 1.0, 0.0),  # who can deliver nothing promises nothing
    ],
)
def test_a_promise_is_worth_capacity_times_trust_or_verification(
    sitting, capacity, trust, verifiers, believed
):
    sitting.p.parties[1].believed_capacity = capacity
    sitting.future.verifiers = verifiers
    sitting.lay().own(0).trust = trust
    assert both(sitting, PROMISED)[0] == pytest.approx(0.75 * believed, abs=1e-15)


def test_the_promisers_own_cost_is_not_discounted(sitting):
    sitting.p.parties[0].believed_capacity = 0.1
    sitting.lay().own(1).trust = 0.0
    assert [both(sitting, package)[1] for package in (STATUS_QUO, PROMISED)] == pytest.approx(
        [1.0, 0.6]
    )


def test_who_is_locked_in_loses_the_weight_of_its_retreat_from_its_position(sitting):
    """Islamabad's position is the promise; going without it is a retreat by .75."""
    sitting.own(0).lock_in[0] = 0.5
    assert both(sitting, STATUS_QUO)[0] == pytest.approx(-0.5 * 0.75)


def test_nothing_is_lost_at_the_position_or_beyond_it(sitting):
    sitting.p.parties[1].opening[0] = 1  # Kabul has stated that it promises
    sitting.lay().own(1).lock_in[0] = 0.5
    assert [both(sitting, package)[1] for package in (STATUS_QUO, PROMISED)] == pytest.approx(
        [1.0, 0.6]
    )


def test_a_retreat_is_not_discounted_as_the_promise_is(sitting):
    """Position 1, trust 0 and no verification: the promise is worth nothing, but its lack costs."""
    sitting.future.verifiers, sitting.p.agenda.options[1].verification_alone = 0.0, 0.0
    sitting.lay()
    sitting.own(0).trust, sitting.own(0).lock_in[0] = 0.0, 1.0
    assert [both(sitting, package)[0] for package in (STATUS_QUO, PROMISED)] == pytest.approx(
        [-0.75, 0.0]
    )


def test_an_issue_that_is_not_contested_locks_nobody_in(sitting):
    sitting.own(0).lock_in[:] = [0.0, 5.0, 5.0, 5.0]
    assert both(sitting, STATUS_QUO)[0] == 0.0


def test_publicly_reckoned_is_prior_trust_without_lock_in(sitting):
    sitting.p.parties[0].trust = 0.5
    sitting.own(0).trust, sitting.own(0).lock_in[0] = 0.9, 3.0
    sitting.lay()
    for package, worths in (
        (PROMISED, [0.75 * 0.5 * (0.5 + 0.5 * 0.6), 0.6]),
        (PRICE, [0.125, 0.7]),
    ):
        assert [reckoned(sitting.t, side, package) for side in range(2)] == pytest.approx(worths)


def test_an_issue_is_added_to_the_issues_before_it(sitting):
    before = (0.1, 0.2)
    assert with_issue(sitting.p, UNDISPUTED, 0, 0, 1, 0.6, before) == pytest.approx(
        (0.1 + 0.75 * 0.5 * 0.6, 0.2 + 0.75 * 0.5 * 0.4)
    )
    assert with_issue(sitting.p, UNDISPUTED, 0, 1, 2, 0.6, before) == pytest.approx((0.35, 0.2))


# Whose account


def disputed():
    """Islamabad's account of the promise values it at .6 and .1, Kabul's at .3 and .2."""
    sitting = Sitting(of_issues(PROMISE, [[0.75, 0.25], [0.4, 0.6]]))
    for account, first, second in ((sitting.p.accounts.islamabad, 0.6, 0.1),
                                   (sitting.p.accounts.kabul, 0.3, 0.2)):  # fmt: skip
        account.given[0] = 1
        account.opening[:] = NONE
        account["parties"][:2] = [[0.0, 1.0], [first, second]]
    return sitting


@pytest.mark.parametrize(
    ("account", "worths"),
    [(ISLAMABADS, [0.6, 0.1]), (KABULS, [0.3, 0.2]), (UNDISPUTED, [1.0, 0.0])],
)
def test_an_account_says_what_the_options_of_its_issues_are_worth(account, worths):
    sitting = disputed()
    assert [value(sitting.p, account, 0, 1, side) for side in range(2)] == worths


@pytest.mark.parametrize("account", [ISLAMABADS, KABULS])
def test_an_account_that_leaves_an_issue_out_leaves_it_as_it_is(account):
    sitting = disputed()
    assert [value(sitting.p, account, 1, 1, side) for side in range(2)] == [0.5, 0.5]


@pytest.mark.parametrize(("account", "reported"), [(ISLAMABADS, 1), (KABULS, 2), (UNDISPUTED, 0)])
def test_a_position_is_what_the_account_reports_else_what_is_configured(account, reported):
    sitting = disputed()
    sitting.p.accounts.islamabad.given[1] = sitting.p.accounts.kabul.given[1] = 1
    sitting.p.accounts.islamabad.opening[1, 0] = 1
    sitting.p.accounts.kabul.opening[1, 0] = 2
    sitting.p.parties[0].opening[1] = 0
    assert stated(sitting.p, account, 1, 0) == reported


@pytest.mark.parametrize("account", [ISLAMABADS, KABULS])
def test_a_position_on_an_issue_that_is_not_given_is_not_reported(account):
    sitting = disputed()
    sitting.p.accounts.islamabad.opening[1, 0] = sitting.p.accounts.kabul.opening[1, 0] = 1
    assert stated(sitting.p, account, 1, 0) == 2


def test_a_position_that_nobody_states_is_the_best_option_the_first_of_equals(sitting):
    sitting.p.agenda.options["parties"][2:5] = [[0.5, 0.1], [0.9, 0.8], [0.9, 0.8]]
    assert [stated(sitting.p, UNDISPUTED, 1, side) for side in range(2)] == [1, 1]


def test_the_public_position_is_a_package_of_positions(sitting):
    sitting.p.parties[1].opening[1] = 1
    assert [opening(sitting.p, UNDISPUTED, side) for side in range(2)] == [1 * 3 + 2, 0 * 3 + 1]


# --- every package, by brute force ----------------------------------------------------------------


@given(worlds())
@FEW
def test_every_package_is_worth_what_the_models_description_says(world):
    expected = np.column_stack([by_brute_force(world, side) for side in range(2)])
    assert np.allclose(everybody(world), expected, rtol=0, atol=1e-12)


@given(worlds())
@FEW
def test_every_package_is_reckoned_at_prior_trust_without_lock_in(world):
    numbers = range(world.p.agenda.packages)
    got = [[reckoned(world.t, side, k) for side in range(2)] for k in numbers]
    assert np.allclose(got, publicly(world), rtol=0, atol=1e-12)


@given(worlds())
@FEW
def test_packages_stand_in_the_other_sides_order_the_lower_number_first(world):
    for side in range(2):
        ranked = world.t.ranked[side, : world.p.agenda.packages]
        order = np.argsort(-ranked["other"][world.t.place[side, : len(ranked)]], kind="stable")
        assert ranked["number"].tolist() == order.tolist()
        assert ranked["number"][world.t.place[side, : len(ranked)]].tolist() == [
            *range(len(ranked))
        ]


@given(worlds())
@FEW
def test_a_table_says_which_option_a_package_takes_and_what_each_side_has_stated(world):
    size, issues = world.p.agenda.packages, world.p.count.issues
    assert world.t.option[:size, :issues].tolist() == options(world.p).tolist()
    counts = [world.p.agenda.issues[k].count for k in range(issues)]
    for side in range(2):
        stated_ = [position(world.p, world.future.account, k, side) for k in range(issues)]
        assert world.t.opening[side] == np.ravel_multi_index(stated_, counts)


@given(worlds())
@FEW
def test_the_most_a_side_can_have_leaves_the_other_no_worse_off(world):
    low = [world.p.parties[side].disagreement for side in range(2)]
    known = publicly(world)
    for side in range(2):
        fair = known[known[:, 1 - side] >= low[1 - side] - 1e-15, side]
        assert world.t.most[side] == pytest.approx(max(fair.max(initial=0.0), low[side]))


@given(worlds(), st.floats(0, 1), st.integers(0, 2**32))
@FEW
def test_bounds_are_above_what_they_bound_whatever_trust_and_lock_in(world, trust, seed):
    rng = np.random.default_rng(seed)
    for side in range(2):
        own, other = world.own(side), world.own(1 - side)
        own.trust, other.trust = trust, rng.random()
        own.lock_in[:] = rng.random(len(own.lock_in))
        worths = everybody(world)
        highest = -np.inf
        for page in range(pages(world.t)):
            of_page = world.t.ranked[side, page * PAGE : (page + 1) * PAGE]
            numbers = of_page["number"][: world.p.agenda.packages - page * PAGE]
            bound = world.t.bounds[side, page]
            most = bound.at_zero + own.trust * bound.rise
            highest = max(highest, worths[numbers, side].max())
            assert worths[numbers, side].max() < most
            assert highest < bound.up_to_at_zero + own.trust * bound.up_to_rise
            theirs = bound.other_at_zero + other.trust * bound.other_rise
            assert worths[numbers, 1 - side].max() < theirs


def test_a_bound_is_no_higher_than_the_best_of_its_page_at_either_end_of_trust():
    world = random_world(np.random.default_rng(5), [5, 4, 2])
    for side in range(2):
        own, numbers = world.own(side), world.t.ranked[side, : world.p.agenda.packages]["number"]
        own.lock_in[:] = 0.0
        for own.trust in (0.0, 1.0):
            worths = everybody(world)[numbers]
            for page in range(3):
                bound, of_page = world.t.bounds[side, page], slice(page * PAGE, (page + 1) * PAGE)
                most = bound.at_zero + own.trust * bound.rise
                up_to = bound.up_to_at_zero + own.trust * bound.up_to_rise
                assert most == pytest.approx(worths[of_page, side].max(), abs=2e-9)
                assert up_to == pytest.approx(worths[: of_page.stop, side].max(), abs=2e-9)
        world.own(1 - side).lock_in[:] = 0.0
        for world.own(1 - side).trust in (0.0, 1.0):
            theirs = everybody(world)[numbers, 1 - side]
            for page in range(3):
                bound = world.t.bounds[side, page]
                most = bound.other_at_zero + world.own(1 - side).trust * bound.other_rise
                of_page = slice(page * PAGE, (page + 1) * PAGE)
                assert most == pytest.approx(theirs[of_page].max(), abs=2e-9)


def test_the_last_issue_moves_first():
    p = Sitting(of_issues(PROMISE, [[0.5, 0.5]] * 2)).p
    option = np.zeros(2, dtype=np.int64)
    moved = [(int(count_up(p, option)), option.tolist()) for _ in range(6)]
    assert moved == [(1, [0, 1]), (1, [0, 2]), (0, [1, 0]), (1, [1, 1]), (1, [1, 2]), (0, [0, 0])]


# The shipped agenda


def by_hand(scenario, side, package, trust, lock_in, account, verifiers):
    """Utility of one package of a scenario, from its configuration alone."""
    issues = scenario.agenda.issues
    me, other = scenario.parties[side], scenario.parties[1 - side]
    positions = getattr(scenario.accounts, account)
    best_v = 0.0
    for name, held in issues.items():
        if held.verification is not None:
            option = held.options.index(package[name])
            alone, full = held.verification_alone[option], held.verification[option]
            best_v = max(best_v, alone + (full - alone) * verifiers)
    total, locks = 0.0, iter(lock_in)
    for name, held in issues.items():
        worths = getattr(positions.get(name, held), PARTIES[side])
        gained = me.weights[name] * worths[held.options.index(package[name])]
        believed = 1.0
        if held.promise and held.demander.value == PARTIES[side]:
            believed = other.believed_capacity * (trust + (1 - trust) * best_v)
        total += gained * believed
        if held.contested:
            said = me.opening.get(name, held.options[int(np.argmax(worths))])
            if name in positions:
                said = positions[name].opening.get(PARTIES[side], said)
            asked = me.weights[name] * worths[held.options.index(said)]
            total -= next(locks) * max(asked - gained, 0.0)
    return total


@pytest.fixture(scope="module")
def shipped():
    return Sitting(vary({}))


@pytest.mark.parametrize("account", ["islamabad", "kabul"])
@pytest.mark.parametrize("verifiers", [0.0, 0.84, 1.0])
def test_utility_is_the_sum_over_issues_by_hand(shipped, account, verifiers):
    scenario = shipped.futures.scenario
    listed, rng = packages(scenario.agenda), np.random.default_rng(0)
    shipped.future.account = ("islamabad", "kabul").index(account)
    shipped.future.verifiers = verifiers
    shipped.lay()
    for package in rng.integers(len(listed), size=40):
        for side in range(2):
            own = shipped.own(side)
            own.trust, own.lock_in[:3] = rng.random(), rng.random(3)
            expected = by_hand(
                scenario, side, listed.describe(package), own.trust, own.lock_in, account, verifiers
            )
            assert utility(shipped.future, shipped.t, side, package) == pytest.approx(
                expected, abs=1e-12
            )


def test_nothing_is_lost_by_lock_in_at_the_public_position(shipped):
    for side in range(2):
        ranked = shipped.t.ranked[side, : shipped.t.packages]
        assert (ranked["retreat"] >= 0).all()
        assert (ranked["retreat"][shipped.t.place[side, shipped.t.opening[side]]] == 0).all()


@given(worlds(), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@FEW
def test_utility_is_linear_in_trust(world, low, high, share):
    own, at = world.own(0), []
    for own.trust in (low, high, low + (high - low) * share):
        at.append(everybody(world)[:, 0])
    assert np.allclose(at[2], at[0] * (1 - share) + at[1] * share, rtol=0, atol=1e-12)


@given(worlds())
@FEW
def test_more_verification_never_makes_a_package_worse(world):
    worths = []
    for world.future.verifiers in (0.0, 1.0):
        trusts = [(own.trust, own.lock_in.copy()) for own in map(world.own, range(2))]
        world.lay()
        for side, (trust, lock_in) in enumerate(trusts):
            world.own(side).trust, world.own(side).lock_in[:] = trust, lock_in
        worths.append(everybody(world))
    assert (worths[1] >= worths[0] - 1e-12).all()


# --- which table holds ----------------------------------------------------------------------------


def made(sitting):
    """Place on the desk of the table that holds now."""
    t = table_of(sitting.future, sitting.p, sitting.desk)
    begins = sitting.desk.tables.__array_interface__["data"][0]
    return (t.__array_interface__["data"][0] - begins) // sitting.desk.tables.itemsize


def cleared():
    sitting = cake(0.3, 0.3)
    sitting.desk.tables["parameters"] = NONE
    return sitting


def test_a_table_is_made_once():
    sitting = cleared()
    place = made(sitting)
    sitting.desk.tables[place].drafts[0] = 5  # would be forgotten in a new one
    assert made(sitting) == place
    assert sitting.desk.tables[place].drafts[0] == 5


@pytest.mark.parametrize(("field", "value_"), [("account", 1), ("verifiers", 0.7)])
def test_another_account_or_strength_of_verifiers_has_its_own_table(field, value_):
    sitting = cleared()
    first = made(sitting)
    sitting.future[field] = value_
    second = made(sitting)
    assert second != first
    assert sitting.desk.tables[second][field] == value_
    assert sitting.desk.tables[second].parameters == sitting.p.derived.identity


def test_another_set_of_parameters_writes_over_tables_of_others():
    sitting = cleared()
    first = made(sitting)
    sitting.p.derived.identity += 1
    sitting.p.agenda.options["parties"][0] = [0.7, 0.2]
    assert made(sitting) == first
    sitting.t = sitting.desk.tables[first]
    assert everybody(sitting)[0].tolist() == [0.7, 0.2]


def test_tables_of_one_set_are_kept_as_long_as_there_is_room():
    sitting, places = cleared(), []
    for k in range(HELD + 2):
        sitting.future.verifiers = k / 100
        places.append(made(sitting))
    assert sorted(places[:HELD]) == list(range(HELD))
    assert set(places[HELD:]) == {0}
    sitting.future.verifiers = 3 / 100
    assert made(sitting) == places[3]


def test_a_new_table_knows_no_drafts_and_no_curves():
    sitting = cake(0.3, 0.3)
    sitting.t.drafts[:], sitting.t.limit[:], sitting.t.sight.spoken = 4, 9, 3
    sitting.lay()
    assert (sitting.t.drafts == NONE).all()
    assert sitting.t.limit.tolist() == [0, 0]
    assert (sitting.t.sight.spoken, sitting.t.sight.received) == (0, 0)
    assert np.isnan([sitting.t.sight.own, sitting.t.sight.heard]).all()


# --- looking for a package ------------------------------------------------------------------------


def liked_best(world, side, asked):
    """The choice by going through every package in turn."""
    theirs = publicly(world)[:, 1 - side]
    # the table's own numbers, so that ties are those that the rules see
    theirs = np.array([reckoned(world.t, 1 - side, k) for k in range(len(theirs))])
    own = everybody(world)[:, side]
    ranked = sorted(range(len(own)), key=lambda k: (-theirs[k], k))
    enough = [k for k in ranked if own[k] >= asked]
    return enough[0] if enough else max(ranked, key=lambda k: own[k])


@given(worlds(), st.floats(-0.2, 1.2))
@FEW
def test_the_best_package_for_the_other_is_found_among_all(world, asked):
    for side in range(2):
        found = best_for_other(world.future, world.t, side, asked)
        assert found == liked_best(world, side, asked)


@given(worlds(), st.integers(0, 2**32))
@FEW
def test_an_aspiration_met_exactly_is_met(world, seed):
    """Aspirations that equal some package's utility to the last bit."""
    number = np.random.default_rng(seed).integers(world.p.agenda.packages)
    for side in range(2):
        exact = utility(world.future, world.t, side, number)
        found = best_for_other(world.future, world.t, side, exact)
        assert found == liked_best(world, side, exact)
        assert utility(world.future, world.t, side, found) >= exact


def test_where_nothing_is_good_enough_the_best_for_oneself_is_offered():
    assert [best_for_other(*_ft(cake()), side, 2.0) for side in range(2)] == [10, 0]


def _ft(sitting):
    return sitting.future, sitting.t


@given(worlds(), st.floats(-0.2, 1.2))
@FEW
def test_no_page_before_the_first_one_holds_what_is_asked(world, asked):
    for side in range(2):
        own = world.own(side)
        first = first_page(own, world.t, side, asked)
        before = world.t.ranked[side, : min(first * PAGE, world.p.agenda.packages)]
        assert all(worth(package, own) < asked for package in before)
        if first < pages(world.t):
            bound = world.t.bounds[side, first]
            assert bound.up_to_at_zero + own.trust * bound.up_to_rise >= asked


@given(worlds(), st.floats(-0.2, 1.2))
@FEW
def test_the_most_that_leaves_the_other_a_floor_is_found_among_all(world, floor):
    for side in range(2):
        own = everybody(world)[:, side]
        theirs = np.array([reckoned(world.t, 1 - side, k) for k in range(len(own))])
        left = own[theirs >= floor] if (theirs >= floor).any() else own[[theirs.argmax()]]
        assert best_leaving(world.future, world.t, side, floor) == left.max()


def test_a_floor_met_exactly_is_met():
    sitting = cake()
    assert best_leaving(sitting.future, sitting.t, 0, 0.5) == 0.5


# --- the mediators' text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "first", "second", "logarithm"),
    [
        (50, 0.5, 0.6, 50 * math.log(0.2) + 50 * math.log(0.4)),
        (80, 0.5, 0.6, 80 * math.log(0.2) + 20 * math.log(0.4)),
        (100, 0.5, 0.1, 100 * math.log(0.2)),
        (60, 0.1, 0.6, 60 * math.log(LEAST_GAIN) + 40 * math.log(0.4)),
        (60, 0.5, 0.2, 60 * math.log(0.2) + 40 * math.log(LEAST_GAIN)),
    ],
)
def test_a_product_of_gains_over_no_deal_is_weighed(weight, first, second, logarithm):
    assert weighted_product(cake(0.3, 0.2).p, weight, first, second) == pytest.approx(logarithm)


def test_the_text_at_equal_weights_is_the_nash_product_of_a_cake():
    sitting = cake(0.0, 0.0)
    assert draft(sitting.p, sitting.t, WEIGHTS // 2) == 5


def test_no_deal_shifts_the_text():
    sitting = cake(0.4, 0.0)
    assert draft(sitting.p, sitting.t, WEIGHTS // 2) == 7


def test_more_weight_on_a_side_gives_it_more():
    sitting = cake(0.0, 0.0)
    texts = [draft(sitting.p, sitting.t, weight) for weight in range(WEIGHTS + 1)]
    assert texts == sorted(texts)
    assert texts[30] == 3
    assert texts[70] == 7


def weighted_by_brute_force(world, weight):
    """The text by going through every package, the lowest number of equals."""
    numbers = range(world.p.agenda.packages)
    known = np.array([[reckoned(world.t, side, k) for side in range(2)] for k in numbers])
    low = np.array([world.p.parties[side].disagreement for side in range(2)])
    logs = np.vectorize(math.log)(np.maximum(known - low, LEAST_GAIN))
    return int(np.argmax(weight * logs[:, 0] + (WEIGHTS - weight) * logs[:, 1]))


@given(worlds(), st.integers(0, WEIGHTS))
@FEW
def test_the_text_is_the_weighted_nash_package_among_all_the_lowest_of_equals(world, weight):
    expected = weighted_by_brute_force(world, weight)
    assert weighted_nash(world.p, world.t, weight) == expected
    assert draft(world.p, world.t, weight) == expected


def test_a_text_is_worked_out_once():
    sitting = cake(0.0, 0.0)
    sitting.t.drafts[40] = 9
    assert [draft(sitting.p, sitting.t, weight) for weight in (40, 41)] == [9, 4]


@given(worlds(), st.integers(0, WEIGHTS))
@FEW
def test_texts_mirror_when_the_sides_are_swapped(world, weight):
    """Weight w on one side is weight 1 - w on the other."""
    other = swapped(world)
    assert draft(world.p, world.t, weight) == draft(other.p, other.t, WEIGHTS - weight)
