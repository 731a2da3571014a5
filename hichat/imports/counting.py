"""Counts what would come of a conversation, for a dry run. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from sqlalchemy import Connection

from hichat.core.events import Scope
from hichat.core.kinds import BEGINNINGS, ENDINGS, Kind
from hichat.groups import queries
from hichat.imports import known, shapes
from hichat.imports.coming import Here, ImportKnowledge, coming_member, coming_message, event_key, note_lost_answer
from hichat.imports.conversations import KINDS, MovedItem


class CountedConversation:
    """
    A conversation of which much would come; it is looked at in parts.

    @param here: the conversation. A group or a user that does not exist yet has an id below 0.
    """

    def __init__(self, here: Here) -> None:
        self._here = here
        self._members: set[int] | None = None
        # The ids of what would have come, hashed: there may be a million.
        self._came: set[int] = set()

    def count(self, connection: Connection, items: Sequence[MovedItem], told: ImportKnowledge) -> None:
        """Count the next part."""
        if self._members is None:
            is_there = self._here.scope == Scope.GROUP and self._here.target > 0
            self._members = queries.members(connection, self._here.target) if is_there else set()
        messages = [each for each in items if isinstance(each, shapes.MovedMessage)]
        happened = [each for each in items if isinstance(each, shapes.MovedEvent)]
        wanted = {each.id for each in messages} | {each.replyTo for each in messages if each.replyTo}
        found = known.find(connection, told.source, "message", wanted)
        events = known.find(connection, told.source, "event", [event_key(each) for each in happened])
        for item in items:
            if isinstance(item, shapes.MovedEvent):
                if event_key(item) not in events:
                    self._happened(item, self._members, told)
            elif item.id in found:
                told.report.known["messages"] += 1
            elif hash(item.id) not in self._came:
                self._message(item, item.replyTo in found, told)

    def _happened(self, item: shapes.MovedEvent, members: set[int], told: ImportKnowledge) -> None:
        kind = KINDS[item.kind]
        user = coming_member(item, told) if kind != Kind.CHANGED else 0
        if not user or (user in members) is (kind in BEGINNINGS):
            return
        if kind in ENDINGS:
            members.discard(user)
        elif user not in told.gone:
            members.add(user)
            told.report.counts["memberships"] += 1

    def _message(self, message: shapes.MovedMessage, answers_known: bool, told: ImportKnowledge) -> None:
        coming = coming_message(message, self._here, told)
        if coming is None:
            return
        if message.replyTo and not answers_known and hash(message.replyTo) not in self._came:
            note_lost_answer(told.report)
        self._came.add(hash(message.id))
        counts = told.report.counts
        counts["messages"] += 1
        counts["edits"] += len(coming.edits)
        counts["reactions"] += len(coming.reactions)
        counts["pins"] += message.pinned is not UNSET and coming.bodies != [b""]
