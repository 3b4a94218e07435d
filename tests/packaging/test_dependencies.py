"""Whatever the package imports is declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Used where they are there: what a notebook already has, and what only makes an answer better.
OPTIONAL = set(
    "ipython ipykernel nbclient pandas pillow scikit-learn pydantic typst pypandoc-binary "
    # Their callbacks are imported with them.
    "keras lightgbm lightning pytorch-lightning transformers xgboost xgboost-cpu".split()
)


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    return {normalized(re.split(r"[<>=!~\[; ]", line)[0]) for line in PROJECT["dependencies"]}


def imported() -> set[str]:
    modules: set[str] = set()
    for path in (ROOT / "trackkit_jupyter").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add((node.module or "").partition(".")[0])
    known = packages_distributions()
    foreign = modules - set(sys.stdlib_module_names) - {"trackkit_jupyter"}
    return {normalized(known[module][0] if module in known else module) for module in foreign}


def test_imports_are_declared() -> None:
    found = imported()
    assert "numpy" in found
    assert found - declared() - OPTIONAL == set()
