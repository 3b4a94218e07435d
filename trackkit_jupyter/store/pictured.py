"""The pictures of figures as a browser drew them, kept for the reports and exports that have no browser."""

from __future__ import annotations

import io
import os
from pathlib import Path

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.store.paths import ExperimentPaths

__all__ = ["Pictures"]

_LARGEST = 700_000
_SIDE = 4_096
_PAPER = 240  # of each colour: light, as what they are drawn on


class Pictures:
    """The pictures of the figures of one experiment; derived, and may be deleted."""

    def __init__(self, paths: ExperimentPaths) -> None:
        self._paths = paths

    def names(self) -> frozenset[str]:
        """Return the SHA-256 of each figure that has a picture."""
        try:
            return frozenset(name.partition(".")[0] for name in os.listdir(self._paths.pictures))
        except (FileNotFoundError, NotADirectoryError):
            return frozenset()

    def get(self, sha256: str) -> bytes | None:
        """Return the picture of a figure as PNG, if there is one.

        One without anything on it, as pages left that were not allowed to draw, is none; it goes, for a better one.
        """
        path = self._path(sha256)
        try:
            data = path.read_bytes()
            if _is_bare(data):
                path.unlink()
                return None
        except OSError:
            return None
        return data

    def keep(self, sha256: str, data: bytes) -> bool:
        """Keep a picture of a figure, unless there is one of as many pixels; return whether it was kept.

        It is decoded and written anew, so that nothing but pixels is kept.

        Raises
        ------
        TrackkitValueError
            It is no PNG, is damaged, empty, or larger than 0.7 MB or 4,096 pixels a side.
        """
        from PIL import Image

        path = self._path(sha256)
        size, clean = _checked(data)
        try:
            with Image.open(path) as known:
                if known.width * known.height >= size[0] * size[1]:
                    return False
        except (OSError, SyntaxError, ValueError):
            pass  # there is none, or a damaged one
        self._paths.pictures.mkdir(exist_ok=True)
        temporary = path.with_suffix(f".{os.urandom(8).hex()}")
        try:
            temporary.write_bytes(clean)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def _path(self, sha256: str) -> Path:
        return self._paths.picture(sha256)


def _is_bare(data: bytes) -> bool:
    """Return whether a picture is paper and nothing else; a damaged one is no matter of this."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            drawn = image.convert("RGBA")
            paper = Image.new("RGBA", drawn.size, "white")
            ends = Image.alpha_composite(paper, drawn).convert("RGB").getextrema()
    except Exception:  # noqa: BLE001 - whatever a decoder raises
        return False
    return all(low == high >= _PAPER for low, high in ends)  # type: ignore[misc]


def _checked(data: bytes) -> tuple[tuple[int, int], bytes]:
    from PIL import Image

    if len(data) > _LARGEST:
        raise TrackkitValueError(f"picture must have 0.7 MB at most, not {len(data):,} bytes.", "picture")
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise TrackkitValueError("picture must be a PNG.", "picture")
    written = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if max(image.size) > _SIDE:
                raise TrackkitValueError(
                    f"picture must have {_SIDE:,} pixels a side at most, not {image.size}.", "picture"
                )
            size = image.size
            if _is_bare(data):
                raise TrackkitValueError("picture must show something: this is bare paper.", "picture")
            image.convert("RGBA").save(written, "PNG", optimize=True)
    except TrackkitValueError:
        raise
    except Exception:  # noqa: BLE001 - whatever a decoder raises for bytes of other people
        raise TrackkitValueError("picture is a damaged PNG.", "picture") from None
    return size, written.getvalue()
