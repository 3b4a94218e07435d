"""``python -m trackkit_jupyter.cli``: the command, where its script is not on the path."""

import sys

from trackkit_jupyter.cli import main

sys.exit(main())
