"""Contacts: asking and accepting, one's own names for others, and blocking."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from hichat.contacts import contacts
from hichat.contacts.contacts import Block, Contact, Place, Request
from hichat.core.errors import (
    AddedOneself,
    AlreadyFriends,
    AlreadyRequested,
    Blocked,
    BlockedByYou,
    NoSuchContact,
    NoSuchRequest,
    NoSuchUser,
    NotBlocked,
    Oneself,
    RequestWaits,
    TooManyAttempts,
    TooManyContacts,
)
from hichat.web.api.accounts import AnyName, Greeting, Person, UserPath, person_of
from hichat.web.api.operation import Answer, Caller, Operation, Section, Time
from hichat.web.api.paging import Page, Paging
from hichat.web.parts import Parts

T = TypeVar("T")


class ShownContact(msgspec.Struct, omit_defaults=True):
    """
    A contact of yours.

    @ivar user: who it is.
    @ivar since: when you became contacts.
    @ivar remark: your own name for them, which only you see; absent: none.
    """

    user: Person
    since: Time
    remark: str = ""


class ShownRequest(msgspec.Struct, omit_defaults=True):
    """
    A request that waits for an answer.

    @ivar user: who asks you, or whom you ask.
    @ivar since: when it was made.
    @ivar greeting: a word from who asks.
    """

    user: Person
    since: Time
    greeting: str = ""


class ShownBlock(msgspec.Struct):
    """
    Somebody whom you have blocked.

    @ivar user: who it is.
    @ivar since: when you did.
    """

    user: Person
    since: Time


class NewRequest(msgspec.Struct, forbid_unknown_fields=True):
    """
    A request to be.

    @ivar greeting: a word to whom you ask.
    """

    greeting: Greeting = ""


class ContactChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    What is to be another way; what is absent stays as it is.

    @ivar remark: your own name for them; empty: none.
    """

    remark: AnyName | UnsetType = UNSET


# Contacts


async def get_contacts(parts: Parts, caller: Caller, query: Paging) -> Page[ShownContact]:
    """Gives your contacts, the oldest first."""
    found = await _listed(parts, caller, query, contacts.listed)
    return query.page([_contact(each) for each in found], _place)


async def get_contact(parts: Parts, caller: Caller, path: UserPath) -> ShownContact:
    """Gives one of your contacts."""
    return _contact(await parts.contacts.find(caller.user, path.user))


async def change_contact(parts: Parts, caller: Caller, path: UserPath, body: ContactChange) -> ShownContact:
    """Changes what a contact is to you. Your other devices hear of it; the contact does not."""
    if body.remark is UNSET:
        return await get_contact(parts, caller, path)
    return _contact(await parts.contacts.remark(caller.user, path.user, body.remark))


async def accept_contact(parts: Parts, caller: Caller, path: UserPath) -> ShownContact:
    """Accepts the request of somebody who has asked you. Both hear of it as an event."""
    return _contact(await parts.contacts.accept(caller.user, path.user))


async def remove_contact(parts: Parts, caller: Caller, path: UserPath) -> None:
    """Ends it for both, who hear of it as an event. What was said stays."""
    await parts.contacts.remove(caller.user, path.user)


# Requests


async def get_received_requests(parts: Parts, caller: Caller, query: Paging) -> Page[ShownRequest]:
    """Gives who asks you, who has waited longest first. Whom you have blocked is not shown."""
    found = await _listed(parts, caller, query, contacts.requests_to)
    return query.page([_request(each) for each in found], _place)


async def get_sent_requests(parts: Parts, caller: Caller, query: Paging) -> Page[ShownRequest]:
    """Gives whom you have asked and who has not answered, the oldest first."""
    found = await _listed(parts, caller, query, contacts.requests_of)
    return query.page([_request(each) for each in found], _place)


async def request_contact(parts: Parts, caller: Caller, path: UserPath, body: NewRequest) -> Answer:
    """
    Asks somebody to be a contact (202); they hear of it as an event. If they have asked you, this accepts it, and you
    are contacts at once (200). The same person can be asked five times a day.
    """
    contact = await parts.contacts.request(caller.user, path.user, body.greeting)
    return Answer(202, None) if contact is None else Answer(200, _contact(contact))


async def withdraw_request(parts: Parts, caller: Caller, path: UserPath) -> None:
    """Takes your own request back. Both hear of it as an event."""
    await parts.contacts.withdraw(caller.user, path.user)


async def reject_contact(parts: Parts, caller: Caller, path: UserPath) -> None:
    """Does not accept a request. Both hear of it as an event; they may ask again, unless you block them."""
    await parts.contacts.reject(caller.user, path.user)


# Blocks


async def get_blocks(parts: Parts, caller: Caller, query: Paging) -> Page[ShownBlock]:
    """Gives whom you have blocked, the oldest first."""
    found = await _listed(parts, caller, query, contacts.blocks_of)
    return query.page([_block(each) for each in found], _place)


async def block_user(parts: Parts, caller: Caller, path: UserPath) -> None:
    """
    Keeps somebody away: what they write to you, their requests and invitations are refused; they do not see whether
    you are online, writing, or how far you have read, and you do not hear of their writing and reading. They are not
    told. You stay contacts, if you are, and both still read each other in groups. Your other devices hear of it.
    """
    await parts.contacts.block(caller.user, path.user)


async def unblock_user(parts: Parts, caller: Caller, path: UserPath) -> None:
    """Takes that back."""
    await parts.contacts.unblock(caller.user, path.user)


async def _listed(
    parts: Parts,
    caller: Caller,
    query: Paging,
    read: Callable[[Connection, int, Place, int], list[T]],
) -> list[T]:
    after = query.after(tuple[int, int])
    return await parts.store.read(read, caller.user.id, Place(*after) if after else contacts.START, query.limit + 1)


def _place(each: ShownContact | ShownRequest | ShownBlock) -> tuple[int, int]:
    return each.since, each.user.id


def _contact(contact: Contact) -> ShownContact:
    return ShownContact(person_of(contact.user), contact.since, contact.remark)


def _request(request: Request) -> ShownRequest:
    return ShownRequest(person_of(request.user), request.since, request.greeting)


def _block(block: Block) -> ShownBlock:
    return ShownBlock(person_of(block.user), block.since)


SECTION = Section(
    "Contacts",
    "Two people become contacts when one asks and the other accepts. Unless the server is set so that only contacts "
    "may write to each other, everybody may write to everybody, except to who has blocked them.",
    (
        Operation("GET", "/contacts", get_contacts, "List your contacts"),
        Operation("GET", "/contacts/{user}", get_contact, "Look at a contact", (NoSuchContact,)),
        Operation("PATCH", "/contacts/{user}", change_contact, "Name a contact", (NoSuchContact,)),
        Operation(
            "PUT",
            "/contacts/{user}",
            accept_contact,
            "Accept a request",
            (NoSuchRequest, NoSuchUser, AddedOneself, AlreadyFriends, Blocked, BlockedByYou, TooManyContacts),
        ),
        Operation("DELETE", "/contacts/{user}", remove_contact, "Remove a contact", (NoSuchContact,)),
        Operation("GET", "/contact-requests/received", get_received_requests, "List who asks you"),
        Operation("GET", "/contact-requests/sent", get_sent_requests, "List whom you have asked"),
        Operation(
            "PUT",
            "/contact-requests/sent/{user}",
            request_contact,
            "Ask somebody",
            (
                NoSuchUser,
                NoSuchRequest,
                AddedOneself,
                AlreadyFriends,
                AlreadyRequested,
                RequestWaits,
                Blocked,
                BlockedByYou,
                TooManyContacts,
                TooManyAttempts,
            ),
            more={200: ShownContact, 202: None},
        ),
        Operation("DELETE", "/contact-requests/sent/{user}", withdraw_request, "Take a request back", (NoSuchRequest,)),
        Operation("DELETE", "/contact-requests/received/{user}", reject_contact, "Reject a request", (NoSuchRequest,)),
        Operation("GET", "/blocks", get_blocks, "List whom you have blocked"),
        Operation("PUT", "/blocks/{user}", block_user, "Block somebody", (NoSuchUser, Oneself, TooManyContacts)),
        Operation("DELETE", "/blocks/{user}", unblock_user, "Unblock somebody", (NotBlocked,)),
    ),
)
