"""
Events that were brought in from another server, by L{hichat.imports}.

They stand at the end of the log, behind all that was there, and each has the time at which it happened
(L{hichat.core.events.time_of}). So whatever goes by positions is as for all events: who may see one, unread counts, the
order in a conversation. What goes by the time of a message asks here: the table C{imported} has the times of all
imported messages.

Nobody is notified of them. A client finds them in the history, as it finds what is older than its cursor; C{sync} and
open connections bring only what L{is_told} says, so that an import of a million messages reaches no phone.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from hichat.core.events import Event
from hichat.core.kinds import MEMBERSHIP
from hichat.storage.tables import imported


def is_told(event: Event, user: int) -> bool:
    """
    @param event: an imported event.
    @return: whether a user hears of it: that the user's own membership in a group begins or ends.
    """
    return event.kind in MEMBERSHIP and event.subject == user


def last_before(connection: Connection, conversation: int, time: int) -> int:
    """@return: the position of the last imported message of a conversation from before a time; 0: there is none."""
    found = select(func.max(imported.c.position)).where(imported.c.conversation == conversation, imported.c.time < time)
    return connection.scalar(found) or 0
