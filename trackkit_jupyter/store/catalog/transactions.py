"""Transactions of a catalog, in which a statement without one is a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

__all__ = ["changing", "transaction"]


@contextmanager
def transaction(connection: Connection, kind: str) -> Iterator[None]:
    """Begin a transaction of a kind, ``DEFERRED`` to read or ``IMMEDIATE`` to write; end it, or undo it."""
    connection.exec_driver_sql(f"BEGIN {kind}")
    try:
        yield
    except BaseException:
        if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


@contextmanager
def changing(connection: Connection) -> Iterator[None]:
    """Begin, and end, a transaction that changes what queries find."""
    with transaction(connection, "IMMEDIATE"):
        yield
        connection.exec_driver_sql(
            "INSERT INTO state VALUES ('generation', 1) ON CONFLICT DO UPDATE SET value = value + 1"
        )
