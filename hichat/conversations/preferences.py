"""
What a user sets for a conversation: pinned, muted.

It is an event in the conversation with oneself, so that the user's other devices hear of it; the row changes in the
event's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, and_, delete, func, or_, select

from hichat.accounts import users
from hichat.accounts.users import User
from hichat.core.errors import NoSuchTarget, TooManyPinned, Unauthorized
from hichat.core.events import Draft, Kind, Scope
from hichat.groups import queries
from hichat.storage.tables import conversation_settings, members

if TYPE_CHECKING:
    from hichat.pipeline.ledger.gather import Appender
    from hichat.storage.store import Store

PINNED_LIMIT = 100
"""Conversations that a user has pinned."""


class Setting(msgspec.Struct, frozen=True):
    """
    What a user has set for a conversation; also the body of L{Kind.CONVERSATION_SET}, as JSON.

    @ivar scope: L{Scope.USER}, L{Scope.GROUP} or L{Scope.EVERYONE}.
    @ivar target: the other user's id, the group's, or 0.
    """

    scope: int
    target: int
    pinned: bool = False
    muted: bool = False


class Conversations:
    """What is set for conversations; for what is said in them see L{hichat.pipeline.ledger}."""

    def __init__(self, store: Store, ledger: Appender) -> None:
        self._store = store
        self._ledger = ledger

    async def setting(self, user: User, scope: Scope, target: int) -> Setting:
        """
        @return: what is set for a conversation.
        @raise NoSuchTarget: there is no such user, or the user is in no such group.
        """
        return await self._store.read(_look, user.id, scope, target)

    async def set(
        self, user: User, scope: Scope, target: int, pinned: bool | None = None, muted: bool | None = None
    ) -> Setting:
        """
        Set something for a conversation. What is set already is no event.

        @param target: the other user's id, the group's, or 0.
        @param pinned: None: as it is. So is C{muted}.
        @return: what is set now.
        @raise NoSuchTarget: there is no such user, or the user is in no such group.
        @raise TooManyPinned: L{PINNED_LIMIT} are.
        @raise Busy: or another L{Refused} of the ledger.
        """
        before = await self.setting(user, scope, target)
        after = _merged(before, pinned, muted)
        if after == before:
            return before
        changed: list[Setting] = []

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            if users.find(connection, user.id) is None:
                raise Unauthorized
            # Once more: much may have happened since. The ledger may try a batch again: the last time counts.
            changed[:] = [_merged(_look(connection, user.id, scope, target), pinned, muted)]
            _store(connection, user.id, changed[0])
            draft.body = msgspec.json.encode(changed[0])

        await self._ledger.append(
            kind=Kind.CONVERSATION_SET, scope=Scope.USER, sender=user.id, target=user.id, change=change
        )
        return changed[0]


def settings_of(
    connection: Connection, user_id: int, asked: Collection[tuple[int, int]]
) -> dict[tuple[int, int], Setting]:
    """
    @param asked: scopes and targets; at most a few hundred.
    @return: by scope and target, what a user has set, if anything.
    """
    row = conversation_settings.c
    wanted = or_(*(and_(row.scope == scope, row.target == target) for scope, target in asked))
    query = select(row.scope, row.target, row.pinned, row.muted).where(row.user_id == user_id, wanted)
    return {(found.scope, found.target): found for found in (Setting(*each) for each in connection.execute(query))}


def forget(connection: Connection, user_id: int) -> None:
    """A user is deleted: nothing is set any more."""
    connection.execute(delete(conversation_settings).where(conversation_settings.c.user_id == user_id))


def forget_group(connection: Connection, group_id: int, user_id: int | None = None) -> None:
    """
    A user is a member no more: the group is not listed any more, so what is set could not be taken back.

    @param user_id: None: nobody is a member any more.
    """
    row = conversation_settings.c
    # By the key of the table, which begins with the user.
    met = select(members.c.user_id).where(members.c.group_id == group_id)
    who = row.user_id.in_(met) if user_id is None else row.user_id == user_id
    connection.execute(delete(conversation_settings).where(who, row.scope == int(Scope.GROUP), row.target == group_id))


def _look(connection: Connection, user_id: int, scope: Scope, target: int) -> Setting:
    if scope == Scope.USER:
        # What was said with somebody whose account is deleted is still listed: it can be unpinned.
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


def _store(connection: Connection, user_id: int, setting: Setting) -> None:
    row = conversation_settings.c
    where = (row.user_id == user_id, row.scope == setting.scope, row.target == setting.target)
    connection.execute(delete(conversation_settings).where(*where))
    if setting.pinned:
        pinned = select(func.count()).where(row.user_id == user_id, row.pinned)
        if (connection.scalar(pinned) or 0) >= PINNED_LIMIT:
            raise TooManyPinned
    if setting.pinned or setting.muted:
        values = msgspec.structs.asdict(setting) | {"user_id": user_id}
        connection.execute(conversation_settings.insert().values(values))
