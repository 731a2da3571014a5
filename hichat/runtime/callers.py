"""
The process's side where it serves several daemons: it hears them all, and waits for none of them.

The daemon that has started the process is the first caller; the process ends with it. Others come to a Unix socket.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import Any

from hichat.runtime.channel import LENGTH_SIZE, framed
from hichat.runtime.doors import open_door

READ_SIZE = 256 * 1024
"""The most bytes that are read at once."""


class CallingDaemon:
    """
    A daemon at the other end of a socket.

    @ivar messages: those that were not taken yet.
    """

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self.end = end
        self.messages: deque[bytes] = deque()
        self._came = bytearray()
        self._wanted = LENGTH_SIZE
        self._goes = bytearray()

    @property
    def wants_to_write(self) -> bool:
        """Whether the other end has not taken all that it was told."""
        return bool(self._goes)

    def read(self) -> bool:
        """Read what has come. @return: whether the other end is there."""
        try:
            data = self.end.recv(READ_SIZE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._came += data
        while len(self._came) >= self._wanted:
            self._wanted = LENGTH_SIZE + int.from_bytes(self._came[:LENGTH_SIZE], "big")
            if len(self._came) < self._wanted:
                break
            self.messages.append(bytes(self._came[LENGTH_SIZE : self._wanted]))
            del self._came[: self._wanted]
            self._wanted = LENGTH_SIZE
        return bool(data)

    def tell(self, message: Any) -> None:
        """Send a message. What the other end does not take now, it gets when it reads."""
        self._goes += framed(message)
        self.write()

    def write(self) -> None:
        """Send what is left; that the other end is gone is heard by L{read}."""
        with suppress(OSError):
            while self._goes:
                del self._goes[: self.end.send(self._goes)]


class Callers:
    """
    All daemons that call.

    @param first: the socket of the daemon that has started this process.
    @param door: the path of the socket for others; None: there are none.
    @param greet: called with each caller when it comes.
    """

    def __init__(self, first: socket.socket, door: Path | None, greet: Callable[[CallingDaemon], object]) -> None:
        self._selector = DefaultSelector()
        self._greet = greet
        self._first = CallingDaemon(first)
        self._callers: list[CallingDaemon] = []
        self._door = None if door is None else open_door(door)
        if self._door is not None:
            self._selector.register(self._door, EVENT_READ)
        self._meet(self._first)

    def wait(self) -> list[tuple[CallingDaemon, bytes]] | None:
        """
        Wait for messages.

        @return: the next message of each caller that has sent one; None: the first caller is gone.
        """
        while True:
            waiting = any(caller.messages for caller in self._callers)
            for key, events in self._selector.select(0 if waiting else None):
                if key.data is None:
                    self._let_in()
                else:
                    self._attend(key.data, events)
            if self._first not in self._callers:
                return None
            calls = [(caller, caller.messages.popleft()) for caller in self._callers if caller.messages]
            if calls:
                return calls

    def tell(self, caller: CallingDaemon, message: Any) -> None:
        """Send a caller a message."""
        caller.tell(message)
        self._look_at(caller)

    def _let_in(self) -> None:
        assert self._door is not None
        with suppress(OSError):
            self._meet(CallingDaemon(self._door.accept()[0]))

    def _meet(self, caller: CallingDaemon) -> None:
        self._callers.append(caller)
        self._selector.register(caller.end, EVENT_READ, caller)
        self._greet(caller)
        self._look_at(caller)

    def _attend(self, caller: CallingDaemon, events: int) -> None:
        if events & EVENT_WRITE:
            caller.write()
        if events & EVENT_READ and not caller.read():
            self._callers.remove(caller)
            self._selector.unregister(caller.end)
            caller.end.close()
        else:
            self._look_at(caller)

    def _look_at(self, caller: CallingDaemon) -> None:
        """Hear of it when the caller reads again, if it has not taken everything."""
        wanted = EVENT_READ | EVENT_WRITE if caller.wants_to_write else EVENT_READ
        if caller in self._callers and self._selector.get_key(caller.end).events != wanted:
            self._selector.modify(caller.end, wanted, caller)
