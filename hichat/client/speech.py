"""The server's frames decoded, and answers matched with questions by their references. No I/O here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from hichat.client.wire import BadAnswer, ClientError
from hichat.wire import frames
from hichat.wire.frames import FromServer


class Event(frames.Happened, tag_field="op", tag="event"):
    """
    A live event. It has the fields of the L{frames.Happened} that a sync brings.

    @ivar kind: one of L{hichat.core.kinds.EventKind}, or a kind that only a newer server knows.
    """

    kind: str  # type: ignore[assignment]


class _PastEvent(frames.Happened):
    """An event that a sync brings."""

    kind: str  # type: ignore[assignment]


class StartedAnew(msgspec.Struct):
    """
    The server's log is another one than before: it went back, as after a backup was put back. What is new in it has
    come before this. Messages that were acknowledged may be gone.

    @ivar lost: the ids that events had which this client has got or sent, and which are not in the log any more. It
        remembers the last L{REMEMBERED} events of this run only.
    """

    lost: list[int]


REMEMBERED = 1000


def _lenient(frame: Any) -> Any:
    """@return: a class of the same frame that takes what a newer server may add: unknown fields, kinds of events."""
    fields: Any = [("events", list[_PastEvent])] if frame is frames.Page else []
    return msgspec.defstruct(frame.__name__, fields, bases=(frame,), kw_only=True, forbid_unknown_fields=False)


_KINDS = [
    frames.Welcome,
    frames.Pong,
    frames.Ack,
    frames.Error,
    frames.Done,
    frames.Page,
    frames.Synced,
    frames.HistoryPage,
    frames.MarksPage,
    frames.Receipt,
    frames.TypingFrame,
    frames.PersonFrame,
    frames.Presence,
]
_KNOWN = {kind.__struct_config__.tag for kind in [*_KINDS, Event]}


class _Tag(msgspec.Struct):
    op: str


def _decoder() -> msgspec.json.Decoder[Any]:
    frames: Any = Event
    for kind in _KINDS:
        frames |= _lenient(kind)
    return msgspec.json.Decoder(frames)


_DECODER = _decoder()
_TAG = msgspec.json.Decoder(_Tag)


def understand(payload: bytes | str) -> FromServer | Event | None:
    """
    @param payload: the payload of a text frame.
    @return: the frame; None if its C{op} is unknown: a newer server may send such.
    @raise BadAnswer: it is no frame of v2.
    """
    try:
        frame: FromServer | Event = _DECODER.decode(payload)
        return frame
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        if _TAG.decode(payload).op not in _KNOWN:
            return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    raise BadAnswer("the server said something that is not v2, or not of this version")


TakeAnswer = Callable[[Any], object]
"""Called with the answer to a question, or with the L{ClientError} in place of one."""


class Questions:
    """The questions on this connection that have no answer yet."""

    def __init__(self) -> None:
        self._open: dict[object, TakeAnswer] = {}

    def __len__(self) -> int:
        return len(self._open)

    def ask(self, ref: int, heard: TakeAnswer) -> None:
        """
        Note a question.

        @param ref: its reference.
        @param heard: called once, with the outcome.
        """
        self._open[ref] = heard

    def answer(self, ref: object, outcome: object) -> None:
        """An answer has come, or an error in place of one. If its question was forgotten, it is ignored."""
        heard = self._open.pop(ref, None)
        if heard is not None:
            heard(outcome)

    def fail(self, error: ClientError) -> None:
        """The connection is gone: all open questions fail."""
        for ref in list(self._open):
            self.answer(ref, error)

    def forget(self, ref: int) -> None:
        """Nobody waits for this answer any more."""
        self._open.pop(ref, None)
