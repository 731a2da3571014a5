"""People and groups by their names: who and what they are is asked once, and kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from hichat.client.calls import Session
from hichat.client.wire import ClientError, Refused, whole, words
from hichat.core.text import key_of

NAMES_KEPT = 2000
"""People, and groups, that are remembered at most."""

NAME_LIFETIME = 600.0
"""Seconds for which a name is believed. A change of it that the server tells is seen at once."""

K = TypeVar("K", int, str)
T = TypeVar("T")


class NoSuchName(ClientError):
    """Nobody and nothing has this name; or several people have it as their display name, and none as the name."""


class Person(NamedTuple):
    """
    A user.

    @ivar name: the name that people see.
    @ivar login: the name to log in with; empty if the account was deleted.
    @ivar bot: whether it is a bot.
    """

    id: int
    name: str
    login: str = ""
    bot: bool = False

    def __str__(self) -> str:
        return self.name


class Target(NamedTuple):
    """
    Which conversation something is in: with C{user}, in C{group}, or the announcements if both are None.

    @ivar name: the name of the other person, or of the group.
    """

    user: int | None = None
    group: int | None = None
    name: str = ""

    @property
    def path(self) -> str:
        """The conversation's name in the server's paths: C{user-2}, C{group-1000000001} or C{announcements}."""
        if self.user is not None:
            return f"user-{self.user}"
        return "announcements" if self.group is None else f"group-{self.group}"


class Remembered(Generic[K, T]):
    """
    Values that are asked for once, and kept for a while.

    @param ask: gets the value of a key.
    """

    def __init__(self, ask: Callable[[K], Awaitable[T]], seconds: Callable[[], float] = time.monotonic) -> None:
        self._ask: Callable[[K], Awaitable[T]] = ask
        self._seconds = seconds
        self._known: OrderedDict[K, tuple[float, T]] = OrderedDict()
        self._asking: dict[K, asyncio.Task[T]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def keep(self, key: K, value: T) -> None:
        """Remember a value; forget the one that was not used for the longest time if there are too many."""
        self._known[key] = (self._seconds() + NAME_LIFETIME, value)
        self._known.move_to_end(key)
        while len(self._known) > NAMES_KEPT:
            self._known.popitem(last=False)

    def forget(self, key: K) -> None:
        """Ask again the next time."""
        self._known.pop(key, None)

    async def get(self, key: K) -> T:
        """@return: the value; if several callers wait for it, it is asked for once."""
        found = self._known.get(key)
        if found is not None and found[0] > self._seconds():
            self._known.move_to_end(key)
            return found[1]
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._fetch(key))
        # A caller that is cancelled does not take the answer from the others.
        return await asyncio.shield(asking)

    async def _fetch(self, key: K) -> T:
        try:
            value = await self._ask(key)
            self.keep(key, value)
            return value
        finally:
            del self._asking[key]


class Directory:
    """
    @param session: makes the calls, for the bot.
    @ivar people: users by their ids.
    @ivar groups: names of groups by their ids.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.people: Remembered[int, Person] = Remembered(self._person)
        self.groups: Remembered[int, str] = Remembered(self._group)
        self._called: Remembered[str, Person] = Remembered(self._person_called)
        self._groups_called: Remembered[str, Target] = Remembered(self._group_called)

    async def place(self, to: str | int | Target | Person) -> Target:
        """
        @param to: C{"@ann"}, C{"#ops"}, C{"announcements"}, C{"user-2"}, C{"group-1000000001"}, a user's id, a person,
            or a place.
        @raise NoSuchName: nobody and nothing has this name.
        """
        if isinstance(to, Target):
            return to
        if isinstance(to, Person):
            return Target(user=to.id, name=to.name)
        if isinstance(to, int):
            return await self.where(to, None)
        return await self._named(to)

    async def _named(self, to: str) -> Target:
        if to.startswith("@"):
            person = await self.person(to[1:])
            return Target(user=person.id, name=person.name)
        if to.startswith("#"):
            return await self._groups_called.get(key_of(to[1:]))
        kind, _, number = to.partition("-")
        if kind in ("user", "group") and number.isascii() and number.isdigit():
            return await (self.where(int(number), None) if kind == "user" else self.where(None, int(number)))
        if to == "announcements":
            return Target(name=to)
        raise NoSuchName(f'say "@{to}" for a person, or "#{to}" for a group')

    async def where(self, user: int | None, group: int | None) -> Target:
        """@return: a conversation with its name; if that cannot be had now, its number stands for it."""
        place = Target(user, group)
        try:
            if user is not None:
                return place._replace(name=(await self.people.get(user)).name)
            return place._replace(name=place.path if group is None else await self.groups.get(group))
        except ClientError:
            return place._replace(name=place.path)

    async def who(self, user: int) -> Person:
        """@return: a user; if the name cannot be had now, the number stands for it."""
        try:
            return await self.people.get(user)
        except ClientError:
            return Person(user, f"user-{user}")

    async def person(self, name: str) -> Person:
        """
        @param name: the name to log in with, or else the display name, in any case.
        @raise NoSuchName: nobody has it.
        """
        return await self._called.get(key_of(name))

    async def _person_called(self, name: str) -> Person:
        answer = await self._session.call("GET", f"/users?{urlencode({'text': name, 'limit': 50})}")
        items = answer.get("items") if isinstance(answer, dict) else None
        found = [_person_of(row) for row in items or () if isinstance(row, dict)]
        for person in found:
            self.people.keep(person.id, person)
        named = [each for each in found if key_of(each.login) == name] or [
            each for each in found if key_of(each.name) == name
        ]
        if len(named) != 1:
            raise NoSuchName(f"several people are called {name}: say which by the log-in" if named else f"no @{name}")
        return named[0]

    async def _group_called(self, name: str) -> Target:
        for row in await self._session.items("/groups", name=name, exact="true"):
            group = whole(row.get("id"))
            self.groups.keep(group, words(row.get("name")))
            return Target(group=group, name=words(row.get("name")))
        raise NoSuchName(f"no #{name}")

    async def _person(self, user: int) -> Person:
        return _person_of(_row(await self._session.call("GET", f"/users/{user}")))

    async def _group(self, group: int) -> str:
        return words(_row(await self._session.call("GET", f"/groups/{group}")).get("name"))


def _row(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise Refused("the server's answer is no object")
    return answer


def _person_of(row: dict[str, Any]) -> Person:
    login = words(row.get("name"))
    return Person(whole(row.get("id")), words(row.get("displayName")) or login, login, row.get("bot") is True)
