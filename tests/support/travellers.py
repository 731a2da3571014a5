"""Clients that go from host to host: when a connection is lost, or seems dead, each comes back at a random one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Factory
from twisted.internet.task import LoopingCall

from hichat.core.events import Event
from hichat.core.kinds import Kind
from tests.support.daemon import GREETING, Daemon, reactor
from tests.support.devices import Device, Person, Socket, sees

PATIENCE = 2
"""Seconds that a connection may take."""

DEAD = 5.0
"""Seconds without a byte after which a connection counts as lost. Each second the client sends a ping."""


class RefusedSocket(Socket):
    """A daemon that stops, or whose store is away, may refuse it."""

    def refused(self) -> None:
        """See L{Socket.refused}."""
        self.transport.abortConnection()  # type: ignore[union-attr]


class _Watch:
    """
    Pings a connection, and ends it if nothing comes any more.

    @param found: gives the connection, if there is one.
    """

    def __init__(self, found: Callable[[], Socket | None]) -> None:
        self._found = found
        self._looping = LoopingCall(self._look)
        self._looping.clock = reactor

    def start(self) -> None:
        self._looping.start(1.0, now=False)

    def stop(self) -> None:
        if self._looping.running:
            self._looping.stop()

    def _look(self) -> None:
        socket = self._found()
        if socket is None:
            return
        if reactor.seconds() - socket.sign > DEAD:
            socket.transport.abortConnection()  # type: ignore[union-attr]
        elif socket.is_open:
            socket.send(b"", 9)


class Delays:
    """
    How long messages took.

    @ivar phase: what happens at the moment.
    @ivar affected: the daemons to which it happens.
    @ivar found: by phase in which a message was said: seconds until it was heard, from one device that was live to
        another one, both at daemons to which nothing happens.
    @ivar acked: the same for acks.
    """

    def __init__(self) -> None:
        self.phase = ""
        self.affected: frozenset[Daemon] = frozenset()
        self.found: dict[str, list[float]] = {}
        self.acked: dict[str, list[float]] = {}
        self._said: dict[str, tuple[float, str, frozenset[Daemon], Daemon]] = {}

    def said(self, text: str, device: Device) -> None:
        """A device says something."""
        if device.live and device.daemon not in self.affected:
            self._said[text] = reactor.seconds(), self.phase, self.affected, device.daemon

    def heard(self, text: str, device: Device, since: float, acks: bool = False) -> None:
        """
        A device hears something, or its ack.

        @param since: since when it is live.
        """
        if text not in self._said:
            return
        at, phase, affected, daemon = self._said[text]
        if since <= at and {device.daemon, daemon}.isdisjoint(affected | self.affected):
            into = self.acked if acks else self.found
            into.setdefault(phase, []).append(reactor.seconds() - at)


class Traveller(Device):
    """A device of v2."""

    def __init__(self, daemons: Sequence[Daemon], person: Person, name: str, chance: Random, delays: Delays) -> None:
        super().__init__(chance.choice(daemons), person, name, chance)
        self.patience = PATIENCE
        self.places: set[Daemon] = set()
        self._daemons = daemons
        self._delays = delays
        self._since = 0.0
        self._watch = _Watch(lambda: self.socket)
        self._watch.start()

    def connect(self) -> None:
        """See L{Device.connect}."""
        self.daemon = self._chance.choice(self._daemons)
        super().connect()

    def make_socket(self) -> Socket:
        """See L{Device.make_socket}."""
        return RefusedSocket(self._hear, self._greet, self._lose)

    def _say(self, op: str, text: str, where: dict[str, int]) -> int:
        self._delays.said(text, self)
        return super()._say(op, text, where)

    def leave(self) -> None:
        """See L{Device.leave}."""
        self._watch.stop()
        super().leave()

    def _on_synced(self, said: dict[str, Any]) -> None:
        self._since = reactor.seconds()
        self.places.add(self.daemon)
        super()._on_synced(said)

    def _on_event(self, said: dict[str, Any]) -> None:
        super()._on_event(said)
        if self.live:
            self._delays.heard(said.get("text", ""), self, self._since)

    def _on_ack(self, said: dict[str, Any]) -> None:
        super()._on_ack(said)
        self._delays.heard(self.said[said["ref"]], self, self._since, True)


class OldTraveller:
    """
    A client of v1. It hears nothing while it is away, and gets no acks.

    @ivar runs: for each connection, the frames of others that came.
    @ivar said: for each connection, its own frames that it has sent.
    @ivar live: whether it is connected.
    """

    def __init__(self, daemons: Sequence[Daemon], person: Person, chance: Random) -> None:
        self.user, self._token = person
        self.runs: list[list[str]] = []
        self.said: list[list[str]] = []
        self.live = False
        self.complaints = 0
        self._daemons = daemons
        self._chance = chance
        self._socket: Socket | None = None
        self._later: IDelayedCall | None = None
        self._left = False
        self._watch = _Watch(lambda: self._socket)
        self._watch.start()

    def connect(self) -> None:
        """Connect."""
        self._later = None
        daemon = self._chance.choice(self._daemons)
        factory = Factory.forProtocol(self._make_socket)
        connecting = TCP4ClientEndpoint(reactor, daemon.address, daemon.port, timeout=PATIENCE).connect(factory)
        connecting.addCallbacks(self._connected, lambda _failure: self._lose(0, ""))

    def _make_socket(self) -> Socket:
        path = f"/v1/user/SendUserMsg?userId={self.user}&token={self._token}"
        return RefusedSocket(self._hear, lambda: None, self._lose, path, "")

    def say(self, text: str, target: int, to_group: bool = False) -> None:
        """Send a message, if it is connected."""
        if self._socket is not None and self.live:
            said = {"userId": self.user, "TargetId": target, "Type": 2 if to_group else 1, "Content": text}
            self.said[-1].append(json.dumps(said))
            self._socket.send(self.said[-1][-1].encode())

    def abort(self) -> None:
        """Lose the connection without a word."""
        if self._socket is not None:
            self._socket.transport.abortConnection()  # type: ignore[union-attr]

    def leave(self) -> None:
        """Disconnect, and do not come back."""
        self._left = True
        self._watch.stop()
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self.abort()

    @property
    def gone(self) -> bool:
        """Whether there is no connection, and none will be made."""
        return self._socket is None and self._later is None

    def _connected(self, socket: Socket) -> None:
        self._socket = socket
        if self._left:
            self.leave()

    def _hear(self, frame: bytes) -> None:
        text = frame.decode()
        if text == GREETING:
            self.live = True
            self.runs.append([])
            self.said.append([])
        elif not text.startswith("{"):
            self.complaints += 1
        elif json.loads(text)["userId"] != self.user:
            # Some of its own, from an earlier connection, may come, too.
            self.runs[-1].append(text)

    def _lose(self, code: int, reason: str) -> None:
        self._socket = None
        self.live = False
        if not self._left:
            self._later = reactor.callLater(0.05 + 0.1 * self._chance.random(), self.connect)

    # What it should have heard

    def check(self, events: Sequence[Event], memberships: dict[tuple[int, int], list[tuple[int, int]]]) -> None:
        """
        Check that each connection has brought everything from some moment on, in order and once, until it was lost, or
        the last one until the end; and that nothing that it has said is in the log twice, or in another order than
        the others of that connection.

        @raise AssertionError: this is not so.
        """
        messages = [event for event in events if event.kind == Kind.MESSAGE and sees(self.user, event, memberships)]
        expected = [event.body.decode() for event in messages if event.sender != self.user]
        places = {body: place for place, body in enumerate(expected)}
        assert len(places) == len(expected), "a message is in the log twice"
        for number, run in enumerate(self.runs):
            if run:
                first = places[run[0]]
                assert run == expected[first : first + len(run)], (self.user, number)
        assert self.live
        assert self.runs[-1], f"{self.user} has heard nothing since it came back"
        assert self.runs[-1][-1] == expected[-1], self.user
        own = [event.body.decode() for event in messages if event.sender == self.user]
        stored = {body: place for place, body in enumerate(own)}
        assert len(stored) == len(own), "a message is in the log twice"
        for said in self.said:
            order = [stored[text] for text in said if text in stored]
            assert order == sorted(order), self.user
