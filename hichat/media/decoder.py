"""
A process of its own decodes pictures, and draws the first pages of PDFs, which are pictures from here on. A hostile
picture may make a decoder take a gigabyte, work for ever or crash; in its own process only that picture fails. The
process has limits of memory and of time for each picture. The daemon starts it for the first picture, and ends it when
none has come for a while::

    daemon                                       decoder
    DecoderSetup                             ->
    DecodeRequest: a picture                 ->
                                             <-  Done: its size and orientation, or the code of a refusal
    end of file: stop

Messages have the paths of files. The process takes one picture at a time, and users in turn: a user who sends many
delays nobody else. A picture that is under way when the process ends is tried once more, unless it took too long.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
import traceback
import warnings
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall

from hichat.core.errors import Busy, DamagedPicture, NotStored, PictureTooLarge, Refused
from hichat.media.types import Picture
from hichat.runtime.child import ChildProcess, Daemon, run
from hichat.runtime.processes import state_of
from hichat.runtime.supervision import describe

MEMORY = 800 * 1024**2
"""Bytes that a picture may take beside those of the idle process. The largest WebP takes 610 MiB: 16 bytes a pixel."""

SECONDS = 10
"""Seconds of processor time for each picture; the largest take one."""

PICTURE_DEADLINE = 30.0
"""
Seconds by the clock for each picture, unless the process is at work, or waits for a processor: then L{SECONDS} is its
only limit. On a busy machine it gets a processor rarely; see L{FIRST_IN_LINE}.
"""

IDLE = 60.0
"""Seconds without a picture after which the process ends."""

WAITING = 64
"""The most pictures that may wait; of one user at most L{WAITING_OF_USER}."""

WAITING_OF_USER = 16

FILES = 32
"""The most open files of the process."""

FIRST_IN_LINE = 10
"""Niceness of the process: users' messages come first."""


class DecoderSetup(msgspec.Struct, array_like=True):
    """The limits of the process; see L{MEMORY} and L{SECONDS}."""

    memory: int = MEMORY
    seconds: int = SECONDS


class DecodeRequest(msgspec.Struct, array_like=True):
    """
    A picture to take in; see L{take_in}.

    @ivar content: the path of the uploaded file.
    @ivar type: its media type by its first bytes.
    @ivar clean: the path of the copy to write; None: draw the first page of a PDF.
    @ivar thumbnail: the path of the thumbnail to write.
    """

    content: str
    type: str
    clean: str | None
    thumbnail: str


class DecodeResult(msgspec.Struct, array_like=True):
    """
    The answer for a picture.

    @ivar picture: the picture's size and orientation; None: it is refused.
    @ivar code: the code of the refusal.
    """

    picture: Picture | None
    code: str = ""


_REFUSALS = {kind.code: kind for kind in (DamagedPicture, PictureTooLarge, NotStored)}


# The daemon's side


class _Job:
    """
    A picture that waits or is under way.

    @ivar user: the id of the user who sent it.
    @ivar tries: the number of times that the process was asked.
    @ivar is_overdue: whether the process was killed because the picture took too long.
    """

    def __init__(self, user: int, wanted: DecodeRequest) -> None:
        self.user = user
        self.wanted = wanted
        self.answer: Deferred[Picture] = Deferred()
        self.tries = 0
        self.is_overdue = False


class Decoder(ChildProcess):
    """
    The daemon's side of the process: it queues pictures, and asks the process for one after the other.

    @param reactor: see L{ChildProcess}; so is C{command}.
    @param setup: the limits of the process.
    @param deadline: see L{PICTURE_DEADLINE}.
    @param idle: see L{IDLE}.
    """

    name = "the pictures' decoder"
    module = "hichat.media.decoder"

    def __init__(
        self,
        reactor: Any,
        command: Sequence[str] | None = None,
        setup: DecoderSetup | None = None,
        deadline: float = PICTURE_DEADLINE,
        idle: float = IDLE,
    ) -> None:
        super().__init__(setup or DecoderSetup(), reactor, command, deadline)
        self._idle = idle
        self._decode = msgspec.msgpack.Decoder(DecodeResult).decode
        # The queues by user; the first user is next.
        self._waiting: dict[int, deque[_Job]] = {}
        self._again_first: _Job | None = None
        self._job: _Job | None = None
        self._idle_call: IDelayedCall | None = None

    @property
    def waiting(self) -> int:
        """The number of pictures that wait for their turn."""
        return sum(map(len, self._waiting.values())) + (self._again_first is not None)

    def take_in(
        self, user: int, content: Path, media_type: str, clean: Path | None, thumbnail: Path
    ) -> Deferred[Picture]:
        """
        See L{take_in}.

        @param user: the id of the user who sent it.
        @return: fires with the picture's size and orientation. Fails with L{DamagedPicture} or L{PictureTooLarge} if
            the process refuses it, with L{Busy} if too many wait, and with L{NotStored} if there is no process.
        """
        kept = None if clean is None else str(clean)
        job = _Job(user, DecodeRequest(str(content), media_type, kept, str(thumbnail)))
        if self._is_stopped:
            job.answer.errback(NotStored())
        elif self.waiting >= WAITING or len(self._waiting.get(user, ())) >= WAITING_OF_USER:
            job.answer.errback(Busy())
        else:
            self._waiting.setdefault(user, deque()).append(job)
            self._go_on()
        return job.answer

    def _go_on(self) -> None:
        """Ask for the next picture, if one waits and the process is free; start or end the process as needed."""
        if self._job is not None or self._is_stopped:
            return
        if self._idle_call is not None and self._idle_call.active():
            self._idle_call.cancel()
        if not self.waiting:
            if self.is_there:
                self._idle_call = self._reactor.callLater(self._idle, self.let_go)
            return
        if self.pid is None:
            try:
                self.begin()
            except OSError as e:
                self._log.error("{name} cannot be started: {cause}", name=self.name, cause=e)
                self._refuse_all()
                return
        if self.is_there:
            job = self._job = self._next()
            job.tries += 1
            self.ask(job.wanted)

    def _next(self) -> _Job:
        job, self._again_first = self._again_first, None
        if job is None:
            user = next(iter(self._waiting))
            jobs = self._waiting.pop(user)
            job = jobs.popleft()
            if jobs:
                self._waiting[user] = jobs
        return job

    def is_at_work(self) -> bool:
        """See L{ChildProcess.is_at_work}: not if it sleeps, or is stopped."""
        return self.pid is not None and state_of(self.pid) == "R"

    def overdue(self) -> None:
        """See L{ChildProcess.overdue}."""
        assert self._job is not None
        self._job.is_overdue = True

    def heard(self, message: bytes) -> None:
        """The answer for a picture has come."""
        done = self._decode(message)
        job, self._job = self._job, None
        assert job is not None
        self._go_on()
        if done.picture is None:
            job.answer.errback(_REFUSALS[done.code]())
        else:
            job.answer.callback(done.picture)

    def ended(self, status: int) -> None:
        """See L{ChildProcess.ended}."""
        job, self._job = self._job, None
        if job is not None:
            job.is_overdue |= status == -signal.SIGXCPU
            self._log.error(
                "{name} ended ({how}) over a picture of user {user}{why}",
                name=self.name,
                how=describe(status),
                user=job.user,
                why=", which took too long" if job.is_overdue else "",
            )
            if job.is_overdue or job.tries > 1:
                # Such a picture is built to keep a decoder busy, or to crash it.
                self._go_on_after(job, DamagedPicture())
                return
            self._again_first = job
        self._go_on()

    def _go_on_after(self, job: _Job, error: Refused) -> None:
        self._go_on()
        job.answer.errback(error)

    def _refuse_all(self) -> None:
        jobs = [job for job in (self._job, self._again_first) if job is not None]
        jobs += [job for waiting in self._waiting.values() for job in waiting]
        self._job, self._again_first, self._waiting = None, None, {}
        for job in jobs:
            job.answer.errback(NotStored())

    def stop(self) -> Deferred[None]:
        """See L{ChildProcess.stop}. All pictures that wait or are under way are refused."""
        if self._idle_call is not None and self._idle_call.active():
            self._idle_call.cancel()
        self.kill()
        gone = super().stop()
        self._refuse_all()
        return gone


# The decoder's side


def serve(daemon: Daemon) -> None:
    """Take in pictures until the daemon closes the pipe."""
    setup = daemon.read_setup(DecoderSetup)
    if setup is None:
        return
    bound(setup)
    decode = msgspec.msgpack.Decoder(DecodeRequest).decode
    while (message := daemon.read()) is not None:
        bound_next(setup)
        daemon.tell(_answer(decode(message)))


def bound(setup: DecoderSetup) -> None:
    """Set the limits of this process, which decodes pictures from here on."""
    # Not imported at the top: the daemon itself needs no Pillow.
    from hichat.media import pictures

    os.nice(FIRST_IN_LINE)
    pictures.load_decoders()
    # The warnings of Pillow and pypdfium2 about pictures must not get into the daemon's log.
    warnings.simplefilter("ignore")
    logging.disable()
    _limit(resource.RLIMIT_AS, _size() + setup.memory)
    _limit(resource.RLIMIT_NOFILE, FILES)
    # No core dumps: they would contain users' pictures.
    _limit(resource.RLIMIT_CORE, 0)


def bound_next(setup: DecoderSetup) -> None:
    """Set the limit of the processor time for the next picture."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(spent.ru_utime + spent.ru_stime) + 1 + setup.seconds, hard=False)


def _limit(kind: int, limit: int, hard: bool = True) -> None:
    most = resource.getrlimit(kind)[1]
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(kind, (limit, limit if hard else most))


def _size() -> int:
    """@return: the size of this process's address space in bytes (proc(5), statm)."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def take_in(content: Path, media_type: str, clean: Path | None, thumbnail: Path) -> Picture:
    """
    See L{hichat.media.pictures.take_in}, or, if C{clean} is None, L{hichat.media.pages.draw_first}: a PDF is kept as it
    came.
    """
    if clean is None:
        # Most users send more pictures than PDFs: PDFium is loaded for the first PDF.
        from hichat.media import pages

        return pages.draw_first(content, thumbnail)
    from hichat.media import pictures

    return pictures.take_in(content, media_type, clean, thumbnail)


def _answer(wanted: DecodeRequest) -> DecodeResult:
    clean = None if wanted.clean is None else Path(wanted.clean)
    try:
        found = take_in(Path(wanted.content), wanted.type, clean, Path(wanted.thumbnail))
    except (DamagedPicture, PictureTooLarge) as e:
        return DecodeResult(None, e.code)
    except MemoryError:
        return DecodeResult(None, DamagedPicture.code)
    except Exception:
        # The disk has failed, or our code has.
        traceback.print_exc(file=sys.stderr)
        return DecodeResult(None, NotStored.code)
    return DecodeResult(found)


if __name__ == "__main__":
    run(serve)
