"""The notebooks run from top to bottom, and are kept without what they print."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EVERY_NOTEBOOK = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.name for path in NOTEBOOKS])


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@EVERY_NOTEBOOK
@pytest.mark.filterwarnings("ignore")  # of Jupyter's own
def test_a_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kernel = tmp_path / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(
        f'{{"argv": ["{sys.executable}", "-m", "ipykernel_launcher", "-f", "{{connection_file}}"], "display_name": "Python 3", "language": "python"}}'
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))  # the Python that runs the tests, not one that was installed for Jupyter
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()


@EVERY_NOTEBOOK
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in cells if cell.outputs or cell.execution_count] == []


@EVERY_NOTEBOOK
def test_a_notebook_is_a_numbered_story(path: Path) -> None:
    number, _, name = path.stem.partition("-")
    first = nbformat.read(path, as_version=4).cells[0]
    assert number.isdigit()
    assert name
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {int(number)}. ")
