"""The edits of an experiment's content: locked when it is published; parameters and configuration are a draft's."""

from __future__ import annotations

from typing import Any

from trackkit_jupyter.errors import (
    LockedError,
    NotFoundError,
    TrackkitStateError,
    TrackkitTypeError,
    TrackkitValueError,
    shown,
)
from trackkit_jupyter.records import Status, check_name, check_text
from trackkit_jupyter.store.record import Record
from trackkit_jupyter.store.texts import plain_text

__all__ = ["LOG_LEVELS", "ContentEdits", "check_unpublished"]

#: The levels of the standard library's logging, by name.
LOG_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG", "NOTSET")
_CONTAINER = {"image": "An image", "arguments": "Arguments", "setup": "A setup script"}
_EXECUTION = {**_CONTAINER, "output_uri": "An output destination", "log_level": "A logging level"}


def check_unpublished(record: dict[str, Any]) -> None:
    """Raise if an experiment's content is locked.

    Raises
    ------
    LockedError
        It is published.
    """
    if record["status"] == Status.PUBLISHED.value:
        raise LockedError(
            f"The experiment {shown(record['name'])} is published: its content is locked. Clone it to edit.", "status"
        )


class ContentEdits(Record):
    """What a person may change of an experiment's content, each under the lock of its record."""

    def set_properties(self, **properties: Any) -> None:
        """Set user properties; possible until the experiment is published.

        Parameters
        ----------
        **properties
            Values by name; numbers, texts, lists, dicts and whatever has a plain text, 10 MB at most.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A name or a value that cannot be kept; nothing was set.
        LockedError
            It is published.
        """
        rows = [
            {
                "name": check_name(name, "properties", what="A property's name"),
                "value": plain_text(value, name, "properties"),
                "type": type(value).__name__,
            }
            for name, value in properties.items()
        ]
        if rows:
            self._put_rows("properties", rows, "name")

    def remove_properties(self, *names: str) -> None:
        """Remove user properties; possible until the experiment is published.

        Raises
        ------
        NotFoundError
            It has no such property.
        LockedError
            It is published.
        """
        for name in names:
            check_name(name, "names", what="A property's name")
        self._remove_rows("properties", [{"name": name} for name in names], draft=False)

    def set_hyperparameter(self, section: str, name: str, value: Any, description: str | None = None) -> None:
        """Set a hyperparameter of a draft.

        Parameters
        ----------
        section, name
            Which one; it is added if there is none.
        value
            Kept as text.
        description
            What it means; left as it is without it.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong argument.
        TrackkitStateError
            It is no draft: clone it, or reset it.
        """
        check_name(section, "section", what="A section's name")
        check_name(name, what="A parameter's name")
        row = {"section": section, "name": name, "value": plain_text(value, name, "value")}
        if description is not None:
            row["description"] = check_text(description, "description", what="A description")
        # What a person writes as text is text; the type that the parameter had stays.
        self._put_rows("hyperparameters", [row], "section", "name", draft=True)

    def remove_hyperparameters(self, section: str, *names: str) -> None:
        """Remove hyperparameters of a draft; the whole section without names.

        Raises
        ------
        NotFoundError
            It has no such hyperparameter.
        TrackkitStateError
            It is no draft: clone it, or reset it.
        """
        check_name(section, "section", what="A section's name")
        for name in names:
            check_name(name, "names", what="A parameter's name")
        wanted = [{"section": section, "name": name} for name in names] or [{"section": section}]
        self._remove_rows("hyperparameters", wanted, draft=True)

    def set_configuration(self, name: str, text: str, description: str | None = None) -> None:
        """Set the text of a draft's configuration object, which is added if there is none.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong argument.
        TrackkitStateError
            It is no draft: clone it, or reset it.
        """
        row = {
            "name": check_name(name),
            "value": check_text(text, "text", what="A configuration"),
        }
        if description is not None:
            row["description"] = check_text(description, "description", what="A description")
        self._put_rows("configuration", [row], "name", draft=True)

    def remove_configuration(self, *names: str) -> None:
        """Remove configuration objects of a draft.

        Raises
        ------
        NotFoundError
            It has no such configuration object.
        TrackkitStateError
            It is no draft: clone it, or reset it.
        """
        for name in names:
            check_name(name, "names")
        self._remove_rows("configuration", [{"name": name} for name in names], draft=True)

    def set_execution(self, **fields: str) -> None:
        """Set how a draft's code is to be run; empty text takes a field away.

        Parameters
        ----------
        **fields
            ``image``, ``arguments`` and ``setup`` of the container, ``output_uri``, and ``log_level``: a level of the
            standard library's logging.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong field; nothing was set.
        TrackkitStateError
            It is no draft: clone it, or reset it.
        """
        for name, value in fields.items():
            if name not in _EXECUTION:
                raise TrackkitValueError(f"There is no field {shown(name)}; allowed: {', '.join(_EXECUTION)}.", "field")
            check_text(value, name, what=_EXECUTION[name])
            if name == "log_level" and value and value not in LOG_LEVELS:
                raise TrackkitValueError(
                    f"log_level must be one of {', '.join(LOG_LEVELS)}, not {shown(value)}.", "log_level"
                )

        def put(record: dict[str, Any], _: Any) -> None:
            _check(record, draft=True)
            execution = dict(record.get("execution") or {})
            container = dict(execution.get("container") or {})
            for name, value in fields.items():
                (container if name in _CONTAINER else execution)[name] = value.strip() or None
            record["execution"] = {**execution, "container": container}

        self._change(put)

    # -- below --------------------------------------------------------------------------------------------------------

    def _put_rows(
        self, table: str, rows: list[dict[str, Any]], *keys: str, draft: bool = False, kept_in: str = ""
    ) -> None:
        """Put rows into a table, each in the place of the one with the same `keys`, of which it keeps what it lacks.

        With `kept_in`, the rows that are replaced by others go into the table of that name, but for their previews.
        """

        def put(record: dict[str, Any], database: Any) -> None:
            _check(record, draft)
            target = database.table(table, cache_size=0)
            for row in rows:

                def same(kept: Any, row: dict[str, Any] = row) -> bool:
                    return all(kept.get(key) == row[key] for key in keys)

                if kept_in:
                    replaced = [kept for kept in target.search(same) if kept.get("hash") != row.get("hash")]
                    database.table(kept_in, cache_size=0).insert_multiple(
                        {**kept, "preview": None} for kept in replaced
                    )
                target.upsert(row, same)

        self._change(put)

    def _remove_rows(self, table: str, wanted: list[dict[str, str]], *, draft: bool) -> None:
        def remove(record: dict[str, Any], database: Any) -> None:
            _check(record, draft)
            target = database.table(table, cache_size=0)
            for each in wanted:
                if not target.remove(lambda row, each=each: each.items() <= row.items()):
                    named = ", ".join(f"{key} {shown(value)}" for key, value in each.items())
                    raise NotFoundError(f"There is nothing among the {table} with the {named}.", "names")

        if not wanted:
            raise TrackkitTypeError("Name what to remove.", "names")
        self._change(remove)


def _check(record: dict[str, Any], draft: bool) -> None:
    check_unpublished(record)
    if draft and record["status"] != Status.DRAFT.value:
        raise TrackkitStateError(
            f"Only a draft's code, parameters and configuration are edited; the experiment {shown(record['name'])} is "
            f"{record['status']}. Clone it to edit, or reset it.",
            "status",
        )
