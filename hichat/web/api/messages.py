"""Writing over HTTP: messages, copies, and what is done to messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.accounts.bot_passes import BotScope
from hichat.core.actions import SentChoice
from hichat.core.errors import (
    Blocked,
    ForwardedMessage,
    GroupArchived,
    MayNotMentionAll,
    MessageRecalled,
    Muted,
    NoSharedGroup,
    NoSuchMedia,
    NoSuchMessage,
    NoSuchTarget,
    NotAdministrator,
    NotAMember,
    NotAnEmoji,
    NotContacts,
    NotPermitted,
    NotYours,
    OnlyBotsOffer,
    SignedOut,
    TooLate,
    TooLong,
    TooManyReactions,
    TooManyStrangers,
)
from hichat.core.events import Scope
from hichat.core.kinds import Format
from hichat.web.api.conversations import ConversationPath, MessagePath, place
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.services import ApiServices
from hichat.wire import frames
from hichat.wire.frames import Actions, Concerned, FileName, Id, Media, Mentions, MessageText, SentFile, Url

if TYPE_CHECKING:
    from hichat.pipeline.gateway.writing import Written


class NewMessage(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, rename={"for_": "for"}):
    """
    A message, as C{send} of the WebSocket has it.

    @ivar text: the text; with a picture, an audio or a file, its caption.
    @ivar media: the kind of message. C{text} and C{emoji} need a C{text} or a C{url}; C{picture}, C{audio} and C{file}
        need a C{url}.
    @ivar url: of a picture, an audio or a file: the one that the upload gave (C{/v2/media/ID}), or any other.
    @ivar name: the name of a file.
    @ivar seconds: the length of an audio.
    @ivar moreFiles: further files, in their order, after the one of C{url}, which has to be an upload then, too.
    @ivar replyTo: the id of the message that this one answers, in the same conversation.
    @ivar mentions: ids of users; 0: all members of the group, which only its owner and its admins may mention.
    @ivar format: C{markdown}: the text has the signs of the subset of Markdown that C{/docs/clients} names; absent: it
        is shown as it is.
    @ivar alias: of a bot: the name and the picture under which this one message is shown.
    @ivar me: the text tells what you do, as behind C{/me}.
    @ivar actions: buttons under the message, of a bot. Who presses one calls the bot.
    @ivar choice: a choice under it, likewise.
    @ivar for_: ids of the only users who may press and choose; absent: all who see the message.
    """

    text: MessageText = ""
    media: Media = "text"
    url: Url = ""
    name: FileName = ""
    seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0
    moreFiles: Annotated[list[SentFile], Meta(max_length=frames.FILES_LIMIT - 1)] = []  # noqa: N815
    replyTo: Id | UnsetType = UNSET  # noqa: N815
    mentions: Mentions = []
    format: Format | UnsetType = UNSET
    me: bool = False
    alias: frames.Alias | UnsetType = UNSET
    actions: Actions = []
    choice: SentChoice | UnsetType = UNSET
    for_: Concerned = []


class NewCopy(msgspec.Struct, forbid_unknown_fields=True):
    """
    A message that is sent on.

    @ivar message: its id; it may be of any conversation.
    """

    message: Id


class NewText(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, rename={"for_": "for"}):
    """
    The new text of a message, with its mentions and its format, which are replaced too.

    @ivar text: the new text.
    @ivar mentions: ids of users; 0: all members of the group.
    @ivar format: C{markdown}, or absent: it is shown as it is.
    @ivar actions: the buttons from now on; absent: there are none. Likewise C{choice} and C{for}.
    @ivar choice: the choice from now on.
    @ivar for_: ids of the only users who may press and choose.
    """

    text: MessageText
    mentions: Mentions = []
    format: Format | UnsetType = UNSET
    actions: Actions = []
    choice: SentChoice | UnsetType = UNSET
    for_: Concerned = []


class NewReaction(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A reaction to a message, or the end of one.

    @ivar emoji: one emoji that Unicode recommends (RGI).
    @ivar on: false takes the reaction back.
    """

    emoji: Annotated[str, Meta(min_length=1, max_length=32)]
    on: bool = True


class StoredEvent(msgspec.Struct):
    """
    What was said is on the disk. It is an event of the conversation now.

    @ivar id: the event's id: its position in the log. That of a message is the message's.
    @ivar conversation: the conversation's number.
    @ivar seq: the event's place in the conversation: 1, 2, 3...
    @ivar duplicate: the same was said before under this C{Idempotency-Key}; all else is as it was the first time.
    """

    id: Id
    conversation: Id
    seq: Id
    time: Time
    duplicate: bool


async def send_message(
    services: ApiServices, caller: Caller, path: ConversationPath, body: NewMessage, key: str
) -> StoredEvent:
    """
    Sends a message. It is on the disk when the answer comes. With an C{Idempotency-Key} a repetition of the call sends
    nothing more and gets the first answer, however late it comes.
    """
    said = frames.Send(**_address(path.conversation), **_fields(body))
    return stored_event(await services.writing.write(caller.user, caller.device, said, key))


async def forward_message(
    services: ApiServices, caller: Caller, path: ConversationPath, body: NewCopy, key: str
) -> StoredEvent:
    """
    Sends a message that you may read on to this conversation, as it is now: its text and its files. The copy names the
    author of the first message.
    """
    said = frames.Forward(**_address(path.conversation), **_fields(body))
    return stored_event(await services.writing.write(caller.user, caller.device, said, key))


async def edit_message(
    services: ApiServices, caller: Caller, path: MessagePath, body: NewText, key: str
) -> StoredEvent:
    """Replaces the text of a message of yours, for as long as the setting C{HICHAT_EDIT_LIMIT} says."""
    said = frames.Edit(message=path.message, **_fields(body))
    return stored_event(await services.writing.write(caller.user, caller.device, said, key))


async def recall_message(services: ApiServices, caller: Caller, path: MessagePath, key: str) -> StoredEvent:
    """
    Takes a message back, and its text is gone. Senders may do so for as long as the setting C{HICHAT_EDIT_LIMIT} says,
    a group's owner and its admins at any time.
    """
    said = frames.Recall(message=path.message)
    return stored_event(await services.writing.write(caller.user, caller.device, said, key))


async def react_to_message(
    services: ApiServices, caller: Caller, path: MessagePath, body: NewReaction, key: str
) -> StoredEvent:
    """Reacts to a message, or takes a reaction back. A user may do so a hundred times a message."""
    said = frames.React(message=path.message, **_fields(body))
    return stored_event(await services.writing.write(caller.user, caller.device, said, key))


def stored_event(written: Written) -> StoredEvent:
    """@return: what the caller is told of it."""
    event = written.event
    return StoredEvent(event.position, event.conversation, event.seq, event.time, written.duplicate)


def _address(name: str) -> dict[str, Any]:
    """
    @param name: a conversation's name.
    @return: the fields of a frame that name it.
    """
    scope, target = place(name)
    if scope == Scope.EVERYONE:
        return {}
    return {"user" if scope == Scope.USER else "group": target}


def _fields(body: msgspec.Struct) -> dict[str, Any]:
    """@return: a body's fields, which a frame has under the same names."""
    return {name: getattr(body, name) for name in body.__struct_fields__}


_WRITING = (
    SignedOut,
    NoSuchTarget,
    NotAMember,
    Muted,
    GroupArchived,
    NotAdministrator,
    Blocked,
    NotContacts,
    NoSharedGroup,
    TooLong,
    NoSuchMessage,
    TooManyStrangers,
    NoSuchMedia,
)
_REVISING = (SignedOut, NoSuchMessage, MessageRecalled)
_REVISING_IN_PLACE = (*_REVISING, Muted, GroupArchived, Blocked, NotContacts, NoSharedGroup, NoSuchTarget)

SECTION = Section(
    "Messages",
    "What the WebSocket has frames for, for programs that only have HTTP. The answer comes when the message is on the "
    "disk. With the header `Idempotency-Key` each of these calls is safe to repeat, for ever: choose a new text for "
    "each message, such as a UUID, and repeat the call with it until an answer comes. Keys are those of the user: two "
    "programs of one user have to choose different ones. What was refused does not use its key up.",
    (
        Operation(
            "POST",
            "/conversations/{conversation}/messages",
            send_message,
            "Send a message",
            (*_WRITING, MayNotMentionAll, NotPermitted, OnlyBotsOffer),
            status=201,
            scope=BotScope.SEND,
        ),
        Operation(
            "POST",
            "/conversations/{conversation}/forwards",
            forward_message,
            "Forward a message",
            (*_WRITING, MessageRecalled),
            status=201,
            scope=BotScope.SEND,
        ),
        Operation(
            "PATCH",
            "/messages/{message}",
            edit_message,
            "Edit a message",
            (*_REVISING_IN_PLACE, TooLong, MayNotMentionAll, NotYours, TooLate, ForwardedMessage, OnlyBotsOffer),
            scope=BotScope.SEND,
            limits=True,
        ),
        Operation(
            "DELETE",
            "/messages/{message}",
            recall_message,
            "Recall a message",
            (*_REVISING, NotYours, TooLate),
            scope=BotScope.SEND,
            limits=True,
        ),
        Operation(
            "POST",
            "/messages/{message}/reactions",
            react_to_message,
            "React to a message",
            (*_REVISING_IN_PLACE, NotAnEmoji, TooManyReactions),
            status=201,
            scope=BotScope.SEND,
            limits=True,
        ),
    ),
)
