"""Where the program runs: container, output destination, logging level."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import Any

from .git import without_credentials

__all__ = ["place"]

# What says the image: our own variable, then those of JupyterHub, Kaggle, SageMaker, Apptainer.
_IMAGE = (
    "TRACKKIT_CONTAINER_IMAGE JUPYTER_IMAGE_SPEC JUPYTER_IMAGE KAGGLE_DOCKER_IMAGE CONTAINER_IMAGE DOCKER_IMAGE "
    "APPTAINER_CONTAINER SINGULARITY_CONTAINER"
).split()
_PODMAN = Path("/run/.containerenv")


def place() -> dict[str, Any]:
    """Return ``container`` (image, arguments, setup), ``output_uri`` and ``log_level``; None for what is not known."""
    image = next((os.environ[name] for name in _IMAGE if os.environ.get(name)), None)
    if image is None and _PODMAN.is_file():
        found = re.search(r'^image="(.+)"$', _PODMAN.read_text(errors="replace"), re.MULTILINE)
        image = found[1] if found else None
    output = os.environ.get("TRACKKIT_OUTPUT_URI")
    return {
        "container": {
            "image": without_credentials(image) if image else None,
            "arguments": os.environ.get("TRACKKIT_CONTAINER_ARGUMENTS") or None,
            "setup": os.environ.get("TRACKKIT_CONTAINER_SETUP") or None,
        },
        "output_uri": without_credentials(output) if output else None,
        "log_level": logging.getLevelName(logging.getLogger().getEffectiveLevel()),
    }
