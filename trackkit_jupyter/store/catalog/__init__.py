"""The catalog: one row per experiment in SQLite, so that lists and queries open no experiment.

Derived: it lies in the user's cache folder, is brought up to date whenever it is asked, and is made anew when it is
missing, damaged, of another version or of another store. It never is the only copy of anything.
"""

from __future__ import annotations

from trackkit_jupyter.store.catalog.catalog import Catalog
from trackkit_jupyter.store.catalog.finding import find_page
from trackkit_jupyter.store.catalog.opened import catalog_of
from trackkit_jupyter.store.catalog.pages import Entry

__all__ = ["Catalog", "Entry", "catalog_of", "find_page"]
