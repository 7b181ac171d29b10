"""What a seat sees while a day is under way, and what a debriefing makes of it in sentences."""

import itertools
import json
from types import SimpleNamespace

import pytest
from test_game import QUIET, setup, to

from sim.app import charts, lead, render
from sim.app import strings as say
from sim.app.pages.form import why_left_out
from sim.app.room import Room
from sim.app.scale import Scale
from sim.app.standing import state
from sim.config import PARTIES
from sim.game import MEDIATORS, SEATS, Decision, Game, Move, Setup
from sim.game.debrief import OPEN, Effect, Odds, Why, _session_shown, result
from sim.game.questions import Question
from sim.game.views import _allowed, revealed, spelt, view


@pytest.fixture
def at_table():
    """Islamabad has offered, Kabul is to answer, and students hold every seat."""
    game = Game(setup(*SEATS, overrides=QUIET))
    to(game, "answer")
    return game


@pytest.mark.parametrize("seat", SEATS)
def test_whoever_is_not_asked_sees_the_day_and_the_table_too(at_table, seat):
    seen = view(at_table, seat)
    assert "round_opens" in [entry["kind"] for entry in seen["today"]]
    asked = at_table.question
    offered = seen["table"]["pakistan"]
    assert offered["package"] == at_table.packages.describe(asked.facts["package"])
    assert (offered["accepted"], offered["exchange"]) == (None, 1)
    assert say.issue("custody") in render.offers(seen["table"], seat)


def test_the_table_says_what_became_of_an_offer_and_has_the_mediators_text(at_table):
    at_table.play("afghan_taliban", "answer", False)
    to(at_table, "text")
    for seat in SEATS:
        table = view(at_table, seat)["table"]
        assert (table["pakistan"]["accepted"], table[MEDIATORS]["accepted"]) == (False, None)
        text = at_table.packages.describe(at_table.question.facts["package"])
        assert table[MEDIATORS]["package"] == text


def test_a_new_round_shows_its_own_offers_with_their_exchange():
    game = Game(setup(*PARTIES, overrides=QUIET))
    to(game, "offer")
    while view(game, "pakistan")["table"].get("pakistan", {"round": 0})["round"] < 2:
        question = game.question
        refuses = question.kind in ("answer", "text", "leave")
        game.play(question.seat, question.kind, False if refuses else game.advice)
    assert view(game, "pakistan")["table"]["pakistan"]["exchange"] == 1


def test_a_seat_sees_what_it_decided_itself_and_nobody_elses_decision(at_table):
    for seat in SEATS:
        own = [(d.question.turn, d.move.kind) for d in at_table.decisions if d.move.seat == seat]
        decided = view(at_table, seat)["decided"]
        assert (decided and (decided["turn"], decided["kind"])) == (own[-1] if own else None)


def test_answers_in_one_link_stay_unknown_to_all_who_watch():
    game = Game(setup(*SEATS, overrides=("conflict.clashes.rate=1", "switches.talks=false")))
    to(game, "respond")
    first = game.question.seat
    game.play(first, "respond", 2)
    assert (game.question.kind, game.question.facts["link"]) == ("respond", 0)
    for seat in SEATS:
        assert "act" not in [entry["kind"] for entry in view(game, seat)["today"]]


def test_what_the_rules_let_mediators_tell_is_marked_where_a_person_holds_their_seat(at_table):
    told = [e for e in view(at_table, "pakistan")["today"] if e["kind"] == "information"]
    assert told
    assert all(entry["unasked"] for entry in told)
    agents = Game(setup(*PARTIES, overrides=QUIET))
    to(agents, "answer")
    told = [e for e in view(agents, "pakistan")["today"] if e["kind"] == "information"]
    assert told
    assert not any(entry["unasked"] for entry in told)


def reports(entries):
    return [entry for entry in entries if entry["kind"] == "information"]


@pytest.mark.parametrize("seat", PARTIES)
def test_a_report_in_confidence_is_news_to_its_hearer_with_what_it_did_to_trust(at_table, seat):
    told = reports(view(at_table, seat)["today"])
    assert len(told) > 1  # they follow each other up to the trust that is held at the table
    believed = at_table.model.parties[PARTIES.index(seat)].trust[0]
    assert told[0]["trust_before"] == pytest.approx(believed)
    for one, after in itertools.pairwise(told):
        assert after["trust_before"] == one["trust_after"]
    held = view(at_table, seat)["mine"]["trust"]
    assert told[-1]["trust_after"] == pytest.approx(held)
    for entry in told:
        assert (entry["trust_after"] > entry["trust_before"]) == entry["says_good_faith"]
        title, lines = say.card(entry, seat)
        assert say.seat(entry["speaker"]) in title
        moved = say.REPORT_MOVED.format(**entry)
        assert lines == [moved, say.REPORT_HELP.format(other=say.other(seat))]


def test_what_a_report_did_to_trust_is_told_to_its_hearer_alone_and_in_the_debriefing(at_table):
    seen = reports(view(at_table, MEDIATORS)["today"])
    assert {entry["hearer"] for entry in seen} == set(PARTIES)
    assert not any("trust_before" in entry for entry in seen)
    assert [say.card(entry, MEDIATORS) for entry in seen] == [None] * len(seen)
    told = reports(revealed(at_table))
    assert all(say.TRUST_MOVED.format(**entry) in say.told(entry) for entry in told)
    willing = dict(zip(PARTIES, at_table.record["sides"]["willing"], strict=True))
    for entry in told:
        about = next(side for side in PARTIES if side != entry["hearer"])
        right = entry["says_good_faith"] == willing[about]
        assert (say.REPORT_RIGHT if right else say.REPORT_WRONG) in say.told(entry)
    assert not any("right" in entry for seat in SEATS for entry in view(at_table, seat)["today"])


# A text that is refused


def refused_text(game, accepts):
    """Play until a text was answered, accepted by one side only; return who did."""
    while True:
        question = to(game, "text")
        enough = question.facts["worth"] >= question.facts["reservation"]
        day, seat = question.day, question.seat
        game.play(seat, "text", enough and seat == accepts)
        if enough and seat == accepts:
            other = game.question
            if (other.kind, other.day) == ("text", day):
                game.play(other.seat, "text", False)
            return seat


def cards_of(game, seat):
    seen = view(game, seat)
    entries = [e for e in seen["history"] + seen["today"] if e["kind"] == "move"]
    return [card for card in (say.card(entry, seat) for entry in entries) if card]


@pytest.mark.parametrize("accepts", PARTIES)
def test_who_accepted_a_text_is_told_that_the_other_refused_it_or_a_capital_asks_for_more(accepts):
    game = Game(setup(*SEATS, overrides=QUIET))
    refused_text(game, accepts)
    other = next(side for side in PARTIES if side != accepts)
    title, lines = cards_of(game, accepts)[-1]
    assert (title, lines[0]) == (say.TEXT_REFUSED, say.YOU_ACCEPTED.format(other=say.seat(other)))
    title, lines = cards_of(game, other)[-1]
    assert (title, lines[0]) == (say.TEXT_REFUSED, say.YOU_REFUSED.format(other=say.seat(accepts)))
    title, lines = cards_of(game, MEDIATORS)[-1]  # which side it was, nobody tells them
    assert (title, lines[0]) == (say.TEXT_REFUSED, say.A_SIDE_REFUSED)
    answers = [e.get("answered") for e in view(game, MEDIATORS)["history"] if e["kind"] == "move"]
    assert set(answers) == {None}


# A deal that a capital refuses


def struck(passed, day=6):
    """The entries of a deal that was struck, ratified by those named."""
    return [{"day": day, "kind": "ratification", "party": side, "package": 0,
             "utility": 0.5 if side in passed else 0.4, "needed": 0.45}
            for side in PARTIES]  # fmt: skip


@pytest.mark.parametrize(("passed", "last"), [((), 9), (PARTIES[:1], 9), (PARTIES, 6)])
def test_a_refused_ratification_ends_no_round_in_the_calendar(monkeypatch, passed, last):
    drawn = []

    def calendar(*words):
        drawn.append(words[4])
        return ""

    monkeypatch.setattr(charts, "calendar", calendar)
    opens = {"day": 6, "kind": "round_opens", "last_day": 9}
    render.calendar([opens, *struck(passed)], days=30, today=8)
    assert drawn == [[(6, last)]]


def of_deals(*struck_, **changes):
    plain = {"struck": list(struck_), "deal": None, "deal_day": 0, "lapsed_day": 0, "rounds": [{}],
             "gain": dict.fromkeys(PARTIES, 0.1),
             "utility": dict.fromkeys(PARTIES, 0.5)}  # fmt: skip
    return plain | changes


@pytest.mark.parametrize("seat", [*PARTIES, None])
def test_the_first_sentence_says_what_became_of_a_deal(seat):
    both = {"day": 6, "refused": list(PARTIES)}
    words = say.STRUCK_REFUSED.format(day=6, capitals=say.both(PARTIES))
    [sentence] = lead.gained(of_deals(both), seat)
    assert words in sentence
    later = of_deals(both, {"day": 9, "refused": []}, deal={"border": "open"}, deal_day=9,
                     lapsed_day=20)  # fmt: skip
    [sentence] = lead.gained(later, seat)
    assert words in sentence
    assert say.OUT_LAPSED.format(day=20) in sentence
    assert say.STRUCK_REFUSED.split("{")[0] not in lead.gained(of_deals(), seat)[0]


def test_deals_struck_at_the_table_are_in_the_result_with_who_refused():
    at_once = [f"{side}.expected_rounds=1" for side in PARTIES]
    game = Game(setup("afghan_taliban", overrides=(*QUIET, *at_once)))
    while not result(game)["struck"]:
        question = to(game, "answer")
        enough = question.facts["worth"] >= question.facts["reservation"]
        game.play("afghan_taliban", "answer", enough)
    for deal in result(game)["struck"]:
        votes = {e["party"]: e for e in game.told
                 if (e["kind"], e["day"]) == ("ratification", deal["day"])}  # fmt: skip
        refused = [side for side in PARTIES if votes[side]["utility"] < votes[side]["needed"]]
        assert deal["refused"] == refused
        [threat] = [e["reservation"] for e in game.told
                    if (e["kind"], e["day"]) == ("session", deal["day"])]  # fmt: skip
        least = dict(zip(PARTIES, threat, strict=True))
        assert deal["gain"] == {side: votes[side]["utility"] - least[side] for side in PARTIES}
    assert deal["day"] == question.day


# What moved the odds


def moved(*effects):
    game = Game(setup(*PARTIES, overrides=QUIET))
    to(game, "offer")
    room = Room("AAAAAAAA", 0, game.setup, 0, game)
    shown = [Effect(number, 0.5 + change, 0.5, error)
             for number, (change, error) in enumerate(effects)]  # fmt: skip
    return lead.clear(shown), " ".join(lead.moved(Odds([0], [0.5], [], shown, 1_000), room))


@pytest.mark.parametrize("change", [0.0, 0.004, -0.004, 0.03, -0.03])
def test_a_decision_within_its_error_or_too_small_to_show_is_not_named(change):
    clear, sentence = moved((change, 0.04 if abs(change) > 0.01 else 0.001))
    assert clear == []
    start = say.MOVED_LITTLE.split("{")[0]
    assert sentence.startswith(start)


def test_a_decision_beyond_its_error_is_named_in_its_direction():
    clear, sentence = moved((0.06, 0.02), (-0.05, 0.02), (0.01, 0.02))
    assert [effect.number for effect in clear] == [0, 1]
    assert sentence.startswith(say.RAISED.split("{")[0])
    assert say.LOWERED.split("{")[0] in sentence


def said_of(kind, value, agent, why=(), **facts):
    """The third sentence of a game in which one decision raised the odds."""
    game = Game(setup(*PARTIES, overrides=QUIET))
    question = Question(0, "pakistan", kind, 9, facts)
    game.decisions = [Decision(question, Move("pakistan", kind, value), agent)]
    room = Room("AAAAAAAA", 0, game.setup, 0, game)
    effect = Effect(0, 0.56, 0.5, 0.02, why)
    [sentence] = lead.moved(Odds([0], [0.5], [], [effect], 1_000), room)
    return sentence


@pytest.mark.parametrize("kind", [*say.DID])
def test_what_was_decided_is_said_in_plain_words_beside_what_the_agent_would_have(kind):
    yes, no = say.DID[kind]
    words = said_of(kind, False, True)
    assert no in words
    assert words.index(no) < words.index(yes)
    assert "0.56 instead of 0.50 (+0.06 ± 0.02)" in words
    assert "odds" not in words


def test_of_offers_is_said_what_differs_from_the_seats_last_offer():
    packages = Game(setup(*PARTIES, overrides=QUIET)).packages
    last = packages.describe(0)
    other = last | {"border": "open", "evidence": "dossiers"}
    words = said_of("offer", None, other, own_offers=[0])
    assert say.DID_HOLD in words
    assert say.package({"evidence": "dossiers", "border": "open"}) in words
    assert say.issue("custody") not in words
    assert "custody" not in words
    words = said_of("offer", last, other, own_offers=[0])
    assert say.DID_HOLD in words  # to name the last offer again is to hold to it
    far = packages.describe(len(packages.option) - 1)
    more = sum(far[issue] != last[issue] for issue in last) - lead.MOST_ISSUES
    assert say.AND_MORE.format(number=more) in said_of("offer", far, last, own_offers=[0])


def test_a_response_is_said_with_what_it_answered():
    words = said_of("respond", 3, 0, cause="border_clash")
    assert say.AFTER.format(cause=say.CAUSES["border_clash"]) in words
    assert say.RUNGS[3].lower() in words


def test_what_is_behind_a_change_is_said_where_it_is_beyond_its_error():
    rarer = Why("repudiation", "pakistan", 0.1, 0.2, 0.03)
    deals = Why(None, None, 0.6, 0.5, 0.03)
    words = said_of("attend", True, False, (rarer, deals))
    how = say.how("repudiation", "pakistan")
    assert say.WHY_LESS.format(how=how, taken=0.1, instead=0.2) in words
    assert say.WHY_MORE_DEALS.format(taken=0.6, instead=0.5) in words
    unclear = Why("repudiation", "pakistan", 0.1, 0.12, 0.03)
    assert how not in said_of("attend", True, False, (unclear,))


# What was left on the table


def missed(last=18, **changes):
    """The second sentence of a game without a deal."""
    better = {"day": 18, "round": 3, "package": {"border": "open"}, "tabled": [], "refused": [],
              "added": dict.fromkeys(PARTIES, 0.05)} | changes  # fmt: skip
    [words] = lead.left({"day": last, "round": 3, "better": better}, of_deals(), "pakistan")
    return words


def test_a_deal_that_was_there_is_told_with_its_day_and_whether_mediators_had_tabled_it():
    assert missed().startswith("On day 18, in round 3, a deal was there")
    assert "tabled" not in missed()
    refused = say.LEFT_TABLED.format(days="6, 18", refused=say.both(PARTIES))
    assert missed(tabled=[6, 18], refused=list(PARTIES)).endswith(refused)
    assert missed(tabled=[6]).endswith(say.LEFT_TABLED_LOST.format(days="6"))


def test_a_deal_that_was_there_no_more_on_the_last_day_is_told_as_that():
    assert say.LEFT_GONE.format(day=24) in missed(last=24)
    assert say.LEFT_GONE.split("{")[0] not in missed()
    [none] = lead.left({"day": 18, "round": 3, "better": None}, of_deals(), None)
    assert none == say.LEFT_NO_ZONE


# A day that is not over


def test_a_game_that_was_ended_in_mid_day_is_told_to_its_last_decision():
    game = Game(setup(*PARTIES, overrides=QUIET))
    while game.question.kind != "account":
        question = game.question
        value = True if question.kind == "leave" else game.advice
        if question.kind in ("answer", "text"):
            value = False
        game.play(question.seat, question.kind, value)
    found, kinds = result(game), [entry["kind"] for entry in game.told]
    assert {"round_opens", "walks_out", "breakdown"} <= set(kinds)
    assert len(found["rounds"]) == kinds.count("round_opens")
    assert found["rounds"][-1]["day"] == found["day"] == game.question.day
    assert OPEN not in [one["outcome"] for one in found["rounds"]]
    json.dumps(found)


def test_a_round_that_is_open_is_listed_as_that(at_table):
    found = result(at_table)
    assert [(one["round"], one["outcome"]) for one in found["rounds"]] == [(1, OPEN)]
    assert found["rounds"][0]["day"] == at_table.question.day


def test_a_day_has_one_number_everywhere_and_day_0_is_the_ceasefires(at_table):
    day = at_table.question.day
    assert at_table.day == view(at_table, "pakistan")["day"] == result(at_table)["day"] == day
    assert at_table.model.day == day - 1  # the last evening
    room = Room("AAAA", 1, at_table.setup, 0, at_table, started=True, ended=True)
    assert state(room) == say.STATE["ended"].format(day=day)
    assert say.date(view(at_table, "pakistan")["start"], 0) == "19 Oct 2025"


def test_a_game_that_is_over_is_of_its_last_day():
    game = Game(Setup.of("baseline", QUIET, seed=7, days=5, persons=["pakistan"]))
    while not game.over:
        game.play(game.question.seat, game.question.kind, game.advice)
    assert game.day == result(game)["day"] == 5


# Numbers of the moment


@pytest.mark.parametrize("seat", PARTIES)
def test_both_sides_see_the_numbers_of_the_table_whoever_is_asked(at_table, seat):
    [session] = [entry for entry in at_table.heard if entry["kind"] == "session"]
    side, mine = PARTIES.index(seat), view(at_table, seat)["mine"]
    assert mine["trust"] == pytest.approx(session["trust"][side])
    assert mine["reservation"] == pytest.approx(session["reservation"][side])
    evening = at_table.model.parties[side].trust[0]
    assert mine["trust"] != pytest.approx(evening)  # mediators have told it something since


# A clash


def clash_of(denied):
    """A game in which a clash has been noted, and the clash as it was."""
    game = Game(setup(*PARTIES, overrides=("conflict.clashes.rate=1", "switches.talks=false")))
    while True:
        for entry in game.heard:
            if entry["kind"] == "border_clash" and bool(entry["denied"]) is denied:
                return game, entry
        game.play(game.question.seat, game.question.kind, 0)


@pytest.mark.parametrize("seat", SEATS)
def test_a_clash_that_nobody_acknowledges_is_told_in_two_versions(seat):
    game, entry = clash_of(denied=True)
    [seen] = list(_allowed(game, [entry], seat))
    assert "initiator" not in seen
    says = [say.SAYS_OTHER_FIRED.format(seat=say.seat(s), other=say.other(s)) for s in PARTIES]
    assert say.card(seen, seat) == (say.CLASH_TITLE, [*says, say.NOBODY_ACKNOWLEDGES])
    assert say.EACH_SAYS_OTHER in say.told(seen)
    assert say.seat(entry["initiator"]) not in say.told(seen)
    assert say.FIRED_FIRST.format(seat=say.seat(entry["initiator"])) in say.told(entry)


@pytest.mark.parametrize("seat", SEATS)
def test_who_acknowledges_a_clash_is_named_with_what_the_other_says(seat):
    game, entry = clash_of(denied=False)
    [seen] = list(_allowed(game, [entry], seat))
    began, other = say.seat(entry["initiator"]), say.other(entry["initiator"])
    title, lines = say.card(seen, seat)
    assert title == say.CLASH_TITLE
    says = say.SAYS_YOU_FIRED if seat == entry["initiator"] else say.SAYS_IT_FIRED
    assert set(lines) == {says.format(seat=began),
                          say.SAYS_OTHER_FIRED.format(seat=other, other=began)}  # fmt: skip
    for one in (seen, entry):
        assert say.ACKNOWLEDGES.format(seat=began) in say.told(one)


# What an offer adds


def one_by_one(scale, offered, own):
    """What each difference is worth alone, and all of them together."""
    parts = [scale.gain(offered, issue, own) for issue in own if offered[issue] != own[issue]]
    return parts, scale.of(offered) - scale.of(own)


def test_parts_of_an_offer_do_not_add_up_since_what_one_verifies_makes_others_worth_more(at_table):
    """A promise is worth more to Islamabad in a package in which third parties verify."""
    scale, plain = Scale(at_table, "pakistan"), at_table.packages.describe(0)
    verified = {**plain, "guarantees": "third_party"}
    promised = {"custody": "extradite"}
    alone = scale.of({**plain, **promised}) - scale.of(plain)
    beside = scale.of({**verified, **promised}) - scale.of(verified)
    assert beside > alone > 0
    parts, whole = one_by_one(scale, {**verified, **promised}, plain)
    assert len(parts) == 2
    assert sum(parts) != pytest.approx(whole, abs=1e-6)


@pytest.mark.parametrize(("differences", "explained"), [(0, False), (1, False), (2, True)])
def test_why_they_do_not_add_up_is_said_where_there_are_several(at_table, differences, explained):
    scale, own = Scale(at_table, "pakistan"), at_table.packages.describe(0)
    other = at_table.packages.describe(len(at_table.packages.option) - 1)
    changed = [issue for issue in own if own[issue] != other[issue]][:differences]
    shown = scale.compared({**own, **{issue: other[issue] for issue in changed}}, own)
    assert (say.PARTS_HELP in shown) == explained


# Answers that are missing


@pytest.mark.parametrize(
    ("on_the_spot", "rungs", "left_out"),
    [(True, [0, 1, 2], None), (True, [0, 1], "Border fire"), (False, [0, 1, 2, 3, 4], None),
     (False, [0, 1, 2], "Strike, Open hostilities")],
)  # fmt: skip
def test_answers_are_missing_for_one_reason_each(on_the_spot, rungs, left_out):
    why = why_left_out({"on_the_spot": on_the_spot, "rungs": rungs}, local=2)
    spot = [say.ON_THE_SPOT.format(most="border fire")] if on_the_spot else []
    means = [say.RUNGS_LEFT_OUT.format(rungs=left_out)] if left_out else []
    assert why == spot + means


def test_a_round_beyond_the_last_day_is_not_announced_as_a_day_to_meet():
    days = 30
    game = Game(Setup.of("baseline", QUIET, seed=7, days=days, persons=PARTIES))
    for day, beyond in ((days, False), (days + 1, True)):
        entry = {"day": 20, "kind": "adjourned", "next": day}
        whole, [seen] = spelt(game, entry), list(_allowed(game, [entry], "pakistan"))
        for one in (whole, seen):
            assert one["beyond"] is beyond
            assert (say.MEET_BEYOND in say.told(one)) is beyond
            assert (str(day) in say.told(one)) is not beyond


# Names of issues


def test_an_issue_is_called_by_the_first_word_of_its_whole_name(at_table):
    for issue in at_table.packages.issues:
        full, short = say.issue(issue).lower(), say.readable(issue).lower()
        assert full.split()[0].strip(":,") == short.split()[0]


def test_an_offer_in_the_story_is_a_list_of_its_options(at_table):
    at_table.play("afghan_taliban", "answer", False)
    [move] = [e for e in view(at_table, "pakistan")["today"] if e["kind"] == "move"]
    story = render.story([move], at_table.setup.cell.scenario.start.isoformat())
    assert story.count("<li>") == 1 + len(at_table.packages.issues)


# The bargaining space


@pytest.mark.parametrize(("deal_day", "shown"), [(-1, 8), (3, 3)])
def test_the_space_is_that_of_the_first_deal_or_of_the_last_round_with_an_offer(deal_day, shown):
    game = SimpleNamespace(record={"tally": {"deal_day": deal_day}})
    days = ((3, 1), (8, 2), (14, 3))  # of the third round no offer was made when it was ended
    sessions = [{"kind": "session", "day": day, "round": held} for day, held in days]
    moves = [{"kind": "move", "day": day, "round": held} for day, held in days[:2]]
    assert _session_shown(game, [*sessions, *moves])["day"] == shown
