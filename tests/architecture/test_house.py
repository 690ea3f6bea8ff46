"""The rules of the house that a machine can check."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("evote", "verifier", "trustee_cli")
MAXIMUM_LINES = 400
# In pieces, so that this file is not a hit itself.
REGISTRIES = (("pypi", r"\.org"), ("python", "hosted"), ("npmjs", r"\."), ("registry", r"\.npm"), ("deb", r"\.debian"))
MACHINES = (("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/[a-z]"))


def python_files(*folders: str) -> Iterator[Path]:
    """Yield the Python files below the named folders of the project, but for what is installed there (.venv)."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if ".venv" not in path.relative_to(ROOT).parts:
                yield path


def test_imports_keep_to_their_floors() -> None:
    """The contracts of import-linter hold: layers, forbidden imports, nothing outside a contract."""
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([str(command), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_package_is_in_a_contract() -> None:
    """A new package directory that no contract names is noticed."""
    settings = (ROOT / "pyproject.toml").read_text()
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks", "demo"}

    assert packages == set(PACKAGES)
    assert all(f'"{package}"' in settings.split("[tool.importlinter]")[1] for package in packages)


def test_files_stay_small() -> None:
    """No source file exceeds the limit: one concept a file."""
    long = {
        str(p.relative_to(ROOT)): n
        for p in python_files(*PACKAGES)
        if (n := len(p.read_text().splitlines())) > MAXIMUM_LINES
    }

    assert long == {}


def test_init_files_are_empty() -> None:
    """Package files re-export nothing, so that imports name what they use."""
    assert [str(p) for p in python_files(*PACKAGES) if p.name == "__init__.py" and p.read_text()] == []


def test_public_functions_have_docstrings() -> None:
    """Every module, public class and public function says what it is."""
    missing = []
    for path in python_files(*PACKAGES):
        if path.name in ("__init__.py", "__main__.py"):
            continue
        tree = ast.parse(path.read_text())
        for name, node in _public_nodes(tree):
            if ast.get_docstring(node) is None:
                missing.append(f"{path.relative_to(ROOT)}: {name}")

    assert missing == []


def test_tests_say_what_they_show() -> None:
    """Every test function has a docstring."""
    missing = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in python_files("tests")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and ast.get_docstring(node) is None
    ]

    assert missing == []


def test_the_verifier_runs_alone(tmp_path: Path) -> None:
    """Copied into an empty folder, without anything else of ours, the verifier starts."""
    shutil.copytree(ROOT / "verifier", tmp_path / "verifier", ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import sys; sys.path.insert(0, '.'); sys.argv = ['evote-verify', '--help']\n"
        "import verifier.main\n"
        f"assert verifier.main.__file__.startswith({str(tmp_path)!r})\n"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('evote', 'trustee_cli')]\n"
        "verifier.main.run()"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stderr
    assert "RECORD" in result.stdout


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("|".join(map("".join, REGISTRIES)), id="package registry"),
        pytest.param("|".join(map("".join, MACHINES)), id="path of a machine"),
    ],
)
def test_the_project_speaks_of_itself_alone(pattern: str) -> None:
    """No tracked file names a package registry or a path of a machine."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    hits = [name for name in listed if re.search(pattern, (ROOT / name).read_text(errors="ignore"))]

    assert hits == []


def _public_nodes(tree: ast.Module) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef]]:
    """Yield the module, its public classes and functions, and the public methods of those classes."""
    yield "module", tree
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner
