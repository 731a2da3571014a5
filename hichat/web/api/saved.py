"""Saved messages over HTTP."""

from __future__ import annotations

from hichat.core.errors import MessageRecalled, NoSuchMessage, TooManySaved
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.web.api.conversations import MessagePath, PlacedMessage, placed
from hichat.web.api.operation import Caller, Operation, Section
from hichat.web.api.paging import Page, Paging
from hichat.web.services import ApiServices


async def get_saved(services: ApiServices, caller: Caller, query: Paging) -> Page[PlacedMessage]:
    """
    Gives the messages that you have saved, those that you saved last first. Messages that you may not read any more
    are left out, so a page may have fewer than C{limit}.
    """
    after = query.after(tuple[int])
    before = after[0] if after else MAX_SAFE_INTEGER
    found = await services.conversations.saved.listed(caller.user, before, query.limit + 1)
    page = query.page(found, lambda kept: (kept.place,))
    shown = [placed(caller.user, kept.message) for kept in page.items if kept.message is not None]
    return Page(shown, page.next)


async def save_message(services: ApiServices, caller: Caller, path: MessagePath) -> None:
    """Saves a message that you may read, for yourself. Only your other devices get an event."""
    await services.conversations.saved.save(caller.user, path.message)


async def remove_saved(services: ApiServices, caller: Caller, path: MessagePath) -> None:
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
