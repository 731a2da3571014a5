"""Accounts at a provider of OpenID Connect that are linked to the caller's, over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from hichat.core.errors import LastWay, NoProvider, NoSuchIdentity
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.services import ApiServices

IdentityId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="The number of a linked account.")]


class ShownIdentity(msgspec.Struct):
    """
    An account at a provider that signs you in here.

    @ivar provider: the provider's address, by which it calls itself.
    @ivar name: what the provider called the account when it was used last.
    @ivar created: when it was linked.
    @ivar used: when you logged in with it last.
    """

    id: IdentityId
    provider: str
    name: str
    created: Time
    used: Time


class ShownIdentities(msgspec.Struct):
    """
    Your linked accounts.

    @ivar provider: what the provider of this server is called; empty: it has none.
    """

    provider: str
    items: list[ShownIdentity]


class IdentityPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a linked account."""

    identity: IdentityId


async def list_identities(services: ApiServices, caller: Caller) -> ShownIdentities:
    """
    Gives the accounts at a provider that are linked to yours. One is linked in a browser, with C{POST
    /session/oidc/link}: the web client does that.
    """
    if services.sign_on is None:
        return ShownIdentities("", [])
    found = await services.sign_on.linked(caller.user)
    shown = [ShownIdentity(each.id, each.issuer, each.label, each.made_at, each.used_at) for each in found]
    return ShownIdentities(services.sign_on.name, shown)


async def unlink_identity(services: ApiServices, caller: Caller, path: IdentityPath) -> None:
    """Unlinks an account. Your devices that came by it are logged out."""
    if services.sign_on is None:
        raise NoProvider
    await services.sign_on.unlink(caller.user, path.identity)


SECTION = Section(
    "Single sign-on",
    "A server may have a provider of OpenID Connect that signs people in: browsers begin at `/session/oidc`. Which "
    "account there is whose here is remembered by the provider's own number for it.",
    (
        Operation("GET", "/me/identities", list_identities, "List your linked accounts"),
        Operation(
            "DELETE",
            "/me/identities/{identity}",
            unlink_identity,
            "Unlink an account",
            (NoSuchIdentity, LastWay, NoProvider),
            audited=True,
            secures=True,
        ),
    ),
)
