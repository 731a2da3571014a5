"""
Converts events and messages of the log to the frames of v2 in L{hichat.wire.frames}.

The kind of an event defines the meanings of its subject and its body, and from these follow the fields of the frame:
see L{hichat.core.kinds.TRAITS}.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from hichat.accounts.conversation_settings import Setting
from hichat.conversations import history
from hichat.core.emojis import spelt
from hichat.core.events import MAX_SAFE_INTEGER, Event, JoinPolicy, Scope, time_of
from hichat.core.kinds import TRAITS, V2, About, Body, Kind, PersonBody, Traits
from hichat.core.markdown import plain
from hichat.media.addresses import PREFIX
from hichat.media.names import without_hidden
from hichat.wire import calls, frames, stored


class _Changed(msgspec.Struct):
    """The body of a group's change: columns of the store, with their new values."""

    name: str | UnsetType = UNSET
    image: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    join_policy: JoinPolicy | UnsetType = UNSET


_CHANGED = msgspec.json.Decoder(_Changed)
_SETTING = msgspec.json.Decoder(Setting)
_PERSON = msgspec.json.Decoder(PersonBody)


def live(event: Event) -> frames.EventFrame | None:
    """@return: the frame of an event; None: v2 does not show events of this kind."""
    shown: frames.EventFrame | None = _show(frames.EventFrame, event)
    return shown


def happened(event: Event, expired: bool = False) -> frames.Happened | None:
    """
    @param expired: whether it is a message that is blank because it was too old.
    @return: an event as an item of a page; None: v2 does not show events of this kind.
    """
    shown: frames.Happened | None = _show(frames.Happened, event)
    if shown is not None:
        shown.expired = expired
    return shown


def folded(found: history.FoldedEvents) -> frames.Folded:
    """@return: a message with its last edit and its reactions."""
    message = found.message
    shown = _present(message, found.edit)
    reactions: dict[str, list[int]] = {}
    for (user, emoji), event in found.reactions.items() if message.body else ():
        if event.body.startswith(stored.ON):
            reactions.setdefault(emoji.decode(), []).append(user)
    return frames.Folded(
        id=message.position,
        conversation=message.conversation,
        seq=message.seq,
        n=message.n,
        time=time_of(message),
        from_=message.sender,
        **place_of(message.scope, message.target),
        **({"media": "text", "text": ""} | shown),
        expired=found.expired,
        reactions=[frames.Reaction(emoji, users) for emoji, users in reactions.items()],
    )


def said(message: Event, edit: Event | None) -> tuple[str, str, set[str]]:
    """
    @return: the text, and the names and media of the files, that L{folded} would give for a message, in much less time.
        A text in Markdown is without its signs.
    """
    shown = _present(message, edit)
    text = shown.get("text", "")
    if shown.get("format", UNSET) is not UNSET:
        text = plain(text)
    more: list[frames.File] = shown.get("moreFiles", [])
    names = [shown.get("name", ""), *(file.name for file in more)]
    return text, " ".join(filter(None, names)), {shown.get("media", "text"), *(file.media for file in more)}


def mentioned(message: Event, edit: Event | None) -> Sequence[int]:
    """@return: the users whom a message mentions now; 0: all members of its group."""
    if message.scope != Scope.GROUP:
        return ()
    if edit is not None:
        return stored.read_edit(edit).mentions if message.body else ()
    # Few messages have any: those are not read.
    has_any = message.body and b'"mentions"' in message.body
    return stored.read_message(message).mentions if has_any else ()


def signal(event: Event) -> msgspec.Struct:
    """@return: the frame of a signal: typing, marks, or a person's names."""
    if event.kind == Kind.PERSON:
        person = _PERSON.decode(event.body)
        return frames.PersonFrame(
            from_=event.sender,
            name=person.name,
            displayName=person.displayName,
            avatar=person.avatar,
            away=person.away,
        )
    place = place_of(event.scope, event.target)
    if event.kind == Kind.TYPING:
        return frames.TypingFrame(from_=event.sender, **place)
    received, read = map(int, event.body.split())
    return frames.Receipt(from_=event.sender, received=received, read=read, **place)


def place_of(scope: int, target: int) -> dict[str, Any]:
    """@return: the fields that name a conversation in a frame."""
    if scope == Scope.USER:
        return {"user": target}
    return {"group": target} if scope == Scope.GROUP else {}


def _show(make: Any, event: Event) -> Any:
    shown = _SHOWN.get(event.kind)
    if shown is None:
        return None
    name, tell = shown
    return make(
        id=event.position,
        conversation=event.conversation,
        seq=event.seq,
        n=event.n,
        time=time_of(event),
        kind=name,
        from_=event.sender,
        **place_of(event.scope, event.target),
        **tell(event),
    )


# A message


def _content(event: Event) -> dict[str, Any]:
    """@return: the fields of a message's content."""
    if not event.body:
        return {"recalled": True}
    body = stored.read_message(event)
    content: dict[str, Any] = {"media": stored.MEDIA.get(body.Media, "text"), "text": body.Content}
    if body.Url:
        content |= {"media": "file", "url": body.Url, "text": "" if body.Content == body.Url else body.Content}
    elif body.url:
        content["url"] = body.url
    if body.mediaId:
        content["url"] = f"{PREFIX}{body.mediaId}"
    if body.Desc:
        content["name"] = without_hidden(body.Desc)
    if body.amount:
        content["seconds"] = body.amount
    if body.offers:
        content |= {"text": body.text, "actions": body.actions, "choice": body.choice, "for_": body.for_}
    if body.more:
        content["text"] = body.text
        content["moreFiles"] = [_file(each) for each in body.more]
    if body.mentions:
        content["mentions"] = body.mentions
    if event.subject:
        content["replyTo"] = event.subject
    _add_manner(content, body)
    return content


def _add_manner(content: dict[str, Any], body: stored.StoredMessage) -> None:
    """Add the fields of how a message is shown, and of whom it is."""
    if body.format:
        content["format"] = body.format
    if body.alias is not UNSET:
        content["alias"] = body.alias
    if body.me:
        content["me"] = True
    if body.called is not UNSET:
        content["called"] = frames.Called(body.called.id, body.called.by, body.called.command)
    if body.forwardedFrom:
        content["forwardedFrom"] = body.forwardedFrom


def _file(file: stored.AttachedFile) -> frames.File:
    name = file.name and without_hidden(file.name)
    return frames.File(media=file.media, url=f"{PREFIX}{file.id}", name=name, seconds=file.seconds)


def _present(message: Event, edit: Event | None) -> dict[str, Any]:
    """@return: the fields of a message's content after its last edit."""
    shown = _content(message)
    if edit is not None and message.body:
        changed = stored.read_edit(edit)
        shown |= {
            "text": changed.text,
            "mentions": changed.mentions,
            "format": changed.format,
            "edited": time_of(edit),
        }
        if "actions" in shown or changed.actions is not UNSET or changed.choice is not UNSET:
            shown |= {"actions": changed.actions or [], "choice": changed.choice, "for_": changed.for_ or []}
    return shown


# Other events: the fields that follow from the subject, and from the body


def _nothing(_event: Event) -> dict[str, Any]:
    return {}


def _message(event: Event) -> dict[str, Any]:
    return {"message": event.subject}


def _member(event: Event) -> dict[str, Any]:
    return {"member": event.subject} if event.subject else {}


def _contact(event: Event) -> dict[str, Any]:
    return {"contact": event.subject}


def _answered(event: Event) -> dict[str, Any]:
    """@return: an answer for one user alone."""
    if not event.body:
        return {"called": frames.Called(event.subject)}
    said = calls.read_answer(event.body)
    group = said.group or UNSET
    return {
        "text": said.text,
        "format": said.format,
        "actions": said.actions,
        "choice": said.choice,
        "called": frames.Called(event.subject, command=said.command, group=group),
    }


_OF_SUBJECT: dict[About, Callable[[Event], dict[str, Any]]] = {
    About.NOTHING: _nothing,
    About.MESSAGE: _message,
    About.MEMBER: _member,
    About.CONTACT: _contact,
    About.SAVED: _message,
    About.CALL: _nothing,
}


def _reaction(event: Event) -> dict[str, Any]:
    if not event.body:
        # For clients that do not know the field "recalled": C{on} says that there is no reaction.
        return {"on": False, "recalled": True}
    return {"emoji": spelt(event.body)[1:].decode(), "on": event.body.startswith(stored.ON)}


def _size(event: Event) -> dict[str, Any]:
    return {"size": int(event.body)}


def _changes(event: Event) -> dict[str, Any]:
    changed = _CHANGED.decode(event.body)
    return {"changed": frames.GroupChange(changed.name, changed.image, changed.description, changed.join_policy)}


def _role(event: Event) -> dict[str, Any]:
    return {"role": event.body.decode()}


def _until(event: Event) -> dict[str, Any]:
    until = int(event.body)
    return {"until": until} if until < MAX_SAFE_INTEGER else {}


def _text(event: Event) -> dict[str, Any]:
    return {"text": event.body.decode()} if event.body else {}


def _remark(event: Event) -> dict[str, Any]:
    return {"remark": event.body.decode()}


def _setting(event: Event) -> dict[str, Any]:
    setting = _SETTING.decode(event.body)
    place = place_of(setting.scope, setting.target)
    return {
        "settings": frames.Settings(
            **place,
            pinned=setting.pinned,
            muted=setting.is_quiet(event.time),
            archived=setting.archived > 0,
            hidden=setting.hidden > 0,
            notify=setting.notify,
            mutedUntil=setting.muted_until or UNSET,
            unreadFrom=setting.unread_from or UNSET,
        )
    }


def _call(event: Event) -> dict[str, Any]:
    if not event.body:
        return {"recalled": True}
    said = calls.read_call(event.body)
    group = said.group or UNSET
    called = frames.Called(UNSET, UNSET, said.command, said.arguments, said.action, said.value, group)
    return {"called": called}


_OF_BODY: dict[Body, Callable[[Event], dict[str, Any]]] = {
    Body.NOTHING: _nothing,
    Body.REACTION: _reaction,
    Body.SIZE: _size,
    Body.CHANGES: _changes,
    Body.ROLE: _role,
    Body.UNTIL: _until,
    Body.TEXT: _text,
    Body.REMARK: _remark,
    Body.SETTING: _setting,
    Body.CALL: _call,
    Body.ANSWER: _answered,
}


def _of_struct(traits: Traits, struct: type[msgspec.Struct]) -> Callable[[Event], dict[str, Any]]:
    decoder = msgspec.json.Decoder(struct)

    def tell(event: Event) -> dict[str, Any]:
        if not event.body and traits.blanked:
            return {"recalled": True}
        return asdict(decoder.decode(event.body))

    return tell


def _teller(traits: Traits) -> Callable[[Event], dict[str, Any]]:
    """@return: a function that gives the fields of an event of this kind, beside those that all kinds have."""
    if traits.body is Body.MESSAGE:
        return _content
    of_subject = _OF_SUBJECT[traits.about]
    of_body = _OF_BODY[traits.body] if isinstance(traits.body, Body) else _of_struct(traits, traits.body)
    return lambda event: of_subject(event) | of_body(event)


_SHOWN = {kind: (TRAITS[kind].name, _teller(TRAITS[kind])) for kind in V2}
"""The kinds that v2 shows: the name of each, and the function that gives its fields."""
