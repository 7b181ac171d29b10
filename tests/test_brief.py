"""The brief of a seat: its numbers are those of the scenario, and nothing of the other side's."""

import html

import pytest

from sim.app import cards
from sim.app import strings as say
from sim.config import PARTIES
from sim.game import SEATS, Game, Setup
from sim.game.brief import brief
from sim.game.views import view, worth


@pytest.fixture(scope="module")
def game():
    return Game(Setup.of("baseline", seed=7, days=60, persons=SEATS))


@pytest.mark.parametrize("side", PARTIES)
def test_bars_are_what_options_are_worth_beside_the_own_public_position(game, side):
    opening = view(game, side)["mine"]["opening"]
    for issue in brief(game, side)["issues"]:
        values = [
            worth(game, side, {**opening, issue["issue"]: option["option"]})
            for option in issue["options"]
        ]
        told = [option["worth"] for option in issue["options"]]
        assert told == pytest.approx([value - min(values) for value in values])
        assert issue["at_stake"] == pytest.approx(max(values) - min(values))
        assert [o["option"] for o in issue["options"] if o["opening"]] == [opening[issue["issue"]]]


@pytest.mark.parametrize("side", PARTIES)
def test_what_the_capital_would_ratify_is_counted(game, side):
    told, packages = brief(game, side), game.packages
    enough = [
        packages.describe(number)
        for number in range(len(packages))
        if worth(game, side, packages.describe(number)) >= told["needed"]
    ]
    assert (told["ratified"], told["of"]) == (len(enough), len(packages))
    assert told["needed"] > told["reservation"]
    for issue in told["issues"]:
        for option in issue["options"]:
            within = any(package[issue["issue"]] == option["option"] for package in enough)
            assert option["open"] is within


def test_a_brief_holds_no_number_of_the_other_side(game):
    for side, other in (PARTIES, PARTIES[::-1]):
        hidden, own = (brief(game, seat) for seat in (other, side))
        told = cards.brief(own, side)
        for name in ("needed", "best", "reservation"):
            assert f"{hidden[name]:.3f}" not in told
            assert f"{own[name]:.3f}" in told  # the check can fail
    assert "needed" not in brief(game, "mediators")


@pytest.mark.parametrize("seat", SEATS)
def test_a_brief_says_when_the_game_begins_and_ends_whenever_it_is_read(seat):
    game = Game(Setup.of("baseline", seed=7, days=60, persons=SEATS))
    first = game.question.day
    begins, ends = f"on day {first} ({say.date('2025-10-19', first)})", "day 60 (18 Dec 2025)"
    while game.question.day == first:
        game.play(game.question.seat, game.question.kind, game.advice)
    told = cards.brief(brief(game, seat), seat)
    for words in ("Day 0 is 19 Oct 2025", begins, ends):
        assert words in told


@pytest.mark.parametrize("seat", SEATS)
def test_a_brief_explains_the_words_of_its_agenda_with_their_claimants(game, seat):
    told = html.unescape(cards.brief(brief(game, seat), seat))
    assert all(words in told for words in say.EXPLAINED.values())
    assert set(say.EXPLAINED) <= {issue["issue"] for issue in brief(game, seat)["issues"]}
    assert all("says" in words for words in say.EXPLAINED.values())
    assert (say.WHERE_FROM in told) is (seat in PARTIES)
    fewer = brief(game, seat)
    fewer["issues"] = [one for one in fewer["issues"] if one["issue"] != "basing"]
    assert say.EXPLAINED["basing"] not in html.unescape(cards.brief(fewer, seat))


@pytest.mark.parametrize("seat", SEATS)
def test_every_seat_is_told_who_it_is_what_it_wants_and_what_winning_means(game, seat):
    told = cards.brief(brief(game, seat), seat)
    who, wants = say.ROLES[seat]
    for words in (say.INTERESTS, say.WINNING, *wants):
        assert words in told
    assert who[:40] in told
