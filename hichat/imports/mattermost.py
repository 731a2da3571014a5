"""
Reads Mattermost's bulk exports: a file of lines, each an object with a C{type}, and the folder C{data} with files.

In Mattermost, too, whoever is in a channel reads all of it: so the members become members at its beginning. Messages
have no ids: they are known by the conversation, the author and the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import UNSET

from hichat.core.errors import StartError
from hichat.imports import shapes
from hichat.imports.archive import Archive, Elsewhere
from hichat.imports.bodies import EVERYBODY
from hichat.imports.report import ImportReport
from hichat.imports.shortcodes import emoji_named, with_emojis
from hichat.imports.slack import clean
from hichat.imports.sorting import SortedLine, Sorting

_CODE_PARTS = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_MENTION = re.compile(r"(?<![\w@])@([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
_MARKED = re.compile(r"[*_~`]|^\s*(?:>|#{1,6}\s)|\]\(", re.MULTILINE)
_ALL_NAMES = ("all", "channel", "here")
_NOT_READ = {"version", "direct_channel", "thread"}
_LEFT_OUT = {
    "emoji": "emojis of one's own do not come",
    "role": "roles of Mattermost do not come",
    "scheme": "schemes of Mattermost do not come",
}
"""By kind of line: what the report says of it."""


def read(archive: Archive, report: ImportReport, _elsewhere: Elsewhere) -> Iterator[shapes.MovedLine]:
    """
    @return: an export as lines of HiChat's own.
    @raise StartError: it is none.
    """
    names = [name for name in archive.names() if name.endswith((".jsonl", ".json")) and not name.startswith("data/")]
    if not names:
        raise StartError(f"hichat: {archive.path}: it is no export of Mattermost: there is no .jsonl file in it")
    name = min(names, key=lambda each: (each.count("/"), not each.endswith(".jsonl"), each))
    with Sorting() as sorting:
        yield from _MattermostExport(archive, name, report, sorting).lines()


def _hashed(*parts: object) -> str:
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=16).hexdigest()


class _MattermostExport:
    def __init__(self, archive: Archive, name: str, report: ImportReport, sorting: Sorting) -> None:
        self._archive, self._lines, self._report, self._sorting = archive, name, report, sorting
        self._folder = name.rpartition("/")[0]
        self._teams: dict[str, str] = {}
        self._channels: dict[str, dict[str, Any]] = {}
        self._people: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._admins: dict[str, list[str]] = {}
        self._direct: dict[str, list[str]] = {}
        self._made = int(archive.path.stat().st_mtime * 1000)

    def lines(self) -> Iterator[shapes.MovedLine]:
        yield shapes.MovedHeader(shapes.MOVED_VERSION, "mattermost", self._made)
        count = 0
        for number, line in self._archive.lines(self._lines):
            try:
                found = msgspec.json.decode(line, type=dict[str, Any])
                kind = found["type"]
                given = found[kind]
            except (msgspec.DecodeError, KeyError, TypeError) as e:
                if not count:
                    what = f"{self._lines}: it is no export of Mattermost: line {number}: {e}"
                    raise StartError(f"hichat: {self._archive.path}: {what}") from None
                self._report.broken(f"{self._lines}: line {number}: {e}")
                continue
            count += 1
            try:
                yield from self._take(kind, given)
            except (KeyError, TypeError, ValueError, AttributeError) as e:
                self._report.broken(f"{self._lines}: line {number}: {type(e).__name__}: {e}")
        yield from self._conversations()

    def _take(self, kind: str, given: Any) -> Iterator[shapes.MovedLine]:
        if kind == "team":
            self._teams[given["name"]] = clean(given.get("display_name")) or given["name"]
        elif kind == "channel":
            self._channels[_place_in(given["team"], given["name"])] = given
        elif kind in ("user", "bot"):
            yield from self._person(given, kind == "bot")
        elif kind == "post":
            self._post(given, _place_in(given["team"], given["channel"]), [])
        elif kind == "direct_post":
            people = sorted({clean(each) for each in given["channel_members"]})
            self._post(given, "direct/" + _hashed(*people), people)
        elif kind in _LEFT_OUT:
            self._report.problem(_LEFT_OUT[kind], clean(given.get("name")))
        elif kind not in _NOT_READ:
            self._report.problem("lines of the export are of no kind that is known", str(kind)[:40])

    # People

    def _person(self, given: dict[str, Any], bot: bool) -> Iterator[shapes.MovedLine]:
        name = clean(given["username"])[:64]
        whole = " ".join(filter(None, (clean(given.get("first_name")), clean(given.get("last_name")))))
        roles = clean(given.get("roles")).split()
        gone = bool(given.get("delete_at"))
        role: Any = "administrator" if "system_admin" in roles else "guest" if "system_guest" in roles else "member"
        shown = (clean(given.get("nickname")) or clean(given.get("display_name")) or whole)[:64]
        self._people[name] = shown or name
        picture = self._file(given.get("profile_image"), name)
        yield shapes.MovedPerson(
            id=name,
            name=name,
            displayName=shown,
            created=1,
            role="member" if gone else role,
            disabled=gone,
            bot=bot,
            email=clean(given.get("email"))[:254],
            bio=clean(given.get("position") or given.get("description"))[:200],
            avatar=picture.id if picture else "",
        )
        if picture is not None:
            yield picture
        for team in given.get("teams") or ():
            for channel in team.get("channels") or ():
                place = _place_in(team["name"], channel["name"])
                if channel.get("favorite"):
                    self._report.problem("favourite channels do not come: they are not pinned", name)
                self._members.setdefault(place, []).append(name)
                if "channel_admin" in clean(channel.get("roles")).split() or channel.get("scheme_admin"):
                    self._admins.setdefault(place, []).append(name)

    # Posts

    def _post(self, given: dict[str, Any], place: str, people: list[str], root: str = "") -> None:
        """Take a post with its answers; C{people} are those of a direct channel."""
        kind = clean(given.get("type"))
        id = _hashed(place, given["user"], given["create_at"])
        flags = given.get("flagged_by") or ()
        if flags:
            self._report.problem("saved messages (flags) do not come", clean(flags[0]), len(flags))
        if kind.startswith("system_"):
            self._report.problem("notices of Mattermost itself do not come", kind)
        else:
            made = self._message(given, kind, id, place, people, root)
            if made is not None:
                self._sorting.add(place, made)
                id = made.message.id
        if people:
            self._direct[place] = people
        for each in given.get("replies") or ():
            self._post(each, place, people, id)

    def _message(
        self, given: dict[str, Any], kind: str, id: str, place: str, people: list[str], root: str
    ) -> SortedLine | None:
        author, time = clean(given["user"]), shapes.check_moment(int(given["create_at"]))
        text = clean(given.get("message")).replace("\r\n", "\n")
        if kind == "me":
            text = text.strip("*_")
        props = given.get("props") or {}
        if isinstance(props, dict) and clean(props.get("override_username")):
            # It is a person's hook: only a bot may show a message under another name.
            text = f"**{clean(props['override_username'])[:64]}**: {text}"
        for each in props.get("attachments") or () if isinstance(props, dict) else ():
            text = "\n".join(filter(None, (text, *_of_attachment(each))))
        attached = given.get("attachments") or ()
        files = [file for each in attached if (file := self._file(each.get("path"), author)) is not None]
        missing = [clean(each.get("path")).split("/")[-1] for each in attached][len(files) :] if attached else []
        text = "\n".join(filter(None, (text, *missing)))
        if not text and not files:
            self._report.problem("messages do not come: there is no text and no file in them", f"{author} {time}")
            return None
        is_group = len(people) not in (1, 2)
        said, mentions = self._said(text)
        made = shapes.MovedMessage(
            id=id,
            from_=author,
            time=max(1, time),
            group=place if is_group else "",
            people=[] if is_group else [people[0], people[-1]],
            text=said,
            format="markdown" if _MARKED.search(said) else UNSET,
            mentions=mentions if is_group else [],
            me=kind == "me",
            replyTo=root,
            files=[shapes.MovedAttachment(each.id) for each in files],
        )
        edited = shapes.check_moment(int(given.get("edit_at") or 0))
        if edited > time and said:
            made.edits = [shapes.MovedEdit(edited, said, made.mentions, made.format)]
        made.reactions = [*self._reactions(given)]
        if given.get("is_pinned"):
            made.pinned = shapes.MovedAct(author, made.time)
        return SortedLine(made, files)

    def _said(self, text: str) -> tuple[str, list[str]]:
        """@return: the text, and whom it mentions."""
        parts = _CODE_PARTS.split(text)
        mentions: list[str] = []
        for place, part in enumerate(parts):
            if place % 2:
                continue
            for found in _MENTION.finditer(part):
                name = found[1].lower()
                named = next((each for each in (name, name.rstrip("._-")) if each in self._people), "")
                if named:
                    mentions.append(named)
                elif name.rstrip(".") in _ALL_NAMES:
                    mentions.append(EVERYBODY)
            parts[place] = with_emojis(part)
        return "".join(parts), [*dict.fromkeys(mentions)]

    def _reactions(self, given: dict[str, Any]) -> Iterator[shapes.MovedReaction]:
        for each in given.get("reactions") or ():
            name = clean(each.get("emoji_name"))
            found = emoji_named(name)
            if found is None:
                self._report.problem("reactions do not come: they are emojis of one's own", name)
            else:
                yield shapes.MovedReaction(
                    found, clean(each.get("user")), max(0, shapes.check_moment(int(each.get("create_at") or 0)))
                )

    def _file(self, path: object, owner: str) -> shapes.MovedFile | None:
        """@return: a file of the export; None: it is not there."""
        given = clean(path).removeprefix("/")
        if not given:
            return None
        inside = f"{self._folder}/" if self._folder else ""
        for name in (f"{inside}data/{given}", f"{inside}{given}"):
            if self._archive.has(name):
                called = given.split("/")[-1][:255]
                size = self._archive.size(name)
                return shapes.MovedFile(id=_hashed(given), name=called, owner=owner, path=name, size=size)
        self._report.problem("files do not come: the export does not have them; the messages name them", given[-60:])
        return None

    # Conversations

    def _conversations(self) -> Iterator[shapes.MovedLine]:
        begun = dict(self._sorting.places())
        places = [*(each for each in self._channels if each not in begun), *begun]
        for place in places:
            is_group = len(self._direct.get(place, ())) not in (1, 2)
            if is_group:
                yield from self._group(place, begun.get(place, self._made))
            for line in self._sorting.read(place):
                yield from line.files
                yield line.message

    def _group(self, place: str, begun: int) -> Iterator[shapes.MovedLine]:
        facts = self._channels.get(place)
        members = self._direct.get(place) or [*dict.fromkeys(self._members.get(place, ()))]
        admins = self._admins.get(place, [])
        if facts is None and place not in self._direct:
            return
        made = shapes.MovedGroup(
            id=place[: shapes.ID_LIMIT],
            name=self._name(place, facts),
            created=max(1, begun),
            owner=next(iter(admins or members), ""),
            admins=admins,
            policy="open" if facts and facts.get("type") == "O" else "invite",
        )
        if facts:
            told = (clean(facts.get(name)) for name in ("header", "purpose"))
            made.description = "\n".join(filter(None, dict.fromkeys(told)))
            if facts.get("deleted_at"):
                made.archived = shapes.check_moment(int(facts["deleted_at"]))
        yield made
        for member in [*dict.fromkeys((*([made.owner] if made.owner else ()), *members))]:
            id = _hashed(place, "in", member)
            yield shapes.MovedEvent(id=id, kind="joined", time=made.created, group=made.id, member=member)

    def _name(self, place: str, facts: Mapping[str, Any] | None) -> str:
        if facts is None:
            return ", ".join(self._people.get(each, each) for each in self._direct[place])[:60]
        name = clean(facts.get("display_name")) or clean(facts["name"])
        same = [each for each in self._channels.values() if each.get("display_name") == facts.get("display_name")]
        return f"{name} ({self._teams.get(facts['team'], facts['team'])})" if len(same) > 1 else name


def _place_in(team: object, channel: object) -> str:
    place = f"{clean(team)}/{clean(channel)}"
    return place if len(place) <= shapes.ID_LIMIT else _hashed(place)


def _of_attachment(given: object) -> Iterator[str]:
    """@return: the lines of what a program has attached."""
    if not isinstance(given, dict):
        return
    title, link = clean(given.get("title")), clean(given.get("title_link"))
    yield clean(given.get("pretext"))
    yield f"[{title}]({link})" if title and link else title
    yield clean(given.get("text"))
    for field in given.get("fields") or ():
        if isinstance(field, dict):
            yield f"{clean(field.get('title'))}: {clean(str(field.get('value') or ''))}"
    if not any(given.get(name) for name in ("title", "text", "pretext", "fields")):
        yield clean(given.get("fallback"))
