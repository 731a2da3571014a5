"""
Blanking messages for ever: those that are too old, and those of people who are gone.

The body of a message goes, with the bodies of its edits and reactions, with its pins, with its places among saved
messages, and with its uses of files. Of a call of a command, and of a private answer, it is the body alone. All other
columns stay: so the log has no gap, what refers to the message finds it, and a repeated send is known by its device and
counter. The words leave the search index later, as those of recalled messages do: see L{hichat.log.reading.blank}. So
do files that no other message uses: see L{hichat.media.records}.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, TextClause, select, text

from hichat.core.kinds import BLANKED, EDITS, FOLDED, MESSAGES
from hichat.keeping import room
from hichat.log import reading
from hichat.media import records
from hichat.storage.rows import Integers
from hichat.storage.tables import of_kinds, recalled_texts

BLANKED_AT_ONCE = 200
"""The most messages in one call of L{blank}. With their edits and reactions they take some milliseconds."""

FOLDED_AT_ONCE = 500
"""The most edits and reactions that one call blanks."""

BYTES_AT_ONCE = 256 * 1024
"""Bytes of texts that one call moves, but for those of the first message: it moves at least that one."""

TEXTS_WAIT = 2_000
"""
Texts whose words are still in the search index: if there are more, whoever blanks gives the index time to remove them.
That is much less than L{reading.RECALLS_LIMIT}, at which the index would be made anew.
"""


def many_texts(connection: Connection) -> bool:
    """@return: whether the search index needs time to remove the words of what was blanked."""
    waiting = select(recalled_texts.c.position).order_by(recalled_texts.c.position).limit(1).offset(TEXTS_WAIT)
    return connection.scalar(waiting) is not None


def blank(connection: Connection, positions: Sequence[int]) -> int:
    """
    Blank messages for ever, with all that follows from it; those that are blank already, too. In a transaction that
    holds the write lock, so it does not take on everything at once. Call it again with the others, in another
    transaction, until none is left::

        while positions:
            with store.transaction() as connection:
                positions = positions[blank(connection, positions):]

    @param positions: the positions of messages, in order; L{BLANKED_AT_ONCE} of them are looked at.
    @return: the number of those from the first on that are done now. 0: the first one has very many edits and
        reactions, and some of these are blank now.
    """
    wanted = positions[:BLANKED_AT_ONCE]
    if not wanted:
        return 0
    part = _choose(connection, wanted)
    edits = [each.position for each in part.folded if each.kind in EDITS]
    # If only some edits of a message go, its words go from the search index all the same: the rest follows.
    texts = {*part.messages, *edits, *(wanted[:1] if edits else ())}
    emptied = [*part.messages, *(each.position for each in part.folded)]
    dialect = connection.dialect.name
    connection.execute(_TAKE_DOWN[dialect], {"at": json.dumps(sorted(texts))})
    reading.limit_texts(connection)
    connection.execute(_EMPTY[dialect], {"at": json.dumps(emptied), "empty": b""})
    if dialect == "sqlite":
        room.merge(connection, emptied)
    if part.messages:
        done = {"at": json.dumps(part.messages)}
        connection.execute(_UNPIN[dialect], done)
        connection.execute(_UNSAVE[dialect], done)
        records.forget(connection, part.messages)
    return len(part.messages)


class _Folded(NamedTuple):
    """An edit of a message, or a reaction to it: positions, the kind, and bytes of its body."""

    position: int
    message: int
    kind: int
    size: int


class _Part(NamedTuple):
    """
    What one call blanks.

    @ivar messages: positions of messages.
    @ivar folded: their edits and reactions; with no messages: some of those of the first message.
    """

    messages: Sequence[int]
    folded: Sequence[_Folded]


def _choose(connection: Connection, wanted: Sequence[int]) -> _Part:
    limits: dict[str, Any] = {"at": json.dumps([*wanted]), "most": FOLDED_AT_ONCE + 1}
    rows = [_Folded(*row) for row in _FOLDED.rows(connection, **limits)]
    sizes = {position: size for position, size in _SIZES.rows(connection, at=limits["at"])}  # noqa: C416
    if len(rows) > FOLDED_AT_ONCE:
        # Those of the last message may be more than were read.
        last = rows[-1].message
        if last == wanted[0]:
            # The oldest go first: so the message keeps its last text until it goes, too.
            return _Part((), rows[:FOLDED_AT_ONCE])
        wanted = wanted[: bisect_left(wanted, last)]
    of_message = {message: [*found] for message, found in groupby(rows, lambda row: row.message)}
    messages: list[int] = []
    folded: list[_Folded] = []
    moved = 0
    for position in wanted:
        mine = of_message.get(position, [])
        moved += sizes.get(position, 0) + sum(row.size for row in mine)
        if messages and moved > BYTES_AT_ONCE:
            break
        messages.append(position)
        folded += mine
    return _Part(messages, folded)


# By the name of the dialect: an array is no list of parameters, so a statement is the same whatever their number is.

_IN = {
    "sqlite": "IN (SELECT value FROM json_each(:at))",
    "postgresql": "= ANY (ARRAY(SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:at AS json))))",
}
_LENGTH = {"sqlite": "length(body)", "postgresql": "octet_length(body)"}


def _texts(statement: str) -> dict[str, str]:
    return {name: statement.replace("IN_THESE", there).replace("LENGTH", _LENGTH[name]) for name, there in _IN.items()}


def _each(statement: str) -> dict[str, TextClause]:
    return {name: text(found) for name, found in _texts(statement).items()}


_SIZES = Integers(_texts("SELECT position, LENGTH AS size FROM events WHERE position IN_THESE"), "position", "size")
_FOLDED = Integers(
    _texts(
        "SELECT position, subject, kind, LENGTH AS size FROM events WHERE subject IN_THESE "  # noqa: S608
        f"AND {of_kinds(FOLDED, 'kind')} "
        f"AND {of_kinds(BLANKED, 'kind')} AND LENGTH > 0 ORDER BY subject, position LIMIT :most"
    ),
    "position",
    "subject",
    "kind",
    "size",
)
_TAKE_DOWN = _each(
    "INSERT INTO recalled_texts (position, message, body) "  # noqa: S608
    f"SELECT position, CASE WHEN {of_kinds(EDITS, 'kind')} THEN subject ELSE position END, body FROM events "
    f"WHERE position IN_THESE AND {of_kinds(EDITS | MESSAGES, 'kind')} AND LENGTH > 0 ON CONFLICT (position) DO NOTHING"
)
_EMPTY = _each("UPDATE events SET body = :empty WHERE position IN_THESE AND LENGTH > 0")
_UNPIN = _each(
    "DELETE FROM pins WHERE (conversation, position) IN "
    "(SELECT conversation, position FROM events WHERE position IN_THESE)"
)
_UNSAVE = _each("DELETE FROM saved_messages WHERE position IN_THESE")
