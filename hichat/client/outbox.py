"""
The frames that must take effect exactly once: sends, edits, recalls and reactions. Each has a counter. Until the server
has answered, the outbox sends the frame again on every new connection, with the same counter. No I/O here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from heapq import heapify, heappop, heappush
from typing import Protocol

import msgspec
from msgspec import UNSET

from hichat.client.waiting import Latch
from hichat.client.wire import ClientError, NotSendable, Refused, Unconfirmed
from hichat.wire.frames import TEXT_LIMIT, Ack, AnswerCall, Counted, Error, FromClient

MAX_FRAME = 32 * 1024
"""The largest frame in bytes: the server closes the connection if it gets a longer one."""

RESYNC = "resync_required"
"""The code of what is refused because the server's log is another one."""

_AGAIN = frozenset({"too_fast", "busy", "not_stored"})
"""After an error with one of these codes the frame is sent again."""
_PAUSE = 1.0
"""Seconds to wait before that, if the error has no C{retryAfter}."""
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 60.0

_ROOM = 64
"""Bytes that a reference and a counter add to a frame, at most."""

_ENCODER = msgspec.json.Encoder()
_TWIN = msgspec.json.Decoder(FromClient)


Once = Counted | AnswerCall
"""What takes effect once, by its counter."""


class Timer(Protocol):
    """A call that comes later."""

    def cancel(self) -> None:
        """Do not make it. Only before it was made."""


Later = Callable[[float, Callable[[], object]], Timer]
"""Calls a function after so many seconds."""

Answered = Callable[[Ack | ClientError], object]
"""Called with the ack of a frame, or with the error if there is none."""


def check(frame: FromClient) -> None:
    """@raise NotSendable: the frame is invalid or too long; no server would take it."""
    try:
        payload = _ENCODER.encode(frame)
        _TWIN.decode(payload)
    except UnicodeEncodeError:
        raise NotSendable("the message is not valid Unicode text") from None
    except msgspec.ValidationError as error:
        raise NotSendable(f"the frame is not possible: {error}") from None
    text = getattr(frame, "text", "")
    length = len(text.encode())
    # Both limits are needed: escaped control characters make a short text a long frame.
    if length > TEXT_LIMIT or len(payload) + _ROOM > MAX_FRAME:
        raise NotSendable(f"the message is too long: {length} bytes, at most {TEXT_LIMIT} are possible")
    if "\0" in text:
        raise NotSendable("the message has a NUL character")


def pause(error: Error) -> float | None:
    """@return: seconds to wait before the frame is sent again; None: it is not sent again."""
    if error.code not in _AGAIN:
        return None
    wait = _PAUSE if error.retryAfter is UNSET else error.retryAfter
    return min(max(wait, _SHORTEST_PAUSE), _LONGEST_PAUSE)


class _State(Enum):
    """
    The state of the connection. C{NONE}: there is none. C{REPEATING}: frames in doubt are sent again. C{SETTLED}: the
    log has no frame whose answer is missing; nothing is sent. C{OPEN}: all frames are sent.
    """

    NONE = 0
    REPEATING = 1
    SETTLED = 2
    OPEN = 3


class _Item:
    """
    A frame without an answer.

    @ivar sent: whether some connection has sent it. If so, it is in doubt until it is answered.
    @ivar dropped: whether its caller does not wait any more.
    @ivar given: whether its caller has chosen its counter, which it keeps: see L{Outbox.reserve}.
    @ivar waits: whether it is sent again only when the connection is open. It names a message, or stands behind such a
        frame; and the log does not have it.
    """

    __slots__ = ("answered", "dropped", "frame", "given", "ref", "sent", "waits")

    def __init__(self, ref: int, frame: Once, answered: Answered) -> None:
        self.ref = ref
        self.frame = frame
        self.answered = answered
        self.sent = False
        self.dropped = False
        self.given = frame.counter is not UNSET
        self.waits = False

    def __lt__(self, other: _Item) -> bool:
        return self.ref < other.ref


class Outbox:
    """
    Frames that have no answer yet, in the order in which they were given.

    @param later: calls a function after some seconds, unless the timer that it returns is cancelled.
    @param window: the number of frames that may be under way at once; the others wait here.
    @param write: sends an encoded frame on the connection.
    @param settled: called once after each L{repeat}, when no frame is in doubt any more.
    @param counter: the largest counter that an earlier run has used or reserved.
    @ivar empty: open while no frame waits for an answer, and while there is no connection that could bring one.
    """

    def __init__(
        self,
        later: Later,
        window: int,
        write: Callable[[bytes], None],
        settled: Callable[[], None] = lambda: None,
        counter: int = 0,
    ) -> None:
        self.empty = Latch()
        self._later = later
        self._window = self._room = window
        self._write = write
        self._settled = settled
        self._counter = counter
        self._waiting: list[_Item] = []
        self._flying: dict[int, _Item] = {}
        self._state = _State.NONE
        self._held: Timer | None = None

    def __len__(self) -> int:
        return len(self._flying) + len(self._waiting)

    def reserve(self) -> int:
        """
        @return: a counter that no other frame gets. If a program keeps it, and gives a frame this counter in each of
            its runs, that frame is written once over all of them. Another frame under it is refused with
            C{counter_used}.
        """
        self._counter += 1
        return self._counter

    def add(self, ref: int, frame: Once, answered: Answered) -> None:
        """
        Add a frame; it is sent when the window has room.

        @param ref: the frame's reference, larger than all before it.
        @param frame: without reference; and without a counter, unless it is a reserved one.
        @param answered: called with the outcome.
        """
        heappush(self._waiting, _Item(ref, frame, answered))
        self._pump()

    def forget(self, ref: int) -> None:
        """
        The caller of a frame does not wait any more. A frame that was not sent yet is dropped; one that was sent may
        take effect or not. A frame under way keeps its place in the window until it is answered.
        """
        if ref in self._flying:
            self._flying[ref].dropped = True
            return
        self._waiting = [item for item in self._waiting if item.ref != ref]
        heapify(self._waiting)
        self._pump()

    def start_anew(self, counter: int) -> None:
        """
        The server's log is another one, as after a backup was put back: an id may be another message's there. Frames
        that name a message fail, but for those that the new log may have already. Before L{repeat}, or before L{go_on}.

        @param counter: the largest counter that the new log has of this device.
        """
        waiting, self._waiting = sorted(self._waiting), []
        void: list[_Item] = []
        for item in waiting:
            is_void = _names_message(item.frame) and not _is_taken(item.frame, counter)
            (void if is_void else self._waiting).append(item)
        for item in void:
            if not item.dropped:
                item.answered(Refused("the server's log is another one: the id may be another message's", RESYNC))

    def repeat(self, counter: int) -> None:
        """
        There is a connection: send the frames in doubt again. A frame that names a message waits for L{go_on} if the
        server does not have it: the log may have gone back, and the id be another message's by now.

        @param counter: the largest counter that the server knows of this device.
        """
        self._counter = max(self._counter, counter)
        waits = False
        for item in sorted(item for item in self._waiting if item.sent):
            is_taken = _is_taken(item.frame, counter)
            waits = waits or (_names_message(item.frame) and not is_taken)
            item.waits = waits and not is_taken
        self._state = _State.REPEATING
        self._pump()

    def go_on(self) -> None:
        """From now on send all frames: the log is the one for which they were given, as far as can be known."""
        self._state = _State.OPEN
        self._pump()

    def lost(self) -> None:
        """The connection is gone."""
        self._state = _State.NONE
        self._unhold()
        for item in self._flying.values():
            if not item.dropped:
                heappush(self._waiting, item)
        self._flying.clear()
        self.empty.open()

    def fail(self, error: ClientError) -> None:
        """There will be no connection any more: all frames fail."""
        self.lost()
        waiting, self._waiting = self._waiting, []
        for item in waiting:
            item.answered(Unconfirmed(f"{error}; this may or may not have been done") if item.sent else error)

    def acked(self, ack: Ack) -> None:
        """An ack has come."""
        item = self._land(ack.ref)
        self._room = min(self._room + 1, self._window)
        if item is not None and not item.dropped:
            item.answered(ack)
        self._pump()

    def refused(self, error: Error) -> bool:
        """
        An error has come.

        @return: whether it answers a frame of this outbox.
        """
        item = self._land(error.ref)
        if item is None:
            return False
        wait = pause(error)
        if item.dropped:
            pass
        elif wait is not None:
            heappush(self._waiting, item)
            self._room = max(self._room // 2, 1)
            self._hold(wait)
        elif error.code == "counter_used" and not item.given:
            # Another run of the same device has used it. This frame was never written under it, so it gets another one.
            item.frame.counter = UNSET
            item.waits = _names_message(item.frame)
            heappush(self._waiting, item)
        else:
            item.answered(refusal(error))
        self._pump()
        return True

    def _land(self, ref: object) -> _Item | None:
        return self._flying.pop(ref, None) if isinstance(ref, int) else None

    def _hold(self, seconds: float) -> None:
        """Send nothing for some seconds: frames behind a refused one must not overtake it."""
        self._unhold()
        self._held = self._later(seconds, self._release)

    def _unhold(self) -> None:
        if self._held is not None:
            self._held.cancel()
        self._held = None

    def _release(self) -> None:
        self._held = None
        self._pump()

    def _pump(self) -> None:
        """Send the frames that may be sent now, and update L{empty} and the state."""
        if self._state is _State.NONE:
            return
        is_open = self._state is _State.OPEN
        later: list[_Item] = []
        while self._waiting and self._held is None and len(self._flying) < self._room:
            if not (is_open or self._waiting[0].sent):
                break
            item = heappop(self._waiting)
            if is_open or not item.waits:
                self._send(item)
            else:
                later.append(item)
        for item in later:
            heappush(self._waiting, item)
        if self._flying or self._waiting:
            self.empty.close()
        elif self.empty.shut:
            self.empty.open()
        if self._state is _State.REPEATING and not self._in_doubt():
            self._state = _State.SETTLED
            self._settled()

    def _in_doubt(self) -> bool:
        return bool(self._flying) or any(item.sent and not item.waits for item in self._waiting)

    def _send(self, item: _Item) -> None:
        if item.frame.counter is UNSET:
            self._counter += 1
            item.frame.counter = self._counter
        item.frame.ref = item.ref
        item.sent = True
        self._flying[item.ref] = item
        self._write(_ENCODER.encode(item.frame))


def _names_message(frame: Once) -> bool:
    return any(getattr(frame, name, UNSET) is not UNSET for name in ("message", "replyTo", "call"))


def _is_taken(frame: Once, counter: int) -> bool:
    """@return: whether a log with this largest counter of the device may have the frame."""
    return frame.counter is not UNSET and frame.counter <= counter


def refusal(error: Error) -> Refused:
    """@return: the exception for a caller whose frame the server has refused."""
    return Refused(error.message, error.code, None if error.retryAfter is UNSET else error.retryAfter)
