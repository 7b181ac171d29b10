"""The HTML report: says what it must, fetches nothing, stands up to odd results."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from finished_cells import ended_on, put_cell, put_sweep
from hypothesis import given
from hypothesis import strategies as st

from sim import cli
from sim.analysis.mechanisms import mechanisms
from sim.analysis.states import states as follow
from sim.report import states
from sim.report.background import caveats, reproduce
from sim.report.cells import open_cells
from sim.report.differences import config_changes
from sim.report.explained import explained
from sim.report.html import Report, _lead
from sim.report.markup import table
from sim.report.themes import _shortly
from sim.study.cells import load_cell

VOID = {"meta", "link", "img", "source", "col", "br"}


class Page(HTMLParser):
    """What a document holds: tags with their attributes, its text, whether its tags match.

    ``raw`` has what stands in each script and style, with the tag's attributes.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.text, self.open, self.mismatched = "", [], []
        self.feed(text)
        self.mismatched += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.mismatched.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open[-1:] in (["script"], ["style"]):
            self.raw.append((*self.tags[-1], data))
        if self.open[-1:] != ["script"]:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_sweep(tmp_path_factory.mktemp("report") / "sweep", "parameters=accepted")


@pytest.fixture(scope="module")
def html(sweep: Path) -> str:
    return Report(open_cells([sweep])).html()


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_it_names_every_scenario_the_end_and_the_accounts(page: Page) -> None:
    for said in (
        "no mediators",
        "verified guarantees",
        "Event definition",
        "collapse: open hostilities, or strikes on 3 days in a row, or a side declares it over",
        "Accounts option",
        "mixed (Islamabad's in 50% of futures)",
        "not a forecast",
        "How much longer or shorter would the ceasefire hold",
    ):
        assert said in page.text


def test_it_has_every_part(page: Page) -> None:
    parts = [attributes["id"] for attributes in page.all("section")]
    assert parts == [
        "answer", "scenarios", "estimands", "methods", "effects", "levels", "causes",
        "mechanisms", "performance", "caveats", "reproduce", "provenance", "parameters",
    ]  # fmt: skip


def test_it_shows_what_differs_between_configurations(page: Page) -> None:
    assert "mediators.qatar.functions" in page.text
    assert "verify added" in page.text


def test_it_says_how_to_make_it_again_and_what_made_it(page: Page, sweep: Path) -> None:
    found = open_cells([sweep])
    for stored in found.stored.values():
        assert stored.cell.key in page.text
    words = "scenario=no_mediators replicates=60 horizon=40 parameters=accepted seed=2025"
    assert f"ceasefire {words}" in page.text
    assert "ceasefire report again --reference baseline --end collapse" in page.text
    assert "ceasefire-sim" in page.text


def test_the_commands_it_gives_make_the_same_cells(page: Page, sweep: Path) -> None:
    found = open_cells([sweep])
    for stored in found.stored.values():
        (line,) = (x for x in page.text.splitlines() if f"again/{stored.cell.key[:12]}" in x)
        scenario, *words = line.removeprefix("ceasefire ").split()
        words = [word for word in words if not word.startswith("hydra.")]
        assert load_cell(scenario.partition("=")[2], words).key == stored.cell.key


def test_it_lists_every_parameter_with_its_origin(page: Page) -> None:
    assert "conflict.clashes.rate" in page.text
    assert "measured: seeds/" in page.text
    assert "calibrated" in page.text


def policy_of(page: Page) -> dict[str, list[str]]:
    """The directives of the policy that the document states, each with its words."""
    (stated,) = (x for x in page.all("meta") if x.get("http-equiv") == "Content-Security-Policy")
    directives = [one.split() for one in (stated["content"] or "").split(";") if one.strip()]
    return {name: words for name, *words in directives}


def test_only_the_scripts_run_that_the_policy_names(page: Page) -> None:
    held = [x for x in page.all("script") if x]
    assert [x["type"] for x in held] == 2 * ["application/json"]
    running = [text for tag, told, text in page.raw if tag == "script" and not told]
    assert len(running) == len(page.all("script")) - len(held) == 2
    digests = [base64.b64encode(hashlib.sha256(x.encode()).digest()).decode() for x in running]
    assert sorted(policy_of(page)["script-src"]) == sorted(f"'sha256-{x}'" for x in digests)


def test_nothing_is_fetched(page: Page) -> None:
    assert policy_of(page)["default-src"] == ["'none'"]
    for tag in ("iframe", "object", "base", "form"):
        assert not page.all(tag)
    for _, attributes in page.tags:
        for name in ("src", "srcset", "href"):
            assert (attributes.get(name) or "#").startswith(("data:", "#"))
    styles = [text for tag, _, text in page.raw if tag == "style"]
    assert len(styles) == len(page.all("style")) > 0
    assert not [text for text in styles if "url(" in text or "@import" in text]


def test_no_path_of_this_machine_is_in_it(html: str, sweep: Path) -> None:
    assert str(sweep) not in html


def test_it_is_accessible(page: Page) -> None:
    assert page.mismatched == []
    assert page.all("html")[0]["lang"] == "en"
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))
    assert len(page.all("caption")) == len(page.all("table")) > 6
    assert all(x.get("scope") for x in page.all("th"))
    ids = [x["id"] for _, x in page.tags if "id" in x]
    assert len(ids) == len(set(ids))
    assert {(x["href"] or "")[1:] for x in page.all("a")} <= set(ids)


def test_every_figure_stands_in_the_page_once_and_follows_its_theme(page: Page) -> None:
    drawn = [x for x in page.all("svg") if x.get("role") == "img"]
    assert len(page.all("figure")) == len(drawn) >= 6
    assert all(len(x["aria-label"] or "") > 40 for x in drawn)


@pytest.mark.slow
@pytest.mark.parametrize("day", [None, 0])
def test_all_censored_and_all_ended_on_day_0_are_reported(
    day: int | None, sweep: Path, tmp_path: Path
) -> None:
    for name in ("baseline", "no_mediators"):
        shutil.copytree(sweep / name, tmp_path / name)
        ended_on(tmp_path / name, day)
    page = Page(Report(open_cells([tmp_path])).html())
    days = 40 if day is None else day
    assert f"in force for {days}.0 [" in page.text
    assert "No difference is resolved" in page.text
    assert not re.search(r"\bnan\b", page.text, re.IGNORECASE)


def test_a_cut_horizon_is_reported_as_such(sweep: Path) -> None:
    found = open_cells([sweep], horizon=20)
    assert any("Futures are cut at day 20" in text for text in caveats(found, None))
    assert "--end collapse --horizon 20" in reproduce(found, True)


def test_the_command_writes_one_file_for_one_cell_too(
    sweep: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new" / "r.html"
    words = ["report", str(sweep / "baseline"), "--out", str(path), "--title", "Mine & yours"]
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--question", "Is 1 < 2 & <b>so</b>?"])
    assert ended.value.code == 0
    assert [x.name for x in path.parent.iterdir()] == ["r.html"]
    written = path.read_text(encoding="utf-8")
    assert "<title>Mine &amp; yours</title>" in written
    assert "Is 1 &lt; 2 &amp; &lt;b&gt;so&lt;/b&gt;?" in written
    assert "Differences from the reference" not in written
    assert f"Written: {path}" in capsys.readouterr().out


def test_the_question_of_one_cell_is_about_it_alone(sweep: Path) -> None:
    lead = _lead(Report(open_cells([sweep / "baseline"])))
    assert "How long would the ceasefire hold under baseline" in lead


def test_the_chart_of_talks_has_every_future_in_one_state_each_evening(sweep: Path) -> None:
    cells = open_cells([sweep]).ordered
    spec = states.specification(cells, "collapse")
    areas, changes = spec["datasets"]["areas"], spec["datasets"]["changes"]
    names = next(x["value"] for x in spec["params"] if x["name"] == "states")
    for cell, ensemble in enumerate(cells.values()):
        found = follow(ensemble, "collapse")
        for day in range(41):
            here = [x for x in areas if x["c"] == cell and x["d"] <= day < x["to"] and x["n"]]
            assert sum(x["n"] for x in here) == 60
            assert {names[x["k"]]: x["n"] / 60 for x in here} == pytest.approx(
                {name: row[day] for name, row in found.share.iterrows() if row[day] > 0}
            )
            tops = sorted((x["low"], x["low"] + x["n"]) for x in here)
            assert [low for low, _ in tops] == [0, *(high for _, high in tops[:-1])]
        moved = sum(x["n"] for x in changes if x["c"] == cell)
        assert moved == found.moves["futures"].sum() > 0


# --- pieces


@given(
    st.lists(
        st.lists(
            st.tuples(*2 * [st.integers(-500_000, 500_000).map(lambda x: x / 1000)]), min_size=1
        ),
        min_size=1,
    )
)
def test_paths_written_shortly_pass_the_same_points(
    polygons: list[list[tuple[float, float]]],
) -> None:
    def points(path: str) -> list[list[tuple[int, int]]]:
        found: list[list[tuple[int, int]]] = []
        for command, *numbers in re.findall(r"([Mlhv])(-?[\d.]+) ?(-?[\d.]+)?", path):
            across, down = (round(10 * float(x or 0)) for x in numbers)
            if command == "M":
                found.append([(across, down)])
                continue
            x, y = found[-1][-1]
            across, down = (0, across) if command == "v" else (across, down)
            found[-1].append((x + across, y + down))
        return found

    written = "".join(
        f"M {one[0][0]} {one[0][1]} \n" + "".join(f"L {x} {y} \n" for x, y in one[1:]) + "z\n"
        for one in polygons
    )
    tenths = [[(round(10 * x), round(10 * y)) for x, y in one] for one in polygons]
    apart = [[one[0], *(b for a, b in pairwise(one) if a != b)] for one in tenths]
    assert points(_shortly(written)) == apart
    assert _shortly(written).count("z") == len(polygons)


def test_config_changes_are_told_field_by_field() -> None:
    base = {"name": "a", "x": {"y": 1, "z": ["p", "q"]}, "w": [1, 2], "m": {}, "engine": {"k": 1}}
    other = {"name": "b", "x": {"y": 2.5, "z": ["p", "r"]}, "w": [1, 3], "m": {"n": {"o": True}}}
    assert config_changes(base, other) == [
        ("x.y", "1", "2.5"),
        ("x.z", "p, q", "r added, q removed"),
        ("w", "1, 2", "1, 3"),
        ("m.n", "–", "o true"),
    ]
    assert config_changes(base, base) == []


def test_parameter_sets_are_told_by_their_number() -> None:
    sets = [[{"pakistan.trust": value}] * 300 for value in (0.3, 0.4)]
    trees = [{"parameter_sets": one} for one in ([], *sets)]
    ((_, none, one),) = config_changes(trees[0], trees[1])
    ((_, same, other),) = config_changes(trees[1], trees[2])
    assert none == "none"
    assert one == same != other
    assert re.fullmatch(r"300 \(digest \w{6}\)", one)


def test_a_table_joins_rows_of_one_name_and_sets_numbers() -> None:
    made = table("C & D", ["a", "b"], [["x", "-1.5 [-2, +3]"], ["", "4"], ["y", ""]], numbers=(1,))
    assert 'scope="rowgroup" rowspan="2">x</th>' in made
    assert "−1.5 " in made
    assert '<span class="interval">[−2, +3]</span>' in made
    assert "<caption>C &amp; D</caption>" in made


def test_two_scenarios_are_explained_in_full(sweep: Path, tmp_path: Path) -> None:
    put_cell(tmp_path / "h", "hardliners")
    found = open_cells([sweep / "baseline", tmp_path / "h"])
    text = Page(explained(mechanisms(found.cells, "baseline"))).text
    assert "hardliners: rates of ends by cause" in text
    assert "agreed in hardliners only" in text
