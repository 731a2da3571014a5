"""Users' settings for conversations: functions of a connection, for L{hichat.storage.store.Store}."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, and_, delete, func, or_, select

from hichat.core.errors import TooManyPinned
from hichat.core.events import Notify, Scope
from hichat.storage.tables import conversation_settings, members

PINNED_LIMIT = 100
"""The most conversations that a user may pin."""


class Setting(msgspec.Struct, frozen=True):
    """
    A user's settings for a conversation; also the body of L{Kind.CONVERSATION_SET}, as JSON.

    @ivar scope: L{Scope.USER}, L{Scope.GROUP} or L{Scope.EVERYONE}.
    @ivar target: the other user's id, the group's, or 0.
    @ivar muted: no message makes a notification.
    @ivar archived: a position: a message behind it takes the conversation out of the archive; 0: it is not archived.
    @ivar hidden: a position: a message behind it lists the conversation again; 0: it is not hidden.
    @ivar mentions_only: unless it is muted, only mentions of the user make a notification.
    @ivar muted_until: until this time it is muted, too: milliseconds since the epoch; 0: not for a time.
    @ivar unread_from: the message from which on the user has marked it as unread; 0: the user has not.
    @ivar unread_at: the position at which the user has marked it so. Who has read something behind it has read all.
    """

    scope: int
    target: int
    pinned: bool = False
    muted: bool = False
    archived: int = 0
    hidden: int = 0
    mentions_only: bool = False
    muted_until: int = 0
    unread_from: int = 0
    unread_at: int = 0

    @property
    def notify(self) -> Notify:
        """The messages that make a notification, but for a mute for a time."""
        if self.muted:
            return "none"
        return "mentions" if self.mentions_only else "all"

    def is_quiet(self, now: int) -> bool:
        """
        @param now: milliseconds since the epoch.
        @return: whether no message makes a notification now.
        """
        return self.muted or self.muted_until > now


def settings_of(
    connection: Connection, user_id: int, asked: Collection[tuple[int, int]]
) -> dict[tuple[int, int], Setting]:
    """
    @param asked: scopes and targets; at most a few hundred.
    @return: the user's settings by scope and target, for conversations that have any.
    """
    row = conversation_settings.c
    wanted = or_(*(and_(row.scope == scope, row.target == target) for scope, target in asked))
    query = select(*_COLUMNS).where(row.user_id == user_id, wanted)
    return {(found.scope, found.target): found for found in (Setting(*each) for each in connection.execute(query))}


_COLUMNS = [conversation_settings.c[name] for name in Setting.__struct_fields__]


def forget(connection: Connection, user_id: int) -> None:
    """A user is deleted: remove the user's settings."""
    connection.execute(delete(conversation_settings).where(conversation_settings.c.user_id == user_id))


def forget_group(connection: Connection, group_id: int, user_id: int | None = None) -> None:
    """
    A user is not a member any more: remove the settings, because the group is not listed any more, so the user could
    not change them.

    @param user_id: the user; None: all members.
    """
    row = conversation_settings.c
    # The key of the table begins with the user: so the condition names users.
    met = select(members.c.user_id).where(members.c.group_id == group_id)
    who = row.user_id.in_(met) if user_id is None else row.user_id == user_id
    connection.execute(delete(conversation_settings).where(who, row.scope == int(Scope.GROUP), row.target == group_id))


def keep(connection: Connection, user_id: int, setting: Setting) -> None:
    """
    Store a user's settings for a conversation.

    @raise TooManyPinned: L{PINNED_LIMIT} conversations are pinned already.
    """
    row = conversation_settings.c
    where = (row.user_id == user_id, row.scope == setting.scope, row.target == setting.target)
    connection.execute(delete(conversation_settings).where(*where))
    if setting.pinned:
        pinned = select(func.count()).where(row.user_id == user_id, row.pinned)
        if (connection.scalar(pinned) or 0) >= PINNED_LIMIT:
            raise TooManyPinned
    if setting != Setting(setting.scope, setting.target):
        values = msgspec.structs.asdict(setting) | {"user_id": user_id}
        connection.execute(conversation_settings.insert().values(values))
