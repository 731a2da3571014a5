"""A software authenticator (WebAuthn, Level 3): it makes passkeys and shows them, as a browser gives them to a page."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
"""Flags of what an authenticator says: the user is there, and is verified; a new key comes with it."""

ES256, EDDSA, RS256 = -7, -8, -257
"""Kinds of keys."""


def encode(data: bytes) -> str:
    """@return: Base64URL without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """@return: the bytes of Base64URL without padding."""
    return urlsafe_b64decode(f"{text}==")


@dataclass
class SoftPasskey:
    """A passkey in the authenticator."""

    id: bytes
    key: Key
    rp_id: str
    handle: bytes
    count: int


@dataclass
class SoftAuthenticator:
    """
    @ivar origin: the origin of the page that the browser shows.
    @ivar flags: what it says of its user.
    @ivar counts: whether it counts its signatures; if not, it always says 0.
    @ivar kind: the kind of its keys.
    @ivar more: further fields of what the browser says.
    """

    origin: str
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    kind: int = ES256
    more: Mapping[str, Any] = field(default_factory=dict)
    passkeys: list[SoftPasskey] = field(default_factory=list)

    def make(self, options: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """
        @param options: what the page gives to C{navigator.credentials.create}, as JSON.
        @param changes: fields of the passkey that are otherwise.
        @return: what the page gets, as JSON.
        """
        known = {decode(each["id"]) for each in options["excludeCredentials"]}
        assert not known & {each.id for each in self.passkeys}, "it has a passkey of this user already"
        handle = decode(options["user"]["id"])
        made = {"id": secrets.token_bytes(32), "key": new_key(self.kind), "rp_id": options["rp"]["id"]}
        passkey = SoftPasskey(**{**made, "handle": handle, "count": 1 if self.counts else 0, **changes})
        self.passkeys.append(passkey)
        attested = bytes(16) + len(passkey.id).to_bytes(2, "big") + passkey.id + public_key(passkey.key)
        said = encode_cbor({"fmt": "none", "attStmt": {}, "authData": self._said(passkey, ATTESTED) + attested})
        client = self._client("webauthn.create", options["challenge"])
        response = {"clientDataJSON": encode(client), "attestationObject": encode(said), "transports": ["internal"]}
        return self._answer(passkey, response)

    def show(self, options: Mapping[str, Any], passkey: SoftPasskey | None = None) -> dict[str, Any]:
        """
        @param options: what the page gives to C{navigator.credentials.get}, as JSON.
        @param passkey: which; None: the newest that is allowed.
        @return: what the page gets, as JSON.
        """
        allowed = [decode(each["id"]) for each in options["allowCredentials"]]
        fitting = [each for each in self.passkeys if not allowed or each.id in allowed]
        passkey = passkey or fitting[-1]
        passkey.count += self.counts
        said = self._said(passkey, 0)
        client = self._client("webauthn.get", options["challenge"])
        signature = sign(passkey.key, said + sha256(client).digest())
        response = {
            "clientDataJSON": encode(client),
            "authenticatorData": encode(said),
            "signature": encode(signature),
            "userHandle": encode(passkey.handle),
        }
        return self._answer(passkey, response)

    def _answer(self, passkey: SoftPasskey, response: dict[str, Any]) -> dict[str, Any]:
        both = encode(passkey.id)
        facts = {"type": "public-key", "authenticatorAttachment": "platform", "clientExtensionResults": {}}
        return {"id": both, "rawId": both, "response": response, **facts}

    def _said(self, passkey: SoftPasskey, flags: int) -> bytes:
        head = sha256(passkey.rp_id.encode()).digest() + bytes([self.flags | flags])
        return head + passkey.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**said, **self.more}).encode()


def new_key(kind: int) -> Key:
    """@return: a new key of this kind."""
    if kind == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048) if kind == RS256 else ec.generate_private_key(ec.SECP256R1())


def public_key(key: Key) -> bytes:
    """@return: a public key in COSE (RFC 9053, RFC 8230)."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return encode_cbor({1: 1, 3: EDDSA, -1: 6, -2: key.public_key().public_bytes_raw()})
    if isinstance(key, rsa.RSAPrivateKey):
        of_rsa = key.public_key().public_numbers()
        return encode_cbor({1: 3, 3: RS256, -1: of_rsa.n.to_bytes(256, "big"), -2: of_rsa.e.to_bytes(3, "big")})
    point = key.public_key().public_numbers()
    return encode_cbor({1: 2, 3: ES256, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})


def sign(key: Key, data: bytes) -> bytes:
    """@return: a signature."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), SHA256())
    return key.sign(data, ec.ECDSA(SHA256()))
