"""A sweep's cells, composed from what they share, are those that Hydra composes."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

import sim
from sim.paths import data_dir
from sim.releases import BASE
from sim.study.cells import register_resolvers
from sim.study.composing import SharedLoader, composed, hydras_loader

CELLS = [
    [],
    ["seed=3"],
    ["pakistan.trust=0.4", "replicates=7", "pakistan.trust=0.5"],
    ["scenario=no_mediators", "seed=3"],
    ["seed=4", "scenario=no_mediators"],
    ["mediators=none", "pakistan/tactic=hardliner", "pakistan.tactic.floor=0.7"],
    ["mediators={qatar:{credibility:0.1}}", "seed=1"],
    ["+mediators.oman=${mediators.qatar}", "++seed=8", "~mediators.qatar"],
    ["seed=${horizon}", "horizon=40"],
]


@pytest.fixture
def master() -> Iterator[DictConfig]:
    """A sweep's own configuration."""
    register_resolvers()
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(data_dir("configs")), **BASE):
        loader = GlobalHydra.instance().config_loader()
        yield loader.load_configuration(
            "config", ["seed=1,2", "hydra.sweep.subdir=${hydra.job.num}"], RunMode.MULTIRUN
        )


def everything(config: DictConfig) -> dict[str, object]:
    """Values, interpolations unresolved, and flags of a configuration and of Hydra's part of it."""
    return {
        "values": OmegaConf.to_container(config, resolve=False),
        "flags": [OmegaConf.is_struct(config), OmegaConf.is_readonly(config.hydra)],
        "types": [type(config.hydra._metadata.ref_type), config.hydra._metadata.object_type],
    }


def test_cells_are_those_of_hydra_in_any_order_and_after_a_journey(master: DictConfig) -> None:
    own = GlobalHydra.instance().config_loader()
    shared = SharedLoader(own)
    travelled = pickle.loads(pickle.dumps(shared))  # as to the worker of a launcher
    expected = [everything(own.load_sweep_config(master, list(words))) for words in CELLS]
    for loader in (shared, travelled):
        cells = [*zip(CELLS, expected, strict=True)]
        for words, known in [*cells, *reversed(cells)]:
            assert everything(loader.load_sweep_config(master, list(words))) == known


@pytest.mark.parametrize("words", [["nope=1"], ["scenario=nope"], ["seed=1,2"], ["seed=1 2 ="]])
def test_what_hydra_refuses_is_refused_in_its_words(master: DictConfig, words: list[str]) -> None:
    own = GlobalHydra.instance().config_loader()
    said = []
    for loader in (own, SharedLoader(own)):
        with pytest.raises(HydraException) as refused:
            loader.load_sweep_config(master, words)
        said.append(re.sub(r"index: \d+|out of \[.*\]", "", str(refused.value)))
    assert said[0] == said[1]


def test_what_is_done_to_one_cell_is_not_seen_by_another(master: DictConfig) -> None:
    loader = SharedLoader(GlobalHydra.instance().config_loader())
    first = loader.load_sweep_config(master, ["seed=3"])
    OmegaConf.update(first, "pakistan.trust", 0.01)
    assert loader.load_sweep_config(master, ["seed=3"]).pakistan.trust != 0.01


def test_a_loader_may_be_asked_for_while_hydra_is_at_work() -> None:
    under_way = object()
    GlobalHydra.instance().hydra = under_way
    try:
        hydras_loader()
        assert GlobalHydra.instance().hydra is under_way
    finally:
        GlobalHydra.instance().clear()


def made_of(config: DictConfig) -> dict[str, object]:
    """A configuration, and what Hydra says it is made of."""
    told = everything(config)
    values = told["values"]
    assert isinstance(values, dict)
    hydra = values.pop("hydra")
    return told | {"of": (hydra["runtime"]["choices"], hydra["overrides"])}


@pytest.mark.parametrize("words", CELLS, ids=" ".join)
def test_a_single_cell_is_that_of_hydra_too(words: list[str]) -> None:
    register_resolvers()
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(data_dir("configs")), **BASE):
        expected = made_of(compose("config", overrides=words, return_hydra_config=True))
    for _ in range(2):
        assert made_of(composed(words)) == expected


def test_a_file_that_is_changed_is_read_anew(tmp_path: Path) -> None:
    shipped = (data_dir("configs") / "scenario" / "baseline.yaml").read_text()
    own = tmp_path / "scenario" / "mine.yaml"
    own.parent.mkdir()
    (own.parent / ".#mine.yaml").symlink_to("somebody@a.machine")  # an editor's lock
    trusts = []
    for trust in (0.25, 0.35):
        own.write_text(f"{shipped}\npakistan: {{trust: {trust}}}\n")
        trusts.append(sim.load("mine", config_dir=tmp_path).parties[0].trust)
    own.unlink()
    with pytest.raises(sim.ConfigError, match="mine"):
        sim.load("mine", config_dir=tmp_path)
    assert trusts == [0.25, 0.35]
