"""The notebook of what shows itself runs from top to bottom, and everything in it shows itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

nbformat: Any = pytest.importorskip("nbformat")
NOTEBOOK = Path(__file__).resolve().parent.parent / "docs" / "notebook.ipynb"


def test_it_is_kept_without_results() -> None:
    book = nbformat.read(NOTEBOOK, as_version=4)
    assert all(cell.outputs == [] for cell in book.cells if cell.cell_type == "code")


@pytest.mark.slow
def test_it_runs_and_every_cell_shows_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("MPLBACKEND", "agg")
    book = nbformat.read(NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(book, timeout=300, resources=resources).execute()
    for cell in book.cells:
        if cell.cell_type == "code":
            kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
            assert kinds & {"text/html", "image/png", "text/plain"}, cell.source
