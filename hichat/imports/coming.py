"""
What comes of what is in an export, and what does not and why: the same, whether it is written (see
L{hichat.imports.conversations}) or only counted (see L{hichat.imports.counting}).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import NamedTuple

from msgspec import UNSET

from hichat.core.emojis import emoji_of
from hichat.core.errors import Refused
from hichat.core.events import Scope
from hichat.imports import bodies, shapes
from hichat.imports.bodies import HeldFile
from hichat.imports.report import ImportReport
from hichat.log import reading
from hichat.wire import frames


class Here(NamedTuple):
    """
    A conversation here.

    @ivar scope: as of an event.
    @ivar target: the group; of a pair the one of the two who is not C{one}; else 0.
    @ivar one: one of a pair; else 0.
    """

    scope: Scope
    target: int
    one: int = 0

    @property
    def key(self) -> reading.ConversationKey:
        """See L{reading.conversation_key}."""
        return reading.conversation_key(self.scope, self.one, self.target)

    def target_of(self, sender: int) -> int:
        """@return: the target of what this user does here."""
        if self.scope == Scope.USER:
            return self.one if sender == self.target else self.target
        return self.target


class ImportKnowledge(NamedTuple):
    """
    What the whole import knows.

    @ivar source: see L{shapes.MovedHeader}.
    @ivar people: users by their ids at the source.
    @ivar gone: those whose accounts were deleted here: they become members of nothing.
    @ivar files: by their ids at the source.
    @ivar open_url: see L{bodies.message_body}.
    """

    source: str
    people: Mapping[str, int]
    gone: Set[int]
    files: Mapping[str, HeldFile]
    open_url: Callable[[str], str]
    report: ImportReport


class ComingReaction(NamedTuple):
    """
    @ivar time: when it was given; of the message, if that is not known.
    """

    user: int
    emoji: str
    time: int


class ComingMessage(NamedTuple):
    """
    @ivar bodies: its stored forms: of a long text there are several; an empty one: there is no text any more.
    @ivar files: those in the first of them.
    """

    sender: int
    bodies: list[bytes]
    files: list[HeldFile]
    edits: list[shapes.MovedEdit]
    reactions: list[ComingReaction]


def event_key(item: shapes.MovedEvent) -> str:
    """@return: the id by which an event is known that has none."""
    return item.id or f"{item.group}/{item.kind}/{item.member}/{item.time}"


def coming_member(item: shapes.MovedEvent, told: ImportKnowledge) -> int:
    """@return: the user whose membership begins or ends; 0: the export does not have that person."""
    user = told.people.get(item.member, 0)
    if not user:
        told.report.problem("memberships do not come: the export does not have the people", item.member)
    elif item.kind == "banned":
        told.report.problem("bans do not come: who was banned is out of the group, and may come back", item.member)
    return user


def coming_message(message: shapes.MovedMessage, here: Here, told: ImportKnowledge) -> ComingMessage | None:
    """@return: what comes of a message; None: it does not come."""
    sender = told.people.get(message.from_)
    if sender is None:
        told.report.problem("messages do not come: the export does not have their authors", message.id)
        return None
    if message.recalled is not UNSET or message.expired:
        return ComingMessage(sender, [b""], [], [], [])
    held = _files(message, told)
    forms: list[bytes] = []
    for place, text in enumerate(bodies.parts_of(message.text)):
        try:
            forms.append(_form(message, text, here, sender, held if place == 0 else [], told))
        except Refused as e:
            told.report.problem(f"messages do not come: {e.text('en')}", message.id)
            return None
    edits = [each for each in message.edits if is_coming_edit(each, told.report)]
    reactions = [coming_reaction(each, message, told) for each in message.reactions]
    return ComingMessage(sender, forms, [file for _, file in held], edits, [*filter(None, reactions)])


def _form(
    message: shapes.MovedMessage,
    text: str,
    here: Here,
    sender: int,
    held: list[tuple[shapes.MovedAttachment, HeldFile]],
    told: ImportKnowledge,
) -> bytes:
    if not text and not held:
        text = "\n".join(each.name or each.id for each in message.files)
    target = here.target_of(sender)
    return bodies.message_body(message, text, sender, here.scope, target, told.people, held, told.open_url)


def _files(message: shapes.MovedMessage, told: ImportKnowledge) -> list[tuple[shapes.MovedAttachment, HeldFile]]:
    held = [(each, told.files[each.id]) for each in message.files if each.id in told.files]
    more = len(held) - frames.FILES_LIMIT
    if more > 0:
        told.report.problem("files do not come: a message has ten at most", message.id, more)
    return held[: frames.FILES_LIMIT]


def is_coming_edit(edit: shapes.MovedEdit, report: ImportReport) -> bool:
    """@return: whether an edit comes."""
    if not edit.text:
        report.problem("edits do not come: they leave no text")
    elif len(edit.text.encode()) > frames.TEXT_LIMIT:
        report.problem("edits do not come: their texts are longer than that of a message; the first text stays")
    else:
        return True
    return False


def coming_reaction(
    reaction: shapes.MovedReaction, message: shapes.MovedMessage, told: ImportKnowledge
) -> ComingReaction | None:
    """@return: what comes of a reaction; None: it does not come."""
    user, emoji = told.people.get(reaction.from_), emoji_of(reaction.emoji)
    if user is None or emoji is None:
        why = "they are no emoji here" if user is not None else "the export does not have the people"
        told.report.problem(f"reactions do not come: {why}", reaction.emoji)
        return None
    return ComingReaction(user, emoji, reaction.time or message.time)


def note_lost_answer(report: ImportReport) -> None:
    """A message answers another one that does not come."""
    report.problem("messages come without what they answer: that is not in the export")
