"""Named studies: one command each; figures, data and README sentences that belong together."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import digest_in

import sim
from sim import cli
from sim.analysis import channels
from sim.analysis.ensemble import Ensemble, simulate
from sim.analysis.outcomes import OUTCOMES, change, mean, outcome_table
from sim.report.findings import (
    BEGIN,
    END,
    NAMED,
    find,
    put,
    read_table,
    sentences,
    written,
)
from sim.report.layers import said_of
from sim.report.study import fitting
from sim.seeds import seed_list
from sim.study.cells import load_cell
from sim.study.files import checksum

STUDIES = Path(__file__).resolve().parent.parent / "experiments"
NAMES = sorted(  # those that are tabulated by sim.report.study.Study
    path.parent.name
    for path in STUDIES.glob("*/study.yaml")
    if "sim.report.study.Study" in path.read_text()
)
FEW = 300


def described(name: str) -> dict:
    """What a study's Hydra file hands to its callback."""
    config = yaml.safe_load((STUDIES / name / "study.yaml").read_text())
    return config["hydra"]["callbacks"]["study"]


def stored(name: str) -> pd.DataFrame:
    return read_table(STUDIES / name / "outcomes.csv")


# Sentences


TABLE = pd.DataFrame(
    {"a": ["x", "y"], "outcome": "rmst", "value": [100.2, 90.0], "se": [1.0, 2.0],
     "change": [0.0, -10.2], "change_se": [0.0, 0.5]}
)  # fmt: skip


def test_sentences_carry_the_tables_numbers_with_their_intervals():
    text = "It is {rmst | a=x} days, {change in rmst | a=y}\n under y."
    assert sentences(text, TABLE) == "It is 100 [98, 102] days, −10 [−11, −9] under y."


@pytest.mark.parametrize("said", ["{rmst | a=z}", "{rmst | b=x}", "{s90 | a=x}"])
def test_a_sentence_about_what_was_not_studied_is_refused(said):
    with pytest.raises(sim.ConfigError, match="finding"):
        sentences(said, TABLE)


def test_a_result_stands_between_its_marks():
    assert put(f"a\n{BEGIN}\nold\n{END}\nb", "new") == f"a\n{BEGIN}\nnew\n{END}\nb"
    with pytest.raises(sim.ConfigError, match="marks"):
        put("no marks", "new")


# Outcomes


def test_changes_are_paired_where_every_future_has_a_value():
    base, other = np.array([1.0, 5.0, 9.0]), np.array([2.0, 6.0, 10.0])
    assert change(other, base) == (1.0, 0.0)
    assert change(np.array([2.0, np.nan, 10.0]), base)[1] > 0
    assert all(math.isnan(x) for x in mean(np.array([np.nan])))


def test_the_mean_duration_is_the_restricted_mean_of_the_survival_curve():
    run = sim.simulate(sim.load("baseline"), replicates=100, seed=2025, horizon=60)
    table = outcome_table([({"x": "1"}, run.runs)], ["rmst", "s30"])
    assert table["value"][0] == pytest.approx(run.survival().rmst(60).value)
    assert table["value"][1] == pytest.approx(run.survival().at(30).value)


# The studies


def test_the_studies_that_were_promised_are_there():
    promised = {
        "guarantees_by_custody",
        "verified_deals",
        "whose_account",
        "mediators",
        "spoilers",
        "ripeness",
        "information_contest",
        "deadlines",
        "what_if_istanbul",
        "tactics_tournament",
    }
    assert promised <= set(NAMES)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_was_drawn_from_the_data_beside_it(name):
    folder = STUDIES / name
    figures = described(name)["figures"]
    assert {path.stem for path in folder.glob("*.png")} == set(figures)
    for figure in figures:
        own = folder / f"{figure}.csv"
        data = own if own.exists() else folder / "outcomes.csv"
        assert digest_in(folder / f"{figure}.png") == checksum(data)


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_says_what_the_data_say_and_shows_every_figure(name):
    readme = (STUDIES / name / "README.md").read_text()
    study = described(name)
    assert put(readme, sentences(study["result"], stored(name))) == readme
    assert NAMED.search(study["result"])
    assert all(f"({figure}.png)" in readme for figure in study["figures"])
    assert f"ceasefire -m +experiment={name}\n" in readme
    for part in ("**Question.**", "**Design.**", "**What the figures show.**", "do not show.**"):
        assert part in readme


@pytest.mark.slow
def test_a_study_is_one_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])
    words = [
        "-m",
        "+experiment=tactics_tournament",
        "replicates=30",
        "horizon=20",
        "parameters=best",
    ]
    words += [f"{side}/tactic=boulware,conceder,hardliner" for side in ("pakistan",)]
    words += ["afghan_taliban/tactic=boulware,conceder,hardliner"]
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert not ended.value.code
    directory = tmp_path / "multirun" / "tactics_tournament"
    table = read_table(directory / "outcomes.csv")
    tactics = ("boulware", "conceder", "hardliner")
    pairs = set(zip(table["islamabad"], table["kabul"], strict=True))
    assert pairs == {(a, b) for a in tactics for b in tactics}
    assert digest_in(directory / "agreement.png") == checksum(directory / "outcomes.csv")
    assert (
        sentences(described("tactics_tournament")["result"], table)
        in (directory / "README.md").read_text()
    )


def run_again(name: str, row: pd.Series, cells: dict) -> np.ndarray:
    """Values per future of one row's outcome, simulated anew with few futures and another seed."""
    study = described(name)
    chosen = tuple(f"{key}={row[axis]}" for axis, key in study["axes"].items())
    if chosen not in cells:
        cell = load_cell("baseline", [f"+experiment={name}", *chosen])
        few = FEW * (4 if study.get("given") else 1)
        run = simulate(cell.scenario, few, seed_list("replication")[0], watched=few)
        cells[chosen] = (
            run.runs if not study.get("given") else run.runs[fitting(run, study["given"])]
        )
    origin = study["given"]["in_force"] if study.get("given") else 0
    return OUTCOMES[row["outcome"]].per_future(cells[chosen], origin)


def split_again(name: str, row: pd.Series, table: pd.DataFrame, cells: dict) -> tuple[float, float]:
    """What a channel adds, and its error, with every combination simulated anew."""
    study, values = described(name), {}
    for _, cell in table[(table["outcome"] == row["outcome"]) & table["channel"].isna()].iterrows():
        chosen = {axis: cell[axis] for axis in study["axes"]}
        values[channels.switched_on(chosen, study["split"])] = run_again(name, cell, cells)
    again = channels.split(values)
    found = again[(again["channel"] == row["channel"]) & (again["counted"] == row["counted"])]
    return found["change"].item(), found["change_se"].item()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_fewer_futures_under_another_seed_give_the_stated_numbers(name):
    """Within four standard errors of the difference: 1 in 16,000 a number by chance, fixed seed."""
    study, table, cells = described(name), stored(name), {}
    for of, outcome, which in NAMED.findall(study["result"]):
        row = find(table, outcome, which)
        if "channel" in which:
            again, said = split_again(name, row, table, cells), (row["change"], row["change_se"])
        elif of:
            values = run_again(name, row, cells)
            like = {axis: row[axis] for axis in study["axes"]} | study["reference"]
            base = " , ".join(f"{axis}={option}" for axis, option in like.items())
            again = change(
                values,
                run_again(name, find(table, outcome, base), cells),
                within=OUTCOMES[outcome].within,
            )
            said = row["change"], row["change_se"]
        else:
            again, said = mean(run_again(name, row, cells)), (row["value"], row["se"])
        assert abs(again[0] - said[0]) <= 4 * math.hypot(again[1], said[1]) + 1e-9, (outcome, which)


def test_futures_that_fit_the_record_have_had_a_round_broken_off_and_hold_no_full_deal():
    """Read from the rounds and runs, future by future."""
    run: Ensemble = simulate(load_cell("baseline", ["engine.watched=200"]).scenario, 200, 2025, 20,
                             watched=200)  # fmt: skip
    fits = fitting(run, {"in_force": 11, "breakdown": 10})
    expected = []
    for _, row in run.runs.iterrows():
        rounds = run.rounds[run.rounds["replicate"] == row["replicate"]]
        off = rounds[(rounds["outcome"] == "broken_off") & (rounds["day"] <= 10)]
        no_deal = not row["deal"] or row["deal_day"] > 11
        expected.append(len(off) > 0 and row["collapse_day"] > 11 and no_deal)
    assert 0 < sum(expected) < 200
    assert fits.tolist() == expected


def test_the_decisions_in_istanbul_share_their_past_to_the_day():
    """All four cells are the same futures up to day 11: what they chose starts on day 12."""
    pasts = []
    for decision in ("as_agreed", "monitors_deploy", "crossings_open", "evidence_and_handover"):
        word = f"+experiments/what_if_istanbul/decision={decision}"
        cell = load_cell("baseline", ["+experiment=what_if_istanbul", word])
        run: Ensemble = simulate(cell.scenario, 60, 2025, 16, watched=60)
        pasts.append(
            (run.daily[run.daily["day"] <= 11], fitting(run, {"in_force": 11, "breakdown": 10}))
        )
    for daily, fits in pasts[1:]:
        pd.testing.assert_frame_equal(daily, pasts[0][0])
        assert (fits == pasts[0][1]).all()
    assert 0 < pasts[0][1].mean() < 1


def test_numbers_are_written_with_a_true_minus():
    assert written(-1.25, 0.1, 1, signed=True) == "−1.2 [−1.4, −1.1]"


def test_the_signs_that_scenarios_expect_hold_in_the_accepted_sets():
    """In nine of ten sets at least, by weight: the smallest effects may miss one by chance."""
    table = pd.read_csv(STUDIES / "scenario_signs" / "layers.csv")
    table = table.query("layer == 'accepted' and quantity == 'RMST(365)'").set_index("scenario")
    scenarios = STUDIES.parent / "configs" / "scenario"
    expected = {
        x.stem: yaml.safe_load(x.read_text())["expectation"] for x in scenarios.glob("*.yaml")
    }
    signs = {"longer": 1, "shorter": -1}
    assert set(table.index) == set(expected) - {"baseline"}
    for name, row in table.iterrows():
        if expected[name] in signs:
            assert row["difference"] * signs[expected[name]] > 0, name
            assert row["agree"] >= 0.9, name


def test_the_page_on_signs_says_what_its_tables_hold():
    folder = STUDIES / "scenario_signs"
    said = said_of(pd.read_csv(folder / "layers.csv"), pd.read_csv(folder / "carriers.csv"))
    assert said in (folder / "README.md").read_text(encoding="utf-8")


# What documents say of causes is what studies found


def test_the_page_on_mechanisms_says_what_the_study_of_mediators_found():
    """Most is restraint and containment, texts carry nothing."""
    shares = stored("mediators").query("outcome == 'rmst' and counted == 'Shapley share'")
    days = dict(zip(shares["channel"], shares["change"], strict=True))
    assert days["restrain"] + days["contain"] > 0.75 * days["all together"]
    assert abs(days["formulate"]) < 0.5


@pytest.mark.parametrize(
    ("less", "more", "outcome"),
    [("none", "third_party", "rmst"), ("none", "joint", "kept_120"),
     ("joint", "third_party", "kept_120"), ("none", "third_party", "kept_120")],
)  # fmt: skip
def test_the_page_on_mechanisms_says_what_the_study_of_guarantees_found(less, more, outcome):
    """Verification lengthens the ceasefire; the share of deals that hold rises with its level.

    The mean over accounts and the states of custody, by 3 standard errors.
    """
    table = stored("guarantees_by_custody").query(f"outcome == '{outcome}'")
    low, high = (table[table["verification"] == x].sort_values(["custody", "accounts"])
                 for x in (less, more))  # fmt: skip
    rise = high["value"].to_numpy() - low["value"].to_numpy()
    error = np.sqrt((high["se"].to_numpy() ** 2 + low["se"].to_numpy() ** 2).sum()) / len(rise)
    assert rise.mean() > 3 * error


def test_the_page_on_mechanisms_says_what_the_study_of_verified_deals_found():
    """Verified deals last longer; most of it is deterrence and that alarms are true.

    By 3 standard errors each: the whole is above 0, what is left without deterrence is less than
    half of it, and without false alarms less than nothing.
    """
    whole, undeterred, unaccused = (
        find(stored("verified_deals"), "kept_120", f"scenario=verified_guarantees, ablation={x}")
        for x in ("nothing", "deterrence", "false_alarms")
    )
    assert whole["change"] > 3 * whole["change_se"]
    error = np.hypot(whole["change_se"] / 2, undeterred["change_se"])
    assert whole["change"] / 2 - undeterred["change"] > 3 * error
    assert unaccused["change"] < -3 * unaccused["change_se"]
