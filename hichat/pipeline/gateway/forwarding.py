"""
Forwarding: a message becomes a copy of another one, which the sender names by its id.

The copy is made in the transaction that writes the message, as the use of an uploaded file is entered: so nothing can
happen to the original between the look at it and the commit, and messages that are no copies cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from hichat.conversations import history
from hichat.core.drafts import Draft, group_of
from hichat.core.errors import MessageRecalled, NoSuchMessage
from hichat.core.kinds import EDITS
from hichat.media import records
from hichat.storage.tables import is_of
from hichat.wire import stored


def copy_of(message: int) -> Callable[[Connection, Draft, int], None]:
    """
    @param message: the id of the original.
    @return: a change for the new message's own transaction, which takes the content from the original; see
        L{Draft.change}. It raises L{NoSuchMessage} if the sender may not read the original, L{MessageRecalled}, or
        L{NoSuchMedia} if a file of it is gone.
    """
    return partial(_copy, message)


def _copy(message: int, connection: Connection, draft: Draft, position: int) -> None:
    original = history.look_up(connection, draft.sender, message, is_of(EDITS))
    if original is None:
        raise NoSuchMessage
    if not original.message.body:
        raise MessageRecalled
    draft.body, media_ids = stored.forwarded(original.message, original.edit, draft.body)
    if media_ids:
        records.use(connection, draft.sender, media_ids, position, group_of(draft))
