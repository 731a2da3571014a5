"""Tests for L{hichat.audit}: the table, its writer, and what is summed."""

from __future__ import annotations

import json
import time
from typing import cast

from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from hichat.audit import entries
from hichat.audit.book import AGAIN, GATHERED, SUMMED_LIMIT, SUMMED_SECONDS, UNSTORED_LIMIT, AuditBook, recorded
from hichat.audit.entries import LOG_IN, Entry, Wanted
from hichat.core.errors import NotAMember, StoreAway
from hichat.storage.tables import audit
from tests.support.doubles import make_store
from tests.support.postgres import OnPostgreSQL

NOW = 1_700_000_000_000


class BookTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock, self.store = Clock(), make_store(self)
        self.book = AuditBook(self.store, self.clock, lambda: NOW + round(self.clock.seconds() * 1000))
        self.events: list[LogEvent] = []
        observer = cast(ILogObserver, self.events.append)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

    @property
    def stored(self) -> list[Entry]:
        with self.store.snapshot() as connection:
            return [entry for _, entry in entries.read(connection, Wanted(), 0, 20_000)]

    @property
    def lines(self) -> list[dict[str, object]]:
        found = [event for event in self.events if event["log_namespace"] == "hichat.audit" and "act" in event]
        return [json.loads(event["entry"]) for event in found]

    def test_noted(self) -> None:
        """It is in the operator's log at once, without what is empty, and soon in the table."""
        self.book.note(Entry(act="ban", actor=1, whose=2, group=3, address="1.2.3.4", via="v2", detail='{"a":1}'))
        (line,) = self.lines
        wanted = {"act": "ban", "outcome": "ok", "actor": 1, "whose": 2, "group": 3, "address": "1.2.3.4", "via": "v2"}
        self.assertEqual(line, {**wanted, "count": 1, "detail": '{"a":1}', "at": NOW})
        self.assertEqual(self.stored, [])
        self.clock.advance(GATHERED)
        (entry,) = self.stored
        self.assertEqual((entry.act, entry.group, entry.at), ("ban", 3, NOW))

    def test_sign_ins(self) -> None:
        """Of one user, the newest first; what else concerns the user is passed, and only so much of it at once."""
        self.patch(entries, "SIGN_INS_LOOKED", 10)
        for number in range(8):
            self.book.note(Entry(act=LOG_IN, whose=2, device=number + 1))
            self.book.note(Entry(act="change_me", actor=2, whose=2))
            self.book.note(Entry(act=LOG_IN, whose=3))
        for _ in range(25):
            self.book.note(Entry(act="ban", actor=2, whose=2))
        self.clock.advance(GATHERED)

        def pages(since: int) -> list[list[int]]:
            before, found = 1000, []
            while before:
                with self.store.snapshot() as connection:
                    some, before = entries.sign_ins(connection, 2, since, before, 3)
                found.append([entry.device for _, entry in some])
            return found

        self.assertEqual(pages(NOW), [[], [], [8, 7], [6, 5, 4], [3, 2, 1]])
        self.assertEqual(pages(NOW + 1), [[]])

    def test_append_only(self) -> None:
        """The database itself keeps what is there."""
        # It lets those go that are some weeks old.
        book = AuditBook(self.store, self.clock, lambda: int(time.time() * 1000))
        book.note(Entry(act="ban"))
        self.clock.advance(GATHERED)
        wrong = [update(audit).values(outcome="x"), delete(audit)]
        if self.store.engine.dialect.name == "postgresql":
            wrong.append(text("TRUNCATE audit"))  # type: ignore[arg-type]
        for statement in wrong:
            with self.assertRaises(DBAPIError), self.store.transaction() as connection:
                connection.execute(statement)
        self.assertEqual(len(self.stored), 1)

    def test_refusals_are_summed(self) -> None:
        """Each kind is noted at once, and its number when the minute is over; what is done is always noted."""
        for address in ("1.2.3.4", "1.2.3.4", "5.6.7.8", "1.2.3.4"):
            self.book.note(Entry(act=LOG_IN, outcome="wrong_password", address=address))
        for _ in range(2):
            self.book.note(Entry(act=LOG_IN))
        self.clock.advance(GATHERED)
        self.assertEqual([entry.count for entry in self.stored], [1, 1, 1, 1])
        self.clock.advance(SUMMED_SECONDS)
        self.clock.advance(GATHERED)
        (last,) = self.stored[4:]
        self.assertEqual((last.address, last.count), ("1.2.3.4", 2))
        self.book.note(Entry(act=LOG_IN, outcome="wrong_password", address="1.2.3.4"))
        self.clock.advance(GATHERED)
        self.assertEqual(len(self.stored), 6)

    def test_many_strangers(self) -> None:
        """Beyond a bound the addresses are left out, but not the number."""
        for number in range(SUMMED_LIMIT + 50):
            self.book.note(Entry(act=LOG_IN, outcome="wrong_password", address=f"10.0.{number // 200}.{number % 200}"))
        self.assertEqual(len(self.lines), SUMMED_LIMIT + 1)
        self.clock.advance(SUMMED_SECONDS)
        self.assertEqual(self.lines[-1]["count"], 49)

    def test_store_away(self) -> None:
        """What cannot be stored is tried again, in order; there is a bound, which is said."""
        real, self.store.write = self.store.write, lambda *_: fail(StoreAway())  # type: ignore[assignment,method-assign]
        self.book.note(Entry(act="first"))
        self.clock.advance(GATHERED)
        for number in range(UNSTORED_LIMIT):
            self.book.note(Entry(act=str(number)))
        self.store.write = real  # type: ignore[method-assign]
        self.clock.pump([AGAIN, *[0] * 100])
        self.assertEqual([entry.act for entry in self.stored][:3], ["first", "0", "1"])
        self.assertEqual(len(self.stored), UNSTORED_LIMIT)
        self.assertTrue(
            [event for event in self.events if event.get("count") == 1 and "not in its table" in event["log_format"]]
        )

    def test_stop(self) -> None:
        """Nothing is left behind, whether something is being stored or not, and whether the store is there."""
        self.successResultOf(self.book.stop())
        book = AuditBook(self.store, self.clock, lambda: NOW)
        real, self.store.write = self.store.write, lambda *_: fail(StoreAway())  # type: ignore[assignment,method-assign]
        book.note(Entry(act="lost"))
        self.successResultOf(book.stop())
        under_way: Deferred[None] = Deferred()
        self.store.write = lambda *_: under_way  # type: ignore[assignment,method-assign]
        self.book = AuditBook(self.store, self.clock, lambda: NOW)
        self.book.note(Entry(act="first"))
        self.clock.advance(GATHERED)
        stopping = Deferred.fromCoroutine(self.book.stop())
        self.store.write = real  # type: ignore[method-assign]
        self.assertNoResult(stopping)
        under_way.callback(None)
        self.successResultOf(stopping)
        self.book = AuditBook(self.store, self.clock, lambda: NOW)
        for _ in range(3):
            self.book.note(Entry(act=LOG_IN, outcome="wrong_password"))
        self.successResultOf(self.book.stop())
        self.assertEqual([entry.count for entry in self.stored], [1, 2])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_recorded(self) -> None:
        """The outcome is that of the body."""
        noted: list[Entry] = []
        with recorded(noted.append, Entry(act="ban")):
            self.assertEqual(noted, [])
        with self.assertRaises(NotAMember), recorded(noted.append, Entry(act="ban")):
            raise NotAMember
        for error in (ZeroDivisionError, CancelledError):
            # Who hangs up has perhaps done it all the same.
            with self.assertRaises(error), recorded(noted.append, Entry(act="ban")):
                raise error
        self.assertEqual([entry.outcome for entry in noted], ["ok", "not_a_member", "unknown", "unknown"])

    def test_a_network_is_one_party(self) -> None:
        """Whoever has a whole network of IPv6 addresses makes no more entries than one address."""
        for number in range(50):
            self.book.note(Entry(act=LOG_IN, outcome="wrong_password", address=f"2001:db8::{number + 1:x}"))
        self.clock.advance(SUMMED_SECONDS)
        self.clock.advance(GATHERED)
        self.assertEqual(
            [(entry.address, entry.count) for entry in self.stored], [("2001:db8::1", 1), ("2001:db8::1", 49)]
        )

    def test_the_newest(self) -> None:
        """The newest of many, the oldest of them first."""
        for number in range(5):
            self.book.note(Entry(act=f"{number}", actor=1))
        self.clock.advance(GATHERED)
        with self.store.snapshot() as connection:
            self.assertEqual([entry.act for entry in entries.newest(connection, Wanted(user=1), 2)], ["3", "4"])

    def test_read(self) -> None:
        """By user, since when, and by act; page by page."""
        for number, (actor, whose) in enumerate([(1, 0), (2, 1), (2, 3), (0, 1)]):
            self.book.note(Entry(act=f"act {number}", actor=actor, whose=whose))
            self.clock.advance(1)
        with self.store.snapshot() as connection:

            def acts(wanted: Wanted, after: int = 0, limit: int = 10) -> list[str]:
                return [entry.act[-1] for _, entry in entries.read(connection, wanted, after, limit)]

            self.assertEqual(acts(Wanted(user=1)), ["0", "1", "3"])
            self.assertEqual(acts(Wanted(user=1, since=NOW + 1000)), ["1", "3"])
            self.assertEqual(acts(Wanted(act="act 2")), ["2"])
            first = entries.read(connection, Wanted(user=1), 0, 2)
            self.assertEqual(acts(Wanted(user=1), first[-1][0]), ["3"])


class PostgreSQLBookTests(OnPostgreSQL, BookTests):
    pass
