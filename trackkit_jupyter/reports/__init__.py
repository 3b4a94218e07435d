"""Reports: ordinary notebooks with Markdown and live views, written by code, exported to files."""

from __future__ import annotations

from trackkit_jupyter.reports.author import Report, create, here
from trackkit_jupyter.reports.export import export

__all__ = ["Report", "create", "export", "here"]
