"""How a store finds what a query asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

from hichat.storage.store import Store


def plans(store: Store, query: Callable[[Connection], object], table: str = "events") -> list[str]:
    """
    @param query: is run, in a transaction that is taken back.
    @return: the store's plan for each statement on a table, as it was asked for, parameters and all.
    """
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found.append((statement, parameters))

    postgresql = store.engine.dialect.name == "postgresql"
    with store.engine.connect().execution_options(write=True) as connection:
        if postgresql:
            # So few rows it would rather read all of.
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        event.listen(connection, "before_cursor_execute", note)
        query(connection)
        event.remove(connection, "before_cursor_execute", note)
        explain = "EXPLAIN" if postgresql else "EXPLAIN QUERY PLAN"
        answers = [
            str(connection.exec_driver_sql(f"{explain} {statement}", parameters).all())
            for statement, parameters in found
            if table in statement
        ]
        connection.rollback()
    return answers
