"""
The rights that a bot's token gives: scopes, and the conversations to which it is limited. No I/O here.

A bot's rights are those of its account, as for any user; a token gives at most these, and may give less.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from enum import Flag
from functools import reduce
from operator import or_
from typing import Literal

import msgspec

from hichat.core.errors import InvalidField, NotInToken, TokenMayNot
from hichat.core.events import MAX_SAFE_INTEGER, Scope

BOT_TOKEN = "hcb_"  # noqa: S105
"""The beginning of every bot's token."""

TOKEN_CONVERSATIONS = 40
"""The most conversations to which a token is limited."""

ANNOUNCEMENTS_NAME = "announcements"
"""The name of the conversation of all."""

TokenPlace = tuple[int, int]
"""A conversation as its user sees it: the scope, and the other user's or the group's id; (C{EVERYONE}, 0)."""

ScopeWord = Literal["send", "read", "manage"]
"""A scope as people and programs read it."""

_NAME = re.compile(r"(user|group)-([1-9][0-9]{0,15})")
_KINDS = {"user": Scope.USER, "group": Scope.GROUP}


class BotScope(Flag):
    """What a token may be used for."""

    SEND = 1
    """To write, edit and recall messages, to react, to type, to upload files."""

    READ = 2
    """To hear of events, and to read messages, conversations, people, files."""

    MANAGE = 4
    """To manage groups: members, roles, mutes, bans, links, settings, pins."""

    @property
    def words(self) -> list[ScopeWord]:
        """The scopes as words, in order."""
        return [word for word, scope in _WORDS.items() if scope in self]


_WORDS: dict[ScopeWord, BotScope] = {"send": BotScope.SEND, "read": BotScope.READ, "manage": BotScope.MANAGE}


def scopes_of(words: Iterable[str]) -> BotScope:
    """
    @param words: some of C{send read manage}.
    @raise InvalidField: there are none, or there is another one.
    """
    try:
        found = [_WORDS[word] for word in words]  # type: ignore[index]
    except KeyError:
        raise InvalidField("scopes") from None
    if not found:
        raise InvalidField("scopes")
    return reduce(or_, found)


def place_named(name: str) -> tuple[Scope, int]:
    """
    @param name: of a conversation: C{user-ID}, C{group-ID} or C{announcements}.
    @raise InvalidField: it is no such name.
    """
    if name == ANNOUNCEMENTS_NAME:
        return Scope.EVERYONE, 0
    found = _NAME.fullmatch(name)
    if found is None or int(found[2]) > MAX_SAFE_INTEGER:
        raise InvalidField("conversations")
    return _KINDS[found[1]], int(found[2])


def name_of_place(place: TokenPlace) -> str:
    """@return: the name of a conversation; see L{place_named}."""
    scope, target = place
    if scope == Scope.EVERYONE:
        return ANNOUNCEMENTS_NAME
    return f"{'user' if scope == Scope.USER else 'group'}-{target}"


class BotPass(msgspec.Struct, frozen=True):
    """
    A token by which a bot was recognised.

    @ivar number: the token's number.
    @ivar conversations: the only ones for which it is good; None: it is for all of the bot's.
    @ivar ends_at: milliseconds since the epoch; None: it does not end.
    @ivar owner: the id of the person whose the bot is; 0: it is the server's.
    """

    number: int
    scopes: BotScope
    conversations: frozenset[TokenPlace] | None = None
    ends_at: int | None = None
    owner: int = 0

    def ask(self, scope: BotScope) -> None:
        """@raise TokenMayNot: the token lacks this scope."""
        if scope not in self.scopes:
            raise TokenMayNot

    def reaches(self, scope: int, target: int) -> bool:
        """
        @param scope: the scope of a conversation.
        @param target: the other user's id, or the group's, or 0.
        @return: whether the token is good for this conversation.
        """
        return self.conversations is None or (scope, target) in self.conversations

    def ask_place(self, scope: int, target: int) -> None:
        """@raise NotInToken: the token is for other conversations."""
        if not self.reaches(scope, target):
            raise NotInToken


def places_stored(text: str | None) -> frozenset[TokenPlace] | None:
    """@return: the conversations of a token, from the store's form: names with blanks between them; None: all."""
    return None if text is None else frozenset(map(place_named, text.split()))


def stored_places(places: Collection[TokenPlace] | None) -> str | None:
    """@return: the store's form; see L{places_stored}."""
    return None if places is None else " ".join(map(name_of_place, sorted(places)))
