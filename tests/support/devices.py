"""
Many well-behaved v2 clients: they reconnect, catch up, and repeat frames without an ack. And an insider, which reads
and changes the daemon's store from another process.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Connection, select
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from hichat.accounts import devices, sessions, users
from hichat.accounts.tokens import V1_LIFETIME, Claims, Dialect, TokenSigner
from hichat.core.drafts import Draft
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import Kind
from hichat.groups import joining
from hichat.groups.queries import Change
from hichat.log import reading
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime import keys
from hichat.storage import tables
from hichat.storage.engine import make_engine
from hichat.storage.store import Store
from hichat.wire.frames import PATH, SUBPROTOCOL
from tests.support.asyncapi_checker import AsyncAPIChecker
from tests.support.daemon import Daemon, reactor
from tests.support.doubles import run_now

Person = tuple[int, str]
"""A user's id and token."""


class Socket(Protocol):
    """
    A minimal WebSocket client (RFC 6455), some hundred times as quick as Autobahn's. Its masks are zero, so that its
    frames can be read in a trace of system calls.

    @param heard: called with the payload of each text frame.
    @param opened: called after the opening handshake.
    @param lost: called with the code of the server's Close frame, or 0 if there was none, and its reason.
    @param path: the path, with a query.
    @param subprotocol: empty: none.
    @ivar sign: when the last byte came.
    """

    def __init__(
        self,
        heard: Callable[[bytes], None],
        opened: Callable[[], None],
        lost: Callable[[int, str], None],
        path: str = PATH,
        subprotocol: str = SUBPROTOCOL,
    ) -> None:
        self._heard, self._opened, self._lost = heard, opened, lost
        self._path, self._subprotocol = path, subprotocol
        self.sign = reactor.seconds()
        self._data = bytearray()
        self._shaken = False
        self._close = (0, "")

    def connectionMade(self) -> None:
        self.transport.setTcpNoDelay(True)  # type: ignore[union-attr]
        lines = [
            f"GET {self._path} HTTP/1.1",
            "Host: 127.0.0.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            *([f"Sec-WebSocket-Protocol: {self._subprotocol}"] if self._subprotocol else ()),
        ]
        self._write("\r\n".join((*lines, "", "")).encode())

    def _write(self, data: bytes) -> None:
        self.transport.write(data)  # type: ignore[union-attr]

    @property
    def is_open(self) -> bool:
        """Whether frames may be sent."""
        return self._shaken

    def send(self, payload: bytes, opcode: int = 1) -> None:
        """Send a frame."""
        size = len(payload)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self._write(bytes((0x80 | opcode,)) + length + bytes(4) + payload)

    def refused(self) -> None:
        """The server has answered without a WebSocket."""
        raise AssertionError(bytes(self._data))

    def dataReceived(self, data: bytes) -> None:
        self.sign = reactor.seconds()
        self._data += data
        if not self._shaken:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._data.startswith(b"HTTP/1.1 101 "):
                self.refused()
                return
            del self._data[: end + 4]
            self._shaken = True
            self._opened()
        self._take()

    def _take(self) -> None:
        data, at = bytes(self._data), 0
        while len(data) - at >= 2:
            start, size = at + 2, data[at + 1]
            if size >= 126:
                start += 2 if size == 126 else 8
                size = int.from_bytes(data[at + 2 : start], "big")
            if len(data) < start or len(data) < start + size:
                break
            self._frame(data[at] & 15, data[start : start + size])
            at = start + size
        del self._data[:at]

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == 1:
            self._heard(payload)
        elif opcode == 8:
            self._close = int.from_bytes(payload[:2], "big"), payload[2:].decode()
            self.send(payload[:2], 8)
        elif opcode == 9:
            self.send(payload, 10)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._lost(*self._close)


class Heard(NamedTuple):
    """The fields of an event that a device keeps."""

    id: int
    seq: int
    conversation: int
    sender: int
    text: str


class Device:
    """
    One device of a user, over many connections.

    @param person: the user's id and token.
    @param chance: for the pauses before it reconnects.
    @param checker: checks every frame; None, where they are too many.
    @ivar patience: seconds that a connection may take.
    @ivar returns: whether it reconnects when the connection is lost.
    @ivar live: whether it has caught up.
    @ivar heard: the events of all pages and live frames, in the order in which they came.
    @ivar said: texts by counter.
    @ivar acks: acks by counter.
    @ivar unacked: frames without an ack, by counter.
    @ivar refused: by counter: the code of an error without C{retryAfter}.
    @ivar errors: the number of errors by code.
    @ivar closes: the code of each close.
    @ivar mistakes: descriptions of what the server did against the protocol.
    """

    def __init__(
        self,
        daemon: Daemon,
        person: Person,
        name: str,
        chance: Random | None = None,
        checker: AsyncAPIChecker | None = None,
    ) -> None:
        self.daemon = daemon
        self.user, self._token = person
        self.name = name
        self._chance = chance or Random(name)
        self._checker = checker
        self.patience = 60
        self.returns = True
        self.live = False
        self.cursor = 0
        self.counter = 0
        self.heard: list[Heard] = []
        self.said: dict[int, str] = {}
        self.acks: dict[int, dict[str, Any]] = {}
        self.unacked: dict[int, dict[str, Any]] = {}
        self.refused: dict[int, str] = {}
        self.errors: Counter[str] = Counter()
        self.closes: list[int] = []
        self.reason = ""
        self.mistakes: list[str] = []
        self.pages = 0
        self.number = 0
        self.socket: Socket | None = None
        self._later: IDelayedCall | None = None
        self._repeats: set[IDelayedCall] = set()
        self._left = False

    # What the test does

    def connect(self) -> None:
        """Connect, and catch up."""
        self._later = None
        factory = Factory.forProtocol(self.make_socket)
        at = self.daemon.address, self.daemon.port
        connecting = TCP4ClientEndpoint(reactor, *at, timeout=self.patience).connect(factory)
        connecting.addCallbacks(self._connected, lambda _failure: self._lose(0, ""))

    def make_socket(self) -> Socket:
        """Make a connection."""
        return Socket(self._hear, self._greet, self._lose)

    def say(self, text: str, **where: int) -> int:
        """Send a message, now or once it is live. @return: its counter."""
        return self._say("send", text, where)

    def edit(self, message: int, text: str) -> int:
        """Edit an own message, now or once it is live. @return: the counter of that."""
        return self._say("edit", text, {"message": message})

    def _say(self, op: str, text: str, where: dict[str, int]) -> int:
        self.counter += 1
        self.said[self.counter] = text
        self.unacked[self.counter] = {"op": op, "ref": self.counter, "counter": self.counter, "text": text, **where}
        if self.live:
            self._send(self.unacked[self.counter])
        return self.counter

    def abort(self) -> None:
        """Lose the connection without a word."""
        if self.socket is not None:
            self.socket.transport.abortConnection()  # type: ignore[union-attr]

    def leave(self) -> None:
        """Disconnect, and do not reconnect."""
        self.returns = False
        self._left = True
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self.abort()

    @property
    def gone(self) -> bool:
        """Whether there is no connection, and none will be made."""
        return self.socket is None and self._later is None

    # What comes

    def _connected(self, socket: Socket) -> None:
        self.socket = socket
        if self._left:
            self.abort()

    def _greet(self) -> None:
        self._send({"op": "hello", "token": self._token, "device": self.name})

    def _send(self, said: dict[str, Any]) -> None:
        text = json.dumps(said, ensure_ascii=False)
        if self._checker is not None:
            self._checker.from_client(text)
        assert self.socket is not None
        self.socket.send(text.encode())

    def _hear(self, frame: bytes) -> None:
        if self._checker is not None:
            try:
                self._checker.from_server(frame)
            except AssertionError as e:
                self.mistakes.append(str(e))
        said = json.loads(frame)
        getattr(self, f"_on_{said['op']}")(said)

    def _on_welcome(self, said: dict[str, Any]) -> None:
        self.number = said["device"]
        if said["counter"] > self.counter or said["counter"] < max(self.acks, default=0):
            self.mistakes.append(f"welcome has counter {said['counter']}")
        self._send({"op": "sync", "since": self.cursor})

    def _on_page(self, said: dict[str, Any]) -> None:
        self.pages += 1
        for event in said["events"]:
            self._on_event(event)
        self.cursor = said["position"]

    def _on_synced(self, said: dict[str, Any]) -> None:
        if said["position"] < self.cursor:
            self.mistakes.append(f"synced goes back: {said}")
        self.cursor = said["position"]
        self.live = True
        for frame in tuple(self.unacked.values()):
            self._send(frame)

    def _on_event(self, said: dict[str, Any]) -> None:
        if said["id"] <= self.cursor:
            self.mistakes.append(f"event {said['id']} after {self.cursor}")
        self.cursor = said["id"]
        text = said.get("text", "")
        self.heard.append(Heard(said["id"], said["seq"], said["conversation"], said["from"], text))

    def _on_ack(self, said: dict[str, Any]) -> None:
        counter = said["ref"]
        self.unacked.pop(counter, None)
        first = self.acks.setdefault(counter, said)
        if [first[name] for name in ("id", "seq", "conversation", "time")] != [
            said[name] for name in ("id", "seq", "conversation", "time")
        ]:
            self.mistakes.append(f"acked twice: {first}, {said}")

    def _on_error(self, said: dict[str, Any]) -> None:
        self.errors[said["code"]] += 1
        counter = said.get("ref")
        if counter not in self.unacked:
            return
        if "retryAfter" in said:
            self._repeats = {call for call in self._repeats if call.active()}
            self._repeats.add(reactor.callLater(said["retryAfter"], self._again, counter))
        else:
            self.unacked.pop(counter)
            self.refused[counter] = said["code"]

    def _again(self, counter: int) -> None:
        if counter in self.unacked and self.live:
            self._send(self.unacked[counter])

    def _lose(self, code: int, reason: str) -> None:
        if self.socket is not None:
            self.closes.append(code)
            self.reason = reason
        self.socket = None
        self.live = False
        for call in self._repeats:
            if call.active():
                call.cancel()
        if self.returns:
            self._later = reactor.callLater(0.05 + 0.1 * self._chance.random(), self.connect)


class Insider:
    """Another process, which reads and changes the daemon's store."""

    def __init__(self, daemon: Daemon) -> None:
        state = daemon.directory / "state"
        url = daemon.environment.get("HICHAT_DATABASE") or f"sqlite:///{state / 'hichat.db'}"
        self.engine = make_engine(url)
        self.store = Store(self.engine, run_now, run_now)
        self.writer = LogWriter(self.store, _now)
        self._tokens = TokenSigner(keys.load_or_make(state, "token.key"), _now)

    def people(self, count: int, name: str = "person") -> list[Person]:
        """Make users without passwords. @param name: begins their names. @return: their ids and tokens."""
        with self.store.transaction() as connection:
            return [self._person(connection, f"{name} {number}") for number in range(count)]

    def _person(self, connection: Connection, name: str) -> Person:
        user = users.insert(connection, name, "", _now())
        device = devices.find_or_add_for_tokens(connection, user.id, "token", _now())
        login = sessions.go_on(connection, user, device.id, _now())
        return user.id, self._tokens.issue(Claims(user.id, 0, device.id, login, Dialect.BOTH), V1_LIFETIME)

    def group(self, *members: int) -> int:
        """Make a group; the first is its owner. @return: its id."""

        def make(connection: Connection, draft: Draft, position: int) -> None:
            joining.create(Change(connection, draft, position, _now()), f"group of {members[0]}", {})

        def add(connection: Connection, draft: Draft, position: int) -> None:
            joining.add_member(Change(connection, draft, position, _now()))

        group = self.append(_draft(Kind.JOINED, Scope.GROUP, members[0], 0, change=make))[0].target
        self.append(*(_draft(Kind.JOINED, Scope.GROUP, user, group, change=add) for user in members[1:]))
        return group

    def part(self, group: int, user: int) -> int:
        """Take a member out of a group; @return: the position of that."""

        def end(connection: Connection, draft: Draft, position: int) -> None:
            joining.end_membership(Change(connection, draft, position, _now()))

        return self.append(_draft(Kind.LEFT, Scope.GROUP, user, group, change=end))[0].position

    def append(self, *drafts: Draft) -> list[Event]:
        """Write to the log."""
        outcomes = self.writer.write(drafts)
        refused = [outcome for outcome in outcomes if not isinstance(outcome, Event)]
        assert not refused, refused
        return [outcome for outcome in outcomes if isinstance(outcome, Event)]

    def fill(self, sender: int, target: int, count: int, text: str) -> None:
        """Write so many messages into the log, in large transactions."""
        for first in range(0, count, 1000):
            bodies = [json.dumps({"Content": f"{number} {text}"}).encode() for number in range(first, first + 1000)]
            drafts = [_draft(Kind.MESSAGE, Scope.USER, sender, target, body) for body in bodies]
            self.append(*drafts[: count - first])

    def events(self) -> list[Event]:
        """@return: the whole log."""
        with self.store.snapshot() as connection:
            return reading.after(connection, 0, MAX_SAFE_INTEGER)

    def memberships(self) -> dict[tuple[int, int], list[tuple[int, int]]]:
        """@return: by group and user: the first and last positions of the memberships."""
        found: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        with self.store.snapshot() as connection:
            members = tables.members.c
            rows = connection.execute(select(members.group_id, members.user_id, members.since, members.until))
            for group, user, since, until in rows:
                found[group, user].append((since, until or MAX_SAFE_INTEGER))
        return found

    def close(self) -> None:
        """Close the connections to the store."""
        self.engine.dispose()


def _now() -> int:
    return time.time_ns() // 1_000_000


def _draft(kind: Kind, scope: Scope, user: int, target: int, body: bytes = b"", change: Any = None) -> Draft:
    subject = 0 if kind == Kind.MESSAGE else user
    return Draft(kind, scope, user, target, body, None, subject, change=change)  # type: ignore[arg-type]


def check_log(events: Sequence[Event]) -> None:
    """
    Check that the log has no gap, and no client id twice.

    @raise AssertionError: it has.
    """
    assert [event.position for event in events] == list(range(1, len(events) + 1)), "positions"
    last: dict[int, tuple[int, int]] = {}
    for event in events:
        seq, n = last.get(event.conversation, (0, 0))
        last[event.conversation] = event.seq, event.n
        assert (event.seq, event.n) == (seq + 1, n + (event.kind == Kind.MESSAGE)), event
    counted = Counter((event.device, event.counter) for event in events if event.counter)
    assert set(counted.values()) <= {1}, counted.most_common(3)


def check_devices(
    events: Sequence[Event], memberships: dict[tuple[int, int], list[tuple[int, int]]], devices: Sequence[Device]
) -> None:
    """
    Check that each device has heard exactly its user's events in the log, in order and once, and that the log has each
    message that was acked to it.

    @raise AssertionError: a device has not, or the log has not.
    """
    for device in devices:
        assert not device.mistakes, (device.name, device.mistakes[:5])
        ids = [heard.id for heard in device.heard]
        assert ids == sorted(set(ids)), device.name
        acked = {ack["id"] for ack in device.acks.values()}
        assert len(acked) == len(device.acks), device.name
        expected = {event.position for event in events if sees(device.user, event, memberships)}
        missing, foreign = expected - acked.union(ids), acked.union(ids) - expected
        assert not missing, (device.name, device.user, len(missing), sorted(missing)[:5])
        assert not foreign, (device.name, device.user, len(foreign), sorted(foreign)[:5])
        # A device gets its user's own messages only if another device has sent them, or by a sync.
        for heard in device.heard:
            event = events[heard.id - 1]
            assert (heard.seq, heard.conversation, heard.sender) == (event.seq, event.conversation, event.sender), heard
            assert event.kind not in _WITH_TEXT or _text_of(event) == heard.text, heard
        for counter, ack in device.acks.items():
            event = events[ack["id"] - 1]
            found = event.device, event.counter, event.seq, event.conversation, event.time
            told = device.number, counter, ack["seq"], ack["conversation"], ack["time"]
            assert found == told, (device.name, found, told)
            assert _text_of(event) == device.said[counter], (device.name, counter)


_WITH_TEXT: dict[int, str] = {Kind.MESSAGE: "Content", Kind.EDITED: "text"}


def _text_of(event: Event) -> str:
    """@return: the text of a message, or of an edit."""
    return str(json.loads(event.body)[_WITH_TEXT[event.kind]])


def sees(user: int, event: Event, memberships: dict[tuple[int, int], list[tuple[int, int]]]) -> bool:
    """@return: whether a user may see an event."""
    if event.scope == Scope.USER:
        return user in (event.sender, event.target)
    if event.scope == Scope.GROUP:
        spans = memberships.get((event.target, user), ())
        return any(since <= event.position <= until for since, until in spans)
    return event.scope == Scope.EVERYONE
