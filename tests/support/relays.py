"""Relays before a server: one counts round trips, and another one swallows everything for a while."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Relay:
    """
    Takes connections for a port of this machine, until L{close}. What it does with each is its subclass's.

    @param port: the server's port.
    @ivar port: the relay's port.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        # A thread that waits in accept is not woken by close alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self.join, args=(client,), daemon=True).start()

    def join(self, client: socket.socket) -> None:
        """Relay a connection, in a thread of its own."""
        raise NotImplementedError


class CountingRelay(Relay):
    """
    It ends with the connections, and with L{close}.

    @ivar trips: how often a client has said something after the server's last word, on all connections.
    """

    def __init__(self, port: int) -> None:
        self.trips = 0
        super().__init__(port)

    def join(self, client: socket.socket) -> None:
        """See L{Relay.join}."""
        server = socket.create_connection(("127.0.0.1", self._server))
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answered = threading.Event()
        answered.set()
        for source, sink, asks in ((client, server, True), (server, client, False)):
            threading.Thread(target=self._pass_on, args=(source, sink, answered, asks), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, answered: threading.Event, asks: bool) -> None:
        while True:
            try:
                data = source.recv(65536)
                if not data:
                    break
                if not asks:
                    answered.set()
                elif answered.is_set():
                    answered.clear()
                    self.trips += 1
                sink.sendall(data)
            except OSError:
                break
        for end in (source, sink):
            end.close()


class CuttableRelay(Relay):
    """
    While it is cut it forwards nothing and closes nothing, as a network that swallows everything; what was sent
    meanwhile is forwarded when it is mended.
    """

    def __init__(self, port: int) -> None:
        self._whole = threading.Event()
        self._whole.set()
        super().__init__(port)

    def cut(self) -> None:
        """Forward nothing."""
        self._whole.clear()

    def mend(self) -> None:
        """Forward again."""
        self._whole.set()

    def close(self) -> None:
        """See L{Relay.close}. What waits is forwarded."""
        self.mend()
        super().close()

    def join(self, client: socket.socket) -> None:
        """See L{Relay.join}."""
        self._whole.wait()
        server = socket.create_connection(("127.0.0.1", self._server))
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._whole.wait()
                sink.sendall(data)
        self._whole.wait()
        for end in (source, sink):
            # This wakes the thread that reads from it.
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
