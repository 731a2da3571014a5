"""
A user's settings for a conversation: pinned, muted, archived and the like.

A change is an event in the user's conversation with oneself, so that the user's other devices get it. The row changes
in the event's transaction. No message changes a row: that a conversation is archived or hidden, or marked as unread, is
stored with a position of the log, and is over as soon as something new was said or read behind that position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from hichat.accounts import guests, users
from hichat.accounts.conversation_settings import Setting, keep, settings_of
from hichat.accounts.users import User
from hichat.conversations import marks
from hichat.conversations.pins import Pins
from hichat.conversations.saved import Saved
from hichat.core.drafts import Draft
from hichat.core.errors import NoSuchTarget, Unauthorized
from hichat.core.events import MAX_SAFE_INTEGER, Event, Notify, Scope
from hichat.core.kinds import MESSAGES, Kind
from hichat.groups import queries
from hichat.log import by_conversation, reading
from hichat.storage.tables import is_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hichat.accounts.server_rights import RightsCheck
    from hichat.core.drafts import Appender
    from hichat.storage.store import Store


class SettingChanges(TypedDict, total=False):
    """
    The settings to change; absent ones keep their value. C{muted} is short for C{notify} and C{muted_until}: true is
    C{none}; false ends both. The archive has no pinned conversations, and none is hidden: the last wish counts.
    """

    pinned: bool
    muted: bool
    archived: bool
    hidden: bool
    notify: Notify
    muted_until: int
    unread_from: int


class Conversations:
    """
    Users' settings for conversations.

    @param now: gives the time of day, in milliseconds since the epoch.
    @ivar pins: the pinned messages of conversations.
    @ivar saved: the messages that users have saved.
    """

    def __init__(self, store: Store, ledger: Appender, now: Callable[[], int]) -> None:
        self._store = store
        self._ledger = ledger
        self.now = now
        self.pins = Pins(store, ledger)
        self.saved = Saved(store, ledger)

    async def write_to_all(self, user: User, body: bytes, check: RightsCheck) -> Event:
        """
        Write an announcement.

        @param body: its stored form.
        @param check: checks in its transaction that the user may still do that.
        @return: the message.
        @raise Refused: by the ledger, such as L{NotAdministrator}.
        """

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            check(connection)

        return await self._ledger.append(
            kind=Kind.MESSAGE, scope=Scope.EVERYONE, sender=user.id, target=0, body=body, change=change
        )

    async def setting(self, user: User, scope: Scope, target: int) -> Setting:
        """
        @return: the settings of a conversation.
        @raise NoSuchTarget: there is no such user, or the user is in no such group.
        """
        return await self._store.read(_look, user.id, scope, target, self.now())

    async def set(self, user: User, scope: Scope, target: int, **changes: Unpack[SettingChanges]) -> Setting:
        """
        Change the settings of a conversation. If nothing changes, there is no event.

        @param target: the other user's id, the group's, or 0.
        @return: the settings now.
        @raise NoSuchTarget: there is no such user, or the user is in no such group.
        @raise TooManyPinned: L{PINNED_LIMIT} conversations are pinned already.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        before = await self.setting(user, scope, target)
        if _changed(before, changes, MAX_SAFE_INTEGER) == before:
            return before
        changed: list[Setting] = []

        def change(connection: Connection, draft: Draft, position: int) -> None:
            if users.find(connection, user.id) is None:
                raise Unauthorized
            # Read again: the settings may have changed since. The ledger may try a batch again: the last try counts.
            now = self.now()
            after = _changed(_look(connection, user.id, scope, target, now), changes, position)
            # An end of a mute may end more: what was said in an archived conversation brings it back now.
            changed[:] = [_without_past(connection, user.id, after, now)]
            keep(connection, user.id, changed[0])
            draft.body = msgspec.json.encode(changed[0])

        await self._ledger.append(
            kind=Kind.CONVERSATION_SET, scope=Scope.USER, sender=user.id, target=user.id, change=change
        )
        return changed[0]


def _look(connection: Connection, user_id: int, scope: Scope, target: int, now: int) -> Setting:
    if scope == Scope.USER:
        # A conversation with a deleted user is still listed, so it can be unpinned.
        exists = users.find(connection, target) is not None or users.existed(connection, target)
        known = exists and guests.sees(connection, user_id, target)
    elif scope == Scope.GROUP:
        group = queries.find(connection, target)
        known = group is not None and queries.find_role(connection, group, user_id) is not None
    else:
        known = True
    if not known:
        raise NoSuchTarget
    found = settings_of(connection, user_id, [(scope, target)]).get((scope, target), Setting(int(scope), target))
    return _without_past(connection, user_id, found, now)


def _without_past(connection: Connection, user_id: int, setting: Setting, now: int) -> Setting:
    """@return: the setting without what is over: by a new message, by a mark, or by the time."""
    if setting.muted_until and setting.muted_until <= now:
        setting = replace(setting, muted_until=0)
    if not (setting.archived or setting.hidden or setting.unread_at):
        return setting
    key = reading.conversation_key(Scope(setting.scope), user_id, setting.target)
    conversation = reading.find_conversation(connection, key)
    if conversation is None:
        return setting
    since = min(filter(None, (setting.archived, setting.hidden)), default=MAX_SAFE_INTEGER)
    newest = [*by_conversation.read(connection, conversation, is_of(MESSAGES), after=since, newest=True)]
    last = newest[0].position if newest else 0
    if last > setting.archived and not setting.is_quiet(now):
        setting = replace(setting, archived=0)
    if last > setting.hidden:
        setting = replace(setting, hidden=0)
    if marks.read_up_to(connection, conversation, user_id) >= setting.unread_at:
        setting = replace(setting, unread_from=0, unread_at=0)
    return setting


def _changed(setting: Setting, changes: SettingChanges, position: int) -> Setting:
    """@param position: that of the event."""
    if (muted := changes.get("muted")) is not None:
        setting = replace(setting, muted=muted, muted_until=setting.muted_until if muted else 0)
    if (notify := changes.get("notify")) is not None:
        setting = replace(setting, muted=notify == "none", mentions_only=notify == "mentions")
    if (until := changes.get("muted_until")) is not None:
        setting = replace(setting, muted_until=until)
    for name in ("archived", "hidden"):
        wanted = changes.get(name)
        if wanted is not None and bool(wanted) != bool(getattr(setting, name)):
            setting = replace(setting, **{name: position if wanted else 0})
        if wanted:
            setting = replace(setting, pinned=False)
    if (pinned := changes.get("pinned")) is not None:
        away = {"archived": 0, "hidden": 0} if pinned else {}
        setting = replace(setting, pinned=pinned, **away)
    if (unread := changes.get("unread_from")) is not None and unread != setting.unread_from:
        setting = replace(setting, unread_from=unread, unread_at=position if unread else 0)
    return setting
