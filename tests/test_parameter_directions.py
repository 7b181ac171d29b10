"""Every parameter moves a named outcome in the direction that is declared, or a reason is said."""

import numpy as np
import pytest
from conftest import outcomes, put, tree_of
from parameter_directions import DIRECTIONS, NO_DIRECTION, SMALL
from test_parameters import BASE, PARTY, TABLE, spread

from sim.config import validate

SEED, HORIZON = 24, 90
FUTURES, MORE_FUTURES = 400, 3_000
Z = 3.0

CASES = [
    (path, side)
    for path in DIRECTIONS
    for side in (PARTY if path.startswith("*") else PARTY[:1])
]  # fmt: skip


def test_every_parameter_has_a_direction_or_a_reason_for_having_none():
    assert DIRECTIONS.keys() | NO_DIRECTION.keys() == TABLE.keys()
    assert DIRECTIONS.keys() & NO_DIRECTION.keys() == set()


def per_future(columns, name):
    """An outcome of each future; what a deal is like is known only where there is one."""
    if name == "deal_lapsed":
        return (columns["deal_lapsed_day"] > 0).astype(float)
    values = columns[name].astype(float)
    return np.where(columns["deal"], values, np.nan) if name.startswith("deal_") else values


@pytest.mark.parametrize(("path", "side"), CASES, ids=[x.replace("*", y) for x, y in CASES])
def test_a_parameter_moves_an_outcome_in_its_direction(path, side):
    """The mean difference of futures that share their chance is beyond 3 of its standard errors.

    Its sign is that of the table, so chance alone would pass one in 700 inert parameters.
    """
    declared = DIRECTIONS[path]
    said, still = declared if isinstance(declared, tuple) else (declared, {})
    other = next(x for x in PARTY if x != side)
    sign, name = said[0], said[1:].format(own=side, other=other)
    low, high, regime = (*TABLE[path], BASE)[:3]
    count = MORE_FUTURES if path in SMALL else FUTURES
    found = []
    for value in (low, high):
        tree = put(tree_of(), spread(regime | still))
        scenario = validate(put(tree, {path.replace("*", side).strip(): value}))[0]
        found.append(per_future(outcomes(scenario, count, HORIZON, SEED), name))
    change = found[1] - found[0]
    change = change[~np.isnan(change)] * {"+": 1, "-": -1}[sign]
    assert change.mean() > Z * change.std() / np.sqrt(len(change))
