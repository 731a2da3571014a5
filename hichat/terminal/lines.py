"""Parses the lines that a user types at the terminal, and formats the events to show there. No I/O here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from msgspec import UNSET

from hichat.client.commands import OfferedCommand
from hichat.client.media import AUDIO_LIMIT
from hichat.client.wire import (
    BadAddress,
    BadAnswer,
    ClientError,
    Conversation,
    FileGone,
    ForeignFile,
    Group,
    Hit,
    LineTooLong,
    Member,
    NoAnswer,
    NotConnected,
    NotSendable,
    Replaced,
    Unauthorized,
    Unconfirmed,
    Unreachable,
    User,
)
from hichat.commands.parsing import parse
from hichat.core.errors import Language
from hichat.core.markdown import plain
from hichat.core.text import key_of, name_key
from hichat.core.words import Words
from hichat.terminal.words import A_USER, DATE, EVENT_WORDS, REPORT_REASONS, TEXTS, USAGE
from hichat.wire.frames import Ack, Folded, Happened

LISTED = 200
"""The most names of a list that are shown."""

HISTORY, MAX_HISTORY = 20, 500
"""Messages that C{/history} shows: by default, and at most."""

NUMBERED_MESSAGES = 1000
"""The number of messages shown last that commands can refer to by their numbers."""

_ERRORS: dict[type[ClientError], str] = {
    NotConnected: "not_connected",
    Unconfirmed: "not_connected",
    NoAnswer: "late",
    Unauthorized: "unauthorized",
    Unreachable: "unreachable",
    BadAnswer: "bad_answer",
    NotSendable: "not_sendable",
    Replaced: "replaced",
    FileGone: "file_gone",
    ForeignFile: "foreign_file",
    BadAddress: "bad_address",
    LineTooLong: "long_line",
}

_ABOUT_A_USER = {
    "invite",
    "approve",
    "reject",
    "kick",
    "ban",
    "unban",
    "mute",
    "unmute",
    "admin",
    "unadmin",
    "owner",
}
"""Commands that do something in a group with a user."""

_CONTACTS = {"add", "accept", "reject", "remove", "block", "unblock"}
"""Commands about a user that have nothing to do with a group."""

OF_A_USER = frozenset({"to"} | _ABOUT_A_USER | _CONTACTS)
"""Commands whose argument is the name of a user."""

OF_A_GROUP = frozenset({"group", "join"})
"""Commands whose argument is the name of a group. That of C{/dissolve} is typed in full, as a confirmation."""

OWN_COMMANDS = frozenset(
    USAGE.keys()
    | OF_A_USER
    | {"blocked", "commands", "conversations", "dissolve", "friends", "groups", "help", "leave", "link", "mentions"}
    | {"quit", "requests", "who"}
)
"""The terminal's own commands. One of the server or of a bot that is called so is called with the bot's name."""

_LABEL = 40
"""Characters of a line that are repeated in the message about its failure."""

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[]P^_X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
)
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def harmless(text: str) -> str:
    """
    Make another user's text safe to print on one line of a terminal.

    @return: the text without escape sequences, control characters and bidirectional marks (they can make a text look
        like another). A line end becomes an arrow: otherwise a message could fake other users' lines.
    """
    text = _ESCAPES.sub("", text).replace("\r\n", "\n")
    return "".join(_harmless_character(character) for character in text)


def _harmless_character(character: str) -> str:
    kind = unicodedata.category(character)
    if character == "\n" or kind in ("Zl", "Zp"):
        return " ⏎ "
    if character == "\t":
        return " "
    if kind == "Cs":  # half a character, which JSON can spell and UTF-8 cannot
        return "\ufffd"
    return "" if kind == "Cc" or character in _TURNING else character


class Recipient(NamedTuple):
    """The other side of a conversation: a user or a group."""

    group: bool
    id: int
    name: str

    @property
    def conversation(self) -> str:
        """The name of the conversation, as the API has it."""
        return f"{'group' if self.group else 'user'}-{self.id}"


class Offered(NamedTuple):
    """
    Something that a bot offers under a message: a button, or an option of a choice.

    @ivar value: of the option; empty: it is a button.
    """

    label: str
    action: str
    value: str = ""


class Seen(NamedTuple):
    """
    A message that was shown.

    @ivar peer: the other side of its conversation; None: it is an announcement.
    @ivar mine: whether this user wrote it.
    @ivar url: the URL of its file; empty: it has none.
    @ivar name: the name of that file.
    @ivar more: the URLs and names of its further files.
    @ivar offers: what can be pressed or chosen there, in the order in which it is shown.
    """

    id: int
    peer: Recipient | None
    mine: bool
    url: str = ""
    name: str = ""
    more: tuple[tuple[str, str], ...] = ()
    offers: tuple[Offered, ...] = ()


class Recent:
    """The messages that were shown last, by numbers that begin with 1 in each run."""

    def __init__(self) -> None:
        self._next = 1
        self._seen: dict[int, Seen] = {}
        self._numbers: dict[int, int] = {}

    def note(self, seen: Seen) -> int:
        """@return: the message's number; a message that has none gets the next one."""
        number = self._numbers.get(seen.id)
        if number is not None:
            return number
        number, self._next = self._next, self._next + 1
        self._seen[number], self._numbers[seen.id] = seen, number
        if len(self._seen) > NUMBERED_MESSAGES:
            oldest = next(iter(self._seen))
            del self._numbers[self._seen.pop(oldest).id]
        return number

    def forget(self, messages: Iterable[int]) -> None:
        """The messages with these ids are not what was shown any more: their numbers name none."""
        for message in messages:
            number = self._numbers.pop(message, None)
            if number is not None:
                del self._seen[number]

    def offer(self, message: int, offers: tuple[Offered, ...]) -> None:
        """A message with this id offers something else now."""
        number = self._numbers.get(message)
        if number is not None:
            self._seen[number] = self._seen[number]._replace(offers=offers)

    def number(self, message: int) -> int | None:
        """@return: the number of the message with this id; None: it was not shown lately."""
        return self._numbers.get(message)

    def find(self, word: str, mine: bool) -> Seen | None:
        """
        @param word: a number, or C{.} for the last message.
        @param mine: whether C{.} means the last own message, or the last one of another user.
        @return: the message; None: there is none.
        """
        if word == ".":
            return max((seen for seen in self._seen.values() if seen.mine is mine), default=None)
        word = word.removeprefix("#")
        return self._seen.get(int(word)) if _is_number(word) else None


class Say(NamedTuple):
    """Show a text. Other users' texts in it are L{harmless} already."""

    text: str
    wrong: bool = False


class SendText(NamedTuple):
    """
    Send a text.

    @ivar reply_to: the id of the message to which it replies.
    """

    peer: Recipient
    content: str
    reply_to: int | None = None


class SendFile(NamedTuple):
    """Upload a file, and send it."""

    peer: Recipient
    path: Path


class Save(NamedTuple):
    """
    Save the file of a message; if it has several, all of them.

    @ivar url: the file's URL in the message.
    @ivar name: the sender's name for it.
    @ivar path: the path to save it at; None: its name in the current directory.
    @ivar more: the URLs and names of further files, which are saved beside it.
    """

    url: str
    name: str
    path: Path | None
    more: tuple[tuple[str, str], ...] = ()


class EditMessage(NamedTuple):
    """Replace a message's text."""

    message: int
    text: str


class RecallMessage(NamedTuple):
    """Take a message back."""

    message: int


class ReportMessage(NamedTuple):
    """
    Report a message to the moderators.

    @ivar reason: a word of the API.
    @ivar text: more about it; it may be empty.
    """

    message: int
    reason: str
    text: str


class ReactToMessage(NamedTuple):
    """React to a message, or take that back."""

    message: int
    emoji: str
    on: bool


class Past(NamedTuple):
    """Show the newest messages with a user or of a group."""

    peer: Recipient
    size: int


class Ask(NamedTuple):
    """
    Make a call to the server, and show the answer.

    @ivar what: the command's name.
    @ivar name: its argument, or empty.
    """

    what: str
    name: str


class CallCommand(NamedTuple):
    """
    Call a command of the server or of a bot.

    @ivar name: its name.
    @ivar text: the whole line.
    """

    peer: Recipient
    name: str
    text: str


class PressButton(NamedTuple):
    """Press a button under a message of a bot, or choose there."""

    message: int
    what: Offered


class ListCommands(NamedTuple):
    """Show the commands of the server and of bots."""

    peer: Recipient


class ContactCommand(NamedTuple):
    """
    Make a call about a contact.

    @ivar what: the command's name.
    @ivar user: the user's id.
    """

    what: str
    user: int


class Tend(NamedTuple):
    """
    Make a call about a group or one of its members.

    @ivar what: the command's name.
    @ivar group: the group's id.
    @ivar user: the id of the user whom it concerns, or 0.
    @ivar minutes: the duration; 0: without end.
    """

    what: str
    group: int
    user: int = 0
    minutes: int = 0


class Learn(NamedTuple):
    """Fetch the names of users and groups, then parse the line again, with C{fresh}."""


class Quit(NamedTuple):
    """Leave."""


Deed = SendText | SendFile | EditMessage | RecallMessage | ReactToMessage
Step = (
    Say
    | Deed
    | ReportMessage
    | Save
    | Past
    | Ask
    | CallCommand
    | PressButton
    | ListCommands
    | ContactCommand
    | Tend
    | Learn
    | Quit
    | None
)


class Chat:
    """
    Parses typed lines into steps, and formats events as lines.

    @param site: the URL to which the server's links are relative.
    @param language: the language of the texts.
    @param me: the user's id.
    @ivar peer: the other side of the current conversation; None: none is chosen.
    """

    def __init__(self, site: str, language: Language, me: int = 0) -> None:
        self.peer: Recipient | None = None
        self._site = site
        self._language = language
        self._me = me
        self._users: dict[int, str] = {}
        self._bots: set[int] = set()
        self._away: dict[int, str | None] = {}
        self._logins: dict[int, str] = {}
        self._groups: dict[int, str] = {}
        self._recent = Recent()

    def text(self, key: str, **fields: object) -> str:
        """@return: a text in the user's language; its fields are made L{harmless}."""
        return self._fill(TEXTS[key], **fields)

    def _fill(self, words: Words, /, **fields: object) -> str:
        shown = {name: harmless(str(value)) for name, value in fields.items()}
        return words.text(self._language).format(**shown)

    def error(self, error: ClientError) -> str:
        """@return: the line that tells an error."""
        key = _ERRORS.get(type(error))
        return self.text(key, text=error) if key else harmless(str(error))

    def failed(self, line: str, error: ClientError) -> str:
        """@return: the line that tells that a typed line failed, or may have failed, and why."""
        short = line if len(line) <= _LABEL else f"{line[:_LABEL]}..."
        if isinstance(error, Unconfirmed):
            return self.text("doubt", line=short)
        return self.text("failed", line=short, why=self.error(error))

    def made(self, group: Group) -> str:
        """
        The user has made a group. It becomes the current conversation.

        @return: the line that tells that.
        """
        self._groups[group.id] = group.name
        self.peer = Recipient(True, group.id, group.name)
        return self.text("made_group", name=group.name)

    def dissolved(self, group: int) -> None:
        """The user has dissolved a group. If it was the current conversation, none is chosen now."""
        if self.peer is not None and self.peer.group and self.peer.id == group:
            self.peer = None

    def learn(self, users: Iterable[User], groups: Iterable[Group]) -> None:
        """Note the names of users and groups. Names of deleted users stay known."""
        for user in users:
            self._users[user.id] = user.name
            self._logins[user.id] = user.login or user.name
            (self._bots.add if user.bot else self._bots.discard)(user.id)
        self._groups.update((group.id, group.name) for group in groups)

    def known_users(self) -> list[tuple[str, str]]:
        """@return: the users whose names are known: the name that is shown, and the one with which the user logs in."""
        return [(name, self._logins.get(user, name)) for user, name in self._users.items()]

    def known_groups(self) -> list[str]:
        """@return: the names of groups that are known."""
        return [*self._groups.values()]

    def away(self, user: User) -> str:
        """@return: the line that says that a user is away; empty: the user is not, or that was said before."""
        if self._away.get(user.id) == user.away:
            return ""
        self._away[user.id] = user.away
        if user.away is None:
            return ""
        return self.text("away_with" if user.away else "away", name=self._name(user.id), text=user.away)

    # Typed lines

    def line(self, line: str, fresh: bool = False) -> Step:
        """
        Parse a typed line.

        @param fresh: whether the names were fetched just now: then an unknown name is an error.
        @return: the step to carry out; None: there is nothing to do.
        """
        line = line.strip()
        if not line.startswith("/") or line.startswith("//"):
            return self._send(line.removeprefix("/"))
        name, _, argument = line[1:].partition(" ")
        name, argument = name.lower(), argument.strip()
        if not argument and (name in USAGE or name in _ABOUT_A_USER | _CONTACTS) and name != "history":
            return self._usage(name)
        step: Step
        match name:
            case "to" | "group":
                step = self._talk_to(name == "group", argument, fresh)
            case "history":
                step = self._history(argument)
            case "send" | "save":
                step = self._file(name, argument)
            case "reply" | "edit" | "recall" | "react" | "unreact" | "report" | "press":
                step = self._about(name, *argument.partition(" ")[::2])
            case "new" | "join" | "find" | "search" | "mentions" | "friends" | "groups" | "blocked" | "conversations":
                step = self._ask(name, argument)
            case "leave" | "link" | "requests" | "who" | "dissolve":
                step = self._here(name, argument)
            case _ if name in _ABOUT_A_USER | _CONTACTS:
                step = self._about_user(name, argument, fresh)
            case "help":
                step = Say(self.text("help"))
            case "quit":
                step = Quit()
            case _:
                step = self._command(name, line)
        return step

    def _command(self, name: str, line: str) -> Step:
        """What the terminal does not know, the server or a bot may. A path, such as C{/usr/bin}, is a text."""
        called = parse(line)
        if called is None:
            return self._send(line)
        if self.peer is None:
            return Say(self.text("nobody" if name == "commands" else "no_command", name=name), wrong=True)
        return ListCommands(self.peer) if name == "commands" else CallCommand(self.peer, called.name, line)

    def offered(self, commands: Iterable[OfferedCommand]) -> str:
        """@return: the lines for a list of commands."""
        return "\n".join(map(self._offered, commands)) or self.text("empty")

    def _offered(self, command: OfferedCommand) -> str:
        words = " ".join(filter(None, (f"/{command.name}", command.arguments(self._language))))
        return harmless(f"{words}: {command.description(self._language)}")

    def about(self, command: OfferedCommand) -> str:
        """@return: what a command does, and what is typed behind its name."""
        both = (command.description(self._language), command.arguments(self._language))
        return harmless(" · ".join(filter(None, both)))

    def arguments(self, name: str) -> str:
        """@return: what is typed behind the name of one of the terminal's own commands; empty: nothing."""
        words = USAGE.get(name, A_USER if name in OF_A_USER else None)
        return "" if words is None else words.text(self._language)

    def _usage(self, name: str) -> Say:
        return Say(self.text("usage", name=f"{name} {self.arguments(name)}"), wrong=True)

    def _send(self, content: str) -> Step:
        if not content:
            return None
        return SendText(self.peer, content) if self.peer else Say(self.text("nobody"), wrong=True)

    def _talk_to(self, group: bool, wanted: str, fresh: bool) -> Step:
        names = self._groups if group else self._users
        found = _called(names, wanted) or ([] if group else _called(self._logins, wanted))
        if found:
            # If two users had the name one after the other, the later one, with the larger id, has it now.
            self.peer = Recipient(group, max(found), names[max(found)])
            return Say(self.text("to_group" if group else "to", name=self.peer.name))
        # The next line must not go to the conversation before. So none is chosen until this name is found.
        self.peer = None
        return Say(self.text("no_group" if group else "no_user", name=wanted), wrong=True) if fresh else Learn()

    def _ask(self, name: str, argument: str) -> Ask:
        if name == "new":
            # As with /to: if the group cannot be made, the next line must not go to the conversation before.
            self.peer = None
        return Ask(name, argument)

    def _here(self, name: str, argument: str) -> Step:
        """Commands that concern the current group if there is one: C{/who} then lists its members."""
        if name == "dissolve":
            return self._dissolve(argument)
        if self._is_in_group or name in ("leave", "link"):
            return self._in_group("members" if name == "who" else name)
        return Ask(name, "")

    @property
    def _is_in_group(self) -> bool:
        return self.peer is not None and self.peer.group

    def _in_group(self, what: str, user: int = 0, minutes: int = 0) -> Step:
        if self.peer is None or not self.peer.group:
            return Say(self.text("no_chosen_group"), wrong=True)
        return Tend(what, self.peer.id, user, minutes)

    def _dissolve(self, argument: str) -> Step:
        """Dissolving cannot be undone: so the user has to type the group's name."""
        step = self._in_group("dissolve")
        if not isinstance(step, Tend):
            return step
        name = self._groups[step.group]
        if key_of(argument) == key_of(name):
            return step
        return Say(self.text("not_dissolved", name=name), wrong=True)

    def _about_user(self, name: str, argument: str, fresh: bool) -> Step:
        minutes = 0
        head, _, tail = argument.rpartition(" ")
        # A user's name may end with a number, too.
        if name == "mute" and head and _is_number(tail) and self._find_user(argument) is None:
            argument, minutes = head.strip(), int(tail)
        found = self._find_user(argument)
        if found is None:
            return Say(self.text("no_user", name=argument), wrong=True) if fresh else Learn()
        if name in _CONTACTS and not (name == "reject" and self._is_in_group):
            return ContactCommand(name, found)
        return self._in_group(name, found, minutes)

    def _find_user(self, wanted: str) -> int | None:
        """@return: the user of this display name; failing that, of this name to log in with; failing that, None."""
        return max(_called(self._users, wanted) or _called(self._logins, wanted), default=None)

    def _history(self, argument: str) -> Step:
        if argument and not _is_number(argument):
            return self._usage("history")
        if self.peer is None:
            return Say(self.text("nobody"), wrong=True)
        return Past(self.peer, min(max(int(argument or HISTORY), 1), MAX_HISTORY))

    def _file(self, name: str, argument: str) -> Step:
        if name == "send":
            path = Path(argument).expanduser()
            return SendFile(self.peer, path) if self.peer else Say(self.text("nobody"), wrong=True)
        return self._save(*argument.partition(" ")[::2])

    def _save(self, word: str, path: str) -> Step:
        """@param word: the message; see L{Recent.find}."""
        seen = self._recent.find(word, mine=False)
        if seen is None:
            return Say(self.text("no_message", name=word), wrong=True)
        if not seen.url:
            return Say(self.text("no_file", name=word), wrong=True)
        return Save(seen.url, seen.name, Path(path.strip()).expanduser() if path.strip() else None, seen.more)

    def _about(self, name: str, word: str, rest: str) -> Step:
        """@param word: the message; see L{Recent.find}."""
        rest = rest.strip()
        if name != "report" and bool(rest) is (name == "recall"):
            return self._usage(name)
        seen = self._recent.find(word, mine=name in ("edit", "recall"))
        if seen is None:
            return Say(self.text("no_message", name=word), wrong=True)
        return self._do_to(seen, name, rest)

    def _do_to(self, seen: Seen, name: str, rest: str) -> Step:
        match name:
            case "edit":
                return EditMessage(seen.id, rest)
            case "recall":
                return RecallMessage(seen.id)
            case "react" | "unreact":
                return ReactToMessage(seen.id, rest, name == "react")
            case "press":
                return self._press(seen, rest)
            case "report":
                return ReportMessage(seen.id, *_reason_and_text(rest))
        return SendText(seen.peer, rest, seen.id) if seen.peer else Say(self.text("no_reply"), wrong=True)

    def _press(self, seen: Seen, word: str) -> Step:
        """@param word: the number of what is pressed, or what stands there."""
        word = word.strip("[]")
        if _is_number(word) and 0 < int(word) <= len(seen.offers):
            return PressButton(seen.id, seen.offers[int(word) - 1])
        for offered in seen.offers:
            if word.casefold() in (offered.label.casefold(), offered.value or offered.action):
                return PressButton(seen.id, offered)
        return Say(self.text("no_button", name=word), wrong=True)

    # Lines to show

    def did(self, what: str, user: int) -> str:
        """@return: the line that tells that a command about a contact is done."""
        if what in ("block", "unblock"):
            return self._fill(EVENT_WORDS[f"{what}ed"], other=self._name(user))
        return self.text("contacts_now" if what == "accept" else "done")

    def own(self, event: Happened) -> tuple[str, int] | None:
        """@return: the kind of an event that this user caused, on any device, and the other user; else None."""
        other = event.user if event.contact is UNSET else event.contact
        return (event.kind, other) if event.from_ == self._me and other is not UNSET else None

    def knows(self, event: Happened | Folded) -> bool:
        """@return: whether the names of the event's users and group are known."""
        return self._people(event) <= self._users.keys() and (event.group is UNSET or event.group in self._groups)

    def strange(self, event: Happened | Folded) -> None:
        """The server does not tell some names of an event: show ids in their place from now on."""
        for user in self._people(event):
            self._users.setdefault(user, f"#{user}")
        if event.group is not UNSET:
            self._groups.setdefault(event.group, f"#{event.group}")

    def sent(self, send: SendText | SendFile, ack: Ack) -> int:
        """@return: the number of a message that was sent from here."""
        return self.sent_as(ack.id, send.peer)

    def sent_as(self, message: int, peer: Recipient) -> int:
        """@return: the number of a message of one's own."""
        return self._recent.note(Seen(message, peer, True))

    def started_anew(self, lost: Sequence[int]) -> str:
        """
        The server's log went back.

        @param lost: the ids of messages and other events that are gone; they may be those of other events now.
        @return: what is shown of that.
        """
        self._recent.forget(lost)
        return self.text("anew_lost", count=len(lost)) if lost else self.text("anew")

    def happened(self, event: Happened, now: datetime) -> str | None:
        """
        @param now: the time in the reader's zone; events from before yesterday are shown with their dates.
        @return: the line to show; None: this event is not shown.
        """
        if event.kind == "message":
            return None if event.expired else self.message(event, now)
        if event.kind not in EVENT_WORDS or (event.kind == "reacted" and event.recalled):
            return None
        what = self._what(event.message) if event.message is not UNSET else ""
        if event.kind == "edited" and event.message is not UNSET:
            self._recent.offer(event.message, _offers(event))
        key: str = event.kind
        if key == "reacted" and event.on is False:
            key = "unreacted"
        elif key in ("muted", "unmuted") and event.member is UNSET:
            key += "_all"
        elif key == "contact_requested" and event.text:
            key += "_with"
        elif key == "invited" and event.member == self._me:
            key = "invited_me"
        text = self._fill(
            EVENT_WORDS.get(key) or TEXTS[key],
            name=self._name(event.member if event.member is not UNSET else event.from_),
            by=self._name(event.from_),
            other=self._other(event),
            remark="" if event.remark is UNSET else event.remark,
            what=what,
            text=self.text("gone") if event.recalled else _text(event) or self._changed(event) or _call_of(event),
            emoji=event.emoji or "",
            size=event.size or 0,
            role=self.text(event.role) if event.role is not UNSET else "",
            until="" if event.until is UNSET else self.text("until", time=self._moment(event.until, now)),
            group="" if event.group is UNSET else self._groups.get(event.group, f"#{event.group}"),
        )
        offers = _offers(event)
        if event.kind == "answered" and offers:
            number = self._recent.note(Seen(event.id, self._peer(event), False, offers=offers))
            text = f"#{number} {text}"
        return " ".join([*self._head(event, now), text, *_shown_offers(offers)])

    def another_day(self, day: date) -> str:
        """@return: the line to show before the first line of a new day."""
        return f"-- {self._date(day)} --"

    def deleted_before(self, last: Folded, days: int, now: datetime) -> str:
        """
        @param last: the last message that is not kept any more.
        @param days: the days for which messages are kept; 0: for ever.
        @return: the line to show where the kept messages begin.
        """
        since = datetime.fromtimestamp(last.time / 1000, now.tzinfo)
        if not days:
            return f"-- {self.text('deleted_before', date=self._date(since.date()))} --"
        since = max(since, now - timedelta(days=days))
        return f"-- {self.text('kept_since', date=self._date(since.date()), days=days)} --"

    def hit(self, hit: Hit, now: datetime) -> str:
        """@return: the line for a result of a search; the words of the search are between asterisks."""
        snippet = "".join(f"*{text}*" if match else text for text, match in hit.snippet)
        return self.message(hit.message, now, harmless(snippet))

    def message(self, message: Happened | Folded, now: datetime, snippet: str = "") -> str:
        """
        @param now: see L{happened}.
        @param snippet: a text to show instead of the message's.
        @return: the line for a message.
        """
        mine = message.from_ == self._me
        more = tuple((file.url, file.name) for file in message.moreFiles)
        file = message.url or "", message.name or "", more
        seen = Seen(message.id, self._peer(message), mine, *file, _offers(message))
        number = self._recent.note(seen)
        time, *place = self._head(message, now)
        name = harmless(self._author(message))
        if mine and message.user is not UNSET and message.user != self._me:
            name += f" → {harmless(self._name(message.user))}"
        parts = [time, f"#{number}", *place, f"{name}:"]
        if message.replyTo is not UNSET:
            parts.append(self.text("reply", what=self._what(message.replyTo)))
        if message.forwardedFrom is not UNSET:
            parts.append(self.text("forwarded", name=self._name(message.forwardedFrom)))
        if message.me and not message.recalled:
            doer = message.from_ if message.forwardedFrom is UNSET else message.forwardedFrom
            parts.append(f"* {harmless(self._name(doer))}")
        if snippet:
            parts.append(snippet)
        else:
            gone = self.text("expired" if message.expired else "gone")
            parts += [gone] if message.recalled else self._content(message)
        return " ".join(parts)

    def names(self, things: Iterable[User | Group]) -> str:
        """@return: the lines for a list of names, at most L{LISTED}."""
        names = sorted((harmless(thing.name) for thing in things), key=str.casefold)
        more = [self.text("more", count=len(names) - LISTED)] if len(names) > LISTED else []
        return "\n".join(names[:LISTED] + more) or self.text("empty")

    def conversations(self, found: Iterable[Conversation]) -> str:
        """@return: the lines for a list of conversations."""
        return "\n".join(map(self._conversation, found)) or self.text("empty")

    def _conversation(self, one: Conversation) -> str:
        kind, _, _ = one.name.partition("-")
        title = self.text("announcements") if kind == "announcements" else harmless(one.title)
        title = title or self.text("nobody_any_more")
        parts = [f"[{title}]" if kind == "group" else title]
        parts += [f"({one.unread})"] if one.unread else []
        parts += [self.text(one.media)] if one.media in ("picture", "audio", "file") else []
        text = harmless(one.text)
        parts += [text if len(text) <= _LABEL else f"{text[:_LABEL]}..."] if text else []
        return " ".join(parts)

    def members(self, members: Iterable[Member]) -> str:
        """@return: the lines for a group's members."""
        shown = [
            User(one.id, "".join((one.name, self._bot_mark(one.bot), self._mark(one.role), self._muted(one.muted))))
            for one in members
        ]
        return self.names(shown)

    def _author(self, message: Happened | Folded) -> str:
        """@return: the name under which a message is shown; a bot's has its mark, whatever name it gives."""
        alias = "" if message.alias is UNSET else message.alias.name
        is_bot = message.alias is not UNSET or message.from_ in self._bots
        return f"{alias or self._name(message.from_)}{self._bot_mark(is_bot)}"

    def _bot_mark(self, bot: bool) -> str:
        return self.text("mark_bot") if bot else ""

    def _muted(self, muted: bool) -> str:
        return self.text("mark_muted") if muted else ""

    def _mark(self, role: str) -> str:
        return self.text(f"mark_{role}") if f"mark_{role}" in TEXTS else ""

    def _changed(self, event: Happened) -> str:
        if event.changed is UNSET:
            return ""
        changed = event.changed
        parts = (changed.name, changed.description, changed.picture, changed.joinPolicy)
        return ", ".join(part for part in parts if part is not UNSET)

    def _head(self, event: Happened | Folded, now: datetime) -> list[str]:
        """@return: the event's time; and its group, or that it is for everyone, unless it is between two users."""
        parts = [self._moment(event.time, now)]
        if event.group is not UNSET:
            parts.append(f"[{harmless(self._groups.get(event.group, f'#{event.group}'))}]")
        elif event.called is not UNSET and event.called.group is not UNSET:
            # What a bot tells this user alone belongs to where it was asked.
            parts.append(f"[{harmless(self._groups.get(event.called.group, f'#{event.called.group}'))}]")
        elif event.user is UNSET:
            parts.append(self.text("everyone"))
        return parts

    def _moment(self, time: int, now: datetime) -> str:
        """@return: the time in the zone of C{now}: alone if today's, with "yesterday", or with its date."""
        moment = datetime.fromtimestamp(time / 1000, now.tzinfo)
        days = (now.date() - moment.date()).days
        if days == 0:
            return f"{moment:%H:%M}"
        if days == 1:
            return self.text("yesterday", time=f"{moment:%H:%M}")
        return f"{self._date(moment)} {moment:%H:%M}"

    def _date(self, day: date) -> str:
        return DATE.text(self._language).format(day=day)

    def _content(self, message: Happened | Folded) -> list[str]:
        parts = [self.text(message.media)] if message.media in ("picture", "audio", "file") else []
        parts += [_length(message.seconds)] if message.media == "audio" and 0 < message.seconds <= AUDIO_LIMIT else []
        link = self._link(message.url) if message.url else ""
        parts += filter(None, map(harmless, (message.name, _text(message), link)))
        for file in message.moreFiles:
            parts.append(self.text(file.media))
            parts += [_length(file.seconds)] if file.media == "audio" and 0 < file.seconds <= AUDIO_LIMIT else []
            parts += filter(None, map(harmless, (file.name, self._link(file.url))))
        parts += _shown_offers(_offers(message))
        if isinstance(message, Folded):
            parts += [self.text("changed")] if message.edited is not UNSET else []
            parts += [f"{harmless(one.emoji)}{len(one.users)}" for one in message.reactions]
        return parts

    def _people(self, event: Happened | Folded) -> set[int]:
        people = {event.from_} if event.user is UNSET else {event.from_, event.user}
        if event.forwardedFrom is not UNSET:
            people.add(event.forwardedFrom)
        if isinstance(event, Happened) and event.member is not UNSET:
            people.add(event.member)
        if isinstance(event, Happened) and event.contact is not UNSET:
            people.add(event.contact)
        return people

    def _other(self, event: Happened) -> str:
        """@return: the name of the other user whom the event concerns; empty: there is none."""
        other = event.user if event.contact is UNSET else event.contact
        return "" if other is UNSET else self._name(other)

    def _peer(self, event: Happened | Folded) -> Recipient | None:
        if event.group is not UNSET:
            return Recipient(True, event.group, self._groups.get(event.group, f"#{event.group}"))
        if event.user is UNSET:
            return None
        other = event.user if event.from_ == self._me else event.from_
        return Recipient(False, other, self._name(other))

    def _name(self, user: int) -> str:
        return self._users.get(user, f"#{user}")

    def _what(self, message: int) -> str:
        number = self._recent.number(message)
        return self.text("older") if number is None else f"#{number}"

    def _link(self, url: str) -> str:
        return url if "://" in url else f"{self._site}/{url.removeprefix('./').lstrip('/')}"


def _text(said: Happened | Folded) -> str:
    """@return: the text of a message or another event; of Markdown without its signs."""
    text = said.text or ""
    return plain(text) if said.format == "markdown" else text


def _offers(message: Happened | Folded) -> tuple[Offered, ...]:
    """@return: what can be pressed or chosen under a message."""
    offers = [Offered(action.label, action.id) for action in message.actions or ()]
    choice = message.choice
    if choice is not UNSET:
        offers += [Offered(option.label, choice.id, option.value) for option in choice.options]
    return tuple(offers)


def _shown_offers(offers: Sequence[Offered]) -> list[str]:
    """@return: the numbers and labels of what is offered."""
    return [f"[{number} {harmless(offered.label)}]" for number, offered in enumerate(offers, 1)]


def _call_of(event: Happened) -> str:
    """@return: the command of a call, as it was typed; or what was pressed or chosen."""
    if event.called is UNSET:
        return ""
    called = event.called
    return f"/{called.command} {called.arguments}".rstrip() if called.command else called.value or called.action


def _length(seconds: float) -> str:
    """@return: a duration as players show it: C{1:05} or C{1:02:03}."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _called(names: Mapping[int, str], wanted: str) -> list[int]:
    """@return: the ids of the users or groups of this name, compared as the server compares names."""
    for key in (name_key, key_of):
        found = [number for number, name in names.items() if key(name) == key(wanted)]
        if found:
            return found
    return []


def _reason_and_text(rest: str) -> tuple[str, str]:
    """@return: the reason that the first word names in either language, and what follows; else C{other}, and all."""
    word, _, text = rest.partition(" ")
    for reason, words in REPORT_REASONS.items():
        if word.lower() in (reason, words.zh):
            return reason, text.strip()
    return "other", rest


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10
