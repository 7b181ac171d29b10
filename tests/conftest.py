"""Scenarios for tests: the shipped baseline with a few fields changed, and quick runs of it."""

import copy
import gc
import os
import pickle
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

# As the commands do: threads of BLAS wait for each other where every processor has a worker.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import yaml
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigSource
from hypothesis import settings
from PIL import Image

import sim
from sim.config import Scenario, validate
from sim.model import CeasefireModel
from sim.paths import data_dir
from sim.study.cells import load_best

SEED = 2025

# No test is timed: whichever asks for the many-th future of its process loads what was compiled.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell that runs the tests in the background has them ignore interrupts, and so would commands
# that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def parsed_once(read: Callable[[ConfigSource, str], Any]) -> Callable[[ConfigSource, str], Any]:
    """A reader of configuration files that parses a shipped one, which no test changes, once."""
    kept: dict[tuple[str, str], bytes] = {}

    def load_config(source: ConfigSource, config_path: str) -> Any:
        if source.path not in SHIPPED:
            return read(source, config_path)
        if (source.path, config_path) not in kept:
            kept[source.path, config_path] = pickle.dumps(read(source, config_path))
        return pickle.loads(kept[source.path, config_path])

    return load_config


# Hydra parses every file of a cell anew.
SHIPPED = {str(data_dir("configs")), "hydra.conf"}
for kind in Plugins.instance().discover(ConfigSource):
    kind.load_config = parsed_once(kind.load_config)


def pytest_collection() -> None:
    gc.disable()  # what is loaded and collected stays


def pytest_collection_finish() -> None:
    """Collect garbage from now on, more rarely, and never look through thousands of tests."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


# Everything that could end a ceasefire from inside the model, switched off.
STILL = {f"switches.{name}": False for name in ("attacks", "clashes", "events", "talks")}
# Nobody answers and nobody repudiates: every future lasts to the horizon.
UNANSWERED = {"switches.responses": False, "switches.repudiation": False}


@cache
def composed(name: str, overrides: tuple[str, ...]) -> bytes:
    return pickle.dumps(load_best(name, overrides).tree())


@cache
def loaded(name: str = "baseline", *overrides: str) -> Scenario:
    """A shipped scenario as ``sim.load`` gives it, composed once."""
    return sim.load(name, overrides)


def tree_of(name: str = "baseline", *overrides: str) -> dict[str, Any]:
    """A shipped scenario and its settings as a plain tree that may be changed."""
    tree: dict[str, Any] = pickle.loads(composed(name, overrides))
    return tree


def put(tree: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Set fields by their dotted paths."""
    for path, value in changes.items():
        *parents, last = path.split(".")
        node = tree
        for parent in parents:
            node = node[parent]
        node[last] = copy.deepcopy(value)
    return tree


def shipped(group: str, name: str) -> dict[str, Any]:
    """The fields of an option that a group ships, such as ``pakistan/tactic``, ``boulware``."""
    path = data_dir("configs") / group / f"{name}.yaml"
    fields: dict[str, Any] = yaml.safe_load(path.read_text())
    return fields


def vary(changes: dict[str, Any], name: str = "baseline", *overrides: str) -> Scenario:
    """A shipped scenario with fields changed by their dotted paths."""
    return validate(put(tree_of(name, *overrides), changes))[0]


def outcomes(
    scenario: Scenario, replicates: int, horizon: int, seed: int = SEED, first: int = 0
) -> dict[str, np.ndarray]:
    """Outcome columns of a run in one block."""
    model = CeasefireModel(scenario, replicates, seed, first=first)
    return model.run(horizon).columns


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> list[str]:
    """Columns in which two runs differ, bit by bit (nan equals nan)."""
    assert one.keys() == other.keys()
    return [
        name
        for name, values in one.items()
        if not np.array_equal(values, other[name], equal_nan=values.dtype.kind == "f")
    ]


def digest_in(picture: Path) -> str:
    """The digest of the data that a PNG was drawn from, which it carries."""
    with Image.open(picture) as image:
        return str(image.info.get("Data", ""))
