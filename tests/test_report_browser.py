"""The report in a real browser: no request to anywhere, no console error, every name on the page.

Needs Debian's chromium (apt-get install chromium); without it these tests are skipped.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

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
        "<script>addEventListener('load', () => document.title = JSON.stringify({"
        "broken: [...document.images].filter(x => !x.naturalWidth).length,"
        "images: document.images.length,"
        "over: document.documentElement.scrollWidth - innerWidth}))</script></body>"
    )
    html = re.sub(policy.replace("\\", ""), "", report.read_text(encoding="utf-8"))
    probe.write_text(html.replace("</body>", script), encoding="utf-8")
    for width in ("1280", "400"):
        dom = browse(probe, tmp_path / width, f"--window-size={width},900", "--dump-dom").stdout
        found = json.loads(re.search(r"<title>(.*?)</title>", dom)[1])  # type: ignore[index]
        assert found["images"] >= 6
        assert (found["broken"], max(found["over"], 0)) == (0, 0), width


def test_it_prints_to_pdf(report: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    browse(report, tmp_path / "profile", f"--print-to-pdf={out}", "--no-pdf-header-footer")
    content = out.read_bytes()
    assert content.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 20
