"""
The indexer in a process of its own, with the lowest priority for a core: users' messages come first. In a thread of the
daemon it took the interpreter from the reactor, which cost up to a sixth of the messages.

The process is a L{hichat.runtime.child}, which the daemon asks for each step::

    daemon                                       follower
    FollowerSetup                            ->
    Take: a step                             ->
                                             <-  StepResult: its position, and lines for the daemon's log
    end of file: stop
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, fail

from hichat.log.follower import Progress, StepFailed, Steps
from hichat.runtime.child import Daemon, RestartedChild, Said, collect_log, no_threads, repeat, run
from hichat.search.index import make_index
from hichat.search.indexer import Indexer
from hichat.storage.engine import make_engine
from hichat.storage.store import Store

NAME = "the search index"
"""The follower's name in the daemon's log."""

LAST_IN_LINE = 19
"""Niceness: any other process that wants the core has it first."""

STEP_DEADLINE = 600.0
"""Seconds that a step may take: on a busy machine the process, which is last in line, gets hardly any time."""


class FollowerSetup(msgspec.Struct, array_like=True):
    """
    The settings of the process.

    @ivar database: the URL of the log's database; it may have a password in it.
    """

    database: str


class StepResult(msgspec.Struct, array_like=True):
    """
    The answer to a step.

    @ivar progress: how far the index is; None: the step failed.
    @ivar said: lines for the daemon's log.
    """

    progress: Progress | None
    said: Said


# The daemon's side


class FollowerProcess(RestartedChild):
    """
    Asks the process for steps, one at a time.

    @param database: the URL of the log's database.
    @param reactor: see L{RestartedChild}; as are C{command} and C{deadline}.
    """

    name = "the search's follower"
    module = "hichat.search.process"

    def __init__(
        self, database: str, reactor: Any, command: Sequence[str] | None = None, deadline: float = STEP_DEADLINE
    ) -> None:
        super().__init__(FollowerSetup(database), reactor, command, deadline)
        self._decode = msgspec.msgpack.Decoder(StepResult).decode
        self._step: Deferred[Progress] | None = None

    def step(self) -> Deferred[Progress]:
        """
        Ask for the next step. The step before must be over.

        @return: fires with how far the index is; fails with L{StepFailed}.
        """
        if not self.is_there:
            return fail(StepFailed("its process is not there"))
        self._step = Deferred()
        self.ask(0)
        return self._step

    def heard(self, message: bytes) -> None:
        """The answer to a step has come."""
        taken = self._decode(message)
        repeat(self._log, taken.said)
        step, self._step = self._step, None
        assert step is not None
        if taken.progress is None:
            step.errback(StepFailed("see above"))
        else:
            step.callback(taken.progress)

    def lost(self) -> None:
        """See L{RestartedChild.lost}."""
        step, self._step = self._step, None
        if step is not None:
            # A step is taken whole or not at all: the next one begins where the index is.
            step.errback(StepFailed("its process ended"))


# The follower's side


def serve(daemon: Daemon) -> None:
    """Take a step each time that the daemon asks, until it closes the pipe."""
    setup = daemon.read_setup(FollowerSetup)
    if setup is None:
        return
    os.nice(LAST_IN_LINE)
    said = collect_log()
    engine = make_engine(setup.database)
    index = make_index(engine)
    steps = Steps(NAME, Indexer(Store(engine, no_threads, no_threads, nullcontext), index).step)
    while daemon.read() is not None:
        daemon.tell(StepResult(steps.take(), said))
        said.clear()
    index.engine.dispose()
    engine.dispose()


if __name__ == "__main__":
    run(serve)
