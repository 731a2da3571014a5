"""
The queue of mails: functions of a connection, for L{hichat.storage.store.Store}.

A mail is put into it in the transaction of the change that it is about, so both are stored or none. Whoever sends it
takes it first, for L{MAIL_LEASE} seconds; after a crash it is there again. When it is sent or given up, its address and
its facts are blanked; its row stays for two days, by which mails are counted, and then goes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from hichat.accounts.telling import MailKind
from hichat.core.errors import Language
from hichat.mail.addresses import address_key_of
from hichat.storage.tables import mails

MAIL_LEASE = 300
"""Seconds for which a mail is its sender's. Sending takes less: see L{hichat.mail.postman.SEND_DEADLINE}."""

MAIL_KEPT = 24 * 3600
"""Seconds after which a mail is given up. After twice as long the row of one goes that is done."""

PAUSES = (60, 120, 300, 900, 1800, 3600)
"""Seconds until the next try, after the first one and so on; after the last one, of all further ones."""

QUEUE_LIMIT = 10_000
"""The most mails that wait. Further ones are not taken."""

HOUR = 3600

TO_MAILBOX = 20
"""The most mails to one mailbox within an hour. Further ones are not taken."""

ASKED_FOR = 5
"""The most codes for one account, and to one mailbox, within an hour."""

REMOVED_ROWS = 500
"""The most rows that are removed in one transaction."""

SENT = "sent"
GIVEN_UP = "given_up"
REFUSED = "refused"
MAIL_DROPPED = "dropped"
MAIL_OUTCOMES = (SENT, GIVEN_UP, REFUSED, MAIL_DROPPED)
"""
The outcomes of mails. C{given_up}: it could not be sent for a day, or for as long as its code is good. C{refused}: the
mail server does not want it. C{dropped}: there were too many; or nobody is to get it.
"""


class QueuedMail(NamedTuple):
    """
    A mail in the queue. See the columns of the table.

    @ivar user: 0: nobody.
    @ivar address: empty: the user's verified one.
    """

    id: int
    user: int
    kind: MailKind
    address: str
    language: Language
    facts: Mapping[str, str]
    mark: str
    created_at: int
    tries: int


class QueueState(NamedTuple):
    """
    @ivar waiting: the number of mails that wait.
    @ivar oldest: when the oldest of them was put in, in milliseconds since the epoch; 0: there is none.
    @ivar next: the number of the mail to be sent next; 0: none is due.
    """

    waiting: int
    oldest: int
    next: int


def put(
    connection: Connection,
    user_id: int,
    kind: MailKind,
    address: str,
    language: Language,
    facts: Mapping[str, str],
    now: int,
) -> bool:
    """
    Put a mail into the queue, unless there are too many.

    @param user_id: 0: nobody; then it is never sent, but it takes as long as one that is.
    @param address: empty: the verified one that the user has when it is sent.
    @param now: milliseconds since the epoch.
    @return: whether it is there.
    """
    mailbox = mailbox_of(address) if address else None
    since = now - HOUR * 1000
    full = _count(connection, mails.c.next_at.is_not(None)) >= QUEUE_LIMIT
    if full or (mailbox and _count(connection, mails.c.mailbox == mailbox, mails.c.created_at > since) >= TO_MAILBOX):
        return False
    connection.execute(
        insert(mails).values(
            user_id=user_id or None,
            kind=kind,
            address=address,
            mailbox=mailbox,
            language=language,
            facts=msgspec.json.encode(facts).decode() if facts else "",
            mark=secrets.token_hex(16),
            created_at=now,
            next_at=now,
        )
    )
    return True


def has_asked_often(
    connection: Connection, user_id: int, kind: MailKind, address: str, now: int, before: int | None = None
) -> bool:
    """
    @param before: the number of a mail: only those before it count; None: all do.
    @return: whether there were L{ASKED_FOR} mails of this kind for the account, or to the mailbox, within the hour.
    """
    row = mails.c
    recent = [row.kind == kind, row.created_at > now - HOUR * 1000, row.outcome != MAIL_DROPPED]
    if before is not None:
        recent.append(row.id < before)
    return any(
        _count(connection, *recent, condition) >= ASKED_FOR
        for condition in (row.user_id == user_id, row.mailbox == mailbox_of(address))
    )


def look(connection: Connection, now: int) -> QueueState:
    """@return: how the queue is."""
    waits = mails.c.next_at.is_not(None)
    count, oldest = connection.execute(select(func.count(), func.min(mails.c.created_at)).where(waits)).one()
    due = select(mails.c.id).where(mails.c.next_at <= now).order_by(mails.c.next_at, mails.c.id).limit(1)
    return QueueState(count, oldest or 0, connection.scalar(due) or 0)


def take(connection: Connection, mail_id: int, now: int) -> QueuedMail | None:
    """@return: the mail, which is the caller's for L{MAIL_LEASE} seconds; None: somebody else has it."""
    row = mails.c
    leased = update(mails).where(row.id == mail_id, row.next_at <= now)
    if not connection.execute(leased.values(next_at=now + MAIL_LEASE * 1000, tries=row.tries + 1)).rowcount:
        return None
    found = connection.execute(select(mails).where(row.id == mail_id)).one()
    return QueuedMail(
        found.id,
        found.user_id or 0,
        MailKind(found.kind),
        found.address,
        found.language,
        msgspec.json.decode(found.facts, type=dict[str, str]) if found.facts else {},
        found.mark,
        found.created_at,
        found.tries,
    )


def direct(connection: Connection, mail_id: int, address: str) -> None:
    """A mail goes to this mailbox: note that, for counting."""
    connection.execute(update(mails).where(mails.c.id == mail_id).values(mailbox=mailbox_of(address)))


def try_later(connection: Connection, mail: QueuedMail, now: int) -> None:
    """It could not be sent now."""
    pause = PAUSES[min(mail.tries, len(PAUSES)) - 1]
    connection.execute(update(mails).where(mails.c.id == mail.id).values(next_at=now + pause * 1000))


def finish(connection: Connection, mail_id: int, outcome: str) -> None:
    """A mail is done: it is never sent again, and nothing stays of what is in it."""
    blank = {"next_at": None, "outcome": outcome, "address": "", "facts": ""}
    connection.execute(update(mails).where(mails.c.id == mail_id).values(**blank))


def remove_old_mails(connection: Connection, now: int) -> int:
    """@return: the number of rows that were removed."""
    row = mails.c
    old = select(row.id).where(row.created_at < now - 2 * MAIL_KEPT * 1000, row.next_at.is_(None)).limit(REMOVED_ROWS)
    nobody = select(row.id).where(row.user_id.is_(None), row.next_at.is_(None)).limit(REMOVED_ROWS)
    return connection.execute(delete(mails).where(or_(row.id.in_(old), row.id.in_(nobody)))).rowcount


def forget_mails(connection: Connection, user_id: int) -> None:
    """The account is deleted."""
    connection.execute(delete(mails).where(mails.c.user_id == user_id))


def mailbox_of(address: str) -> bytes:
    """@return: a hash by which mails to the same mailbox are known."""
    return blake2b(address_key_of(address).encode(), digest_size=16, person=b"hichat-mailbox").digest()


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(mails).where(*conditions)) or 0
