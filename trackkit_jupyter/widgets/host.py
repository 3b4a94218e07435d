"""Which door a display needs: ours over HTTP, or the comm.

The kernel cannot see the front end, so it goes by what it does see, in this order:

1. ``TRACKKIT_DOOR=comm`` or ``http`` in the environment is obeyed.
2. In Colab (``google.colab`` is imported) and VS Code (it starts kernels with ``VSCODE_PID``, and names the notebook in
   ``__vsc_ipynb_file__``) it is the comm.
3. The Jupyter server that started this kernel has written its address into the runtime folder, under its process id. It
   is asked once, without credentials: where our server extension is enabled it refuses the stranger (403), where it is
   not, it knows no such address (404), and only then it is the comm.
4. Everything else is HTTP, which costs nothing: a kernel run by nbclient, nbconvert or papermill has nobody to talk to,
   and a widget in its bundle would push the picture aside.

With HTTP the bundle of a display holds our view, a picture and words. With the comm it holds a widget's view as well:
Jupyter's front ends take ours where they know it, and the widget where they do not. A labextension that is disabled
while the server extension is enabled cannot be told from here: ``TRACKKIT_DOOR=comm`` is for that.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Literal

__all__ = ["Door", "door", "forget"]

Door = Literal["comm", "http"]

_TIMEOUT_S = 1.0
_found: Door | None = None


def door() -> Door:
    """Return the door that displays need; the server is asked until it has answered once."""
    global _found
    asked = os.environ.get("TRACKKIT_DOOR")
    if asked in ("comm", "http"):
        return "comm" if asked == "comm" else "http"
    if _found is None:
        _found = _look()
    return _found or "http"


def forget() -> None:
    """Ask the server again when next needed."""
    global _found
    _found = None


def _look() -> Door | None:
    kernel = sys.modules.get("ipykernel.kernelbase")
    if kernel is None or not kernel.Kernel.initialized():
        return None
    if "google.colab" in sys.modules or _is_vscode():
        return "comm"
    url = _server()
    return "http" if url is None else _answer(url)


def _is_vscode() -> bool:
    if "VSCODE_PID" in os.environ and not os.environ.get("JPY_SESSION_NAME"):
        return True
    from IPython import get_ipython

    return "__vsc_ipynb_file__" in getattr(get_ipython(), "user_ns", ())


def _server() -> str | None:
    """Return the address of the server that is this kernel's parent."""
    from jupyter_core.paths import jupyter_runtime_dir

    path = Path(jupyter_runtime_dir()) / f"jpserver-{os.environ.get('JPY_PARENT_PID', os.getppid())}.json"
    try:
        url = json.loads(path.read_text(encoding="utf-8"))["url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(url) if str(url).startswith(("http://", "https://")) else None


def _answer(url: str) -> Door | None:
    """Ask the server; ``None`` when it does not answer in time."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url.rstrip("/") + "/trackkit/api/about", timeout=_TIMEOUT_S):
            return "http"
    except urllib.error.HTTPError as error:
        return "comm" if error.code == 404 else "http"
    except (OSError, ValueError):
        return None
