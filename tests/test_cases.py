"""Another case is configuration and record only: the fictional river, composed and run."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import sim
from sim import seeds
from sim.paths import data_dir
from sim.plots.fans import fans
from sim.report import transcript
from sim.study.cells import load_cell
from sim.study.told import entries

CONFIGS = data_dir("configs")
FILES = [path for path in CONFIGS.rglob("*.yaml") if "fictional" in path.as_posix()]
OWN = {"Islamabad", "Kabul", "Pakistan", "Afghan", "Qatar", "Türkiye", "Istanbul", "Bagram", "TTP"}


@pytest.fixture(scope="module")
def river():
    return sim.load("fictional/river")


def test_every_file_of_the_case_says_that_it_is_fictional():
    record = data_dir("seeds") / "cases" / "fictional_river.yaml"
    said = {path.name: path.read_text().splitlines()[:2] for path in [*FILES, record]}
    assert [name for name, head in said.items() if "FICTIONAL" not in "".join(head)] == []
    assert len(FILES) > 7


def test_it_takes_nothing_from_the_record(river):
    whole = yaml.safe_dump(load_cell("fictional/river").tree(), allow_unicode=True)
    assert {name for name in OWN if name in whole} == set()
    assert river.start == seeds.value("fictional_river.armistice.date")


def test_it_runs_to_deals_and_to_ends(river):
    runs = sim.simulate(river, replicates=200, seed=2025, horizon=120).runs
    assert runs["deal"].any()
    assert 0 < runs["collapse_ended"].mean() < 1
    assert runs["attacks_raiders"].sum() > 0


def test_transcripts_and_figures_call_the_sides_by_their_labels(river):
    cell = load_cell("fictional/river", ["replicates=12", "seed=3", "horizon=40"])
    told = transcript.in_words(cell, entries(cell, 0, 12))
    assert "Upstream proposes" in told
    assert "the River Commission" in told
    assert {name for name in OWN if name in told} == set()
    figure = fans(sim.simulate(river, replicates=20, horizon=20)).figure
    words = " ".join(text.get_text() for axes in figure.axes for text in axes.texts)
    words += " ".join(text.get_text() for text in figure.texts)
    assert "Upstream's trust in Downstream" in words


def test_another_cases_record_is_its_own_file():
    assert seeds.value("fictional_river.raids.attacks_per_year") == 160
    with pytest.raises(seeds.SeedError, match="holds notice, armistice"):
        seeds.value("fictional_river.nothing")


@pytest.mark.parametrize("name", ["river", "river_observed"])
def test_its_scenarios_compose(name):
    assert sim.load(f"fictional/{name}").pakistan.label == "Upstream"
    assert (Path(CONFIGS) / "scenario" / "fictional" / f"{name}.yaml").is_file()
