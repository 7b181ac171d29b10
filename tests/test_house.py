"""CONTRIBUTING.md's drawing of the house is that of the imports, and what it names exists."""

import re

import pytest
from house import LAYERS, MARKS, PAGE, ROOT, arrows, below, drawing, used


def test_the_drawing_is_that_of_the_imports():
    """`python tests/house.py` writes it."""
    assert MARKS.search(PAGE.read_text())[0].splitlines()[1:-1] == drawing().splitlines()


def test_everything_a_room_imports_is_below_it_in_the_drawing():
    pairs = arrows()
    drawn = {room: {other for one, other in pairs if one == room} for room in LAYERS}
    for room, others in used().items():
        assert others <= below(room, drawn)


@pytest.mark.parametrize(
    "path",
    sorted(set(re.findall(r"`((?:sim|configs|seeds|docs|tests)/[\w/.]*)`", PAGE.read_text()))),
)
def test_what_it_names_exists(path):
    assert (ROOT / path).exists()
