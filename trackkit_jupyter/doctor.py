"""``trackkit doctor``: whether everything is in place, and the one command that mends what is not."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from trackkit_jupyter.errors import TrackkitError

__all__ = ["disk", "doctor", "file_system"]

Finding = dict[str, Any]
Level = Literal["ok", "note", "wrong"]

PACKAGE = "trackkit_jupyter"
EXTENSION = "trackkit-jupyter"
MOUNTS = Path("/proc/mounts")
_SECONDS = 20.0
_ROOM = 100_000_000  # bytes: below that a store is about to be full

# As /proc/mounts names them. There, one machine's locks and clock are not the other's.
NETWORK = frozenset(
    """nfs nfs4 cifs smb3 smbfs afs ceph lustre gpfs beegfs glusterfs pvfs2 orangefs
    fuse.sshfs fuse.glusterfs fuse.ceph fuse.s3fs fuse.goofys fuse.gcsfuse fuse.blobfuse fuse.blobfuse2 fuse.rclone
    fuse.juicefs fuse.mount-s3 davfs""".split()
)


def doctor() -> list[Finding]:
    """Look at everything; nothing is changed.

    Returns
    -------
    list of dict
        Each ``{what, level, ok, detail, mend}``: `level` is ``ok``, ``note`` or ``wrong``, `ok` whether it is
        not wrong, and `mend` the command that mends it, or ``None``.
    """
    checks = (
        _versions,
        _server_extension,
        _lab_extension,
        _kernels,
        _servers,
        _registry,
        _copied,
        _default_store,
        _stores,
    )
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += check()
        except Exception as error:  # noqa: BLE001 - whatever is wrong there is what a person wants to read here
            name = check.__name__.strip("_").replace("_", " ")
            findings.append(_finding(name, "wrong", f"cannot be looked up: {error}"))
    return findings


def file_system(path: Path, mounts: Path = MOUNTS) -> tuple[str, str] | None:
    """Return the kind of the file system that holds `path`, and where it is mounted; ``None`` where it is not told."""
    try:
        lines = [line.split() for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return None
    place = path.resolve()
    found: tuple[str, str] | None = None
    for fields in lines:
        if len(fields) < 3:
            continue
        mounted = Path(fields[1].replace("\\040", " ").replace("\\011", "\t"))
        # A later line covers an earlier one at the same place.
        if place.is_relative_to(mounted) and (found is None or len(str(mounted)) >= len(found[1])):
            found = fields[2], str(mounted)
    return found


def _finding(what: str, level: Level, detail: str, mend: str | None = None) -> Finding:
    return {"what": what, "level": level, "ok": level != "wrong", "detail": detail, "mend": mend}


def _versions() -> Iterator[Finding]:
    found, missing = [], []
    for name in (PACKAGE, "jupyterlab", "notebook", "jupyter_server", "ipykernel", "ipython", "plotly", "numpy"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    missing = [name for name in missing if name != "notebook"]  # Notebook 7 is one place to open notebooks, no need
    detail = ", ".join([f"Python {sys.version.split()[0]} at {sys.executable}", *found])
    if missing:
        yield _finding("versions", "wrong", f"{detail}; missing: {', '.join(missing)}", f"{_pip()} {' '.join(missing)}")
    else:
        yield _finding("versions", "ok", detail)


def _server_extension() -> Iterator[Finding]:
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager: Any = ExtensionConfigManager(read_config_path=jupyter_config_path())
    if manager.enabled(PACKAGE):
        yield _finding("server extension", "ok", "enabled")
        return
    detail = "not enabled: views are fed by the kernel, and stand still while none runs"
    for folder in jupyter_config_path():
        file = Path(folder) / "jupyter_server_config.json"
        if PACKAGE in _extensions_in(file):  # stronger than what `enable` writes
            start = f"{_python()} -m jupyter lab --ServerApp.jpserver_extensions=\"{{'{PACKAGE}': True}}\""
            yield _finding(
                "server extension",
                "wrong",
                f"{detail}. {file} says so: take that line out, or start it like this",
                start,
            )
            return
    yield _finding("server extension", "wrong", detail, _enabling(f"server extension enable {PACKAGE}", "--user"))


def _extensions_in(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))["ServerApp"]["jpserver_extensions"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _lab_extension() -> Iterator[Finding]:
    from jupyter_core.paths import jupyter_path
    from jupyterlab.commands import get_app_dir
    from jupyterlab_server.config import get_page_config

    what = "lab extension"
    folders = jupyter_path("labextensions")
    place = next(
        (Path(path) / EXTENSION for path in folders if (Path(path) / EXTENSION / "package.json").is_file()), None
    )
    if place is None:
        detail = "not installed for this Python: outputs show the saved picture"
        yield _finding(what, "wrong", detail, f"{_pip()} --force-reinstall --no-deps {PACKAGE}")
        return
    page: Any = get_page_config(folders, str(Path(get_app_dir()) / "settings"))
    disabled = page.get("disabledExtensions", {})
    if disabled.get(EXTENSION) if isinstance(disabled, dict) else EXTENSION in disabled:
        detail = "disabled: outputs show the saved picture"
        yield _finding(what, "wrong", detail, _enabling(f"labextension enable {EXTENSION}", "--level=user"))
        return
    built, own = json.loads((place / "package.json").read_text(encoding="utf-8")).get("version"), _own_version()
    if built != own:
        detail = f"{built} at {place}, but the package is {own}: an older one lies in the way"
        yield _finding(what, "wrong", detail, f"rm -r {shlex.quote(str(place))}")
        return
    yield _finding(what, "ok", f"{built} at {place}")


def _enabling(command: str, for_user: str) -> str:
    """Return the command that enables an extension where it counts and may be written."""
    from jupyter_core.paths import ENV_CONFIG_PATH, prefer_environment_over_user

    if not prefer_environment_over_user():
        return f"{_python()} -m jupyter {command} {for_user}"
    if any(_unwritable(Path(place)) is None for place in ENV_CONFIG_PATH):
        return f"{_python()} -m jupyter {command}"
    return "export TRACKKIT_DOOR=comm"  # what the environment says, its owner changes; the kernel feeds the views


def _kernels() -> Iterator[Finding]:
    """Look for kernels of other environments: they have a trackkit of their own, or none."""
    from jupyter_client.kernelspec import KernelSpecManager

    specs: dict[str, Any] = KernelSpecManager().get_all_specs()
    for name, entry in sorted(specs.items()):
        spec = entry["spec"]
        argv = spec.get("argv") or [""]
        if spec.get("language") != "python" or not os.path.isabs(argv[0]) or _is_this_python(argv[0]):
            continue
        yield _environment(f"kernel {name}", argv[0])


def _environment(what: str, python: str) -> Finding:
    """Compare another environment's trackkit with ours."""
    script = f"from importlib.metadata import version; print(version({PACKAGE!r}))"
    try:
        asked = subprocess.run([python, "-c", script], capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return _finding(what, "note", f"{python} does not start: {error}")
    own, other = _own_version(), asked.stdout.strip()
    pip = f"{shlex.quote(python)} -m pip install"
    if asked.returncode:
        detail = f"runs {python}, another environment than this one, where {PACKAGE} is not installed"
        return _finding(what, "note", detail, f"{pip} {PACKAGE}=={own}")
    if other != own:
        detail = (
            f"runs {python}, another environment, with {PACKAGE} {other}; here it is {own}. Views may lack what is new"
        )
        return _finding(what, "wrong", detail, f"{pip} {PACKAGE}=={own}")
    return _finding(what, "ok", f"runs {python}, another environment, with the same version")


def _servers() -> Iterator[Finding]:
    """Ask the Jupyter servers that this person runs now what they have of us."""
    from jupyter_server.serverapp import list_running_servers

    own = _own_version()
    for server in list_running_servers():
        what, python = f"server {server['url']}", _python_of(server.get("pid"))
        mine = python is None or _is_this_python(python)
        where = "" if mine else f", in another environment ({python})"
        quoted = _python() if mine else shlex.quote(str(python))
        try:
            about = _ask(server)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                yield _finding(what, "note", f"answers {error.code}: what it has of us is not known{where}")
            elif mine:
                detail = "has been running since before the extension was enabled, or does not have it"
                yield _finding(what, "wrong", detail, _enabling(f"server extension enable {PACKAGE}", "--user"))
            else:
                detail = f"does not have {PACKAGE}{where}: its views are live only while their kernel runs"
                mend = f"{quoted} -m pip install {PACKAGE}=={own}" if _may_install(str(python)) else _widgets_for_user()
                yield _finding(what, "wrong", detail, mend)
        except (OSError, ValueError):
            yield _finding(what, "note", f"does not answer{where}")
        else:
            if about.get("version") == own:
                yield _finding(what, "ok", f"has {PACKAGE} {own}{where}")
            else:
                detail = (
                    f"has {PACKAGE} {about.get('version')}{where}, here it is {own}: restart it, or install the same"
                )
                yield _finding(what, "wrong", detail, f"{quoted} -m pip install {PACKAGE}=={own}")


def _may_install(python: str) -> bool:
    """Return whether this person may install into the environment of a Python."""
    return os.access(Path(python).parent, os.W_OK)


def _widgets_for_user() -> str:
    """Return the command that gives a server of others what it needs to show widgets, in this person's own folder."""
    from jupyter_core.paths import jupyter_data_dir

    ours, theirs = Path(sys.prefix) / "share/jupyter/labextensions", Path(jupyter_data_dir()) / "labextensions"
    parts = " ".join(shlex.quote(str(ours / name)) for name in ("anywidget", "@jupyter-widgets"))
    folder = shlex.quote(str(theirs))
    return f"mkdir -p {folder} && cp -r {parts} {folder}  # then reload the page"


def _ask(server: dict[str, Any]) -> dict[str, Any]:
    # Only at this machine, never through a proxy: the token goes along.
    request = urllib.request.Request(f"{server['url']}trackkit/api/about")  # noqa: S310 - the address of our own server
    request.add_header("Authorization", f"token {server.get('token', '')}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_SECONDS) as answer:
        about: dict[str, Any] = json.load(answer)
    return about


def _registry() -> Iterator[Finding]:
    from trackkit_jupyter.store import registry

    folder = registry.folder()
    problem = _unwritable(folder)
    if problem is None:
        yield _finding("list of stores", "ok", str(folder))
        return
    detail = f"{folder} cannot be written ({problem}): a server finds only stores below its own folder"
    yield _finding("list of stores", "note", detail, 'export XDG_DATA_HOME="$PWD/.data"')


def _default_store() -> Iterator[Finding]:
    from trackkit_jupyter.store import open_store
    from trackkit_jupyter.store.paths import find_folder

    what, path = "default store", find_folder().absolute()
    named = " (TRACKKIT_STORE)" if os.environ.get("TRACKKIT_STORE") else ""
    here = not named and path.parent != Path.cwd() and _unwritable(Path.cwd()) is None
    elsewhere = "trackkit init" if here else "export TRACKKIT_STORE=/a/folder/you/may/write"
    if path.is_dir() and any(path.iterdir()):
        try:
            store = open_store(path)
        except TrackkitError as error:
            yield _finding(what, "wrong", f"{error}{named}", elsewhere)
            return
        try:
            count = sum(1 for _ in store.paths.experiments.iterdir())
        except OSError:
            count = 0
        detail = f"{path}{named}, {count} experiment{'' if count == 1 else 's'}"
    else:
        detail = f"none yet; the first experiment makes it at {path}{named}"
    problem = _unwritable(path)
    if problem is not None:
        yield _finding(what, "wrong", f"{path}{named} cannot be written: {problem}", elsewhere)
        return
    yield _finding(what, "ok", detail)
    yield from disk(path)


def disk(path: Path, mounts: Path = MOUNTS) -> Iterator[Finding]:
    """Say what of the disk that holds a store is not as it should be: full, or shared over a network.

    Parameters
    ----------
    path
        The store's folder.
    mounts
        Where the system says what is mounted.
    """
    import shutil

    free = shutil.disk_usage(_existing(path)).free
    if free < _ROOM:
        detail = f"{free // 1_000_000} MB are left where the store is; what does not fit is counted, not kept"
        yield _finding("disk", "wrong", detail, f"du -sh {shlex.quote(str(path))}/experiments/* | sort -h")
    found = file_system(path, mounts)
    if found is not None and found[0] in NETWORK:
        kind, mounted = found
        detail = (
            f"the store is on a network disk ({kind} at {mounted}). Logging from one machine at a time is safe there; "
            "from several at once, views may learn of changes late"
        )
        yield _finding("disk", "note", detail, "export TRACKKIT_STORE=/a/folder/on/a/local/disk")


def _stores() -> Iterator[Finding]:
    """Look at every store that was ever opened on this machine."""
    from trackkit_jupyter.store import open_store, registry

    folder, known = registry.folder(), registry.stores()
    for id, path in known.items():
        try:
            open_store(path)
        except TrackkitError as error:
            yield _finding(f"store {id[:8]}", "wrong", f"{path}: {error}")
    gone = [entry for entry in sorted(folder.glob("*.json")) if entry.stem not in known] if folder.is_dir() else []
    if not gone:
        yield _finding("known stores", "ok", str(len(known)))
        return
    places = [str(place) for place in map(_place, gone) if place is not None]
    named = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
    detail = f"{len(known)}, and {len(gone)} that are gone: {named}. Views of them show their saved picture"
    # Opened once where it is now, a store that was moved is known again.
    yield _finding("known stores", "note", detail, "trackkit list --store THE-NEW-PLACE")


def _place(entry: Path) -> Path | None:
    try:
        return Path(json.loads(entry.read_text(encoding="utf-8"))["path"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _copied() -> Iterator[Finding]:
    from trackkit_jupyter.store import registry
    from trackkit_jupyter.store.paths import StorePaths, find_folder

    path = find_folder().absolute()
    try:
        id = json.loads(StorePaths(path).marker.read_bytes())["id"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    known = registry.find(id)
    if known is not None and known.resolve() != path.resolve():
        detail = f"{path} is a copy of {known} and still has its id: views may show the other one"
        yield _finding("copied store", "wrong", detail, f"trackkit init {shlex.quote(str(path))}")


def _unwritable(path: Path) -> str | None:
    """Return why nothing can be written at `path`, or where it will be made; ``None`` when it can."""
    try:
        with tempfile.TemporaryFile(dir=_existing(path)):
            return None
    except OSError as error:
        return error.strerror or str(error)


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.is_dir())


def _own_version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "0"


def _is_this_python(python: str) -> bool:
    # By the folder, not the file: a virtual environment's python is a link to one that others link to as well.
    return Path(python).parent.resolve() == Path(sys.executable).parent.resolve()


def _python_of(pid: Any) -> str | None:
    import psutil

    try:
        first = str(psutil.Process(int(pid)).cmdline()[0])
    except (psutil.Error, TypeError, ValueError, IndexError):
        return None
    return first if os.path.isabs(first) else None


def _python() -> str:
    return shlex.quote(sys.executable)


def _pip() -> str:
    return f"{_python()} -m pip install"
