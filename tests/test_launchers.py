"""Launchers: cells on many processors or a cluster give the files they give one by one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hydra.errors import HydraException
from slurm_node import start_slurm

from sim.paths import data_dir
from sim.study.misread import explain_misread
from sim.study.opening import TABLES
from sim.study.sweeps import open_directory

SWEEP = ["-m", "pakistan.trust=0.2,0.3,0.4,7", "replicates=30", "horizon=15"]
PLUGINS = {"basic", "joblib", "submitit_local", "submitit_slurm", "grouped_local", "grouped_slurm"}


def ceasefire(cwd: Path, *words: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit code and standard error of the command line, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words], cwd=cwd, capture_output=True, text=True,
        env=os.environ | (env or {}), timeout=300,
    )  # fmt: skip
    return done.returncode, done.stderr


def data(directory: Path) -> dict[str, bytes]:
    names = {f"{name}.parquet" for name in TABLES}
    found = sorted(path for path in directory.rglob("*.parquet") if path.name in names)
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


def test_no_preset_hides_a_launcher() -> None:
    presets = {path.stem for path in (data_dir("configs") / "hydra" / "launcher").iterdir()}
    assert presets & PLUGINS == set()
    assert not any(word in name for name in presets for word in ("rq", "ax", "nevergrad"))


def test_a_preset_without_its_plugin_names_the_extra() -> None:
    said = explain_misread(HydraException("Could not load 'hydra/launcher/grouped_slurm'."))
    assert "pip install 'hydra-joblib-launcher" in said


def test_an_absent_slurm_is_said(tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    python = Path(sys.executable).parent
    words = [*SWEEP, "hydra/launcher=slurm", "hydra.sweep.dir=sweep"]
    code, said = ceasefire(tmp_path, *words, env={"PATH": f"{python}"})
    assert code == 1
    assert "the launcher gave up" in said
    assert "srun" in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["workstation", "local_jobs", "joblib", "submitit_local"])
def test_launchers_give_the_files_of_the_basic_one(launcher: str, tmp_path: Path) -> None:
    plugin = "joblib" if launcher in ("workstation", "joblib") else "submitit"
    pytest.importorskip(f"hydra_plugins.hydra_{plugin}_launcher")
    code, _ = ceasefire(tmp_path, *SWEEP, "hydra.sweep.dir=basic")
    assert code == 1
    chosen = [f"hydra/launcher={launcher}", "hydra.sweep.dir=other"]
    code, said = ceasefire(tmp_path, *SWEEP, *chosen)
    assert code == 1
    assert "1 of 4 cells" in said
    assert data(tmp_path / "other") == data(tmp_path / "basic")


@pytest.mark.slow
def test_a_killed_worker_of_the_launcher_is_said_and_the_sweep_resumes(tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    words = [
        "-m", "seed=range(8)", "replicates=6000", "horizon=90", "hydra/launcher=workstation",
        "hydra.launcher.n_jobs=2", "hydra.sweep.dir=sweep",
    ]  # fmt: skip
    command = [sys.executable, "-m", "sim", *words]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not list((tmp_path / "sweep").glob("*/run.json")):
        assert running.poll() is None
        time.sleep(0.1)
    listed = ["ps", "-ww", "-o", "pid=", "-o", "args=", "--ppid", str(running.pid)]
    lines = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines()
    os.kill(int(next(x for x in lines if "LokyProcess" in x).split()[0]), signal.SIGKILL)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 1
    assert "the same command resumes the sweep" in said
    assert "not run to its end" in said
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    assert len(open_directory(tmp_path / "sweep").cells) == 8


slurm = pytest.fixture(scope="module")(start_slurm)


@pytest.mark.slow
def test_slurm_gives_the_files_of_the_basic_launcher(slurm: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    ceasefire(tmp_path, *SWEEP, "hydra.sweep.dir=basic")
    words = ["hydra/launcher=slurm", "hydra.launcher.cells_per_job=2", "hydra.sweep.dir=slurm"]
    code, said = ceasefire(tmp_path, *SWEEP, *words, env=slurm)
    assert code == 1
    assert "1 of 4 cells" in said
    assert data(tmp_path / "slurm") == data(tmp_path / "basic")
    jobs = list((tmp_path / "slurm" / ".submitit").glob("[0-9]*_[0-9]*"))
    assert len(jobs) == 2  # two cells each
