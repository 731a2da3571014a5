"""
PostgreSQL for tests: real servers, from Debian's packages, started when the first test asks for one.

All workers of pytest-xdist share one, which pytest's first process starts; a test that stops its server has another.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from itertools import count
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any, NoReturn, Protocol
from unittest import SkipTest

from sqlalchemy import URL

from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from tests.support import ports
from tests.support.network import Host

PASSWORD = "geheim"
"""The password in every URL here. The server takes any; tests check that it is shown nowhere."""

LOCAL = "127.0.0.1"
PROGRAMS = Path("/usr/lib/postgresql")
"""The directory in which Debian keeps PostgreSQL's programs, by version."""


MIGRATED = "migrated"
"""The name of a database with the tables of this version, which is the template of the tests' databases."""

SHARED = "POSTGRESQL_OF_TESTS"
"""The environment variable with the address at which workers ask for the port of the server that they share."""


class Cleaner(Protocol):
    """A test case."""

    def addCleanup(self, function: Callable[..., object], /, *args: object) -> object: ...  # noqa: N802


class OnPostgreSQL:
    """A mixin, the first base of a test case: its stores are in PostgreSQL. See L{tests.support.doubles.make_store}."""

    on_postgresql = True
    mortal = False
    """Whether the test stops the server."""

    @property
    def databases(self) -> Databases:
        """The server."""
        return mortal_server() if self.mortal else server()


class Databases:
    """
    The databases of a running server.

    @param port: the server's port.
    @param address: the server's address.
    """

    def __init__(self, port: int, address: str = LOCAL) -> None:
        self.port = port
        self.address = address
        self._numbers = count(1)

    def url(self, database: str) -> str:
        """@return: the URL of a database, which need not exist."""
        return database_url(self.port, database, self.address)

    def start(self) -> None:
        """Start the server, if it is ours and does not run."""

    def make_database(self, case: Cleaner, *, migrated: bool = True) -> str:
        """
        @param case: the test; its cleanup removes the database.
        @return: the URL of a new database, with the tables of this version or none.
        """
        self.start()
        name = f"test{next(self._numbers)}_of_{os.getpid()}"
        template = MIGRATED if migrated else "template1"
        # The default since version 15, WAL_LOG, takes four times as long as copying the files.
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        case.addCleanup(self._drop, name)
        return self.url(name)

    def execute(self, statement: str) -> list[Any]:
        """Execute a statement outside of the tests' databases. @return: the rows, if there are any."""
        import psycopg

        where = f"host={self.address} port={self.port} user=hichat dbname=postgres"
        with psycopg.connect(where, autocommit=True) as admin:
            done = admin.execute(statement.encode())
            return done.fetchall() if done.description else []

    def _drop(self, name: str) -> None:
        self.start()
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Server(Databases):
    """
    A server with a directory and a port of its own. It does not wait for the disk: it loses nothing if it crashes, but
    may if the machine does.

    @param programs: the directory of C{initdb} and C{postgres}.
    @param host: where it runs; None: here.
    @ivar data: the server's own directory.
    """

    def __init__(self, programs: Path, host: Host | None = None) -> None:
        super().__init__(ports.reserve(), LOCAL if host is None else host.address)
        self._programs = programs
        self._prefix = () if host is None else host.prefix
        self._directory = Path(tempfile.mkdtemp(prefix="hichat-"))
        self.data = self._directory / "data"
        self._process: subprocess.Popen[Any] | None = None
        # The server refuses to be root.
        self._become: tuple[str, ...] = ()
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self._directory, user.pw_uid, user.pw_gid)
            self._become = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
        self.make()

    def make(self) -> None:
        """Make the server's directory, and start it for the first time."""
        self.run("initdb", "-U", "hichat", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-D", self.data)
        with (self.data / "pg_hba.conf").open("a") as file:
            file.write("host all,replication all samenet trust\n")
        self.start()
        # The template of the tests' databases: a copy is quicker than a migration.
        self.execute(f"CREATE DATABASE {MIGRATED}")
        engine = make_engine(self.url(MIGRATED))
        migrate(engine)
        engine.dispose()

    def start(self) -> None:
        """Start the server if it does not run, and wait until it serves. It ends with the thread that started it."""
        if self._process is not None:
            return
        log = self._directory / "log"
        with log.open("ab") as output:
            become = self._become or ("setpriv",)
            mortal = (*self._prefix, *become, "--pdeathsig", "QUIT")
            address = ("-k", self._directory, "-h", self.address, "-p", str(self.port))
            process = subprocess.Popen(
                [*mortal, self._programs / "postgres", "-D", self.data, *address, "-F", "-N", "300"],
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._process = process
        deadline = time.monotonic() + 60
        while self.run("pg_isready", "-h", self.address, "-p", str(self.port), check=False):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text())
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """
        Stop the server if it runs, and wait until it has ended.

        @param how: C{SIGINT} is a fast shutdown, which ends all connections; C{SIGQUIT} is as a crash.
        """
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def remove(self) -> None:
        """Stop the server, and remove its directory."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._directory, ignore_errors=True)

    def run(self, program: str, *arguments: str | Path, check: bool = True) -> int:
        """
        Run one of PostgreSQL's programs at the server's host, as its user.

        @return: the exit status.
        @raise RuntimeError: it has failed.
        """
        command = [*self._prefix, *self._become, self._programs / program, *arguments]
        done = subprocess.run(command, cwd=self._directory, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise RuntimeError(done.stderr)
        return done.returncode


class Standby(Server):
    """
    A standby, which follows a server.

    @param server: the one that it follows.
    """

    def __init__(self, server: Server, host: Host) -> None:
        self._server = server
        super().__init__(programs(), host)

    def make(self) -> None:
        """See L{Server.make}."""
        where = f"host={self._server.address} port={self._server.port} user=hichat"
        self.run("pg_basebackup", "-d", where, "-D", self.data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.start()

    def promote(self) -> None:
        """Let it follow nobody any more, and take changes."""
        self.run("pg_ctl", "promote", "-D", self.data)

    @property
    def lag(self) -> int:
        """Bytes of the server's log that it has not replayed."""
        (row,) = self._server.execute("SELECT pg_current_wal_lsn() - pg_lsn '0/0'")
        (own,) = self.execute("SELECT pg_last_wal_replay_lsn() - pg_lsn '0/0'")
        return int(row[0] - own[0])


def share() -> None:
    """
    Listen for workers of pytest-xdist that ask for the server's port; the first one makes it start. Call this in the
    process that starts the workers, before it does.
    """
    listener = Listener()
    os.environ[SHARED] = str(listener.address)

    def answer() -> None:
        while True:
            with listener.accept() as worker:
                try:
                    worker.send(mortal_server().port)
                except Exception as e:
                    worker.send(str(e))

    threading.Thread(target=answer, daemon=True).start()


@cache
def server() -> Databases:
    """
    @return: the server of all tests; it ends with them.
    @raise SkipTest: PostgreSQL is not installed. With C{CI=true} it is a C{RuntimeError}.
    """
    programs()
    if SHARED not in os.environ:
        return mortal_server()
    with Client(os.environ[SHARED]) as first:
        port = first.recv()
    if not isinstance(port, int):
        raise RuntimeError(port)
    return Databases(port)


def mortal_server() -> Server:
    """
    @return: the one server of this process, which a test may stop; it ends with the process.
    @raise SkipTest: as L{server}.
    """
    made = _make_server()
    made.start()
    return made


@cache
def _make_server() -> Server:
    made = Server(programs())
    atexit.register(made.remove)
    return made


def programs() -> Path:
    """@return: the directory of the newest version's programs."""
    initdb = max(PROGRAMS.glob("*/bin/initdb"), key=_version, default=None)
    if initdb is None:
        _miss("needs PostgreSQL: apt-get install postgresql")
    try:
        import psycopg  # noqa: F401
    except ImportError:
        _miss("needs psycopg: pip install '.[test]'")
    return initdb.parent


def server_at(host: Host) -> Server:
    """
    @return: a server at a host, which a test may stop, and is to remove.
    @raise SkipTest: as L{server}.
    """
    return Server(programs(), host)


def database_url(port: int, database: str, address: str = LOCAL) -> str:
    """@return: the URL of a database; of this machine, if there is no other address."""
    made = URL.create("postgresql", "hichat", PASSWORD, address, port, database)
    return made.render_as_string(hide_password=False)


def _miss(what: str) -> NoReturn:
    raise (RuntimeError if os.environ.get("CI") == "true" else SkipTest)(what)


def _version(program: Path) -> float:
    return float(program.parts[-3])
