"""An experiment as rows of the catalog: read from its folder, and put into the tables."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects.sqlite import insert

from trackkit_jupyter.query.evaluate import number_of, time_of
from trackkit_jupyter.query.nodes import as_number
from trackkit_jupyter.query.tables import damaged, details, experiments, metrics, names, parameters, tags
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.logged import Logged

__all__ = ["CONTENT", "NameBook", "Row", "forget", "journals_of", "put", "read_row", "record_of", "unpack"]

#: The fields of ``to_dict()`` that a row is made from; `number` is the record's own.
CONTENT = {
    "experiment": (
        "id name project status tags description user parent archived created started finished last_update "
        "last_iteration status_reason cell cell_execution notebook hyperparameters properties single_values metrics"
    ).split(),
    "model": (
        "id name project status tags description user archived created last_update last_iteration framework version "
        "experiment size hash single_values metrics"
    ).split(),
}


_STATISTICS = ("first", "last", "min", "max", "mean", "count")
_MANY = 500  # names from which on the whole book is read instead of each of them


@dataclass(frozen=True)
class Row:
    """What the catalog keeps of one experiment.

    Attributes
    ----------
    content : dict
        The fields named in :data:`CONTENT`, as ``to_dict()`` gives them, and ``kept``, the status as it is written.
    record, journals : str
        Fingerprints of its files, taken before they were read.
    watched : bool
        Whether a process is writing it.
    """

    content: dict[str, Any]
    record: str
    journals: str
    watched: bool = False


def record_of(item: Logged) -> str:
    """Return the fingerprint of an experiment's record.

    Raises
    ------
    NotFoundError
        The experiment is gone.
    """
    return ":".join(map(str, item._record_state()))


def journals_of(item: Logged) -> str:
    """Return the fingerprint of an experiment's journals: they only grow."""
    return ";".join(f"{state.st_ino}:{state.st_size}" for state in item._journal_states())


def read_row(item: Logged, marked: bool = True) -> Row:
    """Read an experiment from its folder.

    Parameters
    ----------
    item
        The experiment.
    marked
        Whether there may be a heartbeat marker of it.

    Raises
    ------
    Exception
        Its record is damaged, or not what it should be.
    """
    # The fingerprints before the data: what changes in between is then read again.
    watched = marked and changes.is_alive(item.store.paths, item.id)
    record, journals = record_of(item), journals_of(item)
    content = {name: getattr(item, name) for name in CONTENT[item._what]}
    content["kept"], content["number"] = str(item._record["status"]), item.number
    if item._what == "model":
        content["uri"] = item._record.get("uri")  # as it is kept: the folder may be moved
    return Row(content, record, journals, watched)


class NameBook:
    """The numbers of metrics, hyperparameters and properties in one catalog; they are never given away again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], int] = {}

    def numbers(
        self, connection: Connection, wanted: Iterable[tuple[str, str, str]]
    ) -> dict[tuple[str, str, str], int]:
        """Return the numbers of (kind, first, second), new ones where there were none; inside a transaction."""
        new = [name for name in wanted if name not in self._known]
        if new:
            _fill(connection, names, ("kind", "first", "second"), new, "OR IGNORE ")
            if len(new) > _MANY:
                cursor = connection.execute(select(names.c.kind, names.c.first, names.c.second, names.c.key)).cursor
                self._known = {row[:3]: row[3] for row in (cursor.fetchall() if cursor is not None else ())}
            else:
                for kind, first, second in new:
                    self._find(connection, kind, first, second)
        return self._known

    def find(self, connection: Connection, kind: str, first: str | None, second: str) -> list[int]:
        """Return the numbers of a name, in any section without `first`."""
        if first is not None:
            key = self._known.get((kind, first, second)) or self._find(connection, kind, first, second)
            return [] if key is None else [key]
        chosen = select(names.c.key).where(names.c.kind == kind, names.c.second == second).order_by(names.c.first)
        return list(connection.scalars(chosen))

    def _find(self, connection: Connection, kind: str, first: str, second: str) -> int | None:
        chosen = select(names.c.key).where(names.c.kind == kind, names.c.first == first, names.c.second == second)
        key = connection.scalar(chosen)
        if key is not None:
            self._known[kind, first, second] = key
        return key


def put(connection: Connection, rows: Sequence[Row], book: NameBook) -> None:
    """Put experiments into the tables, in place of what was there of them; inside a transaction."""
    if not rows:
        return
    keys = _free(connection, [str(row.content["id"]) for row in rows])
    heads = [_head(row) for row in rows]
    # Rows that are brought up to date keep their keys.
    old = [row for row in heads if row["id"] in keys]
    new = [row for row in heads if row["id"] not in keys]
    if old:
        connection.execute(insert(experiments), [{**row, "key": keys[row["id"]]} for row in old])
    if new:
        connection.execute(insert(experiments), new)
        keys |= _keys(connection, [row["id"] for row in new])
    wanted = dict.fromkeys(name for row in rows for name in _names(row))  # numbered in the order they came in
    numbers = book.numbers(connection, wanted)
    chosen = [(keys[row.content["id"]], row) for row in rows]
    packed = [(key, _packed(row.content)) for key, row in chosen if not row.watched]
    _fill(connection, details, ("experiment", "content"), packed)
    marked = [(key, _clean(tag)) for key, row in chosen for tag in dict.fromkeys(row.content["tags"])]
    _fill(connection, tags, ("experiment", "tag"), marked)
    set_to = [each for key, row in chosen for each in _parameters(key, row, numbers)]
    _fill(connection, parameters, ("experiment", "name", "value", "number"), set_to)
    summed = [each for key, row in chosen for each in _metrics(key, row, numbers)]
    _fill(connection, metrics, ("experiment", "series", *_STATISTICS), summed)


def forget(connection: Connection, ids: Iterable[str]) -> None:
    """Take experiments out of the tables; inside a transaction."""
    _free(connection, list(ids))


def unpack(content: bytes) -> dict[str, Any]:
    """Return the content of a row, as it was put in."""
    import msgspec

    text = zlib.decompress(content)
    found: dict[str, Any]
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:  # what a record made by hand may hold: no valid Unicode, NaN
        found = json.loads(text)
    return found


def _packed(content: dict[str, Any]) -> bytes:
    import msgspec

    try:
        summaries = msgspec.json.encode(content["metrics"])  # made by us: no NaN in it, which this would lose
    except UnicodeEncodeError:  # half a character in a name
        text = json.dumps(content, separators=(",", ":")).encode()
    else:
        others = {name: value for name, value in content.items() if name != "metrics"}
        text = b'%s,"metrics":%s}' % (json.dumps(others, separators=(",", ":")).encode()[:-1], summaries)
    return zlib.compress(text, 1)


def _fill(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Any], how: str = "") -> None:
    # Straight to the driver: of 100,000 rows SQLAlchemy would make dictionaries twice.
    if rows:
        marks = ", ".join("?" * len(columns))
        names_of = ", ".join(f'"{name}"' for name in columns)
        # The names are those of our tables, the values are bound.
        connection.exec_driver_sql(f"INSERT {how}INTO {table.name} ({names_of}) VALUES ({marks})", list(rows))  # noqa: S608


def _keys(connection: Connection, ids: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(ids), 500):
        chosen = select(experiments.c.id, experiments.c.key).where(experiments.c.id.in_(ids[start : start + 500]))
        found |= {row.id: row.key for row in connection.execute(chosen)}
    return found


def _free(connection: Connection, ids: list[str]) -> dict[str, int]:
    """Remove what is known of experiments, and return the keys that they had."""
    keys = _keys(connection, ids)
    having = list(keys.values())
    for start in range(0, len(having), 500):
        some = having[start : start + 500]
        for table in (details, tags, parameters, metrics):
            connection.execute(delete(table).where(table.c.experiment.in_(some)))
        connection.execute(delete(experiments).where(experiments.c.key.in_(some)))
    for start in range(0, len(ids), 500):
        connection.execute(delete(damaged).where(damaged.c.id.in_(ids[start : start + 500])))
    return keys


def _clean(text: Any) -> str:
    """Return a text that a database takes: what is no valid Unicode in a file made by hand becomes a question mark."""
    found = str(text)
    return found if found.isascii() else found.encode("utf-8", "replace").decode()


def _head(row: Row) -> dict[str, Any]:
    content = row.content
    name, description = _clean(content["name"]), _clean(content["description"] or "")
    last_iteration = content["last_iteration"]
    return {
        "id": content["id"],
        "name": name,
        "project": _clean(content["project"]),
        "status": _clean(content["status"]),
        "user": _text(content["user"]),
        **{
            field: _text(content.get(field))
            for field in ("parent", "cell", "cell_execution", "notebook", "framework", "uri", "experiment")
        },
        **{field: time_of(content.get(field)) for field in ("created", "started", "finished", "last_update")},
        "version": content.get("version"),
        "last_iteration": None if last_iteration is None else int(last_iteration),
        "archived": bool(content["archived"]),
        "watched": row.watched,
        "record": row.record,
        "journals": row.journals,
        "name_folded": name.casefold(),
        "description": description,
        "description_folded": description.casefold(),
    }


def _text(value: Any) -> str | None:
    return None if value is None else _clean(value)


def _names(row: Row) -> Iterable[tuple[str, str, str]]:
    for section, found in row.content.get("hyperparameters", {}).items():
        yield from (("h", _clean(section), _clean(name)) for name in found)
    yield from (("p", "", _clean(name)) for name in row.content.get("properties", {}))
    for metric, variants in row.content["metrics"].items():
        yield from (("m", _clean(metric), _clean(variant)) for variant in variants)


def _parameters(key: int, row: Row, numbers: dict[tuple[str, str, str], int]) -> list[tuple[Any, ...]]:
    found = {}
    for section, entries in row.content.get("hyperparameters", {}).items():
        for name, entry in entries.items():
            found[numbers["h", _clean(section), _clean(name)]] = _clean(entry["value"])
    for name, entry in row.content.get("properties", {}).items():
        found[numbers["p", "", _clean(name)]] = _clean(entry["value"])
    return [(key, number, text, as_number(text)) for number, text in found.items()]


def _metrics(key: int, row: Row, numbers: dict[tuple[str, str, str], int]) -> Iterable[tuple[Any, ...]]:
    found = {}
    for metric, variants in row.content["metrics"].items():
        first = _clean(metric)
        for variant, summary in variants.items():
            found[numbers["m", first, _clean(variant)]] = summary
    return [
        (key, number, *(number_of(summary[name]) for name in _STATISTICS[:-1]), int(summary["count"]))
        for number, summary in found.items()
    ]
