"""
What hooks have to deliver: pages of the log that their owners may see, read by functions of a connection.

A hook sees what its owner may see at the moment at which the page is read, and what the log has then: a message that
was taken back meanwhile is blank.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from hichat.accounts import bot_owners, users
from hichat.accounts.server_rights import SERVER_NEEDS, ServerAct
from hichat.accounts.users import User
from hichat.conversations import catchup
from hichat.core.events import IMPORTED, Event, Scope, is_imported
from hichat.core.kinds import TRAITS, V2, Heard
from hichat.groups import queries
from hichat.groups.queries import ADMINS, Group
from hichat.hooks.outgoing import records
from hichat.hooks.outgoing.records import NO_RIGHTS, OutgoingHook
from hichat.log import by_conversation, epochs, reading
from hichat.log.borders import expired
from hichat.storage.tables import conversations, events, is_of, members

HOOK_PAGE_LIMIT = 50
"""The most events in a page."""

HOOK_PAGE_SIZE = 256 * 1024
"""Bytes of bodies after which a page is full."""

DELIVERED_KINDS: Mapping[str, int] = {
    TRAITS[kind].name: kind for kind in V2 if TRAITS[kind].heard is not Heard.BY_WORKERS
}
"""The kinds of events that hooks may deliver, by name."""


class HookPage(NamedTuple):
    """
    What a hook has to deliver next.

    @ivar events: in order; none: it has delivered all up to C{position}.
    @ivar position: the position up to which the page is complete.
    @ivar expired: the positions of messages that are blank because they were too old.
    @ivar people: the senders, by id.
    @ivar groups: the groups, by id.
    @ivar epoch: of the log.
    @ivar off: why the hook may deliver nothing; empty: it may.
    """

    events: Sequence[Event]
    position: int
    expired: Collection[int] = ()
    people: Mapping[int, User | None] = {}
    groups: Mapping[int, Group | None] = {}
    epoch: str = ""
    off: str = ""


def standing(connection: Connection, hook: OutgoingHook) -> str:
    """@return: why a hook may deliver nothing; empty: its owner may see the events."""
    owner = users.find(connection, hook.owner_id)
    if owner is None or owner.disabled:
        return NO_RIGHTS
    return "" if _may_see(connection, hook, owner) else NO_RIGHTS


def _may_see(connection: Connection, hook: OutgoingHook, owner: User) -> bool:
    if hook.scope == Scope.GROUP:
        group = queries.find(connection, hook.target)
        return group is not None and queries.find_role(connection, group, owner.id) in ADMINS
    if hook.scope == Scope.USER:
        bot = users.find(connection, hook.target)
        return bot is not None and not bot.disabled and bot_owners.is_run_by(connection, hook.target, owner.id)
    return owner.role >= SERVER_NEEDS[ServerAct.ANNOUNCE]


def read_page(connection: Connection, hook: OutgoingHook, position: int) -> HookPage:
    """@param position: the hook's, which may be further than the stored one."""
    off = standing(connection, hook)
    if off:
        return HookPage((), position, off=off)
    head = reading.head(connection)
    found, reached = _visible(connection, hook, position, head)
    return _described(connection, found, reached)


def read_event(connection: Connection, hook: OutgoingHook, position: int) -> HookPage:
    """
    @param position: of an event.
    @return: a page with it alone, if the hook delivers it; else without any.
    """
    off = standing(connection, hook)
    if off:
        return HookPage((), position, off=off)
    found, _ = _visible(connection, hook, position - 1, position)
    return _described(connection, found, position)


def _described(connection: Connection, found: list[Event], reached: int) -> HookPage:
    people = users.find_many(connection, {event.sender for event in found if event.sender})
    groups = {event.target for event in found if event.scope == Scope.GROUP}
    return HookPage(
        found,
        reached,
        expired(connection, found),
        people,
        {group: queries.find(connection, group) for group in groups},
        epochs.present(connection),
    )


def _visible(connection: Connection, hook: OutgoingHook, since: int, until: int) -> tuple[list[Event], int]:
    """@return: the next events behind a position, up to another one; and the position up to which they are all."""
    if since >= until:
        return [], since
    wanted = [DELIVERED_KINDS[name] for name in hook.kinds.split()] or [*DELIVERED_KINDS.values()]
    if hook.scope == Scope.USER:
        missed = catchup.page(connection, hook.target, since, until, HOOK_PAGE_LIMIT, HOOK_PAGE_SIZE)
        mine = hook.target
        found = [event for event in missed.events if event.kind in wanted and event.sender != mine]
        return [event for event in found if not is_imported(event)], missed.position
    conversation = reading.find_conversation(connection, (hook.scope, hook.target, 0))
    if conversation is None:
        return [], until
    found, size = [], 0
    happened_here = events.c.device != IMPORTED
    rows = by_conversation.read(
        connection, conversation, is_of(wanted), happened_here, after=since, before=until + 1, limit=HOOK_PAGE_LIMIT
    )
    for event in rows:
        found.append(event)
        size += len(event.body)
        if size >= HOOK_PAGE_SIZE:
            break
    reached = found[-1].position if size >= HOOK_PAGE_SIZE or len(found) == HOOK_PAGE_LIMIT else until
    return _within(connection, hook, found), reached


def _within(connection: Connection, hook: OutgoingHook, found: list[Event]) -> list[Event]:
    """@return: the events of the times in which the owner was a member."""
    if hook.scope != Scope.GROUP or not found:
        return found
    spans = catchup.intervals(connection, hook.owner_id, hook.target)
    return [event for event in found if any(first <= event.position <= last for first, last in spans)]


class HookLook(NamedTuple):
    """
    What is new since the last look.

    @ivar head: the position of the last event.
    @ivar revisions: see L{records.revisions}.
    @ivar fresh: the hooks that were not known, or not so.
    @ivar due: the numbers of the known hooks in whose conversations something has happened.
    """

    head: int
    revisions: Mapping[int, int]
    fresh: Sequence[OutgoingHook]
    due: Collection[int]


Places = Mapping[tuple[int, int], Collection[int]]
"""The numbers of hooks by their scope and target."""


def look(connection: Connection, since: int, known: Mapping[int, int], places: Places) -> HookLook:
    """
    Look which hooks have something to do. It reads no body, and nothing of the log if there are no hooks.

    @param since: the head of the last look.
    @param known: the revisions of the known hooks.
    @param places: where these are.
    """
    head = reading.head(connection)
    present = records.revisions(connection)
    fresh = [number for number, revision in present.items() if known.get(number) != revision]
    due = _due(connection, since, head, places) if places and since < head else set()
    return HookLook(head, present, records.hooks_by_id(connection, fresh), due)


def _due(connection: Connection, since: int, head: int, places: Places) -> set[int]:
    moved = select(events.c.conversation).where(events.c.position > since, events.c.position <= head).distinct()
    row = conversations.c
    found = connection.execute(select(row.scope, row.first, row.second).where(row.id.in_(moved))).all()
    bots = {target for scope, target in places if scope == Scope.USER}
    due: set[tuple[int, int]] = set()
    groups = []
    for scope, first, second in found:
        if scope == Scope.GROUP:
            due.add((scope, first))
            groups.append(first)
        elif scope == Scope.USER:
            due.update((scope, each) for each in (first, second) if each in bots)
        elif scope == Scope.EVERYONE:
            due.add((scope, 0))
            due.update((Scope.USER, bot) for bot in bots)
    if bots:
        due.update((Scope.USER, bot) for bot in _members_among(connection, bots, groups))
    return {number for place in due for number in places.get(place, ())}


def _members_among(connection: Connection, bots: Collection[int], groups: Sequence[int]) -> set[Any]:
    found: set[Any] = set()
    for first in range(0, len(groups), 500):
        some = members.c.group_id.in_(groups[first : first + 500]), members.c.user_id.in_(bots)
        found.update(connection.scalars(select(members.c.user_id).where(*some).distinct()))
    return found
