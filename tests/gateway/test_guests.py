"""A guest sees of others only those with whom the guest is in a group; over WebSocket."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.gateway.v2_session import SignedIn
from hichat.pipeline.routing.delivery import PEOPLE_PAUSE, WATCH
from hichat.storage.tables import users
from tests.support.ledger import joined, left
from tests.support.sessions import ANN, BOB, CAT, CATS, Connection, SessionCase

PERSON = b'{"name":"bob","displayName":"Bobby","avatar":"","hiddenFrom":[]}'


class GuestSessionTests(SessionCase):
    """Cat is a guest, and in the group; Ann is in the group too, and Bob comes and goes."""

    def setUp(self) -> None:
        super().setUp()
        with self.store.transaction() as connection:
            connection.execute(update(users).where(users.c.id == CAT).values(role=1))
        self.people["cat"] = SignedIn(CAT, CATS, 0, 0, guest=True)
        self.happen(joined(ANN), joined(CAT))

    def watching(self, *others: int) -> Connection:
        """@return: the guest, who watches others and has read everything."""
        cat = self.live("cat")
        cat.hear(op="watch", users=[*others])
        cat.said.clear()
        return cat

    def seen(self, connection: Connection) -> list[Any]:
        """@return: what was said of others: the op, and who is online now, or who it is about."""
        said = [frame for frame in connection.take() if frame["op"] != "event"]
        return [(frame["op"], frame.get("online", frame.get("from", frame.get("user")))) for frame in said]

    def membership(self, *drafts: Any) -> None:
        """Somebody comes or goes, and who that concerns is read anew."""
        self.happen(*drafts)
        self.clock.advance(PEOPLE_PAUSE)

    def test_who_is_online(self) -> None:
        self.live(), self.live("bob")
        cat = self.live("cat")
        found = cat.ask(op="watch", ref=1, users=[ANN, BOB, CAT])
        self.assertEqual((found["online"], found["offline"]), ([ANN, CAT], [BOB]))
        cat.said.clear()
        self.membership(joined(BOB))
        self.assertEqual(self.seen(cat), [("presence", [BOB])])
        self.membership(left(BOB))
        self.assertEqual(self.seen(cat), [("presence", [])])
        self.membership(left(CAT))
        self.assertEqual(self.seen(cat), [("presence", [])])
        found = cat.ask(op="watch", ref=1, users=[ANN, BOB, CAT])
        self.assertEqual((found["online"], found["offline"]), ([CAT], [ANN, BOB]))

    def test_who_comes_and_goes(self) -> None:
        cat = self.watching(ANN, BOB)
        ann, bob = self.live(), self.live("bob")
        self.assertEqual(self.seen(cat), [("presence", [ANN])])
        bob.lose()
        ann.lose()
        self.assertEqual(self.seen(cat), [("presence", [])])

    def test_before_the_guest_is_live(self) -> None:
        """A connection that has not caught up knows nobody yet."""
        self.live(), self.live("bob")
        cat = self.known("cat")
        found = cat.ask(op="watch", ref=1, users=[ANN, BOB])
        self.assertEqual(found["online"], [])
        cat.said.clear()
        cat.hear(op="sync")
        self.assertEqual([frame for frame in self.seen(cat) if frame[0] == "presence"], [("presence", [ANN])])

    def test_others_see_guests(self) -> None:
        self.live("cat")
        self.assertEqual(self.live("bob").ask(op="watch", ref=1, users=[CAT])["online"], [CAT])

    def test_typing(self) -> None:
        """Between strangers, one of whom is a guest, it goes neither way."""
        cat, bob = self.watching(ANN, BOB), self.live("bob")
        bob.hear(op="watch", users=[CAT])
        for connection in (cat, bob):
            connection.said.clear()
        self.assertEqual(self.typed(cat, BOB), [])
        for sender, heard in ((BOB, []), (ANN, [("typing", ANN)])):
            signal = Event(0, 0, 0, 0, Kind.TYPING, Scope.USER, sender, CAT, 0, 0, b"", 99)
            self.routing.received(0, 0, [signal], True)
            self.assertEqual(self.seen(cat), heard)
        self.assertEqual(len(self.typed(cat, ANN)), 1)

    def typed(self, connection: Connection, user: int) -> list[Event]:
        """@return: the signals that the client's typing makes."""
        self.signals.clear()
        connection.hear(op="typing", user=user)
        return list(self.signals)

    def test_new_names(self) -> None:
        cat = self.watching(ANN, BOB)
        for user, heard in ((BOB, 0), (ANN, 1)):
            signal = Event(0, 0, 0, 0, Kind.PERSON, Scope.EVERYONE, user, 0, 0, 0, PERSON)
            self.routing.received(0, 0, [signal], True)
            self.assertEqual(len(cat.take()), heard)

    def test_memberships_that_change_while_they_are_read(self) -> None:
        """The last answer counts, and a store that is away for a moment is asked again."""
        self.live("bob")
        cat = self.watching(BOB)
        self.membership(joined(BOB))
        self.assertEqual(self.seen(cat), [("presence", [BOB])])
        broken: Any = lambda arrival: 1 // 0  # noqa: E731
        read, self.routing._read_arrival = self.routing._read_arrival, broken
        self.membership(left(BOB))
        self.assertEqual((self.seen(cat), len(self.flushLoggedErrors(ZeroDivisionError))), ([], 1))
        self.routing._read_arrival = read
        self.clock.advance(WATCH)
        self.assertEqual(self.seen(cat), [("presence", [])])

    def test_nothing_is_kept_of_who_is_gone(self) -> None:
        cat = self.watching(BOB)
        self.membership(joined(BOB), left(BOB))
        cat.lose()
        self.assertEqual(self.routing._people, {})
        self.happen(joined(BOB))
        self.assertEqual(self.routing._stale, set())
