"""Experiment tracking that lives inside the notebook.

>>> import trackkit_jupyter as track
>>> with track.start("sgd", project="vision/digits", config={"lr": 0.1}) as exp:
...     track.log({"loss/train": 0.31, "loss/val": 0.40}, iteration=3)

Everything is imported when first used: the import itself costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.capture import parsed

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from trackkit_jupyter import reports as report
    from trackkit_jupyter import widgets
    from trackkit_jupyter.errors import (
        ConflictError,
        EmbedError,
        LockedError,
        NotAStoreError,
        NotFoundError,
        QueryError,
        SchemaError,
        StorageFullError,
        TrackkitError,
        TrackkitStateError,
        TrackkitStorageError,
        TrackkitTypeError,
        TrackkitValueError,
    )
    from trackkit_jupyter.tracking import (
        Experiment,
        Model,
        current,
        experiments,
        log,
        open_store,
        register_model,
        start,
    )
    from trackkit_jupyter.views import compare, embed, metric_id, parse_embed, table

_HOMES = {
    "errors": (
        "ConflictError EmbedError LockedError NotAStoreError NotFoundError QueryError SchemaError StorageFullError "
        "TrackkitError TrackkitStateError TrackkitStorageError TrackkitTypeError TrackkitValueError"
    ),
    "tracking": "Experiment Model current experiments log open_store register_model start",
    "views": "compare embed metric_id parse_embed table",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "ConflictError",
    "EmbedError",
    "Experiment",
    "LockedError",
    "Model",
    "NotAStoreError",
    "NotFoundError",
    "QueryError",
    "SchemaError",
    "StorageFullError",
    "TrackkitError",
    "TrackkitStateError",
    "TrackkitStorageError",
    "TrackkitTypeError",
    "TrackkitValueError",
    "compare",
    "current",
    "embed",
    "experiments",
    "log",
    "metric_id",
    "open_store",
    "parse_embed",
    "register_model",
    "report",
    "start",
    "table",
    "widgets",
]


def __getattr__(name: str) -> Any:
    if name == "report":
        value: Any = importlib.import_module("trackkit_jupyter.reports")
    elif name == "widgets":
        value = importlib.import_module("trackkit_jupyter.widgets")
    elif name in _HOME:
        value = getattr(importlib.import_module(f"trackkit_jupyter.{_HOME[name]}"), name)
    elif name == "__version__":
        from importlib.metadata import version

        value = version("trackkit_jupyter")
    else:
        if name.startswith("_"):  # what others ask every module for
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        raise importlib.import_module("trackkit_jupyter.tracking.habits").no_module_attribute(name, __name__)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics: ``%load_ext trackkit_jupyter``."""
    from trackkit_jupyter import magics

    magics.register(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "trackkit-jupyter"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "trackkit_jupyter.server"}]


parsed.remember()
