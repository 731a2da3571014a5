"""A relay before a server that can stop to forward, as a network that swallows everything."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class CuttableRelay:
    """
    Relays connections to a port of this machine. While it is cut it forwards nothing and closes nothing; what was sent
    meanwhile is forwarded when it is mended.

    @param port: the server's port.
    @ivar port: the relay's port.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._whole = threading.Event()
        self._whole.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Forward nothing."""
        self._whole.clear()

    def mend(self) -> None:
        """Forward again."""
        self._whole.set()

    def close(self) -> None:
        """Take no more connections."""
        self.mend()
        # A thread that waits in accept is not woken by close alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
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
