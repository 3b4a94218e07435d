"""Reports: ordinary notebooks with Markdown and live views, written by code, exported to files."""

from __future__ import annotations

from trackkit_jupyter.reports.author import create, here
from trackkit_jupyter.reports.claims import claim
from trackkit_jupyter.reports.export import export
from trackkit_jupyter.reports.records import Report

__all__ = ["Report", "claim", "create", "export", "here"]
