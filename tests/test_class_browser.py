"""A lesson in real browsers: 30 seated from one link, briefs, words, a restart, the debriefings.

Needs Debian's chromium (apt-get install chromium); without it these tests are skipped. Pages are
looked at by axe-core where the package axe-playwright-python is installed.
"""

from __future__ import annotations

import importlib.util
import re
import time

import pytest
from class_pages import SCHEMES, WIDTHS, join, make, printed, rounds_over, shown, tour
from classroom import CHROMIUM, Server
from test_classroom_browser import Person, wait_for
from test_languages import named, texts

from sim.app.strings import ur

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
STUDENTS = 30
SECONDS_TO_SEAT = 120.0  # of the teacher's time; the students come by themselves meanwhile
CLICKS = 6
SECONDS_TO_DEBRIEF = 60.0  # on a busy machine; `python -m benchmarks debriefs` says what it takes
PLACES = 40  # pages, or states of them, that are looked at
HAS_AXE = importlib.util.find_spec("axe_playwright_python") is not None


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("lesson") / "data", "--open") as server:
        yield server


@pytest.fixture(scope="module")
def chromium():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Counted(Person):
    """A person whose clicks are counted."""

    clicks = 0

    def press(self, locator):
        self.clicks += 1
        locator.click()


def button(one, name):
    return one.page.get_by_role("button", name=name, exact=True)


@pytest.fixture(scope="module")
def lesson(server, chromium):
    """A class that was seated from one link, with how long that took the teacher."""
    teacher = Counted(chromium, server)
    start = time.monotonic()
    teacher.goto("/")
    teacher.press(teacher.page.get_by_role("link", name="Teach").first)
    names = teacher.page.get_by_label("Names, one a line")
    teacher.press(names)
    names.fill("\n".join(f"Student {number}" for number in range(1, STUDENTS + 1)))
    for label, value in (("Days of the game", "30"), ("Seconds for each decision", "0")):
        field = teacher.page.get_by_label(label)  # of the test, not of a lesson
        field.click()
        teacher.page.get_by_role("option", name=value, exact=True).click()
    teacher.press(button(teacher, "Make the rooms"))
    teacher.clicks += 1
    teacher.follow("Projector page")
    teacher.sees(f"0 of {STUDENTS} seats taken")
    address = teacher.page.locator(".address").inner_text()
    taken = time.monotonic() - start
    path = address.removeprefix(server.url)
    students = []
    for number in range(1, STUDENTS + 1):
        one = Person(chromium, server, (1280, 390)[number % 2])
        one.goto(path)
        one.page.get_by_label("Your name on the list").click()
        one.page.get_by_role("option", name=f"Student {number}", exact=True).click()
        button(one, "Take my seat").click()
        one.sees("Read your brief")
        students.append(one)
    teacher.sees(f"{STUDENTS} of {STUDENTS} seats taken")
    return teacher, students, path, taken


def axe(one):
    """Violations of one page that axe-core calls serious or critical.

    While a dialog is open it takes the veil for the ground of the buttons on either side of it and
    not their own; these are the buttons of every page, where their contrast is looked at.
    """
    from axe_playwright_python.sync_playwright import Axe

    asks = one.page.get_by_role("dialog").count() > 0
    options = {"rules": {"color-contrast": {"enabled": not asks}}}
    found = Axe().run(one.page, options=options).response["violations"]
    return [
        (v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")
    ]


def test_a_class_of_30_is_seated_from_one_link_in_six_clicks_and_two_minutes(lesson):
    teacher, students, _, taken = lesson
    assert teacher.clicks <= CLICKS
    assert taken < SECONDS_TO_SEAT
    seats = [one.page.locator("h1").inner_text() for one in students]
    assert seats == ["You are Islamabad", "You are Kabul"] * (STUDENTS // 2)
    text = teacher.page.locator("body").inner_text()
    assert all(f"Student {number}" in text for number in range(1, STUDENTS + 1))


def test_the_projector_page_shows_no_key_and_the_same_device_comes_back(lesson):
    teacher, students, path, _ = lesson
    wire = " ".join(teacher.received)
    one = students[3]
    address = one.page.url
    one.goto(path)
    assert one.page.url == address
    teacher.goto("/teach")
    button(teacher, "Show the teacher's key").click()
    wait_for(lambda: teacher.page.locator(".key-text").inner_text(), teacher.page)
    assert teacher.page.locator(".key-text").inner_text() not in wire


def test_a_lesson_goes_through_brief_rounds_words_a_restart_and_debriefings(lesson, server):
    teacher, students, path, _ = lesson
    for one in students:
        button(one, "I am ready").click()
    for one in students[::2]:
        one.page.get_by_text(re.compile("Your decision|Waiting for Kabul")).first.wait_for()
    said = play(students, rounds=1)
    server.stop()  # in mid-lesson
    server.start()
    for one in students:
        one.page.wait_for_timeout(50)
        one.goto(path)  # the same link leads back to the seat
        one.sees("You are")
    said += play(students, rounds=2)
    assert said > STUDENTS // 4
    lost = [words for words, _ in all_words(students) if not words]
    assert lost == []
    teacher.goto("/teach")
    codes = [one.page.url.split("/")[-2] for one in students[::2]]
    pages = [teacher.context.new_page() for _ in codes]
    for page, code in zip(pages, codes, strict=True):
        page.goto(f"{server.url}/debrief/{code}")
    teacher.click("End all games")
    start = time.monotonic()
    teacher.page.get_by_role("dialog").get_by_role("button", name="End all games").click()
    for page in pages:
        page.get_by_text("Days with the largest drops").wait_for(timeout=1_000 * SECONDS_TO_DEBRIEF)
    taken = time.monotonic() - start
    print(f"{len(codes)} debriefings were there {taken:.1f} s after the end")
    students[0].sees("Your teacher has ended the game here")
    teacher.sure("Reveal all")
    students[0].sees("Look back: the debriefing")
    teacher.goto("/teach")
    with teacher.page.expect_download() as download:
        teacher.click("Export as CSV")
    text = download.value.path().read_text()
    assert text.count("finished") >= len(codes)  # or unfinished


def play(students, rounds):
    """Let all decide until so many rounds are over in each room; return how much was said."""
    said, end = 0, time.monotonic() + 240
    while time.monotonic() < end:
        busy = 0
        for number, one in enumerate(students):
            if rounds_over(one) >= rounds or one.page.get_by_text("The game is over.").count():
                continue
            busy += 1
            words = one.page.get_by_label("Words with it")
            if words.count() and number % 3 == 0:
                words.fill(f"word {number} of {rounds}")
                said += one.decide() is not None
            else:
                one.decide()
        if not busy:
            return said
    raise AssertionError("the rounds were not over in time")


def all_words(students):
    """Words that are shown on both pages of every room."""
    found = []
    for one, other in zip(students[::2], students[1::2], strict=True):
        for number in (students.index(one), students.index(other)):
            words = f"word {number} of"
            if any(words in page.page.locator("body").inner_text() for page in (one, other)):
                both = all(words in page.page.locator("body").inner_text() for page in (one, other))
                found.append((both, words))
    return found


@pytest.fixture
def table(server, chromium):
    """A class of one room: its teacher, who plays, and the code to join by; Kabul has not come."""
    teacher, ann, bob = Person(chromium, server), Person(chromium, server), Person(chromium, server)
    teacher.goto("/teach")
    code = make(teacher, names="Ann\nBob")
    join(ann, code, "Ann")
    ann.click("I am ready")
    teacher.click("Agents for who is missing")
    ann.page.locator("section.turn").wait_for()
    yield teacher, ann, bob, code
    for one in (teacher, ann, bob):
        one.context.close()


def top(one, selector):
    """Where a part of a page begins, in pixels from its top."""
    return one.page.locator(selector).first.bounding_box()["y"]


def story(one):
    return one.page.locator(".story").first.inner_text()


def test_who_comes_late_finds_the_decision_above_the_brief(table):
    _, ann, bob, code = table
    bob.goto(f"/c/{code}")
    bob.page.get_by_label("Your name on the list").click()
    bob.page.get_by_role("option", name="Bob", exact=True).click()
    bob.click("Take my seat")
    bob.sees("You are Kabul")
    for _ in range(100):
        if bob.page.locator("section.turn").count():
            break
        ann.decide()
        ann.page.wait_for_timeout(200)
    for width in (1280, 390):
        bob.page.set_viewport_size({"width": width, "height": 900})
        assert top(bob, "section.turn") < top(bob, ".brief")
    assert not button(bob, "I am ready").is_visible()
    assert bob.page.locator(".brief .issues").is_visible()  # and may be folded away
    bob.page.locator(".brief").get_by_text("Your brief").click()
    bob.page.locator(".brief .issues").wait_for(state="hidden")


def test_a_reloaded_seat_shows_the_story_and_the_open_decision_again(table):
    _, ann, _, _ = table
    for _ in range(60):  # to an offer
        if button(ann, "Offer this package").count():
            break
        ann.decide()
        ann.page.wait_for_timeout(200)
    before = story(ann), ann.page.locator("section.turn p").first.inner_text()
    assert before[0]
    ann.page.reload()
    button(ann, "Offer this package").wait_for()
    ann.sees("Under each issue: what your choice there")
    assert (story(ann), ann.page.locator("section.turn p").first.inner_text()) == before


def test_the_projector_shows_clock_and_message_largest_once_games_are_played(table):
    teacher, _, _, code = table
    desk = teacher.page
    teacher.page.get_by_label("Message to everybody").fill("Two minutes left.")
    teacher.click("Show it")
    teacher.page.get_by_label("Phase", exact=True).click()
    teacher.page.get_by_role("option", name="Play", exact=True).click()
    teacher.click("Begin this phase")
    teacher.follow("Projector page")
    teacher.page.set_viewport_size({"width": 1920, "height": 1080})
    teacher.sees("Two minutes left.")

    def size(selector):
        return teacher.page.locator(selector).first.evaluate(
            "e => parseFloat(getComputedStyle(e).fontSize)"
        )

    assert min(size(".clock"), size(".board .notice")) > 2 * size(".late")
    late = teacher.page.locator(".late").inner_text()
    assert late.endswith(code)  # in small; how to join is not shown in large any more
    assert not teacher.page.locator(".board .join").is_visible()
    teacher.sees("1 of 1 games under way · with a deal in force: 0 · ceasefire in force: 1")
    assert "seats taken" not in teacher.page.locator("main").inner_text()
    teacher.page, shown = desk, teacher.page
    teacher.sure("End all games")
    shown.get_by_text("0 of 1 games under way").wait_for()
    assert shown.locator(".clock").inner_text() == ""
    assert not shown.locator(".late").is_visible()


@pytest.mark.parametrize(("width", "first"), [(1280, ".cards"), (390, "section.turn")])
def test_the_decision_stands_before_the_news_on_a_phone(table, width, first):
    _, ann, _, _ = table
    for _ in range(60):
        if ann.page.locator("section.turn").count() and ann.page.locator(".cards").count():
            break
        ann.decide()
        ann.page.wait_for_timeout(200)
    ann.page.set_viewport_size({"width": width, "height": 900})
    assert top(ann, first) == min(top(ann, "section.turn"), top(ann, ".cards"))


def test_on_a_phone_worth_and_buttons_come_before_the_issues(table):
    _, ann, _, _ = table
    ann.page.set_viewport_size({"width": 390, "height": 844})
    turn, seen = ann.page.locator("section.turn"), set()
    for _ in range(120):
        for name in ("Offer this package", "Refuse"):
            if name not in seen and button(ann, name).count():
                seen.add(name)
                assert ann.page.get_by_text("Your decision", exact=True).count() == 1
                assert not re.search(r"decision \d", ann.page.locator(".big").first.inner_text())
                turn.evaluate("e => e.scrollIntoView()")
                worth = turn.get_by_text("Worth to your side").last.bounding_box()
                press = button(ann, name).bounding_box()
                assert 0 <= worth["y"] < press["y"] < 844 - press["height"], name
                if name == "Refuse":
                    assert press["y"] < turn.locator("table").bounding_box()["y"]
                else:
                    assert turn.get_by_text("(if nothing is agreed: ").count() == 7
        if len(seen) == 2:
            return
        if button(ann, "Pass: hold to your last offer").count():
            button(ann, "Pass: hold to your last offer").click()
        else:
            ann.decide()
        ann.page.wait_for_timeout(200)
    raise AssertionError(seen)


@pytest.mark.parametrize("width", [390, 800, 1280, 1920])
def test_the_address_on_the_projector_page_is_one_line_in_its_column(server, chromium, width):
    teacher = Person(chromium, server)
    teacher.goto("/teach")
    make(teacher, names="Ann\nBob")
    teacher.follow("Projector page")
    teacher.page.set_viewport_size({"width": width, "height": 1080})
    for address in (None, "http://192.168.100.200:18080/c/ABCDEFGH"):
        if address:  # of a real network, longer than that of this machine
            teacher.page.evaluate(
                """([address]) => { const e = document.querySelector('.address');
                e.textContent = address; e.style.setProperty('--letters', address.length); }""",
                [address],
            )
        high, line, wide, room = teacher.page.locator(".address").evaluate(
            """e => [e.getBoundingClientRect().height, parseFloat(getComputedStyle(e).lineHeight),
            e.scrollWidth, e.clientWidth]"""
        )
        assert high == pytest.approx(line, abs=1)
        assert wide <= room
    teacher.context.close()


def test_what_is_printed_of_teach_are_the_rooms_and_the_results(table):
    teacher, _, _, _ = table
    printed(teacher)
    main = teacher.page.locator("main")
    assert main.get_by_text("Results of the class").is_visible()
    assert main.get_by_text("Watch room 1").is_visible()
    left = main.locator("input, textarea, button, .q-btn, .go-link, .clock, .q-field").all()
    assert [one.inner_text() for one in left if one.is_visible()] == []
    assert not main.get_by_text("Message to everybody").first.is_visible()


def test_reveal_is_the_main_button_once_all_games_are_over(table):
    teacher, _, _, _ = table
    kind = "button:visible.go"
    assert "Reveal all" not in teacher.page.locator(kind).all_inner_texts()
    teacher.sure("End all games")
    teacher.page.locator(kind, has_text="Reveal all").wait_for()
    shown = teacher.page.locator("button:visible").all_inner_texts()
    assert not {"Resume all rooms", "Pause all rooms"} & set(shown)


def test_pause_and_resume_are_shown_one_at_a_time(table):
    teacher, _, _, _ = table
    pairs = [("Pause all rooms", "Resume all rooms"), ("Mute all messages", "Allow all messages")]
    for do, undo in pairs:
        assert (button(teacher, do).is_visible(), button(teacher, undo).is_visible()) == (
            True,
            False,
        )
        teacher.click(do)
        button(teacher, undo).wait_for()
        assert not button(teacher, do).is_visible()
        teacher.click(undo)
        button(teacher, do).wait_for()
    teacher.follow("Watch room 1")
    teacher.click("Pause")
    button(teacher, "Resume").wait_for()
    assert not button(teacher, "Pause").is_visible()


@pytest.mark.parametrize("page", ["/teach", "Projector page", "Watch room 1"])
def test_a_class_that_was_closed_on_a_device_asks_for_its_key_there(table, page):
    teacher, _, _, _ = table
    desk = teacher.page
    if page != "/teach":
        teacher.follow(page)
    before = teacher.page.locator("h1").inner_text()
    teacher.page, shown = desk, teacher.page
    teacher.click("Close on this device")
    key = desk.get_by_role("dialog").locator(".key-text").inner_text()
    desk.get_by_role("dialog").get_by_role("button", name="Close on this device").click()
    button(teacher, "Make the rooms").wait_for()
    teacher.page = shown
    shown.reload()
    shown.get_by_label("Teacher's key").fill(key)
    assert shown.get_by_text("is not a teacher's key").count() == 0
    button(teacher, "Go").click()
    wait_for(lambda: not shown.get_by_label("Teacher's key").count(), shown)
    assert shown.locator("h1").inner_text() == before


def test_a_name_on_the_list_is_found_by_typing_a_part_of_it(server, chromium):
    teacher, one = Person(chromium, server), Person(chromium, server, 390)
    teacher.goto("/teach")
    code = make(teacher, names="Ann Ak\nBob Oz\nCem Ok")
    one.goto(f"/c/{code}")
    one.page.get_by_label("Your name on the list").press_sequentially("oz")
    wait_for(lambda: one.page.get_by_role("option").count() == 1, one.page)
    one.sees("I am not on the list")  # among the choices, whatever is typed
    one.page.get_by_label("Your name on the list").fill("Zed")
    one.sees("No name on the list is like this.")
    one.page.get_by_text("I am not on the list").click()
    wait_for(lambda: one.page.get_by_label("Your name", exact=True).is_visible(), one.page)
    assert one.page.get_by_label("Your name on the list").input_value() == ""
    one.page.get_by_label("Your name on the list").fill("oz")
    one.page.get_by_role("option", name="Bob Oz").click()
    one.click("Take my seat")
    one.sees("You are Kabul")


def test_the_letters_of_urdu_come_with_the_page(server, chromium):
    one = Person(chromium, server)
    said = "".join(texts(named(ur)).values())
    letters = "".join(sorted(c for c in set(said) if "\u0600" <= c <= "\u06ff"))
    assert {"ہ", "ے", "۔"} <= set(letters)
    one.goto("/play")
    one.page.locator("h1").evaluate("(e, words) => { e.textContent = words; }", letters)
    one.page.evaluate("document.fonts.ready")
    asked = one.context.new_cdp_session(one.page)
    asked.send("DOM.enable")
    asked.send("CSS.enable")
    root = asked.send("DOM.getDocument")["root"]["nodeId"]
    node = asked.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]

    def drawn_with():
        found = asked.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        return [(font["familyName"], font["isCustomFont"]) for font in found]

    wait_for(lambda: drawn_with() == [("Noto Naskh Arabic", True)], one.page, 20)
    one.context.close()


def test_who_comes_late_to_a_full_class_is_told_that_and_goes_on_once_there_is_room(
    table, server, chromium
):
    teacher, _, bob, code = table
    join(bob, code, "Bob")
    late = Person(chromium, server, 390)
    late.goto(f"/c/{code}").sees("No seat of this class is free")
    assert not late.page.get_by_label("Your name", exact=True).count()
    teacher.click("One more room")
    late.page.get_by_label("Your name", exact=True).fill("Late")
    late.click("Take my seat")
    late.sees("You are Islamabad")
    late.context.close()


@pytest.mark.skipif(not HAS_AXE, reason="axe-playwright-python is not installed")
def test_axe_finds_nothing_serious_and_no_page_is_too_wide_or_prints_dark(server, chromium):
    """On every page in every state, light and dark, wide, on a phone and on a projector."""
    seen, wrong = [], []
    for name, one in tour(chromium, server):
        seen.append(name)
        for width in WIDTHS:
            for scheme in SCHEMES:
                shown(one, scheme, width)
                one.page.wait_for_timeout(300)
                wrong += [(name, width, scheme, found) for found in axe(one)]
            if too_wide(one):
                wrong.append((name, width, "wider than the screen"))
        if [one.page.locator(part).count() for part in ("main", "h1")] != [1, 1]:
            wrong.append((name, "not one main part and one heading"))
        printed(one)
        one.page.wait_for_timeout(300)
        wrong += [(name, "print", colour) for colour in dark_grounds(one)]
        if too_wide(one):
            wrong.append((name, "print", "wider than the paper"))
        shown(one, "light", 1280)
    assert wrong == []
    assert len(seen) >= PLACES, seen


def too_wide(one):
    return one.page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0


def dark_grounds(one):
    """What is printed on a ground that is not white."""
    return one.page.evaluate(
        """() => [document.body, ...document.querySelectorAll('.panel, .q-page, .card')]
        .filter(e => e.getClientRects().length)
        .map(e => getComputedStyle(e).backgroundColor)
        .filter(c => !['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)'].includes(c))"""
    )
