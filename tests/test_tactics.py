"""Each tactic read as a sequence of offers: given these offers, expect these answers.

On the pie, in hundredths that the side in question would have: what it is left by the other side's
offers, and what it asks for in answer, or "yes". Either side answers alike.
"""

from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from conftest import SEED, outcomes, shipped, tree_of, vary
from pydantic import TypeAdapter
from sim.negotiation.delegation import NO_PACKAGE
from sim.steps.table import delegation
from sim.tactic_choice import tactic_of

from sim.config import PARTIES, ConfigError, validate
from sim.config.tactics import Tactic as TacticConfig
from sim.model import CeasefireModel
from sim.negotiation.concession import concession
from sim.negotiation.tactics import Tactic, View
from sim.study.cells import load_cell

LINEAR = {"kind": "time_dependent", "form": "polynomial", "beta": 1, "kappa": 0}
IMITATION = {"kind": "tit_for_tat", "imitates": "relative", "lag": 1, "window": 1, "disturbance": 0}
BOTH_SIDES = pytest.mark.parametrize("side", [0, 1], ids=PARTIES)


def textbook(case="textbook", *overrides):
    return load_cell("baseline", [f"case={case}", *overrides]).scenario


PIE = CeasefireModel(textbook(), 1, SEED)


def made(fields, model=PIE, longest=10):
    """The tactic that a config describes."""
    config = TypeAdapter(TacticConfig).validate_python(fields)
    return tactic_of(config, model.book.packages, longest)


def slices(side, share):
    """Package that gives a side so many hundredths, or back."""
    return share if side == 0 else 100 - share


def answers(tactic, heard, side, *, limit=10, trust=0.5, uniform=0.5, model=PIE, named=slices):
    """What a side says at exchanges 1, 2, ... to what it has just been offered; stops at a yes."""
    one = delegation(model, model.parties[side], np.array([0]))
    one.trust = np.array([trust])
    one.draw = lambda purpose, rows: np.full(len(rows), uniform)
    offers, spoken = np.full((1, 2, 50), NO_PACKAGE), np.zeros((1, 2), dtype=np.int64)
    one.hears(offers[:, 0], offers[:, 1], spoken[:, 0], spoken[:, 1])

    def put(column, package):
        offers[0, column, spoken[0, column]] = package
        spoken[0, column] += 1

    said = []
    for exchange, offer in enumerate(heard, 1):
        package = np.array([named(side, offer)])
        put(1, package[0])
        view = View(one, one.everyone, np.array([exchange]), np.array([limit]), PARTIES[side])
        if tactic.accepts(view, package)[0]:
            return [*said, "yes"]
        opens = tactic.states_position and spoken[0, 0] == 0
        answer = int(one.opening[0] if opens else tactic.offer(view)[0])
        put(0, answer)
        said.append(named(side, answer))
    return said


# Time-dependent tactics


@BOTH_SIDES
def test_a_linear_side_concedes_a_tenth_of_the_zone_at_each_of_ten_exchanges(side):
    tactic = made(LINEAR)
    assert answers(tactic, [0, 10, 20, 30, 40, 50], side) == [100, 80, 70, 60, 50, "yes"]


@BOTH_SIDES
def test_a_boulware_side_concedes_late(side):
    """Squares: .04, .09, .16 ... of the zone, and everything at the end."""
    tactic = made(LINEAR | {"beta": 0.5})
    heard = [0] * 10
    assert answers(tactic, heard, side) == [100, 96, 91, 84, 75, 64, 51, 36, 19, "yes"]


@BOTH_SIDES
def test_a_conceder_gives_most_of_the_zone_at_once(side):
    """Square roots of .2, .3 and .4 conceded leave .553, .452 and .368, rounded up to a slice."""
    tactic = made(LINEAR | {"beta": 2})
    assert answers(tactic, [0, 0, 0, 0, 30], side) == [100, 56, 46, 37, "yes"]


@BOTH_SIDES
def test_an_opening_concession_is_made_by_the_second_offer(side):
    """With kappa .5 half the zone goes first: .5 + .5 t."""
    assert answers(made(LINEAR | {"kappa": 0.5}), [0, 0, 0], side) == [100, 40, 35]


@BOTH_SIDES
def test_the_exponential_form_bends_at_its_kappa(side):
    """.01 ** (1 - t) is .01 ** .8 = .0251 at the second of ten exchanges and .1 at the fifth."""
    tactic = made(LINEAR | {"form": "exponential", "kappa": 0.01})
    assert answers(tactic, [0] * 5, side) == [100, 98, 97, 94, 90]


@pytest.mark.parametrize("more", [{}, {"beta": 0.3}, {"form": "exponential", "kappa": 0.2}])
def test_futures_at_different_exchanges_of_different_rounds_concede_by_the_formula(more):
    """To the last bit, whichever futures were asked about before; and a view tells the time."""
    tactic, chosen = made(LINEAR | more), LINEAR | more
    one = delegation(PIE, PIE.parties[0], np.array([0]))
    for most in (6, 30, 12):
        limit = np.repeat(np.arange(1, most + 1), most)
        exchange = np.minimum(np.tile(np.arange(1, most + 1), most), limit)
        view = View(one, np.zeros(len(limit), dtype=np.int64), exchange, limit, PARTIES[0])
        assert np.array_equal(view.time, exchange / limit)
        given = concession(view.time, chosen["beta"], chosen["kappa"], chosen["form"])
        assert np.array_equal(tactic.aspiration(view), view.between(given))


# Others that do not listen


@BOTH_SIDES
def test_a_hardliner_keeps_its_share_of_the_zone(side):
    tactic = made({"kind": "hardliner", "floor": 0.8})
    assert answers(tactic, [0, 79, 79, 80], side) == [100, 80, 80, "yes"]


@BOTH_SIDES
def test_a_script_is_read_out_and_its_end_repeated(side):
    offers = [{"pie": str(slices(side, share))} for share in (70, 75, 60)]
    tactic = made({"kind": "scripted", "offers": offers})
    assert answers(tactic, [0, 0, 0, 0, 59, 60], side) == [70, 75, 60, 60, 60, "yes"]


@BOTH_SIDES
@pytest.mark.parametrize(
    ("trust", "said"),
    [(0.0, [100, 90, 85, 80]), (0.5, [100, 85, 78, 70]), (1.0, [100, 80, 70, 60])],
)
def test_a_trust_contingent_side_concedes_in_proportion_to_trust(side, trust, said):
    """Half of a linear concession without any trust, all of it with full trust."""
    tactic = made({"kind": "trust_contingent", "beta": 1, "distrust": 0.5})
    assert answers(tactic, [0] * 4, side, trust=trust) == said


# Tit-for-tat


@BOTH_SIDES
def test_relative_tit_for_tat_answers_a_rise_of_a_quarter_by_a_fall_to_four_fifths(side):
    assert answers(made(IMITATION), [40, 50, 50, 40], side) == [100, 80, 80, 100]


@BOTH_SIDES
def test_a_lag_answers_an_older_concession(side):
    assert answers(made(IMITATION | {"lag": 2}), [40, 50, 50, 50], side) == [100, 100, 80, 80]


@BOTH_SIDES
def test_absolute_tit_for_tat_answers_slice_for_slice(side):
    tactic = made(IMITATION | {"imitates": "absolute"})
    assert answers(tactic, [10, 20, 20, 10, 40], side) == [100, 90, 90, 100, 70]


@BOTH_SIDES
def test_a_disturbance_is_conceded_on_top(side):
    """The draw .5 of at most .1: five more slices each time."""
    tactic = made(IMITATION | {"imitates": "absolute", "disturbance": 0.1})
    assert answers(tactic, [10, 20, 20], side) == [100, 85, 80]


@BOTH_SIDES
def test_averaged_tit_for_tat_answers_the_ratio_over_its_window(side):
    tactic = made(IMITATION | {"imitates": "averaged", "window": 2})
    assert answers(tactic, [20, 30, 40], side) == [100, 100, 50]


# Tactics that reckon with the other side


@BOTH_SIDES
def test_zeuthens_bargainer_concedes_until_it_risks_no_less_than_the_other(side):
    """Products .09 and .21 are reached by asking for 90 and 70; at equal risks both give way."""
    tactic = made({"kind": "zeuthen"})
    assert answers(tactic, [0, 0, 0, 10, 30, 30, 50], side) == [100, 99, 99, 90, 70, 69, "yes"]


@BOTH_SIDES
def test_the_subgame_perfect_side_offers_what_waiting_is_worth_to_the_other(side):
    """With one exchange to come the other's share of waiting is .9; at the last anything is."""
    tactic = made({"kind": "subgame_perfect", "discount": 0.9, "other_discount": 0.9}, longest=3)
    assert answers(tactic, [89, 0], side, limit=2) == [10, "yes"]
    assert answers(tactic, [90], side, limit=2) == ["yes"]


@BOTH_SIDES
def test_the_more_impatient_the_other_the_more_is_asked_of_it(side):
    asked = [
        answers(
            made({"kind": "subgame_perfect", "discount": 0.9, "other_discount": other}),
            [0],
            side,
        )[0]
        for other in (0.95, 0.8, 0.5, 0.1)
    ]
    assert asked == sorted(asked)
    assert asked[0] < asked[-1]


@BOTH_SIDES
def test_on_one_issue_there_is_nothing_to_trade(side):
    trading = made(LINEAR | {"kind": "package_trading", "tolerance": 0.02})
    assert answers(trading, [0, 10, 20, 30], side) == answers(made(LINEAR), [0, 10, 20, 30], side)


def test_package_trading_moves_to_the_other_sides_last_offer_at_no_cost_to_itself():
    """Weights .4, .3, .2, .1: of what is worth .8 to .85, the nearest to what was heard."""
    model = CeasefireModel(textbook("textbook_four_issues"), 1, SEED)
    tactic = made(LINEAR | {"kind": "package_trading", "tolerance": 0.05}, model)
    option, own = model.book.packages.option, model.book.tables[0].by_account[0].at(0.5)
    said = {}
    for text in ("0003", "0030"):
        wanted = model.book.packages.index(dict(zip("abcd", text, strict=True)))
        said[text] = answers(
            tactic, [0, wanted], 0, model=model, named=lambda side, package: package
        )[1]
        band = [k for k in range(len(own)) if 0.8 - 1e-9 <= own[k] <= 0.85]
        away = {k: np.abs(option[k] - option[wanted]).sum() for k in band}
        assert said[text] in band
        assert away[said[text]] == min(away.values())
    assert said["0003"] != said["0030"]


# A tactic of one's own


class Splitter(Tactic):
    """Ask for the middle between one's own and the other's last offer, as far as ``patience``."""

    def __init__(self, patience: float = 0.5) -> None:
        self.patience = patience

    def aspiration(self, view: View):
        theirs = np.nan_to_num(view.other_offer())
        mine = np.where(np.isnan(view.own_offer()), view.ideal, view.own_offer())
        return np.maximum(mine + (theirs - mine) * self.patience, view.reservation)


OWN = {"kind": "custom", "tactic": "test_tactics:Splitter", "parameters": {"patience": 0.5}}


@BOTH_SIDES
def test_a_tactic_of_ones_own_answers_from_a_config(side):
    assert answers(made(OWN), [20, 20, 20], side) == [100, 60, 40]


def test_a_tactic_of_ones_own_bargains_in_the_model_and_in_python():
    tree = tree_of("baseline", "case=textbook")
    tree["pakistan"]["tactic"] = OWN
    columns = outcomes(validate(tree)[0], 2, 10)
    assert columns["deal"].all()
    model = CeasefireModel(textbook(), 2, SEED)
    model.book = type(model.book)(
        **(vars(model.book) | {"tactics": (Splitter(), model.book.tactics[1])})
    )
    assert model.run(10).columns["deal_package"].tolist() == columns["deal_package"].tolist()


@pytest.mark.parametrize("answer", [True, np.True_, np.False_])
def test_a_tactic_may_answer_all_futures_alike(answer):
    """Who takes whatever is no worse than no deal agrees at once; who takes nothing, never."""

    class Same(Splitter):
        def accepts(self, view: View, package):
            return answer

    model = CeasefireModel(textbook(), 3, SEED)
    model.book = type(model.book)(**(vars(model.book) | {"tactics": (Same(0.0), Same(0.0))}))
    assert (model.run(10).columns["deal"] == answer).all()


@pytest.mark.parametrize(
    ("tactic", "parameters", "said"),
    [
        ("no_such_module:Mine", {}, "no_such_module"),
        ("test_tactics:NoSuchClass", {}, "NoSuchClass"),
        ("test_tactics:Splitter", {"pateince": 1}, "pateince"),
        ("types:SimpleNamespace", {}, "subclass"),
    ],
)
def test_a_custom_tactic_that_cannot_be_used_is_refused_in_one_sentence(tactic, parameters, said):
    assert SimpleNamespace is not None  # named by its path above
    with pytest.raises(ConfigError, match=said) as caught:
        made({"kind": "custom", "tactic": tactic, "parameters": parameters})
    assert "\n" not in str(caught.value)


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
