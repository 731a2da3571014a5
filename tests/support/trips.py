"""A relay before a server that counts round trips."""

from __future__ import annotations

import socket
import threading


class CountingRelay:
    """
    Relays connections to a port of this machine. It ends with the connections, and with L{close}.

    @param port: the server's port.
    @ivar port: the relay's port.
    @ivar trips: how often a client has said something after the server's last word, on all connections.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.trips = 0
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
