"""A conversation as it is now."""

from __future__ import annotations

from hichat.conversations import history
from hichat.conversations.history import Slice
from hichat.core.errors import NotAMember
from hichat.core.events import MAX_SAFE_INTEGER, Scope
from hichat.core.kinds import Kind
from hichat.log import by_conversation, reading
from hichat.storage import tables
from hichat.wire import view
from tests.ledger.plans import plans
from tests.support.ledger import GROUP, WriterCase, edit, joined, left, message, react, recall
from tests.support.postgres import OnPostgreSQL

BIG = 10**9


class FoldCase(WriterCase):
    def read(
        self,
        user: int,
        target: int = 2,
        scope: Scope = Scope.USER,
        before: int | None = None,
        after: int | None = None,
        limit: int = 100,
        size: int = BIG,
    ) -> Slice:
        key = reading.conversation_key(scope, user, target)
        with self.store.snapshot() as connection:
            return history.history(connection, user, key, before, after, limit, size)

    def positions(self, found: Slice) -> tuple[list[int], bool]:
        return [one.message.position for one in found.messages], found.more

    def bodies(self, found: Slice) -> list[bytes]:
        return [one.edit.body if one.edit else one.message.body for one in found.messages]


class FoldTests(FoldCase):
    def test_before_after_and_more(self) -> None:
        """Messages of the pair are at 1, 4, 7... 28; others' between."""
        for _ in range(10):
            self.writer.write([message(1, 2), message(1, 3), react(2, 1)])
        everything = list(range(1, 30, 3))
        self.assertEqual(self.positions(self.read(1)), (everything, False))
        self.assertEqual(self.positions(self.read(2, 1)), (everything, False))
        self.assertEqual(self.positions(self.read(1, limit=3)), ([22, 25, 28], True))
        for position in range(32):
            older = [p for p in everything if p < position]
            newer = [p for p in everything if p > position]
            for limit in (1, 3, 9, 10, 11):
                found = self.positions(self.read(1, before=position, limit=limit))
                self.assertEqual(found, (older[-limit:], len(older) > limit), (position, limit))
                found = self.positions(self.read(1, after=position, limit=limit))
                self.assertEqual(found, (newer[:limit], len(newer) > limit), (position, limit))
        self.assertEqual(self.positions(self.read(1, before=20, after=5, limit=2)), ([16, 19], True))
        self.assertEqual(self.positions(self.read(1, before=20, after=5)), ([7, 10, 13, 16, 19], False))

    def test_so_many_bytes(self) -> None:
        self.writer.write([message(1, 2, body=b"x" * 100) for _ in range(5)])
        self.assertEqual(self.positions(self.read(1, size=150)), ([4, 5], True))
        self.assertEqual(self.positions(self.read(1, size=1)), ([5], True))
        self.assertEqual(self.positions(self.read(1, after=0, size=1)), ([1], True))
        self.assertEqual(self.positions(self.read(1, size=500)), ([1, 2, 3, 4, 5], False))

    def test_nothing_was_said(self) -> None:
        self.assertEqual(self.read(1), Slice([], False))
        self.writer.write([message(1, 2)])
        self.assertEqual(self.read(1, 3), Slice([], False))
        self.assertEqual(self.read(3, 1), Slice([], False), "others' pairs are not to be read")
        self.assertEqual(self.read(1, 0, Scope.EVERYONE), Slice([], False))

    def test_the_last_edit(self) -> None:
        self.writer.write([message(1, 2), message(1, 2), edit(1, 1, b"a"), edit(1, 2, b"b"), edit(1, 1, b"c")])
        self.assertEqual(self.bodies(self.read(2, 1)), [b"c", b"b"])
        (first, _) = self.read(2, 1).messages
        self.assertEqual((first.message.body, first.edit), (b"hi", self.rows()[4]))

    def test_recalled(self) -> None:
        self.writer.write([message(1, 2), edit(1, 1, b"a"), react(2, 1), message(1, 2), recall(1, 1)])
        found = self.read(2, 1)
        self.assertEqual(self.bodies(found), [b"", b"hi"])
        self.assertEqual(found.messages[0].message.n, 1)
        self.assertEqual(view.folded(found.messages[0]).reactions, [])

    def test_reactions(self) -> None:
        self.writer.write([message(1, 2), message(1, 2)])
        for user, body in [
            (1, b"+a"),
            (2, b"+a"),
            (2, b"+b"),
            (2, b"-a"),
            (1, b"+c"),
            (1, b"-c"),
            (2, b"-b"),
            (2, b"+b"),
        ]:
            self.writer.write([react(user, 1, body)])
        first, second = self.read(1).messages
        found = {key: event.body for key, event in first.reactions.items()}
        self.assertEqual(found, {(1, b"a"): b"+a", (2, b"a"): b"-a", (2, b"b"): b"+b", (1, b"c"): b"-c"})
        self.assertEqual(second.reactions, {})

    def test_both_spellings_of_an_emoji_are_one(self) -> None:
        """As they were stored before: by two people and by one, who takes both back with one."""
        self.writer.write([message(1, 2, body=b'{"Media":1,"Content":"x"}')])
        for user, body, expected in (
            (1, "+❤", [1]),
            (2, "+❤️", [1, 2]),
            (2, "+❤", [1, 2]),
            (2, "-❤️", [1]),
            (2, "-❤️", [1]),
            (1, "+❤️", [1]),
            (1, "-❤", []),
            (1, "+❤", [1]),
        ):
            self.writer.write([react(user, 1, body.encode())])
            (one,) = self.read(1).messages
            shown = {reaction.emoji: reaction.users for reaction in view.folded(one).reactions}
            self.assertEqual(shown, {"❤️": expected} if expected else {}, (user, body))

    def test_members_only_while_they_are(self) -> None:
        say = message(1, GROUP, Scope.GROUP)
        self.writer.write([joined(1), say, joined(2), say, left(2), say, joined(2), say, left(2), say])
        group = {"target": GROUP, "scope": Scope.GROUP}
        self.assertEqual(self.positions(self.read(1, **group)), ([2, 4, 6, 8, 10], False))  # type: ignore[arg-type]
        self.assertEqual(self.positions(self.read(2, **group)), ([4, 8], False))  # type: ignore[arg-type]
        self.assertEqual(self.positions(self.read(2, **group, limit=1)), ([8], True))  # type: ignore[arg-type]
        self.assertEqual(self.positions(self.read(2, **group, before=8)), ([4], False))  # type: ignore[arg-type]
        with self.assertRaises(NotAMember):
            self.read(3, **group)  # type: ignore[arg-type]
        with self.assertRaises(NotAMember):
            self.read(3, GROUP + 1, Scope.GROUP)

    def test_who_came_and_went(self) -> None:
        """Between two messages, of while one was there; nothing of what was said."""
        say = message(1, GROUP, Scope.GROUP)
        self.writer.write([joined(1), say, joined(2), say, left(2), say, joined(3), joined(2)])
        key = reading.conversation_key(Scope.GROUP, 0, GROUP)

        def read(user: int, after: int = 0, before: int = MAX_SAFE_INTEGER, limit: int = 10) -> list[int]:
            with self.store.snapshot() as connection:
                return [each.position for each in history.changes(connection, user, key, after, before, limit)]

        self.assertEqual(read(1), [1, 3, 5, 7, 8])
        self.assertEqual(read(2), [3, 5, 8])
        self.assertEqual(read(1, after=1, before=7), [3, 5])
        self.assertEqual(read(1, limit=2), [7, 8])
        with self.assertRaises(NotAMember):
            read(4)
        with self.store.transaction() as connection:
            # What the index knows as a message is not looked up in the log, however many there are.
            self.assertGreater(by_conversation.indexed(connection), 2)
            connection.execute(tables.events.update().where(tables.events.c.position == 2).values(kind=Kind.CHANGED))
        self.assertEqual(read(1), [1, 3, 5, 7, 8])

    def test_what_was_done_after_one_left(self) -> None:
        """An edit is a new text: it is for those who are there. A recall takes the text from everybody."""
        say = message(1, GROUP, Scope.GROUP)
        self.writer.write([joined(1), joined(2), say, say, edit(1, 3, b"seen"), left(2)])
        self.writer.write([edit(1, 3, b"secret"), react(1, 4)])
        first, second = self.read(2, GROUP, Scope.GROUP).messages
        assert first.edit is not None
        self.assertEqual((first.edit.body, second.reactions), (b"seen", {}))
        self.assertEqual(self.bodies(self.read(1, GROUP, Scope.GROUP)), [b"secret", b"hi"])
        self.writer.write([recall(1, 3)])
        self.assertEqual(self.bodies(self.read(2, GROUP, Scope.GROUP)), [b"", b"hi"])

    def test_found_by_the_index(self) -> None:
        self.writer.write([message(1, 2), react(2, 1)])
        key = reading.conversation_key(Scope.USER, 1, 2)
        *pages, done = plans(self.store, lambda connection: history.history(connection, 1, key, 2, None, 10, BIG))
        self.assertRegex("".join(pages), "places USING PRIMARY KEY|places_pkey")
        for page in pages:
            self.assertNotRegex(page, "SCAN|Seq Scan")
        self.assertIn("events_by_message", done)


class BoundTests(FoldCase):
    def test_only_what_holds_is_read(self) -> None:
        """However often somebody changes their mind."""
        self.writer.write([message(1, 2)])
        for number in range(30):
            self.writer.write([react(2, 1, b"-!" if number % 2 else b"+!"), react(1, 1), edit(1, 1, b"%d" % number)])
        with self.store.snapshot() as connection:
            done = reading.done_to(connection, [1])
        self.assertEqual(len(done), 3)
        (folded,) = self.read(1).messages
        assert folded.edit is not None
        self.assertIn(b"29", folded.edit.body)


class RecalledTests(FoldCase):
    """v1's redisMsg gives bodies; what was recalled has none."""

    def slice(self, start: int, end: int, oldest_first: bool = False) -> list[bytes]:
        with self.store.snapshot() as connection:
            return by_conversation.pair_history(connection, 1, 2, start, end, oldest_first)

    def test_recalled_messages_are_left_out(self) -> None:
        self.writer.write([message(1, 2, body=b"%d" % i) for i in range(6)])
        self.writer.write([recall(1, 2), recall(1, 6), edit(1, 1, b"not for v1")])
        self.assertEqual(self.slice(0, -1, True), [b"0", b"2", b"3", b"4"])
        self.assertEqual(self.slice(0, -1), [b"4", b"3", b"2", b"0"])
        # Places are counted with them.
        self.assertEqual(self.slice(0, 2), [b"4", b"3"])
        self.assertEqual(self.slice(1, 1, True), [])
        self.assertEqual(self.slice(-1, -1), [b"0"])

    def test_places_are_of_messages(self) -> None:
        """What was done to messages lies between them, anywhere."""
        for i in range(8):
            self.writer.write([message(1 + i % 2, 2 - i % 2, body=b"%d" % i), react(2, 1 + 3 * i), message(1, 3)])
        for start in range(8):
            self.assertEqual(self.slice(start, start, True), [b"%d" % start])


class FoldOnPostgreSQLTests(OnPostgreSQL, FoldTests):
    """The same on the other store."""


class RecalledOnPostgreSQLTests(OnPostgreSQL, RecalledTests):
    """The same on the other store."""
