"""What the pages of a class say and do, on their wires: nobody is left alone with a page."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from sockets import DECISIONS, PATIENCE, Browser, Page, make_class, sit_down

from sim.app import strings as say

pytestmark = pytest.mark.slow
SIDES = ("Islamabad", "Kabul")


def visible(page: Page, **props: str) -> bool:
    """Whether an element with these properties can be seen; what holds it may be hidden as well."""
    found = page.find(**props)
    if found is None:
        return False
    number = int(found[0])
    above = {child: int(n) for n, e in page.elements.items() for child in e.get("children", ())}
    while number in page_numbers(page):
        if "hidden" in page.elements[str(number)].get("class", ()):
            return False
        number = above.get(number, -1)
    return True


def page_numbers(page: Page) -> set[int]:
    return {int(number) for number in page.elements}


def fields(page: Page) -> list[str]:
    """Labels of the fields that can be seen."""
    labels = [e.get("props", {}).get("label") for e in page.elements.values()
              if e.get("tag") == "nicegui-input"]  # fmt: skip
    return [label for label in labels if label and visible(page, label=label)]


async def named_class(teacher: Browser, word: str, names: str) -> tuple[Page, str, list[str]]:
    """A class with a list of names: the teacher's page, its code and those of its rooms."""
    page = await teacher.open("/teach")
    await page.type("Teacher's word", word)
    await page.type("Names, one a line (optional: paste your list)", names)
    await page.pick("Seconds for each decision (0: no deadline)", 0)
    await page.click("Make the rooms")
    assert await page.until(lambda: "/board/" in page.words())
    [code] = set(re.findall(r"/board/([A-Z2-9]{8})", page.words()))
    return page, code, list(dict.fromkeys(re.findall(r"/watch/([A-Z2-9]{8})", page.words())))


async def seated(browser: Browser, room: str, seat: str, name: str) -> Page:
    return await sit_down(browser, room, seat, name)


async def test_an_agent_in_a_seat_is_told_on_all_pages_and_the_seat_comes_back(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann, Browser(shared.url) as b:
        desk, code, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        seat = await seated(ann, room, SIDES[0], "Dina")
        await seated(b, room, SIDES[1], "Emil")
        watch, board = await teacher.open(f"/watch/{room}"), await teacher.open(f"/board/{code}")
        assert not visible(seat, label=say.TAKE_BACK)
        await watch.click(say.AGENT_PLAYS.format(seat=SIDES[0]))
        await watch.sees(say.AGENT_NOW.format(seat=SIDES[0]))
        for page in (watch, desk, board):
            await page.sees(say.AGENT_FOR.format(name="Dina"))
        assert await seat.until(lambda: visible(seat, label=say.TAKE_BACK))
        await seat.click(say.TAKE_BACK)
        assert await seat.until(lambda: not visible(seat, label=say.TAKE_BACK))
        for page in (watch, desk, board):
            gone = say.AGENT_FOR.format(name="Dina")
            assert await page.until(lambda page=page, gone=gone: gone not in page.text())
        await watch.click(say.AGENT_PLAYS.format(seat=SIDES[0]))
        assert await seat.until(lambda: visible(seat, label=say.TAKE_BACK))
        status, _, _ = await ann.get(f"/c/{code}")  # she opens the class's address again
        assert status == 200
        assert await seat.until(lambda: not visible(seat, label=say.TAKE_BACK))


async def test_agents_for_who_is_missing_are_told_to_the_teacher(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        desk, _, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        await seated(ann, room, SIDES[0], "Dina")
        await desk.click(say.ABSENTEES)
        await desk.sees(say.AGENTS_NOW[1])
        await desk.sees(say.AGENT_UNTIL.format(name="Emil"))


async def test_a_class_is_not_closed_on_a_device_without_asking_and_showing_the_key(shared):
    async with Browser(shared.url) as teacher:
        desk, _, _ = await named_class(teacher, shared.word, "Dina\nEmil")
        await desk.click(say.FORGET)

        def key() -> str:
            shown = (e.get("text") for e in desk.elements.values()
                     if "key-text" in e.get("class", ()))  # fmt: skip
            return next((text for text in shown if text), "")

        assert await desk.until(key)
        held = key()
        assert "/board/" in desk.words()  # still open
        await desk.event(desk._labelled(say.FORGET)[-1], "click", {})
        await desk.sees(say.OPEN_CLASS)
        await desk.type(say.KEY, held)
        await desk.event(desk._labelled(say.GO)[-1], "click", {})
        assert await desk.until(lambda: "/board/" in desk.words())


async def test_who_leaves_it_as_it_is_has_nothing_done_and_the_question_gone(shared):
    async with Browser(shared.url) as teacher:
        desk, _, _ = await named_class(teacher, shared.word, "Dina\nEmil")

        def asked() -> list[bool]:
            dialogs = (e for e in desk.elements.values() if e.get("tag") == "nicegui-dialog")
            return [bool(dialog["props"]["model-value"]) for dialog in dialogs]

        await desk.click(say.END_ALL)
        assert await desk.until(lambda: asked() == [True])
        await desk.click(say.KEEP)
        assert await desk.until(lambda: asked() == [False])
        assert say.STATE["waiting"] in desk.words()


async def test_who_types_a_part_of_a_name_on_the_list_is_asked_whether_it_is_theirs(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann, Browser(shared.url) as b:
        _, code, [first, _] = await named_class(teacher, shared.word, "Ada Öz\nBen\nCem")
        page = await ann.open(f"/c/{code}")
        await page.click(say.JOIN_NOW)  # nothing is chosen for anybody
        assert await page.until(lambda: page.said)
        assert not page.opened
        await page.event(items(page, say.NOT_LISTED)[0], "click", {})
        await page.type(say.YOUR_NAME, "ada")
        await page.click(say.JOIN_NOW)
        mine = say.IT_IS_ME.format(name="Ada Öz")
        assert await page.until(lambda: page.find(label=mine))
        await page.click(mine)
        assert await page.until(lambda: page.opened)
        assert page.opened == f"/room/{first}/pakistan"
        other = await b.open(f"/c/{code}")
        await other.event(items(other, say.NOT_LISTED)[0], "click", {})
        await other.type(say.YOUR_NAME, "Eve")
        await other.click(say.JOIN_NOW)
        assert await other.until(lambda: other.opened)  # the seat that is kept for nobody
        assert other.find(label=say.IT_IS_NOT_ME) is None


def words_of(page: Page, number: str) -> str:
    """What an element says, or what stands within it."""
    element = page.elements[number]
    inner = (words_of(page, str(child)) for child in element.get("children", ()))
    return element.get("text") or " ".join(inner)


def items(page: Page, words: str) -> list[Any]:
    """The items of a list that say something."""
    return [(n, e) for n, e in page.elements.items()
            if e["tag"] == "q-item" and words_of(page, n) == words]  # fmt: skip


async def test_who_is_not_on_the_list_can_say_so_whatever_they_typed(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as zed:
        _, code, _ = await named_class(teacher, shared.word, "Dina\nEmil")
        page = await zed.open(f"/c/{code}")
        [(_, listed)] = [(n, e) for n, e in page.elements.items()
                         if e.get("props", {}).get("label") == say.ON_THE_LIST]  # fmt: skip
        slots = {name: [words_of(page, str(n)) for n in slot["ids"]]
                 for name, slot in listed["slots"].items()}  # fmt: skip
        assert slots["after-options"] == [say.NOT_LISTED]
        assert slots["no-option"] == [say.NO_SUCH_NAME, say.NOT_LISTED]
        assert say.YOUR_NAME not in fields(page)
        await page.event(items(page, say.NOT_LISTED)[0], "click", {})
        assert await page.until(lambda: say.YOUR_NAME in fields(page))


async def test_who_waits_for_one_more_room_is_seated_without_pressing_again(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as zed:
        desk, code, _ = await named_class(teacher, shared.word, "Dina\nEmil")
        page = await zed.open(f"/c/{code}")
        await page.event(items(page, say.NOT_LISTED)[0], "click", {})
        await page.type(say.YOUR_NAME, "Zed")
        await page.click(say.JOIN_NOW)
        await page.sees(say.WAITS_HERE.format(name="Zed", why=say.KEPT_FOR_OTHERS))
        assert not page.opened
        await desk.click(say.ADD_ROOM)
        assert await page.until(lambda: page.opened)
        assert page.opened.endswith("/pakistan")


async def test_the_projector_says_to_choose_a_name_where_there_is_a_list(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as other:
        _, code, _ = await named_class(teacher, shared.word, "Dina\nEmil")
        page = await teacher.open(f"/board/{code}")
        assert say.BOARD_HELP_LIST in page.words()
        desk, _ = await make_class(other, shared.word)
        [code] = set(re.findall(r"/board/([A-Z2-9]{8})", desk.words()))
        page = await other.open(f"/board/{code}")
        assert say.BOARD_HELP in page.words()


async def test_a_return_key_is_taken_where_codes_are_and_where_the_class_is_joined(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        _, code, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        seat = await seated(ann, room, SIDES[0], "Dina")
        keys = [e.get("text") for e in seat.elements.values() if "key-text" in e.get("class", ())]
        for path, label in (("/play", say.CODE_OR_KEY), (f"/c/{code}", say.RETURN_KEY)):
            async with Browser(shared.url) as elsewhere:
                page = await elsewhere.open(path)
                await page.type(label, str(keys[0]))
                await page.event(page._labelled(say.GO)[0], "click", {})
                assert await page.until(lambda page=page: page.opened)
                assert page.opened == f"/room/{room}/pakistan"


async def test_a_freed_seat_leads_back_to_the_class(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        _, code, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        seat = await seated(ann, room, SIDES[0], "Dina")
        watch = await teacher.open(f"/watch/{room}")
        await watch.sure(say.FREE_SEAT.format(seat=SIDES[0]))
        await seat.sees(f"/c/{code}")


async def test_muted_messages_are_told_to_students_and_the_teacher(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann, Browser(shared.url) as b:
        desk, _, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        first = await seated(ann, room, SIDES[0], "Dina")
        second = await seated(b, room, SIDES[1], "Emil")
        for _ in range(100):  # to the first offer, with which words may go
            if first.find(label=say.SEND_OFFER) is not None:
                break
            for page in (first, second):
                await go_on(page)
            await asyncio.sleep(0.2)
        assert say.WORDS_WITH["table"] in fields(first)
        await desk.click(say.MUTE_ALL)
        await desk.sees("messages muted")
        assert await first.until(lambda: say.WORDS_WITH["table"] not in fields(first))
        assert say.WORDS_MUTED in first.text()
        await desk.click(say.UNMUTE_ALL)
        assert await first.until(lambda: say.WORDS_WITH["table"] in fields(first))


def asked(page: Page) -> str | None:
    return next((label for label in DECISIONS if page.find(label=label)), None)


async def go_on(page: Page) -> bool:
    """Make the decision that a page asks for, if it asks for one."""
    label = asked(page)
    if label is not None:
        await page.event(page.the(label=label), "click", {})
    return label is not None


async def test_links_from_the_desk_open_windows_and_the_plan_of_the_lesson_stays(shared):
    async with Browser(shared.url) as teacher:
        desk, code, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        for path in (f"/board/{code}", f"/picture/{code}"):
            _, link = desk.the(href=path)
            assert (link["props"]["target"], link["props"]["rel"]) == ("_blank", "noopener")
        rows = [e["props"]["innerHTML"] for e in desk.elements.values()
                if f"/watch/{room}" in e.get("props", {}).get("innerHTML", "")]  # fmt: skip
        assert 'target="_blank" rel="noopener"' in rows[0]
        assert say.LESSON_PLAN[-1][1].split("?")[0][:20] in desk.words()


async def test_a_seat_says_its_room_and_its_partner_and_pages_are_called_by_them(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann, Browser(shared.url) as b:
        _, _, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        first = await seated(ann, room, SIDES[0], "Dina")
        await seated(b, room, SIDES[1], "Emil")
        with_emil = say.SITS_AS.format(name="Emil", seat=SIDES[1])
        await first.sees(say.YOUR_ROOM_WITH.format(number=1, others=with_emil))
        named = say.ROOM_OF.format(number=1, names="Dina – Emil")
        for path, words in ((f"/watch/{room}", say.WATCHING), (f"/debrief/{room}", say.DEBRIEF)):
            page = await teacher.open(path)
            assert words.format(room=named) in page.words()


async def test_pausing_all_stops_the_clock_on_the_desk_and_in_the_seat(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        desk, _, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        seat = await seated(ann, room, SIDES[0], "Dina")
        await desk.pick(say.PHASE, 2)  # a round
        await desk.click(say.SET_PHASE)
        stopped = say.PHASE_STOPPED.split("}")[1]
        runs = say.PHASE_LEFT.partition("{minutes}")[0].format(phase=say.PHASES["round"])
        assert await seat.until(lambda: runs in seat.text())
        assert stopped not in seat.text()
        await desk.click(say.PAUSE_ALL)
        for page in (seat, desk):
            assert await page.until(lambda page=page: stopped in page.text(), PATIENCE)


def unfolded(page: Page) -> bool:
    """Whether the brief can be read without a click."""
    _, brief = page.the(label=say.BRIEF)
    return bool(brief["props"]["model-value"])


async def test_the_brief_stays_open_until_decisions_are_taken(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann, Browser(shared.url) as b:
        desk, _, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        await desk.pick(say.PHASE, list(say.PHASES).index("prepare"))
        await desk.click(say.SET_PHASE)
        first = await seated(ann, room, SIDES[0], "Dina")
        await seated(b, room, SIDES[1], "Emil")
        await first.sees(say.GAME_PAUSED)
        assert unfolded(first)
        await desk.pick(say.PHASE, list(say.PHASES).index("round"))
        await desk.click(say.SET_PHASE)
        assert await first.until(lambda: not unfolded(first))


async def test_who_is_to_talk_it_over_is_told_so_with_whom_and_until_when(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann, Browser(shared.url) as b:
        desk, _, [room] = await named_class(teacher, shared.word, "Dina\nEmil")
        first = await seated(ann, room, SIDES[0], "Dina")
        await seated(b, room, SIDES[1], "Emil")
        await desk.pick(say.PHASE, list(say.PHASES).index("between"))
        await desk.click(say.SET_PHASE)
        await first.sees(f"{say.TALK_NOW.format(others='Emil')} {say.TALK_UNTIL_CLOCK}")
        watch = await teacher.open(f"/watch/{room}")
        await watch.click(say.AGENT_PLAYS.format(seat=SIDES[1]))
        await first.sees(f"{say.TALK_ALONE} {say.TALK_UNTIL_CLOCK}")
        agent = say.SITS_AS.format(name=say.SITS_AGENT_FOR.format(name="Emil"), seat=SIDES[1])
        assert say.YOUR_ROOM_WITH.format(number=1, others=agent) in first.text()


async def test_a_partner_that_is_an_agent_is_named_as_such(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        _, [room] = await make_class(teacher, shared.word)
        seat = await seated(ann, room, SIDES[0], "Ann")
        agent = say.SITS_AS.format(name=say.SITS_AGENT, seat=SIDES[1])
        await seat.sees(say.YOUR_ROOM_WITH.format(number=1, others=agent))


async def test_the_press_line_is_asked_for_once_a_round_is_over_only(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        _, [room] = await make_class(teacher, shared.word)
        seat = await seated(ann, room, SIDES[0], "Ann")
        assert say.PRESS_LINE not in fields(seat)
        for _ in range(60):
            if say.PRESS_LINE in fields(seat):
                break
            before = seat.text()
            if await go_on(seat):
                await seat.until_other(before, PATIENCE)
        assert say.PRESS_LINE in fields(seat)
        assert say.PRESS_ASKED.format(round=1) in seat.text()
        assert say.PRESS_ASKED_HELP.format(round=1) in seat.text()  # also in the next round
        await seat.type(say.PRESS_LINE, "A frank exchange of views.")
        await seat.click(say.SEND_PRESS)
        assert await seat.until(lambda: say.PRESS_LINE not in fields(seat))
        await seat.sees("A frank exchange of views.")
