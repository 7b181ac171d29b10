"""The lesson notebooks run as they stand, and every exercise has a solution apart from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.seeds import seed_list

nbformat = pytest.importorskip("nbformat")
LESSONS = Path(__file__).resolve().parent.parent / "lessons"
LESSON_FILES = sorted(LESSONS.glob("*.ipynb"))
EVERY = sorted(LESSONS.rglob("*.ipynb"))


def text(path: Path, kind: str) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == kind)


def test_there_are_three_lessons_with_three_exercises_each():
    assert len(LESSON_FILES) == 3
    for path in LESSON_FILES:
        assert len(re.findall(r"^\*\*\d\.\d\*\*", text(path, "markdown"), re.MULTILINE)) == 3


@pytest.mark.parametrize("path", LESSON_FILES, ids=lambda path: path.stem)
def test_every_exercise_is_solved_apart_from_the_lesson(path):
    asked = re.findall(r"\*\*(\d\.\d)\*\*", text(path, "markdown"))
    solved = re.findall(r"\*\*(\d\.\d)\*\*", text(LESSONS / "solutions" / path.name, "markdown"))
    assert asked == solved
    assert text(path, "code").count("# your answer") == len(asked)


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.relative_to(LESSONS).as_posix())
def test_notebooks_are_kept_without_results_and_take_their_seeds_from_the_lists(path):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    for name in re.findall(r'seed_list\("(\w+)"\)', text(path, "code")):
        assert seed_list(name)


@pytest.mark.slow
@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.relative_to(LESSONS).as_posix())
def test_notebooks_run_from_top_to_bottom(path, tmp_path, monkeypatch):
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("MPLBACKEND", "agg")
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=300, resources=resources).execute()
