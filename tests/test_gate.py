"""What reaches a page of what browsers send, what is logged of it, and what waits."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from pathlib import Path

import pytest
import socketio
from hypothesis import given
from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement
from test_choices import ANYTHING

from sim.app import choices, gate, logs
from sim.app.pool import MOST_WAITING, Pool
from sim.config import ConfigError

# What an element can have


def of(kind, **props):
    """An element without a page."""
    made = object.__new__(kind)
    made.__dict__.update(props)
    return made


SELECT = of(ui.select, multiple=False, options={"a": "A", "b": "B"})
SEVERAL = of(ui.select, multiple=True, options={"a": "A", "b": "B"})
SLIDER = of(ui.slider, _props={"min": 0.0, "max": 1.0})
FITS = [
    (
        SELECT,
        [None, {"value": 1, "label": "B"}],
        ["b", 1, {"value": 2}, {"value": -1}, [0], {"value": True}, {"value": "1"}, {}],
    ),
    (
        SEVERAL,
        [None, [], [{"value": 0}, {"value": 1}]],
        [["a"], [{"value": 2}], [{"value": 0}] * 3, {"value": 0}, "a", [None]],
    ),
    (of(ui.radio, options=["a", "b"]), [0, 1], [2, -1, "a", None, True, [0], 0.5]),
    (SLIDER, [0, 1, 0.5], [-0.1, 1.1, "0.5", None, True, float("nan"), [0.5], 10**400]),
    (
        of(ui.number),
        [None, "", 3, "3", "3.5", 2.5],
        ["x", [], True, float("inf"), "1e999", "9" * 50],
    ),
    (of(ui.input), [None, "", "x" * 20_000], ["x" * 20_001, 1, [], {}, True]),
    (of(ui.checkbox), [True, False], [None, 0, 1, "true", []]),
    (of(ui.expansion), [True, False], [None, "x", 2]),
    (of(ui.button), [], [True, None, "x"]),
]


@pytest.mark.parametrize(("element", "good", "bad"), FITS, ids=lambda x: type(x).__name__)
def test_an_element_takes_what_its_own_control_could_send(element, good, bad):
    assert [value for value in good if not gate.fits(element, value)] == []
    assert [value for value in bad if gate.fits(element, value)] == []


@given(ANYTHING)
def test_whatever_is_sent_to_an_element_is_judged(value):
    for element, _, _ in FITS:
        assert gate.fits(element, value) in (True, False)


def test_every_kind_of_element_on_our_pages_is_judged_by_its_kind():
    """A kind that is not listed takes true and false only; so a new one is to be listed first."""

    used = set()
    for path in Path(choices.__file__).parent.rglob("*.py"):
        used |= set(re.findall(r"\bui\.(\w+)\(", path.read_text()))
    kinds = {name for name in used if isinstance(getattr(ui, name), type)
             and issubclass(getattr(ui, name), ValueElement)}  # fmt: skip
    plain = {"checkbox", "expansion", "dialog", "header", "dark_mode"}
    assert kinds - plain == {"select", "radio", "slider", "number", "input", "textarea"}


# What is logged, and what waits


def test_a_line_of_the_log_is_one_line_whatever_was_sent():
    record = logging.LogRecord("x", logging.ERROR, "", 0, "a\nb\x1b[31m\u2028%s", ("\r\0",), None)
    line = logs.Formatter().format(record)
    assert line.isprintable()
    assert line.endswith("a\\nb\\x1b[31m\\u2028\\r\\x00")
    long = logging.LogRecord("x", logging.ERROR, "", 0, "y" * 10**6, (), None)
    assert len(logs.Formatter().format(long)) < 1_200


def test_a_traceback_is_marked_and_a_malformed_message_has_none():
    def logged(action):
        try:
            action()
        except Exception:
            record = logging.LogRecord("x", logging.ERROR, "", 0, "m", (), sys.exc_info())
        return logs.Formatter().format(record).splitlines()

    first, *rest = logged(lambda: int("x\n2099 forged"))
    assert all(line.startswith("  | ") for line in rest)
    assert len(rest) > 2
    [line] = logged(lambda: socketio.packet.Packet(encoded_packet="x"))
    assert "(a malformed message: " in line
    assert "malformed" not in first


async def _too_much():
    pool = Pool()
    pool.waiting = MOST_WAITING
    await pool.run(print)


def test_work_does_not_pile_up():
    with pytest.raises(ConfigError, match="busy computing"):
        asyncio.run(_too_much())
