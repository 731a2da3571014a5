"""
Writing without a session: what users say over HTTP, and what other rooms say for a user.

It goes the way of a session's frames: the same drafts, limits and ledger. A session that is too fast waits; here the
caller is told to come again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from hichat.accounts.users import User
from hichat.core.drafts import Draft, IOrigin
from hichat.core.errors import Refused, TooManyRequests
from hichat.core.events import Event
from hichat.core.ports import IFeeder
from hichat.core.repeats import make_draft_key
from hichat.media.media import MediaUses
from hichat.pipeline.gateway import permits
from hichat.pipeline.gateway.drafting import make_draft
from hichat.pipeline.gateway.session import Inlet
from hichat.storage.store import Store
from hichat.wire import frames


class Written(NamedTuple):
    """
    What was said is durable.

    @ivar event: its event.
    @ivar duplicate: whether it was said before, under the same key; then this is the event of the first time.
    """

    event: Event
    duplicate: bool


class Writing:
    """
    Takes what users say, from callers that are no sessions.

    @param inlet: the way into the pipeline.
    @ivar media: the files that messages name.
    """

    def __init__(self, inlet: Inlet, media: MediaUses, store: Store) -> None:
        self._inlet = inlet
        self.media = media
        self._store = store

    async def write(
        self, user: User, device: int, said: frames.Counted, key: str = "", calls_all: bool = False
    ) -> Written:
        """
        Write what a user says, and wait until it is durable.

        @param device: the number of the user's device, not 0; see L{make_draft}.
        @param said: a frame, without C{ref} and C{counter}.
        @param key: an idempotency key of the user's, of any characters; empty: none.
        @param calls_all: whether it may call all members of a group without being an admin: whoever lets the user do so
            has asked an admin.
        @raise Refused: it may not be written, or cannot be; C{KeyUsed}: something else was said under the key.
        """

        def make(origin: IOrigin) -> Draft:
            draft = make_draft(said, user.id, device, self.media, origin, bool(user.app_password), user.bot)
            if calls_all:
                draft.to_all = False
            return draft

        if user.bot_pass is not None:
            await permits.ask_all(self._store, user.id, user.bot_pass, said)
        return await self.put(user, device, make, key, msgspec.json.encode(said) if key else b"")

    async def put(
        self, user: User, device: int, make: Callable[[IOrigin], Draft], key: str = "", said: bytes = b""
    ) -> Written:
        """
        Write a draft that another room makes; otherwise as L{write}.

        @param make: makes it.
        @param said: what was said, for the comparison with what was said before under the same key.
        """
        try:
            waiting = _Waiting(self._inlet)
            draft = make(waiting)
            if key:
                draft.key = make_draft_key(key.encode("utf-8", "surrogateescape"), said)
            self._count(user)
            waiting.submit(draft)
            return await waiting.answer
        except Refused as e:
            self._inlet.refused(user.id, device, e.code)
            raise

    def _count(self, user: User) -> None:
        """
        @raise TooManyRequests: the user has sent too many messages.
        """
        quota = self._inlet.bot_quota if user.bot else self._inlet.quota
        if quota is not None and not user.administrator:
            if not quota.room(user.id):
                raise TooManyRequests(quota.wait(user.id))
            quota.took(user.id, 1)
        self._inlet.metrics.messages_in += 1


@implementer(IOrigin, IFeeder)
class _Waiting:
    """
    A draft on its way into the log. If there is no room for it, it waits as sessions do, in its turn.

    @ivar answer: fires when it is durable; fails with L{Refused}.
    """

    def __init__(self, inlet: Inlet) -> None:
        self._inlet = inlet
        self._draft: Draft | None = None
        self._gone = False
        self.answer: Deferred[Written] = Deferred(self._give_up)

    def submit(self, draft: Draft) -> None:
        """Submit the draft, as soon as there is room."""
        self._draft = draft
        self.resume()

    def pause(self) -> None:
        """See L{IFeeder.pause}: it has only this draft, which waits."""

    def resume(self) -> None:
        """See L{IFeeder.resume}."""
        draft = self._draft
        if draft is not None and self._inlet.intake.admit(self):
            self._draft = None
            self._inlet.submit([draft])

    def _give_up(self, _answer: Deferred[Written]) -> None:
        """The caller is gone. What waits is not sent; the outcome of what was sent is nobody's."""
        self._draft = None
        self._gone = True

    def accepted(self, draft: Draft, event: Event, duplicate: bool) -> None:
        """See L{IOrigin.accepted}."""
        if not self._gone:
            self.answer.callback(Written(event, duplicate))

    def refused(self, draft: Draft, error: Refused) -> None:
        """See L{IOrigin.refused}."""
        if not self._gone:
            self.answer.errback(Failure(error))
