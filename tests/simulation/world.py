"""
The daemon in a simulated world: one thread, one clock, one seeded source of chance.

Everything from the sessions to the roster is the real code, put together by L{hichat.daemon.assembly.assemble_way}. The
SQL is real, too, on a temporary SQLite file, which one to three workers share. The machine
(L{tests.simulation.machinery}) and the clients (L{tests.simulation.clients}) are simulated. L{tests.simulation.model}
checks the results.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, insert
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from hichat.accounts import bot_owners, devices, sessions, users
from hichat.accounts.conversation_settings import settings_of
from hichat.accounts.users import User
from hichat.contacts import contacts
from hichat.conversations.settings import Conversations, SettingChanges
from hichat.core.drafts import Draft
from hichat.core.errors import NotBlocked, Refused, Unauthorized
from hichat.core.events import FIRST_GROUP_ID, Scope
from hichat.core.kinds import Kind
from hichat.core.ports import ICarrier, INeighbours
from hichat.daemon.assembly import Plane, assemble_services, assemble_way
from hichat.daemon.hosts import Hosts
from hichat.daemon.settings import Bounds
from hichat.groups import joining, moderation
from hichat.groups.queries import Change
from hichat.log import reading
from hichat.log.watch import HighWaterMark, LogWatch
from hichat.media.addresses import Addresses
from hichat.media.media import MediaUses
from hichat.pipeline.gateway.v2_session import SignedIn, make_signal
from hichat.pipeline.ledger.writer import LogWriter
from hichat.pipeline.plane.datagram import Codec
from hichat.pipeline.plane.faults import FaultyTransport
from hichat.pipeline.plane.udp import KERNEL_COST, UDPCarrier
from hichat.runtime.child import no_threads
from hichat.runtime.limits import NO_LIMIT
from hichat.runtime.metrics import Metrics
from hichat.runtime.neighbours import ALONE
from hichat.storage import tables
from hichat.storage.store import Store
from hichat.storage.tables import groups as groups_table
from hichat.storage.tables import metadata, places_head
from tests.simulation import model
from tests.simulation.clients import Connection as Client
from tests.simulation.clients import Page, Phone, Socket
from tests.simulation.hub import Hub, Line
from tests.simulation.machinery import Running, Threads, Wire

KEY = b"k" * 32
PORT = 3000
NOW = 1_700_000_000_000
USERS = range(1, 7)
GROUPS = (FIRST_GROUP_ID, FIRST_GROUP_ID + 1)
FAULTS = {"drop": 0.15, "double": 0.1, "reorder": 0.1, "delay": 0.05, "truncate": 0.05, "corrupt": 0.05, "forge": 0.05}
BOUNDS = Bounds(drafts=12, batch=7, sync_page=4, messages=NO_LIMIT, strangers=NO_LIMIT)
"""Small bounds, which are often reached."""
RECENT = 6


@dataclass(kw_only=True)
class Host:
    """
    What the workers of one host share.

    @ivar engine: of the store.
    @ivar mark: the log's high-water mark.
    @ivar hub: the log's writer; None: each worker writes the log by itself.
    @ivar workers: how many there are.
    @ivar port: the port of the first one.
    """

    engine: Engine
    mark: HighWaterMark | None
    hub: Hub | None
    workers: int
    port: int = PORT

    @property
    def is_frozen(self) -> bool:
        """Whether nothing runs on it at the moment."""
        return False


class Worker:
    """One process."""

    def __init__(self, world: World, host: Host, number: int) -> None:
        chance = world.chance
        self.world = world
        self.host = host
        self.number = number
        self.connections: list[Client] = []
        self.readers, self.writer = Threads(), Threads()
        self.running: list[Running] = []
        self.sent: list[bytes] = []
        self.calls = Clock()
        self.calls.rightNow = world.seconds
        self.wire = Wire(chance, not world.faults, chance.randint(1, 4) * host.workers, host.port + number)
        self.store = Store(self.make_engine(), self.readers, self.writer, serves=True)
        self.metrics = Metrics()
        codec = Codec(KEY, number, chance.getrandbits(64))
        others = {other: ("127.0.0.1", host.port + other) for other in range(host.workers) if other != number}
        batches = host.hub.batches(number, chance.getrandbits(63), self.calls) if host.hub else None
        watch = LogWatch(self.store, lambda: NOW, host.mark, notes=number == 0)
        plane = Plane(others)
        neighbours, hosts = self.make_neighbours()
        self.way = assemble_way(
            self.store,
            codec,
            world.bounds,
            self.metrics,
            self.calls,
            lambda: NOW,
            plane,
            batches,
            neighbours,
            watch,
            hosts,
        )
        self.line: Line | None = cast(Any, self.way.batches).process if self.way.batches else None
        self.carrier = self.find_udp(self.way.carrier)
        self.way.routing.recent = RECENT
        media = MediaUses(Addresses(KEY))
        self.conversations = Conversations(self.store, self.way.ledger, lambda: NOW)
        self.services = assemble_services(self.way, self._sign_in, world.bounds, lambda: NOW, media)
        self._plug(self.wire)
        if world.faults:
            chances = FAULTS | {"seed": chance.random()}
            self._plug(FaultyTransport(self.wire, self.calls, chances))
        self.way.routing.start(self.way.watch.begin().position)
        self.way.writer.start()

    def make_engine(self) -> Engine:
        """@return: an engine for its process."""
        return self.host.engine

    def make_neighbours(self) -> tuple[INeighbours, Hosts | None]:
        """@return: those that it hears of, and the part that connects it with those of other hosts."""
        return ALONE, None

    def find_udp(self, carrier: ICarrier) -> UDPCarrier:
        """@return: the part of the carrier that has the wire."""
        return cast(UDPCarrier, carrier)

    def _plug(self, wire: Any) -> None:
        first = self.carrier.transport is None
        self.carrier.transport = wire
        if first:
            self.carrier.startProtocol()

    def mend(self) -> None:
        """The wire is whole from now on."""
        self.wire.whole = True
        self._plug(self.wire)

    async def _sign_in(self, token: str, name: str) -> SignedIn:
        """As L{hichat.accounts.recognising.Recogniser.sign_in}, but the token is simply the user's id."""
        user = await self.store.read(users.get, int(token))
        device = await self.store.write(devices.find_or_add, user.id, name, NOW)
        if device.revoked_at is not None or user.disabled:
            raise Unauthorized
        login = await self.store.write(_log_in, user, device.id)
        counters = await self.store.read(reading.last_counters, [device.id])
        return SignedIn(user.id, device.id, counters[device.id], user.generation, login)

    def run_thread(self, chance: random.Random) -> None:
        """A thread does a job: the writer's jobs in order, the readers' in any order."""
        queues = [threads for threads in (self.readers, self.writer) if threads.jobs]
        if queues:
            threads = chance.choice(queues)
            at = 0 if threads is self.writer else chance.randrange(len(threads.jobs))
            self.running.append(Running(threads.jobs.pop(at)))

    def hear_thread(self, chance: random.Random) -> None:
        """The result of a job that is done comes to the reactor."""
        if self.running:
            self.running.pop(chance.randrange(len(self.running))).answer()

    def fly(self) -> None:
        """A datagram arrives."""
        if self.wire.flying:
            datagram, port = self.wire.flying.pop(0)
            self.sent.append(datagram)
            (there,) = (worker for worker in self.world.workers if worker.wire.port == port)
            there.carrier.datagramReceived(datagram, ("127.0.0.1", self.wire.port))

    def hear_hub(self) -> None:
        """An answer of the log's writer comes, or its end, or it is found again."""
        if self.line is not None:
            self.line.step()

    @property
    def at_rest(self) -> bool:
        """Whether nothing but timers is under way."""
        line = self.line
        jobs = self.readers.jobs or self.writer.jobs or self.running or self.wire.flying
        return not jobs and (line is None or (line.is_there and not line.asked and not line.answers))

    def crash(self, chance: random.Random) -> None:
        """kill -9: only changes that a thread has committed stay."""
        if self.writer.jobs and chance.random() < 0.5:
            Running(self.writer.jobs.pop(0))  # committed, but the result never comes to the reactor
        if self.line is not None:
            self.line.drop()
        for connection in self.connections:
            connection.leave()

    def check_bounds(self) -> None:
        """Check the bounds; called at every step."""
        assert 0 <= self.way.inlet.intake.count <= BOUNDS.drafts, "the intake is over its bound"
        assert self.way.writer.depth <= BOUNDS.drafts, "the queue is over its bound"
        assert self.carrier.under_way * KERNEL_COST <= self.wire.buffer, "more under way than the buffer holds"


Happening = tuple[float, Callable[[], object]]
"""What can happen next, and how often it does."""


class World:
    """
    One run.

    @param seed: the seed of everything that happens.
    @param store: a migrated store; it is emptied. The workers use its engine with runners of their own.
    @param directory: for the log's high-water mark.
    @ivar anew: the number of times that a phone started anew.
    """

    def __init__(self, seed: int, store: Store, directory: Path) -> None:
        self.chance = random.Random(seed)
        self.bounds = BOUNDS
        self.faults = self.chance.random() < 0.8
        self.seconds = 0.0
        self.engine = store.engine
        self.pages: list[Page] = []
        self.said: dict[int, list[bytes]] = {user: [] for user in USERS}
        self.reached: dict[bytes, bool] = {}
        self.crashes = 0
        self.number = 0
        self.repaired = 0
        self.pauses = 0
        self.anew = 0
        self.mark = HighWaterMark(directory)
        self.may_go_back = self.chance.random() < 0.4
        self.backup: sqlite3.Connection | None = None
        # The log is the same up to here since it was put back last.
        self.common = 0
        _fill(store)
        with store.snapshot() as connection:
            self.users = {user: users.get(connection, user) for user in USERS}
        self.phones = [Phone(self, user, f"phone-{i}") for user in USERS for i in (1, 2)]
        self.workers_wanted = self.chance.randint(1, 3)
        # Without it each worker writes the log by itself.
        self.hub = Hub(self.make_writer) if self.chance.random() < 0.7 else None
        self.workers: list[Worker] = []
        self.start_workers()

    def start_workers(self) -> None:
        """They all begin."""
        host = Host(engine=self.engine, mark=self.mark, hub=self.hub, workers=self.workers_wanted)
        for number in range(self.workers_wanted):
            self.workers.append(Worker(self, host, number))

    @property
    def awake(self) -> list[Worker]:
        """The workers that run at the moment."""
        return self.workers

    def make_writer(self) -> LogWriter:
        return LogWriter(Store(self.engine, no_threads, no_threads), lambda: NOW, self.bounds.edit)

    # What can happen next

    def more(self, worker: Worker) -> list[Happening]:
        """@return: what else can happen."""
        return []

    def step(self) -> None:
        """One random thing happens."""
        chance = self.chance
        worker = chance.choice(self.awake)
        # Some phones are used more than others: so there is talk, and not only a beginning on each.
        phone = chance.choice(self.phones[: chance.choice([2, 4, len(self.phones)])])
        happenings: list[Happening] = [
            *self.more(worker),
            (1.5, self.talk),
            (0.7, self.burst),
            (0.6, lambda: self.open_page(worker)),
            (0.4, self.close_page),
            (1.5, lambda: self.connect(phone, worker)),
            (0.3, phone.lose),
            (6, lambda: self.use(phone)),
            (0.6, lambda: self.use(phone, 8)),
            (6, phone.read),
            (0.3, lambda: self.stall(phone)),
            (0.3, phone.repeat),
            (0.1, phone.lie),
            (1, lambda: self.change_membership(worker)),
            (2, lambda: self.govern(worker)),
            (0.3, self.command),
            (0.5, lambda: self.block(worker)),
            (1.5, lambda: self.keep(worker)),
            (0.3, lambda: self.rename(worker)),
            (0.1, lambda: self.sign_out(worker)),
            (0.1, lambda: self.revoke(worker, phone)),
            (0.2, lambda: self.log_out(worker, phone)),
            (8, lambda: worker.run_thread(chance)),
            (8, lambda: worker.hear_thread(chance)),
            (8, worker.fly),
            (8, worker.hear_hub),
            (5, self.write),
            (0.3, self.kill_hub),
            (3, lambda: self.wait(chance.choice([0, 0, 0.001, 0.02, 0.06, 0.5]))),
            (0.2 if self.faults else 0, lambda: worker.wire.forge(worker.sent)),
            (0.05, lambda: self.crash([worker])),
            (0.02, lambda: self.crash(list(self.awake))),
            (0.5 if self.may_go_back else 0, self.back_up),
            (0.15 if self.may_go_back else 0, self.restore),
        ]
        weights = [weight for weight, _ in happenings]
        (happening,) = chance.choices([happens for _, happens in happenings], weights)
        happening()
        for one in self.workers:
            one.check_bounds()

    def crash(self, workers: list[Worker]) -> None:
        """Workers crash, and new ones take their places."""
        for worker in workers:
            self.crashes += 1
            worker.crash(self.chance)
            self._count(worker)
            fresh = type(worker)(self, worker.host, worker.number)
            # The kernel still has the datagrams that the dead process had sent.
            fresh.wire.flying = worker.wire.flying
            self.workers[self.workers.index(worker)] = fresh

    def write(self) -> None:
        """The log's writer does its work; if it is dead, it is started."""
        if self.hub is not None:
            self.hub.start()
            self.hub.work()

    def kill_hub(self) -> None:
        """The log's writer dies, perhaps after a commit that it has told nobody of."""
        if self.hub is not None:
            self.hub.die(self.chance.random() < 0.5)

    def live(self, steps: int) -> None:
        """So many random things happen. In some runs a copy of the log that all clients know is put back at the end."""
        for step in range(steps):
            if self.may_go_back and step == steps // 2:
                self.settle()
                self.backup = None
                self.back_up()
            self.step()
        self.settle()
        if self.may_go_back:
            self.restore()
            self.settle()

    def back_up(self) -> None:
        """The store is copied, while it is in use."""
        if self.backup is not None:
            return
        copy = sqlite3.connect(":memory:")
        with closing(self.engine.raw_connection()) as connection:
            connection.driver_connection.backup(copy)  # type: ignore[union-attr]
        self.backup = copy

    def restore(self) -> None:
        """The daemon stops, the copy is put back, and the daemon starts. The copy is older than the mark."""
        mark = self.mark.read()
        if self.backup is None or mark is None or mark.position <= _head(self.backup):
            return
        for worker in self.workers:
            self.crashes += 1
            worker.crash(self.chance)
            self._count(worker)
        self.kill_hub()
        with closing(self.engine.raw_connection()) as connection:
            self.backup.backup(connection.driver_connection)  # type: ignore[arg-type]
        self.common = _head(self.backup)
        self.backup = None
        for phone in self.phones:
            phone.lose_log(self.common)
        # What was delivered to pages is in no log any more.
        self.pages = []
        self.workers = []
        self.start_workers()

    def has_device(self, device: int, user: int) -> bool:
        """@return: whether it is a device of this user, revoked or not."""
        with self.engine.connect() as connection:
            return any(found.id == device for found in devices.of_user(connection, user))

    def _count(self, worker: Worker) -> None:
        self.repaired += worker.metrics.repaired_events
        self.pauses += worker.way.inlet.intake.pauses

    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.seconds += seconds
        for worker in self.workers:
            worker.calls.advance(seconds)

    # v1

    def talk(self) -> None:
        """A user sends a message on a v1 connection."""
        pages = [page for page in self.pages if not page.gone]
        if pages:
            page = self.chance.choice(pages)
            self.number += 1
            scope, target = self.chance.choice(
                [(1, self.chance.choice(USERS)), (1, 99), (2, self.chance.choice(GROUPS)), (2, FIRST_GROUP_ID + 9)]
            )
            frame = {"userId": page.user, "targetId": target, "Type": scope, "Content": str(self.number)}
            data = json.dumps(frame).encode()
            self.said[page.user].append(data)
            page.send(data)

    def burst(self) -> None:
        for _ in range(self.chance.randint(2, 2 * BOUNDS.drafts)):
            self.talk()

    def open_page(self, worker: Worker) -> None:
        if sum(not page.gone for page in self.pages) < len(USERS):
            page = Page(self, worker, self.chance.choice(USERS))
            self.pages.append(page)
            worker.connections.append(page)
            with self.engine.connect() as connection:
                user = users.get(connection, page.user)
            page.generation = user.generation
            arriving = Deferred.fromCoroutine(worker.way.routing.arrive(user.id, user.generation, page.listen))
            arriving.addErrback(page.not_arrived)

    def close_page(self) -> None:
        pages = [page for page in self.pages if not page.gone]
        if pages:
            self.chance.choice(pages).leave()

    # v2

    def connect(self, phone: Phone, worker: Worker) -> None:
        if phone.socket is None and not phone.revoked:
            phone.connect(worker)

    def stall(self, phone: Phone) -> None:
        """The client stops reading, or goes on."""
        if phone.socket is not None:
            if phone.socket.stalled:
                phone.socket.go_on()
            else:
                phone.socket.stalled = True

    def use(self, phone: Phone, times: int = 1) -> None:
        """A user sends so many random frames from a phone."""
        for _ in range(times if phone.greeted and not phone.revoked else 0):
            self._use(phone)

    def _use(self, phone: Phone) -> None:
        chance = self.chance
        where = chance.choice([{"user": chance.choice(USERS)}, {"group": chance.choice(GROUPS)}])
        own = list(phone.acked.values())
        known = phone.heard + own
        message = chance.choice(known) if known else 1
        mine = chance.choice(own) if own else message
        self.number += 1
        what = chance.random()
        if what < 0.1:
            phone.say(op="forward", message=message, **where)
        elif what < 0.6:
            reply = {"replyTo": message} if chance.random() < 0.2 else {}
            phone.say(op="send", text=str(self.number), **where, **reply)
        elif what < 0.7:
            phone.say(op="edit", message=mine, text=str(self.number))
        elif what < 0.75:
            phone.say(op="recall", message=mine)
        elif what < 0.85:
            phone.say(op="react", message=message, emoji="👍", on=chance.random() < 0.7)
        elif what < 0.93:
            phone._write(op=chance.choice(["received", "read"]), id=message, **where)
        elif what < 0.95:
            phone.watch(chance.sample(USERS, 3))
        else:
            phone._write(op="typing", **where)

    # Changes of the audience

    def change_membership(self, worker: Worker) -> None:
        """A user joins or leaves a group. User 1 owns the groups, and an owner cannot leave."""
        user, group = self.chance.choice(USERS), self.chance.choice(GROUPS)
        if user == 1 or self.chance.random() < 0.6:
            self._change_group(worker, group, Kind.JOINED, user, user, joining.add_member)
        else:
            self._change_group(worker, group, Kind.LEFT, user, user, joining.end_membership)

    def govern(self, worker: Worker) -> None:
        """A group is moderated, or a user declines an invitation."""
        user, group = self.chance.choice(USERS), self.chance.choice(GROUPS)
        later = partial(moderation.mute, until=NOW + 1)
        changes: list[tuple[float, Kind, int, int, Callable[[Change], Any]]] = [
            (2, Kind.REMOVED, 1, user, moderation.remove),
            (1, Kind.BANNED, 1, user, moderation.ban),
            (2, Kind.UNBANNED, 1, user, moderation.unban),
            (4, Kind.MUTED, 1, user, later),
            (2, Kind.UNMUTED, 1, user, moderation.unmute),
            (1, Kind.MUTED, 1, 0, later),
            (2, Kind.UNMUTED, 1, 0, moderation.unmute),
            (1, Kind.ARCHIVED, 1, 0, moderation.archive),
            (3, Kind.UNARCHIVED, 1, 0, moderation.unarchive),
            (3, Kind.ROLE, 1, user, partial(moderation.set_role, role=self.chance.choice(["admin", "member"]))),
            (4, Kind.INVITED, 1, user, joining.invite),
            (3, Kind.DECLINED, user, user, partial(joining.decline, invited=True)),
        ]
        ((_, *change),) = self.chance.choices(changes, [weight for weight, *_ in changes])
        self._change_group(worker, group, *change)  # type: ignore[arg-type]

    def _change_group(
        self, worker: Worker, group: int, kind: Kind, sender: int, subject: int, change: Callable[[Change], Any]
    ) -> None:
        def apply(connection: Connection, draft: Draft, position: int) -> None:
            change(Change(connection, draft, position, NOW))

        appended = worker.way.ledger.append(
            kind=kind, scope=Scope.GROUP, sender=sender, target=group, subject=subject, change=apply
        )
        appended.addErrback(_if_refused)

    def command(self) -> None:
        """Another process ends a membership, as the commands of C{hichat} do."""
        user, group = self.chance.choice(USERS[1:]), self.chance.choice(GROUPS)

        def end(connection: Connection, draft: Draft, position: int) -> None:
            joining.end_membership(Change(connection, draft, position, NOW))

        self._write_directly(Draft(Kind.LEFT, Scope.GROUP, user, group, b"", None, user, change=end))  # type: ignore[arg-type]

    def _write_directly(self, draft: Draft) -> None:
        threads = Threads()
        LogWriter(Store(self.engine, threads, threads), lambda: NOW).write([draft])

    def block(self, worker: Worker) -> None:
        """A user blocks or unblocks another, by a call to a worker or in another process."""
        user, other = self.chance.sample(USERS, 2)
        blocks = tables.blocks.c

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            holds = other in contacts.blocked_by_many(connection, [user]).get(user, ())
            if holds == (draft.kind == Kind.BLOCKED):
                raise NotBlocked
            if holds:
                connection.execute(tables.blocks.delete().where(blocks.owner_id == user, blocks.blocked_id == other))
            else:
                values = {"owner_id": user, "blocked_id": other, "created_at": NOW}
                connection.execute(tables.blocks.insert().values(values))

        kind = Kind.BLOCKED if self.chance.random() < 0.5 else Kind.UNBLOCKED
        if self.chance.random() < 0.3:
            self._write_directly(Draft(kind, Scope.USER, user, user, b"", None, other, change=change))  # type: ignore[arg-type]
            return
        appended = worker.way.ledger.append(
            kind=kind, scope=Scope.USER, sender=user, target=user, subject=other, change=change
        )
        appended.addErrback(_if_refused)

    def keep(self, worker: Worker) -> None:
        """A user pins or saves a message, or takes that back, or changes the settings of a conversation."""
        chance = self.chance
        known = [position for phone in self.phones for position in (*phone.heard, *phone.acked.values())]
        with self.engine.connect() as connection:
            event = reading.find(connection, chance.choice(known)) if known else None
        if event is None or event.scope not in (Scope.USER, Scope.GROUP):
            return
        # Mostly somebody who may: the sender, or the owner of the groups.
        user = self.users[chance.choice([event.sender, 1, chance.choice(USERS)])]
        place, message, rooms = (Scope(event.scope), event.target), event.position, worker.conversations
        changes: list[SettingChanges] = [{"archived": True}, {"hidden": True}, {"pinned": True}, {"muted": True}]
        change = chance.choice([*changes, SettingChanges(muted=False)])
        call: Callable[[], Coroutine[Any, Any, Any]] = chance.choice(
            [
                lambda: rooms.pins.pin(user, *place, message),
                lambda: rooms.pins.unpin(user, *place, message),
                lambda: rooms.saved.save(user, message),
                lambda: rooms.saved.remove(user, message),
                lambda: rooms.set(user, *place, **change),
            ]
        )
        Deferred.fromCoroutine(call()).addErrback(_if_refused)

    def rename(self, worker: Worker) -> None:
        """A user has another name."""
        body = b'{"name":"x","displayName":"y","avatar":""}'
        worker.way.inlet.signal(make_signal(Kind.PERSON, Scope.EVERYONE, self.chance.choice(USERS), 0, body=body))

    def sign_out(self, worker: Worker) -> None:
        """A user changes the password."""
        user = self.chance.choice(USERS)

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            users.set_password(connection, user, "", NOW)
            draft.body = b"%d" % users.get(connection, user).generation

        self._void(worker, user, 0, change)

    def revoke(self, worker: Worker, phone: Phone) -> None:
        """A device is revoked, unless enough of them are already."""
        if not phone.number or sum(phone.revoked for phone in self.phones) > 3:
            return

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            devices.revoke(connection, phone.user, phone.number, NOW)

        self._void(worker, phone.user, phone.number, change)

    def log_out(self, worker: Worker, phone: Phone) -> None:
        """A device is logged out. It logs in again, and goes on from its cursor."""

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            draft.body = b"%d" % sessions.end(connection, phone.number)

        if phone.number:
            self._void(worker, phone.user, phone.number, change)

    def _void(self, worker: Worker, user: int, device: int, change: Callable[[Connection, Draft, int], None]) -> None:
        appended = worker.way.ledger.append(
            kind=Kind.SIGNED_OUT, scope=Scope.ACCOUNTS, sender=user, target=user, subject=device, change=change
        )
        appended.addErrback(_if_refused)

    def is_revoked(self, device: int) -> bool:
        with self.engine.connect() as connection:
            return not devices.owners(connection, [device])

    # The end

    def settle(self) -> None:
        """Let the daemon come to rest: no client sends anything new, the wire is whole, all phones are connected."""
        end = self.seconds + 2.5  # so that every timer has rung
        for worker in self.workers:
            worker.mend()
        for _ in range(3000):
            self._work()
            for phone in self.phones:
                if phone.socket is None and not phone.revoked:
                    phone.connect(self.chance.choice(self.workers))
                elif phone.socket is not None and phone.unstored:
                    phone.lose()
                elif phone.socket is not None and phone.socket.stalled:
                    phone.socket.go_on()
                phone.read(1000)
            if self.seconds > end and self._is_quiet():
                for worker in self.workers:
                    self._count(worker)
                return
            self.wait(0.05)
        raise AssertionError("it does not come to rest")

    def _work(self) -> None:
        while not all(worker.at_rest for worker in self.workers):
            for worker in self.workers:
                worker.run_thread(self.chance)
                worker.hear_thread(self.chance)
                worker.hear_hub()
                worker.fly()
            self._write_all()

    def _write_all(self) -> None:
        self.write()

    def _is_quiet(self) -> bool:
        with self.engine.connect() as connection:
            head = reading.head(connection)
        return (
            all(worker.at_rest and worker.way.routing.position == head for worker in self.workers)
            and not any(worker.way.inlet.intake.count for worker in self.workers)
            and all(phone.revoked or self._is_live(phone) for phone in self.phones)
        )

    def _is_live(self, phone: Phone) -> bool:
        socket = phone.socket
        return isinstance(socket, Socket) and socket.session._live and not socket.coming and not phone.open  # type: ignore[union-attr]

    def check(self) -> None:
        """Check the log, that each client heard exactly its events in order, and the workers' state of blocks."""
        with self.engine.connect() as connection:
            events = reading.after(connection, 0, 1_000_000)
            blocked = contacts.blocked_by_many(connection, USERS)
            kept = _kept(connection)
        model.check(self, events, kept)
        for worker in self.workers:
            routing = worker.way.routing
            for user in routing._groups_of:
                known = {other for other in USERS if routing.has_blocked(user, other)}
                assert known == blocked.get(user, set()), f"whom {user} has blocked"

    def check_content(self, shown: dict[str, Any]) -> None:
        """A delivered message has the text in the log, unless it was recalled meanwhile."""
        with self.engine.connect() as connection:
            event = reading.find(connection, shown["id"])
        assert event is not None, "an event that is not in the log"
        if event.kind == Kind.MESSAGE and event.body and event.device:
            assert shown["text"] == json.loads(event.body)["Content"]


def _head(copy: sqlite3.Connection) -> int:
    return copy.execute("SELECT max(position) FROM events").fetchone()[0] or 0


def _kept(connection: Connection) -> model.Kept:
    pins, saved = (connection.execute(table.select()) for table in (tables.pins, tables.saved_messages))
    return model.Kept(
        {(row.conversation, row.position): row.place for row in pins},
        {(row.user_id, row.position): row.place for row in saved},
        {
            (user, *place): setting
            for user in USERS
            for place, setting in settings_of(
                connection, user, [*((Scope.USER, other) for other in USERS), *((Scope.GROUP, each) for each in GROUPS)]
            ).items()
        },
    )


def _log_in(connection: Connection, user: User, device: int) -> int:
    """@return: the number of the device's session, which begins if there is none."""
    return sessions.go_on(connection, user, device, NOW)


def _if_refused(failure: Failure) -> None:
    """A refusal is fine: a member cannot join again, for example."""
    failure.trap(Refused)


def _fill(store: Store) -> None:
    """Empty the store, and make the users and groups."""
    with store.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        # The row that its migration has made.
        connection.execute(insert(tables.keeping_head).values(position=0, days=0))
        connection.execute(insert(places_head).values(position=0))
        first = {"number": 1, "name": "first", "secret": b"secret", "position": 0, "began_at": NOW}
        connection.execute(insert(tables.epochs).values(first))
        for user in USERS:
            made = users.insert(connection, f"user {user}", "", NOW, bot=user in model.OWNERS)
            assert made.id == user
        for bot, owner in model.OWNERS.items():
            bot_owners.add(connection, bot, owner, NOW)
        for group in GROUPS:
            row = {"id": group, "name": f"{group}", "name_key": f"{group}", "owner_id": 1}
            connection.execute(insert(groups_table).values(**row, created_at=NOW, updated_at=NOW))
