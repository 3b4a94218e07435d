"""What real TensorBoard writers write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorboardX

import trackkit_jupyter as track


@pytest.fixture
def experiment(tmp_path: Path) -> Iterator[Any]:
    with track.start("a", store=tmp_path / "store", capture=["tensorboard"]) as made:
        yield made


@pytest.fixture
def writer(experiment: Any, tmp_path: Path) -> Iterator[Any]:
    made = tensorboardX.SummaryWriter(str(tmp_path / "logs"))
    yield made
    made.close()


def test_scalars(experiment: Any, writer: Any, tmp_path: Path) -> None:
    for step in range(3):
        writer.add_scalar("loss/train", step / 2, step)
        writer.add_scalars("both", {"a": step, "b": -step}, step)
    writer.add_scalar("no/step", float("nan"))
    with tensorboardX.SummaryWriter(str(tmp_path / "logs" / "validation")) as other:
        other.add_scalar("epoch_loss", 0.5, 7)
        other.add_scalar("../odd//\nname ", 1.0, 0)
    assert set(experiment.names()) == {
        ("loss", "train"),
        ("both", "a"),
        ("both", "b"),
        ("no", "step"),
        ("epoch_loss", "validation"),
        ("odd/_name_", "validation"),
    }
    assert experiment.series("loss/train").values.tolist() == [0.0, 0.5, 1.0]
    assert experiment.series("both", "b").values.tolist() == [0.0, -1.0, -2.0]
    assert experiment.series("epoch_loss", "validation").iterations.tolist() == [7]


def test_images_histograms_texts_audio(experiment: Any, writer: Any) -> None:
    writer.add_image("pictures/first", np.zeros((3, 4, 6), dtype=np.uint8), 2)
    writer.add_histogram("weights", np.array([0.0, 1.0, 1.0, 2.0]), 3, bins="auto")
    writer.add_text("note", "<script>alert(1)</script>\n**bold**", 4)
    samples = {(each["metric"], each["variant"], each["iteration"]): each for each in experiment.samples()}
    assert set(samples) == {("pictures", "first", 2), ("note", "note", 4)}
    assert (samples["pictures", "first", 2]["width"], samples["pictures", "first", 2]["height"]) == (6, 4)
    page = experiment.blob(samples["note", "note", 4]["hash"]).read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    (plot,) = experiment.plots()
    assert (plot["metric"], plot["variant"], plot["iteration"]) == ("weights", "weights", 3)
    bars = experiment.figure(plot["hash"])["data"][0]
    assert sum(bars["y"]) == 4
    assert len(bars["x"]) == len(bars["y"]) == len(bars["width"])


def test_the_file_of_the_writer_is_what_it_was(experiment: Any, tmp_path: Path) -> None:
    with tensorboardX.SummaryWriter(str(tmp_path / "one")) as one:
        one.add_scalar("a", 1.0, 0)
    experiment.finish()
    with tensorboardX.SummaryWriter(str(tmp_path / "two")) as two:
        two.add_scalar("a", 1.0, 0)
    sizes = [next((tmp_path / name).iterdir()).stat().st_size for name in ("one", "two")]
    assert sizes[0] == sizes[1]
    assert experiment.series("a").values.tolist() == [1.0]


def test_the_tensorboard_package_by_itself(experiment: Any, tmp_path: Path) -> None:
    """torch's writer hands such events to this class."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.summary.writer import event_file_writer as module

    def metadata(plugin: str) -> Any:
        return SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=plugin))

    rows = np.array([[0, 1, 3], [1, 2, 1]], dtype="<f8")
    histogram = HistogramProto(min=0, max=2, num=4, bucket_limit=[1.0, 2.0], bucket=[3.0, 1.0])
    values = [
        Summary.Value(tag="loss/val", simple_value=0.5),
        Summary.Value(tag="lr", tensor=TensorProto(dtype=1, float_val=[0.25]), metadata=metadata("scalars")),
        Summary.Value(tag="old", histo=histogram),
        Summary.Value(
            tag="new", tensor=TensorProto(dtype=2, tensor_content=rows.tobytes()), metadata=metadata("histograms")
        ),
        Summary.Value(tag="t", tensor=TensorProto(dtype=7, string_val=[b"hi"]), metadata=metadata("text")),
    ]
    writer = module.EventFileWriter(str(tmp_path / "logs"))
    writer.add_event(Event(step=5, summary=Summary(value=values)))
    writer.add_event(Event(file_version="brain.Event:2"))
    writer.close()
    assert experiment.series("loss/val").iterations.tolist() == [5]
    assert experiment.series("lr").values.tolist() == [0.25]
    drawn = {plot["metric"]: experiment.figure(plot["hash"])["data"][0] for plot in experiment.plots()}
    assert drawn["old"]["y"] == drawn["new"]["y"] == [3, 1]
    assert drawn["new"]["x"] == [0.5, 1.5]
    assert [sample["metric"] for sample in experiment.samples()] == ["t"]
