"""Every page of the classroom in every state it can be in, one after the other.

``tour`` walks a teacher, students and a guest through a short lesson and stops wherever there is
something to look at. Tests look for what must not be; ``python tests/class_pages.py FOLDER`` takes
pictures: of every stop wide, on a phone and on a projector, light and dark, and as it is printed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from classroom import CHROMIUM, Server
from playwright.sync_api import sync_playwright
from test_classroom_browser import Person, wait_for

WIDTHS = (1280, 390, 1920)
SCHEMES = ("light", "dark")
PAPER = 718  # pixels of a sheet of A4 between its margins
ASKED = {  # a button that stands under a decision -> its kind
    "Come to the talks": "attend", "Offer this package": "offer", "Refuse": "answer",
    "Refuse the text": "text", "Answer with this": "respond", "Publish": "account",
    "Agree to meet again": "leave", "Hold on to it": "end", "Leave it": "contain",
    "Table this text": "draft",
}  # fmt: skip
Stop = tuple[str, Person]


def tour(chromium, server) -> Iterator[Stop]:
    """Name and person of every stop."""
    people = [Person(chromium, server) for _ in range(5)]
    guest, teacher, ann, bob, cyd = people
    yield from _open_to_all(guest)
    yield from _lesson(teacher, ann, bob, cyd, guest)
    for one in people:
        one.context.close()
    people = [Person(chromium, server) for _ in range(4)]
    yield from _study(*people[:3])
    yield from _mediators(people[3])
    for one in people:
        one.context.close()


def _open_to_all(guest: Person) -> Iterator[Stop]:
    for path, name in (("/", "home"), ("/nothing", "404"), ("/play", "play")):
        guest.goto(path)
        yield name, guest
    guest.goto("/room/AAAAAAAA")
    yield "refused", guest
    guest.goto("/explore").sees("Day 0 of")
    yield "explore-begun", guest
    guest.click("To the next round")
    guest.sees("Round 1 opens")
    _choose(guest, "Change one thing", "The mediators leave")
    guest.click("1,000 futures from here")
    guest.page.locator(".difference").first.wait_for()
    guest.page.get_by_text("Choose what holds").click()
    guest.sees("Start again with these")
    yield "explore", guest
    guest.goto("/compare")
    yield "compare-begun", guest
    _choose(guest, "Futures of each", "200")
    guest.click("Draw")
    guest.page.locator("img.figure").first.wait_for(state="attached", timeout=300_000)
    yield "compare", guest


def _lesson(
    teacher: Person, ann: Person, bob: Person, cyd: Person, guest: Person
) -> Iterator[Stop]:
    teacher.goto("/teach")
    yield "teach-begun", teacher
    code = make(teacher, names="Ann\nBob\nCyd\nDee")
    yield "teach-made", teacher
    ann.goto(f"/c/{code}")
    yield "join", ann
    for one, name in ((ann, "Ann"), (bob, "Bob"), (cyd, "Cyd")):
        join(one, code, name)
    yield "seat-brief", ann
    yield "seat-brief-kabul", bob
    room = ann.page.url.split("/")[-2]
    ann.click("I am ready")
    ann.sees("Still reading")
    yield "seat-waiting", ann
    guest.goto(f"/room/{room}")
    yield "lobby", guest
    yield "board", teacher.goto(f"/board/{code}")
    bob.click("I am ready")
    yield from _rounds(ann, bob)
    teacher.goto("/teach")
    teacher.page.get_by_label("Message to everybody").fill("Two minutes left.")
    teacher.click("Show it")
    _choose(teacher, "Phase", "Talk it over")
    teacher.click("Begin this phase")
    ann.sees("Talk it over, aloud")
    yield "teach-running", teacher
    yield "seat-paused", ann
    yield "board-running", teacher.goto(f"/board/{code}")
    yield "picture-running", teacher.goto(f"/picture/{code}")
    yield "watch", teacher.goto(f"/watch/{room}")
    ann.goto(f"/debrief/{room}")
    yield "debrief-not-yet", ann
    ann.goto(f"/c/{code}")
    teacher.goto("/teach")
    teacher.click("End all games")
    teacher.page.get_by_role("dialog").wait_for()
    yield "teach-asked", teacher
    teacher.page.get_by_role("dialog").get_by_role("button", name="End all games").click()
    ann.sees("Your teacher has ended the game here")
    yield "seat-ended", ann
    teacher.sure("Reveal all")
    ann.page.get_by_text("Look back: the debriefing").click()
    ann.sees("Days with the largest drops")
    yield "debrief", ann
    yield "debrief-teacher", teacher.goto(f"/debrief/{room}")
    teacher.goto(f"/picture/{code}").sees("agents alone")
    yield "picture", teacher
    teacher.goto("/teach")
    teacher.click("Show the teacher's key")
    yield "teach-ended", teacher
    teacher.goto(f"/watch/{cyd.page.url.split('/')[-2]}")
    teacher.sure("Free the seat of Islamabad")
    cyd.sees("is not yours any more")
    yield "seat-freed", cyd
    yield "join-full", guest.goto(f"/c/{code}")
    teacher.goto("/teach")
    teacher.sure("Close on this device")
    teacher.sees("Make the rooms")
    yield "teach-closed", teacher.goto(f"/board/{code}")


def _rounds(ann: Person, bob: Person) -> Iterator[Stop]:
    """Play two rounds with words; stop at the first decision of every kind."""
    seen = set()
    for _ in range(300):
        if rounds_over(ann) >= 2 or ann.page.get_by_text("The game is over.").count():
            return
        for one in (ann, bob):
            asked = _asked(one)
            if asked and asked not in seen:
                seen.add(asked)
                yield f"seat-{asked}", one
                words = one.page.get_by_label("Words with it")
                if words.count() and words.first.is_visible():  # few, for a minute has few messages
                    words.first.fill("We could go further on custody if strikes end.")
            one.decide()
            one.page.wait_for_timeout(200)


def _asked(one: Person) -> str:
    for label, kind in ASKED.items():
        if one.page.get_by_role("button", name=label, exact=True).count():
            return kind
    return ""


def _study(teacher: Person, ann: Person, bob: Person) -> Iterator[Stop]:
    """A class in research mode."""
    teacher.goto("/teach")
    teacher.page.get_by_text("Research with this class").click()
    teacher.page.get_by_role("checkbox", name="Research mode").click()
    yield "teach-research", teacher
    code = make(teacher)
    ann.goto(f"/c/{code}")
    yield "consent", ann
    ann.click("I agree and take my seat")
    ann.sees("Some questions first")
    yield "seat-questions-before", ann
    bob.goto(f"/c/{code}")
    bob.click("I do not agree, but play")
    bob.sees("Your brief")
    yield "seat-without-consent", bob
    for field in ann.page.locator(".panel:has-text('Some questions first') input").all():
        field.fill("3")
    ann.click("Send my answers")
    for one in (ann, bob):
        one.click("I am ready")
    wait_for(lambda: ann.decide() is not None, ann.page)
    teacher.sure("End all games")
    ann.sees("Some questions now that it is over")
    yield "seat-questions-after", ann
    yield "teach-study-ended", teacher


def _mediators(guest: Person) -> Iterator[Stop]:
    guest.goto("/play")
    guest.click("Take the seat of the mediators")
    guest.sees("You are the mediators")
    yield "seat-mediators-brief", guest
    guest.click("I am ready")
    seen: set[str] = set()
    for _ in range(60):
        asked = _asked(guest)
        if asked and asked not in seen:
            seen.add(asked)
            yield f"seat-mediators-{asked}", guest
        if len(seen) == 2 or guest.page.get_by_text("The game is over.").count():
            return
        guest.decide()
        guest.page.wait_for_timeout(200)


def make(teacher: Person, names: str = "") -> str:
    """Make a class of two rooms and 30 days without a deadline; return what it is joined by."""
    if names:
        teacher.page.get_by_label("Names, one a line").fill(names)
    else:
        teacher.page.get_by_label("Number of rooms").fill("2")
    _choose(teacher, "Days of the game", "30")
    _choose(teacher, "Seconds for each decision", "0")
    teacher.click("Make the rooms")
    link = teacher.page.get_by_role("link", name="Projector page")
    return str(link.get_attribute("href")).split("/")[-1]


def join(one: Person, code: str, name: str) -> None:
    """Take the seat that is kept for a name."""
    one.goto(f"/c/{code}")
    _choose(one, "Your name on the list", name)
    one.click("Take my seat")
    one.sees("Your brief")


def _choose(one: Person, label: str, value: str) -> None:
    one.page.get_by_label(label).first.click()
    one.page.get_by_role("option", name=value, exact=True).click()


def rounds_over(one: Person) -> int:
    """How many rounds a seat's page tells the end of; of a ratification both capitals are told."""
    told = one.page.locator(".story").first
    if not (told.count() and told.is_visible()):
        return 0
    words = told.inner_text()
    ended = re.findall("The round is adjourned|The round is broken off|is due but not held", words)
    deals = re.findall(r"(\d+) · .*?ratifies the deal", words)
    return len(ended) + sum(deals.count(day) == 2 for day in set(deals))


def printed(one: Person) -> None:
    """Turn a page into what is printed of it, on a machine that is set to dark."""
    one.page.set_viewport_size({"width": PAPER, "height": 1000})
    one.page.emulate_media(media="print", color_scheme="dark")


def shown(one: Person, scheme: str, width: int) -> None:
    """Turn a page back to what is on the screen."""
    one.page.set_viewport_size({"width": width, "height": 900})
    one.page.emulate_media(media="screen", color_scheme=scheme)


def main() -> None:
    """Take pictures of every stop."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        Server(Path(data) / "data", "--open") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, one in tour(browser, server):
            print(name, flush=True)
            for scheme, width in (("light", 1280), ("dark", 390), ("light", 390), ("dark", 1920)):
                shown(one, scheme, width)
                one.page.wait_for_timeout(300)
                path = folder / f"{name}-{width}-{scheme}.png"
                one.page.screenshot(path=path, full_page=True)
            printed(one)
            one.page.wait_for_timeout(300)
            one.page.screenshot(path=folder / f"{name}-print.png", full_page=True)
            shown(one, "light", 1280)
        browser.close()


if __name__ == "__main__":
    main()
