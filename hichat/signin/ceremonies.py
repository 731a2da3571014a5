"""
The ceremonies of WebAuthn (Level 3): what a browser is asked for a passkey, and whether its answer is right. Nothing
here looks into the store.

A challenge is the hash of a signed text, the L{state <Challenges.issue>}. Whoever is asked keeps the state, and sends
it back with the answer, so no daemon has to remember a challenge, and any worker of any host checks it. The state says
what the challenge is for, to whom it was given, and until when it is good. What is used once is noted in the store:
see L{hichat.signin.passkeys}.

Every passkey is discoverable, and its authenticator verifies the user by a PIN, a finger or a face. So it is two
factors in one.
"""

from __future__ import annotations

import secrets
import struct
from enum import IntEnum
from hashlib import blake2b
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta
from webauthn import base64url_to_bytes, verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_client_data_json,
)
from webauthn.helpers.structs import AuthenticatorTransport
from webauthn.registration.generate_registration_options import default_supported_pub_key_algs

from hichat.accounts.tokens import TOKEN_LIMIT, digest, is_within
from hichat.core.errors import ChallengeOver, WrongPasskey
from hichat.runtime.keys import Signer
from hichat.signin.parties import RelyingParty

CHALLENGE_LIFETIME = 5 * 60_000
"""Milliseconds for which a challenge is good."""

CREDENTIAL_LIMIT = 1023
"""The most bytes of a credential's id (Level 3, 7.1)."""

PUBLIC_KEY_LIMIT = 1024
"""The most bytes of a public key. Keys of elliptic curves have less than 100, those of RSA with 4096 bits some 550."""

_STATE = struct.Struct(">BQ16s16s")


def _base64url(most: int) -> Meta:
    """@return: the constraints of bytes in Base64 for URLs, without padding. @param most: the most bytes."""
    length = -(-most * 4 // 3)
    return Meta(max_length=length, pattern="^[A-Za-z0-9_-]*$", description=f"Base64URL of at most {most} bytes")


CredentialId = Annotated[str, _base64url(CREDENTIAL_LIMIT)]
ClientData = Annotated[str, _base64url(4096)]
PasskeyState = Annotated[str, Meta(max_length=TOKEN_LIMIT, description="As it came with the options.")]


class AttestationResponse(msgspec.Struct):
    """
    The C{response} of a new passkey, as C{PublicKeyCredential.toJSON()} gives it. Further fields do not matter.

    @ivar transports: the ways to the authenticator.
    """

    clientDataJSON: ClientData  # noqa: N815
    attestationObject: Annotated[str, _base64url(24 * 1024)]  # noqa: N815
    transports: Annotated[list[Annotated[str, Meta(max_length=32)]], Meta(max_length=16)] = []


class NewCredential(msgspec.Struct):
    """A new passkey, as C{PublicKeyCredential.toJSON()} gives it. Further fields do not matter."""

    id: CredentialId
    rawId: CredentialId  # noqa: N815
    response: AttestationResponse
    type: Literal["public-key"]


class AssertionResponse(msgspec.Struct):
    """
    The C{response} of a passkey, as C{PublicKeyCredential.toJSON()} gives it. Further fields do not matter.

    @ivar userHandle: the random name of the user that the authenticator keeps.
    """

    clientDataJSON: ClientData  # noqa: N815
    authenticatorData: Annotated[str, _base64url(4096)]  # noqa: N815
    signature: Annotated[str, _base64url(1024)]
    userHandle: Annotated[str, _base64url(64)] | None = None  # noqa: N815


class UsedCredential(msgspec.Struct):
    """The answer of a passkey, as C{PublicKeyCredential.toJSON()} gives it. Further fields do not matter."""

    id: CredentialId
    rawId: CredentialId  # noqa: N815
    response: AssertionResponse
    type: Literal["public-key"]


class PasskeyParty(msgspec.Struct):
    """This server, as the authenticator is told of it."""

    id: str
    name: str


class PasskeyOwner(msgspec.Struct):
    """
    The user, as the authenticator is told.

    @ivar id: a random name, in Base64URL; it says nothing about the user.
    """

    id: str
    name: str
    displayName: str  # noqa: N815


class PasskeyAlgorithm(msgspec.Struct):
    """
    A kind of key that the server takes.

    @ivar alg: its number in COSE.
    """

    alg: int
    type: Literal["public-key"] = "public-key"


class PasskeyReference(msgspec.Struct):
    """
    A passkey, as browsers look for it.

    @ivar id: the credential's id, in Base64URL.
    @ivar transports: the ways to the authenticator.
    """

    id: str
    transports: list[str]
    type: Literal["public-key"] = "public-key"


class PasskeySelection(msgspec.Struct, frozen=True):
    """What the authenticator has to do: keep the passkey, and verify the user."""

    residentKey: Literal["required"] = "required"  # noqa: N815
    requireResidentKey: bool = True  # noqa: N815
    userVerification: Literal["required"] = "required"  # noqa: N815


class CreationOptions(msgspec.Struct):
    """
    For C{PublicKeyCredential.parseCreationOptionsFromJSON()}.

    @ivar challenge: Base64URL.
    @ivar timeout: milliseconds.
    @ivar excludeCredentials: the passkeys that the user has: no authenticator needs two.
    """

    rp: PasskeyParty
    user: PasskeyOwner
    challenge: str
    pubKeyCredParams: list[PasskeyAlgorithm]  # noqa: N815
    excludeCredentials: list[PasskeyReference]  # noqa: N815
    authenticatorSelection: PasskeySelection = PasskeySelection()  # noqa: N815
    timeout: int = CHALLENGE_LIFETIME
    attestation: Literal["none"] = "none"


class RequestOptions(msgspec.Struct):
    """
    For C{PublicKeyCredential.parseRequestOptionsFromJSON()}.

    @ivar challenge: Base64URL.
    @ivar timeout: milliseconds.
    @ivar allowCredentials: the passkeys that count; empty: any of this server.
    """

    rpId: str  # noqa: N815
    challenge: str
    allowCredentials: list[PasskeyReference]  # noqa: N815
    userVerification: Literal["required"] = "required"  # noqa: N815
    timeout: int = CHALLENGE_LIFETIME


class Purpose(IntEnum):
    """What a challenge is for: to make a passkey, to come in by one alone, or to show one as a second factor."""

    MAKE = 1
    COME = 2
    FACTOR = 3


class Challenge(NamedTuple):
    """
    A challenge that was given.

    @ivar value: what the authenticator signs.
    @ivar expires: milliseconds since the epoch.
    """

    value: bytes
    expires: int


class Challenges:
    """
    Gives challenges, and recognises them.

    @param key: the key of the tokens, which all daemons of the store have.
    """

    def __init__(self, key: bytes) -> None:
        self._signer = Signer(blake2b(key=key[:64], person=b"hichat-passkey").digest())

    def issue(self, purpose: Purpose, bound: str, now: int) -> str:
        """
        @param bound: to what it is bound, such as a ticket or a browser.
        @param now: the time in milliseconds since the epoch.
        @return: a new state, from which L{value_of} makes the challenge.
        """
        expires = now + CHALLENGE_LIFETIME
        return self._signer.sign(_STATE.pack(purpose, expires, _short(bound), secrets.token_bytes(16)))

    def check(self, state: str, purpose: Purpose, bound: str, now: int) -> Challenge:
        """
        @return: the challenge of a state.
        @raise ChallengeOver: this server has not made it, or for something else, or it has expired.
        """
        found = self._signer.verify(state) if len(state) <= TOKEN_LIMIT else None
        if found is None or len(found) != _STATE.size:
            raise ChallengeOver
        given_for, expires, given_to, _ = _STATE.unpack(found)
        is_this = (given_for, given_to) == (purpose, _short(bound))
        if not is_this or not is_within(now, expires, CHALLENGE_LIFETIME):
            raise ChallengeOver
        return Challenge(value_of(state), expires)


def value_of(state: str) -> bytes:
    """@return: the challenge of a state."""
    return digest(state)


def _short(bound: str) -> bytes:
    return digest(bound)[:16]


class VerifiedCredential(NamedTuple):
    """
    A new passkey.

    @ivar id: the credential's id.
    @ivar public_key: the public key, in COSE.
    @ivar sign_count: how often it has signed; 0: it does not count.
    @ivar transports: the ways to the authenticator, those that are known.
    """

    id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]


def verify_new(answer: NewCredential, challenge: bytes, party: RelyingParty) -> VerifiedCredential:
    """@raise WrongPasskey: the answer is not right."""
    try:
        found = verify_registration_response(
            credential=msgspec.to_builtins(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=_origin(answer.response.clientDataJSON, party),
            require_user_verification=True,
        )
        # No answer could be checked with a key that is none.
        decoded_public_key_to_cryptography(decode_credential_public_key(found.credential_public_key))
    except Exception as e:
        # What the parsers raise for bytes that somebody has made up is no closed list.
        raise WrongPasskey from e
    if found.credential_id != _bytes(answer.rawId) or len(found.credential_public_key) > PUBLIC_KEY_LIMIT:
        raise WrongPasskey
    known = {each.value for each in AuthenticatorTransport}
    transports = [each for each in dict.fromkeys(answer.response.transports) if each in known]
    return VerifiedCredential(found.credential_id, found.credential_public_key, found.sign_count, transports)


def verify_used(answer: UsedCredential, challenge: bytes, party: RelyingParty, public_key: bytes) -> None:
    """
    Check the answer of a passkey, but for the count of its signatures.

    @param public_key: the passkey's, in COSE.
    @raise WrongPasskey: the answer is not right.
    """
    try:
        verify_authentication_response(
            credential=msgspec.to_builtins(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=_origin(answer.response.clientDataJSON, party),
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as e:
        # As above.
        raise WrongPasskey from e


def sign_count_of(answer: UsedCredential) -> int:
    """@return: how often the passkey has signed, as an answer that was verified says; 0: it does not count."""
    # Level 3, 6.1: the hash of the party's id, the flags, the count.
    return int.from_bytes(base64url_to_bytes(answer.response.authenticatorData)[33:37], "big")


def credential_of(answer: UsedCredential) -> bytes:
    """
    @return: the id of the credential that was used.
    @raise WrongPasskey: it is not Base64URL.
    """
    return _bytes(answer.rawId)


def handle_of(answer: UsedCredential) -> bytes | None:
    """
    @return: the random name of the user, as the authenticator has it; None: it does not say it.
    @raise WrongPasskey: it is not Base64URL.
    """
    return _bytes(answer.response.userHandle) if answer.response.userHandle else None


def _bytes(text: str) -> bytes:
    try:
        return base64url_to_bytes(text)
    except ValueError as e:
        raise WrongPasskey from e


def _origin(client_data: str, party: RelyingParty) -> str:
    """
    @return: the origin of the page that has asked for the passkey.
    @raise WrongPasskey: it is not this server's, or is in a frame of another page.
    """
    found = parse_client_data_json(base64url_to_bytes(client_data))
    if found.cross_origin or not isinstance(found.origin, str) or not party.has(found.origin):
        raise WrongPasskey
    return found.origin


def creation_options(
    party: RelyingParty, challenge: bytes, owner: PasskeyOwner, known: list[PasskeyReference]
) -> CreationOptions:
    """@return: what a browser is told when it makes a passkey. @param known: those that the user has."""
    return CreationOptions(
        rp=PasskeyParty(party.id, "HiChat"),
        user=owner,
        challenge=bytes_to_base64url(challenge),
        pubKeyCredParams=[PasskeyAlgorithm(int(each)) for each in default_supported_pub_key_algs],
        excludeCredentials=known,
    )


def request_options(party: RelyingParty, challenge: bytes, allowed: list[PasskeyReference]) -> RequestOptions:
    """@return: what a browser is told when it asks for a passkey."""
    return RequestOptions(party.id, bytes_to_base64url(challenge), allowed)
