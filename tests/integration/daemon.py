"""A daemon as a real process, and clients that may misbehave."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import treq
import txaio
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from twisted.internet import reactor as installed_reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.task import deferLater

ROOT = Path(__file__).resolve().parents[2]
TWISTD = str(Path(sys.executable).with_name("twistd"))
STOPPED = -signal.SIGTERM
"""The exit status of a twistd that was told to stop and did: it passes the signal on."""
GREETING = "欢迎进入聊天系统"

reactor: Any = installed_reactor


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """@return: a port that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for something; an AssertionError when it does not come."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await deferLater(reactor, 0.02)
    raise AssertionError(f"not within {seconds} s")


class Daemon:
    """
    C{twistd -n hichat} on free ports.

    @param directory: for the state, the log and as working directory.
    @param settings: by variable, without C{HICHAT_}.
    """

    def __init__(self, directory: Path, **settings: str) -> None:
        self.directory = directory
        directory.mkdir(exist_ok=True)
        self.port = free_port()
        self.udp = free_port(socket.SOCK_DGRAM)
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / "log"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("HICHAT_")} | {
            "HICHAT_LISTEN": f"tcp:{self.port}:interface=127.0.0.1",
            "HICHAT_UDP": f"127.0.0.1:{self.udp}",
            "HICHAT_STATE_DIR": str(directory / "state"),
            "PYTHONPATH": str(ROOT),
        }
        self.environment |= {f"HICHAT_{name}": value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait until it serves."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [TWISTD, "-n", "--pidfile=", "hichat"],
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        await self.serving()

    async def serving(self) -> None:
        """Wait until it answers."""
        for _ in range(500):
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(self.log.read_text())
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.1):
                    return
            except OSError:
                await deferLater(reactor, 0.02)
        raise AssertionError("it does not listen")

    async def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 15) -> int:
        """@return: the exit status."""
        assert self.process is not None
        process = self.process
        process.send_signal(how)
        try:
            await until(lambda: process.poll() is not None, seconds)
        except AssertionError:
            process.kill()
            raise
        self.process = None
        return process.returncode

    def kill(self) -> None:
        """For cleaning up."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def command(self, *arguments: str, line: str = "") -> str:
        """Run C{hichat}; @return: what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", "from hichat.cli import main; main()", *arguments],
            cwd=self.directory,
            env=self.environment,
            input=line,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def token(self, name: str) -> str:
        """@return: a token of a user, who is made if there is none."""
        with suppress(AssertionError):  # there may be one
            self.command("user", "add", name, line="correct horse\n")
        return self.command("token", name).strip()

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
        """@return: a metric's value; the name as in the exposition without C{hichat_}."""
        _, text = await self.get("/metrics")
        return float(next(line.split()[-1] for line in text.splitlines() if line.startswith(f"hichat_{name} ")))

    async def connect(self, user: int, token: str) -> Peer:
        """Connect a device; it is greeted when this returns."""
        peer = await self.open(f"/v1/user/SendUserMsg?userId={user}&token={token}")
        await until(lambda: peer.texts or peer.closed is not None)
        assert peer.texts.pop(0) == GREETING
        return peer

    async def open(self, path: str, headers: dict[str, str] | None = None) -> Peer:
        """Open a WebSocket."""
        factory = WebSocketClientFactory(f"ws://127.0.0.1:{self.port}{path}", headers=headers, reactor=reactor)
        factory.protocol = Peer
        factory.setProtocolOptions(openHandshakeTimeout=0, closeHandshakeTimeout=0, serverConnectionDropTimeout=0)
        peer = cast(Peer, await TCP4ClientEndpoint(reactor, "127.0.0.1", self.port).connect(factory))
        await until(lambda: peer.opened or peer.closed is not None)
        return peer


class Peer(WebSocketClientProtocol):
    """
    A client that keeps what comes and sends whatever the test wants.

    @ivar texts: text frames, in order.
    @ivar closed: the close's code, once it is closed; 0 if there was none.
    """

    # Autobahn's would show the token at level debug.
    log = txaio.make_logger(level="info")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.opened = False
        self.closed: int | None = None

    def onOpen(self) -> None:
        self.opened = True

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.texts.append(payload.decode())

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.closed = code or 0

    def say(self, **frame: object) -> str:
        """Send a frame; @return: its text."""
        text = json.dumps(frame, ensure_ascii=False)
        self.sendMessage(text.encode())
        return text

    async def heard(self, count: int, seconds: float = 10) -> list[str]:
        """Wait until so many frames have come; @return: all that came, which is forgotten."""
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
