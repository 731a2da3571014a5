"""C{hichat trace}: why a message did not arrive. It shows who said what to whom and when, but no text."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from hichat.accounts import devices, users
from hichat.admin.administration import now, open_store
from hichat.admin.arguments import command, message_id, moment, settings_of
from hichat.admin.audit import line_of, named
from hichat.audit import entries
from hichat.audit.connections import (
    ConnectionRecord,
    RefusedFrames,
    connections_of,
    next_connection,
    refused_frames,
)
from hichat.audit.entries import Entry, Wanted
from hichat.core.errors import StartError
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import Kind
from hichat.groups import queries
from hichat.log import reading
from hichat.log.borders import expired
from hichat.storage.tables import events, marks
from hichat.wire.frames import Close

RECIPIENTS_LIMIT = 200
"""The most recipients of a message that are shown."""

LINES_LIMIT = 1000
"""The most connections, messages, refusals and entries of a user that are shown, of each the newest."""

TRACED_BY_DEFAULT = 24 * 3600 * 1000
"""Milliseconds."""


class TracedRecipient(msgspec.Struct, omit_defaults=True):
    """
    A recipient of a message.

    @ivar state: C{read}; C{received}; C{not received}; C{not confirmed}: the user was connected over v1, which confirms
        nothing; C{left since}: the user has left the group.
    @ivar online: the connections that were open when the message was stored.
    @ivar next: without any, the first one after that.
    """

    user: int
    name: str
    state: str
    online: list[ConnectionRecord] = []
    next: ConnectionRecord | None = None


class TracedMessage(msgspec.Struct, omit_defaults=True):
    """
    A message.

    @ivar number: its number in the conversation.
    @ivar counter: the client's own number of it; 0: it has none.
    @ivar recalled: when it was taken back.
    @ivar expired: nobody took it back, but its text is gone: it was older than messages are kept.
    @ivar more: recipients that are left out.
    """

    message: int
    stored: int
    number: int
    sender: int
    name: str
    recipients: list[TracedRecipient]
    device: int = 0
    counter: int = 0
    group: int = 0
    recalled: int = 0
    expired: bool = False
    more: int = 0


class TracedUser(msgspec.Struct):
    """
    What a user did since a time, the oldest first.

    @ivar sent: events of the log that the user made: position, time, kind, and to whom.
    """

    user: int
    connections: list[ConnectionRecord]
    sent: list[dict[str, Any]]
    refused: list[RefusedFrames]
    audit: list[Entry]


def add_trace_command(commands: Any) -> None:
    """Add the command."""
    text = "find out why a message did not arrive: when it was stored, who was connected then, who has received it"
    found = command(commands, "trace", text, _trace, named=False)
    found.add_argument("message", nargs="?", type=message_id, metavar="MESSAGE", help="its id")
    found.add_argument("--user", metavar="NAME", help="instead: a user's connections, messages and refused frames")
    text = "with --user: since then, as in hichat audit [default: 1d]"
    found.add_argument("--since", type=moment, default=0, metavar="WHEN", help=text)
    found.add_argument("--json", action="store_true", help="print one JSON object")
    found.set_defaults(misused=found.error)


def _trace(options: argparse.Namespace) -> int:
    if (options.message is None) == (options.user is None):
        options.misused("name either a message's id or a --user")
    store = open_store(settings_of(options), make=False)
    with store.snapshot() as connection:
        found: TracedMessage | TracedUser
        if options.message is not None:
            found = trace_message(connection, options.message)
            lines = _lines_of_message(found, connection)
        else:
            found = trace_user(connection, options.user, options.since or now() - TRACED_BY_DEFAULT)
            lines = _lines_of_user(found)
    print(msgspec.json.encode(found).decode() if options.json else "\n".join(lines))
    return 0


# Looking


def trace_message(connection: Connection, message: int) -> TracedMessage:
    """@raise StartError: there is none."""
    event = reading.find(connection, message) if 0 < message <= MAX_SAFE_INTEGER else None
    if event is None or event.kind != Kind.MESSAGE:
        raise StartError(f"hichat: there is no message {message}")
    recalls = [each for each in reading.done_to(connection, [message]) if each.kind == Kind.RECALLED]
    recipients, left = _recipients(connection, event)
    shown = sorted(recipients)[:RECIPIENTS_LIMIT]
    names = _names(connection, [event.sender, *shown])
    return TracedMessage(
        message=event.position,
        stored=event.time,
        number=event.seq,
        sender=event.sender,
        name=names.get(event.sender, ""),
        device=max(0, event.device),
        counter=max(0, event.counter),
        group=event.target if event.scope == Scope.GROUP else 0,
        recalled=recalls[0].time if recalls else 0,
        expired=not recalls and bool(expired(connection, [event])),
        recipients=[_recipient(connection, event, user, names.get(user, ""), user in left) for user in shown],
        more=len(recipients) - len(shown),
    )


def _recipients(connection: Connection, event: Event) -> tuple[set[int], set[int]]:
    """@return: all for whom the message was, and those of them who have left the group since."""
    if event.scope == Scope.USER:
        return {event.target}, set()
    if event.scope == Scope.GROUP:
        there = queries.members_at(connection, event.target, event.position) - {event.sender}
        return there, there - queries.members(connection, event.target)
    return {each.id for each in users.everyone(connection) if each.created_at <= event.time} - {event.sender}, set()


def _recipient(connection: Connection, event: Event, user: int, name: str, left: bool) -> TracedRecipient:
    mine = (marks.c.conversation == event.conversation) & (marks.c.user_id == user)
    mark = connection.execute(select(marks.c.received, marks.c.read).where(mine)).first()
    online = connections_of(connection, user, event.time, event.time, LINES_LIMIT)
    if mark is not None and mark.received >= event.position:
        state = "read" if mark.read >= event.position else "received"
    elif left:
        state = "left since"
    else:
        over_v1 = bool(online) and all(record.dialect == "v1" for record in online)
        state = "not confirmed" if over_v1 else "not received"
    return TracedRecipient(user, name, state, online, None if online else next_connection(connection, user, event.time))


def trace_user(connection: Connection, name: str, since: int) -> TracedUser:
    """
    @param since: in milliseconds since the epoch.
    @raise NoSuchUser: see L{named}.
    """
    user = named(connection, name)
    c = events.c
    own = select(c.position, c.time, c.kind, c.scope, c.target, c.subject, c.device, c.counter).where(
        c.sender == user, c.position > reading.before_time(connection, since)
    )
    sent = connection.execute(own.order_by(c.position.desc()).limit(LINES_LIMIT)).all()[::-1]
    found = entries.newest(connection, Wanted(user=user, since=since), LINES_LIMIT)
    return TracedUser(
        user=user,
        connections=connections_of(connection, user, since, now(), LINES_LIMIT),
        sent=[_shown(row) for row in sent],
        refused=refused_frames(connection, user, since, LINES_LIMIT),
        audit=found,
    )


def _shown(row: Any) -> dict[str, Any]:
    shown = {**row._mapping, "kind": Kind(row.kind).name.lower(), "scope": Scope(row.scope).name.lower()}
    return {name: value for name, value in shown.items() if value != 0}


def _names(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    return {id: user.name for id, user in users.find_many(connection, ids).items() if user is not None}


# Showing


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000):%Y-%m-%d %H:%M:%S}"


def _of_user(user: int, name: str) -> str:
    return f"{name} (user {user})" if name else f"user {user}"


def _lines_of_message(found: TracedMessage, connection: Connection) -> list[str]:
    device = devices.find_by_id(connection, found.sender, found.device) if found.device else None
    by = f", with device {device.name if device else found.device}" if found.device else ""
    lines = [
        f"message {found.message} of {_of_user(found.sender, found.name)}{by}",
        f"stored {_time(found.stored)} as number {found.number} of its conversation",
    ]
    if found.group:
        group = queries.find(connection, found.group)
        lines.append(f"in group {group.name if group else found.group}")
    if found.recalled:
        lines.append(f"taken back {_time(found.recalled)}")
    if found.expired:
        lines.append("not kept any more: it was older than messages are kept")
    for each in found.recipients:
        lines.append(f"{_of_user(each.user, each.name)}: {each.state}")
        lines += [f"\tconnected then: {_connection(record)}" for record in each.online]
        if not each.online:
            after = f"; next {_connection(each.next)}" if each.next else ""
            lines.append(f"\tnot connected then, or there is no record of it{after}")
    if found.more:
        lines.append(f"and {found.more} more")
    return lines


def _connection(record: ConnectionRecord) -> str:
    where = "" if record.node is None else f" at daemon {record.node}"
    end = f" to {_time(record.closed)}, {_reason(record.code)}" if record.closed else ", no end is recorded"
    return f"{record.dialect}, device {record.device}, from {record.address}{where}, {_time(record.opened)}{end}"


def _reason(code: int | None) -> str:
    if code is None:
        return "without a Close frame"
    with suppress(ValueError):
        return f"{code} {Close(code).name.lower().replace('_', ' ')}"
    return str(code)


def _lines_of_user(found: TracedUser) -> list[str]:
    lines = [(record.opened, f"connected\t{_connection(record)}") for record in found.connections]
    lines += [
        (record.closed, f"closed\tdevice {record.device}, {_reason(record.code)}")
        for record in found.connections
        if record.closed is not None
    ]
    for sent in found.sent:
        to = f" to {sent['scope']} {sent['target']}" if "target" in sent else ""
        on = f" on {sent['subject']}" if "subject" in sent else ""
        lines.append((sent["time"], f"stored\t{sent['kind']} {sent['position']}{to}{on}"))
    lines += [(each.at, f"refused\t{each.count} frames of device {each.device}: {each.code}") for each in found.refused]
    lines += [(entry.at, f"audit\t{line_of(entry, {}).partition(chr(9))[2]}") for entry in found.audit]
    return [f"{_time(at)}\t{text}" for at, text in sorted(lines)]
