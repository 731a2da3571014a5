"""
Giving room back on SQLite after messages were blanked.

SQLite frees a page only when rows are deleted: a row that gets smaller leaves its page as it is. It looks at a page
when a row of it is deleted, and if two thirds of the page are empty by then, it merges the page with its neighbours. So
some of the rows that were just blanked are deleted, and inserted again as they were, in the same transaction: nobody
sees the log without them. Beside C{events} only their entries in one index are written anew.

New rows use the freed pages. If there are many more than new rows will need, the file gets smaller, a few pages at a
time. That needs C{auto_vacuum}, which new stores have (see L{hichat.storage.engine}), and older ones get from C{hichat
db compact}.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from hichat.storage.engine import driver
from hichat.storage.rows import Integers
from hichat.storage.tables import events

ONE_OF = 6
"""
One of so many blanked rows is inserted anew. A page of blank rows is then less than a third full without those of them,
even if all texts were of one letter; and of its rows' entries in the index few are written.
"""

FREE_PAGES = 1000
"""Pages that stay free for new rows, at least; and L{FREE_PART}."""

FREE_PART = 16
"""One of so many pages stays free."""

CUT_AT_ONCE = 50
"""The most pages by which one step makes the file smaller. It takes less than a millisecond without the commit."""

INCREMENTAL = 2
"""What C{PRAGMA auto_vacuum} says of a file that can get smaller in steps."""


class Pages(NamedTuple):
    """
    The pages of a file of SQLite.

    @ivar free: those in which nothing is.
    @ivar mode: see L{INCREMENTAL}.
    """

    total: int
    free: int
    mode: int

    @property
    def too_many(self) -> int:
        """How many pages the file can do without."""
        if self.mode != INCREMENTAL:
            return 0
        return max(0, self.free - max(FREE_PAGES, self.total // FREE_PART))


def merge(connection: Connection, blanked: Sequence[int]) -> None:
    """
    Free pages, in the transaction that has blanked these messages, on SQLite.

    @param blanked: positions of events.
    """
    some = json.dumps(sorted(blanked)[::ONE_OF])
    rows = _READ.rows(connection, at=some)
    connection.execute(_DELETE, {"at": some})
    connection.execute(_INSERT, {"rows": json.dumps(rows), "empty": b""})


def read_pages(connection: Connection) -> Pages:
    """@return: the pages of the file; on PostgreSQL, which looks after that by itself, there are none."""
    if connection.dialect.name != "sqlite":
        return Pages(0, 0, 0)
    with driver(connection) as own:
        return Pages(*(own.execute(f"PRAGMA {name}").fetchone()[0] for name in _PAGES))


def cut(connection: Connection) -> None:
    """Make the file smaller by some of the pages that it can do without. In a transaction that holds the write lock."""
    with driver(connection) as own:
        for _ in range(min(CUT_AT_ONCE, read_pages(connection).too_many)):
            # A statement for more pages is one that the driver steps once, for the first page.
            own.execute("PRAGMA incremental_vacuum(1)").close()


_PAGES = "page_count", "freelist_count", "auto_vacuum"
_THESE = "position IN (SELECT value FROM json_each(:at))"
# All of them are integers.
_OTHERS = [name for name in events.columns.keys() if name != "body"]  # noqa: SIM118
_WITHOUT_BODY = f"SELECT {', '.join(_OTHERS)} FROM events WHERE {_THESE}"  # noqa: S608
_READ = Integers({"sqlite": _WITHOUT_BODY, "postgresql": _WITHOUT_BODY}, *_OTHERS)
_INSERT = text(
    f"INSERT INTO events ({', '.join(_OTHERS)}, body) "  # noqa: S608
    f"SELECT {', '.join(f'value ->> {place}' for place in range(len(_OTHERS)))}, :empty FROM json_each(:rows)"
)
_DELETE = text(f"DELETE FROM events WHERE {_THESE}")  # noqa: S608
