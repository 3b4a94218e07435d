"""The environment variables that are asked for, and no others."""

from __future__ import annotations

import pytest

from trackkit_jupyter.capture.environment import asked_for

VARIABLES = {
    "CUDA_HOME": "/cuda",
    "CUDA_VISIBLE_DEVICES": "0,1",
    "OMP_NUM_THREADS": "4",
    "HF_TOKEN": "hf_x",
    "PROXY": "http://me:pw@proxy:3128",
    "TRACKKIT_STORE": "/store",
    "A[1]": "x",
}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", []),
        (" , ", []),
        ("OMP_NUM_THREADS", ["OMP_NUM_THREADS"]),
        ("CUDA_*, *THREADS", ["CUDA_HOME", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS"]),
        ("*", ["A[1]", "CUDA_HOME", "CUDA_VISIBLE_DEVICES", "HF_TOKEN", "OMP_NUM_THREADS", "PROXY"]),
        ("*,TRACKKIT_STORE", ["A[1]", "CUDA_HOME", "CUDA_VISIBLE_DEVICES", "HF_TOKEN", "OMP_NUM_THREADS", "PROXY",
                              "TRACKKIT_STORE"]),
        ("A[1]", ["A[1]"]),
        ("cuda_home", []),
    ],
)  # fmt: skip
def test_what_is_asked_for(asked: str, names: list[str]) -> None:
    assert [row["name"] for row in asked_for({**VARIABLES, "TRACKKIT_LOG_ENVIRONMENT": asked})] == names


def test_nothing_is_asked_for() -> None:
    assert asked_for(VARIABLES) == []


def test_secrets_are_left_out() -> None:
    found = {row["name"]: row["value"] for row in asked_for({**VARIABLES, "TRACKKIT_LOG_ENVIRONMENT": "*"})}
    assert found["HF_TOKEN"] == "[redacted]"
    assert found["PROXY"] == "http://[redacted]@proxy:3128"
