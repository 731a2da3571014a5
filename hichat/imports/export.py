"""
Writes a whole server as lines: see L{hichat.imports.shapes}. Beside them are the files.

The conversations come in the order of their last events, each as it was at one position of the log. It is read in
steps, each in a snapshot of its own: so a daemon may be at work, and it takes little memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection, or_, select

from hichat.accounts.roles import ROLE, ServerRole
from hichat.core.events import ALL, Event, Scope, time_of
from hichat.core.kinds import EDITS, MESSAGES, Kind
from hichat.imports import shapes
from hichat.imports.bodies import EVERYBODY
from hichat.imports.conversations import KINDS
from hichat.log import by_conversation, epochs, reading
from hichat.log.borders import expired
from hichat.media import records
from hichat.media.addresses import OPEN_PREFIX, Addresses
from hichat.media.names import without_hidden
from hichat.storage.store import Store
from hichat.storage.tables import (
    IS_FOLDED,
    conversations,
    events,
    groups,
    is_of,
    mail_addresses,
    members,
    pins,
    users,
)
from hichat.wire import stored

EXPORTED_AT_ONCE = 500
"""Events that are read at once."""

_WORDS = {int(kind): word for word, kind in KINDS.items()}
_WANTED = is_of({*MESSAGES, *_WORDS})
_ENCODER = msgspec.json.Encoder()


class ServerExport:
    """
    One export.

    @param write: writes a line.
    @param step: called with the number of messages that were written.
    @ivar files: by the id of each file that was named: its path in the export.
    """

    def __init__(
        self,
        store: Store,
        addresses: Addresses,
        write: Callable[[bytes], object],
        now: int,
        step: Callable[[int], object] = lambda count: None,
    ) -> None:
        self._store, self._addresses, self._write, self._now, self._step = store, addresses, write, now, step
        self._lines = 0
        self.messages = 0
        self.files: dict[str, str] = {}

    def run(self) -> None:
        """Write all lines."""
        with self._store.snapshot() as connection:
            until = reading.head(connection)
            self._put(shapes.MovedHeader(shapes.MOVED_VERSION, source_of(connection), self._now))
            people = [*_people(connection, self._pictures)]
            those = [*_groups(connection, self._pictures)]
            places = _places(connection, until)
        for person in people:
            self._put(person)
        for group in those:
            self._put(group)
        with self._store.snapshot() as connection:
            for id in filter(None, (*(each.avatar for each in people), *(each.image for each in those))):
                self._put_file(connection, id)
        for conversation, place in places:
            self._conversation(conversation, place, until)
        self._write(_ENCODER.encode(shapes.MovedEnd(self._lines)) + b"\n")

    def _put(self, line: shapes.MovedLine) -> None:
        self._write(_ENCODER.encode(line) + b"\n")
        self._lines += 1

    def _pictures(self, url: str) -> str:
        """@return: the id of the file of a picture; empty: it is none of this server."""
        return self._addresses.opened_by(url.removeprefix(OPEN_PREFIX)) or "" if url.startswith(OPEN_PREFIX) else ""

    def _put_file(self, connection: Connection, id: str) -> None:
        if id in self.files:
            return
        found = records.find(connection, id)
        if found is None:
            return
        self.files[id] = f"files/{id}"
        self._put(
            shapes.MovedFile(id=id, name=found.name, owner=str(found.owner_id), path=self.files[id], size=found.size)
        )

    def _conversation(self, conversation: int, place: shapes.MovedPlace, until: int) -> None:
        at = 0
        while True:
            with self._store.snapshot() as connection:
                found = [
                    *by_conversation.read(
                        connection, conversation, _WANTED, after=at, before=until + 1, limit=EXPORTED_AT_ONCE
                    )
                ]
                if not found:
                    return
                said = [event for event in found if event.kind in MESSAGES]
                done = _Done(connection, conversation, [event.position for event in said], until)
                too_old = expired(connection, said)
                for event in found:
                    if event.kind in MESSAGES:
                        line = self._message(event, done, place, event.position in too_old)
                        for file in line.files:
                            self._put_file(connection, file.id)
                        self._put(line)
                    else:
                        self._put(_happened(event, place))
            at = found[-1].position
            self.messages += len(said)
            self._step(len(said))

    def _message(self, event: Event, done: _Done, place: shapes.MovedPlace, too_old: bool) -> shapes.MovedMessage:
        made = shapes.MovedMessage(
            id=str(event.position),
            from_=str(event.sender),
            time=time_of(event),
            group=place.group,
            people=place.people,
            replyTo=str(event.subject) if event.subject else "",
        )
        if not event.body:
            recall = done.recalls.get(event.position)
            if recall is not None:
                made.recalled = shapes.MovedAct(str(recall.sender), time_of(recall))
            else:
                made.expired = True
            return made
        self._fill(made, stored.read_message(event))
        made.edits = [_edit(each) for each in done.edits.get(event.position, ())]
        made.reactions = [
            shapes.MovedReaction(each.body[1:].decode(), str(each.sender), time_of(each))
            for each in done.reactions(event.position)
        ]
        pin = done.pins.get(event.position)
        if pin is not None:
            made.pinned = shapes.MovedAct(str(pin.sender), time_of(pin))
        return made

    def _fill(self, made: shapes.MovedMessage, body: stored.StoredMessage) -> None:
        """Fill in the content of a message."""
        made.text = body.Content[: body.length] if body.more else body.Content
        made.format, made.me = body.format, body.me
        made.alias = "" if isinstance(body.alias, UnsetType) else body.alias.name
        made.mentions = [EVERYBODY if each == ALL else str(each) for each in body.mentions]
        made.forwardedFrom = str(body.forwardedFrom) if body.forwardedFrom else ""
        url = body.Url or body.url
        if body.Url and made.text == body.Url:
            made.text = ""
        id = body.mediaId or self._pictures(url)
        name = without_hidden(body.Desc) if body.Desc else ""
        media = "file" if body.Url else stored.MEDIA.get(body.Media, "text")
        if id:
            shown = media if media in ("audio", "picture") else "file"
            first = shapes.MovedAttachment(id, shown, name, body.amount)
            made.files = [
                first,
                *(shapes.MovedAttachment(each.id, each.media, each.name, each.seconds) for each in body.more),
            ]
        else:
            made.url, made.name, made.seconds, made.media = url, name, body.amount, media


class _Done:
    """What was done to messages: edits, recalls, reactions and pins."""

    def __init__(self, connection: Connection, conversation: int, positions: Sequence[int], until: int) -> None:
        self.edits: dict[int, list[Event]] = {}
        self.recalls: dict[int, Event] = {}
        self._reactions: dict[int, dict[tuple[int, bytes], Event]] = {}
        query = select(events).where(events.c.subject.in_(positions), IS_FOLDED, events.c.position <= until)
        for row in connection.execute(query.order_by(events.c.position)) if positions else ():
            event = Event(*row)
            if event.kind in EDITS:
                self.edits.setdefault(event.subject, []).append(event)
            elif event.kind == Kind.RECALLED:
                self.recalls[event.subject] = event
            elif event.kind == Kind.REACTED and event.body:
                last = self._reactions.setdefault(event.subject, {})
                last.pop((event.sender, event.body[1:]), None)
                last[event.sender, event.body[1:]] = event
        by = select(pins.c.position, *events.c).join(events, events.c.position == pins.c.place)
        found = by.where(pins.c.conversation == conversation, pins.c.position.in_(positions), pins.c.place <= until)
        self.pins = {row[0]: Event(*row[1:]) for row in connection.execute(found)} if positions else {}

    def reactions(self, position: int) -> Iterator[Event]:
        """@return: the reactions to a message that were not taken back, in order."""
        for event in self._reactions.get(position, {}).values():
            if event.body.startswith(stored.ON):
                yield event


def _edit(event: Event) -> shapes.MovedEdit:
    read = stored.read_edit(event)
    mentions = [EVERYBODY if each == ALL else str(each) for each in read.mentions]
    return shapes.MovedEdit(time_of(event), read.text, mentions, read.format)


def _happened(event: Event, place: shapes.MovedPlace) -> shapes.MovedEvent:
    word: Any = _WORDS[event.kind]
    made = shapes.MovedEvent(kind=word, time=time_of(event), group=place.group, from_=str(event.sender))
    made.member = str(event.subject) if event.subject else ""
    if event.kind == Kind.CHANGED:
        changed = json.loads(event.body)
        # The picture that it had then may be gone.
        made.changed = {name: str(value) for name, value in changed.items() if name != "image"}
    return made


def source_of(connection: Connection) -> str:
    """@return: the name of this store, the same for ever: that of its first epoch."""
    return f"hichat:{epochs.first_name(connection)}"


def _people(connection: Connection, picture: Callable[[str], str]) -> Iterator[shapes.MovedPerson]:
    row = users.c
    query = select(users, ROLE.label("now"), mail_addresses.c.address).outerjoin(
        mail_addresses, mail_addresses.c.user_id == row.id
    )
    for found in connection.execute(query.order_by(row.id)).mappings():
        if found["deleted_at"] is not None:
            yield shapes.MovedPerson(id=str(found["id"]), created=found["created_at"], deleted=True)
            continue
        shown = found["display_name"]
        yield shapes.MovedPerson(
            id=str(found["id"]),
            name=found["name"],
            displayName=shown if shown != found["name"] else "",
            created=found["created_at"],
            role=ServerRole(found["now"]).word,
            disabled=bool(found["disabled"]),
            bot=bool(found["bot"]),
            email=found["address"] or found["email"],
            verified=found["address"] is not None,
            phone=found["phone"],
            bio=found["bio"],
            gender=found["gender"],
            avatar=picture(found["avatar"]),
        )


def _groups(connection: Connection, picture: Callable[[str], str]) -> Iterator[shapes.MovedGroup]:
    admins: dict[int, list[str]] = {}
    row = members.c
    query = select(row.group_id, row.user_id).where(row.until.is_(None), row.admin)
    for group, user in connection.execute(query.order_by(row.group_id, row.user_id)):
        admins.setdefault(group, []).append(str(user))
    for found in connection.execute(
        select(groups).where(groups.c.deleted_at.is_(None)).order_by(groups.c.id)
    ).mappings():
        yield shapes.MovedGroup(
            id=str(found["id"]),
            name=found["name"],
            created=found["created_at"],
            owner=str(found["owner_id"]),
            admins=[each for each in admins.get(found["id"], ()) if each != str(found["owner_id"])],
            description=found["description"],
            image=picture(found["image"]),
            policy=found["join_policy"],
            archived=UNSET if found["archived_at"] is None else found["archived_at"],
        )


def _places(connection: Connection, until: int) -> list[tuple[int, shapes.MovedPlace]]:
    """@return: the conversations, in the order of their last messages: as lists of conversations have them."""
    row = conversations.c
    live = select(groups.c.id).where(groups.c.deleted_at.is_(None))
    query = select(row.id, row.scope, row.first, row.second).where(
        or_(row.scope.in_((int(Scope.USER), int(Scope.EVERYONE))), row.first.in_(live))
    )
    found: list[tuple[int, int, shapes.MovedPlace]] = []
    for id, scope, first, second in connection.execute(query).all():
        last = next(by_conversation.read(connection, id, _WANTED, before=until + 1, newest=True), None)
        if last is None or scope not in (Scope.USER, Scope.GROUP, Scope.EVERYONE):
            continue
        place = shapes.MovedPlace()
        if scope == Scope.USER:
            place = shapes.MovedPlace(people=[str(first), str(second)])
        elif scope == Scope.GROUP:
            place = shapes.MovedPlace(group=str(first))
        found.append((last.position, id, place))
    return [(id, place) for _, id, place in sorted(found, key=lambda each: each[0])]
