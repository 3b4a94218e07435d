"""Samples side by side."""

from __future__ import annotations

import io

from PIL import Image

from trackkit_jupyter.pictures import samples_picture

from .drawn import opened


def png(size=(8, 8), color="red") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, "PNG")
    return stream.getvalue()


def test_samples_show_their_images():
    image = opened(samples_picture([("a digit", png()), ("wide", png((500, 20), "blue")), ("broken", b"no image")]))
    known = {color for _, color in image.getcolors(1 << 20)}
    for hue in ((255, 0, 0), (0, 0, 255)):
        assert min(sum(abs(a - b) for a, b in zip(hue, color, strict=True)) for color in known) < 12
    assert len(known) <= 256


def test_no_samples_is_a_picture_too():
    assert opened(samples_picture([], theme="dark")).getpixel((0, 0)) == (17, 17, 17)
