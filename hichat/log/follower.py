"""
Followers of the log: an index, the files that messages use.

A follower is never on the path of a message. It reads the log in steps. Each step is one transaction, which writes the
result of some events together with the follower's position: the last event that it has taken in. So a step that is cut
off did not happen, and the next one goes on where the last one ended, in any process. If two processes take the same
step at the same time, the transaction lets only one through.

One of many processes takes the steps, by a L{Claim}; the others look now and then whether that one is gone. It rests
between two steps, and longer under load: users' messages come first. Failures are logged once a minute.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import NamedTuple

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from hichat.storage.trouble import Trouble

POLL = 1.0
"""Seconds until the log is looked at again when there was nothing new, and until a claim is that was not to be had."""

AGAIN = 5.0
"""Seconds until the next step after one that failed, at least."""

PACE = 50
"""
How long it rests between two steps: what the last one took, times the events a second with which the log grows, in
units of this; as long as that at least. So the search index follows some 1,500 a second, of 5,000 it takes a hundredth
of a core, and catches up afterwards.
"""

LONGEST = 5.0
"""Seconds that it rests at most while there is more to take in."""


class Progress(NamedTuple):
    """
    @ivar position: how far the follower is.
    @ivar head: where the log ended.
    """

    position: int
    head: int


class StepFailed(Exception):
    """A step was not taken; what the log says of it is all there is to know."""


class Steps:
    """
    Steps where they are taken: in whatever thread or process that is.

    @param name: what follows, for the log.
    @param step: takes the next one, all of it or nothing.
    @ivar trouble: of those that fail.
    """

    def __init__(self, name: str, step: Callable[[], Progress]) -> None:
        self.trouble = trouble_of(name)
        self._step = step

    def take(self) -> Progress | None:
        """@return: how far it is; None: the step has failed."""
        try:
            progress = self._step()
        except Exception as e:
            self.trouble.met(e)
            return None
        self.trouble.passed()
        return progress


class Claim:
    """
    That one process of those which share a directory does something for all. A process that dies gives it back.

    @param file: is made, and stays.
    """

    def __init__(self, file: Path) -> None:
        self._path = file
        self._file: int | None = None

    def take(self) -> bool:
        """
        @return: whether it is this process's now.
        @raise OSError: its file cannot be had.
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
        """Let another one have it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Follower:
    """
    Has steps taken, at rest most of the time.

    @param name: what follows, for the log.
    @param step: takes one, see L{Steps}; fails with L{StepFailed} if the log has heard why.
    @param claim: of several followers, the one that has it takes the steps.
    @param begin: is called before the first of them.
    @param poll: see L{POLL}, for the log.
    @ivar progress: of the last step.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Deferred[Progress]],
        clock: IReactorTime,
        claim: Claim | None = None,
        begin: Callable[[], object] = lambda: None,
        poll: float = POLL,
    ) -> None:
        self.progress = Progress(0, 0)
        self._step = step
        self._clock = clock
        self._claim = claim
        self._begin = begin
        self._poll = poll
        self._trouble = trouble_of(name, clock.seconds)
        self._call: IDelayedCall | None = None
        self._has_begun = False
        self._at_work = False
        self._seen_at = 0.0
        # None: it has not been stopped.
        self._stopped: list[Deferred[None]] | None = None

    def start(self) -> None:
        """Begin, and go on by itself."""
        self._call = self._clock.callLater(0, self._work)

    def stop(self) -> Deferred[None]:
        """May be called again. @return: fires when the step that is under way is over; there is no other one."""
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
        if not self._has_begun and not self._take():
            self._call = self._clock.callLater(POLL, self._work)
            return
        self._at_work = True
        began = self._clock.seconds()
        work = maybeDeferred(self._step)
        work.addCallbacks(self._rest, self._failed, callbackArgs=(began,))

    def _take(self) -> bool:
        try:
            if self._claim is not None and not self._claim.take():
                return False
        except OSError as e:
            self._trouble.met(e)
            return False
        self._has_begun = True
        self._seen_at = self._clock.seconds()
        self._begin()
        return True

    def _rest(self, progress: Progress, began: float) -> None:
        self._trouble.passed()
        now = self._clock.seconds()
        before, self.progress = self.progress, progress
        since, self._seen_at = now - self._seen_at, now
        if progress.position >= progress.head:
            self._again(self._poll)
            return
        # The clock may have been put back meanwhile.
        took = max(0.0, now - began)
        rate = (progress.head - before.head) / since if before.head and since > 0 else 0
        self._again(min(LONGEST, took * max(1, rate / PACE)))

    def _failed(self, failure: Failure) -> None:
        if not failure.check(StepFailed):
            assert failure.value is not None
            self._trouble.met(failure.value)
        self._again(max(AGAIN, self._poll))

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


def trouble_of(name: str, seconds: Callable[[], float] | None = None) -> Trouble:
    """@return: what tells the log that a follower's steps fail."""
    what = f"{name} cannot be taken on"
    return Trouble(what) if seconds is None else Trouble(what, seconds)
