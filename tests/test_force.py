"""In which direction means, answers on the spot and mandates move outcomes; paired ensembles.

Futures share their chance, so a difference is a mean of differences; Z = 4 of its standard errors
separates it from none.
"""

import numpy as np
import pytest
from conftest import outcomes, vary

pytestmark = pytest.mark.slow

FUTURES, HORIZON, Z = 4_000, 90, 4.0
NO_WEAR = {"conflict.mandate.unanswered": 0, "conflict.mandate.fruitless": 0}


def lived(changes):
    return outcomes(vary(changes), FUTURES, HORIZON)


def rises(one, other):
    """Whether the second mean is above the first by more than chance."""
    gained = np.asarray(other, dtype=float) - np.asarray(one, dtype=float)
    return gained.mean() > Z * gained.std(ddof=1) / np.sqrt(len(gained))


def test_clashes_answered_on_the_spot_are_survived_more_often():
    capitals, local = (lived({"conflict.response.local": rung}) for rung in (4, 2))
    assert rises(capitals["collapse_day"], local["collapse_day"])


def test_the_side_without_the_means_never_strikes():
    struck = lived({})
    assert struck["afghan_taliban_rung3_days"].max() == 0
    assert struck["pakistan_rung3_days"].max() > 0


def test_strikes_come_earlier_where_both_sides_have_the_means():
    both, one = lived({"afghan_taliban.capability": [1, 1, 1, 1]}), lived({})
    assert rises(both["strike_day"], one["strike_day"])


def test_mandates_that_wear_make_sides_answer_more_and_last_less():
    none, worn = lived(NO_WEAR), lived({})
    assert rises(worn["collapse_day"], none["collapse_day"])
    assert rises(worn["pakistan_mandate"], none["pakistan_mandate"])


def test_a_worn_mandate_makes_deals_harder_to_ratify():
    lenient, strict = (
        lived({"bargaining.win_set_mandate": size, "conflict.mandate.lost": 0}) for size in (0, 1)
    )
    assert rises(strict["deal"], lenient["deal"])


def test_agents_rarely_lose_their_mandates():
    """A discipline on players, no new source of collapse: a few of a hundred ends."""
    found = lived({})
    worn = np.minimum(found["pakistan_mandate"], found["afghan_taliban_mandate"])
    lost = found["collapse_ended"] & (worn < vary({}).conflict.mandate.lost)
    share = lost.sum() / found["collapse_ended"].sum()
    assert share < 0.08
