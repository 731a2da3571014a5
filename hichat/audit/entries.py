"""
Entries of the audit log: who did what to whom, from where, and with what outcome. Functions of a connection, for
L{hichat.storage.store.Store}.

The table is append-only: the database itself refuses to change its rows, and to delete those of the last four weeks;
L{hichat.keeping.auditing} deletes older ones. No entry has text of a message, a
password, a token, or a name that a stranger has typed, which may be a password.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, func, insert, or_, select

from hichat.storage.tables import audit

OK = "ok"
"""The outcome of what was done; all others are the codes of refusals."""

BEGUN = "begun"
"""The outcome of what a stranger has begun. Like refusals, those are summed: a stranger must not fill the disk."""

UNKNOWN_OUTCOME = "unknown"
"""The outcome of what was cut off, such as by a client that hung up: it may be done or not."""

DETAIL_LIMIT = 300
"""The most characters of an entry's detail."""

LOG_IN = "log_in"
NEW_DEVICE = "new_device"
REFRESH_REUSED = "refresh_reused"
REGISTER = "register"
SET_PASSWORD = "set_password"  # noqa: S105
FORGOT_PASSWORD = "forgot_password"  # noqa: S105
ANNOUNCE = "announce"
RECALL = "recall_message"
FORGET_AUDIT = "forget_audit"
BEGIN_SIGN_ON = "begin_sign_on"
END_SIGN_ON = "end_sign_on"
LINK_IDENTITY = "link_identity"
PROVIDER_ENDS = "provider_ends_session"
PROVIDER_ROLE = "provider_sets_role"
SWITCH_OFF_HOOK = "switch_off_hook"
SET_COMMAND_URLS = "set_command_urls"
"""Acts that are no operation of the HTTP API and no command. Others are called as the operation or the command is."""

CHANGE_GROUP = "change_group"
"""An operation, and C{/topic}, which does the same."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """
    An entry.

    @ivar act: what was done, or tried.
    @ivar outcome: L{OK}, or the code of the refusal.
    @ivar actor: the id of the user who did it; 0: nobody is signed in, or somebody at the command line.
    @ivar whose: the id of the user who is concerned; 0: nobody is, or nobody that there is.
    @ivar group: the id of the group that is concerned; 0: none is.
    @ivar device: the number of the device with which, or to which, it was done; 0: none.
    @ivar address: the client's address; of a command, the name of who ran it.
    @ivar via: C{v1}, C{v2}, C{command}; or C{daemon}, of its own accord.
    @ivar count: how often it was tried within a minute.
    @ivar detail: more facts, as JSON; empty: there are none.
    @ivar at: when, in milliseconds since the epoch.
    """

    act: str
    outcome: str = OK
    actor: int = 0
    whose: int = 0
    group: int = 0
    device: int = 0
    address: str = ""
    via: str = ""
    count: int = 1
    detail: str = ""
    at: int = 0


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """
    Which entries are wanted.

    @ivar user: those that this user made, or that concern the user; 0: all.
    @ivar since: those since then, in milliseconds since the epoch.
    @ivar act: those of this act; empty: all.
    """

    user: int = 0
    since: int = 0
    act: str = ""


def add(connection: Connection, entries: Sequence[Entry]) -> None:
    """Append entries."""
    connection.execute(insert(audit), [_row(entry) for entry in entries])


def read(connection: Connection, wanted: Wanted, after: int, limit: int) -> list[tuple[int, Entry]]:
    """
    @param after: the number of the last entry that is known; 0: none is.
    @return: the next entries, each with its number, the oldest first.
    """
    return _read(connection, wanted, select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit))


def acts(connection: Connection) -> list[str]:
    """@return: the acts that there are, in order."""
    return [row.act for row in connection.execute(select(audit.c.act).distinct().order_by(audit.c.act))]


def newest(connection: Connection, wanted: Wanted, limit: int) -> list[Entry]:
    """@return: the newest entries, the oldest of them first."""
    found = _read(connection, wanted, select(audit).order_by(audit.c.id.desc()).limit(limit))
    return [entry for _, entry in reversed(found)]


SIGN_INS = frozenset((LOG_IN, NEW_DEVICE, REFRESH_REUSED, SET_PASSWORD))
"""The acts by which users see who comes in as them."""

SIGN_INS_LOOKED = 2000
"""The most entries that L{sign_ins} looks through."""

LOOKED_THROUGH = 100_000
"""The most entries that L{before} looks through."""


def last_number(connection: Connection) -> int:
    """@return: the number of the newest entry, 0 if there is none."""
    return connection.scalar(select(func.max(audit.c.id))) or 0


def before(connection: Connection, wanted: Wanted, number: int, limit: int) -> tuple[list[tuple[int, Entry]], int]:
    """
    Look through at most L{LOOKED_THROUGH} entries before a number.

    @return: the entries found, the newest first, each with its number; and the number from which to look on, 0: there
        are no more.
    """
    oldest = number - LOOKED_THROUGH
    first = select(audit.c.id).where(audit.c.at >= wanted.since).order_by(audit.c.at, audit.c.id).limit(1)
    since = connection.scalar(first)
    if since is None:
        return [], 0
    query = select(audit).where(audit.c.id < number, audit.c.id >= oldest).order_by(audit.c.id.desc()).limit(limit)
    found = _read(connection, wanted, query)
    following = found[-1][0] if len(found) == limit else max(0, oldest)
    return found, 0 if following <= since else following


def sign_ins(
    connection: Connection, user: int, since: int, number: int, limit: int
) -> tuple[list[tuple[int, Entry]], int]:
    """
    The log-ins of a user, and what was refused, since some time. At most L{SIGN_INS_LOOKED} entries that concern the
    user are looked through.

    @param since: in milliseconds since the epoch.
    @param number: only entries before this number.
    @return: the entries found, the newest first, each with its number; and the number from which to look on, 0: there
        are no more.
    """
    c = audit.c
    own = select(c.id, c.at, c.act).where(c.whose == user, c.id < number).order_by(c.id.desc()).limit(SIGN_INS_LOOKED)
    looked = connection.execute(own).all()
    wanted = [row.id for row in looked if row.act in SIGN_INS and row.at >= since]
    some = wanted[:limit]
    rows = connection.execute(select(audit).where(c.id.in_(some)).order_by(c.id.desc()))
    found = [(row.id, _entry(row._mapping)) for row in rows]
    if len(wanted) > limit:
        return found, some[-1]
    goes_on = len(looked) == SIGN_INS_LOOKED and looked[-1].at >= since
    return found, looked[-1].id if goes_on else 0


def _read(connection: Connection, wanted: Wanted, found: Select[Any]) -> list[tuple[int, Entry]]:
    found = found.where(audit.c.at >= wanted.since)
    if wanted.user:
        found = found.where(or_(audit.c.actor == wanted.user, audit.c.whose == wanted.user))
    if wanted.act:
        found = found.where(audit.c.act == wanted.act)
    return [(row.id, _entry(row._mapping)) for row in connection.execute(found)]


def _row(entry: Entry) -> dict[str, object]:
    row = msgspec.structs.asdict(entry)
    row["group_id"] = row.pop("group")
    return row


def _entry(row: object) -> Entry:
    found = dict(row)  # type: ignore[call-overload]
    found["group"] = found.pop("group_id")
    del found["id"]
    return Entry(**found)
