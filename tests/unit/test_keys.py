"""How a key names a metric and a variant."""

from __future__ import annotations

import pytest

from trackkit_jupyter.records import split_key


@pytest.mark.parametrize(
    ("key", "pair"),
    [
        ("loss/val", ("loss", "val")),
        ("val/loss", ("loss", "val")),
        ("loss/train", ("loss", "train")),
        ("test/a/b", ("a/b", "test")),
        ("a/b/test", ("a/b", "test")),
        ("train/val", ("train", "val")),
        ("loss", ("loss", "loss")),
        ("val", ("val", "val")),
        ("grads/layer1/weight", ("grads", "layer1/weight")),
        ("a/b", ("a", "b")),
        ("Loss/Val", ("Loss", "Val")),
        (":monitor:gpu/gpu_0_util", (":monitor:gpu", "gpu_0_util")),
    ],
)
def test_split_key(key, pair):
    assert split_key(key) == pair


@pytest.mark.parametrize("variant", "train training val valid validation dev test eval".split())
def test_parts_of_the_data_name_the_variant_at_either_end(variant):
    assert split_key(f"x/y/{variant}") == split_key(f"{variant}/x/y") == ("x/y", variant)
