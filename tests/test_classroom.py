"""The classroom without a browser: how it is started, what it draws, its colours and its words."""

import ast
import os
import re
import socket
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from sim.app import charts, render
from sim.app import strings as say
from sim.app.choices import shipped
from sim.app.server import Options, address, check, is_loopback, names, prepare
from sim.app.strings import sentences
from sim.cli import run_verb
from sim.commands.typed import VERBS
from sim.config import ConfigError
from sim.game import Game, Setup
from sim.game.debrief import landscape
from sim.game.questions import KINDS
from sim.game.views import MORE, PUBLIC, TOLD, view

APP = Path(say.__file__).parent.parent
SPEAKS = ("label", "button", "paragraph", "panel", "notify", "link", "checkbox", "Line")
HOSTILE = '<script>alert("x")</script>&'


def options(tmp_path, **changes):
    plain = {"host": "127.0.0.1", "port": free_port(), "network": False, "data": tmp_path / "data",
             "scenario": "baseline", "seed": 7}  # fmt: skip
    return Options(**(plain | changes))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Starting it


def test_others_can_reach_it_only_if_that_is_said(tmp_path):
    check(options(tmp_path))
    with pytest.raises(ConfigError, match=r"host is '0\.0\.0\.0', which others .* add --network"):
        check(options(tmp_path, host="0.0.0.0"))
    check(options(tmp_path, host="0.0.0.0", network=True))


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("192.0.2.7", False), ("::", False), ("example.org", False)],
)  # fmt: skip
def test_which_hosts_are_this_machine_only(host, only_here):
    assert is_loopback(host) is only_here


def test_what_cannot_be_served_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ConfigError, match="port is 0; allowed are whole numbers from 1 to 65535"):
        check(options(tmp_path, port=0))
    with pytest.raises(ConfigError, match="scenario is 'peace'; allowed are bagram_shock"):
        check(options(tmp_path, scenario="peace"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match=r"cannot listen on 127\.0\.0\.1 port"):
            check(options(tmp_path, port=taken.getsockname()[1]))


def test_the_command_refuses_in_a_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        run_verb("play", ["--host", "0.0.0.0", "--data", str(tmp_path / "data")])
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert said.startswith("ceasefire: host is '0.0.0.0'")
    assert said.count("\n") == 1
    assert not (tmp_path / "data").exists()
    assert "play" in VERBS


def test_the_word_can_be_dropped_on_this_machine_only(tmp_path):
    check(options(tmp_path, open_=True))
    for more in ({"network": True, "host": "0.0.0.0"}, {"network": True}, {"proxy": "127.0.0.1"}):
        with pytest.raises(ConfigError, match="goes with neither --network nor --proxy"):
            check(options(tmp_path, open_=True, **more))


@pytest.mark.parametrize(
    ("field", "value"),
    [("proxy", "example.org"), ("proxy", "*"), ("address", "class.example.org"),
     ("address", "ftp://class.example.org"), ("address", "https://class.example.org/x"),
     ("address", "https://u@class.example.org"), ("address", "https://")],
)  # fmt: skip
def test_a_proxy_and_an_address_that_are_none_are_refused(tmp_path, field, value):
    with pytest.raises(ConfigError, match=f"{field} is "):
        check(options(tmp_path, **{field: value}))


def test_the_server_knows_what_it_is_called(tmp_path):
    here = names(options(tmp_path))
    assert [here.know(host) for host in ("localhost:1", "127.0.0.1", "[::1]:8080")] == [True] * 3
    assert [here.know(host) for host in ("192.0.2.1", "example.org", "", "a b")] == [False] * 4
    there = names(options(tmp_path, host="0.0.0.0", network=True))
    assert there.know("192.0.2.1:80")
    assert there.know(f"{socket.gethostname().upper()}:80")
    assert not there.know("example.org")
    public = options(tmp_path, proxy="127.0.0.1", address="https://class.example.org/")
    assert address(public) == "https://class.example.org"
    assert names(public).know("class.example.org")
    assert names(public).own("https://class.example.org", "127.0.0.1:8080")
    assert not names(public).own("https://example.org", "127.0.0.1:8080")


@pytest.mark.slow
def test_the_first_start_says_at_once_that_the_rules_are_compiled(tmp_path):
    command = [sys.executable, "-m", "sim", "play", "--open", "--port", str(free_port()),
               "--data", str(tmp_path / "data")]  # fmt: skip
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as started:
        try:
            said = started.stderr.readline()
        finally:
            started.kill()
    assert said.startswith("Compiling the rules of the model, once")
    made = {path.name.split(".")[1] for path in (tmp_path / "compiled").rglob("*.nbi")}
    assert len(made) < 5  # nothing much was compiled before


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_of_the_rooms_is_for_its_owner_and_for_one_server(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    (folder / "rooms.sqlite").touch(mode=0o644)
    (folder / "sessions").mkdir()  # of an earlier version, with keys in the clear
    (folder / "sessions" / "storage-user-x.json").write_text('{"class": "key"}')
    (folder / "secret").write_text("x")
    with prepare(folder):
        assert (mode(folder), mode(folder / "rooms.sqlite")) == (0o700, 0o600)
        assert sorted(path.name for path in folder.iterdir()) == ["lock", "rooms.sqlite"]
        with pytest.raises(ConfigError, match="another server keeps its rooms in"):
            prepare(folder)
    prepare(folder).close()


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.docx").touch()
    before = mode(tmp_path)
    with pytest.raises(ConfigError, match=r"holds other files, such as 'thesis\.docx'"):
        prepare(tmp_path)
    assert mode(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


@pytest.mark.slow
def test_every_shipped_scenario_can_be_played():
    for name in shipped():
        assert Setup.of(name, days=90, persons=["pakistan"]).cell.scenario.name == name


# What is drawn


@pytest.fixture(scope="module")
def game():
    game = Game(Setup.of("baseline", seed=7, days=60, persons=["afghan_taliban"]), keep=True)
    while not game.over:
        game.play(game.question.seat, game.question.kind, game.advice)
    return game


def svg(markup):
    """The pictures in some markup, parsed."""
    return [ET.fromstring(part) for part in re.findall(r"<svg class=.*?</svg>", markup)]


def test_pictures_are_well_formed_and_have_a_label(game):
    seen = view(game, "afghan_taliban")
    drawn = [
        render.calendar(seen["history"], 60, 60),
        render.bargaining_space(landscape(game)),
        render.trust_and_tension([(0, 0.3, 0.3, 8.0), (1, 0.4, 0.2, 6.0)], 1),
        render.odds([0, 10, 60], [0.5, 0.75, 1.0], 60, [10]),
        charts.gauge("worth", 0.4, [(0.3, "no deal")], 1.0),
    ]
    for markup in drawn:
        [picture] = svg(markup)
        assert picture.attrib["role"] == "img"
        assert picture.attrib["aria-label"]


def offered(*points):
    """A bargaining space with offers of these speakers at these points."""
    corner = {"point": [0.5, 0.5], "package": {}}
    return {
        "round": 2, "day": 12, "frontier": [[0.2, 0.8], [0.8, 0.2]], "disagreement": [0.3, 0.3],
        "needed": [0.35, 0.35], "nash": corner, "kalai_smorodinsky": corner, "deal": None,
        "offers": [{"speaker": one, "exchange": k, "point": list(at)}
                   for k, (one, at) in enumerate(points)],
    }  # fmt: skip


def test_the_legend_of_the_bargaining_space_names_who_is_drawn_and_how_often():
    kabul, text = ("afghan_taliban", (0.4, 0.6)), ("mediators", (0.4, 0.6))
    drawn = render.bargaining_space(offered(kabul, kabul, text))
    legend = drawn[drawn.index('class="legend"') :]
    assert say.MADE.format(seat=say.seat("afghan_taliban"), number=2) in legend
    assert say.MADE.format(seat=say.seat("mediators"), number=1) in legend
    assert say.seat("pakistan") not in legend  # it made no offer
    assert say.AGREED_AT_TABLE not in legend
    assert say.SPACE_SHOWN.format(round=2, day=12, offers=3, places=1) in drawn


def test_offers_at_one_place_are_all_seen():
    kabul, text = ("afghan_taliban", (0.4, 0.6)), ("mediators", (0.4, 0.6))
    figure = render.bargaining_space(offered(kabul, text)).split("</svg>")[0]
    sizes = {style: float(size) for style, size in
             re.findall(r'class="dot (second|third)".*? r="([\d.]+)"', figure)}  # fmt: skip
    assert sizes["second"] > sizes["third"]


def test_bars_are_as_long_as_their_values_and_have_a_label():
    drawn = charts.bars("causes", [(HOSTILE, 0.2), ("shock", 0.0)], 0.4)
    assert re.findall(r"width: ([\d.]+)%", drawn) == ["50.0", "0.0"]
    assert 'aria-label="causes"' in drawn
    assert "<script" not in drawn


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (0, 90, [0, 20, 40, 60, 80]), (5, 5, [5])],
)
def test_ticks_are_round_and_within(low, high, expected):
    assert charts.ticks(low, high) == expected


def test_what_people_type_is_escaped():
    for markup in (
        render.table([(HOSTILE, HOSTILE)], (HOSTILE, HOSTILE)),
        render.package({"custody": HOSTILE, HOSTILE: "arrest"}),
        render.story([{"kind": HOSTILE, "day": 1}], "2025-10-19"),
        charts.picture(HOSTILE, []),
        charts.legend([(HOSTILE, "first")]),
    ):
        assert "<script" not in markup


def test_a_player_is_told_every_kind_of_entry_in_words(game):
    kinds = {*PUBLIC, *TOLD, *MORE}
    assert kinds <= {*sentences._TELL, *say.TOLD}
    seen = view(game, "afghan_taliban")
    assert [e for e in seen["history"] if not say.told(e)] == []


def test_every_decision_is_asked_explained_and_named_in_words():
    assert set(say.ASK) == set(say.ASK_HELP) == set(say.KINDS) == set(KINDS)


# Words and colours


def test_every_word_is_used_and_pages_have_none_of_their_own():
    code = {path: path.read_text() for path in APP.rglob("*.py") if "strings" not in path.parts}
    used = {name for text in code.values() for name in re.findall(r"\bsay\.(\w+)", text)}
    own = (APP / "strings" / "en.py").read_text()
    told = (APP / "strings" / "sentences.py").read_text()
    used |= set(re.findall(r"\bwords\.(\w+)", told)) | {"LANGUAGE_NAME"}
    names = {t.id for node in ast.parse(own).body if isinstance(node, ast.Assign)
             for t in node.targets if isinstance(t, ast.Name)}  # fmt: skip
    assert {n for n in names if n not in used and len(re.findall(rf"\b{n}\b", own)) < 2} == set()
    spoken = []
    for path, text in code.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                first = node.args[0] if node.args else None
                if name in SPEAKS and isinstance(first, ast.Constant) and first.value:
                    spoken.append((path.name, first.value))
    assert spoken == []


def luminance(colour):
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [":root", ".body--dark"])
def test_words_have_a_contrast_of_4_5_and_lines_of_3(theme):
    """Web Content Accessibility Guidelines 2.2, 1.4.3 and 1.4.11."""
    css = (APP / "style.css").read_text()
    block = css[css.index(theme) :]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", block[: block.index("}")]))

    def contrast(one, other):
        high, low = sorted((luminance(colours[one]), luminance(colours[other])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for ground in ("paper", "raised"):
        for words in ("ink", "muted", "accent", "warn"):
            assert contrast(words, ground) >= 4.5, (words, ground)
        for line in ("first", "second", "third"):
            assert contrast(line, ground) >= 3, (line, ground)
    assert contrast("on-accent", "accent") >= 4.5


def test_nothing_on_a_page_comes_from_elsewhere():
    found = [
        (path.name, address)
        for path in [*APP.rglob("*.py"), *APP.rglob("*.css")]
        for address in re.findall(r"https?://[^\s\"'{]+", path.read_text())
    ]
    assert found == []
