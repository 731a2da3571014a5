"""A service manager's socket, at which a daemon tells how it is."""

from __future__ import annotations

import socket
from pathlib import Path


class ServiceManager:
    """
    @param address: the path of the socket; one that begins with C{@} is abstract.
    @ivar notices: what came so far: the fields of each datagram.
    """

    def __init__(self, address: str | Path) -> None:
        self.address = str(address)
        self.notices: list[dict[str, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{self.address[1:]}" if self.address.startswith("@") else self.address)
        self._socket.setblocking(False)

    def heard(self) -> list[dict[str, str]]:
        """@return: all notices so far."""
        while True:
            try:
                data = self._socket.recv(4096)
            except BlockingIOError:
                return self.notices
            self.notices.append(dict(line.split("=", 1) for line in data.decode().split("\n")))

    def count(self, name: str) -> int:
        """@return: how many notices so far have a field."""
        return sum(name in notice for notice in self.heard())

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()
