"""What others build on: the public names, the import floors, the house's own rules."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import iptsim

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "iptsim").rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]
# Fixed from the first version on; iptsim.__all__ may have more.
PROMISED = {"load", "load_all", "parse", "Host", "Packet", "IptsimError"}


def test_the_public_names_are_there_sorted_and_hold_what_was_promised() -> None:
    assert set(iptsim.__all__) >= PROMISED
    assert sorted(iptsim.__all__) == list(iptsim.__all__)
    assert [name for name in iptsim.__all__ if not hasattr(iptsim, name)] == []


def test_each_public_name_stands_in_the_package_docstring() -> None:
    documented = set(re.findall(r"\w+", iptsim.__doc__ or ""))
    assert set(iptsim.__all__) - documented == set()


def test_dir_lists_the_public_names() -> None:
    assert set(iptsim.__all__) <= set(dir(iptsim))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        iptsim.no_such_name  # noqa: B018  # the access is what is tested


def test_the_version_is_that_of_the_project() -> None:
    assert iptsim.__version__ == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_import_iptsim_imports_nothing_heavy() -> None:
    heavy = {"lark", "networkx", "rich", "click", "hypothesis"}
    assert _imported_by("import iptsim") & heavy == set()


def test_a_dump_is_read_and_walked_without_networkx_rich_and_click() -> None:
    read = "import iptsim; iptsim.parse('*filter\\n:INPUT DROP\\nCOMMIT\\n')"
    assert _imported_by(read) & {"networkx", "rich", "click", "hypothesis"} == set()


def test_strategies_say_what_to_install_where_hypothesis_is_missing() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; import iptsim.strategies"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert "pip install 'iptsim[hypothesis]'" in ended.stderr


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_a_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text()))


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_no_file_is_over_400_lines_and_no_function_over_60(module: Path) -> None:
    text = module.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert len(text.splitlines()) <= 400
    assert [f.name for f in functions if f.end_lineno and f.end_lineno - f.lineno >= 60] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert {path.stem for path in MODULES} & {"utils", "helpers", "common", "base", "manager"} == set()


def test_the_grammars_are_found_and_belong_to_the_wheel() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    assert build["wheel"]["force-include"] == {"grammars": "iptsim/grammars"}
    assert {path.name for path in (ROOT / "grammars").iterdir()} >= {"dump.lark", "rule.lark", "types.lark"}


def test_the_lock_pins_each_requirement() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = {re.split(r"[\[>=]", line)[0] for line in (*project["dependencies"], *extras["hypothesis"], *extras["dev"])} - {"iptsim"}
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)$", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert asked <= {name.replace("_", "-") for name in pinned}


def _imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh Python has after that code."""
    tail = "; import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    ended = subprocess.run([sys.executable, "-S", "-c", _PATH + code + tail], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(ended.stdout.split())


# -S: what a site's .pth files import is not ours; the path is as here
_PATH = f"import sys; sys.path[:] = {sys.path!r}; "
