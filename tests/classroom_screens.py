"""Pictures of the classroom for docs/teaching.md: ``python tests/classroom_screens.py``.

A lesson in short: a teacher makes rooms, two students play a game to its end, all look back.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from classroom import CHROMIUM, Server
from playwright.sync_api import sync_playwright
from test_classroom_browser import Person, make_class

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "figures" / "classroom"


def picture(person: Person, name: str, *, long: bool = False) -> None:
    """Take a picture of what a person sees, wide and as on a phone."""
    person.page.wait_for_timeout(500)
    for width, height in ((1280, 1700), (390, 1700)) if long else ((1280, 900), (390, 844)):
        person.page.set_viewport_size({"width": width, "height": height})
        person.page.wait_for_timeout(300)
        person.page.screenshot(path=FOLDER / f"{name}-{width}.png")
    person.page.set_viewport_size({"width": 1280, "height": 900})


def play(ann: Person, bob: Person) -> None:
    """Play a game to its end; Bob answers incidents with strikes."""
    for _ in range(400):
        if ann.page.get_by_text("The game is over.").count():
            return
        strike = bob.page.get_by_role("radio", name=re.compile("^3"))
        if strike.count():
            strike.click()
        offering = ann.page.get_by_role("button", name="Offer this package").count()
        if offering and not (FOLDER / "seat-390.png").exists():
            picture(ann, "seat", long=True)
        if ann.decide() is None:
            bob.decide()
        ann.page.wait_for_timeout(250)


def main() -> None:
    """Take every picture."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "data", "--open") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        teacher, ann, bob, alone = (Person(browser, server) for _ in range(4))
        picture(alone.goto("/"), "home")
        alone.goto("/explore")
        alone.sees("Day 0 of 365")
        alone.click("To the next round")
        alone.sees("Round 1 opens")
        alone.page.get_by_label("Change one thing").click()
        alone.page.get_by_role("option", name="The mediators leave").click()
        alone.click("1,000 futures from here")
        alone.page.locator(".difference").first.wait_for()
        picture(alone, "explore", long=True)
        codes = make_class(teacher, rooms=2)
        ann.sit_down(codes[0], "Islamabad", "Ann")
        bob.sit_down(codes[0], "Kabul", "Bob")
        picture(teacher.goto("/teach"), "teach")
        teacher.goto(f"/watch/{codes[0]}")
        picture(teacher, "watch")
        play(ann, bob)
        teacher.goto(f"/debrief/{codes[0]}")
        teacher.sees("Each evening continued")
        picture(teacher, "debrief", long=True)
        teacher.goto("/compare")
        teacher.click("Draw")
        teacher.page.locator("img.light-wide").wait_for()
        picture(teacher, "compare")
        errors = [error for one in (teacher, ann, bob, alone) for error in one.errors]
        hosts = {host for one in (teacher, ann, bob, alone) for host in one.hosts}
        print(f"pictures in {FOLDER}; console errors: {errors}; hosts asked: {sorted(hosts)}")
        browser.close()


if __name__ == "__main__":
    main()
