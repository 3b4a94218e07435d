"""Thumbnails: small, right way up, kept aside, and refused with the reason."""

from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.store import thumbnails
from trackkit_jupyter.store.thumbnails import SIDE, Thumbnails


def keep(folder: Path, data: bytes) -> tuple[Path, str]:
    sha256 = hashlib.sha256(data).hexdigest()
    path = folder / sha256
    path.write_bytes(data)
    return path, sha256


def encoded(image: Image.Image, format: str = "PNG", **more: object) -> bytes:
    written = io.BytesIO()
    image.save(written, format, **more)  # type: ignore[arg-type]
    return written.getvalue()


def noise(*shape: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8))


def header(width: int, height: int) -> bytes:
    """Return a PNG of which there is nothing but the size."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    whole = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + whole + struct.pack(">I", 4) + b"IDAT0000"


@pytest.fixture
def kept(tmp_path):
    (tmp_path / "kept").mkdir()
    return Thumbnails(tmp_path / "kept")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_large_picture_becomes_small_and_is_kept(tmp_path, kept, format):
    original = encoded(noise(600, 900, 3), format)
    path, sha256 = keep(tmp_path, original)
    data, mime = kept.of(path, sha256)
    with Image.open(io.BytesIO(data)) as small:
        assert (mime, small.format, small.size) == ("image/webp", "WEBP", (SIDE, 171))
    assert len(data) < len(original) / 5
    path.unlink()  # from here on it is what was kept
    assert kept.of(path, sha256) == (data, mime)


def test_a_small_picture_is_its_own(tmp_path, kept):
    data = encoded(noise(28, 28))
    assert kept.of(*keep(tmp_path, data)) == (data, "image/png")
    assert not any((tmp_path / "kept").iterdir())


def test_it_shows_what_a_browser_would(tmp_path, kept):
    turned = Image.new("RGB", (600, 300), (255, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    data, _ = kept.of(*keep(tmp_path, encoded(turned, "JPEG", exif=exif)))
    with Image.open(io.BytesIO(data)) as small:
        assert small.size == (SIDE // 2, SIDE)
    deep = Image.fromarray(np.full((600, 600), 128 * 256, np.uint16))
    data, _ = kept.of(*keep(tmp_path, encoded(deep)))
    with Image.open(io.BytesIO(data)) as small:
        assert abs(small.convert("L").getpixel((9, 9)) - 128) < 3
    clear = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    data, _ = kept.of(*keep(tmp_path, encoded(clear, "TIFF")))
    with Image.open(io.BytesIO(data)) as small:
        assert small.convert("RGBA").getpixel((9, 9))[3] == 0


def test_a_very_large_picture_is_reduced_in_bands(tmp_path, kept):
    ramp = np.repeat(np.linspace(0, 255, 3000).astype(np.uint8)[:, None], 2000, axis=1)
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    originals = {
        "PNG": Image.fromarray(ramp),
        "TIFF": Image.fromarray(np.stack([ramp] * 3, -1)),
        "WEBP": Image.fromarray(np.stack([ramp] * 3, -1)),
    }
    for format, original in originals.items():
        data, _ = kept.of(*keep(tmp_path, encoded(original, format, exif=exif)))
        with Image.open(io.BytesIO(data)) as small:
            assert small.size == (171, SIDE)
            grey = np.asarray(small.convert("RGBA").convert("RGB").convert("L"), float)
        assert np.abs(grey[:, 80] - np.linspace(255, 0, SIDE)).max() < 12, format
    deep = Image.fromarray((ramp.astype(np.uint16) * 256)[::-1].copy())
    palette = Image.fromarray(ramp[::-1].copy()).quantize(256)
    for original in (deep, palette):
        data, _ = kept.of(*keep(tmp_path, encoded(original)))
        with Image.open(io.BytesIO(data)) as small:
            grey = np.asarray(small.convert("L"), float)
        assert np.abs(grey[:, 80] - np.linspace(255, 0, SIDE)).max() < 12


def test_very_large_pictures_are_decoded_one_at_a_time(tmp_path):
    path, sha256 = keep(tmp_path, encoded(Image.new("RGB", (6000, 6000)), compress_level=1))
    code = f"""
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from PIL import Image, PngImagePlugin, WebPImagePlugin
from trackkit_jupyter.store.thumbnails import Thumbnails

asked = Thumbnails(Path("/nowhere"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with ThreadPoolExecutor(4) as pool:
    made = list(pool.map(lambda _: asked.of(Path({str(path)!r}), {sha256!r}), range(4)))
assert len(set(made)) == 1
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    grown = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert grown < 250_000, "kilobytes: one such picture takes 144,000"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (encoded(noise(300, 300, 3))[:-5000], "damaged"),
        (b"", "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not drawn"),
        (header(0, 0), "damaged"),
        (header(9_000, 9_000), "too large"),
        (header(50_000, 50_000), "too large"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_reason(tmp_path, kept, data, words):
    with pytest.raises(TrackkitValueError, match=words):
        kept.of(*keep(tmp_path, data))
    assert not any((tmp_path / "kept").iterdir())


def test_what_is_not_what_its_hash_says_is_kept_for_nobody(tmp_path, kept):
    path, sha256 = keep(tmp_path, encoded(noise(600, 900, 3)))
    forged = tmp_path / "forged"
    forged.write_bytes(encoded(noise(500, 500, 3)))
    with pytest.raises(TrackkitValueError, match="damaged"):
        kept.of(forged, sha256)
    with Image.open(io.BytesIO(kept.of(path, sha256)[0])) as small:
        assert small.size == (SIDE, 171)


def test_without_a_place_each_is_made_anew(tmp_path):
    path, sha256 = keep(tmp_path, encoded(noise(400, 400, 3)))
    gone = Thumbnails(tmp_path / "nowhere")
    assert gone.of(path, sha256) == gone.of(path, sha256)


def test_the_older_ones_go_where_there_are_too_many(tmp_path, kept, monkeypatch):
    monkeypatch.setattr(thumbnails, "_KEPT", 4)
    monkeypatch.setattr(thumbnails, "_LOOKED", 2)
    for seed in range(7):
        kept.of(*keep(tmp_path, encoded(Image.new("RGB", (300, 300 + seed)))))
        assert len(list((tmp_path / "kept").iterdir())) <= 5
