"""
Signals. C{SIGTERM} and C{SIGINT} end the daemon in order; C{SIGHUP}, C{SIGUSR1} and C{SIGUSR2} do not end it.

On C{SIGHUP} the process that the operator started reopens the log and reads certificates again. It ignores the last
two. Workers and other processes of the daemon ignore these three: a terminal or a service manager sends them to all
processes.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

ENDING = (signal.SIGTERM, signal.SIGINT)
HARMLESS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def ignore() -> None:
    """Ignore the harmless signals in this process from now on, up to its very end."""
    for number in HARMLESS:
        signal.signal(number, signal.SIG_IGN)
    # A process that was started under L{blocked} has them blocked.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HARMLESS)


def on_hangup(reactor: Any, act: Callable[[], None]) -> None:
    """
    @param act: called in the reactor's thread for each C{SIGHUP}, until the reactor has stopped.
    """
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(act))
    # When Python ends, it resets a signal with a handler to the default action, which would end the process.
    reactor.addSystemEventTrigger("after", "shutdown", ignore)


def end_once(reactor: Any, again: Callable[[], object]) -> None:
    """
    Let the reactor hear only of the first of the signals that end the daemon: Twisted logs a traceback if a reactor
    that stops is stopped again.

    @param again: called in the reactor's thread when the next one comes; further ones do nothing.
    """
    came: list[int] = []

    def hear(stop: Callable[[int, Any], object], number: int, frame: Any) -> None:
        came.append(number)
        if len(came) == 1:
            stop(number, frame)
        elif len(came) == 2:
            reactor.callFromThread(again)

    def install() -> None:
        for number in ENDING:
            stop = signal.getsignal(number)
            if callable(stop):
                signal.signal(number, partial(hear, stop))

    # The reactor has functions of its own, which it sets when it begins to run.
    reactor.callWhenRunning(install)


@contextmanager
def blocked(others: Iterable[signal.Signals] = ()) -> Iterator[None]:
    """
    A context manager: a process that is started meanwhile has these signals blocked from its first moment on, until it
    unblocks them.

    @param others: further signals to block.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {*HARMLESS, *others})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
