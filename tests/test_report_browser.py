"""The report in a real browser: no request to anywhere, no console error, every name on the page.

Needs Debian's chromium (apt-get install chromium); without it these tests are skipped.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from finished_cells import put_sweep

from sim.report.cells import open_cells
from sim.report.html import Report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PAGE_REQUEST = "URL_REQUEST"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


class Text(HTMLParser):
    """The text of a document."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    path = folder / "report.html"
    path.write_text(Report(open_cells([put_sweep(folder / "sweep")])).html(), encoding="utf-8")
    return path


def browse(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def test_it_opens_and_names_every_scenario_the_end_and_the_accounts(
    report: Path, tmp_path: Path
) -> None:
    text = Text(browse(report, tmp_path, "--dump-dom").stdout).text
    for said in ("baseline", "no mediators", "verified guarantees", "collapse", "mixed (Islamabad"):
        assert said in text


def test_no_request_leaves_and_the_console_is_silent(report: Path, tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    done = browse(report, tmp_path / "profile", f"--log-net-log={log}", "--enable-logging=stderr",
                  "--v=0", "--dump-dom")  # fmt: skip
    assert "CONSOLE" not in done.stderr
    initiated = pages_requests(log)
    assert [url for url in initiated if not url.startswith(("file:", "data:"))] == []


def pages_requests(log: Path) -> list[str]:
    """URLs asked for by the page, not by the browser for itself (updates, search engine)."""
    written = log.read_text()
    found = json.loads(written if written.rstrip().endswith("}") else written.rstrip(", \n") + "]}")
    urls = []
    for event in found["events"]:
        params = event.get("params", {})
        if str(params.get("initiator", "")).startswith(("file:", "null")) and "url" in params:
            urls.append(params["url"])
    return urls


def test_the_net_log_would_show_a_request(report: Path, tmp_path: Path) -> None:
    """The check above can fail: a page with a picture from elsewhere is found out."""
    page = tmp_path / "leaky.html"
    page.write_text('<img src="http://leak.invalid/x.png">')
    log = tmp_path / "net.json"
    browse(page, tmp_path / "profile", f"--log-net-log={log}", "--dump-dom")
    assert "http://leak.invalid/x.png" in pages_requests(log)


def test_pictures_have_a_size_and_the_page_is_not_wider_than_the_screen(
    report: Path, tmp_path: Path
) -> None:
    probe = tmp_path / "probe.html"
    policy = r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>"
    script = (
        "<script>addEventListener('load', () => {"
        "const drawn = [...document.querySelectorAll('figure > svg')];"
        "document.title = JSON.stringify({"
        "flat: drawn.filter(x => x.getBoundingClientRect().height < 100).length,"
        "images: drawn.length,"
        "over: document.documentElement.scrollWidth - innerWidth})})</script></body>"
    )
    html = re.sub(policy.replace("\\", ""), "", report.read_text(encoding="utf-8"))
    before, _, after = html.rpartition("</body>")  # a script in the page names it too
    probe.write_text(f"{before}{script}{after}", encoding="utf-8")
    for width in ("1280", "400"):
        dom = browse(probe, tmp_path / width, f"--window-size={width},900", "--dump-dom").stdout
        found = json.loads(re.search(r"<title>(.*?)</title>", dom)[1])  # type: ignore[index]
        assert found["images"] >= 6
        assert (found["flat"], max(found["over"], 0)) == (0, 0), width


@pytest.fixture
def opened(report: Path) -> Iterator[Callable[..., Any]]:
    """Open the report in a window of some width; what it asks for and complains of is kept."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def visit(width: int, **context: Any) -> Any:
            page = browser.new_page(viewport={"width": width, "height": 900}, **context)
            page.said, page.asked = [], []
            page.on("console", lambda line: page.said.append(line.text))
            page.on("pageerror", lambda error: page.said.append(str(error)))
            page.on("request", lambda request: page.asked.append(request.url))
            page.goto(report.as_uri())
            page.wait_for_selector("#survival[data-ready]", timeout=30_000)
            return page

        yield visit
        browser.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_chart_runs_asks_nobody_and_fits(opened: Callable[..., Any], width: int) -> None:
    page = opened(width)
    assert page.said == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def readings(page: Any) -> list[str]:
    """What is read off at the milestone, a line for each scenario."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('#survival svg text')].map(x => x.textContent)"
        ".filter(x => /: -?[0-9.]+ \\[/.test(x.replace('−', '-')))"
    )
    return found


def test_a_scenario_is_toggled_a_day_and_a_view_chosen_by_keyboard(
    opened: Callable[..., Any],
) -> None:
    page = opened(1280)
    assert len(readings(page)) == 3
    page.focus("input[name=on1]")
    page.keyboard.press("Space")
    page.wait_for_timeout(300)
    assert len(readings(page)) == 2
    before = readings(page)
    page.focus("input[name=day]")
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    assert readings(page) != before
    page.select_option("select[name=view]", index=1)
    page.wait_for_timeout(300)
    assert len(readings(page)) == 1  # of two scenarios one is the reference


def tooltip(page: Any, chart: str, mark: str) -> str:
    """What is told of one mark of a chart that is pointed at."""
    page.locator(f"#{chart} svg").scroll_into_view_if_needed()
    page.locator(f"#{chart} .{mark} path").nth(8).hover(force=True)
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for(timeout=5_000)
    told: str = tip.inner_text()
    return told


def test_a_tooltip_gives_the_value_with_its_interval(opened: Callable[..., Any]) -> None:
    text = tooltip(opened(1280), "survival", "mark-symbol")
    assert re.search(r"Scenario\s+(baseline|no mediators|verified guarantees)", text)
    assert re.search(r"Value\s+[01]\.\d{3}", text)
    assert re.search(r"Lower \(95%\)\s+[01]\.\d{3}", text)


def talks(page: Any) -> list[str]:
    """What is written of a day under the states: shares, and the changes of the week before."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('#talks svg text')].map(x => x.textContent)"
        ".filter(x => / of \\d|^\\d+: /.test(x))"
    )
    return found


def test_states_and_changes_of_a_day_are_read_by_keyboard(opened: Callable[..., Any]) -> None:
    page = opened(1280)
    page.wait_for_selector("#talks[data-ready]", timeout=30_000)
    page.focus("#talks input[name=evening]")
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    assert talks(page) == ["no round held yet: 60 of 60"]
    page.keyboard.press("End")
    page.wait_for_timeout(300)
    at_last = talks(page)
    shares = [int(x.split(": ")[1].split(" of ")[0]) for x in at_last if x.endswith(" of 60")]
    assert sum(shares) == 60
    page.select_option("#talks select[name=cell]", label="no mediators")
    page.wait_for_timeout(300)
    assert talks(page) != at_last


def test_a_tooltip_gives_what_came_into_a_state_and_went_out(opened: Callable[..., Any]) -> None:
    page = opened(1280)
    page.wait_for_selector("#talks[data-ready]", timeout=30_000)
    text = tooltip(page, "talks", "mark-rect")
    assert re.search(r"Share\s+[01]\.\d{3}", text)
    assert re.search(r"Came in that day\s+(none|\d+ from )", text)
    assert re.search(r"Went out that day\s+(none|\d+ to )", text)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Callable[..., Any], width: int, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    page = opened(width, color_scheme=theme, bypass_csp=True)
    page.add_script_tag(path=str(Path(axe.__file__).with_name("axe.min.js")))
    found = page.evaluate("axe.run()")["violations"]
    assert [(x["id"], x["nodes"][0]["html"][:200]) for x in found] == []


def test_it_prints_to_pdf(report: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    browse(report, tmp_path / "profile", f"--print-to-pdf={out}", "--no-pdf-header-footer")
    content = out.read_bytes()
    assert content.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 20


def colours(page: Any) -> list[str]:
    """Colours of the paper and of the titles of all figures."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('figure > svg')].map(x => getComputedStyle("
        "x.querySelector('path')).fill + getComputedStyle(x.querySelector('text')).fill)"
    )
    return found


def test_figures_follow_the_readers_theme_and_print_light(opened: Callable[..., Any]) -> None:
    light, dark = opened(1280), opened(1280, color_scheme="dark")
    by_day, by_night = colours(light), colours(dark)
    dark.emulate_media(media="print")
    assert all(one != other for one, other in zip(by_day, by_night, strict=True))
    assert colours(dark) == by_day
