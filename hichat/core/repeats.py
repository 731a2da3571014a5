"""
Idempotency keys: texts that clients choose, by which what they send over HTTP is known again.

A draft has the digest of its key, and behind it the digest of what its sender said. The latter tells whether a later
draft with the same key says the same, even when the message was edited, recalled or blanked meanwhile.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

REPEAT_KEY_LIMIT = 255
"""Bytes of a key."""

DIGEST_SIZE = 16
"""Bytes of either digest."""


class DraftKey(NamedTuple):
    """
    The two halves of a draft's key.

    @ivar digest: of the key, as the client has chosen it. Each user has keys of their own.
    @ivar said: the digest of what was said under it.
    """

    digest: bytes
    said: bytes


def make_draft_key(key: bytes, said: bytes) -> bytes:
    """
    @param key: as the client has chosen it.
    @param said: what was said under it, in whatever form, always the same.
    @return: the key of a draft.
    """
    return _digest(key) + _digest(said)


def parts_of(key: bytes) -> DraftKey:
    """
    @param key: of L{make_draft_key}.
    @return: its halves.
    """
    return DraftKey(key[:DIGEST_SIZE], key[DIGEST_SIZE:])


def _digest(value: bytes) -> bytes:
    return blake2b(value, digest_size=DIGEST_SIZE).digest()
