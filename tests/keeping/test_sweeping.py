"""
Tests for L{hichat.keeping.sweeping}, L{hichat.keeping.holds} and L{hichat.keeping.periods}, on both stores: what goes
when, what a hold keeps, and that nothing is lost when a process is killed.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from msgspec.structs import replace
from sqlalchemy import insert, select, update
from sqlalchemy.event import listen
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.admin.trace import trace_message
from hichat.conversations import catchup, history
from hichat.conversations.marks import standing
from hichat.conversations.overview import overview
from hichat.core.drafts import Draft
from hichat.core.errors import NoSuchGroup, NoSuchUser
from hichat.core.events import Event, Scope
from hichat.core.kinds import AGEING, MESSAGES, Kind
from hichat.keeping import blanking, periods, room, seen, sweeping
from hichat.keeping.holds import Hold, remove
from hichat.keeping.periods import GroupPeriod
from hichat.keeping.service import add_hold
from hichat.keeping.sweeping import APART_AT_ONCE, ONE_DAY, SWEEP_POLL, Sweeper, SweepTime, Swept, due
from hichat.log import borders, by_conversation, reading
from hichat.log.follower import Claim, Progress
from hichat.log.held import held
from hichat.log.soundness import head_flaws, index_flaws, log_flaws
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime.clock import SETTLED_AFTER
from hichat.runtime.threads import EAGER
from hichat.storage import tables
from hichat.storage.migrations.versions import v0057_old_calls
from hichat.wire import view
from tests.support.doubles import NOW, watch_log
from tests.support.ledger import GROUP, edit, joined, left, message, react, recall
from tests.support.postgres import OnPostgreSQL
from tests.support.search_index import IndexCase
from tests.support.texts import text

EDITED = b'{"text":"new","mentions":[]}'


class Killed(Exception):
    """The process ends here."""


def take(sweeper: Sweeper) -> Deferred[Progress]:
    """Take a step."""
    return Deferred.fromCoroutine(sweeper.step())


def call(sender: int, bot: int) -> Draft:
    return Draft(Kind.COMMANDED, Scope.USER, sender, bot, b'{"command":"deploy","arguments":"geheim"}', None)  # type: ignore[arg-type]


def answer(bot: int, caller: int, subject: int) -> Draft:
    """@param subject: the position of the call."""
    return Draft(Kind.ANSWERED, Scope.USER, bot, caller, b'{"text":"geheim"}', None, subject)  # type: ignore[arg-type]


class At:
    """An event with a time, for L{due}."""

    def __init__(self, position: int, time: int) -> None:
        self.position, self.time = position, time


class DueTests(SynchronousTestCase):
    """Which of several events are too old: those of before 100. The clock says 1000 now."""

    def due(self, *times: int, following: int | None = None) -> int:
        rows = [At(position, time) for position, time in enumerate(times, 1)]
        with patch.object(sweeping, "ONE_DAY", 0):
            return due(rows, 100, SweepTime(1000, 30), lambda behind: following)

    def test_in_order(self) -> None:
        self.assertEqual(self.due(), 0)
        self.assertEqual(self.due(5, 50, 99, 100, 101), 3)
        self.assertEqual(self.due(100, 5), 0)

    def test_a_clock_that_was_set_back(self) -> None:
        """What came while it was wrong, and looks old, is as old as what was before it."""
        self.assertEqual(self.due(98, 99, 200, 1, 2, 201), 2)
        self.assertEqual(self.due(5, 1, 99, 120), 3)

    def test_a_clock_that_was_set_ahead(self) -> None:
        """A time that is still to come keeps nothing for ever. What came then is as old as what comes next."""
        self.assertEqual(self.due(5, 9999, 50, 120), 3)
        self.assertEqual(self.due(5, 9999, 120), 1)
        for following, count in ((None, 1), (120, 1), (50, 3)):
            self.assertEqual(self.due(5, 9999, 9999, following=following), count)
        for following, count in ((None, 0), (120, 0), (50, 2)):
            self.assertEqual(self.due(9999, 9999, following=following), count)


class SweepCase(IndexCase):
    """Messages of several days: C{age} moves the time on."""

    def setUp(self) -> None:
        super().setUp()
        self.now = NOW
        with self.store.transaction() as connection:
            # Who may write to everyone.
            connection.execute(update(tables.users).where(tables.users.c.id == 4).values(administrator=True, role=4))
        self.writer = LogWriter(self.store, lambda: self.now, edit_limit=10**9)
        self.clock = Clock()
        self.days = 30
        self.sweeper = self.make_sweeper()

    def make_sweeper(self, **options: Any) -> Sweeper:
        ticks = lambda: round(self.clock.seconds() * 1000)  # noqa: E731
        sweeper = Sweeper(self.store, self.days, self.clock, lambda: self.now, ticks=ticks, **options)
        # Until then it does not believe the clock.
        self.clock.pump([SETTLED_AFTER / 2000] * 2)
        sweeper._seen.now(0)
        self.clock.advance(SETTLED_AFTER / 1000)
        return sweeper

    def age(self, days: float) -> None:
        """Let time pass, after which the clock is believed again."""
        self.now += round(days * ONE_DAY)
        with self.store.transaction() as connection:
            # Daemons were at work all the time.
            seen.note(connection, self.now)
        for _ in range(3):
            self.sweeper._seen.now(0)
            self.clock.advance(SETTLED_AFTER / 1000)

    def sweep(self, sweeper: Sweeper | None = None) -> int:
        """Take steps until there is nothing more to do. @return: their number."""
        steps = 0
        while True:
            progress = self.successResultOf(take(sweeper or self.sweeper))
            steps += 1
            if progress.position >= progress.head:
                return steps

    def there(self) -> list[int]:
        """@return: the messages, calls and private answers that are not blank."""
        return [row.position for row in self.rows() if row.kind in AGEING and row.body]

    def hold(self, scope: Scope, target: int) -> bool:
        with self.store.transaction() as connection:
            return add_hold(connection, Hold(int(scope), target, NOW, 0, "a trial"))

    def release(self, scope: Scope, target: int) -> bool:
        with self.store.transaction() as connection:
            return remove(connection, scope, target)

    def set_days(self, days: int | None, group: int = GROUP) -> int | None:
        with self.store.transaction() as connection:
            return periods.set_days(connection, group, days)

    def border(self, conversation: int) -> tuple[int, int]:
        with self.store.snapshot() as connection:
            return borders.borders(connection, [conversation])[conversation]

    def apart(self) -> set[int]:
        with self.store.snapshot() as connection:
            return set(connection.scalars(select(tables.keeping_apart.c.conversation)))


class SweepingTests(SweepCase):
    def test_what_is_too_old_goes(self) -> None:
        self.writer.write([text("one"), text("two", 1, 3), message(4, 0, Scope.EVERYONE, b"{}"), react(2, 1)])
        self.age(29)
        self.writer.write([text("three"), edit(1, 1, EDITED)])
        self.sweep()
        self.assertEqual(self.there(), [1, 2, 3, 5])
        before = self.rows()
        self.age(2)
        self.sweep()
        self.assertEqual(self.there(), [5])
        self.assertEqual([row.position for row in self.rows() if row.body], [5])
        self.assertEqual(*[[replace(row, body=b"") for row in rows] for rows in (before, self.rows())])
        # The position is behind all that was looked at, messages or not.
        self.assertEqual(self.border(1), (4, 30))
        self.age(30)
        self.sweep()
        self.assertEqual((self.there(), self.border(2)), ([], (6, 30)))

    def test_calls_and_private_answers_go_with_the_messages(self) -> None:
        """What the search index never had does not have to leave it."""
        self.writer.write([text("one"), call(1, 2), answer(2, 1, 2), call(3, 2)])
        self.hold(Scope.USER, 3)
        self.age(31)
        self.writer.write([call(1, 2)])
        self.sweep()
        self.assertEqual([row.position for row in self.rows() if row.body], [4, 5])
        with self.store.snapshot() as connection:
            self.assertEqual([each.position for each in reading.recalled(connection, 9)], [1])
        self.assertEqual([view.happened(row) is not None for row in self.rows()], [True] * 5)
        self.release(Scope.USER, 3)
        self.age(31)
        self.sweep()
        self.assertEqual((self.there(), self.apart()), ([], set()))

    def test_those_that_an_earlier_version_passed_by(self) -> None:
        """Also where a conversation was kept back later."""
        self.writer.write([text("one"), call(1, 2), answer(2, 1, 2), call(3, 2), text("two")])
        self.age(20)
        self.writer.write([text("three")])
        self.age(20)
        with patch.object(sweeping, "AGEING", MESSAGES):
            self.sweep()
        self.hold(Scope.USER, 3)
        with self.store.transaction() as connection:
            connection.execute(insert(tables.keeping_apart).values(conversation=2, position=5, days=None))
            with Operations.context(MigrationContext.configure(connection)):
                v0057_old_calls.upgrade()
        self.sweep()
        self.assertEqual(self.there(), [4, 6])
        self.release(Scope.USER, 3)
        self.sweep()
        self.assertEqual((self.there(), self.apart()), ([6], set()))

    def test_for_ever(self) -> None:
        self.days = 0
        self.sweeper = self.make_sweeper()
        self.writer.write([text("one")])
        self.age(10_000)
        self.sweep()
        self.assertEqual((self.there(), self.border(1)), ([1], (0, 0)))

    def test_a_clock_that_nobody_believes_yet(self) -> None:
        """As after a start, with a clock that may be set right soon."""
        self.writer.write([text("one")])
        self.now += 99 * ONE_DAY
        sweeper = Sweeper(
            self.store, 30, self.clock, lambda: self.now, ticks=lambda: round(self.clock.seconds() * 1000)
        )
        self.sweep(sweeper)
        self.assertEqual(self.there(), [1])
        self.now -= 99 * ONE_DAY
        self.clock.advance(SETTLED_AFTER / 1000)
        self.sweep(sweeper)
        self.clock.advance(SETTLED_AFTER / 1000)
        self.sweep(sweeper)
        self.assertEqual(self.there(), [1])

    def test_what_clients_see(self) -> None:
        self.writer.write([text("one"), text("two"), recall(1, 2), text("three", 2, 1)])
        self.age(20)
        self.writer.write([text("four", 2, 1), text("five", 2, 1), recall(2, 6)])
        self.age(20)
        self.sweep()
        with self.store.snapshot() as connection:
            found = history.history(connection, 1, (Scope.USER, 1, 2), None, None, 10, 10**6)
            missed = catchup.page(connection, 1, 0, 7, 100, 10**6)
            (entry,) = overview(connection, 1, None, 1, self.now)
            state = standing(connection, 1, (Scope.USER, 1, 2))
            old = by_conversation.pair_history(connection, 1, 2, 0, -1)
            traced = [trace_message(connection, number) for number in (1, 5, 6)]
        shown = {each.id: (each.recalled, each.expired, each.text) for each in map(view.folded, found.messages)}
        gone = True, True, ""
        self.assertEqual(shown, {1: gone, 2: gone, 4: gone, 5: (False, False, "four"), 6: (True, False, "")})
        # An administrator is told which one was taken back.
        self.assertEqual(
            [(each.expired, each.recalled > 0) for each in traced], [(True, False), (False, False), (False, True)]
        )
        self.assertIn('"expired":true', msgspec.json.encode(traced[0]).decode())
        self.assertEqual((found.days, entry.days), (30, 30))
        # Whoever catches up has the sequence without a gap.
        self.assertEqual([event.seq for event in missed.events], [1, 2, 3, 4, 5, 6, 7])
        self.assertEqual(set(missed.expired), {1, 2, 4})
        (first, *_) = (view.happened(event, event.position in missed.expired) for event in missed.events)
        assert first is not None
        self.assertEqual((first.recalled, first.expired, first.seq), (True, True, 1))
        # Only what can be read counts as unread.
        self.assertEqual((entry.unread, state.unread), (1, 1))
        # Clients of v1 get no frame for what is gone.
        self.assertEqual(len(old), 1)

    def test_unread_where_all_is_gone(self) -> None:
        self.writer.write([text("one"), text("two"), joined(1), joined(2), message(1, GROUP, Scope.GROUP, b"{}")])
        self.age(31)
        self.sweep()
        with self.store.snapshot() as connection:
            entries = overview(connection, 2, None, 9, self.now)
        # The conversations are listed as before.
        counts = {entry.scope: (entry.unread, entry.last is not None and entry.last.expired) for entry in entries}
        self.assertEqual(counts[1], (0, True))
        self.assertEqual(counts[2], (0, True))

    def test_groups_of_other_days(self) -> None:
        self.writer.write([joined(1), joined(2)])
        for _ in range(4):
            self.writer.write([message(1, GROUP, Scope.GROUP, b"{}"), text("one")])
            self.age(10)
            self.sweep()
        # 3 and 4 are 40 days old, 5 and 6 not older than 30.
        self.assertEqual(self.there(), [5, 6, 7, 8, 9, 10])
        self.set_days(100)
        self.age(50)
        self.sweep()
        self.assertEqual(self.there(), [5, 7, 9])
        self.assertEqual(self.border(1), (4, 100))
        self.assertEqual(self.set_days(65), 100)
        self.sweep()
        self.assertEqual((self.there(), self.border(1)), ([9], (7, 65)))
        self.set_days(0)
        self.age(1000)
        self.sweep()
        self.assertEqual(self.there(), [9])
        self.set_days(None)
        self.assertEqual(self.border(1), (7, 30))
        self.sweep()
        self.assertEqual((self.there(), self.apart()), ([], set()))
        # Shorter than all others.
        self.writer.write([message(1, GROUP, Scope.GROUP, b"{}"), text("two")])
        self.set_days(5)
        self.age(6)
        self.sweep()
        self.assertEqual((self.there(), self.border(1)), ([12], (11, 5)))
        # It stays where it was until all others are so far.
        self.set_days(None)
        self.sweep()
        self.assertEqual((self.apart(), self.border(1)), ({1}, (11, 30)))
        self.age(30)
        self.sweep()
        self.assertEqual((self.there(), self.apart()), ([], set()))

    def test_days_of_groups(self) -> None:
        self.assertRaises(NoSuchGroup, self.set_days, 5)
        self.writer.write([joined(1)])
        with self.store.snapshot() as connection:
            self.assertEqual(periods.days_of(connection, GROUP), None)
            self.assertRaises(NoSuchGroup, periods.days_of, connection, GROUP + 1)
        self.assertEqual(self.set_days(5), None)
        with self.store.snapshot() as connection:
            self.assertEqual(periods.days_of(connection, GROUP), 5)
            self.assertEqual(periods.groups_apart(connection, 0, 9), [GroupPeriod(GROUP, "team", 5)])
            self.assertEqual(periods.groups_apart(connection, GROUP, 9), [])
        self.set_days(None)
        with self.store.snapshot() as connection:
            self.assertEqual(periods.groups_apart(connection, 0, 9), [])

    def test_the_days_are_noted(self) -> None:
        """So other daemons and commands know them. A change is logged: daemons with other days undo each other's."""
        self.sweep()
        logged: list[Any] = []
        watch_log(self, logged.append)
        self.sweep()
        self.assertEqual([each for each in logged if "days" in each], [])
        with self.store.snapshot() as connection:
            self.assertEqual(periods.server_days(connection), 30)
        self.days = 7
        self.sweep(self.make_sweeper())
        with self.store.snapshot() as connection:
            self.assertEqual(periods.server_days(connection), 7)
        (line,) = [each for each in logged if "days" in each]
        self.assertEqual((line["log_level"].name, line["days"], line["before"]), ("warn", 7, 30))

    def test_a_hold_of_a_user(self) -> None:
        self.writer.write([joined(1), joined(2), message(2, GROUP, Scope.GROUP, b"{}"), left(1)])
        self.writer.write([text("a", 1, 2), text("b", 3, 1), text("c", 2, 3), message(4, 0, Scope.EVERYONE, b"{}")])
        self.writer.write([text("d", 1, 1), message(2, GROUP, Scope.GROUP, b"{}")])
        self.assertTrue(self.hold(Scope.USER, 1))
        self.assertFalse(self.hold(Scope.USER, 1))
        self.assertRaises(NoSuchUser, self.hold, Scope.USER, 99)
        self.age(40)
        self.sweep()
        # All but what the two others have said to each other.
        kept = [3, 5, 6, 8, 9, 10]
        self.assertEqual(self.there(), kept)
        # What comes later is held, too; another hold changes nothing.
        self.writer.write([text("e", 1, 4), text("f", 2, 4)])
        self.hold(Scope.USER, 3)
        self.age(40)
        self.sweep()
        self.assertEqual(self.there(), [*kept, 11])
        self.assertTrue(self.release(Scope.USER, 1))
        self.assertFalse(self.release(Scope.USER, 1))
        self.sweep()
        # The announcements are held as long as anybody is.
        self.assertEqual(self.there(), [6, 8])
        self.release(Scope.USER, 3)
        self.sweep()
        self.assertEqual((self.there(), self.apart()), ([], set()))

    def test_a_hold_of_a_group(self) -> None:
        self.writer.write([joined(1), message(1, GROUP, Scope.GROUP, b"{}"), text("a"), text("b", 3, 4)])
        self.set_days(3)
        self.assertRaises(NoSuchGroup, self.hold, Scope.GROUP, GROUP + 1)
        self.hold(Scope.GROUP, GROUP)
        self.age(40)
        self.sweep()
        self.assertEqual(self.there(), [2])
        with self.store.snapshot() as connection:
            self.assertEqual(held(connection, [1, 2, 3]), {1})
        self.release(Scope.GROUP, GROUP)
        self.sweep()
        self.assertEqual((self.there(), self.border(1)), ([], (2, 3)))

    def test_a_hold_that_comes_before_a_step(self) -> None:
        """After the conversation was found to have something to do."""
        self.writer.write([joined(1), message(1, GROUP, Scope.GROUP, b"{}")])
        self.set_days(3)
        self.age(5)
        moment = SweepTime(self.now, 30)
        with self.store.snapshot() as connection:
            self.assertEqual(sweeping.look_apart(connection, 0, moment), ([1], 0))
        self.hold(Scope.GROUP, GROUP)
        with self.store.transaction() as connection:
            self.assertEqual(sweeping.sweep_apart(connection, 1, moment, 10), Swept(0, False))
        self.assertEqual(self.there(), [2])
        self.release(Scope.GROUP, GROUP)
        with self.store.transaction() as connection:
            self.assertEqual(sweeping.sweep_apart(connection, 1, moment, 10), Swept(1, True))

    def test_many_conversations_apart(self) -> None:
        self.patch(sweeping, "APART_AT_ONCE", 2)
        self.assertEqual(APART_AT_ONCE, 50)
        self.writer.write([text("a", one, other) for one in range(1, 5) for other in range(1, 5)])
        self.hold(Scope.USER, 1)
        self.age(40)
        self.sweep()
        self.assertEqual(len(self.apart()), 4)
        self.release(Scope.USER, 1)
        self.sweep()
        self.assertEqual((self.there(), self.apart()), ([], set()))

    def test_search_finds_nothing_of_it(self) -> None:
        self.writer.write([text("geheim tea")])
        self.age(20)
        self.writer.write([text("other tea")])
        self.follow()
        self.age(20)
        self.sweep()
        self.assertEqual(self.found("tea"), [2])
        self.follow()
        self.assertEqual({position for _, position in self.entries()}, {2})
        self.assertNotIn("geheim", self.contents())

    def test_the_search_index_gets_time(self) -> None:
        """Without it, the steps go on, slowly."""
        self.patch(blanking, "TEXTS_WAIT", 3)
        self.patch(blanking, "BLANKED_AT_ONCE", 2)
        self.writer.write([text("tea") for _ in range(6)])
        self.age(40)
        for _ in range(2):
            self.successResultOf(take(self.sweeper))
        third = take(self.sweeper)
        self.assertNoResult(third)
        self.assertEqual(self.there(), [5, 6])
        self.clock.advance(sweeping.SEARCH_REST)
        self.successResultOf(third)
        self.assertEqual(self.there(), [])

    def test_the_index_is_whole_all_the_while(self) -> None:
        """What C{hichat check} looks at."""
        self.writer.write([joined(1), joined(2), message(2, GROUP, Scope.GROUP, b"{}"), *[text("a")] * 9, recall(1, 5)])
        self.set_days(99)
        self.age(40)
        self.sweep()
        with self.store.transaction() as connection:
            connection.execute(update(tables.groups).values(size=2))
        for flaws in (log_flaws(self.store, len_of), index_flaws(self.store, len_of), head_flaws(self.store)):
            self.assertEqual([*flaws], [])
        with self.store.transaction() as connection:
            connection.execute(update(tables.keeping_head).values(position=99))
            connection.execute(update(tables.keeping_apart).values(position=98))
        found = " ".join(head_flaws(self.store))
        self.assertIn("keeping_head is at 99", found)
        self.assertIn("keeping_apart.position has the position 98", found)

    def test_one_sweeps(self) -> None:
        """Of several workers one does; when it is gone, another goes on."""
        self.writer.write([text("a")])
        self.age(40)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        first, second = (self.make_sweeper(claim=Claim(Path(directory.name) / "sweeper.lock")) for _ in range(2))
        first.start()
        second.start()
        self.clock.advance(0)
        self.clock.advance(0)
        self.assertEqual((first.swept, second.swept), (1, 0))
        self.writer.write([text("b")])
        first.stop()
        self.age(40)
        for _ in range(10):
            self.clock.advance(SWEEP_POLL)
        self.assertEqual((first.swept, second.swept, self.there()), (1, 1, []))
        second.stop()


def len_of(_count: int) -> None:
    """Told of progress."""


class PropertyTests(SweepCase):
    def test_killed_at_any_time(self) -> None:
        """
        Whatever was written, held and set, and wherever the process is killed: all columns but the bodies stay, what
        is not too old or held has its body, and in the end all else has none.
        """
        for seed in range(4):
            self.run_world(random.Random(seed))

    def run_world(self, chance: random.Random) -> None:
        self.patch(blanking, "BLANKED_AT_ONCE", chance.choice((2, 3, 7)))
        self.patch(blanking, "FOLDED_AT_ONCE", chance.choice((1, 3)))
        self.patch(sweeping, "APART_AT_ONCE", 2)
        if not self.rows():
            self.writer.write([joined(user) for user in (1, 2, 3)])
        for _ in range(6):
            self.say(chance)
            self.change(chance)
            before = self.rows()
            self.age(chance.choice((3, 11, 25)))
            self.sweep_killed(chance)
            self.assert_right(before)
        for scope, target in ((Scope.USER, 1), (Scope.USER, 2), (Scope.GROUP, GROUP)):
            self.release(scope, target)
        self.set_days(None)
        self.age(1000)
        self.sweep()
        self.assertEqual((self.there(), self.apart()), ([], set()))
        self.follow()
        self.assertEqual(self.entries(), [])

    def say(self, chance: random.Random) -> None:
        for _ in range(12):
            one, other = chance.sample(range(1, 5), 2)
            what = chance.choice(("pair", "pair", "group", "all", "edit", "react", "recall", "call", "answer"))
            subject = chance.choice(self.there() or [0])
            sender = next((row.sender for row in self.rows() if row.position == subject), 1)
            draft = {
                "pair": text("word", one, other),
                "group": message(chance.randint(1, 3), GROUP, Scope.GROUP, b'{"Content":"word"}'),
                "all": message(4, 0, Scope.EVERYONE, b'{"Content":"word"}'),
                "edit": edit(sender, subject, EDITED),
                "react": react(sender, subject, "+👍".encode()),
                "recall": recall(sender, subject),
                "call": call(one, other),
                "answer": answer(one, other, subject),
            }[what]
            self.writer.write([draft])
        if chance.random() < 0.5:
            self.follow()

    def change(self, chance: random.Random) -> None:
        scope, target = chance.choice(((Scope.USER, 1), (Scope.USER, 2), (Scope.GROUP, GROUP)))
        chance.choice((self.hold, self.release))(scope, target)
        self.set_days(chance.choice((None, 0, 5, 60)))

    def sweep_killed(self, chance: random.Random) -> None:
        """Sweep, with a new process each time that one was killed in a transaction."""
        execute = type(self.store.engine.connect()).execute
        while True:
            left = chance.choice((3, 8, 20, 60, 10**6))

            def dies(connection: Any, *args: Any, **options: Any) -> Any:
                nonlocal left
                left -= 1
                if not left:
                    raise Killed
                return execute(connection, *args, **options)

            with patch("sqlalchemy.Connection.execute", dies):
                step = take(self.sweeper)
            results: list[Any] = []
            step.addBoth(results.append)
            if hasattr(results[0], "check"):
                self.assertTrue(results[0].check(Killed), results[0])
                self.sweeper = self.make_sweeper()
                continue
            if results[0].position >= results[0].head:
                return

    def assert_right(self, before: list[Event]) -> None:
        after = self.rows()
        self.assertEqual(*[[replace(row, body=b"") for row in rows] for rows in (before, after)])
        with self.store.snapshot() as connection:
            kept = held(connection, {row.conversation for row in after})
            group = reading.find_conversation(connection, (Scope.GROUP, GROUP, 0))
            own = periods.days_of(connection, GROUP)
        for was, is_now in zip(before, after, strict=True):
            if was.kind not in AGEING or not was.body:
                continue
            days = own if was.conversation == group and own is not None else self.days
            is_old = days > 0 and was.time < self.now - days * ONE_DAY
            stays = was.conversation in kept or not is_old
            self.assertEqual(bool(is_now.body), stays, (was, days))


class PostgreSQLSweepingTests(OnPostgreSQL, SweepingTests):
    """The same on PostgreSQL."""


class PostgreSQLPropertyTests(OnPostgreSQL, PropertyTests):
    """The same on PostgreSQL."""


class SeenTimeTests(SweepCase):
    """A clock that is wrong for days."""

    def seen(self) -> int:
        with self.store.snapshot() as connection:
            return seen.read(connection)

    def live(self, days: float, ahead: float = 0) -> None:
        """A daemon is at work for so many days, hour by hour, with a clock that is C{ahead} by so many."""
        for _ in range(round(days * 24)):
            self.now += ONE_DAY // 24
            self.clock.advance(3600)
            with patch.object(self, "now", self.now + round(ahead * ONE_DAY)):
                self.sweep()

    def restart(self) -> None:
        self.sweeper = Sweeper(
            self.store, self.days, self.clock, lambda: self.now, ticks=lambda: round(self.clock.seconds() * 1000)
        )

    def write_daily(self, days: int) -> None:
        for _ in range(days):
            self.writer.write([text("a message of each day")])
            self.now += ONE_DAY
        with self.store.transaction() as connection:
            seen.note(connection, self.now)

    def test_a_year_ahead_for_two_days(self) -> None:
        """Two days too much go, and not a year; also if the daemon is started again and again."""
        self.write_daily(40)
        self.live(0.1)
        self.assertEqual(self.there(), [*range(12, 41)])
        events: list[Any] = []
        watch_log(self, events.append)
        for _ in range(4):
            self.restart()
            self.live(0.5, ahead=365)
        # By then, those up to 13 were too old.
        self.assertIn(self.there()[0], (14, 15))
        self.assertEqual(len([each for each in events if "--clock-is-right" in each.get("log_format", "")]), 4)
        self.live(0.25)
        self.assertLessEqual(abs(self.seen() - self.now), ONE_DAY // 12)
        there = self.there()
        self.live(0.5, ahead=365)
        self.assertLessEqual(len(there) - len(self.there()), 1)

    def test_down_for_a_week(self) -> None:
        """What is too old goes by and by; or when somebody says that the clock is right."""
        self.write_daily(40)
        self.live(0.1)
        self.now += 7 * ONE_DAY
        self.restart()
        self.live(2)
        # Of nine days, four; the first hour does not count.
        self.assertEqual(self.there()[0], 15)
        with self.store.transaction() as connection:
            seen.note(connection, self.now)
        self.live(0.1)
        self.assertEqual(self.there()[0], 21)

    def test_it_is_noted_seldom(self) -> None:
        self.live(0.2)
        before = self.seen()
        self.now += 60_000
        self.clock.advance(60)
        self.sweep()
        self.assertEqual(self.seen(), before)


class PostgreSQLSeenTimeTests(OnPostgreSQL, SeenTimeTests):
    """The same on PostgreSQL."""


class CutTests(SweepCase):
    """The file gets smaller when it has much room: on SQLite, where it can."""

    def pages(self) -> room.Pages:
        with self.store.snapshot() as connection:
            return room.read_pages(connection)

    def test_by_and_by(self) -> None:
        self.patch(room, "FREE_PAGES", 8)
        self.patch(room, "CUT_AT_ONCE", 3)
        self.writer.write([text("a" * 1000) for _ in range(200)])
        self.age(40)
        before = self.pages()
        self.assertEqual(before.mode, room.INCREMENTAL)
        self.sweep()
        self.assertEqual(self.there(), [])
        # The texts wait for the index, which removes their words.
        self.follow()
        steps = self.sweep()
        now = self.pages()
        self.assertEqual(now.too_many, 0)
        self.assertLess(now.total, before.total - 20)
        self.assertGreater(steps, 8)
        # Also by a daemon that does not believe the clock yet: nothing is lost by it.
        self.patch(room, "FREE_PAGES", 2)
        self.patch(room, "FREE_PART", 1000)
        self.assertGreater(self.pages().too_many, 0)
        sweeper = Sweeper(self.store, 30, self.clock, lambda: self.now, ticks=lambda: 0)
        self.sweep(sweeper)
        self.assertEqual(self.pages().too_many, 0)


class StepTests(SweepCase):
    """The size of a step, and how long it keeps others from writing."""

    def test_statements_of_a_step(self) -> None:
        """They are as many for 200 messages as for two; between them the reactor does not go on for long."""
        usual = sys.getswitchinterval()
        self.writer.write([text("a") for _ in range(202)])
        self.age(40)
        found: list[int] = []
        intervals = set()
        self.counted = -1

        def count(_connection: Any, cursor: Any, *_: Any) -> None:
            if self.counted >= 0:
                self.counted += 1
                intervals.add(sys.getswitchinterval())

        listen(self.store.engine, "after_cursor_execute", count)
        write = self.store.write

        def counted(*change: Any) -> Any:
            self.counted = 0
            done = write(*change)
            found.append(self.counted)
            self.counted = -1
            return done

        with patch.object(self.store, "write", counted):
            self.successResultOf(take(self.sweeper))
            self.successResultOf(take(self.sweeper))
        self.assertEqual(self.there(), [])
        # The first ones note the days and the time.
        many, few = found[-2:]
        self.assertEqual(many, few)
        self.assertLessEqual(many, 16)
        self.assertIn(EAGER, {round(each, 6) for each in intervals})
        self.assertEqual(sys.getswitchinterval(), usual)

    def test_steps_are_small(self) -> None:
        """A step that has taken long makes the next ones smaller; they grow again."""
        self.writer.write([text("a") for _ in range(420)])
        self.age(40)
        times = iter([0.0, 0.1, 0.2, 0.3, *[0.3] * 1000])
        with patch("time.monotonic", lambda: next(times)):
            sizes = []
            for _ in range(4):
                sizes.append(self.sweeper._size)
                self.successResultOf(take(self.sweeper))
        self.assertEqual(sizes, [200, 100, 50, 60])
        self.assertAlmostEqual(self.sweeper.longest, 0.1)
