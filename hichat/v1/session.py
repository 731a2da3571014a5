"""A v1 connection without its I/O: is the frame well formed, how did it go."""

from __future__ import annotations

from zope.interface import implementer

from hichat.core.drafts import Draft, IOrigin
from hichat.core.errors import Language, NotAdministrator, NotText, Refused
from hichat.core.events import Event, Scope
from hichat.pipeline.gateway.session import ChatSession, Connection, Inlet
from hichat.v1 import dialect
from hichat.wire import websocket


@implementer(IOrigin)
class V1Session(ChatSession):
    """
    @param user: the authenticated user's id.
    @ivar by_app_password: whether an app password began the token's session. Then an administrator is none here.
    """

    __slots__ = ("_user", "by_app_password")

    def __init__(self, user: int, language: Language, connection: Connection, inlet: Inlet) -> None:
        super().__init__(language, connection, inlet)
        self._user = user
        self.by_app_password = False

    @property
    def user(self) -> int:
        """See L{ChatSession.user}."""
        return self._user

    def accepted(self, draft: Draft, event: Event, duplicate: bool) -> None:
        """See L{IOrigin.accepted}. v1 has no acks."""

    def refused(self, draft: Draft, error: Refused) -> None:
        """See L{IOrigin.refused}."""
        self._complain(error)

    def take(self, frames: list[bytes]) -> int:
        """See L{ChatSession.take}."""
        intake, quota, user = self.inlet.intake, self.quota, self._user
        allowed, room = int(self.allowance()), intake.room
        most = room if quota is None else min(room, quota.room(user))
        drafts: list[Draft] = []
        taken = 0
        for frame in frames:
            try:
                if taken >= allowed:
                    raise self.too_fast()
                draft = self._parse(frame)
            except Refused as e:
                self._complain(e)
            else:
                if draft is not None:
                    if len(drafts) >= most:
                        break
                    drafts.append(draft)
            taken += 1
            if self._late:
                break
        self.used(min(taken, allowed))
        if drafts:
            self.inlet.metrics.messages_in += len(drafts)
            intake.took(len(drafts))
            if quota is not None:
                quota.took(user, len(drafts))
            self.inlet.submit(drafts)
        if taken < len(frames) and not self._late:
            if quota is None or len(drafts) >= room:
                intake.hold(self)
            else:
                quota.hold(self)
        return taken

    def _parse(self, frame: bytes) -> Draft | None:
        draft = dialect.parse(frame, self._user, self)
        if self.by_app_password and draft is not None and draft.scope == Scope.EVERYONE:
            raise NotAdministrator
        return draft

    def take_binary(self) -> None:
        """See L{ChatSession.take_binary}."""
        self._complain(NotText())

    def _complain(self, error: Refused) -> None:
        self.inlet.metrics.frames_refused += 1
        self.inlet.refused(self._user, 0, error.code)
        self.connection.write_frame(websocket.text(error.text(self.language).encode()))
