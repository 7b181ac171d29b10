"""The README's numbers and examples are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sim

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_numbers_are_those_of_make_run():
    survival = sim.simulate(sim.load("baseline"), 10_000, 2025, 365).survival()
    said = re.sub(r"\s+", " ", README)
    for day in (30, 90, 365):
        at = survival.at(day)
        assert f"{at.value:.2f} [{at.lower:.2f}, {at.upper:.2f}]" in said


@pytest.mark.slow
def test_the_wider_intervals_are_those_of_the_accepted_sets():
    spread = sim.simulate(sim.load("baseline"), 10_000, 2025, 365).parameter_spread()
    said = re.sub(r"\s+", " ", README)
    assert f"one of {spread.sets} accepted sets" in said
    for day in (30, 90, 365):
        at = spread.at(day)
        assert f"[{at.lower:.2f}, {at.upper:.2f}]" in said


def test_every_file_it_names_exists():
    root = Path(__file__).resolve().parent.parent
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (root / target).exists(), target
