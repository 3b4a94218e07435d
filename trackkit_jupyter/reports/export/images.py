"""The files of a page's pictures: of other people's, only the pixels get there."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes

__all__ = ["POINTS", "WIDEST", "Images", "decoded"]

POINTS = 0.75  # of a CSS pixel
WIDEST = 470.0  # points of a page's text
_SIDE = 2400  # pixels of a picture that a page can show
_MOST_PIXELS = 50_000_000


class Images:
    """Writes pictures into a folder, which is all that the page can reach.

    Attributes
    ----------
    foreign
        Names of the vector pictures that somebody else drew, which may be anything.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self.foreign: list[str] = []

    def keep(self, raw: bytes, head: str) -> tuple[str, float, float] | None:
        """Write a picture of other people as a file; return its name, its width and its height in points.

        Returns
        -------
        ``None`` for what cannot be read, or is too large; a height of 0 where a vector picture does not say its own.
        """
        if "svg" in head.lower():
            path = self.write(raw, "svg")
            self.foreign.append(path)
            size = re.search(rb'<svg[^>]*?\bwidth="([\d.]+)(pt|px)?"[^>]*?\bheight="([\d.]+)', raw)
            factor = 1 if size and size[2] == b"pt" else POINTS
            return (path, float(size[1]) * factor, float(size[3]) * factor) if size else (path, WIDEST, 0.0)
        return self._keep_pixels(raw)

    def _keep_pixels(self, raw: bytes) -> tuple[str, float, float] | None:
        """Write a picture anew: whatever a file may hold besides, only its pixels get into the page."""
        from PIL import Image, ImageOps

        try:
            with Image.open(io.BytesIO(raw), formats=["PNG", "JPEG", "GIF", "WEBP", "BMP"]) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    return None
                is_photo = opened.format == "JPEG"
                dots = opened.info.get("dpi", (96, 96))[0]
                image = ImageOps.exif_transpose(opened).convert("RGB" if is_photo else "RGBA")
        except Exception:  # noqa: BLE001 - whatever a decoder raises for bytes of other people
            return None
        width, height = (side * (72 / dots if 30 < dots < 1200 else POINTS) for side in image.size)
        if max(image.size) > _SIDE:
            image.thumbnail((_SIDE, _SIDE))
        stream = io.BytesIO()
        image.save(stream, "JPEG" if is_photo else "PNG", **({"quality": 88} if is_photo else {"compress_level": 6}))
        return self.write(stream.getvalue(), "jpg" if is_photo else "png"), width, height

    def write(self, data: bytes, suffix: str) -> str:
        """Write a file, and return its name."""
        self._count += 1
        name = f"{self._count}.{suffix}"
        (self._folder / name).write_bytes(data)
        return name


def decoded(head: str, data: str) -> bytes | None:
    """Return the bytes of a picture's ``data:`` address, split at its comma; ``None`` for anything else."""
    if not head.lower().startswith("data:image/"):
        return None
    try:
        return base64.b64decode(data) if head.lower().endswith(";base64") else unquote_to_bytes(data)
    except ValueError:
        return None
