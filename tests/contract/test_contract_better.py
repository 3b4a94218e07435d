"""What better means is told by a metric's name in two languages, which must say the same (see ``best.test.ts``)."""

import json
from pathlib import Path

import pytest

from trackkit_jupyter.operations.better import direction_of

NAMES = json.loads(Path(__file__).with_name("better.json").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_the_name_says_what_better_means(name):
    assert direction_of(name) == NAMES[name]
