"""Records the environment variables that ``TRACKKIT_LOG_ENVIRONMENT`` asks for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from fnmatch import fnmatchcase

from .texts import row

__all__ = ["asked_for"]


def asked_for(environment: Mapping[str, str] | None = None) -> list[dict[str, str | None]]:
    """Return the variables as hyperparameters, sorted by name, without the secrets among them.

    ``TRACKKIT_LOG_ENVIRONMENT`` is a list with commas of names, each with ``*`` for anything: ``CUDA_*,SLURM_JOB_ID``.
    ``*`` asks for all but this package's own. Unset or empty asks for none.
    """
    variables = os.environ if environment is None else environment
    patterns = [pattern.strip() for pattern in variables.get("TRACKKIT_LOG_ENVIRONMENT", "").split(",")]
    rows = []
    for name in sorted(variables):
        wanted = [pattern for pattern in patterns if pattern and fnmatchcase(name, pattern.replace("[", "[[]"))]
        if wanted and (not name.startswith("TRACKKIT_") or wanted != ["*"]):
            rows.append(row(name, variables[name], "str"))
    return rows
