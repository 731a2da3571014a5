"""
A session: a connection of any dialect without its I/O. It limits the rate of frames, and holds frames while the intake
has no room for them.

The dialects' own parts are L{hichat.v1.session} and L{hichat.pipeline.gateway.v2_session}.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from zope.interface import implementer

from hichat.core.drafts import Draft
from hichat.core.errors import Language, TooFast
from hichat.core.events import Event
from hichat.core.ports import IFeeder
from hichat.pipeline.gateway.quota import Quota
from hichat.pipeline.plane.intake import Intake
from hichat.runtime.metrics import Metrics


class Connection(Protocol):
    """A connection, as its session uses it. All methods may be called when it is closed already."""

    def write_frame(self, frame: bytes) -> None:
        """Write a whole WebSocket frame."""

    def pause_reading(self) -> None:
        """Read nothing from the socket."""

    def resume_reading(self) -> None:
        """Read again."""


@dataclass(frozen=True)
class Inlet:
    """
    The way from sessions into the pipeline.

    @ivar submit: gives the ledger drafts that the intake has admitted.
    @ivar signal: sends a signal; it is dropped if there is no room.
    @ivar intake: bounds the drafts in flight.
    @ivar clock: measures the rate.
    @ivar rate: frames a second that one connection may send.
    @ivar quota: the messages that a user may send; None: any number.
    @ivar bot_quota: the same, for bots.
    @ivar refused: called with the user, the number of the device, and the code of each refused frame.
    """

    submit: Callable[[Sequence[Draft]], None]
    signal: Callable[[Event], None]
    intake: Intake
    metrics: Metrics
    clock: IReactorTime
    rate: int
    quota: Quota | None = None
    refused: Callable[[int, int, str], object] = lambda user, device, code: None
    bot_quota: Quota | None = None


SLACK = 0.25
"""
Frames beyond the rate are answered with an error, or ignored. After as many as the rate allows in so many seconds, the
connection is paused.
"""

LEAST_SLACK = 64
"""The connection is never paused before so many frames beyond the rate."""


@implementer(IFeeder)
class ChatSession:
    """
    @param language: the language of the server's sentences.
    @ivar quota: the inlet's quota; None for users who are exempt.
    @cvar pause_after: seconds for which every frame is refused after one that was too fast: the client repeats refused
        frames in order, and no later one must slip in.
    """

    pause_after = 0.0

    __slots__ = (
        "_allowance",
        "_allowed_at",
        "_busy",
        "_held",
        "_late",
        "_over",
        "_over_quota",
        "_paused",
        "_refused_until",
        "_taking",
        "connection",
        "inlet",
        "language",
        "quota",
    )

    def __init__(self, language: Language, connection: Connection, inlet: Inlet) -> None:
        self.language = language
        self.connection = connection
        self.inlet = inlet
        self._allowance = float(inlet.rate)
        self._allowed_at = inlet.clock.seconds()
        self._refused_until = 0.0
        self._over = 0
        # The end of the pause after too many frames, while there is one.
        self._late: IDelayedCall | None = None
        self.quota = inlet.quota
        self._over_quota = False
        self._paused = False
        self._busy = False
        self._taking = False
        # Frames of the read during which the session was paused. They were sent, so they count, even if the
        # connection closes meanwhile.
        self._held: deque[bytes] | None = None

    def received_all(self, frames: list[bytes]) -> None:
        """The text frames of a read came. Whatever is in them, this does not raise."""
        # The same as waits, repeated here to save a call for each read.
        waits = self._paused or self._busy or self._over_quota or self._late
        taken = 0 if waits else self._try(frames)
        if taken < len(frames):
            if self._held is None:
                self._held = deque()
            self._held.extend(frames[taken:])

    def pause(self) -> None:
        """See L{IFeeder.pause}."""
        self._paused = True
        self.connection.pause_reading()

    def resume(self) -> None:
        """See L{IFeeder.resume}."""
        self._paused = False
        self._go_on()

    def begin(self) -> None:
        """A frame's answer takes time: the next frames wait until L{end}."""
        self._busy = True
        self.connection.pause_reading()

    def end(self) -> None:
        """The frame was answered: go on with the next frames."""
        self._busy = False
        if not self._taking:
            self._go_on()
        elif not self.waits:
            # The answer came at once: take() goes on with the next frame by itself.
            self.connection.resume_reading()

    @property
    def waits(self) -> bool:
        """Whether the session takes no frames now."""
        return self._paused or self._busy or self._over_quota or self._late is not None

    def delay(self, seconds: float) -> None:
        """Take no frames for so long; the rest is read later."""
        if self._late is None:
            self._late = self.inlet.clock.callLater(seconds, self._on_time)
            self.connection.pause_reading()

    @property
    def user(self) -> int:
        """The user's id; 0: it is not known yet."""
        raise NotImplementedError

    def hold(self) -> None:
        """See L{hichat.pipeline.gateway.quota.Waiter.hold}."""
        self._over_quota = True
        self.connection.pause_reading()

    def let_go(self) -> None:
        """See L{hichat.pipeline.gateway.quota.Waiter.let_go}."""
        self._over_quota = False
        self._go_on()

    def lost(self) -> None:
        """The connection is gone. Frames that were held because of a rate or a quota are dropped."""
        if self._late is not None:
            self._late.cancel()
            self._late = self._held = None
        if self._over_quota and self.quota is not None:
            self.quota.forget(self)
            self._held = None

    def _on_time(self) -> None:
        assert self._late is not None
        self._late = None
        self._go_on()

    def _go_on(self) -> None:
        while self._held and not self.waits:
            frames = list(self._held)
            taken = self._try(frames)
            # If the session was told to end meanwhile, no frames are held any more.
            for _ in range(min(taken, len(self._held or ()))):
                self._held.popleft()
        if not self.waits:
            self._held = None
            self.connection.resume_reading()

    def _try(self, frames: list[bytes]) -> int:
        self._taking = True
        try:
            return self.take(frames)
        finally:
            self._taking = False

    def allowance(self) -> float:
        """@return: the number of frames that may come now: a token bucket of one second's frames."""
        left = self._refill()
        return left if self._allowed_at >= self._refused_until else 0

    def used(self, frames: int) -> None:
        """So many frames of the allowance came."""
        self._allowance -= frames

    def count(self, frames: int) -> None:
        """So many frames came that are no text. They count as text frames do, because they cost as much."""
        left = self._refill() - frames
        self._allowance = max(left, 0.0)
        if left < 0:
            self._exceed(frames)

    def too_fast(self) -> TooFast:
        """@return: the error for a frame beyond the allowance."""
        now = self._allowed_at
        again = max(now + (1 - self._allowance) / self.inlet.rate, self._refused_until)
        if now >= self._refused_until:
            again = max(again, now + self.pause_after)
            self._refused_until = now + self.pause_after
        self._exceed(1)
        return TooFast(round(max(0.001, again - now), 3))

    def _refill(self) -> float:
        rate = self.inlet.rate
        now = self.inlet.clock.seconds()
        passed = now - self._allowed_at
        # The clock may be set back.
        if passed > 0:
            self._allowance = min(rate, self._allowance + passed * rate)
        self._allowed_at = now
        return self._allowance

    def _exceed(self, frames: int) -> None:
        """
        So many frames came beyond the allowance. After too many the connection is not read until the allowance is even
        again: reading and refusing each frame would cost as much as the rate is meant to save.
        """
        self._over += frames
        slack = max(SLACK * self.inlet.rate, LEAST_SLACK)
        if self._over >= slack:
            self._allowance -= self._over
            pause = 2 * self._over / self.inlet.rate
            self._over = 0
            if self._allowed_at < self._refused_until:
                # Frames that were sent before the client got the refusal must not slip in when they are read at last.
                self._refused_until += pause
            self.delay(pause)

    # The dialect's

    def take(self, frames: list[bytes]) -> int:
        """
        Take text frames, in order.

        @return: the number of frames that were taken; fewer than came if the session is paused or busy now.
        """
        raise NotImplementedError

    def take_binary(self) -> None:
        """A binary frame came, which no dialect knows."""
        raise NotImplementedError
