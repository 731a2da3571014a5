"""Proxies that put a site below a path: nginx, and one that is made for tests."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import guide
from tests.support import ports
from tests.support.proxies import changed, nginx


class BelowNginx:
    """
    nginx by the recipe, without TLS: a browser trusts this machine all the same. See L{Below}.
    """

    def __init__(self) -> None:
        self.port = ports.reserve()
        self.url = f"http://127.0.0.1:{self.port}/chat"
        self._running = ExitStack()
        self._directory = Path(self._running.enter_context(TemporaryDirectory()))

    def lead_to(self, port: int) -> None:
        """Begin to pass requests on."""
        here = {
            "127.0.0.1:8000": f"127.0.0.1:{port}",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port};",
            "server_name example.org;": f"location / {{ access_log {self._directory}/strays; return 404; }}",
            "ssl_certificate /etc/letsencrypt/live/example.org/fullchain.pem;": "",
            "ssl_certificate_key /etc/letsencrypt/live/example.org/privkey.pem;": "",
        }
        text = changed((guide.PAGES / "nginx-path.conf").read_text(), here)
        self._running.enter_context(nginx(self._directory, text))

    @property
    def strays(self) -> list[str]:
        """Targets of requests for something beside the prefix."""
        log = self._directory / "strays"
        return re.findall(r'"GET (\S+) HTTP', log.read_text()) if log.exists() else []

    def close(self) -> None:
        self._running.close()


class Below:
    """
    Listens on the loopback. One connection is one request: what follows its head is passed on as it is.

    @param prefix: the path, such as C{/chat}.
    @param strips: whether the prefix is taken off what is passed on.
    @ivar strays: targets of requests for something beside the prefix.
    """

    def __init__(self, prefix: str, strips: bool) -> None:
        self._target = 0
        self.strays: list[str] = []
        self._prefix = prefix
        self._strips = strips
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, port: int) -> None:
        """Begin to pass requests on."""
        self._target = port

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with suppress(OSError), near:
            head = b""
            while b"\r\n\r\n" not in head:
                data = near.recv(65536)
                if not data:
                    return
                head += data
            head, _, rest = head.partition(b"\r\n\r\n")
            with socket.create_connection(("127.0.0.1", self._target)) as far:
                far.sendall(self._changed(head) + b"\r\n\r\n" + rest)
                back = threading.Thread(target=_pass, args=(far, near), daemon=True)
                back.start()
                _pass(near, far)
                back.join()

    def _changed(self, head: bytes) -> bytes:
        first, *lines = head.split(b"\r\n")
        method, target, version = first.split(b" ")
        prefix = self._prefix.encode()
        if target.startswith(prefix + b"/"):
            target = target[len(prefix) :] if self._strips else target
        elif target != prefix:
            self.strays.append(target.decode())
            target = b"/nowhere"
        host = next(line for line in lines if line.lower().startswith(b"host:"))
        kept = [line for line in lines if not re.match(rb"(?i)(host|x-forwarded-[a-z]+):", line)]
        if not any(re.match(rb"(?i)upgrade:", line) for line in kept):
            kept = [line for line in kept if not line.lower().startswith(b"connection:")]
            kept.append(b"Connection: close")
        kept += [b"Host: upstream", b"X-Forwarded-For: 203.0.113.7", b"X-Forwarded-Host:" + host.partition(b":")[2]]
        return b"\r\n".join([b" ".join((method, target, version)), *kept])


def _pass(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)
