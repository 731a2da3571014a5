"""A v1 connection without its I/O: who is this, is the frame well formed, how did it go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from zope.interface import implementer

from hichat.errors import Language, NotText, Refused
from hichat.events import Draft, Event
from hichat.gateway import v1
from hichat.intake import Intake
from hichat.interfaces import IFeeder, IOrigin
from hichat.metrics import Metrics


class Connection(Protocol):
    """What a session asks of its connection. All may be called when it is closed already."""

    def send_text(self, text: bytes) -> None:
        """Send a text frame."""

    def pause_reading(self) -> None:
        """Read nothing from the socket."""

    def resume_reading(self) -> None:
        """Read again."""


@dataclass(frozen=True)
class Inlet:
    """
    Where sessions put their drafts.

    @ivar submit: the ledger.
    @ivar intake: bounds what is in flight.
    """

    submit: Callable[[Draft], None]
    intake: Intake
    metrics: Metrics


@implementer(IFeeder, IOrigin)
class Session:
    """
    @param user: the authenticated user's id.
    @param language: of complaints.
    """

    __slots__ = ("_connection", "_held", "_inlet", "_language", "_paused", "user")

    def __init__(self, user: int, language: Language, connection: Connection, inlet: Inlet) -> None:
        self.user = user
        self._language = language
        self._connection = connection
        self._inlet = inlet
        self._paused = False
        # Frames of the read during which the session was paused. They were sent, so they count, even if the
        # connection closes meanwhile.
        self._held: deque[bytes] | None = None

    def received(self, frame: bytes, binary: bool) -> None:
        """A frame came. Whatever is in it, this does not raise."""
        if binary:
            self._complain(NotText())
        elif self._paused or not self._take(frame):
            if self._held is None:
                self._held = deque()
            self._held.append(frame)

    def pause(self) -> None:
        """See L{IFeeder.pause}."""
        self._paused = True
        self._connection.pause_reading()

    def resume(self) -> None:
        """See L{IFeeder.resume}."""
        self._paused = False
        while self._held:
            if not self._take(self._held[0]):
                return
            self._held.popleft()
        self._held = None
        self._connection.resume_reading()

    def accepted(self, draft: Draft, event: Event) -> None:
        """See L{IOrigin.accepted}. v1 has no acks."""

    def refused(self, draft: Draft, error: Refused) -> None:
        """See L{IOrigin.refused}."""
        self._complain(error)

    def _take(self, frame: bytes) -> bool:
        """@return: False if there is no room for it: the session is paused now."""
        try:
            draft = v1.parse(frame, self.user, self)
        except Refused as e:
            self._complain(e)
            return True
        if draft is None:
            return True
        if not self._inlet.intake.admit(self):
            return False
        self._inlet.metrics.messages_in += 1
        self._inlet.submit(draft)
        return True

    def _complain(self, error: Refused) -> None:
        self._inlet.metrics.frames_refused += 1
        self._connection.send_text(error.text(self._language).encode())
