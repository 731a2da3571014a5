"""Reserves ports of this machine for the daemons and servers of tests: no two test processes get the same."""

from __future__ import annotations

import os
import random
import socket
from contextlib import ExitStack
from functools import cache

BLOCK = 500
"""Ports that one process has for itself. The process that has bound the first of them owns the block."""

FIRST, LAST = 11_000, 32_768
"""
Below Linux's ephemeral ports, which the kernel gives to any process that binds port 0; above 10080, the last port that
browsers refuse.
"""

TOGETHER = 8
"""The ports that L{reserve} reserves in a row: a daemon of several workers has UDP ports in a row."""


class Block:
    """
    Ports that no other test process gets as long as this one lives.

    @raise RuntimeError: all blocks are taken.
    """

    def __init__(self) -> None:
        firsts = list(range(FIRST, LAST - BLOCK, BLOCK))
        random.SystemRandom().shuffle(firsts)
        self._lock = socket.socket()
        for first in firsts:
            try:
                self._lock.bind(("127.0.0.1", first))
            except OSError:
                continue
            self._first = first
            self._used = 1
            return
        raise RuntimeError("every port is taken")

    def reserve(self) -> int:
        """
        @return: the first of L{TOGETHER} ports, for TCP and for UDP. They are reserved again only after all others of
            the block, and only if they are free then.
        """
        for _ in range(BLOCK // TOGETHER):
            if self._used + TOGETHER > BLOCK:
                self._used = 1
            first = self._first + self._used
            self._used += TOGETHER
            if _are_free(range(first, first + TOGETHER)):
                return first
        raise RuntimeError("every port of this process is in use")


def reserve() -> int:
    """@return: ports of this process's block; see L{Block.reserve}."""
    return _block(os.getpid()).reserve()


@cache
def _block(process: int) -> Block:
    """@param process: the process id, so that a forked process gets a block of its own."""
    return Block()


def _are_free(ports: range) -> bool:
    with ExitStack() as bound:
        for port in ports:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                probe = bound.enter_context(socket.socket(socket.AF_INET, kind))
                if kind == socket.SOCK_STREAM:
                    # As servers do: connections in TIME_WAIT do not keep a server from listening.
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    return False
    return True
