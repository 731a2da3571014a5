"""Contacts over HTTP: requests and answers, own names for contacts, blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from hichat.accounts.bot_passes import BotScope
from hichat.contacts import contacts
from hichat.contacts.contacts import Block, Contact, ContactRequest, ContactsCursor
from hichat.core.errors import (
    AddedOneself,
    AlreadyFriends,
    AlreadyRequested,
    Blocked,
    BlockedByYou,
    NoSharedGroup,
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
from hichat.web.services import ApiServices

T = TypeVar("T")


class ShownContact(msgspec.Struct, omit_defaults=True):
    """
    A contact of yours.

    @ivar user: the contact.
    @ivar since: when you became contacts.
    @ivar remark: your own name for them, which only you see; absent: none.
    """

    user: Person
    since: Time
    remark: str = ""


class ShownRequest(msgspec.Struct, omit_defaults=True):
    """
    A request that waits for an answer.

    @ivar user: the other user: the one who asks you, or the one whom you ask.
    @ivar since: when the request was made.
    @ivar greeting: what the asking user writes with it.
    """

    user: Person
    since: Time
    greeting: str = ""


class ShownBlock(msgspec.Struct):
    """
    A user whom you have blocked.

    @ivar user: the blocked user.
    @ivar since: when you blocked them.
    """

    user: Person
    since: Time


class NewRequest(msgspec.Struct, forbid_unknown_fields=True):
    """
    A request to become contacts.

    @ivar greeting: a word to the other user.
    """

    greeting: Greeting = ""


class ContactChange(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    The fields to change; absent fields keep their value.

    @ivar remark: your own name for the contact; empty: none.
    """

    remark: AnyName | UnsetType = UNSET


# Contacts


async def get_contacts(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownContact]:
    """Gives your contacts, the oldest first."""
    found = await _listed(services, caller, query, contacts.listed)
    return query.page([_contact(each) for each in found], _place)


async def get_contact(services: ApiServices, caller: Caller, path: UserPath) -> ShownContact:
    """Gives one of your contacts."""
    return _contact(await services.contacts.find(caller.user, path.user))


async def change_contact(services: ApiServices, caller: Caller, path: UserPath, body: ContactChange) -> ShownContact:
    """Changes what you have set for a contact. Your other devices get an event; the contact does not."""
    if body.remark is UNSET:
        return await get_contact(services, caller, path)
    return _contact(await services.contacts.remark(caller.user, path.user, body.remark))


async def accept_contact(services: ApiServices, caller: Caller, path: UserPath) -> ShownContact:
    """Accepts the request of a user who has asked you. Both of you get an event."""
    return _contact(await services.contacts.accept(caller.user, path.user))


async def remove_contact(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """Ends the contact for both, who get an event. Your messages stay."""
    await services.contacts.remove(caller.user, path.user)


# Requests


async def get_received_requests(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownRequest]:
    """Gives the requests to you, the oldest first, without those of users whom you have blocked."""
    found = await _listed(services, caller, query, contacts.requests_to)
    return query.page([_request(each) for each in found], _place)


async def get_sent_requests(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownRequest]:
    """Gives your requests that have no answer yet, the oldest first."""
    found = await _listed(services, caller, query, contacts.requests_of)
    return query.page([_request(each) for each in found], _place)


async def request_contact(services: ApiServices, caller: Caller, path: UserPath, body: NewRequest) -> Answer:
    """
    Asks a user to become a contact (202); the user gets an event. If that user has asked you, this accepts the request,
    and you are contacts at once (200). You can ask the same user five times a day.
    """
    contact = await services.contacts.request(caller.user, path.user, body.greeting)
    return Answer(202, None) if contact is None else Answer(200, _contact(contact))


async def withdraw_request(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """Takes your own request back. Both of you get an event."""
    await services.contacts.withdraw(caller.user, path.user)


async def reject_contact(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """Rejects a request. Both of you get an event. The user may ask again, unless you block them."""
    await services.contacts.reject(caller.user, path.user)


# Blocks


async def get_blocks(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownBlock]:
    """Gives the users whom you have blocked, the oldest first."""
    found = await _listed(services, caller, query, contacts.blocks_of)
    return query.page([_block(each) for each in found], _place)


async def block_user(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """
    Blocks a user. The server refuses their messages, requests and invitations to you. They do not see whether you are
    online or typing, nor how far you have read, and you do not see their typing and reading. They are not told. If you
    are contacts you stay so, and in groups both still read each other. Your other devices get an event. What holds for
    them holds for their bots; to block a bot says nothing of its owner.
    """
    await services.contacts.block(caller.user, path.user)


async def unblock_user(services: ApiServices, caller: Caller, path: UserPath) -> None:
    """Ends a block."""
    await services.contacts.unblock(caller.user, path.user)


async def _listed(
    services: ApiServices,
    caller: Caller,
    query: Paging,
    read: Callable[[Connection, int, ContactsCursor, int], list[T]],
) -> list[T]:
    after = query.after(tuple[int, int])
    return await services.store.read(
        read, caller.user.id, ContactsCursor(*after) if after else contacts.START, query.limit + 1
    )


def _place(each: ShownContact | ShownRequest | ShownBlock) -> tuple[int, int]:
    return each.since, each.user.id


def _contact(contact: Contact) -> ShownContact:
    return ShownContact(person_of(contact.user), contact.since, contact.remark)


def _request(request: ContactRequest) -> ShownRequest:
    return ShownRequest(person_of(request.user), request.since, request.greeting)


def _block(block: Block) -> ShownBlock:
    return ShownBlock(person_of(block.user), block.since)


SECTION = Section(
    "Contacts",
    "Two users become contacts when one asks and the other accepts. Everybody may write to everybody who has not "
    "blocked them, unless the server lets only contacts write to each other. A guest and another user may write to "
    "each other, and become contacts, while they are in a group together.",
    (
        Operation("GET", "/contacts", get_contacts, "List your contacts", scope=BotScope.READ),
        Operation("GET", "/contacts/{user}", get_contact, "Look at a contact", (NoSuchContact,), scope=BotScope.READ),
        Operation("PATCH", "/contacts/{user}", change_contact, "Name a contact", (NoSuchContact,)),
        Operation(
            "PUT",
            "/contacts/{user}",
            accept_contact,
            "Accept a request",
            (
                NoSuchRequest,
                NoSuchUser,
                NoSharedGroup,
                AddedOneself,
                AlreadyFriends,
                Blocked,
                BlockedByYou,
                TooManyContacts,
            ),
            scope=BotScope.SEND,
        ),
        Operation("DELETE", "/contacts/{user}", remove_contact, "Remove a contact", (NoSuchContact,)),
        Operation(
            "GET", "/contact-requests/received", get_received_requests, "List the requests to you", scope=BotScope.READ
        ),
        Operation("GET", "/contact-requests/sent", get_sent_requests, "List your requests", scope=BotScope.READ),
        Operation(
            "PUT",
            "/contact-requests/sent/{user}",
            request_contact,
            "Ask a user to become a contact",
            (
                NoSuchUser,
                NoSharedGroup,
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
            scope=BotScope.SEND,
        ),
        Operation(
            "DELETE",
            "/contact-requests/sent/{user}",
            withdraw_request,
            "Take a request back",
            (NoSuchRequest,),
            scope=BotScope.SEND,
        ),
        Operation(
            "DELETE",
            "/contact-requests/received/{user}",
            reject_contact,
            "Reject a request",
            (NoSuchRequest,),
            scope=BotScope.SEND,
        ),
        Operation("GET", "/blocks", get_blocks, "List your blocks"),
        Operation("PUT", "/blocks/{user}", block_user, "Block a user", (NoSuchUser, Oneself, TooManyContacts)),
        Operation("DELETE", "/blocks/{user}", unblock_user, "Unblock a user", (NotBlocked,)),
    ),
)
