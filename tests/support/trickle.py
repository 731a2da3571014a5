"""A server that sends an answer a byte at a time, and never comes to its end."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from tests.support.relays import Relay

GIVES_UP = 20.0
"""Seconds after which it closes the connection: so that a test of a client that waits for ever ends."""


class Trickle(Relay):
    """
    @param head: what it sends at once, to each request.
    """

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._ends = threading.Event()
        super().__init__(0)

    def close(self) -> None:
        """End the connections, too."""
        self._ends.set()
        super().close()

    def join(self, client: socket.socket) -> None:
        """See L{Relay.join}."""
        with client, suppress(OSError):
            client.recv(65536)
            client.sendall(self._head)
            for _ in range(round(GIVES_UP / 0.05)):
                if self._ends.wait(0.05):
                    break
                client.sendall(b"x")
