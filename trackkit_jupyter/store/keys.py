"""How a key such as ``"loss/val"`` names a metric and a variant; queries read keys the same way."""

from __future__ import annotations

from trackkit_jupyter.records import split_key

__all__ = ["split_key"]
