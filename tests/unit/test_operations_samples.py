"""What a view asks about samples and figures: batches, outlines of sounds, and the pictures that browsers draw."""

from __future__ import annotations

import base64
import io
import wave
from typing import Any

import numpy as np
import pytest
from PIL import Image

import trackkit_jupyter as track
from trackkit_jupyter import operations, pictures
from trackkit_jupyter.errors import NotFoundError, TrackkitValueError
from trackkit_jupyter.operations import handles


@pytest.fixture
def run(tmp_path):
    with track.start("one", store=tmp_path / "store", capture=False) as made:
        yield made
    handles.clear()


def call(run: track.Experiment, name: str, **arguments: Any) -> Any:
    return operations.call(name, run.store, {"id": run.id, **arguments})


def sound(channels: int, width: int, data: bytes, rate: int = 8000) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(data)
    return written.getvalue()


def png(width: int, height: int, color: tuple[int, ...] = (200, 0, 0)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), color).save(written, "PNG")
    return written.getvalue()


def test_many_samples_of_one_iteration_come_in_parts(run):
    for place in range(5):
        run.log_image("digits", f"v{place}", np.zeros((2, 2), np.uint8), iteration=7)
    (only,) = call(run, "samples", most=2)["iterations"]
    assert ([row["variant"] for row in only["samples"]], only["total"]) == (["v0", "v1"], 5)


def test_new_samples_are_seen_and_none_is_overwritten(run):
    run.log_image("digits", "same", np.zeros((2, 2), np.uint8), iteration=0)
    assert len(call(run, "sample_iterations", metric="digits", variant="same")["samples"]) == 1
    run.log_image("digits", "same", np.ones((2, 2), np.uint8), iteration=0)
    rows = call(run, "sample_iterations", metric="digits", variant="same")["samples"]
    assert len({row["hash"] for row in rows}) == len(rows) == 2


@pytest.mark.parametrize(
    ("width", "data", "low", "high"),
    [
        (1, bytes([128, 0, 128, 255]), -1.0, 127 / 128),
        (2, np.array([0, -32768, 16384, 0], "<i2").tobytes(), -1.0, 0.5),
        (3, b"\x00\x00\x00" + b"\x00\x00\x80" + b"\x00\x00\x40", -1.0, 0.5),
        (4, np.array([0, -(2**31), 2**30], "<i4").tobytes(), -1.0, 0.5),
    ],
)
def test_the_outline_of_a_sound(run, width, data, low, high):
    run.log_audio("sound", "tone", sound(1, width, data), iteration=0)
    answer = call(run, "waveform", hash=run.samples()[0]["hash"])
    assert (min(answer["low"]), max(answer["high"])) == pytest.approx((low, high), abs=1e-4)
    assert (answer["rate"], answer["channels"], answer["note"]) == (8000, 1, None)
    assert answer["seconds"] == len(data) / width / 8000


def test_the_outline_has_the_extremes_of_every_part(run):
    waves = np.random.default_rng(0).uniform(-1, 1, (10_000, 2))
    run.log_audio("sound", "noise", waves, iteration=0, sample_rate=8000)
    answer = call(run, "waveform", hash=run.samples()[0]["hash"], points=10)
    kept = np.rint(waves * 32767) / 32768
    assert answer["low"] == pytest.approx([part.min() for part in np.split(kept, 10)], abs=1e-4)
    assert answer["high"] == pytest.approx([part.max() for part in np.split(kept, 10)], abs=1e-4)


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (sound(1, 2, b""), "This sound has no samples."),
        (sound(1, 2, bytes(100))[:20], "This sound is damaged: it cannot be read."),
        (b"ID3\x04 not PCM", None),
    ],
)
def test_a_sound_without_an_outline_says_why(run, data, note):
    run.log_audio("sound", "odd", data, iteration=0)
    answer = call(run, "waveform", hash=run.samples()[0]["hash"])
    assert (answer["low"], answer["note"]) == ([], note)


def test_a_waveform_is_of_a_sound(run):
    run.log_image("digits", "first", np.zeros((2, 2), np.uint8), iteration=0)
    with pytest.raises(NotFoundError):
        call(run, "waveform", hash=run.samples()[0]["hash"])


@pytest.fixture
def figure(run):
    """The hash of a figure that only a browser can draw."""
    run.log_surface("bowl", "s", np.ones((3, 3)), iteration=0)
    return run.plots()[0]["hash"]


def keep(run: track.Experiment, figure: str, data: bytes) -> None:
    call(run, "keep_picture", hash=figure, picture=base64.b64encode(data).decode())


def kept(run: track.Experiment, figure: str) -> tuple[int, int]:
    data = run.store.experiment(run.id).figure_picture(figure)
    return Image.open(io.BytesIO(data)).size


def test_the_better_picture_stays(run, figure):
    (plot,) = operations.call("plots", run.store, {"objects": [run.id]})["plots"]
    assert plot["pictured"] == [False]
    keep(run, figure, png(20, 10))
    keep(run, figure, png(10, 10))
    assert kept(run, figure) == (20, 10)
    keep(run, figure, png(40, 20))
    assert kept(run, figure) == (40, 20)
    (plot,) = operations.call("plots", run.store, {"objects": [run.id]})["plots"]
    assert plot["pictured"] == [True]


def test_only_pixels_are_kept(run, figure):
    keep(run, figure, png(20, 10) + b"<script>alert(1)</script>")
    assert b"script" not in run.store.experiment(run.id).figure_picture(figure)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "must be a PNG"),
        (png(20, 10)[:40], "damaged"),
        (png(4097, 1), "4,096 pixels"),
        (b"\x89PNG\r\n\x1a\n" + bytes(700_000), "0.7 MB"),
    ],
)
def test_what_is_no_picture_is_refused(run, figure, data, message):
    with pytest.raises(TrackkitValueError, match=message) as refused:
        keep(run, figure, data)
    assert refused.value.field == "picture"
    assert run.store.experiment(run.id).pictured() == frozenset()


def test_bare_paper_is_no_picture(run, figure):
    with pytest.raises(TrackkitValueError, match="bare paper"):
        keep(run, figure, png(20, 10, "white"))
    left = run.store.paths.experiment(run.id).picture(figure)
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(png(20, 10, "#fdfdfe"))
    with pytest.raises(NotFoundError, match="No drawing"):
        call(run, "figure_picture", hash=figure)
    assert not left.exists()
    keep(run, figure, png(20, 10))
    assert Image.open(io.BytesIO(call(run, "figure_picture", hash=figure))).size == (20, 10)


def test_a_picture_is_of_a_figure_of_the_experiment(run, figure):
    with pytest.raises(NotFoundError):
        keep(run, "0" * 64, png(2, 2))
    with pytest.raises(NotFoundError):
        keep(run, "../../store", png(2, 2))
    with pytest.raises(TrackkitValueError, match="base64"):
        call(run, "keep_picture", hash=figure, picture="<>")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_kept_picture_stands_for_what_cannot_be_drawn(run, figure, theme):
    keep(run, figure, png(64, 40))
    data = run.store.experiment(run.id).figure_picture(figure)
    drawn = pictures.figure_picture(run.figure(figure), kept=data, theme=theme, scale=1)
    middle = Image.open(io.BytesIO(drawn)).convert("RGB").getpixel((320, 200))
    assert middle == pytest.approx((200, 0, 0), abs=8)
    assert pictures.figure_picture(run.figure(figure), kept=b"damaged", theme=theme, scale=1) == (
        pictures.figure_picture(run.figure(figure), theme=theme, scale=1)
    )


def test_a_figure_too_large_for_a_browser_says_so(run, figure):
    with run.blob(figure).open("r+b") as file:
        file.truncate(65 << 20)
    with pytest.raises(TrackkitValueError, match=r"65 MB; at most 64 are drawn") as refused:
        call(run, "figure", hash=figure)
    assert refused.value.field == "hash"
