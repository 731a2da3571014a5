"""Accounts: oneself, and other people as all may see them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.accounts import users
from hichat.accounts.fields import EMAIL_LIMIT, GENDER_LIMIT, NAME_LIMIT, PICTURE_LIMIT, name_key
from hichat.accounts.users import User
from hichat.errors import NameTaken, NoSuchUser
from hichat.web.api.operation import Caller, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.parts import Parts

Name = Annotated[str, Meta(min_length=1, max_length=NAME_LIMIT)]
Picture = Annotated[str, Meta(max_length=PICTURE_LIMIT)]
Gender = Annotated[str, Meta(max_length=GENDER_LIMIT)]


class Person(msgspec.Struct):
    """
    A user, as everybody may see them.

    @ivar avatar: where a picture is: a URL, a path of this server, or nothing.
    """

    id: UserId
    name: str
    avatar: str
    gender: str


class Profile(Person):
    """
    A user, as they see themselves.

    @ivar administrator: may write to everyone.
    """

    phone: str
    email: str
    administrator: bool
    created: Time


class ProfileChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    What is to be another way; what is absent stays as it is.

    @ivar avatar: an http(s) URL, a path, or nothing.
    @ivar phone: a Chinese mobile number, or nothing.
    @ivar email: an address, or nothing.
    """

    name: Name | UnsetType = UNSET
    avatar: Picture | UnsetType = UNSET
    gender: Gender | UnsetType = UNSET
    phone: Annotated[str, Meta(max_length=32)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=EMAIL_LIMIT)] | UnsetType = UNSET


class UserPath(msgspec.Struct, forbid_unknown_fields=True):
    """A user's place."""

    user: UserId


class PeopleQuery(Paging):
    """
    Which people.

    @ivar prefix: how their names begin, in any case.
    """

    prefix: Annotated[str, Meta(max_length=NAME_LIMIT)] = ""


async def get_me(parts: Parts, caller: Caller) -> Profile:
    """Gives everything that the server knows about you."""
    return profile_of(caller.user)


async def change_me(parts: Parts, caller: Caller, body: ProfileChange) -> Profile:
    """Changes all of what is given, or nothing."""
    return profile_of(await parts.accounts.change_profile(caller.user, msgspec.to_builtins(body)))


async def find_people(parts: Parts, caller: Caller, query: PeopleQuery) -> Page[Person]:
    """Gives people in the order of their names."""
    after = query.after(tuple[str])
    found = await parts.store.read(users.by_prefix, query.prefix, after[0] if after else None, query.limit + 1)
    return query.page([person_of(user) for user in found], lambda person: (name_key(person.name),))


async def get_person(parts: Parts, caller: Caller, path: UserPath) -> Person:
    """Gives what everybody may see: no phone number, no addresses."""
    return person_of(await parts.store.read(users.get, path.user))


def person_of(user: User) -> Person:
    """@return: a user, as everybody may see them."""
    return Person(user.id, user.name, user.avatar, user.gender)


def profile_of(user: User) -> Profile:
    """@return: a user, as they see themselves."""
    return Profile(
        id=user.id,
        name=user.name,
        avatar=user.avatar,
        gender=user.gender,
        phone=user.phone,
        email=user.email,
        administrator=user.administrator,
        created=user.created_at,
    )


SECTION = Section(
    "Accounts",
    "Everybody with an account may look at everybody, but sees phone number and e-mail address of oneself only.",
    (
        Operation("GET", "/me", get_me, "Look at yourself"),
        Operation("PATCH", "/me", change_me, "Change your profile", (NameTaken,)),
        Operation("GET", "/users", find_people, "Find people by name"),
        Operation("GET", "/users/{user}", get_person, "Look at somebody", (NoSuchUser,)),
    ),
)
