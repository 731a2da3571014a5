"""
A part of a measurement's clients, in a process of its own: C{python -m hichat.bench.crowd}. L{hichat.bench.run} starts
the processes and adds up their results.

Every message contains its sender's number for it, and the time at which it was sent. So a recipient in any process
knows whether a message came twice or late, and how long it took.
"""

from __future__ import annotations

import random
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from secrets import token_hex
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from twisted.internet.defer import Deferred, DeferredList, DeferredSemaphore, FirstError, gatherResults
from twisted.internet.stdio import StandardIO
from twisted.internet.task import LoopingCall
from twisted.protocols.basic import LineOnlyReceiver

from hichat.bench.prepare import DEVICE, SETTINGS, draw_pairs
from hichat.client.connection import Client, Item
from hichat.client.wire import ClientError, Credentials, Refused
from hichat.core.events import FIRST_GROUP_ID
from hichat.runtime.clock import make_steady
from hichat.runtime.turns import Turns
from hichat.wire.frames import Ack, Happened, Send

CONNECTING_AT_ONCE = 200
"""Connections that are opened at the same time."""

LIMITS = {
    "too_fast": ("HICHAT_MESSAGE_RATE",),
    "too_many_strangers": ("HICHAT_STRANGER_LIMIT",),
    "too_many_connections": ("HICHAT_ADDRESS_CONNECTIONS", "HICHAT_USER_CONNECTIONS"),
}
"""By the code of a refusal: the settings that may have caused it."""

TELL = 0.2
"""Seconds between two reports to the parent process."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """
    The plan of a measurement.

    @ivar case: see L{hichat.bench.run.CASES}.
    @ivar servers: the URLs of the servers among which the clients are divided; see L{server_of}.
    @ivar connections: the number of clients, of users 1, 2...
    @ivar window: messages that each sender has under way.
    @ivar seconds: the duration for which the clients talk, or are idle.
    @ivar group_size: members of a group; L{hichat.bench.run} asks the server.
    @ivar conversations: the number of pairs that talk in C{spread}, at most.
    @ivar processes: the number of processes among which the clients are divided.
    @ivar name: a random name of this run. It is in every message, so that messages of an earlier run are not counted.
    """

    case: str
    servers: tuple[str, ...]
    connections: int = 100
    window: int = 8
    seconds: float = 5.0
    group_size: int = 100
    conversations: int = 200_000
    processes: int = 1
    name: str = msgspec.field(default_factory=lambda: token_hex(4))


class CrowdShare(msgspec.Struct, frozen=True):
    """
    The part of a plan for one process; its first line of input.

    @ivar first: the place of its first client among all; the others follow in steps of the number of processes.
    @ivar tokens: the tokens of its clients.
    """

    plan: Plan
    first: int
    tokens: Sequence[str]


class Tally(msgspec.Struct, omit_defaults=True):
    """
    The results of one process so far.

    @ivar phase: the phase that its clients are in, or have finished.
    @ivar connected: the number of clients that are connected and caught up.
    @ivar sent: messages that were acked.
    @ivar failed: messages that were not.
    @ivar expected: deliveries that the acked messages should have, to clients of any process.
    @ivar delivered: deliveries that came.
    @ivar doubled: messages that came twice, or after a later one of their sender.
    @ivar in_time: the deliveries that came in the measured time.
    @ivar took: the measured time, in seconds.
    @ivar cpu: the processor time of this process in it, in seconds.
    @ivar times: the number of deliveries by their latency in microseconds, which is rounded by less than a hundredth;
        only at the end.
    @ivar limited: whether a client has sent as much as the server lets a user send, so that the server paused it.
    @ivar error: the reason for which the measurement failed; empty: it did not.
    """

    phase: Literal["starting", "ready", "connected", "talking", "said", "over"] = "starting"
    connected: int = 0
    sent: int = 0
    failed: int = 0
    expected: int = 0
    delivered: int = 0
    doubled: int = 0
    in_time: int = 0
    took: float = 0.0
    cpu: float = 0.0
    times: dict[int, int] = {}
    limited: bool = False
    error: str = ""


class Partner(NamedTuple):
    """
    A user or a group to whom a client sends messages.

    @ivar hearers: the number of clients that get each message.
    """

    user: int | UnsetType
    group: int | UnsetType
    hearers: int


class Voice:
    """
    One client.

    @param place: the client's place among all.
    @param crowd: the clients of this process.
    @param partners: its recipients; each message goes to one of them, chosen at random.
    """

    client: Client

    def __init__(self, place: int, crowd: Crowd, partners: Sequence[Partner]) -> None:
        self._place = place
        self._crowd = crowd
        self._partners = partners
        self._number = 0
        self._last: dict[str, int] = {}

    def speak(self, window: int) -> None:
        """Keep so many messages under way from now on, for as long as C{Crowd.talks} is set."""
        for _ in range(window if self._partners else 0):
            self._say()

    def _say(self) -> None:
        partners = self._partners
        partner = partners[int(random.random() * len(partners))]  # noqa: S311
        self._number += 1
        text = f"{self._crowd.name} {self._place} {self._number} {time.monotonic_ns()}"

        def answered(outcome: Ack | ClientError) -> None:
            if isinstance(outcome, Refused):
                self._crowd.refused(outcome)
            self._crowd.answered(partner.hearers if isinstance(outcome, Ack) else None)
            if self._crowd.talks and isinstance(outcome, Ack):
                self._say()

        self._crowd.under_way += 1
        try:
            self.client.post(Send(user=partner.user, group=partner.group, text=text), answered)
        except ClientError as e:
            answered(e)

    def is_limited(self, seconds: float) -> bool:
        """@return: whether it has sent more than a user may send in so many seconds, so that the server paused it."""
        welcome = getattr(self.client, "welcome", None)
        limits = welcome.limits if welcome is not None else {}
        most, period = limits.get("messages", 0), limits.get("period", 0)
        return bool(most) and self._number > most * (1 + seconds / period)

    def hear(self, item: Item) -> None:
        """Count an item, if it is a message of this run."""
        if not isinstance(item, Happened) or not str(item.text).startswith(self._crowd.name):
            return
        now = time.monotonic_ns()
        _, sender, number, sent = str(item.text).split()
        if int(number) <= self._last.get(sender, 0):
            self._crowd.tally.doubled += 1
            return
        self._last[sender] = int(number)
        self._crowd.heard((now - int(sent)) // 1000)


class Crowd:
    """
    The clients of this process.

    @ivar tally: the results so far.
    @ivar name: the run's name.
    @ivar talks: whether a client sends its next message after an ack.
    @ivar under_way: messages that have no answer yet.
    """

    def __init__(self, reactor: Any, part: CrowdShare) -> None:
        self.tally = Tally()
        self.name = part.plan.name
        self.talks = False
        self.under_way = 0
        self._reactor = reactor
        self._plan = part.plan
        self._said: Deferred[None] = Deferred()
        self._times: defaultdict[int, int] = defaultdict(int)
        self._voices: list[Voice] = []
        places = range(part.first, part.plan.connections, part.plan.processes)
        partners = who_speaks(part.plan, places)
        for place, token in zip(places, part.tokens, strict=True):
            self._voices.append(self._voice(place, token, partners.get(place, [])))

    def _voice(self, place: int, token: str, partners: Sequence[Partner]) -> Voice:
        voice = Voice(place, self, partners)
        voice.client = Client(
            self._reactor,
            server_of(self._plan, place),
            Credentials(place + 1, token),
            DEVICE,
            on_item=voice.hear,
            window=self._plan.window,
        )
        return voice

    async def connect(self) -> None:
        """
        Connect all clients.

        @raise ClientError: a client could not connect.
        """
        gate = DeferredSemaphore(CONNECTING_AT_ONCE)
        try:
            await gatherResults([gate.run(self._connect_one, voice.client) for voice in self._voices], True)
        except FirstError as e:
            e.subFailure.raiseException()
        self.tally.phase = "connected"

    def _connect_one(self, client: Client) -> Deferred[None]:
        async def connect() -> None:
            # Without a cursor, a welcomed client gets all messages from now on.
            await client.connected()
            self.tally.connected += 1

        return Deferred.fromCoroutine(connect())

    async def talk(self) -> None:
        """Send messages until the time is over, then wait for all answers."""
        self.tally.phase, self.talks = "talking", True
        self._reactor.callLater(self._plan.seconds, self._silence, time.monotonic(), time.process_time())
        for voice in self._voices:
            voice.speak(self._plan.window)
        await self._said

    def _silence(self, began: float, cpu: float) -> None:
        self.talks = False
        self.tally.in_time = self.tally.delivered
        self.tally.took = time.monotonic() - began
        self.tally.cpu = time.process_time() - cpu
        self.tally.limited = any(voice.is_limited(self.tally.took) for voice in self._voices)
        self._look()

    def _look(self) -> None:
        if not self.talks and not self.under_way and not self._said.called:
            self.tally.phase = "said"
            self._said.callback(None)

    def refused(self, error: Refused) -> None:
        """A message was refused. This ends the measurement: its results would not show what the server can do."""
        self.tally.error = self.tally.error or explain(error)

    def answered(self, hearers: int | None) -> None:
        """
        A message has its answer.

        @param hearers: the number of clients that should get it; None: it was not acked.
        """
        self.under_way -= 1
        if hearers is None:
            self.tally.failed += 1
        else:
            self.tally.sent += 1
            self.tally.expected += hearers
        if not self.talks:
            self._look()

    def heard(self, took: int) -> None:
        """
        A message has come.

        @param took: its latency, in microseconds.
        """
        self.tally.delivered += 1
        self._times[coarse(took)] += 1

    async def leave(self) -> None:
        """Close all clients."""
        await DeferredList([Deferred.fromCoroutine(voice.client.close(1)) for voice in self._voices])
        self.tally.times = dict(self._times)
        self.tally.phase = "over"


def explain(error: BaseException) -> str:
    """@return: the error's text; for a refusal with the settings that the daemon needs, if there are any."""
    said = str(error) or type(error).__name__
    names = LIMITS.get(error.code, ()) if isinstance(error, Refused) else ()
    settings = " ".join(f"{name}={SETTINGS[name]}" for name in names)
    return f"{said}; the daemon needs {settings}" if settings else said


def coarse(number: int) -> int:
    """@return: the number with its 8 leading bits only: less than a hundredth is lost."""
    spare = max(0, number.bit_length() - 8)
    return number >> spare << spare


def server_of(plan: Plan, place: int) -> str:
    """
    @return: the server of the client at a place. The two of a pair have different ones, the members of a group all of
        them; and so have the members who send.
    """
    size = plan.group_size if plan.case == "groups" else 2
    return plan.servers[(place % size + place // size) % len(plan.servers)]


def who_speaks(plan: Plan, places: Sequence[int]) -> dict[int, list[Partner]]:
    """@return: by place, the recipients of each client that sends; only for these places."""
    count = plan.connections
    if plan.case == "pairs":
        return {place: [Partner((place ^ 1) + 1, UNSET, 1)] for place in places}
    if plan.case == "groups":
        size = plan.group_size
        return {
            place: [Partner(UNSET, FIRST_GROUP_ID + place // size, min(size, count - place) - 1)]
            for place in places
            if place % size == 0
        }
    found: dict[int, list[Partner]] = {}
    if plan.case == "spread":
        for one, other in draw_pairs(count, min(plan.conversations, count * (count - 1) // 2)):
            for speaker, hearer in ((one, other), (other, one)):
                if speaker - 1 in places:
                    found.setdefault(speaker - 1, []).append(Partner(hearer, UNSET, 1))
    return found


class Line(LineOnlyReceiver):
    """
    The pipe to the parent process: it sends a command a line, and gets a L{Tally} a line. When the pipe closes, this
    process ends.
    """

    delimiter = b"\n"

    def __init__(self, reactor: Any, part: CrowdShare) -> None:
        self._reactor = reactor
        self._crowd = Crowd(reactor, part)

    def connectionMade(self) -> None:
        """Report that this process is ready, and go on reporting."""
        self._crowd.tally.phase = "ready"
        LoopingCall(self._tell).start(TELL)

    def lineReceived(self, line: bytes) -> None:
        """Carry out a command of the parent process."""
        crowd = self._crowd
        work = {b"connect": crowd.connect, b"talk": crowd.talk, b"leave": crowd.leave}[line]
        Deferred.fromCoroutine(work()).addErrback(self._failed).addCallback(self._tell)

    def _tell(self, _: object = None) -> None:
        self.sendLine(msgspec.json.encode(self._crowd.tally))

    def _failed(self, failure: Any) -> None:
        self._crowd.tally.error = explain(failure.value)

    def connectionLost(self, reason: Any = None) -> None:
        """The parent process has ended, or has closed the pipe."""
        if self._reactor.running:
            self._reactor.stop()


def main() -> None:
    """Read a L{CrowdShare} from the first line of standard input, then commands; see L{Line}."""
    from twisted.internet import reactor as installed

    reactor: Any = installed
    make_steady(reactor)
    # A terminal's Ctrl-C goes to the parent process too, which then closes the pipe: that ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    Turns.install(reactor, lambda seconds: None)
    StandardIO(Line(reactor, msgspec.json.decode(sys.stdin.buffer.readline(), type=CrowdShare)))
    reactor.run(installSignalHandlers=False)


if __name__ == "__main__":
    main()
