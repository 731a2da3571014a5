"""A batch is its drafts, one after the other: what is looked up for all of them at once changes nothing."""

from __future__ import annotations

import random
from typing import Any, cast

from msgspec.structs import replace
from sqlalchemy import Connection, delete, insert

from hichat.accounts import devices, users
from hichat.core.drafts import Draft, Outcome
from hichat.core.errors import NoSuchTarget
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import tables
from tests import proof
from tests.support.doubles import NOW, make_store
from tests.support.ledger import Unstorable, WriterCase, message, revoked
from tests.support.postgres import OnPostgreSQL

USERS = range(1, 7)
"""The last one there is not."""

BATCH = 12


def disabled(user: int) -> Draft:
    def change(connection: Connection, _draft: Draft, _position: int) -> None:
        users.disable(connection, user, NOW)

    origin: Any = None
    return Draft(Kind.SIGNED_OUT, Scope.ACCOUNTS, user, user, b"1", origin, change=change)


def blocked(user: int, other: int) -> Draft:
    def change(connection: Connection, _draft: Draft, _position: int) -> None:
        block = tables.blocks.c
        connection.execute(delete(tables.blocks).where(block.owner_id == user, block.blocked_id == other))
        connection.execute(insert(tables.blocks).values(owner_id=user, blocked_id=other, created_at=NOW))

    origin: Any = None
    return Draft(Kind.BLOCKED, Scope.USER, user, user, b"", origin, other, change=change)


def unblocked(user: int, other: int) -> Draft:
    def change(connection: Connection, _draft: Draft, _position: int) -> None:
        block = tables.blocks.c
        connection.execute(delete(tables.blocks).where(block.owner_id == user, block.blocked_id == other))

    origin: Any = None
    return Draft(Kind.UNBLOCKED, Scope.USER, user, user, b"", origin, other, change=change)


class BatchTests(WriterCase):
    def test_seeded(self) -> None:
        for seed in proof.seeds(proof.ROUNDS_OF_BATCHES):
            one_by_one = self.play(seed, 1)
            self.assertEqual(self.play(seed, BATCH), one_by_one, f"seed {seed}")
            self.assertEqual(self.play(seed, 5, together=True), one_by_one, f"seed {seed}")

    def play(self, seed: int, size: int, together: bool = False) -> list[Any]:
        """
        @param together: whether such batches are written together, as those of several workers are.
        @return: what came of the same drafts, written so many at once.
        """
        self.store = make_store(self)
        with self.store.transaction() as connection:
            for user in USERS[:-1]:
                users.insert(connection, f"user {user}", "hash", NOW)
                for name in ("phone", "laptop"):
                    devices.find_or_add(connection, user, name, NOW)
        writer = LogWriter(self.store, lambda: NOW)
        chance = random.Random(seed)
        drafts = [self.draft(chance) for _ in range(60)]
        shown: list[Any] = []
        for at in range(0, len(drafts), BATCH):
            batch = drafts[at : at + BATCH]
            parts = [batch[start : start + size] for start in range(0, len(batch), size)]
            if together:
                written = writer.write_together([(part, None) for part in parts])
            else:
                written = [writer.write(part) for part in parts]
            self.assertEqual([len(outcomes) for outcomes in written], [len(part) for part in parts])
            shown += [self.show(outcome) for outcomes in written for outcome in outcomes]
            if chance.random() < 0.3:
                writer._memory.forget()
            if chance.random() < 0.5:
                # Another worker's.
                LogWriter(self.store, lambda: NOW).write([self.draft(chance)])
        self.flushLoggedErrors()
        return shown

    @staticmethod
    def show(outcome: Outcome) -> Any:
        if isinstance(outcome, Event):
            # The numbers of conversations that were taken back are not given again on PostgreSQL.
            return replace(outcome, conversation=0)
        return (type(outcome), getattr(getattr(outcome, "event", None), "position", 0))

    def draft(self, chance: random.Random) -> Draft:
        user, other = chance.choice(USERS), chance.choice(USERS)
        device = 2 * user - chance.randrange(2)
        kind = chance.random()
        if kind < 0.05:
            return disabled(user)
        if kind < 0.12:
            return revoked(device, user)
        if kind < 0.25:
            return blocked(user, other)
        if kind < 0.32:
            return unblocked(user, other)
        if kind < 0.36:
            return message(user, other, body=cast(bytes, Unstorable()))
        draft = message(user, other)
        draft.body = b"%d" % chance.randrange(3)
        if kind < 0.8:
            draft.device, draft.counter = device, chance.randrange(8)
        return draft

    def test_a_number_that_nobody_has(self) -> None:
        outcomes = self.writer.write([message(1, MAX_SAFE_INTEGER), message(1, 2)])
        self.assertEqual([type(outcome) for outcome in outcomes], [NoSuchTarget, Event])


class BatchOnPostgreSQLTests(OnPostgreSQL, BatchTests):
    """The same on the other store."""
