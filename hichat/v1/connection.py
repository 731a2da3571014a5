"""A v1 connection: the WebSocket side of L{hichat.v1.session}."""

from __future__ import annotations

from typing import TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hichat.core.errors import Language, SignedOut
from hichat.core.events import Event
from hichat.pipeline.gateway.connection import ChatProtocol
from hichat.pipeline.gateway.roster import wants_own
from hichat.pipeline.routing.delivery import Met
from hichat.v1 import dialect
from hichat.v1.session import V1Session
from hichat.v1.words import GREETING
from hichat.wire import closing, websocket
from hichat.wire.frames import Close

T = TypeVar("T")


class V1Protocol(ChatProtocol):
    """
    A v1 connection. L{admit} comes before anything else.
    """

    encode = staticmethod(dialect.encode)
    _arriving: Deferred[None] | None = None
    _met: Met | None = None

    def admit(self, user: int, generation: int, met: Met, language: Language, bound: int = 0, login: int = 0) -> None:
        """
        @param user: the id of the user who was authenticated for this connection.
        @param generation: the generation of the token.
        @param met: routing's knowledge of the user.
        @param language: the language of the server's sentences.
        @param bound: the number of the device that the token belongs to.
        @param login: the number of the token's session.
        """
        self.session = V1Session(user, language, self, self.factory.inlet)
        if met.arrived.administrator:
            self.session.quota = None
        self.session.by_app_password = met.arrived.by_app_password
        self._user = user
        self.generation = generation
        self.bound = bound
        self.login = login
        self._met = met

    def opened(self) -> None:
        """Greet and listen."""
        arriving = self._arriving = Deferred.fromCoroutine(self._arrive())
        # Else each idle connection would keep a Deferred that has fired.
        arriving.addBoth(self._has_arrived)
        arriving.addErrback(self._not_arrived)

    async def _arrive(self) -> None:
        met, self._met = self._met, None
        token = {"login": self.login, "bound": self.bound}
        await self.factory.routing.arrive(self._user, self.generation, self._listen, met=met, **token)

    def _listen(self, _position: int, missed: list[Event]) -> bool:
        if not self.may_send:
            return False
        if self.factory.roster.is_full(self._user):
            # It was not when the request came; then it would not have got this far.
            self.close(Close.TOO_MANY, closing.TOO_MANY)
            return False
        self.write_frame(websocket.text(GREETING.encode()))
        self.factory.roster.admit(self._user, self)
        self.factory.roster.enter(self._user, self)
        self.factory.presence.show(self._user)
        for event in missed:
            frame = dialect.encode(event) if event.sender != self._user or wants_own(event, self.number) else None
            if frame is not None:
                self.deliver(frame)
        # It may have been too slow for all that.
        return self.may_send

    def _has_arrived(self, result: T) -> T:
        self._arriving = None
        return result

    def _not_arrived(self, failure: Failure) -> None:
        if failure.check(SignedOut):
            self.sign_out()
        elif not failure.check(CancelledError):
            self._logger.failure("user {user} could not be admitted", failure, user=self._user)
            self.close(Close.TROUBLE, closing.LATER)

    def left(self) -> None:
        """See L{ChatProtocol.left}."""
        if self._arriving is not None:
            self._arriving.cancel()
        roster = self.factory.roster
        roster.dismiss(self._user, self)
        if roster.listens(self._user, self):
            last = roster.leave(self._user, self)
            # While routing still knows whom the user has blocked: they must not hear of this.
            self.factory.presence.hide(self._user)
            if last:
                self.factory.routing.leave(self._user)
