"""Draw debug samples as a sheet of thumbnails with captions."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, UnidentifiedImageError

from trackkit_jupyter.palette import Theme
from trackkit_jupyter.pictures.paper import NOTE, Paper, sheet

__all__ = ["samples_picture"]

_MOST_PIXELS = 64_000_000  # a picture that claims more is not opened


def samples_picture(
    images: Sequence[tuple[str, bytes]],
    *,
    title: str = "",
    theme: Theme = "light",
    width: int = 640,
    columns: int = 6,
    scale: float = 2,
    colors: int = 256,
) -> bytes:
    """Draw images side by side, each as large as its cell allows, with its caption below.

    Parameters
    ----------
    images
        Caption and the bytes of an image file (PNG, JPEG, ... whatever Pillow reads). One that cannot be read is an
        empty frame that says so.
    title
        One line above them.
    theme
        ``"light"`` or ``"dark"``.
    width
        Width in CSS pixels; the height follows from the number of images.
    columns
        The most images in a row.
    scale
        Pixels of the PNG per CSS pixel.
    colors
        The most colours of the PNG, 2 to 256.

    Returns
    -------
    bytes
        PNG. Small images are enlarged by whole numbers, with their pixels sharp.

    Raises
    ------
    TrackkitValueError
        If the theme is unknown.
    """
    columns = max(1, min(columns, len(images)))
    cell = min(160.0, (width - 8 + 12) / columns - 12)
    rows = -(-len(images) // columns)
    top = 34.0 if title else 6.0
    height = round(top + rows * (cell + 30) if images else top + 60)
    with sheet(width, height, theme, scale) as paper:
        paper.text(4, 16, paper.fit(title, width - 8, 14, bold=True), size=14, bold=True)
        if not images:
            paper.text(width / 2, top + 24, "No debug samples yet", color=paper.ink.faint, align="center")
        for index, (caption, data) in enumerate(images):
            x, y = 4 + index % columns * (cell + 12), top + index // columns * (cell + 30)
            _place(paper, x, y, cell, data)
            paper.text(x, y + cell + 11, paper.fit(caption, cell, NOTE), size=NOTE, color=paper.ink.secondary)
        return paper.output("png", colors=colors)


def _place(paper: Paper, x: float, y: float, cell: float, data: bytes) -> None:
    side = round(cell * paper.scale)
    image = _thumbnail(data, side)
    if image is None:
        paper.card((x, y, x + cell, y + cell))
        paper.text(x + cell / 2, y + cell / 2, "cannot be read", size=NOTE, color=paper.ink.faint, align="center")
        return
    left = round(x * paper.scale) + (side - image.width) // 2
    top = round(y * paper.scale) + (side - image.height) // 2
    paper.paste(image, left, top)


def _thumbnail(data: bytes, side: int) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(data)) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return None
            image = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    grow = side // max(image.size)
    if grow >= 1:
        return image.resize((image.width * grow, image.height * grow), Image.Resampling.NEAREST)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return image
