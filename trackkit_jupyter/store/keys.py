"""How a key such as ``"loss/val"`` names a metric and a variant."""

from __future__ import annotations

__all__ = ["split_key"]

_VARIANTS = frozenset({"train", "training", "val", "valid", "validation", "dev", "test", "eval"})


def split_key(key: str) -> tuple[str, str]:
    """Return the metric and the variant that a key names.

    A first or last segment that names a part of the data (train, training, val, valid, validation, dev, test, eval) is
    the variant, the rest the metric: ``"loss/val"`` and ``"val/loss"`` are the same. Otherwise the first slash splits;
    without one the variant is the metric.
    """
    metric, slash, variant = key.rpartition("/")
    if slash and variant in _VARIANTS:
        return metric, variant
    head, slash, tail = key.partition("/")
    if not slash:
        return key, key
    return (tail, head) if head in _VARIANTS else (head, tail)
