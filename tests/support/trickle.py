"""A server that sends an answer a byte at a time, and never comes to its end."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress

from tests.support.relays import Relay

GIVES_UP = 20.0
"""Seconds after which it closes the connection: so that a test of a client that waits for ever ends."""


class Trickle(Relay):
    """
    @param head: what it sends at once, to each request.
    @param tls: for connections over TLS; None: they are plain.
    """

    def __init__(self, head: bytes, tls: ssl.SSLContext | None = None) -> None:
        self._head = head
        self._tls = tls
        self._ends = threading.Event()
        super().__init__(0)

    def close(self) -> None:
        """End the connections, too."""
        self._ends.set()
        super().close()

    def join(self, client: socket.socket) -> None:
        """See L{Relay.join}."""
        with suppress(OSError), self._over_tls(client) as connection:
            connection.recv(65536)
            connection.sendall(self._head)
            for _ in range(round(GIVES_UP / 0.05)):
                if self._ends.wait(0.05):
                    break
                connection.sendall(b"x")

    def _over_tls(self, client: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(client, server_side=True) if self._tls else client
