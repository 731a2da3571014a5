"""Announcements over HTTP, for administrators: what they write to everybody."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts.server_rights import ServerAct, ask, asking
from hichat.conversations import history
from hichat.conversations.history import FoldedEvents
from hichat.core.errors import NotAdministrator, TooLong
from hichat.core.events import Scope, time_of
from hichat.log import reading
from hichat.web.api.named import KnownUsers, NamedUser, know, named
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.api.paging import Page, Paging, cursor
from hichat.web.services import ApiServices
from hichat.wire import stored, view
from hichat.wire.frames import TEXT_LIMIT, Send

_BYTES = 4 * 1024 * 1024
"""Bytes of a page's messages."""


class AnnouncementWanted(msgspec.Struct, forbid_unknown_fields=True):
    """
    An announcement.

    @ivar text: plain text.
    """

    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LIMIT)]


class AnnouncementMade(msgspec.Struct):
    """
    An announcement that was stored.

    @ivar id: the id of the message.
    """

    id: int
    time: Time


class ShownAnnouncement(msgspec.Struct, omit_defaults=True):
    """
    An announcement as it is now.

    @ivar id: the id of the message.
    @ivar text: empty: it was taken back, or is a file only.
    @ivar format: how the text is to be read.
    @ivar edited: when it was edited; absent: it was not.
    @ivar recalled: it was taken back.
    """

    id: int
    time: Time
    by: NamedUser
    text: str
    format: Literal["markdown"] | UnsetType = UNSET
    edited: Time | UnsetType = UNSET
    recalled: bool = False


async def get_announcements(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownAnnouncement]:
    """Gives the announcements, the newest first."""
    ask(caller.user, ServerAct.ANNOUNCE)
    after = query.after(tuple[int])

    def look(connection: Connection) -> tuple[list[FoldedEvents], KnownUsers, bool]:
        key = reading.conversation_key(Scope.EVERYONE, 0, 0)
        before = after[0] if after else None
        found = history.history(connection, caller.user.id, key, before, None, query.limit, _BYTES)
        known = know(connection, {each.message.sender for each in found.messages})
        return found.messages[::-1], known, found.more

    found, known, more = await services.store.read(look)
    # A page may be cut off by its size, too.
    following = cursor((found[-1].message.position,)) if more else UNSET
    return Page([_shown(each, known) for each in found], following)


async def announce(services: ApiServices, caller: Caller, body: AnnouncementWanted) -> AnnouncementMade:
    """
    Writes to everybody. It is a message like any other: clients show it under the announcements, over v1 too. A client
    that may send the same thing again, after an answer was lost, writes over the WebSocket instead.
    """
    ask(caller.user, ServerAct.ANNOUNCE)
    user, scope = caller.user.id, Scope.EVERYONE
    message = stored.message_body(Send(text=body.text), user, scope, 0)
    check = asking(caller.user, ServerAct.ANNOUNCE)
    made = await services.conversations.write_to_all(caller.user, message, check)
    return AnnouncementMade(made.position, made.time)


def _shown(found: FoldedEvents, known: KnownUsers) -> ShownAnnouncement:
    shown = view.folded(FoldedEvents(found.message, found.edit))
    return ShownAnnouncement(
        id=shown.id,
        time=shown.time,
        by=named(found.message.sender, known),
        text=shown.text,
        format=shown.format,
        edited=time_of(found.edit) if found.edit is not None and found.message.body else UNSET,
        recalled=not found.message.body,
    )


SECTION = Section(
    "Announcements",
    "What administrators write to everybody. Everybody reads it in the conversation `announcements`.",
    (
        Operation("GET", "/admin/announcements", get_announcements, "List announcements", (NotAdministrator,)),
        Operation(
            "POST",
            "/admin/announcements",
            announce,
            "Write to everybody",
            (NotAdministrator, TooLong),
            status=201,
        ),
    ),
)
