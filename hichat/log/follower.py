"""
Followers of the log: an index, the files that messages use.

A follower is never on the path of a message. It reads the log in steps. Each step is one transaction, which writes the
result of some events together with the follower's position: the last event that it has taken in. So a step that is cut
off did not happen, and the next one goes on where the last one ended, in any process. If two processes take the same
step at the same time, the transaction lets only one through.

One of many processes takes the steps, by a L{Claim}; the others look now and then whether that one is gone. Among
several daemons of one store it is one of all their processes (L{hichat.cluster.locks}). It rests between two steps, and
longer under load: users' messages come first. Failures are logged once a minute.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import NamedTuple

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from hichat.storage.trouble import Trouble

POLL = 1.0
"""Seconds until the next step if the log had no new events; and until the next try to take a claim."""

STEP_RETRY_PAUSE = 5.0
"""The least seconds until the next step after a step that failed."""

PACE = 50
"""
Sets the rest between two steps: the duration of the last step, times the events a second with which the log grows,
divided by this; but at least that duration. So the search index keeps up with some 1,500 events a second. At 5,000 it
takes a hundredth of a core, and catches up afterwards.
"""

REST_LIMIT = 5.0
"""The most seconds of rest while there are more events to take in."""


AskWhetherOurs = Callable[[], Awaitable[bool]]
"""Asks whether a work that one daemon does for all is this daemon's."""


async def always() -> bool:
    """An L{AskWhetherOurs} of the only daemon."""
    return True


class Progress(NamedTuple):
    """
    The progress of a follower.

    @ivar position: the last event that it has taken in.
    @ivar head: the last event of the log.
    """

    position: int
    head: int


class StepFailed(Exception):
    """A step failed, and the cause was logged already."""


class Steps:
    """
    Takes the steps of a follower in the current thread, and logs failures.

    @param name: the follower's name in the log.
    @param step: takes the next step, all of it or nothing.
    @ivar trouble: the failures of steps.
    """

    def __init__(self, name: str, step: Callable[[], Progress]) -> None:
        self.trouble = trouble_of(name)
        self._step = step

    def take(self) -> Progress | None:
        """Take a step. @return: the progress; None: the step has failed."""
        try:
            progress = self._step()
        except Exception as e:
            self.trouble.met(e)
            return None
        self.trouble.passed()
        return progress


class Claim:
    """
    A lock, by which one of the processes that share a directory does some work for all. The kernel releases a dead
    process's claim.

    @param file: the lock file, which is made if it is missing, and stays.
    """

    def __init__(self, file: Path) -> None:
        self._path = file
        self._file: int | None = None

    def take(self) -> bool:
        """
        @return: whether this process has the claim now.
        @raise OSError: the lock file cannot be opened.
        """
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Release the claim for another process."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Follower:
    """
    Takes steps one after the other, with rests between them.

    @param name: the follower's name in the log.
    @param step: takes a step; fails with L{StepFailed} if the cause was logged already.
    @param claim: of several followers, the one that has the claim takes the steps.
    @param begin: called before the first step.
    @param poll: seconds until the next step if the log had no new events.
    @param is_ours: asked before each step: is it this daemon's work?
    @param pace: see L{PACE}.
    @ivar progress: the progress after the last step.
    @ivar leads: whether it is this follower that takes the steps.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Deferred[Progress]],
        clock: IReactorTime,
        claim: Claim | None = None,
        begin: Callable[[], object] = lambda: None,
        poll: float = POLL,
        is_ours: AskWhetherOurs = always,
        pace: float = PACE,
    ) -> None:
        self.progress = Progress(0, 0)
        self.leads = False
        self._step = step
        self._clock = clock
        self._claim = claim
        self._begin = begin
        self._poll = poll
        self._is_ours = is_ours
        self._pace = pace
        self._trouble = trouble_of(name, clock.seconds)
        self._call: IDelayedCall | None = None
        self._has_claim = False
        self._has_begun = False
        self._at_work = False
        self._seen_at = 0.0
        # None: it has not been stopped.
        self._stopped: list[Deferred[None]] | None = None

    def start(self) -> None:
        """Begin, and go on by itself."""
        self._call = self._clock.callLater(0, self._work)

    def stop(self) -> Deferred[None]:
        """
        Stop. May be called again.

        @return: fires when the step under way is over; no other one is taken.
        """
        if self._stopped is None:
            self._stopped = []
        if self._call is not None:
            self._call.cancel()
            self._call = None
        if not self._at_work:
            self._release()
            return succeed(None)
        waiter: Deferred[None] = Deferred()
        self._stopped.append(waiter)
        return waiter

    def _work(self) -> None:
        self._call = None
        if not self._has_claim and not self._take():
            self._call = self._clock.callLater(POLL, self._work)
            return
        self._at_work = True
        asking = Deferred.fromCoroutine(_ask(self._is_ours))
        asking.addCallback(self._asked).addErrback(self._failed)

    def _take(self) -> bool:
        try:
            self._has_claim = self._claim is None or self._claim.take()
        except OSError as e:
            self._trouble.met(e)
        return self._has_claim

    def _asked(self, is_ours: bool) -> None:
        self.leads = is_ours
        if not is_ours or self._stopped is not None:
            self._again(POLL)
            return
        began = self._clock.seconds()
        if not self._has_begun:
            self._seen_at = began
            self._begin()
            self._has_begun = True
        work = maybeDeferred(self._step)
        work.addCallbacks(self._rest, self._failed, callbackArgs=(began,))

    def _rest(self, progress: Progress, began: float) -> None:
        self._trouble.passed()
        now = self._clock.seconds()
        before, self.progress = self.progress, progress
        since, self._seen_at = now - self._seen_at, now
        if progress.position >= progress.head:
            self._again(self._poll)
            return
        # The clock may have been set back meanwhile.
        took = max(0.0, now - began)
        rate = (progress.head - before.head) / since if before.head and since > 0 else 0
        self._again(min(REST_LIMIT, took * max(1, rate / self._pace)))

    def _failed(self, failure: Failure) -> None:
        if not failure.check(StepFailed):
            assert failure.value is not None
            self._trouble.met(failure.value)
        self._again(max(STEP_RETRY_PAUSE, self._poll))

    def _again(self, pause: float) -> None:
        self._at_work = False
        if self._stopped is None:
            self._call = self._clock.callLater(pause, self._work)
            return
        self._release()
        waiters, self._stopped = self._stopped, []
        for waiter in waiters:
            waiter.callback(None)

    def _release(self) -> None:
        if self._claim is not None:
            self._claim.release()


async def _ask(ask: AskWhetherOurs) -> bool:
    return await ask()


def trouble_of(name: str, seconds: Callable[[], float] | None = None) -> Trouble:
    """@return: logs that a follower's steps fail."""
    what = f"{name} cannot be taken on"
    return Trouble(what) if seconds is None else Trouble(what, seconds)
