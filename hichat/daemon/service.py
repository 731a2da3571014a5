"""
The daemon's life: it starts and stops the parts, in order.

Twisted's C{MultiService} starts and stops its children all at once and swallows their errors. Here the order matters,
so it stands in plain sight.
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
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any, cast

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, TimeoutError, gatherResults
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IStreamServerEndpoint
from twisted.internet.task import deferLater
from twisted.logger import ILogObserver, Logger
from twisted.python.threadpool import ThreadPool

from hichat.conversations.marks import MarkWriter
from hichat.core.errors import StartError
from hichat.core.ports import ICarrier, IPresence
from hichat.daemon.settings import DaemonSettings, parse_endpoint
from hichat.log import reading
from hichat.log.follower import Follower
from hichat.media.decoder import Decoder
from hichat.media.media import MediaStore
from hichat.pipeline.gateway.admission import Refusals
from hichat.pipeline.gateway.connection import ChatFactory, ChatProtocol
from hichat.pipeline.gateway.endings import Endings
from hichat.pipeline.gateway.roster import Roster
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.ledger.gather import Ledger
from hichat.pipeline.ledger.process import WriterProcess
from hichat.pipeline.plane.queue import PlaneWriter
from hichat.pipeline.routing.delivery import Routing
from hichat.runtime.certificates import Certificates
from hichat.runtime.metrics import Metrics
from hichat.runtime.pidfile import live_without
from hichat.runtime.turns import Turns
from hichat.search.index import Index
from hichat.search.process import FollowerProcess
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store

STOP_DEADLINE = 10.0
"""Seconds that stopping may take."""

GARBAGE = 10_000
"""
Objects made and not gone again after which cycles of the dead are looked for. A connection is some hundred objects that
live, and Python's default (700) looks at them all again and again while they come: a third of the time of a connect.
"""

BACKLOG = 4096
"""Connections that may wait to be taken: after a restart all clients come back at once. Twisted's default is 50."""

LOCK_TIMEOUT = 1.0
"""Seconds that a daemon at its start waits for another one that leaves the state directory, or only looks at it."""

EVERYWHERE = "0.0.0.0"  # noqa: S104
"""Where an endpoint listens that names no interface."""

LOCK = "daemon.lock"
"""The file in the state directory that a L{StateDirLock} locks."""

LAST_READS = 2.0
"""Seconds of the stop deadline during which paused connections are read again."""

GOODBYE = 3.0
"""Seconds of the stop deadline that clients have to answer a close, and for frames that are on their way."""


@dataclass
class Way:
    """The parts that a message goes through, in its order."""

    store: Store
    inlet: Inlet
    ledger: Ledger
    process: WriterProcess | None
    writer: PlaneWriter
    carrier: ICarrier
    routing: Routing
    roster: Roster
    presence: IPresence
    marks: MarkWriter
    metrics: Metrics
    refusals: Refusals
    endings: Endings

    async def drain(self) -> None:
        """Wait until everything that was accepted has gone all its way."""
        while self.inlet.intake.count:
            # What leaves makes room for frames that were read and held: they count as well.
            await self.ledger.idle()
            await self.writer.idle()
        await self.routing.reached(await self.store.read(reading.head))


@dataclass
class Following:
    """What keeps the search index up to the log."""

    process: FollowerProcess
    follower: Follower


@dataclass
class Assembly:
    """The parts of one daemon, as L{hichat.daemon.assembly.assemble} puts them together."""

    engines: list[Engine]
    pools: list[ThreadPool]
    way: Way
    sockets: list[ChatFactory]
    site: IProtocolFactory
    media: MediaStore
    decoder: Decoder
    index: Index
    following: Following


class InTwistd:
    """
    Mixed into a service, before L{Service}: twistd logs through what its application has as a component.

    @ivar pidfile: that of twistd, if it writes one.
    """

    _observer: ILogObserver | None = None
    _reactor: Any
    pidfile: Path | None = None

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
    @param settings: what the operator wants.
    @param assemble: makes the parts; called at the start, because only then the process is the one that will serve.
    @param observer: the log's, if it is to be ours.
    @param worker: its number, where several share the port.
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
        self._door: IListeningPort | None = None
        self._turns: Turns | None = None
        self._claim: StateDirLock | None = None
        self._certificates: Certificates | None = None
        self._stopping = False

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

    def _start(self) -> None:
        settings = self._settings
        # Twistd may have been told of another mask for the files that it makes itself.
        make_private()
        prepare_state_dir(settings.state_dir)
        if settings.workers == 1:
            # Of several workers their supervisor has it.
            self._claim = StateDirLock(settings.state_dir)
            for line in exposed(settings):
                self._log.warn("{line}", line=line)
        _raise_file_limit()
        gc.set_threshold(GARBAGE)
        assembly = self._assembly = self._assemble(settings, self._reactor, lambda: self._stopping)
        way = assembly.way
        migrate(way.store.engine)
        try:
            assembly.index.prepare()
        except SQLAlchemyError as e:
            cause = " ".join(str(getattr(e, "orig", None) or type(e).__name__).split())
            raise StartError(f"hichat: HICHAT_DATABASE: cannot use the search index beside it: {cause}") from e
        with way.store.snapshot() as connection:
            position = reading.head(connection)
        way.carrier.start()
        way.routing.start(position)
        if way.process is not None:
            way.process.start()
        way.writer.start()
        self._door = self._listen(assembly.site)
        for pool in assembly.pools:
            pool.start()
        for factory in assembly.sockets:
            factory.start()
        way.endings.start()
        assembly.media.start()
        assembly.following.follower.start()
        self._turns = Turns.install(self._reactor, way.metrics.tick)
        self._log.info(
            "HiChat serves {address}, plane at {plane}, log at position {position}",
            address=settings.listen,
            plane=f"{settings.udp[0]}:{settings.udp[1] + self._worker}",
            position=position,
        )

    def _listen(self, site: IProtocolFactory) -> IListeningPort:
        if self._settings.workers > 1:
            with reserve_port(self._settings) as port:
                port.listen(BACKLOG)
                # It makes a file descriptor of its own.
                return cast(IListeningPort, self._reactor.adoptStreamPort(port.fileno(), port.family, site))
        arguments, options = parse_endpoint(self._settings.listen)
        if arguments[0] == "unix":
            remove_left_over_socket(options.get("address") or arguments[1])
        self._certificates = Certificates(partial(_endpoint, self._reactor, self._settings))
        result: list[Any] = []
        self._certificates.endpoint.listen(site).addBoth(result.append)
        # The server endpoints of Twisted answer at once.
        found = result[0] if result else None
        if not IListeningPort.providedBy(found):
            raise listen_error(self._settings, getattr(found, "value", None))
        return found

    def read_again(self) -> None:
        """Let new connections have the certificates that are in their files now."""
        if self._certificates is None or not self._certificates.are_there:
            return
        try:
            self._certificates.read_again()
        except Exception as e:
            cause = getattr(e.__cause__, "strerror", None) or e.__cause__ or e
            self._log.error("the certificates cannot be read again: {cause}; the ones from before stay", cause=cause)
        else:
            self._log.info("the certificates were read again")

    # Stop

    def stopService(self) -> Deferred[None]:
        """Stop in order, within L{STOP_DEADLINE} whatever happens."""
        self._stopping = True
        super().stopService()
        # A thread of its own, because the reactor's may be the one that waits: for a thread that waits for the store.
        watchdog = Timer(STOP_DEADLINE, self._end_now)
        watchdog.daemon = True
        watchdog.start()
        stopping = Deferred.fromCoroutine(self._stop())
        stopping.addTimeout(STOP_DEADLINE - 1, self._reactor)
        stopping.addErrback(self._stopped_badly)
        stopping.addBoth(lambda _: self._clean_up())
        # Not before: the log's writer may still write.
        stopping.addBoth(lambda _: self._give_up_claim())
        stopping.addBoth(lambda _: watchdog.cancel())
        return stopping

    def _end_now(self) -> None:
        """End without waiting for the rest. It was not accepted, or it is stored already."""
        self._log.error("HiChat could not stop within {seconds} s, and ends", seconds=STOP_DEADLINE)
        os._exit(1)

    async def _stop(self) -> None:
        if self._assembly is None:
            return
        way, sockets, following = self._assembly.way, self._assembly.sockets, self._assembly.following
        self._assembly.media.stop()
        way.endings.stop()
        assert self._door is not None
        await _done(self._door.stopListening())
        # Accepted messages go all their way, to everybody who is still connected.
        for connection in _all(sockets):
            connection.pause_reading()
        if way.inlet.quota is not None:
            way.inlet.quota.lift()
        # Paused connections are read again, for a while: their clients may get answers to all that they have sent.
        shutting = self._reactor.callLater(LAST_READS, self._shut, sockets)
        try:
            await self._drain(way)
        finally:
            if shutting.active():
                shutting.cancel()
        # Then say goodbye, and take the frames that clients had sent before they heard it.
        for connection in _all(sockets):
            connection.unshut()
            connection.go_away()
        waited = 0.0
        while _all(sockets) and waited < GOODBYE:
            await deferLater(self._reactor, 0.05)
            waited += 0.05
        drained = await self._drain(way)
        await way.marks.idle()
        # Its step is not waited for: one that is cut off did not happen, and its process is last in line for a core.
        following.follower.stop()
        await way.routing.stop()
        await way.writer.stop()
        await _done(way.carrier.stop())
        if drained:
            self._log.info("HiChat stops: everything that was accepted is stored")

    def _shut(self, sockets: list[ChatFactory]) -> None:
        for connection in _all(sockets):
            connection.shut()

    async def _drain(self, way: Way) -> bool:
        """
        Whatever the store says: clients are told that we stop.

        @return: whether everything went all its way.
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
        Let go of everything that may be there.

        @return: fires when the processes beside this one are gone.
        """
        gone: list[Deferred[None]] = []
        if self._assembly is not None:
            self._assembly.media.stop()
        for factory in self._assembly.sockets if self._assembly is not None else ():
            factory.stop()
        if self._assembly is not None:
            self._assembly.way.endings.stop()
        if self._turns is not None:
            self._turns.uninstall()
        if self._door is not None:
            self._door.stopListening()
        self._door = None
        assembly, self._assembly = self._assembly, None
        if assembly is not None:
            assembly.way.carrier.stop()
            if assembly.way.process is not None:
                gone.append(assembly.way.process.stop())
            assembly.following.follower.stop()
            gone.append(assembly.following.process.stop())
            # What waits for it has files to remove, in a pool.
            gone.append(assembly.decoder.stop())
            for pool in assembly.pools:
                if pool.started:
                    pool.stop()
            for engine in assembly.engines:
                engine.dispose()
        return gatherResults(gone).addCallback(lambda _: None)

    def _give_up_claim(self) -> None:
        if self._claim is not None:
            self._claim.release()
            self._claim = None


def _all(factories: list[ChatFactory]) -> list[ChatProtocol]:
    """@return: all connections."""
    return [connection for factory in factories for connection in factory.connections]


def make_private() -> None:
    """What this process and those that it starts make from now on is for nobody else."""
    os.umask(0o077)


def prepare_state_dir(path: Path) -> None:
    """
    Make the state directory, open to its owner only, if it is not there.

    @raise StartError: it cannot be made or written, or is open to everybody.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_state_dir(path)
        (path / "uploads").mkdir(mode=0o700, exist_ok=True)
    except OSError as e:
        raise state_dir_error(path, e.strerror) from e
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise state_dir_error(path, "Permission denied")


def check_state_dir(path: Path) -> None:
    """@raise StartError: the state directory is open to everybody."""
    mode = path.stat().st_mode
    if mode & stat.S_IRWXO:
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: everybody on this machine can look into {path} (mode {stat.S_IMODE(mode):o}), "
            f"where messages and keys are; mend it with: {_chmod(path)}"
        )


def exposed(settings: DaemonSettings) -> list[str]:
    """@return: a line for the operator of each thing that others can look into, and of how to mend that."""
    lines = []
    if settings.state_dir.stat().st_mode & stat.S_IRWXG:
        lines.append(
            f"the group of {settings.state_dir} can look into it, where messages and keys are; "
            f"if that is not meant: {_chmod(settings.state_dir)}"
        )
    database = Path(make_url(settings.database_url).database or "").absolute()
    if settings.database_url.startswith("sqlite") and not database.is_relative_to(settings.state_dir):
        with suppress(OSError):
            if database.stat().st_mode & stat.S_IRWXO:
                lines.append(f"everybody on this machine can read {database}; mend it with: {_chmod(database, '600')}")
    return lines


def _chmod(path: Path, mode: str = "700") -> str:
    return f"chmod {mode} {shlex.quote(str(path))}"


class StateDirLock:
    """
    That a state directory is one daemon's: of two, neither would hear what the other one's people say, and the files
    there name what each has done. A process that dies gives it back.

    @raise StartError: another one is at work there, or its lock cannot be had.
    """

    def __init__(self, directory: Path) -> None:
        try:
            self._file = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as e:
            # Not every caller knows what to say of it.
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
        """Let another one have it."""
        os.close(self._file)


def preflight(settings: DaemonSettings, reactor: Any) -> None:
    """
    Do what may fail at the start while twistd has not left the terminal yet: what fails later is told in the log only.
    Leaves nothing open.

    @raise StartError: as L{HiChat.startService} would.
    """
    prepare_state_dir(settings.state_dir)
    StateDirLock(settings.state_dir).release()
    engine = make_engine(settings.database_url)
    try:
        migrate(engine)
    finally:
        engine.dispose()
    host, first = settings.udp
    for port in range(first, first + settings.workers):
        try:
            _try_to_bind(socket.SOCK_DGRAM, host, port)
        except OSError as e:
            raise udp_error(settings, e, port) from e
    _endpoint(reactor, settings)
    arguments, options = parse_endpoint(settings.listen)
    if arguments[0] == "tcp":
        try:
            _try_to_bind(socket.SOCK_STREAM, options.get("interface", EVERYWHERE), int(arguments[1]))
        except OSError as e:
            raise listen_error(settings, e) from e


def remove_left_over_socket(path: str) -> None:
    """
    Remove a unix socket, and Twisted's lock beside it, that nobody listens on any more: a process that is killed leaves
    them. The lock names a process by its number only, which in a container may be our own.
    """
    with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(LOCK_TIMEOUT)
        try:
            if stat.S_ISSOCK(os.stat(path).st_mode):
                probe.connect(path)
            # Somebody listens, or it is something else: Twisted says so.
            return
        except FileNotFoundError:
            pass
        except ConnectionRefusedError:
            os.unlink(path)
        if os.path.islink(f"{path}.lock"):
            os.unlink(f"{path}.lock")


def reserve_port(settings: DaemonSettings) -> socket.socket:
    """
    @return: a socket bound to the TCP port, which the workers share; not listening.
    @raise StartError: it cannot be bound.
    """
    arguments, options = parse_endpoint(settings.listen)
    host = options.get("interface", EVERYWHERE)
    port = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        port.setblocking(False)
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        port.bind((host, int(arguments[1])))
    except OSError as e:
        port.close()
        raise listen_error(settings, e) from e
    return port


def _try_to_bind(kind: int, host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            # As Twisted does: a port in TIME_WAIT is free, one that is listened on is not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _endpoint(reactor: Any, settings: DaemonSettings) -> IStreamServerEndpoint:
    """@raise StartError: there is no such kind of endpoint, or something that it needs is not there."""
    try:
        return serverFromString(reactor, with_backlog(settings.listen))
    except Exception as e:
        raise listen_error(settings, e) from e


def with_backlog(endpoint: str) -> str:
    """@return: the endpoint's description, with room for L{BACKLOG} connections unless it says otherwise."""
    arguments, options = parse_endpoint(endpoint)
    return f"{endpoint}:backlog={BACKLOG}" if arguments[0] == "tcp" and "backlog" not in options else endpoint


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
    """@return: what the operator is told."""
    host, first = settings.udp
    port = first if port is None else port
    return StartError(f"hichat: HICHAT_UDP: cannot bind {host}:{port}: {_cause(error)}; name another HOST:PORT")


def listen_error(settings: DaemonSettings, error: Exception | None) -> StartError:
    """@return: what the operator is told."""
    return StartError(
        f"hichat: HICHAT_LISTEN: cannot listen on {settings.listen}: {_cause(error)}; name another endpoint"
    )


def _cause(error: Exception | None) -> str:
    if isinstance(error, CannotListenError):
        error = error.socketError
    return getattr(error, "strerror", None) or str(error or "it does not listen at once")


def one_line_errors() -> None:
    """Tell the operator's errors in one line when they end the process."""
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
    """Each connection is an open file."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _done(maybe: Deferred[None] | None) -> None:
    if maybe is not None:
        await maybe
