"""A proxy that puts a site below a path, as those in front of daemons do."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress


class Below:
    """
    Listens on the loopback. One connection is one request: what follows its head is passed on as it is.

    @param prefix: the path, such as C{/chat}.
    @param strips: whether the prefix is taken off what is passed on.
    @ivar target: the port to which requests are passed on.
    @ivar strays: targets of requests for something beside the prefix.
    """

    def __init__(self, prefix: str, strips: bool) -> None:
        self.target = 0
        self.strays: list[str] = []
        self._prefix = prefix
        self._strips = strips
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        threading.Thread(target=self._accept, daemon=True).start()

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
            with socket.create_connection(("127.0.0.1", self.target)) as far:
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
