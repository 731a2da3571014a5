"""The events that the audit log has as well: what administrators say to everyone, and messages taken from others."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection
from twisted.logger import Logger

from hichat.audit.book import Note
from hichat.audit.entries import ANNOUNCE, RECALL, Entry
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import reading
from hichat.storage.store import Store

_log = Logger()


def note_event(store: Store, note: Note, event: Event) -> None:
    """
    Note an event that was just stored, if it is a message to everyone, or takes back a message of somebody else.

    @param event: see L{hichat.pipeline.ledger.gather.Ledger.noticed}.
    """
    entry = Entry(
        act=RECALL if event.kind == Kind.RECALLED else ANNOUNCE,
        actor=event.sender,
        group=event.target if event.scope == Scope.GROUP else 0,
        device=event.device,
        detail=f'{{"message":{event.subject or event.position}}}',
    )
    if event.kind == Kind.RECALLED:
        reading_it = store.read(partial(_author, position=event.subject))
        reading_it.addCallback(lambda author: author == event.sender or note(_of(entry, author)))
        reading_it.addErrback(lambda failure: _log.failure("the author of a recalled message was not found", failure))
    elif event.kind == Kind.MESSAGE:
        note(entry)


def _of(entry: Entry, author: int) -> Entry:
    return Entry(
        act=entry.act, actor=entry.actor, whose=author, group=entry.group, device=entry.device, detail=entry.detail
    )


def _author(connection: Connection, position: int) -> int:
    """@return: whose message it is; 0: there is none."""
    found = reading.find(connection, position)
    return found.sender if found is not None else 0
