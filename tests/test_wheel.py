"""The wheel in an environment of its own, with a user's own scenario, tactic, case and study."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QUICK = ["replicates=30", "horizon=20", "engine.figures=false"]
STUDY = """\
# @package _global_
# Whether mine lasts longer.
hydra:
  sweep: {dir: studied}
  sweeper:
    params: {scenario: "baseline,mine"}
"""


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a wheel; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    built = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT]
    subprocess.run(built, check=True)
    venv.create(folder / "env", with_pip=False)
    (place,) = (folder / "env").glob("lib/python*/site-packages")
    here = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (place / "dependencies.pth").write_text("\n".join(here) + "\n")
    (wheel,) = folder.glob("*.whl")
    installed = ["--quiet", "--no-deps", "--target", place, "--no-warn-script-location", wheel]
    subprocess.run([sys.executable, "-m", "pip", "install", *installed], check=True)
    return folder / "env" / "bin" / "python"


def alone() -> dict[str, str]:
    """This environment without a path to the repository."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def run(command: Path, folder: Path, *words: str) -> str:
    """What the installed command says, run where nothing of the repository is in reach."""
    done = subprocess.run(
        [command, "-m", "sim", *words], cwd=folder, env=alone(), capture_output=True, text=True
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_a_users_own_files_work_beside_the_wheel(command: Path, tmp_path: Path) -> None:
    where = run(command, tmp_path, "new", "scenario", "mine")
    assert "written: my_configs/scenario/mine.yaml" in where
    code = "import sim; print(sim.__file__)"
    found = subprocess.run(
        [command, "-c", code], cwd=tmp_path, env=alone(), capture_output=True, text=True
    )
    assert str(command.parents[1]) in found.stdout
    run(command, tmp_path, "new", "tactic", "gentle")
    run(command, tmp_path, "new", "case", "strait")
    study = tmp_path / "my_configs" / "experiments" / "mine" / "study.yaml"
    study.parent.mkdir(parents=True)
    study.write_text(STUDY)
    own = ["--config-dir", "my_configs"]
    run(command, tmp_path, *own, "scenario=mine", *QUICK, "hydra.run.dir=one")
    run(command, tmp_path, *own, "pakistan.tactic=gentle", *QUICK, "hydra.run.dir=two")
    run(command, tmp_path, *own, "scenario=strait", *QUICK, "hydra.run.dir=three")
    run(command, tmp_path, *own, "+experiment=mine", *QUICK)
    assert len(list((tmp_path / "studied").glob("*/run.json"))) == 2
    said = run(command, tmp_path, "choices", "scenario")
    assert "Mediators put twice the pressure" not in said  # without the folder
