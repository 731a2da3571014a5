"""
The daemon's service: it starts and stops the parts, in order.

Twisted's C{MultiService} starts and stops its children all at once and swallows their errors. Here the order matters,
so this module spells it out.
"""

from __future__ import annotations

import errno
import gc
import os
import resource
import shlex
import socket
import stat
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from functools import partial
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any, Protocol

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, TimeoutError, gatherResults
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.task import deferLater
from twisted.logger import ILogObserver, Logger
from twisted.python.threadpool import ThreadPool

from hichat.audit.book import AuditBook
from hichat.audit.connections import ConnectionBook
from hichat.cluster.locks import SessionLocks
from hichat.cluster.nodes import NodeFacts, NodeKeeper, outdated
from hichat.conversations.marks import MarkWriter
from hichat.core.errors import StartError
from hichat.core.ports import ICarrier, IPresence
from hichat.daemon.hosts import check_client
from hichat.daemon.listening import Listening, cause_of_bind, endpoints_of, try_to_bind
from hichat.daemon.media import check_files
from hichat.daemon.serving import note_places
from hichat.daemon.settings import DaemonSettings, parse_endpoint
from hichat.log.follower import Follower
from hichat.log.watch import LogWatch
from hichat.media.decoder import Decoder
from hichat.media.media import MediaStore
from hichat.personal.exports import Exports
from hichat.pipeline.gateway.admission import Refusals
from hichat.pipeline.gateway.connection import ChatFactory, ChatProtocol
from hichat.pipeline.gateway.endings import Endings
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.gateway.streams import HttpConnection, Streams
from hichat.pipeline.ledger import receipts
from hichat.pipeline.ledger.gate import WriteGate
from hichat.pipeline.ledger.gather import Ledger
from hichat.pipeline.ledger.process import Batches
from hichat.pipeline.plane.queue import PlaneWriter
from hichat.pipeline.routing.delivery import Routing
from hichat.plugins.host import PluginHost
from hichat.runtime.link import Link
from hichat.runtime.metrics import Metrics, NodeMetrics
from hichat.runtime.notices import ServiceNotices
from hichat.runtime.pidfile import live_without
from hichat.runtime.supervision import Supervised
from hichat.runtime.turns import Turns
from hichat.runtime.versions import described
from hichat.runtime.waits import Waits
from hichat.search.index import Index
from hichat.search.process import FollowerProcess
from hichat.storage.engine import driver_message, make_engine
from hichat.storage.keyring import check_keys, check_known_keys
from hichat.storage.migrate import KNOWN, migrate
from hichat.storage.store import Store

STOP_DEADLINE = 10.0
"""Seconds that stopping may take."""

GARBAGE = 10_000
"""
The threshold of the garbage collector: the number of new objects after which it runs. A connection is some hundred
objects, and with Python's default (700) the collector takes a third of the time of a connect.
"""

LOCK_TIMEOUT = 1.0
"""Seconds that a starting daemon waits for another process to release the state directory's lock."""

LOCK = "daemon.lock"
"""The file in the state directory that a L{StateDirLock} locks."""

RESTORING = "restoring"
"""The file in the state directory while a backup is put into it."""

LAST_READS = 2.0
"""Seconds of the stop deadline during which paused connections are read again."""

GOODBYE = 3.0
"""Seconds of the stop deadline that clients have to answer the Close frame, and for frames that are on their way."""


@dataclass
class Way:
    """The parts through which a message goes, in order."""

    store: Store
    inlet: Inlet
    watch: LogWatch
    ledger: Ledger
    gate: WriteGate
    batches: Batches | None
    writer: PlaneWriter
    carrier: ICarrier
    routing: Routing
    roster: Roster
    presence: IPresence
    marks: MarkWriter
    metrics: Metrics
    waits: Waits
    refusals: Refusals
    endings: Endings

    def node_is(self, number: int | None) -> None:
        """
        The daemon has this number among those of its store; see L{hichat.cluster.nodes}.

        @param number: None: it has none, and must not write.
        """
        if number is None:
            self.gate.close()
            return
        if self.batches is not None:
            self.batches.names.node = number
        self.gate.open()

    async def drain(self) -> None:
        """Wait until all accepted drafts are written and delivered."""
        while self.inlet.intake.count:
            # Finished drafts make room for frames that sessions hold: these are accepted and drained as well.
            await self.ledger.idle()
            await self.writer.idle()
        # This writes the high-water mark, too.
        await self.routing.reached(await self.watch.look())


@dataclass
class Following:
    """The follower that advances the search index, and its process."""

    process: FollowerProcess
    follower: Follower


@dataclass
class Cluster:
    """
    The part of a daemon that agrees with others of the same store.

    @ivar pool: the thread of the locks.
    @ivar keeper: keeps the daemon's number; None: this is one of several workers, whose supervisor keeps it.
    """

    locks: SessionLocks
    pool: ThreadPool
    keeper: NodeKeeper | None

    def stop(self) -> None:
        """Give the number and everything else back, for other daemons."""
        if self.keeper is not None:
            self.keeper.stop()
        if self.pool.started:
            self.pool.stop()
        self.locks.close()


@dataclass
class Assembly:
    """
    The parts of one daemon, as L{hichat.daemon.assembly.assemble} puts them together.

    @ivar sites: one for each of L{endpoints_of}.
    @ivar chores: what is done again and again, by one worker for all.
    """

    engines: list[Engine]
    pools: list[ThreadPool]
    way: Way
    sockets: list[ChatFactory | Streams]
    sites: list[IProtocolFactory]
    media: MediaStore
    decoder: Decoder
    exports: Exports
    index: Index
    following: Following
    cluster: Cluster | None
    plugins: PluginHost
    book: AuditBook
    records: ConnectionBook
    chores: Sequence[Chore]

    def processes(self) -> list[Supervised | Link]:
        """@return: the child processes that end with the daemon, or the connections to processes of all workers."""
        writers = [] if self.way.batches is None else [self.way.batches.process]
        return [*writers, self.following.process, self.decoder, *self.plugins.processes]


class Chore(Protocol):
    """What a daemon does again and again."""

    def start(self) -> None:
        """Begin; the store's threads run."""

    def stop(self) -> None:
        """End it. May be called again."""


class InTwistd:
    """
    A mixin for a service, before L{Service}. It sets the log observer as a component of twistd's application, and
    handles twistd's pid file.

    @ivar pidfile: the path of twistd's pid file, if it writes one.
    @ivar notices: tells the service manager how the daemon is; None: another process does.
    """

    _observer: ILogObserver | None = None
    _reactor: Any
    pidfile: Path | None = None
    notices: ServiceNotices | None = None

    def privilegedStartService(self) -> None:
        """Twistd has just written its pid file."""
        if self.pidfile is not None:
            live_without(self.pidfile, self._reactor)

    def setServiceParent(self, parent: Any) -> None:
        """See L{Service.setServiceParent}."""
        if self._observer is not None and hasattr(parent, "setComponent"):
            parent.setComponent(ILogObserver, self._observer)
        super().setServiceParent(parent)  # type: ignore[misc]


class HiChat(InTwistd, Service):
    """
    The service of one daemon, or of one of several workers.

    @param settings: the operator's settings.
    @param assemble: makes the parts. It is called at the start, because twistd may fork before that.
    @param observer: our observer of the log; None: the caller has set one.
    @param worker: the worker's number, if several share the port.
    """

    name = "hichat"
    _log = Logger()

    def __init__(
        self,
        settings: DaemonSettings,
        assemble: Callable[[DaemonSettings, Any, Callable[[], bool]], Assembly],
        reactor: Any,
        observer: ILogObserver | None = None,
        worker: int = 0,
    ) -> None:
        self._worker = worker
        self._settings = settings
        self._assemble = assemble
        self._reactor = reactor
        self._observer = observer
        self._assembly: Assembly | None = None
        self._doors: list[Listening] = []
        self._turns: Turns | None = None
        self._claim: StateDirLock | None = None
        self._stopping = False
        # As the supervisor of this worker told it: the number, and when.
        self._told_node: tuple[int, int] | None = None

    # Start

    def startService(self) -> None:
        """
        Start everything, or raise L{StartError} with nothing left behind. All of it happens before this returns: an
        error that comes later would not reach twistd's exit status.
        """
        try:
            self._start()
        except (StartError, OSError) as e:
            self._clean_up()
            self._give_up_claim()
            one_line_errors()
            if isinstance(e, OSError):
                # A key or a directory below the state directory: the sockets' errors are told where they are opened.
                raise state_dir_error(self._settings.state_dir, str(e)) from None
            raise e from None
        except Exception:
            self._clean_up()
            self._give_up_claim()
            raise
        super().startService()
        if self.notices is not None:
            self._reactor.callWhenRunning(self._tell_ready, self.notices)

    def _tell_ready(self, notices: ServiceNotices) -> None:
        notices.ready(f"serves {self._settings.listen}")
        notices.every(1 / 2, notices.alive)

    def _start(self) -> None:
        settings = self._settings
        # Again: twistd has an option for another umask.
        make_private()
        prepare_state_dir(settings.state_dir)
        if settings.workers == 1:
            # With several workers their supervisor holds the lock.
            self._claim = StateDirLock(settings.state_dir)
            for line in exposed(settings):
                self._log.warn("{line}", line=line)
        _raise_file_limit()
        gc.set_threshold(GARBAGE)
        warnings = prepare_store(settings)
        # Of several workers their supervisor logs them.
        for line in warnings if settings.workers == 1 else ():
            self._log.warn("{line}", line=line)
        if self._claim is not None:
            note_places(settings)
        assembly = self._assembly = self._assemble(settings, self._reactor, lambda: self._stopping)
        way = assembly.way
        try:
            assembly.index.make()
        except SQLAlchemyError as e:
            raise StartError(
                f"hichat: HICHAT_DATABASE: cannot use the search index beside it: {driver_message(e)}"
            ) from e
        end = way.watch.begin()
        _remove_old_receipts(way.store, end.time)
        keeper = assembly.cluster.keeper if assembly.cluster is not None else None
        if keeper is not None:
            keeper.begin()
            keeper.facts = self.facts
        way.metrics.node = self._node_metrics
        way.carrier.start()
        way.routing.start(end.position)
        if way.batches is not None:
            way.batches.process.start()
        way.writer.start()
        self._open_doors(assembly)
        for pool in assembly.pools:
            pool.start()
        for factory in assembly.sockets:
            factory.start()
        way.endings.start()
        if assembly.cluster is not None:
            assembly.cluster.pool.start()
        if keeper is not None:
            keeper.start()
        assembly.media.start()
        assembly.records.start()
        assembly.following.follower.start()
        way.waits.start()
        for chore in assembly.chores:
            chore.start()
        assembly.plugins.start()
        self._turns = Turns.install(self._reactor, way.metrics.tick)
        self._log.info(
            "HiChat serves {address}, plane at {plane}, log at position {position}; {versions}",
            address=settings.listen,
            plane=f"{settings.udp[0]}:{settings.udp[1] + self._worker}",
            position=end.position,
            versions=described(),
        )

    def _open_doors(self, assembly: Assembly) -> None:
        """Listen, for clients and for those who want the metrics."""
        for endpoint, site in zip(endpoints_of(self._settings), assembly.sites, strict=True):
            # Before it listens: a failure is cleaned up after.
            self._doors.append(Listening(endpoint, self._reactor))
            self._doors[-1].open(site, shared=self._settings.workers > 1)

    def node_is(self, number: int | None) -> None:
        """The supervisor of this worker tells the daemon's number; see L{Way.node_is}."""
        if number is not None and not self._settings.on_sqlite:
            self._told_node = number, time.time_ns() // 1_000_000
        if self._assembly is not None:
            self._assembly.way.node_is(number)

    @property
    def node(self) -> int | None:
        """The number that the daemon has, or had last, among those of its store; None: there are no others."""
        known = self._node_since()
        return known and known[0]

    def _node_since(self) -> tuple[int, int] | None:
        cluster = self._assembly.cluster if self._assembly is not None else None
        keeper = cluster.keeper if cluster is not None else None
        if keeper is None or keeper.since is None:
            return self._told_node
        return keeper.number, keeper.since

    def facts(self) -> NodeFacts | None:
        """@return: what this daemon, or this worker of it, says of itself; None: it is stopping."""
        if self._assembly is None:
            return None
        return NodeFacts(len(_all(self._assembly.sockets)), self._assembly.way.routing.position)

    def _node_metrics(self) -> NodeMetrics | None:
        known = self._node_since()
        if known is None or self._assembly is None:
            return None
        way = self._assembly.way
        # The end of the log is looked up once a second.
        lag = max(0, way.watch.place.position - way.routing.position)
        return NodeMetrics(known[0], address_of(self._settings), known[1] / 1000, lag)

    def read_again(self) -> None:
        """Read the certificates' files again, for new connections."""
        for door in self._doors:
            door.read_again()

    # Stop

    def stopService(self) -> Deferred[None]:
        """Stop in order, within L{STOP_DEADLINE} whatever happens."""
        self._stopping = True
        if self.notices is not None:
            self.notices.stopping()
        super().stopService()
        # In a thread of its own, because the reactor's thread may block: on a thread that waits for the store.
        processes = self._assembly.processes() if self._assembly is not None else ()
        watchdog = Timer(STOP_DEADLINE, self._end_now, (processes,))
        watchdog.daemon = True
        watchdog.start()
        stopping = Deferred.fromCoroutine(self._stop())
        stopping.addTimeout(STOP_DEADLINE - 1, self._reactor)
        stopping.addErrback(self._stopped_badly)
        stopping.addBoth(lambda _: self._clean_up())
        # The lock is released last: until then the log's writer may still write.
        stopping.addBoth(lambda _: self._give_up_claim())
        stopping.addBoth(lambda _: watchdog.cancel())
        return stopping

    def _end_now(self, processes: Sequence[Supervised | Link]) -> None:
        """End the process at once. Whatever was accepted is stored already, or its sender has no answer."""
        self._log.error("HiChat could not stop within {seconds} s, and ends", seconds=STOP_DEADLINE)
        # The store may keep them as well; the next daemon must not wait for them.
        for process in processes:
            if isinstance(process, Supervised):
                process.kill()
        os._exit(1)

    async def _stop(self) -> None:
        if self._assembly is None:
            return
        way, sockets, following = self._assembly.way, self._assembly.sockets, self._assembly.following
        self._assembly.media.stop()
        way.endings.stop()
        # The metrics are told until the end.
        await _done(self._doors[0].stop())
        # Deliver accepted messages to all users who are still connected.
        for connection in _all(sockets):
            connection.pause_reading()
        for quota in (way.inlet.quota, way.inlet.bot_quota):
            if quota is not None:
                quota.lift()
        # For a while paused connections are read again, so that clients get answers to frames that they have sent.
        shutting = self._reactor.callLater(LAST_READS, self._shut, sockets)
        try:
            await self._drain(way)
        finally:
            if shutting.active():
                shutting.cancel()
        # Then close the connections, and take the frames that clients had sent before they got the Close frame.
        for connection in _all(sockets):
            connection.unshut()
            connection.go_away()
        waited = 0.0
        while _all(sockets) and waited < GOODBYE:
            await deferLater(self._reactor, 0.05)
            waited += 0.05
        drained = await self._drain(way)
        await way.marks.idle()
        await self._assembly.book.stop()
        await self._assembly.records.stop()
        # The search's step is not waited for: it has the lowest priority, and a step that is cut off has no effect.
        following.follower.stop()
        await way.routing.stop()
        await way.writer.stop()
        await _done(way.carrier.stop())
        if drained:
            self._log.info("HiChat stops: everything that was accepted is stored")

    def _shut(self, sockets: list[ChatFactory | Streams]) -> None:
        for connection in _all(sockets):
            connection.shut()

    async def _drain(self, way: Way) -> bool:
        """
        Drain the way. If the store fails, it is logged, and stopping goes on: clients are told all the same.

        @return: whether all accepted messages were written and delivered.
        """
        try:
            await way.drain()
            return True
        except CancelledError:
            raise
        except Exception:
            self._log.failure("the accepted messages could not be drained")
            return False

    def _stopped_badly(self, failure: Any) -> None:
        if failure.check(TimeoutError):
            self._log.error("stopping takes too long; messages under way are dropped")
        else:
            self._log.failure("stopping failed", failure)

    def _clean_up(self) -> Deferred[None]:
        """
        Stop and close all parts that exist.

        @return: fires when the child processes are gone.
        """
        gone: list[Deferred[None]] = []
        if self._assembly is not None:
            self._assembly.media.stop()
        for factory in self._assembly.sockets if self._assembly is not None else ():
            factory.stop()
        if self._assembly is not None:
            self._assembly.way.endings.stop()
            self._assembly.way.waits.stop()
            for chore in self._assembly.chores:
                chore.stop()
            self._assembly.plugins.stop()
        if self._turns is not None:
            self._turns.uninstall()
        for door in self._doors:
            door.stop()
        self._doors = []
        assembly, self._assembly = self._assembly, None
        if assembly is not None:
            assembly.way.carrier.stop()
            assembly.following.follower.stop()
            # Before the pools: refused uploads remove their files in a pool.
            gone += [process.stop() for process in assembly.processes()]
            gone.append(assembly.exports.stop())
            for pool in assembly.pools:
                if pool.started:
                    pool.stop()
            if assembly.cluster is not None:
                assembly.cluster.stop()
            for engine in assembly.engines:
                engine.dispose()
        return gatherResults(gone).addCallback(lambda _: None)

    def _give_up_claim(self) -> None:
        if self._claim is not None:
            self._claim.release()
            self._claim = None


def _remove_old_receipts(store: Store, now: int) -> None:
    with store.snapshot() as connection:
        stale = receipts.are_old(connection, now)
    if stale:
        with store.transaction() as connection:
            receipts.remove_old(connection, now)


def _all(factories: list[ChatFactory | Streams]) -> list[ChatProtocol | HttpConnection]:
    """@return: all connections."""
    return [connection for factory in factories for connection in factory.connections]


def make_private() -> None:
    """Set the umask: only this user may read the files that this process and its children make from now on."""
    os.umask(0o077)


def prepare_state_dir(path: Path) -> None:
    """
    Make the state directory, which only its owner may read, if it is missing.

    @raise StartError: it cannot be made or written, or everybody may read it.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_state_dir(path)
        (path / "uploads").mkdir(mode=0o700, exist_ok=True)
    except OSError as e:
        raise state_dir_error(path, e.strerror) from e
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise state_dir_error(path, "Permission denied")
    check_not_restoring(path)


def check_not_restoring(path: Path) -> None:
    """@raise StartError: a backup is being put into a state directory, or that was interrupted."""
    if (path / RESTORING).exists():
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: a backup is being put into {path}, or that was interrupted; "
            "if so, do it again: hichat restore --replace"
        )


def prepare_store(settings: DaemonSettings) -> list[str]:
    """
    Bring the store to the tables of this version, and check that the state directory has its keys.

    @return: warnings for the operator.
    @raise StartError: see L{migrate} and L{check_keys}.
    """
    engine = make_engine(settings.database_url)
    try:
        check_known_keys(engine, settings.state_dir)
        there = migrate(engine, outdated)
        check_keys(engine, settings.state_dir)
    except SQLAlchemyError as e:
        raise StartError(f"hichat: HICHAT_DATABASE: cannot use the database: {driver_message(e)}") from e
    finally:
        engine.dispose()
    if there <= KNOWN:
        return []
    return [
        f"a newer HiChat has applied migration {there} to the database, and this one knows those up to {KNOWN}; it can "
        "serve with it until it is upgraded, too"
    ]


def check_state_dir(path: Path) -> None:
    """@raise StartError: everybody may read the state directory."""
    mode = path.stat().st_mode
    if mode & stat.S_IRWXO:
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: everybody on this machine can look into {path} (mode {stat.S_IMODE(mode):o}), "
            f"where messages and keys are; mend it with: {_chmod(path)}"
        )


def exposed(settings: DaemonSettings) -> list[str]:
    """@return: warnings for the operator about files that other users can read, with the commands that mend it."""
    lines = []
    if settings.state_dir.stat().st_mode & stat.S_IRWXG:
        lines.append(
            f"the group of {settings.state_dir} can look into it, where messages and keys are; "
            f"if that is not meant: {_chmod(settings.state_dir)}"
        )
    database = Path(make_url(settings.database_url).database or "").absolute()
    if settings.on_sqlite and not database.is_relative_to(settings.state_dir):
        with suppress(OSError):
            if database.stat().st_mode & stat.S_IRWXO:
                lines.append(f"everybody on this machine can read {database}; mend it with: {_chmod(database, '600')}")
    return lines


def _chmod(path: Path, mode: str = "700") -> str:
    return f"chmod {mode} {shlex.quote(str(path))}"


class StateDirLock:
    """
    The lock by which one daemon has a state directory. Of two daemons neither would deliver the other's messages, and
    both would write the same receipts. The kernel releases a dead process's lock.

    @raise StartError: another daemon is at work in the directory, or the lock file cannot be opened.
    """

    def __init__(self, directory: Path) -> None:
        try:
            self._file = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as e:
            # Some callers have no message for an OSError.
            raise state_dir_error(directory, str(e)) from None
        deadline = time.monotonic() + LOCK_TIMEOUT
        while not self._try():
            if time.monotonic() > deadline:
                os.close(self._file)
                raise StartError(
                    f"hichat: HICHAT_STATE_DIR: another HiChat is at work in {directory}; "
                    "stop it, or name another directory"
                )
            time.sleep(0.02)

    def _try(self) -> bool:
        try:
            flock(self._file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Release the lock."""
        os.close(self._file)


def is_at_work(directory: Path) -> bool:
    """@return: whether a daemon is at work in a state directory."""
    try:
        file = os.open(directory / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Held for an instant: a daemon that starts tries for longer.
        flock(file, LOCK_SH | LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def preflight(settings: DaemonSettings, reactor: Any) -> None:
    """
    Try the steps of a start that may fail, before twistd leaves the terminal: later errors are in the log only. It
    leaves nothing open.

    @raise StartError: see L{HiChat.startService}.
    """
    check_client(settings.redis)
    check_files(settings)
    prepare_state_dir(settings.state_dir)
    StateDirLock(settings.state_dir).release()
    prepare_store(settings)
    host, first = settings.udp
    for port in range(first, first + settings.workers):
        try:
            try_to_bind(socket.SOCK_DGRAM, host, port)
        except OSError as e:
            raise udp_error(settings, e, port) from e
    for endpoint in endpoints_of(settings):
        endpoint.preflight(reactor)


def address_of(settings: DaemonSettings) -> str:
    """@return: where clients or the proxy reach the daemon: its host, with the port or the path of its endpoint."""
    arguments, options = parse_endpoint(settings.listen)
    place = arguments[1] if len(arguments) > 1 else options.get("port") or options.get("address", "")
    return f"{socket.gethostname()[:255]}:{place}"[:300]


def state_dir_error(path: Path, cause: str | None) -> StartError:
    """@return: the error for the operator."""
    remedy = "name another directory, or mend its mode"
    # A file may be in the way at the path itself, or above it.
    file = next((each for each in (path, *path.parents) if os.path.exists(each) and not os.path.isdir(each)), None)
    if file is not None:
        cause, remedy = f"{file} is not a directory", "name a directory"
    elif cause != os.strerror(errno.EACCES):
        remedy = "name another directory"
    return StartError(f"hichat: HICHAT_STATE_DIR: cannot write {path}: {cause}; {remedy}")


def udp_error(settings: DaemonSettings, error: Exception, port: int | None = None) -> StartError:
    """@return: the error for the operator."""
    host, first = settings.udp
    port = first if port is None else port
    return StartError(f"hichat: HICHAT_UDP: cannot bind {host}:{port}: {cause_of_bind(error)}; name another HOST:PORT")


def one_line_errors() -> None:
    """Let a L{StartError} that ends the process be printed on one line, without a traceback."""
    sys.excepthook = partial(_one_line, sys.excepthook)


def _one_line(
    previous: Callable[..., Any], kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """An exception hook: the operator's errors are one line, without a traceback."""
    if isinstance(error, StartError):
        sys.__stderr__.write(f"{error}\n")  # type: ignore[union-attr]
    else:
        previous(kind, error, trace)


def _raise_file_limit() -> None:
    """Raise the limit of open files to its hard limit: each connection is an open file."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _done(maybe: Deferred[None] | None) -> None:
    if maybe is not None:
        await maybe
