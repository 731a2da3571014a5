"""
A user's settings for a conversation: pinned, muted.

A change is an event in the user's conversation with oneself, so that the user's other devices get it. The row changes
in the event's transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.conversation_settings import Setting, keep, settings_of
from hichat.accounts.users import User
from hichat.core.drafts import Draft
from hichat.core.errors import NoSuchTarget, Unauthorized
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.groups import queries

if TYPE_CHECKING:
    from hichat.core.drafts import Appender
    from hichat.storage.store import Store


class Conversations:
    """Users' settings for conversations."""

    def __init__(self, store: Store, ledger: Appender) -> None:
        self._store = store
        self._ledger = ledger

    async def setting(self, user: User, scope: Scope, target: int) -> Setting:
        """
        @return: the settings of a conversation.
        @raise NoSuchTarget: there is no such user, or the user is in no such group.
        """
        return await self._store.read(_look, user.id, scope, target)

    async def set(
        self, user: User, scope: Scope, target: int, pinned: bool | None = None, muted: bool | None = None
    ) -> Setting:
        """
        Change the settings of a conversation. If nothing changes, there is no event.

        @param target: the other user's id, the group's, or 0.
        @param pinned: None keeps the present value.
        @param muted: None keeps the present value.
        @return: the settings now.
        @raise NoSuchTarget: there is no such user, or the user is in no such group.
        @raise TooManyPinned: L{PINNED_LIMIT} conversations are pinned already.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        before = await self.setting(user, scope, target)
        after = _merged(before, pinned, muted)
        if after == before:
            return before
        changed: list[Setting] = []

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            if users.find(connection, user.id) is None:
                raise Unauthorized
            # Read again: the settings may have changed since. The ledger may try a batch again: the last try counts.
            changed[:] = [_merged(_look(connection, user.id, scope, target), pinned, muted)]
            keep(connection, user.id, changed[0])
            draft.body = msgspec.json.encode(changed[0])

        await self._ledger.append(
            kind=Kind.CONVERSATION_SET, scope=Scope.USER, sender=user.id, target=user.id, change=change
        )
        return changed[0]


def _look(connection: Connection, user_id: int, scope: Scope, target: int) -> Setting:
    if scope == Scope.USER:
        # A conversation with a deleted user is still listed, so it can be unpinned.
        known = users.find(connection, target) is not None or users.existed(connection, target)
    elif scope == Scope.GROUP:
        group = queries.find(connection, target)
        known = group is not None and queries.find_role(connection, group, user_id) is not None
    else:
        known = True
    if not known:
        raise NoSuchTarget
    return settings_of(connection, user_id, [(scope, target)]).get((scope, target), Setting(int(scope), target))


def _merged(setting: Setting, pinned: bool | None, muted: bool | None) -> Setting:
    return Setting(
        setting.scope,
        setting.target,
        setting.pinned if pinned is None else pinned,
        setting.muted if muted is None else muted,
    )
