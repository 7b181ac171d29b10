"""Nothing changes a result unknowingly."""

import digests
import pytest


@pytest.mark.parametrize("name", digests.cases())
def test_integer_outcomes_are_those_stored(name):
    changed = "results changed; if that was meant: make digests, and a line in CHANGELOG.md"
    assert digests.digest(name) == digests.stored().get(name), changed


def test_no_digest_is_left_of_a_scenario_that_is_gone():
    assert set(digests.stored()) == set(digests.cases())
