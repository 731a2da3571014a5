"""A daemon as a real process, and clients that may misbehave."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import treq
import txaio
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from twisted.internet import reactor as installed_reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.task import deferLater

from hichat.admin.administration import Administration
from hichat.daemon import settings
from hichat.search.process import LAST_IN_LINE
from hichat.wire.frames import PATH, SUBPROTOCOL
from tests.support import ports, prepared
from tests.support.asyncapi_checker import AsyncAPIChecker
from tests.support.doubles import migrated_file
from tests.support.network import Host

ROOT = Path(__file__).resolve().parents[2]
TWISTD = str(Path(sys.executable).with_name("twistd"))
STOPPED = -signal.SIGTERM
"""The exit status of a twistd that has stopped in order after SIGTERM: it ends itself by the same signal."""
GREETING = "欢迎进入聊天系统"

reactor: Any = installed_reactor


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """
    Wait until a condition is true.

    @raise AssertionError: it is not true in time.
    """
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await deferLater(reactor, 0.02)
    raise AssertionError(f"not within {seconds} s")


def wait(condition: Callable[[], object], seconds: float = 60) -> None:
    """As L{until}, for tests without a running reactor."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """@return: whether a process has not ended. A process that only waits for its parent has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def is_nursery(pid: int) -> bool:
    """@return: whether a process is none of a daemon's own; see L{tests.support.nursery}."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"nursery\0")
    except OSError:
        return False


def is_healthy(client: socket.socket) -> bool:
    """@return: whether a daemon answers with status 200 when this connection asks for its health."""
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    return b"200 OK" in client.recv(1000)


def _is_at_work(pid: int) -> bool:
    try:
        return os.getpriority(os.PRIO_PROCESS, pid) < LAST_IN_LINE and is_alive(pid)
    except ProcessLookupError:
        return False


class Daemon:
    """
    C{twistd -n hichat} on ports of its own.

    @param directory: the working directory, which also has the state and the log.
    @param settings: settings by the names of their variables, without C{HICHAT_}.
    @ivar address: where it listens.
    """

    def __init__(self, directory: Path, **settings: str) -> None:
        self.directory = directory
        directory.mkdir(exist_ok=True)
        self.port = self.udp = ports.reserve()
        self._host: Host | None = None
        self.address = "127.0.0.1"
        self.url = f"http://{self.address}:{self.port}"
        self.log = directory / "log"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("HICHAT_")} | {
            "HICHAT_LISTEN": f"tcp:{self.port}:interface={self.address}",
            "HICHAT_UDP": f"127.0.0.1:{self.udp}",
            "HICHAT_STATE_DIR": str(directory / "state"),
            "PYTHONPATH": str(ROOT),
            # Some tests send more than people do.
            "HICHAT_MESSAGE_LIMIT": "off",
            "HICHAT_STRANGER_LIMIT": "off",
        }
        # With bytecode, as an installed daemon: otherwise Python compiles it at each start.
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.environment |= {f"HICHAT_{name}": value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | prepared.Forked | None = None
        self.forked = True
        """Whether L{start} forks the daemon from a process that has loaded the code; see L{tests.support.prepared}."""
        self.service: tuple[str, ...] = ("hichat",)
        """The service that twistd runs."""

    def put_at(self, host: Host) -> None:
        """Let it run at another host, from the next start on."""
        self._host = host
        self.address = host.address
        self.url = f"http://{self.address}:{self.port}"
        self.environment["HICHAT_LISTEN"] = f"tcp:{self.port}:interface={self.address}"

    def prepare(self) -> None:
        """Make the store if it is in SQLite. It saves time: otherwise the daemon's first start migrates it."""
        if "HICHAT_DATABASE" not in self.environment:
            state = Path(self.environment["HICHAT_STATE_DIR"])
            state.mkdir(0o700)
            (state / "hichat.db").write_bytes(migrated_file())

    async def start(self) -> None:
        """Start the daemon, and wait until it serves."""
        if self.forked:
            self.fork()
        else:
            self.launch()
        await self.serving()

    def fork(self, arguments: Sequence[str] = ("--pidfile=",)) -> prepared.Forked:
        """
        Start the daemon as a process that has loaded the code already.

        @param arguments: arguments of C{twistd} itself.
        """
        command = ("twistd", "-n", *arguments, *self.service)
        with self.log.open("ab") as log, open(os.devnull, "rb") as nothing:
            network = None if self._host is None else self._host.path
            standard = nothing, log, log
            process = prepared.forks().start(command, self.directory, self.environment, *standard, network=network)
        self.process = process
        return process

    def launch(self, arguments: Sequence[str] = ("--pidfile=",), prefix: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """
        Start the daemon by the command C{twistd} itself.

        @param arguments: arguments of C{twistd} itself.
        @param prefix: a command that runs it, such as C{strace}.
        """
        at_host = () if self._host is None else self._host.prefix
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*at_host, *prefix, TWISTD, "-n", *arguments, *self.service],
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.process = process
        return process

    async def serving(self) -> None:
        """Wait until the daemon accepts connections."""
        await until(self.accepts, 60)

    def accepts(self) -> bool:
        """
        @return: whether the daemon accepts connections.
        @raise AssertionError: the daemon has ended; the error shows its log.
        """
        self._check_process()
        with suppress(OSError), socket.create_connection((self.address, self.port), 0.1):
            return True
        return False

    def serves(self) -> bool:
        """
        Ask the daemon for its health, for tests without a running reactor.

        @return: whether it is healthy. Then its reactor runs; before that, not even SIGTERM stops the daemon in order.
        @raise AssertionError: the daemon has ended; the error shows its log.
        """
        self._check_process()
        with suppress(OSError), socket.create_connection((self.address, self.port), 10) as client:
            return is_healthy(client)
        return False

    @property
    def is_running(self) -> bool:
        """Whether the daemon was started, and has not ended."""
        return self.process is not None and self.process.poll() is None

    def _check_process(self) -> None:
        if self.process is not None and not self.is_running:
            raise AssertionError(self.log.read_text())

    async def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 15) -> int:
        """
        Stop the daemon, and wait until it and its child processes have ended. If the daemon is killed, children of the
        lowest priority are not waited for: on a busy machine it may take a minute until such a child ends, and it
        disturbs no other daemon.

        @return: the exit status.
        """
        assert self.process is not None
        process = self.process
        children = self.children()
        is_waited_for = _is_at_work if how == signal.SIGKILL else is_alive
        process.send_signal(how)
        try:
            # Its workers end when they see that it is gone; until then they answer at the same port.
            await until(lambda: process.poll() is not None and not any(map(is_waited_for, children)), seconds)
        except AssertionError:
            process.kill()
            raise
        self.process = None
        return process.wait()

    def children(self) -> list[int]:
        """@return: the process ids of its children, such as the log's writer."""
        assert self.process is not None
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        found = [int(pid) for task in tasks for pid in task.read_text().split()]
        return [pid for pid in found if not is_nursery(pid)]

    def running(self, module: str) -> list[int]:
        """@return: the processes of the daemon, and of its workers, that run a module."""
        found, ahead = [], self.children() if self.is_running else []
        while ahead:
            pid = ahead.pop()
            # They come and go.
            with suppress(OSError):
                if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
                for task in Path(f"/proc/{pid}/task").glob("*/children"):
                    ahead += map(int, task.read_text().split())
        return found

    def stop_in_order(self) -> None:
        """
        Stop the daemon as L{stop} does, for tests without a running reactor.

        @raise AssertionError: it has not stopped in order, or has logged a traceback.
        """
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(60) == STOPPED
        assert "Traceback" not in self.log.read_text()

    def use_tac(self, code: str) -> None:
        """Run C{hichat.tac} as the service. @param code: runs before it, and may give constants other values."""
        tac = self.directory / "changed.tac"
        tac.write_text(code + (ROOT / "hichat.tac").read_text())
        self.service = ("-y", str(tac))

    def kill(self) -> None:
        """Kill the daemon, for a test's cleanup."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside the daemon, to its end."""
        return subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def hichat(self, *arguments: str, line: str = "") -> subprocess.CompletedProcess[str]:
        """Run C{hichat}, as a process that has loaded the code already, to its end. @param line: the standard input."""
        return prepared.forks().run(("hichat", *arguments), self.directory, self.environment, line)

    def twistd(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run C{twistd} as L{hichat} runs its command."""
        return prepared.forks().run(("twistd", *arguments), self.directory, self.environment)

    def command(self, *arguments: str, line: str = "") -> str:
        """
        Run C{hichat}.

        @return: its standard output.
        @raise AssertionError: it has failed.
        """
        done = self.hichat(*arguments, line=line)
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def token(self, name: str) -> str:
        """@return: a token of a user. The user is made if there is none."""
        with suppress(AssertionError):  # the user may exist
            self.command("user", "add", name, line="correct horse\n")
        return self.command("token", name).strip()

    def issue(self, name: str) -> str:
        """@return: a token of a user, as C{hichat token} prints it, but made in this process."""
        with self.administration() as administration:
            return administration.token(name, "token")

    @contextmanager
    def administration(self) -> Iterator[Administration]:
        """The commands of C{hichat} on the daemon's state, in this process: another one would take seconds to start."""
        made = Administration(settings.load({}, self.environment, self.directory), make=False)
        try:
            yield made
        finally:
            made.store.engine.dispose()

    async def get(self, path: str) -> tuple[int, str]:
        """@return: the status and the body."""
        response = await treq.get(self.url + path, persistent=False)
        return response.code, await response.text()

    async def post(self, path: str, **fields: object) -> Any:
        """@return: the JSON of the answer."""
        response = await treq.post(
            self.url + path, data={name: str(value) for name, value in fields.items()}, persistent=False
        )
        return await response.json()

    async def metric(self, name: str) -> float:
        """
        @param name: the metric's name in the exposition, without C{hichat_}.
        @return: its value; of several workers the sum.
        """
        _, text = await self.get("/metrics")
        # Each worker's samples have its number as the only label or the last one.
        lines = [re.sub(r',?worker="\d+"', "", line).replace("{}", "") for line in text.splitlines()]
        found = [float(line.split()[-1]) for line in lines if line.startswith(f"hichat_{name} ")]
        assert found, f"no metric {name}"
        return sum(found)

    async def settles_at(self, name: str, value: float) -> None:
        """
        Wait until a metric has a value. It goes no further in the next half second.

        @raise AssertionError: it goes elsewhere, or does not come there in time.
        """
        for _ in range(500):
            if await self.metric(name) >= value:
                break
            await deferLater(reactor, 0.02)
        await deferLater(reactor, 0.5)
        assert await self.metric(name) == value

    async def connect(self, user: int, token: str) -> Peer:
        """Connect a v1 client, and wait for the greeting."""
        peer = await self.open(f"/v1/user/SendUserMsg?userId={user}&token={token}")
        await until(lambda: peer.texts or peer.closed is not None)
        assert peer.texts.pop(0) == GREETING
        return peer

    async def checker(self) -> AsyncAPIChecker:
        """@return: a checker with this daemon's own document."""
        status, document = await self.get("/v2/asyncapi.json")
        assert status == 200, document
        return AsyncAPIChecker(json.loads(document))

    async def open_v2(self, checker: AsyncAPIChecker | None = None, **headers: str) -> V2Peer:
        """
        Open a v2 connection.

        @param checker: checks every frame; by default one with this daemon's own document.
        """
        made = V2Peer(checker or await self.checker())
        return cast(V2Peer, await self.open(PATH, headers, lambda: made, [SUBPROTOCOL]))

    async def open(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        make: Callable[[], Peer] | None = None,
        protocols: list[str] | None = None,
    ) -> Peer:
        """Open a WebSocket."""
        factory = WebSocketClientFactory(
            f"ws://{self.address}:{self.port}{path}", headers=headers, protocols=protocols, reactor=reactor
        )
        factory.protocol = make or Peer
        factory.setProtocolOptions(openHandshakeTimeout=0, closeHandshakeTimeout=0, serverConnectionDropTimeout=0)
        peer = cast(Peer, await TCP4ClientEndpoint(reactor, self.address, self.port).connect(factory))
        await until(lambda: peer.opened or peer.closed is not None)
        return peer


class Peer(WebSocketClientProtocol):
    """
    A client that keeps all text frames, and sends any frame that a test wants.

    @ivar texts: text frames, in order.
    @ivar closed: the status code of the Close frame, once it is closed; 0: there was none.
    @ivar reason: the reason in the same frame.
    """

    # Autobahn's own logger would show the token at level debug.
    log = txaio.make_logger(level="info")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.opened = False
        self.closed: int | None = None
        self.reason = ""

    def onOpen(self) -> None:
        self.opened = True

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.texts.append(payload.decode())

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.closed = code or 0
        self.reason = reason or ""

    def say(self, **frame: object) -> str:
        """Send a frame; @return: its text."""
        text = json.dumps(frame, ensure_ascii=False)
        self.sendMessage(text.encode())
        return text

    async def heard(self, count: int, seconds: float = 10) -> list[str]:
        """Wait until so many frames have come. @return: all frames that have come; they are forgotten."""
        await until(lambda: len(self.texts) >= count, seconds)
        found, self.texts = self.texts, []
        return found

    async def gone(self, seconds: float = 10) -> int:
        """Wait until it is closed; @return: the code."""
        await until(lambda: self.closed is not None, seconds)
        assert self.closed is not None
        return self.closed

    def leave(self) -> Deferred[None]:
        """Close, and wait for it."""
        if self.closed is not None:
            return succeed(None)
        self.sendClose(1000)
        return Deferred.fromCoroutine(self._left())

    async def _left(self) -> None:
        await self.gone()


class V2Peer(Peer):
    """
    A v2 client. It checks every frame of both sides against the daemon's own document.

    @ivar said: the server's frames that were not taken yet, by C{op}.
    @ivar mistakes: the errors of frames that the document does not allow.
    """

    def __init__(self, checker: AsyncAPIChecker) -> None:
        super().__init__()
        self.checker = checker
        self.said: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.mistakes: list[str] = []
        self._refs = 0

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        try:
            self.checker.from_server(payload)
        except AssertionError as e:
            self.mistakes.append(str(e))
        said = json.loads(payload)
        self.said[said["op"]].append(said)

    def tell(self, op: str, **fields: object) -> None:
        """Send a frame, which the document must allow."""
        self.checker.from_client(self.say(op=op, **fields))

    async def take(self, op: str, seconds: float = 10) -> dict[str, Any]:
        """@return: the next frame of a kind; it is forgotten."""
        await until(lambda: self.said[op] or self.closed is not None, seconds)
        assert self.said[op], (op, self.closed, self.reason, dict(self.said))
        return self.said[op].pop(0)

    async def ask(self, answer: str, op: str, **fields: object) -> dict[str, Any]:
        """
        Send a frame and wait for its answer.

        @param answer: the C{op} of the answer.
        """
        self._refs += 1
        ref = f"ask {self._refs}"
        self.tell(op, ref=ref, **fields)

        def found() -> list[dict[str, Any]]:
            return [said for kind in {answer, "error"} for said in self.said[kind] if said.get("ref") == ref]

        await until(lambda: found() or self.closed is not None)
        (said,) = found()
        assert said["op"] == answer, said
        self.said[answer].remove(said)
        return said

    async def enter(self, token: str, device: str = "laptop", since: int | None = None) -> dict[str, Any]:
        """
        Say hello and become live. The pages stay in C{said}.

        @param token: empty if a header had it.
        @param since: the cursor; None: from now on.
        @return: the welcome.
        """
        self.tell("hello", device=device, **({"token": token} if token else {}))
        welcome = await self.take("welcome")
        await self.ask("synced", "sync", **({} if since is None else {"since": since}))
        return welcome

    def events(self) -> list[dict[str, Any]]:
        """@return: the events of pages and live frames, in order; they are forgotten."""
        paged = [event for page in self.said.pop("page", []) for event in page["events"]]
        return paged + self.said.pop("event", [])
