"""Nothing changes a result unknowingly."""

from functools import cache

import digests
import pytest

CHANGED = "results changed; if that was meant: make digests, and a line in CHANGELOG.md"
columns = cache(digests.columns)


@pytest.mark.parametrize("name", digests.cases())
def test_integer_outcomes_are_those_stored(name):
    assert digests.digest(columns(name)) == digests.stored()[name]["digest"], CHANGED


@pytest.mark.parametrize("name", digests.cases())
def test_numbers_are_those_stored_on_any_processor(name):
    """Counts as they are; means by nine digits, far beyond what the last bit of a number moves."""
    wanted = digests.stored()[name]
    found = digests.summary(columns(name))
    assert {x: found[x] for x in digests.SUMS} == {x: wanted[x] for x in digests.SUMS}, CHANGED
    assert found == pytest.approx({x: wanted[x] for x in found}, rel=1e-9, abs=0), CHANGED


def test_no_digest_is_left_of_a_scenario_that_is_gone():
    assert set(digests.stored()) == set(digests.cases())
