"""
A connection without its I/O, of any dialect: frames wait here while there is no room for them.

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
    Where sessions put clients' frames.

    @ivar submit: the ledger: takes drafts that the intake has admitted.
    @ivar signal: takes signals; if there is no room they are dropped.
    @ivar intake: bounds the drafts in flight.
    @ivar clock: for the rate.
    @ivar rate: frames a second that one connection may send.
    @ivar quota: the messages that a user may send; None: any number.
    """

    submit: Callable[[Sequence[Draft]], None]
    signal: Callable[[Event], None]
    intake: Intake
    metrics: Metrics
    clock: IReactorTime
    rate: int
    quota: Quota | None = None


SLACK = 0.25
"""Seconds' worth of frames above the rate that are still answered, or ignored, before the connection is paused."""

LEAST_SLACK = 64
"""The least number of such frames."""


@implementer(IFeeder)
class ChatSession:
    """
    @param language: the language of the server's sentences.
    @ivar quota: the inlet's; None for users who are exempt.
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
        # While it is not read because it said too much: what ends that.
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
        # As in waits; with a call less, for each read.
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
        """A frame's answer takes time: the next frames wait for it."""
        self._busy = True
        self.connection.pause_reading()

    def end(self) -> None:
        """It was answered."""
        self._busy = False
        if not self._taking:
            self._go_on()
        elif not self.waits:
            # At once; what takes the frames goes on with the next one.
            self.connection.resume_reading()

    @property
    def waits(self) -> bool:
        """Whether nothing is wanted from the connection now."""
        return self._paused or self._busy or self._over_quota or self._late is not None

    def delay(self, seconds: float) -> None:
        """Take no frames for so long; the rest is read later."""
        if self._late is None:
            self._late = self.inlet.clock.callLater(seconds, self._on_time)
            self.connection.pause_reading()

    @property
    def user(self) -> int:
        """Who it is; 0: that is not known yet."""
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
        """The connection is gone. What would have been taken later is as if it had not been read."""
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
            # Of one that was told to go meanwhile nothing is held any more.
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
        """@return: how many frames may come now: a second's worth at once, and then so many a second."""
        left = self._refill()
        return left if self._allowed_at >= self._refused_until else 0

    def used(self, frames: int) -> None:
        """So many of them came."""
        self._allowance -= frames

    def count(self, frames: int) -> None:
        """So many frames came that are no text. They say nothing, but each costs what a text does."""
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
        # A clock may be set back.
        if passed > 0:
            self._allowance = min(rate, self._allowance + passed * rate)
        self._allowed_at = now
        return self._allowance

    def _exceed(self, frames: int) -> None:
        """
        So many frames came beyond the allowance. Who goes on so is not read from until the frames are paid for: to
        answer each of them, and to read them only to find that out, would cost what the rate is there to save.
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

        @return: how many were taken. Fewer than there are: the session is paused or busy now.
        """
        raise NotImplementedError

    def take_binary(self) -> None:
        """A binary frame came, which no dialect knows."""
        raise NotImplementedError
