"""What a search index has, read past its own queries."""

from __future__ import annotations

from sqlalchemy import Connection


def entries(connection: Connection) -> list[tuple[str, int]]:
    """
    @param connection: reads the index; see L{hichat.search.index.Index.reading}.
    @return: all terms, each with the position of a message that has it; in order.
    """
    if connection.dialect.name == "postgresql":
        query = "SELECT lexeme, position FROM search_entries, unnest(terms) ORDER BY lexeme, position"
        return [(term, position) for term, position in connection.exec_driver_sql(query)]
    connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_entries, instance)")
    query = "SELECT term, doc FROM temp.terms ORDER BY term, doc"
    found = [(term, position) for term, position in connection.exec_driver_sql(query)]
    # Without the table again.
    connection.rollback()
    return found
