"""Saved messages over HTTP."""

from __future__ import annotations

import msgspec

from hichat.core.errors import MessageRecalled, NoSuchMessage, TooManySaved
from hichat.core.events import MAX_SAFE_INTEGER, Scope
from hichat.web.api.conversations import ConversationName, name_of
from hichat.web.api.operation import Caller, Operation, Section
from hichat.web.api.paging import Page, Paging
from hichat.web.services import ApiServices
from hichat.wire import view
from hichat.wire.frames import Folded, Id


class ShownSaved(msgspec.Struct):
    """
    A message that you have saved.

    @ivar message: the message as it is now; it may have been recalled.
    @ivar conversation: the name of its conversation.
    """

    message: Folded
    conversation: ConversationName


class SavedPath(msgspec.Struct, forbid_unknown_fields=True):
    """
    The address of a saved message.

    @ivar message: the message's id.
    """

    message: Id


async def get_saved(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownSaved]:
    """
    Gives the messages that you have saved, those that you saved last first. Messages that you may not read any more
    are left out, so a page may have fewer than C{limit}.
    """
    after = query.after(tuple[int])
    before = after[0] if after else MAX_SAFE_INTEGER
    found = await services.conversations.saved.listed(caller.user, before, query.limit + 1)
    page = query.page(found, lambda kept: (kept.place,))
    shown: list[ShownSaved] = []
    for kept in page.items:
        if kept.message is not None:
            event = kept.message.message
            other = event.sender if event.scope == Scope.USER and event.target == caller.user.id else event.target
            shown.append(ShownSaved(view.folded(kept.message), name_of(event.scope, other)))
    return Page(shown, page.next)


async def save_message(services: ApiServices, caller: Caller, path: SavedPath) -> None:
    """Saves a message that you may read, for yourself. Only your other devices get an event."""
    await services.conversations.saved.save(caller.user, path.message)


async def remove_saved(services: ApiServices, caller: Caller, path: SavedPath) -> None:
    """Takes a message out of your saved ones. Only your other devices get an event."""
    await services.conversations.saved.remove(caller.user, path.message)


SECTION = Section(
    "Saved messages",
    "Messages that you want to find again. Nobody else sees which they are.",
    (
        Operation("GET", "/saved", get_saved, "List your saved messages"),
        Operation(
            "PUT",
            "/saved/{message}",
            save_message,
            "Save a message",
            (NoSuchMessage, MessageRecalled, TooManySaved),
        ),
        Operation("DELETE", "/saved/{message}", remove_saved, "Remove a saved message"),
    ),
)
