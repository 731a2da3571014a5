"""The database engine: what every connection of the pool has in common."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from hichat.errors import StartError

BUSY_TIMEOUT = 5.0
"""Seconds that a writer waits for another process's transaction on SQLite."""

WRITE_LOCK = 0x48694368
"""The advisory lock that makes one PostgreSQL transaction at a time the log's writer (an arbitrary number)."""


def make_engine(url: str) -> Engine:
    """
    Make an engine. It connects to nothing yet.

    On SQLite every connection has WAL, C{synchronous=FULL} (a commit returns when it is on the disk) and foreign
    keys. A transaction with the execution option C{write} takes the store's write lock before anything else: what
    it reads stays true until it commits.

    @param url: an SQLAlchemy URL.
    @raise StartError: the URL is wrong, or its driver is missing.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise StartError("hichat: HICHAT_DATABASE: only sqlite:// and postgresql:// databases are known")
        engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    except ArgumentError as e:
        raise StartError(
            "hichat: HICHAT_DATABASE: not an SQLAlchemy URL, for example sqlite:////var/lib/hichat.db"
        ) from e
    except ImportError as e:
        raise StartError(
            f"hichat: HICHAT_DATABASE: the driver {e.name} is missing; pip install 'hichat[postgres]'"
        ) from e
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction control begins late and never "immediate": switch it off.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={int(BUSY_TIMEOUT * 1000)}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("write"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
