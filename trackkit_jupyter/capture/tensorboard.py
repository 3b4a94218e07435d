"""Records what TensorBoard writers write: scalars, images, audio, histograms, texts.

torch's writer and those above it write through the ``tensorboard`` package, tensorboardX by itself, TensorFlow
natively; each has one place where everything passes.
"""

from __future__ import annotations

import html
import os
import sys
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.records import split_key

from .hooks import Call, Hook
from .texts import safe_label

if TYPE_CHECKING:
    from .sink import Sink

__all__ = ["HOOKS"]

_PARTS_OF_THE_DATA = frozenset({"train", "training", "val", "valid", "validation", "dev", "test", "eval"})


def _event(sink: Sink, call: Call) -> None:
    """Take the event that a writer was given."""
    event = call.argument(1, "event")
    if event.WhichOneof("what") != "summary":
        return
    folder = os.path.normpath(str(getattr(call.args[0], "_logdir", "") or "")).replace(os.sep, "/")
    iteration = event.step if event.step >= 0 else None
    for value in event.summary.value:
        _value(sink, value, *_place(value.tag, folder), iteration)


def _place(tag: str, folder: str) -> tuple[str, str]:
    """Return metric and variant of a tag.

    Several curves of one chart come from several writers. ``add_scalars("loss", {"a": ...})`` has one for the tag
    ``loss`` in the folder ``loss_a``, tensorboardX in ``loss/a``; Keras has one in ``train`` and one in ``validation``.
    """
    tag = tag.removesuffix("/text_summary")  # which torch adds to the tag of a text
    metric, variant = split_key(safe_label(tag, "tensorboard"))
    above, _, last = folder.rpartition("/")
    inner = last.removeprefix(tag.replace("/", "_") + "_")
    if inner and (inner != last or f"{above}/".endswith(f"/{tag}/")):
        return safe_label(tag), safe_label(inner)
    if last in _PARTS_OF_THE_DATA and variant not in _PARTS_OF_THE_DATA:
        return safe_label(tag), last
    return metric, variant


def _value(sink: Sink, value: Any, metric: str, variant: str, iteration: int | None) -> None:
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        sink.log_scalar(metric, variant, float(value.simple_value), iteration)
    elif kind == "image":
        sink.log_image(metric, variant, value.image.encoded_image_string, iteration)
    elif kind == "audio":
        sink.log_audio(metric, variant, value.audio.encoded_audio_string, iteration)
    elif kind == "histo":
        edges = [value.histo.min, *value.histo.bucket_limit]
        rows = list(zip(edges, value.histo.bucket_limit, value.histo.bucket, strict=False))
        _histogram(sink, rows, metric, variant, iteration)
    elif kind == "tensor":
        _tensor(sink, value, metric, variant, iteration)


def _tensor(sink: Sink, value: Any, metric: str, variant: str, iteration: int | None) -> None:
    plugin = value.metadata.plugin_data.plugin_name
    texts = list(value.tensor.string_val)
    if plugin == "text":
        _text(sink, [text.decode(errors="replace") for text in texts], metric, variant, iteration)
    elif plugin == "images":
        for picture in texts[2:]:  # after width and height
            sink.log_image(metric, variant, picture, iteration)
    elif plugin == "scalars":
        sink.log_scalar(metric, variant, float(_numbers(value.tensor).reshape(())), iteration)
    elif plugin == "histograms":
        _histogram(sink, _numbers(value.tensor).reshape(-1, 3).tolist(), metric, variant, iteration)


def _numbers(tensor: Any) -> Any:
    import numpy as np

    for name in ("float_val", "double_val", "int_val", "int64_val"):
        if len(getattr(tensor, name)):
            return np.asarray(getattr(tensor, name), dtype=float)
    # As TensorFlow numbers its types: 1 is float32, 2 float64, 3 int32, 9 int64.
    kinds = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}
    return np.frombuffer(tensor.tensor_content, kinds[tensor.dtype]).astype(float)


def _histogram(sink: Sink, rows: list[Any], metric: str, variant: str, iteration: int | None) -> None:
    """Take a histogram of rows of left edge, right edge and count; the outermost edges may be infinite."""
    full = [place for place, (_, _, count) in enumerate(rows) if count]
    kept = rows[full[0] : full[-1] + 1] if full else []
    finite = [(left, right, count) for left, right, count in kept if abs(left) < 1e300 and abs(right) < 1e300]
    bars = {
        "type": "bar",
        "x": [(left + right) / 2 for left, right, _ in finite],
        "y": [count for _, _, count in finite],
        "width": [right - left for left, right, _ in finite],
    }
    sink.log_plot(metric, variant, {"data": [bars], "layout": {"bargap": 0}}, iteration)


def _text(sink: Sink, texts: list[str], metric: str, variant: str, iteration: int | None) -> None:
    text = "\n\n".join(texts)
    sink.log_html(metric, variant, f"<pre style='white-space: pre-wrap'>{html.escape(text)}</pre>", iteration)


def _tensorflow(sink: Sink, call: Call) -> None:
    """Take what `tf.summary` writes; within a graph there are no values yet."""
    tag, tensor = call.argument(0, "tag"), call.argument(1, "tensor")
    metadata, step = call.argument(3, "metadata"), call.argument(2, "step")
    tensor = tensor() if callable(tensor) else tensor
    if metadata is None or not (hasattr(tensor, "numpy") or isinstance(tensor, str | bytes)):
        return
    import numpy as np

    if step is None:
        step = call.kept["step"] = _tensorflow_step()
    iteration = int(step) if step is not None and int(step) >= 0 else None
    values = np.asarray(tensor.numpy() if hasattr(tensor, "numpy") else tensor)
    metric, variant = _place(str(tag), _tensorflow_folder())
    plugin = metadata.plugin_data.plugin_name
    if plugin == "scalars":
        sink.log_scalar(metric, variant, float(values), iteration)
    elif plugin == "histograms":
        _histogram(sink, values.reshape(-1, 3).tolist(), metric, variant, iteration)
    elif plugin == "images":
        for picture in values[2:]:
            sink.log_image(metric, variant, bytes(picture), iteration)
    elif plugin == "text":
        _text(sink, [_decoded(text) for text in values.ravel()], metric, variant, iteration)


def _decoded(text: Any) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


def _tensorflow_folder() -> str:
    """Return the folder of the writer that writes now, as far as TensorFlow tells."""
    state = getattr(sys.modules.get("tensorflow.python.ops.summary_ops_v2"), "_summary_state", None)
    known = getattr(getattr(state, "writer", None), "_metadata", None)
    folder: Any = known.get("logdir") if isinstance(known, dict) else None
    folder = folder.numpy() if hasattr(folder, "numpy") else folder
    return os.path.normpath(_decoded(folder)) if folder is not None else ""


def _tensorflow_step() -> Any:
    return sys.modules["tensorflow"].summary.experimental.get_step()


HOOKS = (
    Hook("tensorboard", "tensorboard.summary.writer.event_file_writer", "EventFileWriter.add_event", after=_event),
    Hook("tensorboard", "tensorboardX.event_file_writer", "EventFileWriter.add_event", after=_event),
    Hook("tensorboard", "tensorflow._api.v2.compat.v2.summary", "write", after=_tensorflow),
    Hook("tensorboard", "tensorflow._api.v2.summary", "write", after=_tensorflow),
)
