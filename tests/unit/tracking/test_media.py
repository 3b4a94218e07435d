"""Images, audio, configuration and artifacts: kept exactly, or refused with shape, dtype and range."""

from __future__ import annotations

import hashlib
import io
import json
import os
import wave

import numpy as np
import pytest
from PIL import Image

from trackkit_jupyter.errors import TrackkitError, TrackkitTypeError, TrackkitValueError
from trackkit_jupyter.tracking import media


class Opaque:
    """Something that cannot be kept, with the same name in every process."""

    def __repr__(self) -> str:
        return "<opaque>"


def pixels(sample):
    return np.asarray(Image.open(io.BytesIO(media.image(sample).data)))


GRADIENT = np.arange(60, dtype=np.uint8).reshape(5, 12)
IMAGES = {
    "gray": (GRADIENT, GRADIENT),
    "one channel": (GRADIENT[..., None], GRADIENT),
    "rgb": (GRADIENT.reshape(5, 4, 3), GRADIENT.reshape(5, 4, 3)),
    "rgba": (GRADIENT.reshape(5, 3, 4), GRADIENT.reshape(5, 3, 4)),
    "int64": (GRADIENT.astype(np.int64), GRADIENT),
    "float": (GRADIENT / 255, GRADIENT),
    "float16": (np.array([[0, 1]], np.float16), np.array([[0, 255]])),
    "bool": (GRADIENT > 30, np.where(GRADIENT > 30, 255, 0)),
    "not contiguous": (GRADIENT[::2, ::-3], GRADIENT[::2, ::-3]),
    "transposed": (GRADIENT.T, GRADIENT.T),
    "list": ([[0.0, 1.0]], np.array([[0, 255]])),
    "picture": (Image.fromarray(GRADIENT), GRADIENT),
}


@pytest.mark.parametrize(("sample", "expected"), IMAGES.values(), ids=IMAGES)
def test_images_are_kept_exactly(sample, expected):
    assert pixels(sample).tolist() == expected.tolist()
    kept = media.image(sample)
    assert (kept.kind, kept.mime, kept.height, kept.width) == ("image", "image/png", *expected.shape[:2])


@pytest.mark.parametrize(
    ("sample", "says"),
    [
        (np.zeros((0, 5)), r"shape \(0, 5\)"),
        (np.zeros((2, 2, 5)), r"1, 3 or 4 channels.*\(2, 2, 5\)"),
        (np.zeros(5), r"shape \(5,\)"),
        (np.zeros((2, 2, 2, 3)), r"\(2, 2, 2, 3\)"),
        (np.full((2, 2), 1.5), "from 1.5 to 1.5"),
        (np.full((2, 2), -0.1), "from -0.1 to -0.1"),
        (np.full((2, 2), np.nan), "from nan to nan"),
        (np.full((2, 2), 256), "from 256 to 256"),
        (np.full((2, 2), -1), "from -1 to -1"),
        (np.zeros((2, 2), complex), "dtype complex128"),
        (np.zeros((1, 65_536), np.uint8), "16,384 pixels"),
        (np.array([["a"]]), "dtype <U1"),
        (b"", "empty"),
        (b"no image", "no format that is known"),
        ("missing.png", "no file"),
        (None, "not None"),
    ],
    ids=lambda value: str(value)[:20].replace("\n", " "),
)
def test_what_is_no_image(sample, says):
    with pytest.raises((TrackkitValueError, TrackkitTypeError), match=says) as raised:
        media.image(sample)
    assert raised.value.field == "sample"


def test_bytes_of_an_image_are_kept_as_they_are(tmp_path, running):
    written = io.BytesIO()
    Image.fromarray(GRADIENT).save(written, "JPEG")
    path = tmp_path / "photo.jpg"
    path.write_bytes(written.getvalue())
    running.log_image("i", "bytes", written.getvalue())
    running.log_image("i", "path", path)
    first, second = running.samples()
    assert first["hash"] == second["hash"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert running.blob(first["hash"]).read_bytes() == path.read_bytes()
    assert (second["name"], second["mime"], second["width"], second["height"]) == ("photo.jpg", "image/jpeg", 12, 5)
    assert len(list(running._paths.blobs.iterdir())) == 1


@pytest.mark.parametrize("channels", [1, 2])
def test_audio_is_kept(channels):
    waves = np.linspace(-1, 1, 100 * channels).reshape(100, channels)
    with wave.open(io.BytesIO(media.audio(waves, 8000).data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (channels, 8000, 100)
        kept = np.frombuffer(file.readframes(100), "<i2").reshape(100, channels)
    assert kept.tolist() == np.rint(waves * 32767).astype(int).tolist()


@pytest.mark.parametrize(
    ("sample", "rate"),
    [
        (np.zeros(0), 8000),
        (np.zeros((10, 8)), 8000),
        (np.zeros(10), 0),
        (np.zeros(10), None),
        (np.full(10, 1.5), 8000),
        (np.full(10, np.nan), 8000),
        (np.zeros(10, np.int32), 8000),
        (b"", None),
        ("missing.wav", None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_audio(sample, rate):
    with pytest.raises(TrackkitValueError):
        media.audio(sample, rate)


def test_any_text_is_kept_and_never_read_as_something_else(running):
    text = "<script>alert(1)</script> ${x} {{y}} \x1b[31m \u202e \0"
    running.log_text(text)
    running.log_html("h", "v", f"<p>{text}</p>")
    assert running.console()[0][0]["text"] == text
    assert running.blob(running.samples()[0]["hash"]).read_text() == f"<p>{text}</p>"


# -- configuration and artifacts


def test_configuration_is_kept_as_text(tmp_path, running):
    path = tmp_path / "net.yaml"
    path.write_text("lr: 0.1\n# ünï\n", encoding="utf-8")
    running.connect_configuration(path, name="file", description="the net")
    running.connect_configuration({"a": [1, {"b": None}]}, name="dict")
    found = running.configuration
    assert found["file"] == {"value": "lr: 0.1\n# ünï\n", "type": "yaml", "description": "the net"}
    assert json.loads(found["dict"]["value"]) == {"a": [1, {"b": None}]}
    running.connect_configuration({"a": np.float32(0.5), "b": np.arange(3), "c": float("nan")}, name="dict")
    assert json.loads(running.configuration["dict"]["value"]) == {"a": 0.5, "b": [0, 1, 2], "c": "NaN"}


def test_a_file_that_is_no_text_is_no_configuration(tmp_path, running):
    (tmp_path / "net.yaml").write_bytes(b"lr: \xff")
    with pytest.raises(TrackkitValueError, match="no UTF-8 text, at byte 4"):
        running.connect_configuration(tmp_path / "net.yaml")
    (tmp_path / "large.json").write_text("x" * 10_000_001)
    with pytest.raises(TrackkitValueError, match=r"10\.0 MB of text; at most 10 MB"):
        running.connect_configuration(tmp_path / "large.json")
    assert running.configuration == {}


@pytest.mark.parametrize(
    "configuration", [{"a": Opaque()}, {1: 2}, {"a": "\ud800"}, "missing.yaml", "a\nb", 5, None], ids=ascii
)
def test_what_is_no_configuration_writes_nothing(running, configuration):
    with pytest.raises(TrackkitError):
        running.connect_configuration(configuration)
    assert running.configuration == {}


def test_artifacts_are_kept_by_their_content(tmp_path, running):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("a")
    given = {
        "file": tmp_path / "data" / "a.txt",
        "folder": tmp_path / "data",
        "array": np.arange(3),
        "json": {"a": 1},
        "text": "words, no path",
        "bytes": b"\0\1",
    }
    for name, content in given.items():
        running.log_artifact(name, content, metadata={"from": "test"})
    found = {row["key"]: row for row in running.artifacts}
    types = {"file": "file", "folder": "archive", "array": "numpy", "json": "json", "text": "text", "bytes": "bytes"}
    assert {name: row["type"] for name, row in found.items()} == types
    for row in found.values():
        data = running.blob(row["hash"]).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (row["hash"], row["size"])
        assert row["metadata"] == {"from": "test"}
        assert row["uri"] == str(running.blob(row["hash"]))
    running.log_artifact("file", "other words")
    assert len(running.artifacts) == 6


def test_what_is_no_artifact_writes_nothing(tmp_path, running):
    os.mkfifo(tmp_path / "pipe")
    for content, says in (
        (tmp_path / "missing", "does not exist"),
        (tmp_path / "pipe", "neither a file nor a folder"),
        (object(), "no safe format"),
        ({"a": [object()]}, "object_or_path/a/0"),
        ({1: 2}, "must be text, not int"),
        (np.array([object()]), "cannot be kept"),
        (tmp_path / "*.csv", "does not exist"),
        ("data/*.csv", "no file"),
    ):
        with pytest.raises(TrackkitError, match=says):
            running.log_artifact("a", content)
    with pytest.raises(TrackkitError):
        running.log_artifact("a", "text", metadata={"a": object()})
    assert running.artifacts == []


def test_a_store_that_cannot_keep_a_blob_stops_no_training(running):
    running._paths.blobs.write_text("a file where the folder should be")
    with pytest.warns(RuntimeWarning, match="cannot be written"):
        running.log_image("i", "v", GRADIENT)
    running.log_artifact("a", {"a": 1})
    running.log_table("t", "v", [{"a": 1}])
    assert running.lost == 3
    running._paths.blobs.unlink()
    running.log_image("i", "v", GRADIENT)
    assert len(running.samples()) == 1
    assert [path.name for path in running._paths.blobs.iterdir()] == [running.samples()[0]["hash"]]


@pytest.mark.parametrize("key", ["__proto__", "constructor", "prototype"])
def test_figures_with_prototype_keys_are_refused(running, key):
    with pytest.raises(TrackkitValueError, match=key):
        running.log_plot("p", "v", {"data": [{"x": [1], "marker": {key: 1}}], "layout": {}})
    assert running.plots() == []


def test_a_figure_is_kept_as_it_was_when_it_was_logged(running):
    figure = {"data": [{"type": "scatter", "y": [1, 2]}], "layout": {}}
    running.log_plot("p", "v", figure)
    figure["data"][0]["y"].append(3)
    assert running.figure(running.plots()[0]["hash"])["data"][0]["y"] == [1, 2]


@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf", b'<?xml version="1.0"?>\n', b"<!-- made by hand -->"])
def test_a_drawing_is_an_image_that_is_kept_as_it_is(head):
    data = head + b'<svg xmlns="http://www.w3.org/2000/svg" width="6" height="4"/>'
    kept = media.image(data)
    assert (kept.data, kept.kind, kept.mime, kept.width, kept.name) == (
        data,
        "image",
        "image/svg+xml",
        None,
        "image.svg",
    )
