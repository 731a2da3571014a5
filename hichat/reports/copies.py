"""
What was reported, as the reporter saw it: a copy, so that an edit or a recall does not take it away. It has the names
of files, and not the files.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.users import User
from hichat.conversations import history
from hichat.core.errors import MessageRecalled, NoSuchMessage, NoSuchUser
from hichat.core.events import Event, Scope, time_of
from hichat.groups import queries
from hichat.wire import frames, view


class MessageCopy(msgspec.Struct, omit_defaults=True):
    """
    A message, as it was when it was reported.

    @ivar id: the message's id.
    @ivar author: its author's id.
    @ivar name: the author's display name.
    @ivar time: when it was sent, in milliseconds since the epoch.
    @ivar text: its text, after the last edit that the reporter saw.
    @ivar format: C{markdown}; absent: the text is plain.
    @ivar files: the names of its files; the media of one without a name.
    @ivar group: the group's id; absent: it was in no group.
    @ivar group_name: the group's name.
    @ivar user: the id of whom it was sent to, in a private chat.
    @ivar edited: when it was edited; absent: it was not.
    """

    id: int
    author: int
    name: str
    time: int
    text: str
    format: str = ""
    files: list[str] = []
    group: int = 0
    group_name: str = ""
    user: int = 0
    edited: int = 0


class PersonCopy(msgspec.Struct, omit_defaults=True):
    """
    A user, as others saw the user when the user was reported.

    @ivar id: the user's id.
    @ivar name: the name to log in with.
    @ivar display_name: the name that people see.
    @ivar bio: what the user says of oneself.
    """

    id: int
    name: str
    display_name: str
    bio: str = ""


ReportedCopy = MessageCopy | PersonCopy


def copy_of_message(connection: Connection, user: int, message: int) -> MessageCopy:
    """
    @param user: the id of the reporter.
    @param message: the message's id.
    @raise NoSuchMessage: there is none that the user may read.
    @raise MessageRecalled: it was recalled.
    """
    found = history.look_up(connection, user, message) if message else None
    if found is None:
        raise NoSuchMessage
    if not found.message.body:
        raise MessageRecalled
    author = users.find(connection, found.message.sender)
    return _copied(connection, found.message, found.edit, author)


def _copied(connection: Connection, message: Event, edit: Event | None, author: User | None) -> MessageCopy:
    shown = view.folded(history.FoldedEvents(message, edit))
    made = MessageCopy(
        id=message.position,
        author=message.sender,
        name=author.display_name if author is not None else "",
        time=time_of(message),
        text=shown.text,
        format="" if shown.format is UNSET else shown.format,
        files=_files(shown),
        edited=time_of(edit) if edit is not None else 0,
    )
    if message.scope == Scope.GROUP:
        group = queries.find(connection, message.target)
        made.group, made.group_name = message.target, group.name if group is not None else ""
    elif message.scope == Scope.USER:
        made.user = message.target
    return made


def _files(shown: frames.Folded) -> list[str]:
    first = [shown.name or shown.media] if shown.url else []
    return first + [file.name or file.media for file in shown.moreFiles]


def copy_of_person(connection: Connection, user: int) -> PersonCopy:
    """@raise NoSuchUser: there is no such user."""
    found = users.find(connection, user)
    if found is None:
        raise NoSuchUser
    return PersonCopy(found.id, found.name, found.display_name, found.bio)
