"""The store that C{hichat bench prepare} fills: as if the daemon had."""

from __future__ import annotations

import random
from itertools import pairwise

from sqlalchemy import select
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.accounts.tokens import TokenSigner
from hichat.bench import prepare
from hichat.conversations import catchup
from hichat.core.drafts import Draft
from hichat.core.errors import StartError
from hichat.core.events import FIRST_GROUP_ID, Event, Scope
from hichat.core.kinds import Kind
from hichat.groups import queries
from hichat.log import by_conversation, reading
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import tables
from tests.support.devices import check_log
from tests.support.doubles import NOW, FakeLedger, make_store, run_now
from tests.support.postgres import OnPostgreSQL


class PrepareTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.patch(prepare, "ROWS_IN_TRANSACTION", 40)
        self.patch(by_conversation, "INDEX_STEP", 30)
        self.patch(by_conversation, "SMALL_TIER", 100)
        self.store = make_store(self)
        self.rows = 0
        prepare.make_users(self.store, 25, NOW, self.count)
        prepare.make_groups(self.store, 25, 10, NOW, self.count)
        prepare.make_messages(self.store, 25, 500, 30, NOW, self.count, random.Random(1))

    def count(self, rows: int) -> None:
        self.rows += rows

    def events(self) -> list[Event]:
        with self.store.snapshot() as connection:
            return reading.after(connection, 0, 10_000)

    def test_what_is_there(self) -> None:
        events = self.events()
        check_log(events)
        self.assertEqual(self.rows, 25 + 25 + 500)
        self.assertEqual([event.kind for event in events], [Kind.JOINED] * 25 + [Kind.MESSAGE] * 500)
        self.assertEqual(len({event.conversation for event in events}), 3 + 30)
        with self.store.snapshot() as connection:
            self.assertEqual(len(users.everyone(connection)), 25)
            sizes = [len(queries.members(connection, FIRST_GROUP_ID + place)) for place in range(3)]
            self.assertEqual(sizes, [10, 10, 5])
            self.assertEqual(connection.scalars(select(tables.groups.c.size)).all(), sizes)

    def test_each_has_a_device_for_the_token(self) -> None:
        """So a connection of either dialect needs no more than to look at it."""
        tokens = TokenSigner(bytes(32), lambda: NOW)
        accounts = make_accounts(self.store, FakeLedger(self.store), Passwords(run_now), tokens, lambda: NOW)
        for user in (1, 25):
            token = tokens.issue(prepare.claims(user), 60)
            _, device, claims = self.successResultOf(
                Deferred.fromCoroutine(accounts.recogniser.sign_in(token, prepare.DEVICE))
            )
            self.assertEqual((device.id, device.dialect, claims.device), (user, "both", user))
            self.successResultOf(Deferred.fromCoroutine(accounts.recogniser.authenticate_v1(token, str(user))))
            ((listed, session),) = self.successResultOf(Deferred.fromCoroutine(accounts.sessions.of_user(user)))
            self.assertEqual((listed, session and session.used_at), (device, NOW))
        made = self.successResultOf(Deferred.fromCoroutine(accounts.recogniser.sign_in(token, "another")))[1]
        self.assertEqual(made.id, 26, "on PostgreSQL too")

    def test_the_daemon_goes_on_from_there(self) -> None:
        writer = LogWriter(self.store, lambda: NOW)
        said = self.events()[-1]

        def draft(scope: Scope, target: int) -> Draft:
            return Draft(Kind.MESSAGE, scope, said.sender, target, b"x", None)  # type: ignore[arg-type]

        group = FIRST_GROUP_ID + (said.sender - 1) // 10
        outcomes = writer.write([draft(Scope.USER, said.target), draft(Scope.GROUP, group)])
        one, other = outcomes
        assert isinstance(one, Event), outcomes
        assert isinstance(other, Event), outcomes
        self.assertEqual((one.conversation, one.seq), (said.conversation, said.seq + 1))
        check_log(self.events())
        with self.store.transaction() as connection:
            self.assertEqual(users.insert(connection, "next", "hash", NOW).id, 26)

    def test_a_sync_finds_it(self) -> None:
        with self.store.snapshot() as connection:
            found = catchup.page(connection, 7, 0, 525, 1000, 10**9).events
        mine = [event for event in self.events() if 7 in (event.sender, event.target) and event.kind == Kind.MESSAGE]
        self.assertEqual([event for event in found if event.kind == Kind.MESSAGE], mine)
        self.assertTrue(all(a.position < b.position for a, b in pairwise(found)))

    def test_not_into_a_store_in_use(self) -> None:
        self.assertRaises(StartError, prepare.make_users, self.store, 1, NOW, self.count)

    def test_not_more_pairs_than_there_are(self) -> None:
        prepare.check_pairs(3, 3)
        self.assertRaises(StartError, prepare.check_pairs, 3, 4)


class PrepareOnPostgreSQLTests(OnPostgreSQL, PrepareTests):
    """The same on the other store."""
