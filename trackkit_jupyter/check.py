"""Checks that a person can ask for: is the store whole, and is everything in place."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitError

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["doctor", "verify"]


def verify(store: Store[Any], only: str | None = None) -> list[dict[str, str]]:
    """Read everything of a store and return what is damaged, each ``{experiment, problem}``.

    Parameters
    ----------
    store
        The store; it is only read.
    only
        Id, or the beginning of it, of the experiments to look at.
    """
    problems = []
    for id in _ids(store):
        if only is None or id.startswith(only):
            problems += [{"experiment": id, "problem": problem} for problem in _problems(store, id)]
    return problems


def _ids(store: Store[Any]) -> list[str]:
    # Not store.experiments(): that leaves out those whose record cannot be read, which are the ones to find here.
    try:
        return sorted(place.name for place in store.paths.experiments.iterdir() if len(place.name) == 32)
    except FileNotFoundError:
        return []


def _problems(store: Store[Any], id: str) -> list[str]:
    try:
        exp = store.experiment(id)
        exp.to_dict()
        for metric, variant in exp.names():
            exp.series(metric, variant)
        exp.console(0, 1)
        found = []
        if exp.damaged:
            found.append(f"{exp.damaged} damaged records")
        blobs = {row["hash"] for row in [*exp.plots(), *exp.samples()]}
        blobs |= {row["hash"] for row in exp.artifacts if row.get("hash")}
    except (TrackkitError, KeyError, ValueError) as error:
        return [f"cannot be read: {error}"]
    for sha256 in sorted(blobs):
        try:
            with exp.blob(sha256).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    found.append(f"the file {sha256} is damaged")
        except (TrackkitError, OSError):
            found.append(f"the file {sha256} is missing")
    return found


def doctor() -> list[dict[str, Any]]:
    """Return what was looked at, each ``{what, ok, detail}``."""
    findings = [_package(), _server_extension(), _lab_extension()]
    return [*findings, *_stores()]


def _package() -> dict[str, Any]:
    from importlib.metadata import PackageNotFoundError, version

    names = ("trackkit_jupyter", "jupyterlab", "jupyter_server", "ipykernel", "plotly", "numpy")
    versions, missing = [], []
    for name in names:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    detail = ", ".join([python, *versions]) + (f"; missing: {', '.join(missing)}" if missing else "")
    return {"what": "versions", "ok": not missing, "detail": detail}


def _server_extension() -> dict[str, Any]:
    try:
        from jupyter_core.paths import jupyter_config_path
        from jupyter_server.extension.config import ExtensionConfigManager

        manager: Any = ExtensionConfigManager(read_config_path=jupyter_config_path())
        enabled = bool(manager.get_jpserver_extensions().get("trackkit_jupyter"))
    except Exception as error:  # noqa: BLE001 - whatever is wrong there is what a person wants to read here
        return {"what": "server extension", "ok": False, "detail": f"cannot be looked up: {error}"}
    hint = "enabled" if enabled else "not enabled; run: jupyter server extension enable trackkit_jupyter"
    return {"what": "server extension", "ok": enabled, "detail": hint}


def _lab_extension() -> dict[str, Any]:
    from pathlib import Path

    from jupyter_core.paths import jupyter_path

    places = [Path(path) / "trackkit-jupyter" for path in jupyter_path("labextensions")]
    found = next((place for place in places if (place / "package.json").is_file()), None)
    detail = str(found) if found else "not installed; run: pip install --force-reinstall trackkit_jupyter"
    return {"what": "lab extension", "ok": found is not None, "detail": detail}


def _stores() -> list[dict[str, Any]]:
    from trackkit_jupyter.store import open_store, registry

    findings = []
    try:
        store = open_store()
        detail = f"{store.path}, {len(_ids(store))} experiments"
        findings.append({"what": "default store", "ok": True, "detail": detail})
    except TrackkitError as error:
        findings.append({"what": "default store", "ok": True, "detail": f"none yet ({error})"})
    for id, path in registry.stores().items():
        try:
            open_store(path)
        except TrackkitError as error:
            findings.append({"what": f"store {id[:8]}", "ok": False, "detail": str(error)})
        else:
            findings.append({"what": f"store {id[:8]}", "ok": True, "detail": str(path)})
    return findings
