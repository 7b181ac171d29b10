"""Random valid scenarios: whatever the schema allows runs, and its results make sense."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pytest
from conftest import SEED, put, tree_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.config import CAUSES, ENDS, ConfigError, Scenario, validate
from sim.model import CeasefireModel
from sim.records import BY, MODES, Daily
from sim.report.parameters import Fields

REPLICATES, HORIZON = 64, 120
CONFIGS = 200
# Numbers that only make a run long, kept small enough for this test; tests elsewhere vary them.
SMALLER = {"sessions_per_day": 4, "exchanges_per_session": 6, "exchanges_per_round": 40,
           "deadliest": 500, "length": 20}  # fmt: skip
EVENTS = [
    {"kind": "attack", "day": 9, "group": "ttp", "deaths": 60},
    {"kind": "mediator_leaves", "day": 20, "mediator": "qatar"},
    {"kind": "mediator_joins", "day": 60, "mediator": "qatar"},
    {"kind": "monitors_deploy", "day": 15, "strength": 0.7},
    {"kind": "border_opens", "day": 30, "share": 0.5},
    {"kind": "evidence_handed_over", "day": 11, "share": 1},
    {"kind": "extradition_carried_out", "day": 12, "issue": "custody", "option": "extradite",
     "share": 1},
    {"kind": "bagram_statement", "day": 25, "pressure": 4},
    {"kind": "leadership_statement", "day": 26, "party": "afghan_taliban", "tone": -1},
    {"kind": "pause", "day": 40, "until": 60, "share": 0.8},
]  # fmt: skip


def numbers(fields, node, value, path):
    """Path, bounds and whether whole of every number that a scenario holds below a node."""
    node = fields.resolved(node)
    if "oneOf" in node:
        node = fields.united(node)
    entry = fields.entry(node)
    if "properties" in node:
        for name, field in node["properties"].items():
            if name in value:
                yield from numbers(fields, field, value[name], f"{path}.{name}".lstrip("."))
    elif entry:
        for name, held in value.items():
            yield from numbers(fields, entry, held, f"{path}.{name}")
    elif node.get("type") in ("number", "integer") and "maximum" in node:
        low = node.get("exclusiveMinimum", node.get("minimum"))
        above = "exclusiveMinimum" in node
        yield path, low, node["maximum"], above, node["type"] == "integer"


@cache
def ranges():
    """Every number of the baseline with its range."""
    fields, tree = Fields(Scenario), tree_of()
    found = []
    for name, node in fields.root["properties"].items():
        found += numbers(fields, node, tree[name], name)
    return [number for number in found if ".weights." not in number[0]]  # they must sum to one


@st.composite
def changes(draw):
    """Values anywhere in their ranges, ends included, for some of all numbers; events; choices."""
    out = {}
    for path, low, high, above, whole in draw(
        st.lists(st.sampled_from(ranges()), min_size=5, max_size=40, unique=True)
    ):
        high = min(high, SMALLER.get(path.rpartition(".")[2], high))
        if whole:
            out[path] = draw(st.integers(low, high))
        else:
            out[path] = draw(st.floats(low, high, exclude_min=above, allow_subnormal=False))
    chosen = draw(st.lists(st.sampled_from(range(len(EVENTS))), max_size=4, unique=True))
    out["events"] = {f"e{k}": EVENTS[k] for k in chosen}
    out["accounts.name"] = draw(st.sampled_from(["islamabad", "kabul", "mixed"]))
    out["protocol.kind"] = draw(st.sampled_from(
        ["alternating_offers", "monotonic_concession", "single_text", "shuttle"]))  # fmt: skip
    return out


# Not known before anything was offered or agreed.
MAY_BE_UNKNOWN = ("latest", "deal_nash_share", "deal_time", "deal_pressure", "deal_distance",
                  "deal_utility", "deal_gain", "weight_error", "reservation_error")  # fmt: skip


def leaves(records, path=""):
    """Every real number of the records, by its path."""
    for name in records.dtype.names:
        held, at = records[name], f"{path}.{name}"
        if held.dtype.names:
            yield from leaves(held, at)
        elif held.dtype.kind == "f":
            yield at, held


def sensible(columns, daily, model):
    """Say what makes no sense in the results of a run."""
    wrong = []
    for name, values in columns.items():
        nullable = name.startswith("deal_") or name.endswith("_error")
        if values.dtype.kind == "f" and not nullable and not np.isfinite(values).all():
            wrong.append(f"{name} is not finite")
        share = name.endswith(
            ("_trust", "_mandate", "_capacity", "_belief_right", "_share", "deal_time")
        )
        if share and ((values < 0) | (values > 1)).any():
            wrong.append(f"{name} leaves [0, 1]")
        if (
            values.dtype.kind == "i"
            and not name.endswith(("_cause", "_by", "_mode", "first_end", "package"))
            and values.min() < 0
        ):
            wrong.append(f"{name} is negative")
    collapse, ended = columns["collapse_day"], columns["collapse_ended"]
    outside = columns["collapse_mode"] == MODES.index("outside_hazard")
    for end in ENDS:
        met, day = columns[f"{end}_ended"], columns[f"{end}_day"]
        if (day > collapse)[met].any() or (day != HORIZON)[~met].any():
            wrong.append(f"{end} is met after collapse, or has another day where it is not met")
        causes, by = columns[f"{end}_cause"], columns[f"{end}_by"]
        if ((causes >= 0) != met).any() or causes.max() >= len(CAUSES):
            wrong.append(f"causes of {end} do not add up")
        if ((by >= 0) != (met & ~((end == "collapse") & outside))).any() or by.max() >= len(BY):
            wrong.append(f"by whom {end} came does not add up")
    first = np.minimum(columns["open_hostilities_day"], columns["repudiation_day"])
    if (first != collapse)[ended & ~outside].any():
        wrong.append("collapse is not the earlier of hostilities and repudiation")
    if (outside & (columns["collapse_cause"] != CAUSES.index("shock"))).any():
        wrong.append("a collapse from outside is no shock")
    if ((columns["collapse_mode"] >= 0) != ended).any():
        wrong.append("modes of collapse do not add up")
    if (columns["strike_day"] > columns["open_hostilities_day"]).any():
        wrong.append("open hostilities come before any strike")
    if (np.diff(daily.in_force[1:]) > 0).any():
        wrong.append("survival rises")
    if daily.in_force[HORIZON] != (~ended).sum():
        wrong.append("days and outcomes disagree on who is in force")
    for name, values in leaves(model.state):
        if not np.isfinite(values).all() and not name.endswith(MAY_BE_UNKNOWN):
            wrong.append(f"{name} is not finite in the records")
    return wrong


@pytest.mark.slow
def test_every_valid_scenario_runs_and_makes_sense():
    """Over random valid scenarios; those that contradict themselves are refused in a sentence."""
    ran = refused = 0

    @settings(
        max_examples=CONFIGS + 60, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(changes())
    def run(chosen):
        nonlocal ran, refused
        try:
            scenario = validate(put(tree_of(), chosen))[0]
        except ConfigError:
            refused += 1
            return
        model, daily = CeasefireModel(scenario, REPLICATES, SEED), Daily.to(HORIZON)
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            columns = model.run(HORIZON, daily).columns
        assert sensible(columns, daily, model) == []
        ran += 1

    run()
    assert ran >= CONFIGS, (ran, refused)
