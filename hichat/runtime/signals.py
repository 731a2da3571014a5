"""
Signals that do not end the daemon: C{SIGHUP}, C{SIGUSR1} and C{SIGUSR2}.

On C{SIGHUP} the process that the operator started reopens the log and reads certificates again. It ignores the other
two. Workers and other processes of the daemon ignore all three: a terminal or a service manager sends them to all
processes.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

HARMLESS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def ignore() -> None:
    """Ignore these signals in this process from now on, up to its very end."""
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
