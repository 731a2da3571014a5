"""The caller's e-mail address, and forgotten passwords, over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.accounts.fields import EMAIL_LIMIT
from hichat.core.errors import (
    AddressTaken,
    NoMail,
    TooManyAttempts,
    WrongAddressCode,
)
from hichat.mail.mail import AddressState
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.api.signing_in import PROOF_REFUSALS, OwnProof
from hichat.web.credentials import Peer
from hichat.web.services import ApiServices
from hichat.wire.frames import SpokenLanguage


class OwnAddress(msgspec.Struct, omit_defaults=True, kw_only=True):
    """
    Your e-mail address.

    @ivar sent: whether this server sends mails.
    @ivar address: the verified address; absent: there is none.
    @ivar verified: when it was verified.
    @ivar language: the language of the mails there.
    @ivar claimed: an address to which a code was sent that was not typed yet.
    @ivar expires: when that code expires.
    """

    sent: bool
    address: str | UnsetType = UNSET
    verified: Time | UnsetType = UNSET
    language: SpokenLanguage | UnsetType = UNSET
    claimed: str | UnsetType = UNSET
    expires: Time | UnsetType = UNSET


class NewAddress(OwnProof, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    Another address; with the account's password, or a second factor, as a proof that it is still you.

    @ivar address: the address: ASCII before the @, behind it letters of any language. Empty: have none any more.
    @ivar language: the language of the mails.
    """

    address: Annotated[str, Meta(max_length=EMAIL_LIMIT)]
    language: SpokenLanguage = "en"


class AddressCode(msgspec.Struct, forbid_unknown_fields=True):
    """
    A code.

    @ivar code: the six digits that came by mail.
    """

    code: Annotated[str, Meta(min_length=1, max_length=16)]


class MailLanguage(msgspec.Struct, forbid_unknown_fields=True):
    """
    The language of mails.

    @ivar language: the language.
    """

    language: SpokenLanguage


class PasswordForgotten(msgspec.Struct, forbid_unknown_fields=True):
    """
    Who forgot the password.

    @ivar name: the name to log in with, or the verified e-mail address.
    """

    name: Annotated[str, Meta(min_length=1, max_length=EMAIL_LIMIT)]


async def forgot_password(services: ApiServices, peer: Peer, body: PasswordForgotten) -> None:
    """
    Sends a link to the user's verified address, with a code for C{setPasswordByCode}. The link is good for an hour and
    once; a newer one voids it. The answer is the same whether there is such a user or not. A second factor stays.
    """
    await services.mail.forgot(body.name, peer.address)


async def get_address(services: ApiServices, caller: Caller) -> OwnAddress:
    """Gives your verified address, and the one that waits for its code."""
    return _own(services, await services.mail.state(caller.user.id))


async def change_address(services: ApiServices, caller: Caller, body: NewAddress) -> OwnAddress:
    """
    Sends a code to the address. It counts when the code was typed: see C{verifyAddress}. Until then the former address
    stays. An empty one removes the address at once. The former address gets a mail in either case.
    """
    await body.check(services, caller)
    if body.address.strip():
        return _own(services, await services.mail.give(caller.user, body.address, body.language))
    return _own(services, await services.mail.remove(caller.user))


async def verify_address(services: ApiServices, caller: Caller, body: AddressCode) -> OwnAddress:
    """
    Verifies the address with the code that was sent there. The profile has it from then on. After five wrong codes a
    new one has to be sent.
    """
    return _own(services, await services.mail.verify(caller.user, body.code))


async def change_mail_language(services: ApiServices, caller: Caller, body: MailLanguage) -> OwnAddress:
    """Changes the language of the mails to your verified address."""
    return _own(services, await services.mail.speak(caller.user.id, body.language))


def _own(services: ApiServices, state: AddressState) -> OwnAddress:
    verified, claimed = state
    return OwnAddress(
        sent=services.mail.on,
        address=verified.address if verified else UNSET,
        verified=verified.since if verified else UNSET,
        language=verified.language if verified else UNSET,
        claimed=claimed.address if claimed else UNSET,
        expires=claimed.expires if claimed else UNSET,
    )


SECTION = Section(
    "E-mail",
    "A user may have a verified address: notices about the account go there, and the link to set a forgotten password. "
    "The address in the profile is another fact: everybody may set their own to anything.",
    (
        Operation(
            "POST",
            "/password/forgotten",
            forgot_password,
            "Ask for a link to set a forgotten password",
            (TooManyAttempts, NoMail),
        ),
        Operation("GET", "/me/email", get_address, "Get your verified address"),
        Operation(
            "PUT",
            "/me/email",
            change_address,
            "Change your verified address",
            (*PROOF_REFUSALS, NoMail),
            audited=True,
            secures=True,
        ),
        Operation(
            "PATCH",
            "/me/email",
            change_mail_language,
            "Change the language of mails",
            audited=True,
            secures=True,
        ),
        Operation(
            "POST",
            "/me/email/verification",
            verify_address,
            "Verify an address",
            (WrongAddressCode, AddressTaken),
            audited=True,
            secures=True,
        ),
    ),
)
