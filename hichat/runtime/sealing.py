"""Sealing what must be neither read nor changed elsewhere. Only who imports this waits for the library."""

from __future__ import annotations

import secrets
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_SIZE = 12


class Sealing:
    """
    Seals with AES-GCM (NIST SP 800-38D).

    @param key: the tokens' key; another key is derived from it.
    @param purpose: what is sealed, at most 16 bytes. What was sealed for one purpose is opened for no other.
    """

    def __init__(self, key: bytes, purpose: bytes) -> None:
        self._cipher = AESGCM(blake2b(key=key[:64], digest_size=32, person=purpose).digest())

    def seal(self, content: bytes, bound_to: bytes) -> bytes:
        """@param bound_to: whose or what for it is; it is opened for nothing else."""
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, content, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes | None:
        """@return: the content; None: this server has not sealed it, or for something else."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], bound_to)
        except (InvalidTag, ValueError):
            return None
