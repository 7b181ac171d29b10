"""The class as a picture: one story room by room, a sample as a curve, rooms without a deal."""

import re
from pathlib import Path

import pytest

from sim.app import back, standing, work
from sim.app import strings as say
from sim.app.pages.picture import _gains, _survival
from sim.app.room import Room
from sim.config import PARTIES
from sim.game import Game, Setup, debrief
from sim.game.debrief import landscape, result

DAYS = 30


def stubborn(setup, accepts_from=1_000):
    """A game in which nobody moves; texts are accepted from a decision on, if they beat no deal."""
    game = Game(setup, keep=True)
    steady = {"attend": True, "respond": 0, "end": False, "leave": False}
    while not game.over:
        asked = game.question
        value = steady.get(asked.kind, game.advice)
        if asked.kind == "offer" and asked.facts["own_offers"]:
            value = None
        if asked.kind in ("answer", "text"):
            enough = asked.facts["worth"] >= asked.facts["reservation"]
            value = len(game.moves) >= accepts_from and enough
        game.play(asked.seat, asked.kind, value)
    return game


def room_of(number, game, **changes):
    made = ["person"] * len(game.moves)
    return Room(f"ROOM{number}", 1, game.setup, 0, game, made_by=made, **changes)


@pytest.fixture(scope="module")
def setup():
    return Setup.of("baseline", seed=2025, days=DAYS, persons=PARTIES)


@pytest.fixture(scope="module")
def rooms(setup):
    """Three rooms of one story: nothing signed; a deal refused in Islamabad, then none; the same
    and later a deal."""
    refused = stubborn(setup, accepts_from=5)
    day = next(deal["day"] for deal in result(refused)["struck"])
    first = [move.move for move in refused.decisions if move.question.day <= day]
    none_after = Game(setup, first)
    while not none_after.over:
        asked, steady = none_after.question, {"attend": True, "respond": 0, "leave": False}
        value = steady.get(asked.kind, False if asked.kind != "offer" else None)
        none_after.play(asked.seat, asked.kind, value)
    games = [stubborn(setup), none_after, refused]
    made = [(str(k), room_of(k, game)) for k, game in enumerate(games, start=1)]
    for _, room in made:
        back.of(room)
    return made


def drawn(markup, name):
    return re.findall(rf'class="{name}"', markup)


def test_rooms_with_the_same_chance_events_are_told_one_by_one_beside_agents_in_their_story(
    rooms, setup
):
    shown = _survival(rooms, work.agents_alone(setup.stored()))
    assert say.ONE_STORY in shown
    assert "Kaplan-Meier" not in shown
    assert len(drawn(shown, "held second")) == 3
    assert len(drawn(shown, "held first")) == 1
    assert len(drawn(shown, "band first")) == 1
    until = back.of(rooms[0][1]).agents["ended_day"]
    widths = [float(x) for x in re.findall(r'class="held \w+".*?width="([\d.]+)"', shown)]
    assert say.AGENTS_HERE.format(day=until) in shown
    assert widths[0] / widths[1] == pytest.approx(until / DAYS, abs=0.01)


def test_what_agents_made_of_a_story_is_not_told_to_who_is_still_in_it(rooms, setup):
    playing = Game(setup, rooms[0][1].game.moves[:20])
    shown = _survival([*rooms, ("4", room_of(4, playing))], None)
    assert (len(drawn(shown, "held second")), len(drawn(shown, "held first"))) == (4, 0)


def test_rooms_with_different_chance_events_stay_a_curve(rooms, setup):
    other = Setup(setup.cell.with_settings(seed=7), setup.persons)
    shown = _survival([*rooms, ("4", room_of(4, stubborn(other)))], None)
    assert say.SURVIVAL_HELP in shown
    assert drawn(shown, "held second") == []


def test_a_room_without_a_deal_shows_what_was_refused_and_what_both_would_have_ratified(rooms):
    shown = _gains(rooms, [])
    assert say.NO_DEAL_ROOMS.format(rooms="1, 2") in shown
    [deal] = result(rooms[1][1].game)["struck"]
    refused = say.REFUSED_IN.format(day=deal["day"], capitals=say.both(["pakistan"]))
    assert shown.count(refused) == 1
    assert len(drawn(shown.split("</svg>")[0], "sign refused")) == 1
    could = [back.of(room).could for _, room in rooms[:2]]
    assert all(could)
    assert say.COULD.format(day=could[0]["day"], **could[0]["added"]) in shown
    assert say.GAINS_SIGNS["could"] in shown


def test_results_have_what_was_refused_what_was_there_and_what_agents_did(rooms):
    rows = standing.rows([room for _, room in rooms])
    agents = back.of(rooms[0][1]).agents
    assert [row["agents_day"] for row in rows] == [agents["ended_day"]] * 3
    assert [row["agents_in_force"] for row in rows] == [say.NO] * 3
    assert [bool(row["refused"]) for row in rows] == [False, True, True]
    first = back.of(rooms[0][1]).could
    assert rows[0]["better"] == say.package(first["package"])
    assert rows[0]["better_pakistan"] == round(first["added"]["pakistan"], 3)
    assert rows[0]["better_day"] == first["day"]


def test_a_package_that_mediators_had_tabled_is_told_with_its_days_and_who_refused(rooms):
    game, could = rooms[0][1].game, back.of(rooms[0][1]).could
    texts = [e for e in game.told if e["kind"] == "move" and e["speaker"] == "mediators"
             and e["package"] == game.packages.index(could["package"])]  # fmt: skip
    assert could["tabled"] == sorted({entry["day"] for entry in texts})
    assert could["tabled"]
    assert could["refused"] == list(PARTIES)  # nobody in that room accepts anything


def test_a_package_that_was_there_on_an_earlier_day_only_is_told_with_that_day():
    game = stubborn(Setup.of("baseline", seed=1, days=DAYS, persons=PARTIES))
    shown = landscape(game)
    days = [e["day"] for e in game.told if e["kind"] == "session"]
    assert (shown["day"], shown["win_sets"]["both"]) == (days[-1], 0)
    better = shown["better"]
    assert better["day"] in days[:-1]
    session = next(e for e in game.told if e["kind"] == "session" and e["day"] == better["day"])
    worth, threat, needed = debrief._at_table(game, session)
    there = worth[game.packages.index(better["package"])]
    assert (there >= needed).all()
    assert list(better["added"].values()) == pytest.approx(there - threat)


def test_every_column_of_the_results_is_explained_in_the_docs():
    docs = (Path(__file__).parent.parent / "docs" / "teaching.md").read_text()
    assert [name for name in say.RESULT_COLUMNS if f"`{name}`" not in docs] == []


def test_what_capitals_asked_is_that_of_the_day_of_talks_and_not_of_the_end(rooms):
    game = rooms[2][1].game  # a deal; afterwards restraint has worn the mandate at home
    shown = back.of(rooms[2][1]).space
    voted = {e["party"]: e["needed"] for e in game.told
             if e["kind"] == "ratification" and e["day"] == shown["day"]}  # fmt: skip
    assert shown["needed"] == pytest.approx([voted[side] for side in PARTIES])


def test_what_is_not_worked_out_yet_is_left_open_on_pages_and_not_in_the_csv(rooms):
    _, room = rooms[0]
    fresh = room_of(1, room.game)
    assert say.LOADING in _gains([("1", fresh)], [])
    assert len(drawn(_survival([("1", fresh)], None), "held first")) == 0
    assert standing.rows([fresh])[0]["better_day"] == ""
    assert standing.rows([fresh], whole=True) == standing.rows([room])


def test_results_of_a_game_under_way_tell_nothing_of_what_may_come(setup, rooms):
    playing = room_of(1, Game(setup, rooms[0][1].game.moves[:20]))
    [row] = standing.rows([playing], whole=True)
    assert [row[name] for name in ("agents_day", "better_day", "better")] == [""] * 3
