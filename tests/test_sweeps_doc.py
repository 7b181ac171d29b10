"""The commands of docs/sweeps.md work as they stand there, in their order."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from slurm_node import start_slurm

DOC = Path(__file__).resolve().parent.parent / "docs" / "sweeps.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(kind, text.strip().splitlines()) for kind, text in BLOCK.findall(DOC.read_text())]
NEEDS = {  # modules of extras, by a word of the command
    "workstation": "hydra_plugins.hydra_joblib_launcher",
    "local_jobs": "hydra_plugins.hydra_submitit_launcher",
    "query": "duckdb",
    "optimise": "optuna",
    "engine=dask": "distributed",
}


def run(line: str, cwd: Path, env: dict[str, str] | None = None) -> None:
    """Run one command of the page; fail with what it said."""
    program, *words = shlex.split(line)
    assert program == "ceasefire"
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words], cwd=cwd, env=os.environ | (env or {}),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


def missing(line: str) -> list[str]:
    """Modules of extras that a command needs and that are not installed."""
    wanted = [module for word, module in NEEDS.items() if word in line]
    return [module for module in wanted if importlib.util.find_spec(module) is None]


def test_every_block_of_commands_is_of_a_kind_that_a_test_runs() -> None:
    assert {kind for kind, _ in BLOCKS} == {"", "slurm", "dask", "cuda"}
    assert all(line.startswith("ceasefire ") for _, lines in BLOCKS for line in lines)


@pytest.mark.slow
def test_the_commands_for_every_machine_work_in_their_order(tmp_path: Path) -> None:
    skipped = []
    for kind, lines in BLOCKS:
        for line in lines if kind == "" else []:
            absent = missing(line)
            if absent:
                skipped.append(f"{line} (needs {', '.join(absent)})")
            else:
                run(line, tmp_path)
    if skipped:
        pytest.skip("ran all commands but: " + "; ".join(skipped))


@pytest.mark.slow
def test_the_commands_for_a_running_dask_cluster_work(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:
        for kind, lines in BLOCKS:
            for line in lines if kind == "dask" else []:
                run(line.replace("$DASK_SCHEDULER", cluster.scheduler_address), tmp_path)


@pytest.mark.slow
def test_the_commands_for_a_graphics_card_work(tmp_path: Path) -> None:
    pytest.importorskip("numba_cuda")
    from sim.study.cuda import device
    from sim.study.errors import EngineError

    try:
        device()
    except EngineError as error:
        pytest.skip(str(error))
    for kind, lines in BLOCKS:
        for line in lines if kind == "cuda" else []:
            run(line, tmp_path)


slurm = pytest.fixture(scope="module")(start_slurm)


@pytest.mark.slow
def test_the_commands_for_slurm_work(slurm: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    for kind, lines in BLOCKS:
        for line in lines if kind == "slurm" else []:
            run(line, tmp_path, slurm)
