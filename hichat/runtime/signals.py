"""
Signals that do not end the daemon: C{SIGHUP}, C{SIGUSR1} and C{SIGUSR2}.

On C{SIGHUP} the process that the operator started opens the log anew and reads certificates again. The other two mean
nothing. So does any of the three to workers and other processes of the daemon: a terminal or a service manager sends it
to all of them.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

HARMLESS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def ignore() -> None:
    """Let none of them end this process, at its start and its end too: an ignored signal stays so until it is gone."""
    for number in HARMLESS:
        signal.signal(number, signal.SIG_IGN)
    # A process that was started under L{blocked}.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HARMLESS)


def on_hangup(reactor: Any, act: Callable[[], None]) -> None:
    """
    @param act: is called in the reactor's thread for each C{SIGHUP}, until the reactor has stopped.
    """
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(act))
    # Python gives a signal that has a function back to the system's default when it ends.
    reactor.addSystemEventTrigger("after", "shutdown", ignore)


@contextmanager
def blocked(others: Iterable[signal.Signals] = ()) -> Iterator[None]:
    """
    A process that is started meanwhile does not hear of them, until it wants to: from its first moment on.

    @param others: what it is not to hear of, either.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {*HARMLESS, *others})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
