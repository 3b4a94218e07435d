"""Small pictures of debug samples, so that a list of them loads no originals; derived, in the user's cache folder."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from trackkit_jupyter.errors import TrackkitValueError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["SIDE", "Thumbnails"]

#: Pixels of the longer side: a tile has 120 CSS pixels.
SIDE = 256
#: A file that is no larger, of a picture that is no larger, is its own thumbnail.
_SMALL = 16 << 10
_LARGEST = 64 << 20
_MOST_PIXELS = 64_000_000
#: Pictures with more pixels are decoded one at a time, whoever asks: of them two can fill the memory of a small server.
_MANY_PIXELS = 8_000_000
_BAND = 1 << 20  # pixels that are held in another mode at once
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
#: How many are kept, and after how many new ones it is looked whether there are more.
_KEPT = 20_000
_LOOKED = 500


_LARGE = threading.Lock()


class Thumbnails:
    """The thumbnails of all stores of this user, by the SHA-256 of the picture; they may be deleted at any time.

    Parameters
    ----------
    folder
        Where they are kept; by default in the user's cache folder. Where nothing can be kept, each is made anew.
    """

    def __init__(self, folder: Path | None = None) -> None:
        from trackkit_jupyter.store.catalog.place import caches

        self._folder = folder or next(iter(caches("thumbnails")), None)
        self._made = 0

    def of(self, path: Path, sha256: str) -> tuple[bytes, str]:
        """Return the thumbnail of a picture, and its MIME type.

        Parameters
        ----------
        path, sha256
            The file of the picture, and its hash.

        Raises
        ------
        TrackkitValueError
            The file is damaged, of a kind that is not drawn, or has more than 64 MB or 64 million pixels. What is not
            what its hash says is damaged: it would be kept for every store that holds the real one.
        """
        kept = None if self._folder is None else self._folder / f"{sha256}.webp"
        if kept is not None:
            with contextlib.suppress(OSError):
                return kept.read_bytes(), "image/webp"
        data, mime = _made(path, sha256)
        if kept is not None and mime == "image/webp":
            with contextlib.suppress(OSError):  # a full disk, a folder that is gone
                self._keep(kept, data)
        return data, mime

    def _keep(self, path: Path, data: bytes) -> None:
        temporary = path.with_suffix(f".{os.urandom(8).hex()}")
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        self._made += 1
        if self._made % _LOOKED == 1:
            _prune(path.parent)


def _prune(folder: Path) -> None:
    """Remove the older half where there are too many."""
    found = sorted((entry.stat().st_mtime, entry.path) for entry in os.scandir(folder))
    for _, path in found[: len(found) - _KEPT // 2] if len(found) > _KEPT else ():
        Path(path).unlink(missing_ok=True)


def _made(path: Path, sha256: str) -> tuple[bytes, str]:
    from PIL import Image, ImageOps

    size = path.stat().st_size
    if size > _LARGEST:
        raise _too_large()
    original, written = path.read_bytes(), io.BytesIO()
    if hashlib.sha256(original).hexdigest() != sha256:
        raise _damaged()
    try:
        with Image.open(io.BytesIO(original), formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise _too_large()
            if size <= _SMALL and max(image.size) <= SIDE and image.format in ("PNG", "JPEG", "GIF", "WEBP"):
                image.load()
                return original, Image.MIME[image.format]
            image.draft("RGB", (2 * SIDE, 2 * SIDE))  # of a JPEG only what is needed is decoded
            with _LARGE if image.width * image.height > _MANY_PIXELS else contextlib.nullcontext():
                small = _reduced(image)
            small = ImageOps.exif_transpose(small)
            small.thumbnail((SIDE, SIDE), reducing_gap=2.0)
            small.save(written, "WEBP", quality=80, method=2)
    except TrackkitValueError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except Exception:  # noqa: BLE001 - whatever a decoder raises for bytes of other people
        raise _damaged() from None
    return written.getvalue(), "image/webp"


def _reduced(image: Image) -> Image:
    """Return the picture with eight bits, its longer side not much more than needed; band by band, to hold it once."""
    import PIL.Image
    from PIL import ExifTags

    by = max(image.size) // (4 * SIDE)
    if by < 2:
        return _eight_bits(image)
    rows = by * max(1, _BAND // (image.width * by))
    small = None
    for top in range(0, image.height, rows):
        band = _eight_bits(image.crop((0, top, image.width, min(top + rows, image.height)))).reduce(by)
        if small is None:
            small = PIL.Image.new(band.mode, (-(-image.width // by), -(-image.height // by)))
        small.paste(band, (0, top // by))
    assert small is not None
    small.getexif()[ExifTags.Base.Orientation] = image.getexif().get(ExifTags.Base.Orientation, 1)
    return small


def _eight_bits(image: Image) -> Image:
    """Return what a browser would show of it."""
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.point(lambda value: value / 256).convert("L")
    if image.mode == "P" or "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGBA" if "A" in image.mode else "RGB")


def _damaged() -> TrackkitValueError:
    return TrackkitValueError("This picture is damaged, or of a kind that is not drawn.", "hash")


def _too_large() -> TrackkitValueError:
    return TrackkitValueError(
        f"This picture is too large for a small one: more than {_LARGEST >> 20} MB or {_MOST_PIXELS:,} pixels.", "hash"
    )
