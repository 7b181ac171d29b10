"""Words reach the pages they are for and no other; what is typed stays text."""

from __future__ import annotations

import asyncio

import pytest
from sockets import DECISIONS, Browser, make_class, sit_down

from .helpers import rows

pytestmark = pytest.mark.slow
SEATS = ("Islamabad", "Kabul", "the mediators")
HOSTILE = "<img src=x onerror=alert(1)> secretword"
CHANNEL = "Tell {} in confidence"


async def test_a_word_in_confidence_is_on_no_wire_but_its_own(shared):
    async with Browser(shared.url) as teacher:
        _, [code] = await make_class(teacher, shared.word, seats=SEATS)
        people = [Browser(shared.url) for _ in SEATS]
        ann, bob, med = [
            await sit_down(who, code, seat, f"Person {k}")
            for k, (who, seat) in enumerate(zip(people, SEATS, strict=True))
        ]
        watch = await teacher.open(f"/watch/{code}")
        await ann.type("In confidence to the mediators", HOSTILE)
        await ann.click(CHANNEL.format("the mediators"))
        for page in (ann, med, watch):
            await page.sees("secretword")
            assert "<img" not in page.words()
            assert "&lt;img" in page.words()
        await med.type("In confidence to Kabul", "kabulword")
        await med.click(CHANNEL.format("Kabul"))
        await bob.sees("kabulword")
        reloaded = await people[1].open(f"/room/{code}/afghan_taliban")
        await asyncio.sleep(0.5)
        for page in (bob, reloaded):
            assert "secretword" not in " ".join([*page.received, page.html])
        assert "kabulword" not in " ".join([*ann.received, ann.html])
        stored = rows(
            shared, 'SELECT seat, "to" FROM messages WHERE room = ? ORDER BY number', code
        )
        assert stored == [("pakistan", "pakistan"), ("mediators", "afghan_taliban")]
        lobby = await people[1].open(f"/room/{code}")
        board = await teacher.open("/teach")
        for page in (lobby, board):
            assert "secretword" not in page.words()
        for browser in people:
            await browser.__aexit__(None, None, None)


async def test_a_brief_of_one_side_is_on_no_other_wire(shared):
    async with Browser(shared.url) as teacher:
        _, [code] = await make_class(teacher, shared.word, seats=SEATS[:2])
        async with Browser(shared.url) as ann, Browser(shared.url) as bob:
            first = await sit_down(ann, code, "Islamabad", "Ann")
            second = await sit_down(bob, code, "Kabul", "Bob")
            marks = {"Your capital asks for": set(), "having no deal is worth": set()}
            for page in (first, second):
                for words, found in marks.items():
                    at = page.words().index(words) + len(words)
                    found.add(page.words()[at : at + 8].strip())
            for numbers in marks.values():
                own, other = numbers  # the briefs differ, so the check can fail
                assert own != other
            pairs = ((first, second), (second, first))
            for page, other in pairs:
                asked = other.words().split("Your capital asks for ")[1][:5]
                assert asked not in " ".join([*page.received, page.html])


async def test_a_flood_of_words_is_refused_in_a_sentence_and_the_game_goes_on(shared):
    async with (
        Browser(shared.url) as teacher,
        Browser(shared.url) as ann,
        Browser(shared.url) as med,
    ):
        _, [code] = await make_class(teacher, shared.word, seats=("Islamabad", "the mediators"))
        page = await sit_down(ann, code, "Islamabad", "Ann")
        await sit_down(med, code, "the mediators", "Med")
        assert await page.until(lambda: any(page.find(label=label) for label in DECISIONS))
        for _ in range(30):
            await page.type("In confidence to the mediators", "x" * 200)
            await page.click(CHANNEL.format("the mediators"))
        await page.sees("too often in a short time")
        [(said,)] = rows(shared, "SELECT count(*) FROM messages WHERE room = ?", code)
        assert said <= 12
        await page.type("In confidence to the mediators", "x" * 10_000)
        await page.click(CHANNEL.format("the mediators"))
        await page.sees("at most 280 are allowed")
