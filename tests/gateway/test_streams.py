"""Streams and polls: what a session tells, written over HTTP."""

from __future__ import annotations

import re
from typing import Any

from twisted.internet.defer import Deferred

from hichat.accounts import users
from hichat.core.errors import StoreAway, TooManyConnections, Unauthorized
from hichat.log import epochs, reading
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.gateway.streams import (
    EventStream,
    HeardCursor,
    HttpClient,
    Polled,
    Streams,
    Wish,
    parse_cursor,
)
from hichat.wire.frames import Close
from tests.support.sessions import ANN, BOB, BOBS, CAT, PHONE, SessionCase, message
from tests.support.streams import FakeOutlet


class StreamCase(SessionCase):
    def setUp(self) -> None:
        super().setUp()
        connection = self.connect()
        inlet = Inlet(self.drafts.extend, self.signals.append, self.intake, self.metrics, self.clock, 5000)
        self.streams = Streams(inlet, connection.session._services, self.clock, unsent_limit=2000)
        self.streams.start()

    def client(self, person: str = "bob") -> HttpClient:
        who: Any = self.people[person]
        return HttpClient(who, "192.0.2.1", "en")

    def stream(self, person: str = "bob", **wish: Any) -> tuple[EventStream, FakeOutlet]:
        outlet = FakeOutlet()
        stream = self.streams.stream(self.client(person), Wish(**wish), outlet)
        self.clock.advance(0)
        return stream, outlet

    def poll(self, wait: float = 0, person: str = "bob", **wish: Any) -> Deferred[Polled]:
        polling = Deferred.fromCoroutine(self.streams.poll(self.client(person), Wish(shows=False, **wish), wait))
        self.clock.advance(0)
        return polling

    def polled(self, polling: Deferred[Polled]) -> tuple[list[int], str]:
        found = self.successResultOf(polling)
        return [event.id for event in found.events], str(found.cursor)

    def happens(self, *drafts: Any) -> None:
        self.happen(*drafts)
        self.clock.advance(0)

    def ids(self, outlet: FakeOutlet) -> list[int]:
        return [each["data"]["id"] for each in outlet.take() if each["name"] == "message"]


class CursorTests(StreamCase):
    def test_parse(self) -> None:
        for text, expected in (
            ("0", HeardCursor(0)),
            ("12", HeardCursor(12)),
            ("12.ab", HeardCursor(12, "ab")),
            ("12.ab.3-4-5", HeardCursor(12, "ab", "3-4-5")),
            ("12..", HeardCursor(12)),
        ):
            self.assertEqual(parse_cursor(text), expected)
        for text in ("", "x", "-1", "1.x", "1.a.b.c", "1\n", "9007199254740993", "1.a.3 4", "١"):
            self.assertIsNone(parse_cursor(text), text)
        cursor = HeardCursor(12, "ab", "3-4-5")
        self.assertEqual(parse_cursor(str(cursor)), cursor)


class StreamTests(StreamCase):
    def test_live(self) -> None:
        _, outlet = self.stream()
        self.assertTrue(outlet.written.startswith(b"retry: 1000\n\n"))
        (synced,) = outlet.take()
        self.assertEqual((synced["name"], synced["data"]["position"]), ("synced", 0))
        self.happens(message(ANN, BOB), message(ANN, CAT))
        (heard,) = outlet.take()
        self.assertEqual((heard["name"], heard["data"]["id"], heard["data"]["from"]), ("message", 1, ANN))
        self.assertEqual(parse_cursor(heard["id"]).position, 1)  # type: ignore[union-attr]

    def test_from_a_cursor_page_by_page(self) -> None:
        self.happens(*[message(ANN, BOB) for _ in range(7)])
        _, outlet = self.stream(since=HeardCursor(2))
        found = outlet.take()
        self.assertEqual([each["data"]["id"] for each in found if each["name"] == "message"], [3, 4, 5, 6, 7])
        self.assertEqual([each["name"] for each in found].count("synced"), 1)
        self.happens(message(ANN, BOB))
        self.assertEqual(self.ids(outlet), [8])

    def test_old_events_in_pages(self) -> None:
        """More than routing remembers: they come from the log, each with its id, and no gap behind them."""
        self.happens(*[message(ANN, BOB) for _ in range(7)])
        self.routing._forgotten = 7
        _, outlet = self.stream(since=HeardCursor(0))
        self.assertEqual(self.ids(outlet), [1, 2, 3, 4, 5, 6, 7])
        self.happens(message(ANN, BOB))
        self.assertEqual(self.ids(outlet), [8])

    def test_resumed_at_every_id(self) -> None:
        self.happens(*[message(ANN, BOB) for _ in range(4)])
        _, outlet = self.stream(since=HeardCursor(0))
        for each in outlet.take():
            since = parse_cursor(each["id"])
            assert since is not None
            _, other = self.stream(since=since)
            self.assertEqual(self.ids(other), [*range(since.position + 1, 5)])

    def test_what_the_user_has_said_comes_too(self) -> None:
        """By whatever device, the stream's own as well: there is no other way to know what another program said."""
        _, outlet = self.stream("bob")
        draft = message(BOB, ANN, b'{"userId":2,"TargetId":1,"Type":1,"Media":1,"Content":"hi"}')
        draft.device = BOBS
        self.happens(draft)
        self.assertEqual(self.ids(outlet), [1])

    def test_it_replaces_no_connection(self) -> None:
        phone = self.live("bob")
        _, one = self.stream()
        _, two = self.stream()
        self.happens(message(ANN, BOB))
        self.assertIsNone(phone.code)
        self.assertEqual(([1], [1]), (self.ids(one), self.ids(two)))
        self.assertEqual([frame["id"] for frame in phone.take()], [1])

    def test_watching(self) -> None:
        _, outlet = self.stream(users=(ANN,))
        self.assertEqual(outlet.take()[0]["data"]["offline"], [ANN])
        ann = self.live("ann")
        ann.hear(op="typing", user=BOB)
        self.clock.advance(0)
        self.assertEqual([each["name"] for each in outlet.take()], ["presence"])
        (typing,) = self.signals
        self.roster.signal([BOB], typing)
        self.clock.advance(0)
        (heard,) = outlet.take()
        self.assertEqual((heard["name"], heard["data"]["from"]), ("typing", ANN))

    def test_shown_as_online_if_it_wants_to_be(self) -> None:
        self.stream(shows=False)
        self.assertFalse(self.presence.is_online(BOB))
        stream, _ = self.stream()
        self.assertTrue(self.presence.is_online(BOB))
        stream.lost()
        self.assertFalse(self.presence.is_online(BOB))

    def test_signs_of_life(self) -> None:
        _, outlet = self.stream()
        outlet.take()
        self.clock.advance(15)
        self.clock.advance(15)
        self.assertEqual(outlet.written, b":\n\n")

    def test_gone(self) -> None:
        stream, outlet = self.stream()
        stream.lost()
        self.happens(message(ANN, BOB))
        self.assertEqual(self.ids(outlet), [])
        self.assertEqual((self.streams.connections, self.roster.count), (set(), 0))


class EndingTests(StreamCase):
    def ended(self, outlet: FakeOutlet) -> int:
        self.assertTrue(outlet.ended)
        last = outlet.take()[-1]
        self.assertEqual(last["name"], "end")
        return int(last["data"]["code"])

    def test_signed_out(self) -> None:
        for end in (
            lambda: self.roster.sign_out(BOB, 1),
            lambda: self.roster.revoke(BOB, BOBS, None),
        ):
            _, outlet = self.stream()
            end()
            self.assertEqual(self.ended(outlet), Close.SIGNED_OUT)
            self.happens(message(ANN, BOB))
            self.assertEqual(outlet.written, b"")

    def test_another_device_is_revoked(self) -> None:
        _, outlet = self.stream("ann")
        self.roster.revoke(ANN, PHONE + 1, None)
        self.assertFalse(outlet.ended)

    def test_the_daemon_stops(self) -> None:
        _, outlet = self.stream()
        polling = self.poll(60)
        for connection in tuple(self.streams.connections):
            connection.go_away()
        self.assertEqual(self.ended(outlet), Close.GOING_AWAY)
        self.assertEqual(self.polled(polling)[0], [])

    def test_slow(self) -> None:
        """What waits for a client that does not read is bounded. It comes back and gets what it has missed."""
        stream, outlet = self.stream()
        seen = outlet.take()[-1]["id"]
        outlet.producer.pauseProducing()
        for _ in range(30):
            self.happens(message(ANN, BOB))
        self.assertEqual(self.ended(outlet), Close.TOO_SLOW)
        self.assertEqual(self.metrics.slow_closed, 1)
        self.assertLess(len(outlet.written) + stream._unsent_size, 3000)
        _, again = self.stream(since=parse_cursor(seen))
        self.assertEqual(self.ids(again), [*range(1, 31)])

    def test_it_reads_later(self) -> None:
        _, outlet = self.stream()
        outlet.take()
        outlet.producer.pauseProducing()
        for _ in range(5):
            self.happens(message(ANN, BOB))
        self.assertEqual(outlet.written, b"")
        outlet.producer.resumeProducing()
        self.happens(message(ANN, BOB))
        self.assertEqual(self.ids(outlet), [1, 2, 3, 4, 5, 6])

    def test_pages_wait_for_a_slow_client(self) -> None:
        self.happens(*[message(ANN, BOB) for _ in range(9)])
        self.routing._forgotten = 9
        outlet = FakeOutlet()
        stream = EventStream(self.streams, self.client(), outlet)
        stream.begin()
        stream.pauseProducing()
        stream.follow(self.client().who, Wish(HeardCursor(0)))
        self.clock.advance(0)
        self.assertLess(stream._unsent_size, 1000)
        outlet.producer.resumeProducing()
        self.clock.advance(0)
        self.assertEqual(self.ids(outlet), [*range(1, 10)])

    def test_another_log(self) -> None:
        _, outlet = self.stream()
        outlet.take()
        self.roster.start_anew()
        self.assertEqual([each["name"] for each in outlet.take()], ["error", "end"])

    def test_a_cursor_of_another_log(self) -> None:
        """The client is told, and gets all that it cannot have."""
        self.happens(*[message(ANN, BOB) for _ in range(3)])
        before = str(HeardCursor(3, self.watch.place.epoch, ""))
        with self.store.transaction() as connection:
            epochs.begin(connection, 0, 1)
        self.watch.begin()
        for since in (before, "99.ffff"):
            _, outlet = self.stream(since=parse_cursor(since))
            found = outlet.take()
            self.assertEqual(found[0]["data"]["code"], "resync_required")
            self.assertEqual([each["data"]["id"] for each in found if each["name"] == "message"], [2, 3])
        _, outlet = self.stream(since=parse_cursor("99"))
        self.assertEqual([each["name"] for each in outlet.take()], ["error", "synced"])

    def test_too_many(self) -> None:
        self.roster._limit = 2
        for _ in range(2):
            self.streams.check_room(BOB)
            self.stream()
        with self.assertRaises(TooManyConnections):
            self.streams.check_room(BOB)


class PollTests(StreamCase):
    def test_at_once(self) -> None:
        self.happens(message(ANN, BOB), message(ANN, CAT), message(BOB, ANN))
        ids, cursor = self.polled(self.poll(60, since=HeardCursor(0)))
        self.assertEqual(ids, [1, 3])
        self.assertEqual(parse_cursor(cursor).position, 3)  # type: ignore[union-attr]
        self.assertEqual(self.polled(self.poll(since=parse_cursor(cursor))), ([], cursor))

    def test_from_now_on(self) -> None:
        self.happens(message(ANN, BOB))
        ids, cursor = self.polled(self.poll())
        self.assertEqual(ids, [])
        self.assertTrue(re.fullmatch(r"1\.[0-9a-f]{16}\.[0-9]+-[0-9a-f]+-[0-9a-f]{16}", cursor), cursor)

    def test_waits(self) -> None:
        polling = self.poll(60)
        self.clock.advance(30)
        self.happens(message(ANN, CAT))
        self.assertNoResult(polling)
        self.happens(message(ANN, BOB), message(ANN, BOB))
        self.assertEqual(self.polled(polling)[0], [2, 3])
        self.assertEqual(self.streams.connections, set())

    def test_until_the_time_is_over(self) -> None:
        polling = self.poll(60)
        self.happens(message(ANN, CAT))
        self.clock.advance(60)
        ids, cursor = self.polled(polling)
        self.assertEqual((ids, parse_cursor(cursor).position), ([], 1))  # type: ignore[union-attr]
        self.assertEqual(self.roster.count, 0)

    def test_all_of_a_long_log(self) -> None:
        self.happens(*[message(ANN, BOB) for _ in range(11)])
        self.routing._forgotten = 11
        heard: list[int] = []
        cursor: HeardCursor | None = HeardCursor(0)
        for _ in range(20):
            ids, text = self.polled(self.poll(since=cursor))
            heard += ids
            cursor = parse_cursor(text)
        self.assertEqual(heard, [*range(1, 12)])

    def test_events_between_two_calls(self) -> None:
        heard: list[int] = []
        _, text = self.polled(self.poll())
        for round_ in range(10):
            for _ in range(round_ % 3):
                self.happens(message(ANN, BOB), message(CAT, ANN))
            ids, text = self.polled(self.poll(since=parse_cursor(text)))
            heard += ids
        with self.store.snapshot() as connection:
            wanted = [event.position for event in reading.after(connection, 0, 100) if event.target == BOB]
        self.assertEqual(heard, wanted)

    def test_it_does_not_show_its_user(self) -> None:
        self.poll(60)
        self.assertFalse(self.presence.is_online(BOB))

    def test_signed_out(self) -> None:
        polling = self.poll(60)
        self.roster.revoke(BOB, BOBS, None)
        self.failureResultOf(polling, Unauthorized)

    def test_a_void_token(self) -> None:
        with self.store.transaction() as connection:
            users.disable(connection, BOB, 0)
        self.failureResultOf(self.poll(60, since=HeardCursor(0)), Unauthorized)

    def test_the_client_hangs_up(self) -> None:
        polling = self.poll(60)
        polling.cancel()
        self.failureResultOf(polling)
        self.assertEqual((self.streams.connections, self.roster.count), (set(), 0))
        self.clock.advance(60)

    def test_the_store_is_away(self) -> None:
        def away(*_: Any) -> Any:
            raise StoreAway

        self.patch(self.streams.services.store, "read", away)
        self.failureResultOf(self.poll(60, since=HeardCursor(0)), StoreAway)

    def test_another_log(self) -> None:
        polling = self.poll(60)
        self.roster.start_anew()
        self.assertTrue(self.successResultOf(polling).resync)

    def test_a_cursor_of_another_log(self) -> None:
        self.happens(*[message(ANN, BOB) for _ in range(3)])
        with self.store.transaction() as connection:
            epochs.begin(connection, 0, 1)
        self.watch.begin()
        for wait in (0, 60):
            found = self.successResultOf(self.poll(wait, since=HeardCursor(3, "ffff")))
            self.assertTrue(found.resync)
            self.assertEqual([event.id for event in found.events], [2, 3])
        found = self.successResultOf(self.poll(60, since=HeardCursor(99)))
        self.assertEqual((found.resync, found.events), (True, []))
