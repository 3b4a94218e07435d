"""What is refused and what is stored: every row of the table of bad inputs that is about logging."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import os
import threading
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import trackkit_jupyter as track
from trackkit_jupyter import tracking
from trackkit_jupyter.errors import TrackkitStateError, TrackkitTypeError, TrackkitValueError
from trackkit_jupyter.tracking import scalars

VALUE, TYPE = TrackkitValueError, TrackkitTypeError


class Tensor:
    """As torch's: what needs a gradient or lies on a graphics card becomes no array by itself."""

    requires_grad = True

    def __init__(self, *values):
        self._values = np.array(values, np.float32)
        self.shape = (len(values),) if len(values) != 1 else ()
        self.dtype = "torch.float32"

    def __repr__(self):
        return f"Tensor({self._values.tolist()})"

    def item(self):
        return float(self._values.item())

    def tolist(self):
        return self._values.tolist()

    def __array__(self, *_):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def nested(depth):
    return {"a": nested(depth - 1)} if depth else 1


CYCLE: dict = {}
CYCLE["a"] = {"b": CYCLE}

#: What is logged, the error, what it says, and the field it names.
REFUSED = {
    "a boolean": (lambda e: e.log_scalar("m", "v", True), TYPE, "booleans are not metrics", "value"),
    "text": (lambda e: e.log_scalar("m", "v", "1.0"), TYPE, "not str", "value"),
    "none": (lambda e: e.log({"m": None}), TYPE, "not NoneType", "values"),
    "complex": (lambda e: e.log_scalar("m", "v", 1j), TYPE, "not complex", "value"),
    "inexact decimal": (lambda e: e.log_scalar("m", "v", decimal.Decimal("0.1")), VALUE, "exactly", "value"),
    "a date": (lambda e: e.log_scalar("m", "v", dt.datetime(2026, 1, 1)), TYPE, "not datetime", "value"),
    "2**53 + 1": (lambda e: e.log_scalar("m", "v", 2**53 + 1), VALUE, "float64 exactly", "value"),
    "an array": (lambda e: e.log_scalar("m", "v", np.zeros(3)), TYPE, r"shape \(3,\)", "value"),
    "a tensor of two": (lambda e: e.log_scalar("m", "v", Tensor(1, 2)), TYPE, r"shape \(2,\)", "value"),
    "one wrong of three": (lambda e: e.log({"a": 1.0, "b": "2", "c": 3.0}), TYPE, "'b'", "values"),
    "iteration -1": (lambda e: e.log_scalar("m", "v", 1.0, -1), VALUE, "from 0 to", "iteration"),
    "iteration 1.5": (lambda e: e.log({"m": 1.0}, 1.5), VALUE, "integer from 0", "iteration"),
    "iteration NaN": (lambda e: e.log({"m": 1.0}, float("nan")), VALUE, "integer from 0", "iteration"),
    "iteration text": (lambda e: e.log({"m": 1.0}, "3"), VALUE, "integer from 0", "iteration"),
    "iteration 2**63": (lambda e: e.log({"m": 1.0}, 2**63), VALUE, "from 0 to", "iteration"),
    "variant forgotten": (lambda e: e.log_scalar("m", 0.5, 3), TYPE, "the order is metric, variant", "variant"),
    "plot before its names": (lambda e: e.log_plot({"data": []}, "m", "v"), TYPE, "text, not dict", "metric"),
    "image in the middle": (lambda e: e.log_image("m", np.eye(2), "v"), TYPE, "text, not ndarray", "variant"),
    "dots": (lambda e: e.log_scalar("a/b/../c", "v", 1.0), VALUE, r"'\.\.'", "metric"),
    "slash first": (lambda e: e.log_scalar("/x", "v", 1.0), VALUE, "segment ''", "metric"),
    "slashes": (lambda e: e.log({"a//b": 1.0}), VALUE, "segment ''", "values"),
    "empty": (lambda e: e.log_scalar("", "v", 1.0), VALUE, "must not be empty", "metric"),
    "a space first": (lambda e: e.log_scalar("m", " v", 1.0), VALUE, "begin or end with a space", "variant"),
    "line feed": (lambda e: e.log_scalar("a\nb", "v", 1.0), VALUE, r"U\+000A \(at index 1\)", "metric"),
    "bidi override": (lambda e: e.log_scalar("a\u202eb", "v", 1.0), VALUE, r"U\+202E", "metric"),
    "line separator": (lambda e: e.log_scalar("a\u2028b", "v", 1.0), VALUE, r"U\+2028", "metric"),
    "zero-width": (lambda e: e.log_scalar("a\u200bb", "v", 1.0), VALUE, r"U\+200B", "metric"),
    "surrogate": (lambda e: e.log_scalar("a\ud800", "v", 1.0), VALUE, "valid Unicode at index 1", "metric"),
    "251 characters": (lambda e: e.log_scalar("x" * 251, "v", 1.0), VALUE, "this has 251", "metric"),
    "more than 512 bytes": (lambda e: e.log_scalar("界" * 171, "v", 1.0), VALUE, "512 bytes", "metric"),
    "reserved": (lambda e: e.log_scalar("__proto__", "v", 1.0), VALUE, "constructor, prototype", "metric"),
    "depth": (lambda e: e.connect(nested(21)), VALUE, "deeper than 20", "parameters"),
    "cycle": (lambda e: e.connect(CYCLE), VALUE, "contain themselves", "parameters"),
    "number as key": (lambda e: e.connect({"a": {1: 2}}), TYPE, "must be text, not int", "parameters"),
    "object in parameters": (lambda e: e.connect({"a": {"b": object()}}), TYPE, "'a/b'", "parameters"),
    "large parameter": (lambda e: e.connect({"a": "x" * 10_000_001}), VALUE, "at most 10 MB", "parameters"),
    "large property": (lambda e: e.set_properties(a="x" * 10_000_001), VALUE, "at most 10 MB", "properties"),
    "object as property": (lambda e: e.set_properties(a=object()), TYPE, "plain text", "properties"),
    "one wrong property of two": (lambda e: e.set_properties(a=1, b=object()), TYPE, "'b'", "properties"),
    "surrogate as property": (lambda e: e.set_properties(a="\udc80"), VALUE, "valid Unicode", "properties"),
    "large text": (lambda e: e.log_text("ü" * 5_000_001), VALUE, r"10\.0 MB of text; at most 10 MB", "text"),
    "surrogate in text": (lambda e: e.log_text("a\ud800"), VALUE, "valid Unicode at index 1", "text"),
    "bytes as text": (lambda e: e.log_text(b"a"), TYPE, "not bytes", "text"),
    "level": (lambda e: e.log_text("a", "loud"), VALUE, "one of debug", "level"),
    "level as number": (lambda e: e.log_text("a", 10), VALUE, "one of debug", "level"),
    "large table": (lambda e: e.log_table("m", "v", pd.DataFrame(np.zeros((1001, 1000)))), VALUE, "1,001,000", "table"),
    "no table": (lambda e: e.log_table("m", "v", 5), TYPE, "DataFrame, a list of dicts", "table"),
    "image of objects": (lambda e: e.log_image("m", "v", np.array([[None]])), VALUE, "dtype object", "sample"),
    "image above 1": (lambda e: e.log_image("m", "v", np.full((2, 2), 1.5)), VALUE, "from 0 to 1", "sample"),
    "image of NaN": (lambda e: e.log_image("m", "v", np.full((2, 2), np.nan)), VALUE, "from nan to nan", "sample"),
    "image 0 x 0": (lambda e: e.log_image("m", "v", np.zeros((0, 0))), VALUE, r"shape \(0, 0\)", "sample"),
    "wide image": (lambda e: e.log_image("m", "v", np.zeros((1, 65_536))), VALUE, "16,384", "sample"),
    "five channels": (lambda e: e.log_image("m", "v", np.zeros((2, 2, 5))), VALUE, "1, 3 or 4 channels", "sample"),
    "bytes of no image": (lambda e: e.log_image("m", "v", b"no image"), VALUE, "no format that is known", "sample"),
    "half an image": (lambda e: e.log_image("m", "v", png()[:60]), VALUE, "cannot be read", "sample"),
    "no image": (lambda e: e.log_image("m", "v", None), TYPE, "not None", "sample"),
    "path of no image": (lambda e: e.log_image("m", "v", "absent.png"), VALUE, "no file 'absent.png'", "sample"),
    "rate 0": (lambda e: e.log_audio("m", "v", np.zeros(9), sample_rate=0), VALUE, "1 to 768,000", "sample_rate"),
    "rate True": (lambda e: e.log_audio("m", "v", np.zeros(9), sample_rate=True), VALUE, "768,000", "sample_rate"),
    "rate forgotten": (lambda e: e.log_audio("m", "v", np.zeros(9)), VALUE, "needs its sample_rate", "sample_rate"),
    "empty audio": (lambda e: e.log_audio("m", "v", [], sample_rate=8000), VALUE, r"shape \(0,\)", "sample"),
    "8 channels": (lambda e: e.log_audio("m", "v", np.zeros((9, 8)), sample_rate=8000), VALUE, r"1 or 2\)", "sample"),
    "int32": (lambda e: e.log_audio("m", "v", np.zeros(9, int), sample_rate=8000), VALUE, "int16", "sample"),
    "loud": (lambda e: e.log_audio("m", "v", [2.0], sample_rate=8000), VALUE, "from -1 to 1; these", "sample"),
    "no audio": (lambda e: e.log_audio("m", "v", None, sample_rate=8000), TYPE, "not None", "sample"),
    "bytes of no audio": (lambda e: e.log_audio("m", "v", b"no audio"), VALUE, "no format that is known", "sample"),
    "bytes of no video": (lambda e: e.log_video("m", "v", b"no video"), VALUE, "no format that is known", "sample"),
    "no video": (lambda e: e.log_video("m", "v", None), TYPE, "path or bytes, not NoneType", "sample"),
    "no page": (lambda e: e.log_html("m", "v", None), TYPE, "path or bytes, not NoneType", "sample"),
    "no figure": (lambda e: e.log_plot("m", "v", None), TYPE, "plotly or matplotlib", "figure"),
    "prototype keys": (lambda e: e.log_plot("m", "v", {"data": [{"__proto__": 1}]}), VALUE, "__proto__", "figure"),
    "absent file": (lambda e: e.log_artifact("a", "absent/file.csv"), VALUE, "no file", "object_or_path"),
    "a device": (lambda e: e.log_artifact("a", "/dev/null"), VALUE, "neither a file nor", "object_or_path"),
    "an object": (lambda e: e.log_artifact("a", object()), TYPE, "never pickled", "object_or_path"),
    "wrong tag": (lambda e: e.add_tags("a", " b"), VALUE, "begin or end with a space", "tags"),
    "wrong name": (lambda e: e.log_artifact("", "text\n"), VALUE, "must not be empty", "name"),
    "large description": (lambda e: e.describe("x" * 10_000_001), VALUE, "at most 10 MB", "text"),
}


def png():
    written = io.BytesIO()
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_and_nothing_is_written(running, case):
    act, error, says, field = REFUSED[case]
    before = running.to_dict(events=True)
    with pytest.raises(error, match=says) as refused:
        act(running)
    assert (refused.value.field or "").partition("[")[0] == field
    assert len(str(refused.value)) < 400
    after = running.to_dict(events=True)
    assert {**after, "last_update": None} == {**before, "last_update": None}


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (float("nan"), "NaN"),
        (np.float16("inf"), "Infinity"),
        (np.float32("-inf"), "-Infinity"),
        (np.float64("nan"), "NaN"),
        (1e400, "Infinity"),
        (np.array(0.5), 0.5),
        (np.array([[0.25]]), 0.25),
        (Tensor(0.5), 0.5),
        (decimal.Decimal("0.5"), 0.5),
        (2**60, 2.0**60),
        (np.int64(-(2**53)), -(2.0**53)),
        (np.uint8(255), 255.0),
    ],
    ids=str,
)
def test_it_is_stored(running, value, stored):
    running.log_scalar("m", "v", value)
    running.log({"k": value})
    running.log_single_value("s", value)
    seen = running.to_dict(events=True)
    assert [seen["scalars"]["m"]["v"][0][1], seen["scalars"]["k"]["k"][0][1], seen["single_values"]["s"]] == [
        stored
    ] * 3


def test_iterations_are_kept_as_they_come(running):
    given = [5, 3, 3, 2**63 - 1, 0]
    for place, iteration in enumerate(given):
        running.log_scalar("m", "v", float(place), iteration)
    assert running.series("m", "v").iterations.tolist() == given
    running.log_scalar("m", "v", 0.0, 2**63 - 1)
    with pytest.raises(VALUE, match="no iteration after"):
        running.log_scalar("m", "v", 0.0)


def test_a_clock_that_goes_back_changes_no_order(running, monkeypatch):
    times = iter([100.0, 50.0, 75.0])
    monkeypatch.setattr(scalars, "_now", lambda: next(times))
    for value in (1.0, 2.0, 3.0):
        running.log_scalar("m", "v", value)
    assert running.series("m", "v").values.tolist() == [1.0, 2.0, 3.0]
    assert running.series("m", "v").times.tolist() == [100.0, 50.0, 75.0]


@pytest.mark.parametrize(
    "name", ["👩‍🚀", "损失", "خسارة", "e\u0301", "a.b", "a b", "<script>alert(1)</script>", "${x}", "{{x}}"]
)
def test_names_and_texts_are_kept(running, name):
    running.log_scalar(name.replace("/", "|"), "v", 1.0)
    running.log_text(name)
    running.set_properties(a=name)
    running.add_tags(name)
    assert running.names() == [(name.replace("/", "|"), "v")]
    assert (running.console()[0][0]["text"], running.properties["a"]["value"], running.tags) == (name, name, [name])


def test_a_name_that_is_taken_is_no_fault(store):
    ids = set()
    for _ in range(2):
        with tracking.start("same", store=store.path, capture=False) as experiment:
            ids.add(experiment.id)
    assert len(ids) == 2


def test_a_figure_is_kept_as_it_was_whatever_it_draws(running):
    figure = {"data": [{"type": "of the future", "x": [1]}], "layout": {}}
    running.log_plot("p", "v", figure)
    figure["data"][0]["x"].append(2)
    assert running.figure(running.plots()[0]["hash"])["data"] == [{"type": "of the future", "x": [1]}]


def test_files_of_audio_and_video_are_kept_unchanged(tmp_path, running):
    for name, data in (("a.mp3", b"ID3 sound"), ("b.mp4", b"\0\0\0\x18ftypmp42"), ("c.mkv", b"\x1aE\xdf\xa3 film")):
        (tmp_path / name).write_bytes(data)
        log = running.log_audio if name == "a.mp3" else running.log_video
        log("m", name, tmp_path / name)
        sample = running.samples()[-1]
        assert (running.blob(sample["hash"]).read_bytes(), sample["name"]) == (data, name)
        assert sample["mime"].partition("/")[0] == ("audio" if name == "a.mp3" else "video")


def test_pixels_that_do_not_lie_together_are_kept(running):
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)[::2, ::2]
    running.log_image("m", "v", pixels)
    kept = Image.open(running.blob(running.samples()[0]["hash"]))
    assert np.array_equal(np.asarray(kept), pixels)


def test_logging_where_nothing_runs(store):
    with pytest.raises(TrackkitStateError, match="Start one first"):
        track.log({"loss": 1.0})
    with tracking.start("a", store=store.path, capture=False) as experiment:
        threads = [threading.Thread(target=track.log, args=({"loss": float(n)},)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(experiment.series("loss").values.tolist()) == [float(n) for n in range(8)]
    for log in (
        lambda: experiment.log({"loss": 1.0}),
        lambda: experiment.log_scalar("loss", "loss", 1.0),
        lambda: experiment.log_single_value("a", 1.0),
        lambda: experiment.log_text("a"),
        lambda: experiment.log_image("m", "v", np.eye(2)),
        lambda: experiment.log_plot("m", "v", {"data": []}),
        lambda: experiment.log_artifact("a", "text"),
        lambda: experiment.connect({"a": 1}),
    ):
        with pytest.raises(TrackkitStateError, match="resume="):
            log()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_workers_of_a_loader_log_and_hang_never(store):
    """As a DataLoader does: workers are forked in each epoch, while the parent logs, syncs and watches."""
    parameters = {"lr": 0.1}
    with tracking.start("a", store=store.path, config=parameters, capture=False) as experiment:
        experiment.watch_artifact("data", pd.DataFrame({"x": range(100)}))
        for epoch in range(5):
            workers = []
            for worker in range(4):
                experiment.log({"loss": float(epoch)})
                pid = os.fork()
                if pid == 0:
                    for step in range(20):
                        experiment.log_scalar("worker", f"{worker}", float(step))
                    os._exit(0)
                workers.append(pid)
            deadline = time.monotonic() + 60
            for pid in workers:
                while os.waitpid(pid, os.WNOHANG) == (0, 0):
                    assert time.monotonic() < deadline, "a worker hangs"
                    threading.Event().wait(0.01)
    seen = store.experiment(experiment.id)
    assert (seen.status, seen.damaged, seen.count("loss", "loss")) == ("completed", 0, 20)
    assert [seen.count("worker", f"{worker}") for worker in range(4)] == [100] * 4
