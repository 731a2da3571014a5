"""
The daemon in a simulated world: one thread, one clock, one seeded source of chance.

Everything from the sessions to the roster is the real thing, put together by L{hichat.tap.assemble_way}, and so is the
SQL, on a temporary SQLite file. Simulated are the threads (their jobs wait until the scheduler runs them, in any order
that real threads could take), the UDP wire (which loses, doubles, reorders, cuts, changes, delays and forges datagrams)
and the clients.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert, select
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from hichat.accounts import users
from hichat.errors import Refused
from hichat.events import FIRST_GROUP_ID, Draft, Event, Kind, Scope
from hichat.gateway import v1
from hichat.gateway.roster import Encoder
from hichat.gateway.session import Session
from hichat.intake import Intake
from hichat.ledger import log
from hichat.ledger.writer import LogWriter
from hichat.metrics import Metrics
from hichat.plane.datagram import Codec
from hichat.plane.faults import FaultyTransport
from hichat.plane.link import KERNEL_COST
from hichat.social import groups
from hichat.storage.store import Store
from hichat.storage.tables import groups as groups_table
from hichat.storage.tables import metadata
from hichat.tap import assemble_way

KEY = b"k" * 32
NOW = 1_700_000_000_000
USERS = range(1, 7)
GROUPS = (FIRST_GROUP_ID, FIRST_GROUP_ID + 1)
FAULTS = {"drop": 0.15, "double": 0.1, "reorder": 0.1, "delay": 0.05, "truncate": 0.05, "corrupt": 0.05, "forge": 0.05}
HIGH, LOW = 12, 6
"""The intake's bound: small, so that it is often reached."""


class Threads:
    """A L{hichat.storage.store.Runner} whose jobs wait for the scheduler."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Deferred[Any], Callable[[], Any]]] = []

    def __call__(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred(lambda _: None)  # cancelling does not stop a thread
        self.jobs.append((done, lambda: function(*args, **kwargs)))
        return done


class Running:
    """A job that a thread has done; the reactor has not heard of it yet."""

    def __init__(self, job: tuple[Deferred[Any], Callable[[], Any]]) -> None:
        self._done, work = job
        try:
            self._result = work()
        except Exception:
            self._result = Failure()

    def answer(self) -> None:
        """Now it has."""
        if not self._done.called:
            self._done.callback(self._result)


class Wire:
    """
    The loopback.

    @ivar whole: whether it takes everything and keeps the order.
    """

    def __init__(self, chance: random.Random, whole: bool, datagrams: int) -> None:
        self.flying: list[bytes] = []
        self._chance = chance
        self.whole = whole
        self._buffer = datagrams * KERNEL_COST

    def getHost(self) -> Any:  # noqa: N802
        class Address:
            host, port = "127.0.0.1", 3000

        return Address

    def getHandle(self) -> Any:  # noqa: N802
        return self

    def setsockopt(self, *_: int) -> None:
        pass

    def getsockopt(self, *_: int) -> int:
        return self._buffer

    def write(self, data: bytes, _address: object) -> None:
        if self.whole:
            self.flying.append(data)
        elif self._chance.random() < 0.05:
            raise OSError(105, "No buffer space available")
        else:
            self.flying.insert(self._chance.randint(max(0, len(self.flying) - 2), len(self.flying)), data)

    def forge(self, old: list[bytes]) -> None:
        """Somebody else sends something, perhaps what was seen long ago."""
        self.flying.append(self._chance.choice([*old[-20:], b"hello", self._chance.randbytes(200)]))


class Device:
    """
    A client's connection, as a person would have it: it hears, and it says something now and then.

    @ivar heard: positions of what was delivered: a frame carries its number, and the log says where it came to stand.
    @ivar since: the position from which on it listens; None until then.
    @ivar until: the position at which it left.
    """

    encode: Encoder = staticmethod(v1.encode)

    def __init__(self, world: World, user: int) -> None:
        self.world = world
        self.user = user
        self.session = Session(user, "en", self, world.way.inlet)
        self.heard: list[bytes] = []
        self.complaints = 0
        self.since: int | None = None
        self.until: int | None = None
        self.gone = False
        self.reading = True
        self.unread: list[bytes] = []

    def listen(self) -> bool:
        if self.gone:
            return False
        self.since = self.world.way.routing.position
        self.world.way.roster.enter(self.user, self)
        return True

    def deliver(self, frame: bytes) -> None:
        assert not self.gone
        self.heard.append(frame[2:] if frame[1] < 126 else frame[4:])

    def send(self, frame: bytes) -> None:
        """What a client writes waits in its socket while the daemon does not read."""
        self.unread.append(frame)
        self.read()

    def read(self) -> None:
        while self.reading and self.unread and not self.gone:
            # One read brings several frames.
            some, self.unread = self.unread[:5], self.unread[5:]
            for frame in some:
                self.world.reached[frame] = True
                self.session.received(frame, False)

    def send_text(self, text: bytes) -> None:
        self.complaints += 1

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True
        self.read()

    def sign_out(self) -> None:
        self.leave()

    def go_away(self) -> None:
        self.leave()

    def leave(self) -> None:
        """The connection is lost."""
        if self.gone:
            return
        self.gone = True
        if self.since is not None:
            self.until = self.world.way.routing.position
            if self.world.way.roster.leave(self.user, self):
                self.world.way.routing.leave(self.user)


class World:
    """
    @param seed: of everything that happens.
    @param store: migrated, with nothing in it; its runners are replaced.
    """

    def __init__(self, seed: int, store: Store) -> None:
        self.chance = random.Random(seed)
        self.faults = self.chance.random() < 0.8
        self.clock = Clock()
        self.engine = store.engine
        self.devices: list[Device] = []
        self.past: list[Device] = []
        self.said: dict[int, list[bytes]] = {user: [] for user in USERS}
        self.reached: dict[bytes, bool] = {}
        self.crashes = 0
        self.number = 0
        self.sent: list[bytes] = []
        _fill(store)
        self.start()

    # The daemon

    def start(self) -> None:
        """A new process."""
        self.readers, self.writer = Threads(), Threads()
        self.running: list[Running] = []
        self.wire = Wire(self.chance, not self.faults, self.chance.randint(1, 4))
        codec = Codec(KEY, 0, self.chance.getrandbits(64))
        store = Store(self.engine, self.readers, self.writer)
        self.metrics = Metrics()
        self.way = assemble_way(store, codec, Intake(HIGH, LOW), self.metrics, self.clock, lambda: NOW)
        self.way.link.transport = self.wire  # type: ignore[assignment]
        self.way.link.startProtocol()
        if self.faults:
            chances = FAULTS | {"seed": self.chance.random()}
            self.way.link.transport = FaultyTransport(self.wire, self.clock, chances)  # type: ignore[assignment]
        with store.snapshot() as connection:
            self.way.routing.start(log.head(connection))
        self.way.writer.start()

    def crash(self) -> None:
        """kill -9: what a thread has committed stays; nothing else does."""
        self.crashes += 1
        if self.writer.jobs and self.chance.random() < 0.5:
            Running(self.writer.jobs.pop(0))  # committed, and nobody heard of it
        for device in self.devices:
            device.leave()
        self.past += self.devices
        self.devices = []
        for call in self.clock.getDelayedCalls():
            call.cancel()
        late = self.wire.flying
        self.start()
        # The kernel still has what the dead process had sent.
        self.wire.flying = late

    # What can happen next

    def step(self) -> None:
        """One thing happens."""
        happenings: list[tuple[float, Callable[[], None]]] = [
            (2, self.talk),
            (1, self.burst),
            (1, self.come),
            (0.5, self.go),
            (1, self.change_membership),
            (0.3, self.command),
            (6, self.run_thread),
            (6, self.hear_thread),
            (6, self.fly),
            (3, self.wait),
            (0.2 if self.faults else 0, lambda: self.wire.forge(self.sent)),
            (0.05, self.crash),
        ]
        weights = [weight for weight, _ in happenings]
        (happening,) = self.chance.choices([happens for _, happens in happenings], weights)
        happening()
        self.check_bounds()

    def talk(self) -> None:
        if self.devices:
            device = self.chance.choice(self.devices)
            self.number += 1
            scope, target = self.chance.choice(
                [(1, self.chance.choice(USERS)), (1, 99), (2, self.chance.choice(GROUPS)), (2, FIRST_GROUP_ID + 9)]
            )
            frame = {"userId": device.user, "targetId": target, "Type": scope, "Content": str(self.number)}
            data = json.dumps(frame).encode()
            self.said[device.user].append(data)
            device.send(data)

    def burst(self) -> None:
        for _ in range(self.chance.randint(2, 2 * HIGH)):
            self.talk()

    def come(self) -> None:
        if len(self.devices) < 2 * len(USERS):
            device = Device(self, self.chance.choice(USERS))
            self.devices.append(device)
            Deferred.fromCoroutine(self.way.routing.arrive(device.user, 0, device.listen))

    def go(self) -> None:
        if self.devices:
            device = self.devices.pop(self.chance.randrange(len(self.devices)))
            device.leave()
            self.past.append(device)

    def change_membership(self) -> None:
        user, group = self.chance.choice(USERS), self.chance.choice(GROUPS)
        joins = self.chance.random() < 0.6
        change = groups._add_member if joins else groups._end_membership

        def apply(connection: Connection, draft: Draft, position: int) -> None:
            change(connection, draft, position, NOW)

        kind = Kind.JOINED if joins else Kind.LEFT
        appended = self.way.ledger.append(
            kind=kind, scope=Scope.GROUP, sender=user, target=group, subject=user, change=apply
        )
        appended.addErrback(_if_refused)

    def command(self) -> None:
        """Another process changes a membership: C{hichat} has commands that write to the log."""
        user, group = self.chance.choice(USERS), self.chance.choice(GROUPS)

        def end(connection: Connection, draft: Draft, position: int) -> None:
            groups._end_membership(connection, draft, position, NOW)

        store = Store(self.engine, self.readers, self.writer)
        LogWriter(store, lambda: NOW).write(
            [Draft(Kind.LEFT, Scope.GROUP, user, group, b"", None, user, change=end)]  # type: ignore[arg-type]
        )

    def run_thread(self) -> None:
        """A thread does a job: the writer's in order, the readers' in any."""
        queues = [threads for threads in (self.readers, self.writer) if threads.jobs]
        if queues:
            threads = self.chance.choice(queues)
            at = 0 if threads is self.writer else self.chance.randrange(len(threads.jobs))
            self.running.append(Running(threads.jobs.pop(at)))

    def hear_thread(self) -> None:
        if self.running:
            self.running.pop(self.chance.randrange(len(self.running))).answer()

    def fly(self) -> None:
        if self.wire.flying:
            datagram = self.wire.flying.pop(0)
            self.sent.append(datagram)
            self.way.link.datagramReceived(datagram, ("127.0.0.1", 3000))

    def wait(self) -> None:
        self.clock.advance(self.chance.choice([0, 0, 0.001, 0.02, 0.06, 0.5]))

    def check_bounds(self) -> None:
        """At every step."""
        assert 0 <= self.way.inlet.intake.count <= HIGH, "the intake is over its bound"
        assert self.way.writer.depth <= HIGH, "the queue is over its bound"
        assert self.way.link.under_way * KERNEL_COST <= self.wire._buffer, "more under way than the buffer holds"

    # The end

    def settle(self) -> None:
        """Everybody is quiet, and the wire is whole; the daemon has the time it needs."""
        self.wire.whole = True
        self.way.link.transport = self.wire  # type: ignore[assignment]
        for _ in range(3000):
            while self.readers.jobs or self.writer.jobs or self.running or self.wire.flying:
                self.run_thread()
                self.hear_thread()
                self.fly()
            if not self.way.inlet.intake.count and self.clock.seconds() > 10:
                with self.engine.connect() as connection:
                    if self.way.routing.position == log.head(connection):
                        return
            self.clock.advance(0.05)
        raise AssertionError("it does not come to rest")

    def check(self) -> None:
        """What everybody heard is what the log says they were to hear, in order, once."""
        with self.engine.connect() as connection:
            events = log.after(connection, 0, 1_000_000)
        _check_numbers(events)
        self._check_senders(events)
        recipients = _recipients(events)
        for device in self.past + self.devices:
            if device.since is None:
                assert device.gone, "a device that was never let in"
                assert not device.heard
                continue
            until = self.way.routing.position if device.until is None else device.until
            expected = [
                event.body
                for event in events
                if device.since < event.position <= until and device.user in recipients[event.position]
            ]
            assert device.heard == expected, (
                f"user {device.user} listened from {device.since} to {until}: heard {device.heard}, not {expected}"
            )

    def _check_senders(self, events: list[Event]) -> None:
        """What a sender said stands in the log once at most; without a crash, all of it that was not refused."""
        stored = [event.body for event in events if event.kind == Kind.MESSAGE]
        assert len(stored) == len(set(stored)), "a frame stands in the log twice"
        complaints = sum(device.complaints for device in self.past + self.devices)
        if not self.crashes:
            taken = sum(self.reached.values())
            assert len(stored) + complaints == taken, f"{taken} taken, {len(stored)} stored, {complaints} refused"
        for device in self.past + self.devices:
            mine = [body for body in stored if json.loads(body)["userId"] == device.user]
            assert set(mine) <= set(self.said[device.user])


def _if_refused(failure: Failure) -> None:
    """Who is a member already cannot join: that is fine."""
    failure.trap(Refused)


def _check_numbers(events: list[Event]) -> None:
    assert [event.position for event in events] == list(range(1, len(events) + 1)), "positions have gaps"
    last: dict[int, tuple[int, int]] = {}
    for event in events:
        seq, n = last.get(event.conversation, (0, 0))
        last[event.conversation] = event.seq, event.n
        assert event.seq == seq + 1, "a seq has a gap"
        assert event.n == n + (event.kind == Kind.MESSAGE), "n does not count"


def _recipients(events: list[Event]) -> dict[int, set[int]]:
    """@return: by position, for whom the event is."""
    members: dict[int, set[int]] = {group: set() for group in GROUPS}
    found = {}
    for event in events:
        if event.kind == Kind.JOINED:
            members[event.target].add(event.subject)
        elif event.kind == Kind.LEFT:
            members[event.target].discard(event.subject)
        if event.kind != Kind.MESSAGE:
            found[event.position] = set[int]()
        elif event.scope == Scope.GROUP:
            assert event.sender in members[event.target], "a message from somebody who is no member"
            found[event.position] = members[event.target] - {event.sender}
        else:
            found[event.position] = {event.target}
    return found


def _fill(store: Store) -> None:
    """People and groups; whatever an earlier run left is gone."""
    with store.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for user in USERS:
            made = users.insert(connection, f"user {user}", "", NOW)
            assert made.id == user
        for group in GROUPS:
            row = {"id": group, "name": f"{group}", "name_key": f"{group}", "owner_id": 1}
            connection.execute(insert(groups_table).values(**row, created_at=NOW, updated_at=NOW))
        assert connection.execute(select(groups_table)).all()
