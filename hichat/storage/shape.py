"""Whether a database has the tables as they are declared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from hichat.storage.tables import metadata, search_metadata


def shape_flaws(connection: Connection) -> list[str]:
    """
    @param connection: of a database that has been migrated to this version.
    @return: what is missing or is another one, in words. Further tables do no harm.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    # SQLite has the search index elsewhere.
    declared: Any = [metadata, search_metadata] if connection.dialect.name == "postgresql" else metadata
    found = compare_metadata(MigrationContext.configure(connection), declared)
    return [flaw for difference in found if (flaw := _in_words(difference))]


def _in_words(difference: Any) -> str:
    if isinstance(difference, list):
        return ", ".join(filter(None, map(_in_words, difference)))
    what, *of = difference
    if what == "remove_table":
        return ""
    names = [name for each in of if (name := each if isinstance(each, str) else getattr(each, "name", None))]
    said = {"add": "is missing", "remove": "is not declared", "modify": "is another one"}
    how, _, kind = what.partition("_")
    table = next((each.table.name for each in of if getattr(each, "table", None) is not None), "")
    place = f" of {table}" if table and table not in names else ""
    return f"{kind} {'.'.join(names)}{place} {said.get(how, how)}"
