"""Debug samples as they are kept: the bytes of a file, its kind and its size."""

from __future__ import annotations

import io
import mimetypes
import os
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_text

__all__ = ["Sample", "audio", "html", "image", "video"]

_SIDE = 16_384


@dataclass(frozen=True)
class Sample:
    """The bytes of a sample.

    Attributes
    ----------
    kind
        image, audio, video or html.
    width, height
        In pixels, of images.
    """

    data: bytes
    kind: str
    mime: str
    name: str
    width: int | None = None
    height: int | None = None


def image(sample: Any) -> Sample:
    """Return an image: an array, a PIL image, a matplotlib figure, a path, or the bytes of a file, kept as they are.

    Of SVG, which has no pixels, width and height are not known.

    An array has the shape (height, width), or (height, width, channels) with 1, 3 or 4 channels, and is uint8, or float
    from 0 to 1.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Something else; the message says shape, dtype and range.
    """
    from PIL import Image, UnidentifiedImageError

    if sample is None:
        raise TrackkitTypeError(
            "sample must be an array, a PIL image, a matplotlib figure, a path or bytes, not None.", "sample"
        )
    if hasattr(sample, "savefig"):
        drawn = io.BytesIO()
        sample.savefig(drawn, format="png", dpi=150)
        sample = drawn.getvalue()
    if isinstance(sample, bytes | str | os.PathLike):
        data, name = _bytes(sample, "image")
        try:
            with Image.open(io.BytesIO(data)) as opened:
                kind, (width, height) = opened.format or "", opened.size
                opened.verify()
        except UnidentifiedImageError:
            if _is_drawing(data):
                return Sample(data, "image", "image/svg+xml", name or "image.svg")
            raise TrackkitValueError("The image cannot be read: it has no format that is known.", "sample") from None
        except Exception as error:  # noqa: BLE001 - whatever a decoder raises for bytes of other people
            raise TrackkitValueError(f"The image cannot be read: {error}.", "sample") from None
        mime = Image.MIME.get(kind, "application/octet-stream")
        return Sample(data, "image", mime, name or f"image.{kind.lower()}", width, height)
    if not isinstance(sample, Image.Image):
        sample = Image.fromarray(_pixels(sample))
    written = io.BytesIO()
    try:
        sample.save(written, "PNG")
    except (OSError, ValueError) as error:  # a mode that PNG does not know, or no pixels
        raise TrackkitValueError(
            f"The image of the mode {sample.mode} and the size {sample.size} cannot be kept: {error}.", "sample"
        ) from None
    return Sample(written.getvalue(), "image", "image/png", "image.png", *sample.size)


def _is_drawing(data: bytes) -> bool:
    """Return whether this is SVG: browsers show it as a picture, in which no script runs."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!--", b"<!DOCTYPE svg")) and b"<svg" in head)


def _pixels(sample: Any) -> Any:
    import numpy as np

    if hasattr(sample, "detach"):
        sample = sample.detach().cpu()
    try:
        pixels = np.asarray(sample)
    except Exception as error:
        raise TrackkitTypeError(f"sample must be an image, not {type(sample).__name__}.", "sample") from error
    about = f"the array has the shape {pixels.shape} and the dtype {pixels.dtype}"
    if pixels.dtype.kind not in "uifb" or pixels.ndim not in {2, 3} or 0 in pixels.shape:
        raise TrackkitValueError(
            f"An image is (height, width) or (height, width, channels) of numbers; {about}.", "sample"
        )
    if pixels.ndim == 3 and pixels.shape[2] not in {1, 3, 4}:
        raise TrackkitValueError(f"An image has 1, 3 or 4 channels, the last dimension; {about}.", "sample")
    if max(pixels.shape[:2]) > _SIDE:
        raise TrackkitValueError(f"An image has at most {_SIDE:,} pixels a side; {about}.", "sample")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    low, high = float(pixels.min()), float(pixels.max())
    about += f", its values go from {low:g} to {high:g}"
    if pixels.dtype.kind == "f":
        if not (low >= 0 and high <= 1):
            raise TrackkitValueError(f"A float image has values from 0 to 1; {about}.", "sample")
        return np.ascontiguousarray(np.rint(pixels * 255).astype(np.uint8))
    if pixels.dtype.kind == "b":
        return np.ascontiguousarray(pixels.astype(np.uint8) * 255)
    if low < 0 or high > 255:
        raise TrackkitValueError(f"An integer image has values from 0 to 255; {about}.", "sample")
    return np.ascontiguousarray(pixels.astype(np.uint8))


def audio(sample: Any, sample_rate: int | None = None) -> Sample:
    """Return audio: a path, the bytes of a file, or an array of shape (samples,) or (samples, channels) from -1 to 1.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Something else, or an array without a sample rate.
    """
    if sample is None:
        raise TrackkitTypeError("sample must be an array, a path or bytes, not None.", "sample")
    if isinstance(sample, bytes | str | os.PathLike):
        return _known(sample, "audio", _AUDIO, "audio.wav")
    import numpy as np

    if hasattr(sample, "detach"):
        sample = sample.detach().cpu()
    try:
        waves = np.asarray(sample)
    except Exception as error:
        raise TrackkitTypeError(f"sample must be audio, not {type(sample).__name__}.", "sample") from error
    about = f"the array has the shape {waves.shape} and the dtype {waves.dtype}"
    channels = 1 if waves.ndim == 1 else waves.shape[-1] if waves.ndim else 0
    if waves.dtype.kind not in "fi" or waves.ndim not in {1, 2} or waves.size == 0 or channels not in {1, 2}:
        raise TrackkitValueError(f"Audio is (samples,) or (samples, 1 or 2) of float or int16; {about}.", "sample")
    if sample_rate is None:
        raise TrackkitValueError("An array of audio needs its sample_rate, in hertz.", "sample_rate")
    rate = sample_rate.item() if hasattr(sample_rate, "item") else sample_rate
    if isinstance(rate, bool) or not isinstance(rate, int) or not 1 <= rate <= 768_000:
        raise TrackkitValueError(
            f"sample_rate must be from 1 to 768,000 hertz, not {shown(sample_rate)}.", "sample_rate"
        )
    if waves.dtype.kind == "f":
        if not np.abs(waves).max() <= 1:
            raise TrackkitValueError(
                f"Audio of floats has values from -1 to 1; these go from {waves.min():g} to {waves.max():g}.", "sample"
            )
        waves = np.rint(waves * 32767)
    elif waves.dtype != np.int16:
        raise TrackkitValueError(f"Audio is float or int16; {about}.", "sample")
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(waves.astype("<i2").tobytes())
    return Sample(written.getvalue(), "audio", "audio/wav", "audio.wav")


def video(sample: Any) -> Sample:
    """Return a video: a path, or the bytes of a file, kept as they are."""
    return _known(sample, "video", _VIDEO, "video.mp4")


def html(sample: Any) -> Sample:
    """Return a page: HTML text of 10 MB at most, or the path of a file."""
    if isinstance(sample, str) and ("<" in sample or "\n" in sample):
        return Sample(check_text(sample, "sample", what="The page").encode(), "html", "text/html", "sample.html")
    data, name = _bytes(sample, "page")
    return Sample(data, "html", "text/html", name or "sample.html")


# What files begin with, at a place, and what they are then; many players go by the name of the file alone.
_AUDIO = {
    (8, b"WAVE"): "audio/wav",
    (0, b"ID3"): "audio/mpeg",
    (0, b"\xff\xfb"): "audio/mpeg",
    (0, b"\xff\xf3"): "audio/mpeg",
    (0, b"\xff\xf2"): "audio/mpeg",
    (0, b"\xff\xf1"): "audio/aac",
    (0, b"\xff\xf9"): "audio/aac",
    (0, b"fLaC"): "audio/flac",
    (0, b"OggS"): "audio/ogg",
    (0, b"MThd"): "audio/midi",
    (0, b".snd"): "audio/basic",
    (8, b"AIF"): "audio/aiff",
    (4, b"ftyp"): "audio/mp4",
    (0, b"\x1aE\xdf\xa3"): "audio/webm",
}
_VIDEO = {
    (4, b"ftyp"): "video/mp4",
    (4, b"moov"): "video/quicktime",
    (4, b"mdat"): "video/quicktime",
    (0, b"\x1aE\xdf\xa3"): "video/webm",
    (0, b"OggS"): "video/ogg",
    (8, b"AVI "): "video/x-msvideo",
    (0, b"GIF8"): "image/gif",
    (0, b"0&\xb2u"): "video/x-ms-wmv",
    (0, b"\x00\x00\x01\xba"): "video/mpeg",
    (0, b"G@"): "video/mp2t",
}


def _known(sample: Any, what: str, formats: dict[tuple[int, bytes], str], name: str) -> Sample:
    """Return the file of a sample, if its name or its beginning tells that it is one."""
    data, given = _bytes(sample, what)
    mime = next((mime for (at, start), mime in formats.items() if data[at : at + len(start)] == start), None)
    by_name = mimetypes.guess_type(given)[0]
    if by_name is not None and (by_name.startswith(what) or mime is None):
        mime = by_name if by_name.startswith(what) else None
    if mime is None:
        raise TrackkitValueError(f"The {what} cannot be read: it has no format that is known.", "sample")
    return Sample(data, what, mime, given or name)


def _bytes(sample: Any, what: str) -> tuple[bytes, str]:
    if isinstance(sample, bytes):
        if not sample:
            raise TrackkitValueError(f"The {what} is empty.", "sample")
        return sample, ""
    if not isinstance(sample, str | os.PathLike):
        raise TrackkitTypeError(f"sample must be a path or bytes, not {type(sample).__name__}.", "sample")
    path = Path(os.fsdecode(sample)).expanduser()
    try:
        if not path.is_file():
            raise TrackkitValueError(f"There is no file {shown(str(path))}.", "sample")
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TrackkitValueError(f"The file {shown(str(path))} cannot be read: {reason}.", "sample") from None
    if not data:
        raise TrackkitValueError(f"The file {shown(str(path))} is empty.", "sample")
    return data, path.name
