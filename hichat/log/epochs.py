"""
The log's epochs: which log it is. Functions of a connection, for L{hichat.storage.store.Store}.

A backup that is put back, or a standby that is promoted, is another log from some position on: a client that goes on
from its cursor would miss events. So the log has an epoch, a random name, which is told with every cursor. A log that
was changed that way gets another one. A daemon notices it, or the operator says so: C{hichat log new-epoch}.

A B{check} is the fingerprint of an event, told together with the epoch::

    1234-6742f1a0-9f86d081884c7d65      position, time at which it was told (seconds, hexadecimal), keyed BLAKE2b

The event at that position never changes, but for its body, which a recall blanks. So if the fingerprint is another one,
the log is another one, even if it has grown past that position since. The key is the epoch's, and in the store only: a
client learns nothing about an event that it may not see.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from hashlib import blake2b
from hmac import compare_digest
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BigInteger, Connection, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError

from hichat.log import reading
from hichat.storage.tables import epochs, events

MARGIN = 60_000
"""Milliseconds by which the clocks of the machines that write a log may differ."""

NAME_SIZE = 8
SECRET_SIZE = 16
PRINT_SIZE = 8
"""Bytes of a name, of a secret and of a fingerprint."""

_CHECK = re.compile(r"(\d{1,16})-([0-9a-f]{1,12})-([0-9a-f]{16})")


class Place(msgspec.Struct, frozen=True):
    """
    A place in the log.

    @ivar epoch: the epoch's name.
    @ivar position: the last position then.
    @ivar check: the fingerprint of the event there.
    @ivar time: when that was looked up, in milliseconds since the epoch.
    """

    epoch: str
    position: int
    check: str
    time: int


class Look(NamedTuple):
    """
    @ivar place: the log's end.
    @ivar same: whether it is the log that was known; otherwise it needs a new epoch.
    """

    place: Place
    same: bool


class Timeline(NamedTuple):
    """PostgreSQL's system identifier, and the number of its timeline: a promoted standby has another."""

    cluster: int | None
    timeline: int | None


def look(connection: Connection, known: Place | None, now: int) -> Look:
    """
    Look up the log's end, and whether it still is the log that was known.

    @param known: a place in it; None: none is known.
    @param now: the time in milliseconds since the epoch.
    """
    current = _current(connection)
    end = connection.execute(_END).first()
    position = end.position if end else 0
    place = Place(current.name, position, _told(position, now, _fingerprint(current.secret, end)), now)
    return Look(place, _is_same(connection, current, known))


def _is_same(connection: Connection, current: Any, known: Place | None) -> bool:
    if _is_promoted(current, timeline(connection)):
        return False
    if known is None:
        return True
    if known.epoch != current.name:
        # An epoch that this log has had; or a copy of the log from before that epoch.
        return connection.scalar(select(epochs.c.number).where(epochs.c.name == known.epoch)) is not None
    return _holds(connection, current.secret, known.check)


def _is_promoted(current: Any, found: Timeline) -> bool:
    # Another system identifier alone is an upgrade of PostgreSQL, or a move.
    return found.cluster == current.cluster and None not in found and found.timeline != current.timeline


def first_name(connection: Connection) -> str:
    """@return: the name of the log's first epoch: copies of the log have the same, and no other log."""
    return str(connection.scalar(select(epochs.c.name).order_by(epochs.c.number).limit(1)))


def present(connection: Connection) -> str:
    """@return: the epoch's name; empty: the log needs a new one, because a standby was promoted."""
    current = _current(connection)
    return "" if _is_promoted(current, timeline(connection)) else str(current.name)


def timeline(connection: Connection) -> Timeline:
    """@return: the timeline; empty on SQLite, on a standby, and where the server does not tell it."""
    if connection.dialect.name != "postgresql":
        return Timeline(None, None)
    try:
        with connection.begin_nested():
            return Timeline(*connection.exec_driver_sql(_TIMELINE).one())
    except DBAPIError as e:
        if e.connection_invalidated:
            raise
        return Timeline(None, None)


_TIMELINE = """
SELECT system_identifier, CASE WHEN pg_is_in_recovery() THEN NULL ELSE
    ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint END
FROM pg_control_system()
"""


def was_served(connection: Connection) -> bool:
    """@return: whether a daemon has served the log's present epoch, and it has events."""
    return bool(_current(connection).told and reading.head(connection))


def is_settled(connection: Connection, known: Place | None, alone: bool) -> bool:
    """
    @param known: a place that this daemon has served; None: none is known.
    @param alone: whether no other daemon serves the log from elsewhere. If so, a log that was served, and of which
        nothing is known here, is a copy.
    @return: whether a daemon may serve the log as it is; otherwise L{settle} comes first.
    """
    current = _current(connection)
    found = timeline(connection)
    noted = None in found or (current.cluster, current.timeline) == found
    return current.told and noted and not _is_copy(connection, current, known, alone)


def _is_copy(connection: Connection, current: Any, known: Place | None, alone: bool) -> bool:
    if known is None and alone and current.told and reading.head(connection):
        return True
    return not _is_same(connection, current, known)


def settle(connection: Connection, known: Place | None, alone: bool, now: int) -> Place:
    """
    Let the log have a new epoch if it is another one than the known one. For a daemon that starts, in a transaction
    that holds the write lock; for the parameters see L{is_settled}.

    @return: the log's end.
    """
    current = _current(connection)
    if _is_copy(connection, current, known, alone):
        return begin(connection, now, _resume(connection, known))
    found = timeline(connection)
    noted = {} if None in found else found._asdict()
    connection.execute(update(epochs).where(epochs.c.number == current.number).values(told=True, **noted))
    return look(connection, None, now).place


def renew(connection: Connection, known: Place, now: int) -> Place:
    """
    Let the log have a new epoch, unless another process has done so. For a daemon that runs, in a transaction that
    holds the write lock.

    @param known: the place at which the log was not the same any more.
    @return: the log's end.
    """
    found = look(connection, known, now)
    return found.place if found.same else begin(connection, now, _resume(connection, known))


def begin(connection: Connection, now: int, position: int | None = None) -> Place:
    """
    Let the log have a new epoch. In a transaction that holds the write lock.

    @param position: clients of earlier epochs read the log again from here on; None: from its end.
    @return: the log's end.
    """
    number = _current(connection).number + 1
    values = {
        "number": number,
        "name": secrets.token_hex(NAME_SIZE),
        "secret": secrets.token_bytes(SECRET_SIZE),
        "position": reading.head(connection) if position is None else position,
        "began_at": now,
        "told": True,
    }
    connection.execute(insert(epochs).values(values | timeline(connection)._asdict()))
    return look(connection, None, now).place


def _resume(connection: Connection, known: Place | None) -> int:
    """@return: the position behind which all events are that nobody can have got at the known place."""
    head = reading.head(connection)
    return head if known is None else min(head, known.position, reading.before_time(connection, known.time - MARGIN))


def check_at(connection: Connection, position: int, now: int) -> str:
    """@return: the check of the event at a position of the log, or of its beginning."""
    secret = _current(connection).secret
    return _told(position, now, _fingerprint(secret, _event(connection, position)))


def restart(connection: Connection, since: int, epoch: str, check: str) -> int | None:
    """
    Judge a client's cursor.

    @param epoch: the epoch in which the client got it; empty: it does not know.
    @param check: the last check that the client got; empty: it has none.
    @return: None: the cursor is good. Otherwise the position behind which all events are that the client cannot have
        got: at most C{since}.
    """
    current = _current(connection)
    head = reading.head(connection)
    is_good = epoch in ("", current.name) and (not check or _holds(connection, current.secret, check))
    if is_good and (not epoch or since <= head):
        return None
    bounds = [since, head]
    if epoch != current.name:
        bounds += _positions_after(connection, epoch)
    parsed = _CHECK.fullmatch(check)
    if parsed:
        told = int(parsed[2], 16) * 1000
        bounds.append(reading.before_time(connection, told - MARGIN))
    return min(bounds)


def _positions_after(connection: Connection, name: str) -> Sequence[int]:
    """@return: the positions of all epochs since this one; since the first if it is not known."""
    known = connection.scalar(select(epochs.c.number).where(epochs.c.name == name)) or 1
    return connection.scalars(select(epochs.c.position).where(epochs.c.number > known)).all()


def _holds(connection: Connection, secret: bytes, check: str) -> bool:
    """@return: whether the event of this check is in the log."""
    parsed = _CHECK.fullmatch(check)
    if parsed is None:
        return False
    position = int(parsed[1])
    event = _event(connection, position)
    if event is None and position:
        return False
    return compare_digest(parsed[3], _fingerprint(secret, event))


def _told(position: int, now: int, fingerprint: str) -> str:
    return f"{position}-{now // 1000:x}-{fingerprint}"


def _fingerprint(secret: bytes, event: Any) -> str:
    """@param event: the fields of an event that never change; None: the log's beginning."""
    said = " ".join(map(str, event or ()))
    return blake2b(said.encode(), key=secret, digest_size=PRINT_SIZE).hexdigest()


def _event(connection: Connection, position: int) -> Any:
    return connection.execute(_AT, {"at": position}).first()


def _current(connection: Connection) -> Any:
    return connection.execute(_CURRENT).one()


# Built once: building a statement takes several times as long as running it.
_CURRENT = select(epochs).order_by(epochs.c.number.desc()).limit(1)
_LASTING = select(*(column for column in events.c if column.name != "body"))
_END = _LASTING.order_by(events.c.position.desc()).limit(1)
_AT = _LASTING.where(events.c.position == bindparam("at", type_=BigInteger))
