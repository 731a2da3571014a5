"""Events over HTTP: calls that wait, streams, presence and typing, and every op of the WebSocket has its call."""

from __future__ import annotations

from typing import Any, ClassVar, get_args

from hichat.core.events import Event
from hichat.core.kinds import Kind
from hichat.log import reading
from hichat.pipeline.gateway.admission import Caps
from hichat.web.api.catalogue import OPERATIONS
from hichat.wire import frames
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.site import SiteCase, request_bytes
from tests.support.streams import parse_events

ANN, BOB, CAT = 1, 2, 3


class EventsCase(ConversationsCase):
    def setUp(self) -> None:
        super().setUp()
        with self.store.snapshot() as connection:
            self.streams.services.routing.start(reading.head(connection))
        self.streams.services.watch.begin()

    def happens(self, sender: int, text: str, **place: int) -> int:
        position: int = self.say(sender, text, **place)
        with self.store.snapshot() as connection:
            events = reading.after(connection, self.streams.services.routing.position, 100)
        self.streams.services.routing.received(events[0].position, events[-1].position, events, True)
        return position

    def open(self, user: int, target: str, **headers: str) -> Any:
        """@return: a connection whose request is not answered to its end."""
        connection = self.connect()
        given = {"Authorization": f"Bearer {self.tokens_of[user]}"} | headers
        connection.send(request_bytes("GET", f"/v2{target}", headers=given))
        self.clock.advance(0)
        return connection

    def poll(self, user: int, query: str = "") -> Any:
        answer = self.open(user, f"/events{query}").answer("GET")
        self.checker.check("GET", "/v2/events", answer.status, answer.headers, answer.body)
        return answer.json

    def stream(self, user: int, query: str = "", **headers: str) -> Any:
        return self.open(user, f"/events{query}", Accept="text/event-stream", **headers)

    def heard(self, connection: Any) -> list[dict[str, Any]]:
        self.clock.advance(0)
        written: bytes = connection.transport.value()
        connection.transport.clear()
        head, _, body = written.rpartition(b"\r\n\r\n") if written.startswith(b"HTTP") else (b"", b"", written)
        pieces, rest = [], body if not head else written.partition(b"\r\n\r\n")[2]
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            pieces.append(rest[: int(size, 16)])
            rest = rest[int(size, 16) + 2 :]
        return parse_events(b"".join(pieces).decode())


class PollTests(EventsCase):
    def test_events_behind_a_cursor(self) -> None:
        cursor = self.poll(BOB)["cursor"]
        self.assertEqual(self.poll(BOB, f"?since={cursor}"), {"events": [], "cursor": cursor})
        id = self.happens(ANN, "hi", user=BOB)
        self.happens(ANN, "not for Bob", user=CAT)
        found = self.poll(BOB, f"?since={cursor}&wait=60")
        self.assertEqual([(each["id"], each["text"]) for each in found["events"]], [(id, "hi")])

    def test_it_waits(self) -> None:
        cursor = self.poll(BOB)["cursor"]
        connection = self.open(BOB, f"/events?since={cursor}&wait=60")
        self.assertEqual(connection.transport.value(), b"")
        self.clock.advance(59)
        self.happens(ANN, "hi", group=TEAM)
        self.clock.advance(0)
        self.assertEqual(connection.answer("GET").json["events"][0]["text"], "hi")

    def test_refused(self) -> None:
        for query in ("since=x", "since=-1", "since=1.2.3.4", "wait=61", "wait=x", "users=1", "groups=1", "show=x"):
            self.problem(self.call(BOB, "GET", f"/events?{query}"), 400, "invalid_field")
        self.problem(self.api("GET", "/events"), 401, "unauthorized")

    def test_too_many(self) -> None:
        self.streams.services.roster._limit = 1
        self.open(BOB, "/events?wait=60")
        self.problem(self.call(BOB, "GET", "/events"), 429, "too_many_connections")


class StreamTests(EventsCase):
    ACCEPT: ClassVar[dict[str, str]] = {"Accept": "text/event-stream"}

    def test_stream(self) -> None:
        connection = self.stream(BOB)
        head = connection.transport.value().partition(b"\r\n\r\n")[0].lower()
        for header in (b"text/event-stream", b"x-accel-buffering: no", b"cache-control: no-store", b"vary: accept"):
            self.assertIn(header, head)
        self.assertNotIn(b"content-encoding", head)
        self.assertEqual([each["name"] for each in self.heard(connection)], ["synced"])
        self.happens(ANN, "hi", user=BOB)
        self.assertEqual([each["data"]["text"] for each in self.heard(connection)], ["hi"])

    def test_resumed(self) -> None:
        ids = [self.happens(ANN, text, user=BOB) for text in "abc"]
        for query, last, expected in (
            (f"?since={ids[0]}", "", ids[1:]),
            (f"?since={ids[0]}", f"{ids[1]}", ids[2:]),
            ("", f"{ids[0]}", ids[1:]),
        ):
            connection = self.stream(BOB, query, **({"Last-Event-ID": last} if last else {}))
            found = [each["data"]["id"] for each in self.heard(connection) if each["name"] == "message"]
            self.assertEqual(found, expected)

    def test_compressed_for_nobody(self) -> None:
        connection = self.stream(BOB, **{"Accept-Encoding": "gzip"})
        self.assertNotIn(b"gzip", connection.transport.value())

    def test_accept(self) -> None:
        for accept, is_stream in (
            ("text/event-stream", True),
            ("text/event-stream, */*;q=0.1", True),
            ("*/*", False),
            ("application/json", False),
            ("application/json, text/event-stream;q=0.5", False),
        ):
            connection = self.open(BOB, "/events", Accept=accept)
            self.assertEqual(b"text/event-stream" in connection.transport.value().lower(), is_stream, accept)

    def test_refused(self) -> None:
        many = ",".join(map(str, range(1, 202)))
        for query, last in (("?since=x", ""), ("?users=x", ""), ("", "x"), (f"?users={many}", "1")):
            headers = {"Last_Event_ID": last} if last else {}
            answer = self.api("GET", f"/events{query}", None, self.tokens_of[BOB], **self.ACCEPT, **headers)
            self.problem(answer, 400, "invalid_field")

    def test_head(self) -> None:
        answer = self.request(
            "HEAD", "/v2/events", Authorization=f"Bearer {self.tokens_of[BOB]}", Accept="text/event-stream"
        )
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/event-stream"))

    def test_it_is_no_request_under_way(self) -> None:
        """It counts as a connection, as a WebSocket does: the user's other calls have their own limit."""
        self.caps = Caps(user=1)
        self.mount(self.accounts)
        connections = [self.stream(BOB) for _ in range(3)]
        self.good(BOB, "GET", "/me")
        for connection in connections:
            connection.transport.loseConnection()
        self.assertEqual(len(self.site.capacity.users), 0)
        self.assertEqual(self.streams.connections, set())

    def test_a_client_that_is_gone(self) -> None:
        connection = self.stream(BOB)
        self.assertEqual(len(self.streams.connections), 1)
        connection.transport.loseConnection()
        self.happens(ANN, "hi", user=BOB)
        self.assertEqual((self.streams.connections, self.streams.services.roster.count), (set(), 0))


class PresenceTests(EventsCase):
    def test_presence(self) -> None:
        self.stream(BOB)
        self.stream(CAT, "?show=false")
        found = self.good(ANN, "GET", "/presence?users=3,2,1")
        self.assertEqual(found, {"online": [BOB], "offline": [CAT, ANN]})

    def test_of_somebody_who_has_blocked(self) -> None:
        self.stream(BOB)
        self.streams.services.routing._blocked[BOB] = {ANN}
        self.assertEqual(self.good(ANN, "GET", "/presence?users=2")["offline"], [BOB])
        self.assertEqual(self.good(CAT, "GET", "/presence?users=2")["online"], [BOB])

    def test_typing(self) -> None:
        told: list[Event] = []
        self.streams.inlet.__dict__["signal"] = told.append
        for place in ("user-2", f"group-{TEAM}", "announcements"):
            self.good(ANN, "POST", f"/conversations/{place}/typing", status=204)
        self.assertEqual(
            [(each.kind, each.sender, each.target) for each in told],
            [(Kind.TYPING, ANN, BOB), (Kind.TYPING, ANN, TEAM)],
        )
        self.problem(self.call(CAT, "POST", f"/conversations/group-{TEAM}/typing"), 403, "not_a_member")


OPS = {
    frames.Hello: "",
    frames.Ping: "",
    frames.Speak: "",
    frames.Sync: "GET /events",
    frames.Watch: "GET /events",
    frames.Show: "GET /events",
    frames.Send: "POST /conversations/{conversation}/messages",
    frames.Forward: "POST /conversations/{conversation}/forwards",
    frames.Edit: "PATCH /messages/{message}",
    frames.Recall: "DELETE /messages/{message}",
    frames.React: "POST /messages/{message}/reactions",
    frames.Received: "PUT /conversations/{conversation}/marks",
    frames.Read: "PUT /conversations/{conversation}/marks",
    frames.Marks: "GET /conversations/{conversation}/marks",
    frames.History: "GET /conversations/{conversation}/messages",
    frames.Command: "POST /conversations/{conversation}/commands",
    frames.Press: "POST /messages/{message}/actions",
    frames.AnswerCall: "POST /commands/{call}/answers",
    frames.Typing: "POST /conversations/{conversation}/typing",
}
"""The call that does what an op does; empty: over HTTP there is nothing to do."""


class OpTests(SiteCase):
    def test_every_op_has_its_call(self) -> None:
        """Whoever adds an op adds a call, and a line to the table of C{docs/http.md}."""
        self.assertEqual(set(OPS), set(get_args(frames.FromClient)))
        calls = {f"{each.method} {each.path}" for each in OPERATIONS}
        self.assertEqual({call for call in OPS.values() if call} - calls, set())
