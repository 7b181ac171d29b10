"""Proper scores and PIT: known answers, and that the truth is the best thing to state."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.scores import brier, log_score, place, skill

SCORES = [brier, log_score]
inside = st.floats(0.001, 0.999)


# Scores


@pytest.mark.parametrize(
    ("score", "stated", "happened", "expected"),
    [
        (brier, 0.7, True, 0.09),
        (brier, 0.7, False, 0.49),
        (brier, 0.5, True, 0.25),
        (log_score, 0.25, True, math.log(4)),
        (log_score, 0.25, False, math.log(4 / 3)),
        (log_score, 0.5, False, math.log(2)),
        (log_score, 0.0, True, math.inf),
    ],
)
def test_scores_have_their_known_values(score, stated, happened, expected):
    assert float(score(stated, happened)) == pytest.approx(expected)


def expected_score(score, stated, truth):
    return truth * float(score(stated, True)) + (1 - truth) * float(score(stated, False))


@pytest.mark.parametrize("score", SCORES)
@given(truth=inside, other=inside)
def test_the_truth_has_the_least_expected_score(score, truth, other):
    own = expected_score(score, truth, truth)
    if abs(truth - other) > 1e-3:
        assert own < expected_score(score, other, truth)
    else:
        assert own <= expected_score(score, other, truth) + 1e-12


@given(truth=inside, other=inside)
def test_what_a_wrong_probability_costs_is_known(truth, other):
    """Squared distance for Brier's score, the Kullback-Leibler divergence for the logarithmic."""
    costs = [expected_score(s, other, truth) - expected_score(s, truth, truth) for s in SCORES]
    divergence = truth * math.log(truth / other) + (1 - truth) * math.log((1 - truth) / (1 - other))
    assert costs == pytest.approx([(truth - other) ** 2, divergence], abs=1e-9)


@pytest.mark.parametrize("score", SCORES)
def test_scores_of_arrays_are_those_of_their_elements(score):
    stated, happened = np.array([0.2, 0.9]), np.array([True, False])
    one_by_one = [float(score(*pair)) for pair in zip(stated, happened, strict=True)]
    assert score(stated, happened) == pytest.approx(one_by_one)


def test_skill_is_one_for_the_perfect_none_for_the_reference_and_nothing_against_the_perfect():
    assert skill(0.0, 0.25) == 1.0
    assert skill(0.25, 0.25) == 0.0
    assert skill(0.5, 0.25) == -1.0
    assert math.isnan(skill(0.1, 0.0))


# Where a day lies


F = np.array([0.0, 0.25, 0.25, 0.75])


@pytest.mark.parametrize(
    ("day", "looked", "drawn", "expected"),
    [
        (1, 3, 0.5, (0.0, 0.25, 0.125)),
        (3, 3, 0.0, (0.25, 0.75, 0.25)),
        (2, 3, 0.9, (0.25, 0.25, 0.25)),
        (None, 1, 0.5, (0.25, 1.0, 0.625)),
        (None, 3, 1.0, (0.75, 1.0, 1.0)),
    ],
)
def test_a_day_lies_between_what_was_stated_before_it_and_with_it(day, looked, drawn, expected):
    assert place(F, day, looked, drawn) == pytest.approx(expected)


@given(
    weights=st.lists(st.floats(0.01, 1), min_size=2, max_size=12),
    looked=st.integers(1, 11),
    level=st.floats(0, 1),
)
def test_pit_is_uniform_for_whoever_states_the_truth(weights, looked, level):
    """Exactly, however early one stops looking: the last weight is that of no day at all."""
    chances = np.array(weights) / sum(weights)
    cumulative = np.concatenate([[0.0], np.cumsum(chances)[:-1]])
    looked = min(looked, len(cumulative) - 1)
    below = 0.0
    for day, chance in enumerate(chances, start=1):
        seen = day if day <= looked else None
        low, high, _ = place(cumulative, seen, looked, 0.0)
        below += chance * np.clip((level - low) / (high - low), 0, 1)
    assert below == pytest.approx(level, abs=1e-9)
