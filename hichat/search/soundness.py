"""
Whether a search index is whole, and has the messages of its log. Each function yields what is wrong, in words.

Nothing here waits for the daemon's writers, nor do they wait for it, but for L{broken_structure} with C{alone}.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random

from sqlalchemy import Connection

from hichat.core.events import Event
from hichat.core.kinds import MESSAGES
from hichat.log import reading
from hichat.search.index import Index, of_sender
from hichat.search.words import Token
from hichat.storage.store import Store
from hichat.wire import view

LOOKED_UP = 500
"""Messages that are looked up in the index."""


def missing_entries(store: Store, index: Index, last: int, chance: Random) -> Iterator[str]:
    """
    Look up messages of the log, drawn at random, in the index.

    @param last: the last indexed position; the later ones are not looked up.
    """
    drawn = sorted(chance.sample(range(1, last + 1), min(LOOKED_UP, last)))
    # Again, because a message may have been taken back between the looks at the log and at the index.
    for position in _missing(store, index, _missing(store, index, drawn)):
        yield f"the message {position} is not in the index"


def _missing(store: Store, index: Index, positions: Sequence[int]) -> list[int]:
    with store.snapshot() as connection, index.reading(connection) as indexed:
        return [position for position in positions if not _is_there(connection, index, indexed, position)]


def _is_there(connection: Connection, index: Index, indexed: Connection, position: int) -> bool:
    message = reading.find(connection, position)
    if message is None or not _is_found(message):
        return True
    term = Token(of_sender(message.conversation, message.sender), False)
    return bool(index.find(indexed, [[term]], position - 1, position + 1, 1))


def _is_found(message: Event) -> bool:
    """@return: whether the indexer makes an entry for a message."""
    if message.kind not in MESSAGES or not message.body:
        return False
    try:
        view.said(message, None)
    except Exception:
        return False
    return True


def broken_structure(path: Path, alone: bool) -> Iterator[str]:
    """
    Check the structure of FTS5's index, all of it: 10 s for 5 million messages.

    @param path: the index's file on SQLite.
    @param alone: whether no daemon is at work. If so, FTS5 checks it itself. That writes nothing, but holds the lock
        that the daemon's writer of the index needs. Else all terms are read with the numbers of their messages: that
        finds a little less.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as own:
        try:
            if alone:
                own.execute("INSERT INTO search_entries (search_entries) VALUES ('integrity-check')")
                own.rollback()
            else:
                own.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, search_entries, row)")
                own.execute("SELECT sum(doc) FROM temp.terms").fetchone()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as e:
            yield f"FTS5 finds it broken: {e}"
