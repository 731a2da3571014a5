"""Tests for L{hichat.cluster.locks}, on a real PostgreSQL."""

from __future__ import annotations

import sys
import time

from sqlalchemy import text, update
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.cluster.locks import NODES, SEARCH, WORK, ClusterClaim, Lock, NoSession, SessionLocks
from hichat.cluster.nodes import NumberOwner, claim, outdated, read_nodes
from hichat.storage.engine import make_engine
from hichat.storage.migrate import KNOWN, Outgrown
from hichat.storage.tables import compatibility
from tests.support.doubles import NOW, make_old_store, make_store, run_now
from tests.support.ports import reserve
from tests.support.postgres import OnPostgreSQL


class Sessions(OnPostgreSQL, SynchronousTestCase):
    """Several daemons, each with a session."""

    def setUp(self) -> None:
        self.store = make_store(self)
        self.one, self.other = self.make(), self.make()

    def make(self) -> SessionLocks:
        locks = SessionLocks(self.store.engine)
        self.addCleanup(locks.close)
        return locks

    def leave(self, locks: SessionLocks) -> None:
        """A daemon ends its session, and the server has noticed it."""
        ((pid,),) = locks.run("SELECT pg_backend_pid()")
        locks.close()
        self.terminate(pid)

    def end(self, locks: SessionLocks) -> None:
        """The server ends a session."""
        ((pid,),) = locks.run("SELECT pg_backend_pid()")
        self.terminate(pid)

    def terminate(self, pid: int) -> None:
        """Return when the server's process is gone."""
        with self.store.snapshot() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


class LockTests(Sessions):
    def test_a_pool_whose_connections_were_lost(self) -> None:
        """A server that was restarted has ended them; the next session is a new one."""
        with self.store.snapshot() as connection:
            connection.exec_driver_sql("SELECT 1")
        self.databases.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.store.engine.url.database}'"
        )
        locks = SessionLocks(self.store.engine)
        self.addCleanup(locks.close)
        self.assertTrue(locks.take(SEARCH))

    def test_one_has_it(self) -> None:
        """However often it takes it; another lock is another's."""
        self.assertEqual([self.one.take(SEARCH), self.one.take(SEARCH), self.other.take(SEARCH)], [True, True, False])
        self.assertTrue(self.other.take(Lock(WORK, 99)))
        self.assertTrue(self.other.take(Lock(NODES, SEARCH.number)))
        self.leave(self.one)
        self.assertTrue(self.other.take(SEARCH))

    def test_a_session_that_ends(self) -> None:
        """All its locks are released; the next one has none of them."""
        self.assertFalse(self.one.holds(SEARCH))
        self.one.take(SEARCH)
        self.assertTrue(self.one.holds(SEARCH))
        self.end(self.one)
        self.assertTrue(self.other.take(SEARCH))
        self.assertFalse(self.one.holds(SEARCH))
        self.assertFalse(self.one.take(SEARCH))
        self.leave(self.other)
        self.assertTrue(self.one.take(SEARCH))

    def test_a_daemon_that_stands_still(self) -> None:
        """Its work is taken over; its number is not. One that asks something keeps both."""
        mine = Lock(NODES, 7)
        self.assertEqual([self.one.take(SEARCH), self.one.take(mine)], [True, True])
        self.patch(sys.modules[SessionLocks.__module__], "STANDS_STILL", 2.0)
        for _ in range(2):
            time.sleep(1.1)
            self.assertFalse(self.other.take(mine))
            self.one.show_life()
        self.assertFalse(self.other.take(SEARCH))
        self.assertTrue(self.one.holds(SEARCH))
        time.sleep(2.1)
        self.assertFalse(self.other.take(mine))
        self.assertTrue(self.other.take(SEARCH))
        self.assertEqual([self.one.holds(SEARCH), self.one.take(SEARCH), self.one.take(mine)], [False, False, True])

    def test_another_session_has_none_of_them(self) -> None:
        """Who asks for one of several locks opens it, and the others are not held by that."""
        number = Lock(NODES, 0)
        self.one.take(number)
        self.one.take(SEARCH)
        self.end(self.one)
        self.assertTrue(self.one.take(SEARCH))
        self.assertFalse(self.one.holds(number))
        self.assertTrue(self.other.take(number))
        self.assertFalse(self.one.take(number))

    def test_one_that_ends_unnoticed(self) -> None:
        """Whoever takes a lock that it has hears whether it still has it."""
        self.one.take(SEARCH)
        self.end(self.one)
        self.other.take(SEARCH)
        self.assertFalse(self.one.take(SEARCH))

    def test_it_is_not_ended_for_being_idle(self) -> None:
        database = self.store.engine.url.database
        self.databases.execute(f"ALTER DATABASE {database} SET idle_session_timeout = '1ms'")
        self.assertEqual(self.one.run("SHOW idle_session_timeout"), [("0",)])
        self.assertEqual(self.one.run("SHOW tcp_keepalives_idle"), [("1",)])

    def test_no_server(self) -> None:
        locks = SessionLocks(make_engine(f"postgresql://ann:geheim@127.0.0.1:{reserve()}/x"))
        self.assertNotIn("geheim", str(self.assertRaises(NoSession, locks.take, SEARCH)))
        self.assertFalse(locks.holds(SEARCH))
        claim_ = ClusterClaim(locks, SEARCH, run_now)
        self.assertFalse(self.successResultOf(Deferred.fromCoroutine(claim_.take())))

    def test_claims(self) -> None:
        """One of all daemons does the work."""
        claims = [ClusterClaim(locks, SEARCH, run_now) for locks in (self.one, self.other)]

        def ask() -> list[bool]:
            return [self.successResultOf(Deferred.fromCoroutine(each.take())) for each in claims]

        self.assertEqual([ask(), ask()], [[True, False]] * 2)
        self.end(self.one)
        self.assertTrue(self.successResultOf(Deferred.fromCoroutine(claims[1].take())))
        self.assertEqual(ask(), [False, True])


class NumberTests(Sessions):
    """Which number a daemon gets, and what the table says of it."""

    def claim(self, locks: SessionLocks, state: str, host: str = "here", now: int = NOW) -> int:
        return claim(locks, NumberOwner(host, state, "1.0"), now)

    def rows(self) -> list[tuple[object, ...]]:
        return self.one.run("SELECT number, host, state, version, since FROM nodes ORDER BY number")

    def test_each_has_its_own(self) -> None:
        """Also if a state directory was copied, and two say that they are the same."""
        third = self.make()
        self.assertEqual([self.claim(self.one, "/a"), self.claim(self.other, "/b"), self.claim(third, "/a")], [0, 1, 2])
        self.assertEqual(
            self.rows(),
            [(0, "here", "/a", "1.0", NOW), (1, "here", "/b", "1.0", NOW), (2, "here", "/a", "1.0", NOW)],
        )

    def test_the_one_that_it_had_last(self) -> None:
        self.claim(self.one, "/a")
        self.claim(self.other, "/b")
        self.leave(self.other)
        self.leave(self.one)
        self.assertEqual(self.claim(self.other, "/b", now=NOW + 5), 1)
        self.assertEqual(self.claim(self.one, "/b", host="elsewhere"), 0)
        self.assertEqual(self.rows(), [(0, "elsewhere", "/b", "1.0", NOW), (1, "here", "/b", "1.0", NOW + 5)])

    def test_one_that_another_has_now(self) -> None:
        self.claim(self.one, "/a")
        self.end(self.one)
        self.assertEqual(self.claim(self.other, "/b"), 0)
        self.assertFalse(self.one.holds(Lock(NODES, 0)))
        self.assertEqual(self.claim(self.one, "/a"), 1)

    def test_what_all_can_see(self) -> None:
        """Who is up, silent, and gone; what a daemon of an earlier version, which says nothing, leaves there."""
        self.claim(self.one, "/a")
        third = self.make()
        for state, locks in (("/b", self.other), ("/c", third)):
            self.claim(locks, state)
        self.leave(third)
        self.one.run("UPDATE nodes SET connections = 3, lag = 2 WHERE number = 0")
        self.one.run("UPDATE nodes SET since = since + 1 WHERE number = 1")

        def seen(now: int) -> list[tuple[object, ...]]:
            with self.store.snapshot() as connection:
                nodes = read_nodes(connection, now)
            return [(each.number, each.state, each.connections, each.lag, each.seen) for each in nodes]

        others = [(1, "up", None, None, None), (2, "gone", None, None, NOW)]
        self.assertEqual(seen(NOW + 15_000), [(0, "up", 3, 2, NOW), *others])
        self.assertEqual(seen(NOW + 15_001), [(0, "silent", 3, 2, NOW), *others])

    def test_who_does_not_know_a_migration(self) -> None:
        """Of those that are at work; also one that does not say what it knows. Nobody takes a number meanwhile."""
        third = self.make()
        for state, locks in (("/a", self.one), ("/b", self.other), ("/c", third)):
            self.claim(locks, state)
        self.one.run("UPDATE nodes SET revision = NULL, address = 'two.lan:8000' WHERE number = 1")
        self.one.run("UPDATE nodes SET revision = 3 WHERE number = 2")
        self.leave(third)
        with self.store.transaction() as connection:
            self.assertEqual(outdated(connection, KNOWN), ["1 (two.lan:8000)"])
            self.assertEqual([each.migration for each in read_nodes(connection, NOW)], [KNOWN, None, 3])
            self.assertEqual(outdated(connection, KNOWN + 1), ["0 (here)", "1 (two.lan:8000)"])
            ((pid,),) = third.run("SELECT pg_backend_pid() WHERE set_config('lock_timeout', '50ms', false) = '50ms'")
            self.assertIn("lock timeout", str(self.assertRaises(NoSession, self.claim, third, "/c")))
        self.terminate(pid)
        self.assertEqual(self.claim(third, "/c"), 2)
        with self.store.transaction() as connection:
            self.assertEqual(outdated(connection, KNOWN + 1), ["0 (here)", "1 (two.lan:8000)", "2 (here)"])

    def test_who_comes_after_a_migration(self) -> None:
        """It takes no number if it cannot use the tables."""
        with self.store.transaction() as connection:
            connection.execute(update(compatibility).values(oldest=KNOWN + 1))
        self.assertRaises(Outgrown, self.claim, self.one, "/a")
        self.assertFalse(self.one.holds(Lock(NODES, 0)))
        self.assertTrue(self.other.take(Lock(NODES, 0)))

    def test_a_store_from_before(self) -> None:
        """Those that are at work know none of the later migrations."""
        store = make_old_store(self, "0025")
        locks = SessionLocks(store.engine)
        self.addCleanup(locks.close)
        locks.take(Lock(NODES, 0))
        with store.transaction() as connection:
            self.assertEqual(outdated(connection, 1), ["0 (unknown)"])
        with make_old_store(self, "0021").transaction() as connection:
            self.assertEqual(outdated(connection, 1), [])

    def test_a_column_that_comes_while_it_is_read(self) -> None:
        """PostgreSQL keeps the plan of a query that comes often, and refuses it when it would have other columns."""
        self.claim(self.one, "/a")
        for number in range(10):
            if number == 8:
                with self.store.transaction() as connection:
                    connection.execute(text("ALTER TABLE nodes ADD COLUMN mood varchar"))
            with self.store.snapshot() as connection:
                self.assertEqual([each.number for each in read_nodes(connection, NOW)], [0])
