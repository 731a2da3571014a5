"""The log's writer on a store, and drafts for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert
from twisted.internet.interfaces import IReactorTime
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import devices, users
from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import Refused
from hichat.core.events import FIRST_GROUP_ID, Event, Scope
from hichat.core.kinds import Kind
from hichat.groups import queries as groups_room
from hichat.log import by_conversation, reading
from hichat.pipeline.gateway.quota import Quota
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.ledger.writer import LogWriter
from hichat.pipeline.plane.intake import Intake
from hichat.runtime.metrics import Metrics
from hichat.storage import tables
from hichat.storage.store import Store
from tests.support.doubles import NOW, make_store

GROUP = FIRST_GROUP_ID


def message(sender: int, target: int, scope: Scope = Scope.USER, body: bytes = b"hi") -> Draft:
    return Draft(Kind.MESSAGE, scope, sender, target, body, None)  # type: ignore[arg-type]


def joined(user: int, change=None) -> Draft:
    def add(connection: Connection, draft: Draft, position: int) -> None:
        connection.execute(
            insert(tables.members).values(group_id=GROUP, user_id=draft.subject, since=position, until=None)
        )
        draft.body = b"%d" % len(groups_room.members(connection, GROUP))

    return Draft(Kind.JOINED, Scope.GROUP, user, GROUP, b"", None, user, change=change or add)  # type: ignore[arg-type]


def left(user: int) -> Draft:
    def end(connection: Connection, draft: Draft, position: int) -> None:
        connection.execute(
            tables.members.update()
            .where(tables.members.c.user_id == user, tables.members.c.until.is_(None))
            .values(until=position)
        )
        draft.body = b"0"

    return Draft(Kind.LEFT, Scope.GROUP, user, GROUP, b"", None, user, change=end)  # type: ignore[arg-type]


def make_inlet(writer: LogWriter, clock: IReactorTime, quota: Quota | None = None) -> Inlet:
    """@return: a way into the log at whose end drafts are written at once."""
    intake = Intake()

    def submit(drafts: Sequence[Draft]) -> None:
        for draft, outcome in zip(drafts, writer.write(drafts), strict=True):
            intake.gave(1)
            if isinstance(outcome, Refused):
                draft.origin.refused(draft, outcome)
            elif isinstance(outcome, Duplicate):
                draft.origin.accepted(draft, outcome.event, True)
            else:
                draft.origin.accepted(draft, outcome, False)

    return Inlet(submit, lambda signal: None, intake, Metrics(), clock, 5000, quota)


class WriterCase(SynchronousTestCase):
    """A store with four users and an empty group."""

    def setUp(self) -> None:
        # With so small steps a few events fill both tiers of the index, and its tail.
        self.patch(by_conversation, "INDEX_STEP", 2)
        self.patch(by_conversation, "SMALL_TIER", 3)
        self.store = make_store(self)
        with self.store.transaction() as connection:
            for name in ("ann", "bob", "cat", "dan"):
                users.insert(connection, name, "hash", NOW)
            connection.execute(
                insert(tables.groups).values(
                    id=GROUP, name="team", name_key="team", owner_id=1, created_at=NOW, updated_at=NOW
                )
            )
        self.writer = LogWriter(self.store, lambda: NOW)

    def rows(self) -> list[Event]:
        with self.store.snapshot() as connection:
            return reading.after(connection, 0, 1000)


class Outcomes:
    """What became of drafts; for test cases with a writer."""

    writer: LogWriter

    def write(self, *drafts: Draft) -> list[Outcome]:
        return self.writer.write(drafts)

    def done(self, draft: Draft) -> Event:
        (outcome,) = self.write(draft)
        assert isinstance(outcome, Event), outcome
        return outcome


class OutcomeCase(Outcomes, WriterCase):
    """A store with four users and an empty group, and what became of drafts."""


class Unstorable:
    def __repr__(self) -> str:
        return "TOP SECRET"


def make_again(store: Store) -> Store:
    """@return: a second L{Store} on the same database, as another process has it."""
    return Store(store.engine, store._reading, store.in_writer)


def own(kind: Kind, user: int, other: int) -> Draft:
    """@return: a draft by which a user blocks or unblocks another."""

    def change(connection: Connection, _draft: Draft, _position: int) -> None:
        blocks = tables.blocks
        if kind == Kind.BLOCKED:
            connection.execute(insert(blocks).values(owner_id=user, blocked_id=other, created_at=NOW))
        else:
            connection.execute(delete(blocks).where(blocks.c.owner_id == user, blocks.c.blocked_id == other))

    return Draft(kind, Scope.USER, user, user, b"", None, other, change=change)  # type: ignore[arg-type]


def block(user: int, other: int) -> Draft:
    return own(Kind.BLOCKED, user, other)


def unblock(user: int, other: int) -> Draft:
    return own(Kind.UNBLOCKED, user, other)


def about(kind: Kind, user: int, subject: int, body: bytes = b'{"text":"new","mentions":[]}') -> Draft:
    return Draft(kind, Scope.EVERYONE, user, 0, body, None, subject)  # type: ignore[arg-type]


def revise(kind: Kind, sender: int, subject: int, body: bytes = b"") -> Draft:
    origin: Any = None
    return Draft(kind, Scope.EVERYONE, sender, 0, body, origin, subject)


def edit(sender: int, subject: int, body: bytes = b"now") -> Draft:
    return revise(Kind.EDITED, sender, subject, body)


def recall(sender: int, subject: int) -> Draft:
    return revise(Kind.RECALLED, sender, subject)


def react(sender: int, subject: int, body: bytes = b"+!") -> Draft:
    return revise(Kind.REACTED, sender, subject, body)


def reply(sender: int, target: int, subject: int, scope: Scope = Scope.USER) -> Draft:
    draft = message(sender, target, scope)
    draft.subject = subject
    return draft


def revoked(device: int, user: int = 1) -> Draft:
    def change(connection: Connection, _draft: Draft, _position: int) -> None:
        devices.revoke(connection, user, device, NOW)

    origin: Any = None
    return Draft(Kind.SIGNED_OUT, Scope.ACCOUNTS, user, user, b"", origin, device, change=change)
