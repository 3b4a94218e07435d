"""The lines of the design that nobody crosses, read from the sources of both languages.

Every rule is a function from a source to what is wrong in it, so that each can be shown a bad snippet and be seen to
object.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "trackkit_jupyter"
UI = ROOT / "labextension" / "src"

# Which parts of the package a part may import. Above: nothing but the hooks of `__init__`.
MAY_IMPORT = {
    "errors": "",
    "palette": "",
    "records": "errors",
    "series": "errors",
    "query": "errors records",
    "charts": "errors palette series",
    "pictures": "errors palette series charts",
    "store": "errors records series query",
    "capture": "errors records store",
    "tracking": "errors records palette store query capture",
    "integrations": "errors records capture tracking",
    "operations": "errors records store query palette series charts",
    "views": "errors records store query palette series charts pictures operations",
    "magics": "errors records store query capture tracking views reports",
    "widgets": "errors records store query palette series charts pictures operations views",
    "reports": "errors records store query palette series charts pictures operations tracking views",
    "server": "errors records store query palette series charts pictures operations views reports",
    "demo": "errors records store capture tracking operations views reports",
    "check": "errors records store",
    "doctor": "errors records store",
    "cli": "errors records store query capture tracking operations views reports demo check doctor",
    "__init__": "errors records capture tracking views reports magics widgets store",
}
# A displayed object shows itself, by a widget where the host needs one, and an opened store gives its reports: imports
# upward, made when that is asked for.
LATE = {"tracking": {"views", "reports"}, "views": {"widgets"}}

SLOW_IMPORTS = (
    "numpy sqlalchemy scipy tornado jupyter_server anywidget ipywidgets IPython nbformat nbconvert plotly matplotlib "
    "pandas pyarrow"
).split()

SMALL_TRAITS = {"Unicode", "Bool", "Int", "Float", "Enum", "CaselessStrEnum", "List", "Dict", "Tuple"}
FILE_NAMES = re.compile(
    r"^(store|workspace|experiment|model|report)\.json$|^changes\.log$|^\.trackkit$|^scalars\.parquet$"
    r"|^(scalars|events|console)-$"
)
COLOUR = re.compile(
    r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\((?!\$?\{)"
)
COLOUR_NAMES = re.compile(
    r"(?:color|background|fill|stroke|border|outline|shadow)[\w-]*\s*:[^;{}]*"
    r"(?<![\w-])(?:black|white|gr[ae]y|red|green|blue|yellow|orange|purple|pink|brown|silver|gold|navy|teal)(?![\w-])"
)
ADDRESS = re.compile(r"https?://(?!www\.w3\.org/)[^\s\"']*")
CDN = re.compile(r"unpkg\.com|jsdelivr|cdnjs|esm\.sh|skypack|cdn\.|googleapis\.com")
HOST_CALLS = re.compile(
    r"(?<![\w.])(?:window\.|globalThis\.|self\.)?fetch\(|document\.cookie|(?:window|document|globalThis)\.location"
    r"|XMLHttpRequest|new (?:WebSocket|EventSource)"
)
RAW_HTML = re.compile(
    r"\.(?:inner|outer)HTML\b|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write\b|new Function\b"
    r"|(?<![\w.])eval\(|createContextualFragment"
)


# -- Python


def owner(path: Path) -> str:
    """Return the part of the package that a file belongs to."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield every imported module, and whether it is imported late; imports for type checkers only are none."""

    def walk(node: ast.AST, late: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((name.name, late) for name in child.names)
            elif isinstance(child, ast.ImportFrom) and not child.level:
                yield child.module or "", late
                yield from ((f"{child.module}.{name.name}", late) for name in child.names)
            elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                yield from walk(ast.Module(child.orelse, []), late)
            else:
                yield from walk(child, late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))

    return walk(tree, False)


def strings(tree: ast.AST) -> Iterator[str]:
    """Yield the string constants of a module, its docstrings apart."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def wrong_layers(path: Path, tree: ast.AST) -> Iterator[str]:
    part = owner(path)
    for module, late in imports(tree):
        top, _, rest = module.partition(".")
        target = rest.partition(".")[0]
        if top != "trackkit_jupyter" or target == part or target not in MAY_IMPORT:
            continue
        if target not in MAY_IMPORT.get(part, "").split() and not (late and target in LATE.get(part, ())):
            yield f"{part} imports {target}"


def escaping_imports(path: Path, tree: ast.AST) -> Iterator[str]:
    """A relative import stays within its folder: across parts it would pass the other rules unseen."""
    within = len(path.relative_to(PACKAGE).parts) - 1
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level > max(within, 0):
            yield f"relative import of {node.module or '.'} across parts"


def foreign_imports(path: Path, tree: ast.AST) -> Iterator[str]:
    for module, _ in imports(tree):
        top = module.partition(".")[0]
        if top == "tinydb" and path != PACKAGE / "store" / "documents.py":
            yield "tinydb outside store/documents.py"
        if top == "tornado" and owner(path) != "server":
            yield "tornado outside server/"


def misplaced_file_names(path: Path, tree: ast.AST) -> Iterator[str]:
    if path == PACKAGE / "store" / "paths.py":
        return
    yield from (f"file name {text!r} outside store/paths.py" for text in strings(tree) if FILE_NAMES.search(text))


def dangerous_calls(path: Path, tree: ast.AST) -> Iterator[str]:
    banned = {"eval", "exec", "yaml.load", "os.system", "os.popen"}
    for module, _ in imports(tree):
        if module.partition(".")[0] in {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}:
            yield f"{module} is imported"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in banned or name.endswith((".extractall", ".unpack_archive")):
                yield f"{name}() is called"
            if any(word.arg == "allow_pickle" and ast.unparse(word.value) != "False" for word in node.keywords):
                yield "allow_pickle"
            if any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords):
                yield "shell=True"


def python_colours(path: Path, tree: ast.AST) -> Iterator[str]:
    if path == PACKAGE / "palette.py":
        return
    yield from (f"colour {text!r} outside palette.py" for text in strings(tree) if COLOUR.search(text))


def python_cdn(path: Path, tree: ast.AST) -> Iterator[str]:
    yield from (f"address {text!r}" for text in strings(tree) if CDN.search(text))


def heavy_traits(path: Path, tree: ast.AST) -> Iterator[str]:
    """Data and code never go into a synced trait: bytes, arrays, anything of unknown size, long texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "tag":
            synced = any(word.arg == "sync" and ast.unparse(word.value) == "True" for word in node.keywords)
            made = node.func.value.func if isinstance(node.func.value, ast.Call) else None
            kind = ast.unparse(made).rpartition(".")[2] if made else ""
            if synced and kind not in {
                "Unicode",
                "Bool",
                "Int",
                "Float",
                "Enum",
                "List",
                "Dict",
                "Tuple",
                "CaselessStrEnum",
            }:
                yield f"synced trait of kind {kind or 'unknown'}"
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"_esm", "_css"}:
            if not isinstance(node.value, ast.Constant) or len(str(node.value.value)) > 4096:
                yield "_esm and _css are short texts: the bundle is sent once per page, not in every widget"


def undocumented(path: Path, tree: ast.AST) -> Iterator[str]:
    assert isinstance(tree, ast.Module)
    if not ast.get_docstring(tree):
        yield "no docstring says the one job of this module"


def vague_names(path: Path, tree: ast.AST | None = None) -> Iterator[str]:
    for name in path.parts:
        if re.fullmatch(r"(utils?|helpers?|common|misc)(\.\w+)?", name):
            yield f"{name} says nothing"


PYTHON_RULES = [
    wrong_layers,
    escaping_imports,
    foreign_imports,
    misplaced_file_names,
    dangerous_calls,
    python_colours,
    python_cdn,
    heavy_traits,
    undocumented,
    vague_names,
]


# -- TypeScript and CSS


def code(source: str) -> str:
    """Return TypeScript without its comments; strings stay, so that `//` inside one is no comment."""
    token = re.compile(
        r"(?P<comment>//[^\n]*|/\*.*?\*/)"
        r"|(?P<text>'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`)"
        r"|(?P<regex>(?<=[(,=:\[!&|?{;])\s*/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)",
        re.DOTALL,
    )
    return token.sub(lambda found: " " if found["comment"] else found[0], source)


def typescript_imports(source: str) -> list[str]:
    found = re.findall(r"""(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*['"]([^'"]+)['"]""", code(source))
    return [str(name) for name in found]


def door(path: Path) -> str:
    return path.relative_to(UI).parts[0]


def host_in_ui(path: Path, source: str) -> Iterator[str]:
    if door(path) != "ui":
        return
    for name in typescript_imports(source):
        if re.match(r"@(jupyterlab|lumino|anywidget|jupyter|jupyter-widgets)/|node:", name):
            yield f"ui imports {name}"
    yield from (f"ui calls {found}" for found in HOST_CALLS.findall(code(source)))


def crossing_doors(path: Path, source: str) -> Iterator[str]:
    for name in typescript_imports(source):
        if not name.startswith("."):
            continue
        target = (path.parent / name).resolve().relative_to(UI.resolve()).parts
        if target and target[0] != door(path) and (door(path) == "ui" or target[0] != "ui"):
            yield f"{door(path)} imports {'/'.join(target)}"


def react(path: Path, source: str) -> Iterator[str]:
    for name in typescript_imports(source):
        if re.match(r"(react|react-dom|preact/compat)(/|$)", name):
            yield f"imports {name}"


def raw_html(path: Path, source: str) -> Iterator[str]:
    text = code(source)
    if path.name == "generated.ts":  # which finds out whether the page lets anybody do that
        text = text.replace("new Function('return true')", "")
    yield from (f"{found}: text goes in as text" for found in RAW_HTML.findall(text))


def addresses(path: Path, source: str) -> Iterator[str]:
    text = source if path.suffix == ".css" else code(source)
    yield from (f"address {found}" for found in ADDRESS.findall(text) + CDN.findall(text))


def colours(path: Path, source: str) -> Iterator[str]:
    if path.name == "tokens.css":
        return
    if path.suffix == ".css":
        source = re.sub(r"/\*.*?\*/", " ", source, flags=re.DOTALL)
        source = re.sub(r"#[\w-]+(?=[^;{}]*\{)", " ", source)  # an id in a selector
        yield from (f"colour {found}" for found in COLOUR_NAMES.findall(source))
        yield from (f"colour {found}" for found in COLOUR.findall(source))
        return
    for text in re.findall(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`", code(source)):
        yield from (f"colour {found}" for found in COLOUR.findall(text))


UI_RULES = [host_in_ui, crossing_doors, react, raw_html, addresses, colours]


# -- the tests


PYTHON_FILES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in {"static", "labextension"}
)
UI_FILES = sorted(
    path
    for path in UI.rglob("*")
    if path.suffix in {".ts", ".tsx", ".css"} and not re.search(r"\.test\.tsx?$", path.name)
)


def test_the_sources_are_found() -> None:
    assert PACKAGE / "store" / "documents.py" in PYTHON_FILES
    assert UI / "lab" / "index.ts" in UI_FILES


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.__name__)
def test_python(rule) -> None:
    wrong = []
    for path in PYTHON_FILES:
        found = rule(path, ast.parse(path.read_text(encoding="utf-8")))
        wrong += [f"{path.relative_to(ROOT)}: {text}" for text in found]
    assert not wrong


@pytest.mark.parametrize("rule", UI_RULES, ids=lambda rule: rule.__name__)
def test_front_end(rule) -> None:
    wrong = []
    for path in UI_FILES:
        wrong += [f"{path.relative_to(ROOT)}: {text}" for text in rule(path, path.read_text(encoding="utf-8"))]
    assert not wrong


def test_names_say_something() -> None:
    assert not [text for path in UI_FILES for text in vague_names(path.relative_to(ROOT))]


def test_every_part_has_its_place() -> None:
    """A new module is entered into the table above, or it would escape the rules."""
    assert {owner(path) for path in PYTHON_FILES} <= set(MAY_IMPORT)


def test_import_loads_nothing_slow() -> None:
    script = "import json, sys, trackkit_jupyter; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = json.loads(done.stdout)
    assert "trackkit_jupyter" in loaded
    assert not set(SLOW_IMPORTS) & set(loaded)


# -- every rule objects to what it is there for, and to nothing else

BAD_PYTHON = [
    (wrong_layers, "store/journal.py", "from trackkit_jupyter.operations import READS"),
    (wrong_layers, "store/journal.py", "def f():\n    from trackkit_jupyter import operations"),
    (wrong_layers, "server/api.py", "import trackkit_jupyter.widgets"),
    (wrong_layers, "widgets/base.py", "from trackkit_jupyter.server.app import App"),
    (wrong_layers, "reports/author.py", "from trackkit_jupyter import server"),
    (wrong_layers, "tracking/experiment.py", "from trackkit_jupyter import views"),
    (
        wrong_layers,
        "tracking/experiment.py",
        "if TYPE_CHECKING: pass\nelse: import trackkit_jupyter.views",
    ),
    (escaping_imports, "store/journal.py", "from ..operations import READS"),
    (escaping_imports, "charts.py", "from .server import app"),
    (foreign_imports, "store/catalog.py", "from tinydb import TinyDB"),
    (foreign_imports, "operations/reads.py", "def f():\n    import tornado.web"),
    (misplaced_file_names, "operations/reads.py", "path / 'store.json'"),
    (misplaced_file_names, "store/journal.py", "f'scalars-{writer}-{n}.bin'"),
    (dangerous_calls, "records.py", "import pickle"),
    (dangerous_calls, "records.py", "eval('1')"),
    (dangerous_calls, "records.py", "yaml.load(text)"),
    (dangerous_calls, "records.py", "subprocess.run('ls', shell=True)"),
    (dangerous_calls, "records.py", "archive.extractall(folder)"),
    (dangerous_calls, "records.py", "numpy.load(path, allow_pickle=True)"),
    (python_colours, "pictures.py", "INK = '#1f2328'"),
    (python_colours, "pictures.py", "style = f'color: rgb(0, 0, {b})'"),
    (python_cdn, "views/bundle.py", "url = 'https://cdn.jsdelivr.net/npm/x'"),
    (heavy_traits, "widgets/view.py", "class A:\n    data = Bytes().tag(sync=True)"),
    (heavy_traits, "widgets/view.py", "class A:\n    data = traitlets.Any().tag(sync=True)"),
    (heavy_traits, "widgets/view.py", "class A:\n    _esm = Path('static/ui.js')"),
    (undocumented, "records.py", "x = 1"),
    (vague_names, "store/utils.py", "x = 1"),
]
GOOD_PYTHON = [
    ("store/journal.py", '"""Doc: see store.json."""\nfrom trackkit_jupyter.errors import TrackkitError'),
    ("tracking/experiment.py", '"""Doc."""\ndef show():\n    from trackkit_jupyter import views'),
    ("store/journal.py", '"""Doc."""\nif TYPE_CHECKING:\n    from trackkit_jupyter.operations import READS'),
    ("widgets/view.py", '"""Doc."""\nclass A:\n    tab = Unicode().tag(sync=True)\n    _esm = "export default {}"'),
    ("store/journal.py", '"""Doc."""\nfrom .paths import StorePaths'),
    ("records.py", '"""Doc."""\nsubprocess.run(["ls"], shell=False)\nname = "#tag"'),
]
BAD_UI = [
    (host_in_ui, "ui/source.ts", "import { URLExt } from '@jupyterlab/coreutils';"),
    (host_in_ui, "ui/source.ts", "const { Widget } = await import('@lumino/widgets');"),
    (host_in_ui, "ui/source.ts", "const answer = await fetch(url);"),
    (host_in_ui, "ui/source.ts", "return window.fetch(url)"),
    (host_in_ui, "ui/source.ts", "const token = document.cookie;"),
    (host_in_ui, "ui/source.ts", "open(window.location.href)"),
    (crossing_doors, "lab/index.ts", "import { pageRequest } from '../embed/request';"),
    (crossing_doors, "ui/mount.ts", "import { labServer } from '../lab/server';"),
    (crossing_doors, "ui/views/a.tsx", "import { labServer } from '../../lab/server';"),
    (react, "ui/mount.ts", "import React from 'react';"),
    (raw_html, "ui/mount.ts", "el.innerHTML = text;"),
    (raw_html, "ui/mount.ts", "<div dangerouslySetInnerHTML={{ __html: text }} />"),
    (addresses, "ui/mount.ts", "const url = 'https://example.org/x.js'; // a comment"),
    (addresses, "ui/styles/a.css", "@import 'https://example.org/a.css';"),
    (colours, "ui/charts/line.ts", "const ink = '#4269d0';"),
    (colours, "ui/charts/line.ts", "const ink = `rgba(0, 0, 0, ${alpha})`;"),
    (colours, "ui/styles/a.css", ".tk-card { color: #fff; }"),
    (colours, "ui/styles/a.css", ".tk-card { border: 1px solid grey; }"),
]
GOOD_UI = [
    ("ui/mount.ts", "// fetch(url) at https://example.org\nimport './styles/a.css';\nprefetch(url); source.fetch(x);"),
    ("ui/mount.ts", "const ns = 'http://www.w3.org/2000/svg';\nconst quote = /['\"]/;\nthis.#abc = '#';"),
    ("lab/index.ts", "import { mount } from '../ui';\nimport { a } from './server';\nfetch(url);"),
    ("ui/styles/a.css", "/* #fff */ #abc { color: var(--tk-ink); white-space: nowrap; border-color: transparent; }"),
    ("ui/parts/ansi.tsx", "style.color = `rgb(${of_the_text})`;"),
    ("ui/styles/tokens.css", ":root { --tk-ink: #1f2328; }"),
]


@pytest.mark.parametrize(("rule", "path", "source"), BAD_PYTHON)
def test_rule_objects_to_python(rule, path: str, source: str) -> None:
    assert list(rule(PACKAGE / path, ast.parse(source)))


@pytest.mark.parametrize(("path", "source"), GOOD_PYTHON)
def test_no_rule_objects_to_good_python(path: str, source: str) -> None:
    assert not [text for rule in PYTHON_RULES for text in rule(PACKAGE / path, ast.parse(source))]


@pytest.mark.parametrize(("rule", "path", "source"), BAD_UI)
def test_rule_objects_to_front_end(rule, path: str, source: str) -> None:
    assert list(rule(UI / path, source))


@pytest.mark.parametrize(("path", "source"), GOOD_UI)
def test_no_rule_objects_to_good_front_end(path: str, source: str) -> None:
    assert not [text for rule in UI_RULES for text in rule(UI / path, source)]
