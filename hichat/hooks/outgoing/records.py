"""The rows of outgoing hooks: queries of a connection, for L{hichat.storage.store.Store}."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from hichat.core.errors import NoSuchOutgoingHook, TooManyHooks
from hichat.core.events import Scope
from hichat.log import reading
from hichat.storage.tables import hook_deliveries, outgoing_hooks

HOOKS_LIMIT = 20
"""The most hooks of one group, of one bot, and of the announcements."""

DELIVERIES_KEPT = 100
"""The last deliveries of each hook that are kept."""

HOOK_ON = ""
BY_HAND = "by_hand"
"""Somebody has switched it off."""
HOOK_GONE = "gone"
"""The receiver has said that it wants no more (410)."""
FAILING = "failing"
"""For days no delivery has come through."""
NO_RIGHTS = "no_rights"
"""Its owner may not see these events any more."""
NO_SECRET = "no_secret"  # noqa: S105
"""Its secret was sealed by another key."""


class OutgoingHook(msgspec.Struct, frozen=True):
    """
    An outgoing hook.

    @ivar mark: random; its secrets are sealed for it.
    @ivar owner_id: the user whose rights it has.
    @ivar scope: of which events: L{Scope.USER}: all that a bot gets; L{Scope.GROUP}; L{Scope.EVERYONE}.
    @ivar target: the bot, the group, or 0.
    @ivar kinds: the names of the kinds of events, with blanks between them; empty: all.
    @ivar secret: sealed; so is C{old_secret}, which is good until C{old_until}.
    @ivar position: the last event of the log that was delivered, or is not to be.
    @ivar failing_since: since when the deliveries of the next event fail; None: they do not.
    @ivar tries: how often it was tried.
    @ivar next_at: when it is tried next. All times are milliseconds since the epoch.
    @ivar off: why it is switched off; L{HOOK_ON}: it is not.
    @ivar revision: grows with each change by people.
    """

    id: int
    mark: str
    owner_id: int
    scope: int
    target: int
    name: str
    url: str
    kinds: str
    secret: bytes
    old_secret: bytes | None
    old_until: int
    position: int
    failing_since: int | None
    tries: int
    next_at: int
    off: str
    revision: int
    created_at: int


class Delivery(msgspec.Struct, frozen=True):
    """
    The last try of a delivery.

    @ivar position: of the event.
    @ivar kind: its name.
    @ivar at: when, in milliseconds since the epoch.
    @ivar took: milliseconds.
    @ivar tries: how often it was tried.
    @ivar status: of HTTP; 0: there was no answer.
    @ivar trouble: why there was none; empty: there was one.
    @ivar answer: the beginning of the answer's body.
    """

    position: int
    kind: str
    at: int
    took: int
    tries: int
    status: int
    trouble: str
    answer: str

    @property
    def is_good(self) -> bool:
        """Whether the receiver has taken it."""
        return 200 <= self.status < 300


class HookProgress(msgspec.Struct, frozen=True):
    """
    How far a hook is, as the process that delivers knows it.

    @ivar last: those of its last deliveries that are not stored yet, in order.
    """

    id: int
    revision: int
    position: int
    failing_since: int | None
    tries: int
    next_at: int
    last: Sequence[Delivery] = ()


_ROW = [outgoing_hooks.c[name] for name in OutgoingHook.__struct_fields__]


def _found(connection: Connection, *conditions: ColumnElement[bool]) -> list[OutgoingHook]:
    query = select(*_ROW).where(*conditions).order_by(outgoing_hooks.c.id)
    return [OutgoingHook(*row) for row in connection.execute(query)]


def find_hook(connection: Connection, hook_id: int) -> OutgoingHook | None:
    """@return: the hook; None: there is none."""
    found = _found(connection, outgoing_hooks.c.id == hook_id)
    return found[0] if found else None


def get_hook(connection: Connection, hook_id: int) -> OutgoingHook:
    """
    @return: the hook.
    @raise NoSuchOutgoingHook: there is none.
    """
    found = find_hook(connection, hook_id)
    if found is None:
        raise NoSuchOutgoingHook
    return found


def hooks_of(connection: Connection, scope: int, target: int) -> list[OutgoingHook]:
    """@return: the hooks of a bot, a group, or the announcements, the oldest first."""
    return _found(connection, outgoing_hooks.c.scope == scope, outgoing_hooks.c.target == target)


def hooks_owned(connection: Connection, owner_id: int) -> list[OutgoingHook]:
    """@return: the hooks that have a user's rights."""
    return _found(connection, outgoing_hooks.c.owner_id == owner_id)


def all_hooks(connection: Connection) -> list[OutgoingHook]:
    """@return: all hooks."""
    return _found(connection)


def add_hook(connection: Connection, values: Mapping[str, Any]) -> OutgoingHook:
    """
    Make a hook, which begins behind the last event of the log.

    @raise TooManyHooks: there are as many as may be.
    """
    if len(hooks_of(connection, values["scope"], values["target"])) >= HOOKS_LIMIT:
        raise TooManyHooks
    made = connection.execute(insert(outgoing_hooks).values(position=reading.head(connection), **values))
    (number,) = made.inserted_primary_key or (0,)
    return get_hook(connection, number)


def change_hook(connection: Connection, hook_id: int, values: Mapping[str, Any]) -> OutgoingHook:
    """Change columns of a hook, by hand. What failed before counts no more."""
    anew = {"tries": 0, "failing_since": None, "next_at": 0, "revision": outgoing_hooks.c.revision + 1}
    connection.execute(update(outgoing_hooks).where(outgoing_hooks.c.id == hook_id).values(**anew, **values))
    return get_hook(connection, hook_id)


def remove_hooks(connection: Connection, hook_ids: Collection[int]) -> None:
    """Remove hooks, and what there is of their deliveries."""
    connection.execute(delete(hook_deliveries).where(hook_deliveries.c.hook_id.in_(hook_ids)))
    connection.execute(delete(outgoing_hooks).where(outgoing_hooks.c.id.in_(hook_ids)))


def forget_hooks(connection: Connection, user_id: int) -> None:
    """An account is deleted: remove its hooks, and those of the bot that it was."""
    row = outgoing_hooks.c
    own = or_(row.owner_id == user_id, (row.scope == Scope.USER) & (row.target == user_id))
    remove_hooks(connection, [*connection.scalars(select(row.id).where(own))])


def count_hooks(connection: Connection) -> dict[str, int]:
    """@return: how many hooks there are, by C{off}."""
    query = select(outgoing_hooks.c.off, func.count().label("found")).group_by(outgoing_hooks.c.off)
    return {row.off: row.found for row in connection.execute(query)}


def revisions(connection: Connection) -> dict[int, int]:
    """@return: of the hooks that are on: their revisions, by number."""
    query = select(outgoing_hooks.c.id, outgoing_hooks.c.revision).where(outgoing_hooks.c.off == HOOK_ON)
    return {row.id: row.revision for row in connection.execute(query)}


def hooks_by_id(connection: Connection, hook_ids: Collection[int]) -> list[OutgoingHook]:
    """@return: those of them that are on; in order."""
    found: list[OutgoingHook] = []
    wanted = sorted(hook_ids)
    for first in range(0, len(wanted), 500):
        some = outgoing_hooks.c.id.in_(wanted[first : first + 500])
        found += _found(connection, some, outgoing_hooks.c.off == HOOK_ON)
    return found


def save(connection: Connection, progress: Sequence[HookProgress]) -> None:
    """
    Store how far hooks are. A hook never goes back: another process may have taken over meanwhile. What failed is left
    as it is if somebody has changed the hook. What the log does not have any more, because it was put back, was not
    delivered.
    """
    row, head = outgoing_hooks.c, reading.head(connection)
    for each in progress:
        this = row.id == each.id
        if each.position > head or find_hook(connection, each.id) is None:
            continue
        connection.execute(
            update(outgoing_hooks).where(this, row.position < each.position).values(position=each.position)
        )
        failed = {"failing_since": each.failing_since, "tries": each.tries, "next_at": each.next_at}
        connection.execute(update(outgoing_hooks).where(this, row.revision == each.revision).values(**failed))
        add_deliveries(connection, each.id, each.last)


def add_deliveries(connection: Connection, hook_id: int, last: Sequence[Delivery]) -> None:
    """Store deliveries, in place of the oldest ones. Another try of the last one takes its own place."""
    row = hook_deliveries.c
    if not last:
        return
    newest = connection.execute(
        select(row.slot, row.position).where(row.hook_id == hook_id).order_by(row.at.desc(), row.slot.desc()).limit(1)
    ).first()
    slot, position = (newest.slot, newest.position) if newest else (-1, 0)
    for each in last[-DELIVERIES_KEPT:]:
        if each.position != position:
            slot, position = (slot + 1) % DELIVERIES_KEPT, each.position
        connection.execute(delete(hook_deliveries).where(row.hook_id == hook_id, row.slot == slot))
        connection.execute(insert(hook_deliveries).values(hook_id=hook_id, slot=slot, **msgspec.structs.asdict(each)))


def deliveries_of(connection: Connection, hook_id: int) -> list[Delivery]:
    """@return: the last deliveries, the newest first."""
    row = hook_deliveries.c
    query = select(*(row[name] for name in Delivery.__struct_fields__)).where(row.hook_id == hook_id)
    return [Delivery(*found) for found in connection.execute(query.order_by(row.at.desc(), row.position.desc()))]


def switch_off(connection: Connection, hook_id: int, revision: int, why: str, position: int) -> bool:
    """
    Switch a hook off, unless somebody has changed it meanwhile.

    @param position: how far it is.
    @return: whether it is off now by this.
    """
    row = outgoing_hooks.c
    this = row.id == hook_id, row.revision == revision, row.off == HOOK_ON
    changed = connection.execute(update(outgoing_hooks).where(*this).values(off=why)).rowcount
    connection.execute(
        update(outgoing_hooks).where(row.id == hook_id, row.position < position).values(position=position)
    )
    return bool(changed)
