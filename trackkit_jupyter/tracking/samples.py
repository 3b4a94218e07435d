"""Logging debug samples, and text reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.records import check_text
from trackkit_jupyter.tracking.placed import PlacedLogging

if TYPE_CHECKING:
    from trackkit_jupyter.tracking.media import Sample

__all__ = ["SampleLogging"]


class SampleLogging(PlacedLogging):
    """An experiment to which images, audio, video, pages and text reports are logged."""

    def log_image(self, metric: str, variant: str, sample: Any, iteration: int | None = None) -> None:
        """Log an image: an array, a PIL image, a matplotlib figure, a path, or the bytes of a file."""
        from trackkit_jupyter.tracking import media

        self._log_sample(metric, variant, lambda: media.image(sample), iteration)

    def log_audio(
        self, metric: str, variant: str, sample: Any, iteration: int | None = None, *, sample_rate: int | None = None
    ) -> None:
        """Log audio: a path, the bytes of a file, or an array with its `sample_rate` in hertz."""
        from trackkit_jupyter.tracking import media

        self._log_sample(metric, variant, lambda: media.audio(sample, sample_rate), iteration)

    def log_video(self, metric: str, variant: str, sample: Any, iteration: int | None = None) -> None:
        """Log a video: a path, or the bytes of a file."""
        from trackkit_jupyter.tracking import media

        self._log_sample(metric, variant, lambda: media.video(sample), iteration)

    def log_html(self, metric: str, variant: str, sample: Any, iteration: int | None = None) -> None:
        """Log a page: HTML text, or the path of a file. It is shown where it can reach nothing."""
        from trackkit_jupyter.tracking import media

        self._log_sample(metric, variant, lambda: media.html(sample), iteration)

    def log_text(self, text: str, level: str = "info") -> None:
        """Log a text report to the console, 10 MB at most, with one of the standard logging levels."""
        import logging

        check_text(text)
        if not isinstance(level, str) or not isinstance(logging.getLevelName(level.upper()), int):
            raise TrackkitValueError(
                f"level must be one of debug, info, warning, error, critical; not {shown(level)}.", "level"
            )
        plain = level.lower() in {"info", "notset"}
        self._running().console("report", text if plain else f"{level.upper()}: {text}")

    def _log_sample(self, metric: str, variant: str, make: Callable[[], Sample], iteration: int | None) -> None:
        self._check_place(metric, variant)
        sample = make()
        details = {"mime": sample.mime, "name": sample.name, "width": sample.width, "height": sample.height}
        self._log_blob("sample", metric, variant, iteration, sample.data, {"media": sample.kind, **details})
