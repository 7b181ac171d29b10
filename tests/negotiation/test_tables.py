"""What packages are worth, by hand and by brute force."""

from dataclasses import replace
from itertools import product
from threading import Thread

import numpy as np
import pytest
from conftest import SEED, vary
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config import PARTIES
from sim.config.numbers import numbers
from sim.futures import Futures
from sim.negotiation.agenda import packages
from sim.negotiation.tables import (
    DESK,
    HELD,
    desk,
    eased,
    list_options_worth,
    list_verification,
    list_worths,
    make_table,
    opening,
    reckoned,
    stated,
    table_of,
    utility,
    value,
    weigh_pages,
    with_option,
)
from sim.parameters import ASIDE, CONTESTED, NONE, parameters_of

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
        weigh_pages(world.future, world.t, side)
        for page, worths in enumerate(of_pages(everybody(world)[:, side], world)):
            assert worths.max() < world.t.most_own[side, page]


@given(worlds(many_pages=True))
@FEW
def test_a_bound_is_the_best_of_its_page_at_either_end_of_trust(world):
    """And what the page's best is reckoned to be, exactly."""
    for side in range(2):
        own = world.own(side)
        own.lock_in[:] = 0.0
        for own.trust in (0.0, 1.0):
            weigh_pages(world.future, world.t, side)
            for page, worths in enumerate(of_pages(everybody(world)[:, side], world)):
                most = world.t.most_own[side, page]
                assert most == pytest.approx(worths.max(), abs=2e-9)
        for page, worths in enumerate(of_pages(world.t.reckoned[side], world)):
            assert world.t.best_reckoned[side, page] == worths.max()


def test_the_most_on_a_page_is_by_the_trust_and_lock_in_of_whose_it_is():
    world = random_world(np.random.default_rng(2), [5, 5])
    t, own = world.t, world.own(1)
    t.at_zero[1, 3], t.rise[1, 3], t.least_retreat[1, :, 3] = (
        0.3,
        0.4,
        [0.05, 0.2, 0.1, *[0] * 9][:CONTESTED],
    )
    world.own(0).trust, own.trust, own.lock_in[:] = 0.5, 0.25, 0.0
    weigh_pages(world.future, t, 1)
    assert t.most_own[1, 3] == pytest.approx(0.4)
    own.lock_in[0], own.lock_in[1], world.own(0).lock_in[0] = 1.0, 0.5, 0.9
    weigh_pages(world.future, t, 1)
    assert t.most_own[1, 3] == pytest.approx(0.4 - 0.05 - 0.1)


@given(worlds(many_pages=True))
@FEW
def test_the_least_retreat_of_a_page_is_what_its_mildest_package_costs(world):
    for side in range(2):
        for c in range(CONTESTED):
            for page, lost in enumerate(of_pages(world.t.retreat[side, c], world)):
                assert world.t.least_retreat[side, c, page] == lost.min()


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
    wanted = (sitting.p.derived.tables, sitting.future.account, sitting.future.verifiers)
    assert (t["number"], t["account"], t["verifiers"]) == wanted
    tables = sitting.desk.tables
    (place,) = [
        k for k in range(HELD)
        if (tables[k].number, tables[k].account, tables[k].verifiers) == wanted
    ]  # fmt: skip
    return place


def cleared():
    sitting = cake(0.3, 0.3)
    for what in ("number", "agenda"):
        sitting.desk.tables[what] = NONE
    return sitting


def test_every_thread_has_a_desk_of_its_own_with_no_table_on_it():
    mine, others = desk(), []
    thread = Thread(target=lambda: others.append(desk()))
    thread.start()
    thread.join()
    assert desk() is mine
    assert others[0] is not mine
    assert (others[0]["tables"]["number"] == NONE).all()
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
    assert sitting.desk.tables[second].number == sitting.p.derived.tables


def test_another_set_of_parameters_writes_over_tables_of_others():
    sitting = cleared()
    first = made(sitting)
    sitting.p.derived.tables += 1
    sitting.p.agenda.options["parties"][0] = [0.7, 0.2]
    assert made(sitting) == first
    sitting.t = sitting.desk.tables[first]
    assert everybody(sitting)[0].tolist() == [0.7, 0.2]


WORLD = vary({
    "events": {
        "opens": {"kind": "border_opens", "day": 20, "share": 0.5},
        "attack": {"kind": "attack", "day": 9, "group": "others", "deaths": 40},
    }
})  # fmt: skip


PAIR = np.zeros(2, DESK["tables"].base).view(np.recarray)
PAIR_IN_BITS = PAIR.view(np.ndarray).view("u8").reshape(2, -1)


def set_beside(path):
    """Whether a scenario and it with a number changed share a table, and whether theirs are equal.

    Equal is to the last bit, for every account and strength of verifiers.
    """
    number, future = numbers(WORLD)[path], Futures.begun(WORLD, 1, SEED).records[0]
    tried = (0.9 * number.value, number.value + 1, number.high, number.low)
    value = next(x for x in tried if x != number.value and number.allows(x))
    scenario = replace(WORLD, parameter_sets=[{path: number.value}, {path: value}])
    records, equal = parameters_of(scenario, (0, 1)), []
    for account, verifiers in product((ISLAMABADS, KABULS, UNDISPUTED), (0.0, 0.7)):
        future.account, future.verifiers = account, verifiers
        PAIR_IN_BITS[:] = 0
        for p, t in zip(records, PAIR, strict=True):
            t.agenda = NONE
            make_table(future, p, t)
            t.number = NONE
        equal.append(np.array_equal(*PAIR_IN_BITS))
    return len(set(records.derived.tables)) == 1, equal


@pytest.mark.parametrize("path", [path for path in numbers(WORLD) if ASIDE.fullmatch(path)])
def test_sets_share_a_table_over_a_number_that_no_package_depends_on(path):
    shared, equal = set_beside(path)
    assert shared
    assert all(equal)


@pytest.mark.parametrize(
    "path", ["pakistan.believed_capacity", "conflict.implementation.monitoring.capacity",
             "afghan_taliban.disagreement", "pakistan.trust"],
)  # fmt: skip
def test_sets_do_not_share_a_table_over_a_number_that_packages_depend_on(path):
    shared, equal = set_beside(path)
    assert not shared
    assert not all(equal)


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
