"""A guest sees of others only those with whom the guest is in a group; over WebSocket."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from hichat.accounts import users as accounts
from hichat.core.drafts import Draft
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.gateway.v2_session import SignedIn
from hichat.pipeline.routing.delivery import PEOPLE_PAUSE, WATCH
from hichat.storage.tables import users
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, joined, left, message, react
from tests.support.sessions import ANN, BOB, CAT, CATS, Connection, SessionCase

PERSON = b'{"name":"bob","displayName":"Bobby","avatar":"","hiddenFrom":[]}'


class GuestCase(SessionCase):
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


class GuestSessionTests(GuestCase):
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


class StrangersInEventsTests(GuestCase):
    """Bob is a stranger of Cat's, who reacts to announcements and has to do with Cat's group."""

    def setUp(self) -> None:
        super().setUp()
        with self.store.transaction() as connection:
            accounts.make_administrator(connection, ANN, NOW)
        body = b'{"userId":1,"TargetId":0,"Type":3,"Media":1,"Content":"to all"}'
        self.happen(message(ANN, 0, Scope.EVERYONE, body))
        self.announced = self.rows()[-1].position

    def about_bob(self, kind: Kind, size: int) -> Draft:
        """@return: the draft of an event in the group about Bob, who is no member; the group has so many of them."""
        origin: Any = None
        change = lambda _connection, draft, _position: setattr(draft, "body", b"%d" % size)  # noqa: E731
        return Draft(kind, Scope.GROUP, ANN, GROUP, b"", origin, BOB, change=change)

    def happens(self) -> None:
        """Ann and Bob react; Bob is invited, declines, asks, is banned and not any more."""
        self.happen(react(ANN, self.announced, "+👍".encode()), react(BOB, self.announced, "+🎉".encode()))
        kinds = (Kind.INVITED, Kind.DECLINED, Kind.REQUESTED, Kind.BANNED, Kind.UNBANNED)
        self.happen(*(self.about_bob(kind, 2) for kind in kinds))
        self.happen(message(ANN, GROUP, Scope.GROUP, b"{}"))

    def told(self, frames: list[Any]) -> list[Any]:
        """@return: the kinds of the events in these frames, and who is in them."""
        pages = [frame.get("events", [frame]) for frame in frames if frame["op"] in ("page", "event")]
        return [(each["kind"], each.get("member", each["from"])) for page in pages for each in page]

    def test_live(self) -> None:
        cat, ann = self.live("cat"), self.live("ann2")
        self.happens()
        self.assertEqual(self.told(cat.take()), [("reacted", ANN), ("message", ANN)])
        kinds = [kind for kind, _ in self.told(ann.take())]
        self.assertEqual(kinds.count("reacted"), 2)
        self.assertTrue({"invited", "declined", "requested", "banned", "unbanned"} <= {*kinds})

    def test_what_was_missed(self) -> None:
        """Read from the log in pages, and just before a device listens."""
        begin = self.announced
        self.happens()
        for since in (begin, self.rows()[-1].position - 7):
            cat = self.known("cat")
            cat.hear(op="sync", since=since)
            told = self.told(cat.take())
            self.assertNotIn(BOB, [who for _, who in told], since)
            self.assertIn(("message", ANN), told)
        self.routing.recent = 0
        self.happen(message(ANN, GROUP, Scope.GROUP, b"{}"))
        cat = self.known("cat")
        cat.hear(op="sync", since=begin)
        self.assertEqual(self.told(cat.take()), [("reacted", ANN), ("message", ANN), ("message", ANN)])
        ann = self.known("ann2")
        ann.hear(op="sync", since=begin)
        self.assertIn(("reacted", BOB), self.told(ann.take()))

    def test_history(self) -> None:
        self.happens()
        for token, emojis in (("cat", ["👍"]), ("ann", ["👍", "🎉"])):
            found = self.live(token).ask(op="history", ref=1, limit=5)
            (shown,) = found["messages"]
            self.assertEqual([each["emoji"] for each in shown["reactions"]], emojis)

    def test_who_was_a_member(self) -> None:
        """An event that changes the group is told, also of somebody who is a stranger afterwards."""
        cat = self.live("cat")
        self.membership(joined(BOB))
        origin: Any = None

        def end(connection: Any, draft: Draft, position: int) -> None:
            change = left(BOB).change
            assert change is not None
            change(connection, draft, position)
            draft.body = b"2"

        self.happen(Draft(Kind.BANNED, Scope.GROUP, ANN, GROUP, b"", origin, BOB, change=end))
        self.assertEqual(self.told(cat.take()), [("joined", BOB), ("banned", BOB)])
        self.clock.advance(PEOPLE_PAUSE)
        self.routing.recent = 0
        self.happen(message(ANN, GROUP, Scope.GROUP, b"{}"))
        cat = self.known("cat")
        cat.hear(op="sync", since=self.announced)
        self.assertIn(("banned", BOB), self.told(cat.take()))
