"""
The functions that run for every message, one by one::

    pip install '.[bench]'
    python -m pytest -p pytest_benchmark.plugin -o python_functions='bench_*' tests/bench/bench_hot.py

Each figure is for C{MESSAGES} of them. These are not tests: no name here is one that the test run collects.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.epollreactor import EPollReactor
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from wsproto.frame_protocol import FrameProtocol

from hichat.bench import prepare
from hichat.core.drafts import Draft
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.ledger.writer import LogWriter
from hichat.pipeline.plane.datagram import Codec, Trail
from hichat.pipeline.routing.delivery import Routing
from hichat.runtime.metrics import Metrics
from hichat.runtime.turns import Turns
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store
from hichat.v1 import dialect
from hichat.wire import v2, websocket
from hichat.wire.frames import FRAME_LIMIT

MESSAGES = 400
PEOPLE = 100
Benchmark = Callable[..., Any]


def text(number: int) -> bytes:
    """@return: what user 1 + C{number} says to the next, as an existing client does."""
    user = number % PEOPLE + 1
    peer = ((user - 1) ^ 1) + 1
    return b'{"userId":%d,"targetId":%d,"Type":1,"Media":1,"Content":"%s"}' % (user, peer, b"x" * 64)


def draft(number: int) -> Draft:
    found = dialect.parse(text(number), number % PEOPLE + 1, None)  # type: ignore[arg-type]
    assert found is not None
    return found


def event(number: int, scope: Scope = Scope.USER, target: int = 0) -> Event:
    user = number % PEOPLE + 1
    body = text(number)
    target = target or ((user - 1) ^ 1) + 1
    return Event(number + 1, user, number, number, int(Kind.MESSAGE), int(scope), user, target, 0, 0, body)


class Device:
    """Keeps nothing of what it is given."""

    number = 0
    generation = 0
    encode = staticmethod(dialect.encode)

    def deliver(self, frame: bytes) -> None:
        pass


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    engine = make_engine(f"sqlite:///{tmp_path / 'hichat.db'}")
    migrate(engine)
    found = Store(engine, None, None)  # type: ignore[arg-type]
    prepare.make_users(found, PEOPLE, 0, lambda rows: None)
    yield found
    engine.dispose()


def bench_frames(benchmark: Benchmark) -> None:
    """Reads of eight frames each, unmasked."""
    reads = [websocket.masked([text(at) for at in range(first, first + 8)]) for first in range(0, MESSAGES, 8)]
    benchmark(lambda: [websocket.take(read, FRAME_LIMIT, 32) for read in reads])


def bench_frames_from_server(benchmark: Benchmark) -> None:
    """The same, not masked, as the client library has them."""
    reads = [b"".join(websocket.text(text(at)) for at in range(first, first + 8)) for first in range(0, MESSAGES, 8)]
    benchmark(lambda: [websocket.take(read, from_client=False) for read in reads])


def bench_frames_of_wsproto(benchmark: Benchmark) -> None:
    """As L{bench_frames}, by a library. It gives texts as C{str}, which nothing here has a use for."""
    reads = [websocket.masked([text(at) for at in range(first, first + 8)]) for first in range(0, MESSAGES, 8)]
    parser = FrameProtocol(client=False, extensions=[])

    def take(read: bytes) -> list[Any]:
        parser.receive_bytes(read)
        return [frame.payload for frame in parser.received_frames()]

    benchmark(lambda: [take(read) for read in reads])


def bench_text(benchmark: Benchmark) -> None:
    """Frames as the gateway sends them."""
    texts = [text(number) for number in range(MESSAGES)]
    benchmark(lambda: [websocket.text(each) for each in texts])


def bench_text_of_wsproto(benchmark: Benchmark) -> None:
    """As L{bench_text}, by a library."""
    texts = [text(number).decode() for number in range(MESSAGES)]
    writer = FrameProtocol(client=False, extensions=[])
    benchmark(lambda: [writer.send_data(each, fin=True) for each in texts])


def bench_masked(benchmark: Benchmark) -> None:
    """Frames as the client library sends them, eight at a time."""
    turns = [[text(at) for at in range(first, first + 8)] for first in range(0, MESSAGES, 8)]
    benchmark(lambda: [websocket.masked(turn) for turn in turns])


def bench_masked_of_wsproto(benchmark: Benchmark) -> None:
    """As L{bench_masked}, by a library."""
    texts = [text(number).decode() for number in range(MESSAGES)]
    writer = FrameProtocol(client=True, extensions=[])
    benchmark(lambda: [writer.send_data(each, fin=True) for each in texts])


def bench_decode_v1(benchmark: Benchmark) -> None:
    """A v1 frame to a draft."""
    benchmark(lambda: [draft(number) for number in range(MESSAGES)])


def bench_decode_v2(benchmark: Benchmark) -> None:
    """A v2 frame to what it says."""
    said = [b'{"op":"send","ref":%d,"user":2,"text":"%s","counter":%d}' % (at, b"x" * 64, at) for at in range(1, 401)]
    benchmark(lambda: [v2.parse(frame) for frame in said])


def bench_encode_v2(benchmark: Benchmark) -> None:
    """Events to the frames that tell of them: nine messages, then a change of a group."""
    group = 1_000_000_001
    changes = [Event(at, 5, at, at, int(Kind.LEFT), int(Scope.GROUP), 1, group, 2, 0, b"2") for at in range(1, 401)]
    events = [event(at) if at % 10 else changes[at] for at in range(MESSAGES)]
    benchmark(lambda: [v2.encode(each) for each in events])


def bench_commit(benchmark: Benchmark, store: Store) -> None:
    """A batch, checked, numbered, written and synced."""
    writer = LogWriter(store, lambda: 0)
    drafts = [draft(number) for number in range(MESSAGES)]
    writer.write(drafts)
    benchmark(writer.write, drafts)


def bench_datagrams(benchmark: Benchmark) -> None:
    """A batch to datagrams and back, with the MAC."""
    codec = Codec(b"k" * 32, 0, 1)
    events = [event(number) for number in range(MESSAGES)]

    def there_and_back() -> None:
        for batch, records in codec.split(events):
            codec.unpack(codec.pack(Trail(1), batch.first, batch.last, records))

    benchmark(there_and_back)


def bench_pairs(benchmark: Benchmark) -> None:
    """A batch of private messages, routed to devices."""
    routing, events = _routing(), [event(number) for number in range(MESSAGES)]

    def route() -> None:
        routing.position = 0
        routing.received(1, MESSAGES, events, True)

    benchmark(route)


def bench_groups(benchmark: Benchmark) -> None:
    """A hundredth as many messages, each to a group of a hundred."""
    routing, group = _routing(), 1_000_000_001
    for user in range(1, PEOPLE + 1):
        routing._enter(user, group, PEOPLE)
    count = MESSAGES // PEOPLE
    events = [event(number, Scope.GROUP, group) for number in range(count)]

    def route() -> None:
        routing.position = 0
        routing.received(1, count, events, True)

    benchmark(route)


def bench_turns(benchmark: Benchmark) -> None:
    """A turn of the reactor in which each of a hundred connections has a small read, as the daemon runs it."""
    _turn(benchmark, lambda reactor: Turns.install(reactor, lambda seconds: None))


def bench_turns_of_twisted(benchmark: Benchmark) -> None:
    """As L{bench_turns}, as Twisted's reactor runs it by itself."""
    _turn(benchmark, lambda reactor: None)


def _turn(benchmark: Any, install: Callable[[Any], object]) -> None:
    reactor: Any = EPollReactor()
    install(reactor)
    factory = Factory.forProtocol(Protocol)
    factory.noisy = False
    peers = []
    for _ in range(PEOPLE):
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours:
            reactor.adoptStreamConnection(ours.fileno(), socket.AF_UNIX, factory)
        peers.append(theirs)
    read = b"x" * 64

    def send() -> None:
        for peer in peers:
            peer.send(read)

    benchmark.pedantic(reactor.doIteration, args=(0,), setup=send, rounds=300)
    reactor.removeAll()
    for peer in peers:
        peer.close()


def _routing() -> Routing:
    metrics = Metrics()
    roster = Roster(metrics)
    routing = Routing(roster, None, None, None, Clock(), metrics)  # type: ignore[arg-type]
    for user in range(1, PEOPLE + 1):
        roster.enter(user, Device())  # type: ignore[arg-type]
        routing._groups_of[user] = set()
    return routing
