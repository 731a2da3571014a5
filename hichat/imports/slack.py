"""
Reads Slack's exports: C{users.json}, C{channels.json}, C{groups.json}, C{dms.json} and C{mpims.json}, and for each
conversation a folder with a file for each day.

In Slack whoever is in a channel reads all of it, in HiChat what was written since joining. So those who are in a
channel at the end become members at its beginning, and so do those who have left it, up to when they left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET

from hichat.core.errors import StartError
from hichat.imports import shapes
from hichat.imports.archive import Archive, ArchiveTooLarge, Elsewhere
from hichat.imports.report import ImportReport
from hichat.imports.shortcodes import emoji_named
from hichat.imports.slack_texts import text_of

T = TypeVar("T")

SLACKBOT = "USLACKBOT"
_READ = {"users.json", "channels.json", "groups.json", "dms.json", "mpims.json"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")

_SAID = {
    "", "bot_message", "me_message", "file_share", "file_comment", "file_mention", "thread_broadcast",
    "reply_broadcast", "slackbot_response", "huddle_thread", "tombstone", "document_mention", "app_conversation_join",
}  # fmt: skip
"""The subtypes of messages."""

_SHARED = re.compile(r"<@[^>]+> (?:uploaded|shared) a file: <[^>]+>(?: and commented: (.*))?", re.DOTALL)
"""What Slack itself says about a file, in old exports; and what its owner has said."""

_LEAVES = ("channel_leave", "group_leave")
_KNOWN = {
    "channel_join", "group_join", *_LEAVES, "pinned_item", "unpinned_item", "channel_archive", "group_archive",
    "channel_unarchive", "group_unarchive",
}  # fmt: skip
"""Those that the members, the pins and the end of the channel tell."""

_CHANGES = {"topic": "description", "purpose": "description", "name": "name"}


class _Channel(NamedTuple):
    """
    A conversation.

    @ivar folder: that of its days.
    @ivar days: its files, in order.
    @ivar is_open: whether everybody may join.
    @ivar last: when something was last written in it, in milliseconds since the epoch.
    """

    id: str
    name: str
    folder: str
    days: list[str]
    is_open: bool
    facts: Mapping[str, Any]
    members: list[str]
    last: int

    @property
    def is_pair(self) -> bool:
        return not self.name


def clean(text: object) -> str:
    """@return: a text that can be stored; empty if it is none."""
    if not isinstance(text, str):
        return ""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def milliseconds(stamp: object) -> int:
    """
    @param stamp: seconds since the epoch, with a fraction: a text or a number.
    @raise ValueError: it is none.
    """
    seconds, _, fraction = str(stamp).partition(".")
    return max(1, shapes.check_moment(int(seconds) * 1000 + int((fraction + "000")[:3])))


def moment(stamp: object) -> int:
    """@return: as L{milliseconds}; 0: it is no time."""
    try:
        return milliseconds(stamp)
    except ValueError:
        return 0


def read(archive: Archive, report: ImportReport, elsewhere: Elsewhere) -> Iterator[shapes.MovedLine]:
    """
    @param elsewhere: files that are not in the export.
    @return: an export as lines of HiChat's own.
    @raise StartError: it is none.
    """
    return _SlackExport(archive, report, elsewhere).lines()


class _SlackExport:
    def __init__(self, archive: Archive, report: ImportReport, elsewhere: Elsewhere) -> None:
        self._archive, self._report, self._elsewhere = archive, report, elsewhere
        names = archive.names()
        roots = [name.removesuffix("users.json") for name in names if name.split("/")[-1] == "users.json"]
        if not roots:
            raise StartError(f"hichat: {archive.path}: it is no export of Slack: there is no users.json in it")
        self._root = min(roots, key=len)
        self._days: dict[str, list[str]] = {}
        self._uploads: dict[str, str] = {}
        for name in names:
            folder, _, last = name.removeprefix(self._root).rpartition("/")
            if _DAY.fullmatch(last):
                self._days.setdefault(folder, []).append(name)
            elif folder.startswith("__uploads/"):
                self._uploads.setdefault(folder.split("/")[1], name)
        self._people: dict[str, str] = {}
        self._channels: dict[str, str] = {}
        for name in names:
            last = name.removeprefix(self._root)
            if name.startswith(self._root) and last.endswith(".json") and "/" not in last and last not in _READ:
                report.problem("files of the export are not read", last)

    def lines(self) -> Iterator[shapes.MovedLine]:
        found = self._document("users.json")
        team = next((clean(each.get("team_id")) for each in found if each.get("team_id")), "")
        yield shapes.MovedHeader(shapes.MOVED_VERSION, f"slack:{team or 'export'}"[:64], 1)
        people = [person for each in found if (person := self._whole("users.json", each, _person)) is not None]
        self._people = {person.id: person.displayName or person.name for person in people}
        yield from people
        channels = [*self._listed()]
        for folder in self._days.keys() - {each.folder for each in channels}:
            self._report.problem("conversations do not come: no list of the export has them", folder)
        self._channels = {each.id: each.name for each in channels}
        for channel in channels:
            if not channel.is_pair:
                yield self._group(channel)
        for channel in sorted(channels, key=lambda each: (each.last, each.id)):
            yield from self._conversation(channel)

    # Reading

    def _document(self, name: str, whole: bool = False) -> list[dict[str, Any]]:
        """@return: the objects in a file; none if it is not there or cannot be read, which the report tells."""
        path = name if whole else self._root + name
        if not self._archive.has(path):
            return []
        try:
            content = self._archive.document(path)
            found = msgspec.json.decode(content)
        except ArchiveTooLarge:
            self._report.broken(f"{path}: it is too large")
            return []
        except msgspec.DecodeError:
            # This one is slower, says where the mistake is, and takes halves of surrogate pairs.
            try:
                found = json.loads(content)
            except ValueError as e:
                self._report.broken(f"{path}: {e}")
                return []
        except StartError as e:
            self._report.broken(str(e).removeprefix("hichat: "))
            return []
        if not isinstance(found, list):
            self._report.broken(f"{path}: it has no list")
            return []
        return [each for each in found if isinstance(each, dict)]

    def _whole(self, name: str, given: dict[str, Any], make: Callable[[dict[str, Any]], T]) -> T | None:
        """@return: what is made of an object; None: it is broken, which the report tells."""
        try:
            return make(given)
        except (KeyError, TypeError, ValueError, AttributeError) as e:
            which = str(given.get("ts") or given.get("id") or "")[:40]
            self._report.broken(f"{name}: {which}: {type(e).__name__}: {e}")
            return None

    def _listed(self) -> Iterator[_Channel]:
        for name, is_open in (("channels", True), ("groups", False), ("dms", False), ("mpims", False)):
            for each in self._document(f"{name}.json"):
                found = self._whole(f"{name}.json", each, lambda facts: self._channel(name, facts, is_open))  # noqa: B023
                if found is not None:
                    yield found

    def _channel(self, kind: str, facts: dict[str, Any], is_open: bool) -> _Channel:
        id = clean(facts["id"])[:40]
        called = clean(facts.get("name"))
        members = [clean(each) for each in facts.get("members") or ()]
        folder = next((each for each in (called, id) if each and each in self._days), called or id)
        days = sorted(self._days.get(folder, ()))
        name = called
        if kind == "dms":
            name = ""
        elif kind == "mpims":
            name = ", ".join(self._people.get(each, each) for each in members)[:60]
        return _Channel(id, name, folder, days, is_open, facts, members, self._last(days))

    def _last(self, days: list[str]) -> int:
        if not days:
            return 0
        stamps = [each.get("ts") for each in self._document(days[-1], whole=True)]
        return max((moment(each) for each in stamps if isinstance(each, str)), default=0)

    # Groups

    def _group(self, channel: _Channel) -> shapes.MovedGroup:
        facts = channel.facts
        said = [each for each in (facts.get("topic"), facts.get("purpose")) if isinstance(each, dict)]
        told = [clean(each.get("value")) for each in said]
        made = shapes.MovedGroup(
            id=channel.id,
            name=channel.name,
            created=moment(facts.get("created")) or 1,
            owner=self._owner(channel),
            description="\n".join(filter(None, dict.fromkeys(told))),
            policy="open" if channel.is_open else "invite",
        )
        if facts.get("is_archived"):
            made.archived = max(channel.last, made.created)
        return made

    def _owner(self, channel: _Channel) -> str:
        creator = clean(channel.facts.get("creator"))
        return creator if creator in channel.members else next(iter(channel.members), "")

    def _members(self, channel: _Channel) -> Iterator[shapes.MovedEvent]:
        """@return: that people became members, at the beginning."""
        if channel.is_pair:
            return
        owner = self._owner(channel)
        rest = [each for each in channel.members if each != owner]
        left = [each for each in self._left(channel) if each not in channel.members]
        begun = moment(channel.facts.get("created")) or 1
        for member in dict.fromkeys(filter(None, (owner, *rest, *left))):
            yield shapes.MovedEvent(
                id=f"{channel.id}/in/{member}"[:200], kind="joined", time=begun, group=channel.id, member=member
            )

    def _left(self, channel: _Channel) -> list[str]:
        """@return: those who have left."""
        found: list[str] = []
        for day in channel.days:
            with self._archive.open(day) as file:
                if b"_leave" not in file.read():
                    continue
            found += [
                clean(each.get("user")) for each in self._document(day, whole=True) if each.get("subtype") in _LEAVES
            ]
        return found

    # Messages

    def _conversation(self, channel: _Channel) -> Iterator[shapes.MovedLine]:
        place = shapes.MovedPlace(group=channel.id)
        if channel.is_pair:
            if not 1 <= len(channel.members) <= 2:
                self._report.problem("conversations do not come: they are of other than two people", channel.id)
                return
            place = shapes.MovedPlace(people=[channel.members[0], channel.members[-1]])
        yield from self._members(channel)
        pinned = self._pinned(channel)
        for day in channel.days:
            said = [each for each in self._document(day, whole=True) if isinstance(each.get("ts"), str)]
            for each in sorted(said, key=lambda message: _order(message["ts"])):
                made = self._whole(day, each, lambda given: [*self._item(channel, place, given, pinned)])
                yield from made or ()

    def _pinned(self, channel: _Channel) -> dict[str, shapes.MovedAct]:
        found: dict[str, shapes.MovedAct] = {}
        for pin in channel.facts.get("pins") or ():
            if isinstance(pin, dict) and isinstance(pin.get("id"), str):
                act = self._whole(
                    "pins", pin, lambda each: shapes.MovedAct(clean(each["user"]), milliseconds(each.get("created")))
                )
                if act is not None:
                    found[pin["id"]] = act
        return found

    def _item(
        self,
        channel: _Channel,
        place: shapes.MovedPlace,
        given: dict[str, Any],
        pinned: Mapping[str, shapes.MovedAct],
    ) -> Iterator[shapes.MovedLine]:
        subtype = clean(given.get("subtype"))
        if subtype in _SAID:
            yield from self._message(channel, place, given, subtype, pinned)
            return
        user = clean(given.get("user"))
        what = subtype.partition("_")[2]
        if subtype in _LEAVES:
            if user not in channel.members:
                yield shapes.MovedEvent(
                    kind="left", time=milliseconds(given["ts"]), group=channel.id, from_=user, member=user
                )
        elif what in _CHANGES and not channel.is_pair:
            value = clean(given.get(what))[:1000]
            yield shapes.MovedEvent(
                id=f"{channel.id}/{given['ts']}"[:200],
                kind="changed",
                time=milliseconds(given["ts"]),
                group=channel.id,
                from_=user,
                changed={_CHANGES[what]: value},  # type: ignore[dict-item]
            )
        elif subtype not in _KNOWN:
            self._report.problem("notices of Slack itself do not come", subtype)

    def _message(
        self,
        channel: _Channel,
        place: shapes.MovedPlace,
        given: dict[str, Any],
        subtype: str,
        pinned: Mapping[str, shapes.MovedAct],
    ) -> Iterator[shapes.MovedLine]:
        author, lines = self._author(given)
        yield from lines
        stamp = given["ts"]
        time = milliseconds(stamp)
        files = [each for each in [*(given.get("files") or ()), given.get("file")] if isinstance(each, dict)]
        moved = [file for each in files if (file := self._file(each, author)) is not None]
        yield from moved
        said = text_of(self._words(given, files), lambda id: self._people.get(id, ""), self._channels)
        made = shapes.MovedMessage(
            id=f"{channel.id}-{stamp}"[: shapes.ID_LIMIT],
            from_=author,
            time=time,
            group=place.group,
            people=place.people,
            text=said.text,
            format="markdown" if said.is_markdown else UNSET,
            mentions=said.mentions if place.group else [],
            me=subtype == "me_message",
            alias=self._alias(given, author, subtype),
            files=[shapes.MovedAttachment(each.id) for each in moved],
        )
        thread = given.get("thread_ts")
        if isinstance(thread, str) and thread != stamp:
            made.replyTo = f"{channel.id}-{thread}"[: shapes.ID_LIMIT]
        if subtype == "tombstone":
            made.text, made.recalled = "", shapes.MovedAct(author, time)
        elif isinstance(given.get("edited"), dict) and said.text:
            edited = milliseconds(given["edited"].get("ts") or stamp)
            made.edits = [shapes.MovedEdit(max(edited, time), said.text, made.mentions, made.format)]
        made.reactions = [*self._reactions(given)]
        if stamp in pinned:
            made.pinned = pinned[stamp]
        if not (said.text or files or subtype == "tombstone"):
            self._report.problem("messages do not come: there is no text and no file in them", made.id)
            return
        yield made

    def _author(self, given: dict[str, Any]) -> tuple[str, list[shapes.MovedPerson]]:
        """@return: who has written a message; and that person, if it is met for the first time."""
        user, bot = clean(given.get("user")), clean(given.get("bot_id"))
        if not user and isinstance(given.get("comment"), dict):
            user = clean(given["comment"].get("user"))
        id = (user or bot or SLACKBOT)[:40]
        if id in self._people:
            return id, []
        profile = given.get("user_profile") or given.get("bot_profile") or {}
        name = clean(profile.get("display_name") or profile.get("name") or given.get("username")) or "slackbot"
        if user and user != SLACKBOT and not profile:
            name = user.lower()
        self._people[id] = name
        person = shapes.MovedPerson(id=id, name=name, created=milliseconds(given["ts"]))
        person.bot = not user or user == SLACKBOT
        # Somebody of another workspace, or who was deleted.
        person.disabled = True
        return id, [person]

    def _alias(self, given: dict[str, Any], author: str, subtype: str) -> str:
        """@return: the name under which a program shows a message, if it is another than its own."""
        name = clean(given.get("username"))[:64]
        return name if subtype == "bot_message" and name != self._people.get(author) else ""

    def _words(self, given: dict[str, Any], files: list[dict[str, Any]]) -> str:
        """@return: the text of a message, in Slack's signs."""
        parts = [clean(given.get("text")).replace("\r\n", "\n")]
        shared = _SHARED.fullmatch(parts[0]) if files else None
        if shared is not None:
            parts = [shared[1] or ""]
        if isinstance(given.get("comment"), dict) and not parts[0]:
            parts = [clean(given["comment"].get("comment"))]
        if not parts[0] and given.get("blocks"):
            parts += [*_of_blocks(given["blocks"])]
        for each in given.get("attachments") or ():
            if isinstance(each, dict) and not (each.get("from_url") or each.get("original_url")):
                parts += [*_of_attachment(each)]
        for file in files:
            if clean(file.get("id")) and not self._is_here(file):
                parts.append(_far(file))
        return "\n".join(filter(None, parts))

    def _reactions(self, given: dict[str, Any]) -> Iterator[shapes.MovedReaction]:
        for each in given.get("reactions") or ():
            name = clean(each.get("name"))
            found = emoji_named(name)
            people = [clean(user) for user in each.get("users") or ()]
            count = each.get("count")
            unnamed = count - len(people) if isinstance(count, int) else 0
            if found is None:
                what = "reactions do not come: they are emojis of one's own"
                self._report.problem(what, name, len(people) + max(0, unnamed))
                continue
            if unnamed > 0:
                self._report.problem("reactions do not come: the export does not say whose they are", name, unnamed)
            for user in people:
                yield shapes.MovedReaction(found, user)

    # Files

    def _is_here(self, file: dict[str, Any]) -> bool:
        return self._path(clean(file.get("id"))) != "" or self._elsewhere.may_fetch(_url_of(file))

    def _path(self, id: str) -> str:
        return self._uploads.get(id) or self._elsewhere.paths.get(id, "")

    def _file(self, given: dict[str, Any], author: str) -> shapes.MovedFile | None:
        id = clean(given.get("id"))[: shapes.ID_LIMIT]
        if not id or not self._is_here(given):
            if given.get("mode") not in ("tombstone", "external"):
                self._report.problem("files do not come: the export does not have them; the messages name them", id)
            return None
        size = given.get("size")
        return shapes.MovedFile(
            id=id,
            name=clean(given.get("name") or given.get("title"))[:255],
            owner=author,
            path=self._path(id),
            url=_url_of(given),
            size=size if isinstance(size, int) else 0,
        )


def _order(stamp: str) -> tuple[int, str]:
    return moment(stamp), stamp


def _person(given: dict[str, Any]) -> shapes.MovedPerson:
    profile = given.get("profile") or {}
    role: Any = "guest" if given.get("is_restricted") or given.get("is_ultra_restricted") else "member"
    if given.get("is_owner"):
        role = "owner"
    elif given.get("is_admin"):
        role = "administrator"
    deleted = bool(given.get("deleted"))
    return shapes.MovedPerson(
        id=clean(given["id"])[:40],
        name=clean(given.get("name"))[:64],
        displayName=clean(profile.get("display_name") or profile.get("real_name") or given.get("real_name"))[:64],
        created=1,
        role="member" if deleted else role,
        disabled=deleted,
        bot=bool(given.get("is_bot")) or given["id"] == SLACKBOT,
        email=clean(profile.get("email"))[:254],
        phone=clean(profile.get("phone"))[:32],
        bio=clean(profile.get("title"))[:200],
    )


def _url_of(file: dict[str, Any]) -> str:
    """@return: where a file is at Slack; empty: it is deleted, or of another service."""
    if file.get("mode") in ("tombstone", "hidden_by_limit", "external"):
        return ""
    return clean(file.get("url_private_download") or file.get("url_private"))


def _far(file: dict[str, Any]) -> str:
    """@return: the words that stand for a file which is not in the export."""
    name = clean(file.get("name") or file.get("title"))
    url = clean(file.get("permalink") or file.get("url_private"))
    if file.get("mode") == "tombstone":
        return name
    return f"<{url}|{name or 'file'}>" if url.startswith("https://") else name


def _of_attachment(given: dict[str, Any]) -> Iterator[str]:
    """@return: the lines of what a program has attached."""
    title, link = clean(given.get("title")), clean(given.get("title_link"))
    yield clean(given.get("pretext"))
    yield f"<{link}|{title}>" if title and link else title
    text = clean(given.get("text"))
    yield text
    for field in given.get("fields") or ():
        if isinstance(field, dict):
            yield f"{clean(field.get('title'))}: {clean(field.get('value'))}"
    if not (title or text or given.get("fields") or given.get("pretext")):
        yield clean(given.get("fallback"))


def _of_blocks(blocks: object) -> Iterator[str]:
    """@return: the texts in what a program has laid out."""
    if isinstance(blocks, list):
        for each in blocks:
            yield from _of_blocks(each)
    elif isinstance(blocks, dict):
        text = blocks.get("text")
        if isinstance(text, str):
            yield clean(text)
        else:
            for name in ("text", "fields", "elements"):
                yield from _of_blocks(blocks.get(name))
