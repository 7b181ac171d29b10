"""Each tactic read as a sequence of offers: given these offers, expect these answers.

On the pie, in hundredths that the side in question would have: what it is left by the other side's
offers, and what it asks for in answer, or "yes". Either side answers alike.
"""

import numpy as np
import pytest
import yaml
from by_hand import choose
from conftest import shipped, vary
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config import PARTIES, ConfigError, OpponentModel, tactics
from sim.config.tactics import ConcessionForm, Imitation
from sim.negotiation.concession import concession
from sim.negotiation.search import reopens
from sim.negotiation.tactics import (
    DISTURBANCE,
    TOLERANCE,
    accepts,
    aspiration,
    best_thought,
    between,
    conceded,
    distance,
    lacks,
    last_offer,
    leave_just_enough,
    nash_product,
    offer,
    on_curve,
    plan_round,
    rubinstein_share,
    scripted,
    smallest_concession,
    subgame_perfect,
    takes_up,
    tit_for_tat,
    trade_packages,
    zeuthen,
)
from sim.parameters import NONE, code

from .sitting import Sitting, cake, everybody, issue, of_issues, options, textbook, values, worlds

POLYNOMIAL, EXPONENTIAL = map(code, (ConcessionForm.polynomial, ConcessionForm.exponential))
CURVE = {"form": POLYNOMIAL, "beta": 1.0, "kappa": 0.0}
IMITATION = {"imitates": code(Imitation.relative), "lag": 1, "window": 1, "disturbance": 0.0}
BOTH_SIDES = pytest.mark.parametrize("side", [0, 1], ids=PARTIES)
FEW = settings(max_examples=30, deadline=None)


@pytest.fixture
def pie():
    """A pie in hundredths, of which no deal gives nothing to anybody."""
    return Sitting(textbook())


def slices(side, share):
    """Package that gives a side so many hundredths, or back."""
    return share if side == 0 else 100 - share


def answers(sitting, heard, side, *, limit=10):
    """What a side says at exchanges 1, 2, ... to what it has just been offered; stops at a yes."""
    said, offers, spoken = [], sitting.future.talks.offers, sitting.future.talks.spoken
    for exchange, share in enumerate(heard, 1):
        sitting.at(exchange, limit)
        package = slices(side, share)
        offers[1 - side, spoken[1 - side]] = package
        spoken[1 - side] += 1
        if accepts(*sitting.at_table, side, package):
            return [*said, "yes"]
        answer = offer(*sitting.at_table, side)
        offers[side, spoken[side]] = answer
        spoken[side] += 1
        sitting.own(1 - side).heard += 1
        said.append(slices(side, answer))
    return said


# What a side sees


def test_offers_are_counted_back_from_the_last(pie):
    pie.said(1, 4, 5, 6)
    assert [last_offer(pie.future, 1, back) for back in range(4)] == [6, 5, 4, NONE]
    assert last_offer(pie.future, 0, 0) == NONE


@pytest.mark.parametrize(("given_up", "left"), [(0.0, 0.9), (0.25, 0.75), (1.0, 0.3)])
def test_a_share_of_the_zone_is_given_up(pie, given_up, left):
    own = pie.own(0)
    own.ideal, own.least = 0.9, 0.3
    assert between(own, given_up) == pytest.approx(left)


def test_who_has_no_zone_asks_for_no_less_than_it_settles_for(pie):
    own = pie.own(0)
    own.ideal, own.least = 0.2, 0.3
    assert between(own, 0.5) == 0.3


# Time-dependent tactics


@BOTH_SIDES
def test_a_linear_side_concedes_a_tenth_of_the_zone_at_each_of_ten_exchanges(pie, side):
    pie.uses(side, tactics.TimeDependent, **CURVE)
    assert answers(pie, [0, 10, 20, 30, 40, 50], side) == [100, 80, 70, 60, 50, "yes"]


@BOTH_SIDES
def test_a_boulware_side_concedes_late(pie, side):
    """Squares: .04, .09, .16 ... of the zone, and everything at the end."""
    pie.uses(side, tactics.TimeDependent, **CURVE | {"beta": 0.5})
    assert answers(pie, [0] * 10, side) == [100, 96, 91, 84, 75, 64, 51, 36, 19, "yes"]


@BOTH_SIDES
def test_a_conceder_gives_most_of_the_zone_at_once(pie, side):
    """Square roots of .2, .3 and .4 conceded leave .553, .452 and .368, rounded up to a slice."""
    pie.uses(side, tactics.TimeDependent, **CURVE | {"beta": 2.0})
    assert answers(pie, [0, 0, 0, 0, 30], side) == [100, 56, 46, 37, "yes"]


@BOTH_SIDES
def test_an_opening_concession_is_made_by_the_second_offer(pie, side):
    """With kappa .5 half the zone goes first: .5 + .5 t."""
    pie.uses(side, tactics.TimeDependent, **CURVE | {"kappa": 0.5})
    assert answers(pie, [0, 0, 0], side) == [100, 40, 35]


@BOTH_SIDES
def test_the_exponential_form_bends_at_its_kappa(pie, side):
    """.01 ** (1 - t) is .01 ** .8 = .0251 at the second of ten exchanges and .1 at the fifth."""
    pie.uses(side, tactics.TimeDependent, **CURVE | {"form": EXPONENTIAL, "kappa": 0.01})
    assert answers(pie, [0] * 5, side) == [100, 98, 97, 94, 90]


@pytest.mark.parametrize(
    "more", [{}, {"beta": 0.3}, {"form": EXPONENTIAL, "kappa": 0.2}], ids=["linear", "late", "bent"]
)
def test_rounds_of_any_length_in_any_order_concede_by_the_formula(pie, more):
    """But for rounding, whatever was asked before of either side."""
    curve = CURVE | more
    pie.uses(0, tactics.TimeDependent, **curve).uses(1, tactics.TimeDependent, **CURVE)
    for limit in (6, 30, 12):
        for exchange in range(1, limit + 1):
            pie.at(exchange, limit)
            time = exchange / limit
            assert conceded(*pie.at_table, 0) == pytest.approx(concession(time, **curve), rel=1e-15)
            assert conceded(*pie.at_table, 1) == time


# Concession over several rounds

EVERY_SIXTH = ([0, 1, 2, 3, 4, 5, 6], 6)


@pytest.mark.parametrize(
    ("beta", "sittings", "ends"),
    [
        (1.0, 0, (0.0, 0.25)),
        (1.0, 2, (0.5, 0.75)),
        (1.0, 3, (0.75, 1.0)),
        (1.0, 4, (0.75, 1.0)),  # beyond the rounds expected every one is as the last
        (1.0, 9, (0.75, 1.0)),
        (0.5, 0, (0.0, 1 / 16)),  # boulware: squares of quarters
        (0.5, 1, (1 / 16, 1 / 4)),
        (0.5, 3, (9 / 16, 1.0)),
        (0.5, 7, (9 / 16, 1.0)),
    ],
)
def test_each_of_four_rounds_has_its_part_of_the_curve(pie, beta, sittings, ends):
    pie.uses(0, tactics.TimeDependent, **CURVE | {"beta": beta})
    pie.expects(4, 0, sittings=sittings)
    assert pie.own(0).conceded.tolist() == pytest.approx(ends)


def test_sides_may_expect_different_numbers_of_rounds(pie):
    for side, rounds in enumerate((2, 5)):
        pie.uses(side, tactics.TimeDependent, **CURVE).expects(rounds, side, sittings=1)
    assert [pie.own(side).conceded.tolist() for side in range(2)] == [
        pytest.approx([0.5, 1.0]), pytest.approx([0.2, 0.4]),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [tactics.Hardliner, tactics.TitForTat, tactics.Zeuthen])
def test_a_tactic_without_a_curve_plans_nothing(pie, kind):
    pie.own(0).conceded[:] = 0.3, 0.4
    pie.uses(0, kind)
    plan_round(pie.future, pie.p, 0)
    assert pie.own(0).conceded.tolist() == [0.3, 0.4]


@pytest.mark.parametrize(
    ("beta", "sittings", "exchange", "share"),
    [
        (1.0, 0, 0, 0.0),
        (1.0, 0, 5, 0.125),
        (1.0, 1, 5, 0.375),
        (1.0, 3, 10, 1.0),
        (1.0, 4, 0, 0.75),  # who has passed its last round makes the concessions of the last again
        (1.0, 5, 10, 1.0),
        (0.5, 0, 5, 1 / 4 / 16),  # .25 of the way to 1/16
        (0.5, 1, 5, 1 / 16 + 3 / 16 / 4),  # each round has a deadline of its own
        (0.5, 1, 10, 1 / 4),
    ],
)
def test_within_a_round_the_curve_leads_from_its_beginning_to_its_end(
    pie, beta, sittings, exchange, share
):
    pie.uses(0, tactics.TimeDependent, **CURVE | {"beta": beta})
    pie.expects(4, 0, sittings=sittings).at(exchange)
    assert conceded(*pie.at_table, 0) == pytest.approx(share)


@given(st.floats(0.2, 5), st.floats(0, 1), st.integers(1, 8), st.booleans())
@FEW
def test_concessions_never_fall_from_exchange_to_exchange_and_round_to_round(
    beta, kappa, rounds, bent
):
    pie, shares = Sitting(textbook()), []
    form = EXPONENTIAL if bent else POLYNOMIAL
    pie.uses(0, tactics.TimeDependent, beta=beta, kappa=max(kappa, 0.01), form=form)
    for sittings in range(rounds + 2):
        pie.expects(rounds, 0, sittings=sittings)
        shares.append([conceded(*pie.at(exchange, 6).at_table, 0) for exchange in range(7)])
    expected = np.ravel(shares[:rounds])
    assert (np.diff(expected) >= -1e-12).all()
    assert expected[0] == pytest.approx(on_curve(pie.p.parties[0].tactic, 0.0))
    assert expected[-1] == 1.0
    assert np.allclose(shares[rounds:], shares[rounds - 1], rtol=0, atol=1e-12)


@BOTH_SIDES
def test_a_side_that_expects_more_rounds_asks_for_more_in_the_first(pie, side):
    pie.uses(side, tactics.TimeDependent, **CURVE).at(5)
    asked = [aspiration(*pie.expects(rounds, side).at_table, side) for rounds in (1, 2, 4)]
    assert asked == pytest.approx([0.5, 0.75, 0.875])


# Others that do not listen


@BOTH_SIDES
def test_a_hardliner_keeps_its_share_of_the_zone(pie, side):
    pie.uses(side, tactics.Hardliner, floor=0.8)
    assert answers(pie, [0, 79, 79, 80], side) == [100, 80, 80, "yes"]


def read_out(sitting, side, *packages):
    """Let a side offer what a script says."""
    sitting.uses(side, tactics.Scripted)
    sitting.p.parties[side].tactic.offers[: len(packages)] = packages
    sitting.p.derived.parties[side].offers = len(packages)
    return sitting


@BOTH_SIDES
def test_a_script_is_read_out_and_its_end_repeated(pie, side):
    read_out(pie, side, *(slices(side, share) for share in (70, 75, 60)))
    assert answers(pie, [0, 0, 0, 0, 59, 60], side) == [70, 75, 60, 60, 60, "yes"]


def test_the_next_offer_of_a_script_is_by_how_many_were_made(pie):
    read_out(pie, 1, 30, 20, 10)
    found = []
    for spoken in range(5):
        pie.own(0).heard, pie.future.talks.spoken[1] = spoken, min(spoken, 1)
        found.append(scripted(pie.future, pie.p, 1))
    assert found == [30, 20, 10, 10, 10]


def test_who_reads_out_what_is_worse_than_no_deal_asks_for_no_less_than_no_deal():
    sitting = read_out(cake(0.4, 0.0), 0, 2)
    assert aspiration(*sitting.at_table, 0) == 0.4


@BOTH_SIDES
@pytest.mark.parametrize(
    ("trust", "said"),
    [(0.0, [100, 90, 85, 80]), (0.5, [100, 85, 78, 70]), (1.0, [100, 80, 70, 60])],
)
def test_a_trust_contingent_side_concedes_in_proportion_to_trust(pie, side, trust, said):
    """Half of a linear concession without any trust, all of it with full trust."""
    pie.uses(side, tactics.TrustContingent, beta=1.0, distrust=0.5)
    pie.own(side).trust = trust
    assert answers(pie, [0] * 4, side) == said


def test_a_trust_contingent_sides_curve_has_neither_kappa_nor_another_form(pie):
    pie.uses(0, tactics.TrustContingent, beta=2.0, kappa=0.7, form=EXPONENTIAL)
    assert conceded(*pie.at(4).at_table, 0) == pytest.approx(0.4**0.5)


# Tit-for-tat


@BOTH_SIDES
def test_relative_tit_for_tat_answers_a_rise_of_a_quarter_by_a_fall_to_four_fifths(pie, side):
    pie.uses(side, tactics.TitForTat, **IMITATION)
    assert answers(pie, [40, 50, 50, 40], side) == [100, 80, 80, 100]


@BOTH_SIDES
def test_a_lag_answers_an_older_concession(pie, side):
    pie.uses(side, tactics.TitForTat, **IMITATION | {"lag": 2})
    assert answers(pie, [40, 50, 50, 50], side) == [100, 100, 80, 80]


@BOTH_SIDES
def test_absolute_tit_for_tat_answers_slice_for_slice(pie, side):
    pie.uses(side, tactics.TitForTat, **IMITATION | {"imitates": code(Imitation.absolute)})
    assert answers(pie, [10, 20, 20, 10, 40], side) == [100, 90, 90, 100, 70]


@BOTH_SIDES
def test_a_disturbance_is_conceded_on_top(pie, side):
    """A draw just above .5 of at most .1: five more slices each time."""
    absolute = IMITATION | {"imitates": code(Imitation.absolute), "disturbance": 0.1}
    pie.uses(side, tactics.TitForTat, **absolute)
    choose(pie.future, {DISTURBANCE[side, exchange]: (0.5, 0.55) for exchange in (2, 3)})
    assert answers(pie, [10, 20, 20], side) == [100, 85, 80]


def test_no_two_exchanges_and_sides_share_a_disturbance():
    assert len(np.unique(DISTURBANCE)) == DISTURBANCE.size


@BOTH_SIDES
def test_averaged_tit_for_tat_answers_the_ratio_over_its_window(pie, side):
    averaged = IMITATION | {"imitates": code(Imitation.averaged), "window": 2, "lag": 7}
    pie.uses(side, tactics.TitForTat, **averaged)
    assert answers(pie, [20, 30, 40], side) == [100, 100, 50]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [((), (6, 4)), ((10,), (6,)), ((10,), ())],
    ids=["nothing said", "one heard", "none heard"],
)
def test_until_enough_has_been_heard_the_ideal_is_asked_for(mine, theirs):
    sitting = cake(0.3, 0.0).uses(0, tactics.TitForTat, **IMITATION).said(0, *mine).said(1, *theirs)
    assert tit_for_tat(*sitting.at_table, 0) == 1.0
    sitting.own(0).least = 1.2
    assert tit_for_tat(*sitting.at_table, 0) == 1.2


@pytest.mark.parametrize(
    ("least", "theirs", "asked"),
    [
        (0.3, (2, 8), 0.3),  # a quarter of .9 is below the least
        (0.3, (8, 2), 1.0),  # four times .9 is above the ideal
        (0.3, (8, 9), 0.8),
        (1.1, (8, 9), 1.1),  # whatever is asked, no less than that
    ],
)
def test_imitation_stays_between_the_least_and_the_ideal(least, theirs, asked):
    sitting = cake(0.3, 0.0).uses(0, tactics.TitForTat, **IMITATION).said(0, 9).said(1, *theirs)
    sitting.own(0).least = least
    assert tit_for_tat(*sitting.at_table, 0) == pytest.approx(asked)


# Zeuthen's bargainer


@BOTH_SIDES
def test_zeuthens_bargainer_concedes_until_it_risks_no_less_than_the_other(pie, side):
    """Products .09 and .21 are reached by asking for 90 and 70; at equal risks both give way."""
    pie.uses(side, tactics.Zeuthen)
    assert answers(pie, [0, 0, 0, 10, 30, 30, 50], side) == [100, 99, 99, 90, 70, 69, "yes"]


@pytest.mark.parametrize(
    ("package", "product"), [(6, 0.3 * 0.2), (8, 0.5 * 0.0), (9, 0.0), (2, 0.0), (3, 0.0)]
)
def test_a_product_is_of_own_gains_and_of_the_others_as_reckoned(package, product):
    sitting = cake(0.3, 0.2)
    sitting.own(1).least = 0.9  # is known to nobody else
    assert nash_product(*sitting.at_table, 0, package) == pytest.approx(product, abs=1e-12)


def test_the_first_word_is_the_position_and_the_second_waits_for_an_answer():
    sitting = cake(0.0, 0.0)
    assert zeuthen(*sitting.at_table, 0) == 10
    assert zeuthen(*sitting.said(0, 8).at_table, 0) == 8


@pytest.mark.parametrize(
    ("mine", "theirs", "next_"),
    [
        (6, 8, 6),  # .24 against .16: a lower product is a lower risk
        (8, 4, 6),  # .16 against .24, which .6 reaches
        (6, 4, 5),  # equal risks
    ],
)
def test_who_risks_less_concedes_just_enough(mine, theirs, next_):
    sitting = cake(0.0, 0.0).said(0, mine).said(1, theirs)
    assert zeuthen(*sitting.at_table, 0) == next_


def test_a_concession_must_help_the_other_and_gain_something():
    """From .5 nothing better for the other reaches .25; from .9 to the other's 0 does nothing."""
    sitting = cake(0.0, 0.0)
    assert smallest_concession(*sitting.at_table, 0, 5, 0.25) == 5
    sitting.own(0).least = 0.8
    assert smallest_concession(*sitting.at_table, 0, 9, 0.0) == 9


@BOTH_SIDES
def test_of_equal_concessions_the_other_sides_better_one_is_made(side):
    """Worth (1, 0), (.5, .5), (.5, .9), (.5, .9), (.4, 1)."""
    worths = [[1, 0.5, 0.5, 0.5, 0.4], [0, 0.5, 0.9, 0.9, 1]]
    table = of_issues({"a": issue(worths[side], worths[1 - side])}, [[1], [1]])
    assert smallest_concession(*Sitting(table).at_table, side, 0, 0.1) == 2


@BOTH_SIDES
@given(world=worlds(), seed=st.integers(0, 2**32))
@FEW
def test_a_concession_is_the_best_of_all_that_are_enough(side, world, seed):
    rng, low = np.random.default_rng(seed), world.p.parties[1 - side].disagreement
    mine, theirs = rng.integers(world.t.packages, size=2)
    own, other = everybody(world)[:, side], world.t.reckoned[1 - side, : world.t.packages]
    gain = np.maximum(own - world.own(side).least, 0.0)
    product = gain * np.maximum(other - low, 0.0)
    enough = (other > other[mine] + TOLERANCE) & (product >= product[theirs] - TOLERANCE)
    good = np.flatnonzero(enough & (product > 0))
    expected = max(good, key=lambda k: (gain[k], other[k], -k), default=mine)
    assert smallest_concession(*world.at_table, side, mine, product[theirs]) == expected


def test_zeuthens_bargainer_asks_for_what_it_would_offer_and_no_less_than_its_least():
    sitting = cake(0.0, 0.0).uses(0, tactics.Zeuthen).said(0, 8).said(1, 4)
    assert aspiration(*sitting.at_table, 0) == pytest.approx(0.6)
    sitting.own(0).least = 0.9
    assert aspiration(*sitting.at_table, 0) == 0.9


# Subgame-perfect bargainers


@pytest.mark.parametrize(
    ("periods", "share"), [(0, 0.0), (1, 1.0), (2, 1 - 0.8), (3, 1 - 0.8 * (1 - 0.9))]
)
def test_who_proposes_first_leaves_what_waiting_is_worth(periods, share):
    """Discount factors .9 of the proposer and .8 of the other."""
    assert rubinstein_share(0.9, 0.8, periods) == pytest.approx(share)


@BOTH_SIDES
def test_the_subgame_perfect_side_offers_what_waiting_is_worth_to_the_other(pie, side):
    """With one exchange to come the other's share of waiting is .9; at the last anything is."""
    pie.uses(side, tactics.SubgamePerfect, discount=0.9, other_discount=0.9)
    assert answers(pie, [89, 0], side, limit=2) == [10, "yes"]
    pie.future.talks.spoken[:] = 0
    assert answers(pie, [90], side, limit=2) == ["yes"]


def perfect(exchange, own=0.3, other=0.2):
    """Discount factors .9 of side 0 and .5 of side 1; no deal gives it .3 and the other .2."""
    return cake(own, other).uses(
        0, tactics.SubgamePerfect, discount=0.9, other_discount=0.5
    ).at(exchange)  # fmt: skip


@pytest.mark.parametrize(
    ("exchange", "asked"),
    [
        (10, 0.3),  # no exchange is left
        (9, 0.3 + 0.5 * 0.9),  # it would propose next, and last: .5 of a zone up to .8
        (8, 0.3 + 0.5 * 0.9 * 0.5),  # the other could still propose after that
    ],
)
def test_accepting_must_be_worth_the_discounted_share_of_proposing_next(exchange, asked):
    assert subgame_perfect(*perfect(exchange).at_table, 0) == pytest.approx(asked)


def test_what_proposing_next_is_worth_is_the_most_that_leaves_the_other_no_deal():
    """Worth (0, 1), (.7, .5), (1, 0), the other has .5 without a deal: .9 of .7."""
    sitting = Sitting(of_issues({"a": issue([0, 0.7, 1], [1, 0.5, 0])}, [[1], [1]])).at(9)
    sitting.p.parties[0].disagreement, sitting.p.parties[1].disagreement = 0.0, 0.5
    sitting.lay().uses(0, tactics.SubgamePerfect, discount=0.9, other_discount=0.5)
    assert subgame_perfect(*sitting.at_table, 0) == pytest.approx(0.63)


def test_where_nothing_is_left_above_no_deal_no_deal_is_asked_for():
    sitting = perfect(9, own=0.9)
    assert subgame_perfect(*sitting.at_table, 0) == 0.9


@pytest.mark.parametrize(
    ("exchange", "offered"),
    [
        (10, 8),  # at the last the other takes no deal, .2
        (9, 5),  # it would propose next: .2 + .5 of .5 up to .7 is .45, rounded up to .5
        (8, 7),  # .2 + .5 * .1 of .5 is .225, rounded up to .3
    ],
)
def test_an_offer_leaves_the_other_its_discounted_share_of_proposing_next(exchange, offered):
    assert leave_just_enough(*perfect(exchange).at_table, 0) == offered


def test_nobody_offers_less_than_no_deal_for_itself():
    """.6 on both sides: at the last exchange the other would have to be left .6."""
    sitting = perfect(10, own=0.6, other=0.6)
    assert leave_just_enough(*sitting.at_table, 0) == 6


@BOTH_SIDES
def test_the_more_impatient_the_other_the_more_is_asked_of_it(pie, side):
    asked = []
    for other in (0.95, 0.8, 0.5, 0.1):
        pie.uses(side, tactics.SubgamePerfect, discount=0.9, other_discount=other)
        pie.future.talks.spoken[:] = 0
        asked += answers(pie, [0], side)
    assert asked == sorted(asked)
    assert asked[0] < asked[-1]


# Trading across issues


@BOTH_SIDES
def test_on_one_issue_there_is_nothing_to_trade(pie, side):
    pie.uses(side, tactics.PackageTrading, **CURVE, tolerance=0.02)
    traded = answers(pie, [0, 10, 20, 30], side)
    pie.uses(side, tactics.TimeDependent, **CURVE).future.talks.spoken[:] = 0
    assert traded == answers(pie, [0, 10, 20, 30], side)


GRID = {  # package 3 a + b takes option a and option b
    "first": issue([1, 0.5, 0], [0, 0.5, 1]),
    "second": issue([1, 0.5, 0], [0, 0.5, 1]),
}


def trading(asked, theirs, tolerance=0.1):
    """Both issues count half to side 0, who asks so much; .75 is worth packages 1 and 3."""
    sitting = Sitting(of_issues(GRID, [[0.5, 0.5], [0.8, 0.2]])).said(1, *theirs)
    sitting.uses(0, tactics.PackageTrading, **CURVE, tolerance=tolerance)
    sitting.own(0).ideal, sitting.own(0).least = asked, asked
    return sitting


@pytest.mark.parametrize(
    ("asked", "theirs", "traded"),
    [
        (0.7, 6, 3),  # the other gives way on the second issue: 3 is nearer than 1
        (0.7, 2, 1),
        (0.7, 8, 1),  # equally far: the lower number
        (0.75, 6, 3),  # at the aspiration itself
        (0.65, 6, 3),  # and at the tolerance above it
    ],
)
def test_of_packages_about_as_good_the_nearest_to_the_others_offer_is_made(asked, theirs, traded):
    tolerance = 0.1 if asked > 0.65 else 0.75 - 0.65
    assert trade_packages(*trading(asked, [theirs], tolerance).at_table, 0) == traded


def test_where_none_is_about_as_good_the_best_thought_of_the_other_is_offered():
    """Between .6 and .7 lies none; of .75 and 1, package 3 gives the other .8 times .5."""
    assert trade_packages(*trading(0.6, [8]).at_table, 0) == 3


def test_who_has_heard_nothing_offers_what_the_other_is_thought_to_like_best():
    assert trade_packages(*trading(0.7, []).at_table, 0) == 3


def test_packages_are_as_far_apart_as_their_options_are_worth_to_a_side():
    sitting = Sitting(of_issues(GRID, [[0.5, 0.5], [0.8, 0.2]]))
    sitting.p.agenda.options["parties"][1, 1] = 0.7
    assert distance(*sitting.at_table, 1, 0, 5) == pytest.approx(0.7 + 1.0)
    assert distance(*sitting.at_table, 0, 0, 5) == pytest.approx(0.5 + 1.0)


@given(worlds(), st.floats(0, 1), st.floats(0, 0.5), st.integers(0, 2**32))
@FEW
def test_a_trade_is_the_nearest_of_all_about_as_good(world, asked, tolerance, seed):
    rng, p = np.random.default_rng(seed), world.p
    theirs = int(rng.integers(world.t.packages))
    world.uses(0, tactics.PackageTrading, **CURVE, tolerance=tolerance).said(1, theirs)
    world.own(0).ideal = world.own(0).least = asked
    own, away = everybody(world)[:, 0], np.zeros(world.t.packages)
    for k, chosen in enumerate(options(p).T):
        worth = values(p, world.future.account, k, 1)
        away += np.abs(worth[chosen] - worth[chosen[theirs]])
    band = np.flatnonzero((own >= asked) & (own <= asked + tolerance))
    found = trade_packages(*world.at_table, 0)
    if len(band):
        assert found in band
        assert away[found] == pytest.approx(away[band].min(), abs=1e-12)
    else:
        assert found == best_thought(*world.at_table, 0, asked)


# Offers and answers


@pytest.mark.parametrize(("model", "found"), [("public", 6), ("learned", 2)])
def test_what_the_other_likes_is_what_is_public_or_what_was_learnt(model, found):
    """Publicly the first issue counts .8 to the other; its offers suggest the second does."""
    sitting = Sitting(of_issues(GRID, [[0.5, 0.5], [0.8, 0.2]]))
    sitting.p.parties[0].opponent_model = code(OpponentModel(model))
    sitting.own(0).unmoved[:2] = [1, 3]
    assert best_thought(*sitting.at_table, 0, 0.5) == found


def standing_by(*offers, asked=0.5, least=0.0, take_backs=False):
    """What is offered by a side that asks for so much, after these offers of its own.

    It settles for ``least``. To it both issues count half; of the first the other is publicly
    thought to want more, so that it would be given it first.
    """
    sitting = Sitting(of_issues(GRID, [[0.5, 0.5], [0.8, 0.2]])).said(0, *offers)
    sitting.p.protocol.take_backs, sitting.own(0).least = take_backs, least
    return int(best_thought(*sitting.at_table, 0, asked))


@pytest.mark.parametrize(
    ("offers", "asked", "least", "take_backs", "found"),
    [
        ((), 0.5, 0.0, False, 6),  # all of the first issue
        ((1,), 0.5, 0.0, False, 4),  # half of the second stands: half of both
        ((1,), 0.5, 0.0, True, 6),
        ((6, 1), 0.5, 0.0, False, 4),  # only the last offer stands
        ((5,), 0.5, 0.0, False, 5),  # worth .25, less than what is asked by now: said is said
        ((5,), 0.5, 0.25, False, 5),  # what is exactly worth what it settles for stands
        ((5,), 0.5, 0.3, False, 6),  # less than it settles for by now: it is taken back
        ((5,), 0.5, 0.0, True, 6),
        ((5,), 0.25, 0.0, False, 5),
        ((2,), 0.5, 0.0, False, 2),
    ],
)
def test_what_was_offered_stands_as_long_as_it_is_worth_what_the_side_settles_for(
    offers, asked, least, take_backs, found
):
    assert standing_by(*offers, asked=asked, least=least, take_backs=take_backs) == found


@pytest.mark.parametrize("kind", [tactics.PackageTrading, tactics.Zeuthen])
def test_neither_traders_nor_zeuthens_bargainer_reopen_what_is_settled(kind):
    for settled in range(1, 9):
        sitting = trading(0.0, [8], 1.0).settled(settled).said(0, settled)
        sitting.uses(0, kind).expects(1)
        assert not reopens(sitting.future, sitting.t, offer(*sitting.at_table, 0))


@given(worlds(), st.integers(1, 10))
@FEW
def test_an_offer_is_worth_its_aspiration_to_the_one_who_makes_it(world, exchange):
    world.at(exchange).uses(0, tactics.TimeDependent, **CURVE | {"beta": 0.3}).said(0, 0)
    own = everybody(world)[:, 0]
    asked = aspiration(*world.at_table, 0)
    offered = own[offer(*world.at_table, 0)]
    assert offered >= asked or offered == own.max()


@pytest.mark.parametrize(("package", "accepted"), [(8, True), (7, False)])
def test_what_reaches_the_aspiration_is_accepted(package, accepted):
    sitting = cake(0.0, 0.0).uses(0, tactics.Hardliner, floor=0.8)
    assert bool(accepts(*sitting.at_table, 0, package)) is accepted


@pytest.mark.parametrize(
    ("package", "least", "take_backs", "accepted"),
    [
        (6, 0.0, False, True),  # it has offered to take .6
        (5, 0.0, False, False),
        (6, 0.0, True, False),  # what it offered binds it to nothing
        (6, 0.65, False, False),  # it settles for no less than .65 by now
    ],
)
def test_what_is_worth_the_own_standing_offer_is_accepted(package, least, take_backs, accepted):
    """Asked for is .8 of the zone, at least .8."""
    sitting = cake(0.0, 0.0).uses(0, tactics.Hardliner, floor=0.8).said(0, 9, 6)
    sitting.p.protocol.take_backs, sitting.own(0).least = take_backs, least
    assert bool(accepts(*sitting.at_table, 0, package)) is accepted


@pytest.mark.parametrize(
    ("kind", "accepted"), [(tactics.SubgamePerfect, True), (tactics.Hardliner, False)]
)
def test_only_who_reckons_with_waiting_forgives_a_rounding_error(kind, accepted):
    """Asked for is a hair more than .5."""
    sitting = cake(0.0, 0.0).uses(0, kind, discount=0.5, other_discount=0.5, floor=0.5).at(9)
    sitting.own(0).ideal = 1.0 + TOLERANCE / 2
    sitting.own(0).least = TOLERANCE / 4
    assert bool(accepts(*sitting.at_table, 0, 5)) is accepted


@pytest.mark.parametrize(
    ("package", "misheard", "taken"),
    [
        (8, 0.0, True),
        (8, -0.05, False),
        (7, 0.1, True),
        (7, 0.05, False),
        (2, 0.9, False),  # worse than no deal, once it is read out
    ],
)
def test_an_offer_is_taken_up_if_what_was_heard_is_enough(package, misheard, taken):
    sitting = cake(0.3, 0.0).uses(0, tactics.Hardliner, floor=5 / 7 - 1e-12)  # asks for .8
    assert bool(takes_up(*sitting.at_table, 0, package, misheard)) is taken


@pytest.mark.parametrize(
    ("face_saving", "text", "lack"),
    [(0.0, 5, 0.3), (0.4, 5, 0.1), (0.4, 7, -0.1), (1.0, 3, 0.0)],
)
def test_to_mediators_a_side_concedes_part_of_the_way_to_no_deal(face_saving, text, lack):
    """It asks the other side for .8 and has .3 without a deal."""
    sitting = cake(0.3, 0.0).uses(0, tactics.Hardliner, floor=5 / 7)
    sitting.p.protocol.face_saving = face_saving
    assert lacks(*sitting.at_table, 0, text) == pytest.approx(lack, abs=1e-12)


def test_a_text_must_reach_no_deal_even_for_who_asks_for_less():
    sitting = read_out(cake(0.4, 0.0), 0, 2)
    sitting.p.protocol.face_saving = 0.5
    assert lacks(*sitting.at_table, 0, 3) == pytest.approx(0.1)


def test_the_shipped_tactics_offer_their_position_first():
    sitting = Sitting(vary({}))
    for kind in (tactics.TimeDependent, tactics.Hardliner, tactics.Zeuthen, tactics.TitForTat,
                 tactics.TrustContingent, tactics.PackageTrading):  # fmt: skip
        for side in range(2):
            sitting.uses(side, kind)
            assert offer(*sitting.at_table, side) == sitting.t.opening[side]


# Parameters out of their ranges


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("pakistan.tactic=boulware pakistan.tactic.beta=-1", "pakistan.tactic.beta is -1"),
        ("pakistan.tactic=boulware pakistan.tactic.kappa=1.5", "pakistan.tactic.kappa is 1.5"),
        ("pakistan.tactic=hardliner pakistan.tactic.floor=2", "pakistan.tactic.floor is 2"),
        ("pakistan.tactic=relative_tit_for_tat pakistan.tactic.lag=0", "pakistan.tactic.lag is 0"),
        ("pakistan.tactic=averaged_tit_for_tat pakistan.tactic.window=0", "tactic.window is 0"),
        ("pakistan.tactic=subgame_perfect pakistan.tactic.discount=1", "tactic.discount is 1"),
        ("pakistan.tactic=trust_contingent pakistan.tactic.distrust=7", "distrust is 7"),
        ("pakistan.tactic=package_trading pakistan.tactic.tolerance=-1", "tolerance is -1"),
        ("pakistan.tactic=package_trading pakistan.tactic.form=exponential", "kappa is 0"),
        ("pakistan.tactic=scripted pakistan.tactic.offers=[]", "offers is empty"),
        ("pakistan.tactic=scripted pakistan.tactic.offers=[{border: ajar}]", "'ajar'; allowed are"),
        ("pakistan.tactic=scripted pakistan.tactic.offers=[{moon: all}]", "'moon'; allowed are"),
        ("pakistan.tactic=custom pakistan.tactic.tactic=nonsense", "tactic.tactic is 'nonsense'"),
    ],
)
def test_a_tactic_out_of_its_range_is_named_with_its_path(override, said):
    chosen, changed = (word.partition("=") for word in override.split(" ", 1))
    changes = {chosen[0]: shipped("pakistan/tactic", chosen[2])}
    changes[changed[0]] = yaml.safe_load(changed[2])
    with pytest.raises(ConfigError) as caught:
        vary(changes)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
