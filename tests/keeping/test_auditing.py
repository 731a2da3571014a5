"""Tests for L{hichat.keeping.auditing}, on both stores: what goes from the audit log, and what stays."""

from __future__ import annotations

import json
import time
from unittest.mock import patch

from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.audit import entries
from hichat.audit.entries import FORGET_AUDIT, Entry, Wanted
from hichat.core.events import Scope
from hichat.keeping import auditing, holds, seen
from hichat.keeping.auditing import AUDIT_LOOK_INTERVAL, STEP_REST, AuditForgotten
from hichat.keeping.holds import Hold
from hichat.storage.tables import audit
from tests.support.doubles import make_store
from tests.support.postgres import OnPostgreSQL

DAY = 24 * 3600 * 1000


class AuditForgottenTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.store, self.clock = make_store(self), Clock()
        # The database itself looks at the clock, too.
        self.now = int(time.time() * 1000)
        self.noted: list[Entry] = []
        with self.store.transaction() as connection:
            seen.note(connection, self.now)

    def add(self, *rows: Entry) -> None:
        with self.store.transaction() as connection:
            entries.add(connection, rows)

    def at(self, days: float, **fields: int) -> Entry:
        return Entry(act="ban", at=self.now - round(days * DAY), **fields)  # type: ignore[arg-type]

    def left(self) -> list[int]:
        """@return: how many days ago each entry was made that there is."""
        with self.store.snapshot() as connection:
            return [round((self.now - entry.at) / DAY) for _, entry in entries.read(connection, Wanted(), 0, 1000)]

    def begin(self, days: int) -> AuditForgotten:
        made = AuditForgotten(self.store, self.clock, days, self.noted.append)
        self.addCleanup(made.stop)
        made.start()
        self.clock.advance(1)
        return made

    def test_what_is_too_old_goes(self) -> None:
        self.add(*(self.at(days) for days in (400, 100, 99, 61, 59, 31, 1, 0)))
        self.begin(60)
        self.assertEqual(self.left(), [59, 31, 1, 0])
        (entry,) = self.noted
        self.assertEqual((entry.act, entry.outcome, entry.via), (FORGET_AUDIT, "ok", "daemon"))
        self.assertEqual(json.loads(entry.detail)["count"], 4)
        with self.store.transaction() as connection:
            seen.note(connection, self.now + 2 * DAY)
        self.clock.advance(AUDIT_LOOK_INTERVAL)
        self.assertEqual(self.left(), [31, 1, 0])
        self.clock.advance(AUDIT_LOOK_INTERVAL)
        self.assertEqual(len(self.noted), 2)

    def test_for_ever(self) -> None:
        self.add(self.at(4000))
        self.begin(0)
        self.clock.advance(AUDIT_LOOK_INTERVAL)
        self.assertEqual((self.left(), self.noted), ([4000], []))

    def test_in_steps_and_what_is_held(self) -> None:
        """Entries about users and groups that are held stay, and nothing behind them."""
        with self.store.transaction() as connection:
            holds.add(connection, Hold(int(Scope.USER), 7, self.now, 0, ""))
            holds.add(connection, Hold(int(Scope.GROUP), 8, self.now, 0, ""))
        rows = [self.at(200, actor=7), self.at(199, whose=7), self.at(198, group=8), self.at(197, group=7, actor=8)]
        self.add(*rows, *(self.at(100) for _ in range(6)))
        with patch.object(auditing, "ENTRIES_AT_ONCE", 3):
            self.begin(90)
            self.assertEqual(self.left(), [200, 199, 198, 197, *[100] * 6])
            self.clock.pump([STEP_REST] * 6)
        self.assertEqual(self.left(), [200, 199, 198])
        self.assertEqual([json.loads(entry.detail)["count"] for entry in self.noted], [7])
        with self.store.transaction() as connection:
            for scope, target in ((Scope.USER, 7), (Scope.GROUP, 8)):
                holds.remove(connection, int(scope), target)
        self.clock.advance(AUDIT_LOOK_INTERVAL)
        self.assertEqual(self.left(), [])

    def test_no_time_was_seen_yet(self) -> None:
        with self.store.transaction() as connection:
            seen.note(connection, 0)
        self.add(self.at(400))
        self.begin(30)
        self.assertEqual(self.left(), [400])

    def test_the_database_keeps_what_is_new(self) -> None:
        self.add(self.at(29), self.at(27))
        with self.assertRaises(DBAPIError), self.store.transaction() as connection:
            connection.execute(delete(audit))
        self.assertEqual(self.left(), [29, 27])
        with self.store.transaction() as connection:
            connection.execute(delete(audit).where(audit.c.at < self.now - 28 * DAY))
        self.assertEqual(self.left(), [27])


class AuditForgottenOnPostgreSQLTests(OnPostgreSQL, AuditForgottenTests):
    """The same on PostgreSQL."""
