"""Named studies: one command each, and what their READMEs state."""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

import sim
from sim import cli

STUDIES = Path(__file__).resolve().parent.parent / "experiments"


def test_the_tournament_is_one_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])
    sides = [f"{side}/tactic=boulware,linear" for side in ("pakistan", "afghan_taliban")]
    words = ["-m", "+experiment=tactics_tournament", "replicates=8", "horizon=12", *sides]
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert not ended.value.code
    directory = tmp_path / "multirun" / "tactics_tournament"
    table = pd.read_csv(directory / "outcomes.csv")
    pairs = set(zip(table["pakistan/tactic"], table["afghan_taliban/tactic"], strict=True))
    assert pairs == {(a, b) for a in ("boulware", "linear") for b in ("boulware", "linear")}
    assert (directory / "agreement.png").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tactic", "said"),
    [
        ("boulware", r"over when the deal is made: ([\d.]+)"),
        ("conceder", r"conceders early \(([\d.]+)"),
    ],
)
def test_the_tournament_states_when_deals_are_made(tactic, said):
    readme = re.sub(r"\s+", " ", (STUDIES / "tactics_tournament" / "README.md").read_text())
    stated = float(re.search(said, readme)[1].rstrip("."))
    overrides = [f"{side}.tactic={tactic}" for side in ("pakistan", "afghan_taliban")]
    times = sim.simulate(sim.load("baseline", overrides), 500, 2025).runs["deal_time"].dropna()
    error = times.std() / math.sqrt(len(times))
    assert abs(times.mean() - stated) < 4 * error + 0.005  # four standard errors and the rounding


def test_the_signs_that_scenarios_expect_hold_in_the_accepted_sets():
    """In nine of ten sets at least: a set has few futures, so the smallest effects may miss one."""
    table = pd.read_csv(STUDIES / "scenario_signs" / "signs.csv").set_index("scenario")
    scenarios = STUDIES.parent / "configs" / "scenario"
    expected = {
        x.stem: yaml.safe_load(x.read_text())["expectation"] for x in scenarios.glob("*.yaml")
    }
    signs = {"longer": 1, "shorter": -1}
    assert set(table.index) == set(expected) - {"baseline"}
    for name, row in table.iterrows():
        if expected[name] in signs:
            assert row["difference"] * signs[expected[name]] > 0, name
            assert row["share"] >= 0.9, name
