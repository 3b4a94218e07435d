"""Sets pages; run as a program of its own, so that whatever a picture makes typst do ends with it.

``check FOLDER NAME...`` says of each vector picture on a line of its own whether it can be drawn; ``set FOLDER FONTS``
makes ``report.pdf`` of ``report.typ``. Neither sees a file of another folder.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

__all__ = ["main"]

_MEMORY = 3 << 30  # bytes; an ordinary report takes a tenth


def main(job: str, folder: str, *rest: str) -> int:
    """Do the job, and return the exit status."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # not everywhere
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    import typst as program

    typst: Any = program  # its annotations know no bytes beside a folder
    if job == "check":
        for name in rest:
            probe = f'#set page(width: auto, height: auto)\n#image("{name}")'
            try:
                typst.compile(probe.encode(), root=folder, format="svg")
            except Exception:  # noqa: BLE001 - typst's own kind, and what its threads raise
                print("bad", name, flush=True)  # noqa: T201 - to whoever started this
            else:
                print("ok", name, flush=True)  # noqa: T201
        return 0
    (fonts,) = rest
    nowhere = f"{folder}/none"
    typst.compile(
        f"{folder}/report.typ",
        f"{folder}/report.pdf",
        root=folder,
        font_paths=[fonts],
        package_path=nowhere,
        package_cache_path=nowhere,
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except Exception as error:  # noqa: BLE001 - whoever started this says it
        sys.exit(f"{type(error).__name__}: {error}")
