"""Several statements in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import ClauseElement, Connection, Dialect, Executable

from hichat.storage.engine import driver

WholeNumbers = Mapping[str, int]


def execute_together(connection: Connection, *statements: tuple[Executable, WholeNumbers]) -> int:
    """
    Execute statements that change rows, in order. On PostgreSQL they are one message, and its numbers are in the text.

    @param statements: each with its parameters, which are integers. They are kept: so they must be made once.
    @return: the number of rows that the last one has changed.
    """
    if connection.dialect.name != "postgresql":
        return [connection.execute(statement, parameters).rowcount for statement, parameters in statements][-1]
    texts = [_text(connection.dialect, statement, parameters) for statement, parameters in statements]
    with driver(connection) as own, own.cursor() as cursor:
        cursor.execute("; ".join(texts), prepare=False)
        while cursor.nextset():
            pass
        return int(cursor.rowcount)


def _text(dialect: Dialect, statement: Executable, parameters: WholeNumbers) -> str:
    template, constants = _template(dialect, statement)
    return template % {name: int(value) for name, value in {**constants, **parameters}.items()}


@lru_cache(maxsize=32)
def _template(dialect: Dialect, statement: ClauseElement) -> tuple[str, WholeNumbers]:
    """@return: the statement for the driver, with places for named parameters, and the values of its constants."""
    compiled = statement.compile(dialect=dialect)
    constants = {name: value for name, value in (compiled.params or {}).items() if value is not None}
    return str(compiled), constants
