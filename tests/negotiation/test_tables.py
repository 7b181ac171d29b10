"""What packages are worth, by hand and by brute force; and looking for a package is exact."""

import math
from threading import Thread

import numpy as np
import pytest
from conftest import vary
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config import PARTIES
from sim.negotiation.agenda import packages
from sim.negotiation.tables import (
    HELD,
    best_for_other,
    best_for_own,
    bound_pages,
    common_ground,
    desk,
    draft,
    eased,
    list_options_worth,
    list_verification,
    list_worths,
    make_table,
    most_leaving,
    most_on,
    opening,
    reckoned,
    reopens,
    stands,
    stated,
    table_of,
    takes_back,
    utility,
    value,
    weighted_product,
    with_option,
)
from sim.parameters import CONTESTED, NONE
from sim.study.cells import load_cell

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
    values,
    verifications,
    worlds,
)

FEW = settings(max_examples=30, deadline=None)
ISLAMABADS, KABULS, UNDISPUTED = 0, 1, 2
NO_LOCKS = np.zeros(CONTESTED)

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
    sitting.p.conflict.implementation.monitoring.capacity = 1.0
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


def test_what_an_option_is_worth_comes_from_its_promise_or_from_elsewhere(sitting):
    """By option: the promise's two, then the price's three."""
    worths = []
    for side in range(2):
        sitting.lay()  # both sides' worths are listed in the same place, one after the other
        list_options_worth(sitting.p, sitting.t, side)
        worths.append([sitting.t.plain[:5].tolist(), sitting.t.promised[:5].tolist()])
    assert worths[0] == [[0, 0, 0, 0.125, 0.25], [0, 0.75 * 0.5, 0, 0, 0]]
    assert worths[1] == [pytest.approx([0.4, 0, 0.6, 0.3, 0]), [0] * 5]


def test_an_option_is_added_to_the_options_before_it(sitting):
    sitting.t.plain[1], sitting.t.promised[1] = 0.3, 0.4
    assert with_option(sitting.t, 1, 0.25, (0.1, 0.2)) == pytest.approx((0.5, 0.5))


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


# Links


def linked(at_least=1, options=(1,), cheaper=0.25, believed=0.5):
    """The price from an option on makes options of the promise easier; Kabul can deliver half."""
    sitting = Sitting(of_issues(PROMISE, [[0.75, 0.25], [0.4, 0.6]]))
    sitting.p.parties[1].believed_capacity = 0.5
    link, sitting.p.count.links = sitting.p.agenda.links[0], 1
    link.given, link.at_least, link.options[:] = 1, at_least, 0
    link.options[list(options)] = 1
    link.cheaper, link.believed = cheaper, believed
    sitting.p.conflict.implementation.monitoring.capacity = sitting.future.verifiers = 1.0
    sitting.lay()
    sitting.own(0).trust = sitting.own(1).trust = 0.25
    return sitting


LINKED = PROMISED + PRICE  # both are granted


def test_a_linked_option_costs_its_giver_less_of_its_loss():
    """Of the .4 that Kabul loses a quarter goes: .6 * .5 + .25 * .4."""
    assert both(linked(), LINKED)[1] == pytest.approx(0.3 + 0.1)


def test_a_linked_promise_is_doubted_less():
    """Credibility .5 * (.25 + .75 * .6) = .35, of the other .65 half is added: .675."""
    assert both(linked(), LINKED)[0] == pytest.approx(0.75 * 0.675 + 0.125)


def test_a_promise_that_is_wholly_believed_does_not_hang_on_trust():
    sitting = linked(believed=1.0)
    assert sitting.t.constant[0, LINKED] == pytest.approx(0.75 + 0.125)
    assert sitting.t.slope[0, LINKED] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("package", [STATUS_QUO, PRICE, PROMISED])
def test_a_link_needs_both_what_is_given_and_the_option_it_eases(package):
    none = linked(cheaper=0.0, believed=0.0)
    assert both(linked(), package) == both(none, package)


@pytest.mark.parametrize(("at_least", "eased_"), [(0, [0, 1, 2]), (1, [1, 2]), (2, [2])])
def test_a_link_holds_from_its_option_on(at_least, eased_):
    sitting, none = linked(at_least), linked(cheaper=0.0, believed=0.0)
    changed = [k for k in range(3)
               if both(sitting, PROMISED + k) != both(none, PROMISED + k)]  # fmt: skip
    assert changed == eased_


def test_links_that_meet_combine_as_independent_shares():
    """1 - .75 * .6 = .55 cheaper, 1 - .5 * .8 = .6 more believed."""
    sitting = linked()
    sitting.p.agenda.links[1] = sitting.p.agenda.links[0]
    second, sitting.p.count.links = sitting.p.agenda.links[1], 2
    second.cheaper, second.believed = 0.4, 0.2
    assert eased(sitting.p, sitting.t, LINKED, 1) == pytest.approx((0.55, 0.6))
    assert eased(sitting.p, sitting.t, PROMISED, 1) == (0.0, 0.0)


def test_what_costs_the_giver_nothing_is_not_made_cheaper():
    sitting = linked()
    sitting.p.agenda.options["parties"][:2, 1] = 0.2, 0.9
    assert both(sitting.lay(), LINKED)[1] == pytest.approx(0.4 * 0.9 + 0.3)


def test_a_link_does_not_change_what_a_retreat_costs():
    assert (linked().t.retreat == linked(cheaper=0.0, believed=0.0).t.retreat).all()


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
    """Exactly, on what the table reckons packages to be worth."""
    low = [world.p.parties[side].disagreement for side in range(2)]
    known = world.t.reckoned[:, : world.t.packages]
    for side in range(2):
        fair = known[side, known[1 - side] >= low[1 - side]]
        assert world.t.most[side] == max(fair.max(initial=0.0), low[side])


@given(worlds())
@FEW
def test_verification_bears_on_utility_up_to_the_last_issue_that_verifies(world):
    issues = range(world.p.count.issues)
    verifying = [k + 1 for k in issues if world.p.agenda.issues[k].verifies]
    assert list_verification(world.p, world.t) == max(verifying, default=0)
    expected = verifications(world.p, world.future.verifiers)
    assert world.t.verified[: len(expected)] == pytest.approx(expected, abs=1e-15)


@given(worlds())
@FEW
def test_worths_are_the_same_from_whichever_beginnings_they_are_listed(world):
    """Beginnings of more issues than need be: up to whole packages."""
    size, bearing = world.t.packages, list_verification(world.p, world.t)
    for side in range(2):
        list_options_worth(world.p, world.t, side)
        for longer in range(bearing, world.p.count.issues + 1):
            list_worths(world.p, world.t, side, longer)
            got = np.column_stack([world.t.constant[side, :size], world.t.slope[side, :size]])
            assert np.allclose(got.sum(axis=1), by_brute_force(world, side, 1.0, NO_LOCKS))
            assert np.allclose(got[:, 0], by_brute_force(world, side, 0.0, NO_LOCKS))


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "page"),
    [
        ([5, 4, 2], 8),  # 5 * 8 would be more than a page of 24
        ([2, 3, 4], 24),  # just a page
        ([5, 5], 5),
        ([3, 26], 26),  # options of one issue stay together
        ([26], 26),
        ([1, 5, 5], 5),
    ],
)
def test_packages_of_a_page_differ_in_the_last_issues_only(counts, page):
    t = random_world(np.random.default_rng(1), counts).t
    assert (t.page, t.pages) == (page, np.prod(counts) // page)


def test_options_are_listed_once_for_an_agenda():
    sitting = cake()
    sitting.t.option[3, 0] = 5
    make_table(*sitting.at_table)
    assert sitting.t.option[3, 0] == 5
    sitting.t.agenda = sitting.p.derived.agenda + 1
    make_table(*sitting.at_table)
    assert (sitting.t.option[3, 0], sitting.t.agenda) == (3, sitting.p.derived.agenda)


def of_pages(worths, world):
    """Numbers of a page's packages and what they are worth, page by page."""
    size = world.t.page
    return [worths[page * size : (page + 1) * size] for page in range(world.t.pages)]


@given(worlds(many_pages=True), st.floats(0, 1), st.integers(0, 2**32))
@FEW
def test_bounds_are_above_what_they_bound_whatever_trust_and_lock_in(world, trust, seed):
    rng = np.random.default_rng(seed)
    for side in range(2):
        own = world.own(side)
        own.trust, own.lock_in[:] = trust, rng.random(len(own.lock_in))
        for page, worths in enumerate(of_pages(everybody(world)[:, side], world)):
            assert worths.max() < most_on(world.future, world.t, side, page)


@given(worlds(many_pages=True))
@FEW
def test_a_bound_is_the_best_of_its_page_at_either_end_of_trust(world):
    """And what the page's best is reckoned to be, exactly."""
    for side in range(2):
        own = world.own(side)
        own.lock_in[:] = 0.0
        for own.trust in (0.0, 1.0):
            for page, worths in enumerate(of_pages(everybody(world)[:, side], world)):
                most = most_on(world.future, world.t, side, page)
                assert most == pytest.approx(worths.max(), abs=2e-9)
        for page, worths in enumerate(of_pages(world.t.reckoned[side], world)):
            assert world.t.bounds[side, page].reckoned == worths.max()


def test_the_most_on_a_page_is_by_the_trust_of_whose_it_is():
    world = random_world(np.random.default_rng(2), [5, 5])
    bound = world.t.bounds[1, 3]
    bound.at_zero, bound.rise = 0.3, 0.4
    world.own(0).trust, world.own(1).trust = 0.5, 0.25
    assert most_on(world.future, world.t, 1, 3) == pytest.approx(0.4)


@given(worlds(many_pages=True))
@FEW
def test_a_side_looks_at_pages_from_the_best_for_the_other_on_the_first_of_equals(world):
    for side in range(2):
        bests = [worths.max() for worths in of_pages(world.t.reckoned[1 - side], world)]
        expected = sorted(range(world.t.pages), key=lambda page: (-bests[page], page))
        assert world.t.order[side, : world.t.pages].tolist() == expected


# The shipped agenda


def by_hand(scenario, side, package, trust, lock_in, account, verifiers):
    """Utility of one package of a scenario, from its configuration alone."""
    issues = scenario.agenda.issues
    me, other = scenario.parties[side], scenario.parties[1 - side]
    positions = getattr(scenario.accounts, account)
    best_v, reached = 0.0, scenario.conflict.implementation.monitoring.capacity
    for name, held in issues.items():
        if held.verification is not None:
            option = held.options.index(package[name])
            alone, full = held.verification_alone[option], held.verification[option]
            best_v = max(best_v, (alone + (full - alone) * verifiers) * reached)
    (link,) = scenario.agenda.links.values()
    given = issues[link.given].options
    holds = given.index(package[link.given]) >= given.index(link.at_least)
    total, locks = 0.0, iter(lock_in)
    for name, held in issues.items():
        worths = getattr(positions.get(name, held), PARTIES[side])
        gained = me.weights[name] * worths[held.options.index(package[name])]
        believed, demander = 1.0, held.demander and held.demander.value
        eases = holds and name == link.issue and package[name] in link.options
        if held.promise and demander == PARTIES[side]:
            believed = other.believed_capacity * (trust + (1 - trust) * best_v)
            believed += eases * link.believed * (1 - believed)
        total += gained * believed
        if demander == PARTIES[1 - side]:
            total += eases * link.cheaper * max(me.weights[name] * worths[0] - gained, 0)
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
        retreat = shipped.t.retreat[side][:, : shipped.t.packages]
        assert (retreat >= 0).all()
        assert retreat.any()
        assert (retreat[:, shipped.t.opening[side]] == 0).all()


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
    wanted = (sitting.p.derived.identity, sitting.future.account, sitting.future.verifiers)
    assert (t["parameters"], t["account"], t["verifiers"]) == wanted
    tables = sitting.desk.tables
    (place,) = [
        k for k in range(HELD)
        if (tables[k].parameters, tables[k].account, tables[k].verifiers) == wanted
    ]  # fmt: skip
    return place


def cleared():
    sitting = cake(0.3, 0.3)
    for what in ("parameters", "agenda"):
        sitting.desk.tables[what] = NONE
    return sitting


def test_every_thread_has_a_desk_of_its_own_with_no_table_on_it():
    mine, others = desk(), []
    thread = Thread(target=lambda: others.append(desk()))
    thread.start()
    thread.join()
    assert desk() is mine
    assert others[0] is not mine
    assert (others[0]["tables"]["parameters"] == NONE).all()
    assert (others[0]["tables"]["agenda"] == NONE).all()


def test_a_table_is_made_once():
    sitting = cleared()
    place = made(sitting)
    sitting.desk.tables[place].limit[0] = 5  # would be forgotten in a new one
    assert made(sitting) == place
    assert sitting.desk.tables[place].limit[0] == 5


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


def test_a_new_table_knows_no_curves_and_no_offers():
    sitting = cake(0.3, 0.3)
    sitting.t.limit[:], sitting.t.sight.spoken = 9, 3
    sitting.lay()
    assert sitting.t.limit.tolist() == [0, 0]
    assert (sitting.t.sight.spoken, sitting.t.sight.received) == (0, 0)
    assert np.isnan([sitting.t.sight.own, sitting.t.sight.heard]).all()


# --- looking for a package ------------------------------------------------------------------------


def both_sides(world, side):
    """What every package is worth to a side, and is reckoned to be to the other."""
    return everybody(world)[:, side], world.t.reckoned[1 - side, : world.t.packages]


def liked_best(world, side, asked):
    """The choice by going through every package in turn."""
    own, theirs = both_sides(world, side)
    enough = [k for k in range(len(own)) if own[k] >= asked]
    if enough:
        return max(enough, key=lambda k: (theirs[k], -k))
    return max(range(len(own)), key=lambda k: (own[k], theirs[k], -k))


@given(worlds(many_pages=True), st.floats(-0.2, 1.2))
@FEW
def test_the_best_package_for_the_other_is_found_among_all(world, asked):
    for side in range(2):
        found = best_for_other(world.future, world.t, side, asked, NONE)
        assert found == liked_best(world, side, asked)


@given(worlds(many_pages=True), st.integers(0, 2**32))
@FEW
def test_an_aspiration_met_exactly_is_met(world, seed):
    """Aspirations that equal some package's utility to the last bit."""
    number = np.random.default_rng(seed).integers(world.p.agenda.packages)
    for side in range(2):
        exact = utility(world.future, world.t, side, number)
        found = best_for_other(world.future, world.t, side, exact, NONE)
        assert found == liked_best(world, side, exact)
        assert utility(world.future, world.t, side, found) >= exact


def test_where_nothing_is_good_enough_the_best_for_oneself_is_offered():
    assert [best_for_other(*_ft(cake()), side, 2.0, NONE) for side in range(2)] == [10, 0]


def _ft(sitting):
    return sitting.future, sitting.t


@given(worlds(many_pages=True))
@FEW
def test_the_best_package_for_oneself_is_found_among_all(world):
    for side in range(2):
        own, theirs = both_sides(world, side)
        best = max(range(len(own)), key=lambda k: (own[k], theirs[k], -k))
        assert best_for_own(world.future, world.t, side) == best


def test_of_packages_equally_good_for_oneself_the_other_sides_better_one_is_chosen():
    """Packages (own, other): (1, 0), (1, .5), (1, .5), (0, 1)."""
    table = Sitting(of_issues({"a": issue([1, 1, 1, 0], [0, 0.5, 0.5, 1])}, [[1], [1]]))
    assert best_for_own(*_ft(table), 0) == 1


@given(worlds(many_pages=True), st.floats(-0.2, 1.2), st.booleans(), st.integers(0, 2**32))
@FEW
def test_the_most_that_leaves_the_other_a_floor_is_found_among_all(world, floor, exact, seed):
    """Floors met exactly among them."""
    for side in range(2):
        own, theirs = both_sides(world, side)
        floor = np.random.default_rng(seed).choice(theirs) if exact else floor
        left = own[theirs >= floor] if (theirs >= floor).any() else own[theirs == theirs.max()]
        assert most_leaving(world.future, world.t, side, floor) == left.max()


@pytest.mark.parametrize("side", [0, 1])
def test_a_page_of_little_own_worth_may_hold_the_best_for_the_other(side):
    """Two pages of 13. Own worth and the other's: (0, 1), (.5, .3) on one, (.2, .7) on the next."""
    world = random_world(np.random.default_rng(1), [2, 13])
    t, other = world.t, 1 - side
    t.constant[:], t.slope[:], t.retreat[:], t.reckoned[:] = 0, 0, 0, 0
    t.constant[side, [1, 13]] = t.reckoned[side, [1, 13]] = [0.5, 0.2]
    t.constant[other, [0, 1, 13]] = t.reckoned[other, [0, 1, 13]] = [1.0, 0.3, 0.7]
    for of in range(2):
        bound_pages(t, of)
    assert best_for_other(world.future, t, side, 0.15, NONE) == 13
    assert most_leaving(world.future, t, side, 0.5) == 0.2


def test_a_floor_met_exactly_is_met():
    sitting = cake()
    assert most_leaving(sitting.future, sitting.t, 0, 0.5) == 0.5


@pytest.mark.parametrize(
    "name", ["baseline", pytest.param("extradition_accepted", marks=pytest.mark.slow)]
)
def test_the_shipped_agendas_choices_are_exact_whatever_trust_lock_in_and_account(name):
    """Random states of both sides; every third is locked in on some issues as far as can be."""
    sitting, rng = Sitting(load_cell(name, ["accounts=mixed"]).scenario), np.random.default_rng(1)
    future, p, found = sitting.future, sitting.p, set()
    for account in (ISLAMABADS, KABULS):
        future.account = account
        t = sitting.lay().t
        for number in range(12):
            side = number % 2
            own, most = sitting.own(side), p.parties[side].lock_in
            share = rng.integers(0, 2, CONTESTED) if number % 3 == 0 else rng.random(CONTESTED)
            own.trust, own.lock_in[:] = rng.random(), share * most
            worth = t.constant[side] + own.trust * t.slope[side]
            for c in range(p.count.contested):
                worth -= own.lock_in[c] * t.retreat[side, c]
            theirs = t.reckoned[1 - side, : t.packages]
            worth, asked = worth[: t.packages], rng.random()
            enough = np.flatnonzero(worth >= asked)
            best = enough[theirs[enough].argmax()] if len(enough) else worth.argmax()
            assert best_for_other(future, t, side, asked, NONE) == best
            left = worth[theirs >= asked]
            most_left = left.max() if len(left) else worth[theirs == theirs.max()].max()
            assert most_leaving(future, t, side, asked) == most_left
            found.add(int(best))
    assert len(found) > 8


# --- what was offered and settled -----------------------------------------------------------------


PAIR = {  # package 3 a + b takes option a of the first issue and option b of the second
    "first": issue([0, 0.5, 1], [1, 0.5, 0]),
    "second": issue([0, 0.5, 1], [1, 0.5, 0]),
}


def pair(settled=NONE):
    """Two issues of three options, of which Islamabad would have the last and Kabul the first."""
    sitting = Sitting(of_issues(PAIR, [[0.5, 0.5], [0.5, 0.5]]))
    return sitting if settled == NONE else sitting.settled(settled)


@pytest.mark.parametrize(
    ("side", "last", "so"),
    [
        (0, 4, [1, 1, 0, 1, 1, 0, 0, 0, 0]),  # Islamabad has offered the middle of both
        (1, 4, [0, 0, 0, 0, 1, 1, 0, 1, 1]),
        (0, 8, [1] * 9),
        (0, 1, [1, 1, 0, 0, 0, 0, 0, 0, 0]),
        (0, NONE, [1] * 9),
    ],
)
def test_what_was_offered_stands_if_no_issue_is_worse_for_the_other(side, last, so):
    sitting = pair()
    found = [stands(*_ft(sitting), side, k, last, 2) for k in range(9)]
    assert found == so
    if last != NONE:
        assert [not takes_back(sitting.t, side, k, last) for k in range(9)] == so


def test_only_the_first_issues_are_looked_at_where_that_is_asked():
    assert [bool(stands(*_ft(pair()), 0, k, 3, 1)) for k in (3, 5, 6)] == [True, True, False]


@pytest.mark.parametrize("side", [0, 1])
def test_what_is_settled_stands_whoever_offers(side):
    """Settled is option 1 of the first issue: packages 3 to 5 leave it, whatever they add."""
    sitting = pair(settled=3)
    found = [bool(stands(*_ft(sitting), side, k, NONE, 2)) for k in range(9)]
    assert found == [3 <= k <= 5 for k in range(9)]
    assert [bool(reopens(*_ft(sitting), k)) for k in range(9)] == [not so for so in found]


def test_without_a_partial_deal_nothing_is_reopened():
    sitting = pair()
    assert not any(reopens(*_ft(sitting), k) for k in range(9))
    sitting.future.deal.package = 4  # a full one is renegotiated as a whole
    assert not any(reopens(*_ft(sitting), k) for k in range(9))


@pytest.mark.parametrize(
    ("one", "other", "settled", "shared"),
    [
        (4, 4, NONE, 4),
        (8, 0, NONE, 0),
        (7, 4, NONE, 1),  # both take option 1 of the second issue
        (5, 3, NONE, 3),  # both take option 1 of the first
        (8, 2, 3, 5),  # the first is settled at 1, whatever they say; the second they share
        (4, 1, 6, 7),
    ],
)
def test_common_ground_is_what_both_take_beside_what_is_settled(one, other, settled, shared):
    assert common_ground(*_ft(pair(settled)), one, other) == shared


@given(worlds(), st.integers(0, 2**32))
@FEW
def test_common_ground_of_any_packages_by_brute_force(world, seed):
    one, other, kept = np.random.default_rng(seed).integers(world.t.packages, size=3)
    listed = options(world.p)
    counts = [world.p.agenda.issues[k].count for k in range(world.p.count.issues)]
    for settled in (NONE, int(kept)):
        shared = np.where(listed[one] == listed[other], listed[one], 0)
        if settled != NONE:
            world.settled(settled)
            shared = np.where(listed[settled] > 0, listed[settled], shared)
        expected = np.ravel_multi_index(shared.tolist(), counts)
        assert common_ground(*_ft(world), int(one), int(other)) == expected


def standing(world, side, last):
    """Which packages leave what is settled and what was offered, issue by issue."""
    listed, deal = options(world.p), world.future.deal
    stand = np.ones(len(listed), dtype=bool)
    for k, chosen in enumerate(listed.T):
        if deal.partial and listed[deal.package, k] > 0:
            stand &= chosen == listed[deal.package, k]
        if last != NONE:
            worth = values(world.p, world.future.account, k, 1 - side)[chosen]
            stand &= worth >= worth[last]
    return stand


@given(worlds(many_pages=True), st.floats(-0.2, 1.2), st.booleans(), st.integers(0, 2**32))
@FEW
def test_among_what_stands_the_best_package_for_the_other_is_found(world, asked, partial, seed):
    """A plain search through all packages finds the same."""
    rng = np.random.default_rng(seed)
    if partial:
        world.settled(int(rng.integers(world.t.packages)))
    for side in range(2):
        last = int(rng.integers(-1, world.t.packages))
        own, theirs = both_sides(world, side)
        enough = np.flatnonzero(standing(world, side, last) & (own >= asked))
        left = np.flatnonzero(standing(world, side, NONE))
        if len(enough):
            expected = max(enough, key=lambda k: (theirs[k], -k))
        else:  # the best for oneself that leaves what is settled
            expected = max(left, key=lambda k: (own[k], theirs[k], -k))
        assert best_for_other(*_ft(world), side, asked, last) == expected


# --- the mediators' text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "first", "second", "logarithm"),
    [
        (0.5, 0.2, 0.4, 0.5 * math.log(0.2) + 0.5 * math.log(0.4)),
        (0.8, 0.2, 0.4, 0.8 * math.log(0.2) + 0.2 * math.log(0.4)),
        (1.0, 0.2, 0.1, math.log(0.2)),
        (0.6, 0.0, 0.4, -math.inf),
        (0.6, 0.2, -0.1, -math.inf),
        (1.0, 0.2, 0.0, -math.inf),  # who gains nothing counts even without any weight
    ],
)
def test_a_product_of_gains_over_no_deal_is_weighed(weight, first, second, logarithm):
    assert weighted_product(weight, first, second) == pytest.approx(logarithm)


def drafted(sitting, weight=0.5):
    return draft(*sitting.at_table, weight)


def test_the_text_at_equal_weights_is_the_nash_product_of_a_cake():
    assert drafted(cake(0.0, 0.0)) == 5


def test_no_deal_shifts_the_text():
    assert drafted(cake(0.4, 0.0)) == 7


def test_more_weight_on_a_side_gives_it_more():
    """Up to leaving the other something: a text must be better than no deal for both."""
    texts = [drafted(cake(0.0, 0.0), k / 20) for k in range(21)]
    assert texts == sorted(texts)
    assert (texts[0], texts[6], texts[14], texts[20]) == (1, 3, 7, 9)


@pytest.mark.parametrize("reservations", [(0.5, 0.5), (0.7, 0.6), (1.0, 0.0)])
def test_where_no_package_is_better_than_no_deal_for_both_none_is_tabled(reservations):
    assert drafted(cake(*reservations)) == NONE


@pytest.mark.parametrize(
    ("knowledge", "candour", "text"),
    [(0.0, 1.0, 5), (1.0, 0.0, 5), (1.0, 1.0, 8), (0.5, 1.0, 6), (1.0, 0.5, 6)],
)
def test_mediators_draft_by_what_they_are_told_and_understand(knowledge, candour, text):
    """Nothing publicly, but .6 privately, is the least that the first side settles for.

    Of 10 slices they would give it 5 by the first, 8 by the second, 6 (of 6.5) where they know
    half of the difference: the lower number of equal products.
    """
    sitting = cake(0.0, 0.0)
    sitting.own(0).least, sitting.future.talks.knowledge = 0.6, knowledge
    for side in range(2):
        sitting.p.parties[side].candour = candour
    assert drafted(sitting) == text


def test_each_side_is_known_by_its_own_candour():
    for side, text in ((0, 8), (1, 2)):
        sitting = cake(0.0, 0.0)
        sitting.future.talks.knowledge = 1.0
        for k in range(2):
            sitting.own(k).least = 0.6
            sitting.p.parties[k].candour = float(k == side)
        assert drafted(sitting) == text


def test_who_knows_all_tables_nothing_where_privately_nothing_is_rational():
    sitting = cake(0.0, 0.0)
    for side in range(2):
        sitting.own(side).least, sitting.p.parties[side].candour = 0.6, 1.0
    texts = []
    for sitting.future.talks.knowledge in (0.0, 1.0):
        texts.append(drafted(sitting))
    assert texts == [5, NONE]


def test_what_is_settled_stands_in_a_text():
    """Two issues alike: the best text would give one side one, the other the other."""
    sitting = pair()
    assert drafted(sitting) == 2  # the lowest of equals: (0, 2), (1, 1), (2, 0)
    assert drafted(sitting.settled(3)) == 4


def weighted_by_brute_force(world, weight):
    """The text by going through every package, the lowest number of equals."""
    product, stand = np.zeros(world.t.packages), standing(world, 0, NONE)
    for side, share in ((0, weight), (1, 1 - weight)):
        party, own = world.p.parties[side], world.own(side)
        known = world.future.talks.knowledge * party.candour
        worth = world.t.reckoned[side, : world.t.packages]
        worth = worth + known * (everybody(world)[:, side] - worth)
        low = party.disagreement + known * (own.least - party.disagreement)
        stand &= worth - low > 0
        product += share * np.vectorize(math.log)(np.where(worth > low, worth - low, 1.0))
    return int(np.argmax(np.where(stand, product, -np.inf))) if stand.any() else NONE


@given(worlds(many_pages=True), st.integers(0, 2**32), st.booleans())
@FEW
def test_the_text_is_the_weighted_nash_package_among_all_the_lowest_of_equals(world, seed, partial):
    rng = np.random.default_rng(seed)
    world.future.talks.knowledge = rng.choice([0.0, 1.0, rng.random()])
    if partial:
        world.settled(int(rng.integers(world.t.packages)))
    for side in range(2):
        world.p.parties[side].candour = rng.choice([0.0, 1.0, rng.random()])
    weight = rng.choice([0.0, 0.5, rng.random(), 1.0])
    assert drafted(world, weight) == weighted_by_brute_force(world, weight)


@given(worlds(), st.integers(0, 128), st.floats(0, 1))
@FEW
def test_texts_mirror_when_the_sides_are_swapped(world, weight, knowledge):
    """Weight w on one side is weight 1 - w on the other."""
    world.future.talks.knowledge = knowledge
    world.p.parties[0].candour, world.p.parties[1].candour = 0.25, 0.75
    other = swapped(world)
    assert drafted(world, weight / 128) == drafted(other, 1 - weight / 128)
