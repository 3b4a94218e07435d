"""The tables that queries are asked of: one row per experiment (or model), and what it has several of beside it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    true,
)

__all__ = [
    "attempt",
    "damaged",
    "details",
    "experiments",
    "metadata",
    "metrics",
    "names",
    "parameters",
    "state",
    "tags",
]

metadata = MetaData()

#: What the catalog knows of its source: the store, the place in its log, how many times it changed.
state = Table(
    "state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

experiments = Table(
    "experiments",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("status", Text, nullable=False),  # as a reader sees it
    Column("user", Text),
    Column("parent", Text),
    Column("cell", Text),
    Column("cell_execution", Text),
    Column("notebook", Text),
    Column("created", Double),
    Column("started", Double),
    Column("finished", Double),
    Column("last_update", Double),
    Column("last_iteration", BigInteger),
    Column("archived", Boolean, nullable=False),
    Column("framework", Text),  # the next four are of models
    Column("uri", Text),
    Column("version", BigInteger),
    Column("experiment", Text),
    Column("watched", Boolean, nullable=False),  # a process was writing it when the row was made
    Column("record", Text, nullable=False),  # fingerprints of its record
    Column("journals", Text, nullable=False),  # and of its journals, when the row was made
    # Long texts last: what stands before them is found without reading them.
    Column("name_folded", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("description_folded", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("experiments_last_update", experiments.c.archived, experiments.c.last_update, experiments.c.id)
Index("experiments_created", experiments.c.archived, experiments.c.created, experiments.c.id)
Index("experiments_started", experiments.c.archived, experiments.c.started, experiments.c.id)
Index("experiments_status", experiments.c.archived, experiments.c.status, experiments.c.id)
Index("experiments_named", experiments.c.archived, experiments.c.name, experiments.c.id)
Index("experiments_in_project", experiments.c.archived, experiments.c.project, experiments.c.id)
Index("experiments_cell", experiments.c.cell, experiments.c.notebook, sqlite_where=experiments.c.cell.is_not(None))
Index("experiments_execution", experiments.c.cell_execution, sqlite_where=experiments.c.cell_execution.is_not(None))
Index("experiments_name", experiments.c.name)
Index("experiments_project", experiments.c.project)
Index("experiments_user", experiments.c.user)
Index("experiments_framework", experiments.c.framework, sqlite_where=experiments.c.framework.is_not(None))
Index("experiments_watched", experiments.c.id, sqlite_where=experiments.c.watched == true())

#: Which attempt of its cell started an experiment: where the execution was not recorded, each counts as one.
attempt = func.coalesce(experiments.c.cell_execution, experiments.c.id)

#: What lists show of an experiment that has ended, as it is: so that listing opens no file.
details = Table(
    "details",
    metadata,
    Column("experiment", ForeignKey(experiments.c.key), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

#: Metrics ("m": metric, variant), hyperparameters ("h": section, name) and properties ("p": nothing, name) by number.
names = Table(
    "names",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("second", Text, nullable=False),
    Column("first", Text, nullable=False),
    UniqueConstraint("kind", "second", "first"),
    sqlite_autoincrement=True,
)

tags = Table(
    "tags",
    metadata,
    Column("experiment", ForeignKey(experiments.c.key), primary_key=True, autoincrement=False),
    Column("tag", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("tags_tag", tags.c.tag)

parameters = Table(
    "parameters",
    metadata,
    Column("experiment", ForeignKey(experiments.c.key), primary_key=True, autoincrement=False),
    Column("name", ForeignKey(names.c.key), primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False),
    Column("number", Double),  # what the text is as a number
    sqlite_with_rowid=False,
)
Index("parameters_value", parameters.c.name, parameters.c.value)
Index("parameters_number", parameters.c.name, parameters.c.number)

#: Summaries; NULL is NaN in first and last, and missing in the others.
metrics = Table(
    "metrics",
    metadata,
    Column("experiment", ForeignKey(experiments.c.key), primary_key=True, autoincrement=False),
    Column("series", ForeignKey(names.c.key), primary_key=True, autoincrement=False),
    Column("first", Double),
    Column("last", Double),
    Column("min", Double),
    Column("max", Double),
    Column("mean", Double),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
for _statistic in ("first", "last", "min", "max", "mean"):
    Index(f"metrics_{_statistic}", metrics.c.series, metrics.c[_statistic])

#: Experiments that could not be read, with the fingerprint of what was tried.
damaged = Table(
    "damaged",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record", Text, nullable=False),
)
