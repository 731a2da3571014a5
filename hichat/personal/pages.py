"""
The pages of an export, for people. They need no network and no script.

Everything that a user has written is hostile: it goes into a page as escaped text only, or as the address of a file in
the ZIP that L{ExportedFiles.name_of} has made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from msgspec import UNSET

from hichat import __version__
from hichat.core.errors import Language
from hichat.personal.shapes import ExportedConversation, ExportedIdentity, ExportedPerson, ExportedReport
from hichat.personal.words import EXPORT_WORDS
from hichat.wire.frames import Folded

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem }
h2 { font-size: 1.1rem; margin-top: 2rem }
nav { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0 }
table { border-collapse: collapse }
th { text-align: start; font-weight: 600; padding-inline-end: 1rem; vertical-align: top }
article { border-top: 1px solid #8884; padding: .5rem 0 }
article:target { outline: 2px solid }
.note { opacity: .75; font-size: .875rem }
.text { white-space: pre-wrap; margin: 0 }
img, video { max-width: 100%; max-height: 30rem; display: block }
"""

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:; media-src 'self' file:; "
    "base-uri 'none'; form-action 'none'"
)


class PageFile(NamedTuple):
    """
    A file, as pages name it.

    @ivar path: in the ZIP; empty: the file is gone.
    @ivar type: its media type.
    @ivar shown: whether a browser can show it, and runs no script in it.
    """

    path: str
    name: str
    type: str
    shown: bool


FindFile = Callable[[str], PageFile | None]
"""Finds the file that the URL in a message names; None: it is no file of this server."""


class Texts:
    """The words in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._words = EXPORT_WORDS[language]

    def say(self, word: str, **fields: object) -> str:
        """@return: a word, escaped as its fields are."""
        return escape(self._words[word].format(**fields))

    def plain(self, word: str, **fields: object) -> str:
        """@return: a word, not escaped."""
        return self._words[word].format(**fields)


def moment_of(milliseconds: int) -> str:
    """@return: a time, for people."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return str(milliseconds)


def page_name(number: int) -> str:
    """@return: the name of a page of a conversation, from 1 on."""
    return f"page-{number}.html"


def messages_page(
    texts: Texts,
    title: str,
    messages: Sequence[Folded],
    names: Mapping[int, str],
    find: FindFile,
    number: int,
    more: bool,
    up: str = "../../",
) -> str:
    """
    @param names: the names of users, by id.
    @param number: the page's number; 0: there is only one.
    @param more: whether another one follows.
    @param up: the way from the page to the ZIP's root.
    """
    links = [f'<a href="{up}index.html">{texts.say("index")}</a>']
    if number > 1:
        links.append(f'<a href="{page_name(number - 1)}">{texts.say("before")}</a>')
    if more:
        links.append(f'<a href="{page_name(number + 1)}">{texts.say("after")}</a>')
    nav = f"<nav>{''.join(links)}</nav>"
    here = {message.id for message in messages}
    body = "".join(_article(texts, message, names, find, here, up) for message in messages)
    heading = escape(title) + (f" · {texts.say('page', page=number)}" if number > 1 or more else "")
    return _page(texts, title, f"{nav}<h1>{heading}</h1>{body}{nav}")


def _article(texts: Texts, message: Folded, names: Mapping[int, str], find: FindFile, here: set[int], up: str) -> str:
    def name_of(user: int) -> str:
        # Those whom a guest does not see are not among the names.
        word = "deleted" if user in names else "unseen"
        return escape(names.get(user) or texts.plain(word, id=user))

    who = name_of(message.from_)
    if message.alias is not UNSET and message.alias.name:
        who = f"{escape(message.alias.name)} ({who})"
    notes = [f"<strong>{who}</strong>", f"<time>{moment_of(message.time)}</time>", f"#{message.id}"]
    if message.edited is not UNSET:
        notes.append(texts.say("edited"))
    if message.replyTo is not UNSET:
        said = texts.say("reply", id=message.replyTo)
        notes.append(f'<a href="#m{message.replyTo}">{said}</a>' if message.replyTo in here else said)
    if message.forwardedFrom is not UNSET:
        notes.append(texts.say("forwarded", name="\0").replace("\0", name_of(message.forwardedFrom)))
    parts = [f'<p class="note">{" · ".join(notes)}</p>']
    if message.recalled:
        parts.append(f'<p class="note">{texts.say("expired" if message.expired else "recalled")}</p>')
    files = [(message.url, message.name)] if message.url else []
    files += [(file.url, file.name) for file in message.moreFiles]
    parts += [_file(texts, url, name, find, up) for url, name in files]
    if message.text:
        parts.append(f'<p class="text">{escape(message.text)}</p>')
    if message.reactions:
        each = (f"{escape(one.emoji)} {', '.join(map(name_of, one.users))}" for one in message.reactions)
        parts.append(f'<p class="note">{" · ".join(each)}</p>')
    return f'<article id="m{message.id}">{"".join(parts)}</article>'


def _file(texts: Texts, url: str, name: str, find: FindFile, up: str) -> str:
    found = find(url)
    if found is None:
        # An address elsewhere is text: a page of an export leads nowhere.
        return f"<p>{texts.say('file')}: {escape(name)} {escape(url)}</p>"
    shown = escape(name or found.name or texts.plain("file"))
    if not found.path:
        return f'<p>{texts.say("file")}: {shown} <span class="note">{texts.say("gone")}</span></p>'
    if not found.shown:
        # What a browser might run is not linked.
        return f'<p>{texts.say("file")}: {shown} <span class="note">{texts.say("kept", path=found.path)}</span></p>'
    address = escape(up + quote(found.path))
    family = found.type.partition("/")[0]
    if family == "image":
        return f'<p><a href="{address}"><img src="{address}" alt="{shown}" loading="lazy"></a></p>'
    if family in ("audio", "video"):
        return (
            f'<p><{family} src="{address}" controls preload="none"></{family}><br><a href="{address}">{shown}</a></p>'
        )
    return f'<p><a href="{address}">{shown}</a></p>'


class IndexParts(NamedTuple):
    """
    What the first page needs beside the person.

    @ivar files: the conversations; each has a name to show.
    @ivar saved: the number of saved messages.
    @ivar picture: the person's own picture, if it is in the ZIP.
    """

    conversations: Sequence[tuple[ExportedConversation, str]]
    saved: int
    picture: PageFile | None


def index_page(texts: Texts, person: ExportedPerson, parts: IndexParts) -> str:
    """@return: the first page."""
    profile = person.profile
    title = texts.plain("title", name=profile.displayName)
    rows = [
        (texts.say("name"), profile.name),
        (texts.say("displayName"), profile.displayName),
        (texts.say("gender"), profile.gender),
        (texts.say("bio"), profile.bio),
        (texts.say("email"), profile.email),
        (texts.say("verifiedAddress"), person.verifiedAddress.address if person.verifiedAddress else ""),
        (texts.say("phone"), profile.phone),
        (texts.say("created"), moment_of(profile.created)),
        (texts.say("administrator"), texts.plain("yes") if profile.administrator else ""),
    ]
    table = "".join(f"<tr><th>{name}</th><td class=text>{escape(value)}</td></tr>" for name, value in rows if value)
    picture = ""
    if parts.picture is not None and parts.picture.path and parts.picture.shown:
        picture = f'<img src="{escape(quote(parts.picture.path))}" alt="{texts.say("picture")}">'
    conversations = [
        f'<a href="{escape(quote(each.folder))}/{page_name(1)}">{escape(name)}</a> '
        f'<span class="note">{texts.say("messages", count=each.messages)}</span>'
        for each, name in parts.conversations
    ]
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="note">{texts.say("made", time=moment_of(person.made))} HiChat {escape(__version__)}</p>',
        f"<h2>{texts.say('profile')}</h2>{picture}<table>{table}</table>",
        _list(texts, "conversations", conversations),
    ]
    if parts.saved:
        body.append(f'<p><a href="saved.html">{texts.say("saved")} ({parts.saved})</a></p>')
    body += [
        _list(texts, "contacts", [_named(texts, each, each.remark) for each in person.contacts]),
        _list(
            texts,
            "requests",
            [
                f"{_named(texts, each, each.greeting)} {texts.say('asked' if each.own else 'asks')}"
                for each in person.requests
            ],
        ),
        _list(texts, "blocks", [_named(texts, each) for each in person.blocks]),
        _list(texts, "groups", [_group(texts, each.id, each.name, each.role) for each in person.groups]),
        _list(texts, "devices", [_device(texts, each) for each in person.devices]),
        _list(texts, "passkeys", [_device(texts, each) for each in person.passkeys]),
        _list(texts, "appPasswords", [_device(texts, each) for each in person.appPasswords]),
        _list(texts, "bots", [escape(each.displayName) for each in person.bots]),
        _list(texts, "identities", [_identity(texts, each) for each in person.identities]),
        _list(
            texts, "hooks", [f"{escape(each.name)} <span class=note>{escape(each.url)}</span>" for each in person.hooks]
        ),
        _list(
            texts,
            "reminders",
            [
                f"<span class=note>{moment_of(each.due)}</span> <span class=text>{escape(each.text)}</span>"
                for each in person.reminders
            ],
        ),
        _list(texts, "reports", [_report(texts, each) for each in person.reports]),
        f'<p class="note">{texts.say("machine")}</p>',
    ]
    return _page(texts, title, "".join(body))


def _list(texts: Texts, heading: str, items: Iterable[str]) -> str:
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"<h2>{texts.say(heading)}</h2>" + (f"<ul>{listed}</ul>" if listed else f"<p>{texts.say('none')}</p>")


def _named(texts: Texts, each: object, more: str = "") -> str:
    name = getattr(each, "displayName", "") or texts.plain("deleted", id=getattr(each, "id", 0))
    return f"{escape(name)}{f' <span class=note>{escape(more)}</span>' if more else ''}"


def _group(texts: Texts, id: int, name: str, role: object) -> str:
    what = "left" if role is UNSET else f"role_{role}"
    return f"{escape(name or texts.plain('group', id=id))} <span class=note>{texts.say(what)}</span>"


def _report(texts: Texts, each: ExportedReport) -> str:
    notes = [moment_of(each.created), texts.plain(f"reason_{each.reason}"), each.text]
    if each.closed is not UNSET:
        notes.append(texts.plain("closed", time=moment_of(each.closed)))
    if each.message is not UNSET:
        what = texts.plain("reported", name=each.message.name, text=each.message.text or " ".join(each.message.files))
    else:
        what = each.person.displayName if each.person is not UNSET else ""
    return f"{escape(what)} <span class=note>{escape(' · '.join(filter(None, notes)))}</span>"


def _device(texts: Texts, each: object) -> str:
    notes = [getattr(each, "address", "")]
    if getattr(each, "used", 0):
        notes.append(texts.plain("used", time=moment_of(getattr(each, "used", 0))))
    if getattr(each, "rememberedUntil", UNSET) is not UNSET:
        notes.append(texts.plain("remembered", time=moment_of(getattr(each, "rememberedUntil", 0))))
    if getattr(each, "revoked", UNSET) is not UNSET:
        notes.append(texts.plain("revoked"))
    return f"{escape(getattr(each, 'name', ''))} <span class=note>{escape(' · '.join(filter(None, notes)))}</span>"


def _identity(texts: Texts, each: ExportedIdentity) -> str:
    notes = [each.issuer, texts.plain("used", time=moment_of(each.used)) if each.used else ""]
    return f"{escape(each.name or each.subject)} <span class=note>{escape(' · '.join(filter(None, notes)))}</span>"


def _page(texts: Texts, title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="{texts.language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )
