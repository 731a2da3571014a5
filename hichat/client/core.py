"""
A device's conversation with the server, without any I/O: no reactor, no loop, no socket, no clock. Frames of the
server go in; frames, timers and items come out. It decides what is sent when, what is sent again, when to sync, when to
read no further, and when to come back.

A face gives it a connection (L{Wire}), one after the other, and calls it when the connection gives frames or is lost.
The face for Twisted is L{hichat.client.connection}.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count
from random import SystemRandom
from typing import Any, NamedTuple, Protocol, overload

import msgspec
from msgspec import UNSET, UnsetType

from hichat.client.outbox import RESYNC, Answered, Later, Once, Outbox, Timer, refusal
from hichat.client.outbox import check as check_frame
from hichat.client.speech import REMEMBERED, Event, Questions, StartedAnew, TakeAnswer, understand
from hichat.client.waiting import Latch, Queue
from hichat.client.wire import BadAnswer, ClientError, NotConnected, Replaced, Unauthorized
from hichat.wire import frames
from hichat.wire.frames import (
    Ack,
    Close,
    Done,
    Error,
    FromServer,
    Happened,
    HistoryPage,
    MarksPage,
    PersonFrame,
    Presence,
    Receipt,
    TypingFrame,
    Welcome,
)

Item = Happened | Receipt | TypingFrame | PersonFrame | Presence | Error | StartedAnew
"""
A frame that answers no question. An L{Error} is about a frame that has no answer, such as C{typing}. L{StartedAnew} is
no frame.
"""

REMEMBERED_OWN = 10_000
"""
The number of own events whose ids are remembered until the cursor has passed them. A program that takes no events stops
the cursor: then the oldest ids are forgotten, and these own events come as events when the program takes some.
"""

ANEW_WAIT = 1.0
"""Seconds after a sync without pages in which the events come that are new in another log."""

OVER = "the token is no longer valid: log in again"

_RETRY_AFTER = re.compile(r"retry after (\d{1,6}(?:\.\d{1,6})?) s$")

_SIGNED_OUT_CODES = frozenset({"unauthorized", "signed_out", "disabled"})


def backoff() -> Callable[[int], float]:
    """@return: maps the number of failures in a row to the seconds to wait: 1 to 30, with a random part."""
    random = SystemRandom()

    def wait(failures: int) -> float:
        # The random part is several seconds: after a restart of the server its clients must not return in one second.
        return min(1.5 ** min(failures, 100), 26.0) + random.uniform(-0.5, 4.0)

    return wait


class Loss(NamedTuple):
    """
    How a connection ended.

    @ivar welcomed: whether the server had said welcome.
    @ivar code: the status code of the server's Close frame (RFC 6455, 7.4); None: the server sent none.
    @ivar reason: the reason in the same frame.
    @ivar status: the HTTP status of the answer to the opening handshake; 0: there was no answer.
    """

    welcomed: bool
    code: int | None
    reason: str
    status: int


class Wire(Protocol):
    """
    One WebSocket connection, from its opening on.

    @ivar welcomed: whether the server has said welcome, and the connection has not ended since.
    """

    welcomed: bool

    @property
    def usable(self) -> bool:
        """Whether frames can be sent."""

    @property
    def crowded(self) -> bool:
        """Whether too many bytes wait to be written."""

    def welcome(self) -> None:
        """The server has said welcome: the heartbeat begins."""

    def send(self, payload: bytes) -> None:
        """Send a text frame, if the connection is open."""

    def read(self, wanted: bool) -> None:
        """Go on reading, or stop."""

    def leave(self, timeout: float) -> None:
        """
        Begin the closing handshake.

        @param timeout: seconds until the connection is aborted.
        """


class Core:
    """
    What a device says and hears, over all its connections.

    @param later: calls a function after some seconds.
    @param queue: where items go.
    @param device: see L{hichat.client.connection.Client}; as are C{epoch}, C{check}, C{own}, C{listen}, C{window},
        C{opening_timeout} and C{retry}. The cursor is the queue's.
    @param counter: the largest counter that an earlier run has used or reserved, see L{Outbox.reserve}.
    @param on_state: called with True on every welcome, and with False when a welcomed connection was lost.
    @param on_over: called when there is to be no connection any more.
    @param has_others: notes that the server has refused the token; says whether to come back with another one.
    @ivar connection: the connection, from the beginning of its opening to its loss; None: there is none.
    @ivar welcome: the server's last welcome.
    @ivar outbox: the frames that have no answer yet.
    @ivar questions: the questions that have no answer yet.
    @ivar ready: open while there is a connection on which no event is missed, and for good once all is over.
    @ivar announced: what C{on_state} was told last.
    @ivar stopped: why there is to be no connection any more; None: it goes on.
    """

    def __init__(
        self,
        later: Later,
        queue: Queue[Item],
        device: str,
        *,
        on_state: Callable[[bool], object],
        on_over: Callable[[], object],
        has_others: Callable[[], bool],
        own: Iterable[int] = (),
        epoch: str = "",
        check: str = "",
        listen: bool = True,
        counter: int = 0,
        window: int = 32,
        opening_timeout: float = 15,
        retry: Callable[[int], float] | None = None,
    ) -> None:
        self.connection: Wire | None = None
        self.welcome: Welcome | None = None
        self.epoch = epoch
        self.check = check
        self.announced = False
        self.ready = Latch(shut=True)
        self.stopped: ClientError | None = None
        self.outbox = Outbox(later, window, self._write, self._sync, counter)
        self.questions = Questions()
        self._later = later
        self._queue = queue
        self._device = device
        self._on_state = on_state
        self._on_over = on_over
        self._has_others = has_others
        self._listen = listen
        self._opening_timeout = opening_timeout
        self._retry = retry or backoff()
        check_frame(self.hello())
        # The epoch of the log for which frames were given: it may be ahead of the cursor's.
        self._log_epoch = epoch
        self._position = queue.position
        self._own = set(own)
        # Until a connection is live: what tells those apart that were acked on it. They are in its log.
        self._own_here: set[tuple[int, ...]] | None = None
        # What tells the last events, and acks of own ones, apart; each begins with its id.
        self._recent: deque[tuple[int, ...]] = deque(maxlen=REMEMBERED)
        # The client has started anew and has not told it yet: what tells those recent events apart that did not come
        # again; and the call that tells it.
        self._missing: set[tuple[int, ...]] | None = None
        self._telling: Timer | None = None
        # The queue is overfull: events of this connection are dropped.
        self._deaf = False
        # The sync waits for room in the queue: no events come on this connection yet.
        self._sync_due = False
        self._refs = count(1)
        self._sync_ref = 0
        self._watch: frames.Watch | None = None
        self._show: frames.Show | None = None
        self._failures = 0
        self._least_wait = 0.0
        self._refreshing = False
        self._verdict: ClientError | None = None

    @property
    def own(self) -> list[int]:
        """
        The ids of this device's own events behind the cursor. The acks told the ids; a sync skips these events.
        """
        return sorted(number for number in self._own if number > (self._queue.position or 0))

    # What the program says

    def post(self, frame: Once, answered: Answered) -> int:
        """
        Send a frame that takes effect exactly once.

        @param frame: without reference and counter.
        @param answered: called with the ack, or with the error in place of one.
        @return: its reference, for L{Outbox.forget}.
        @raise NotSendable: the frame is invalid or too long; no server would take it.
        @raise ClientError: there is to be no connection any more.
        """
        check_frame(frame)
        if self.stopped is not None:
            raise self.stopped
        ref = next(self._refs)
        self.outbox.add(ref, frame, answered)
        self.regulate()
        return ref

    @property
    def changing(self) -> bool:
        """Whether the connection is being replaced by a new one."""
        return self.announced and self.ready.shut

    def ask(self, frame: Any, heard: TakeAnswer) -> int:
        """
        Ask a question.

        @param frame: without reference.
        @param heard: called with the answer, or with the error in place of one.
        @return: its reference, for L{Questions.forget}.
        @raise NotSendable: the frame is invalid.
        @raise NotConnected: there is no connection.
        """
        check_frame(frame)
        if self.connection is None or not self.connection.usable or self.stopped is not None:
            raise NotConnected("there is no connection now")
        frame.ref = next(self._refs)
        self.questions.ask(frame.ref, heard)
        self._write(msgspec.json.encode(frame))
        self.regulate()
        return int(frame.ref)

    def say(self, frame: frames.Typing) -> None:
        """Send a frame that has no answer, if there is a connection and it has not too much to write already."""
        check_frame(frame)
        if self.connection is not None and self.connection.usable and not self.connection.crowded:
            self._write(msgspec.json.encode(frame))

    def repeat_always(self, frame: frames.Show | frames.Watch) -> None:
        """Say this on each later connection too, in place of the last one of its kind."""
        if isinstance(frame, frames.Watch):
            self._watch = frames.Watch(users=frame.users, groups=frame.groups)
        else:
            self._show = frames.Show(presence=frame.presence)

    # What the face tells

    def hello(self) -> frames.Hello:
        """@return: the first frame of a connection. The token is in the header."""
        return frames.Hello(device=self._device)

    def received_frames(self, payloads: Iterable[bytes | str]) -> None:
        """
        Frames of the server have come.

        @param payloads: their payloads, valid UTF-8.
        """
        try:
            for payload in payloads:
                self._take(understand(payload))
        except BadAnswer as error:
            self._give_up(error)
        self.regulate()

    def lost(self, loss: Loss) -> None:
        """The connection has ended, or could not be made."""
        self.connection = None
        self.outbox.lost()
        self.questions.fail(NotConnected("the connection was lost before the answer came"))
        if self.stopped is not None:
            return
        self._deaf = False
        self.ready.close()
        verdict = self._verdict or self._judge(loss)
        if verdict is not None:
            self.conclude(verdict)
        elif not self._refreshing:
            self._announce(False)

    def conclude(self, error: ClientError) -> None:
        """Stop for good: there is to be no connection any more."""
        if self.stopped is None:
            self.stopped = error
            self.end()
            self._on_over()

    def end(self) -> None:
        """There will be no connection any more: fail what waits, and end the queue."""
        assert self.stopped is not None
        self._wait_no_more()
        self.outbox.fail(self.stopped)
        self._queue.end(None if isinstance(self.stopped, NotConnected) else self.stopped)
        self.ready.open()

    def pause(self) -> float:
        """@return: seconds until the next attempt to connect."""
        # Counted since a connection was live: with a server that accepts and then drops each connection, a count since
        # the last TCP connection would stay small.
        if self._refreshing:
            self._refreshing = False
            return 0.0
        if self.announced:  # a refresh that did not succeed at once
            self._later(0, lambda: self._announce(False))  # not from inside the service's state machine
        self._wait_no_more()
        self._failures += 1
        wait, self._least_wait = self._least_wait, 0.0
        return wait + self._retry(self._failures)

    def regulate(self) -> None:
        """Read the connection while the queue has room, or an answer is due; else pause it."""
        if self.connection is None or self.stopped is not None:
            return
        if self._deaf:
            self._fall_behind()
        elif self._queue.full and not self.outbox and not self.questions:
            self.connection.read(False)
        elif self._sync_due and self._queue.roomy and self.connection.usable:
            self.connection.read(True)
            # The sync follows when no frame is in doubt any more.
            assert self.welcome is not None
            self.outbox.repeat(self.welcome.counter)
        elif self._queue.roomy or self.outbox or self.questions:
            self.connection.read(True)

    # The steps of a connection: welcome, frames in doubt, sync, live

    def _welcomed(self, welcome: Welcome) -> None:
        if self.connection is None or self.connection.welcomed:
            return
        self.welcome = welcome
        self._wait_no_more()
        self.connection.welcome()
        self._sync_due = False
        self._own_here = set()
        log, self._log_epoch = self._log_epoch, welcome.epoch or self._log_epoch
        if log and welcome.epoch and log != welcome.epoch:
            self.outbox.start_anew(welcome.counter)
        self._repeat(self._show)
        if not self._queue.full:
            self._repeat(self._watch)
        if self._position is not None or not self._listen:
            self._opened()
        self.outbox.repeat(welcome.counter)

    def _repeat(self, frame: frames.Show | frames.Watch | None) -> None:
        """Send a frame of an earlier connection on this one too."""
        if frame is not None:
            self._write(msgspec.json.encode(frame))

    def _opened(self) -> None:
        """From here on no event is missed: each comes on this connection, or with a later sync."""
        if self.stopped is None:
            self.ready.open()
            self._announce(True)

    def _sync(self) -> None:
        """Ask for the sync. The log has no frame in doubt: so the ids of all own events that it brings are known."""
        was_due, self._sync_due = self._sync_due, self._listen and self._queue.full
        if not self._listen or self._sync_due:
            self._live()
            return
        if was_due:
            self._repeat(self._watch)
        self._sync_ref = next(self._refs)
        sync = frames.Sync(ref=self._sync_ref, since=or_unset(self._position))
        if self._position is not None and self.welcome is not None and self.welcome.epoch:
            sync.epoch, sync.check = self.epoch, self.check
        self._write(msgspec.json.encode(sync))

    def _synced(self, synced: frames.Synced) -> None:
        self._placed(synced)
        self._reached(synced.position)
        self._live()
        if self._missing is not None:
            assert self.welcome is not None
            self._wait_no_more()
            if synced.position < self.welcome.position:
                # Without pages the events behind the cursor come now.
                self._telling = self._later(ANEW_WAIT, self._tell_anew)
            else:
                self._tell_anew()

    def _placed(self, frame: frames.Page | frames.Synced) -> None:
        self.epoch, self.check = frame.epoch, frame.check or self.check

    def _start_anew(self, error: Error) -> None:
        """
        The cursor is of another log: the server was set up anew, or has restored a backup. Sync from where it says, or
        from the end of the log.
        """
        here = self._own_here or set()
        self._own = {each[0] for each in here}
        self._position = None if error.position is UNSET else error.position
        self._queue.start_anew(self._position)
        assert self.welcome is not None
        self.outbox.start_anew(self.welcome.counter)
        if error.code == RESYNC:
            self.epoch, self.check = self.welcome.epoch, ""
            at = self._position or 0
            doubtful = {each for each in self._recent if each[0] > at} - here
            self._missing = (self._missing or set()) | doubtful
            # They are told of once: their ids may be other events' from now on.
            self._recent = deque((each for each in self._recent if each not in doubtful), REMEMBERED)
        self._sync()

    def _tell_anew(self) -> None:
        self._telling = None
        missing = self._missing
        if missing is not None and self._put(StartedAnew(sorted(each[0] for each in missing))):
            self._missing = None

    def _wait_no_more(self) -> None:
        """A connection that ends meanwhile has not brought all: the next one tells what is missing."""
        telling, self._telling = self._telling, None
        if telling is not None:
            telling.cancel()

    def _live(self) -> None:
        self._own_here = None
        self._opened()
        self._failures, self._least_wait = 0, 0.0
        self.outbox.go_on()

    # Frames of the server

    def _take(self, frame: FromServer | Event | None) -> None:
        match frame:
            case Happened():
                self._happened(frame)
            case Ack():
                self._acked(frame)
            case Error():
                self._refused(frame)
            case frames.Page():
                for event in frame.events:
                    self._happened(event)
                self._placed(frame)
                self._reached(frame.position)
            case frames.Synced():
                self._synced(frame)
            case Receipt() | TypingFrame() | PersonFrame():
                self._put(frame)
            case Presence() if frame.ref is UNSET:
                self._put(frame)
            case Presence() | HistoryPage() | MarksPage() | Done() | frames.Pong():
                self.questions.answer(frame.ref, frame)
            case Welcome():
                self._welcomed(frame)

    def _happened(self, event: Happened) -> None:
        if event.id <= (self._position or 0):
            return
        identity = _identity(event)
        is_here = self._missing is not None and identity in self._missing
        if is_here or event.id in self._own:
            if is_here and self._missing is not None:
                self._missing.discard(identity)
                self._recent.append(identity)
            self._reached(event.id)
        elif self._put(event, event.id):
            self._position = event.id
            self._recent.append(identity)

    def _reached(self, position: int) -> None:
        """All events up to this position have come."""
        if not self._deaf and position > (-1 if self._position is None else self._position):
            self._position = position
            self._queue.reach(position)

    def _put(self, item: Item, position: int | None = None) -> bool:
        """
        @return: whether the queue took the item. Once one did not fit, the later ones of this connection are dropped as
            well.
        """
        if self._queue.overfull or (self.stopped is not None and self._queue.full):
            self._deaf = True
        if not self._deaf:
            self._queue.put(item, position)
        return not self._deaf

    def _acked(self, ack: Ack) -> None:
        if self._listen:
            identity = _identity(ack)
            self._own.add(ack.id)
            if self._own_here is not None:
                self._own_here.add(identity)
            self._recent.append(identity)
            if len(self._own) >= REMEMBERED_OWN:
                self._forget()
        self.outbox.acked(ack)

    def _forget(self) -> None:
        """Forget own ids that the cursor has passed. If that is not enough, move the cursor by a new sync."""
        self._own = set(self.own)
        if len(self._own) > REMEMBERED_OWN // 2:
            self._own = {number for number in self._own if number > (self._position or 0)}
        if len(self._own) <= REMEMBERED_OWN // 2:
            return
        if self._deaf or self._sync_due:
            self._own = set(sorted(self._own)[-(REMEMBERED_OWN // 2) :])
        elif self.stopped is None:
            self._refresh()

    def _refresh(self) -> None:
        """Change to a new connection, and its sync. C{on_state} is not called: it takes only a moment."""
        if self.connection is not None and not self._refreshing:
            self._refreshing = True
            self.ready.close()
            self.connection.leave(self._opening_timeout)

    def _refused(self, error: Error) -> None:
        if self.connection is None or not self.connection.welcomed:
            self._turned_away(error)
        elif error.ref == self._sync_ref:
            if error.code in (RESYNC, "no_such_position") and self._position is not None:
                self._start_anew(error)
            else:
                self._turned_away(error)
        elif error.ref is UNSET:
            # A log that changes is told by L{StartedAnew}, after the next sync.
            if error.code != RESYNC:
                self._put(error)
        elif not self.outbox.refused(error):
            self.questions.answer(error.ref, refusal(error))

    def _turned_away(self, error: Error) -> None:
        """The server has refused the C{hello} or the C{sync}."""
        if error.retryAfter is not UNSET:
            self._least_wait = error.retryAfter
            self._hang_up()
        elif error.code == "unauthorized" and self._has_others():
            self._hang_up()
        elif error.code in _SIGNED_OUT_CODES:
            self._give_up(Unauthorized(error.message))
        else:
            self._give_up(refusal(error))

    def _give_up(self, error: ClientError) -> None:
        self._verdict = error
        self._hang_up()

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.leave(self._opening_timeout)

    # The rest

    def _judge(self, loss: Loss) -> ClientError | None:
        """@return: the reason not to reconnect; None: reconnect."""
        is_refused = loss.status == 401 or loss.code == Close.UNAUTHORIZED
        if loss.code == Close.SIGNED_OUT or (is_refused and not self._has_others()):
            return Unauthorized(OVER)
        if loss.code == Close.REPLACED:
            return Replaced("another connection of this device has taken over")
        if loss.status == 404 and self.welcome is None:
            return BadAnswer("the server does not speak the v2 protocol of HiChat")
        found = _RETRY_AFTER.search(loss.reason) if loss.code == Close.GOING_AWAY else None
        self._least_wait = float(found[1]) if found else self._least_wait
        return None

    def _write(self, payload: bytes) -> None:
        if self.connection is not None:
            self.connection.send(payload)

    def _fall_behind(self) -> None:
        """
        The queue is overfull. Change to a new connection, on which no events come until there is room for a sync; but
        wait until the questions have their answers, which would be lost.
        """
        self.ready.close()
        if not self.questions:
            self._refresh()

    def _announce(self, connected: bool) -> None:
        if connected is not self.announced and self.stopped is None:
            self.announced = connected
            self._on_state(connected)


def _identity(event: Happened | Ack) -> tuple[int, ...]:
    """@return: what tells two events apart, in whatever logs they are."""
    return event.id, event.conversation, event.seq, event.time


@overload
def or_unset(value: int) -> int: ...
@overload
def or_unset(value: int | None) -> int | UnsetType: ...
def or_unset(value: int | None) -> int | UnsetType:
    """@return: the value of an optional field of a frame."""
    return UNSET if value is None else value
